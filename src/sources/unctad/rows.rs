//! UNCTADstat: the bulk 7z with one CSV, and the CSV of the keyed interface. A column is a measure when it has a
//! Footnote twin, or is named in words; every code is text; four-character economies are groups.

use std::io::Read;

use crate::error::{Code, Error, Result};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading;
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::Value;
use crate::sources::Parsed;
use crate::sources::body::csv::CsvStream;
use crate::sources::body::headings::Header;
use crate::sources::body::{ReadSeek, csv_members};
use crate::sources::unctad::core;

pub(super) fn parse(file: &mut dyn ReadSeek, wanted: &[&str], collector: &mut Collector<'_>) -> Result<Parsed> {
    let (mut count, mut vintage) = (0, None);
    csv_members::read_each(file, collector, &mut |name, reader, collector| {
        count = rows(reader, count, wanted, collector)?;
        vintage = vintage.take().or_else(|| written_at(name));
        Ok(())
    })?;
    Ok(Parsed { vintage, ..Parsed::default() })
}

/// Whether a header is that of a report.
pub(super) fn fits(header: &Header) -> bool {
    layout(header).is_ok()
}

/// `US_X_20251208094400.csv` -> `2025-12-08`.
fn written_at(name: &str) -> Option<String> {
    let digits = name.strip_suffix(".csv")?.rsplit('_').next()?;
    let good = digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit());
    good.then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]))
}

/// One dimension: its code column and, where given, its label column.
struct Dimension {
    name: String,
    code: usize,
    label: Option<usize>,
}

struct Measure {
    name: String,
    value: usize,
    footnote: Option<usize>,
    missing: Option<usize>,
}

struct Layout {
    economy: usize,
    time: usize,
    dimensions: Vec<Dimension>,
    measures: Vec<Measure>,
}

/// Bulk headers read `X`, `X Label`, `M`, `M Footnote`, `M Missing value`; those of the interface `X_Code`,
/// `X_Label`, `M5060_Value`, `M5060_Footnote_Text`, `M5060_MissingValue_Label`.
fn layout(names: &Header) -> Result<Layout> {
    let header: Vec<String> = names.iter().map(|h| h.to_lowercase()).collect();
    let find = |name: &str| header.iter().position(|h| h == name);
    let economy = names.require(&["Economy", "Economy_Code"])?;
    let time = names.require(&["Year", "Period", "Period_Code"])?;
    // Where measures are told by their twins, a column in words is something else.
    let has_twins = header.iter().any(|name| name.ends_with("_value") || find(&format!("{name} footnote")).is_some());
    let (mut dimensions, mut measures) = (Vec::new(), Vec::new());
    for (index, name) in header.iter().enumerate() {
        let original = names[index].clone();
        if let Some(footnote) = find(&format!("{name} footnote")) {
            measures.push(Measure {
                name: original,
                value: index,
                footnote: Some(footnote),
                missing: find(&format!("{name} missing value")),
            });
        } else if let Some(stem) = name.strip_suffix("_value") {
            measures.push(Measure {
                name: original,
                value: index,
                footnote: find(&format!("{stem}_footnote_text")),
                missing: find(&format!("{stem}_missingvalue_label")),
            });
        } else if index != economy && index != time {
            if let Some(stem) = name.strip_suffix("_code") {
                dimensions.push(Dimension { name: stem.to_owned(), code: index, label: find(&format!("{stem}_label")) });
            } else if let Some(label) = find(&format!("{name} label")) {
                dimensions.push(Dimension { name: name.clone(), code: index, label: Some(label) });
            } else if let Some(stem) = name.strip_suffix(" label").filter(|stem| find(stem).is_none()) {
                // Labels alone, without codes beside them.
                dimensions.push(Dimension { name: stem.to_owned(), code: index, label: Some(index) });
            } else if is_in_words(name) && !has_twins {
                measures.push(Measure { name: original, value: index, footnote: None, missing: None });
            }
        }
    }
    if measures.is_empty() {
        return Err(Error::provider_hint(
            Code::MissingColumn,
            format!("line 1: no measure column (one with a Footnote twin) among: {}", names.join(", ")),
            "the layout has changed, or this is another file",
        ));
    }
    let layout = Layout { economy, time, dimensions, measures };
    (0..header.len()).filter(|index| layout.uses(*index)).try_for_each(|index| names.only(index).map(drop))?;
    let known = |index: usize, name: &str| {
        let twin_of_key = ["label", "code"]
            .iter()
            .any(|twin| ["economy", "year", "period"].iter().any(|key| name == format!("{key} {twin}") || name == format!("{key}_{twin}")));
        index == economy || index == time || twin_of_key || name.is_empty() || layout.uses(index)
    };
    match header.iter().enumerate().find(|(index, name)| !known(*index, name)) {
        None => Ok(layout),
        Some((index, _)) => Err(Error::provider_hint(
            Code::MissingColumn,
            format!("line 1: column `{}` has no label or code beside it; the file has: {}", names[index], names.join(", ")),
            "a dimension that is not read would turn its breakdowns into totals: the layout has changed",
        )),
    }
}

