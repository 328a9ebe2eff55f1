//! `plan`: what `run` would do now, and for each step which input changed.

use super::nightly::ask;
use crate::cli::RunArgs;
use crate::error::Result;
use crate::exit::Exit;
use crate::job::load;
use crate::job::plan::{self, Plan, Step};
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

/// Reasons shown of one step.
const SHOWN: usize = 3;

pub(super) fn plan(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<Exit> {
    let loaded = load::load(settings)?;
    let plan = plan::plan(settings, &loaded, &ask(args))?;
    Ok(printer.answer("plan", Exit::Done, &plan))
}

impl Answer for Plan {
    fn show(&self, printer: &Printer) {
        let rows: Vec<Vec<String>> =
            self.steps.iter().map(|step| vec![step.step.to_owned(), step.name.clone(), step.action.to_owned(), why(step)]).collect();
        printer.line(&printer.table(&["step", "name", "action", "why"], &rows));
        if !self.would_publish {
            let why = self.steps.last().and_then(|step| step.why.first()).map_or("no input has changed", String::as_str);
            printer.line(&format!("nothing would be published: {why}"));
        }
    }
}

fn why(step: &Step) -> String {
    let shown = step.why.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    match step.why.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
