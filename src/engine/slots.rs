//! Places in a plan for tables that are put there later.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::logical_expr::TableSource;

/// Stands in a plan for a table that is put there later.
#[derive(Debug)]
pub(super) enum Slot {
    /// A table of the statement, by its number.
    Table(usize, SchemaRef),
    /// The rows of a part of the statement, by its number.
    Part(usize, SchemaRef),
}

impl TableSource for Slot {
    fn schema(&self) -> SchemaRef {
        let (Self::Table(_, schema) | Self::Part(_, schema)) = self;
        Arc::clone(schema)
    }
}

/// The table of a name.
pub(super) trait Tables {
    fn find(&self, name: &TableReference) -> Option<Arc<dyn TableProvider>>;
}

/// Whether two are one.
pub(super) fn same(one: &Arc<dyn TableProvider>, other: &Arc<dyn TableProvider>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}
