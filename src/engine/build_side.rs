//! Chooses the side of a join that is held in memory, so that statements can be written in the natural order.
//!
//! DataFusion holds the left side: the hash table of a join by keys, and of a cross join the rows that each batch of the
//! right side meets one after the other, a batch for each. Its own reordering goes by estimates of what filters leave, which are guesses, and
//! could hold the observations in memory. Here the measure is what a side reads, which is known: rows of stored files
//! first, since they grow with every source, then rows of tables in memory.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

#[derive(Debug)]
pub(super) struct BuildOnTheSmallSide;

impl PhysicalOptimizerRule for BuildOnTheSmallSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            if let Some(join) = plan.downcast_ref::<HashJoinExec>()
                && join.join_type().supports_swap()
                && !join.null_aware
                && reads(join.left())? > reads(join.right())?
            {
                return Ok(Transformed::yes(join.swap_inputs(*join.partition_mode())?));
            }
            if let Some(join) = plan.downcast_ref::<CrossJoinExec>()
                && reads(join.left())? > reads(join.right())?
            {
                return Ok(Transformed::yes(join.swap_inputs()?));
            }
            Ok(Transformed::no(plan))
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

/// Rows that a plan reads: (of stored files, of all its tables). A file of unknown size counts as endless.
fn reads(plan: &Arc<dyn ExecutionPlan>) -> Result<(usize, usize)> {
    let children = plan.children();
    if children.is_empty() {
        let rows = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new())?.num_rows.get_value().copied();
        let scan = plan.downcast_ref::<DataSourceExec>();
        let stored = scan.is_some_and(|scan| scan.data_source().downcast_ref::<MemorySourceConfig>().is_none());
        let rows = rows.unwrap_or(if stored { usize::MAX } else { 0 });
        return Ok((if stored { rows } else { 0 }, rows));
    }
    let mut sum = (0usize, 0usize);
    for child in children {
        let (stored, all) = reads(child)?;
        sum = (sum.0.saturating_add(stored), sum.1.saturating_add(all));
    }
    Ok(sum)
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
        let plan = engine.plan(sql).await?.create_physical_plan().await?;
        let mut held = Vec::new();
        plan.transform_up(|plan| {
            if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
                held.push(reads(join.left())?.1);
            }
            if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
                held.push(reads(join.left())?.1);
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
}
