//! The rows of a statement, branch by branch: of a `UNION ALL`, those of the first SELECT first.

use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::ExecutionPlanProperties;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;

/// Begins a statement. With one partition, several streams are branches of a `UNION ALL`: the engine would take whichever
/// is ready, another one each time. With more partitions their order means nothing.
pub async fn stream(frame: DataFrame) -> Result<SendableRecordBatchStream> {
    let context = std::sync::Arc::new(frame.task_ctx());
    if context.session_config().target_partitions() > 1 {
        return frame.execute_stream().await;
    }
    let plan = frame.create_physical_plan().await?;
    let branches = 0..plan.output_partitioning().partition_count();
    let schema = plan.schema();
    let streams = futures::stream::iter(branches.map(move |branch| plan.execute(branch, context.clone())));
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, streams.try_flatten())))
}
