//! `run`, `pull`, `compute`: the nightly job and its halves.

use super::report::report;
use crate::cli::RunArgs;
use crate::error::Result;
use crate::job::load;
use crate::job::night::{self, Ask};
use crate::printer::Printer;
use crate::settings::Settings;

pub async fn run(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<u8> {
    both(settings, printer, args, "run").await
}

pub async fn pull(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<u8> {
    both(settings, printer, args, "pull").await
}

async fn both(settings: &Settings, printer: &Printer, args: &RunArgs, command: &str) -> Result<u8> {
    let loaded = load::load(settings)?;
    let ask = Ask { from: args.from.clone(), only: args.only.clone(), due: args.due, accept: args.accept.clone() };
    let night = night::run(settings, &loaded, &ask, command == "run").await?;
    report(printer, settings, &loaded, &night, command);
    Ok(night.code)
}

pub async fn compute(settings: &Settings, printer: &Printer, accept: &[String]) -> Result<u8> {
    let loaded = load::load(settings)?;
    let night = night::compute(settings, &loaded, accept).await?;
    report(printer, settings, &loaded, &night, "compute");
    Ok(night.code)
}
