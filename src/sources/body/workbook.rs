//! Sheets of a workbook, XLSX or the older XLS, as rows of text. What a workbook inflates to and how far its cells reach is capped
//! before anything is laid out: a single far-away cell would ask for all the memory there is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};

use super::{ReadSeek, archive, headings, limits, old_percent, old_workbook, percent};
use crate::error::{Code, Error, Result};

/// What all members of a workbook may inflate to together.
const MAX_INFLATED: u64 = 256 << 20;
/// Rows times columns that the cells with a value span.
const MAX_SPAN: u64 = 10_000_000;
/// Where a list of shared texts says how many there are.
const BEGINNING: u64 = 64 << 10;
/// A spreadsheet keeps up to 32,767 characters in a cell.
const MAX_TEXT: usize = 4 * 32_767;

/// Row -> column -> text.
type Rows = BTreeMap<u32, BTreeMap<u32, String>>;

pub struct Sheet {
    /// Rows that are not empty, each as wide as the names, numbered from 1 below them.
    pub rows: Vec<(u32, Vec<String>)>,
    /// Cells, by row and column, that have their text from the first of several merged ones, which is among them.
    filled: BTreeSet<(u32, usize)>,
    /// Cells that are numbers with decimals, which have the decimal sign of the data set.
    decimals: BTreeSet<(u32, usize)>,
}

/// Stands behind a figure of merged cells, in each of them.
pub const SPREAD: char = '\u{1f}';

impl Sheet {
    /// Gives the numbers of all other columns a point: those that are no figures are codes such as 2.1, whatever the sign is.
    pub fn point_codes(&mut self, figures: &[usize]) {
        for (row, cells) in &mut self.rows {
            for (column, cell) in cells.iter_mut().enumerate().filter(|(column, _)| !figures.contains(column)) {
                if self.decimals.contains(&(*row, column)) {
                    *cell = cell.replace(',', ".");
                }
            }
        }
    }

    /// Marks the figures of merged cells of these columns. A word, such as one for no value, is that of all of them.
    pub fn mark_filled(&mut self, columns: &[usize]) {
        for (row, cells) in &mut self.rows {
            for column in columns.iter().filter(|column| self.filled.contains(&(*row, **column))) {
                if let Some(cell) = cells.get_mut(*column).filter(|cell| cell.contains(|c: char| c.is_ascii_digit())) {
                    cell.push(SPREAD);
                }
            }
        }
    }
}

enum Kind<'b> {
    Xlsx(Xlsx<BufReader<&'b mut dyn ReadSeek>>),
    /// With the cells of each sheet that are shown as percentages.
    Xls(Xls<BufReader<&'b mut dyn ReadSeek>>, Vec<BTreeSet<(u32, u32)>>),
}

/// A workbook that was found to be of a bearable size.
pub struct Book<'b> {
    book: Kind<'b>,
    /// How the data set writes decimals, so that cells that are numbers and cells that are texts look alike.
    decimal: char,
}

impl<'b> Book<'b> {
    pub fn open(file: &'b mut dyn ReadSeek, decimal: char) -> Result<Self> {
        if archive::kind_of(file)?.is_old_office() {
            let stream = old_workbook::stream(file)?;
            if old_workbook::spanned(&stream) > MAX_SPAN {
                return Err(far_away("an old workbook"));
            }
            if old_workbook::says_too_many(&stream) {
                return Err(bad(&"a sheet says that it has more cells than a sheet can have"));
            }
            if old_workbook::lacks_merged_cells(&stream) {
                return Err(bad(&"a sheet says that it has more merged cells than there are"));
            }
            file.rewind()?;
            // The library ends in a panic at other records that are too short.
            let opened = catch_unwind(AssertUnwindSafe(|| calamine::open_workbook_from_rs(BufReader::new(file))));
            let book = opened.map_err(|_| bad(&"a record is not as long as it should be"))?.map_err(|e: XlsError| bad(&e))?;
            return Ok(Self { book: Kind::Xls(book, old_percent::cells(&stream)), decimal });
        }
        capped(file)?;
        file.rewind()?;
        let book = calamine::open_workbook_from_rs(BufReader::new(file)).map_err(|e: XlsxError| bad(&e))?;
        Ok(Self { book: Kind::Xlsx(book), decimal })
    }

