//! What providers send: one folder a provider, each with its requests, its rows and its own settings. Bytes in, rows out;
//! no network, no disk, no SQL.

pub mod body;
mod data360;
mod data_commons;
mod format;
mod itu;
mod locate;
pub mod plan;
mod table;
mod unctad;
mod unesco;
mod unsd;

use std::sync::Arc;

use crate::authored::toml::TableReader;
use crate::error::{Code, Error, Problem, Result};
use crate::reference::Reference;
use crate::rows::collector::Collector;

use self::body::{ReadSeek, archive};

pub use self::format::{Format, Parsed, Served};
pub use self::locate::{Located, locate};

/// Reads the keys of a format in a `[[dataset]]` block; every problem is reported.
type ReadSettings = fn(&mut TableReader<'_>, &mut Vec<Problem>) -> Option<Arc<dyn Format>>;

/// Every format that a data set can name. A new provider is a folder, and a line here.
const FORMATS: &[(&str, ReadSettings)] = &[
    ("itu_datahub", itu::read),
    ("uis_bulk", unesco::read_bulk),
    ("uis_api", unesco::read_api),
    ("unctad_bulk", unctad::read_bulk),
    ("unctad_api", unctad::read_api),
    ("unsd_csv", unsd::read),
    ("data360", data360::read),
    ("data_commons", data_commons::read),
    ("table", table::read),
];

/// The names of all formats.
pub fn format_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|(name, _)| *name)
}

/// The format of this name, with its settings from the block. None, and a problem, where one of them is wrong.
pub fn read_format(name: &str, table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    if let Some((_, read)) = FORMATS.iter().find(|(known, _)| *known == name) {
        read(table, problems)
    } else {
        problems.push(
            Problem::new(Code::UnknownFormat, table.source(), table.span_of("format"), format!("unknown format `{name}`"))
                .maybe_hint(crate::error::suggestion(name, format_names())),
        );
        None
    }
}

/// Every answer of a pull was an empty list, or no data file at all; named after the first of them.
pub fn nothing_in(name: &str) -> Error {
    if archive::is_litter(name) {
        return Error::provider_hint(Code::NoDataFile, "a file of the system, not data", "put the data file into the folder");
    }
    Error::provider_hint(
        Code::EmptyAnswer,
        "the answer is an empty list: an unknown code or area, or no data",
        "the interface does not tell these apart; check the codes of the data set",
    )
}

/// Reads one body of a data set into the collector.
pub fn parse(
    format: &dyn Format,
    name: &str,
    body: &mut dyn ReadSeek,
    reference: &Reference,
    collector: &mut Collector<'_>,
) -> Result<Parsed> {
    if archive::is_litter(name) {
        return Ok(Parsed { empty: true, ..Parsed::default() });
    }
    format.parse(name, body, reference, collector)
}
