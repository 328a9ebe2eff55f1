//! Takes provider rows from a parser, resolves codes once per distinct code, and keeps 24 bytes a row, on disk where
//! they do not fit in memory.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::error::{Code, Error, Result};
use crate::memory::Memory;
use crate::reference::areas::{AreaCodes, AreaHit};
use crate::rows::area_cache::CacheKey;
use crate::rows::limits::{MOST, Most, Overflow, kept};
use crate::rows::pages::Pages;
use crate::rows::place::Places;
use crate::rows::quarantine::{Quarantined, Reason};
pub use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::store::{Row, Rows};
pub use crate::rows::value::{Value, parse_number, parse_year};
use crate::rows::value::{plain_zero, year_of_date};
use crate::visible::is_invisible;

/// Gathers the rows of one data set. Every row that comes in is an observation, quarantined, or a dropped heading.
pub struct Collector<'r> {
    pub(crate) areas: &'r AreaCodes,
    pub(crate) places: Places,
    most: Most,
    pub(crate) rows: Rows,
    pub(crate) quarantined: Vec<Quarantined>,
    pub(crate) headings: u64,
    /// Names of the columns of all bodies, see [`Self::columns`].
    pub(crate) columns: BTreeSet<String>,
    pub(crate) rows_in: u64,
    /// (first row, snapshot hash) of each body.
    pub(crate) bodies: Vec<(usize, String)>,
    pub(crate) series: Vec<SeriesKey>,
    pub(super) series_index: HashMap<SeriesKey, u32>,
    pub(crate) details: Vec<Detail>,
    detail_index: HashMap<Detail, u32>,
    area_cache: HashMap<(&'static str, Box<[u8]>), AreaHit>,
    /// The first and last year that can be right: years outside are a defect of the row.
    years: (i32, i32),
    /// The earliest year that was refused as still to come.
    pub(crate) too_late: Option<i32>,
    /// Bytes of distinct texts, and whether there was more of something than can be kept.
    text_bytes: usize,
    overflow: Option<Overflow>,
    /// What the disk said of rows that did not fit in memory.
    failed: Option<Error>,
    defects: usize,
    /// More defects than can be kept: the rest is not, and the pull is refused.
    defective: bool,
    /// (row, year and month) of rows of a dated classification.
    pub(crate) vintages: Vec<(usize, i32)>,
    codes: HashSet<String>,
    /// Records of bodies that are pages.
    pub pages: Pages,
    /// What the settings of the data set name and rows have.
    pub matched: Matched,
    /// Whether each series can be written: its codes have nothing that cannot be seen.
    legible: Vec<bool>,
    pub warnings: Vec<String>,
}

/// Words that settings give a meaning to, as far as rows have them.
#[derive(Debug, Default)]
pub struct Matched {
    /// The setting and the word.
    pub words: BTreeSet<(String, String)>,
    /// Settings of whose column rows have other words too.
    pub others: BTreeSet<String>,
}

