//! `data/journal.jsonl`: one line per attempt to get something, appended; old lines are forgotten by rule. Secrets never come here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::record::stamp;
use crate::error::Result;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The clock of the run, RFC 3339.
    pub time: String,
    pub source: String,
    pub dataset: String,
    /// The way to the data set's figures: its own has the name of the data set.
    #[serde(default)]
    pub route: String,
    pub name: String,
    /// `GET`, `POST`, or `FOLDER` for a file brought by hand.
    pub method: String,
    pub url: String,
    /// From 1; 0 for a judgement on answers that had arrived.
    pub attempt: u32,
    /// `stored`, `unchanged`, `read` (a list or version), `answered` (a status the plan deals with), `failed`, `not_asked`
    /// (the host is not asked further in this run), `stale`, or `refused` (a body that arrived and may not be used).
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

impl Attempt {
    /// A failed attempt until more is known.
    pub fn new(now: jiff::Timestamp, source: &str, dataset: &str, route: &str) -> Self {
        let [source, dataset, route] = [source, dataset, route].map(str::to_owned);
        Self { time: stamp(now), source, dataset, route, outcome: "failed".to_owned(), ..Self::default() }
    }
}

#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    pub fn new(data: &Path) -> Self {
        Self { path: data.join("journal.jsonl") }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The snapshots whose body was refused: somebody may want to look at them.
    pub fn refused(&self) -> Result<BTreeSet<String>> {
        let lines = self.lines()?;
        let refused = |line: &str| {
            let attempt: Attempt = serde_json::from_str(line).ok()?;
            (attempt.outcome == "refused").then_some(attempt.hash).flatten()
        };
        Ok(lines.lines().filter(|line| line.contains("\"refused\"")).filter_map(refused).collect())
    }

    /// Removes the lines of attempts before a moment, once the first of them is older by more than a week: the file is
    /// not written anew each night. Gives how many.
    pub fn forget(&self, before: jiff::Timestamp) -> Result<usize> {
        let text = self.lines()?;
        let time = |line: &str| Some(serde_json::from_str::<Attempt>(line).ok()?.time);
        let week = stamp(before.saturating_sub(jiff::SignedDuration::from_hours(7 * 24)).unwrap_or(before));
        if text.lines().next().and_then(time).is_none_or(|first| first >= week) {
            return Ok(0);
        }
        let limit = stamp(before);
        // A line that cannot be read is kept.
        let (old, kept): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| time(line).is_some_and(|time| time < limit));
        let kept: String = kept.into_iter().map(|line| format!("{line}\n")).collect();
        crate::files::write_atomically(&self.path, kept.as_bytes())?;
        Ok(old.len())
    }

    fn lines(&self) -> Result<String> {
        match fs_err::read(&self.path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Appends one line in one write, so that lines of data sets pulled side by side do not mix.
    pub fn record(&self, attempt: &Attempt) -> Result<()> {
        crate::files::append_line(&self.path, &serde_json::to_vec(attempt)?)
    }
}
