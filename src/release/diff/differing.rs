//! The rows of two tables of values that are not the same in both, without holding either table.

use std::cmp::Ordering;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;

use super::changes::{figure, key, same};
use crate::error::Result;
use crate::release::stored_values::Batches;
use crate::tables::schema;
use crate::tables::sort::joined;
use crate::tables::views::Values;

/// One table: the batch at hand, the row in it, and which of its rows differ.
struct Side<'a> {
    batches: Batches<'a>,
    batch: RecordBatch,
    row: usize,
    differ: Vec<bool>,
    found: Vec<RecordBatch>,
}

impl<'a> Side<'a> {
    fn new(batches: Batches<'a>) -> Self {
        Self { batches, batch: RecordBatch::new_empty(schema::values()), row: 0, differ: Vec::new(), found: Vec::new() }
    }

    /// Goes on to the next batch where this one is done; whether there is one.
    fn fill(&mut self) -> Result<bool> {
        while self.row == self.batch.num_rows() {
            if self.differ.contains(&true) {
                self.found.push(filter_record_batch(&self.batch, &BooleanArray::from(std::mem::take(&mut self.differ)))?);
            }
            let Some(batch) = self.batches.next() else { return Ok(false) };
            let batch = batch?;
            let columns =
                schema::values().fields().iter().map(|field| batch.schema().index_of(field.name())).collect::<Result<Vec<_>, _>>()?;
            (self.batch, self.row) = (batch.project(&columns)?, 0);
            self.differ = vec![false; self.batch.num_rows()];
        }
        Ok(true)
    }

    /// The rest of the batch at hand differs.
    fn rest(&mut self) {
        self.differ[self.row..].fill(true);
        self.row = self.batch.num_rows();
    }
}

/// Of two tables in the order of the key: the rows of each that the other lacks, or has with another figure.
pub(super) fn differing(old: Batches<'_>, new: Batches<'_>) -> Result<(RecordBatch, RecordBatch)> {
    let (mut old, mut new) = (Side::new(old), Side::new(new));
    loop {
        match (old.fill()?, new.fill()?) {
            (false, false) => break,
            (true, false) => old.rest(),
            (false, true) => new.rest(),
            (true, true) => walk(&mut old, &mut new)?,
        }
    }
    Ok((joined(&schema::values(), old.found)?, joined(&schema::values(), new.found)?))
}

/// Walks along both until one of the batches ends.
fn walk(old: &mut Side<'_>, new: &mut Side<'_>) -> Result<()> {
    let (before, after) = (Values::of(&old.batch)?, Values::of(&new.batch)?);
    while old.row < before.len() && new.row < after.len() {
        match key(&before, old.row).cmp(&key(&after, new.row)) {
            Ordering::Less => {
                old.differ[old.row] = true;
                old.row += 1;
            }
            Ordering::Greater => {
                new.differ[new.row] = true;
                new.row += 1;
            }
            Ordering::Equal => {
                let differs = !same(&figure(&before, old.row), &figure(&after, new.row));
                (old.differ[old.row], new.differ[new.row]) = (differs, differs);
                (old.row, new.row) = (old.row + 1, new.row + 1);
            }
        }
    }
    Ok(())
}
