//! Tables in memory that a physical plan knows by number and columns only: each run of it brings the rows along.

use std::fmt::{Formatter, Result as FormatResult};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Statistics, project_schema};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::{DataSource, DataSourceExec};
use datafusion::error::Result;
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::coop::cooperative;
use datafusion::physical_plan::execution_plan::SchedulingType;
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::physical_plan::projection::{all_alias_free_columns, new_projections_for_columns};
use datafusion::physical_plan::{DisplayFormatType, ExecutionPlan, Partitioning};

/// The rows of one run, by the numbers of its tables.
pub(super) struct Rows(Vec<Vec<RecordBatch>>);

impl Rows {
    pub(super) fn new(tables: Vec<Vec<RecordBatch>>) -> Self {
        Self(tables)
    }

    pub(super) fn count(&self, number: usize) -> usize {
        self.0.get(number).map_or(0, |batches| batches.iter().map(RecordBatch::num_rows).sum())
    }

    /// The context of a run that reads them.
    pub(super) fn brought(self, state: &SessionState) -> Arc<TaskContext> {
        let config = state.config().clone().with_extension(Arc::new(self));
        // A physical plan holds its functions: none is looked up by name, so their maps need not be copied.
        let (session, runtime) = (state.session_id().to_owned(), Arc::clone(state.runtime_env()));
        let (scalar, higher_order, aggregate, window) = Default::default();
        Arc::new(TaskContext::new(None, session, config, scalar, higher_order, aggregate, window, runtime))
    }
}

/// A table of so many rows, as planning sees it.
#[derive(Debug)]
pub(super) struct LateTable {
    number: usize,
    rows: usize,
    schema: SchemaRef,
}

impl LateTable {
    pub(super) fn new(number: usize, rows: usize, schema: SchemaRef) -> Self {
        Self { number, rows, schema }
    }
}

#[async_trait]
impl TableProvider for LateTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(&self, _: &dyn Session, projection: Option<&Vec<usize>>, _: &[Expr], _: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let projected = project_schema(&self.schema, Some(&columns))?;
        let schema = Arc::clone(&self.schema);
        let source = LateSource { number: self.number, rows: self.rows, schema, columns, projected, fetch: None };
        Ok(DataSourceExec::from_data_source(source))
    }
}

/// The scan of such a table.
#[derive(Debug, Clone)]
pub(super) struct LateSource {
    pub(super) number: usize,
    pub(super) rows: usize,
    schema: SchemaRef,
    columns: Vec<usize>,
    projected: SchemaRef,
    fetch: Option<usize>,
}

impl DataSource for LateSource {
    fn open(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = context.session_config().get_extension::<Rows>();
        let Some(batches) = rows.as_ref().and_then(|rows| rows.0.get(self.number)) else {
            return Err(DataFusionError::Internal(format!("no rows were brought for table {}", self.number)));
        };
        let stream = MemoryStream::try_new(batches.clone(), Arc::clone(&self.projected), Some(self.columns.clone()))?;
        Ok(Box::pin(cooperative(stream.with_fetch(self.fetch))))
    }

    fn fmt_as(&self, _: DisplayFormatType, f: &mut Formatter<'_>) -> FormatResult {
        write!(f, "table {} of the run", self.number)
    }

    fn output_partitioning(&self) -> Partitioning {
        Partitioning::UnknownPartitioning(1)
    }

    fn eq_properties(&self) -> EquivalenceProperties {
        EquivalenceProperties::new(Arc::clone(&self.projected))
    }

    fn scheduling_type(&self) -> SchedulingType {
        SchedulingType::Cooperative
    }

    /// Of the next run they may be others: no result may be taken from them.
    fn partition_statistics(&self, _: Option<usize>) -> Result<Arc<Statistics>> {
        let unknown = Statistics::new_unknown(&self.projected);
        Ok(Arc::new(unknown.with_num_rows(Precision::Inexact(self.rows))))
    }

    fn with_fetch(&self, limit: Option<usize>) -> Option<Arc<dyn DataSource>> {
        Some(Arc::new(Self { fetch: limit, ..self.clone() }))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
    }

    fn try_swapping_with_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn DataSource>>> {
        let expressions: Vec<_> = projection.iter().cloned().collect();
        if !all_alias_free_columns(&expressions) {
            return Ok(None);
        }
        let columns = new_projections_for_columns(&expressions, &self.columns);
        let projected = project_schema(&self.schema, Some(&columns))?;
        Ok(Some(Arc::new(Self { columns, projected, ..self.clone() })))
    }

    fn apply_expressions(&self, _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
}

/// The scan of a late table, where a plan is one.
pub(super) fn late(plan: &Arc<dyn ExecutionPlan>) -> Option<&LateSource> {
    plan.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref::<LateSource>()
}

/// Whether a scan reads what is in memory.
pub(super) fn in_memory(scan: &DataSourceExec) -> bool {
    let source = scan.data_source();
    source.downcast_ref::<MemorySourceConfig>().is_some() || source.downcast_ref::<LateSource>().is_some()
}
