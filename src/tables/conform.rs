//! Brings what a statement gave into the columns that its reader declares.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, new_null_array};
use datafusion::arrow::datatypes::{DataType, SchemaRef};

use crate::error::{Code, Error, Result};

/// Brings batches into a declared schema: columns by name, cast; a missing one takes `default` or null.
pub fn conform(batches: &[RecordBatch], schema: &SchemaRef, default: &dyn Fn(&str) -> Option<String>) -> Result<RecordBatch> {
    let mut parts = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut columns = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let column = match batch.column_by_name(field.name()) {
                Some(column) => {
                    let column = datafusion::arrow::compute::cast(column, field.data_type())?;
                    match default(field.name()) {
                        Some(text) if column.null_count() > 0 && *field.data_type() == DataType::Utf8 => fill(&column, &text),
                        _ => column,
                    }
                }
                None => constant(field.data_type(), default(field.name()).as_deref(), batch.num_rows())?,
            };
            if !field.is_nullable() && column.null_count() > 0 {
                return Err(Error::Query {
                    code: Code::MissingValue,
                    message: format!("column `{}` has rows without a value", field.name()),
                    hint: Some("filter them out in the SELECT".into()),
                });
            }
            columns.push(column);
        }
        parts.push(RecordBatch::try_new(schema.clone(), columns)?);
    }
    Ok(datafusion::arrow::compute::concat_batches(schema, &parts)?)
}

fn fill(column: &ArrayRef, text: &str) -> ArrayRef {
    Arc::new(column.as_string::<i32>().iter().map(|cell| Some(cell.unwrap_or(text))).collect::<StringArray>())
}

fn constant(kind: &DataType, value: Option<&str>, rows: usize) -> Result<ArrayRef> {
    match value {
        Some(text) if *kind == DataType::Utf8 => Ok(Arc::new(StringArray::from(vec![text; rows]))),
        _ => Ok(new_null_array(kind, rows)),
    }
}
