//! Chooses the side of a join of which the hash table is made, so that statements can be written in the natural order.
//!
//! DataFusion builds on the left side. Its own reordering goes by estimates of what filters leave, which are guesses, and
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
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

#[derive(Debug)]
pub struct BuildOnTheSmallSide;

impl PhysicalOptimizerRule for BuildOnTheSmallSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let swapped = match plan.downcast_ref::<HashJoinExec>() {
                Some(join) if join.join_type().supports_swap() && !join.null_aware && reads(join.left())? > reads(join.right())? => {
                    join.swap_inputs(*join.partition_mode())?
                }
                _ => return Ok(Transformed::no(plan)),
            };
            Ok(Transformed::yes(swapped))
        })
        .data()
    }

    fn name(&self) -> &str {
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
