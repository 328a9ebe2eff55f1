//! Observations in key order, one figure after the other, without repeated, superseded and contradicting rows. What is
//! in order is handed on at once: neither the rows nor their order are held here.

use std::collections::HashMap;

use crate::error::Result;
use crate::observe::arranged::{Arranged, ranks};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::sorted::{Key, Sorted};
use crate::rows::store::{Numbered, Row};

impl Collector<'_> {
    /// Of each series, keeps the rows of the newest dated classification only.
    pub(super) fn supersede(&mut self) -> Result<()> {
        let vintages = std::mem::take(&mut self.vintages);
        if vintages.is_empty() {
            return Ok(());
        }
        let of = |number: usize| vintages.binary_search_by_key(&number, |(row, _)| *row).ok().map(|place| vintages[place].1);
        let mut newest: HashMap<u32, i32> = HashMap::new();
        let mut rows = std::mem::take(&mut self.rows);
        rows.each(0, |number, row| {
            if let Some(vintage) = of(number) {
                let best = newest.entry(row.series).or_insert(vintage);
                *best = (*best).max(vintage);
            }
            Ok(())
        })?;
        rows.each(0, |number, row| {
            if of(number).is_some_and(|vintage| newest.get(&row.series) > Some(&vintage)) {
                let detail = self.named(row);
                self.set_aside(number, row, Reason::Superseded, detail);
            }
            Ok(())
        })?;
        self.rows = rows;
        Ok(())
    }

    /// Series, area and year of a row.
    pub(super) fn named(&self, row: &Row) -> String {
        format!("{} {} {}", self.series[row.series as usize].series, self.area_of(row), self.year_of(row))
    }
}

/// Gives the rows that stand, one after the other.
pub(super) struct Arranging<'c, 'r> {
    pub collector: &'c mut Collector<'r>,
    sorted: Sorted,
    ahead: Option<(Key, Numbered)>,
    same: Vec<Numbered>,
    /// What is known of the rows given so far.
    pub found: Arranged,
}

impl<'c, 'r> Arranging<'c, 'r> {
    /// Takes the rows of the collector.
    pub(super) fn new(collector: &'c mut Collector<'r>) -> Result<Self> {
        let mut rows = std::mem::take(&mut collector.rows);
        let mut found = Arranged::new(ranks(&collector.series), collector.series.len(), collector.bodies.len());
        rows.each(0, |number, row| {
            found.count(collector.body_of(number), row.series, collector.year_of(row));
            Ok(())
        })?;
        let mut sorted = rows.sort(&found.ranks)?;
        let ahead = sorted.next_row()?;
        Ok(Self { collector, sorted, ahead, same: Vec::new(), found })
    }

    /// The next rows, as many as there are up to a number. Quarantines repetitions (equal rows) and contradictions (one
    /// key, several values: none of them can be trusted).
    pub(super) fn next(&mut self, most: usize) -> Result<Vec<Numbered>> {
        let mut standing = Vec::with_capacity(if self.ahead.is_some() { most } else { 0 });
        while standing.len() < most
            && let Some((key, first)) = self.ahead
        {
            self.ahead = self.sorted.next_row()?;
            let mut stands = Some(first);
            if self.ahead.is_some_and(|(next, _)| next.is_of(&key)) {
                self.same.clear();
                self.same.push(first);
                while let Some((next, row)) = self.ahead.filter(|(next, _)| next.is_of(&key)) {
                    debug_assert!(next > key);
                    self.same.push(row);
                    self.ahead = self.sorted.next_row()?;
                }
                stands = self.resolve();
                self.collector.limits()?;
            }
            if let Some(one) = stands {
                self.found.stands(self.collector.body_of(one.number as usize), one.row.series, self.collector.year_of(&one.row));
                standing.push(one);
            }
        }
        Ok(standing)
    }

