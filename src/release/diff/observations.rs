//! The observations that differ between two releases: one walk over the two sorted files of each data set.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::observe::walk::{Row, walk};
use crate::release::manifest::InputEntry;

/// An economy or group, and a year.
pub(super) type Place = (String, i32);

/// One observation that differs between two files.
#[derive(Debug, Clone)]
pub(super) struct Revised {
    pub text: String,
    pub correction: bool,
    pub old: Option<f64>,
    pub new: Option<f64>,
}

pub(super) type RevisedIndex = HashMap<Place, Vec<Revised>>;

/// Compares the observation files that differ, at the places that are asked for.
pub(super) fn revised(
    old: &[InputEntry],
    new: &[InputEntry],
    file: &dyn Fn(&str) -> PathBuf,
    wanted: &HashSet<(&str, i32)>,
) -> Result<RevisedIndex> {
    let files = |inputs: &[InputEntry]| -> BTreeMap<DatasetId, PathBuf> {
        inputs.iter().map(|input| (input.id(), file(&input.observation_file))).collect()
    };
    let (before, after) = (files(old), files(new));
    let mut index = RevisedIndex::new();
    for dataset in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (a, b) = (before.get(dataset), after.get(dataset));
        if a != b {
            let mut found = Found { dataset, wanted, index: &mut index };
            walk(a.map(PathBuf::as_path), b.map(PathBuf::as_path), &mut |old, new| found.note(old, new))?;
        }
    }
    Ok(index)
}

/// Gathers what differs in one data set.
struct Found<'a> {
    dataset: &'a DatasetId,
    wanted: &'a HashSet<(&'a str, i32)>,
    index: &'a mut RevisedIndex,
}

impl Found<'_> {
    fn note(&mut self, old: Option<Row<'_>>, new: Option<Row<'_>>) {
        let (before, after) = (old.and_then(Row::value), new.and_then(Row::value));
        if before.map(f64::to_bits) == after.map(f64::to_bits) && old.map(Row::told) == new.map(Row::told) {
            return;
        }
        let Some(shown) = new.or(old) else { return };
        let (series, area, year, ..) = shown.key();
        if !self.wanted.contains(&(area, year)) {
            return;
        }
        let snapshot: String = shown.columns.snapshot.value(shown.row).chars().take(12).collect();
        let record = shown.columns.record.value(shown.row);
        let show = |value: Option<f64>| value.map_or("none".into(), |v| v.to_string());
        let (from, to) = (show(before), show(after));
        let revised = Revised {
            text: format!("{} {series} {area} {year}: {from} -> {to} (record {record} of snapshot {snapshot})", self.dataset),
            correction: [old, new].into_iter().flatten().any(|row| row.told().0.is_some()),
            old: before,
            new: after,
        };
        self.index.entry((area.to_owned(), year)).or_default().push(revised);
    }
}
