//! Puts observations in key order, and takes out repeated, superseded and contradicting rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::observe::contradictions::Between;
use crate::observe::report::Units;
use crate::rows::collector::{Collector, Row};
use crate::rows::quarantine::{Quarantined, Reason};
use crate::rows::series_key::SeriesKey;

/// The rows that stand, in key order.
pub(super) struct Arranged {
    pub order: Vec<u32>,
    ranks: Vec<Rank>,
    /// Figures that several bodies give.
    pub shared: Between,
}

/// The place of a series among the sorted names, and of its dimensions within the name. The unit is no part of it.
pub(super) type Rank = (u32, u32);

/// What a row is sorted by: series name, area and year, dimensions; then as it came. Each part has the room of what it
/// is made of, so no two keys fall together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The series name in the upper half, the place in the lower one.
    name_and_place: u64,
    dimensions: u32,
    row: u32,
}

impl Key {
    fn new(rank: Rank, place: u32, row: u32) -> Self {
        Self { name_and_place: (u64::from(rank.0) << 32) | u64::from(place), dimensions: rank.1, row }
    }

    fn is_of(&self, other: &Self) -> bool {
        (self.name_and_place, self.dimensions) == (other.name_and_place, other.dimensions)
    }
}

impl Collector<'_> {
    /// Of each series, keeps the rows of the newest dated classification only. Before anything removes rows.
    pub(super) fn supersede(&mut self) {
        let mut newest: HashMap<u32, i32> = HashMap::new();
        for (row, vintage) in &self.vintages {
            let best = newest.entry(self.rows[*row].series).or_insert(*vintage);
            *best = (*best).max(*vintage);
        }
        let old: HashSet<usize> = self
            .vintages
            .iter()
            .filter(|(row, vintage)| newest.get(&self.rows[*row].series) > Some(vintage))
            .map(|(row, _)| *row)
            .collect();
        if old.is_empty() {
            return;
        }
        for index in 0..self.rows.len() {
            if old.contains(&index) {
                let detail = self.named(index);
                self.set_aside(index, Reason::Superseded, detail);
            }
        }
        self.take_out(&old);
        self.vintages.clear();
    }

    /// Removes rows that were set aside.
    pub(super) fn take_out(&mut self, rows: &HashSet<usize>) {
        if rows.is_empty() {
            return;
        }
        let mut sorted: Vec<usize> = rows.iter().copied().collect();
        sorted.sort_unstable();
        let before = |place: usize| sorted.partition_point(|row| *row < place);
        for (first, _) in &mut self.bodies {
            *first -= before(*first);
        }
        self.vintages.retain(|(row, _)| !rows.contains(row));
        for (row, _) in &mut self.vintages {
            *row -= before(*row);
        }
        let mut index = 0;
        self.rows.retain(|_| {
            index += 1;
            !rows.contains(&(index - 1))
        });
    }

    /// Sorts by series, area, year and dimensions; quarantines repetitions (equal rows) and contradictions (one key,
    /// several values: none of them can be trusted).
    pub(super) fn arrange(&mut self) -> Arranged {
        let ranks = ranks(&self.series);
        let mut keyed: Vec<Key> =
            self.rows.iter().zip(0..).map(|(row, index)| Key::new(ranks[row.series as usize], row.place, index)).collect();
        if !keyed.is_sorted() {
            keyed.sort_unstable();
        }
        let mut rows_of = vec![0_u64; self.series.len()];
        for row in &self.rows {
            rows_of[row.series as usize] += 1;
        }
        let mut order = Vec::with_capacity(keyed.len());
        let (mut start, mut shared) = (0, Between::new());
        while start < keyed.len() {
            let mut end = start + 1;
            while end < keyed.len() && keyed[end].is_of(&keyed[start]) {
                end += 1;
            }
            if end - start == 1 {
                order.push(keyed[start].row);
            } else {
                let same = keyed[start..end].iter().map(|key| key.row as usize).collect();
                order.extend(self.resolve(same, &rows_of, &mut shared));
            }
            start = end;
        }
        self.tell_units();
        Arranged { order, ranks, shared }
    }

    /// Of rows with one key, the one that stands, if any can: one with a value before one without, and the unit that
    /// most rows of the series have.
    fn resolve(&mut self, same: Vec<usize>, rows_of: &[u64], shared: &mut Between) -> Option<u32> {
        let empty = |index: &usize| {
            let row = &self.rows[*index];
            let detail = &self.details[row.detail as usize];
            row.value.is_nan() && (detail.obs_text.is_none() || matches!(detail.obs_status.as_str(), "O" | "M"))
        };
        let (empties, valued): (Vec<usize>, Vec<usize>) = same.into_iter().partition(empty);
        let mut standing = valued;
        for index in empties {
            if standing.is_empty() {
                standing.push(index);
            } else {
                let detail = format!("{}, without a value", self.named(index));
                self.set_aside(index, Reason::DuplicateRow, detail);
            }
        }
        let weight = |index: &usize| {
            let series = self.rows[*index].series as usize;
            (rows_of[series], std::cmp::Reverse(&self.series[series].unit))
        };
        let unit = standing.iter().max_by(|a, b| weight(a).cmp(&weight(b))).map(|i| self.unit(*i).to_owned()).unwrap_or_default();
        let (standing, others): (Vec<usize>, Vec<usize>) = standing.into_iter().partition(|index| self.unit(*index) == unit);
        for index in others {
            let detail = format!("{} in {}, others in {unit}", self.named(index), self.unit(index));
            self.set_aside(index, Reason::OtherUnit, detail);
        }
        let first = *standing.first()?;
        let equal = |a: &Row, b: &Row| a.value.to_bits() == b.value.to_bits() && a.detail == b.detail || a.value == b.value;
        let agree = standing.iter().all(|index| equal(&self.rows[first], &self.rows[*index]));
        if self.body_of(first) != self.body_of(standing[standing.len() - 1]) {
            let mut of_bodies = standing.clone();
            of_bodies.dedup_by_key(|index| self.body_of(*index));
            for (place, one) in of_bodies.iter().enumerate() {
                for other in &of_bodies[place + 1..] {
                    self.note_shared(*one, *other, equal(&self.rows[*one], &self.rows[*other]), shared);
                }
            }
        }
        for index in standing.into_iter().skip(usize::from(agree)) {
            let detail = self.named(index);
            self.set_aside(index, if agree { Reason::DuplicateRow } else { Reason::DuplicateKey }, detail);
        }
        agree.then_some(first as u32)
    }

    /// Remembers a figure that two bodies give.
    fn note_shared(&self, one: usize, other: usize, equal: bool, between: &mut Between) {
        let example = (!equal).then(|| format!("{}: {} and {}", self.named(one), self.rows[one].value, self.rows[other].value));
        let shared = between.entry((self.body_of(one), self.body_of(other))).or_default();
        match example {
            None => shared.equal += 1,
            Some(example) => {
                shared.contradicting += 1;
                if shared.contradicting == 1 {
                    shared.example = example;
                }
            }
        }
    }

    fn unit(&self, row: usize) -> &str {
        &self.series[self.rows[row].series as usize].unit
    }

    /// Series, area and year of a row.
    pub(super) fn named(&self, row: usize) -> String {
        let row = self.rows[row];
        format!("{} {} {}", self.series[row.series as usize].series, self.area_of(row), self.year_of(row))
    }

    pub(super) fn set_aside(&mut self, row: usize, reason: Reason, detail: String) {
        let body = self.body_of(row);
        self.quarantined.push(Quarantined::new(reason, detail, body, self.rows[row].record));
    }

    fn tell_units(&mut self) {
        let mut others = self.quarantined.iter().filter(|q| q.reason == Reason::OtherUnit);
        if let Some(first) = others.next() {
            let message = format!("figures in two units, {} set aside: {}", crate::error::count(1 + others.count(), "row"), first.detail);
            self.warnings.push(message);
        }
    }
}

