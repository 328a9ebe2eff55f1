//! The row of progress that stands for each target: what a person reads first. `sql/derived/progress.sql` chooses it.

use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::error::Result;
use crate::indicator::{Indicator, Target};

use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{Cells, Progress};

/// How far one target is, in its own area.
#[derive(Debug, Clone, Serialize)]
pub struct Headline {
    pub target: String,
    pub title: String,
    pub ref_area: String,
    /// The codes that are not the total: a target for every breakdown is shown by one of them.
    pub breakdown: String,
    pub estimate: Option<String>,
    pub latest_year: Option<i64>,
    pub latest_value: Option<f64>,
    pub target_year: Option<i64>,
    pub target_value: Option<f64>,
    pub distance: Option<f64>,
    pub pace: Option<f64>,
    pub class: Option<String>,
    pub outcome: Option<String>,
    /// The list of members in force, of a group whose list is dated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<String>,
    pub note: Option<String>,
}

impl Headline {
    /// What is said of the target in a word or two: once its year is over how it came out, until then its class.
    pub fn standing(&self) -> String {
        standing(self.class.as_deref().unwrap_or_default(), self.outcome.as_deref().unwrap_or_default()).to_owned()
    }
}

impl Headline {
    /// That a target is met now says nothing of its year, where no value up to then is there.
    pub fn not_known(&self) -> Option<String> {
        let (class, outcome) = (self.class.as_deref().unwrap_or_default(), self.outcome.as_deref().unwrap_or_default());
        not_known(class, outcome, self.latest_year, self.target_year?)
    }
}

/// The same of any row of progress.
pub fn not_known(class: &str, outcome: &str, latest_year: Option<i64>, target_year: i64) -> Option<String> {
    let open = class == "met" && outcome == "open" && latest_year > Some(target_year);
    open.then(|| format!("whether by {target_year} is not known"))
}

/// The outcome, once the target year is over and it is known; else the class.
pub fn standing<'t>(class: &'t str, outcome: &'t str) -> &'t str {
    match outcome {
        "" | "open" => class,
        "in_time" => "met",
        decided => decided,
    }
}

/// What a target says; without words of its own, what its indicator measures.
pub fn title<'i>(indicator: &'i Indicator, target: &'i Target) -> &'i str {
    if target.title.is_empty() { &indicator.title } else { &target.title }
}

/// The headline of each target, in order of target.
pub fn headlines(progress: &RecordBatch, indicators: &[Indicator]) -> Result<Vec<Headline>> {
    let (cells, chosen) = (Table(progress), Progress::of(progress)?.headline);
    let titles: HashMap<&str, &str> = indicators
        .iter()
        .flat_map(|indicator| indicator.targets.iter().map(move |target| (target.id.as_str(), title(indicator, target))))
        .collect();
    let chosen = (0..cells.len()).filter(|row| chosen.cell(*row) == Some(true));
    Ok(chosen.map(|row| headline(&cells, &titles, row)).collect())
}

fn headline(cells: &Table<'_>, titles: &HashMap<&str, &str>, row: usize) -> Headline {
    let text = |column: &str| cells.text(column, row).map(str::to_owned);
    Headline {
        title: titles.get(cells.text("target", row).unwrap_or_default()).map_or(String::new(), |title| (*title).to_owned()),
        target: text("target").unwrap_or_default(),
        ref_area: text("ref_area").unwrap_or_default(),
        breakdown: breakdown(cells, row),
        estimate: text("estimate"),
        latest_year: cells.int("latest_year", row),
        latest_value: cells.float("latest_value", row),
        target_year: cells.int("target_year", row),
        target_value: cells.float("target_value", row),
        distance: cells.float("distance", row),
        pace: cells.float("pace", row),
        class: text("class"),
        outcome: text("outcome"),
        members: cells
            .text("note", row)
            .and_then(|note| note.split("; ").find_map(|said| said.strip_prefix("members: ")))
            .map(str::to_owned),
        note: text("note"),
    }
}

/// The codes of a row that are not the total.
pub fn breakdown(cells: &Table<'_>, row: usize) -> String {
    DIMENSIONS.iter().filter_map(|d| cells.text(d, row)).filter(|code| *code != "_T").collect::<Vec<_>>().join(" ")
}
