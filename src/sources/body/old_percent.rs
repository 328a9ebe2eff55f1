//! Which cells of an Excel file from before 2007 are shown as percentages: its reader gives values alone.
//!
//! Of the records of the stream `Workbook` ([MS-XLS]) FORMAT spells a number format out, XF says which one a style has, and
//! BOUNDSHEET where a sheet begins. A cell names its style by its place among the XF records.

use std::collections::BTreeSet;

use super::old_workbook::{BEGIN, long, records, short};
use super::percent;

const END: u16 = 0x000a;
const FORMAT: u16 = 0x041e;
const STYLE: u16 = 0x00e0;
const SHEET: u16 = 0x0085;
/// A number, a rounded one, the result of a formula: one cell each; and several rounded numbers beside each other.
const ONE_CELL: [u16; 3] = [0x0203, 0x027e, 0x0006];
const SEVERAL_CELLS: u16 = 0x00bd;
/// `0%` and `0.00%`, which every file has without spelling them out.
const BUILT_IN: [u16; 2] = [9, 10];
/// The version of the files of Excel 97 to 2003, whose texts say of themselves how they are written.
const EXCEL_97: u16 = 0x0600;

/// Cells by row and column, from 0, of each sheet in their order.
pub(super) fn cells(stream: &[u8]) -> Vec<BTreeSet<(u32, u32)>> {
    let (mut formats, mut styles, mut sheets, mut version) = (BTreeSet::from(BUILT_IN), Vec::new(), Vec::new(), EXCEL_97);
    for (kind, content) in records(stream, 0).take_while(|(kind, _)| *kind != END) {
        match kind {
            BEGIN => version = short(content, 0).unwrap_or(EXCEL_97),
            FORMAT => {
                let spelt = spelt(content, version).unwrap_or_default();
                formats.extend(short(content, 0).filter(|_| percent::is_in(&spelt)));
            }
            STYLE => styles.push(short(content, 2).unwrap_or_default()),
            SHEET => sheets.push(long(content, 0).unwrap_or(u32::MAX)),
            _ => {}
        }
    }
    let styles: Vec<bool> = styles.iter().map(|format| formats.contains(format)).collect();
    sheets.into_iter().map(|begin| of_sheet(stream, begin as usize, &styles)).collect()
}

/// How a number format is written.
fn spelt(content: &[u8], version: u16) -> Option<String> {
    if version != EXCEL_97 {
        return Some(content.get(3..)?.iter().copied().map(char::from).collect());
    }
    let (wide, letters) = (content.get(4)? & 1 == 1, content.get(5..)?);
    let pairs = || letters.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(if wide { char::decode_utf16(pairs()).flatten().collect() } else { letters.iter().copied().map(char::from).collect() })
}

fn of_sheet(stream: &[u8], begin: usize, styles: &[bool]) -> BTreeSet<(u32, u32)> {
    let (mut found, mut depth) = (BTreeSet::new(), 0);
    let is_percent = |style: Option<u16>| style.and_then(|style| styles.get(usize::from(style))).copied().unwrap_or(false);
    for (kind, content) in records(stream, begin) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // What lies deeper is a drawing in the sheet.
            _ if depth != 1 => {}
            _ if ONE_CELL.contains(&kind) || kind == SEVERAL_CELLS => {
                let (Some(row), Some(first)) = (short(content, 0), short(content, 2)) else { continue };
                // Behind row and column a style and a number of four bytes for each cell; at the end the last column.
                let cells = if kind == SEVERAL_CELLS { content.len().saturating_sub(6) / 6 } else { 1 };
                let columns = (u32::from(first)..).zip((0..cells).map(|cell| short(content, 4 + 6 * cell)));
                found.extend(columns.filter(|(_, style)| is_percent(*style)).map(|(column, _)| (u32::from(row), column)));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes(), &u16::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Styles: general, built in, spelt out in one byte a letter and in two, and one whose sign is a letter in quotes.
    #[test]
    fn styles_of_cells() {
        let format = |number: u16, wide: u8, letters: &[u8]| record(FORMAT, &[&words(&[number, 0])[..], &[wide], letters].concat());
        let styles = [0, 9, 164, 165, 166].map(|format| record(STYLE, &words(&[0, format, 0])));
        let mut start = [record(BEGIN, &words(&[EXCEL_97, 5])), format(164, 0, b"0.0%"), format(165, 1, &words(&[48, 37]))].concat();
        start.extend([format(166, 0, b"0\"%\""), styles.concat()].concat());
        let place = u32::try_from(start.len() + 12 + 4).unwrap();
        let sheet = [
            record(BEGIN, &words(&[EXCEL_97, 16])),
            record(0x0203, &words(&[1, 2, 1, 0, 0, 0, 0])),
            record(0x0203, &words(&[2, 2, 0, 0, 0, 0, 0])),
            record(0x00bd, &words(&[3, 4, 0, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 7])),
            // A drawing with cells of its own.
            record(BEGIN, &words(&[EXCEL_97, 32])),
            record(0x0203, &words(&[9, 9, 1, 0, 0, 0, 0])),
            record(END, &[]),
            record(0x0006, &words(&[5, 0, 1, 0, 0, 0, 0])),
            record(END, &[]),
            record(0x0203, &words(&[8, 8, 1, 0, 0, 0, 0])),
        ];
        let bounds = record(SHEET, &[&place.to_le_bytes()[..], &[0; 4]].concat());
        let stream = [start, bounds, record(END, &[]), sheet.concat()].concat();
        assert_eq!(cells(&stream), [BTreeSet::from([(1, 2), (3, 5), (3, 6), (5, 0)])]);
        assert_eq!(cells(&stream[..40]), Vec::<BTreeSet<_>>::new(), "cut off");
    }
}
