//! The values of all indicators, one beside the other, and as one table.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;

use crate::error::Result;
use crate::release::progress;
use crate::tables::schema;
use crate::tables::sort::{concat, sort};

/// The values of one indicator; `held` = the reason why they are those of the release before.
pub(super) struct One {
    pub values: RecordBatch,
    pub ends: progress::Ends,
    pub held: Option<String>,
}

/// By name of the indicator.
pub(super) type All = BTreeMap<String, One>;

pub(super) fn joined(parts: &[RecordBatch]) -> Result<RecordBatch> {
    sort(&concat(&schema::preferred_values(), parts)?, &schema::values_key())
}

/// All values as one table, of which those of each indicator become a part: nothing is held twice.
pub(super) fn join(all: &mut All) -> Result<RecordBatch> {
    let values = joined(&all.values().map(|one| one.values.clone()).collect::<Vec<_>>())?;
    // The key begins with the name of the indicator, and so the parts stand in the order of the names.
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
