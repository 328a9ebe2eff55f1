//! Rows of the file and of the interface. What the mirror made itself, its means of groups, is set aside.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use csv::ByteRecord;

use super::codes;
use super::columns::{Columns, DIMENSIONS};
use super::requests::rows_of;
use super::settings::Data360;
use crate::error::{Code, Error, Result, count};
use crate::reference::Reference;
use crate::reference::areas::AreaHit;
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers};
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::{Value, parse_number};
use crate::sources::Parsed;
use crate::sources::body::csv::CsvStream;
use crate::sources::body::{ReadSeek, csv_members};

/// Codes of areas are ISO alpha-3; those of groups are in the crosswalk under this name.
const SCHEME: &str = "data360";

pub(super) fn parse(
    name: &str,
    file: &mut dyn ReadSeek,
    asked: &Data360,
    reference: &Reference,
    collector: &mut Collector<'_>,
) -> Result<Parsed> {
    let (groups, former, unknown_units) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let of_page = rows_of(name);
    let page = of_page.map(|_| collector.bodies.len());
    let mut rows = Rows { asked, reference, series: HashMap::new(), group_rows: 0, groups, former, unknown_units, page, again: 0 };
    let mut records = 0;
    csv_members::read_each(file, collector, &mut |_, reader, collector| {
        records = rows.read(reader, records, collector)?;
        Ok(())
    })?;
    let broken = |what: String| Error::provider_hint(Code::MissingSeries, what, "pull again; the last good data stay in use");
    if let Some(asked) = of_page.filter(|asked| *asked != u64::from(records)) {
        return Err(broken(format!(
            "a page of {asked} rows has {records}: it was cut off, or the data changed while the pages were asked for"
        )));
    }
    if rows.again > 0 {
        let again = format!("{} of {records} rows of this page stand on a page before it too", rows.again);
        return Err(broken(format!("{again}: as many are on none, since the order of rows changed while the pages were asked for")));
    }
    rows.warn(collector);
    Ok(Parsed { empty: records == 0, ..Parsed::default() })
}

struct Rows<'r> {
    asked: &'r Data360,
    reference: &'r Reference,
    /// Series by the cells that make its key, and whether its unit is known.
    series: HashMap<Vec<u8>, (u32, bool)>,
    group_rows: usize,
    groups: BTreeSet<String>,
    /// Areas that are none of ours in any scheme: states of before, and two economies under one code.
    former: BTreeSet<String>,
    unknown_units: BTreeSet<String>,
    /// The number of the body, where it is a page of several.
    page: Option<usize>,
    /// Rows that a page before it has.
    again: usize,
}

