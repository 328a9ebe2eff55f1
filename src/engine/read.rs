//! Reads Parquet files back, and cells out of batches by column name.

use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, Int32Type, Int64Type, SchemaRef};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::session::conform;
use crate::error::Result;

/// A whole Parquet file as one batch of the given schema.
pub fn parquet(path: &Path, schema: &SchemaRef) -> Result<RecordBatch> {
    let file = fs_err::File::open(path)?.into_parts().0;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(1 << 16).build()?;
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
    conform(&batches, schema, &|_| None)
}

/// Cells by column name and row. Absent columns and nulls give None.
pub struct Table<'a>(pub &'a RecordBatch);

impl<'a> Table<'a> {
    pub fn len(&self) -> usize {
        self.0.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn text(&self, column: &str, row: usize) -> Option<&'a str> {
        let array = self.0.column_by_name(column)?;
        if array.is_null(row) {
            return None;
        }
        array
            .as_string_opt::<i32>()
            .map(|a| a.value(row))
            .or_else(|| array.as_string_view_opt().map(|a| a.value(row)))
            .or_else(|| array.as_string_opt::<i64>().map(|a| a.value(row)))
    }

    pub fn float(&self, column: &str, row: usize) -> Option<f64> {
        let array = self.0.column_by_name(column)?;
        if array.is_null(row) {
            return None;
        }
        array.as_primitive_opt::<Float64Type>().map(|a| a.value(row)).or_else(|| self.int(column, row).map(|v| v as f64))
    }

    pub fn int(&self, column: &str, row: usize) -> Option<i64> {
        let array = self.0.column_by_name(column)?;
        if array.is_null(row) {
            return None;
        }
        array
            .as_primitive_opt::<Int64Type>()
            .map(|a| a.value(row))
            .or_else(|| array.as_primitive_opt::<Int32Type>().map(|a| i64::from(a.value(row))))
    }
}
