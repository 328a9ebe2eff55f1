//! Writes observations to Parquet, row groups side by side, to a temporary file that is then renamed.

use std::path::Path;
use std::sync::Arc;

use datafusion::parquet::arrow::ArrowSchemaConverter;
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use datafusion::parquet::file::writer::SerializedFileWriter;

use crate::error::{Error, Result};
use crate::observe::arrange::Arranged;
use crate::observe::columns::Batches;
use crate::rows::collector::Collector;
use crate::tables::parquet::{ROW_GROUP, properties};

/// Rows converted at once.
const BATCH: usize = 32_768;

/// Writes observations in order; row groups are encoded by two threads and appended in order, so that the bytes do
/// not depend on how many threads ran.
pub(super) fn observations(
    collector: &Collector<'_>,
    arranged: &Arranged,
    source: &str,
    dataset: &str,
    routes: &[&str],
    path: &Path,
    threads: usize,
) -> Result<()> {
    let batches = Batches::new(collector, source, dataset, routes);
    let properties = Arc::new(properties()?);
    let parquet_schema = ArrowSchemaConverter::new().convert(&batches.schema)?;
    let mut temporary = crate::files::temporary_beside(path)?;
    let at = |error: Error| crate::files::failed_in("write", path, error);
    let mut writer = SerializedFileWriter::new(temporary.as_file_mut(), parquet_schema.root_schema_ptr(), properties.clone())
        .map_err(|error| at(error.into()))?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, batches.schema.clone());
    let groups: Vec<&[u32]> = arranged.order.chunks(ROW_GROUP).collect();
    for (wave, pair) in groups.chunks(threads.max(1)).enumerate() {
        let encoded: Vec<Result<Vec<ArrowColumnChunk>>> = std::thread::scope(|scope| {
            let tasks: Vec<_> = pair
                .iter()
                .enumerate()
                .map(|(place, order)| {
                    let index = wave * threads.max(1) + place;
                    let writers = factory.create_column_writers(index);
                    let batches = &batches;
                    scope.spawn(move || encode(collector, batches, order, writers?))
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
    }
    writer.close().map_err(|error| at(error.into()))?;
    crate::files::persist(temporary, path)
}

fn encode(
    collector: &Collector<'_>,
    batches: &Batches,
    order: &[u32],
    mut writers: Vec<ArrowColumnWriter>,
) -> Result<Vec<ArrowColumnChunk>> {
    for part in order.chunks(BATCH) {
        let batch = batches.batch(collector, part)?;
        for (index, writer) in writers.iter_mut().enumerate() {
            for leaf in compute_leaves(batches.schema.field(index), batch.column(index))? {
                writer.write(&leaf)?;
            }
        }
    }
    writers.into_iter().map(|writer| Ok(writer.close()?)).collect()
}
