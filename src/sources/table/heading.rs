//! How a data set names a column of its file: by the words above it, or by its place.

use serde::Serialize;

use crate::authored::toml::TableReader;
use crate::error::{Code, Problem};

/// A column of the file: by its name, or by its place, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Heading {
    Name(String),
    Place(usize),
}

impl std::fmt::Display for Heading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Place(place) => write!(f, "column {place}"),
        }
    }
}

/// A name, or a place from 1.
pub(super) fn read(
    table: &TableReader<'_>,
    key: &'static str,
    (text, is_place): (String, bool),
    problems: &mut Vec<Problem>,
) -> Option<Heading> {
    if !is_place {
        return Some(Heading::Name(text));
    }
    if let Ok(place @ 1..=1000) = text.parse() {
        Some(Heading::Place(place))
    } else {
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), format!("there is no column {text}"))
                .hint(format!("columns are counted from 1, from the left; the same for every row is {key} = {{ constant = \"{text}\" }}")),
        );
        None
    }
}
