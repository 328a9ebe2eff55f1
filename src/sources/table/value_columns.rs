//! `[[dataset.value_columns]]`: a file that has one column for each breakdown, such as one for women and one for men, or
//! one for each of them and each year (`column = "{year} Female"`).

use serde::Serialize;

use super::heading::{self, Heading};
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem};
use crate::rows::series_key::SeriesKey;
use crate::sources::body::headings::folded;
use crate::tables::schema::DIMENSIONS;
use crate::visible::clean;

/// A column of values, and what its values are about.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ValueColumn {
    pub column: Heading,
    /// Our dimensions with their codes; none for the total.
    pub dimensions: Vec<(String, String)>,
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<ValueColumn> {
    let mut columns: Vec<ValueColumn> = Vec::new();
    for mut block in table.tables("value_columns", "value_columns", problems) {
        let column = block.texts_or_numbers("column", problems).filter(|found| found.len() == 1).and_then(|mut found| found.pop());
        let column = block.require("column", column, problems).and_then(|found| heading::read(&block, "column", found, problems));
        let dimensions = DIMENSIONS.iter().filter_map(|name| Some(((*name).to_owned(), block.string(name, problems)?))).collect();
        block.finish(problems);
        let Some(column) = column else { continue };
        if let Some(other) = columns.iter().find(|other| other.dimensions == dimensions) {
            let what = format!("{column} and {} would be the same figures", other.column);
            problems.push(
                Problem::new(Code::SettingsDoNotFit, block.source(), block.span(), what)
                    .hint("say what each is about, such as sex = \"F\" and sex = \"M\""),
            );
        }
        columns.push(ValueColumn { column, dimensions });
    }
    let without = columns.iter().filter(|one| Around::of(&one.column).is_none()).count();
    if without > 0 && without < columns.len() {
        let what = "some of `value_columns` have `{year}` in the name and some have not: the year stands in the names of all, or of none";
        problems.push(Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of("value_columns"), what));
    }
    columns
}

/// What stands before and behind the year in the name of a column.
#[derive(Debug, Default)]
pub(super) struct Around {
    before: String,
    behind: String,
}

impl Around {
    /// None where the name has no `{year}`.
    pub(super) fn of(column: &Heading) -> Option<Self> {
        let Heading::Name(name) = column else { return None };
        let (before, behind) = name.split_once("{year}")?;
        Some(Self { before: folded(before), behind: folded(behind) })
    }

    pub(super) fn length(&self) -> usize {
        self.before.len() + self.behind.len()
    }

    /// What a name has between the two, as it is written: `P` and `p` may be two marks, and `2022²` is not 20222.
    pub(super) fn within(&self, name: &str) -> Option<String> {
        let name = clean(name);
        let places = |text: &str| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>();
        let start = places(&name).into_iter().take_while(|at| *at <= LONGER * self.before.len());
        let rest = start.map(|at| name.split_at(at)).find(|(before, _)| folded(before) == self.before)?.1;
        let end = places(rest).into_iter().rev().take_while(|at| rest.len() - at <= LONGER * self.behind.len());
        let within = end.map(|at| rest.split_at(at)).find(|(_, behind)| folded(behind) == self.behind)?.0;
        Some(within.trim().to_owned())
    }
}

/// How much longer a name may be written than it is once it is folded.
const LONGER: usize = 8;

impl ValueColumn {
    /// What the values of the column are about, where the other columns of the row say `key`.
    pub(super) fn of(&self, key: &SeriesKey) -> SeriesKey {
        let mut key = key.clone();
        for (name, code) in &self.dimensions {
            if let Some(dimension) = key.dimension_mut(name) {
                dimension.clone_from(code);
            }
        }
        key
    }
}
