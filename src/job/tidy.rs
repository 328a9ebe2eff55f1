//! What is removed by rule after each run: old releases and what only they used, old records of runs, old journal lines.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::record::{self, RunRecord};
use super::retention::{Retained, Retention};
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result};
use crate::fetch::Journal;
use crate::files;
use crate::release::prune::{self, Pruned};
use crate::settings::Settings;

/// Failures in a row of which the pause before the next attempt follows: more make it no longer.
const COUNTED: usize = 8;

/// Removes what the rule does not keep; the lock must be held. Where the releases cannot be told, nothing is removed.
pub fn retain(settings: &Settings, rule: &Retention) -> Result<Retained> {
    let pruned = prune::prune(&settings.workspace, rule.keep())?;
    beside_releases(settings, rule, pruned, 0)
}

/// The same after a run, whose records go also where the releases cannot be told. Gives what could not be removed, and why.
pub(super) fn after_a_run(settings: &Settings, rule: &Retention, leftovers: usize) -> (Option<Retained>, Option<Error>) {
    let (pruned, error) = match prune::prune(&settings.workspace, rule.keep()) {
        Ok(pruned) => (pruned, None),
        Err(error) => (Pruned::default(), Some(error)),
    };
    match beside_releases(settings, rule, pruned, leftovers) {
        Ok(retained) => (Some(retained), error),
        Err(later) => (None, Some(error.unwrap_or(later))),
    }
}

fn beside_releases(settings: &Settings, rule: &Retention, mut pruned: Pruned, leftovers: usize) -> Result<Retained> {
    let mut folders = files::entries(&settings.workspace.runs())?;
    // A record of a time still to come, when the clock was ahead, is none of the newest.
    let now = settings.now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let name = |folder: &PathBuf| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    folders.sort_by_cached_key(|folder| (name(folder).get(..now.len()) <= Some(&*now), name(folder)));
    folders.truncate(folders.len().saturating_sub(rule.runs.max(1) as usize));
    if !folders.is_empty() {
        let mut runs = record::all(&settings.workspace)?;
        runs.retain(|run| run.id.get(..now.len()) <= Some(&*now));
        let needed = needed(&runs);
        folders.retain(|folder| !needed.contains(&name(folder)));
    }
    for folder in &folders {
        pruned.bytes_freed += files::size(folder);
        fs_err::remove_dir_all(folder)?;
    }
    let journal = Journal::new(&settings.workspace.data);
    let before = files::size(journal.path());
    let journal_lines = journal.forget(settings.now, rule.journal_days)?;
    pruned.bytes_freed += before.saturating_sub(files::size(journal.path()));
    Ok(Retained { pruned, runs: folders.len(), journal_lines, leftovers })
}

/// The records that say since when something fails, when it last did not, and when it is asked again, however old they
/// are; from the newest first.
fn needed(runs: &[RunRecord]) -> BTreeSet<String> {
    let mut needed: BTreeSet<String> =
        [record::last_good(runs), record::failing_since(runs)].into_iter().flatten().map(|run| run.id.clone()).collect();
    let data_sets: BTreeSet<&DatasetId> = runs.iter().flat_map(|run| run.data_sets.keys()).collect();
    for id in data_sets {
        let asked = runs.iter().filter(|run| run.data_sets.get(id).is_some_and(|line| line.asked));
        let failed: Vec<&RunRecord> = asked.take_while(|run| run.data_sets[id].status == "failed").collect();
        needed.extend(failed.iter().take(COUNTED).chain(failed.last()).map(|run| run.id.clone()));
    }
    needed
}
