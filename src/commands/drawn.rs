//! Rows as a table for people, whatever columns they have.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::arrow::util::pretty::pretty_format_batches;

use crate::error::{Result, count};
use crate::visible;

/// What a cell takes beside its text while it is drawn.
const CELL: usize = 160;

/// A table for people.
pub(super) fn drawn(rows: &RecordBatch) -> Result<Vec<u8>> {
    drawn_above(rows, &count(rows.num_rows(), "row"))
}

/// The same above a line of one's own.
pub(super) fn drawn_above(rows: &RecordBatch, last_line: &str) -> Result<Vec<u8>> {
    let text = pretty_format_batches(std::slice::from_ref(rows))?;
    Ok(visible::shown(&format!("{text}\n{last_line}\n")).into_owned().into_bytes())
}

/// About how many bytes a table takes: each of its lines is as wide as the widest cells together.
pub(super) fn size_drawn(rows: &RecordBatch) -> Result<usize> {
    let options = FormatOptions::new();
    let (mut width, mut lines) = (0_usize, vec![1_usize; rows.num_rows()]);
    for column in rows.columns() {
        let cells = ArrayFormatter::try_new(column.as_ref(), &options)?;
        let mut widest = 0;
        for (row, lines) in lines.iter_mut().enumerate() {
            let cell = cells.value(row).to_string();
            widest = widest.max(cell.lines().map(str::len).max().unwrap_or(0));
            *lines = (*lines).max(cell.lines().count());
        }
        width += widest + 3;
    }
    let cells = rows.num_rows().saturating_mul(rows.num_columns());
    Ok(lines.iter().sum::<usize>().saturating_mul(width).saturating_add(cells.saturating_mul(CELL)))
}
