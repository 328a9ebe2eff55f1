//! The wide population file as rows.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::compute::take;

use super::batch::made;
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::tables::schema;

/// As the provider has it; carried on from an earlier year.
const STATUSES: [&str; 2] = ["A", "I"];

/// A number of persons, and the places of its record, of its column and of its status.
#[derive(Clone, Copy)]
struct Row {
    record: u32,
    column: u32,
    persons: f64,
    status: u32,
}

/// The wide population file: one column `sex:age:urbanisation` per breakdown, whole persons.
pub(super) fn batch(text: &SourceText, known: &HashSet<String>, problems: &mut Vec<Problem>) -> RecordBatch {
    let table = CsvTable::read(text, &["ref_area", "time_period"], problems);
    table.unique(&["ref_area", "time_period"], problems);
    for row in (0..table.len()).filter(|row| !known.contains(table.get(*row, "ref_area"))) {
        let code = table.get(row, "ref_area");
        problems.push(
            table
                .problem_at(Code::UnknownReference, row, "ref_area", format!("area `{code}` is not in areas.csv"))
                .maybe_hint(suggestion(code, known.iter().map(String::as_str)).filter(|s| s.starts_with("did"))),
        );
    }
    let mut columns: Vec<(usize, [&str; 3])> = Vec::new();
    for (index, name) in table.header.iter().enumerate().filter(|(_, n)| *n != "ref_area" && *n != "time_period") {
        match name.split(':').collect::<Vec<_>>()[..] {
            [sex, age, urbanisation] => columns.push((index, [sex, age, urbanisation])),
            _ => problems.push(
                Problem::new(Code::UnknownTableColumn, text, 0..1, format!("population column `{name}` is not sex:age:urbanisation"))
                    .hint("such as F:Y15T24:_T"),
            ),
        }
    }
    columns.sort_by_key(|(_, codes)| *codes);
    let areas: Vec<&str> = table.column("ref_area").collect();
    let mut years: Vec<i32> = Vec::with_capacity(table.len());
    let mut rows: Vec<Row> = Vec::with_capacity(table.len() * columns.len());
    for (record, year) in (0_u32..).zip(table.column("time_period")) {
        let at = record as usize;
        let year = year.parse::<i32>();
        years.push(year.clone().unwrap_or_default());
        if year.is_err() {
            problems.push(table.problem_at(Code::WrongCellType, at, "time_period", "time_period must be a year"));
            continue;
        }
        for (column, (index, _)) in (0_u32..).zip(&columns) {
            let cell = table.cell(at, *index);
            if cell.is_empty() {
                continue;
            }
            match cell.parse::<f64>() {
                Ok(persons) if persons.is_finite() && persons >= 0.0 => rows.push(Row { record, column, persons, status: 0 }),
                _ => problems.push(table.problem_at(
                    Code::WrongCellType,
                    at,
                    &table.header[*index],
                    format!("`{cell}` is not a number of persons"),
                )),
            }
        }
    }
    let codes: Vec<[&str; 3]> = columns.iter().map(|(_, codes)| *codes).collect();
    carry_shares(&mut rows, &areas, &years, &codes);

    // Every row repeats one of few texts: they are copied by their places.
    let places = |place: fn(&Row) -> u32| UInt32Array::from(rows.iter().map(place).collect::<Vec<u32>>());
    let (record, column, status) = (places(|row| row.record), places(|row| row.column), places(|row| row.status));
    let taken = |texts: &[&str], places: &UInt32Array| -> ArrayRef {
        take(&StringArray::from(texts.to_vec()), places, None).unwrap_or_else(|_| Arc::new(StringArray::new_null(0)))
    };
    let code = |part: usize| taken(&codes.iter().map(|codes| codes[part]).collect::<Vec<_>>(), &column);
    let years: Vec<i32> = rows.iter().map(|row| years[row.record as usize]).collect();
    let persons: Vec<f64> = rows.iter().map(|row| row.persons).collect();
    made(
        schema::population(),
        vec![
            taken(&areas, &record),
            Arc::new(Int32Array::from(years)),
            code(0),
            code(1),
            code(2),
            Arc::new(Float64Array::from(persons)),
            taken(&STATUSES, &status),
        ],
    )
}

/// Where shares by location end before totals do, the last share goes on, with status I: the later years have a weight.
fn carry_shares(rows: &mut Vec<Row>, areas: &[&str], years: &[i32], codes: &[[&str; 3]]) {
    let place = |row: &Row| (areas[row.record as usize], years[row.record as usize]);
    let is_total = |row: &&Row| codes[row.column as usize] == ["_T"; 3];
    let is_share = |row: &&Row| matches!(codes[row.column as usize], ["_T", "_T", location] if location != "_T");
    let totals: BTreeMap<(&str, i32), Row> = rows.iter().filter(is_total).map(|row| (place(row), *row)).collect();
    let mut last: BTreeMap<(&str, u32), (i32, f64)> = BTreeMap::new();
    for row in rows.iter().filter(is_share) {
        let (area, year) = place(row);
        if let Some(everyone) = totals.get(&(area, year)).filter(|everyone| everyone.persons > 0.0) {
            let newest = last.entry((area, row.column)).or_insert((year, row.persons / everyone.persons));
            if newest.0 < year {
                *newest = (year, row.persons / everyone.persons);
            }
        }
    }
    for ((area, column), (year, share)) in last {
        let later = totals.range((area, year + 1)..=(area, i32::MAX));
        rows.extend(later.map(|(_, total)| Row { column, persons: (total.persons * share).round(), status: 1, ..*total }));
    }
}
