//! Chooses the side of a join that is held in memory, so that statements can be written in the natural order.
//!
//! DataFusion holds the left side: the hash table of a join by keys, and of a cross join the rows that each batch of the
//! right side meets one after the other, a batch for each. Its own reordering goes by estimates of what filters leave, which are guesses, and
//! could hold the observations in memory. Here the measure is what a side reads, which is known: rows of stored files
//! first, since they grow with every source, then rows of tables in memory.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

use crate::engine::late_tables::{in_memory, late};

/// A cross join makes a batch for each row that it holds: of so many it may hold either side.
const FEW: usize = 8;

#[derive(Debug)]
pub(super) struct BuildOnTheSmallSide;

impl PhysicalOptimizerRule for BuildOnTheSmallSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let sizes = sizes(&plan)?;
        let size = |number| sizes.get(&number).copied().unwrap_or_default();
        plan.transform_up(|plan| {
            let Some((left, right)) = both(&plan) else { return Ok(Transformed::no(plan)) };
            let (left, right) = (Reads::of(left)?, Reads::of(right)?);
            // The few rows of a cross join stay as they are written, so that the plan serves whatever they meet.
            let few = plan.is::<CrossJoinExec>() && left.all(&size) <= FEW;
            if few || !left.more_than(&right, &size) {
                return Ok(Transformed::no(plan));
            }
            if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
                return Ok(Transformed::yes(join.swap_inputs(*join.partition_mode())?));
            }
            match plan.downcast_ref::<CrossJoinExec>() {
                Some(join) => Ok(Transformed::yes(join.swap_inputs()?)),
                None => Ok(Transformed::no(plan)),
            }
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "build_on_the_small_side"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What a plan reads.
#[derive(Debug, Default)]
struct Reads {
    /// Rows of stored files. A file of unknown size counts as endless.
    stored: usize,
    /// Rows of tables in memory, and of files.
    rows: usize,
    /// The tables of the run, by number, whose rows come on top.
    late: Vec<usize>,
}

impl Reads {
    fn of(plan: &Arc<dyn ExecutionPlan>) -> Result<Self> {
        let mut reads = Self::default();
        reads.add(plan)?;
        reads.late.sort_unstable();
        Ok(reads)
    }

    fn add(&mut self, plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
        let children = plan.children();
        if let Some(table) = late(plan) {
            self.late.push(table.number);
        } else if children.is_empty() {
            let rows = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new())?.num_rows.get_value().copied();
            let stored = plan.downcast_ref::<DataSourceExec>().is_some_and(|scan| !in_memory(scan));
            let rows = rows.unwrap_or(if stored { usize::MAX } else { 0 });
            self.stored = self.stored.saturating_add(if stored { rows } else { 0 });
            self.rows = self.rows.saturating_add(rows);
        }
        children.into_iter().try_for_each(|child| self.add(child))
    }

    fn all(&self, size: &impl Fn(usize) -> usize) -> usize {
        self.late.iter().fold(self.rows, |rows, number| rows.saturating_add(size(*number)))
    }

    /// Whether it reads clearly more than another, tables of the run being of these sizes. Where both read about as much, the
    /// sides stay as they are written: what is grouped or filtered most stands first.
    fn more_than(&self, other: &Self, size: &impl Fn(usize) -> usize) -> bool {
        let clearly = |rows: usize, others: usize| rows > others.saturating_add(others / 8);
        if clearly(other.stored, self.stored) {
            return false;
        }
        clearly(self.stored, other.stored) || clearly(self.all(size), other.all(size))
    }
}

/// What the sides of a join read that could be the other way round.
#[derive(Debug)]
pub(super) struct Sides {
    held: Reads,
    against: Reads,
    /// Whichever side has no more rows than this may be held.
    little: usize,
}

impl Sides {
    /// Whether the join may stay as it was planned, tables of the run being of these sizes.
    pub(super) fn fit(&self, size: &impl Fn(usize) -> usize) -> bool {
        self.held.all(size) <= self.little || !self.held.more_than(&self.against, size)
    }
}

/// The sides of all joins of a plan.
pub(super) fn sides(plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<Sides>> {
    let mut sides = Vec::new();
    plan.apply(|plan| {
        if let Some((held, against)) = both(plan) {
            let little = if plan.is::<CrossJoinExec>() { FEW } else { 20_000 };
            sides.push(Sides { held: Reads::of(held)?, against: Reads::of(against)?, little });
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(sides)
}

type Side<'a> = &'a Arc<dyn ExecutionPlan>;

/// The sides of a join that may change places: what it holds, and what it holds it against.
fn both(plan: &Arc<dyn ExecutionPlan>) -> Option<(Side<'_>, Side<'_>)> {
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        return (join.join_type().supports_swap() && !join.null_aware).then(|| (join.left(), join.right()));
    }
    plan.downcast_ref::<CrossJoinExec>().map(|join| (join.left(), join.right()))
}

/// The rows of each table of the run, as planning knows them.
fn sizes(plan: &Arc<dyn ExecutionPlan>) -> Result<HashMap<usize, usize>> {
    let mut sizes = HashMap::new();
    plan.apply(|plan| {
        if let Some(table) = late(plan) {
            sizes.insert(table.number, table.rows);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Int32Array, RecordBatch};

    use super::*;
    use crate::engine::{Engine, Limits};
    use crate::error::Result;

    fn numbers(count: i32) -> RecordBatch {
        RecordBatch::try_from_iter([("number", Arc::new(Int32Array::from_iter_values(0..count)) as _)]).unwrap()
    }

    /// What the joins of a statement hold in memory, in rows.
    async fn held(sql: &str) -> Result<Vec<usize>> {
        let engine = Engine::new(Limits::default())?;
        for (name, count) in [("one", 1), ("many", 1000)] {
            let batch = numbers(count);
            engine.register_batches(name, batch.schema(), vec![batch])?;
        }
        let plan = engine.frame(sql).await?.create_physical_plan().await?;
        let mut held = Vec::new();
        plan.transform_up(|plan| {
            if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
                held.push(Reads::of(join.left())?.rows);
            }
            if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
                held.push(Reads::of(join.left())?.rows);
            }
            Ok(Transformed::no(plan))
        })
        .data()?;
        Ok(held)
    }

    #[tokio::test]
    async fn the_small_side_is_held_whichever_is_written_first() -> Result<()> {
        for sql in [
            "SELECT a.number + b.number FROM one a CROSS JOIN many b",
            "SELECT a.number + b.number FROM many a CROSS JOIN one b",
            "SELECT a.number FROM one a LEFT JOIN many b ON b.number = a.number",
            "SELECT a.number FROM many a LEFT JOIN one b ON b.number = a.number",
        ] {
            assert_eq!(held(sql).await?, [1], "{sql}");
        }
        Ok(())
    }

    /// What is grouped reads as much as what it is joined with again, and a little more; it has fewer rows.
    #[tokio::test]
    async fn sides_that_read_about_as_much_stay_as_written() -> Result<()> {
        let sql = "WITH few AS (
            SELECT a.number % 7 AS number, max(a.number) AS greatest FROM many a JOIN one b ON b.number <= a.number GROUP BY a.number % 7)
            SELECT f.greatest FROM few f JOIN many m ON m.number = f.number";
        assert_eq!(held(sql).await?.last(), Some(&1001));
        Ok(())
    }
}
