//! Tables as Parquet files: zstd, plain strings, the same bytes for the same rows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchReader};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use datafusion::parquet::arrow::{ArrowSchemaConverter, ProjectionMask};
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::RowGroupMetaData;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::cells::rows_of;
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

/// All rows of a Parquet file as one batch of the given schema; no other column is read.
pub fn read(path: &Path, schema: &SchemaRef) -> Result<RecordBatch> {
    let batches = reader(path, Some(schema), |_| true)?;
    let batches = batches.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| failed_in("read", path, error.into()))?;
    conform(&batches, schema, &|_| None)
}

/// The same of the rows of one indicator in a table of values, which is sorted by indicator: row groups of others are
/// passed over.
pub fn read_indicator(path: &Path, schema: &SchemaRef, indicator: &str) -> Result<RecordBatch> {
    let batches = reader(path, Some(schema), |group| may_have(group, indicator))?;
    let batches = batches.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| failed_in("read", path, error.into()))?;
    rows_of(&conform(&batches, schema, &|_| None)?, indicator)
}

fn may_have(group: &RowGroupMetaData, indicator: &str) -> bool {
    let column = group.columns().iter().find(|column| column.column_path().string() == "indicator");
    let bounds = column.and_then(|column| column.statistics()).and_then(|found| found.min_bytes_opt().zip(found.max_bytes_opt()));
    // A bound that the writer cut short lies outside, and no group without bounds is passed over.
    bounds.is_none_or(|(least, most)| least <= indicator.as_bytes() && indicator.as_bytes() <= most)
}

/// The first rows of a Parquet file, with the columns that it has.
pub fn first_as_they_are(path: &Path, rows: usize) -> Result<RecordBatch> {
    let reader = opened(path, None, |_| true)?.with_limit(rows).build()?;
    let schema = RecordBatchReader::schema(&reader);
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| failed_in("read", path, error.into()))?;
    super::sort::concat(&schema, &batches)
}

/// A Parquet file batch by batch, each of the given schema.
pub struct Batches {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    path: PathBuf,
}

/// Opens a file of which no more than a batch is to be held.
pub fn batches(path: &Path, schema: &SchemaRef) -> Result<Batches> {
    batches_of(path, schema, BATCH)
}

/// The same with so many rows in a batch.
pub fn batches_of(path: &Path, schema: &SchemaRef, rows: usize) -> Result<Batches> {
    let reader = opened(path, Some(schema), |_| true)?.with_batch_size(rows).build()?;
    Ok(Batches { reader, schema: schema.clone(), path: path.to_owned() })
}

/// The same of the row groups in which an indicator may be, of a table of values.
pub fn batches_of_indicator(path: &Path, schema: &SchemaRef, indicator: &str) -> Result<Batches> {
    let reader = reader(path, Some(schema), |group| may_have(group, indicator))?;
    Ok(Batches { reader, schema: schema.clone(), path: path.to_owned() })
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        let batch = batch.map_err(|error| failed_in("read", &self.path, error.into()));
        Some(batch.and_then(|batch| conform(&[batch], &self.schema, &|_| None)))
    }
}

fn reader(path: &Path, schema: Option<&SchemaRef>, wanted: impl Fn(&RowGroupMetaData) -> bool) -> Result<ParquetRecordBatchReader> {
    Ok(opened(path, schema, wanted)?.build()?)
}

/// The columns of a schema that the file has, or all; of the row groups that are wanted.
fn opened(
    path: &Path,
    schema: Option<&SchemaRef>,
    wanted: impl Fn(&RowGroupMetaData) -> bool,
) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>> {
    let file = fs_err::File::open(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed_in("read", path, error.into()))?;
    let groups = builder.metadata().row_groups().iter().enumerate().filter(|(_, group)| wanted(group)).map(|(at, _)| at).collect();
    let columns = match schema {
        Some(schema) => ProjectionMask::columns(builder.parquet_schema(), schema.fields().iter().map(|field| field.name().as_str())),
        None => ProjectionMask::all(),
    };
    Ok(builder.with_batch_size(BATCH).with_row_groups(groups).with_projection(columns))
}

/// How many rows a file says that it has.
pub fn rows(file: std::fs::File) -> Result<u64> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    Ok(builder.metadata().file_metadata().num_rows().cast_unsigned())
}

/// Reads a file to its end, for what is wrong with it.
pub fn read_through(path: &Path) -> Result<()> {
    reader(path, None, |_| true)?.try_for_each(|batch| batch.map(drop)).map_err(|error| failed_in("read", path, error.into()))
}

/// Writes a finished table.
pub fn write(batches: &[RecordBatch], schema: &SchemaRef, path: &Path) -> Result<()> {
    crate::files::write_atomically(path, &bytes(batches, schema)?)
}

/// A finished table as the bytes of a Parquet file.
pub fn bytes(batches: &[RecordBatch], schema: &SchemaRef) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, schema)?;
    batches.iter().try_for_each(|batch| writer.write(batch))?;
    writer.close()?;
    Ok(bytes)
}

/// A Parquet file that is written as its rows come, of which no more than a row group is held. It has no Arrow metadata:
/// plain strings to every reader. Columns are encoded side by side and put together in order, so that the bytes do not
/// depend on how many threads there are, nor on the batches in which the rows come.
pub struct Writer<W: Write + Send> {
    schema: SchemaRef,
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    held: Vec<RecordBatch>,
    rows: usize,
    groups: usize,
}

impl<W: Write + Send> Writer<W> {
    pub fn new(out: W, schema: &SchemaRef) -> Result<Self> {
        let parquet_schema = ArrowSchemaConverter::new().convert(schema)?;
        let file = SerializedFileWriter::new(out, parquet_schema.root_schema_ptr(), Arc::new(properties()?))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, schema.clone());
        Ok(Self { schema: schema.clone(), file, factory, held: Vec::new(), rows: 0, groups: 0 })
    }

    /// Rows that wait for their row group to be full.
    pub fn held_rows(&self) -> usize {
        self.rows
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut first = 0;
        while first < batch.num_rows() {
            let rows = (ROW_GROUP - self.rows).min(batch.num_rows() - first);
            self.held.push(batch.slice(first, rows));
            (first, self.rows) = (first + rows, self.rows + rows);
            if self.rows == ROW_GROUP {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<()> {
        let rows = super::sort::concat(&self.schema, &std::mem::take(&mut self.held))?;
        let mut leaves = Vec::with_capacity(rows.num_columns());
        for (field, column) in self.schema.fields().iter().zip(rows.columns()) {
            leaves.extend(compute_leaves(field, column)?);
        }
        let columns = self.factory.create_column_writers(self.groups)?.into_par_iter().zip(leaves);
        let encoded = columns.map(|(mut writer, leaf)| -> Result<ArrowColumnChunk> {
            writer.write(&leaf)?;
            Ok(writer.close()?)
        });
        let chunks = encoded.collect::<Result<Vec<_>>>()?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        (self.rows, self.groups) = (0, self.groups + 1);
        Ok(())
    }

    /// Writes what is held and the end of the file.
    pub fn close(mut self) -> Result<()> {
        if self.rows > 0 {
            self.end_group()?;
        }
        self.file.close()?;
        Ok(())
    }
}
