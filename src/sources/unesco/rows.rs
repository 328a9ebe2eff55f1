//! UNESCO Institute for Statistics: the bulk SDG/OPRI archive and the answers of the Data API.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::codes::{income_vintage, month_of, series_key, status_of, unit_of_label, unknown_flag};
use crate::error::{Code, Error, Result};
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::series_key::Detail;
use crate::rows::value::Value;
use crate::sources::Parsed;
use crate::sources::body::archive::{self, Kind};
use crate::sources::body::csv::{CsvStream, next_number};
use crate::sources::body::{ReadSeek, limits};

/// `asked` are the indicators that the data set names; none of an archive, which has whatever it has.
pub(super) fn parse(file: &mut dyn ReadSeek, name: &str, asked: Option<&[String]>, collector: &mut Collector<'_>) -> Result<Parsed> {
    let kind = archive::kind_of(file)?;
    if let Some(error) = archive::refuse(kind) {
        return Err(error);
    }
    let mut rows = Rows { asked, ..Rows::default() };
    match kind {
        Kind::Json => rows.answer(file, collector).map(|()| Parsed::default()),
        Kind::Zip | Kind::SevenZip => archive_body(file, &mut rows, collector),
        Kind::Gzip => {
            let remark = archive::for_each_member(file, &|_| true, &mut |_, reader| rows.table(reader, name, collector))?;
            collector.warnings.extend(remark.map(str::to_owned));
            Ok(Parsed::default())
        }
        _ => {
            let mut reader = archive::text_reader(file, kind)?;
            rows.table(&mut reader, name, collector).map(|()| Parsed::default())
        }
    }
}

/// A bulk archive (national and regional data, labels) or an export (one data file in a folder).
fn archive_body(file: &mut dyn ReadSeek, rows: &mut Rows<'_>, collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut parsed = Parsed::default();
    let mut regions = false;
    // `data.csv` of an export in its folder; SDG_METADATA.csv is something else.
    let export = |name: &str| name.rsplit('/').next().is_some_and(|file| matches!(file, "data.csv" | "data.json"));
    let ends = |name: &str, end: &str| name.to_ascii_lowercase().ends_with(end);
    archive::for_each_member(
        file,
        &|name| ends(name, "_label.csv") || ends(name, "_region.csv") || ends(name, ".md"),
        &mut |name, reader| {
            if ends(name, "_label.csv") {
                return rows.labels(reader);
            }
            if ends(name, "_region.csv") {
                regions = true;
            } else if let Some(at) = name.to_ascii_uppercase().find("RELEASE_") {
                // `SDG_README_RELEASE_2026_February.md` carries the release in its name; other notes may lie beside it.
                parsed.vintage = Some(name[at + 8..].trim_end_matches(".md").replace('_', " "));
            }
            Ok(())
        },
    )?;
    let mut found = false;
    archive::for_each_member(
        file,
        &|name| ends(name, "_data_national.csv") || ends(name, "_data_regional.csv") || export(name),
        &mut |name, reader| {
            found = true;
            if !export(name) {
                parsed.members.push(name.rsplit('/').next().unwrap_or(name).to_ascii_uppercase());
            }
            if ends(name, ".json") { rows.answer(reader, collector) } else { rows.table(reader, name, collector) }
        },
    )?;
    let has = |end: &str| parsed.members.iter().any(|name| name.ends_with(end));
    let (national, regional) = (has("_DATA_NATIONAL.CSV"), has("_DATA_REGIONAL.CSV"));
    let missing = match (found, national, regional) {
        (false, ..) => Some(("the archive has no data file", "expected .._DATA_NATIONAL.csv, or data.csv of an export")),
        (_, false, true) => Some((
            "the archive has data of regions, but no file .._DATA_NATIONAL.csv",
            "without it all figures of economies would vanish: pull again, or wait for the next release",
        )),
        (_, true, false) if regions => Some((
            "the archive lists regions, but has no file .._DATA_REGIONAL.csv with their data",
            "without it all aggregates of UIS would vanish: pull again, or wait for the next release",
        )),
        _ => None,
    };
    if let Some((what, hint)) = missing {
        return Err(Error::provider_hint(Code::NoDataFile, what, hint));
    }
    if national && !regional {
        collector.warnings.push("the archive has no file .._DATA_REGIONAL.csv: no aggregates of UIS".into());
    }
    Ok(parsed)
}

/// One answer of `/data/indicators`, read record by record: it may have millions.
struct Answer<'a> {
    hints: &'a mut Option<Vec<Hint>>,
    each: &'a mut dyn FnMut(ApiRecord) -> Result<()>,
}

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = Result<()>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Result<()>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = Result<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer with `records`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Result<()>, A::Error> {
        let mut outcome = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "hints" => *self.hints = map.next_value()?,
                "records" if outcome.is_some() => return Err(serde::de::Error::duplicate_field("records")),
                "records" => outcome = Some(map.next_value_seed(limits::Each::new(&mut *self.each))?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        outcome.ok_or_else(|| serde::de::Error::missing_field("records"))
    }
}

