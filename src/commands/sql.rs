//! `sql`: one read-only query, or a prompt with history; bounded in memory and time.

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use rustyline::error::ReadlineError;
use serde::Serialize;
use serde_json::Value;

use crate::cli::TableFormat;
use crate::engine::{Engine, observations};
use crate::error::{Error, Problem, Result, count};
use crate::exit::Exit;
use crate::files;
use crate::job::load::{self, Loaded};
use crate::job::query;
use crate::observe::report::observation_files;
use crate::printer::{Answer, Printer};
use crate::release::{compute, fingerprint, promote};
use crate::settings::Settings;
use crate::tables::{parquet, text};
use crate::visible;

/// The rows of a query in the one envelope of JSON, or as the table for people.
#[derive(Serialize)]
struct Rows {
    rows: Value,
    #[serde(skip)]
    table: Vec<u8>,
    #[serde(skip)]
    warnings: Vec<Problem>,
}

#[expect(clippy::too_many_arguments, reason = "plain arguments, no context blob: see style.md")]
pub(super) async fn sql(
    settings: &Settings,
    printer: &Printer,
    query: Option<&str>,
    output: TableFormat,
    file: Option<&Path>,
    timeout: u64,
    indicator: Option<&str>,
    release: Option<&str>,
) -> Result<Exit> {
    let loaded = load::read(settings);
    let engine = match release {
        Some(release) => loaded.engine_with(settings, Some(&promote::find_any(&settings.workspace, release)?))?,
        None => loaded.engine(settings)?,
    };
    if let Some(id) = indicator {
        see_as(settings, &loaded, &engine, id).await?;
    }
    let Some(query) = query else { return prompt(settings, printer, &engine, output, timeout).await };
    let queried = query::query(&engine, settings.limits, query, timeout).await?;
    if output == TableFormat::Table && file.is_none() {
        let (rows, table) = (text::json_rows(&queried.batch)?, render(&queried.batch, output)?);
        return Ok(printer.answer("sql", Exit::Done, &Rows { rows, table, warnings: queried.warnings }));
    }
    if let Some(path) = file {
        load::outside_releases(settings, path)?;
    }
    let bytes = render(&queried.batch, output)?;
    match file {
        Some(path) => files::write_atomically(path, &bytes)?,
        None => printer.data(&bytes),
    }
    printer.warnings(&queried.warnings);
    Ok(Exit::Done)
}

/// The tables and views that the SELECT of an indicator reads.
async fn see_as(settings: &Settings, loaded: &Loaded, engine: &Engine, id: &str) -> Result<()> {
    let indicator = loaded.catalogue.find(id)?;
    let reports = loaded.reports(settings)?;
    let datasets = fingerprint::datasets_of(indicator, &reports);
    observations::register(engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
    compute::see_as(engine, &loaded.catalogue, &loaded.reference, indicator).await
}

impl Answer for Rows {
    fn show(&self, printer: &Printer) {
        printer.data(&self.table);
        printer.warnings(&self.warnings);
    }

    fn problems(&self) -> &[Problem] {
        &self.warnings
    }
}

pub(super) fn render(batch: &RecordBatch, format: TableFormat) -> Result<Vec<u8>> {
    match format {
        TableFormat::Table => {
            let text = pretty_format_batches(std::slice::from_ref(batch))?;
            Ok(visible::shown(&format!("{text}\n{}\n", count(batch.num_rows(), "row"))).into_owned().into_bytes())
        }
        TableFormat::Csv => text::csv_for_people(batch),
        TableFormat::Json => {
            let text = serde_json::to_string_pretty(&text::json_rows(batch)?)?;
            Ok(format!("{}\n", visible::in_json(&text)).into_bytes())
        }
        TableFormat::Parquet => parquet::bytes(std::slice::from_ref(batch), &batch.schema()),
    }
}

/// Runs a statement of the prompt and prints what it gives.
async fn answer(settings: &Settings, printer: &Printer, engine: &Engine, query: &str, output: TableFormat, timeout: u64) -> Result<()> {
    let queried = query::query(engine, settings.limits, query, timeout).await?;
    printer.data(&render(&queried.batch, output)?);
    printer.warnings(&queried.warnings);
    Ok(())
}

async fn prompt(settings: &Settings, printer: &Printer, engine: &Engine, output: TableFormat, timeout: u64) -> Result<Exit> {
    let bad = |e: ReadlineError| Error::Internal(e.to_string());
    let mut editor = rustyline::DefaultEditor::new().map_err(bad)?;
    let history = settings.workspace.data.join(".sql_history");
    let _ = editor.load_history(&history);
    printer.note("read-only; a query ends with `;` or an empty line; `tables` lists the tables; Ctrl-D ends");
    let mut query = String::new();
    loop {
        let line = match editor.readline(if query.is_empty() { "sql> " } else { "...> " }) {
            Ok(line) => Some(line),
            Err(ReadlineError::Interrupted) => {
                query.clear();
                continue;
            }
            Err(_) => None,
        };
        match line.as_deref().map(str::trim) {
            Some("quit" | "exit") if query.is_empty() => break,
            Some("tables") if query.is_empty() => printer.line(&engine.table_names().join("\n")),
            Some(text) if !text.is_empty() => {
                query.push_str(line.as_deref().unwrap_or_default());
                query.push('\n');
            }
            _ => {}
        }
        let ended = line.as_deref().is_none_or(|line| line.trim().is_empty()) || query.trim_end().ends_with(';');
        if ended && !query.trim().is_empty() {
            let _ = editor.add_history_entry(query.trim());
            // Ctrl-C stops the statement, and the prompt is there again; while a line is typed it clears the line.
            tokio::select! {
                shown = answer(settings, printer, engine, &query, output, timeout) => {
                    if let Err(error) = shown {
                        printer.fail("sql", &error);
                    }
                }
                _ = tokio::signal::ctrl_c() => printer.note("the statement is stopped"),
            }
            query.clear();
        }
        if line.is_none() {
            break;
        }
    }
    if settings.workspace.data.is_dir() {
        let _ = editor.save_history(&history);
    }
    Ok(Exit::Done)
}
