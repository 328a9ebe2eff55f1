//! Finds the columns of a table data set in a header: each of those that its map names once, and the years.

use crate::error::{Code, Error, Result, suggestion};
use crate::sources::body::headings::{self, other_separator, shorten};
use crate::sources::table::heading::Heading;
use crate::sources::table::map::TableMap;
use crate::sources::table::year_columns::{self, YearColumn};

/// A column that holds the values of one year.
pub(super) struct Year {
    pub column: usize,
    pub year: i32,
    /// The name as it stands, where a mark says more than the year.
    pub marked: Option<String>,
}

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

/// Every column that is a year, except those `taken` for something else; and the names that have a year in them, but
/// also something that is no mark.
pub(super) fn years(map: &TableMap, header: &[String], taken: &[usize]) -> Result<(Vec<Year>, Vec<String>)> {
    let (mut years, mut unclear): (Vec<Year>, Vec<String>) = (Vec::new(), Vec::new());
    for (column, name) in header.iter().enumerate().filter(|(column, _)| !taken.contains(column)) {
        match year_columns::read(name) {
            YearColumn::Year { year, marked } => {
                if let Some(other) = years.iter().find(|other| other.year == year) {
                    let what = format!("`{}` and `{name}` are both the year {year}", header[other.column]);
                    return Err(headings::twice(map.header_row(), &what, &[other.column, column]));
                }
                years.push(Year { column, year, marked: marked.then(|| name.clone()) });
            }
            YearColumn::Unclear => unclear.push(format!("`{name}`")),
            YearColumn::Other => {}
        }
    }
    if years.is_empty() {
        return Err(Error::provider_hint(
            Code::MissingColumn,
            format!("line {}: no column is a year, but `years_as_columns` is set; the file has: {}", map.header_row(), listed(header)),
            separated(header).unwrap_or_else(|| "correct `header_row` or `years_as_columns` of the data set".into()),
        ));
    }
    Ok((years, unclear))
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
