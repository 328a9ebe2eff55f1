//! A statement is made ready once, and runs over the tables of any engine.
//!
//! The steps of a roll-up are the same for every indicator, and planning one takes about as long as computing it for a few
//! thousand rows. So the optimised plan is kept with a slot in the place of each table in memory. Where an engine has tables
//! of the same names and columns, they are put into the slots, or into physical plans of before (`planned.rs`).

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::TableReference;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::logical_plan::TableScan;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableSource, Volatility};
use datafusion::physical_plan::execute_stream;
use futures::TryStreamExt;

use crate::engine::late_tables::{LateTable, Rows};
use crate::engine::optimised::optimised;
use crate::engine::planned::Plans;
use crate::engine::shared_parts;
use crate::engine::slots::{Slot, Tables, same};

/// Optimised plans: of the parts that are read several times, each after those that it reads, and of the statement.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    parts: Vec<Part>,
    plan: LogicalPlan,
    known: Option<Known>,
}

#[derive(Debug, Clone)]
struct Part {
    /// As those who read it were planned.
    schema: SchemaRef,
    plan: LogicalPlan,
}

/// What stands in the slots of a statement, and its physical plans: of each part, and of the statement.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) tables: Vec<Arc<dyn TableProvider>>,
    pub(super) plans: Arc<[Plans]>,
}

impl Prepared {
    /// Makes a plan ready whose types are settled.
    pub(super) fn of(state: &SessionState, plan: LogicalPlan) -> Result<Self> {
        let (parts, plan) = shared_parts::taken_out(plan)?;
        let part = |part: LogicalPlan| Ok(Part { schema: Arc::clone(part.schema().inner()), plan: optimised(state, part)? });
        Ok(Self { parts: parts.into_iter().map(part).collect::<Result<_>>()?, plan: optimised(state, plan)?, known: None })
    }

    /// With slots in place of tables, and the names of these by the numbers of the slots. None where it reads anything but
    /// tables in memory of these names.
    pub(super) fn slotted(&self, tables: &dyn Tables) -> Result<Option<(Self, Vec<TableReference>)>> {
        let (mut names, mut all) = (Vec::<TableReference>::new(), true);
        let mut slotted = |plan: &LogicalPlan| {
            each_scan(plan.clone(), |scan| {
                let Ok(provider) = source_as_provider(&scan.source) else { return Ok(LogicalPlan::TableScan(scan)) };
                let found = tables.find(&scan.table_name).is_some_and(|table| same(&table, &provider));
                if !found || in_one_piece(&provider).is_none() {
                    all = false;
                    return Ok(LogicalPlan::TableScan(scan));
                }
                let number = names.iter().position(|name| *name == scan.table_name).unwrap_or_else(|| {
                    names.push(scan.table_name.clone());
                    names.len() - 1
                });
                Ok(LogicalPlan::TableScan(TableScan { source: Arc::new(Slot::Table(number, provider.schema())), ..scan }))
            })
        };
        let parts = self.parts.iter().map(|part| Ok(Part { schema: Arc::clone(&part.schema), plan: slotted(&part.plan)? }));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let plan = slotted(&self.plan)?;
        Ok(all.then_some((Self { parts, plan, known: None }, names)))
    }

    /// With what stands in its slots.
    pub(super) fn over(self, known: Known) -> Self {
        Self { known: Some(known), ..self }
    }

    /// How many plans it has: one a part, and its own.
    pub(super) fn plans(&self) -> usize {
        self.parts.len() + 1
    }

    /// Plans all to its end, without a row; gives the columns that the statement will have.
    pub(super) async fn columns(&self, state: &SessionState) -> Result<SchemaRef> {
        let mut columns = Arc::new(Schema::empty());
        for plan in self.parts.iter().map(|part| &part.plan).chain([&self.plan]) {
            let plan = of_late_tables(plan, 0, |_| 0)?;
            columns = state.query_planner().create_physical_plan(&plan, state).await?.schema();
        }
        Ok(columns)
    }