/// For each key its rank. A figure in another unit is the same figure.
pub(super) fn ranks(keys: &[SeriesKey]) -> Vec<Rank> {
    let place = |key: &usize| {
        let key = &keys[*key];
        (key.series.as_str(), key.dimensions(), key.edition.as_str())
    };
    let mut sorted: Vec<usize> = (0..keys.len()).collect();
    sorted.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut result = vec![(0, 0); keys.len()];
    let (mut name, mut dimensions) = (0u32, 0u32);
    for (position, &index) in sorted.iter().enumerate() {
        if position > 0 {
            let before = &sorted[position - 1];
            if keys[*before].series != keys[index].series {
                (name, dimensions) = (name + 1, 0);
            } else if place(before) != place(&index) {
                dimensions += 1;
            }
        }
        result[index] = (name, dimensions);
    }
    result
}

impl Arranged {
    /// Distinct series names, sorted.
    pub fn series_names(&self, collector: &Collector<'_>) -> Vec<String> {
        let mut names: Vec<(u32, &str)> =
            collector.series.iter().zip(&self.ranks).map(|(key, rank)| (rank.0, key.series.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    /// Observations of each series in each unit.
    pub fn units(&self, collector: &Collector<'_>) -> Units {
        let mut units = Units::new();
        for (key, rows) in collector.series.iter().zip(self.rows_of(collector)).filter(|(_, rows)| *rows > 0) {
            *units.entry(key.series.clone()).or_default().entry(key.unit.clone()).or_default() += rows;
        }
        units
    }

    fn rows_of(&self, collector: &Collector<'_>) -> Vec<u64> {
        let mut rows = vec![0_u64; collector.series.len()];
        for index in &self.order {
            rows[collector.rows[*index as usize].series as usize] += 1;
        }
        rows
    }

    /// Observations of each series and breakdown.
    pub fn counts(&self, collector: &Collector<'_>) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (key, rows) in collector.series.iter().zip(self.rows_of(collector)).filter(|(_, rows)| *rows > 0) {
            *counts.entry(key.shown()).or_insert(0) += rows;
        }
        counts
    }
}
