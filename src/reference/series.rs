//! `itu_series.csv`: what a SeriesID of the DataHub is.

use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;

use super::batch::{made, strings};
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem};
use crate::tables::schema;

/// What a DataHub SeriesID is: our series, its dimensions and its unit.
#[derive(Debug, Clone, Default)]
pub struct ItuSeries {
    pub series: String,
    /// As a file or catalogue has it; other versions of the interface have other codes. Several have semicolons between
    /// them: the second is the stem of the breakdowns.
    pub code: String,
    pub title: String,
    pub unit: String,
    /// What files call the unit where they name that of another series: spellings, with semicolons between them.
    pub file_unit: String,
    /// Where a 0 is written for a figure that is missing: nothing costs nothing.
    pub zero_is_missing: bool,
    pub sex: String,
    pub age: String,
    pub urbanisation: String,
    pub disability: String,
    pub education_level: String,
    pub breakdown: String,
}

/// What `zero` may say of a series.
const ZERO: [&str; 2] = ["", "missing"];

pub(super) fn by_id(table: &CsvTable, problems: &mut Vec<Problem>) -> HashMap<String, ItuSeries> {
    for row in (0..table.len()).filter(|row| !ZERO.contains(&table.get(*row, "zero"))) {
        let what = format!("`{}` says nothing of what a 0 means", table.get(row, "zero"));
        problems.push(table.problem_at(Code::WrongCellType, row, "zero", what).hint("leave it empty, or write `missing`"));
    }
    let total = |text: &str| if text.is_empty() { "_T".to_owned() } else { text.to_owned() };
    (0..table.len())
        .map(|row| {
            let series = ItuSeries {
                series: table.get(row, "series").to_owned(),
                code: table.get(row, "code").to_owned(),
                title: table.get(row, "title").to_owned(),
                unit: table.get(row, "unit").to_owned(),
                file_unit: table.get(row, "file_unit").to_owned(),
                zero_is_missing: table.get(row, "zero") == "missing",
                sex: total(table.get(row, "sex")),
                age: total(table.get(row, "age")),
                urbanisation: total(table.get(row, "urbanisation")),
                disability: total(table.get(row, "disability")),
                education_level: total(table.get(row, "education_level")),
                breakdown: total(table.get(row, "breakdown")),
            };
            (table.get(row, "series_id").to_owned(), series)
        })
        .collect()
}

/// SeriesIDs with their titles: how a statistician finds what to read.
pub(super) fn batch(table: &CsvTable) -> RecordBatch {
    made(schema::itu_series(), ["series_id", "series", "code", "title", "unit"].map(|c| strings(table.column(c))).to_vec())
}
