//! `latest.parquet`: the columns of `values.parquet`; of each indicator, area and breakdown the row that stands for now: the
//! newest year with a value, by its preferred estimate, where that is not mostly carried (`sql/derived/newest.sql`).

use std::collections::BTreeMap;
use std::io::Write;

use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;

use super::columns::{Dimensions, Values};
use crate::error::Result;
use crate::tables::parquet::Writer;
use crate::tables::schema;
use crate::tables::sort::concat;

/// Takes all values in the order of their key, batch by batch.
pub(super) struct Latest<W: Write + Send> {
    writer: Writer<W>,
    /// Rows of the last area that may be newest: a later batch may have newer ones of it.
    open: RecordBatch,
}

impl<W: Write + Send> Latest<W> {
    pub(super) fn new(writer: Writer<W>) -> Self {
        Self { writer, open: RecordBatch::new_empty(schema::published_values()) }
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let values = Values::new(batch)?;
        let stands = |row: &usize| values.newest(*row).unwrap_or_else(|| values.preferred(*row) && values.value(*row).is_some());
        let standing = taken(batch, (0..values.len()).filter(stands))?;
        self.open = concat(&schema::published_values(), &[std::mem::replace(&mut self.open, standing.slice(0, 0)), standing])?;
        let end = {
            let values = Values::new(&self.open)?;
            let area = |row: usize| (values.indicator.value(row), values.area.value(row));
            let last = values.len().checked_sub(1).map(area);
            (0..values.len()).rfind(|row| Some(area(*row)) != last).map_or(0, |row| row + 1)
        };
        let done = self.open.slice(0, end);
        self.open = taken(&self.open, end..self.open.num_rows())?;
        self.write(&done)
    }

    /// A later row of a series is a newer one.
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let values = Values::new(rows)?;
        let mut newest: BTreeMap<(&str, &str, Dimensions<'_>), usize> = BTreeMap::new();
        for row in 0..values.len() {
            newest.insert((values.indicator.value(row), values.area.value(row), values.dimensions(row)), row);
        }
        let mut rows_of_series: Vec<usize> = newest.into_values().collect();
        rows_of_series.sort_unstable();
        self.writer.write(&taken(rows, rows_of_series.into_iter())?)
    }

    pub(super) fn close(mut self) -> Result<()> {
        let open = self.open.slice(0, self.open.num_rows());
        self.write(&open)?;
        self.writer.close()
    }
}

fn taken(batch: &RecordBatch, rows: impl Iterator<Item = usize>) -> Result<RecordBatch> {
    Ok(take_record_batch(batch, &rows.map(|row| row as u64).collect::<UInt64Array>())?)
}
