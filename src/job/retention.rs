//! What is removed by rule after each run: old releases and what only they used, old records of runs, old journal lines.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Result, count};
use crate::fetch::Journal;
use crate::files;
use crate::release::prune::{self, Keep, Pruned};
use crate::settings::Settings;

/// How much is kept after each run.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    pub releases: u32,
    pub refused: u32,
    pub runs: u32,
    pub journal_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { releases: 30, refused: 3, runs: 400, journal_days: 90 }
    }
}

impl Retention {
    pub fn keep(&self) -> Keep {
        Keep { releases: self.releases.max(1) as usize, refused: self.refused as usize }
    }
}

/// What was removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Retained {
    #[serde(flatten)]
    pub pruned: Pruned,
    pub runs: usize,
    pub journal_lines: usize,
    /// Half-written files of runs that were killed.
    pub leftovers: usize,
}

/// Removes what the rule does not keep; the lock must be held.
pub fn retain(settings: &Settings, rule: &Retention, leftovers: usize) -> Result<Retained> {
    let mut pruned = prune::prune(&settings.workspace, rule.keep())?;
    let mut folders = files::entries(&settings.workspace.runs())?;
    // A record of a time still to come, when the clock was ahead, is none of the newest.
    let now = settings.now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let name = |folder: &PathBuf| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    folders.sort_by_cached_key(|folder| (name(folder).get(..now.len()) <= Some(&*now), name(folder)));
    let runs = folders.len().saturating_sub(rule.runs.max(1) as usize);
    for folder in &folders[..runs] {
        pruned.bytes_freed += files::size(folder);
        fs_err::remove_dir_all(folder)?;
    }
    let journal = Journal::new(&settings.workspace.data);
    let before = files::size(journal.path());
    let journal_lines = journal.forget(settings.now, rule.journal_days)?;
    pruned.bytes_freed += before.saturating_sub(files::size(journal.path()));
    Ok(Retained { pruned, runs, journal_lines, leftovers })
}

impl Retained {
    /// One line, if anything was removed.
    pub fn told(&self) -> Option<String> {
        let parts = [
            (self.pruned.removed.len(), "release"),
            (self.pruned.refused.len(), "refused release"),
            (self.pruned.observation_files, "observation file"),
            (self.pruned.snapshots, "snapshot"),
            (self.runs, "run record"),
            (self.journal_lines, "journal line"),
            (self.leftovers, "leftover"),
        ];
        let told: Vec<String> = parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(*number, what)).collect();
        (!told.is_empty()).then(|| format!("removed {}; {} freed", told.join(", "), bytes(self.pruned.bytes_freed)))
    }
}

/// Bytes for people.
pub fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{number} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}
