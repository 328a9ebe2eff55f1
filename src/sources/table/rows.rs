//! Any CSV or workbook, read through the column map of its data set: how a published file comes in without Rust.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::Read;

use crate::error::Result;
use crate::reference::areas::AreaHit;
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::{Value, parse_number, parse_year};
use crate::sources::Parsed;
use crate::sources::body::archive::{self, Kind};
use crate::sources::body::headings::{same, shorten};
use crate::sources::body::workbook::{Book, SPREAD};
use crate::sources::body::workbooks::{self, Workbooks};
use crate::sources::body::{ReadSeek, csv_members};
use crate::sources::table::about::{self, Known};
use crate::sources::table::columns;
use crate::sources::table::figures::{self, Figures};
use crate::sources::table::heading::Heading;
use crate::sources::table::map::{Column, TableMap, sentences};
use crate::sources::table::unmatched::{of_only, of_totals, words};
use crate::sources::table::written_numbers::{self, Written, figure, is_word};
use crate::sources::table::{sheets, spans, year_columns};
use crate::visible::clean;

pub(super) fn parse(file: &mut dyn ReadSeek, map: &TableMap, units: &[String], collector: &mut Collector<'_>) -> Result<Parsed> {
    let kind = archive::kind_of(file)?;
    if kind.is_old_office() {
        workbook(file, 0, map, units, collector)?;
        return Ok(Parsed::default());
    }
    if let Some(error) = archive::refuse(kind) {
        return Err(error);
    }
    match if kind == Kind::Zip { workbooks::of(file)? } else { Workbooks::None } {
        Workbooks::Itself => drop(workbook(file, 0, map, units, collector)?),
        Workbooks::Members => {
            let mut count = 0;
            let others = workbooks::for_each(file, &mut |book| {
                count = workbook(book, count, map, units, collector)?;
                Ok(())
            })?;
            collector.warnings.extend(csv_members::not_read("workbooks", &others, false));
        }
        Workbooks::None => {
            let mut count = 0;
            csv_members::read_each(file, collector, &mut |_, reader, collector| {
                count = csv(reader, count, map, units, collector)?;
                Ok(())
            })?;
        }
    }
    Ok(Parsed::default())
}

