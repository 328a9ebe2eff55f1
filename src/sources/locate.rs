//! The way back: a record number of an observation to the line of the body.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

use super::archive::{self, Kind};
use super::csv_stream::{CsvStream, Record};
use super::held;
use crate::error::Result;
use crate::pipelines::Format;

/// Where a record stands.
#[derive(Debug, Clone)]
pub struct Located {
    /// File inside the archive; empty for a plain body.
    pub member: String,
    /// Line in that file, from 1; for JSON and workbooks the item or row.
    pub line: u64,
    pub text: String,
}

/// Finds the records with these numbers, counted as the parser counted them.
pub fn locate(format: &Format, mut file: File, wanted: &BTreeSet<u32>) -> Result<BTreeMap<u32, Located>> {
    let mut found = BTreeMap::new();
    let kind = archive::kind_of(&mut file)?;
    if kind == Kind::Json {
        let body: serde_json::Value = held::json(file)?;
        let items = body.get("records").unwrap_or(&body).as_array().cloned().unwrap_or_default();
        for number in wanted {
            if let Some(item) = (*number as usize).checked_sub(1).and_then(|i| items.get(i)) {
                found.insert(*number, Located { member: String::new(), line: u64::from(*number), text: item.to_string() });
            }
        }
        return Ok(found);
    }
    let (delimiter, titles) = match format {
        Format::Table(map) => (map.delimiter, map.header_row - 1),
        _ => (b',', 0),
    };
    let mut count = 0;
    archive::for_each_member(file, &|name| is_data(format, name), &mut |name, reader| {
        let (reader, skipped) = super::title_rows::skip(reader, titles, delimiter)?;
        // The reader counts a line at LF, and begins a record right behind the CR before it.
        let mut reader = BufReader::new(reader);
        let behind_cr = u64::from(reader.fill_buf().map_err(|e| archive::read_error(&e))?.windows(2).any(|w| w == b"\r\n"));
        let csv = CsvStream::open(reader, delimiter, count)?;
        if !name.is_empty() && !fits(format, &csv) {
            return Ok(());
        }
        let mut csv = if csv.column(&["DisaggregationGroup"]).is_some() { csv.rejoin_torn() } else { csv };
        while let Some(record) = csv.read()? {
            if let Record::Whole(number, record) = record
                && wanted.contains(&number)
            {
                let line = record.position().map_or(0, csv::Position::line) + skipped as u64 + behind_cr;
                let cells: Vec<String> = record.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
                found.insert(number, Located { member: name.to_owned(), line, text: cells.join(",") });
            }
        }
        count = csv.count();
        Ok(())
    })?;
    Ok(found)
}

/// Whether the parser of the format would read a member with this header, or pass over it.
fn fits<R: std::io::Read>(format: &Format, csv: &CsvStream<R>) -> bool {
    match format {
        Format::ItuDatahub { .. } => super::itu::fits(csv),
        Format::UnctadBulk { .. } | Format::UnctadApi { .. } => super::unctad::fits(csv),
        Format::UnsdCsv { .. } => super::unsd::fits(csv),
        Format::Table(map) => super::table::fits(map, csv),
        Format::UisBulk { .. } | Format::UisApi { .. } => true,
    }
}

/// The same members as the parser of the format reads.
fn is_data(format: &Format, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    match format {
        Format::UisBulk { .. } | Format::UisApi { .. } => {
            name.is_empty()
                || name.ends_with("_data_national.csv")
                || name.ends_with("_data_regional.csv")
                || name.rsplit('/').next() == Some("data.csv")
        }
        _ => name.is_empty() || name.ends_with(".csv"),
    }
}
