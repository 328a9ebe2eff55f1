//! One sheet of a workbook, XLSX or the older XLS, as rows of text. What a workbook inflates to and how far its cells reach is capped
//! before anything is laid out: a single far-away cell would ask for all the memory there is.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{Data, Reader, Xls, XlsError, Xlsx, XlsxError};

use super::ReadSeek;
use crate::error::{Code, Error, Result, suggestion};
use crate::sources::body::{archive, limits, old_workbook};

/// What all members of a workbook may inflate to together.
const MAX_INFLATED: u64 = 256 << 20;
/// Rows times columns that the cells with a value span.
const MAX_SPAN: u64 = 10_000_000;
/// A spreadsheet keeps up to 32,767 characters in a cell.
const MAX_TEXT: usize = 4 * 32_767;

/// Row -> column -> text, of the cells that hold something.
type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

pub struct Sheet {
    pub header: Vec<String>,
    /// Rows that are not empty, each as wide as the header, numbered from 1 below it.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// Whether a ZIP is a workbook.
pub fn is_in(file: &mut dyn ReadSeek) -> Result<bool> {
    let mut found = false;
    archive::for_each_member(file, &|name| name == "xl/workbook.xml", &mut |_, _| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// Whether a body is an Office file from before 2007.
pub fn is_old(file: &mut dyn ReadSeek) -> Result<bool> {
    let mut start = Vec::new();
    file.rewind()?;
    file.take(old_workbook::MAGIC.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == old_workbook::MAGIC)
}

/// The sheet of this name, or the first one.
pub fn read(file: &mut dyn ReadSeek, wanted: Option<&str>, header_row: usize) -> Result<Sheet> {
    let (name, mut rows) = if is_old(file)? {
        if old_workbook::span(file)? > MAX_SPAN {
            return Err(far_away("an old workbook"));
        }
        file.rewind()?;
        let mut book: Xls<_> = calamine::open_workbook_from_rs(std::io::BufReader::new(file)).map_err(|e: XlsError| bad(&e))?;
        let name = chosen(book.sheet_names(), wanted)?;
        let mut gathered = Gathered::of(&name);
        let range = book.worksheet_range(&name).map_err(|e| bad(&e))?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, data) in range.used_cells() {
            gathered.add(top + row as u32, left + column as u32, text(data))?;
        }
        (name.clone(), gathered.rows)
    } else {
        capped(file)?;
        file.rewind()?;
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::BufReader::new(file)).map_err(|e: XlsxError| bad(&e))?;
        let name = chosen(book.sheet_names(), wanted)?;
        let rows = cells(&mut book, &name)?;
        (name, rows)
    };
    let top = rows.first_key_value().map_or(0, |(row, _)| *row);
    let header_at = top.max(header_row as u32 - 1);
    let below = rows.split_off(&header_at);
    if below.is_empty() {
        return Err(Error::provider(Code::EmptyBody, format!("sheet `{name}` is empty")));
    }
    let header = below.get(&header_at).map(|cells| dense(cells, None)).unwrap_or_default();
    let rows = below.range(header_at + 1..).map(|(row, cells)| (row - header_at, dense(cells, Some(header.len()))));
    Ok(Sheet { rows: rows.filter(|(_, cells)| cells.iter().any(|c| !c.is_empty())).collect(), header })
}

fn chosen(sheets: Vec<String>, wanted: Option<&str>) -> Result<String> {
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|sheet| sheet.eq_ignore_ascii_case(wanted)),
        None => sheets.first(),
    };
    found.cloned().ok_or_else(|| match wanted {
        Some(wanted) => Error::Provider {
            code: Code::MissingColumn,
            message: format!("the workbook has no sheet `{wanted}`"),
            hint: suggestion(wanted, sheets.iter().map(String::as_str)),
        },
        None => Error::provider(Code::EmptyBody, "the workbook has no sheet"),
    })
}

fn cells<R: Read + Seek>(book: &mut Xlsx<R>, sheet: &str) -> Result<Cells> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|e| bad(&e))?;
    let mut gathered = Gathered::of(sheet);
    while let Some(found) = reader.next_cell().map_err(|e| bad(&e))? {
        let (row, column) = found.get_position();
        gathered.add(row, column, text(&Data::from(found.get_value().clone())))?;
    }
    Ok(gathered.rows)
}

/// Cells of one sheet, as long as they are such as a table has.
struct Gathered<'s> {
    sheet: &'s str,
    rows: Cells,
    first: u32,
    last: u32,
    width: u32,
    bytes: u64,
}

impl<'s> Gathered<'s> {
    fn of(sheet: &'s str) -> Self {
        Self { sheet, rows: Cells::new(), first: u32::MAX, last: 0, width: 0, bytes: 0 }
    }

    fn add(&mut self, row: u32, column: u32, text: String) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        (self.first, self.last, self.width) = (self.first.min(row), self.last.max(row), self.width.max(column.saturating_add(1)));
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
        Ok(())
    }
}

fn far_away(place: &str) -> Error {
    Error::provider_hint(
        Code::DamagedArchive,
        format!("{place}: a cell lies far outside of any table"),
        "clear that cell, or export the table as CSV",
    )
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

fn text(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string(),
        other => other.to_string().trim().to_owned(),
    }
}

/// Inflates every member once and throws it away: what the directory says of the sizes is not to be trusted.
fn capped(file: &mut dyn ReadSeek) -> Result<()> {
    let mut left = MAX_INFLATED;
    archive::for_each_member(file, &|_| true, &mut |_, reader| {
        let mut reader = limits::AtMost::new(reader, left);
        match std::io::copy(&mut reader, &mut std::io::sink()) {
            Ok(bytes) => left -= bytes,
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
}

fn bad(error: &dyn std::fmt::Display) -> Error {
    Error::provider_hint(
        Code::DamagedArchive,
        format!("the workbook cannot be read: {error}"),
        "save it again as .xlsx, or export the sheet as CSV",
    )
}
