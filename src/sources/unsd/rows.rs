//! The UN SDG database CSV: every dimension belongs to the key, values are read as text, NUL bytes are dropped.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use crate::error::{Code, Error, Result};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::Value;
use crate::sources::Parsed;
use crate::sources::body::archive::{self, Kind};
use crate::sources::body::csv::CsvStream;
use crate::sources::body::headings::Header;
use crate::sources::body::workbook::Book;
use crate::sources::body::workbooks::{self, Workbooks};
use crate::sources::body::{ReadSeek, csv_members};
use crate::sources::unsd::columns::Columns;

/// Releases that are remembered; a file has one.
const MOST_RELEASES: usize = 10;

/// The series that a data set names.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    pub asked: &'n [String],
    /// Today's name of a series -> the one under which its rows stand.
    pub renamed: &'n [(String, String)],
}

impl<'n> Names<'n> {
    /// The name under which the rows of a series stand; none where nobody asked for it. The routes of the database write
    /// one name in different cases: `IT_USE_ii99`, `IT_USE_II99`.
    fn stands(self, given: &str) -> Option<&'n str> {
        let is_given = |name: &&str| name.eq_ignore_ascii_case(given);
        let named = self.asked.iter().chain(self.renamed.iter().map(|(_, stands)| stands)).map(String::as_str).find(is_given)?;
        Some(self.renamed.iter().find(|(today, _)| today == named).map_or(named, |(_, stands)| stands))
    }
}

pub(super) fn parse(file: &mut dyn ReadSeek, names: Names<'_>, collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut releases = BTreeSet::new();
    if archive::kind_of(file)? == Kind::Zip && workbooks::of(file)? == Workbooks::Itself {
        workbook(file, names, &mut releases, collector)?;
    } else {
        let mut count = 0;
        csv_members::read_each(file, collector, &mut |_, reader, collector| {
            count = rows(WithoutNul(reader), count, names, &mut releases, collector)?;
            Ok(())
        })?;
    }
    Ok(Parsed { releases, ..Parsed::default() })
}

/// Whether a header is that of the database.
pub(super) fn fits(header: &Header) -> bool {
    Columns::of(header).is_ok()
}

fn rows<R: Read>(reader: R, first: u32, names: Names<'_>, releases: &mut BTreeSet<String>, collector: &mut Collector<'_>) -> Result<u32> {
    let mut csv = CsvStream::open(reader, b',', first)?.with_notes();
    let mut rows = Rows::new(Columns::of(csv.header())?, names);
    while let Some((number, record)) = csv.read(collector)? {
        rows.add(number, &|column| record.get(column).unwrap_or_default(), collector);
    }
    releases.append(&mut rows.releases);
    Ok(csv.count())
}

/// The portal's export as XLSX: one sheet, the names of the columns in its first row.
fn workbook(file: &mut dyn ReadSeek, names: Names<'_>, releases: &mut BTreeSet<String>, collector: &mut Collector<'_>) -> Result<()> {
    let mut book = Book::open(file, '.')?;
    let name = book.sheets().into_iter().next().ok_or_else(|| Error::provider(Code::EmptyBody, "the workbook has no sheet"))?;
    let header = book.header(&name, 1)?;
    let sheet = book.read(&name, 1, header.len())?;
    collector.columns(&header);
    let mut rows = Rows::new(Columns::of(&Header::from(header))?, names);
    for (number, cells) in &sheet.rows {
        collector.limits()?;
        rows.add(*number, &|column| cells.get(column).map_or(&b""[..], |cell| cell.as_bytes()), collector);
    }
    releases.append(&mut rows.releases);
    Ok(())
}

/// Rows of one file, whatever holds it.
struct Rows<'n> {
    columns: Columns,
    names: Names<'n>,
    /// Series and dimensions as they stand in the file -> the series of the collector; none where nobody asked for it.
    keys: HashMap<Vec<u8>, Option<u32>>,
    packed: Vec<u8>,
    /// The releases that the rows are of.
    releases: BTreeSet<String>,
}