    /// Computes the parts, and begins the statement. What the parts hold of the memory is held until all is read. A part
    /// whose rows take more than a quarter of it is computed where it is read.
    pub(super) async fn stream(self, state: &SessionState) -> Result<(SendableRecordBatchStream, Vec<MemoryReservation>)> {
        let (mut sources, mut held) = (Vec::new(), Vec::new());
        let known = self.known.as_ref();
        for (number, part) in self.parts.into_iter().enumerate() {
            let stream = started(state, &part.plan, number, known, &sources).await?;
            match computed(state, stream, part.schema).await? {
                Some((table, reservation)) => {
                    held.push(reservation);
                    sources.push(Source::Table(table));
                }
                None => sources.push(Source::Plan(reading(part.plan, known, &sources)?)),
            }
        }
        let stream = started(state, &self.plan, sources.len(), known, &sources).await?;
        Ok((stream, held))
    }
}

/// Where the rows of a part come from.
enum Source {
    Table(Arc<MemTable>),
    Plan(LogicalPlan),
}

/// A plan with tables, and the parts before it, in their slots.
fn reading(plan: LogicalPlan, known: Option<&Known>, sources: &[Source]) -> Result<LogicalPlan> {
    each_scan(plan, |scan| {
        let source: Arc<dyn TableSource> = match (scan.source.downcast_ref::<Slot>(), known) {
            (Some(Slot::Table(number, _)), Some(known)) => provider_as_source(Arc::clone(&known.tables[*number])),
            (Some(Slot::Part(number, _)), _) => match &sources[*number] {
                Source::Table(table) => provider_as_source(Arc::clone(table) as _),
                Source::Plan(part) => {
                    let columns = scan.projected_schema.columns().into_iter().map(Expr::Column);
                    return LogicalPlanBuilder::from(part.clone()).project(columns)?.build();
                }
            },
            _ => Arc::clone(&scan.source),
        };
        Ok(LogicalPlan::TableScan(TableScan { source, ..scan }))
    })
}

/// Begins a part, or the statement, which is numbered behind its parts.
async fn started(
    state: &SessionState,
    plan: &LogicalPlan,
    number: usize,
    known: Option<&Known>,
    sources: &[Source],
) -> Result<SendableRecordBatchStream> {
    if let Some(known) = known
        && let Some(rows) = rows_of(known, sources).await
        && state.config().target_partitions() == 1
    {
        return planned_before(state, plan, &known.plans[number], rows, known.tables.len()).await;
    }
    let plan = reading(plan.clone(), known, sources)?;
    // A part in its place is one more thing to optimise.
    let whole = sources.iter().any(|source| matches!(source, Source::Plan(_)));
    let plan = if whole { optimised(state, plan)? } else { plan };
    execute_stream(state.query_planner().create_physical_plan(&plan, state).await?, state.task_ctx())
}

/// Begins a plan of before, or one made now, with these rows.
async fn planned_before(
    state: &SessionState,
    plan: &LogicalPlan,
    plans: &Plans,
    rows: Rows,
    tables: usize,
) -> Result<SendableRecordBatchStream> {
    let plan = if let Some(plan) = plans.find(&rows)? {
        plan
    } else {
        let plan = of_late_tables(plan, tables, |number| rows.count(number))?;
        let plan = state.query_planner().create_physical_plan(&plan, state).await?;
        plans.keep(&plan)?;
        plan
    };
    execute_stream(plan, rows.brought(state))
}

/// A plan with tables whose rows are brought to each run in its slots: those of the parts are numbered behind all others.
fn of_late_tables(plan: &LogicalPlan, tables: usize, rows: impl Fn(usize) -> usize) -> Result<LogicalPlan> {
    each_scan(plan.clone(), |scan| {
        let (number, schema) = match scan.source.downcast_ref::<Slot>() {
            Some(Slot::Table(number, schema)) => (*number, schema),
            Some(Slot::Part(number, schema)) => (tables + number, schema),
            None => return Ok(LogicalPlan::TableScan(scan)),
        };
        let table = LateTable::new(number, rows(number), Arc::clone(schema));
        Ok(LogicalPlan::TableScan(TableScan { source: provider_as_source(Arc::new(table)), ..scan }))
    })
}

