//! A part of a statement that is read more than once is computed once.
//!
//! DataFusion puts a copy of a `WITH` query, or of a view, at each place that reads it: where such parts read one
//! another, the work doubles with each level. Here the parts that occur several times are found in the plan, computed in
//! order, and read as tables. A part that only reads, renames or filters a table stays where it is, since a filter around
//! it may spare most of the reading; so does one whose result takes more than a quarter of the memory of statements.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::catalog::MemTable;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNodeRecursion};
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::datasource::provider_as_source;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;

/// Computes the repeated parts of a plan whose types are settled (see `Engine::in_needed_types`). Gives the plan that
/// reads them as tables, and what these hold of the memory.
pub(super) async fn computed_once(state: &SessionState, mut plan: LogicalPlan) -> Result<(LogicalPlan, Vec<MemoryReservation>)> {
    let mut held = Vec::new();
    let mut parts = repeated(&plan)?;
    parts.reverse();
    while let Some(part) = parts.pop() {
        // Where a part that it reads has become a table, it may only read now.
        if !works(&part)? {
            continue;
        }
        let Some((table, reservation)) = computed(state, &part).await? else { continue };
        held.push(reservation);
        for reader in parts.iter_mut().chain([&mut plan]) {
            *reader = reading(std::mem::take(reader), &part, &table)?;
        }
    }
    Ok((plan, held))
}

/// The named parts that are read at several places, each after those that it reads itself.
fn repeated(plan: &LogicalPlan) -> Result<Vec<LogicalPlan>> {
    let mut found = Found::default();
    found.visit(plan)?;
    let Found { times, in_order } = found;
    Ok(in_order.into_iter().filter(|part| times.get(part).is_some_and(|times| *times > 1)).collect())
}

/// How often each named part is read. What stands in a part that was seen before is not counted again.
#[derive(Default)]
struct Found {
    times: HashMap<LogicalPlan, usize>,
    in_order: Vec<LogicalPlan>,
}

impl Found {
    fn visit(&mut self, plan: &LogicalPlan) -> Result<()> {
        plan.apply_with_subqueries(|node| {
            let LogicalPlan::SubqueryAlias(alias) = node else { return Ok(TreeNodeRecursion::Continue) };
            if let Some(times) = self.times.get_mut(node) {
                *times += 1;
            } else {
                self.times.insert(node.clone(), 1);
                self.visit(&alias.input)?;
                self.in_order.push(node.clone());
            }
            Ok(TreeNodeRecursion::Jump)
        })?;
        Ok(())
    }
}

/// Whether a part does more than read, and can be computed by itself: without a value of the row around it.
fn works(part: &LogicalPlan) -> Result<bool> {
    let (mut works, mut alone) = (false, true);
    part.apply_with_subqueries(|node| {
        works |= !matches!(
            node,
            LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::TableScan(_)
                | LogicalPlan::Projection(_)
                | LogicalPlan::Filter(_)
                | LogicalPlan::Values(_)
                | LogicalPlan::EmptyRelation(_)
        );
        alone &= node.all_out_ref_exprs().is_empty();
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(works && alone)
}

/// The rows of a part as a table of its name; nothing where they are too many, or not of the planned types.
async fn computed(state: &SessionState, part: &LogicalPlan) -> Result<Option<(LogicalPlan, MemoryReservation)>> {
    let LogicalPlan::SubqueryAlias(alias) = part else { return Ok(None) };
    let pool = &state.runtime_env().memory_pool;
    let most = match pool.memory_limit() {
        MemoryLimit::Finite(bytes) => bytes / 4,
        _ => usize::MAX,
    };
    let reservation = MemoryConsumer::new("a part read several times").register(pool);
    let schema = Arc::clone(part.schema().inner());
    let mut stream = DataFrame::new(state.clone(), part.clone()).execute_stream().await?;
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
    let table = MemTable::try_new(schema, vec![batches])?;
    let scan = LogicalPlanBuilder::scan(alias.alias.clone(), provider_as_source(Arc::new(table)), None)?;
    Ok(Some((scan.build()?, reservation)))
}

/// A plan with a table in place of a part.
fn reading(plan: LogicalPlan, part: &LogicalPlan, table: &LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_down_with_subqueries(|node| {
        Ok(if node == *part { Transformed::new(table.clone(), true, TreeNodeRecursion::Jump) } else { Transformed::no(node) })
    })
    .data()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int32Array;

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

    fn engine(limits: Limits) -> Engine {
        let engine = Engine::new(limits).unwrap();
        let rows = RecordBatch::try_from_iter([("n", Arc::new(Int32Array::from_iter_values(0..9)) as _)]).unwrap();
        engine.register_batches("numbers", rows.schema(), vec![rows]).unwrap();
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

    async fn shared(engine: &Engine, sql: &str) -> (LogicalPlan, LogicalPlan, usize) {
        let plan = engine.plan(sql).await.unwrap().into_unoptimized_plan();
        let before = engine.in_needed_types(plan).unwrap();
        let (after, held) = computed_once(&engine.context().state(), before.clone()).await.unwrap();
        (before, after, held.len())
    }

    #[tokio::test]
    async fn what_is_read_several_times_is_computed_once() {
        let engine = engine(Limits::default());
        let (before, after, held) = shared(&engine, STATEMENT).await;
        assert_eq!((aggregates(&before), aggregates(&after), held), (5, 0, 2));
        let state = engine.context().state();
        let rows = |plan: LogicalPlan| DataFrame::new(state.clone(), plan).collect();
        let (before, after) = (rows(before).await.unwrap(), rows(after).await.unwrap());
        assert!(before.iter().map(RecordBatch::num_rows).sum::<usize>() > 0);
        assert_eq!(before, after);
    }

    #[tokio::test]
    async fn a_part_of_the_row_around_it_stays() {
        let engine = engine(Limits::default());
        let sql = "SELECT n, (SELECT max(total) FROM (SELECT sum(m.n) AS total FROM numbers m WHERE m.n < numbers.n) AS s) AS low,
            (SELECT min(total) FROM (SELECT sum(m.n) AS total FROM numbers m WHERE m.n < numbers.n) AS s) AS high FROM numbers";
        let (before, after, held) = shared(&engine, sql).await;
        assert_eq!((&before, held), (&after, 0));
    }

    #[tokio::test]
    async fn a_part_too_large_for_memory_stays() {
        let engine = engine(Limits { memory_bytes: 64, ..Limits::default() });
        let sql = "WITH a AS (SELECT n FROM numbers UNION ALL SELECT -n FROM numbers) SELECT a.n FROM a JOIN a b ON a.n = b.n";
        let (before, after, held) = shared(&engine, sql).await;
        assert_eq!((&before, held), (&after, 0));
    }
}