impl<'n> Rows<'n> {
    fn new(columns: Columns, names: Names<'n>) -> Self {
        Self { columns, names, keys: HashMap::new(), packed: Vec::new(), releases: BTreeSet::new() }
    }

    /// The series and breakdown of a row, if the data set names the series.
    fn key(&self, text: &dyn Fn(usize) -> String, collector: &mut Collector<'_>) -> Option<u32> {
        let name = text(self.columns.series);
        let Some(name) = self.names.stands(&name) else {
            // A code that cannot be seen as a whole is told as such.
            let is_seen = name.chars().all(|c| c.is_ascii_graphic());
            return (!is_seen).then(|| collector.series(SeriesKey::total(name, "_U")));
        };
        let mut key = SeriesKey::total(name, unit_of(&self.columns.units.map(text).unwrap_or_default()));
        for (name, column) in &self.columns.dimensions {
            place(&mut key, name, &text(*column));
        }
        Some(collector.series(key))
    }

    fn add<'r>(&mut self, number: u32, cells: &dyn Fn(usize) -> &'r [u8], collector: &mut Collector<'_>) {
        let Columns { series, area, year, value, units, .. } = self.columns;
        let cell = |column: usize| cells(column).trim_ascii();
        let text = |column: usize| String::from_utf8_lossy(cell(column)).into_owned();
        if cell(series).is_empty() {
            return collector.quarantine(number, Reason::MissingCode, "no SeriesCode");
        }
        if let Some((name, column)) = self.columns.strange.iter().find(|(_, column)| !cell(*column).is_empty()) {
            return collector.quarantine(number, Reason::UnknownWord, format!("`{}` in the unknown column `{name}`", text(*column)));
        }
        if let Some(column) = self.columns.multiplier.filter(|column| !matches!(cell(*column), b"" | b"1" | b"1.0")) {
            return collector.quarantine(number, Reason::UnknownWord, format!("a unit that is multiplied by `{}`", text(column)));
        }
        self.packed.clear();
        for column in self.columns.dimensions.iter().map(|(_, column)| *column).chain([series]).chain(units) {
            self.packed.extend_from_slice(cell(column));
            self.packed.push(0x1f);
        }
        if std::str::from_utf8(&self.packed).is_err() {
            return collector.quarantine(number, Reason::Encoding, "a series or a dimension that is not UTF-8");
        }
        let key = if let Some(&key) = self.keys.get(&self.packed) {
            key
        } else {
            let key = self.key(&text, collector);
            self.keys.insert(self.packed.clone(), key);
            key
        };
        let Some(key) = key else { return collector.quarantine(number, Reason::SeriesNotAsked, text(series)) };
        if let Some(column) = self.columns.release.filter(|column| !cell(*column).is_empty()) {
            let release = text(column);
            if !self.releases.contains(&release) && self.releases.len() < MOST_RELEASES {
                self.releases.insert(release);
            }
        }
        let given = cell(value);
        let word = |column: Option<usize>| column.map(text).unwrap_or_default();
        let note = note_of(&word(self.columns.footnote), &word(self.columns.source));
        let (nature, status) = (word(self.columns.nature), word(self.columns.status));
        let Some((read, detail)) = read_value(given, &nature, &status, note) else {
            let what = format!("{} with Nature `{nature}` and Observation Status `{status}`", text(value));
            return collector.quarantine(number, Reason::BadValue, what);
        };
        let detail = collector.detail(&detail);
        collector.push(number, "unsd", cell(area), cell(year), key, detail, read);
    }
}

/// Footnote and source in one text; empty parts left out.
fn note_of(footnote: &str, source: &str) -> Option<String> {
    match (footnote, source) {
        ("", "") => None,
        (footnote, "") => Some(footnote.to_owned()),
        ("", source) => Some(source.to_owned()),
        (footnote, source) => Some(format!("{footnote} [{source}]")),
    }
}

