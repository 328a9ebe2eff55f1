//! Years as names of columns: `2020`, `y_2020`, and with the marks that agencies put behind them.

use std::borrow::Cow;

use crate::rows::value::parse_year;

/// What the name of a column says of a year.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum YearColumn {
    /// A year, marked or not: `2023p`, `2022*`, `2021 (est.)`, `2022 [YR2022]`.
    Year {
        year: i32,
        marked: bool,
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

/// The year of a date that stands for one: cells of a spreadsheet that show a year often hold its first or last day.
/// Any other day may be of a month or a quarter.
pub(super) fn year_of_date(text: &str) -> Option<&str> {
    let day = text.strip_suffix("T00:00:00").or_else(|| text.strip_suffix(" 00:00:00")).unwrap_or(text);
    let ends = ["-01-01", "-12-31", "/01/01", "/12/31"].iter().find_map(|end| day.strip_suffix(end));
    let begins = ["01/01/", "1/1/", "31/12/", "12/31/", "01.01.", "1.1.", "31.12.", "01-01-", "31-12-"];
    let year = ends.or_else(|| begins.iter().find_map(|start| day.strip_prefix(start)))?;
    Some(year).filter(|year| parse_year(year.as_bytes()).is_some())
}

/// The year in a cell, and the cell as it stands where a mark says more than the year.
pub(super) fn of_cell(cell: &str) -> (Cow<'_, str>, Option<&str>) {
    if parse_year(cell.as_bytes()).is_some() {
        return (Cow::Borrowed(cell), None);
    }
    match read(cell) {
        YearColumn::Year { year, marked } => (Cow::Owned(year.to_string()), marked.then_some(cell)),
        YearColumn::Unclear | YearColumn::Other => (Cow::Borrowed(cell), None),
    }
}

pub(super) fn read(name: &str) -> YearColumn {
    if let Some(year) = year_of_date(name.trim()).and_then(|year| parse_year(year.as_bytes())) {
        return YearColumn::Year { year, marked: false };
    }
    let lower = name.trim().to_ascii_lowercase();
    let text = PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower);
    if let Some(year) = parse_year(text.as_bytes()) {
        return YearColumn::Year { year, marked: false };
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = text.split_at(digits);
    match parse_year(year.as_bytes()).filter(|year| (1900..=2100).contains(year)) {
        Some(year) if rest.trim() == format!("[yr{year}]") => YearColumn::Year { year, marked: false },
        Some(year) if is_marks(rest) => YearColumn::Year { year, marked: true },
        _ if begins_with_year(text) => YearColumn::Unclear,
        _ => YearColumn::Other,
    }
}

/// One or more marks, with or without brackets.
fn is_marks(rest: &str) -> bool {
    let bracketed = rest.contains([')', ']']);
    let mut pieces =
        rest.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '/' | ',' | ';')).filter(|p| !p.is_empty());
    let is_mark = |piece: &str| {
        let word = piece.trim_matches('.');
        let footnote = bracketed && word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
        // M, Q, W and H begin months, quarters, weeks and halves; an F that stands alone may be women.
        let alone = !bracketed && rest.starts_with(char::is_whitespace);
        let letter = matches!(word.as_bytes(), [b'a'..=b'z']) && !matches!(word, "m" | "q" | "w" | "h") && (word != "f" || !alone);
        let sign = piece.chars().all(|c| matches!(c, '*' | '†' | '‡' | '§' | '#' | '^' | '°' | '¹' | '²' | '³' | '⁰'..='⁹' | 'ᵃ'..='ᵛ'));
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
            assert_eq!(read(name), YearColumn::Year { year: 2022, marked: false }, "{name}");
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
            assert_eq!(read(name), YearColumn::Year { year: 2022, marked: true }, "{name}");
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
