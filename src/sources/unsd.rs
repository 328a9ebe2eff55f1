//! The UN SDG database CSV: every bracket column belongs to the key, values are read as text, NUL bytes are dropped.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

use super::Parsed;
use super::archive;
use super::csv_stream::{CsvStream, Record};
use crate::error::Result;
use crate::observe::collector::{Detail, Value, parse_number};
use crate::observe::quarantine::Reason;
use crate::observe::{Collector, SeriesKey, dimensions};

pub fn parse(file: File, collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut count = 0;
    archive::for_each_member(file, &|name| name.is_empty() || name.to_ascii_lowercase().ends_with(".csv"), &mut |_, reader| {
        count = rows(WithoutNul(reader), count, collector)?;
        Ok(())
    })?;
    Ok(Parsed::default())
}

/// Bracket columns that say how a value was made, not what it is about.
const ATTRIBUTES: [&str; 4] = ["[nature]", "[units]", "[observation status]", "[freq]"];

fn rows<R: Read>(reader: R, first: u32, collector: &mut Collector<'_>) -> Result<u32> {
    let mut csv = CsvStream::open(reader, b',', first)?;
    let series = csv.require(&["SeriesCode"])?;
    let area = csv.require(&["GeoAreaCode"])?;
    let year = csv.require(&["TimePeriod"])?;
    let value = csv.require(&["Value"])?;
    let (source, footnote) = (csv.column(&["Source"]), csv.column(&["FootNote"]));
    let (nature, units) = (csv.column(&["[Nature]"]), csv.column(&["[Units]"]));
    let brackets: Vec<(String, usize)> = csv
        .header()
        .iter()
        .enumerate()
        .map(|(index, name)| (name.to_lowercase(), index))
        .filter(|(name, _)| name.starts_with('[') && !ATTRIBUTES.contains(&name.as_str()))
        .collect();
    let mut keys: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut packed = Vec::new();
    while let Some(record) = csv.read()? {
        let (number, record) = match record {
            Record::Torn(number, fields) => {
                collector.quarantine(number, Reason::FieldCount, format!("{fields} fields"));
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
        for column in brackets.iter().map(|(_, column)| *column).chain([series]).chain(units) {
            packed.extend_from_slice(cell(column));
            packed.push(0x1f);
        }
        let key = match keys.get(&packed) {
            Some(&key) => key,
            None => {
                let mut key = SeriesKey::total(text(series), unit_of(&units.map(text).unwrap_or_default()));
                for (name, column) in &brackets {
                    place(&mut key, name, &text(*column));
                }
                let key = collector.series(key);
                keys.insert(packed.clone(), key);
                key
            }
        };
        let given = cell(value);
        let nature = nature.map(text).unwrap_or_default();
        let note = [footnote, source].into_iter().flatten().map(text).find(|t| !t.is_empty());
        let (read, detail) = read_value(given, &nature, note);
        let detail = collector.detail(&detail);
        collector.push(number, "unsd", cell(area), cell(year), key, detail, read);
    }
    Ok(csv.count())
}

/// `NaN`, `N`, blank are no value; `<5` is kept as it was published.
fn read_value<'a>(given: &'a [u8], nature: &str, note: Option<String>) -> (Value<'a>, Detail) {
    let none = given.is_empty() || given.eq_ignore_ascii_case(b"nan") || given.eq_ignore_ascii_case(b"n");
    let mut detail = Detail { obs_status: status_of(nature).into(), note, obs_text: None };
    if none {
        detail.obs_status = if nature == "N" { "M".into() } else { "O".into() };
        return (Value::Missing, detail);
    }
    let bound = given.first().is_some_and(|b| matches!(b, b'<' | b'>')) && parse_number(&given[1..]).is_some();
    if bound {
        detail.obs_status = "N".into();
        detail.obs_text = Some(String::from_utf8_lossy(given).into_owned());
        return (Value::Missing, detail);
    }
    (Value::Text(given), detail)
}

fn status_of(nature: &str) -> &'static str {
    match nature {
        "E" | "M" => "E",
        _ => "A",
    }
}

/// Puts one bracket column into our dimensions; what is not one of ours goes to the breakdown.
fn place(key: &mut SeriesKey, name: &str, word: &str) {
    let total = matches!(word, "" | "_T" | "ALL" | "TOTAL");
    match name {
        "[sex]" if dimensions::sex(word).is_some() => key.sex = dimensions::sex(word).unwrap_or("_T").into(),
        "[age]" if dimensions::age(word).is_some() => key.age = dimensions::age(word).unwrap_or_default(),
        "[location]" if dimensions::urbanisation(word).is_some() => {
            key.urbanisation = dimensions::urbanisation(word).unwrap_or("_T").into()
        }
        "[education level]" if dimensions::education_level(word).is_some() => {
            key.education_level = dimensions::education_level(word).unwrap_or("_T").into();
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
