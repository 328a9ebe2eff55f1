//! Years as names of columns and in cells: `2020`, `y_2020`, and with the marks that agencies put beside them.

use std::borrow::Cow;

use crate::rows::value::{parse_year, year_of_date};
use crate::sources::body::headings::{heading, is_raised};
use crate::sources::table::signs::NumberSigns;
use crate::sources::table::written_numbers::without_marks;

/// What the name of a column says of a year.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum YearColumn<'s> {
    /// A year, marked or not: `2023p`, `2022*`, `2021 (est.)`, `2022 [YR2022]`; and the status that a declared mark gives.
    Year {
        year: i32,
        marked: bool,
        status: Option<&'s str>,
    },
    /// It begins with a year, and goes on with something else, such as `2022-23` or `2022 Q1`.
    Unclear,
    Other,
}

const PREFIXES: [&str; 4] = ["y_", "yr_", "yr", "y"];

/// Marks of a preliminary, estimated or revised figure, compared without a point and without case.
const WORDS: [&str; 24] = [
    "est",
    "estim",
    "estimate",
    "estimated",
    "estimates",
    "estimation",
    "prov",
    "provisional",
    "prel",
    "prelim",
    "preliminary",
    "rev",
    "revised",
    "proj",
    "projected",
    "projection",
    "forecast",
    "budget",
    "actual",
    "final",
    "break",
    "nowcast",
    "partial",
    "unrevised",
];

/// What a cell says of a year.
pub(super) struct Period<'t, 's> {
    pub year: Cow<'t, str>,
    /// The cell as it stands, where a mark says more than the year.
    pub marked: Option<&'t str>,
    pub status: Option<&'s str>,
}

pub(super) fn of_cell<'t, 's>(cell: &'t str, signs: &'s NumberSigns) -> Period<'t, 's> {
    let as_it_is = Period { year: Cow::Borrowed(cell), marked: None, status: None };
    if parse_year(cell.as_bytes()).is_some() {
        return as_it_is;
    }
    match read(cell, signs) {
        YearColumn::Year { year, marked, status } => Period { year: Cow::Owned(year.to_string()), marked: marked.then_some(cell), status },
        YearColumn::Unclear | YearColumn::Other => as_it_is,
    }
}

/// By the marks that the data set declares, and by those that agencies are known to write.
pub(super) fn read<'s>(name: &str, signs: &'s NumberSigns) -> YearColumn<'s> {
    let found = known(name);
    if signs.marks.is_empty() || matches!(found, YearColumn::Year { marked: false, .. }) {
        return found;
    }
    let (plain, marks) = without_marks(name, signs);
    match known(&plain) {
        YearColumn::Year { year, marked, .. } => {
            // `2023 (p)` and `2023P` have the mark `p` too, where nothing else is declared for them.
            let bare = |mark: &str| mark.trim_matches(|c: char| c == '.' || BRACKETS.contains(&c)).to_lowercase();
            let behind = plain.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches(|c: char| c.is_ascii_digit());
            let others = || pieces(behind).find_map(|piece| signs.marks.iter().find(|(mark, _)| bare(mark) == bare(piece)));
            let last = marks.iter().rev().copied().find(|(_, status)| status.is_some()).or_else(others);
            let status = last.and_then(|(_, status)| status.as_deref());
            YearColumn::Year { year, marked: marked || !marks.is_empty(), status }
        }
        YearColumn::Unclear | YearColumn::Other => found,
    }
}

fn known(name: &str) -> YearColumn<'static> {
    let found = as_written(name);
    if name.is_ascii() || matches!(found, YearColumn::Year { .. }) {
        return found;
    }
    // Wide digits and brackets are what they look like.
    Some(as_written(&heading(name))).filter(|year| matches!(year, YearColumn::Year { .. })).unwrap_or(found)
}

