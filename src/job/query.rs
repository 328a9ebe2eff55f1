//! One read-only query over the data at hand, bounded in memory and time.

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::DataFrame;
use futures::StreamExt;

use crate::engine::problem::sql_start;
use crate::engine::syntax::Syntax;
use crate::engine::{Engine, Limits, apart, problem};
use crate::error::{Code, Error, Problem, Result, SourceText, count};
use crate::indicator::engine_faults::{self, Partitions};
use crate::indicator::lint;
use crate::memory::RAISE;
use crate::tables::conform::conform;

/// What a query may begin with.
const ALLOWED: [&str; 6] = ["select", "with", "explain", "show", "describe", "values"];

/// What a query gives, and what a person should know of it.
pub struct Queried {
    pub batch: RecordBatch,
    pub warnings: Vec<Problem>,
}

/// Runs one query; errors carry the place in the query.
pub async fn query(engine: &Engine, limits: Limits, query: &str, timeout: u64) -> Result<Queried> {
    let text = SourceText::new("query", query);
    if let Some(problem) = lint::refused(&text, &ALLOWED) {
        return Err(Error::Workspace(vec![problem]));
    }
    let wrong = |error: &_| Error::Workspace(vec![problem::problem_of(&text, error, engine)]);
    let frame = engine.plan(query).await.map_err(|error| wrong(&error))?;
    let mut warnings = look_at(&text, engine, frame.logical_plan(), limits)?;
    let work = apart(collect(frame, limits.memory_bytes));
    let (schema, batches) = match tokio::time::timeout(Duration::from_secs(timeout), work).await {
        Ok(result) => result.and_then(|rows| rows).map_err(|error| match error {
            Error::Engine(error) => wrong(&error),
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
    let batch = conform(&batches, &plain(&schema), &|_| None)?;
    warnings.extend(not_finite(&text, &batch));
    Ok(Queried { batch, warnings })
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

/// Numbers that an indicator may not give: what a division by zero or an overflow leaves.
fn not_finite(text: &SourceText, batch: &RecordBatch) -> Vec<Problem> {
    let syntax = Syntax::of(text);
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).filter_map(|(field, column)| {
        let numbers = column.as_primitive_opt::<Float64Type>()?;
        let wrong = (0..numbers.len()).filter(|row| numbers.is_valid(*row) && !numbers.value(*row).is_finite()).count();
        (wrong > 0).then(|| (field.name().clone(), wrong))
    });
    columns
        .map(|(name, wrong)| {
            let place = lint::output_place(&syntax, &name).unwrap_or_else(|| sql_start(text));
            let message = format!("`{name}` is not finite in {}: a division by zero or an overflow", count(wrong, "row"));
            Problem::new(Code::NotFinite, text, place, message)
                .hint("write x / nullif(y, 0.0), so that a division by zero gives no value")
                .warning()
        })
        .collect()
}

/// The rows of a query, within the memory that one may take, and the columns that it really gives: those of the
/// statement as written have the types of the first branch of a UNION or CASE.
async fn collect(frame: DataFrame, limit: usize) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let mut stream = frame.execute_stream().await?;
    let schema = stream.schema();
    // Batches may be parts of one buffer, which is there once.
    let (mut batches, mut counter) = (Vec::new(), RecordBatchMemoryCounter::new());
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        counter.count_batch(&batch);
        if counter.memory_usage() > limit {
            return Err(Error::Query {
                code: Code::ResultTooLarge,
                message: format!("the result is larger than {} MiB, half of the memory that may be used", limit >> 20),
                hint: Some(format!("aggregate or filter it, or {RAISE}")),
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
