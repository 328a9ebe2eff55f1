//! Removes old releases, and the observation files that nothing uses any more.
//!
//! Everything is read before anything is removed: what cannot be read may be in use, so it ends the command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Manifest;
use super::promote::{self, entries};
use crate::error::{Code, Error, Result};
use crate::observe::NormaliseReport;
use crate::workspace::Workspace;

/// Removes all but the newest `keep` releases (never the current one) and the observation files that neither a kept
/// release nor the next one uses. Gives the names of the releases removed.
pub fn prune(workspace: &Workspace, keep: usize) -> Result<Vec<String>> {
    let current = current(workspace)?;
    let releases = releases(workspace)?;
    let (old, newest) = releases.split_at(releases.len().saturating_sub(keep));
    let (kept, removed): (Vec<_>, Vec<_>) = old.iter().partition(|(path, _)| Some(path) == current.as_ref());
    let mut used: BTreeSet<String> = at_hand(workspace)?;
    for (_, manifest) in kept.into_iter().chain(newest) {
        used.extend(manifest.inputs.iter().map(|input| input.observation_file.clone()));
    }
    let unused = unused(workspace, &used)?;
    for (path, _) in &removed {
        fs_err::remove_dir_all(path)?;
    }
    for path in unused {
        fs_err::remove_file(path)?;
    }
    Ok(removed.into_iter().filter_map(|(path, _)| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect())
}

fn refused(path: &Path, why: &str, hint: &str) -> Error {
    Error::provider_hint(Code::UnreadableReleases, format!("nothing was removed: {}: {why}", path.display()), hint)
}

/// The release that `current` points to; a pointer to nothing may be one to a disk that is away.
fn current(workspace: &Workspace) -> Result<Option<PathBuf>> {
    match workspace.current().symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        _ => match promote::current(workspace) {
            Some(path) => Ok(Some(path)),
            None => Err(refused(
                &workspace.current(),
                "it does not lead to a release",
                "point it to one with `yardstick release rollback ID`, or make one with `yardstick run`",
            )),
        },
    }
}

/// What a folder holds, without what other programs leave behind, such as .DS_Store.
fn visible(folder: &Path, hint: &str) -> Result<Vec<PathBuf>> {
    let mut found = entries(folder).map_err(|error| refused(folder, &error.to_string(), hint))?;
    found.retain(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")));
    Ok(found)
}

/// All releases with their manifests, oldest first.
fn releases(workspace: &Workspace) -> Result<Vec<(PathBuf, Manifest)>> {
    let hint = "a release that cannot be read may need any observation file: correct it, or take it out of the folder, and prune again";
    let read = |path: PathBuf| match Manifest::load(&path) {
        Ok(manifest) => Ok((path, manifest)),
        Err(error) => Err(refused(&path, &error.to_string(), hint)),
    };
    for path in visible(&workspace.releases(), hint)? {
        read(path)?;
    }
    promote::list(workspace)?.into_iter().map(read).collect()
}

/// The observation files that the next release is made of, by hash.
fn at_hand(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    let hint = "run `yardstick run`, which makes it anew, or take it out of the folder, and prune again";
    for source in visible(&workspace.data.join("observations"), hint)? {
        for path in visible(&source, hint)? {
            if path.extension().is_some_and(|extension| extension == "json") {
                used.insert(NormaliseReport::read(&path).map_err(|error| refused(&path, &error.to_string(), hint))?.hash);
            }
        }
    }
    Ok(used)
}

/// The observation files by hash that are not among those used. A file with another name is none of ours.
fn unused(workspace: &Workspace, used: &BTreeSet<String>) -> Result<Vec<PathBuf>> {
    let is_unused = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let ours = stem.len() == 64 && stem.bytes().all(|b| b.is_ascii_hexdigit()) && path.extension().is_some_and(|e| e == "parquet");
        ours && !used.contains(stem)
    };
    let hint = "correct it, or take it away, and run `yardstick run`, which makes anew what it needs";
    Ok(visible(&workspace.observations_by_hash(), hint)?.into_iter().filter(is_unused).collect())
}