/// Names of columns that are remembered.
const MOST_COLUMNS: usize = 2000;
impl<'r> Collector<'r> {
    /// For rows of areas of ours, of the years up to this one.
    pub fn new(areas: &'r AreaCodes, last_year: i32) -> Result<Self> {
        let years = (FIRST_YEAR, last_year);
        let (places, most_areas) = Places::new(years);
        room_for_areas(areas.len() as u64, most_areas, last_year)?;
        Ok(Self {
            areas,
            places,
            most: MOST,
            rows: Rows::default(),
            quarantined: Vec::new(),
            headings: 0,
            columns: BTreeSet::new(),
            rows_in: 0,
            bodies: Vec::new(),
            series: Vec::new(),
            series_index: HashMap::new(),
            details: Vec::new(),
            detail_index: HashMap::new(),
            area_cache: HashMap::new(),
            years,
            too_late: None,
            text_bytes: 0,
            overflow: None,
            failed: None,
            defects: 0,
            defective: false,
            vintages: Vec::new(),
            codes: HashSet::new(),
            pages: Pages::default(),
            matched: Matched::default(),
            legible: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// With no more in memory than this allows: rows go to disk, what else is beyond is refused.
    pub fn within(mut self, memory: Memory) -> Self {
        self.rows = Rows::within(memory.rows());
        self.most = Most::within(memory);
        self
    }

    pub fn begin_body(&mut self, snapshot: &str) {
        self.bodies.push((self.rows.count(), snapshot.to_owned()));
    }

    /// Remembers the names of the columns of a body, so that another layout next time is told. A name with a year in it
    /// comes and goes with the year.
    pub fn columns(&mut self, names: &[String]) {
        let year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        let lasting = names.iter().filter(|name| !name.is_empty() && !name.split(|c: char| !c.is_ascii_digit()).any(year));
        self.columns.extend(lasting.take(MOST_COLUMNS.saturating_sub(self.columns.len())).cloned());
    }

    pub fn rows_in(&self) -> u64 {
        self.rows_in
    }

    pub fn series(&mut self, key: impl Borrow<SeriesKey>) -> u32 {
        let key = key.borrow();
        if let Some(&index) = self.series_index.get(key) {
            return index;
        }
        let length = key.series.len() + key.unit.len() + key.edition.len() + key.dimensions().iter().map(|d| d.len()).sum::<usize>();
        self.overflow = self.most.one_more_series(self.series.len()).or(self.overflow.take());
        if !self.keep(length) && !self.series.is_empty() {
            return 0;
        }
        let index = kept(self.series.len());
        let codes = [&key.series, &key.unit, &key.edition].into_iter().map(String::as_str).chain(key.dimensions());
        self.legible.push(!codes.into_iter().any(|code| code.chars().any(|c| c.is_control() || is_invisible(c))));
        self.series.push(key.clone());
        self.series_index.insert(key.clone(), index);
        index
    }

    pub fn detail(&mut self, detail: &Detail) -> u32 {
        if let Some(&index) = self.detail_index.get(detail) {
            return index;
        }
        let length = detail.obs_status.len()
            + [&detail.note, &detail.obs_text, &detail.correction].iter().filter_map(|t| t.as_ref()).map(String::len).sum::<usize>();
        if !self.keep(length) && !self.details.is_empty() {
            return 0;
        }
        let index = kept(self.details.len());
        self.details.push(detail.clone());
        self.detail_index.insert(detail.clone(), index);
        index
    }

    /// Counts a new text; no more are kept after one too many, and the pull is refused by [`Self::limits`].
    pub fn keep(&mut self, length: usize) -> bool {
        self.text_bytes += length;
        self.overflow = self.most.text(length, self.text_bytes).or(self.overflow.take());
        self.overflow.is_none()
    }

    /// Whether everything that came could be kept.
    pub fn limits(&mut self) -> Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.defective {
            return Err(Error::provider_hint(
                Code::MostlyDefective,
                "more than 1,000,000 rows are defective, and fewer are good",
                "the layout has probably changed; the last good data stay in use",
            ));
        }
        self.overflow.as_ref().map_or(Ok(()), |overflow| Err(overflow.error()))
    }

    /// Says that a body has rows of a code that may have been asked for.
    pub fn code(&mut self, code: &str) {
        if !self.codes.contains(code) {
            self.codes.insert(code.to_owned());
        }
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// Rows that became observations so far.
    pub fn accepted(&self) -> usize {
        self.rows.count()
    }

    /// Says that the rows from `first` on belong to a classification of this year and month: of each series, only
    /// the newest one is kept.
    pub fn dated(&mut self, first: usize, vintage: i32) {
        self.vintages.extend((first..self.rows.count()).map(|row| (row, vintage)));
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
                let area = String::from_utf8_lossy(area).trim().to_owned();
                return match hit {
                    AreaHit::NotCovered => self.reject(record, Reason::AreaNotCovered, area),
                    AreaHit::Unlisted => self.reject(record, Reason::AreaNotListed, area),
                    AreaHit::Illegible => self.reject(record, Reason::BadCode, area.escape_debug().to_string()),
                    _ => self.reject(record, Reason::UnknownArea, area),
                };
            }
        };
        if self.legible.get(series as usize) == Some(&false) {
            let key = &self.series[series as usize];
            let codes = format!("{} {} {}", key.series, key.dimensions().join(" "), key.edition);
            return self.reject(record, Reason::BadCode, codes.trim().escape_debug().to_string());
        }
        let parsed = parse_year(year).or_else(|| parse_year(year_of_date(std::str::from_utf8(year).ok()?.trim())?.as_bytes()));
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
        if let Some(overflow) = self.most.one_more_row(self.rows.count()) {
            self.overflow = Some(overflow);
        }
        if let Err(error) = self.rows.push(Row { series, detail, value: plain_zero(value), record, place: self.places.of(area, year) }) {
            self.failed = Some(error);
        }
    }

    /// Counts a row in and quarantines it.
    pub fn quarantine(&mut self, record: u32, reason: Reason, detail: impl Into<String>) {
        self.rows_in += 1;
        self.reject(record, reason, detail);
    }

    /// The same for a row of several figures, each of which is as lost as a figure in a row of its own.
    pub fn quarantine_all(&mut self, figures: usize, record: u32, reason: Reason, detail: &str) {
        (0..figures.max(1)).for_each(|_| self.quarantine(record, reason, detail));
    }

    /// Counts a pseudo-row that is a heading, not data.
    pub fn heading(&mut self) {
        self.rows_in += 1;
        self.headings += 1;
    }

    fn reject(&mut self, record: u32, reason: Reason, detail: impl Into<String>) {
        self.defects += usize::from(reason.is_loss());
        self.defective |= self.defects > self.most.defects && self.defects > self.rows.count();
        if self.defective {
            return;
        }
        self.keep_aside(Quarantined::new(reason, detail, self.bodies.len().saturating_sub(1), record));
    }

    /// Sets a row aside that was taken in.
    pub(crate) fn set_aside(&mut self, number: usize, row: &mut Row, reason: Reason, detail: String) {
        self.keep_aside(Quarantined::new(reason, detail, self.body_of(number), row.record));
        row.take_out();
    }

    fn keep_aside(&mut self, row: Quarantined) {
        self.overflow = self.most.one_more_aside(self.quarantined.len()).or(self.overflow.take());
        self.quarantined.push(row);
    }

    pub(crate) fn area_of(&self, row: &Row) -> &str {
        &self.areas.codes[self.places.area(row.place) as usize]
    }

    pub(crate) fn year_of(&self, row: &Row) -> i32 {
        self.places.year(row.place)
    }

    /// The body (index) that a row came from.
    pub(crate) fn body_of(&self, row: usize) -> usize {
        self.bodies.partition_point(|(first, _)| *first <= row).saturating_sub(1)
    }
}

/// Before this year there is no figure of any of our sources.
const FIRST_YEAR: i32 = 1900;

/// Refuses more areas than a row can tell apart.
fn room_for_areas(areas: u64, most: u64, last_year: i32) -> Result<()> {
    if areas <= most {
        return Ok(());
    }
    Err(Error::provider_hint(
        Code::TooManyAreas,
        format!("{areas} areas and groups in pipelines/reference: up to the year {last_year}, a row can tell {most} apart"),
        "take those out of areas.csv and groups.csv that no data set has",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arrow would end the program at 2 GiB of texts; memory may end before.
    #[test]
    fn texts_and_rows_without_end_are_refused() {
        let areas = AreaCodes::default();
        let mut collector = Collector::new(&areas, 2026).unwrap();
        let first = collector.detail(&Detail::status("A"));
        assert!((0..255).all(|_| collector.keep(1 << 20)) && collector.limits().is_ok());
        assert!(!collector.keep(1 << 20));
        assert_eq!(collector.detail(&Detail::status("B")), first, "nothing more is kept");
        assert!(collector.limits().unwrap_err().to_string().starts_with("E2007: more than 268,435,456 bytes"));

        let mut collector = Collector::new(&areas, 2026).unwrap();
        collector.begin_body("x");
        (0..=kept(MOST.defects)).for_each(|record| collector.quarantine(record, Reason::FieldCount, ""));
        assert!(collector.limits().unwrap_err().to_string().starts_with("E2013"));
        assert_eq!(collector.quarantined.len(), MOST.defects);
    }

    /// Each limit refuses what is beyond it, and nothing up to it.
    #[test]
    fn what_cannot_be_numbered_is_refused() {
        let areas = AreaCodes::of(&["BRA"]);
        let refusal = |most: Most, fill: &dyn Fn(&mut Collector<'_>, u32)| -> Vec<Option<String>> {
            let mut collector = Collector::new(&areas, 2026).unwrap();
            collector.most = most;
            collector.begin_body("x");
            let one_more = |number| {
                fill(&mut collector, number);
                collector.limits().err().map(|error| error.to_string())
            };
            (0..4).map(one_more).collect()
        };
        let third = |said: Vec<Option<String>>, text: &str| {
            assert!(said[..3].iter().all(Option::is_none), "{said:?}");
            assert!(said[3].as_ref().is_some_and(|said| said.starts_with(text)), "{said:?}");
        };
        let rows = |collector: &mut Collector<'_>, number: u32| {
            let (series, detail) = (collector.series(SeriesKey::total("s", "PT")), collector.detail(&Detail::status("A")));
            collector.push(number, "iso3", b"BRA", b"2020", series, detail, Value::Number(1.0));
        };
        third(refusal(Most { rows: 3, ..MOST }, &rows), "E2007: more than 4,294,967,294 rows");
        let series = |collector: &mut Collector<'_>, number: u32| {
            collector.series(SeriesKey::total(number.to_string(), "PT"));
        };
        third(refusal(Most { series: 3, ..MOST }, &series), "E2007: more than 1,048,576 series");
        let passed_over = |collector: &mut Collector<'_>, number: u32| collector.quarantine(number, Reason::AreaNotCovered, "");
        third(refusal(Most { set_aside: 3, ..MOST }, &passed_over), "E2019: no room in memory for more than 3 rows that are set aside");
        let defects = |collector: &mut Collector<'_>, number: u32| collector.quarantine(number, Reason::BadYear, "");
        third(refusal(Most { defects: 3, ..MOST }, &defects), "E2013");
        let details = |collector: &mut Collector<'_>, number: u32| {
            collector.detail(&Detail::status(&number.to_string()));
        };
        third(refusal(Most { texts: 3, ..MOST }, &details), "E2019: no room in memory for 4 bytes of different notes and codes");
    }

    #[test]
    fn more_areas_than_a_row_has_room_for_are_refused() {
        assert!(room_for_areas(33_554_432, Places::new((FIRST_YEAR, 2026)).1, 2026).is_ok());
        let error = room_for_areas(33_554_433, Places::new((FIRST_YEAR, 2026)).1, 2026).unwrap_err();
        assert!(error.to_string().starts_with("E2017: 33554433 areas"), "{error}");
    }
}
