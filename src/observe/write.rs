//! Writes a table to Parquet: zstd, plain strings, total order checked, to a temporary file and then renamed.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use datafusion::parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::file::writer::SerializedFileWriter;

use super::arrange::Arranged;
use super::collector::Collector;
use super::columns::Batches;
use crate::error::Result;

/// Rows of one row group of observations: small enough that a filter on one series reads little.
const ROW_GROUP: usize = 262_144;
/// Rows converted at once.
const BATCH: usize = 32_768;

/// Parquet settings of every file that the program writes.
pub fn properties() -> Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_created_by("yardstick".into())
        .build())
}

/// Writes observations in order; row groups are encoded by two threads and appended in order, so that the bytes do
/// not depend on how many threads ran.
pub(super) fn observations(
    collector: &Collector<'_>,
    arranged: &Arranged,
    source: &str,
    dataset: &str,
    path: &Path,
    threads: usize,
) -> Result<()> {
    let batches = Batches::new(collector, source, dataset);
    let properties = Arc::new(properties()?);
    let parquet_schema = ArrowSchemaConverter::new().convert(&batches.schema)?;
    let mut temporary = crate::files::temporary_beside(path)?;
    let file = temporary.as_file_mut();
    let mut writer = SerializedFileWriter::new(file, parquet_schema.root_schema_ptr(), properties.clone())?;
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
                chunk.append_to_row_group(&mut group)?;
            }
            group.close()?;
        }
    }
    writer.close()?;
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

/// Writes a finished table.
pub fn table(batches: &[RecordBatch], schema: &datafusion::arrow::datatypes::SchemaRef, path: &Path) -> Result<()> {
    let bytes = table_bytes(batches, schema)?;
    crate::files::write_atomically(path, &bytes)
}

/// A finished table as the bytes of a Parquet file, without Arrow metadata: plain strings to every reader.
pub fn table_bytes(batches: &[RecordBatch], schema: &datafusion::arrow::datatypes::SchemaRef) -> Result<Vec<u8>> {
    let options =
        datafusion::parquet::arrow::arrow_writer::ArrowWriterOptions::new().with_properties(properties()?).with_skip_arrow_metadata(true);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, schema.clone(), options)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(bytes)
}
