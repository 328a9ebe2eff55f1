//! How far the cells of an Excel file from before 2007 reach. Its reader lays out every sheet as soon as it opens the
//! file, so that two far-away cells on each of many sheets would ask for all the memory there is.
//!
//! The file is a compound file ([MS-CFB]): sectors, chained by an allocation table, with a directory of streams. The
//! stream `Workbook` is a sequence of records ([MS-XLS]); those of cells begin with row and column.

use std::io::Read;

use super::ReadSeek;
use super::foreign::Foreign;
use crate::error::{Code, Error, Result};

/// The largest file that is read: such a workbook has 65,536 rows a sheet at most.
const MAX_FILE: u64 = 64 << 20;
/// Sheets begin with this record.
pub(super) const BEGIN: u16 = 0x0809;
/// Records of one cell or several beside each other: formula, number, text, rounded number, truth or error.
const CELLS: [u16; 9] = [0x0006, 0x0203, 0x0204, 0x00d6, 0x00fd, 0x027e, 0x0205, 0x00bd, 0x00be];
/// The record in which a sheet says how far its cells reach.
const DIMENSIONS: u16 = 0x0200;
/// The record of merged cells: how many, then eight bytes of each.
const MERGED: u16 = 0x00e5;
/// The rows and columns that a sheet of such a file has at most.
const MOST_CELLS: u64 = 65_536 * 256;
/// Ends of a chain, and other marks that are no sector.
const LAST_SECTOR: u32 = 0xffff_fff9;

/// The stream of the workbook. What has no sheets, such as a workbook with a password, is refused.
pub(super) fn stream(file: &mut dyn ReadSeek) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::provider_hint(
            Code::TooLarge,
            format!("an old workbook of more than {MAX_FILE} bytes"),
            "save it as .xlsx, or export the sheet as CSV",
        ));
    }
    let file = Compound::of(&bytes).ok_or_else(|| Foreign::OldOffice.refused())?;
    // The reader follows a chain to its end, and would never come to it.
    if file.runs_in_a_circle() {
        return Err(Error::provider_hint(
            Code::DamagedArchive,
            "a damaged workbook: its sectors follow each other in a circle",
            "download it again, or save it as .xlsx",
        ));
    }
    file.workbook().ok_or_else(|| Foreign::OldOffice.refused())
}

/// Records from a place on, each with what it is and what it holds.
pub(super) fn records(stream: &[u8], begin: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = begin;
    std::iter::from_fn(move || {
        let (kind, length) = (short(stream, at)?, usize::from(short(stream, at.checked_add(2)?)?));
        let content = stream.get(at + 4..(at + 4 + length).min(stream.len()))?;
        at += 4 + length;
        Some((kind, content))
    })
}

/// How many cells the sheets span together.
pub(super) fn spanned(stream: &[u8]) -> u64 {
    let (mut all, mut rows, mut columns) = (0u64, 0u64, 0u64);
    for (kind, content) in records(stream, 0) {
        if kind == BEGIN {
            all += rows * columns;
            (rows, columns) = (0, 0);
        } else if CELLS.contains(&kind)
            && let (Some(row), Some(column)) = (short(content, 0), short(content, 2))
        {
            // Several cells: the last column stands at the end of the record.
            let several = matches!(kind, 0x00bd | 0x00be) && content.len() >= 6;
            let last = if several { short(content, content.len() - 2) } else { None };
            rows = rows.max(u64::from(row) + 1);
            columns = columns.max(u64::from(last.unwrap_or(column).max(column)) + 1);
        }
    }
    all + rows * columns
}