#[derive(Deserialize)]
struct Hint {
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiRecord {
    indicator_id: String,
    geo_unit: String,
    #[serde(deserialize_with = "limits::json_text")]
    year: String,
    value: Option<f64>,
    #[serde(default)]
    magnitude: Option<String>,
    #[serde(default)]
    qualifier: Option<String>,
    #[serde(default)]
    footnotes: Option<Vec<Footnote>>,
}

#[derive(Deserialize)]
struct Footnote {
    #[serde(default)]
    value: Option<String>,
}

/// A record as any route gives it.
struct Row<'a> {
    number: u32,
    series: u32,
    area: &'a [u8],
    year: &'a [u8],
    /// `MAGNITUDE|QUALIFIER`
    flags: &'a [u8],
    footnote: Option<String>,
}

#[derive(Default)]
struct Rows<'n> {
    asked: Option<&'n [String]>,
    units: HashMap<String, &'static str>,
    series: HashMap<Box<[u8]>, u32>,
    details: HashMap<Box<[u8]>, (u32, Effect)>,
    count: u32,
}

/// What MAGNITUDE does to the value.
#[derive(Clone, Copy, PartialEq)]
enum Effect {
    Keep,
    Zero,
    Null,
}

impl Rows<'_> {
    /// Units from the labels; codes are padded with blanks in exactly the series that matter.
    fn labels(&mut self, reader: &mut dyn Read) -> Result<()> {
        let mut csv = CsvStream::open(reader, b',', 0)?;
        let (code, label) = (csv.header().require(&["INDICATOR_ID"])?, csv.header().require(&["INDICATOR_LABEL_EN"])?);
        while let Some((_, record)) = csv.look()? {
            let text = |column| String::from_utf8_lossy(record.get(column).unwrap_or_default()).trim().to_owned();
            self.units.insert(text(code), unit_of_label(&text(label)));
        }
        Ok(())
    }

    /// A data table of the bulk archive or an export.
    fn table(&mut self, reader: &mut dyn Read, name: &str, collector: &mut Collector<'_>) -> Result<()> {
        let mut csv = CsvStream::open(reader, b',', self.count).map_err(|e| match e {
            Error::Provider { code, message, hint } => Error::Provider { code, message: format!("{name}: {message}"), hint },
            other => other,
        })?;
        let code = csv.header().require(&["INDICATOR_ID", "indicatorId"])?;
        let area = csv.header().require(&["COUNTRY_ID", "REGION_ID", "geoUnit"])?;
        let year = csv.header().require(&["YEAR"])?;
        let value = csv.header().require(&["VALUE"])?;
        // Without the flags, `not applicable` would pass for zero.
        let (magnitude, qualifier) = (csv.header().require(&["MAGNITUDE"])?, csv.header().require(&["QUALIFIER"])?);
        let mut key = Vec::new();
        // The indicator of the record before, and its series: none before the first, whose code may be missing.
        let mut last: Option<(Vec<u8>, u32)> = None;
        while let Some((number, record)) = csv.read(collector)? {
            let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
            let indicator = cell(code);
            let known = last.as_ref().filter(|(code, _)| code == indicator).map(|(_, series)| *series);
            let series = match known.map_or_else(|| self.series(indicator, collector), Ok) {
                Ok(series) => series,
                Err(reason) => {
                    collector.quarantine(number, reason, String::from_utf8_lossy(indicator));
                    continue;
                }
            };
            if known.is_none() {
                last = Some((indicator.to_vec(), series));
            }
            key.clear();
            key.extend_from_slice(cell(magnitude));
            key.push(b'|');
            key.extend_from_slice(cell(qualifier));
            let given = cell(value);
            let value = if given.is_empty() { Value::Missing } else { Value::Text(given) };
            let row = Row { number, series, area: cell(area), year: cell(year), flags: &key, footnote: None };
            self.row(&row, value, collector);
        }
        self.count = csv.count();
        Ok(())
    }

    fn answer(&mut self, reader: impl Read, collector: &mut Collector<'_>) -> Result<()> {
        let mut hints = None;
        let mut each = |record| self.record(record, collector);
        limits::json_with(reader, Answer { hints: &mut hints, each: &mut each })??;
        for Hint { code, message } in hints.into_iter().flatten() {
            if code.ends_with("::001") || code.ends_with("::003") {
                return Err(Error::provider_hint(
                    Code::CodeUnknownToUis,
                    format!("{code}: {message}"),
                    "correct the code in the data set; nothing was taken from this answer",
                ));
            }
            // A code that is known and has no data in the years asked for is answered too; where the hint does not say which, any.
            if code.ends_with("::004") {
                let asked = || self.asked.into_iter().flatten().map(|one| one.trim());
                let is_named = |one: &&str| message.split([' ', '=', ',']).any(|word| word == *one);
                let named = asked().any(|one| is_named(&one));
                asked().filter(|one| !named || is_named(one)).for_each(|one| collector.code(one));
            }
        }
        Ok(())
    }

    fn record(&mut self, record: ApiRecord, collector: &mut Collector<'_>) -> Result<()> {
        collector.limits()?;
        self.count = next_number(self.count)?;
        let series = match self.series(record.indicator_id.trim().as_bytes(), collector) {
            Ok(series) => series,
            Err(reason) => {
                collector.quarantine(self.count, reason, record.indicator_id);
                return Ok(());
            }
        };
        let flag = |given: Option<String>| given.unwrap_or_default().trim().to_owned();
        let flags = format!("{}|{}", flag(record.magnitude), flag(record.qualifier));
        let notes: Vec<String> = record.footnotes.unwrap_or_default().into_iter().filter_map(|f| f.value).collect();
        let row = Row {
            number: self.count,
            series,
            area: record.geo_unit.trim().as_bytes(),
            year: record.year.as_bytes(),
            flags: flags.as_bytes(),
            footnote: (!notes.is_empty()).then(|| notes.join("; ")),
        };
        self.row(&row, record.value.map_or(Value::Missing, Value::Number), collector);
        Ok(())
    }

    /// One record of any route.
    fn row(&mut self, row: &Row<'_>, given: Value<'_>, collector: &mut Collector<'_>) {
        let (mut detail, effect) = self.flags(row.flags, collector);
        let value = match effect {
            Effect::Null | Effect::Zero if !matches!(given, Value::Missing) && given.number() != Some(0.0) => {
                let flags = String::from_utf8_lossy(row.flags);
                let magnitude = flags.split('|').next().unwrap_or_default();
                return collector.quarantine(row.number, Reason::BadValue, format!("{given} with MAGNITUDE {magnitude}"));
            }
            Effect::Null => Value::Missing,
            Effect::Zero => Value::Number(0.0),
            Effect::Keep => given,
        };
        let empty = matches!(value, Value::Missing) && effect == Effect::Keep;
        let area = std::str::from_utf8(row.area).unwrap_or_default();
        let vintage = income_vintage(area);
        if empty || vintage.is_some() || row.footnote.is_some() {
            let mut full = status_of(&String::from_utf8_lossy(row.flags).to_uppercase());
            if empty {
                full = Detail::status("O");
            }
            let classification = vintage.map(|vintage| format!("classification of {vintage}"));
            let notes: Vec<String> = [row.footnote.clone().or(full.note.take()), classification].into_iter().flatten().collect();
            full.note = (!notes.is_empty()).then(|| notes.join("; "));
            detail = collector.detail(&full);
        }
        let first = collector.accepted();
        collector.push(row.number, "uis", row.area, row.year, row.series, detail, value);
        if let Some(vintage) = vintage {
            collector.dated(first, month_of(vintage));
        }
    }

    /// The series of an indicator, or why its rows are set aside.
    fn series(&mut self, code: &[u8], collector: &mut Collector<'_>) -> std::result::Result<u32, Reason> {
        if let Some(&index) = self.series.get(code) {
            return Ok(index);
        }
        let text = std::str::from_utf8(code).map_err(|_| Reason::Encoding)?;
        if text.is_empty() {
            return Err(Reason::MissingCode);
        }
        // A code that cannot be seen as a whole is told as such.
        let seen = code.iter().all(u8::is_ascii_graphic);
        if seen && self.asked.is_some_and(|asked| !asked.iter().any(|one| one.trim() == text)) {
            return Err(Reason::SeriesNotAsked);
        }
        collector.code(text);
        let index = collector.series(series_key(text, self.units.get(text).copied()));
        self.series.insert(code.into(), index);
        Ok(index)
    }

    fn flags(&mut self, key: &[u8], collector: &mut Collector<'_>) -> (u32, Effect) {
        if let Some(known) = self.details.get(key) {
            return *known;
        }
        let text = String::from_utf8_lossy(key).to_uppercase();
        let detail = collector.detail(&status_of(&text));
        let effect = match text.split('|').next().unwrap_or_default() {
            "NIL" => Effect::Zero,
            // The cell says 0, but the indicator does not apply: null, never zero.
            "NA" | "SUPP" | "INCLUDED" => Effect::Null,
            _ => Effect::Keep,
        };
        if let Some(unknown) = unknown_flag(&text) {
            collector.warnings.push(format!("{unknown} is not known: such figures are taken as plain ones"));
        }
        collector.keep(key.len());
        self.details.insert(key.into(), (detail, effect));
        (detail, effect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::areas::AreaCodes;

    /// Each row counted its flags as a new text, until the room for texts was used up.
    #[test]
    fn flags_are_resolved_once() {
        let areas = AreaCodes::default();
        let mut collector = Collector::new(&areas, 2026).unwrap();
        let mut rows = Rows::default();
        let key = [b"NA|".as_slice(), &[b'x'; 2000]].concat();
        let first = rows.flags(&key, &mut collector);
        assert!(first.1 == Effect::Null);
        assert!((0..200_000).all(|_| rows.flags(&key, &mut collector) == first));
        assert!(collector.limits().is_ok(), "{:?}", collector.limits());
    }
}
