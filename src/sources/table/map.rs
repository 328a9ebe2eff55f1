//! The column map of a `table` data set: how a statistician brings in any CSV or XLSX without Rust.

use std::collections::BTreeMap;

use serde::Serialize;

use super::heading::{self, Heading};
use super::signs::{self, NumberSigns};
use super::spans::{self, Span};
use super::value_columns::{self, Around, ValueColumn};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};
use crate::sources::body::layout::CsvLayout;

/// Where one of our columns comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) enum Column {
    /// One or more columns of the file; several are joined with a dot, those of a note as sentences.
    From(Vec<Heading>),
    /// The same for every row.
    Constant(String),
}

/// Stands for the year in an address.
pub(super) const YEAR: &str = "{year}";

/// What of a note is said, each once and in the order given.
pub(super) fn sentences<T: PartialEq + AsRef<str>>(parts: impl Iterator<Item = T>) -> Vec<T> {
    let mut said = Vec::new();
    for part in parts {
        if !part.as_ref().is_empty() && !said.contains(&part) {
            said.push(part);
        }
    }
    said
}

/// Which sheets of a workbook are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) enum Sheets {
    /// The one that has the columns of the map; several are an error.
    OnlyOne,
    Named(String),
    /// Every one whose name fits the pattern, `*` standing for any text, and that has the columns of the map.
    Matching(String),
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct TableMap {
    /// Where the file can be pulled from; empty when it is only downloaded by hand.
    pub url: String,
    /// Years that are asked for, one request each, where `url` has `{year}`.
    pub years: Vec<i64>,
    /// Lists within the objects of a JSON body whose elements are the rows; none where the objects are.
    pub lists: Vec<String>,
    pub sheets: Sheets,
    /// The rows, from 1, that make up the names of the columns; none where the columns have no names.
    pub header_rows: Vec<usize>,
    pub delimiter: u8,
    pub encoding: Option<String>,
    pub numbers: NumberSigns,
    /// Texts in the column of the area that stand for a row of totals, which is passed over; `*` is any text.
    pub totals: Vec<String>,
    /// Which codes the ref_area column holds: iso3, m49, itu, unctad, uis, unsd, worldbank, eurostat or name.
    pub area_scheme: String,
    pub columns: Vec<(String, Column)>,
    /// Years stand as columns (`2008` or `y_2008`), one value each.
    pub years_as_columns: bool,
    /// Breakdowns stand as columns, one value each.
    pub value_columns: Vec<ValueColumn>,
    /// Years in which a series is something else.
    pub spans: Vec<Span>,
    /// Provider's word -> our code, per column of ours.
    pub maps: Vec<(String, Vec<(String, String)>)>,
    /// Where each word of the maps and of `totals` stands, as `path:line`.
    #[serde(skip)]
    pub places: BTreeMap<(String, String), String>,
    /// Rows are read only when the file's column has one of these values.
    pub only: Vec<(String, Vec<String>)>,
}

/// What a table data set may fill.
pub(super) const TARGETS: [&str; 15] = [
    "series",
    "ref_area",
    "time_period",
    "sex",
    "age",
    "urbanisation",
    "disability",
    "education_level",
    "size_class",
    "breakdown",
    "value",
    "unit",
    "obs_status",
    "edition",
    "note",
];

/// Whose codes of areas a file may have.
const SCHEMES: [&str; 9] = ["iso3", "m49", "itu", "unctad", "uis", "unsd", "worldbank", "eurostat", "name"];

