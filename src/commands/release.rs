//! `release list / show / rollback / prune`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::ReleaseAction;
use crate::error::{Result, count};
use crate::exit::Exit;
use crate::job::load;
use crate::printer::{Answer, Printer};
use crate::release::{Manifest, promote, prune};
use crate::settings::Settings;

pub fn release(settings: &Settings, printer: &Printer, action: &ReleaseAction) -> Result<Exit> {
    const VERB: &str = "release";
    Ok(match action {
        ReleaseAction::List => printer.answer(VERB, Exit::Done, &list(settings)?),
        ReleaseAction::Show { id } => {
            let path = promote::find(&settings.workspace, id.as_deref().unwrap_or("current"))?;
            printer.answer(VERB, Exit::Done, &Manifest::load(&path)?)
        }
        ReleaseAction::Rollback { id } => printer.answer(VERB, Exit::Done, &rollback(settings, id.as_deref().unwrap_or("previous"))?),
        ReleaseAction::Prune { keep } => {
            let _lock = load::lock(settings)?;
            printer.answer(VERB, Exit::Done, &Pruned { removed: prune::prune(&settings.workspace, (*keep).max(1))? })
        }
    })
}

#[derive(Serialize)]
struct List {
    releases: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    created_at: String,
    current: bool,
    rows: BTreeMap<String, u64>,
}

fn list(settings: &Settings) -> Result<List> {
    let current = promote::current(&settings.workspace);
    let mut releases = Vec::new();
    for path in promote::list(&settings.workspace)? {
        match Manifest::load(&path) {
            Ok(manifest) => releases.push(Entry {
                id: manifest.release,
                created_at: manifest.created_at,
                current: current.as_ref() == Some(&path),
                rows: manifest.rows,
            }),
            Err(error) => tracing::error!("{error}"),
        }
    }
    Ok(List { releases })
}

impl Answer for List {
    fn show(&self, printer: &Printer) {
        if self.releases.is_empty() {
            return printer.line("no release yet: run `yardstick run`");
        }
        let row = |one: &Entry| {
            let rows = |name: &str| one.rows.get(name).map_or("-".into(), u64::to_string);
            let mark = if one.current { "current" } else { "" };
            vec![one.id.clone(), one.created_at.clone(), rows("values"), rows("revisions"), mark.to_owned()]
        };
        let rows: Vec<Vec<String>> = self.releases.iter().map(row).collect();
        printer.line(&printer.table(&["release", "created", "values", "revisions", ""], &rows));
    }
}

impl Answer for Manifest {
    fn show(&self, printer: &Printer) {
        printer
            .line(&format!("release {}  created {}  by {}  membership {}", self.release, self.created_at, self.program, self.membership));
        let inputs: Vec<Vec<String>> = self
            .inputs
            .iter()
            .map(|i| {
                vec![
                    format!("{}/{}", i.source, i.dataset),
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
        let header = ["input", "vintage", "fetched", "rows in", "observations", "quarantined", "headings", "status"];
        printer.line(&printer.table(&header, &inputs));
        let indicators: Vec<Vec<String>> =
            self.indicators.iter().map(|(name, i)| vec![i.id.clone(), name.clone(), i.rows.to_string(), i.status.clone()]).collect();
        printer.line(&printer.table(&["id", "indicator", "values", "status"], &indicators));
        for warning in &self.warnings {
            printer.line(&format!("warning: {warning}"));
        }
    }
}

#[derive(Serialize)]
struct RolledBack {
    current: String,
}

fn rollback(settings: &Settings, id: &str) -> Result<RolledBack> {
    let _lock = load::lock(settings)?;
    let path = promote::find(&settings.workspace, id)?;
    let current = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Manifest::verified(&path)?;
    promote::point(&settings.workspace, &current)?;
    Ok(RolledBack { current })
}

impl Answer for RolledBack {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("current is {} now; the next `run` publishes again if an input differs from it", self.current));
    }
}

#[derive(Serialize)]
struct Pruned {
    removed: Vec<String>,
}

impl Answer for Pruned {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("removed {}", count(self.removed.len(), "release")));
    }
}
