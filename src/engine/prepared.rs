//! A statement is made ready once, and runs over the tables of any engine.
//!
//! The steps of a roll-up are the same for every indicator, and planning one takes about as long as computing it for a few
//! thousand rows. So the optimised plan is kept with a slot in the place of each table in memory. Where an engine has tables
//! of the same names and columns, they are put into the slots; physical planning, which looks at sizes, is done each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::MemTable;
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

use crate::engine::shared_parts;
use crate::engine::slots::{Slot, Tables, same};
use crate::engine::views::Key;

/// Optimised plans: of the parts that are read several times, each after those that it reads, and of the statement.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    parts: Vec<Part>,
    plan: LogicalPlan,
}

#[derive(Debug, Clone)]
struct Part {
    /// As those who read it were planned.
    schema: SchemaRef,
    plan: LogicalPlan,
}

impl Prepared {
    /// Makes a plan ready whose types are settled.
    pub(super) fn of(state: &SessionState, plan: LogicalPlan) -> Result<Self> {
        let (parts, plan) = shared_parts::taken_out(plan)?;
        let part = |part: &LogicalPlan| Ok(Part { schema: Arc::clone(part.schema().inner()), plan: state.optimize(part)? });
        Ok(Self { parts: parts.iter().map(part).collect::<Result<_>>()?, plan: state.optimize(&plan)? })
    }

    /// With slots in place of tables. None where it reads anything but tables in memory of these names.
    fn slotted(&self, tables: &dyn Tables) -> Result<Option<Self>> {
        self.with_sources(|scan| {
            let Ok(provider) = source_as_provider(&scan.source) else { return Some(Arc::clone(&scan.source)) };
            let named = tables.find(&scan.table_name).is_some_and(|table| same(&table, &provider));
            (named && provider.is::<MemTable>()).then(|| Arc::new(Slot::Table(provider.schema())) as _)
        })
    }

    /// With tables in the slots. None where one is missing or has other columns.
    fn filled(&self, tables: &dyn Tables) -> Result<Option<Self>> {
        self.with_sources(|scan| match scan.source.downcast_ref::<Slot>() {
            Some(Slot::Table(schema)) => {
                let table = tables.find(&scan.table_name)?;
                (table.is::<MemTable>() && table.schema() == *schema).then(|| provider_as_source(table))
            }
            _ => Some(Arc::clone(&scan.source)),
        })
    }

    fn with_sources(&self, source: impl Fn(&TableScan) -> Option<Arc<dyn TableSource>>) -> Result<Option<Self>> {
        let mut all = true;
        let mut exchanged = |plan: &LogicalPlan| {
            each_scan(plan.clone(), |scan| {
                let Some(source) = source(&scan) else {
                    all = false;
                    return Ok(LogicalPlan::TableScan(scan));
                };
                Ok(LogicalPlan::TableScan(TableScan { source, ..scan }))
            })
        };
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            parts.push(Part { schema: Arc::clone(&part.schema), plan: exchanged(&part.plan)? });
        }
        let plan = exchanged(&self.plan)?;
        Ok(all.then_some(Self { parts, plan }))
    }

    /// Computes the parts, and begins the statement. What the parts hold of the memory is held until all is read. A part
    /// whose rows take more than a quarter of it is computed where it is read.
    pub(super) async fn stream(self, state: &SessionState) -> Result<(SendableRecordBatchStream, Vec<MemoryReservation>)> {
        let (mut sources, mut held) = (Vec::new(), Vec::new());
        for part in self.parts {
            let plan = reading(part.plan, &sources)?;
            match computed(state, &plan, part.schema, &sources).await? {
                Some((table, reservation)) => {
                    held.push(reservation);
                    sources.push(Source::Table(provider_as_source(table)));
                }
                None => sources.push(Source::Plan(plan)),
            }
        }
        let plan = reading(self.plan, &sources)?;
        Ok((started(state, &plan, &sources).await?, held))
    }
}

/// Where the rows of a part come from.
enum Source {
    Table(Arc<dyn TableSource>),
    Plan(LogicalPlan),
}

/// A plan with the parts before it in their slots.
fn reading(plan: LogicalPlan, sources: &[Source]) -> Result<LogicalPlan> {
    each_scan(plan, |scan| {
        let Some(Slot::Part(number, _)) = scan.source.downcast_ref::<Slot>() else { return Ok(LogicalPlan::TableScan(scan)) };
        match &sources[*number] {
            Source::Table(source) => Ok(LogicalPlan::TableScan(TableScan { source: Arc::clone(source), ..scan })),
            Source::Plan(part) => {
                let columns = scan.projected_schema.columns().into_iter().map(Expr::Column);
                LogicalPlanBuilder::from(part.clone()).project(columns)?.build()
            }
        }
    })
}

