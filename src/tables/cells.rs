//! Cells out of batches by column name.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, Int32Type, Int64Type};

use crate::error::Result;

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

    pub fn truth(&self, column: &str, row: usize) -> Option<bool> {
        let array = self.0.column_by_name(column)?.as_boolean_opt()?;
        array.is_valid(row).then(|| array.value(row))
    }

    /// Whether a cell is true.
    pub fn is_true(&self, column: &str, row: usize) -> bool {
        self.truth(column, row) == Some(true)
    }
}

/// The rows of one indicator in a table of values, which is sorted by indicator.
pub fn rows_of(values: &RecordBatch, indicator: &str) -> Result<RecordBatch> {
    let cells = Table(values);
    let first = |after: bool| {
        let (mut low, mut high) = (0, cells.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let before = cells.text("indicator", middle).is_some_and(|name| name < indicator || (after && name == indicator));
            (low, high) = if before { (middle + 1, high) } else { (low, middle) };
        }
        low
    };
    let start = first(false);
    Ok(values.slice(start, first(true) - start))
}
