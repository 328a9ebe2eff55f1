//! `status`: per source what was pulled last and when the next is due; per indicator its last release.

use std::collections::HashMap;

use serde_json::json;

use crate::error::Result;
use crate::job::{due, load};
use crate::printer::Printer;
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::views::Values;
use crate::tables::{parquet, schema};

pub fn status(settings: &Settings, printer: &Printer) -> Result<u8> {
    let loaded = load::load_past(settings)?;
    let reports = loaded.reports(settings);
    let (mut rows, mut data) = (Vec::new(), Vec::new());
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let id = source.id(dataset);
            let pull = loaded.pull_of(settings, &source.name, &dataset.name);
            let age = pull
                .as_ref()
                .and_then(|p| p.checked_at.parse::<jiff::Timestamp>().ok())
                .map(|t| (settings.now.as_second() - t.as_second()) / 86_400);
            let next = pull.as_ref().and_then(|p| due::next_due(source, dataset, p)).map(|t| t.to_string());
            let report = reports.get(&id);
            let stale = age.is_some_and(|a| a > source.stale_after_days);
            data.push(json!({
                "data_set": id, "last_success": pull.as_ref().map(|p| &p.checked_at), "fetched_at": pull.as_ref().map(|p| &p.fetched_at), "age_days": age,
                "stale": stale, "vintage": report.and_then(|r| r.vintage.clone()), "next_due": next, "last_year": report.and_then(|r| r.last_year),
                "how_to_get": dataset.how_to_get,
            }));
            rows.push(vec![
                id.to_string(),
                pull.as_ref().map_or("never".into(), |p| p.checked_at.clone()),
                age.map_or("-".into(), |a| format!("{a} d{}", if stale { ", stale" } else { "" })),
                report.and_then(|r| r.vintage.clone()).unwrap_or_default(),
                report.and_then(|r| r.last_year).map_or("-".into(), |y| y.to_string()),
                next.unwrap_or_else(|| "-".into()),
            ]);
        }
    }
    let current = promote::current(&settings.workspace);
    let manifest = current.as_ref().map(|p| Manifest::load(p)).transpose()?;
    let mut indicators = Vec::new();
    let mut indicator_data = Vec::new();
    if let (Some(path), Some(manifest)) = (&current, &manifest) {
        let values = parquet::read(&path.join("values.parquet"), &schema::values())?;
        let values = Values::of(&values)?;
        let mut last_years: HashMap<&str, i32> = HashMap::new();
        for row in 0..values.len() {
            let (indicator, year) = (values.indicator.value(row), values.time_period.value(row));
            last_years.entry(indicator).and_modify(|last| *last = year.max(*last)).or_insert(year);
        }
        for (name, entry) in &manifest.indicators {
            let last = last_years.get(name.as_str());
            indicator_data.push(json!({ "indicator": name, "id": entry.id, "release": manifest.release, "status": entry.status, "rows": entry.rows, "last_year": last }));
            indicators.push(vec![
                entry.id.clone(),
                name.clone(),
                manifest.release.clone(),
                entry.status.clone(),
                entry.rows.to_string(),
                last.map_or("-".into(), |y| y.to_string()),
            ]);
        }
    }
    if printer.json() {
        printer.envelope(
            "status",
            0,
            &json!({ "data_sets": data, "release": manifest.map(|m| m.release), "indicators": indicator_data }),
            &[],
        );
        return Ok(0);
    }
    printer.line(&printer.table(&["data set", "last success", "age", "vintage", "last year", "next due"], &rows));
    if indicators.is_empty() {
        printer.line("no release yet: run `yardstick run`");
    } else {
        printer.line(&printer.table(&["id", "indicator", "release", "status", "values", "last year"], &indicators));
    }
    Ok(0)
}