    /// Names of the sheets with cells, in their order.
    pub fn sheets(&self) -> Vec<String> {
        self.named(|_| true)
    }

    /// Those of them that whoever opens the workbook does not see.
    pub fn hidden(&self) -> Vec<String> {
        self.named(|sheet| sheet.visible != SheetVisible::Visible)
    }

    fn named(&self, wanted: impl Fn(&calamine::Sheet) -> bool) -> Vec<String> {
        let sheets = match &self.book {
            Kind::Xlsx(book) => book.sheets_metadata(),
            Kind::Xls(book, _) => book.sheets_metadata(),
        };
        sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet && wanted(sheet)).map(|sheet| sheet.name.clone()).collect()
    }

    /// The names of the columns; none in a sheet that ends before. Without a row of names (0) they are numbers.
    pub fn header(&mut self, sheet: &str, header_row: usize) -> Result<Vec<String>> {
        let mut rows = self.cells(sheet, Some(header_row.max(1)))?.0;
        let header_at = header_at(&rows, header_row);
        self.fill(sheet, &mut rows)?;
        let names = rows.get(&header_at).map(header).unwrap_or_default();
        Ok(if header_row > 0 { names } else { (1..=names.len()).map(|place| place.to_string()).collect() })
    }

    /// The rows below the names; `width` is how many columns count.
    pub fn read(&mut self, sheet: &str, header_row: usize, width: usize) -> Result<Sheet> {
        let (mut rows, decimals) = self.cells(sheet, None)?;
        let header_at = header_at(&rows, header_row);
        let filled = self.fill(sheet, &mut rows)?;
        let below = rows.split_off(&header_at);
        if below.is_empty() {
            return Err(Error::provider(Code::EmptyBody, format!("sheet `{sheet}` is empty")));
        }
        // Without a row of names the first row is a record too.
        let first = header_at + u32::from(header_row > 0);
        let rows = below.range(first..).map(|(row, cells)| (row + 1 - first, dense(cells, Some(width))));
        let counted = |places: BTreeSet<(u32, usize)>| {
            places.into_iter().filter(|(row, _)| *row >= first).map(|(row, column)| (row + 1 - first, column)).collect()
        };
        Ok(Sheet {
            rows: rows.filter(|(_, cells)| cells.iter().any(|c| !c.is_empty())).collect(),
            filled: counted(filled),
            decimals: counted(decimals),
        })
    }

    /// Gives merged cells the text of the first one, which alone has it in the file: an area over the rows of its years.
    /// Rows without any cell of their own stay empty. In old workbooks merged cells stay as they are.
    fn fill(&mut self, sheet: &str, rows: &mut Rows) -> Result<BTreeSet<(u32, usize)>> {
        let mut filled = BTreeSet::new();
        let Kind::Xlsx(book) = &mut self.book else { return Ok(filled) };
        let width = rows.values().filter_map(|cells| cells.last_key_value()).map(|(column, _)| column + 1).max().unwrap_or(0);
        let mut bytes = 0;
        for merged in book.merge_cells_by_sheet_name(sheet).map_err(|e| bad(&e))? {
            let ((top, left), (bottom, right)) = (merged.start, merged.end);
            let Some(text) = rows.get(&top).and_then(|cells| cells.get(&left)).cloned() else { continue };
            if bottom < top {
                continue;
            }
            for (row, cells) in rows.range_mut(top..=bottom) {
                for column in left..(right.saturating_add(1)).min(width) {
                    bytes += text.len() as u64;
                    if bytes > MAX_INFLATED {
                        return Err(Error::provider_hint(
                            Code::TooLarge,
                            format!("sheet `{sheet}`: more text in merged cells than any table has"),
                            "do not trust this body",
                        ));
                    }
                    cells.entry(column).or_insert_with(|| text.clone());
                    filled.insert((*row, column as usize));
                }
            }
        }
        Ok(filled)
    }

    /// The cells that hold something, no further than the header when only that is asked for; and which of them are numbers
    /// that were given the decimal sign of the data set.
    fn cells(&mut self, sheet: &str, header_row: Option<usize>) -> Result<(Rows, BTreeSet<(u32, usize)>)> {
        let mut decimals = BTreeSet::new();
        let mut gathered = Gathered { sheet, header_row, rows: Rows::new(), first: u32::MAX, last: 0, width: 0, bytes: 0 };
        let mut empty = BTreeSet::new();
        match &mut self.book {
            Kind::Xlsx(book) => {
                let mut reader = book.worksheet_cells_reader(sheet).map_err(|e| bad(&e))?;
                let percents: Vec<bool> = reader.styles().iter().map(percent::is_shown).collect();
                while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|e| bad(&e))? {
                    let (row, column) = found.get_position();
                    if matches!(found.get_value(), DataRef::Empty) {
                        empty.insert((row, column));
                        continue;
                    }
                    let percent = percents.get(style).copied().unwrap_or(false);
                    let data = Data::from(found.get_value().clone());
                    if self.decimal != '.' && matches!(data, Data::Float(_)) {
                        decimals.insert((row, column as usize));
                    }
                    if !gathered.add(row, column, text(&data, self.decimal, percent))? {
                        break;
                    }
                }
                drop(reader);
                // A formula without a result, as programs that do not calculate write it, is no empty cell.
                if header_row.is_none() && !empty.is_empty() {
                    let mut reader = book.worksheet_cells_reader(sheet).map_err(|e| bad(&e))?;
                    while let Some(found) = reader.next_formula().map_err(|e| bad(&e))? {
                        let ((row, column), formula) = (found.get_position(), found.get_value());
                        // Cells without a formula come too.
                        let lost = !formula.is_empty() && empty.contains(&(row, column));
                        if lost && !gathered.add(row, column, format!("={formula}"))? {
                            break;
                        }
                    }
                }
            }
            Kind::Xls(book, percents) => {
                let place = book.sheets_metadata().iter().position(|other| other.name == sheet);
                let percents = place.and_then(|place| percents.get(place));
                let range = book.worksheet_range(sheet).map_err(|e| bad(&e))?;
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, data) in range.used_cells() {
                    let (row, column) = (beyond(top, row), beyond(left, column));
                    let percent = percents.is_some_and(|percents| percents.contains(&(row, column)));
                    if self.decimal != '.' && matches!(data, Data::Float(_)) {
                        decimals.insert((row, column as usize));
                    }
                    if !gathered.add(row, column, text(data, self.decimal, percent))? {
                        break;
                    }
                }
            }
        }
        Ok((gathered.rows, decimals))
    }
}

