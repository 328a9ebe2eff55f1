//! A finished release as every format reads it: tables by column, progress by target and by area, names, members.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::RecordBatch;

use super::columns::Values;
use super::formats::Formats;
use super::labels::Labels;
use super::progress::{self, Progress};
use crate::error::Result;
use crate::indicator::{Catalogue, Indicator, Target, TargetKind};
use crate::pipelines::Source;
use crate::reference::Reference;
use crate::release::build::Contents;
use crate::release::{Manifest, catalog};
use crate::tables::cells::Table;
use crate::workspace::Workspace;

/// What a release was made in: the files that people wrote.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    pub workspace: &'a Workspace,
    pub sources: &'a [Source],
    pub catalogue: &'a Catalogue,
    pub reference: &'a Reference,
    pub formats: &'a Formats,
}

pub(super) struct View<'a> {
    pub manifest: &'a Manifest,
    pub contents: &'a Contents,
    pub made: Made<'a>,
    pub values: Values<'a>,
    pub progress: Vec<Progress<'a>>,
    pub labels: Labels,
    /// Target -> indicator and target, in the order of the ids.
    pub targets: BTreeMap<Natural<'a>, (&'a Indicator, &'a Target)>,
    by_target: BTreeMap<&'a str, Vec<usize>>,
    by_area: BTreeMap<&'a str, Vec<usize>>,
    /// Code -> name.
    pub economies: BTreeMap<&'a str, &'a str>,
    /// Code -> scheme and name, as the reference has them.
    pub groups: BTreeMap<&'a str, (&'a str, &'a str)>,
    /// Group -> economies.
    pub members: BTreeMap<String, BTreeSet<String>>,
}

/// An id in the order of a reader: `2.10` after `2.9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Natural<'a>(pub &'a str);

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let part = |part: &'_ str| -> (bool, u64, usize) {
            let end = part.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(part.len());
            (end == 0, part[..end].parse().unwrap_or(u64::MAX), end)
        };
        let (mut ours, mut theirs) = (self.0.split('.'), other.0.split('.'));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return self.0.cmp(other.0),
                (None, Some(_)) => return std::cmp::Ordering::Less,
                (Some(_), None) => return std::cmp::Ordering::Greater,
                (Some(a), Some(b)) if a == b => {}
                (Some(a), Some(b)) => {
                    let ((no_number, number, end), (no_other, other, after)) = (part(a), part(b));
                    let order = (no_number, number, &a[end..]).cmp(&(no_other, other, &b[after..]));
                    if order.is_ne() {
                        return order;
                    }
                }
            }
        }
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> View<'a> {
    /// `values`: all of them, as one table.
    pub(super) fn new(made: Made<'a>, contents: &'a Contents, values: &'a RecordBatch, manifest: &'a Manifest) -> Result<Self> {
        let values = Values::new(values)?;
        let progress = progress::read(&contents.progress, &values)?;
        let (mut by_target, mut by_area) = (BTreeMap::new(), BTreeMap::new());
        for (index, row) in progress.iter().enumerate() {
            by_target.entry(row.target).or_insert_with(Vec::new).push(index);
            by_area.entry(row.area).or_insert_with(Vec::new).push(index);
        }
        let targets = made.catalogue.indicators.iter().flat_map(|i| i.targets.iter().map(move |t| (Natural(t.id.as_str()), (i, t))));
        let targets: BTreeMap<_, _> = targets.collect();
        let (mut economies, mut groups) = (BTreeMap::new(), BTreeMap::new());
        if let Some(table) = made.reference.table("areas").ok().map(Table) {
            for row in 0..table.len() {
                economies.insert(table.text("ref_area", row).unwrap_or_default(), table.text("name", row).unwrap_or_default());
            }
        }
        if let Some(table) = made.reference.table("groups").ok().map(Table) {
            for row in 0..table.len() {
                let text = |column: &str| table.text(column, row).unwrap_or_default();
                groups.insert(text("group_code"), (text("group_scheme"), text("name")));
            }
        }
        Ok(Self {
            manifest,
            contents,
            made,
            values,
            progress,
            labels: Labels::new(made.reference, catalog::code_lists(made.workspace)),
            targets,
            by_target,
            by_area,
            economies,
            groups,
            members: made.reference.members_now()?,
        })
    }

    pub(super) fn of_target(&self, target: &str) -> impl Iterator<Item = &Progress<'a>> {
        self.by_target.get(target).into_iter().flatten().map(|index| &self.progress[*index])
    }

    pub(super) fn of_area(&self, area: &str) -> impl Iterator<Item = &Progress<'a>> {
        self.by_area.get(area).into_iter().flatten().map(|index| &self.progress[*index])
    }

    pub(super) fn indicator(&self, name: &str) -> Option<&'a Indicator> {
        self.made.catalogue.indicators.iter().find(|indicator| indicator.name == name)
    }

    /// The unit of a row of progress: of its value where it has one.
    pub(super) fn unit_of(&self, row: &Progress<'_>) -> &'a str {
        let declared = || self.indicator(row.indicator).map_or("_U", |indicator| indicator.unit.as_str());
        row.value_row.map_or_else(declared, |index| self.values.unit.value(index))
    }

    /// What a target asks for, as its header has it.
    pub(super) fn goal(&self, row: &Progress<'_>) -> String {
        let unit = self.unit_of(row);
        match self.targets.get(&Natural(row.target)).map(|(_, target)| target.kind) {
            Some(TargetKind::Level(value)) => self.labels.show(value, unit),
            Some(TargetKind::Change(change)) => {
                let size = super::labels::number(change.abs() * 100.0, Some(0));
                format!("{size}% {}", if change < 0.0 { "less" } else { "more" })
            }
            Some(TargetKind::Band(low, high)) => format!("{} to {}", self.labels.show(low, unit), self.labels.show(high, unit)),
            None => row.goal.map_or_else(String::new, |goal| self.labels.show(goal, unit)),
        }
    }

    /// The values between which a target is met: the two bounds of a band; else the level to reach, twice.
    pub(super) fn bounds(&self, row: &Progress<'_>) -> Option<(f64, f64)> {
        match self.targets.get(&Natural(row.target)).map(|(_, target)| target.kind) {
            Some(TargetKind::Band(low, high)) => Some((low, high)),
            _ => row.goal.map(|goal| (goal, goal)),
        }
    }

    pub(super) fn area_name(&self, code: &'a str) -> &'a str {
        self.made.reference.area_name(code)
    }
}