/// `NaN`, `N`, blank are no value; `<5` is kept as it was published. A zero of what is not relevant, or has a status of no
/// value, is none either; None for another number beside such a word.
fn read_value<'a>(given: &'a [u8], nature: &str, status: &str, note: Option<String>) -> Option<(Value<'a>, Detail)> {
    let absent = given.eq_ignore_ascii_case(b"nan") || given.eq_ignore_ascii_case(b"n");
    let reading = reading::read(if absent { b"" } else { given }, Answers::Never);
    let is_denied = nature == "N" || words::DENYING_A_VALUE.contains(&status);
    let value = if is_denied { reading::denied(reading.value)? } else { reading.value };
    let status = match reading.obs_status {
        Some("O") => missing_status(nature, status),
        Some(bound) => bound,
        None if matches!(value, Value::Missing) => missing_status(nature, status),
        None => status_of(nature, status),
    };
    let obs_text = reading.text.then(|| String::from_utf8_lossy(given).into_owned());
    Some((value, Detail { obs_status: status.into(), note, obs_text, correction: None }))
}

/// The status column says it in SDMX codes; where it says no more than `A`, an estimate shows in the nature.
fn status_of(nature: &str, status: &str) -> &'static str {
    const CODES: [&str; 14] = ["B", "D", "E", "F", "G", "I", "K", "N", "P", "Q", "S", "U", "V", "W"];
    match CODES.into_iter().find(|code| *code == status) {
        Some(code) => code,
        None if matches!(nature, "E" | "M") => "E",
        None => "A",
    }
}

fn missing_status(nature: &str, status: &str) -> &'static str {
    match ["L", "M", "O", "Q"].into_iter().find(|code| *code == status) {
        Some(code) => code,
        None if nature == "N" => "M",
        None => "O",
    }
}

/// Puts one dimension of theirs into ours; what is not one of ours goes to the breakdown.
fn place(key: &mut SeriesKey, name: &str, word: &str) {
    let total = matches!(word.to_ascii_uppercase().as_str(), "" | "_T" | "ALL" | "TOTAL");
    match name {
        "sex" if words::sex(word).is_some() => key.sex = words::sex(word).unwrap_or("_T").into(),
        "age" if words::age(word).is_some() => key.age = words::age(word).unwrap_or_default(),
        "location" if words::urbanisation(word).is_some() => key.urbanisation = words::urbanisation(word).unwrap_or("_T").into(),
        "education level" if words::education_level(word).is_some() => {
            key.education_level = words::education_level(word).unwrap_or("_T").into();
        }
        "disability status" if !total => key.disability = word.into(),
        // G (global monitoring) is the ordinary case; national reporting is another figure.
        "reporting type" if total || word.eq_ignore_ascii_case("G") || word.eq_ignore_ascii_case("Global") => {}
        "reporting type" => extend(key, format!("REPORTING_{word}")),
        _ if total => {}
        _ => extend(key, word.into()),
    }
}

fn extend(key: &mut SeriesKey, word: String) {
    key.breakdown = if key.breakdown == "_T" { word } else { format!("{};{word}", key.breakdown) };
}

fn unit_of(units: &str) -> &str {
    match units {
        "%" => "PT",
        _ if units.eq_ignore_ascii_case("percent") || units.eq_ignore_ascii_case("percentage") => "PT",
        "" => "_U",
        other => other,
    }
}

/// Drops NUL bytes, which occur inside some answers.
struct WithoutNul<R>(R);

impl<R: Read> Read for WithoutNul<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.0.read(buffer)?;
            if count == 0 || !buffer[..count].contains(&0) {
                return Ok(count);
            }
            let mut kept = 0;
            for index in 0..count {
                if buffer[index] != 0 {
                    buffer[kept] = buffer[index];
                    kept += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}
