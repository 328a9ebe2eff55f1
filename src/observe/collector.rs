//! Takes provider rows from a parser, resolves codes once per distinct code, and keeps 24 bytes a row.

use std::collections::{HashMap, HashSet};

use super::areas::{AreaCodes, AreaHit};
use super::quarantine::{Quarantined, Reason};
use crate::error::{Error, Result};

/// What a row is about, besides area and year. Interned: parsers resolve it once per distinct series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    pub series: String,
    pub sex: String,
    pub age: String,
    pub urbanisation: String,
    pub disability: String,
    pub education_level: String,
    pub size_class: String,
    pub breakdown: String,
    pub unit: String,
    /// Editions of one figure stand side by side; empty where a source has one only.
    pub edition: String,
}

impl SeriesKey {
    /// A series without breakdown.
    pub fn total(series: impl Into<String>, unit: impl Into<String>) -> Self {
        let total = || "_T".to_owned();
        Self {
            series: series.into(),
            sex: total(),
            age: total(),
            urbanisation: total(),
            disability: total(),
            education_level: total(),
            size_class: total(),
            breakdown: total(),
            unit: unit.into(),
            edition: String::new(),
        }
    }

    /// The dimensions in the order of [`super::schema::DIMENSIONS`].
    pub fn dimensions(&self) -> [&str; 7] {
        [&self.sex, &self.age, &self.urbanisation, &self.disability, &self.education_level, &self.size_class, &self.breakdown]
    }

    /// The series with the breakdowns that are in play: `ICTSKILLCOPI [sex=F]`.
    pub fn shown(&self) -> String {
        let parts = super::schema::DIMENSIONS.iter().zip(self.dimensions()).filter(|(_, code)| *code != "_T");
        let parts: Vec<String> = parts.map(|(name, code)| format!("{name}={code}")).collect();
        if parts.is_empty() { self.series.clone() } else { format!("{} [{}]", self.series, parts.join(", ")) }
    }

    pub fn dimension_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "sex" => &mut self.sex,
            "age" => &mut self.age,
            "urbanisation" => &mut self.urbanisation,
            "disability" => &mut self.disability,
            "education_level" => &mut self.education_level,
            "size_class" => &mut self.size_class,
            "breakdown" => &mut self.breakdown,
            _ => return None,
        })
    }
}

/// Status, note and categorical answer of a row; few distinct ones, so interned together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Detail {
    pub obs_status: String,
    pub note: Option<String>,
    pub obs_text: Option<String>,
}

impl Detail {
    pub fn status(obs_status: &str) -> Self {
        Self { obs_status: obs_status.to_owned(), note: None, obs_text: None }
    }
}

/// One observation, codes interned. `value` NaN = no value.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub series: u32,
    pub detail: u32,
    pub value: f64,
    pub record: u32,
    pub area: u16,
    pub year: i16,
}

/// Gathers the rows of one data set. Every row that comes in is an observation, quarantined, or a dropped heading.
pub struct Collector<'r> {
    pub(super) areas: &'r AreaCodes,
    pub(super) rows: Vec<Row>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) headings: u64,
    pub(super) rows_in: u64,
    /// (first row, snapshot hash) of each body.
    pub(super) bodies: Vec<(usize, String)>,
    pub(super) series: Vec<SeriesKey>,
    series_index: HashMap<SeriesKey, u32>,
    pub(super) details: Vec<Detail>,
    detail_index: HashMap<Detail, u32>,
    area_cache: HashMap<(&'static str, Box<[u8]>), AreaHit>,
    /// The first and last year that can be right: years outside are a defect of the row.
    years: (i32, i32),
    /// The earliest year that was refused as still to come.
    pub(super) too_late: Option<i32>,
    /// Bytes of distinct texts, and whether there were more of them, or of series, than can be kept.
    text_bytes: usize,
    overflow: Option<&'static str>,
    /// (row, year and month) of rows of a dated classification.
    pub(super) vintages: Vec<(usize, i32)>,
    codes: HashSet<String>,
    pub warnings: Vec<String>,
}

/// Distinct texts of one data set together; real ones have a few MB, and Arrow can hold 2 GiB.
const MAX_TEXTS: usize = 256 << 20;
/// One note or answer.
const MAX_TEXT: usize = 1 << 20;
/// What the packed key of a row has room for.
const MAX_SERIES: usize = 1 << 20;