fn csv(reader: &mut dyn Read, first: u32, map: &TableMap, units: &[String], collector: &mut Collector<'_>) -> Result<u32> {
    let mut csv = map.csv_layout().open(reader, first)?;
    let layout = Layout::new(map, csv.header());
    let mut layout = layout.map_err(|error| {
        let below = csv.names_below(columns::LOOKED_AT, &|names| fits(map, names));
        columns::names_stand_in(error, map, below)
    })?;
    let mut csv = csv.with_figures(layout.figures.len());
    while let Some((number, record)) = csv.read(collector)? {
        // What a declared encoding has no letter for was replaced.
        let text = |cell| std::str::from_utf8(cell).ok().filter(|text| map.encoding.is_none() || !text.contains('\u{fffd}'));
        let figures = layout.lost_with(|column| record.get(column).is_some_and(|cell| !cell.trim_ascii().is_empty()));
        let cells: Option<Vec<&str>> = record.iter().map(|cell| text(cell).map(str::trim)).collect();
        match (cells, &map.encoding) {
            (Some(cells), _) if cells.iter().any(|cell| cell.trim_matches('\0').contains('\0')) => {
                collector.quarantine_all(figures, number, Reason::Encoding, "a zero byte among its letters: the file is damaged here");
            }
            (Some(cells), _) => layout.row(number, &cells, units, collector),
            (None, Some(encoding)) => collector.quarantine_all(figures, number, Reason::Encoding, &format!("text that is not {encoding}")),
            (None, None) => collector.quarantine_all(
                figures,
                number,
                Reason::Encoding,
                "text that is not UTF-8: say what it is, such as encoding = \"windows-1252\" of the data set",
            ),
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
fn workbook(file: &mut dyn ReadSeek, first: u32, map: &TableMap, units: &[String], collector: &mut Collector<'_>) -> Result<u32> {
    let mut book = Book::open(file, map.numbers.decimal)?;
    let mut count = first;
    for name in sheets::chosen(&mut book, map, collector, &|header| Layout::new(map, header).map(|_| ()))? {
        let names = sheets::names(&mut book, map, &name)?;
        let mut sheet = book.read(&name, map.header_row(), names.len())?;
        let mut layout = Layout::new(map, &names)?;
        collector.columns(&names);
        // Whose a figure is that stands in merged cells cannot be told.
        sheet.mark_filled(&layout.values());
        sheet.point_codes(&layout.values());
        for (number, cells) in &sheet.rows {
            collector.limits()?;
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            layout.row(count + number, &cells, units, collector);
        }
        layout.tell(collector);
        count += sheet.rows.last().map_or(0, |(number, _)| *number);
    }
    Ok(count)
}

struct Area<'m> {
    scheme: &'static str,
    code: String,
    /// The name as it stands, where a mark of a note was part of it.
    marked: Option<String>,
    status: Option<&'m str>,
}

/// Where each of our columns stands in this file.
pub(super) struct Layout<'m> {
    map: &'m TableMap,
    columns: Vec<(&'m str, Vec<usize>)>,
    constants: Vec<(&'m str, &'m str)>,
    figures: Vec<Figures<'m>>,
    /// Columns that are not read although their name has a year in it.
    unclear: Vec<figures::Unread>,
    only: Vec<(usize, &'m [String])>,
    known: Known,
    /// Numbers of unclear notation: how many, and the first with its record and the reason.
    unread: Option<(usize, String)>,
    /// Which words of each map, and last which totals, the file has.
    used: Vec<Vec<Cell<bool>>>,
    /// The maps whose column has other words.
    others: Vec<Cell<bool>>,
}

impl<'m> Layout<'m> {
    pub(super) fn new(map: &'m TableMap, header: &[String]) -> Result<Self> {
        let find = |heading: &Heading| columns::find(map, header, heading);
        let (mut columns, mut constants) = (Vec::new(), Vec::new());
        for (target, column) in &map.columns {
            match column {
                Column::From(names) => columns.push((target.as_str(), names.iter().map(&find).collect::<Result<Vec<_>>>()?)),
                Column::Constant(value) => constants.push((target.as_str(), value.as_str())),
            }
        }
        let only = map.only.iter().map(|(name, values)| Ok((find(&Heading::Name(name.clone()))?, values.as_slice())));
        let only = only.collect::<Result<Vec<_>>>()?;
        let taken: Vec<usize> =
            columns.iter().flat_map(|(_, places)| places).copied().chain(only.iter().map(|(place, _)| *place)).collect();
        let (figures, unclear) = figures::of(map, header, &taken)?;
        let known = columns.iter().filter(|(target, _)| Known::asks(target)).flat_map(|(_, places)| places).copied().collect();
        Ok(Self {
            known: Known::by(known),
            map,
            columns,
            constants,
            figures,
            unclear,
            only,
            unread: None,
            used: words(map).map(|(_, words)| words.iter().map(|_| Cell::new(false)).collect()).collect(),
            others: map.maps.iter().map(|_| Cell::new(false)).collect(),
        })
    }

    /// The columns that hold values.
    fn values(&self) -> Vec<usize> {
        let named = self.columns.iter().filter(|(target, _)| *target == "value").flat_map(|(_, places)| places).copied();
        self.figures.iter().map(|figures| figures.column).chain(named).collect()
    }

    /// How many figures are lost with a row: each that it would have given, unless it has no value at all.
    fn lost_with(&self, filled: impl Fn(usize) -> bool) -> usize {
        if self.figures.iter().any(|figures| filled(figures.column)) { self.figures.len() } else { 1 }
    }

    /// What was not read, and how it would be.
    pub(super) fn tell(self, collector: &mut Collector<'_>) {
        let unclear: Vec<String> = self.unclear.iter().filter_map(figures::Unread::told).collect();
        if !unclear.is_empty() {
            collector.warnings.push(format!(
                "not read, since the name says more than a year and a mark, or no `value_columns` has it: {}; rename a column that is a year, \
                 or name it in `columns` or `value_columns`",
                shorten(&unclear.join(", "), 300)
            ));
        }
        for ((name, words), used) in words(self.map).zip(&self.used) {
            let used = words.into_iter().zip(used).filter(|(_, used)| used.get()).map(|(word, _)| (name.to_string(), word.to_owned()));
            collector.matched.words.extend(used);
        }
        let others = self.map.maps.iter().zip(&self.others).filter(|(_, others)| others.get());
        collector.matched.others.extend(others.map(|((name, _), _)| name.clone()));
        if let Some((count, first)) = self.unread {
            collector.warnings.push(format!("{} set aside, such as {first}", crate::error::count(count, "number")));
        }
    }

    fn text(&self, target: &str, cells: &[&str]) -> Option<String> {
        self.raw(target, cells).map(|raw| self.mapped(target, &raw).unwrap_or(&raw).to_owned())
    }

    /// The code for a provider's word, where a map names it.
    fn mapped(&self, target: &str, word: &str) -> Option<&str> {
        let map = self.map.maps.iter().position(|(name, _)| name == target)?;
        let pairs = &self.map.maps[map].1;
        let Some(pair) = pairs.iter().position(|(from, _)| same(from, word)) else {
            // Values are no words that a map would have to name.
            self.others[map].set(self.others[map].get() || (target != "value" && !word.trim().is_empty()));
            return None;
        };
        self.used[map][pair].set(true);
        Some(&pairs[pair].1)
    }

    /// The code for a number that the map of values names, however the file writes it: `0` is `0.00`, too.
    fn mapped_number(&self, plain: &str) -> Option<&str> {
        let (map, (_, pairs)) = self.map.maps.iter().enumerate().find(|(_, (name, _))| name == "value")?;
        let number = parse_number(plain.as_bytes())?;
        let pair = pairs.iter().position(|(from, _)| parse_number(from.as_bytes()) == Some(number))?;
        self.used[map][pair].set(true);
        Some(&pairs[pair].1)
    }

    /// As the file has it; marks that cannot be seen are no part of an area, a year or a value, and zero bytes that fill up
    /// a field are none of a year or a value.
    fn raw(&self, target: &str, cells: &[&str]) -> Option<String> {
        let seen = |cell: &&str| match target {
            "ref_area" => clean(cell).into_owned(),
            "time_period" | "value" => figure(cell),
            _ => cell.trim().to_owned(),
        };
        Some(match self.columns.iter().find(|(name, _)| *name == target) {
            Some((_, indices)) => {
                let cells = indices.iter().filter_map(|i| cells.get(*i)).map(seen);
                if target == "note" { sentences(cells).join("; ") } else { cells.collect::<Vec<_>>().join(".") }
            }
            None => self.constants.iter().find(|(name, _)| *name == target)?.1.to_owned(),
        })
    }

    /// What stands below a table, such as its source: neither a year nor any value.
    fn is_remark(&self, cells: &[&str]) -> bool {
        let empty = |column: &usize| cells.get(*column).is_none_or(|cell| cell.trim().is_empty());
        let year = self.columns.iter().find(|(name, _)| *name == "time_period").map(|(_, places)| places);
        year.is_some_and(|places| places.iter().all(empty)) && self.values().iter().all(empty)
    }

    /// A row that the data set names as one of totals.
    fn is_total(&self, cells: &[&str]) -> bool {
        if self.map.totals.is_empty() {
            return false;
        }
        let area = self.raw("ref_area", cells).unwrap_or_default();
        let found = self.map.totals.iter().position(|pattern| sheets::matches(pattern.trim(), &area));
        found.inspect(|found| self.used[of_totals(self.map)][*found].set(true)).is_some()
    }

    /// Whose figures the row has. What a map gives may be a code of ours, whatever codes the file has.
    fn area(&self, cells: &[&str], collector: &mut Collector<'_>) -> Area<'m> {
        let raw = self.raw("ref_area", cells).unwrap_or_default();
        let given = self.map.scheme();
        let is_known = |hit| matches!(hit, AreaHit::Known(_) | AreaHit::NotCovered | AreaHit::Unlisted);
        let mut known = |scheme: &'static str, code: &str| is_known(collector.area(scheme, code.as_bytes()));
        let area = |scheme, code: &str| Area { scheme, code: code.to_owned(), marked: None, status: None };
        if let Some(mapped) = self.mapped("ref_area", &raw) {
            return area(if known("iso3", mapped) { "iso3" } else { given }, mapped);
        }
        let (plain, marks) = written_numbers::without_marks(&raw, &self.map.numbers);
        if !marks.is_empty() {
            let mapped = self.mapped("ref_area", &plain);
            let scheme = if mapped.is_some_and(|code| known("iso3", code)) { "iso3" } else { given };
            let mapped = mapped.unwrap_or(&plain);
            if known(scheme, mapped) {
                let status = marks.iter().rev().find_map(|(_, status)| status.as_deref());
                return Area { marked: Some(raw), status, ..area(scheme, mapped) };
            }
        }
        area(given, &raw)
    }

    pub(super) fn row(&mut self, number: u32, cells: &[&str], units: &[String], collector: &mut Collector<'_>) {
        let kept = |(place, (index, values)): (usize, &(usize, &[String]))| {
            let word = cells.get(*index).and_then(|cell| values.iter().position(|value| same(value, cell)));
            word.inspect(|word| self.used[of_only(self.map, place)][*word].set(true)).is_some()
        };
        if !self.only.iter().enumerate().all(kept) {
            return collector.heading();
        }
        let mut known = std::mem::take(&mut self.known);
        let about = known.of(cells, || about::read(self.map, &|target| self.text(target, cells)));
        self.known = known;
        let figures = self.lost_with(|column| cells.get(column).is_some_and(|cell| !cell.trim().is_empty()));
        let lost = |reason, what: &str, collector: &mut Collector<'_>| collector.quarantine_all(figures, number, reason, what);
        let key = match about {
            Ok(key) => key,
            Err((reason, what)) => return lost(reason, &what, collector),
        };
        if self.is_remark(cells) || self.is_total(cells) {
            return collector.heading();
        }
        self.unclear.iter_mut().for_each(|column| column.see(cells));
        let in_words = key.unit.is_empty();
        if !units.is_empty() && !in_words && !units.contains(&key.unit) {
            let what = format!("unit `{}` is not in units.csv: say what it means in maps.unit", key.unit);
            return lost(Reason::UnknownWord, &what, collector);
        }
        let Area { scheme, code: area, marked, status: of_area } = self.area(cells, collector);
        let stated = self.text("obs_status", cells).filter(|s| !s.is_empty());
        let status = stated.as_deref().map(|stated| words::OBS_STATUS.into_iter().find(|code| code.eq_ignore_ascii_case(stated)));
        if status == Some(None) {
            let what =
                format!("obs_status `{}` is no code of CL_OBS_STATUS: say what it means in maps.obs_status", stated.unwrap_or_default());
            return lost(Reason::UnknownWord, &what, collector);
        }
        let status = status.flatten();
        let edition = Some(key.edition.as_str()).filter(|e| !e.is_empty()).map(|e| format!("edition {e}"));
        let period = self.text("time_period", cells).unwrap_or_default();
        let year_columns::Period { year: period, marked: year_marked, status: of_year } = year_columns::of_cell(&period, &self.map.numbers);
        let marked = marked.into_iter().chain(year_marked.map(str::to_owned));
        let notes: Vec<String> = edition.into_iter().chain(self.text("note", cells).filter(|n| !n.is_empty())).chain(marked).collect();
        // Where the unit is one of numbers, a word is no answer.
        let numeric = !matches!(key.unit.as_str(), "YES_NO" | "_U" | "_Z" | "");
        let mut unread = Vec::new();
        let mut add = |key: &SeriesKey, year: &str, given: &str, marked: Option<&String>, of_column: Option<&str>| {
            let span = parse_year(year.as_bytes()).and_then(|year| spans::of(&self.map.spans, &key.series, year));
            let mapped = self.mapped("value", given);
            let written = match mapped {
                None if in_words => Ok(Written { plain: given.to_owned(), marks: Vec::new(), status: None }),
                None => written_numbers::read(given, &self.map.numbers, &key.unit),
                // What the map gives is in our notation, whatever the file's is.
                Some(code) => Ok(Written { plain: code.to_owned(), marks: Vec::new(), status: None }),
            };
            let mut written = match written {
                Ok(written) => written,
                Err(why) => {
                    let given = given.trim_end_matches(SPREAD);
                    collector.quarantine(number, Reason::BadValue, format!("{given}: {why}"));
                    return unread.push(format!("`{given}`: {why}"));
                }
            };
            let mapped = mapped.or_else(|| self.mapped_number(&written.plain).inspect(|code| written.plain = (*code).to_owned()));
            let word = is_word(&written.plain);
            let answers = if in_words { Answers::Always } else { [Answers::Never, Answers::Words][usize::from(word && !numeric)] };
            let reading = reading::read(written.plain.as_bytes(), answers);
            if word && numeric && matches!(reading.value, Value::Text(text) if !reading::not_finite(text)) {
                return collector.quarantine(number, Reason::UnknownWord, format!("value `{given}` is not in maps.value"));
            }
            let said = span.and_then(|span| span.note.as_ref());
            let beside = (!written.marks.is_empty()).then(|| given.to_owned());
            let note = sentences(notes.iter().chain(marked).chain(&beside).chain(said).map(String::as_str));
            let of_span = span.and_then(|span| span.obs_status.as_deref());
            let mut statuses = [of_span, written.status, status, of_column, of_year, of_area].into_iter().flatten();
            let status = match reading.obs_status {
                // The file may say why there is no value.
                Some("O") => statuses.find(|status| words::WITHOUT_A_VALUE.contains(status)).unwrap_or("O"),
                Some(bound) => bound,
                None => statuses.next().unwrap_or("A"),
            };
            // A status of no value beside a number: a zero stands for none, any other contradicts it.
            let is_denied = words::DENYING_A_VALUE.contains(&status);
            let Some(value) = (if is_denied { reading::denied(reading.value) } else { Some(reading.value) }) else {
                return collector.quarantine(number, Reason::BadValue, format!("{given} with obs_status {status}"));
            };
            let detail = collector.detail(&Detail {
                obs_status: status.to_owned(),
                note: (!note.is_empty()).then(|| note.join(", ")),
                obs_text: reading.text.then(|| mapped.unwrap_or(given).to_owned()),
                correction: None,
            });
            let series = match span.and_then(|span| span.becomes.clone()) {
                Some(series) => collector.series(SeriesKey { series, ..key.clone() }),
                None => collector.series(key),
            };
            collector.push(number, scheme, area.as_bytes(), year.as_bytes(), series, detail, value);
        };
        let cell = |column: usize| cells.get(column).map_or_else(String::new, |cell| figure(cell));
        for Figures { column, year, marked, status, about } in &self.figures {
            let year = year.map_or(Cow::Borrowed(&*period), |year| year.to_string().into());
            let about = about.map_or(Cow::Borrowed(&*key), |about| Cow::Owned(about.of(&key)));
            add(&about, &year, &cell(*column), marked.as_ref(), *status);
        }
        if self.figures.is_empty() {
            add(&key, &period, &self.raw("value", cells).unwrap_or_default(), None, None);
        }
        if let Some(first) = unread.first() {
            let (count, _) = self.unread.get_or_insert_with(|| (0, format!("{first}, in record {number}")));
            *count += unread.len();
        }
    }
}
