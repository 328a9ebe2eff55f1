//! Takes provider rows from a parser, resolves codes once per distinct code, and keeps 24 bytes a row.

use std::collections::{HashMap, HashSet};

use super::areas::{AreaCodes, AreaHit};
use super::contradictions::Between;
use super::quarantine::{Quarantined, Reason};
pub use super::series_key::{Detail, SeriesKey};
pub use super::value::{Value, parse_number, parse_year};
use crate::error::{Error, Result};

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
    defects: usize,
    /// More defects than can be kept: the rest is not, and the pull is refused.
    defective: bool,
    /// (row, year and month) of rows of a dated classification.
    pub(super) vintages: Vec<(usize, i32)>,
    codes: HashSet<String>,
    /// What bodies have in common, pair by pair.
    pub(super) between: Between,
    pub warnings: Vec<String>,
}

/// Distinct texts of one data set together; real ones have a few MB, and Arrow can hold 2 GiB.
const MAX_TEXTS: usize = 256 << 20;
/// One note or answer.
const MAX_TEXT: usize = 1 << 20;
/// Rows of one data set: ten times the largest.
const MAX_ROWS: usize = 40_000_000;
/// Defective rows that are kept, unless more are good.
const MAX_DEFECTS: usize = 1_000_000;
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
            defects: 0,
            defective: false,
            vintages: Vec::new(),
            codes: HashSet::new(),
            between: Between::new(),
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
        if !self.keep(length) && !self.series.is_empty() {
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
        if !self.keep(length) && !self.details.is_empty() {
            return 0;
        }
        let index = self.details.len() as u32;
        self.details.push(detail.clone());
        self.detail_index.insert(detail.clone(), index);
        index
    }

    /// Counts a new text; no more are kept after one too many, and the pull is refused by [`Self::limits`].
    pub fn keep(&mut self, length: usize) -> bool {
        self.text_bytes += length;
        if length > MAX_TEXT {
            self.overflow = Some("a note or code of more than 1,048,576 bytes");
        } else if self.text_bytes > MAX_TEXTS {
            self.overflow = Some("more than 268,435,456 bytes of different notes and codes");
        }
        self.overflow.is_none()
    }

    /// Whether everything that came could be kept.
    pub fn limits(&self) -> Result<()> {
        if self.defective {
            return Err(Error::provider_hint(
                "E2013",
                "more than 1,000,000 rows are defective, and fewer are good",
                "the layout has probably changed; the last good data stay in use",
            ));
        }
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
        self.keep(code.len());
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
        if self.rows.len() >= MAX_ROWS {
            self.overflow = Some("more than 40,000,000 rows");
        }
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
        self.defects += usize::from(reason.is_defect());
        self.defective |= self.defects > MAX_DEFECTS && self.defects > self.rows.len();
        if self.quarantined.len() >= MAX_ROWS / 4 {
            self.overflow = Some("more than 10,000,000 rows that were set aside");
        }
        if self.defective {
            return;
        }
        self.quarantined.push(Quarantined::new(reason, detail, body, record));
    }

    /// The rows that came from a body.
    pub(super) fn rows_of_body(&self, body: usize) -> &[Row] {
        let first = |body: usize| self.bodies.get(body).map_or(self.rows.len(), |(first, _)| *first);
        self.rows.get(first(body)..first(body + 1)).unwrap_or_default()
    }

    /// The body (index) that a row came from.
    pub(super) fn body_of(&self, row: usize) -> usize {
        self.bodies.partition_point(|(first, _)| *first <= row).saturating_sub(1)
    }
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

    /// Arrow would end the program at 2 GiB of texts; memory may end before.
    #[test]
    fn texts_and_rows_without_end_are_refused() {
        let areas = AreaCodes::default();
        let mut collector = Collector::new(&areas, 2026);
        let first = collector.detail(&Detail::status("A"));
        assert!((0..255).all(|_| collector.keep(1 << 20)) && collector.limits().is_ok());
        assert!(!collector.keep(1 << 20));
        assert_eq!(collector.detail(&Detail::status("B")), first, "nothing more is kept");
        assert!(collector.limits().unwrap_err().to_string().starts_with("E2007: more than 268,435,456 bytes"));

        let mut collector = Collector::new(&areas, 2026);
        collector.begin_body("x");
        (0..=MAX_DEFECTS as u32).for_each(|record| collector.quarantine(record, Reason::FieldCount, ""));
        assert!(collector.limits().unwrap_err().to_string().starts_with("E2013"));
        assert_eq!(collector.quarantined.len(), MAX_DEFECTS);
    }
}
