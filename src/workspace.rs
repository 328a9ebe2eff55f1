//! Where things stand: the workspace that people edit and the data folder that the program owns.

use std::path::{Path, PathBuf};

/// The file of `pipelines/` that is no source: how the job itself runs.
pub const JOB_FILE: &str = "job.toml";

/// The two roots of every command.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Holds `pipelines/` and `sql/`.
    pub root: PathBuf,
    /// Holds snapshots, observations and releases; ours alone.
    pub data: PathBuf,
}

impl Workspace {
    pub fn sql(&self) -> PathBuf {
        self.root.join("sql")
    }

    pub fn reference(&self) -> PathBuf {
        self.root.join("pipelines/reference")
    }

    pub fn observations(&self, source: &str, dataset: &str) -> PathBuf {
        self.data.join("observations").join(source).join(format!("{dataset}.parquet"))
    }

    /// Each distinct observation file by its hash, as releases remember it. Beside `observations/` and not in it: who
    /// reads all of `observations/*/*.parquet` reads every row once.
    pub fn observations_by_hash(&self) -> PathBuf {
        self.data.join("observations_by_hash")
    }

    /// The observation file of a hash.
    pub fn observation_file(&self, hash: &str) -> PathBuf {
        self.observations_by_hash().join(format!("{hash}.parquet"))
    }

    pub fn quarantine(&self, source: &str, dataset: &str) -> PathBuf {
        self.data.join("quarantine").join(source).join(format!("{dataset}.parquet"))
    }

    pub fn releases(&self) -> PathBuf {
        self.data.join("releases")
    }

    /// Releases while they are written, and those that a gate refused.
    pub fn staging(&self) -> PathBuf {
        self.data.join("staging")
    }

    /// What releases changed that retention has removed.
    pub fn history(&self) -> PathBuf {
        self.data.join("history")
    }

    /// What became of each run.
    pub fn runs(&self) -> PathBuf {
        self.data.join("runs")
    }

    /// The release that `release pin` holds, as text.
    pub fn pin(&self) -> PathBuf {
        self.data.join("pinned")
    }

    /// The pointer to the promoted release.
    pub fn current(&self) -> PathBuf {
        self.data.join("current")
    }

    /// A path as it is shown to people: relative to the workspace where it lies inside.
    pub fn shown(&self, path: &Path) -> String {
        shown(&self.root, path)
    }
}

/// `path` relative to `root`, with forward slashes.
pub fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
