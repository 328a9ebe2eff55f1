//! ITU DataHub: v2 downloads (ZIP or CSV), v3 CSV, and the v2 JSON of economies and of regional aggregates.
//! Keyed on SeriesID, whose codes differ between versions; units come from our own table, never from the file.

mod csv_rows;
mod json_rows;
mod series;

use std::fs::File;

use super::Parsed;
use super::archive::{self, Kind};
use super::csv_members;
use super::csv_stream::CsvStream;
use crate::error::Result;
use crate::observe::Collector;
use crate::observe::reference::Reference;

use series::SeriesTable;

pub fn parse(mut file: File, name: &str, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
    let kind = archive::kind_of(&mut file)?;
    if let Some(error) = archive::refuse(kind) {
        return Err(error);
    }
    let mut series = SeriesTable::new(reference);
    if kind == Kind::Json {
        if json_rows::read(file, &mut series, collector)? == 0 {
            return Ok(Parsed { empty: true, ..Parsed::default() });
        }
    } else {
        let mut count = 0;
        csv_members::read_each(file, collector, &mut |_, reader, collector| {
            let csv = CsvStream::open(reader, b',', count)?;
            count = csv_rows::read(csv, &mut series, collector)?;
            Ok(())
        })?;
    }
    series.warn(collector);
    Ok(Parsed { vintage: downloaded_at(name), ..Parsed::default() })
}

/// Whether a header is that of one of the two layouts.
pub(super) fn fits<R: std::io::Read>(csv: &CsvStream<R>) -> bool {
    csv_rows::fits(csv)
}

/// Portal downloads carry the moment in their name: `<label>_<epoch milliseconds>.csv`.
fn downloaded_at(name: &str) -> Option<String> {
    let stem = name.split('.').next()?;
    let (_, digits) = stem.rsplit_once('_')?;
    let milliseconds: i64 = digits.parse().ok().filter(|_| digits.len() == 13)?;
    let moment = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
    Some(format!("downloaded {}", moment.strftime("%Y-%m-%d")))
}

/// Estimates are marked only in words: "ITU estimate.", "Estimation based on ..", in mixed case; so are breaks.
fn status_of(note: &str, source: &str) -> &'static str {
    let (note, source) = (note.to_ascii_lowercase(), source.to_ascii_lowercase());
    let says = |words: &[&str]| words.iter().any(|word| note.contains(word));
    if source.contains("estimat") || says(&["estimat"]) {
        "E"
    } else if says(&["break in", "series break", "breaks in", "redesigned"]) || (says(&["compar"]) && says(&["should not be"])) {
        "B"
    } else {
        "A"
    }
}

/// Note and source in one text; empty parts left out.
fn note_of(note: &str, source: &str) -> Option<String> {
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match (clean(note), clean(source)) {
        (note, source) if note.is_empty() && source.is_empty() => None,
        (note, source) if note.is_empty() => Some(source),
        (note, source) if source.is_empty() => Some(note),
        (note, source) => Some(format!("{note} [{source}]")),
    }
}
