//! A table as CSV: full precision, empty cell for null.

use std::borrow::Cow;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::{Error, Result};

/// For people, who open it in a spreadsheet: no text is taken for a formula.
pub fn csv_for_people(batch: &RecordBatch) -> Result<Vec<u8>> {
    written(batch, true)
}

/// Every text as it is.
pub fn csv_bytes(batch: &RecordBatch) -> Result<Vec<u8>> {
    written(batch, false)
}

fn written(batch: &RecordBatch, texts_are_inert: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    writer.write_record(batch.schema().fields().iter().map(|f| f.name().as_str())).map_err(failed)?;
    let options = FormatOptions::new();
    let columns =
        batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<std::result::Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        let cells = columns.iter().zip(batch.columns()).map(|(column, array)| {
            if array.is_null(row) {
                return String::new();
            }
            let cell = column.value(row).to_string();
            if texts_are_inert && array.data_type().is_string() { inert(&cell).into_owned() } else { cell }
        });
        writer.write_record(cells).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

/// A text that no spreadsheet takes for a formula: those that begin like one get an apostrophe before them.
pub fn inert(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Rows as JSON objects; numbers stay numbers.
pub fn json_rows(batch: &RecordBatch) -> Result<serde_json::Value> {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::{DataType, Float64Type};
    let options = FormatOptions::new();
    let columns =
        batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<std::result::Result<Vec<_>, _>>()?;
    let schema = batch.schema();
    let mut rows = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let mut object = serde_json::Map::new();
        for ((field, array), text) in schema.fields().iter().zip(batch.columns()).zip(&columns) {
            let value = match field.data_type() {
                DataType::Null => serde_json::Value::Null,
                _ if array.is_null(row) => serde_json::Value::Null,
                DataType::Float64 => serde_json::json!(array.as_primitive::<Float64Type>().value(row)),
                kind if kind.is_integer() => text.value(row).to_string().parse::<i64>().map_or(serde_json::Value::Null, Into::into),
                DataType::Boolean => serde_json::json!(array.as_boolean().value(row)),
                _ => serde_json::json!(text.value(row).to_string()),
            };
            object.insert(field.name().clone(), value);
        }
        rows.push(serde_json::Value::Object(object));
    }
    Ok(rows.into())
}
