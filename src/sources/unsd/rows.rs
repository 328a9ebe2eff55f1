//! The UN SDG database CSV: every bracket column belongs to the key, values are read as text, NUL bytes are dropped.

use std::collections::HashMap;
use std::io::Read;

use crate::error::{Code, Error, Result};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::Value;
use crate::sources::Parsed;
use crate::sources::body::csv::{CsvStream, Record};
use crate::sources::body::headings::{Header, shorten};
use crate::sources::body::{ReadSeek, csv_members};

pub(super) fn parse(file: &mut dyn ReadSeek, collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut count = 0;
    csv_members::read_each(file, collector, &mut |_, reader, collector| {
        count = rows(WithoutNul(reader), count, collector)?;
        Ok(())
    })?;
    Ok(Parsed::default())
}

/// Bracket columns that say how a value was made, not what it is about.
const ATTRIBUTES: [&str; 4] = ["[nature]", "[units]", "[observation status]", "[freq]"];

/// Columns without brackets. Any other one may be a dimension that has lost its brackets, and its breakdowns would
/// pass for totals.
const PLAIN: [&str; 17] = [
    "goal",
    "target",
    "indicator",
    "seriescode",
    "seriesdescription",
    "geoareacode",
    "geoareaname",
    "timeperiod",
    "value",
    "time_detail",
    "timecoverage",
    "upperbound",
    "lowerbound",
    "baseperiod",
    "source",
    "geoinfourl",
    "footnote",
];

/// Whether a header is that of the database.
pub(super) fn fits(header: &Header) -> bool {
    Columns::of(header).is_ok()
}

struct Columns {
    series: usize,
    area: usize,
    year: usize,
    value: usize,
    source: Option<usize>,
    footnote: Option<usize>,
    nature: Option<usize>,
    units: Option<usize>,
    status: Option<usize>,
    /// Those that belong to the key, by name in lower case.
    brackets: Vec<(String, usize)>,
}

impl Columns {
    fn of(header: &Header) -> Result<Self> {
        let columns = Self {
            series: header.require(&["SeriesCode"])?,
            area: header.require(&["GeoAreaCode"])?,
            year: header.require(&["TimePeriod"])?,
            value: header.require(&["Value"])?,
            source: header.column(&["Source"])?,
            footnote: header.column(&["FootNote"])?,
            nature: header.column(&["[Nature]"])?,
            units: header.column(&["[Units]"])?,
            status: header.column(&["[Observation Status]"])?,
            brackets: header
                .iter()
                .enumerate()
                .map(|(index, name)| (name.to_lowercase(), index))
                .filter(|(name, _)| name.starts_with('[') && !ATTRIBUTES.contains(&name.as_str()))
                .map(|(name, index)| Ok((name, header.only(index)?)))
                .collect::<Result<_>>()?,
        };
        let known = |name: &str| name.is_empty() || name.starts_with('[') || PLAIN.contains(&name.to_lowercase().as_str());
        match header.iter().find(|name| !known(name)) {
            None => Ok(columns),
            Some(unknown) => Err(Error::provider_hint(
                Code::MissingColumn,
                format!("line 1: unknown column `{unknown}`; the file has: {}", shorten(&header.join(", "), 300)),
                "a dimension stands in brackets, such as [Sex]: without them its breakdowns would pass for totals",
            )),
        }
    }
}

fn rows<R: Read>(reader: R, first: u32, collector: &mut Collector<'_>) -> Result<u32> {
    let mut csv = CsvStream::open(reader, b',', first)?;
    let columns = Columns::of(csv.header())?;
    let Columns { series, area, year, value, units, .. } = columns;
    let mut keys: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut packed = Vec::new();
    while let Some(record) = csv.read()? {
        collector.limits()?;
        let (number, record) = match record {
            Record::Torn(number, fields) => {
                collector.quarantine(number, Reason::FieldCount, fields);
                continue;
            }
            Record::Whole(number, record) => (number, record),
        };
        let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
        let text = |column: usize| String::from_utf8_lossy(cell(column)).into_owned();
        if cell(series).is_empty() {
            collector.quarantine(number, Reason::MissingCode, "no SeriesCode");
            continue;
        }
        packed.clear();
        for column in columns.brackets.iter().map(|(_, column)| *column).chain([series]).chain(units) {
            packed.extend_from_slice(cell(column));
            packed.push(0x1f);
        }
        let key = match keys.get(&packed) {
            Some(&key) => key,
            None => {
                let mut key = SeriesKey::total(text(series), unit_of(&units.map(text).unwrap_or_default()));
                for (name, column) in &columns.brackets {
                    place(&mut key, name, &text(*column));
                }
                let key = collector.series(key);
                keys.insert(packed.clone(), key);
                key
            }
        };
        let given = cell(value);
        let word = |column: Option<usize>| column.map(text).unwrap_or_default();
        let note = note_of(&word(columns.footnote), &word(columns.source));
        let (read, detail) = read_value(given, &word(columns.nature), &word(columns.status), note);
        let detail = collector.detail(&detail);
        collector.push(number, "unsd", cell(area), cell(year), key, detail, read);
    }
    Ok(csv.count())
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

/// `NaN`, `N`, blank are no value; `<5` is kept as it was published.
fn read_value<'a>(given: &'a [u8], nature: &str, status: &str, note: Option<String>) -> (Value<'a>, Detail) {
    let none = given.eq_ignore_ascii_case(b"nan") || given.eq_ignore_ascii_case(b"n");
    let reading = reading::read(if none { b"" } else { given }, Answers::Never);
    let status = match reading.obs_status {
        Some("O") => missing_status(nature, status),
        Some(bound) => bound,
        None => status_of(nature, status),
    };
    let obs_text = reading.text.then(|| String::from_utf8_lossy(given).into_owned());
    (reading.value, Detail { obs_status: status.into(), note, obs_text, correction: None })
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

/// Puts one bracket column into our dimensions; what is not one of ours goes to the breakdown.
fn place(key: &mut SeriesKey, name: &str, word: &str) {
    let total = matches!(word, "" | "_T" | "ALL" | "TOTAL");
    match name {
        "[sex]" if words::sex(word).is_some() => key.sex = words::sex(word).unwrap_or("_T").into(),
        "[age]" if words::age(word).is_some() => key.age = words::age(word).unwrap_or_default(),
        "[location]" if words::urbanisation(word).is_some() => key.urbanisation = words::urbanisation(word).unwrap_or("_T").into(),
        "[education level]" if words::education_level(word).is_some() => {
            key.education_level = words::education_level(word).unwrap_or("_T").into();
        }
        "[disability status]" if !total => key.disability = word.into(),
        // G (global monitoring) is the ordinary case; national reporting is another figure.
        "[reporting type]" if word == "G" || total => {}
        "[reporting type]" => extend(key, format!("REPORTING_{word}")),
        _ if total => {}
        _ => extend(key, word.into()),
    }
}

fn extend(key: &mut SeriesKey, word: String) {
    key.breakdown = if key.breakdown == "_T" { word } else { format!("{};{word}", key.breakdown) };
}

fn unit_of(units: &str) -> &str {
    match units {
        "PERCENT" => "PT",
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
