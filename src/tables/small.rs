//! Small tables made row by row: what checks read, and what commands print.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::Result;

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
        .map(|(column, field)| -> ArrayRef {
            let all = 0..rows.len();
            let int = |row| match cell(row, column) {
                Some(Cell::Int(value)) => *value,
                _ => None,
            };
            match field.data_type() {
                DataType::Int32 => Arc::new(all.map(|r| int(r).map(|v| v as i32)).collect::<Int32Array>()),
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
            }
        })
        .collect();
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
