//! `sql`: one read-only query, or a prompt with history; bounded in memory and time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use rustyline::error::ReadlineError;
use tokio::task::JoinSet;

use crate::cli::TableFormat;
use crate::engine::{Engine, observations, problem};
use crate::error::{Code, Error, Result, SourceText};
use crate::indicator::lint;
use crate::job::load::{self, Loaded};
use crate::observe::report::observation_files;
use crate::printer::Printer;
use crate::release::{compute, fingerprint};
use crate::settings::Settings;
use crate::tables::conform::conform;
use crate::tables::parquet;

pub async fn sql(
    settings: &Settings,
    printer: &Printer,
    query: Option<&str>,
    output: TableFormat,
    file: Option<&Path>,
    timeout: u64,
    indicator: Option<&str>,
) -> Result<u8> {
    let loaded = load::read(settings);
    let engine = loaded.engine(settings)?;
    if let Some(id) = indicator {
        see_as(settings, &loaded, &engine, id).await?;
    }
    let Some(query) = query else { return prompt(settings, printer, &engine, output, timeout).await };
    let batch = run(settings, &engine, query, timeout).await?;
    if printer.json() && output == TableFormat::Table && file.is_none() {
        let rows = crate::tables::text::json_rows(&batch)?;
        printer.envelope("sql", 0, &serde_json::json!({ "rows": rows }), &[]);
        return Ok(0);
    }
    if let Some(path) = file {
        load::outside_releases(settings, path)?;
    }
    let bytes = render(&batch, output)?;
    match file {
        Some(path) => crate::files::write_atomically(path, &bytes)?,
        None => printer.data(&bytes),
    }
    Ok(0)
}

/// The tables and views that the SELECT of an indicator reads.
async fn see_as(settings: &Settings, loaded: &Loaded, engine: &Engine, id: &str) -> Result<()> {
    let indicator = loaded.catalogue.find(id)?;
    let reports = loaded.reports(settings);
    let datasets = fingerprint::datasets_of(indicator, &reports);
    observations::register(engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
    compute::see_as(engine, &loaded.catalogue, &loaded.reference, indicator).await
}

/// Runs one query; errors carry the place in the query.
async fn run(settings: &Settings, engine: &Engine, query: &str, timeout: u64) -> Result<RecordBatch> {
    let text = SourceText::new("query", query);
    if let Some(problem) = lint::refused(&text, &["select", "with", "explain", "show", "describe", "values"]) {
        return Err(Error::Workspace(vec![problem]));
    }
    let frame = engine.plan(query).await.map_err(|e| Error::Workspace(vec![problem::problem_of(&text, &e, engine)]))?;
    let (schema, batches) =
        match tokio::time::timeout(Duration::from_secs(timeout), apart(collect(frame, settings.limits.memory_bytes))).await {
            Ok(result) => result.map_err(|e| match e {
                Error::Engine(e) => Error::Workspace(vec![problem::problem_of(&text, &e, engine)]),
                other => other,
            })?,
            Err(_) => {
                return Err(Error::Query {
                    code: Code::QueryTooSlow,
                    message: format!("stopped after {timeout} seconds"),
                    hint: Some("narrow the query, or raise --timeout".into()),
                });
            }
        };
    conform(&batches, &plain(&schema), &|_| None)
}

/// On another thread, so that a step that never yields cannot hold up the clock.
async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    match tasks.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(Error::Internal(error.to_string())),
        None => Err(Error::Internal("the query was lost".into())),
    }
}

/// The rows of a query, within the memory that one may take, and the columns that it really gives: those of the
/// statement as written have the types of the first branch of a UNION or CASE.
async fn collect(frame: DataFrame, limit: usize) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let mut stream = frame.execute_stream().await?;
    let schema = stream.schema();
    let (mut batches, mut bytes) = (Vec::new(), 0);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        bytes += batch.get_array_memory_size();
        if bytes > limit {
            return Err(Error::Query {
                code: Code::ResultTooLarge,
                message: format!("the result is larger than {} MiB", limit >> 20),
                hint: Some("aggregate or filter it, or raise YARDSTICK_MEMORY_MIB".into()),
            });
        }
        batches.push(batch);
    }
    Ok((schema, batches))
}

/// The schema with plain strings and everything nullable.
fn plain(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|f| {
            let kind = match f.data_type() {
                DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
                other => other.clone(),
            };
            Field::new(f.name(), kind, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn render(batch: &RecordBatch, format: TableFormat) -> Result<Vec<u8>> {
    match format {
        TableFormat::Table => {
            let text = datafusion::arrow::util::pretty::pretty_format_batches(std::slice::from_ref(batch))?;
            Ok(format!("{text}\n{}\n", crate::error::count(batch.num_rows(), "row")).into_bytes())
        }
        TableFormat::Csv => crate::tables::text::csv_bytes(batch),
        TableFormat::Json => {
            let mut bytes = serde_json::to_vec_pretty(&crate::tables::text::json_rows(batch)?)?;
            bytes.push(b'\n');
            Ok(bytes)
        }
        TableFormat::Parquet => parquet::bytes(std::slice::from_ref(batch), &batch.schema()),
    }
}

async fn prompt(settings: &Settings, printer: &Printer, engine: &Engine, output: TableFormat, timeout: u64) -> Result<u8> {
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
            match run(settings, engine, &query, timeout).await.and_then(|batch| render(&batch, output)) {
                Ok(bytes) => printer.data(&bytes),
                Err(error) => {
                    printer.fail("sql", &error);
                }
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
    Ok(0)
}
