//! What is remembered of the last pull of a data set: its bodies, where they came from, and when.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub name: String,
    /// BLAKE3, hexadecimal: the name of the snapshot.
    pub hash: String,
    pub bytes: u64,
    /// Where it came from; `file:<source>/<dataset>/<name>` for a file brought by hand.
    pub url: String,
    /// When this content was first seen, RFC 3339 in UTC.
    pub fetched_at: String,
    /// 200, or 0 for a file brought by hand.
    pub status: u16,
    pub etag: Option<String>,
    /// What the provider said, or the date of a file brought by hand.
    pub last_modified: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub source: String,
    pub dataset: String,
    /// Sorted by name.
    pub bodies: Vec<Body>,
    pub fetched_at: String,
    /// The last time it was confirmed unchanged.
    pub checked_at: String,
    pub vintage: Option<String>,
    pub change_token: Option<String>,
    /// `network` or `folder`.
    pub origin: String,
}

impl Pull {
    /// `data/pulls/<source>/<dataset>.json`.
    pub fn path(data: &Path, source: &str, dataset: &str) -> PathBuf {
        data.join("pulls").join(source).join(format!("{dataset}.json"))
    }

    pub fn load(data: &Path, source: &str, dataset: &str) -> Result<Option<Self>> {
        match Self::read(&Self::path(data, source, dataset)) {
            Ok(pull) => Ok(Some(pull)),
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn read(path: &Path) -> Result<Self> {
        serde_json::from_slice(&fs_err::read(path)?).map_err(|error| {
            Error::fetch_hint(
                Code::DamagedSnapshot,
                format!("{} is damaged: {error}", path.display()),
                "remove the file and pull the data set again",
            )
        })
    }

    /// Writes beside and renames: a crash leaves the old record or the new one.
    pub fn save(&self, data: &Path) -> Result<()> {
        let path = Self::path(data, &self.source, &self.dataset);
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        crate::files::write_atomically(&path, &text)
    }
}

/// RFC 3339 in UTC, whole seconds.
pub fn stamp(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
