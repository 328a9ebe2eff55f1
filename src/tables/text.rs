//! A table as CSV: full precision, empty cell for null.

use std::borrow::Cow;
use std::fmt::Write;

use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::{Error, Result};
use crate::visible;

/// As `csv_bytes`, for files that people open in a spreadsheet: no text is taken for a formula, and what would steer a
/// terminal is shown.
pub fn csv_for_people(batch: &RecordBatch) -> Result<Vec<u8>> {
    csv_with(batch, &inert, true)
}

/// The same without the line of names, for rows that come in parts.
pub fn more_csv_for_people(batch: &RecordBatch) -> Result<Vec<u8>> {
    csv_with(batch, &inert, false)
}

/// Every text as it is.
pub fn csv_bytes(batch: &RecordBatch) -> Result<Vec<u8>> {
    csv_with(batch, &|text| Cow::Borrowed(text), true)
}

fn csv_with(batch: &RecordBatch, shown: &dyn Fn(&str) -> Cow<'_, str>, names: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    if names {
        writer.write_record(batch.schema().fields().iter().map(|f| f.name().as_str())).map_err(failed)?;
    }
    let options = FormatOptions::new();
    let columns =
        batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<std::result::Result<Vec<_>, _>>()?;
    let texts: Vec<bool> = batch.columns().iter().map(|array| is_text(array.data_type())).collect();
    // Most columns are texts, which need no formatting.
    let strings: Vec<Option<&StringArray>> = batch.columns().iter().map(|array| array.as_string_opt()).collect();
    let mut cell = String::new();
    // Rows come sorted: the text of a cell is most often that of the row before.
    let mut before: Vec<(&str, Cow<'_, str>)> = vec![("", Cow::Borrowed("")); batch.num_columns()];
    for row in 0..batch.num_rows() {
        let cells = columns.iter().zip(batch.columns()).zip(&texts).zip(&strings).zip(&mut before);
        for ((((column, array), is_text), strings), before) in cells {
            if let Some(strings) = strings.filter(|strings| strings.is_valid(row)) {
                let text = strings.value(row);
                if text != before.0 {
                    *before = (text, shown(text));
                }
                writer.write_field(before.1.as_bytes()).map_err(failed)?;
                continue;
            }
            cell.clear();
            if array.is_valid(row) {
                let _ = write!(cell, "{}", column.value(row));
            }
            let written = if *is_text { shown(&cell) } else { Cow::Borrowed(cell.as_str()) };
            writer.write_field(written.as_bytes()).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..))
}

/// A text that a spreadsheet would compute begins with an apostrophe; characters that are not seen are shown.
pub fn inert(text: &str) -> Cow<'_, str> {
    // Most texts are codes and names.
    let bytes = text.as_bytes();
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) && !matches!(bytes.first(), Some(b'=' | b'+' | b'-' | b'@' | b' ')) {
        return Cow::Borrowed(text);
    }
    let harmless = visible::shown(text);
    // The signs of a formula, also where a spreadsheet passes over what stands before them.
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || visible::is_invisible(c)).chars().next();
    let formula = first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'));
    if formula && text.parse::<f64>().is_err() && text.chars().count() > 1 { Cow::Owned(format!("'{harmless}")) } else { harmless }
}

/// Rows as JSON objects; numbers stay numbers. JSON has no number for what is not finite: it is told as a text, since a
/// null would say that there is nothing.
pub fn json_rows(batch: &RecordBatch) -> Result<serde_json::Value> {
    use datafusion::arrow::datatypes::Float64Type;
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
                DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
                // By its text, so that 0.1 stays 0.1.
                DataType::Float32 | DataType::Float16 => text.value(row).to_string().parse().map_or(serde_json::Value::Null, float),
                kind if kind.is_integer() => whole(&text.value(row).to_string()),
                DataType::Boolean => serde_json::json!(array.as_boolean().value(row)),
                _ => serde_json::json!(text.value(row).to_string()),
            };
            object.insert(field.name().clone(), value);
        }
        rows.push(serde_json::Value::Object(object));
    }
    Ok(rows.into())
}

fn float(value: f64) -> serde_json::Value {
    match value {
        value if value.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        finite => finite.into(),
    }
}

fn whole(text: &str) -> serde_json::Value {
    text.parse::<i64>().map(Into::into).or_else(|_| text.parse::<u64>().map(Into::into)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Float32Array, Float64Array, UInt64Array};

    use super::*;

    #[test]
    fn no_number_becomes_nothing_in_json() {
        let column = |array: ArrayRef| array;
        let batch = RecordBatch::try_from_iter([
            ("x", column(Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None])))),
            ("real", column(Arc::new(Float32Array::from(vec![0.1, 2.0, f32::NAN, -1.5])))),
            ("large", column(Arc::new(UInt64Array::from(vec![u64::MAX, 1, 2, 3])))),
        ])
        .unwrap();
        let expected = serde_json::json!([
            { "x": "NaN", "real": 0.1, "large": u64::MAX },
            { "x": "Infinity", "real": 2.0, "large": 1 },
            { "x": "-Infinity", "real": "NaN", "large": 2 },
            { "x": null, "real": -1.5, "large": 3 },
        ]);
        assert_eq!(json_rows(&batch).unwrap(), expected);
    }
}
