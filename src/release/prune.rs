//! Retention: removes old releases, and the observation files and snapshots that nothing uses any more.
//!
//! Everything is read before anything is removed: what cannot be read may be in use, so it ends the command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Manifest;
use super::promote;
use crate::error::{Code, Error, Result};
use crate::fetch::{Journal, Pull};
use crate::files::{self, entries};
use crate::observe::NormaliseReport;
use crate::tables::parquet;
use crate::workspace::Workspace;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// The newest releases; the current one stays in any case.
    pub releases: usize,
    /// The newest releases that a gate refused.
    pub refused: usize,
}

/// What was removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Pruned {
    /// Names of releases.
    pub removed: Vec<String>,
    /// Names of releases that a gate had refused.
    pub refused: Vec<String>,
    pub observation_files: usize,
    pub snapshots: usize,
    pub bytes_freed: u64,
}

/// Removes all but the newest releases, and what neither a kept release nor the next one uses.
pub fn prune(workspace: &Workspace, keep: Keep) -> Result<Pruned> {
    let current = current(workspace)?;
    let all = releases(workspace)?;
    let (old, newest) = all.split_at(all.len().saturating_sub(keep.releases));
    let (mut kept, mut removed, mut held_alone) = (Vec::new(), Vec::new(), Vec::new());
    for one in old {
        let alone = if Some(&one.0) == current.as_ref() { None } else { promote::hold_alone(&one.0)? };
        // One that is being published is removed next time.
        if alone.is_some() {
            removed.push(one);
        } else {
            kept.push(one);
        }
        held_alone.extend(alone);
    }
    let staged = staged(workspace)?;
    let (refused, held) = staged.split_at(staged.len().saturating_sub(keep.refused));
    let mut used = at_hand(workspace)?;
    for (_, manifest) in kept.into_iter().chain(newest).chain(held) {
        for input in manifest.all_data_sets() {
            used.observations.insert(input.observation_file.clone());
            used.snapshots.extend(input.bodies.iter().map(|body| body.snapshot.clone()));
        }
    }
    let observations = unused(&workspace.observations_by_hash(), Some("parquet"), &used.observations)?;
    let snapshots = if used.snapshots_are_known { unused_snapshots(workspace, &used.snapshots)? } else { Vec::new() };
    let mut pruned = Pruned { observation_files: observations.len(), snapshots: snapshots.len(), ..Pruned::default() };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for (path, _) in &removed {
        keep_revisions(workspace, path)?;
    }
    for (path, _) in removed.iter().copied().chain(refused) {
        pruned.bytes_freed += files::size(path);
        promote::remove(workspace, path)?;
    }
    pruned.removed.extend(removed.iter().map(|(path, _)| name(path)));
    pruned.refused.extend(refused.iter().map(|(path, _)| name(path)));
    for path in observations.iter().chain(&snapshots) {
        pruned.bytes_freed += files::size(path);
        fs_err::remove_file(path)?;
    }
    Ok(pruned)
}

/// What a release changed against the one before it stays when it goes: a value that a provider has deleted since is
/// found there.
fn keep_revisions(workspace: &Workspace, release: &Path) -> Result<()> {
    let from = release.join("revisions.parquet");
    let file = match fs_err::File::open(&from) {
        Ok(file) => file.into_parts().0,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    // One that cannot be read is kept as it is.
    if parquet::rows(file).unwrap_or(1) == 0 {
        return Ok(());
    }
    files::make_folder(&workspace.history())?;
    let name = release.file_name().unwrap_or_default().to_string_lossy();
    files::copy_atomically(&from, &workspace.history().join(format!("{name}.parquet")))
}

fn refuse(path: &Path, why: &str, hint: &str) -> Error {
    Error::provider_hint(Code::UnreadableReleases, format!("nothing was removed: {}: {why}", path.display()), hint)
}

/// The release that `current` points to; a pointer to nothing may be one to a disk that is away.
fn current(workspace: &Workspace) -> Result<Option<PathBuf>> {
    match workspace.current().symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        _ => {
            // The pointer leads nowhere where the folder cannot be read, and is not wrong for that.
            visible(&workspace.releases(), RELEASE_HINT)?;
            match promote::current(workspace) {
                Ok(Some(path)) => Ok(Some(path)),
                Ok(None) => Err(refuse(
                    &workspace.current(),
                    "it does not lead to a release",
                    "point it to one with `yardstick release rollback ID`, or make one with `yardstick run`",
                )),
                Err(error) => Err(refuse(&workspace.current(), &error.to_string(), RELEASE_HINT)),
            }
        }
    }
}

