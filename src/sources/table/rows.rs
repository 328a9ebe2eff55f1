//! Any CSV or workbook, read through the column map of its data set: how a published file comes in without Rust.

use std::io::Read;

use crate::error::{Code, Error, Result};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::parse_year;
use crate::sources::Parsed;
use crate::sources::body::archive::{self, Kind};
use crate::sources::body::csv::CsvStream;
use crate::sources::body::headings::shorten;
use crate::sources::body::workbook::Book;
use crate::sources::body::workbooks::{self, Workbooks};
use crate::sources::body::{ReadSeek, csv_members, title_rows};
use crate::sources::table::columns::{self, Year};
use crate::sources::table::map::{Column, TableMap};
use crate::sources::table::value_columns::ValueColumn;
use crate::sources::table::{sheets, spans, written_numbers, year_columns};

pub(super) fn parse(file: &mut dyn ReadSeek, map: &TableMap, collector: &mut Collector<'_>) -> Result<Parsed> {
    let kind = archive::kind_of(file)?;
    if kind.is_old_office() {
        workbook(file, 0, map, collector)?;
        return Ok(Parsed::default());
    }
    if let Some(error) = archive::refuse(kind) {
        return Err(error);
    }
    match if kind == Kind::Zip { workbooks::of(file)? } else { Workbooks::None } {
        Workbooks::Itself => drop(workbook(file, 0, map, collector)?),
        Workbooks::Members => {
            let mut count = 0;
            workbooks::for_each(file, &mut |book| {
                count = workbook(book, count, map, collector)?;
                Ok(())
            })?;
        }
        Workbooks::None => {
            let mut count = 0;
            csv_members::read_each(file, collector, &mut |_, reader, collector| {
                count = csv(reader, count, map, collector)?;
                Ok(())
            })?;
        }
    }
    Ok(Parsed::default())
}

fn csv(reader: &mut dyn Read, first: u32, map: &TableMap, collector: &mut Collector<'_>) -> Result<u32> {
    if map.heading_rows > 1 {
        return Err(Error::provider_hint(
            Code::MissingColumn,
            "this is text, and several rows of column names are read from workbooks only",
            "save it as a workbook, or with one row of names and without `heading_rows`",
        ));
    }
    let (reader, skipped) = title_rows::skip(reader, map.header_row - 1, map.delimiter)?;
    let mut csv = CsvStream::open(reader, map.delimiter, first)?.after_lines(skipped);
    let mut layout = Layout::new(map, csv.header())?;
    while let Some((number, record)) = csv.read(collector)? {
        let cells: Option<Vec<String>> = record.iter().map(|c| std::str::from_utf8(c).ok().map(|t| t.trim().to_owned())).collect();
        match cells {
            Some(cells) => layout.row(number, &cells, collector),
            None => collector.quarantine(number, Reason::Encoding, "text that is not UTF-8"),
        }
    }
    layout.tell(collector);
    Ok(csv.count())
}

/// Whether a header has the columns of the map.
pub(super) fn fits(map: &TableMap, header: &[String]) -> bool {
    Layout::new(map, header).is_ok()
}

/// The sheets of a workbook; gives the number of the last record.
fn workbook(file: &mut dyn ReadSeek, first: u32, map: &TableMap, collector: &mut Collector<'_>) -> Result<u32> {
    let mut book = Book::open(file, map.numbers.decimal)?;
    let mut count = first;
    for name in sheets::chosen(&mut book, map, collector, &|header| Layout::new(map, header).map(|_| ()))? {
        let mut sheet = book.read(&name, map.header_row)?;
        let mut layout = Layout::new(map, &sheets::names(&mut book, map, &name)?)?;
        // Whose a figure is that stands in merged cells cannot be told.
        let spread = sheet.clear_filled(&layout.values());
        if let Some((row, _)) = spread.first() {
            collector.warnings.push(format!(
                "sheet `{name}`: {} not read, since one figure stands in several merged cells, such as in record {}",
                crate::error::count(spread.len(), "value"),
                count + row
            ));
        }
        for (number, cells) in &sheet.rows {
            collector.limits()?;
            layout.row(count + number, cells, collector);
        }
        layout.tell(collector);
        count += sheet.rows.last().map_or(0, |(number, _)| *number);
    }
    Ok(count)
}

