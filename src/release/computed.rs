//! The values of all indicators, one beside the other, and as one table.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;

use crate::error::Result;
use crate::release::progress;
use crate::tables::schema;
use crate::tables::sort::concat;

/// The values of one indicator; `held` = the reason why they are those of the release before.
pub(super) struct One {
    pub values: RecordBatch,
    pub ends: progress::Ends,
    pub held: Option<String>,
}

/// By name of the indicator.
pub(super) type All = BTreeMap<String, One>;

/// Tables of values as one, in the order of its key: they come in the order of the names of the indicators, with which the
/// key begins, each in order.
pub(super) fn joined(parts: &[RecordBatch]) -> Result<RecordBatch> {
    concat(&schema::preferred_values(), parts)
}

/// All values as one table, of which those of each indicator become a part: nothing is held twice.
pub(super) fn join(all: &mut All) -> Result<RecordBatch> {
    let values = joined(&all.values().map(|one| one.values.clone()).collect::<Vec<_>>())?;
    let mut first = 0;
    for one in all.values_mut() {
        one.values = values.slice(first, one.values.num_rows());
        first += one.values.num_rows();
    }
    Ok(values)
}

pub(super) fn ends(all: &All) -> progress::Ends {
    let mut ends = progress::Ends::default();
    for one in all.values() {
        ends.add(one.ends.clone());
    }
    ends
}