/// What a folder holds, without what other programs leave behind, such as .DS_Store.
fn visible(folder: &Path, hint: &str) -> Result<Vec<PathBuf>> {
    let mut found = entries(folder).map_err(|error| refuse(folder, &error.to_string(), hint))?;
    found.retain(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")));
    found.sort();
    Ok(found)
}

const RELEASE_HINT: &str =
    "a release that cannot be read may need any observation file: correct it, or take it out of the folder, and prune again";

/// All releases with their manifests, oldest first.
fn releases(workspace: &Workspace) -> Result<Vec<(PathBuf, Manifest)>> {
    for path in visible(&workspace.releases(), RELEASE_HINT)? {
        with_manifest(path)?;
    }
    promote::list(workspace)?.into_iter().map(with_manifest).collect()
}

/// The releases that a gate refused, oldest first.
fn staged(workspace: &Workspace) -> Result<Vec<(PathBuf, Manifest)>> {
    promote::refused(workspace)?.into_iter().map(with_manifest).collect()
}

fn with_manifest(path: PathBuf) -> Result<(PathBuf, Manifest)> {
    match Manifest::load(&path) {
        Ok(manifest) => Ok((path, manifest)),
        Err(error) => Err(refuse(&path, &error.to_string(), RELEASE_HINT)),
    }
}

/// What the next release is made of.
struct Used {
    observations: BTreeSet<String>,
    snapshots: BTreeSet<String>,
    /// False where observations have no record of the bodies that they were made of.
    snapshots_are_known: bool,
}

const AT_HAND_HINT: &str = "run `yardstick run`, which makes it anew, or take it out of the folder, and prune again";

fn at_hand(workspace: &Workspace) -> Result<Used> {
    let refuse = |path: &Path, error: Error| refuse(path, &error.to_string(), AT_HAND_HINT);
    let mut used = Used { observations: BTreeSet::new(), snapshots: Journal::new(&workspace.data).refused()?, snapshots_are_known: true };
    for path in json_files(&workspace.data.join("observations"))? {
        used.observations.insert(NormaliseReport::read(&path).map_err(|error| refuse(&path, error))?.hash);
        let pull = path.strip_prefix(workspace.data.join("observations")).map(|inside| workspace.data.join("pulls").join(inside));
        used.snapshots_are_known &= pull.is_ok_and(|path| path.is_file());
    }
    for path in json_files(&workspace.data.join("pulls"))? {
        let pull = Pull::read(&path).map_err(|error| refuse(&path, error))?;
        used.snapshots.extend(pull.bodies.into_iter().map(|body| body.hash));
    }
    Ok(used)
}

/// The records of all data sets below a folder of the data folder.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for source in visible(folder, AT_HAND_HINT)? {
        found.extend(visible(&source, AT_HAND_HINT)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")));
    }
    Ok(found)
}

/// The files of a folder that are named by a hash which is not among those used. A file with another name is none of ours.
fn unused(folder: &Path, extension: Option<&str>, used: &BTreeSet<String>) -> Result<Vec<PathBuf>> {
    let is_unused = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_hash = stem.len() == 64 && stem.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash && path.extension().and_then(|e| e.to_str()) == extension && !used.contains(stem)
    };
    let hint = "correct it, or take it away, and run `yardstick run`, which makes anew what it needs";
    Ok(visible(folder, hint)?.into_iter().filter(is_unused).collect())
}

fn unused_snapshots(workspace: &Workspace, used: &BTreeSet<String>) -> Result<Vec<PathBuf>> {
    let folders = visible(&workspace.data.join("snapshots"), "correct it, and prune again")?;
    let found: Result<Vec<Vec<PathBuf>>> = folders.iter().map(|folder| unused(folder, None, used)).collect();
    Ok(found?.concat())
}