/// Where each of our columns stands in this file.
struct Layout<'m> {
    map: &'m TableMap,
    columns: Vec<(&'m str, Vec<usize>)>,
    constants: Vec<(&'m str, &'m str)>,
    years: Vec<Year>,
    breakdowns: Vec<(usize, &'m ValueColumn)>,
    /// Columns whose name has a year and something else.
    unclear: Vec<String>,
    only: Vec<(usize, &'m [String])>,
    /// Numbers of unclear notation: how many, and the first with its record and the reason.
    unread: Option<(usize, String)>,
}

impl<'m> Layout<'m> {
    fn new(map: &'m TableMap, header: &[String]) -> Result<Self> {
        let find = |name: &str| columns::find(map, header, name);
        let (mut columns, mut constants) = (Vec::new(), Vec::new());
        for (target, column) in &map.columns {
            match column {
                Column::From(names) => columns.push((target.as_str(), names.iter().map(|n| find(n)).collect::<Result<Vec<_>>>()?)),
                Column::Constant(value) => constants.push((target.as_str(), value.as_str())),
            }
        }
        let breakdowns = map.value_columns.iter().map(|column| Ok((find(&column.column)?, column))).collect::<Result<Vec<_>>>()?;
        let only = map.only.iter().map(|(name, values)| Ok((find(name)?, values.as_slice()))).collect::<Result<Vec<_>>>()?;
        let taken: Vec<usize> =
            columns.iter().flat_map(|(_, places)| places).copied().chain(only.iter().map(|(place, _)| *place)).collect();
        let (years, unclear) = if map.years_as_columns { columns::years(map, header, &taken)? } else { Default::default() };
        Ok(Self { map, columns, constants, years, breakdowns, unclear, only, unread: None })
    }

    /// The columns that hold values.
    fn values(&self) -> Vec<usize> {
        let named = self.columns.iter().filter(|(target, _)| *target == "value").flat_map(|(_, places)| places).copied();
        let breakdowns = self.breakdowns.iter().map(|(column, _)| *column);
        self.years.iter().map(|year| year.column).chain(breakdowns).chain(named).collect()
    }

    /// What was not read, and how it would be.
    fn tell(self, collector: &mut Collector<'_>) {
        if !self.unclear.is_empty() {
            collector.warnings.push(format!(
                "not read, since more than a year and a mark stands in the name: {}; rename a column that is one, or name it in `columns`",
                shorten(&self.unclear.join(", "), 300)
            ));
        }
        if let Some((count, first)) = self.unread {
            collector.warnings.push(format!("{} set aside, such as {first}", crate::error::count(count, "number")));
        }
    }

    fn text(&self, target: &str, cells: &[String]) -> Option<String> {
        self.raw(target, cells).map(|raw| self.map.code(target, &raw).to_owned())
    }

    /// As the file has it.
    fn raw(&self, target: &str, cells: &[String]) -> Option<String> {
        Some(match self.columns.iter().find(|(name, _)| *name == target) {
            Some((_, indices)) => indices.iter().filter_map(|i| cells.get(*i)).map(|c| c.trim()).collect::<Vec<_>>().join("."),
            None => self.constants.iter().find(|(name, _)| *name == target)?.1.to_owned(),
        })
    }

    /// What stands below a table, such as its source: neither a year nor any value.
    fn is_remark(&self, cells: &[String]) -> bool {
        let empty = |column: &usize| cells.get(*column).is_none_or(|cell| cell.trim().is_empty());
        let year = self.columns.iter().find(|(name, _)| *name == "time_period").map(|(_, places)| places);
        year.is_some_and(|places| places.iter().all(empty)) && self.values().iter().all(empty)
    }

    fn row(&mut self, number: u32, cells: &[String], collector: &mut Collector<'_>) {
        let kept = |(index, values): &(usize, &[String])| {
            cells.get(*index).is_some_and(|cell| values.iter().any(|v| v.eq_ignore_ascii_case(cell.trim())))
        };
        if !self.only.iter().all(kept) {
            return collector.heading();
        }
        let series = self.text("series", cells).unwrap_or_default();
        if series.is_empty() {
            return collector.quarantine(number, Reason::MissingCode, "no series");
        }
        let mut key = SeriesKey::total(series, self.text("unit", cells).filter(|u| !u.is_empty()).unwrap_or_else(|| "_U".into()));
        for name in crate::tables::schema::DIMENSIONS {
            let Some(word) = self.text(name, cells).filter(|w| !w.is_empty()) else { continue };
            if !self.map.knows(name, &word) {
                return collector.quarantine(number, Reason::UnknownWord, format!("{name} `{word}` is not in maps.{name}"));
            }
            if let Some(dimension) = key.dimension_mut(name) {
                *dimension = code_of(name, word);
            }
        }
        if self.is_remark(cells) {
            return collector.heading();
        }
        let scheme = scheme(&self.map.area_scheme);
        let area = self.text("ref_area", cells).unwrap_or_default();
        let status = self.text("obs_status", cells).filter(|s| !s.is_empty()).unwrap_or_else(|| "A".into());
        key.edition = self.text("edition", cells).unwrap_or_default();
        let edition = Some(key.edition.as_str()).filter(|e| !e.is_empty()).map(|e| format!("edition {e}"));
        let notes: Vec<String> = edition.into_iter().chain(self.text("note", cells).filter(|n| !n.is_empty())).collect();
        let mut unread = Vec::new();
        let mut add = |key: &SeriesKey, year: &str, given: &str, marked: Option<&String>| {
            let span = parse_year(year.as_bytes()).and_then(|year| spans::of(&self.map.spans, &key.series, year));
            let mapped = self.map.code("value", given);
            // What the map gives is in our notation, whatever the file's is.
            let plain = if mapped == given { written_numbers::plain(given, self.map.numbers) } else { Ok(mapped.into()) };
            let plain = match plain {
                Ok(plain) => plain,
                Err(why) => {
                    collector.quarantine(number, Reason::BadValue, format!("{given}: {why}"));
                    return unread.push(format!("`{given}`: {why}"));
                }
            };
            let reading = reading::read(plain.as_bytes(), if is_word(&plain) { Answers::Words } else { Answers::Never });
            let said = span.and_then(|span| span.note.as_ref());
            let note: Vec<&str> = notes.iter().chain(marked).chain(said).map(String::as_str).collect();
            let status = span.and_then(|span| span.obs_status.as_ref()).unwrap_or(&status);
            let detail = collector.detail(&Detail {
                obs_status: reading.obs_status.map_or_else(|| status.clone(), str::to_owned),
                note: (!note.is_empty()).then(|| note.join(", ")),
                obs_text: reading.text.then(|| mapped.to_owned()),
                correction: None,
            });
            let mut key = key.clone();
            if let Some(series) = span.and_then(|span| span.becomes.as_ref()) {
                key.series.clone_from(series);
            }
            let series = collector.series(key);
            collector.push(number, scheme, area.as_bytes(), year.as_bytes(), series, detail, reading.value);
        };
        let cell = |column: usize| cells.get(column).map_or("", |c| c.trim());
        let period = self.text("time_period", cells).unwrap_or_default();
        let period = year_columns::year_of_date(&period).unwrap_or(&period);
        for Year { column, year, marked } in &self.years {
            add(&key, &year.to_string(), cell(*column), marked.as_ref());
        }
        for (column, about) in &self.breakdowns {
            add(&about.of(&key), period, cell(*column), None);
        }
        if self.years.is_empty() && self.breakdowns.is_empty() {
            add(&key, period, &self.raw("value", cells).unwrap_or_default(), None);
        }
        if let Some(first) = unread.first() {
            let (count, _) = self.unread.get_or_insert_with(|| (0, format!("{first}, in record {number}")));
            *count += unread.len();
        }
    }
}

/// Yes/no and other answers in words are kept as text.
fn is_word(given: &str) -> bool {
    given.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || matches!(c, '-' | '_' | ',')) && given.chars().any(char::is_alphabetic)
}

fn code_of(name: &str, word: String) -> String {
    let known = match name {
        "sex" => words::sex(&word).map(str::to_owned),
        "age" => words::age(&word),
        "urbanisation" => words::urbanisation(&word).map(str::to_owned),
        "education_level" => words::education_level(&word).map(str::to_owned),
        _ => None,
    };
    known.unwrap_or(word)
}

fn scheme(name: &str) -> &'static str {
    match name {
        "m49" => "m49",
        "itu" => "itu",
        "unctad" => "unctad",
        "uis" => "uis",
        "unsd" => "unsd",
        "worldbank" => "worldbank",
        "eurostat" => "eurostat",
        "name" => "name",
        _ => "iso3",
    }
}
