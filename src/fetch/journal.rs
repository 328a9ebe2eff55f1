//! `data/journal.jsonl`: one line per attempt to get something, appended and never rewritten. Secrets never come here.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
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
    /// (the host is not asked further in this run), `stale` or `refused` (what had arrived did not pass a gate).
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

    /// Of each data set, by source and name, the attempts of the last run that asked for it, in order. What is no line of
    /// ours is passed over.
    pub fn last_runs(&self) -> Result<BTreeMap<(String, String), Vec<Attempt>>> {
        let mut runs: BTreeMap<(String, String), Vec<Attempt>> = BTreeMap::new();
        let file = match fs_err::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(runs),
            Err(error) => return Err(error.into()),
        };
        for line in BufReader::new(file).lines() {
            let Ok(attempt) = serde_json::from_str::<Attempt>(&line?) else { continue };
            let run = runs.entry((attempt.source.clone(), attempt.dataset.clone())).or_default();
            if run.last().is_some_and(|last| last.time != attempt.time) {
                run.clear();
            }
            run.push(attempt);
        }
        Ok(runs)
    }

    /// Appends one line in one write, so that lines of data sets pulled side by side do not mix.
    pub fn record(&self, attempt: &Attempt) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let mut line = serde_json::to_vec(attempt)?;
        line.push(b'\n');
        fs_err::OpenOptions::new().create(true).append(true).open(&self.path)?.write_all(&line)?;
        Ok(())
    }
}
