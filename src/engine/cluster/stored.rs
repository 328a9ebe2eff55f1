//! Large tables in memory as files of the data folder, where workers read them. In a plan they would travel once for each
//! part of each statement, and be held as often: checks that read all values took all memory of the machine.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::Transformed;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::logical_plan::TableScan;

use crate::engine::prepared::in_one_piece;
use crate::engine::table_files::{TableFile, TableFiles};

/// From so many bytes in memory on a table is stored.
const LARGE: usize = 4 << 20;

/// The tables that a run has stored.
pub(super) struct Stored {
    files: TableFiles,
    known: Mutex<Vec<Known>>,
}

/// A table, as long as somebody holds it, and the same as a file.
struct Known {
    table: Weak<dyn TableProvider>,
    file: Arc<dyn TableProvider>,
    _held: TableFile,
}

impl Stored {
    pub(super) fn below(data: &Path) -> Self {
        Self { files: TableFiles::below(data), known: Mutex::default() }
    }

    /// A plan that reads files in the place of large tables.
    pub(super) fn in_place(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let changed = plan.transform_up_with_subqueries(|node| {
            let LogicalPlan::TableScan(scan) = node else { return Ok(Transformed::no(node)) };
            let Some(file) = self.file_of(&source_as_provider(&scan.source)?)? else {
                return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
            };
            Ok(Transformed::yes(LogicalPlan::TableScan(TableScan { source: provider_as_source(file), ..scan })))
        })?;
        Ok(changed.data)
    }

    /// The file of a table, written at the first time; none where it is no large table in memory.
    fn file_of(&self, table: &Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(batches) = in_one_piece(table).and_then(|table| table.batches.first()?.try_read().ok().map(|rows| rows.clone())) else {
            return Ok(None);
        };
        if batches.iter().map(get_record_batch_memory_size).sum::<usize>() < LARGE {
            return Ok(None);
        }
        // Held while it is written: a statement beside this one waits for the same file.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|one| one.table.strong_count() > 0);
        if let Some(one) = known.iter().find(|one| one.table.ptr_eq(&Arc::downgrade(table))) {
            return Ok(Some(Arc::clone(&one.file)));
        }
        let external = |error: crate::error::Error| DataFusionError::External(Box::new(error));
        let stored = self.files.write(&table.schema(), &batches).map_err(external)?;
        tracing::debug!(rows = stored.rows(), "a table is stored for the workers");
        let file = stored.listed().map_err(external)?;
        known.push(Known { table: Arc::downgrade(table), file: Arc::clone(&file), _held: stored });
        Ok(Some(file))
    }
}
