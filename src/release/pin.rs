//! A release that a person holds: `current` stays where it is until it is let go.

use crate::error::{Error, Result};
use crate::files;
use crate::release::promote;
use crate::workspace::Workspace;

/// The release that is pinned.
pub fn pinned(workspace: &Workspace) -> Result<Option<String>> {
    match fs_err::read_to_string(workspace.pin()) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|id| !id.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses to move the pointer of a pinned release.
pub fn check(workspace: &Workspace) -> Result<()> {
    match pinned(workspace)? {
        Some(id) => Err(Error::usage_hint(format!("release {id} is pinned"), "let it go first: `yardstick release unpin`")),
        None => Ok(()),
    }
}

/// Points `current` to a release and holds it there.
pub fn pin(workspace: &Workspace, id: &str) -> Result<()> {
    promote::point(workspace, id)?;
    files::write_atomically(&workspace.pin(), format!("{id}\n").as_bytes())
}

/// Lets go. Gives what was held.
pub fn unpin(workspace: &Workspace) -> Result<Option<String>> {
    let held = pinned(workspace)?;
    if held.is_some() {
        fs_err::remove_file(workspace.pin())?;
        files::sync_folder(&workspace.data)?;
    }
    Ok(held)
}
