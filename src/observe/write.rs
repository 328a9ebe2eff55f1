//! Writes observations to Parquet, row groups side by side, as they come in order.

use std::path::Path;
use std::sync::Arc;

use datafusion::parquet::arrow::ArrowSchemaConverter;
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use datafusion::parquet::file::writer::SerializedFileWriter;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::observe::arrange::Arranging;
use crate::observe::columns::Batches;
use crate::rows::collector::Collector;
use crate::rows::store::Numbered;
use crate::tables::parquet::{ROW_GROUP, properties};

/// Rows converted at once.
const BATCH: usize = 32_768;

/// Writes observations in order, to a file that is not yet in its place; row groups are encoded by two threads and
/// appended in order, so that the bytes do not depend on how many threads ran.
pub(super) fn observations(
    arranging: &mut Arranging<'_, '_>,
    source: &str,
    dataset: &str,
    routes: &[&str],
    path: &Path,
    threads: usize,
) -> Result<NamedTempFile> {
    let batches = Batches::new(arranging.collector, source, dataset, routes);
    let properties = Arc::new(properties()?);
    let parquet_schema = ArrowSchemaConverter::new().convert(&batches.schema)?;
    let mut temporary = crate::files::temporary_beside(path)?;
    let at = |error: Error| crate::files::failed_in("write", path, error);
    let mut writer = SerializedFileWriter::new(temporary.as_file_mut(), parquet_schema.root_schema_ptr(), properties.clone())
        .map_err(|error| at(error.into()))?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, batches.schema.clone());
    let threads = threads.max(1);
    for first in (0..).step_by(threads) {
        let groups = (0..threads).map(|_| arranging.next(ROW_GROUP)).collect::<Result<Vec<_>>>()?;
        let collector = &*arranging.collector;
        let encoded: Vec<Result<Vec<ArrowColumnChunk>>> = std::thread::scope(|scope| {
            let tasks: Vec<_> = (first..)
                .zip(&groups)
                .filter(|(_, rows)| !rows.is_empty())
                .map(|(index, rows)| {
                    let writers = factory.create_column_writers(index);
                    let batches = &batches;
                    scope.spawn(move || encode(collector, batches, rows, writers?))
                })
                .collect();
            tasks
                .into_iter()
                .map(|task| task.join().unwrap_or_else(|_| Err(crate::error::Error::Internal("an encoding thread ended early".into()))))
                .collect()
        });
        for chunks in encoded {
            let mut group = writer.next_row_group()?;
            for chunk in chunks? {
                chunk.append_to_row_group(&mut group).map_err(|error| at(error.into()))?;
            }
            group.close().map_err(|error| at(error.into()))?;
        }
        if groups.last().is_none_or(|rows| rows.len() < ROW_GROUP) {
            break;
        }
    }
    writer.close().map_err(|error| at(error.into()))?;
    Ok(temporary)
}

fn encode(
    collector: &Collector<'_>,
    batches: &Batches,
    rows: &[Numbered],
    mut writers: Vec<ArrowColumnWriter>,
) -> Result<Vec<ArrowColumnChunk>> {
    for part in rows.chunks(BATCH) {
        let batch = batches.batch(collector, part)?;
        for (index, writer) in writers.iter_mut().enumerate() {
            for leaf in compute_leaves(batches.schema.field(index), batch.column(index))? {
                writer.write(&leaf)?;
            }
        }
    }
    writers.into_iter().map(|writer| Ok(writer.close()?)).collect()
}