/// Whether a sheet says that it has more cells than there can be. Its reader makes room for as many as it says.
pub(super) fn says_too_many(stream: &[u8]) -> bool {
    records(stream, 0).filter(|(kind, _)| *kind == DIMENSIONS).any(|(_, content)| {
        let wide = |at: usize| long(content, at).map(u64::from);
        let narrow = |at: usize| short(content, at).map(u64::from);
        let bounds = match content.len() {
            10 => [narrow(0), narrow(2), narrow(4), narrow(6)],
            _ => [wide(0), wide(4), narrow(8), narrow(10)],
        };
        let [Some(first_row), Some(last_row), Some(first_column), Some(last_column)] = bounds else { return false };
        // Bounds in the wrong order are no less than too many.
        let rows = last_row.checked_sub(first_row).unwrap_or(u64::from(u32::MAX));
        // Its reader takes such columns for those from the first on.
        let columns = last_column.checked_sub(first_column).filter(|_| first_column <= 0xff).unwrap_or(last_column);
        (last_row > 0 && last_column > 0) && rows * columns > MOST_CELLS
    })
}

/// Whether a sheet says that it has more merged cells than follow. Its reader looks for them all the same.
pub(super) fn lacks_merged_cells(stream: &[u8]) -> bool {
    let merged = records(stream, 0).filter(|(kind, _)| *kind == MERGED);
    merged.into_iter().any(|(_, content)| short(content, 0).is_none_or(|number| content.len() < 2 + 8 * usize::from(number)))
}

struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    /// The next sector of each.
    next: Vec<u32>,
}