impl<'r> Collector<'r> {
    pub fn new(areas: &'r AreaCodes, last_year: i32) -> Self {
        Self {
            areas,
            rows: Vec::new(),
            quarantined: Vec::new(),
            headings: 0,
            rows_in: 0,
            bodies: Vec::new(),
            series: Vec::new(),
            series_index: HashMap::new(),
            details: Vec::new(),
            detail_index: HashMap::new(),
            area_cache: HashMap::new(),
            years: (1900, last_year),
            too_late: None,
            text_bytes: 0,
            overflow: None,
            vintages: Vec::new(),
            codes: HashSet::new(),
            warnings: Vec::new(),
        }
    }

    pub fn begin_body(&mut self, snapshot: &str) {
        self.bodies.push((self.rows.len(), snapshot.to_owned()));
    }

    pub fn rows_in(&self) -> u64 {
        self.rows_in
    }

    pub fn series(&mut self, key: SeriesKey) -> u32 {
        if let Some(&index) = self.series_index.get(&key) {
            return index;
        }
        let length = key.series.len() + key.unit.len() + key.edition.len() + key.dimensions().iter().map(|d| d.len()).sum::<usize>();
        if self.series.len() >= MAX_SERIES {
            self.overflow = Some("more than 1,048,576 series and breakdowns");
        }
        if !self.fits(length) && !self.series.is_empty() {
            return 0;
        }
        let index = self.series.len() as u32;
        self.series.push(key.clone());
        self.series_index.insert(key, index);
        index
    }

    pub fn detail(&mut self, detail: &Detail) -> u32 {
        if let Some(&index) = self.detail_index.get(detail) {
            return index;
        }
        let length =
            detail.obs_status.len() + [&detail.note, &detail.obs_text].iter().filter_map(|t| t.as_ref()).map(String::len).sum::<usize>();
        if !self.fits(length) && !self.details.is_empty() {
            return 0;
        }
        let index = self.details.len() as u32;
        self.details.push(detail.clone());
        self.detail_index.insert(detail.clone(), index);
        index
    }

    /// Counts a new text; no more are kept after one too many, and the pull is refused by [`Self::limits`].
    fn fits(&mut self, length: usize) -> bool {
        self.text_bytes += length;
        if length > MAX_TEXT {
            self.overflow = Some("a note or code of more than 1,048,576 bytes");
        } else if self.text_bytes > MAX_TEXTS {
            self.overflow = Some("more than 268,435,456 bytes of different notes and codes");
        }
        self.overflow.is_none()
    }

    /// Whether everything that came could be kept.
    pub(super) fn limits(&self) -> Result<()> {
        match self.overflow {
            None => Ok(()),
            Some(what) => Err(Error::provider_hint("E2007", format!("{what}: no real body has that"), "do not trust this body")),
        }
    }

    /// Says that a body has rows of a code that may have been asked for.
    pub fn code(&mut self, code: &str) {
        if !self.codes.contains(code) {
            self.codes.insert(code.to_owned());
        }
    }

