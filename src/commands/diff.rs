//! `diff`: what changed between two releases and why; capped for reading, whole in Parquet.

use std::collections::HashMap;
use std::path::Path;

use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Result, count};
use crate::exit::Exit;
use crate::job::load;
use crate::observe::inputs::Input;
use crate::printer::{Answer, Printer, number};
use crate::release::diff::{Side, Summary, compare, summarise};
use crate::release::headline::breakdown;
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::text::json_rows;
use crate::tables::views::{Cells, Revisions};
use crate::tables::{parquet, schema};

#[derive(Serialize)]
struct Differences {
    old: String,
    new: String,
    rows: usize,
    indicators: Vec<Summary>,
    /// The rows shown, largest first.
    changes: Value,
    #[serde(skip)]
    shown: RecordBatch,
}

pub(super) fn diff(
    settings: &Settings,
    printer: &Printer,
    old: Option<&str>,
    new: Option<&str>,
    limit: usize,
    parquet: Option<&Path>,
) -> Result<Exit> {
    let loaded = load::load_past(settings)?;
    let old = promote::find(&settings.workspace, old.unwrap_or("previous"))?;
    let new = promote::find(&settings.workspace, new.unwrap_or("current"))?;
    let (before, after) = (Manifest::load(&old)?, Manifest::load(&new)?);
    let changes = if let Some(changes) = told_by_release((&old, &before), (&new, &after)) {
        changes
    } else {
        let old_values = parquet::read(&old.join("values.parquet"), &schema::values())?;
        let new_values = parquet::read(&new.join("values.parquet"), &schema::values())?;
        compare(
            &Side { manifest: &before, values: &old_values },
            &Side { manifest: &after, values: &new_values },
            &|hash| settings.workspace.observation_file(hash),
            &loaded.reference.members()?,
        )?
    };
    if let Some(path) = parquet {
        load::outside_releases(settings, path)?;
        parquet::write(std::slice::from_ref(&changes), &changes.schema(), path)?;
    }
    let indicators = summarise(&changes)?;
    let shown = largest(&changes, &indicators, limit)?;
    let (old, new) = (before.release, after.release);
    let found = Differences { old, new, rows: changes.num_rows(), indicators, changes: json_rows(&shown)?, shown };
    Ok(printer.answer("diff", Exit::Done, &found))
}

/// What a release itself says that it changed against the one before it: many causes take seconds to find again. None where
/// it was not compared with the other one, or not all values of both are there.
fn told_by_release((old, before): (&Path, &Manifest), (new, after): (&Path, &Manifest)) -> Option<RecordBatch> {
    let is_whole = [before, after].iter().all(|manifest| !manifest.workspace.contains_key(&Input::LeftOut));
    let is_next = after.previous.as_deref().is_some_and(|previous| old.file_name().is_some_and(|name| name == previous));
    // A release of an earlier version of the program may have other columns.
    if is_whole && is_next { parquet::read(&new.join("revisions.parquet"), &schema::revisions()).ok() } else { None }
}

/// The largest changes of each indicator and unit.
fn largest(changes: &RecordBatch, indicators: &[Summary], limit: usize) -> Result<RecordBatch> {
    let cells = Revisions::of(changes)?;
    let size = |row: usize| cells.difference.cell(row).map_or(f64::INFINITY, f64::abs);
    let mut of: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for row in 0..cells.len() {
        of.entry((cells.indicator.value(row), cells.unit.cell(row).unwrap_or_default())).or_default().push(row);
    }
    let mut shown: Vec<u64> = Vec::new();
    for summary in indicators {
        let mut rows = of.remove(&(summary.indicator.as_str(), summary.unit.as_str())).unwrap_or_default();
        rows.sort_by(|a, b| size(*b).total_cmp(&size(*a)).then(a.cmp(b)));
        shown.extend(rows.into_iter().take(limit).map(|row| row as u64));
    }
    Ok(take_record_batch(changes, &UInt64Array::from(shown))?)
}

impl Answer for Differences {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("{} -> {}: {} differ", self.old, self.new, count(self.rows, "value")));
        if self.indicators.is_empty() {
            return;
        }
        let rows: Vec<Vec<String>> = self.indicators.iter().map(summary_row).collect();
        let header = ["indicator", "unit", "added", "removed", "revised", "mean", "mean abs.", "largest", "causes"];
        printer.line(&printer.table(&header, &rows));
        let cells = Table(&self.shown);
        let rows: Vec<Vec<String>> = (0..cells.len()).map(|row| change_row(&cells, row)).collect();
        let header = ["indicator", "area", "year", "breakdown", "estimate", "change", "old", "new", "status", "cause", "detail"];
        printer.line(&printer.table(&header, &rows));
        if cells.len() < self.rows {
            printer.line(&format!("{} of {} shown; all with --parquet FILE", cells.len(), self.rows));
        }
    }
}

fn summary_row(s: &Summary) -> Vec<String> {
    vec![
        s.indicator.clone(),
        s.unit.clone(),
        s.added.to_string(),
        s.removed.to_string(),
        s.revised.to_string(),
        number(s.mean),
        number(s.mean_absolute),
        s.largest.as_ref().map_or("-".into(), |(d, place)| format!("{} ({place})", number(Some(*d)))),
        s.causes.iter().map(|(cause, n)| format!("{cause} {n}")).collect::<Vec<_>>().join(", "),
    ]
}

fn change_row(cells: &Table<'_>, row: usize) -> Vec<String> {
    let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
    vec![
        text("indicator"),
        text("ref_area"),
        cells.int("time_period", row).map_or(String::new(), |y| y.to_string()),
        breakdown(cells, row),
        text("estimate"),
        text("change"),
        number(cells.float("old_value", row)),
        number(cells.float("new_value", row)),
        status(&text("old_status"), &text("new_status")),
        text("cause"),
        text("detail"),
    ]
}

/// The status, or both where it changed.
fn status(old: &str, new: &str) -> String {
    match (old, new) {
        (old, new) if old == new => old.to_owned(),
        ("", one) | (one, "") => one.to_owned(),
        _ => format!("{old} -> {new}"),
    }
}
