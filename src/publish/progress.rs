//! The rows of `progress.parquet`, read once; and which of several estimates is shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;

use super::columns::{Dimensions, Values};
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;

pub struct Progress<'a> {
    pub target: &'a str,
    pub indicator: &'a str,
    pub area: &'a str,
    pub dimensions: Dimensions<'a>,
    pub estimate: &'a str,
    pub baseline_year: Option<i64>,
    pub baseline: Option<f64>,
    pub latest_year: Option<i64>,
    pub latest: Option<f64>,
    pub target_year: i64,
    pub goal: Option<f64>,
    pub distance: Option<f64>,
    pub actual: Option<f64>,
    pub required: Option<f64>,
    pub pace: Option<f64>,
    pub class: &'a str,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub arrival: Option<f64>,
    pub note: Option<&'a str>,
    /// The row of the latest value in `values.parquet`.
    pub value_row: Option<usize>,
    preferred: bool,
}

impl Progress<'_> {
    pub fn insufficient(&self) -> bool {
        self.class == "insufficient_data"
    }
}

pub fn read<'a>(batch: &'a RecordBatch, values: &Values<'a>) -> Vec<Progress<'a>> {
    let cells = Table(batch);
    (0..cells.len())
        .map(|row| {
            let text = |column: &str| cells.text(column, row).unwrap_or_default();
            let number = |column: &str| cells.float(column, row);
            let (indicator, area, estimate) = (text("indicator"), text("ref_area"), text("estimate"));
            let dimensions = DIMENSIONS.map(text);
            let latest_year = cells.int("latest_year", row);
            let value_row = latest_year.and_then(|year| values.find(indicator, area, year, &dimensions, estimate));
            Progress {
                target: text("target"),
                indicator,
                area,
                dimensions,
                estimate,
                baseline_year: cells.int("baseline_year", row),
                baseline: number("baseline_value"),
                latest_year,
                latest: number("latest_value"),
                target_year: cells.int("target_year", row).unwrap_or_default(),
                goal: number("target_value"),
                distance: number("distance"),
                actual: number("actual_per_year"),
                required: number("required_per_year"),
                pace: number("pace"),
                class: text("class"),
                low: number("projected_low"),
                high: number("projected_high"),
                arrival: number("arrival_year"),
                note: cells.text("note", row).filter(|note| !note.is_empty()),
                preferred: value_row.is_some_and(|row| values.preferred(row)),
                value_row,
            }
        })
        .collect()
}

/// Of the estimates of each breakdown the one to show, in order of the breakdown: with a class before without, then the
/// newest, then the one that `values.parquet` prefers for its year.
pub fn shown<'p, 'a>(rows: impl IntoIterator<Item = &'p Progress<'a>>) -> Vec<&'p Progress<'a>>
where
    'a: 'p,
{
    let mut best: BTreeMap<Dimensions<'a>, &'p Progress<'a>> = BTreeMap::new();
    for row in rows {
        let held = best.entry(row.dimensions).or_insert(row);
        if rank(row) < rank(held) {
            *held = row;
        }
    }
    best.into_values().collect()
}

/// Of several breakdowns the one that stands for a target: with a class, the newest, the total first.
pub fn headline<'p, 'a>(rows: &[&'p Progress<'a>]) -> Option<&'p Progress<'a>> {
    rows.iter().copied().min_by_key(|row| (row.insufficient(), Reverse(row.latest_year), row.dimensions))
}

fn rank<'p>(row: &'p Progress<'_>) -> (bool, Reverse<Option<i64>>, bool, &'p str) {
    (row.insufficient(), Reverse(row.latest_year), !row.preferred, row.estimate)
}
