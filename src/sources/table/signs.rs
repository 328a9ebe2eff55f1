//! The signs of a table file: what separates its cells, and how its numbers are written.

use encoding_rs::Encoding;
use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};
use crate::reference::words;

/// How a file writes numbers. A sign that is not declared has no meaning: `46,880` may be 46.88 or 46880.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NumberSigns {
    pub decimal: char,
    /// What stands between groups of three digits; a space means any kind of space.
    pub thousands: Option<char>,
    /// `(5)` is minus five.
    pub parentheses_are_negative: bool,
    /// Marks beside a number, a year or the name of an area that refer to a note, and the status that each gives.
    pub marks: Vec<(String, Option<String>)>,
}

/// Delimiters that are hard to see in a file of settings have a word.
const WORDS: [(&str, u8); 5] = [("tab", b'\t'), ("comma", b','), ("semicolon", b';'), ("pipe", b'|'), ("space", b' ')];

/// One character, or a word for one; a comma where nothing is said.
pub(super) fn delimiter(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> u8 {
    let Some(given) = table.string("delimiter", problems) else { return b',' };
    if let Some((_, sign)) = WORDS.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(given.trim())) {
        return sign;
    }
    match given.as_bytes() {
        [sign] if (sign.is_ascii_punctuation() || matches!(sign, b'\t' | b' ')) && *sign != b'"' => *sign,
        _ => {
            let words = WORDS.map(|(word, _)| word);
            problems.push(
                Problem::new(
                    Code::SettingsDoNotFit,
                    table.source(),
                    table.span_of("delimiter"),
                    format!("`{given}` cannot separate columns"),
                )
                .hint(
                    suggestion(&given, words)
                        .filter(|s| s.starts_with("did"))
                        .unwrap_or_else(|| format!("write one character, such as \",\" or \";\", or one of: {}", words.join(", "))),
                ),
            );
            b','
        }
    }
}

/// `decimal`, `thousands`, `parentheses_are_negative` and `footnote_marks`.
pub(super) fn numbers(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> NumberSigns {
    let decimal = rules::one_of(table, "decimal", &[".", ","], problems).unwrap_or('.');
    let thousands = rules::one_of(table, "thousands", &[",", ".", " ", "'"], problems);
    if thousands == Some(decimal) {
        problems.push(
            Problem::new(
                Code::SettingsDoNotFit,
                table.source(),
                table.span_of("thousands"),
                format!("`{decimal}` cannot be the sign of the decimals and of the thousands"),
            )
            .hint("write decimal = \",\" beside thousands = \".\", or the other way round"),
        );
    }
    let parentheses_are_negative = table.boolean("parentheses_are_negative", problems).unwrap_or(false);
    NumberSigns { decimal, thousands, parentheses_are_negative, marks: marks(table, problems) }
}

/// `["*", "p"]`, or `{ "*" = "E", "p" = "P" }` where a mark says something of the status.
fn marks(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<(String, Option<String>)> {
    let mut attempt = Vec::new();
    let mut marks: Vec<(String, Option<String>)> = match table.map("footnote_marks", &mut attempt) {
        Some(pairs) => {
            let mut status = |given: String| {
                Some(given).filter(|given| !given.trim().is_empty()).map(|given| status_code(table, "footnote_marks", &given, problems))
            };
            pairs.into_iter().map(|(mark, given)| (mark, status(given))).collect()
        }
        None => table.strings("footnote_marks", problems).unwrap_or_default().into_iter().map(|mark| (mark, None)).collect(),
    };
    for (mark, _) in &mut marks {
        *mark = mark.trim().to_owned();
        if mark.is_empty() || mark.chars().any(|c| c.is_ascii_digit() && !mark.contains(['[', '(', ')', '/'])) {
            problems.push(
                Problem::new(
                    Code::SettingsDoNotFit,
                    table.source(),
                    table.span_of("footnote_marks"),
                    format!("`{mark}` cannot be told from a number"),
                )
                .hint("write signs, letters, or digits in brackets, such as \"*\", \"p\", \"¹\" or \"[1]\""),
            );
        }
    }
    // `**` is no `*` with a `*` before it.
    marks.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.len()));
    marks
}

/// A code of CL_OBS_STATUS, in whichever case it is written.
pub(super) fn status_code(table: &TableReader<'_>, key: &'static str, given: &str, problems: &mut Vec<Problem>) -> String {
    let code = given.trim().to_ascii_uppercase();
    if !words::OBS_STATUS.contains(&code.as_str()) {
        let what = format!("`{given}` is no code of CL_OBS_STATUS");
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), what)
                .hint("E is for an estimate, P for a provisional figure, F for a forecast, B for a break, U for low reliability"),
        );
    }
    code
}

/// `encoding`: the name that the text of the file is written in, as browsers know it.
pub(super) fn encoding(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    const COMMON: [&str; 8] = ["utf-8", "latin-1", "windows-1252", "windows-1251", "windows-1256", "macintosh", "utf-16le", "shift_jis"];
    let given = table.string("encoding", problems)?;
    if let Some(found) = encoding_of(&given) {
        return Some(found.name().to_owned());
    }
    problems.push(
        Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of("encoding"), format!("`{given}` is no encoding that is known"))
            .hint(
                suggestion(&given, COMMON)
                    .filter(|s| s.starts_with("did"))
                    .unwrap_or_else(|| format!("write one such as {}", COMMON.join(", "))),
            ),
    );
    None
}

/// Names of encodings are written in many ways: `latin-1`, `ISO 8859-1`, `cp1252`.
pub(super) fn encoding_of(name: &str) -> Option<&'static Encoding> {
    let compact: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mac = || ["macroman", "mac"].iter().any(|other| compact.eq_ignore_ascii_case(other)).then_some(encoding_rs::MACINTOSH);
    Encoding::for_label(name.trim().as_bytes()).or_else(|| Encoding::for_label(compact.as_bytes())).or_else(mac)
}