impl TableMap {
    /// Whose codes of areas the file has.
    pub(super) fn scheme(&self) -> &'static str {
        SCHEMES.into_iter().find(|scheme| *scheme == self.area_scheme).unwrap_or("iso3")
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(target, _)| target == name).map(|(_, column)| column)
    }

    /// The last row of names.
    pub(super) fn header_row(&self) -> usize {
        self.header_rows.last().copied().unwrap_or(0)
    }

    pub(super) fn csv_layout(&self) -> CsvLayout {
        CsvLayout {
            delimiter: self.delimiter,
            header_rows: self.header_rows.clone(),
            encoding: self.encoding.as_deref().and_then(signs::encoding_of),
        }
    }

    /// Whether a code (after mapping) is one that the column's map gives; a column without a map takes any.
    pub(super) fn knows(&self, column: &str, code: &str) -> bool {
        self.maps.iter().find(|(target, _)| target == column).is_none_or(|(_, pairs)| pairs.iter().any(|(_, to)| to == code))
    }
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<TableMap> {
    let url = table.string("url", problems).unwrap_or_default();
    if !url.trim().is_empty() {
        rules::address(table, "url", &url, problems);
    }
    let years = years_asked(table, &url, problems);
    let lists = table.strings("lists", problems);
    rules::not_empty(table, "lists", lists.as_deref(), problems);
    let sheets = sheets(table, problems);
    let header_rows = header_rows(table, problems);
    let encoding = signs::encoding(table, problems);
    let mut places = BTreeMap::new();
    let totals = table.spanned_strings("totals", problems);
    let totals: Vec<String> = totals.into_iter().map(|(word, span)| remember(&mut places, table, "totals", word, span.start)).collect();
    let delimiter = signs::delimiter(table, problems);
    let numbers = signs::numbers(table, problems);
    let area_scheme = table.string("area_scheme", problems).unwrap_or_else(|| "iso3".into());
    rules::choices(table, "area_scheme", SCHEMES);
    if !SCHEMES.contains(&area_scheme.as_str()) {
        problems.push(
            Problem::new(
                Code::UnknownAreaScheme,
                table.source(),
                table.span_of("area_scheme"),
                format!("unknown area_scheme `{area_scheme}`"),
            )
            .maybe_hint(suggestion(&area_scheme, SCHEMES)),
        );
    }
    let years_as_columns = table.boolean("years_as_columns", problems).unwrap_or(false);
    let value_columns = value_columns::read(table, problems);
    if years_as_columns && !value_columns.is_empty() {
        problems.push(Problem::new(
            Code::SettingsDoNotFit,
            table.source(),
            table.span_of("years_as_columns"),
            "columns are years or breakdowns, not both: `years_as_columns` and `value_columns` exclude each other",
        ).hint("where each name has both, write it with `{year}` in `value_columns`: column = \"{year} Female\", without `years_as_columns`"));
    }
    let has_years = years_as_columns || value_columns.iter().any(|one| Around::of(&one.column).is_some());
    let spans = spans::read(table, problems);
    let mut columns = Vec::new();
    let Some(mut map) = table.table("columns", "columns", problems) else {
        table.require::<()>("columns", None, problems);
        return None;
    };
    for target in TARGETS {
        if let Some(column) = read_column(&mut map, target, problems) {
            columns.push((target.to_owned(), column));
        }
    }
    for needed in ["series", "ref_area", "time_period", "value"] {
        let given = columns.iter().any(|(target, _)| target == needed);
        if !given
            && !map.has(needed)
            && !(has_years && (needed == "time_period" || needed == "value"))
            && (value_columns.is_empty() || needed != "value")
        {
            problems.push(
                Problem::new(Code::MissingKey, map.source(), map.span(), format!("columns needs `{needed}`"))
                    .hint(format!("{needed} = \"name of the column in the file\", or {needed} = {{ constant = \"..\" }}")),
            );
        }
    }
    map.finish(problems);
    let mut maps = Vec::new();
    if let Some(mut table) = table.table("maps", "maps", problems) {
        for target in TARGETS {
            if let Some(pairs) = table.map(target, problems) {
                for ((word, _), span) in pairs.iter().zip(table.spans_of_keys(target)) {
                    remember(&mut places, &table, target, word.clone(), span.start);
                }
                maps.push((target.to_owned(), pairs));
            }
        }
        table.finish(problems);
    }
    let only = table
        .map("only", problems)
        .unwrap_or_default()
        .into_iter()
        .map(|(column, values)| (column, values.split('|').map(|v| v.trim().to_owned()).collect()))
        .collect();
    Some(TableMap {
        url,
        years,
        lists: lists.unwrap_or_default(),
        sheets,
        header_rows,
        delimiter,
        encoding,
        numbers,
        totals,
        area_scheme,
        columns,
        years_as_columns,
        value_columns,
        spans,
        maps,
        places,
        only,
    })
}

