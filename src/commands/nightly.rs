//! `run`, `pull` and `compute`: the nightly job and its two halves.

use super::report::report;
use crate::cli::RunArgs;
use crate::error::Result;
use crate::exit::Exit;
use crate::job::asked::Ask;
use crate::job::{load, night};
use crate::printer::Printer;
use crate::settings::Settings;

pub async fn run(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<Exit> {
    both(settings, printer, args, "run").await
}

pub async fn pull(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<Exit> {
    both(settings, printer, args, "pull").await
}

/// What the command line asks of a run.
pub(super) fn ask(args: &RunArgs) -> Ask {
    Ask { from: args.from.clone(), only: args.only.clone(), due: args.due, accept: args.accept.clone() }
}

async fn both(settings: &Settings, printer: &Printer, args: &RunArgs, command: &str) -> Result<Exit> {
    let loaded = load::load(settings)?;
    let night = night::run(settings, &loaded, &ask(args), command == "run").await?;
    Ok(printer.answer(command, night.exit, &report(settings, &loaded, &night)?))
}

pub async fn compute(settings: &Settings, printer: &Printer, accept: &[String]) -> Result<Exit> {
    let loaded = load::load(settings)?;
    let night = night::compute(settings, &loaded, accept).await?;
    Ok(printer.answer("compute", night.exit, &report(settings, &loaded, &night)?))
}
