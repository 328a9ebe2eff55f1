//! Releases on disk: staged beside, renamed into place, pointed to by one symbolic link.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result, suggestion};
use crate::release::Manifest;
use crate::workspace::Workspace;

/// The folder of the promoted release, if there is one.
pub fn current(workspace: &Workspace) -> Option<PathBuf> {
    let target = fs_err::read_link(workspace.current()).ok()?;
    let path = workspace.data.join(target);
    path.join("manifest.json").exists().then_some(path)
}

/// All complete releases, oldest first.
pub fn list(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut paths = entries(&workspace.releases())?;
    paths.retain(|path| path.join("manifest.json").exists());
    // By the moment they were made, which a frozen clock can repeat; then by the moment they were written.
    paths.sort_by_key(|path| {
        let written = path.join("manifest.json").metadata().and_then(|m| m.modified()).ok();
        (Manifest::load(path).map(|m| m.created_at).unwrap_or_default(), written, path.clone())
    });
    Ok(paths)
}

/// What a folder holds; a folder that is not there holds nothing, one that cannot be read is an error.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs_err::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder.symlink_metadata().is_err() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// A release by id (or the beginning of one), `current` or `previous`.
pub fn find(workspace: &Workspace, wanted: &str) -> Result<PathBuf> {
    if wanted == "current" {
        return current(workspace).ok_or_else(|| Error::usage_hint("no release yet", "run `yardstick run` first"));
    }
    let all = list(workspace)?;
    if wanted == "previous" {
        let named = current(workspace).and_then(|c| Manifest::load(&c).ok()).and_then(|m| m.previous);
        return named
            .map(|id| workspace.releases().join(id))
            .filter(|path| path.join("manifest.json").exists())
            .ok_or_else(|| Error::usage("there is no release before the current one"));
    }
    let names: Vec<String> = all.iter().filter_map(|p| p.file_name().map(|n| n.to_string_lossy().into_owned())).collect();
    let found: Vec<usize> = (0..all.len()).filter(|i| names[*i] == wanted || names[*i].starts_with(wanted)).collect();
    match found[..] {
        [index] => Ok(all[index].clone()),
        [] => Err(Error::Usage { message: format!("no release `{wanted}`"), hint: suggestion(wanted, names.iter().map(String::as_str)) }),
        _ => Err(Error::usage(format!("several releases begin with `{wanted}`"))),
    }
}

/// Moves a staged release into place and points `current` to it.
pub fn promote(workspace: &Workspace, staged: &Path, id: &str) -> Result<PathBuf> {
    let target = workspace.releases().join(id);
    fs_err::create_dir_all(workspace.releases())?;
    if target.exists() {
        fs_err::remove_dir_all(&target)?;
    }
    fs_err::rename(staged, &target)?;
    point(workspace, id)?;
    Ok(target)
}

/// Replaces the pointer in one step.
pub fn point(workspace: &Workspace, id: &str) -> Result<()> {
    let temporary = workspace.data.join(format!(".current-{id}"));
    if temporary.symlink_metadata().is_ok() {
        fs_err::remove_file(&temporary)?;
    }
    #[cfg(unix)]
    fs_err::os::unix::fs::symlink(Path::new("releases").join(id), &temporary)?;
    fs_err::rename(&temporary, workspace.current())?;
    Ok(())
}