    /// Of rows with one key, the one that stands, if any can: one with a value before one without, and the unit that
    /// most rows of the series have.
    fn resolve(&mut self) -> Option<Numbered> {
        let empty = |one: &Numbered| {
            let detail = &self.collector.details[one.row.detail as usize];
            one.row.value.is_nan() && (detail.obs_text.is_none() || words::WITHOUT_A_VALUE.contains(&detail.obs_status.as_str()))
        };
        let (empties, valued): (Vec<Numbered>, Vec<Numbered>) = std::mem::take(&mut self.same).into_iter().partition(empty);
        let mut standing = valued;
        for one in empties {
            if standing.is_empty() {
                standing.push(one);
            } else {
                let detail = format!("{}, without a value", self.collector.named(&one.row));
                self.set_aside(one, Reason::DuplicateRow, detail);
            }
        }
        let weight = |one: &Numbered| (self.found.rows_of(one.row.series), std::cmp::Reverse(self.unit(one)));
        let unit = standing.iter().max_by(|a, b| weight(a).cmp(&weight(b))).map(|one| self.unit(one).to_owned()).unwrap_or_default();
        let (standing, others): (Vec<Numbered>, Vec<Numbered>) = standing.into_iter().partition(|one| self.unit(one) == unit);
        for one in others {
            let detail = format!("{} in {}, others in {unit}", self.collector.named(&one.row), self.unit(&one));
            self.set_aside(one, Reason::OtherUnit, detail);
        }
        let first = *standing.first()?;
        let agree = standing.iter().all(|one| self.equal(&first, one));
        let body_of = |one: &Numbered| self.collector.body_of(one.number as usize);
        if body_of(&first) != body_of(&standing[standing.len() - 1]) {
            let mut of_bodies = standing.clone();
            of_bodies.dedup_by_key(|one| body_of(one));
            for (place, one) in of_bodies.iter().enumerate() {
                for other in &of_bodies[place + 1..] {
                    self.note_shared(one, other);
                }
            }
        }
        for one in standing.into_iter().skip(usize::from(agree)) {
            let detail = self.collector.named(&one.row);
            self.set_aside(one, if agree { Reason::DuplicateRow } else { Reason::DuplicateKey }, detail);
        }
        agree.then_some(first)
    }

    /// Remembers a figure that two bodies give.
    fn note_shared(&mut self, one: &Numbered, other: &Numbered) {
        let bodies = (self.collector.body_of(one.number as usize), self.collector.body_of(other.number as usize));
        let example =
            (!self.equal(one, other)).then(|| format!("{}: {} and {}", self.collector.named(&one.row), self.told(one), self.told(other)));
        let shared = self.found.shared.entry(bodies).or_default();
        let Some(example) = example else {
            shared.equal += 1;
            return;
        };
        shared.contradicting += 1;
        if shared.contradicting == 1 {
            shared.example = example;
        }
    }

    /// Whether two rows say the same. Where neither is a number, they are what their words are: a note may be another one,
    /// as it may beside a number.
    fn equal(&self, one: &Numbered, other: &Numbered) -> bool {
        let (a, b) = (one.row.value, other.row.value);
        a == b || a.is_nan() && b.is_nan() && self.words(one) == self.words(other)
    }

    /// The answer in words of a row.
    fn words(&self, one: &Numbered) -> Option<&str> {
        self.collector.details[one.row.detail as usize].obs_text.as_deref()
    }

    /// What a row says, for a message.
    fn told(&self, one: &Numbered) -> String {
        if one.row.value.is_nan() { format!("`{}`", self.words(one).unwrap_or_default()) } else { one.row.value.to_string() }
    }

    fn unit(&self, one: &Numbered) -> &str {
        &self.collector.series[one.row.series as usize].unit
    }

    fn set_aside(&mut self, mut one: Numbered, reason: Reason, detail: String) {
        self.collector.set_aside(one.number as usize, &mut one.row, reason, detail);
    }

    /// What there was, once the last row is given.
    pub(super) fn end(self) -> Arranged {
        let mut others = self.collector.quarantined.iter().filter(|q| q.reason == Reason::OtherUnit);
        if let Some(first) = others.next() {
            let rows = crate::error::count(1 + others.count(), "row");
            let message = format!("figures in two units, {rows} set aside: {}", first.detail);
            self.collector.warnings.push(message);
        }
        self.found
    }
}
