//! A pull from a folder: a download made by hand, a fixture, an archive.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Outcome, against, made};
use crate::error::{Error, Result};
use crate::fetch::{Attempt, Body, Journal, Pull, Store, stamp};
use crate::pipelines::{Dataset, Source};

/// Takes the files of `folder` as the bodies of a pull. None when the folder does not exist or has no files;
/// hidden files, folders and `*.md` are not bodies.
pub fn from_folder(
    store: &Store,
    journal: &Journal,
    source: &Source,
    dataset: &Dataset,
    folder: &Path,
    previous: Option<&Pull>,
    now: Timestamp,
) -> Result<Option<Outcome>> {
    let mut bodies = Vec::new();
    for (name, path) in bodies_in(folder)? {
        let (hash, bytes) = store.put(fs_err::File::open(&path)?, source.http.max_bytes).map_err(|error| at(error, &path))?;
        let url = format!("file:{}/{}/{name}", source.name, dataset.name);
        journal.record(&Attempt {
            name: name.clone(),
            method: "FOLDER".into(),
            url: url.clone(),
            attempt: 1,
            outcome: "stored".into(),
            bytes: Some(bytes),
            hash: Some(hash.clone()),
            ..Attempt::new(now, &source.name, &dataset.name)
        })?;
        bodies.push(Body { name, hash, bytes, url, fetched_at: stamp(now), status: 0, etag: None, last_modified: None });
    }
    let pull = (!bodies.is_empty()).then(|| made(source, dataset, bodies, now, "folder"));
    Ok(pull.map(|pull| against(pull, previous)))
}

pub fn bodies_in(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let note = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        if !name.starts_with('.') && !note && path.is_file() {
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}

fn at(error: Error, path: &Path) -> Error {
    match error {
        Error::Fetch { code, message, hint } => Error::Fetch { code, message: format!("{}: {message}", path.display()), hint },
        other => other,
    }
}
