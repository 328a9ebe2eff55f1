//! `diff`: what changed between two releases and why; capped for reading, whole in Parquet.

use std::path::Path;

use serde_json::json;

use crate::error::Result;
use crate::job::load;
use crate::printer::{Printer, number};
use crate::release::diff::{Side, compare, summarise};
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

pub fn diff(
    settings: &Settings,
    printer: &Printer,
    old: Option<&str>,
    new: Option<&str>,
    limit: usize,
    parquet: Option<&Path>,
) -> Result<u8> {
    let loaded = load::load_past(settings)?;
    let old = promote::find(&settings.workspace, old.unwrap_or("previous"))?;
    let new = promote::find(&settings.workspace, new.unwrap_or("current"))?;
    let (before, after) = (Manifest::load(&old)?, Manifest::load(&new)?);
    let old_values = parquet::read(&old.join("values.parquet"), &schema::values())?;
    let new_values = parquet::read(&new.join("values.parquet"), &schema::values())?;
    let changes = compare(
        &Side { manifest: &before, values: &old_values },
        &Side { manifest: &after, values: &new_values },
        &|hash| settings.workspace.observation_file(hash),
        &loaded.reference.members()?,
    )?;
    if let Some(path) = parquet {
        load::outside_releases(settings, path)?;
        crate::tables::parquet::write(std::slice::from_ref(&changes), &changes.schema(), path)?;
    }
    let summaries = summarise(&changes)?;
    let cells = Table(&changes);
    let mut shown: Vec<usize> = Vec::new();
    for summary in &summaries {
        let of = |r: &usize| {
            cells.text("indicator", *r) == Some(&summary.indicator) && cells.text("unit", *r).unwrap_or_default() == summary.unit
        };
        let mut rows: Vec<usize> = (0..cells.len()).filter(of).collect();
        rows.sort_by(|a, b| {
            let size = |r: usize| cells.float("difference", r).map_or(f64::INFINITY, f64::abs);
            size(*b).total_cmp(&size(*a)).then(a.cmp(b))
        });
        rows.truncate(limit);
        shown.extend(rows);
    }
    if printer.json() {
        let list: Vec<_> = shown.iter().map(|row| row_json(&cells, *row)).collect();
        let totals: Vec<_> = summaries
            .iter()
            .map(|s| {
                json!({ "indicator": s.indicator, "unit": s.unit, "added": s.added, "removed": s.removed, "revised": s.revised, "mean_revision": s.mean,
                    "mean_absolute_revision": s.mean_absolute, "largest": s.largest, "causes": s.causes })
            })
            .collect();
        printer.envelope(
            "diff",
            0,
            &json!({ "old": before.release, "new": after.release, "rows": cells.len(), "indicators": totals, "changes": list }),
            &[],
        );
        return Ok(0);
    }
    printer.line(&format!("{} -> {}: {}", before.release, after.release, crate::error::count(cells.len(), "value") + " differ"));
    if summaries.is_empty() {
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = summaries
        .iter()
        .map(|s| {
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
        })
        .collect();
    printer.line(&printer.table(&["indicator", "unit", "added", "removed", "revised", "mean", "mean abs.", "largest", "causes"], &rows));
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|row| {
            let text = |c: &str| cells.text(c, *row).unwrap_or_default().to_owned();
            let dimensions: Vec<&str> = schema::DIMENSIONS.iter().filter_map(|d| cells.text(d, *row)).filter(|c| *c != "_T").collect();
            vec![
                text("indicator"),
                text("ref_area"),
                cells.int("time_period", *row).map_or(String::new(), |y| y.to_string()),
                dimensions.join(" "),
                text("estimate"),
                text("change"),
                number(cells.float("old_value", *row)),
                number(cells.float("new_value", *row)),
                status(&text("old_status"), &text("new_status")),
                text("cause"),
                text("detail"),
            ]
        })
        .collect();
    printer.line(
        &printer.table(&["indicator", "area", "year", "breakdown", "estimate", "change", "old", "new", "status", "cause", "detail"], &rows),
    );
    if shown.len() < cells.len() {
        printer.line(&format!("{} of {} shown; all with --parquet FILE", shown.len(), cells.len()));
    }
    Ok(0)
}

fn row_json(cells: &Table<'_>, row: usize) -> serde_json::Value {
    let mut object = serde_json::Map::new();
    for field in cells.0.schema().fields() {
        let name = field.name();
        let value = match field.data_type() {
            datafusion::arrow::datatypes::DataType::Float64 => json!(cells.float(name, row)),
            datafusion::arrow::datatypes::DataType::Int32 | datafusion::arrow::datatypes::DataType::Int64 => json!(cells.int(name, row)),
            _ => json!(cells.text(name, row)),
        };
        object.insert(name.clone(), value);
    }
    object.into()
}

/// The status, or both where it changed.
fn status(old: &str, new: &str) -> String {
    match (old, new) {
        (old, new) if old == new => old.to_owned(),
        ("", one) | (one, "") => one.to_owned(),
        _ => format!("{old} -> {new}"),
    }
}
