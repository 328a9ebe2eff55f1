//! Rows of the two DataHub CSV layouts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use csv::ByteRecord;

use crate::error::{Code, Error, Result};
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::series_key::Detail;
use crate::sources::body::csv::CsvStream;
use crate::sources::body::headings::{Header, same, shorten};
use crate::sources::itu::series::{SeriesTable, Words};
use crate::sources::itu::words::{BETWEEN, aggregate, note_of, status_of};

/// How areas are written.
const SCHEME: &str = "itu";

/// v2: 13 columns; breakdown rows name their parent by code; where a question takes several answers, further columns
/// `dataValue 1` and so on. v3: 15 columns; crossed breakdowns; aggregates among the economies; a few records torn by an
/// unquoted newline. Gives the number of records read.
pub(super) fn read<R: Read>(csv: CsvStream<R>, series: &mut SeriesTable<'_>, collector: &mut Collector<'_>) -> Result<u32> {
    let columns = Columns::of(csv.header())?;
    collector.warnings.extend(unread(csv.header(), columns.disaggregation.is_some())?);
    let mut csv = if columns.disaggregation.is_some() { csv.rejoin_torn() } else { csv };
    rows(&mut csv, &columns, series, collector)
}

pub(super) fn fits(header: &Header) -> bool {
    Columns::of(header).is_ok()
}

struct Columns {
    id: usize,
    code: usize,
    name: usize,
    parent: Option<usize>,
    disaggregation: Option<[usize; 3]>,
    area: usize,
    value: usize,
    /// Answers to a question that takes several; a row fills either these or the value.
    answers: Vec<usize>,
    year: usize,
    note: usize,
    source: usize,
    unit: usize,
    /// The day of the edition, which a group's figure is nothing without.
    modified: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Result<Self> {
        if header.has("DisaggregationGroup") { Self::v3(header) } else { Self::v2(header) }
    }

    fn v2(header: &Header) -> Result<Self> {
        Ok(Self {
            id: header.require(&["seriesID"])?,
            code: header.require(&["seriesCode"])?,
            name: header.require(&["seriesName"])?,
            parent: Some(header.require(&["seriesParent"])?),
            disaggregation: None,
            area: header.require(&["entityIso"])?,
            value: header.require(&["dataValue"])?,
            answers: (0..header.len()).filter(|column| is_further_answer(&header[*column])).collect(),
            year: header.require(&["dataYear"])?,
            note: header.require(&["dataNote"])?,
            source: header.require(&["dataSource"])?,
            unit: header.require(&["seriesUnits"])?,
            modified: None,
        })
    }

    fn v3(header: &Header) -> Result<Self> {
        let group = header.require(&["DisaggregationGroup"])?;
        Ok(Self {
            id: header.require(&["SeriesID"])?,
            code: header.require(&["SeriesCode"])?,
            name: header.require(&["Series"])?,
            parent: None,
            disaggregation: Some([group, header.require(&["Disaggregation1"])?, header.require(&["Disaggregation2"])?]),
            area: header.require(&["AreaCode"])?,
            value: header.require(&["Value"])?,
            answers: Vec::new(),
            year: header.require(&["Year"])?,
            note: header.require(&["Notes"])?,
            source: header.require(&["Source"])?,
            unit: header.require(&["Unit"])?,
            modified: header.column(&["LastModifiedOn"])?,
        })
    }
}

/// `dataValue 3`, however its number is set off.
fn is_further_answer(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let number = name.strip_prefix("datavalue").map(|rest| rest.trim_start_matches([' ', '_', '-', '.']));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Columns of version 2, and of version 3.
const KNOWN: [&[&str]; 2] = [
    &[
        "seriesID",
        "seriesCode",
        "seriesName",
        "seriesParent",
        "seriesUnits",
        "entityID",
        "entityIso",
        "entityName",
        "dataValue",
        "dataYear",
        "dataNote",
        "dataSource",
        "seriesDescription",
    ],
    &[
        "SeriesID",
        "SeriesCode",
        "Series",
        "Unit",
        "Database",
        "Year",
        "AreaName",
        "AreaCode",
        "DisaggregationGroup",
        "Disaggregation1",
        "Disaggregation2",
        "Value",
        "Notes",
        "Source",
        "LastModifiedOn",
    ],
];

/// A warning of columns that are not known. One that may hold answers, or a further breakdown, is an error: without it
/// answers are missing, and parts pass for totals.
fn unread(header: &Header, is_v3: bool) -> Result<Option<String>> {
    let known = |name: &&String| KNOWN[usize::from(is_v3)].iter().any(|known| same(name, known));
    let unknown: Vec<&String> =
        header.iter().filter(|name| !name.is_empty() && !known(name) && (is_v3 || !is_further_answer(name))).collect();
    let heavy = |name: &&&String| ["datavalue", "disaggregation", "value"].iter().any(|part| name.to_lowercase().starts_with(part));
    if let Some(name) = unknown.iter().find(heavy) {
        return Err(Error::provider_hint(
            Code::MissingColumn,
            format!("line 1: unknown column `{name}`; the file has: {}", shorten(&header.join(", "), 300)),
            "it may hold figures or a breakdown, and without it others would pass for the whole: see what it holds, and add it to the reader",
        ));
    }
    let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
    Ok((!names.is_empty()).then(|| format!("columns that nothing reads: {}", shorten(&names.join(", "), 300))))
}

/// The value of a row, or its answers in the order of the columns.
fn given<'r>(record: &'r ByteRecord, columns: &Columns) -> Cow<'r, [u8]> {
    let cell = |column: &usize| record.get(*column).unwrap_or_default().trim_ascii();
    let value = cell(&columns.value);
    let mut answers = columns.answers.iter().map(cell).filter(|answer| !answer.is_empty()).peekable();
    if answers.peek().is_none() {
        return Cow::Borrowed(value);
    }
    let all: Vec<&[u8]> = std::iter::once(value).filter(|value| !value.is_empty()).chain(answers).collect();
    Cow::Owned(all.join(BETWEEN.as_bytes()))
}

