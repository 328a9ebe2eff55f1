//! What a text in the place of a value says: a number, a bound, an answer in words, or that there is nothing.

use crate::rows::value::{Value, parse_number};

/// Whether a series has answers in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Numbers only.
    Never,
    /// A number is a number, anything else an answer.
    Words,
    /// Everything is an answer, also a number.
    Always,
}

#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub value: Value<'a>,
    /// The text is kept beside the value that it is not.
    pub text: bool,
    /// What the text itself says of the status.
    pub obs_status: Option<&'static str>,
}

/// `..`, `n/a`, a dash: no value. `<1`: no value either, but its bound is published. `inf` is neither.
pub fn read(given: &[u8], answers: Answers) -> Reading<'_> {
    let given = given.trim_ascii();
    let missing = |text, obs_status| Reading { value: Value::Missing, text, obs_status };
    let plain = Reading { value: Value::Text(given), text: false, obs_status: None };
    match () {
        () if given.is_empty() => missing(false, Some("O")),
        () if says_nothing(given) => missing(true, Some("O")),
        () if answers == Answers::Always => missing(true, None),
        () if says_none(given) => missing(true, Some("O")),
        () if is_bound(given) => missing(true, Some("N")),
        () if answers == Answers::Never || parse_number(given).is_some() || not_finite(given) => plain,
        () => missing(true, None),
    }
}

/// The value of a row that says in another place that there is none: a zero stands for it. None where it is another
/// number: nobody can tell which of the two is right.
pub fn denied(value: Value<'_>) -> Option<Value<'_>> {
    match value.number() {
        None => Some(value),
        number => (number == Some(0.0)).then_some(Value::Missing),
    }
}

fn says_nothing(text: &[u8]) -> bool {
    const WORDS: [&str; 12] = ["..", "...", "\u{2026}", "-", "--", "\u{2013}", "\u{2014}", "n/a", "na", "n.a.", "#n/a", "null"];
    // Nearly all values begin with a digit.
    text.len() <= 5
        && !text[0].is_ascii_digit()
        && std::str::from_utf8(text).is_ok_and(|text| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// Words for no value that could be an answer where everything is one: in the languages of the agencies, and as programs
/// write them. `nil` is not among them, since some mean zero by it.
fn says_none(text: &[u8]) -> bool {
    const WORDS: [&str; 72] = [
        "none",
        "missing",
        "no data",
        "nodata",
        "no value",
        "not available",
        "data not available",
        "unavailable",
        "none available",
        "not reported",
        "not applicable",
        "not collected",
        "not stated",
        "not known",
        "unknown",
        "no answer",
        "no response",
        "no information",
        "no info",
        "pending",
        "to be confirmed",
        "tbc",
        "tbd",
        "blank",
        "empty",
        "undefined",
        ":",
        "x",
        "(x)",
        "nan",
        "-nan",
        "<na>",
        "na()",
        "1.#qnan",
        "1.#ind",
        "-1.#ind",
        ".",
        "?",
        "#",
        "_",
        "---",
        "\u{2212}",
        "\u{2012}",
        "\u{2015}",
        "....",
        "n.d.",
        "n.d",
        "nd",
        "n/d",
        "n.a",
        "n. a.",
        "na.",
        "s.d.",
        "s/d",
        "k.a.",
        "k. a.",
        // Spanish, French, Portuguese, German, Italian, Russian, Chinese, Arabic.
        "sin datos",
        "no disponible",
        "dato no disponible",
        "non disponible",
        "sans objet",
        "não disponível",
        "keine angabe",
        "keine daten",
        "non disponibile",
        "нет данных",
        "н/д",
        "нд",
        "无数据",
        "暂无",
        "غير متاح",
        "غير متوفر",
    ];
    if text[0].is_ascii_digit() && !text.starts_with(b"1.#") || text.len() > 60 {
        return false;
    }
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let lower = text.to_lowercase();
    // `:c`, `: u` of Eurostat: no value, with a flag.
    let flagged = lower.strip_prefix(':').is_some_and(|flag| flag.trim().len() <= 2 && flag.trim().bytes().all(|b| b.is_ascii_lowercase()));
    flagged || WORDS.contains(&lower.as_str())
}

/// `<5`, `< 0.1`, `>95`.
pub fn is_bound(text: &[u8]) -> bool {
    text.split_first().is_some_and(|(sign, rest)| matches!(sign, b'<' | b'>') && parse_number(rest).is_some())
}

/// `inf`, which is neither a number nor a word.
pub fn not_finite(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    ["inf", "infinity"].iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_number() {
        let said = |text: &str, answers| {
            let reading = read(text.as_bytes(), answers);
            (matches!(reading.value, Value::Missing), reading.text, reading.obs_status.unwrap_or("-"))
        };
        for nothing in ["..", "...", "…", "-", "–", "n/a", "N/A", "#N/A"] {
            assert_eq!(said(nothing, Answers::Never), (true, true, "O"), "{nothing}");
        }
        assert_eq!(said("", Answers::Words), (true, false, "O"));
        assert_eq!(said("< 1", Answers::Words), (true, true, "N"));
        assert_eq!(said("yes", Answers::Words), (true, true, "-"));
        assert_eq!(said("2", Answers::Always), (true, true, "-"));
        for nothing in ["None", "missing", "No data", "data not available", ":", "x", "NaN"] {
            assert_eq!(said(nothing, Answers::Words), (true, true, "O"), "{nothing}");
            assert_eq!(said(nothing, Answers::Always), (true, true, "-"), "{nothing} may be an answer");
        }
        for number in ["12.5", "inf", "-Infinity"] {
            assert_eq!(said(number, Answers::Words), (false, false, "-"), "{number}");
        }
    }
}
