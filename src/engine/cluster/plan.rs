//! Which statements workers compute, and how they are planned for them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::listing::ListingTable;
use datafusion::datasource::source_as_provider;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, InputOrderMode, PhysicalExpr};
use datafusion_distributed::{DistributedExec, DistributedExt, SessionStateBuilderExt, WorkerResolver};
use reqwest::Url;

use super::connection::Connections;

/// An optimised statement that reads stored files, and that means the same in parts: a subquery in the place of a value
/// must be seen whole by all of them.
pub(super) fn is_shared_out(optimised: &LogicalPlan) -> Result<bool> {
    let (mut reads_files, mut whole) = (false, false);
    optimised.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            reads_files |= source_as_provider(&scan.source)?.is::<ListingTable>();
        }
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                whole |= matches!(part, Expr::ScalarSubquery(_));
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(reads_files && !whole)
}

/// The plan of a statement for these workers, and the session that it runs in. None where it would not leave this process.
pub(super) async fn for_workers(
    state: &SessionState,
    optimised: &LogicalPlan,
    workers: &[Url],
    connections: &Connections,
) -> Result<Option<(Arc<dyn ExecutionPlan>, SessionState)>> {
    let mut config = state.config().clone();
    // One partition has nothing to exchange with others.
    config = config.with_target_partitions(state.config().target_partitions().max(2));
    let options = config.options_mut();
    // A table that is held by each worker whole would first be sent to each of them; with both sides cut by their key,
    // a worker holds its part. Sending one side to all is also where the exchange is known to be wrong: a LIMIT there
    // counts once for each worker.
    options.optimizer.hash_join_single_partition_threshold = 0;
    options.optimizer.hash_join_single_partition_threshold_rows = 0;
    // What one join has learnt of its keys does not reach the scans of other machines.
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.enable_join_dynamic_filter_pushdown = false;
    options.optimizer.enable_topk_dynamic_filter_pushdown = false;
    options.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    let session = SessionStateBuilder::new_from_existing(state.clone())
        .with_config(config)
        .with_distributed_worker_resolver(Workers(workers.to_vec()))
        .with_distributed_channel_resolver(connections.clone())
        .with_distributed_planner()
        .with_distributed_broadcast_joins(false)?
        .with_distributed_metrics_collection(false)?
        // Who asks for workers wants them at work, however small the files are; with one part, nothing would leave.
        .with_distributed_file_scan_config_bytes_per_partition(1)?
        .with_distributed_max_tasks_per_stage(workers.len().max(2))?
        .build();
    let plan = session.query_planner().create_physical_plan(optimised, &session).await?;
    Ok((plan.is::<DistributedExec>() && windows_show_their_order(&plan)?).then_some((plan, session)))
}

/// Whether each window is sorted by all columns that it is divided by, in so many words. Those that a filter leaves one
/// value need no sorting; but that is known on this side alone, and a worker would refuse the window.
fn windows_show_their_order(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let mut shown = true;
    plan.apply(|node| {
        let window = match (node.downcast_ref::<WindowAggExec>(), node.downcast_ref::<BoundedWindowAggExec>()) {
            (Some(window), _) => Some((window.window_expr(), window.input())),
            (_, Some(window)) if window.input_order_mode == InputOrderMode::Sorted => Some((window.window_expr(), window.input())),
            _ => None,
        };
        if let Some((expressions, input)) = window {
            let divided_by = expressions.first().map_or(&[][..], |expression| expression.partition_by());
            let sorted_by =
                |column: &Arc<dyn PhysicalExpr>| input.output_ordering().is_some_and(|order| order.iter().any(|one| one.expr.eq(column)));
            shown &= divided_by.iter().all(sorted_by);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(shown)
}

/// The workers of one attempt.
struct Workers(Vec<Url>);

impl WorkerResolver for Workers {
    fn get_urls(&self) -> Result<Vec<Url>, DataFusionError> {
        Ok(self.0.clone())
    }
}
