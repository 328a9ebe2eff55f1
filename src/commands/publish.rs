//! `publish --to URL`: a release to where others read it.

use crate::error::Result;
use crate::exit::Exit;
use crate::printer::{Answer, Printer};
use crate::publish::{Store, Uploaded, upload};
use crate::release::promote;
use crate::settings::Settings;

pub(super) async fn publish(settings: &Settings, printer: &Printer, to: &str, release: &str, keep: usize) -> Result<Exit> {
    let store = Store::open(to)?;
    let folder = promote::find(&settings.workspace, release)?;
    Ok(printer.answer("publish", Exit::Done, &upload(&store, &folder, keep).await?))
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
