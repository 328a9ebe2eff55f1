//! The order of tables: total, so that nothing that is written depends on how it was computed.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::row::{RowConverter, Rows, SortField};

use crate::error::Result;

/// Sorts by named columns, nulls first. Keys are unique, so the order is total.
pub fn sort(batch: &RecordBatch, key: &[&str]) -> Result<RecordBatch> {
    if batch.num_rows() == 0 {
        return Ok(batch.clone());
    }
    let rows = key_rows(&[batch], key)?.remove(0);
    if (1..batch.num_rows()).all(|row| rows.row(row - 1) <= rows.row(row)) {
        return Ok(batch.clone());
    }
    Ok(take_record_batch(batch, &places(&order(&rows)))?)
}

/// The places of rows in the order of their keys.
fn order(rows: &Rows) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.num_rows()).collect();
    order.sort_by(|a, b| rows.row(*a).cmp(&rows.row(*b)));
    order
}

/// Places as the engine takes them.
fn places(order: &[usize]) -> UInt64Array {
    UInt64Array::from_iter_values(order.iter().map(|place| *place as u64))
}

/// The named columns of several batches in one comparable form.
pub fn key_rows(batches: &[&RecordBatch], key: &[&str]) -> Result<Vec<Rows>> {
    let columns = |batch: &RecordBatch| -> Vec<ArrayRef> { key.iter().filter_map(|name| batch.column_by_name(name)).cloned().collect() };
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let converter = RowConverter::new(columns(first).iter().map(|c| SortField::new(c.data_type().clone())).collect())?;
    batches.iter().map(|batch| Ok(converter.convert_columns(&columns(batch))?)).collect()
}

/// Joins batches of one schema into one.
pub fn concat(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    Ok(datafusion::arrow::compute::concat_batches(schema, batches)?)
}

/// The same, of batches that nobody else holds: each column of them goes as soon as it is joined.
pub fn joined(schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<RecordBatch> {
    if batches.is_empty() {
        return Ok(RecordBatch::new_empty(schema.clone()));
    }
    let mut parts: Vec<Vec<ArrayRef>> = vec![Vec::with_capacity(batches.len()); schema.fields().len()];
    for batch in batches {
        for (parts, column) in parts.iter_mut().zip(batch.columns()) {
            parts.push(Arc::clone(column));
        }
    }
    let join = |parts: Vec<ArrayRef>| {
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        datafusion::arrow::compute::concat(&parts)
    };
    Ok(RecordBatch::try_new(schema.clone(), parts.into_iter().map(join).collect::<std::result::Result<Vec<_>, _>>()?)?)
}
