//! Rows in the order of observations: sorted at once where they are in memory, else part by part on disk, and merged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::limits::kept;
use super::store::{Numbered, PART, Row, Rows, SIZE, decoded, is_out, read, write};
use crate::error::Result;
use crate::files::scratch::Scratch;

/// The place of a series among the sorted names, and of its dimensions within the name. The unit is no part of it.
pub type Rank = (u32, u32);

/// What a row is sorted by: series name, area and year, dimensions; then as it came. Each part has the room of what it
/// is made of, so no two keys fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The series name in the upper half, the place in the lower one.
    name_and_place: u64,
    dimensions: u32,
    number: u32,
}

impl Key {
    fn new(ranks: &[Rank], row: &Row, number: u32) -> Self {
        let rank = ranks[row.series as usize];
        Self { name_and_place: (u64::from(rank.0) << 32) | u64::from(row.place), dimensions: rank.1, number }
    }

    /// Whether two rows are of one figure.
    pub fn is_of(&self, other: &Self) -> bool {
        (self.name_and_place, self.dimensions) == (other.name_and_place, other.dimensions)
    }
}

/// Gives the rows that are not taken out, one after the other.
pub enum Sorted {
    Memory { rows: Vec<Row>, keys: std::vec::IntoIter<Key> },
    Disk { disk: Scratch, ranks: Vec<Rank>, parts: Vec<Part>, heads: BinaryHeap<Reverse<(Key, usize)>>, bytes: Vec<u8>, at_once: usize },
}

/// A sorted part as far as it is read.
pub struct Part {
    ahead: VecDeque<Numbered>,
    next: usize,
    end: usize,
}

/// Rows of each part that are read ahead, at least.
const AHEAD: usize = 512;

impl Rows {
    /// Sorts by the rank of the series, the place and the number.
    pub fn sort(mut self, ranks: &[Rank]) -> Result<Sorted> {
        if self.disk.is_some() && !self.tail.is_empty() {
            self.move_to_disk()?;
        }
        let Some(disk) = self.disk else {
            let keys = sorted_keys(&self.tail, 0, ranks);
            return Ok(Sorted::Memory { rows: self.tail, keys: keys.into_iter() });
        };
        let (mut parts, mut bytes, mut rows) = (Vec::new(), Vec::new(), self.tail);
        for first in (0..self.on_disk).step_by(self.most) {
            let end = self.on_disk.min(first + self.most);
            rows.clear();
            for from in (first..end).step_by(PART) {
                read(&disk, from, PART.min(end - from), &mut bytes)?;
                rows.extend(bytes.chunks_exact(SIZE).map(|bytes| decoded(bytes).row));
            }
            let keys = sorted_keys(&rows, kept(first), ranks);
            write(&disk, first, keys.iter().map(|key| Numbered { row: rows[key.number as usize - first], number: key.number }))?;
            parts.push(Part { ahead: VecDeque::new(), next: first, end: first + keys.len() });
        }
        drop(rows);
        let at_once = (self.most / parts.len().max(1)).clamp(AHEAD, PART);
        let mut sorted = Sorted::Disk { disk, ranks: ranks.to_vec(), parts, heads: BinaryHeap::new(), bytes, at_once };
        sorted.begin()?;
        Ok(sorted)
    }
}

fn sorted_keys(rows: &[Row], first: u32, ranks: &[Rank]) -> Vec<Key> {
    let numbered = (first..).zip(rows).filter(|(_, row)| !is_out(row));
    let mut keys: Vec<Key> = numbered.map(|(number, row)| Key::new(ranks, row, number)).collect();
    if !keys.is_sorted() {
        keys.sort_unstable();
    }
    keys
}

impl Sorted {
    /// The next row.
    pub fn next_row(&mut self) -> Result<Option<(Key, Numbered)>> {
        match self {
            Self::Memory { rows, keys } => {
                Ok(keys.next().map(|key| (key, Numbered { row: rows[key.number as usize], number: key.number })))
            }
            Self::Disk { parts, heads, .. } => {
                let Some(Reverse((key, part))) = heads.pop() else { return Ok(None) };
                let Some(one) = parts[part].ahead.pop_front() else { return Ok(None) };
                self.enter(part)?;
                Ok(Some((key, one)))
            }
        }
    }

    fn begin(&mut self) -> Result<()> {
        let parts = if let Self::Disk { parts, .. } = self { parts.len() } else { 0 };
        (0..parts).try_for_each(|part| self.enter(part))
    }

    /// Lets the first row of a part take its turn.
    fn enter(&mut self, number: usize) -> Result<()> {
        let Self::Disk { disk, ranks, parts, heads, bytes, at_once } = self else { return Ok(()) };
        let part = &mut parts[number];
        if part.ahead.is_empty() && part.next < part.end {
            let rows = (*at_once).min(part.end - part.next);
            read(disk, part.next, rows, bytes)?;
            part.ahead.extend(bytes.chunks_exact(SIZE).map(decoded));
            part.next += rows;
        }
        if let Some(one) = part.ahead.front() {
            heads.push(Reverse((Key::new(ranks, &one.row, one.number), number)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows in memory and on disk come in one order, with what was changed and without what was taken out.
    #[test]
    fn parts_on_disk_are_merged() {
        let ranks = [(0, 1), (1, 0), (0, 0)];
        let of = |most: usize| {
            let mut rows = Rows { most, ..Rows::default() };
            let mut place = 7_u32;
            for record in 0..50_000 {
                place = place.wrapping_mul(48_271) % 10_007;
                rows.push(Row { series: place % 3, detail: 0, value: f64::from(record), record, place }).unwrap();
            }
            rows.each(1_000, |number, row| {
                assert_eq!(number, row.record as usize);
                row.detail = 1;
                if number % 11 == 0 {
                    row.take_out();
                }
                Ok(())
            })
            .unwrap();
            let mut left = 0;
            rows.each(0, |_, _| {
                left += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!((rows.count(), left), (50_000, 50_000 - 4_455));
            let (mut sorted, mut found) = (rows.sort(&ranks).unwrap(), Vec::new());
            while let Some((key, one)) = sorted.next_row().unwrap() {
                assert_eq!(one.row.detail, u32::from(one.number >= 1_000));
                found.push((key, one.number, one.row.value.to_bits()));
            }
            found
        };
        let whole = of(usize::MAX);
        assert!(whole.len() == 45_545 && whole.is_sorted());
        for most in [1_000, 4_999, 25_000, 49_999, 50_000] {
            assert_eq!(of(most), whole, "{most}");
        }
    }
}
