//! How much is kept after each run, and what was removed.

use serde::{Deserialize, Serialize};

use crate::error::count;
use crate::release::prune::{Keep, Pruned};

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
