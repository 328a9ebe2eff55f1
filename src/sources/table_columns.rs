//! Finds the columns of a table data set in a header: each of those that its map names once, and the years.

use super::csv_stream::{other_separator, shorten};
use super::headings;
use super::year_columns::{self, YearColumn};
use crate::error::{Error, Result, suggestion};
use crate::pipelines::TableMap;

/// A column that holds the values of one year.
pub struct Year {
    pub column: usize,
    pub year: i32,
    /// The name as it stands, where a mark says more than the year.
    pub marked: Option<String>,
}

/// The place of a column; none is an error, and so are two of one name.
pub fn find(map: &TableMap, header: &[String], name: &str) -> Result<usize> {
    let places: Vec<usize> = (0..header.len()).filter(|index| headings::same(&header[*index], name)).collect();
    match places[..] {
        [place] => Ok(place),
        [] => Err(missing(map, name, header)),
        _ => Err(twice(map, &format!("{} columns are named `{name}`", places.len()), &places)),
    }
}

/// Every column that is a year, except those `taken` for something else; and the names that have a year in them, but
/// also something that is no mark.
pub fn years(map: &TableMap, header: &[String], taken: &[usize]) -> Result<(Vec<Year>, Vec<String>)> {
    let (mut years, mut unclear): (Vec<Year>, Vec<String>) = (Vec::new(), Vec::new());
    for (column, name) in header.iter().enumerate().filter(|(column, _)| !taken.contains(column)) {
        match year_columns::read(name) {
            YearColumn::Year { year, marked } => {
                if let Some(other) = years.iter().find(|other| other.year == year) {
                    let what = format!("`{}` and `{name}` are both the year {year}", header[other.column]);
                    return Err(twice(map, &what, &[other.column, column]));
                }
                years.push(Year { column, year, marked: marked.then(|| name.clone()) });
            }
            YearColumn::Unclear => unclear.push(format!("`{name}`")),
            YearColumn::Other => {}
        }
    }
    if years.is_empty() {
        return Err(Error::provider_hint(
            "E2010",
            format!("line {}: no column is a year, but `years_as_columns` is set; the file has: {}", map.header_row, listed(header)),
            separated(header).unwrap_or_else(|| "mend `header_row` or `years_as_columns` of the data set".into()),
        ));
    }
    Ok((years, unclear))
}

fn missing(map: &TableMap, name: &str, header: &[String]) -> Error {
    Error::provider_hint(
        "E2010",
        format!("line {}: column `{name}` is missing; the file has: {}", map.header_row, listed(header)),
        separated(header)
            .or_else(|| suggestion(name, header.iter().map(String::as_str)).filter(|s| s.starts_with("did")))
            .unwrap_or_else(|| "mend `columns` of the data set".into()),
    )
}

/// Two columns that would be the same one of ours.
fn twice(map: &TableMap, what: &str, places: &[usize]) -> Error {
    let places: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
    Error::provider_hint(
        "E2030",
        format!("line {}: {what}: columns {} of the file", map.header_row, places.join(" and ")),
        "which one is meant cannot be told: rename or remove one of them in the file",
    )
}

fn separated(header: &[String]) -> Option<String> {
    other_separator(header).map(|sign| format!("the columns are separated by {sign}: say so with `delimiter` of the data set"))
}

fn listed(header: &[String]) -> String {
    shorten(&header.join(", "), 300)
}
