//! Runs statements on threads of their own, within their time; tells what was wrong with one.

use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::common::collect;
use futures::TryStreamExt;

use super::{Engine, apart, problem};
use crate::error::{Code, Error, Result, SourceText};

impl Engine {
    /// Runs a statement of ours or of a workspace; `what` names it in an error.
    pub async fn run(&self, sql: &str, what: &str) -> Result<(SchemaRef, Vec<RecordBatch>)> {
        self.run_planned(sql, what, None).await
    }

    /// As `run`, of a statement that was looked at: `plan` is that of `typed`.
    pub async fn run_planned(&self, sql: &str, what: &str, plan: Option<LogicalPlan>) -> Result<(SchemaRef, Vec<RecordBatch>)> {
        let started = Instant::now();
        let wrap = |error: DataFusionError| self.wrapped(sql, what, &error);
        if let Some(answer) = self.of_workers(sql, what, plan.as_ref()).await? {
            return Ok(answer);
        }
        let (engine, text) = (self.clone(), sql.to_owned());
        let work = Box::pin(async move {
            // What the parts of the statement hold is held until all is read.
            let (stream, _held) = engine.ready(&text, plan).await?.stream(&engine.state).await?;
            let planned = started.elapsed();
            // Not the types of the statement as written, which are those of the first branch of a UNION or CASE.
            let schema = stream.schema();
            Ok::<_, DataFusionError>((schema, collect(stream).await?, planned))
        });
        let (schema, batches, planned) = match tokio::time::timeout(Duration::from_secs(self.seconds), apart(work)).await {
            Ok(done) => done?.map_err(wrap)?,
            Err(_) => return Err(self.too_slow(what)),
        };
        let schema = batches.first().map_or(schema, RecordBatch::schema);
        tracing::debug!(statement = what, ready = planned.as_secs_f64(), seconds = started.elapsed().as_secs_f64(), "ran");
        Ok((schema, batches))
    }

    /// Takes the rows of a statement in batch by batch: they are not held. `plan` is as in `run_planned`.
    pub async fn fold_planned<T: Send + 'static>(
        &self,
        sql: &str,
        what: &str,
        plan: Option<LogicalPlan>,
        mut folded: T,
        each: fn(&mut T, &RecordBatch) -> Result<()>,
    ) -> Result<T> {
        if let Some((_, batches)) = self.of_workers(sql, what, plan.as_ref()).await? {
            batches.iter().try_for_each(|batch| each(&mut folded, batch))?;
            return Ok(folded);
        }
        let started = Instant::now();
        let (engine, text) = (self.clone(), sql.to_owned());
        let work = Box::pin(async move {
            let (mut stream, _held) = engine.ready(&text, plan).await?.stream(&engine.state).await?;
            while let Some(batch) = stream.try_next().await? {
                if let Err(error) = each(&mut folded, &batch) {
                    return Ok(Err(error));
                }
            }
            Ok::<_, DataFusionError>(Ok(folded))
        });
        let folded = match tokio::time::timeout(Duration::from_secs(self.seconds), apart(work)).await {
            Ok(done) => done?.map_err(|error| self.wrapped(sql, what, &error))?,
            Err(_) => return Err(self.too_slow(what)),
        };
        tracing::debug!(statement = what, seconds = started.elapsed().as_secs_f64(), "ran");
        folded
    }

    /// What the workers gave for a statement, where there are any that compute it.
    async fn of_workers(&self, sql: &str, what: &str, plan: Option<&LogicalPlan>) -> Result<Option<(SchemaRef, Vec<RecordBatch>)>> {
        let Some(cluster) = &self.cluster else { return Ok(None) };
        let plan = match plan {
            Some(plan) => plan.clone(),
            None => self.typed(sql, what).await?,
        };
        Ok(cluster.run(&self.context.state(), &plan, what, self.seconds).await)
    }

    /// The plan of a statement in the types that it will be computed in.
    pub async fn typed(&self, sql: &str, what: &str) -> Result<LogicalPlan> {
        self.plan_typed(sql).await.map_err(|error| self.wrapped(sql, what, &error))
    }

    pub(super) async fn plan_typed(&self, sql: &str) -> Result<LogicalPlan, DataFusionError> {
        self.in_needed_types(self.plan(sql).await?)
    }

    fn too_slow(&self, what: &str) -> Error {
        Error::Query {
            code: Code::QueryTooSlow,
            message: format!("{what}: stopped after {} seconds", self.seconds),
            hint: Some("narrow the statement: does a join lack its condition? YARDSTICK_STATEMENT_SECONDS allows more".into()),
        }
    }

    pub(super) fn wrapped(&self, sql: &str, what: &str, error: &DataFusionError) -> Error {
        if let Some(error) = self.unreadable(error) {
            return error;
        }
        let problem = problem::problem_of(&SourceText::new(what, sql), error, self);
        Error::Query { code: problem.code, message: format!("{}: {}", problem.place(), problem.message), hint: problem.hint }
    }

    /// As `run`, with the result registered as a table.
    pub async fn run_into(&self, sql: &str, what: &str, name: &str) -> Result<()> {
        let (schema, batches) = self.run(sql, what).await?;
        self.register_batches(name, schema, batches)
    }
}
