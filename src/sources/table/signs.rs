//! The signs of a table file: what separates its cells, and how its numbers are written.

use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};

/// How a file writes numbers. A sign that is not declared has no meaning: `46,880` may be 46.88 or 46880.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NumberSigns {
    pub decimal: char,
    /// What stands between groups of three digits; a space means any kind of space.
    pub thousands: Option<char>,
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

/// `decimal` and `thousands`.
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
    NumberSigns { decimal, thousands }
}
