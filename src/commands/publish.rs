//! `publish --to URL`: a release to where others read it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::{Answer, Printer};
use crate::publish::{Store, Uploaded, upload};
use crate::release::promote;
use crate::settings::Settings;

pub(super) async fn publish(settings: &Settings, printer: &Printer, to: &str, release: &str, keep: usize) -> Result<Exit> {
    let store = Store::open(to)?;
    if let Some(folder) = store.folder() {
        outside_data(settings, folder)?;
    }
    let mut folder = promote::find(&settings.workspace, release)?;
    let mut held = promote::hold(&folder);
    if held.is_none() {
        folder = promote::find(&settings.workspace, release)?;
        held = promote::hold(&folder);
    }
    let uploaded = upload(&store, &folder, keep).await?;
    drop(held);
    Ok(printer.answer("publish", Exit::Done, &uploaded))
}

/// The data folder is the program's own: what is published there would lie among the releases, and `--keep` would remove
/// those.
fn outside_data(settings: &Settings, to: &Path) -> Result<()> {
    // Where there is none, there is no release either, which is told next.
    let Ok(data) = fs_err::canonicalize(&settings.workspace.data) else { return Ok(()) };
    let absolute = std::path::absolute(to)?;
    // What is not there yet lies in what is.
    let there = absolute.ancestors().find_map(|folder| fs_err::canonicalize(folder).ok());
    if there.is_some_and(|folder| folder.starts_with(&data)) {
        return Err(Error::usage_hint(
            format!("{} lies in the data folder, which is the program's own", to.display()),
            "name a folder elsewhere; to look at the current release, `yardstick serve` or `yardstick open`",
        ));
    }
    Ok(())
}

impl Answer for Uploaded {
    fn show(&self, printer: &Printer) {
        printer.line(&format!(
            "release {}: {} files written ({:.1} MB), {} were there already",
            self.release,
            self.written,
            self.bytes as f64 / 1e6,
            self.there
        ));
        for release in &self.removed {
            printer.line(&format!("removed release {release}"));
        }
    }
}
