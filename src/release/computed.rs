//! The values of all indicators, in batches that checks read as they are, and at the end as one table.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;

use crate::engine::owned;
use crate::error::Result;
use crate::release::{preferred, progress};
use crate::tables::schema;
use crate::tables::sort::{self, concat};

/// The values of one indicator, in the order of their key; `held` = the reason why they are those of the release before.
pub(super) struct One {
    pub values: Vec<RecordBatch>,
    pub ends: progress::Ends,
    pub held: Option<String>,
}

impl One {
    /// Of a table that may be a part of a larger one, which is not held on to.
    pub(super) fn new(values: RecordBatch, ends: progress::Ends, held: Option<String>) -> Result<Self> {
        Ok(Self { values: owned::parts(vec![values], 0)?, ends, held })
    }

    /// As other indicators read them.
    pub(super) fn read(&self) -> Result<Vec<RecordBatch>> {
        self.values.iter().map(preferred::without).collect()
    }

    pub(super) fn table(&self) -> Result<RecordBatch> {
        concat(&schema::preferred_values(), &self.values)
    }
}

/// By name of the indicator.
pub(super) type All = BTreeMap<String, One>;

/// The batches of all, in the order of the key of values: they come in the order of the names of the indicators, with
/// which it begins.
pub(super) fn batches(all: &All) -> Vec<RecordBatch> {
    all.values().flat_map(|one| one.values.iter().cloned()).collect()
}

/// All values as one table. No more than a column is held twice.
pub(super) fn joined(all: &mut All) -> Result<RecordBatch> {
    let parts: Vec<RecordBatch> = all.values_mut().flat_map(|one| std::mem::take(&mut one.values)).collect();
    sort::joined(&schema::preferred_values(), parts)
}

pub(super) fn ends(all: &All) -> progress::Ends {
    let mut ends = progress::Ends::default();
    for one in all.values() {
        ends.add(one.ends.clone());
    }
    ends
}