/// Cells of one sheet, as long as they are such as a table has.
struct Gathered<'s> {
    sheet: &'s str,
    header_row: Option<usize>,
    rows: Rows,
    first: u32,
    last: u32,
    width: u32,
    bytes: u64,
}

impl Gathered<'_> {
    /// Whether further cells are wanted.
    fn add(&mut self, row: u32, column: u32, text: String) -> Result<bool> {
        if text.is_empty() {
            return Ok(true);
        }
        (self.first, self.last, self.width) = (self.first.min(row), self.last.max(row), self.width.max(column.saturating_add(1)));
        if self.header_row.is_some_and(|header_row| row > self.first.max(before(header_row))) {
            return Ok(false);
        }
        let place = || format!("sheet `{}`, row {} and column {}", self.sheet, u64::from(row) + 1, u64::from(column) + 1);
        if (u64::from(self.last - self.first) + 1) * u64::from(self.width) > MAX_SPAN {
            return Err(far_away(&place()));
        }
        // One shared text may stand in many cells.
        self.bytes += text.len() as u64;
        if text.len() > MAX_TEXT || self.bytes > MAX_INFLATED {
            let what =
                if text.len() > MAX_TEXT { "no spreadsheet keeps so long a text in one cell" } else { "more text than any table has" };
            return Err(Error::provider_hint(Code::TooLarge, format!("{}: {what}", place()), "do not trust this body"));
        }
        self.rows.entry(row).or_default().insert(column, text);
        Ok(true)
    }
}

