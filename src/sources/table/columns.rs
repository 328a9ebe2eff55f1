//! Finds the columns of a table data set in a header: each of those that its map names once.

use crate::error::{Code, Error, Result, suggestion};
use crate::sources::body::headings::{self, other_separator, shorten};
use crate::sources::table::heading::Heading;
use crate::sources::table::map::TableMap;

/// The place of a column; none is an error, and so are two of one name.
pub(super) fn find(map: &TableMap, header: &[String], heading: &Heading) -> Result<usize> {
    let name = match heading {
        Heading::Name(name) => name,
        Heading::Place(place) if *place <= header.len() => return Ok(place - 1),
        Heading::Place(place) => {
            return Err(Error::provider_hint(
                Code::MissingColumn,
                format!("line {}: there is no column {place}; the file has {}: {}", map.header_row(), header.len(), listed(header)),
                "correct `columns` of the data set",
            ));
        }
    };
    let places = headings::places_of(header, name);
    match places[..] {
        [place] => Ok(place),
        [] => Err(missing(map, name, header)),
        _ => Err(headings::twice(map.header_row(), &format!("{} columns are named `{name}`", places.len()), &places)),
    }
}

/// No column is a year, or is what `pattern` of a value column says with a year in it.
pub(super) fn no_year(map: &TableMap, header: &[String], pattern: Option<&str>) -> Error {
    let (what, key) = match pattern {
        None => ("no column is a year, but `years_as_columns` is set".to_owned(), "years_as_columns"),
        Some(pattern) => (format!("no column is `{pattern}` with a year in its place"), "value_columns"),
    };
    Error::provider_hint(
        Code::MissingColumn,
        format!("line {}: {what}; the file has: {}", map.header_row(), listed(header)),
        separated(header).unwrap_or_else(|| format!("correct `header_row` or `{key}` of the data set")),
    )
}

/// How many rows below the header are looked at where the names of the columns are not in it.
pub(super) const LOOKED_AT: usize = 30;

/// The same error, with the row that has the names of the columns where one of the next has them.
pub(super) fn names_stand_in(error: Error, map: &TableMap, row: Option<u64>) -> Error {
    match (error, row) {
        (Error::Provider { code: code @ Code::MissingColumn, message, .. }, Some(row)) if map.header_rows.len() == 1 => {
            Error::provider_hint(code, message, format!("the names of the columns stand in line {row}: header_row = {row} of the data set"))
        }
        (error, _) => error,
    }
}

fn missing(map: &TableMap, name: &str, header: &[String]) -> Error {
    Error::provider_hint(
        Code::MissingColumn,
        format!("line {}: column `{name}` is missing; the file has: {}", map.header_row(), listed(header)),
        unreadable(header)
            .or_else(|| suggestion(name, header.iter().map(String::as_str)).filter(|s| s.starts_with("did")))
            .unwrap_or_else(|| "correct `columns` of the data set".into()),
    )
}

/// Why the names cannot be those of the columns.
fn unreadable(header: &[String]) -> Option<String> {
    if header.iter().any(|name| name.contains('\u{fffd}')) {
        return Some("the names are not UTF-8: say what the file is written in, such as encoding = \"windows-1252\"".into());
    }
    if header.iter().all(String::is_empty) {
        return Some("there are no names in this row: say with `header_row` in which they are".into());
    }
    separated(header)
}

fn separated(header: &[String]) -> Option<String> {
    other_separator(header).map(|sign| format!("the columns are separated by {sign}: say so with `delimiter` of the data set"))
}

fn listed(header: &[String]) -> String {
    shorten(&header.join(", "), 300)
}
