//! `test`: the indicators' own test cases; differences as key and changed cells; new expectations and new cases.

use crate::error::{Error, Problem, Result};
use crate::exit::Exit;
use crate::indicator::Indicator;
use crate::job::cases::{self, Case, Cases, Outcome};
use crate::job::load;
use crate::job::record_case::{self, Recorded};
use crate::printer::{Answer, Printer};
use crate::release::test_case::expectation::{Difference, shown_key};
use crate::settings::Settings;

/// Differences printed of one case.
const SHOWN: usize = 20;

pub(super) async fn test(
    settings: &Settings,
    printer: &Printer,
    ids: &[String],
    update: bool,
    record: Option<&str>,
    areas: &[String],
    years: &[i32],
) -> Result<Exit> {
    let loaded = load::read(settings);
    let chosen: Vec<Indicator> = match ids {
        [] => loaded.catalogue.indicators.clone(),
        ids => ids.iter().map(|id| loaded.catalogue.find(id).cloned()).collect::<Result<_>>()?,
    };
    let stands_in_the_way = |p: &&Problem| {
        chosen.iter().any(|i| i.text.path == p.source.path)
            || ["sql/steps", "sql/rollups"].iter().any(|folder| p.source.path.starts_with(folder))
    };
    let broken: Vec<Problem> = loaded.problems.iter().filter(stands_in_the_way).cloned().collect();
    if !broken.is_empty() {
        return Err(Error::Workspace(broken));
    }
    if let Some(name) = record {
        let [indicator] = &chosen[..] else { return Err(Error::usage("--record makes a case of one indicator: name its id")) };
        let recorded = Box::pin(record_case::record(settings, &loaded, indicator, name, areas, years)).await?;
        return Ok(printer.answer("test", Exit::Done, &recorded));
    }
    let cases = cases::run(settings, &loaded, &chosen, update).await?;
    let exit = if cases.failed > 0 && !update { Exit::Failed } else { Exit::Done };
    Ok(printer.answer("test", exit, &cases))
}

impl Answer for Recorded {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("wrote {}: {} observations", self.folder, self.observations));
        if self.all_years {
            printer.note("all years are in it: what the years asked for have follows from others too, as in a panel");
        }
        if let Some(first) = self.other_than_released.first() {
            let count = crate::error::count(self.other_than_released.len(), "figure");
            printer.note(&format!(
                "not as in the release: {count}, such as {first}; the SQL or the data have changed, or it looks at other areas"
            ));
        }
        if self.other_before > 0 {
            let count = crate::error::count(self.other_before, "figure");
            printer.note(&format!("{count} of the years before are from these observations alone, and not as in the release"));
        }
        printer.note("read expected.csv before you trust it: it says what the SQL gives, not what is right");
    }
}

impl Answer for Cases {
    fn show(&self, printer: &Printer) {
        for case in &self.cases {
            show_case(printer, case);
        }
        printer.line(&format!("{} passed, {} failed", self.passed, self.failed));
        if self.cases.is_empty() {
            printer.line("no test case: `yardstick new` writes one beside a new indicator");
        }
    }
}

fn show_case(printer: &Printer, case: &Case) {
    let label = &case.case;
    match &case.outcome {
        Outcome::Ok => printer.line(&format!("ok      {label}")),
        Outcome::Error { error } => printer.line(&format!("failed  {label}: {error}")),
        Outcome::Failed { differences } => {
            printer.line(&format!("failed  {label}: {}", counts(differences)));
            printer.line(&difference_table(printer, differences));
        }
        Outcome::Written => {}
    }
    for file in &case.wrote {
        printer.note(&format!("wrote {file}"));
    }
    if matches!(case.outcome, Outcome::Written) {
        printer.note("read it before you trust it: it says what the SQL gives, not what is right");
    }
}

/// "2 changed, 1 missing".
fn counts(differences: &[Difference]) -> String {
    let count = |kind: &str| differences.iter().filter(|d| d.kind == kind).count();
    let kinds = ["changed", "missing", "unexpected"].into_iter().filter(|kind| count(kind) > 0);
    kinds.map(|kind| format!("{} {kind}", count(kind))).collect::<Vec<_>>().join(", ")
}

fn difference_table(printer: &Printer, differences: &[Difference]) -> String {
    let row = |d: &Difference| {
        let cells = d.cells.iter().map(|cell| match d.kind {
            "missing" => format!("{} {}", cell.column, cell.expected),
            "unexpected" => format!("{} {}", cell.column, cell.got),
            _ => format!("{}: expected {}, got {}", cell.column, empty(&cell.expected), empty(&cell.got)),
        });
        vec![d.kind.to_owned(), shown_key(&d.key), cells.collect::<Vec<_>>().join("\n")]
    };
    let rows: Vec<Vec<String>> = differences.iter().take(SHOWN).map(row).collect();
    let text = printer.table(&["", "row", "cells"], &rows);
    match differences.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text}\n{more} more"),
    }
}

fn empty(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}