/// Measures are named in words, dimensions in one: `Proportion of businesses using the Internet`, `EnterpriseSize`.
fn is_in_words(name: &str) -> bool {
    name.split_whitespace().count() > 1 && ![" label", " footnote", " missing value"].iter().any(|twin| name.ends_with(twin))
}

impl Layout {
    fn uses(&self, index: usize) -> bool {
        self.dimensions.iter().any(|d| d.code == index || d.label == Some(index))
            || self.measures.iter().any(|m| m.value == index || m.footnote == Some(index) || m.missing == Some(index))
    }

    /// A dimension that the report must have, by the beginning of its name. Columns of values that are named in words
    /// say what they are about: such a report has no dimension for it.
    fn require(&self, name: &str, header: &[String]) -> Result<()> {
        let in_words = name == "UseOfIct" && self.measures.iter().all(|measure| is_in_words(&measure.name.to_lowercase()));
        if in_words || self.dimensions.iter().any(|dimension| dimension.name.to_lowercase().starts_with(&name.to_lowercase())) {
            return Ok(());
        }
        Err(Error::provider_hint(
            Code::MissingColumn,
            format!("line 1: dimension `{name}` is missing; the file has: {}", header.join(", ")),
            "without it the breakdowns would pass for totals: the layout has changed, or this is another report",
        ))
    }
}

