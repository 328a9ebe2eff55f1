//! A pull from a folder: a download made by hand, a fixture, an archive.

use std::path::Path;

use jiff::Timestamp;

use super::bodies::look_into;
use super::{Freshness, against, made};
use crate::error::{Code, Error, Result};
use crate::fetch::{Attempt, Body, Journal, Pull, Store, stamp};
use crate::pipelines::{Dataset, Source};

/// Takes the files of `folder` as the bodies of a pull. None when the folder does not exist or has no files.
pub fn from_folder(
    store: &Store,
    journal: &Journal,
    source: &Source,
    dataset: &Dataset,
    folder: &Path,
    previous: Option<&Pull>,
    now: Timestamp,
) -> Result<Option<Freshness>> {
    let mut bodies = Vec::new();
    let unreadable = |error: std::io::Error| Error::provider(Code::UnreadableBody, error.to_string());
    for (name, path) in look_into(folder)?.bodies {
        let file = fs_err::File::open(&path).map_err(unreadable)?;
        let last_modified = file.metadata().map_err(unreadable)?.modified().ok().and_then(|time| Timestamp::try_from(time).ok()).map(stamp);
        let (hash, bytes) = store.put(file, source.http.max_bytes).map_err(|error| at(error, &path))?;
        let url = format!("file:{}/{}/{name}", source.name, dataset.name);
        // A body that another route has been found to read stays with it.
        let known = previous.and_then(|pull| pull.bodies.iter().find(|body| (&body.name, &body.hash) == (&name, &hash)));
        let known = known.and_then(|body| dataset.route(&body.route)).map(|(_, route)| route);
        let route = known.unwrap_or(dataset.own()).name.clone();
        journal.record(&Attempt {
            name: name.clone(),
            method: "FOLDER".into(),
            url: url.clone(),
            attempt: 1,
            outcome: "stored".into(),
            bytes: Some(bytes),
            hash: Some(hash.clone()),
            ..Attempt::new(now, &source.name, &dataset.name, &route)
        })?;
        bodies.push(Body { name, hash, bytes, url, fetched_at: stamp(now), status: 0, etag: None, last_modified, route });
    }
    if bodies.is_empty() {
        return Ok(None);
    }
    let routes = bodies.iter().map(|body| (body.route.clone(), stamp(now))).collect();
    let mut pull = Pull { routes, ..made(source, dataset, dataset.own(), bodies, now, "folder") };
    pull.bodies.sort_by_key(|body| dataset.route(&body.route).map(|(place, _)| place));
    Ok(Some(against(pull, previous)))
}

fn at(error: Error, path: &Path) -> Error {
    match error {
        Error::Fetch { code, message, hint } => Error::Fetch { code, message: format!("{}: {message}", path.display()), hint },
        other => other,
    }
}