async fn started(state: &SessionState, plan: &LogicalPlan, sources: &[Source]) -> Result<SendableRecordBatchStream> {
    // A part in its place is one more thing to optimise.
    let whole = sources.iter().any(|source| matches!(source, Source::Plan(_)));
    let plan = if whole { &state.optimize(plan)? } else { plan };
    execute_stream(state.query_planner().create_physical_plan(plan, state).await?, state.task_ctx())
}

/// The rows of a part as a table; nothing where they are too many, or not of the planned types.
async fn computed(
    state: &SessionState,
    part: &LogicalPlan,
    schema: SchemaRef,
    before: &[Source],
) -> Result<Option<(Arc<MemTable>, MemoryReservation)>> {
    let pool = &state.runtime_env().memory_pool;
    let most = match pool.memory_limit() {
        MemoryLimit::Finite(bytes) => bytes / 4,
        _ => usize::MAX,
    };
    let reservation = MemoryConsumer::new("a part read several times").register(pool);
    let mut stream = started(state, part, before).await?;
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

/// Statements that were made ready, by key.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<Key, Arc<Prepared>>>);

/// More statements than a release has; whoever asks for others without end is served all the same.
const MOST: usize = 1000;

impl Kept {
    /// The statement of this key over these tables.
    pub(super) fn find(&self, key: &Key, tables: &dyn Tables) -> Result<Option<Prepared>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        known.map_or(Ok(None), |known| known.filled(tables))
    }

    /// Keeps a statement. One of an engine whose tables have other columns takes the place of the last.
    pub(super) fn keep(&self, key: Key, prepared: &Prepared, tables: &dyn Tables) -> Result<()> {
        if let Some(slotted) = prepared.slotted(tables)? {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < MOST || kept.contains_key(&key) {
                kept.insert(key, Arc::new(slotted));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{AsArray, Int32Array, StringArray};
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::{DataType, Int64Type};
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
        let plan = engine.in_needed_types(engine.plan(sql).await.unwrap().into_unoptimized_plan()).unwrap();
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
        let plan = engine.in_needed_types(engine.plan(sql).await.unwrap().into_unoptimized_plan()).unwrap();
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

    /// The rows of a statement of one column.
    async fn rows(engine: &Engine, sql: &str) -> Vec<i64> {
        let (_, batches) = engine.run(sql, "a statement").await.unwrap();
        let column = |batch: &RecordBatch| cast(batch.column(0), &DataType::Int64).unwrap();
        batches.iter().flat_map(|batch| column(batch).as_primitive::<Int64Type>().values().to_vec()).collect()
    }

    #[tokio::test]
    async fn a_statement_that_is_known_reads_the_tables_of_its_engine() {
        let first = engine(Limits::default());
        let sql = "WITH a AS (SELECT max(n) AS n FROM numbers) SELECT CAST(x.n AS BIGINT) + CAST(y.n AS BIGINT) FROM a x CROSS JOIN a y";
        assert_eq!(rows(&first, sql).await, [16]);
        let second = first.sibling().unwrap();
        numbers(&second, "numbers", 4);
        assert_eq!((rows(&second, sql).await, rows(&first, sql).await), (vec![6], vec![16]));
        // Of other columns, and of other types.
        let texts = RecordBatch::try_from_iter([("n", Arc::new(StringArray::from(vec!["3", "20"])) as _)]).unwrap();
        second.register_batches("numbers", texts.schema(), vec![texts]).unwrap();
        assert_eq!(rows(&second, "SELECT length(max(n)) FROM numbers").await, [1]);
        assert_eq!(rows(&second, sql).await, [6]);
    }

    #[tokio::test]
    async fn a_view_is_a_part_of_the_statements_that_read_it() {
        let first = engine(Limits::default());
        let sql = "SELECT count(*) FROM some";
        first.register_view("some", "SELECT n FROM numbers WHERE n > 2", "some.sql").await.unwrap();
        assert_eq!(rows(&first, sql).await, [6]);
        // Another view of this name, a table of this name, and a view that holds on to a table which is no longer there.
        let second = first.sibling().unwrap();
        second.register_view("some", "SELECT n FROM numbers WHERE n > 5", "some.sql").await.unwrap();
        let third = first.sibling().unwrap();
        numbers(&third, "some", 2);
        let fourth = first.sibling().unwrap();
        numbers(&fourth, "numbers", 100);
        let all = [rows(&second, sql).await, rows(&third, sql).await, rows(&fourth, sql).await, rows(&first, sql).await];
        assert_eq!(all, [[3], [2], [6], [6]]);
    }

    #[tokio::test]
    async fn what_reads_the_clock_is_planned_each_time() {
        let engine = engine(Limits::default());
        for (sql, expected) in [("SELECT now()", false), ("SELECT n FROM numbers WHERE n IN (SELECT abs(n) FROM numbers)", true)] {
            assert_eq!(timeless(&engine.plan(sql).await.unwrap().into_unoptimized_plan()).unwrap(), expected, "{sql}");
        }
    }
}
