//! `sql`: one read-only query, or a prompt with history; bounded in memory and time.

mod written;

use std::path::Path;

use rustyline::error::ReadlineError;

use self::written::{Form, Out};
use crate::cli::TableFormat;
use crate::engine::{Engine, observations};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::job::load::{self, Loaded};
use crate::job::query;
use crate::observe::report::observation_files;
use crate::printer::Printer;
use crate::release::{compute, fingerprint, promote};
use crate::settings::Settings;

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
    if let Some(path) = file {
        load::outside_releases(settings, path)?;
    }
    let rows = query::query(&engine, settings.limits, query, timeout).await?;
    let mut out = match file {
        Some(path) => Out::file(path)?,
        None => Out::printed(printer),
    };
    let form = Form::of(output, printer.json() && file.is_none());
    let warnings = written::write(rows, form, settings.limits.memory_bytes, &mut out).await?;
    out.end()?;
    if form != Form::Envelope {
        printer.warnings(&warnings);
    }
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

/// Runs a statement of the prompt and prints what it gives.
async fn answer(settings: &Settings, printer: &Printer, engine: &Engine, query: &str, output: TableFormat, timeout: u64) -> Result<()> {
    let rows = query::query(engine, settings.limits, query, timeout).await?;
    let mut out = Out::printed(printer);
    let warnings = written::write(rows, Form::of(output, false), settings.limits.memory_bytes, &mut out).await?;
    out.end()?;
    printer.warnings(&warnings);
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