/// So many rows or columns further; one that no sheet has lies far outside of any table.
fn beyond(first: u32, more: usize) -> u32 {
    first.saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
}

/// The number of a row that is counted from 1, from 0.
fn before(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX).saturating_sub(1)
}

fn far_away(place: &str) -> Error {
    Error::provider_hint(
        Code::DamagedArchive,
        format!("{place}: a cell lies far outside of any table"),
        "clear that cell, or export the table as CSV",
    )
}

/// Where the names of the columns stand: not before the first row that holds something.
fn header_at(rows: &Rows, header_row: usize) -> u32 {
    rows.first_key_value().map_or(0, |(row, _)| *row).max(before(header_row))
}

fn header(cells: &BTreeMap<u32, String>) -> Vec<String> {
    dense(cells, None).iter().map(|name| headings::heading(name)).collect()
}

fn dense(cells: &BTreeMap<u32, String>, width: Option<usize>) -> Vec<String> {
    let width = width.unwrap_or_else(|| cells.last_key_value().map_or(0, |(column, _)| *column as usize + 1));
    let mut row = vec![String::new(); width];
    for (column, text) in cells {
        if let Some(slot) = row.get_mut(*column as usize) {
            slot.clone_from(text);
        }
    }
    row
}

/// A cell as it is read; a percentage as it is shown, since `45 %` is stored as 0.45.
fn text(cell: &Data, decimal: char, percent: bool) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Float(number) if percent => percent::shown(*number).replace('.', &decimal.to_string()),
        Data::Int(number) if percent => percent::shown(*number as f64),
        Data::Float(number) if decimal != '.' => number.to_string().replace('.', &decimal.to_string()),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(date) => date.split('T').next().unwrap_or(date).to_owned(),
        other => other.to_string().trim().to_owned(),
    }
}

/// Inflates every member once and throws it away: what the directory says of the sizes is not to be trusted.
fn capped(file: &mut dyn ReadSeek) -> Result<()> {
    let mut left = MAX_INFLATED;
    archive::for_each_member(file, &|_| true, &mut |_, reader| {
        let mut reader = limits::AtMost::new(reader, left);
        let mut start = Vec::new();
        let read = reader.by_ref().take(BEGINNING).read_to_end(&mut start);
        match read.and_then(|_| std::io::copy(&mut reader, &mut std::io::sink())) {
            Ok(rest) => {
                let bytes = rest + start.len() as u64;
                left -= bytes;
                // Its reader makes room for as many texts as it says that there are; each takes more than a byte.
                if texts_said(&start).is_some_and(|texts| texts > bytes) {
                    return Err(bad(&"it says that it has more texts than it has bytes"));
                }
            }
            Err(error) if limits::is_too_long(&error) => {
                return Err(Error::provider_hint(
                    Code::TooLarge,
                    format!("the workbook inflates beyond {MAX_INFLATED} bytes"),
                    "do not trust this body, or export the sheet as CSV",
                ));
            }
            Err(error) => return Err(limits::read_error(&error)),
        }
        Ok(())
    })
    .map(drop)
}

/// `<sst uniqueCount="12">`: how many texts the cells of the workbook share, at the beginning of a member.
fn texts_said(start: &[u8]) -> Option<u64> {
    let name = b"uniqueCount";
    let at = start.windows(name.len()).position(|window| window == name)?;
    let digits = start[at + name.len()..].iter().skip_while(|byte| b"= \"'\t\r\n".contains(byte)).take_while(|byte| byte.is_ascii_digit());
    // Beyond 64 bits there are too many as well.
    Some(digits.fold(0u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
}

fn bad(error: &dyn std::fmt::Display) -> Error {
    Error::provider_hint(
        Code::DamagedArchive,
        format!("the workbook cannot be read: {error}"),
        "save it again as .xlsx, or export the sheet as CSV",
    )
}
