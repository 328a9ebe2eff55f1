//! The wide population file as rows.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int32Array, RecordBatch};

use super::batch::{made, strings};
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::tables::schema;

/// The wide population file: one column `sex:age:urbanisation` per breakdown, whole persons.
pub(super) fn batch(text: &SourceText, areas: &CsvTable, problems: &mut Vec<Problem>) -> RecordBatch {
    let table = CsvTable::read(text, &["ref_area", "time_period"], problems);
    table.unique(&["ref_area", "time_period"], problems);
    let known: HashSet<&str> = areas.column("ref_area").collect();
    for row in (0..table.len()).filter(|row| !known.contains(table.get(*row, "ref_area"))) {
        let code = table.get(row, "ref_area");
        problems.push(
            table
                .problem_at(Code::UnknownReference, row, "ref_area", format!("area `{code}` is not in areas.csv"))
                .maybe_hint(suggestion(code, known.iter().copied()).filter(|s| s.starts_with("did"))),
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
    let size = table.len() * columns.len();
    let (mut areas, mut years, mut persons) = (Vec::with_capacity(size), Vec::with_capacity(size), Vec::with_capacity(size));
    let mut codes: [Vec<&str>; 3] = Default::default();
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
            areas.push(table.get(row, "ref_area"));
            years.push(year);
            for (list, code) in codes.iter_mut().zip(breakdown) {
                list.push(code);
            }
            persons.push(value);
        }
    }
    let [sex, age, urbanisation] = codes;
    made(
        schema::population(),
        vec![
            strings(areas.into_iter()),
            Arc::new(Int32Array::from(years)),
            strings(sex.into_iter()),
            strings(age.into_iter()),
            strings(urbanisation.into_iter()),
            Arc::new(Float64Array::from(persons)),
        ],
    )
}
