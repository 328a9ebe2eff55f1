//! The values of a release as they are published: as one table in memory, or from sorted files that hold no more of them than
//! a batch each.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;

use crate::error::Result;
use crate::release::computed::{All, One};
use crate::release::stored_values::{Batches, Stored};
use crate::release::value_id;
use crate::tables::cells::rows_of;
use crate::tables::schema;
use crate::tables::sort::joined;

/// All values in the order of their key, with their ids.
pub struct Published {
    /// The hash over all inputs of the release.
    key: String,
    values: Values,
}

enum Values {
    Held(RecordBatch),
    /// By indicator.
    Filed(BTreeMap<String, Stored>),
}

impl Published {
    /// Takes the values of all indicators.
    pub(super) fn of(key: &str, all: &mut All) -> Result<Self> {
        let taken = |one: &mut One| std::mem::replace(&mut one.values, Stored::Held(Vec::new()));
        let stored: BTreeMap<String, Stored> = all.iter_mut().map(|(name, one)| (name.clone(), taken(one))).collect();
        let key = key.to_owned();
        if stored.values().any(|stored| matches!(stored, Stored::Filed(_))) {
            return Ok(Self { key, values: Values::Filed(stored) });
        }
        let mut parts = Vec::new();
        for stored in stored.into_values() {
            if let Stored::Held(batches) = stored {
                parts.extend(batches);
            }
        }
        // They come in the order of the names of the indicators, with which the key begins.
        let values = value_id::mark(&key, &joined(&schema::preferred_values(), parts)?)?;
        Ok(Self { key, values: Values::Held(values) })
    }

    pub fn rows(&self) -> usize {
        match &self.values {
            Values::Held(values) => values.num_rows(),
            Values::Filed(all) => all.values().map(Stored::rows).sum(),
        }
    }

    /// How many rows an indicator has.
    pub fn rows_of(&self, indicator: &str) -> Result<usize> {
        Ok(match &self.values {
            Values::Held(values) => rows_of(values, indicator)?.num_rows(),
            Values::Filed(all) => all.get(indicator).map_or(0, Stored::rows),
        })
    }

    /// The whole table, whatever memory it takes.
    pub fn whole(&self) -> Result<RecordBatch> {
        match &self.values {
            Values::Held(values) => Ok(values.clone()),
            Values::Filed(_) => joined(&schema::published_values(), self.batches().collect::<Result<_>>()?),
        }
    }

    /// Batch by batch.
    pub fn batches(&self) -> Batches<'_> {
        match &self.values {
            Values::Held(values) => Box::new(std::iter::once(Ok(values.clone()))),
            Values::Filed(all) => Box::new(all.values().flat_map(in_order).map(|batch| value_id::mark(&self.key, &batch?))),
        }
    }
}

fn in_order(stored: &Stored) -> Batches<'_> {
    stored.in_order().unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
}
