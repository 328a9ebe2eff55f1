//! Large tables in memory as files of the data folder, where workers read them. In a plan they would travel once for each
//! part of each statement, and be held as often: checks that read all values took all memory of the machine.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use datafusion::arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::Transformed;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::logical_plan::TableScan;

use crate::engine::prepared::in_one_piece;
use crate::engine::tables;
use crate::files;
use crate::tables::parquet;

/// From so many bytes in memory on a table is stored.
const LARGE: usize = 4 << 20;

/// The tables that a run has stored.
pub(super) struct Stored {
    data: PathBuf,
    /// A run that is killed leaves it behind; the next one removes it, as all that begins with a dot in this place.
    folder: PathBuf,
    next: AtomicUsize,
    known: Mutex<Vec<Known>>,
}

/// A table, as long as somebody holds it, and the same as a file.
struct Known {
    table: Weak<dyn TableProvider>,
    path: PathBuf,
    file: Arc<dyn TableProvider>,
}

impl Stored {
    pub(super) fn below(data: &Path) -> Self {
        let folder = data.join("staging").join(format!(".tables-{}", std::process::id()));
        Self { data: data.to_owned(), folder, next: AtomicUsize::new(0), known: Mutex::default() }
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
        known.retain(|one| one.table.strong_count() > 0 || fs_err::remove_file(&one.path).is_err());
        if let Some(one) = known.iter().find(|one| one.table.ptr_eq(&Arc::downgrade(table))) {
            return Ok(Some(Arc::clone(&one.file)));
        }
        let external = |error: crate::error::Error| DataFusionError::External(Box::new(error));
        // Numbers are not given twice: a worker may still read a file that is gone here.
        let path = self.folder.join(format!("{}.parquet", self.next.fetch_add(1, Ordering::Relaxed)));
        write(&path, &batches, table).map_err(external)?;
        tracing::debug!(path = %path.display(), "a table is stored for the workers");
        let file = tables::listing(&self.data, std::slice::from_ref(&path), table.schema()).map_err(external)?;
        known.push(Known { table: Arc::downgrade(table), path, file: Arc::clone(&file) });
        Ok(Some(file))
    }
}

fn write(path: &Path, batches: &[RecordBatch], table: &Arc<dyn TableProvider>) -> crate::error::Result<()> {
    let mut writer = parquet::Writer::new(files::create_unseen(path)?, &table.schema())?;
    batches.iter().try_for_each(|batch| writer.write(batch))?;
    writer.close()?;
    Ok(())
}

impl Drop for Stored {
    fn drop(&mut self) {
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}
