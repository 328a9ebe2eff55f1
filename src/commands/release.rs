//! `release list / show / rollback / pin / unpin / prune`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::ReleaseAction;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::files;
use crate::job::config;
use crate::job::lock::lock;
use crate::job::retention::Retained;
use crate::job::tidy;
use crate::printer::{Answer, Printer};
use crate::release::{Manifest, fingerprint, pin, promote};
use crate::settings::Settings;

/// Changes shown of one release.
const SHOWN: usize = 3;

pub(super) fn release(settings: &Settings, printer: &Printer, action: &ReleaseAction) -> Result<Exit> {
    const VERB: &str = "release";
    let mut problems = Vec::new();
    let job = config::load(&settings.workspace.root, &mut problems);
    files::open_for(job.readable_by);
    Ok(match action {
        ReleaseAction::List => printer.answer(VERB, Exit::Done, &list(settings)?),
        ReleaseAction::Show { id } => {
            let path = promote::find_any(&settings.workspace, id.as_deref().unwrap_or("current"))?;
            printer.answer(VERB, Exit::Done, &Manifest::load(&path)?)
        }
        ReleaseAction::Rollback { id } => {
            let _lock = lock(settings, "release rollback")?;
            pin::check(&settings.workspace)?;
            let id = sound(settings, id.as_deref().unwrap_or("previous"))?;
            promote::point(&settings.workspace, &id)?;
            printer.answer(VERB, Exit::Done, &Pointed { current: id, pinned: false })
        }
        ReleaseAction::Pin { id } => {
            let _lock = lock(settings, "release pin")?;
            let id = sound(settings, id.as_deref().unwrap_or("current"))?;
            pin::pin(&settings.workspace, &id)?;
            printer.answer(VERB, Exit::Done, &Pointed { current: id, pinned: true })
        }
        ReleaseAction::Unpin => {
            let _lock = lock(settings, "release unpin")?;
            printer.answer(VERB, Exit::Done, &Unpinned { was: pin::unpin(&settings.workspace)? })
        }
        ReleaseAction::Prune { keep } => {
            // What is removed is removed for good: not by a rule that nobody wrote.
            if !problems.is_empty() {
                return Err(Error::Workspace(problems));
            }
            let _lock = lock(settings, "release prune")?;
            let mut rule = job.retention;
            rule.releases = keep.map_or(rule.releases, |keep| u32::try_from(keep).unwrap_or(u32::MAX));
            printer.answer(VERB, Exit::Done, &tidy::retain(settings, &rule)?)
        }
    })
}

