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
pub fn list(workspace: &Workspace) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs_err::read_dir(workspace.releases())
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.join("manifest.json").exists()).collect())
        .unwrap_or_default();
    // By the moment they were made, which a frozen clock can repeat; then by the moment they were written.
    paths.sort_by_key(|path| {
        let written = path.join("manifest.json").metadata().and_then(|m| m.modified()).ok();
        (Manifest::load(path).map(|m| m.created_at).unwrap_or_default(), written, path.clone())
    });
    paths
}

/// A release by id (or the beginning of one), `current` or `previous`.
pub fn find(workspace: &Workspace, wanted: &str) -> Result<PathBuf> {
    if wanted == "current" {
        return current(workspace).ok_or_else(|| Error::usage_hint("no release yet", "run `yardstick run` first"));
    }
    let all = list(workspace);
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

/// Removes all but the newest `keep` releases (never the current one) and the observation files that neither
/// a release nor the next one (`at_hand`, by hash) uses.
pub fn prune(workspace: &Workspace, keep: usize, at_hand: &[String]) -> Result<Vec<String>> {
    let current = current(workspace);
    let all = list(workspace);
    let mut removed = Vec::new();
    for path in &all[..all.len().saturating_sub(keep)] {
        if Some(path) != current.as_ref() {
            fs_err::remove_dir_all(path)?;
            removed.push(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
        }
    }
    let mut used: Vec<String> = at_hand.to_vec();
    for path in list(workspace) {
        let Ok(manifest) = Manifest::load(&path) else { continue };
        used.extend(manifest.inputs.into_iter().map(|input| input.observation_file));
    }
    if let Ok(entries) = fs_err::read_dir(workspace.observations_by_hash()) {
        for path in entries.filter_map(|e| e.ok().map(|e| e.path())) {
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            if !used.contains(&stem) {
                fs_err::remove_file(path)?;
            }
        }
    }
    Ok(removed)
}
