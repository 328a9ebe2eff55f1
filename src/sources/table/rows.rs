//! Any CSV or XLSX, read through the column map of its data set: how a published file comes in without Rust.

use std::io::Read;

use crate::error::{Code, Error, Result, suggestion};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::parse_year;
use crate::sources::Parsed;
use crate::sources::body::archive::{self, Kind};
use crate::sources::body::csv::{CsvStream, Record, other_separator, skip_lines};
use crate::sources::body::{ReadSeek, csv_members, workbook};
use crate::sources::table::headings;
use crate::sources::table::map::{Column, TableMap};
use crate::sources::table::spans;
use crate::sources::table::value_columns::ValueColumn;

pub(super) fn parse(file: &mut dyn ReadSeek, map: &TableMap, collector: &mut Collector<'_>) -> Result<Parsed> {
    if workbook::is_old(file)? {
        workbook(file, map, collector)?;
        return Ok(Parsed::default());
    }
    let kind = archive::kind_of(file)?;
    if let Some(error) = archive::refuse(kind) {
        return Err(error);
    }
    let is_workbook = kind == Kind::Zip && workbook::is_in(file)?;
    if is_workbook {
        workbook(file, map, collector)?;
    } else {
        let mut count = 0;
        csv_members::read_each(file, collector, &mut |_, reader, collector| {
            count = csv(reader, count, map, collector)?;
            Ok(())
        })?;
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
    let mut reader = reader;
    skip_lines(&mut reader, map.header_row - 1)?;
    let mut csv = CsvStream::open(reader, map.delimiter, first)?.after_lines(map.header_row - 1);
    let layout = Layout::new(map, csv.header())?;
    while let Some(record) = csv.read()? {
        collector.limits()?;
        match record {
            Record::Torn(number, fields) => collector.quarantine(number, Reason::FieldCount, format!("{fields} fields")),
            Record::Whole(number, record) => {
                let cells: Option<Vec<String>> = record.iter().map(|c| std::str::from_utf8(c).ok().map(|t| t.trim().to_owned())).collect();
                match cells {
                    Some(cells) => layout.row(number, &cells, collector),
                    None => collector.quarantine(number, Reason::Encoding, "text that is not UTF-8"),
                }
            }
        }
    }
    Ok(csv.count())
}

/// Whether a header has the columns of the map.
pub(super) fn fits(map: &TableMap, header: &[String]) -> bool {
    Layout::new(map, header).is_ok()
}

fn workbook(file: &mut dyn ReadSeek, map: &TableMap, collector: &mut Collector<'_>) -> Result<()> {
    let mut above = Vec::new();
    for row in map.header_row + 1 - map.heading_rows..map.header_row {
        above.push(workbook::read(file, map.sheet.as_deref(), row)?.header);
    }
    let sheet = workbook::read(file, map.sheet.as_deref(), map.header_row)?;
    let layout = Layout::new(map, &headings::joined(&above, &sheet.header))?;
    for (number, cells) in &sheet.rows {
        layout.row(*number, cells, collector);
    }
    Ok(())
}

/// Where each of our columns stands in this file.
struct Layout<'m> {
    map: &'m TableMap,
    columns: Vec<(&'m str, Vec<usize>)>,
    constants: Vec<(&'m str, &'m str)>,
    years: Vec<(usize, i32)>,
    values: Vec<(usize, &'m ValueColumn)>,
    only: Vec<(usize, &'m [String])>,
}

impl<'m> Layout<'m> {
    fn new(map: &'m TableMap, header: &[String]) -> Result<Self> {
        let find = |name: &str| {
            header.iter().position(|h| h.trim().eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
                Error::provider_hint(
                    Code::MissingColumn,
                    format!(
                        "line {}: column `{name}` is missing; the file has: {}",
                        map.header_row,
                        crate::sources::body::csv::shorten(&header.join(", "), 300)
                    ),
                    other_separator(header)
                        .map(|sign| format!("the columns are separated by {sign}: say so with `delimiter` of the data set"))
                        .or_else(|| suggestion(name, header.iter().map(String::as_str)).filter(|s| s.starts_with("did")))
                        .unwrap_or_else(|| "mend `columns` of the data set".into()),
                )
            })
        };
        let (mut columns, mut constants) = (Vec::new(), Vec::new());
        for (target, column) in &map.columns {
            match column {
                Column::From(names) => columns.push((target.as_str(), names.iter().map(|n| find(n)).collect::<Result<Vec<_>>>()?)),
                Column::Constant(value) => constants.push((target.as_str(), value.as_str())),
            }
        }
        let years: Vec<(usize, i32)> = if map.years_as_columns {
            header
                .iter()
                .enumerate()
                .filter_map(|(index, name)| {
                    parse_year(name.trim().trim_start_matches("y_").trim_start_matches("Y_").as_bytes()).map(|y| (index, y))
                })
                .collect()
        } else {
            Vec::new()
        };
        if map.years_as_columns && years.is_empty() {
            return Err(Error::provider(Code::MissingColumn, "no column is a year, but `years_as_columns` is set"));
        }
        let values = map.value_columns.iter().map(|column| Ok((find(&column.column)?, column))).collect::<Result<_>>()?;
        let only = map.only.iter().map(|(name, values)| Ok((find(name)?, values.as_slice()))).collect::<Result<_>>()?;
        Ok(Self { map, columns, constants, years, values, only })
    }

    fn text(&self, target: &str, cells: &[String]) -> Option<String> {
        let raw = match self.columns.iter().find(|(name, _)| *name == target) {
            Some((_, indices)) => indices.iter().filter_map(|i| cells.get(*i)).map(|c| c.trim()).collect::<Vec<_>>().join("."),
            None => self.constants.iter().find(|(name, _)| *name == target)?.1.to_owned(),
        };
        Some(self.map.code(target, &raw).to_owned())
    }

    /// What stands below a table, such as its source: neither a year nor any value.
    fn is_remark(&self, cells: &[String]) -> bool {
        let empty = |column: &usize| cells.get(*column).is_none_or(|cell| cell.trim().is_empty());
        let places = |target: &str| self.columns.iter().find(|(name, _)| *name == target).map(|(_, places)| places);
        let no_year = places("time_period").is_some_and(|places| places.iter().all(empty));
        no_year && self.values.iter().map(|(column, _)| column).chain(places("value").into_iter().flatten()).all(empty)
    }

    fn row(&self, number: u32, cells: &[String], collector: &mut Collector<'_>) {
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
        let mut add = |key: &SeriesKey, year: &str, given: &str| {
            let span = parse_year(year.as_bytes()).and_then(|year| spans::of(&self.map.spans, &key.series, year));
            let given = self.map.code("value", given);
            let reading = reading::read(given.as_bytes(), if is_word(given) { Answers::Words } else { Answers::Never });
            let note: Vec<&str> = notes.iter().map(String::as_str).chain(span.and_then(|span| span.note.as_deref())).collect();
            let status = span.and_then(|span| span.obs_status.as_ref()).unwrap_or(&status);
            let detail = collector.detail(&Detail {
                obs_status: reading.obs_status.map_or_else(|| status.clone(), str::to_owned),
                note: (!note.is_empty()).then(|| note.join(", ")),
                obs_text: reading.text.then(|| given.to_owned()),
            });
            let mut key = key.clone();
            if let Some(series) = span.and_then(|span| span.becomes.as_ref()) {
                key.series.clone_from(series);
            }
            let series = collector.series(key);
            collector.push(number, scheme, area.as_bytes(), year.as_bytes(), series, detail, reading.value);
        };
        let cell = |column: usize| cells.get(column).map_or("", |c| c.trim());
        let year = self.text("time_period", cells).unwrap_or_default();
        if !self.years.is_empty() {
            self.years.iter().for_each(|(column, year)| add(&key, &year.to_string(), cell(*column)));
        } else if !self.values.is_empty() {
            self.values.iter().for_each(|(column, about)| add(&about.of(&key), &year, cell(*column)));
        } else {
            add(&key, &year, &self.text("value", cells).unwrap_or_default());
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
