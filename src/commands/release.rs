//! `release list / show / rollback / prune`.

use serde_json::json;

use crate::cli::ReleaseAction;
use crate::error::{Result, count};
use crate::job::load;
use crate::printer::Printer;
use crate::release::{Manifest, promote, prune};
use crate::settings::Settings;

pub fn release(settings: &Settings, printer: &Printer, action: &ReleaseAction) -> Result<u8> {
    match action {
        ReleaseAction::List => list(settings, printer),
        ReleaseAction::Show { id } => show(settings, printer, id.as_deref().unwrap_or("current")),
        ReleaseAction::Rollback { id } => rollback(settings, printer, id.as_deref().unwrap_or("previous")),
        ReleaseAction::Prune { keep } => {
            let _lock = load::lock(settings)?;
            let removed = prune::prune(&settings.workspace, (*keep).max(1))?;
            if printer.json() {
                printer.envelope("release", 0, &json!({ "removed": removed }), &[]);
            } else {
                printer.line(&format!("removed {}", count(removed.len(), "release")));
            }
            Ok(0)
        }
    }
}

fn list(settings: &Settings, printer: &Printer) -> Result<u8> {
    let current = promote::current(&settings.workspace);
    let mut rows = Vec::new();
    let mut data = Vec::new();
    for path in promote::list(&settings.workspace)? {
        let manifest = match Manifest::load(&path) {
            Ok(manifest) => manifest,
            Err(error) => {
                tracing::error!("{error}");
                continue;
            }
        };
        let is_current = current.as_ref() == Some(&path);
        data.push(json!({ "id": manifest.release, "created_at": manifest.created_at, "current": is_current, "rows": manifest.rows }));
        let rows_of = |name: &str| manifest.rows.get(name).map_or("-".into(), u64::to_string);
        rows.push(vec![
            manifest.release.clone(),
            manifest.created_at.clone(),
            rows_of("values"),
            rows_of("revisions"),
            if is_current { "current".into() } else { String::new() },
        ]);
    }
    if printer.json() {
        printer.envelope("release", 0, &json!({ "releases": data }), &[]);
    } else if rows.is_empty() {
        printer.line("no release yet: run `yardstick run`");
    } else {
        printer.line(&printer.table(&["release", "created", "values", "revisions", ""], &rows));
    }
    Ok(0)
}

fn show(settings: &Settings, printer: &Printer, id: &str) -> Result<u8> {
    let path = promote::find(&settings.workspace, id)?;
    let manifest = Manifest::load(&path)?;
    if printer.json() {
        printer.envelope("release", 0, &serde_json::to_value(&manifest)?, &[]);
        return Ok(0);
    }
    printer.line(&format!(
        "release {}  created {}  by {}  membership {}",
        manifest.release, manifest.created_at, manifest.program, manifest.membership
    ));
    let inputs: Vec<Vec<String>> = manifest
        .inputs
        .iter()
        .map(|i| {
            vec![
                i.id().to_string(),
                i.vintage.clone().unwrap_or_default(),
                i.fetched_at.clone(),
                i.counts.rows_in.to_string(),
                i.counts.observations.to_string(),
                i.counts.quarantined.to_string(),
                i.counts.headings.to_string(),
                i.status.clone(),
            ]
        })
        .collect();
    printer.line(&printer.table(&["input", "vintage", "fetched", "rows in", "observations", "quarantined", "headings", "status"], &inputs));
    let indicators: Vec<Vec<String>> =
        manifest.indicators.iter().map(|(name, i)| vec![i.id.clone(), name.clone(), i.rows.to_string(), i.status.clone()]).collect();
    printer.line(&printer.table(&["id", "indicator", "values", "status"], &indicators));
    for warning in &manifest.warnings {
        printer.line(&format!("warning: {warning}"));
    }
    Ok(0)
}

fn rollback(settings: &Settings, printer: &Printer, id: &str) -> Result<u8> {
    let _lock = load::lock(settings)?;
    let path = promote::find(&settings.workspace, id)?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Manifest::verified(&path)?;
    promote::point(&settings.workspace, &name)?;
    if printer.json() {
        printer.envelope("release", 0, &json!({ "current": name }), &[]);
    } else {
        printer.line(&format!("current is {name} now; the next `run` publishes again if an input differs from it"));
    }
    Ok(0)
}
