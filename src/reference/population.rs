//! The wide population file as rows.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int32Array, RecordBatch};

use super::batch::{made, strings};
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::tables::schema;

/// Area, year, sex, age and location, persons, status.
type Row<'a> = (&'a str, i32, [&'a str; 3], f64, &'a str);

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
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(table.len() * columns.len());
    for row in 0..table.len() {
        let Ok(year) = table.get(row, "time_period").parse::<i32>() else {
            problems.push(table.problem_at(Code::WrongCellType, row, "time_period", "time_period must be a year"));
            continue;
        };
        for (index, breakdown) in &columns {
            let cell = table.cell(row, *index);
            if cell.is_empty() {
                continue;
            }
            let Some(value) = cell.parse::<f64>().ok().filter(|persons| persons.is_finite() && *persons >= 0.0) else {
                problems.push(table.problem_at(
                    Code::WrongCellType,
                    row,
                    &table.header[*index],
                    format!("`{cell}` is not a number of persons"),
                ));
                continue;
            };
            rows.push((table.get(row, "ref_area"), year, *breakdown, value, "A"));
        }
    }
    carry_shares(&mut rows);
    made(
        schema::population(),
        vec![
            strings(rows.iter().map(|row| row.0)),
            Arc::new(rows.iter().map(|row| row.1).collect::<Int32Array>()),
            strings(rows.iter().map(|row| row.2[0])),
            strings(rows.iter().map(|row| row.2[1])),
            strings(rows.iter().map(|row| row.2[2])),
            Arc::new(rows.iter().map(|row| row.3).collect::<Float64Array>()),
            strings(rows.iter().map(|row| row.4)),
        ],
    )
}

/// Where shares by location end before totals do, the last share goes on, with status I: the later years have a weight.
fn carry_shares(rows: &mut Vec<Row<'_>>) {
    let total = ["_T"; 3];
    let totals: BTreeMap<(&str, i32), f64> = rows.iter().filter(|row| row.2 == total).map(|row| ((row.0, row.1), row.3)).collect();
    let mut last: BTreeMap<(&str, [&str; 3]), (i32, f64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.2[2] != "_T" && row.2[..2] == total[..2]) {
        if let Some(everyone) = totals.get(&(row.0, row.1)).filter(|everyone| **everyone > 0.0) {
            let newest = last.entry((row.0, row.2)).or_insert((row.1, row.3 / everyone));
            if newest.0 < row.1 {
                *newest = (row.1, row.3 / everyone);
            }
        }
    }
    for ((area, breakdown), (year, share)) in last {
        let later = totals.range((area, year + 1)..=(area, i32::MAX));
        rows.extend(later.map(|((area, year), everyone)| (*area, *year, breakdown, (everyone * share).round(), "I")));
    }
}
