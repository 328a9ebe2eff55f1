//! The row of progress that stands for each target: what a person reads first. `sql/derived/progress.sql` chooses it.

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::error::Result;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{Cells, Progress};

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
    pub outcome: Option<String>,
    pub note: Option<String>,
}

impl Headline {
    /// What is said of the target in a word or two: once its year is over how it came out, until then its class.
    pub fn standing(&self) -> String {
        standing(self.class.as_deref().unwrap_or_default(), self.outcome.as_deref().unwrap_or_default()).to_owned()
    }
}

/// The outcome, once the target year is over and it is known; else the class.
pub fn standing<'t>(class: &'t str, outcome: &'t str) -> &'t str {
    match outcome {
        "" | "open" => class,
        "in_time" => "met",
        decided => decided,
    }
}

/// The headline of each target, in order of target.
pub fn headlines(progress: &RecordBatch) -> Result<Vec<Headline>> {
    let (cells, chosen) = (Table(progress), Progress::of(progress)?.headline);
    Ok((0..cells.len()).filter(|row| chosen.cell(*row) == Some(true)).map(|row| headline(&cells, row)).collect())
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
        outcome: text("outcome"),
        note: text("note"),
    }
}

/// The codes of a row that are not the total.
pub fn breakdown(cells: &Table<'_>, row: usize) -> String {
    DIMENSIONS.iter().filter_map(|d| cells.text(d, row)).filter(|code| *code != "_T").collect::<Vec<_>>().join(" ")
}
