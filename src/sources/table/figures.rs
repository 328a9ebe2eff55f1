//! Which columns of a file hold values, of which year and about whom: one of values, one a breakdown, one a year, or one
//! for each year of each breakdown (`2023 Female`).

use std::cmp::Reverse;

use super::columns::{self, find};
use super::heading::Heading;
use super::map::TableMap;
use super::value_columns::{Around, ValueColumn};
use super::year_columns::{self, YearColumn};
use crate::error::Result;
use crate::sources::body::headings;

/// A column of values, where the file has not one that `columns` names.
pub(super) struct Figures<'m> {
    pub column: usize,
    /// None: the year stands in a column of its own.
    pub year: Option<i32>,
    /// The name as it stands, where a mark says more than the year.
    pub marked: Option<String>,
    /// What the mark says of the status.
    pub status: Option<&'m str>,
    pub about: Option<&'m ValueColumn>,
}

/// A column that is not read although its name has a year in it.
pub(super) struct Unread {
    column: usize,
    name: String,
    /// Where the year stands further inside, as in `Total 2020`, it is told with a number in it: words such as classes of
    /// income (`Income_2025`) are no figures.
    is_told: bool,
}

impl Unread {
    pub(super) fn see(&mut self, cells: &[&str]) {
        self.is_told = self.is_told || cells.get(self.column).is_some_and(|cell| cell.bytes().any(|b| b.is_ascii_digit()));
    }

    /// The name, where it is to be told.
    pub(super) fn told(&self) -> Option<String> {
        self.is_told.then(|| format!("`{}`", self.name))
    }
}

/// Every such column, and those that have a year in their name and are none of them. `taken`: what is something else.
pub(super) fn of<'m>(map: &'m TableMap, header: &[String], taken: &[usize]) -> Result<(Vec<Figures<'m>>, Vec<Unread>)> {
    let mut figures: Vec<Figures<'m>> = Vec::new();
    let mut crossed: Vec<(Around, Option<&'m ValueColumn>)> = map.years_as_columns.then(|| (Around::default(), None)).into_iter().collect();
    for about in &map.value_columns {
        match Around::of(&about.column) {
            Some(around) => crossed.push((around, Some(about))),
            None => figures.push(Figures {
                column: find(map, header, &about.column)?,
                year: None,
                marked: None,
                status: None,
                about: Some(about),
            }),
        }
    }
    if crossed.is_empty() {
        return Ok((figures, Vec::new()));
    }
    // The longest name first: what is `2023 T` to `{year} T` is a year with a mark to `{year}`.
    crossed.sort_by_key(|(around, _)| Reverse(around.length()));
    for (around, about) in crossed {
        let before = figures.len();
        for (column, name) in header.iter().enumerate().filter(|(column, _)| !taken.contains(column)) {
            let within = around.within(name);
            let Some(YearColumn::Year { year, marked, status }) = within.map(|text| year_columns::read(&text, &map.numbers)) else {
                continue;
            };
            if figures.iter().any(|other| other.column == column) {
                continue;
            }
            if let Some(other) = figures[before..].iter().find(|other| other.year == Some(year)) {
                let what = format!("`{}` and `{name}` are both the year {year}", header[other.column]);
                return Err(headings::twice(map.header_row(), &what, &[other.column, column]));
            }
            figures.push(Figures { column, year: Some(year), marked: marked.then(|| name.clone()), status, about });
        }
        if figures.len() == before {
            let pattern = about.map(|about| match &about.column {
                Heading::Name(name) => name.as_str(),
                Heading::Place(_) => "",
            });
            return Err(columns::no_year(map, header, pattern));
        }
    }
    let read = |column: usize| taken.contains(&column) || figures.iter().any(|other| other.column == column);
    let others = header.iter().enumerate().filter(|(column, _)| !read(*column)).filter_map(|(column, name)| {
        let is_told = year_columns::read(name, &map.numbers) != YearColumn::Other;
        (is_told || year_columns::has_year(name)).then(|| Unread { column, name: name.clone(), is_told })
    });
    let others = others.collect();
    Ok((figures, others))
}
