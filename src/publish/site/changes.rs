//! What changed since the release before: counts and sizes by indicator, then the first rows with their causes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::links;
use crate::error::Result;
use crate::publish::labels::number;
use crate::publish::view::View;
use crate::release::diff::{self, Summary};
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;

#[derive(Serialize)]
pub(super) struct Page {
    previous: String,
    total: String,
    summaries: Vec<Line>,
    rows: Vec<Change>,
    shown: usize,
    /// First release: there is nothing to compare with.
    first: bool,
}

#[derive(Serialize)]
struct Line {
    indicator: String,
    href: String,
    unit: String,
    added: String,
    removed: String,
    revised: String,
    mean: String,
    largest: String,
    causes: String,
}

#[derive(Serialize)]
struct Change {
    indicator: String,
    area: String,
    area_href: Option<String>,
    year: String,
    part: String,
    estimate: String,
    change: String,
    old: String,
    new: String,
    cause: String,
    detail: String,
}

/// Rows shown of one indicator; `revisions.parquet` has all.
const ROWS: usize = 20;

pub(super) fn page(view: &View<'_>) -> Result<Page> {
    let cells = Table(&view.contents.revisions);
    let summaries = diff::summarise(&view.contents.revisions)?.iter().map(|summary| line(view, summary)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for row in 0..cells.len() {
        let text = |column: &str| cells.text(column, row).unwrap_or_default();
        let count = counts.entry(text("indicator")).or_default();
        *count += 1;
        if *count > ROWS {
            continue;
        }
        let value = |column: &str, status: &str| match cells.float(column, row) {
            Some(value) => view.labels.show(value, text("unit")),
            None if text(status).is_empty() => String::new(),
            None => "withheld".into(),
        };
        rows.push(Change {
            indicator: text("indicator").to_owned(),
            area: view.area_name(text("ref_area")).to_owned(),
            area_href: links::area(view, text("ref_area")),
            year: cells.int("time_period", row).map(|year| year.to_string()).unwrap_or_default(),
            part: view.labels.breakdown(&DIMENSIONS.map(text)),
            estimate: text("estimate").to_owned(),
            change: text("change").to_owned(),
            old: value("old_value", "old_status"),
            new: value("new_value", "new_status"),
            cause: text("cause").replace('_', " ").replace('+', ", "),
            detail: text("detail").to_owned(),
        });
    }
    Ok(Page {
        previous: view.manifest.previous.clone().unwrap_or_default(),
        first: view.manifest.previous.is_none(),
        total: number(cells.len() as f64, Some(0)),
        shown: rows.len(),
        summaries,
        rows,
    })
}

fn line(view: &View<'_>, summary: &Summary) -> Line {
    let count = |n: usize| number(n as f64, Some(0));
    let size = |value: f64| view.labels.difference(value, &summary.unit);
    let causes = summary.causes.iter().map(|(cause, n)| format!("{} ({})", cause.replace('_', " ").replace('+', ", "), count(*n)));
    Line {
        indicator: summary.indicator.clone(),
        href: links::method(&summary.indicator),
        unit: view.labels.unit(&summary.unit).name,
        added: count(summary.added),
        removed: count(summary.removed),
        revised: count(summary.revised),
        mean: summary.mean_absolute.map(size).unwrap_or_default(),
        largest: summary.largest.as_ref().map(|(value, place)| format!("{} ({place})", size(*value))).unwrap_or_default(),
        causes: causes.collect::<Vec<_>>().join("; "),
    }
}
