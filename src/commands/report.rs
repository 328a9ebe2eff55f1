//! What a run says at its end: what each source gave, what is stale, and how far the world is.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use serde_json::json;

use crate::error::count;
use crate::indicator::Indicator;
use crate::job::load::Loaded;
use crate::job::night::{Night, Published};
use crate::job::state::is_stale;
use crate::printer::{Printer, number};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;

/// What each source gave, what is stale, and how far the world is.
pub fn report(printer: &Printer, settings: &Settings, loaded: &Loaded, night: &Night, command: &str) {
    let states = &night.states;
    let built = if let Published::Release(built) = &night.outcome { Some(built) } else { None };
    let reports = loaded.reports(settings);
    let mut rows = Vec::new();
    let mut data_sets = Vec::new();
    for (name, state) in states {
        let report = reports.get(name);
        let stale = is_stale(loaded, name, state);
        data_sets.push(json!({
            "data_set": name, "status": state.status, "stale": stale, "message": state.message, "age_days": state.age_days,
            "vintage": report.and_then(|r| r.vintage.clone()), "counts": report.map(|r| &r.counts),
            "quarantine_reasons": report.map(|r| &r.quarantine_reasons), "last_year": report.and_then(|r| r.last_year),
        }));
        if state.status == "missing" && report.is_none() {
            continue;
        }
        let show = |n: Option<u64>| n.map_or("-".into(), |n| n.to_string());
        rows.push(vec![
            name.to_string(),
            if stale { format!("{}, stale", state.status) } else { state.status.to_owned() },
            show(report.map(|r| r.counts.rows_in)),
            show(report.map(|r| r.counts.observations)),
            show(report.map(|r| r.counts.quarantined)),
            report.and_then(|r| r.last_year).map_or("-".into(), |y| y.to_string()),
            report.and_then(|r| r.vintage.clone()).unwrap_or_default(),
        ]);
    }
    if printer.json() {
        let release = built.map(|s| json!({ "id": s.manifest.release, "rows": s.manifest.rows, "warnings": s.warnings, "held": s.held }));
        printer.envelope(command, night.code, &json!({ "data_sets": data_sets, "release": release }), &[]);
        return;
    }
    if !printer.quiet {
        printer.line(&printer.table(&["data set", "status", "rows in", "observations", "quarantined", "last year", "vintage"], &rows));
        let missing = states.values().filter(|s| s.status == "missing").count();
        if missing > 0 {
            printer.line(&format!("{} not loaded yet: see `yardstick status`", count(missing, "data set")));
        }
    }
    for (name, state) in states {
        if let Some(message) = &state.message {
            printer.note(&format!("{name}: {message}"));
        }
    }
    match &night.outcome {
        Published::Nothing(release) => printer.line(&format!("nothing to do: no input has changed since release {release}")),
        Published::StillHeld { release, held } => printer.line(&format!(
            "nothing new: computed again, release {release} stays; still held at its last good values: {}",
            held.join(", ")
        )),
        Published::Release(_) | Published::PulledOnly => {}
    }
    let Some(built) = built else { return };
    if !printer.quiet {
        printer.line(&printer.table(&HEADLINE, &headline(&loaded.catalogue.indicators, &built.contents.progress)));
    }
    printer.line(&format!(
        "release {}: {}, {} of progress, {}",
        built.manifest.release,
        count(built.manifest.rows.get("values").copied().unwrap_or_default() as usize, "value"),
        count(built.manifest.rows.get("progress").copied().unwrap_or_default() as usize, "row"),
        match built.warnings {
            0 => "all checks passed".to_owned(),
            n => format!("{} with warnings (see checks.parquet)", count(n, "check")),
        }
    ));
}

/// The columns of [`headline`].
pub const HEADLINE: [&str; 9] = ["target", "area", "breakdown", "latest", "value", "target value", "distance", "class", "estimate"];

/// The targets of these indicators, one line each.
pub fn headline(indicators: &[Indicator], progress: &RecordBatch) -> Vec<Vec<String>> {
    let cells = Table(progress);
    let line = |row: usize| {
        let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
        vec![
            text("target"),
            text("ref_area"),
            breakdown(&cells, row),
            cells.int("latest_year", row).map_or("-".into(), |y| y.to_string()),
            number(cells.float("latest_value", row)),
            number(cells.float("target_value", row)),
            number(cells.float("distance", row)),
            text("class"),
            text("estimate"),
        ]
    };
    headline_rows(indicators, progress).into_iter().map(line).collect()
}

/// The codes of a row that are not the total: a target for every breakdown is shown by one of them.
pub fn breakdown(cells: &Table<'_>, row: usize) -> String {
    DIMENSIONS.iter().filter_map(|d| cells.text(d, row)).filter(|code| *code != "_T").collect::<Vec<_>>().join(" ")
}

/// Each target's own area: of the rows with a class the newest, the agency's own before ours.
pub fn headline_rows(indicators: &[Indicator], progress: &RecordBatch) -> Vec<usize> {
    let cells = Table(progress);
    let rank = |row: usize| {
        let classed = cells.text("class", row) != Some("insufficient_data");
        let estimate = match cells.text("estimate", row) {
            Some("published") => 0,
            Some("imputed") => 1,
            _ => 2,
        };
        (
            !classed,
            std::cmp::Reverse(cells.int("latest_year", row)),
            estimate,
            cells.text("breakdown", row).unwrap_or_default().to_owned(),
            row,
        )
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
