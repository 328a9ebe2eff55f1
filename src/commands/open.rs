//! `open`: the first page of the current release, printed as a path, and shown where there is a desktop.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::release::promote;
use crate::settings::Settings;

pub(super) fn open(settings: &Settings, printer: &Printer) -> Result<Exit> {
    let release = promote::find(&settings.workspace, "current")?;
    // By the pointer: the path stays good when a newer release comes.
    let page = settings.workspace.current().join("site/index.html");
    if !page.is_file() {
        return Err(Error::usage_hint(
            format!("release {} has no pages", release.file_name().unwrap_or_default().to_string_lossy()),
            "`formats` in pipelines/job.toml leaves them out, or an older program made it: the next release has what is asked for",
        ));
    }
    if printer.json() {
        printer.envelope("open", Exit::Done, &json!({ "path": page.to_string_lossy() }), &[]);
        return Ok(Exit::Done);
    }
    printer.line(&page.to_string_lossy());
    if std::io::stdout().is_terminal()
        && let Some(mut viewer) = viewer(&page)
        && let Err(error) = viewer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    {
        printer.note(&format!("the page could not be opened: {error}; open the path in a browser"));
    }
    Ok(Exit::Done)
}

/// What opens a page on this desktop; None where there is none.
fn viewer(page: &Path) -> Option<Command> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        let shown = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        shown.then_some("xdg-open")?
    };
    let mut command = Command::new(program);
    command.arg(page);
    Some(command)
}
