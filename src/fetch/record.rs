//! What is remembered of the last pull of a data set: its bodies, where they came from, and when.

use std::collections::BTreeMap;
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
    /// The route that it came by. Older versions knew only the data set's own, and wrote none.
    #[serde(default)]
    pub route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub source: String,
    pub dataset: String,
    /// Those of one route after those of the other, the route whose figures stand first; by name within a route.
    pub bodies: Vec<Body>,
    pub fetched_at: String,
    /// The last time it was confirmed unchanged; where several routes are in use, of the one where that is longest ago.
    pub checked_at: String,
    /// The same of each route in use.
    #[serde(default)]
    pub routes: BTreeMap<String, String>,
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
        let mut pull: Self = serde_json::from_slice(&fs_err::read(path)?).map_err(|error| {
            Error::fetch_hint(
                Code::DamagedSnapshot,
                format!("{} is damaged: {error}", path.display()),
                "remove the file and pull the data set again",
            )
        })?;
        for body in pull.bodies.iter_mut().filter(|body| body.route.is_empty()) {
            body.route.clone_from(&pull.dataset);
        }
        Ok(pull)
    }

    /// What came by one route. None where nothing did.
    pub fn by_route(&self, route: &str) -> Option<Self> {
        let bodies: Vec<Body> = self.bodies.iter().filter(|body| body.route == route).cloned().collect();
        let checked_at = self.routes.get(route).unwrap_or(&self.checked_at).clone();
        let routes = BTreeMap::from([(route.to_owned(), checked_at.clone())]);
        (!bodies.is_empty()).then(|| Self { bodies, checked_at, routes, ..self.clone() })
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
