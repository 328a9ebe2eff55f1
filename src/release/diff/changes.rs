//! The values that differ between two releases.

use std::cmp::Ordering;

use crate::tables::views::{Cells, Values};

/// The key of a value, in the order of `values.parquet`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub indicator: &'a str,
    pub ref_area: &'a str,
    pub year: i32,
    pub dimensions: [&'a str; 7],
    pub estimate: &'a str,
}

/// What one side has of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure<'a> {
    pub value: Option<f64>,
    pub unit: &'a str,
    pub obs_status: &'a str,
}

/// A key that differs: what each side has of it.
pub(super) struct Change<'a> {
    pub key: Key<'a>,
    pub old: Option<Figure<'a>>,
    pub new: Option<Figure<'a>>,
}

impl Change<'_> {
    pub(super) fn old_value(&self) -> Option<f64> {
        self.old.and_then(|cell| cell.value)
    }

    pub(super) fn new_value(&self) -> Option<f64> {
        self.new.and_then(|cell| cell.value)
    }
}

pub(super) fn key<'a>(values: &Values<'a>, row: usize) -> Key<'a> {
    Key {
        indicator: values.indicator.value(row),
        ref_area: values.ref_area.value(row),
        year: values.time_period.value(row),
        dimensions: values.dimensions(row),
        estimate: values.estimate.value(row),
    }
}

pub(super) fn figure<'a>(values: &Values<'a>, row: usize) -> Figure<'a> {
    Figure { value: values.value.cell(row), unit: values.unit.value(row), obs_status: values.obs_status.value(row) }
}

/// Whether two figures say the same.
pub(super) fn same(one: &Figure<'_>, other: &Figure<'_>) -> bool {
    one.value.map(f64::to_bits) == other.value.map(f64::to_bits) && (one.unit, one.obs_status) == (other.unit, other.obs_status)
}

/// Both sides are sorted by key: one walk finds what was added, removed or revised.
pub(super) fn changed_rows<'a>(old: &Values<'a>, new: &Values<'a>) -> Vec<Change<'a>> {
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
        let unchanged = before.zip(after).is_some_and(|((_, before), (_, after))| same(&before, &after));
        if !unchanged && let Some((key, _)) = before.or(after) {
            changes.push(Change { key, old: before.map(|(_, cell)| cell), new: after.map(|(_, cell)| cell) });
        }
    }
    changes
}
