//! Indicators that need not be computed again: all that their values and the ends of their targets follow from is as in
//! the release before, so both are taken from there.

use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;

use crate::engine::tokens;
use crate::error::Result;
use crate::files::hash_of;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::inputs::{Input, Inputs};
use crate::release::Manifest;
use crate::release::manifest::IndicatorEntry;
use crate::release::progress::Ends;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

/// The files of a release with both ends of each target, as the economies come and on the same economies.
pub const ENDS: &str = "ends.parquet";
pub const FIXED_ENDS: &str = "fixed_ends.parquet";

/// The methods that find the ends of targets.
const METHODS: [&str; 9] =
    ["preferred", "newest", "ends", "fixed_members", "fixed_ends", "gap_members", "gap_membership", "gap_parts", "gap_ends"];

/// What the release before has to take over, beside its values.
pub struct Before {
    ends: RecordBatch,
    fixed: RecordBatch,
    entries: BTreeMap<String, IndicatorEntry>,
}

impl Before {
    /// None where the release does not have all of it: an older one, or one that leaves figures out.
    pub fn read(folder: &Path, manifest: &Manifest) -> Result<Option<Self>> {
        let whole = [ENDS, FIXED_ENDS].iter().all(|name| manifest.files.contains_key(*name));
        if !whole || manifest.workspace.contains_key(&Input::LeftOut) {
            return Ok(None);
        }
        Ok(Some(Self {
            ends: parquet::read(&folder.join(ENDS), &schema::ends())?,
            fixed: parquet::read(&folder.join(FIXED_ENDS), &schema::fixed_ends())?,
            entries: manifest.indicators.clone(),
        }))
    }

    /// How many values an indicator has, and its ends, if they would come out the same.
    pub fn of(&self, indicator: &Indicator, catalogue: &Catalogue, key: &str) -> Result<Option<(u64, Ends)>> {
        if why_not(&self.entries, indicator, catalogue, key).is_some() {
            return Ok(None);
        }
        let mine = |rows: &RecordBatch| {
            let cells = Table(rows);
            let of_mine = |row| cells.text("target", row).is_some_and(|id| indicator.targets.iter().any(|target| target.id == id));
            filter_record_batch(rows, &(0..cells.len()).map(|row| Some(of_mine(row))).collect::<BooleanArray>())
        };
        let rows = self.entries.get(&indicator.name).map_or(0, |entry| entry.rows);
        Ok(Some((rows, Ends::of(mine(&self.ends)?, mine(&self.fixed)?))))
    }
}

/// Why an indicator has to be computed although the inputs of its values are the same.
pub fn why_not(entries: &BTreeMap<String, IndicatorEntry>, indicator: &Indicator, catalogue: &Catalogue, key: &str) -> Option<String> {
    let held = |name: &str| entries.get(name).is_none_or(|entry| entry.status != "computed");
    if held(&indicator.name) {
        return Some("held at its last good values: tried again".into());
    }
    let reads = catalogue.dependencies(indicator).into_iter().map(|other| &catalogue.indicators[other].name);
    if let Some(other) = reads.into_iter().find(|name| held(name)) {
        return Some(format!("it reads {other}, which was held"));
    }
    let same = entries.get(&indicator.name).is_some_and(|entry| entry.kept_by.as_deref() == Some(key));
    (!same).then(|| "its targets, or what finds their ends, changed".into())
}

/// All that the values of an indicator and the ends of its targets follow from, as one hash. `inputs` are those of the
/// values.
pub fn key(indicator: &Indicator, catalogue: &Catalogue, inputs: &Inputs, year: i32) -> Result<String> {
    let methods = METHODS.map(|name| catalogue.derived.get(name).map(tokens::hash_of));
    hash_of(&(inputs, methods, &indicator.targets, year))
}