/// A release by name, whose files are all as they were published.
fn sound(settings: &Settings, id: &str) -> Result<String> {
    let path = promote::find(&settings.workspace, id)?;
    Manifest::verified(&path)?;
    Ok(path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

#[derive(Serialize)]
struct List {
    releases: Vec<Entry>,
    /// Those that a gate refused since the current one was made.
    refused: Vec<Entry>,
    pinned: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    created_at: String,
    current: bool,
    rows: BTreeMap<String, u64>,
    /// What changed against the release that it took the place of.
    changes: Vec<String>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    damaged: Option<String>,
}

fn list(settings: &Settings) -> Result<List> {
    let current = promote::current(&settings.workspace)?;
    let mut all: Vec<_> = promote::list(&settings.workspace)?.into_iter().map(|path| (Manifest::load(&path), path)).collect();
    // One that a run has removed meanwhile is not damaged.
    all.retain(|(one, path)| one.is_ok() || path.exists());
    let known: BTreeMap<&str, &Manifest> =
        all.iter().filter_map(|(one, _)| one.as_ref().ok()).map(|one| (one.release.as_str(), one)).collect();
    let entry_of = |(one, path): &(Result<Manifest>, PathBuf)| {
        let is_current = current.as_ref() == Some(path);
        match one {
            Ok(one) => entry(one, one.previous.as_deref().and_then(|id| known.get(id).copied()), is_current),
            Err(error) => damaged(path, error, is_current),
        }
    };
    let releases = all.iter().map(entry_of).collect();
    let base = current.as_deref().and_then(|path| Manifest::load(path).ok());
    let waiting = promote::waiting(&settings.workspace, settings.now)?;
    let refused = waiting.iter().filter_map(|path| Some(entry(&Manifest::load(path).ok()?, base.as_ref(), false))).collect();
    Ok(List { releases, refused, pinned: pin::pinned(&settings.workspace)? })
}

fn entry(manifest: &Manifest, before: Option<&Manifest>, current: bool) -> Entry {
    let changes = match (before, &manifest.previous) {
        (Some(before), _) => {
            let (was, is) = (before.held(), manifest.held());
            let mut changes = fingerprint::changed(&before.workspace, &manifest.workspace);
            changes.extend(is.iter().filter(|name| !was.contains(name)).map(|name| format!("{name} is held")));
            changes.extend(was.iter().filter(|name| !is.contains(name)).map(|name| format!("{name} is no longer held")));
            changes
        }
        (None, None) => vec!["the first".to_owned()],
        (None, Some(previous)) => vec![format!("not known: {previous} before it is damaged or no longer kept")],
    };
    let (id, created_at, rows) = (manifest.release.clone(), manifest.created_at.clone(), manifest.rows.clone());
    Entry { id, created_at, current, rows, changes, damaged: None }
}

/// A release whose manifest cannot be read.
fn damaged(path: &Path, error: &Error, current: bool) -> Entry {
    Entry {
        id: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        created_at: promote::named_after(path),
        current,
        rows: BTreeMap::new(),
        changes: vec![error.to_string()],
        damaged: Some(error.to_string()),
    }
}

impl Answer for List {
    fn show(&self, printer: &Printer) {
        if self.releases.is_empty() && self.refused.is_empty() {
            return printer.line("no release yet: run `yardstick run`");
        }
        let row = |one: &Entry, mark: &str| {
            let rows = |name: &str| one.rows.get(name).map_or("-".into(), u64::to_string);
            let mut changes = one.changes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
            if let more @ 1.. = one.changes.len().saturating_sub(SHOWN) {
                changes = format!("{changes}; and {more} more");
            }
            vec![one.id.clone(), one.created_at.clone(), rows("values"), rows("revisions"), mark.to_owned(), changes]
        };
        let mark = |one: &Entry| match (one.current, self.pinned.as_ref() == Some(&one.id)) {
            (true, true) => "current, pinned",
            (true, false) => "current",
            _ if one.damaged.is_some() => "damaged",
            _ => "",
        };
        let mut rows: Vec<Vec<String>> = self.releases.iter().map(|one| row(one, mark(one))).collect();
        rows.extend(self.refused.iter().map(|one| row(one, "refused")));
        printer.line(&printer.table(&["release", "created", "values", "revisions", "", "changed"], &rows));
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
struct Pointed {
    current: String,
    pinned: bool,
}

impl Answer for Pointed {
    fn show(&self, printer: &Printer) {
        let Self { current, pinned } = self;
        printer.line(&match pinned {
            true => format!("current is {current}, and stays so until `yardstick release unpin`"),
            false => format!("current is {current} now; the next `run` publishes again if an input differs from it"),
        });
    }
}

#[derive(Serialize)]
struct Unpinned {
    was: Option<String>,
}

impl Answer for Unpinned {
    fn show(&self, printer: &Printer) {
        printer.line(&match &self.was {
            Some(id) => format!("{id} is no longer pinned; the next `run` publishes what has changed"),
            None => "nothing was pinned".to_owned(),
        });
    }
}

impl Answer for Retained {
    fn show(&self, printer: &Printer) {
        printer.line(&self.told().unwrap_or_else(|| "nothing to remove".to_owned()));
    }
}
