//! What a run that was killed leaves behind: files and folders that were being written. Nobody reads them, and the next
//! run removes them before it begins.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::table_files;
use crate::error::Result;
use crate::files::{self, entries};
use crate::release::promote::UNFINISHED_POINTER;
use crate::workspace::Workspace;

/// A start that finds the lock taken writes its record all the same, and a question may have tables of its own: what is
/// younger than this may be in use.
const IN_USE: Duration = Duration::from_hours(1);

/// Removes leftovers; the lock must be held. Gives how many there were.
pub(super) fn clear(workspace: &Workspace) -> Result<usize> {
    let mut found = Vec::new();
    for folder in entries(&workspace.runs())?.into_iter().filter(|path| path.is_dir()) {
        found.extend(entries(&folder)?.into_iter().filter(|path| begins(path, files::UNFINISHED) && is_old(path)));
    }
    for folder in folders(workspace)? {
        found.extend(entries(&folder)?.into_iter().filter(|path| begins(path, files::UNFINISHED)));
    }
    found.extend(entries(&workspace.data)?.into_iter().filter(|path| path.ends_with(UNFINISHED_POINTER)));
    // A release that a gate refused has its manifest, and waits for a person; one that is made or removed is out of sight.
    // Tables of the last hour may be those of somebody who asks, for which no lock is held.
    let unfinished = |path: &PathBuf| {
        if begins(path, table_files::FOLDER) { is_old(path) } else { begins(path, ".") || !path.join("manifest.json").is_file() }
    };
    found.extend(entries(&workspace.staging())?.into_iter().filter(unfinished));
    for path in &found {
        let removed = if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            fs_err::remove_dir_all(path)
        } else {
            fs_err::remove_file(path)
        };
        // What its writer has finished or removed meanwhile is none any more.
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error.into());
        }
    }
    Ok(found.len())
}

/// Every folder in which files are written beside their place.
fn folders(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let data = &workspace.data;
    let mut folders = vec![data.clone(), data.join("snapshots"), workspace.observations_by_hash()];
    for above in [data.join("pulls"), data.join("observations"), data.join("quarantine"), workspace.staging()] {
        folders.extend(entries(&above)?.into_iter().filter(|path| path.is_dir()));
    }
    Ok(folders)
}

fn is_old(path: &Path) -> bool {
    let written = path.symlink_metadata().and_then(|found| found.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > IN_USE))
}

fn begins(path: &Path, with: &str) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(with.as_bytes()))
}
