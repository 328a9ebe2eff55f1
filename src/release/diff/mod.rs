//! What changed between two releases, and why: source, method, membership, correction or program.

mod causes;
mod observations;
mod summary;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;

use self::causes::Reasons;
pub use self::summary::{Summary, summarise};
use crate::error::Result;
use crate::release::Manifest;
use crate::tables::schema;
use crate::tables::small::{self, Cell};
use crate::tables::views::{Cells, Values};

/// One release as the comparison sees it.
pub struct Side<'a> {
    pub manifest: &'a Manifest,
    pub values: &'a RecordBatch,
}

/// Compares two releases; `observations` finds an observation file by its hash, `members` the economies of a group.
pub fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    observations: &dyn Fn(&str) -> PathBuf,
    members: &HashMap<String, BTreeSet<String>>,
) -> Result<RecordBatch> {
    let (before, after) = (Values::of(old.values)?, Values::of(new.values)?);
    let changes = changed_rows(&before, &after);
    let places: HashSet<(&str, i32)> = changes.iter().map(|change| (change.key.ref_area, change.key.year)).collect();
    let revised = observations::revised(old.manifest, new.manifest, observations, &places)?;
    let mut reasons = Reasons::new(old.manifest, new.manifest, revised, members);
    for change in &changes {
        reasons.note_touched(change);
    }
    let rows: Vec<Vec<Cell>> = changes.iter().map(|change| row(change, reasons.cause(change))).collect();
    small::batch(&schema::revisions(), &rows)
}

/// The key of a value, in the order of `values.parquet`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    indicator: &'a str,
    ref_area: &'a str,
    year: i32,
    dimensions: [&'a str; 7],
    estimate: &'a str,
}

/// What one side has of a key.
#[derive(Debug, Clone, Copy)]
struct Figure<'a> {
    value: Option<f64>,
    unit: &'a str,
    obs_status: &'a str,
}

/// A key that differs: what each side has of it.
struct Change<'a> {
    key: Key<'a>,
    old: Option<Figure<'a>>,
    new: Option<Figure<'a>>,
}

impl Change<'_> {
    fn old_value(&self) -> Option<f64> {
        self.old.and_then(|cell| cell.value)
    }

    fn new_value(&self) -> Option<f64> {
        self.new.and_then(|cell| cell.value)
    }
}

fn key<'a>(values: &Values<'a>, row: usize) -> Key<'a> {
    Key {
        indicator: values.indicator.value(row),
        ref_area: values.ref_area.value(row),
        year: values.time_period.value(row),
        dimensions: values.dimensions(row),
        estimate: values.estimate.value(row),
    }
}

fn figure<'a>(values: &Values<'a>, row: usize) -> Figure<'a> {
    Figure { value: values.value.cell(row), unit: values.unit.value(row), obs_status: values.obs_status.value(row) }
}

/// Both sides are sorted by key: one walk finds what was added, removed or revised.
fn changed_rows<'a>(old: &Values<'a>, new: &Values<'a>) -> Vec<Change<'a>> {
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < old.len() || j < new.len() {
        let a = (i < old.len()).then(|| key(old, i));
        let b = (j < new.len()).then(|| key(new, j));
        let order = match (a, b) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let before = a.filter(|_| order.is_le()).map(|key| (key, figure(old, i)));
        let after = b.filter(|_| order.is_ge()).map(|key| (key, figure(new, j)));
        i += usize::from(before.is_some());
        j += usize::from(after.is_some());
        let told = |cell: Option<(Key<'a>, Figure<'a>)>| cell.map(|(_, c)| (c.value.map(f64::to_bits), c.unit, c.obs_status));
        if told(before) != told(after)
            && let Some((key, _)) = before.or(after)
        {
            changes.push(Change { key, old: before.map(|(_, cell)| cell), new: after.map(|(_, cell)| cell) });
        }
    }
    changes
}

/// One row of `revisions.parquet`.
fn row(change: &Change<'_>, (cause, detail): (String, String)) -> Vec<Cell> {
    let Change { key, old, new } = change;
    let kind = match (old, new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "revised",
    };
    let (before, after) = (change.old_value(), change.new_value());
    let mut cells: Vec<Cell> = vec![key.indicator.into(), key.ref_area.into(), Cell::Int(Some(i64::from(key.year)))];
    cells.extend(key.dimensions.map(Cell::from));
    let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
    cells.extend([
        key.estimate.into(),
        kind.into(),
        Cell::Float(before),
        Cell::Float(after),
        Cell::Float(before.zip(after).map(|(a, b)| b - a)),
        text(new.or(*old).map(|cell| cell.unit)),
        text(old.map(|cell| cell.obs_status)),
        text(new.map(|cell| cell.obs_status)),
        cause.into(),
        detail.into(),
    ]);
    cells
}
