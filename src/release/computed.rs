//! The values of all indicators, as checks and other indicators read them: in memory, or in sorted files.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use datafusion::arrow::array::RecordBatch;

use crate::engine::table_files::TableFile;
use crate::engine::{Engine, owned};
use crate::error::Result;
use crate::release::numbers::{self, VALUES};
use crate::release::stored_values::{Filing, Stored};
use crate::release::{preferred, progress};
use crate::tables::schema;
use crate::tables::sort::joined;

/// The values of one indicator; `held` = the reason why they are those of the release before.
pub(super) struct One {
    pub values: Stored,
    pub ends: progress::Ends,
    pub held: Option<String>,
}

impl One {
    /// Of a table that may be a part of a larger one, which is not held on to.
    pub(super) fn new(values: RecordBatch, ends: progress::Ends, held: Option<String>) -> Result<Self> {
        Ok(Self { values: Stored::Held(owned::parts(vec![values], 0)?), ends, held })
    }

    /// As other indicators read it.
    pub(super) fn offer(&self, engine: &Engine, name: &str) -> Result<()> {
        match &self.values {
            Stored::Held(batches) => {
                engine.register_indicator(name, schema::values(), batches.iter().map(preferred::without).collect::<Result<_>>()?)
            }
            Stored::Filed(files) => engine.register_indicator_table(name, TableFile::together(engine, files, &schema::values())?),
        }
    }

    /// All of it in the order of the key.
    pub(super) fn table(&self) -> Result<RecordBatch> {
        joined(&schema::preferred_values(), self.values.in_order()?.collect::<Result<_>>()?)
    }

    /// Puts it into a file.
    pub(super) fn put_away(&mut self, filing: &Filing) -> Result<()> {
        if let Stored::Held(batches) = &self.values {
            self.values = Stored::Filed(vec![filing.file(batches)?]);
        }
        Ok(())
    }
}

/// By name of the indicator.
pub(super) type All = BTreeMap<String, One>;

/// Registers all values, with the numbers of their breakdowns. Where some are in files, the others become one.
pub(super) fn register(engine: &Engine, filing: &Filing, all: &All) -> Result<()> {
    let mut held = Vec::new();
    let mut files: Vec<&TableFile> = Vec::new();
    for one in all.values() {
        match &one.values {
            Stored::Held(batches) => held.extend(batches),
            Stored::Filed(more) => files.extend(more),
        }
    }
    let kind = schema::preferred_values();
    if files.is_empty() {
        let held: Vec<RecordBatch> = held.into_iter().cloned().collect();
        filing.numbers.lock().unwrap_or_else(PoisonError::into_inner).register_values(engine, VALUES, &kind, &held)?;
    } else {
        let rest = filing.file(held)?;
        engine.register(VALUES, TableFile::together(engine, files.into_iter().chain([&rest]), &numbers::numbered(&kind))?)?;
        engine.hold(vec![rest]);
    }
    filing.numbers.lock().unwrap_or_else(PoisonError::into_inner).register_breakdowns(engine)
}

pub(super) fn ends(all: &All) -> progress::Ends {
    let mut ends = progress::Ends::default();
    for one in all.values() {
        ends.add(one.ends.clone());
    }
    ends
}