/// `years = [2020, 2022]`: what `{year}` in the address stands for, one request each.
fn years_asked(table: &mut TableReader<'_>, url: &str, problems: &mut Vec<Problem>) -> Vec<i64> {
    let mut years = table.integers("years", problems).unwrap_or_default();
    let wrong = match (url.contains(YEAR), years.is_empty()) {
        (true, true) => Some(("url", "the address asks for a year, but `years` names none")),
        (false, false) => Some(("years", "`years` are asked for one by one, but `url` has no place for a year")),
        _ => None,
    };
    if let Some((key, why)) = wrong {
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), why)
                .hint("write `{year}` where the address has the year, and years = [2020, 2022]"),
        );
    }
    years.sort_unstable();
    years.dedup();
    years
}

/// Notes the line in which a word stands; gives the word.
fn remember(places: &mut BTreeMap<(String, String), String>, table: &TableReader<'_>, name: &str, word: String, at: usize) -> String {
    let source = table.source();
    places.insert((name.to_owned(), word.clone()), format!("{}:{}", source.path, source.position(at).0));
    word
}

/// `header_row = 2`, or `header_rows = [2, 3]` where names run over several rows; 0 says that there are no names.
fn header_rows(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<usize> {
    const MOST: i64 = 1000;
    let one = table.integer("header_row", problems);
    let one = rules::within(table, "header_row", one, 0..=MOST, problems);
    let Some(several) = table.integers("header_rows", problems) else {
        return Vec::from_iter(usize::try_from(one.unwrap_or(1)).ok().filter(|row| *row > 0));
    };
    let rises = several.windows(2).all(|pair| pair[0] < pair[1]);
    if one.is_some() || several.is_empty() || !rises || several.iter().any(|row| !(1..=MOST).contains(row)) {
        let why =
            if one.is_some() { "`header_row` and `header_rows` say the same" } else { "`header_rows` are no rows from top to bottom" };
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of("header_rows"), why)
                .hint("write header_rows = [2, 3] where the names stand in rows 2 and 3, or header_row = 2 alone"),
        );
        return vec![1];
    }
    several.into_iter().filter_map(|row| usize::try_from(row).ok()).collect()
}

/// `sheet` names one, `sheets` is `"all"` or a pattern; not both.
fn sheets(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Sheets {
    let sheet = table.string("sheet", problems);
    let pattern = table.string("sheets", problems);
    if sheet.is_some() && pattern.is_some() {
        problems.push(
            Problem::new(
                Code::SettingsDoNotFit,
                table.source(),
                table.span_of("sheets"),
                "`sheet` names one sheet and `sheets` several: one of them is wrong",
            )
            .hint("remove `sheet` to read all that fit `sheets`"),
        );
    }
    for (key, given) in [("sheet", &sheet), ("sheets", &pattern)] {
        if given.as_ref().is_some_and(|name| name.trim().is_empty()) {
            problems.push(
                Problem::new(
                    Code::SettingsDoNotFit,
                    table.source(),
                    table.span_of(key),
                    format!("`{key}` is blank, and no sheet has such a name"),
                )
                .hint("write the name, or sheets = \"all\" or a pattern such as sheets = \"20*\""),
            );
        }
    }
    match (sheet, pattern) {
        (Some(name), _) => Sheets::Named(name),
        (None, Some(pattern)) if pattern.trim().eq_ignore_ascii_case("all") => Sheets::Matching("*".into()),
        (None, Some(pattern)) => Sheets::Matching(pattern),
        (None, None) => Sheets::OnlyOne,
    }
}

/// `"Name"`, `3`, `["Name", 3]` or `{ constant = "x" }`.
fn read_column(map: &mut TableReader<'_>, target: &'static str, problems: &mut Vec<Problem>) -> Option<Column> {
    if !map.has(target) {
        // Asked for so that the name counts as known.
        let mut nothing = Vec::new();
        map.string(target, &mut nothing);
        return None;
    }
    let mut attempt = Vec::new();
    if let Some(found) = map.texts_or_numbers(target, &mut attempt) {
        return Some(Column::From(found.into_iter().filter_map(|one| heading::read(map, target, one, problems)).collect()));
    }
    attempt.clear();
    let mut table = map.table(target, "constant", problems)?;
    let constant = table.scalar("constant", problems);
    let constant = table.require("constant", constant, problems);
    table.finish(problems);
    constant.map(Column::Constant)
}
