//! One module per provider: `requests` says what to ask for, `parse` turns bytes into rows. No network, no disk, no SQL.

pub mod archive;
mod csv_members;
pub mod csv_stream;
mod foreign;
mod gunzip;
mod headings;
mod held;
mod itu;
mod locate;
pub mod requests;
mod sheets;
mod swallowed;
mod table;
mod table_columns;
mod title_rows;
mod unctad;
mod unesco;
mod unsd;
mod workbook;
mod written_numbers;
mod year_columns;

use std::fs::File;

use crate::error::{Error, Result};
use crate::fetch::{Body, Store};
use crate::observe::Collector;
use crate::observe::reference::Reference;
use crate::pipelines::{Dataset, Format};

pub use locate::{Located, locate};

/// What a body says about itself.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The edition that the body names, where it does.
    pub vintage: Option<String>,
    /// An answer without a single record, beside others that may have some.
    pub empty: bool,
    /// Data files of an archive whose names are the same in every release.
    pub members: Vec<String>,
}

/// Every answer of a pull was an empty list, or no data file at all; named after the first of them.
pub fn nothing_in(name: &str) -> Error {
    if archive::is_litter(name) {
        return Error::provider_hint("E2009", "a file of the system, not data", "put the data file into the folder");
    }
    Error::provider_hint(
        "E2021",
        "the answer is an empty list: an unknown code or area, or no data",
        "the interface does not tell these apart; check the codes of the data set",
    )
}

/// Reads one body of a data set into the collector.
pub fn parse(dataset: &Dataset, body: &Body, store: &Store, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
    if archive::is_litter(&body.name) {
        return Ok(Parsed { empty: true, ..Parsed::default() });
    }
    let file: File = store.open(&body.hash)?.into_parts().0;
    match &dataset.format {
        Format::ItuDatahub { .. } => itu::parse(file, &body.name, reference, collector),
        Format::UisBulk { .. } | Format::UisApi { .. } => unesco::parse(file, &body.name, collector),
        Format::UnctadBulk { .. } | Format::UnctadApi { .. } => unctad::parse(file, &dataset.format, collector),
        Format::UnsdCsv { .. } => unsd::parse(file, collector),
        Format::Table(map) => table::parse(file, map, collector),
    }
}