fn as_written(name: &str) -> YearColumn<'static> {
    let plain = |year| YearColumn::Year { year, marked: false, status: None };
    if let Some(year) = year_of_date(name.trim()).and_then(|year| parse_year(year.as_bytes())) {
        return plain(year);
    }
    let lower = name.trim().to_ascii_lowercase();
    let text = PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower);
    if let Some(year) = parse_year(text.as_bytes()) {
        return plain(year);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = text.split_at(digits);
    match parse_year(year.as_bytes()).filter(|year| (1900..=2100).contains(year)) {
        Some(year) if rest.trim() == format!("[yr{year}]") => plain(year),
        Some(year) if is_marks(rest) => YearColumn::Year { year, marked: true, status: None },
        _ if begins_with_year(text) => YearColumn::Unclear,
        _ => YearColumn::Other,
    }
}

const BRACKETS: &[char] = &['(', ')', '[', ']'];

/// What stands between spaces, brackets and signs that separate.
fn pieces(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| c.is_whitespace() || BRACKETS.contains(&c) || matches!(c, '/' | ',' | ';')).filter(|piece| !piece.is_empty())
}

/// One or more marks, with or without brackets.
fn is_marks(rest: &str) -> bool {
    let bracketed = rest.contains([')', ']']);
    let mut pieces = pieces(rest);
    let is_mark = |piece: &str| {
        let word = piece.trim_matches('.');
        let footnote = bracketed && word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
        // M, Q, W and H begin months, quarters, weeks and halves; an F that stands alone may be women.
        let alone = !bracketed && rest.starts_with(char::is_whitespace);
        let letter = matches!(word.as_bytes(), [b'a'..=b'z']) && !matches!(word, "m" | "q" | "w" | "h") && (word != "f" || !alone);
        let sign = piece.chars().all(|c| is_raised(c) || matches!(c, '*' | '†' | '‡' | '§' | '#' | '^' | '°'));
        footnote || letter || sign || WORDS.contains(&word)
    };
    !rest.starts_with('.') && pieces.clone().next().is_some() && pieces.all(is_mark)
}

/// Whether a word of the name is a year, wherever it stands: `Total 2020`, `Average 2018-2020`.
pub(super) fn has_year(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(starts_with_year)
}

/// Whether a year stands at the beginning, or behind a word such as `Value`: in `Income_2025` it says something else.
fn begins_with_year(text: &str) -> bool {
    const WORDS: [&str; 7] = ["year", "fy", "value", "values", "data", "in", "change"];
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let word = if WORDS.contains(&first) { words.next().unwrap_or_default() } else { first };
    starts_with_year(word)
}

fn starts_with_year(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    parse_year(&word.as_bytes()[..digits]).is_some_and(|year| (1900..=2100).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_with_marks() {
        let read = known;
        for name in [
            "2022",
            "2022-01-01",
            "2022-12-31",
            "01/01/2022",
            "31.12.2022",
            "12/31/2022",
            "2022-01-01T00:00:00",
            "y_2022",
            "YR2022",
            "2022.0",
            "2022 [YR2022]",
        ] {
            assert_eq!(read(name), YearColumn::Year { year: 2022, marked: false, status: None }, "{name}");
        }
        for name in [
            "2022p",
            "2022P",
            "2022*",
            "2022 (est.)",
            "2022 **",
            "2022 p/",
            "2022 (p)(r)",
            "2022 [1]",
            "2022²",
            "2022 prov.",
            "2022f",
            "2022 (f)",
        ] {
            assert_eq!(read(name), YearColumn::Year { year: 2022, marked: true, status: None }, "{name}");
        }
        for name in [
            "2022-23",
            "2022-04-01",
            "2022/2023",
            "2022 Q1",
            "2022M01",
            "2022.1",
            "Change 2020-2022",
            "2022 (%)",
            "2022 [YR2021]",
            "2022 rank",
            "2022 F",
        ] {
            assert_eq!(read(name), YearColumn::Unclear, "{name}");
        }
        for name in ["Area", "", "Income_2025", "20225", "Table 12", "1234p"] {
            assert_eq!(read(name), YearColumn::Other, "{name}");
        }
        assert!(["Total 2020", "Average 2018-2020", "Persons (2021)", "Income_2025"].into_iter().all(has_year));
        assert!(!["Area", "", "20225", "Table 12", "1234p"].into_iter().any(has_year));
    }
}
