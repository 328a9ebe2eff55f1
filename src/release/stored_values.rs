//! The values of one indicator: in memory, or in sorted files of which no more than a batch each is held.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, UnboundedMemoryPool};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet};
use datafusion::physical_plan::sorts::streaming_merge::StreamingMergeBuilder;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::TryStreamExt;

use crate::engine::table_files::{TableFile, TableFiles};
use crate::error::Result;
use crate::release::numbers::{self, Numbers};
use crate::tables::schema;

/// What a row of values takes in memory.
pub(super) const BYTES_OF_A_VALUE: usize = 256;

/// Rows of each file that are held while they are put in order.
const AT_ONCE: usize = 8192;

/// Batches, one after the other.
pub type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + Send + 'a>;

/// Values with their marks.
pub(super) enum Stored {
    /// In the order of their key.
    Held(Vec<RecordBatch>),
    /// With the numbers of their breakdowns; each file in the order of the key.
    Filed(Vec<TableFile>),
}

impl Stored {
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Held(batches) => batches.iter().map(RecordBatch::num_rows).sum(),
            Self::Filed(files) => files.iter().map(TableFile::rows).sum(),
        }
    }
}

/// Where values go that memory has no room for.
pub(super) struct Filing {
    pub files: TableFiles,
    pub numbers: Mutex<Numbers>,
}

impl Filing {
    /// Values in the order of their key as a file.
    pub(super) fn file<'b>(&self, batches: impl IntoIterator<Item = &'b RecordBatch>) -> Result<TableFile> {
        let mut file = self.files.create(&numbers::numbered(&schema::preferred_values()))?;
        for batch in batches {
            let numbered = self.numbers.lock().unwrap_or_else(PoisonError::into_inner).beside(batch)?;
            file.write(&numbered)?;
        }
        file.finish()
    }
}

impl Stored {
    /// Batches in the order of the key.
    pub(super) fn in_order(&self) -> Result<Batches<'_>> {
        Ok(match self {
            Self::Held(batches) => Box::new(batches.iter().cloned().map(Ok)),
            Self::Filed(files) => merged(files, &schema::preferred_values())?,
        })
    }
}

/// The rows of sorted files in the order of the key of values.
fn merged<'a>(files: &[TableFile], schema: &SchemaRef) -> Result<Batches<'a>> {
    let stream = |file: &TableFile| -> Result<SendableRecordBatchStream> {
        let batches = file.batches_as(schema, AT_ONCE)?.map(|batch| batch.map_err(|error| DataFusionError::External(Box::new(error))));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema.clone(), futures::stream::iter(batches))))
    };
    let order = schema::values_key().into_iter().map(|name| Ok(PhysicalSortExpr::new(col(name, schema)?, SortOptions::default())));
    let order = LexOrdering::new(order.collect::<Result<Vec<_>>>()?);
    let (Some(order), false) = (order, files.is_empty()) else { return Ok(Box::new(std::iter::empty())) };
    let pool: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
    let merged = StreamingMergeBuilder::new()
        .with_streams(files.iter().map(stream).collect::<Result<_>>()?)
        .with_schema(schema.clone())
        .with_expressions(&order)
        .with_metrics(BaselineMetrics::new(&ExecutionPlanMetricsSet::new(), 0))
        // So many that several threads have some of them to give ids to.
        .with_batch_size(8 * AT_ONCE)
        .with_reservation(MemoryConsumer::new("values put in order").register(&pool))
        .build()?;
    Ok(Box::new(futures::executor::block_on_stream(merged.map_err(Into::into))))
}
