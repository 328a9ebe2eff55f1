//! Tables as Parquet files: zstd, plain strings, the same bytes for the same rows.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchReader};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowSchemaConverter;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::conform::conform;
use crate::error::Result;
use crate::files::failed_in;

/// Rows of one row group: small enough that a filter on one series reads little.
pub const ROW_GROUP: usize = 262_144;

/// Parquet settings of every file that the program writes.
pub fn properties() -> Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_created_by("yardstick".into())
        .build())
}

/// Rows that are read at once.
pub const BATCH: usize = 1 << 16;

/// A whole Parquet file as one batch of the given schema.
pub fn read(path: &Path, schema: &SchemaRef) -> Result<RecordBatch> {
    let batches = reader(path)?.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| failed_in("read", path, error.into()))?;
    conform(&batches, schema, &|_| None)
}

/// A whole Parquet file with the columns that it has.
pub fn read_as_it_is(path: &Path) -> Result<RecordBatch> {
    let reader = reader(path)?;
    let schema = RecordBatchReader::schema(&reader);
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| failed_in("read", path, error.into()))?;
    super::sort::concat(&schema, &batches)
}

/// A Parquet file batch by batch, each of the given schema.
pub struct Batches {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
}

/// Opens a file of which no more than a batch is to be held.
pub fn batches(path: &Path, schema: &SchemaRef) -> Result<Batches> {
    Ok(Batches { reader: reader(path)?, schema: schema.clone() })
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(Into::into).and_then(|batch| conform(&[batch], &self.schema, &|_| None)))
    }
}

fn reader(path: &Path) -> Result<ParquetRecordBatchReader> {
    let file = fs_err::File::open(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed_in("read", path, error.into()))?;
    Ok(builder.with_batch_size(BATCH).build()?)
}

/// Writes a finished table.
pub fn write(batches: &[RecordBatch], schema: &SchemaRef, path: &Path) -> Result<()> {
    crate::files::write_atomically(path, &bytes(batches, schema)?)
}

/// A finished table as the bytes of a Parquet file, without Arrow metadata: plain strings to every reader. Columns are
/// encoded side by side and put together in order, so that the bytes do not depend on how many threads there are.
pub fn bytes(batches: &[RecordBatch], schema: &SchemaRef) -> Result<Vec<u8>> {
    let whole = match batches {
        [batch] => batch.clone(),
        several => super::sort::concat(schema, several)?,
    };
    let parquet_schema = ArrowSchemaConverter::new().convert(schema)?;
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, parquet_schema.root_schema_ptr(), Arc::new(properties()?))?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
    for (index, first) in (0..whole.num_rows()).step_by(ROW_GROUP).enumerate() {
        let rows = whole.slice(first, ROW_GROUP.min(whole.num_rows() - first));
        let mut leaves = Vec::with_capacity(rows.num_columns());
        for (field, column) in schema.fields().iter().zip(rows.columns()) {
            leaves.extend(compute_leaves(field, column)?);
        }
        let columns = factory.create_column_writers(index)?.into_par_iter().zip(leaves);
        let encoded = columns.map(|(mut writer, leaf)| -> Result<ArrowColumnChunk> {
            writer.write(&leaf)?;
            Ok(writer.close()?)
        });
        let mut group = writer.next_row_group()?;
        for chunk in encoded.collect::<Result<Vec<_>>>()? {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}
