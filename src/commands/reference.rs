//! `reference`: tables in Markdown for README and CONTRIBUTING, generated so that they cannot go stale.

use crate::cli::Reference;
use crate::commands::report::{breakdown, headline_rows};
use crate::dataset_id::listed;
use crate::error::{Code, Result};

use crate::job::load;
use crate::printer::{Printer, number};
use crate::release::promote;
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

pub fn reference(settings: &Settings, printer: &Printer, what: Reference) -> Result<u8> {
    let text = match what {
        Reference::Codes => codes(),
        Reference::Tables => tables(),
        Reference::Targets => targets(settings)?,
    };
    printer.data(text.as_bytes());
    Ok(0)
}

fn codes() -> String {
    let row = |code: &Code| format!("| {code} | {} | {} | {} |\n", code.meaning(), code.actor().name(), code.action());
    format!("| code | what happened | who acts | what to do |\n|---|---|---|---|\n{}", Code::ALL.iter().map(row).collect::<String>())
}

fn tables() -> String {
    let mut text = String::from("| table | columns |\n|---|---|\n");
    for (name, schema) in schema::statistician_tables().into_iter().chain([("indicators.<name>", schema::values())]) {
        let columns: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        text.push_str(&format!("| {name} | {} |\n", columns.join(", ")));
    }
    text
}

/// One row per target, by the row of progress that a run shows too.
fn targets(settings: &Settings) -> Result<String> {
    let loaded = load::load(settings)?;
    let release = promote::find(&settings.workspace, "current")?;
    let progress = parquet::read(&release.join("progress.parquet"), &schema::progress())?;
    let cells = Table(&progress);
    let shown = headline_rows(&loaded.catalogue.indicators, &progress);
    let mut rows = Vec::new();
    for indicator in &loaded.catalogue.indicators {
        for target in &indicator.targets {
            rows.push((target.id.clone(), target, indicator));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut text = String::from("| target | what it says | indicator | data sets | status |\n|---|---|---|---|---|\n");
    for (id, target, indicator) in rows {
        let status = match shown.iter().copied().find(|row| cells.text("target", *row) == Some(&id)) {
            None => "no row".to_owned(),
            Some(row) => match (cells.text("class", row), cells.int("latest_year", row)) {
                (Some(class), Some(year)) => {
                    let of = [cells.text("estimate", row).unwrap_or_default().to_owned(), breakdown(&cells, row)];
                    let of = of.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
                    format!("{class}: {} in {year} ({of})", number(cells.float("latest_value", row)))
                }
                (Some(class), None) => {
                    let why = cells
                        .text("note", row)
                        .unwrap_or_default()
                        .split("; ")
                        .find(|n| n.starts_with("not loaded"))
                        .unwrap_or("too few values");
                    format!("{class}: {why}")
                }
                _ => String::new(),
            },
        };
        let title = if target.title.is_empty() { &indicator.title } else { &target.title };
        text.push_str(&format!("| {id} | {title} | {} | {} | {status} |\n", indicator.name, listed(&indicator.datasets)));
    }
    Ok(text)
}