impl<'b> Compound<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let shift = short(bytes, 30)?;
        if !(7..=16).contains(&shift) {
            return None;
        }
        let mut file = Self { bytes, sector: 1 << shift, next: Vec::new() };
        // 109 sectors of the table are named in the header, more in sectors of their own.
        let mut tables: Vec<u32> = (0..109).map_while(|i| long(bytes, 76 + 4 * i)).collect();
        let mut more = long(bytes, 68)?;
        while more < LAST_SECTOR && tables.len() <= bytes.len() / file.sector {
            let sector = file.at(more)?;
            let names = sector.len() / 4 - 1;
            tables.extend((0..names).filter_map(|i| long(sector, 4 * i)));
            more = long(sector, 4 * names)?;
        }
        for table in tables.into_iter().filter(|table| *table < LAST_SECTOR) {
            let sector = file.at(table)?;
            let entries: Vec<u32> = (0..sector.len() / 4).filter_map(|i| long(sector, 4 * i)).collect();
            file.next.extend(entries);
        }
        Some(file)
    }

    fn at(&self, sector: u32) -> Option<&'b [u8]> {
        let start = (sector as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..start.checked_add(self.sector)?.min(self.bytes.len()))
    }

    /// The sectors of a chain in a row; a chain that runs in circles ends at the length of the file.
    fn chain(&self, first: u32) -> Vec<u8> {
        let (mut stream, mut sector) = (Vec::new(), first);
        while stream.len() < self.bytes.len()
            && let Some(part) = self.at(sector)
        {
            stream.extend_from_slice(part);
            sector = self.next.get(sector as usize).copied().unwrap_or(u32::MAX);
        }
        stream
    }

    /// Whether any of the chains that are named goes on for longer than there are sectors: those of the directory, of its
    /// streams, and of the table of small sectors.
    fn runs_in_a_circle(&self) -> bool {
        let directory = long(self.bytes, 48).unwrap_or(u32::MAX);
        let small = long(self.bytes, 60).unwrap_or(u32::MAX);
        let entries = self.chain(directory);
        let streams = entries.chunks_exact(128).filter_map(|entry| long(entry, 116));
        streams.chain([directory, small]).any(|first| {
            let steps = std::iter::successors(Some(first), |sector| self.next.get(*sector as usize).copied());
            steps.take_while(|sector| *sector < LAST_SECTOR).nth(self.next.len()).is_some()
        })
    }

    fn workbook(&self) -> Option<Vec<u8>> {
        let directory = self.chain(long(self.bytes, 48)?);
        let entry = directory.chunks_exact(128).find(|entry| {
            let length = usize::from(short(entry, 64).unwrap_or_default()).min(64);
            let name: String =
                entry[..length].chunks_exact(2).map(|pair| char::from(pair[0])).take_while(|letter| *letter != '\0').collect();
            name.eq_ignore_ascii_case("workbook") || name.eq_ignore_ascii_case("book")
        })?;
        Some(self.chain(long(entry, 116)?))
    }
}

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u16]) -> Vec<u8> {
        [&[kind, u16::try_from(2 * content.len()).unwrap()], content].concat().iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn sheets_count_together() {
        let sheet = [record(BEGIN, &[]), record(0x0203, &[9, 3, 0]), record(0x00bd, &[0, 1, 0, 0, 6])].concat();
        assert_eq!(spanned(&sheet), 10 * 7);
        assert_eq!(spanned(&[sheet.clone(), sheet].concat()), 2 * 10 * 7);
        assert_eq!(spanned(&record(0x0203, &[])), 0, "a record without content");
    }

    #[test]
    fn a_sheet_that_says_too_much() {
        let of = |first: u32, last: u32, columns: [u16; 2]| {
            let bounds = [first.to_le_bytes(), last.to_le_bytes()].concat();
            let words: Vec<u16> = bounds.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).chain(columns).collect();
            says_too_many(&[record(BEGIN, &[]), record(DIMENSIONS, &[&words[..], &[0]].concat())].concat())
        };
        assert!(!of(0, 65_536, [0, 256]) && !of(0, 0, [0, 0]) && !of(3, 40, [1, 9]) && !of(0, 0xffff_ffff, [0, 0]));
        assert!(of(0, 0x0100_0000, [0, 9]) && of(40, 3, [0, 9]) && of(0, 65_536, [0x4000, 0x5000]));
        assert!(says_too_many(&record(DIMENSIONS, &[0, 0xffff, 300, 299, 0])), "as before 1997");
    }

    #[test]
    fn merged_cells_that_are_not_there() {
        let merged = |content: &[u16]| lacks_merged_cells(&[record(BEGIN, &[]), record(MERGED, content)].concat());
        assert!(!merged(&[0]) && !merged(&[1, 2, 3, 4, 5]) && !merged(&[1, 2, 3, 4, 5, 6]));
        assert!(merged(&[]) && merged(&[1, 2, 3, 4]) && merged(&[0xffff, 2, 3, 4, 5]));
    }

    #[test]
    fn a_directory_without_an_end_is_left() {
        let mut bytes = vec![0; 4096];
        bytes[30] = 9;
        bytes[68..72].copy_from_slice(&u32::MAX.to_le_bytes());
        // The table says that each sector follows itself.
        bytes[80..508].fill(0xff);
        let file = Compound::of(&bytes).unwrap();
        assert!(file.workbook().is_none() && file.runs_in_a_circle());
        assert!(Compound::of(&bytes[..20]).is_none());
    }

    /// A reader that follows such a chain takes all the memory there is.
    #[test]
    fn sectors_in_a_circle_are_refused() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/itu/internet_use_sex_location_2018/ITU_by_gender_urban_rural_2021.xls");
        let good = fs_err::read(path).unwrap();
        assert!(stream(&mut std::io::Cursor::new(good.clone())).is_ok());
        let of = |at: usize| long(&good, at).unwrap();
        let (directory, workbook) = (of(48), Compound::of(&good).unwrap());
        let entries = workbook.chain(directory);
        let streams = entries.chunks_exact(128).filter_map(|entry| long(entry, 116)).filter(|first| *first < LAST_SECTOR);
        for first in streams.chain([directory]) {
            let mut bytes = good.clone();
            let entry = (of(76) as usize + 1) * workbook.sector + 4 * first as usize;
            bytes[entry..entry + 4].copy_from_slice(&first.to_le_bytes());
            let refused = stream(&mut std::io::Cursor::new(bytes)).unwrap_err().to_string();
            assert!(refused.contains("in a circle"), "{refused}");
        }
    }
}