/// The rows of the tables of a statement, and of the parts so far. None where one of these is computed in its place.
async fn rows_of(known: &Known, sources: &[Source]) -> Option<Rows> {
    let mut all = Vec::with_capacity(known.tables.len() + sources.len());
    for table in &known.tables {
        all.push(in_one_piece(table)?.batches.first()?.read().await.clone());
    }
    for source in sources {
        let Source::Table(table) = source else { return None };
        all.push(table.batches.first()?.read().await.clone());
    }
    Some(Rows::new(all))
}

/// A table in memory that is one list of batches in no order.
pub(super) fn in_one_piece(table: &Arc<dyn TableProvider>) -> Option<&MemTable> {
    table.downcast_ref::<MemTable>().filter(|table| table.batches.len() == 1 && table.sort_order.lock().is_empty())
}

/// The rows of a part as a table; nothing where they are too many, or not of the planned types.
async fn computed(
    state: &SessionState,
    mut stream: SendableRecordBatchStream,
    schema: SchemaRef,
) -> Result<Option<(Arc<MemTable>, MemoryReservation)>> {
    let pool = &state.runtime_env().memory_pool;
    let most = match pool.memory_limit() {
        MemoryLimit::Finite(bytes) => bytes / 4,
        _ => usize::MAX,
    };
    let reservation = MemoryConsumer::new("a part read several times").register(pool);
    let (mut batches, mut counter) = (Vec::new(), RecordBatchMemoryCounter::new());
    while let Some(batch) = stream.try_next().await? {
        let bytes = counter.count_batch(&batch);
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let typed = RecordBatch::try_new_with_options(Arc::clone(&schema), batch.columns().to_vec(), &options);
        match typed {
            Ok(batch) if reservation.size().saturating_add(bytes) <= most && reservation.try_grow(bytes).is_ok() => batches.push(batch),
            _ => return Ok(None),
        }
    }
    Ok(Some((Arc::new(MemTable::try_new(schema, vec![batches])?), reservation)))
}

fn each_scan(plan: LogicalPlan, mut change: impl FnMut(TableScan) -> Result<LogicalPlan>) -> Result<LogicalPlan> {
    plan.transform_down_with_subqueries(|node| match node {
        LogicalPlan::TableScan(scan) => Ok(Transformed::new(change(scan)?, true, TreeNodeRecursion::Jump)),
        node => Ok(Transformed::no(node)),
    })
    .data()
}