fn rows<R: Read>(csv: &mut CsvStream<R>, columns: &Columns, series: &mut SeriesTable<'_>, collector: &mut Collector<'_>) -> Result<u32> {
    let mut details: HashMap<Box<[u8]>, u32> = HashMap::new();
    let (mut id, mut key) = (Vec::new(), Vec::new());
    while let Some((number, record)) = csv.read(collector)? {
        let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
        if cell(columns.id).is_empty() {
            collector.quarantine(number, Reason::MissingCode, "no SeriesID");
            continue;
        }
        id.clear();
        // The code alone says it, or so it should: a row whose words say something else is another one.
        let words_of_part = columns.disaggregation.iter().flat_map(|[_, first, second]| [*first, *second]);
        for column in [columns.id, columns.unit].into_iter().chain(words_of_part) {
            id.extend_from_slice(cell(column));
            id.push(0x1f);
        }
        let not_utf8 = || (Reason::Encoding, "text that is not UTF-8".to_owned());
        let found = series
            .cached(&id)
            .map_or_else(|| words(record, columns).ok_or_else(not_utf8).and_then(|words| series.resolve(&id, &words, collector)), Ok);
        let known = match found {
            Ok(known) => known,
            Err((reason, what)) => {
                collector.quarantine(number, reason, what);
                continue;
            }
        };
        let given = given(record, columns);
        let reading = known.read(&given);
        if reading.text && std::str::from_utf8(&given).is_err() {
            collector.quarantine(number, Reason::Encoding, "an answer that is not UTF-8");
            continue;
        }
        key.clear();
        for part in [cell(columns.note), cell(columns.source), if reading.text { &given } else { &b""[..] }] {
            key.extend_from_slice(part);
            key.push(0x1f);
        }
        key.extend_from_slice(reading.obs_status.unwrap_or_default().as_bytes());
        let updated = columns.modified.map(cell).filter(|day| !day.is_empty());
        let is_group = series.is_group(collector.area(SCHEME, cell(columns.area)));
        if is_group {
            key.push(0x1f);
            key.extend_from_slice(updated.unwrap_or_default());
        }
        let detail = if let Some(&detail) = details.get(key.as_slice()) {
            detail
        } else {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (note, source) = (text(cell(columns.note)), text(cell(columns.source)));
            let (status, note) = if is_group {
                ("E", Some(aggregate(updated.map(text).as_deref())))
            } else {
                (status_of(&note, &source), note_of(&note, &source))
            };
            let detail = collector.detail(&Detail {
                obs_status: reading.obs_status.unwrap_or(status).into(),
                note: known.note(&given, note),
                obs_text: reading.text.then(|| text(&given)),
                correction: None,
            });
            collector.keep(key.len());
            details.insert(key.as_slice().into(), detail);
            detail
        };
        collector.push(number, SCHEME, cell(columns.area), cell(columns.year), known.series, detail, reading.value);
    }
    Ok(csv.count())
}

fn words<'a>(record: &'a ByteRecord, columns: &Columns) -> Option<Words<'a>> {
    let cell = |column: usize| std::str::from_utf8(record.get(column).unwrap_or_default()).ok().map(str::trim);
    Some(Words {
        id: cell(columns.id)?,
        code: cell(columns.code)?,
        name: cell(columns.name)?,
        parent: match columns.parent {
            Some(column) => Some(cell(column)?).filter(|p| !p.is_empty()),
            None => None,
        },
        disaggregation: match columns.disaggregation {
            Some([group, first, second]) => Some([cell(group)?, cell(first)?, cell(second)?]),
            None => None,
        },
        unit: Some(cell(columns.unit)?),
    })
}
