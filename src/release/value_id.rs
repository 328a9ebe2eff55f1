//! `value_id`: names one value of one release, so that a citation can be looked up and checked.
//!
//! It is made of the key of the row, its value, and the hash of everything that the release was made of. Not of the id
//! of the release, which has the moment in it: the same inputs give the same table, byte for byte.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::compute::concat;
use rayon::prelude::*;

use crate::error::Result;
use crate::tables::cells::Table;
use crate::tables::schema;
use crate::tables::views::{Cells, Values};

/// The column of `values.parquet`.
pub const COLUMN: &str = "value_id";

/// Rows of which one thread makes the ids at once.
const AT_ONCE: usize = 8192;

/// Hexadecimal digits of an id: 64 bits.
const DIGITS: usize = 16;

/// Gives values this column, before `newest`. `key`: the hash over all inputs of the release.
pub fn mark(key: &str, values: &RecordBatch) -> Result<RecordBatch> {
    let cells = Values::of(values)?;
    let parts: Vec<StringArray> = (0..cells.len().div_ceil(AT_ONCE))
        .into_par_iter()
        .map(|part| (part * AT_ONCE..cells.len().min((part + 1) * AT_ONCE)).map(|row| Some(of(key, &cells, row))).collect())
        .collect();
    let parts: Vec<&dyn Array> = parts.iter().map(|part| part as &dyn Array).collect();
    let mut arrays: Vec<ArrayRef> = values.columns().to_vec();
    let newest = arrays.pop();
    arrays.push(if parts.is_empty() { Arc::new(StringArray::new_null(0)) } else { concat(&parts)? });
    arrays.extend(newest);
    Ok(RecordBatch::try_new(schema::published_values(), arrays)?)
}

/// The id of one row: of its key (`schema::values_key`) and its value.
pub fn of(key: &str, values: &Values<'_>, row: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes());
    let year = values.time_period.value(row).to_string();
    let place = [values.indicator.value(row), values.ref_area.value(row), &year];
    for part in place.into_iter().chain(values.dimensions(row)).chain([values.estimate.value(row)]) {
        hasher.update(b"\x1f");
        hasher.update(part.as_bytes());
    }
    hasher.update(b"\x1f");
    if let Some(value) = values.value.cell(row) {
        hasher.update(&value.to_le_bytes());
    }
    hasher.finalize().to_hex()[..DIGITS].to_owned()
}

/// Whether a text has the form of an id.
pub fn is_one(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The row of an id.
pub fn find(values: &RecordBatch, id: &str) -> Option<usize> {
    let cells = Table(values);
    (0..cells.len()).find(|row| cells.text(COLUMN, *row).is_some_and(|known| known.eq_ignore_ascii_case(id)))
}
