//! Brings what a statement gave into the columns that its reader declares.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use datafusion::arrow::compute::{cast, kernels};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, SchemaRef};

use crate::error::{Code, Error, Result};
use crate::tables::sort::joined;

/// Brings batches into a declared schema: columns by name, cast; a missing one takes `default` or null. A value that
/// the declared type cannot hold is an error: it is neither cut nor dropped. A zero has no sign: `-1 * 0.0` is 0.
pub fn conform(batches: &[RecordBatch], schema: &SchemaRef, default: &dyn Fn(&str) -> Option<String>) -> Result<RecordBatch> {
    conform_all(batches.to_vec(), schema, default)
}

/// The same of batches that nobody else holds: they go as they are joined.
pub fn conform_all(batches: Vec<RecordBatch>, schema: &SchemaRef, default: &dyn Fn(&str) -> Option<String>) -> Result<RecordBatch> {
    let mut parts = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut columns = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let column = match batch.column_by_name(field.name()) {
                Some(column) => {
                    let column = without_negative_zeros(widen(column, field)?);
                    match default(field.name()) {
                        Some(text) if column.null_count() > 0 && *field.data_type() == DataType::Utf8 => fill(&column, &text),
                        _ => column,
                    }
                }
                None => constant(field.data_type(), default(field.name()).as_deref(), batch.num_rows()),
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
    joined(schema, parts)
}

/// The same for columns by their place: a query may give two of one name.
pub fn in_place(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| widen(column, field)).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// Casts a column, value by value as it is.
fn widen(column: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    let wanted = field.data_type();
    if column.data_type() == wanted {
        return Ok(column.clone());
    }
    let changed = cast(column, wanted)?;
    let cut = || -> Result<bool> {
        let fractions = column.data_type().is_floating() || column.data_type().is_decimal();
        if !fractions || !wanted.is_integer() {
            return Ok(false);
        }
        let back = cast(&changed, column.data_type())?;
        Ok(kernels::cmp::distinct(&back, column)?.has_true())
    };
    if changed.logical_null_count() > column.logical_null_count() || cut()? {
        let [from, to] = [column.data_type(), wanted].map(|kind| sql_types(&kind.to_string()));
        return Err(Error::Query {
            code: Code::WrongColumns,
            message: format!("column `{}` is {from}, and not every value of it is {to}", field.name()),
            hint: Some("CAST it in the SELECT, or leave such rows out".into()),
        });
    }
    Ok(changed)
}

fn without_negative_zeros(column: ArrayRef) -> ArrayRef {
    match column.as_primitive_opt::<Float64Type>() {
        Some(numbers) if numbers.values().iter().any(|number| *number == 0.0 && number.is_sign_negative()) => {
            Arc::new(numbers.unary::<_, Float64Type>(|number| number + 0.0))
        }
        _ => column,
    }
}

fn fill(column: &ArrayRef, text: &str) -> ArrayRef {
    Arc::new(column.as_string::<i32>().iter().map(|cell| Some(cell.unwrap_or(text))).collect::<StringArray>())
}

fn constant(kind: &DataType, value: Option<&str>, rows: usize) -> ArrayRef {
    match value {
        Some(text) if *kind == DataType::Utf8 => Arc::new(StringArray::from(vec![text; rows])),
        _ => new_null_array(kind, rows),
    }
}

/// A message of the engine with its names of types as SQL has them.
pub fn sql_types(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |length| start + length);
        shown.push_str(&rest[..start]);
        shown.push_str(match &rest[start..end] {
            "Utf8" | "LargeUtf8" | "Utf8View" => "VARCHAR",
            "Float64" => "DOUBLE",
            "Float32" => "REAL",
            "Int64" | "UInt64" => "BIGINT",
            "Int32" | "UInt32" => "INTEGER",
            "Int16" | "UInt16" | "Int8" | "UInt8" => "SMALLINT",
            "Boolean" => "BOOLEAN",
            "Decimal128" | "Decimal256" => "DECIMAL",
            "Date32" | "Date64" => "DATE",
            word => word,
        });
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}
