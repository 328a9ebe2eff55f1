//! One read-only query over the data at hand, bounded in memory and time.

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::engine::problem::sql_start;
use crate::engine::syntax::Syntax;
use crate::engine::{Engine, Limits, apart, begin, ended_early, in_order, problem};
use crate::error::{Code, Error, Problem, Result, SourceText, count};
use crate::indicator::engine_faults::{self, Partitions};
use crate::indicator::lint;
use crate::memory::RAISE;
use crate::tables::conform;

/// What a query may begin with.
const ALLOWED: [&str; 6] = ["select", "with", "explain", "show", "describe", "values"];

/// A query at work. Its rows come batch by batch, and no more than two batches are held.
pub struct Rows {
    engine: Engine,
    text: SourceText,
    schema: SchemaRef,
    batches: mpsc::Receiver<Result<RecordBatch, DataFusionError>>,
    work: JoinSet<()>,
    until: Instant,
    seconds: u64,
    /// Of each column, the rows whose number is not finite.
    not_finite: Vec<usize>,
    warnings: Vec<Problem>,
}

/// Begins a query; errors carry the place in the query. The time runs from now on, until the last row is written.
pub async fn query(engine: &Engine, limits: Limits, query: &str, seconds: u64) -> Result<Rows> {
    let until = Instant::now() + Duration::from_secs(seconds.min(u64::from(u32::MAX)));
    let text = SourceText::new("query", query);
    if let Some(problem) = lint::refused(&text, &ALLOWED) {
        return Err(Error::Workspace(vec![problem]));
    }
    let frame = engine.frame(query).await.map_err(|error| failed(engine, &text, &error))?;
    let warnings = look_at(&text, engine, frame.logical_plan(), limits)?;
    let Ok(begun) = timeout_at(until, apart(in_order::stream(frame))).await else { return Err(too_slow(seconds)) };
    let mut stream = begun?.map_err(|error| failed(engine, &text, &error))?;
    // The columns that it really gives: those of the statement as written have the types of the first branch of a UNION
    // or CASE.
    let schema = plain(&stream.schema());
    let (sender, batches) = mpsc::channel(1);
    let work = begin(async move {
        while let Some(batch) = stream.next().await {
            if sender.send(batch).await.is_err() {
                break;
            }
        }
    })?;
    let not_finite = vec![0; schema.fields().len()];
    Ok(Rows { engine: engine.clone(), text, schema, batches, work, until, seconds, not_finite, warnings })
}

impl Rows {
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows; None behind the last.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        self.in_time()?;
        let Ok(next) = timeout_at(self.until, self.batches.recv()).await else { return Err(too_slow(self.seconds)) };
        let Some(batch) = next else {
            // What ended in a panic gives no further batch either.
            return match self.work.join_next().await {
                Some(Err(error)) => Err(ended_early(error)),
                _ => Ok(None),
            };
        };
        let batch = batch.map_err(|error| failed(&self.engine, &self.text, &error))?;
        let batch = conform::in_place(&batch, &self.schema)?;
        for (wrong, column) in self.not_finite.iter_mut().zip(batch.columns()) {
            if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
                *wrong += numbers.iter().flatten().filter(|number| !number.is_finite()).count();
            }
        }
        Ok(Some(batch))
    }

    /// An error once the time has passed.
    pub fn in_time(&self) -> Result<()> {
        if Instant::now() < self.until { Ok(()) } else { Err(too_slow(self.seconds)) }
    }

    /// What a person should know of the rows so far: whole numbers divided, and what a division by zero or an overflow
    /// leaves, which an indicator may not give.
    pub fn warnings(&self) -> Vec<Problem> {
        let syntax = Syntax::of(&self.text);
        let wrong = self.schema.fields().iter().zip(&self.not_finite).filter(|(_, wrong)| **wrong > 0);
        let not_finite = wrong.map(|(field, wrong)| {
            let name = field.name();
            let place = lint::output_place(&syntax, name).unwrap_or_else(|| sql_start(&self.text));
            let message = format!("`{name}` is not finite in {}: a division by zero or an overflow", count(*wrong, "row"));
            Problem::new(Code::NotFinite, &self.text, place, message)
                .hint("write x / nullif(y, 0.0), so that a division by zero gives no value")
                .warning()
        });
        self.warnings.iter().cloned().chain(not_finite).collect()
    }
}

/// A file that cannot be read is no fault of the query.
fn failed(engine: &Engine, text: &SourceText, error: &DataFusionError) -> Error {
    engine.unreadable(error).unwrap_or_else(|| Error::Workspace(vec![problem::problem_of(text, error, engine)]))
}

fn too_slow(seconds: u64) -> Error {
    Error::Query {
        code: Code::QueryTooSlow,
        message: format!("stopped after {seconds} seconds"),
        hint: Some("narrow the query, or raise --timeout".into()),
    }
}

/// Refuses rows of which a form must hold more than may be held.
pub fn too_large(limit: usize) -> Error {
    Error::Query {
        code: Code::ResultTooLarge,
        message: format!("the result is larger than {} MiB, half of the memory that may be used", limit >> 20),
        hint: Some(format!("aggregate or filter it; take `--output csv`, which holds none of it; or {RAISE}")),
    }
}

/// Refuses what the engine computes wrongly, and warns of whole numbers divided.
fn look_at(text: &SourceText, engine: &Engine, plan: &LogicalPlan, limits: Limits) -> Result<Vec<Problem>> {
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_)) {
        return Ok(Vec::new());
    }
    // What is wrong with the types is told when the query runs.
    let Ok(plan) = engine.in_needed_types(plan.clone()) else { return Ok(Vec::new()) };
    let syntax = Syntax::of(text);
    let partitions = if limits.partitions > 1 { Partitions::Any } else { Partitions::One };
    let faults = engine_faults::found(&syntax, &plan, partitions);
    if !faults.is_empty() {
        return Err(Error::Workspace(faults));
    }
    Ok(lint::integer_divisions(&syntax, &plan).into_iter().map(Problem::warning).collect())
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
