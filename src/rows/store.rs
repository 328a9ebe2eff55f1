//! The rows of one data set, numbered as they came: in memory while they fit, then on disk in parts.

use super::limits::kept;
use crate::error::Result;
use crate::files::scratch::Scratch;

/// One observation, codes interned. `value` NaN = no value.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub series: u32,
    pub detail: u32,
    pub value: f64,
    pub record: u32,
    /// Area and year, see [`Places`].
    ///
    /// [`Places`]: super::place::Places
    pub place: u32,
}

/// The series of a row that is set aside: it keeps its number, and is passed over.
const OUT: u32 = u32::MAX;

impl Row {
    pub fn take_out(&mut self) {
        self.series = OUT;
    }
}

/// A row and its number.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    pub row: Row,
    pub number: u32,
}

/// Bytes of a row and its number on disk.
pub(super) const SIZE: usize = 28;
/// Rows that are read or written at once.
pub(super) const PART: usize = 1 << 14;
/// Bytes of a row, and of its key while it is sorted.
const IN_MEMORY: usize = 40;

/// In the order in which they came.
#[derive(Debug)]
pub struct Rows {
    /// The last ones.
    pub(super) tail: Vec<Row>,
    pub(super) disk: Option<Scratch>,
    /// How many are on disk: parts of `most` each.
    pub(super) on_disk: usize,
    /// As many as memory has room for, and may be sorted at once.
    pub(super) most: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self { tail: Vec::new(), disk: None, on_disk: 0, most: usize::MAX }
    }
}

impl Rows {
    /// Rows that take no more than this of memory.
    pub fn within(bytes: usize) -> Self {
        Self { most: (bytes / IN_MEMORY).max(PART), ..Self::default() }
    }

    pub fn count(&self) -> usize {
        self.on_disk + self.tail.len()
    }

    pub fn push(&mut self, row: Row) -> Result<()> {
        self.tail.push(row);
        if self.tail.len() >= self.most { self.move_to_disk() } else { Ok(()) }
    }

    /// Shows the rows from a number on that are not taken out; what is changed stays so.
    pub fn each(&mut self, from: usize, mut work: impl FnMut(usize, &mut Row) -> Result<()>) -> Result<()> {
        let (mut bytes, mut first) = (Vec::new(), from);
        while let Some(disk) = self.disk.as_ref().filter(|_| first < self.on_disk) {
            let rows = PART.min(self.on_disk - first);
            read(disk, first, rows, &mut bytes)?;
            let mut changed = false;
            for (number, bytes) in (first..).zip(bytes.chunks_exact_mut(SIZE)) {
                let mut one = decoded(bytes);
                if one.row.series != OUT {
                    work(number, &mut one.row)?;
                    let after = encoded(one);
                    changed |= *bytes != after;
                    bytes.copy_from_slice(&after);
                }
            }
            if changed {
                disk.write_at((first * SIZE) as u64, &bytes)?;
            }
            first += rows;
        }
        let first = first.max(self.on_disk);
        for (number, row) in (first..).zip(self.tail.iter_mut().skip(first - self.on_disk)) {
            if row.series != OUT {
                work(number, row)?;
            }
        }
        Ok(())
    }

    /// Brings what is in memory to disk.
    pub(super) fn move_to_disk(&mut self) -> Result<()> {
        let disk = match &mut self.disk {
            Some(disk) => disk,
            none => {
                tracing::debug!("rows go on on disk");
                none.insert(Scratch::new()?)
            }
        };
        let numbered = (kept(self.on_disk)..).zip(&self.tail).map(|(number, row)| Numbered { row: *row, number });
        write(disk, self.on_disk, numbered)?;
        self.on_disk += self.tail.len();
        self.tail.clear();
        Ok(())
    }
}

/// Reads rows from one on.
pub(super) fn read(disk: &Scratch, first: usize, rows: usize, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.resize(rows * SIZE, 0);
    let read = disk.read_at((first * SIZE) as u64, bytes)?;
    if read < bytes.len() {
        return Err(crate::error::Error::Internal("rows on disk are cut off".into()));
    }
    Ok(())
}

/// Writes rows from one on, a few at once.
pub(super) fn write(disk: &Scratch, first: usize, rows: impl Iterator<Item = Numbered>) -> Result<()> {
    let (mut bytes, mut place) = (Vec::with_capacity(PART * SIZE), (first * SIZE) as u64);
    for one in rows {
        bytes.extend_from_slice(&encoded(one));
        if bytes.len() == PART * SIZE {
            disk.write_at(place, &bytes)?;
            place += bytes.len() as u64;
            bytes.clear();
        }
    }
    Ok(disk.write_at(place, &bytes)?)
}

fn encoded(one: Numbered) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..8].copy_from_slice(&one.row.value.to_bits().to_le_bytes());
    let words = [one.row.series, one.row.detail, one.row.record, one.row.place, one.number];
    for (bytes, word) in bytes[8..].chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

pub(super) fn decoded(bytes: &[u8]) -> Numbered {
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let value = f64::from_bits((u64::from(word(4)) << 32) | u64::from(word(0)));
    Numbered { row: Row { series: word(8), detail: word(12), value, record: word(16), place: word(20) }, number: word(24) }
}

/// Whether a row is set aside.
pub(super) fn is_out(row: &Row) -> bool {
    row.series == OUT
}
