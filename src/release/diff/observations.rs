//! The observations that differ between two releases: one walk over the two sorted files of each data set, batch by
//! batch, so that no file is held whole.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::release::Manifest;
use crate::tables::parquet::{self, Batches};
use crate::tables::schema;
use crate::tables::views::{Cells, Observations};

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
    old: &Manifest,
    new: &Manifest,
    file: &dyn Fn(&str) -> PathBuf,
    wanted: &HashSet<(&str, i32)>,
) -> Result<RevisedIndex> {
    let files = |manifest: &Manifest| -> BTreeMap<DatasetId, PathBuf> {
        manifest.inputs.iter().map(|input| (input.id(), file(&input.observation_file))).collect()
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

/// A row of an observation file.
#[derive(Clone, Copy)]
struct Row<'a> {
    columns: &'a Observations<'a>,
    row: usize,
}

impl<'a> Row<'a> {
    /// What tells observations of one data set apart, in the order of its file. Editions stand side by side.
    fn key(self) -> (&'a str, &'a str, i32, [&'a str; 7], &'a str) {
        let Self { columns, row } = self;
        (
            columns.series.value(row),
            columns.ref_area.value(row),
            columns.time_period.value(row),
            columns.dimensions(row),
            columns.edition.cell(row).unwrap_or_default(),
        )
    }

    fn value(self) -> Option<f64> {
        self.columns.obs_value.cell(self.row)
    }

    /// What is compared besides the value.
    fn told(self) -> (Option<&'a str>, &'a str) {
        (self.columns.correction.cell(self.row), self.columns.obs_status.value(self.row))
    }
}

/// Calls `pair` for each observation of two files, with the row of each side that has it.
fn walk(old: Option<&Path>, new: Option<&Path>, pair: &mut dyn FnMut(Option<Row<'_>>, Option<Row<'_>>)) -> Result<()> {
    let schema = schema::observations();
    let (mut left, mut right) = (Side::open(old, &schema)?, Side::open(new, &schema)?);
    loop {
        let more = [left.fill()?, right.fill()?];
        let (a, b) = (Observations::of(&left.batch)?, Observations::of(&right.batch)?);
        match more {
            [false, false] => return Ok(()),
            [true, false] => {
                (left.row..a.len()).for_each(|row| pair(Some(Row { columns: &a, row }), None));
                left.row = a.len();
            }
            [false, true] => {
                (right.row..b.len()).for_each(|row| pair(None, Some(Row { columns: &b, row })));
                right.row = b.len();
            }
            [true, true] => {
                let (mut i, mut j) = (left.row, right.row);
                while i < a.len() && j < b.len() {
                    let (old, new) = (Row { columns: &a, row: i }, Row { columns: &b, row: j });
                    let order = old.key().cmp(&new.key());
                    pair(order.is_le().then_some(old), order.is_ge().then_some(new));
                    i += usize::from(order != Ordering::Greater);
                    j += usize::from(order != Ordering::Less);
                }
                (left.row, right.row) = (i, j);
            }
        }
    }
}

/// One file as far as it is read.
struct Side {
    batches: Option<Batches>,
    batch: RecordBatch,
    row: usize,
}

impl Side {
    /// A file that is not kept any more counts as empty.
    fn open(path: Option<&Path>, schema: &SchemaRef) -> Result<Self> {
        let batches = path.filter(|path| path.exists()).map(|path| parquet::batches(path, schema)).transpose()?;
        Ok(Self { batches, batch: RecordBatch::new_empty(schema.clone()), row: 0 })
    }

    /// Reads on when the batch at hand is through; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        while self.row >= self.batch.num_rows() {
            let Some(next) = self.batches.as_mut().and_then(Iterator::next) else { return Ok(false) };
            (self.batch, self.row) = (next?, 0);
        }
        Ok(true)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::small::{self, Cell};

    /// A file of observations `series area year value edition`, in small row groups as far as its reader sees.
    fn file(folder: &Path, name: &str, rows: &[(&str, &str, i32, f64, Option<&str>)]) -> PathBuf {
        let rows: Vec<Vec<Cell>> = rows
            .iter()
            .map(|(series, area, year, value, edition)| {
                let mut cells: Vec<Cell> =
                    vec!["s".into(), "d".into(), (*series).into(), (*area).into(), Cell::Int(Some(i64::from(*year)))];
                cells.extend(["_T"; 7].map(Cell::from));
                cells.extend([Cell::Float(Some(*value)), Cell::Text(None), "PT".into(), "A".into(), Cell::Text(None), "hash".into()]);
                cells.extend([Cell::Int(Some(1)), Cell::Text(edition.map(str::to_owned)), Cell::Text(None), Cell::Text(None)]);
                cells
            })
            .collect();
        let schema = schema::observations();
        let path = folder.join(name);
        parquet::write(&[small::batch(&schema, &rows).unwrap()], &schema, &path).unwrap();
        path
    }

    fn pairs(old: Option<&Path>, new: Option<&Path>) -> Vec<String> {
        let mut found = Vec::new();
        let show = |row: Option<Row<'_>>| row.map_or("-".to_owned(), |row| format!("{}", row.value().unwrap()));
        let mut pair = |old: Option<Row<'_>>, new: Option<Row<'_>>| {
            let key = new.or(old).unwrap().key();
            found.push(format!("{} {} {} {}{} > {}", key.0, key.1, key.2, key.4, show(old), show(new)));
        };
        walk(old, new, &mut pair).unwrap();
        found
    }

    #[test]
    fn each_observation_is_met_once() {
        let folder = tempfile::tempdir().unwrap();
        let one = [("a", "BRA", 2020, 1.0, None), ("a", "KEN", 2019, 2.0, Some("e1 ")), ("a", "KEN", 2019, 3.0, Some("e2 "))];
        let other = [
            ("a", "BRA", 2020, 1.5, None),
            ("a", "BRA", 2021, 9.0, None),
            ("a", "KEN", 2019, 3.5, Some("e2 ")),
            ("b", "BRA", 2020, 4.0, None),
        ];
        let (old, new) = (file(folder.path(), "old", &one), file(folder.path(), "new", &other));
        assert_eq!(
            pairs(Some(&old), Some(&new)),
            ["a BRA 2020 1 > 1.5", "a BRA 2021 - > 9", "a KEN 2019 e1 2 > -", "a KEN 2019 e2 3 > 3.5", "b BRA 2020 - > 4"]
        );
        assert_eq!(pairs(None, Some(&new)).len(), 4);
        assert_eq!(pairs(Some(&old), Some(&folder.path().join("gone"))).len(), 3);
    }

    /// Batches end at different rows on the two sides.
    #[test]
    fn files_of_several_batches() {
        let folder = tempfile::tempdir().unwrap();
        let rows = |from: i32| -> Vec<(&str, &str, i32, f64, Option<&str>)> {
            (from..).take(parquet::BATCH * 2).map(|year| ("a", "BRA", year, 1.0, None)).collect()
        };
        let (old, new) = (file(folder.path(), "old", &rows(0)), file(folder.path(), "new", &rows(5)));
        let found = pairs(Some(&old), Some(&new));
        assert_eq!(found.len(), parquet::BATCH * 2 + 5);
        assert_eq!(found.iter().filter(|pair| pair.contains('-')).count(), 10);
    }
}