fn rows(reader: &mut dyn Read, first: u32, wanted: &[&str], collector: &mut Collector<'_>) -> Result<u32> {
    let csv = CsvStream::open(reader, b',', first)?.with_notes();
    let layout = layout(csv.header())?;
    wanted.iter().try_for_each(|name| layout.require(name, csv.header()))?;
    let mut csv = csv.with_figures(layout.measures.len());
    let single = layout.measures.len() == 1;
    while let Some((number, record)) = csv.read(collector)? {
        let text = |column: usize| String::from_utf8_lossy(record.get(column).unwrap_or_default()).trim().to_owned();
        let economy = text(layout.economy);
        for measure in &layout.measures {
            // "Individual economies" and "Special economies" are headings of the tree, not areas.
            if economy == "0001" || economy == "0002" {
                collector.heading();
                continue;
            }
            let mut key = SeriesKey::total("", unit_of(&measure.name));
            let unknown = layout.dimensions.iter().find_map(|dimension| {
                let (code, label) = (text(dimension.code), dimension.label.map(text).unwrap_or_default());
                if std::str::from_utf8(record.get(dimension.code).unwrap_or_default()).is_err() {
                    return Some((Reason::Encoding, format!("{} that is not UTF-8", dimension.name)));
                }
                // An empty cell would pass for the total.
                if code.is_empty() && (label.is_empty() || is_series(&dimension.name)) {
                    return Some((Reason::MissingCode, format!("no {}", dimension.name)));
                }
                let shown = if label.is_empty() { code.clone() } else { label.clone() };
                let known = place(&mut key, &dimension.name, code, &label);
                (!known).then(|| (Reason::UnknownWord, format!("{} `{shown}`", dimension.name)))
            });
            if let Some((reason, what)) = unknown {
                collector.quarantine(number, reason, what);
                continue;
            }
            if key.series.is_empty() {
                key.series = core::series("", &measure.name);
            } else if !single {
                key.series = format!("{}.{}", key.series, measure.name);
            }
            let missing = measure.missing.map(text).unwrap_or_default();
            let footnote = measure.footnote.map(text).unwrap_or_default();
            let given = record.get(measure.value).unwrap_or_default().trim_ascii();
            let value = if given.is_empty() { Value::Missing } else { Value::Text(given) };
            // Why there is no value is said beside none, or beside a zero in its place.
            let Some(value) = (if missing.is_empty() { Some(value) } else { reading::denied(value) }) else {
                let what = format!("{} with the missing value `{missing}`", text(measure.value));
                collector.quarantine(number, Reason::BadValue, what);
                continue;
            };
            let mut detail = Detail::status(status_of(matches!(value, Value::Missing), &missing, &footnote));
            let notes: Vec<String> = [footnote, missing].into_iter().filter(|text| !text.is_empty()).collect();
            detail.note = (!notes.is_empty()).then(|| notes.join("; "));
            let (series, detail) = (collector.series(key), collector.detail(&detail));
            collector.push(number, "unctad", economy.as_bytes(), text(layout.time).as_bytes(), series, detail, value);
        }
    }
    Ok(csv.count())
}

/// Whether a dimension says what the row is a figure of.
fn is_series(name: &str) -> bool {
    matches!(name, "useofict" | "variable" | "series")
}

/// Puts one dimension of the report into ours; false when its word is not understood.
fn place(key: &mut SeriesKey, name: &str, code: String, label: &str) -> bool {
    match name {
        name if is_series(name) => key.series = core::series(&code, label),
        "enterprisesize" => {
            let class = if label.is_empty() && code == "0" { Some("_T".to_owned()) } else { size_class(&code, label) };
            match class {
                Some(class) => key.size_class = class,
                None => return false,
            }
        }
        "locationtype" => {
            key.urbanisation = words::urbanisation(label).or_else(|| words::urbanisation(&code)).unwrap_or("_T").to_owned();
            if words::urbanisation(label).is_none() && !words::says_all(label) {
                key.breakdown = code;
            }
        }
        _ if words::says_all(label) || code == "00" => {}
        _ => {
            let code = if code.is_empty() { label.to_owned() } else { code };
            key.breakdown = if key.breakdown == "_T" { code } else { format!("{};{code}", key.breakdown) };
        }
    }
    true
}

/// Without a label, a code that is no class itself is kept as it is: it cannot be mistaken for one.
fn size_class(code: &str, label: &str) -> Option<String> {
    if label.is_empty() { words::size_class(code).or_else(|| Some(code.to_owned())) } else { words::size_class(label) }
}

fn unit_of(measure: &str) -> &'static str {
    let measure = measure.to_lowercase();
    if ["percentage", "proportion", "share"].iter().any(|word| measure.starts_with(word))
        || measure.starts_with("m5060")
        || measure.starts_with("m5059")
        || measure.contains("as percentage")
    {
        "PT"
    } else {
        "_U"
    }
}

fn status_of(empty: bool, missing: &str, footnote: &str) -> &'static str {
    let missing = missing.to_lowercase();
    match () {
        () if empty && missing.starts_with("not applicable") => "M",
        () if empty && missing.starts_with("not publishable") => "Q",
        () if empty => "O",
        () if footnote.to_lowercase().contains("estimat") => "E",
        () if footnote.to_lowercase().contains("break") => "B",
        () => "A",
    }
}
