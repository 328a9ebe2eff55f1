//! ITU DataHub: v2 downloads (ZIP or CSV), v3 CSV, and the v2 JSON of economies and of regional aggregates.
//! Keyed on SeriesID, whose codes differ between versions; units come from our own table, never from the file.

mod csv_rows;
mod json_rows;
mod series;

use std::fs::File;

use super::Parsed;
use super::archive::{self, Kind};
use super::csv_stream::CsvStream;
use crate::error::{Error, Result};
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
        json_rows::read(file, &mut series, collector)?;
    } else {
        let (mut found, mut count) = (false, 0);
        archive::for_each_member(file, &|member| member.is_empty() || member.to_ascii_lowercase().ends_with(".csv"), &mut |_, reader| {
            found = true;
            let csv = CsvStream::open(reader, b',', count)?;
            count = if csv.column(&["DisaggregationGroup"]).is_some() {
                csv_rows::v3(csv, &mut series, collector)?
            } else {
                csv_rows::v2(csv, &mut series, collector)?
            };
            Ok(())
        })?;
        if !found {
            return Err(Error::provider("E2009", "the ZIP holds no CSV"));
        }
    }
    series.warn(collector);
    Ok(Parsed { vintage: downloaded_at(name) })
}

/// Portal downloads carry the moment in their name: `<label>_<epoch milliseconds>.csv`.
fn downloaded_at(name: &str) -> Option<String> {
    let stem = name.split('.').next()?;
    let (_, digits) = stem.rsplit_once('_')?;
    let milliseconds: i64 = digits.parse().ok().filter(|_| digits.len() == 13)?;
    let moment = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
    Some(format!("downloaded {}", moment.strftime("%Y-%m-%d")))
}

/// Estimates are marked only in the source text: "ITU estimate.", in mixed case.
fn status_of(note: &str, source: &str) -> &'static str {
    let contains = |text: &str, word: &str| text.to_ascii_lowercase().contains(word);
    if contains(source, "estimate") || contains(note, "estimate") {
        "E"
    } else if contains(note, "break in") {
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
