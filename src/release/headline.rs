//! One row of progress per target: what a person reads first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::indicator::Indicator;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;

/// How far one target is, in its own area.
#[derive(Debug, Clone, Serialize)]
pub struct Headline {
    pub target: String,
    pub ref_area: String,
    /// The codes that are not the total: a target for every breakdown is shown by one of them.
    pub breakdown: String,
    pub estimate: Option<String>,
    pub latest_year: Option<i64>,
    pub latest_value: Option<f64>,
    pub target_value: Option<f64>,
    pub distance: Option<f64>,
    pub class: Option<String>,
    pub note: Option<String>,
}

/// The targets of these indicators, by their names.
pub fn headlines(indicators: &[Indicator], progress: &RecordBatch) -> Vec<Headline> {
    let cells = Table(progress);
    rows(indicators, &cells).into_iter().map(|row| headline(&cells, row)).collect()
}

fn headline(cells: &Table<'_>, row: usize) -> Headline {
    let text = |column: &str| cells.text(column, row).map(str::to_owned);
    Headline {
        target: text("target").unwrap_or_default(),
        ref_area: text("ref_area").unwrap_or_default(),
        breakdown: breakdown(cells, row),
        estimate: text("estimate"),
        latest_year: cells.int("latest_year", row),
        latest_value: cells.float("latest_value", row),
        target_value: cells.float("target_value", row),
        distance: cells.float("distance", row),
        class: text("class"),
        note: text("note"),
    }
}

/// The codes of a row that are not the total.
pub fn breakdown(cells: &Table<'_>, row: usize) -> String {
    DIMENSIONS.iter().filter_map(|d| cells.text(d, row)).filter(|code| *code != "_T").collect::<Vec<_>>().join(" ")
}

/// Each target's own area: of the rows with a class the newest, the total before its parts, and of several estimates
/// the one that `sql/derived/preferred.sql` puts first. The pages of a release show the same row.
fn rows(indicators: &[Indicator], cells: &Table<'_>) -> Vec<usize> {
    let rank = |row: usize| {
        let classed = cells.text("class", row) != Some("insufficient_data");
        let estimate = match cells.text("estimate", row) {
            Some("published") => 0,
            Some("imputed") => 1,
            _ => 2,
        };
        (!classed, Reverse(cells.int("latest_year", row)), DIMENSIONS.map(|d| cells.text(d, row).unwrap_or_default()), estimate, row)
    };
    let areas: BTreeMap<&str, &str> = indicators.iter().flat_map(|i| i.targets.iter().map(|t| (t.id.as_str(), t.area.as_str()))).collect();
    let mut best: BTreeMap<&str, usize> = BTreeMap::new();
    for row in 0..cells.len() {
        let target = cells.text("target", row).unwrap_or_default();
        if cells.text("ref_area", row) == areas.get(target).copied() {
            let held = best.entry(target).or_insert(row);
            if rank(row) < rank(*held) {
                *held = row;
            }
        }
    }
    best.into_values().collect()
}
