//! Tables in memory as batches with buffers of their own: of a batch that is a part of a larger one, a sort or a join
//! counts the whole of it, once for each part.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt64Array};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::datasource::MemTable;

use crate::error::Result;

/// Rows that a statement takes at once, as the engine has it.
const ROWS: usize = 8192;
/// Smaller batches are not worth a look.
const SMALL: usize = 1 << 20;

/// The same rows, in parts that a statement takes as they are. A batch that is whole, and not a part of a larger one, stays
/// so where what would be counted has room.
pub fn parts(batches: Vec<RecordBatch>, room: usize) -> Result<Vec<RecordBatch>> {
    let mut owned = Vec::with_capacity(batches.len());
    for batch in batches {
        let rows = batch.num_rows();
        let size = get_record_batch_memory_size(&batch);
        let as_taken = rows <= ROWS && size <= 2 * own_size(&batch)?;
        if size <= SMALL || as_taken || (rows > ROWS && size.saturating_mul(rows / ROWS) <= room) {
            owned.push(batch);
            continue;
        }
        for first in (0..rows).step_by(ROWS) {
            owned.push(copied(&batch, first, ROWS.min(rows - first))?);
        }
    }
    Ok(owned)
}

/// The bytes of a batch's own rows, whatever else its buffers hold.
fn own_size(batch: &RecordBatch) -> Result<usize> {
    let sizes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size());
    Ok(sizes.sum::<std::result::Result<usize, _>>()?)
}

/// Some rows of a batch, with nothing of the others.
fn copied(batch: &RecordBatch, first: usize, rows: usize) -> Result<RecordBatch> {
    let part: UInt64Array = (first as u64..(first + rows) as u64).collect();
    let columns = batch.columns().iter().map(|column| -> Result<ArrayRef> {
        let column = take(column, &part, None)?;
        Ok(match column.data_type() {
            DataType::Utf8View => Arc::new(column.as_string_view().gc()),
            _ => column,
        })
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns, &RecordBatchOptions::new().with_row_count(Some(rows)))?)
}

/// The same columns, each of which may be null.
pub fn relaxed(schema: SchemaRef) -> SchemaRef {
    let fields = Arc::unwrap_or_clone(schema).fields;
    Arc::new(Schema::new(fields.iter().map(|f| Field::new(f.name(), f.data_type().clone(), true)).collect::<Vec<_>>()))
}

/// A memory table whose columns may be null, whatever a statement said of them.
pub fn memory_table(schema: SchemaRef, batches: Vec<RecordBatch>, room: usize) -> Result<Arc<MemTable>> {
    let relaxed = relaxed(schema);
    let batches = batches.into_iter().map(|batch| relax(&batch, &relaxed)).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(MemTable::try_new(relaxed, vec![parts(batches, room)?])?))
}

fn relax(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| if column.data_type() == field.data_type() { Ok(column.clone()) } else { cast(column, field.data_type()) })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &RecordBatchOptions::new().with_row_count(Some(batch.num_rows())))?)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Int32Array, StringArray};
    use datafusion::arrow::datatypes::{Field, Schema};

    use super::*;

    #[test]
    fn each_part_has_its_own_bytes_only() {
        let rows = 200_000;
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int32, true), Field::new("t", DataType::Utf8, true)]));
        let numbers: ArrayRef = Arc::new((0..rows).map(|n| (n % 7 > 0).then_some(n)).collect::<Int32Array>());
        let texts: ArrayRef = Arc::new((0..rows).map(|n| Some(n.to_string())).collect::<StringArray>());
        let whole = RecordBatch::try_new(schema.clone(), vec![numbers, texts]).unwrap();
        let owned = parts(vec![whole.clone()], 1 << 20).unwrap();
        assert_eq!(owned.len(), usize::try_from(rows).unwrap() / ROWS + 1);
        let bytes: usize = owned.iter().map(get_record_batch_memory_size).sum();
        assert!(bytes < 2 * get_record_batch_memory_size(&whole), "{bytes}");
        assert_eq!(datafusion::arrow::compute::concat_batches(&schema, &owned).unwrap(), whole);
    }
}
