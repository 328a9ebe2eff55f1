//! Releases on disk: staged beside, renamed into place, pointed to by one symbolic link.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::error::{Error, Result, suggestion};
use crate::files::{self, entries};
use crate::release::Manifest;
use crate::workspace::Workspace;

/// The pointer while it is made.
pub const UNFINISHED_POINTER: &str = ".current";
/// How the name of a release begins until it is promoted or refused: nobody is shown one that is neither.
pub const UNFINISHED_RELEASE: &str = ".new-";

/// The folder of the promoted release, if there is one.
pub fn current(workspace: &Workspace) -> Result<Option<PathBuf>> {
    use std::io::ErrorKind::{InvalidInput, NotADirectory, NotFound};
    let target = match fs_err::read_link(workspace.current()) {
        Ok(target) => target,
        // Not there, or no link. An error of the disk is no absence.
        Err(error) if matches!(error.kind(), NotFound | InvalidInput) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let path = workspace.data.join(target);
    match fs_err::metadata(path.join("manifest.json")) {
        Ok(_) => Ok(Some(path)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All complete releases, oldest first: the current one behind that which it took the place of, and so on, whatever the clock
/// said; any other by the moment it was made.
pub fn list(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut rest = in_order(entries(&workspace.releases())?)?;
    let mut order: Vec<PathBuf> = Vec::new();
    let mut next = current(workspace)?;
    while let Some(place) = next.and_then(|path| rest.iter().position(|other| *other == path)) {
        let path = rest.remove(place);
        let previous = Manifest::load(&path).ok().and_then(|manifest| manifest.previous);
        next = previous.map(|id| workspace.releases().join(id));
        order.insert(0, path);
    }
    for path in rest {
        let place = order.iter().rposition(|other| created_at(other) <= created_at(&path)).map_or(0, |place| place + 1);
        order.insert(place, path);
    }
    Ok(order)
}

/// The releases that a gate refused, oldest first.
pub fn refused(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    in_order(entries(&workspace.staging())?.into_iter().filter(|path| !is_hidden(path)).collect())
}

/// Those of them that a person has yet to look at: that were to take the place of the current release, or are newer. The last
/// of them is the newest; one of a time still to come, when the clock was ahead, is not.
pub fn waiting(workspace: &Workspace, now: Timestamp) -> Result<Vec<PathBuf>> {
    let current = current(workspace)?;
    let since = current.as_deref().and_then(|path| Manifest::load(path).ok()).map(|manifest| manifest.created_at).unwrap_or_default();
    let id = current.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut found = Vec::new();
    for path in refused(workspace)? {
        let Ok(manifest) = Manifest::load(&path) else { continue };
        let is_to_come = manifest.created_at > now;
        if manifest.previous == id || (manifest.created_at >= since && !is_to_come) {
            found.push((!is_to_come, path));
        }
    }
    found.sort_by_key(|(is_past, _)| *is_past);
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Whether a folder has a manifest, which is written last.
fn is_release(path: &Path) -> Result<bool> {
    let manifest = path.join("manifest.json");
    match manifest.try_exists() {
        // Other programs leave files beside releases.
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(false),
        found => Ok(found.map_err(|error| files::failed("look at", &manifest, error))?),
    }
}

fn in_order(all: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::with_capacity(all.len());
    for path in all {
        if is_release(&path)? {
            paths.push(path);
        }
    }
    // By the moment they were made, which a frozen clock can repeat; then by the moment they were written.
    paths.sort_by_cached_key(|path| {
        let written = path.join("manifest.json").metadata().and_then(|m| m.modified()).ok();
        (created_at(path), written, path.clone())
    });
    Ok(paths)
}

/// The moment that a release was made, by its clock.
fn created_at(release: &Path) -> String {
    Manifest::load(release).map_or_else(|_| named_after(release), |manifest| manifest.created_at)
}

/// The moment that the name of a release says, for one whose manifest cannot be read: `20261123T000000Z-..`.
pub fn named_after(release: &Path) -> String {
    let name = release.file_name().unwrap_or_default().to_string_lossy();
    let stamp = name.split('-').next().unwrap_or_default();
    jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).map_or_else(|_| String::new(), |moment| format!("{moment}Z"))
}

/// A release by id (or the beginning of one), `current` or `previous`.
pub fn find(workspace: &Workspace, wanted: &str) -> Result<PathBuf> {
    if wanted == "current" {
        return current(workspace)?.ok_or_else(|| Error::usage_hint("no release yet", "run `yardstick run` first"));
    }
    if wanted == "previous" {
        let named = current(workspace)?.and_then(|c| Manifest::load(&c).ok()).and_then(|m| m.previous);
        let path = named.map(|id| workspace.releases().join(id));
        // What cannot be looked at may well be there.
        let there = path.as_deref().map_or(Ok(false), is_release)?;
        return path.filter(|_| there).ok_or_else(|| Error::usage("there is no release before the current one"));
    }
    among(&list(workspace)?, wanted)
}

/// The same, or one that a gate refused.
pub fn find_any(workspace: &Workspace, wanted: &str) -> Result<PathBuf> {
    if wanted == "current" || wanted == "previous" {
        return find(workspace, wanted);
    }
    among(&[list(workspace)?, refused(workspace)?].concat(), wanted)
}

fn among(all: &[PathBuf], wanted: &str) -> Result<PathBuf> {
    let names: Vec<String> = all.iter().filter_map(|p| p.file_name().map(|n| n.to_string_lossy().into_owned())).collect();
    // A release that was made again in the same second has a longer name that begins with that of the first.
    let exact = (0..all.len()).find(|i| names[*i] == wanted);
    let found: Vec<usize> = exact.map_or_else(|| (0..all.len()).filter(|i| names[*i].starts_with(wanted)).collect(), |i| vec![i]);
    match found[..] {
        [index] => Ok(all[index].clone()),
        [] => Err(Error::Usage { message: format!("no release `{wanted}`"), hint: suggestion(wanted, names.iter().map(String::as_str)) }),
        _ => Err(Error::usage(format!("several releases begin with `{wanted}`"))),
    }
}

/// A name that no release has: what is published does not change, so a release that is made again gets another one.
pub fn free_name(workspace: &Workspace, id: String) -> String {
    let is_taken = |name: &String| workspace.releases().join(name).symlink_metadata().is_ok();
    let more = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(more).find(|name| !is_taken(name)).unwrap_or(id)
}

/// Moves a staged release into place and points `current` to it.
pub fn promote(workspace: &Workspace, staged: &Path, id: &str) -> Result<PathBuf> {
    let target = workspace.releases().join(id);
    files::make_folder(&workspace.releases())?;
    files::rename(staged, &target)?;
    point(workspace, id)?;
    Ok(target)
}

/// Puts a staged release that a gate refused where a person finds it.
pub fn refuse(workspace: &Workspace, staged: &Path, id: &str) -> Result<()> {
    let place = workspace.staging().join(id);
    if place.symlink_metadata().is_ok() {
        remove(workspace, &place)?;
    }
    files::rename(staged, &place)
}

/// Replaces the pointer in one step. Where it cannot be brought to the disk, the old one comes back: an error says that
/// nothing was promoted.
pub fn point(workspace: &Workspace, id: &str) -> Result<()> {
    let before = fs_err::read_link(workspace.current()).ok();
    set_pointer(workspace, &Path::new("releases").join(id))?;
    files::sync_folder(&workspace.data).inspect_err(|_| {
        let _ = match before {
            Some(before) => set_pointer(workspace, &before),
            None => fs_err::remove_file(workspace.current()).map_err(Error::from),
        };
    })
}

fn set_pointer(workspace: &Workspace, target: &Path) -> Result<()> {
    let temporary = workspace.data.join(UNFINISHED_POINTER);
    if temporary.symlink_metadata().is_ok() {
        fs_err::remove_file(&temporary)?;
    }
    #[cfg(unix)]
    fs_err::os::unix::fs::symlink(target, &temporary)?;
    fs_err::rename(&temporary, workspace.current())?;
    Ok(())
}

/// Takes a release, or a staged one, out of sight in one step, then removes it: no half of it is ever listed. What a
/// crash leaves of it, the next run removes.
pub fn remove(workspace: &Workspace, release: &Path) -> Result<()> {
    let name = release.file_name().unwrap_or_default().to_string_lossy();
    let aside = workspace.staging().join(format!(".removed-{name}"));
    files::make_folder(&workspace.staging())?;
    files::rename(release, &aside)?;
    files::sync_folder(release.parent().unwrap_or(&workspace.data))?;
    Ok(fs_err::remove_dir_all(aside)?)
}

/// Held by whoever reads all of a release for long, so that nothing removes it meanwhile; None where it has just gone.
pub fn hold(release: &Path) -> Option<File> {
    let manifest = release.join("manifest.json");
    let file = fs_err::File::open(&manifest).ok()?.into_parts().0;
    // It waits for whoever is about to remove it. Where a file system has no such locks, it is read without.
    let _ = file.lock_shared();
    manifest.exists().then_some(file)
}

/// Held while a release is removed; None where somebody reads all of it.
pub fn hold_alone(release: &Path) -> Result<Option<File>> {
    let file = fs_err::File::open(release.join("manifest.json"))?.into_parts().0;
    Ok(if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) { None } else { Some(file) })
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The current release; where it is damaged, or the pointer leads nowhere, the newest that is sound: the gates shall not open
/// because of a bad disk.
pub fn newest_sound(workspace: &Workspace, now: Timestamp) -> Result<Option<PathBuf>> {
    let current = current(workspace)?;
    if let Some(path) = &current
        && Manifest::if_sound(path, now, |_| ())?.is_some()
    {
        return Ok(current);
    }
    for path in list(workspace)?.into_iter().rev().filter(|path| Some(path) != current.as_ref()) {
        if Manifest::if_sound(&path, now, |_| ())?.is_some() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