    pub(super) fn has_code(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// Rows that became observations so far.
    pub fn accepted(&self) -> usize {
        self.rows.len()
    }

    /// Says that the rows from `first` on belong to a classification of this year and month: of each series, only
    /// the newest one is kept.
    pub fn dated(&mut self, first: usize, vintage: i32) {
        self.vintages.extend((first..self.rows.len()).map(|row| (row, vintage)));
    }

    /// Looks an area code up, remembering the answer.
    pub fn area(&mut self, scheme: &'static str, code: &[u8]) -> AreaHit {
        if let Some(hit) = self.area_cache.get(&(scheme, code) as &dyn CacheKey) {
            return *hit;
        }
        let hit = std::str::from_utf8(code).map_or(AreaHit::Unknown, |text| self.areas.resolve(scheme, text));
        self.area_cache.insert((scheme, code.into()), hit);
        hit
    }

    /// Adds an observation, or quarantines the row when its area, year or value is wrong.
    #[expect(clippy::too_many_arguments, reason = "one call per provider row, on the hot path: a struct would be built 4 million times")]
    pub fn push(&mut self, record: u32, scheme: &'static str, area: &[u8], year: &[u8], series: u32, detail: u32, value: Value<'_>) {
        self.rows_in += 1;
        let area = match self.area(scheme, area) {
            AreaHit::Known(index) => index,
            hit => {
                let reason = if hit == AreaHit::NotCovered { Reason::AreaNotCovered } else { Reason::UnknownArea };
                return self.reject(record, reason, String::from_utf8_lossy(area).trim().to_owned());
            }
        };
        let parsed = parse_year(year);
        if let Some(late) = parsed.filter(|y| *y > self.years.1) {
            self.too_late = Some(self.too_late.map_or(late, |other| other.min(late)));
        }
        let Some(year) = parsed.filter(|y| (self.years.0..=self.years.1).contains(y)) else {
            return self.reject(record, Reason::BadYear, String::from_utf8_lossy(year).trim().to_owned());
        };
        let value = match value {
            Value::Missing => f64::NAN,
            Value::Number(number) if number.is_finite() => number,
            Value::Number(number) => return self.reject(record, Reason::BadValue, number.to_string()),
            Value::Text(text) => match parse_number(text) {
                Some(number) => number,
                None => return self.reject(record, Reason::BadValue, String::from_utf8_lossy(text).chars().take(80).collect::<String>()),
            },
        };
        self.rows.push(Row { series, detail, value, record, area, year: year as i16 });
    }

    /// Counts a row in and quarantines it.
    pub fn quarantine(&mut self, record: u32, reason: Reason, detail: impl Into<String>) {
        self.rows_in += 1;
        self.reject(record, reason, detail);
    }

    /// Counts a pseudo-row that is a heading, not data.
    pub fn heading(&mut self) {
        self.rows_in += 1;
        self.headings += 1;
    }

    fn reject(&mut self, record: u32, reason: Reason, detail: impl Into<String>) {
        let body = self.bodies.len().saturating_sub(1);
        self.quarantined.push(Quarantined::new(reason, detail, body, record));
    }

    /// The body (index) that a row came from.
    pub(super) fn body_of(&self, row: usize) -> usize {
        self.bodies.partition_point(|(first, _)| *first <= row).saturating_sub(1)
    }
}

/// A value as the provider wrote it.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Missing,
    Number(f64),
    Text(&'a [u8]),
}

/// A year: four digits, perhaps with `.0` as spreadsheets write it.
pub fn parse_year(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b".0").unwrap_or(text);
    if text.len() != 4 {
        return None;
    }
    text.iter().try_fold(0i32, |year, b| b.is_ascii_digit().then(|| year * 10 + i32::from(b - b'0')))
}

/// A finite number in any notation that providers use: `4.47`, `2.9E-4`, `2.5e+006`, `1,234.5`.
pub fn parse_number(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    match text.as_bytes().first()? {
        b'0'..=b'9' | b'-' | b'+' | b'.' => {}
        _ => return None,
    }
    let number = text.parse::<f64>().ok().or_else(|| grouped(text))?;
    number.is_finite().then_some(number)
}

/// Thousands commas, only where they stand every three digits.
fn grouped(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['-', '+']);
    let whole = digits.split('.').next()?;
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let good = whole.contains(',')
        && (1..=3).contains(&first.len())
        && groups.all(|g| g.len() == 3)
        && whole.bytes().all(|b| b.is_ascii_digit() || b == b',');
    if good { text.replace(',', "").parse().ok() } else { None }
}

/// Lets the cache be asked with borrowed bytes.
trait CacheKey {
    fn parts(&self) -> (&'static str, &[u8]);
}

impl CacheKey for (&'static str, Box<[u8]>) {
    fn parts(&self) -> (&'static str, &[u8]) {
        (self.0, &self.1)
    }
}

impl CacheKey for (&'static str, &[u8]) {
    fn parts(&self) -> (&'static str, &[u8]) {
        (self.0, self.1)
    }
}

impl std::hash::Hash for dyn CacheKey + '_ {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for dyn CacheKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn CacheKey + '_ {}

impl<'a> std::borrow::Borrow<dyn CacheKey + 'a> for (&'static str, Box<[u8]>) {
    fn borrow(&self) -> &(dyn CacheKey + 'a) {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation() {
        assert_eq!(parse_number(b"2.89277380848561E-4"), Some(2.89277380848561E-4));
        assert_eq!(parse_number(b"2.52037e+006"), Some(2_520_370.0));
        assert_eq!(parse_number(b" 1,234,567.5 "), Some(1_234_567.5));
        assert_eq!(parse_number(b"0"), Some(0.0));
        for bad in [&b"NaN"[..], b"inf", b"<5", b"N", b"", b"1,23", b"12,34,567", b"1e999", b"--3", b"12%"] {
            assert_eq!(parse_number(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn years_are_four_digits() {
        assert_eq!(parse_year(b"2024"), Some(2024));
        assert_eq!(parse_year(b" 2024.0 "), Some(2024));
        for bad in [&b"24"[..], b"20245", b"2O24", b"", b"-200"] {
            assert_eq!(parse_year(bad), None);
        }
    }
}