impl Rows<'_> {
    fn read<R: Read>(&mut self, reader: R, first: u32, collector: &mut Collector<'_>) -> Result<u32> {
        let mut csv = CsvStream::open(reader, b',', first)?.with_notes();
        let columns = Columns::of(csv.header())?;
        while let Some((number, record)) = csv.read(collector)? {
            self.again += usize::from(self.page.is_some_and(|page| collector.pages.again(page, record)));
            self.row(number, &columns, record, collector);
        }
        Ok(csv.count())
    }

    fn row(&mut self, number: u32, columns: &Columns, record: &ByteRecord, collector: &mut Collector<'_>) {
        let text = |column: usize| String::from_utf8_lossy(cell(record, column)).into_owned();
        let (database, indicator) = (cell(record, columns.database), cell(record, columns.indicator));
        if database.is_empty() || indicator.is_empty() {
            let missing = if indicator.is_empty() { "no INDICATOR" } else { "no DATABASE_ID" };
            return collector.quarantine(number, Reason::MissingCode, missing);
        }
        // A code that cannot be seen as a whole is told as such.
        let seen = database.iter().chain(indicator).all(u8::is_ascii_graphic);
        if seen && !self.asked.names(database, indicator) {
            return collector.quarantine(number, Reason::SeriesNotAsked, codes::series(&text(columns.database), &text(columns.indicator)));
        }
        collector.code(&text(columns.indicator));
        // Rows are told to be inserted; one to be deleted is no figure.
        if let Some(action) = columns.action.map(text).filter(|action| !matches!(action.as_str(), "" | "I" | "A" | "M" | "R")) {
            return collector.quarantine(number, Reason::UnknownWord, format!("ACTION {action}"));
        }
        let Some(power) = codes::power(&text(columns.multiplier)) else {
            return collector.quarantine(number, Reason::UnknownWord, format!("UNIT_MULT {}", text(columns.multiplier)));
        };
        let area = cell(record, columns.area);
        if self.is_group(area, collector) {
            if collector.area("any", area) == AreaHit::NotCovered {
                self.former.insert(text(columns.area));
            } else {
                self.group_rows += 1;
                self.groups.insert(text(columns.area));
            }
            return collector.quarantine(number, Reason::AreaNotCovered, text(columns.area));
        }
        let of_series = columns.dimensions.into_iter().chain([columns.database, columns.indicator, columns.unit]);
        if of_series.into_iter().any(|column| std::str::from_utf8(cell(record, column)).is_err()) {
            return collector.quarantine(number, Reason::Encoding, "a code that is not UTF-8");
        }
        let (series, unit_known) = self.series(columns, record, collector);
        let answers = if unit_known { Answers::Never } else { Answers::Words };
        let given = cell(record, columns.value);
        let reading = reading::read(given, answers);
        let stated = text(columns.status);
        let is_denied = words::DENYING_A_VALUE.contains(&stated.as_str());
        let Some(value) = (if is_denied { reading::denied(reading.value) } else { Some(reading.value) }) else {
            let what = format!("{} with OBS_STATUS {stated}", text(columns.value));
            return collector.quarantine(number, Reason::BadValue, what);
        };
        // Of a zero that is none, nothing is left.
        let is_none = matches!(value, Value::Missing) && !matches!(reading.value, Value::Missing);
        let has_value = reading.obs_status != Some("O") && !is_none;
        let obs_status = reading.obs_status.filter(|_| has_value).unwrap_or_else(|| codes::status(&stated, has_value));
        let note = note_of(columns, record);
        let obs_text = reading.text.then(|| String::from_utf8_lossy(given).into_owned());
        let detail = collector.detail(&Detail { obs_status: obs_status.into(), note, obs_text, correction: None });
        let value = match value {
            Value::Text(text) if power != 0 => parse_number(text).map_or(Value::Text(text), |n| Value::Number(codes::scaled(n, power))),
            value => value,
        };
        collector.push(number, SCHEME, area, cell(record, columns.year), series, detail, value);
    }

    /// A group of ours, or one that the crosswalk knows: some codes of the mirror's groups are those of ours.
    fn is_group(&self, area: &[u8], collector: &mut Collector<'_>) -> bool {
        match collector.area(SCHEME, area) {
            AreaHit::NotCovered => true,
            AreaHit::Unlisted | AreaHit::Unknown | AreaHit::Illegible => false,
            AreaHit::Known(index) => {
                self.reference.areas.codes.get(index as usize).is_some_and(|code| self.reference.group_scheme(code).is_some())
            }
        }
    }

    fn series(&mut self, columns: &Columns, record: &ByteRecord, collector: &mut Collector<'_>) -> (u32, bool) {
        let mut packed = Vec::new();
        for column in columns.dimensions.into_iter().chain([columns.database, columns.indicator, columns.unit]) {
            packed.extend_from_slice(cell(record, column));
            packed.push(0x1f);
        }
        if let Some(known) = self.series.get(&packed) {
            return *known;
        }
        let text = |column: usize| String::from_utf8_lossy(cell(record, column)).into_owned();
        let (indicator, code) = (text(columns.indicator), text(columns.unit));
        let unit = codes::unit(&code);
        if unit.is_none() {
            self.unknown_units.insert(format!("`{code}` of {indicator}"));
        }
        let mut key = SeriesKey::total(codes::series(&text(columns.database), &indicator), unit.unwrap_or("_U"));
        for (name, column) in DIMENSIONS.into_iter().zip(columns.dimensions) {
            codes::place(&mut key, name, &text(column));
        }
        let known = (collector.series(key), unit.is_some());
        self.series.insert(packed, known);
        known
    }

    fn warn(&self, collector: &mut Collector<'_>) {
        if self.group_rows > 0 {
            collector.warnings.push(format!(
                "{} of {} set aside: the mirror has made them, without weights; they are nobody's published figures: {}",
                count(self.group_rows, "row"),
                count(self.groups.len(), "group"),
                some(&self.groups)
            ));
        }
        if !self.former.is_empty() {
            let told =
                format!("set aside, since they are no economies of today (area_codes.csv says what they are): {}", some(&self.former));
            collector.warnings.push(told);
        }
        if !self.unknown_units.is_empty() {
            collector.warnings.push(format!("unit unknown, kept as _U: {}", some(&self.unknown_units)));
        }
    }
}

/// The bytes of a cell; the text `null` is none.
fn cell(record: &ByteRecord, column: usize) -> &[u8] {
    let cell = record.get(column).unwrap_or_default().trim_ascii();
    if cell.eq_ignore_ascii_case(b"null") { b"" } else { cell }
}

/// What is said of the observation and of its series, and who they have it from.
fn note_of(columns: &Columns, record: &ByteRecord) -> Option<String> {
    let text = |column: Option<usize>| column.map(|c| String::from_utf8_lossy(cell(record, c)).into_owned()).filter(|t| !t.is_empty());
    let [observation, series, source] = columns.comments;
    // PU is public, F free: anything else belongs beside the figure.
    let confidentiality = text(columns.confidentiality).filter(|code| !matches!(code.as_str(), "PU" | "F" | "_Z"));
    let parts = [
        text(observation),
        text(series),
        text(source).map(|source| format!("[{source}]")),
        confidentiality.map(|code| format!("OBS_CONF {code}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The first few of some names.
fn some(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 6;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