/// Whether a plan means the same at any time.
pub(super) fn timeless(plan: &LogicalPlan) -> Result<bool> {
    let mut timeless = true;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                timeless &= !matches!(part, Expr::ScalarFunction(call) if call.func.signature().volatility == Volatility::Stable);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(timeless)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int32Array;
    use datafusion::arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::DataFrame;

    use super::*;
    use crate::engine::{Engine, Limits};

    /// `sums` is read by `pairs` twice and by the rest once, `pairs` twice; `plain` only reads.
    const STATEMENT: &str = "
        WITH plain AS (SELECT n FROM numbers WHERE n > 2),
        sums AS (SELECT n % 3 AS rest, sum(n) AS total FROM numbers GROUP BY n % 3),
        pairs AS (SELECT a.rest, a.total + b.total AS total FROM sums a JOIN sums b ON b.rest = (a.rest + 1) % 3)
        SELECT p.n, x.total, y.total AS other
        FROM plain p
        JOIN plain q ON q.n = p.n
        JOIN pairs x ON x.rest = p.n % 3
        JOIN pairs y ON y.rest = x.rest
        WHERE EXISTS (SELECT 1 FROM sums s WHERE s.rest = p.n - 3 AND s.total < 100)
        ORDER BY p.n";

    fn numbers(engine: &Engine, name: &str, last: i32) {
        let rows = RecordBatch::try_from_iter([("n", Arc::new(Int32Array::from_iter_values(0..last)) as _)]).unwrap();
        engine.register_batches(name, rows.schema(), vec![rows]).unwrap();
    }

    fn engine(limits: Limits) -> Engine {
        let engine = Engine::new(limits).unwrap();
        numbers(&engine, "numbers", 9);
        engine
    }

    /// How many of its nodes sum up.
    fn aggregates(plan: &LogicalPlan) -> usize {
        let mut count = 0;
        plan.apply_with_subqueries(|node| {
            count += usize::from(matches!(node, LogicalPlan::Aggregate(_)));
            Ok(TreeNodeRecursion::Continue)
        })
        .unwrap();
        count
    }

    /// The plan as written and made ready, with how many parts are held in memory where it runs; the rows must be equal.
    async fn shared(engine: &Engine, sql: &str) -> (LogicalPlan, Prepared, usize) {
        let state = engine.context().state();
        let plan = engine.in_needed_types(engine.plan(sql).await.unwrap()).unwrap();
        let prepared = Prepared::of(&state, plan.clone()).unwrap();
        let (stream, held) = prepared.clone().stream(&state).await.unwrap();
        let rows: Vec<RecordBatch> = stream.try_collect().await.unwrap();
        assert!(rows.iter().map(RecordBatch::num_rows).sum::<usize>() > 0);
        let as_written = DataFrame::new(state, plan.clone()).collect().await.unwrap();
        assert_eq!(pretty_format_batches(&rows).unwrap().to_string(), pretty_format_batches(&as_written).unwrap().to_string());
        (plan, prepared, held.len())
    }

    #[tokio::test]
    async fn what_is_read_several_times_is_computed_once() {
        let (before, after, held) = shared(&engine(Limits::default()), STATEMENT).await;
        assert_eq!((aggregates(&before), aggregates(&after.plan), held), (5, 0, 2));
    }

    #[tokio::test]
    async fn a_part_of_the_row_around_it_stays() {
        let sql = "SELECT n, (SELECT max(total) FROM (SELECT sum(m.n) AS total FROM numbers m WHERE m.n < numbers.n) AS s) AS low,
            (SELECT min(total) FROM (SELECT sum(m.n) AS total FROM numbers m WHERE m.n < numbers.n) AS s) AS high FROM numbers";
        let engine = engine(Limits::default());
        let plan = engine.in_needed_types(engine.plan(sql).await.unwrap()).unwrap();
        assert_eq!(shared_parts::taken_out(plan.clone()).unwrap(), (vec![], plan));
    }

    #[tokio::test]
    async fn a_part_too_large_for_memory_is_computed_where_it_is_read() {
        let engine = engine(Limits { memory_bytes: 64, ..Limits::default() });
        let sql = "WITH a AS (SELECT n FROM numbers UNION ALL SELECT -n FROM numbers),
            b AS (SELECT n + 1 AS n FROM a UNION ALL SELECT n + 2 FROM a WHERE n > 0)
            SELECT b.n FROM b UNION ALL SELECT c.n FROM b c WHERE c.n < 3";
        let (_, prepared, held) = shared(&engine, sql).await;
        assert_eq!((prepared.parts.len(), held), (2, 0));
    }

    #[tokio::test]
    async fn what_reads_the_clock_is_planned_each_time() {
        let engine = engine(Limits::default());
        for (sql, expected) in [("SELECT now()", false), ("SELECT n FROM numbers WHERE n IN (SELECT abs(n) FROM numbers)", true)] {
            assert_eq!(timeless(&engine.plan(sql).await.unwrap()).unwrap(), expected, "{sql}");
        }
        let (_, first) = engine.run("SELECT now()", "a clock").await.unwrap();
        let (_, second) = engine.run("SELECT now()", "a clock").await.unwrap();
        assert_ne!(first, second, "the time is that of the statement, not of the engine");
    }
}
