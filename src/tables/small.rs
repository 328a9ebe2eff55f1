//! Small tables made row by row: what checks read, and what commands print.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::{Error, Result};

/// One cell; None is null.
#[derive(Debug, Clone)]
pub enum Cell {
    Text(Option<String>),
    Int(Option<i64>),
    Float(Option<f64>),
    Bool(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

/// A schema from `name:type` words; types are text, int, bigint, float and bool, all nullable.
pub fn schema(columns: &[(&str, &str)]) -> SchemaRef {
    let kind = |word: &str| match word {
        "int" => DataType::Int32,
        "bigint" => DataType::Int64,
        "float" => DataType::Float64,
        "bool" => DataType::Boolean,
        _ => DataType::Utf8,
    };
    Arc::new(Schema::new(columns.iter().map(|(name, word)| Field::new(*name, kind(word), true)).collect::<Vec<_>>()))
}

pub fn batch(schema: &SchemaRef, rows: &[Vec<Cell>]) -> Result<RecordBatch> {
    let cell = |row: usize, column: usize| rows[row].get(column);
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(column, field)| -> Result<ArrayRef> {
            let all = 0..rows.len();
            let int = |row| match cell(row, column) {
                Some(Cell::Int(value)) => *value,
                _ => None,
            };
            let narrow = |value: i64| {
                i32::try_from(value).map_err(|_| Error::Internal(format!("{value} in the column {}, which has 32 bits", field.name())))
            };
            Ok(match field.data_type() {
                DataType::Int32 => Arc::new(Int32Array::from(all.map(|r| int(r).map(narrow).transpose()).collect::<Result<Vec<_>>>()?)),
                DataType::Int64 => Arc::new(all.map(int).collect::<Int64Array>()),
                DataType::Float64 => Arc::new(
                    all.map(|r| match cell(r, column) {
                        Some(Cell::Float(value)) => *value,
                        _ => None,
                    })
                    .collect::<Float64Array>(),
                ),
                DataType::Boolean => {
                    Arc::new(all.map(|r| Some(matches!(cell(r, column), Some(Cell::Bool(true))))).collect::<BooleanArray>())
                }
                _ => Arc::new(
                    all.map(|r| match cell(r, column) {
                        Some(Cell::Text(value)) => value.clone(),
                        _ => None,
                    })
                    .collect::<StringArray>(),
                ),
            })
        })
        .collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_its_column_has_no_room_for_is_refused() {
        let schema = schema(&[("last_year", "int")]);
        let of = |value| batch(&schema, &[vec![Cell::Int(Some(value))]]);
        assert!(of(i64::from(i32::MAX)).is_ok() && of(i64::from(i32::MIN)).is_ok());
        assert!(of(i64::from(i32::MAX) + 1).unwrap_err().to_string().contains("2147483648 in the column last_year"));
    }
}
