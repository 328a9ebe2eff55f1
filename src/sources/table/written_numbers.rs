//! Numbers as a table file writes them, by the signs that its data set declares, in the notation that is read.

use crate::sources::body::percent;
use crate::sources::body::workbook::SPREAD;
use crate::sources::table::signs::NumberSigns;
use crate::visible::clean;

/// A cell of values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written<'s> {
    /// In the notation that is read.
    pub plain: String,
    /// Marks that stood beside it, and the status that the last of them gives.
    pub marks: Vec<&'s str>,
    pub status: Option<&'s str>,
}

/// `1.234,5` by decimal `,` and thousands `.` is `1234.5`. A text that is no number stays as it is; a number with a
/// comma, point, mark or sign that has no declared meaning gives the reason why it is not read: nobody can tell `46,880`
/// from 46.88 or 46880. A percent sign says nothing new where the unit is a percentage, and of a ratio that it is a
/// hundredth.
pub(super) fn read<'s>(given: &str, signs: &'s NumberSigns, unit: &str) -> Result<Written<'s>, String> {
    if signs.decimal == '.' && signs.marks.is_empty() && is_plain(given) {
        return Ok(Written { plain: given.to_owned(), marks: Vec::new(), status: None });
    }
    if given.starts_with('=') {
        return Err("a formula whose result the file does not hold: open the workbook in a spreadsheet program and save it".into());
    }
    if given.ends_with(SPREAD) {
        return Err("one figure stands in several merged cells, and whose it is cannot be told: write it into each that it is of".into());
    }
    let (text, marks) = without_marks(given, signs);
    let status = marks.iter().rev().find_map(|(_, status)| status.as_deref());
    let marks = marks.into_iter().map(|(mark, _)| mark.as_str()).collect();
    // The minus of typesetters is one.
    let text = text.replace('\u{2212}', "-");
    let text = match text.strip_suffix(['%', '\u{ff05}', '\u{66a}']).map(str::trim_end).filter(|number| looks_like_one(number)) {
        Some(number) if unit.starts_with("PT") || unit == "PP" => number.to_owned(),
        Some(number) if unit == "RATIO" => {
            let plain = percent::shifted(&plain(number, signs)?, -2);
            return Ok(Written { plain, marks, status });
        }
        Some(_) => return Err("a percent sign, but the unit of the series is no percentage".into()),
        None => text,
    };
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map(str::trim);
    let text = match inner.filter(|inner| looks_like_one(inner) && !inner.starts_with(['-', '+'])) {
        Some(inner) if signs.parentheses_are_negative => format!("-{inner}"),
        Some(_) => return Err("say what the parentheses mean: parentheses_are_negative = true of the data set".into()),
        None => text,
    };
    let plain = plain(&text, signs)?;
    if let Some(mark) = undeclared(&plain) {
        return Err(format!("say that `{mark}` is a mark: footnote_marks = [\"{mark}\"] of the data set"));
    }
    Ok(Written { plain, marks, status })
}

/// The text without declared marks before or behind it.
pub(super) fn without_marks<'s>(given: &str, signs: &'s NumberSigns) -> (String, Vec<&'s (String, Option<String>)>) {
    let (mut text, mut found) = (given.trim(), Vec::new());
    let strip = |text: &str, mark: &str| {
        let rest = text.strip_suffix(mark).or_else(|| text.strip_prefix(mark).filter(|_| !mark.starts_with(char::is_alphabetic)))?;
        Some(rest.trim().len()).filter(|length| *length > 0).map(|_| text.starts_with(mark) && !text.ends_with(mark))
    };
    while let Some((mark, before)) = signs.marks.iter().find_map(|mark| strip(text, &mark.0).map(|before| (mark, before))) {
        text = if before { text[mark.0.len()..].trim() } else { text[..text.len() - mark.0.len()].trim() };
        // `7*, p`
        text = text.trim_end_matches([',', ' ']);
        found.push(mark);
    }
    (text.to_owned(), found)
}

/// What stands beside a number and is neither part of it nor declared.
fn undeclared(text: &str) -> Option<&str> {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let first = text.find(number)?;
    let behind = &text[first..];
    let end = behind.find(|c: char| !number(c)).unwrap_or(behind.len());
    let (before, mark) = (text[..first].trim(), behind[end..].trim());
    let short = |mark: &str| {
        mark.chars().count() <= if mark.ends_with([')', ']']) { 12 } else { 4 }
            && !mark.contains(|c: char| c.is_ascii_digit() && !mark.contains(['[', '(', '/']))
    };
    match (before, mark) {
        ("", mark) if !mark.is_empty() && short(mark) && !mark.starts_with(['-', '/', ':', '#', 'e', 'E']) => Some(mark),
        ("", "e" | "E") => Some(mark),
        (before, "")
            if !before.is_empty() && short(before) && before.chars().all(|c| matches!(c, '*' | '†' | '‡' | '#' | '~' | '≤' | '≥')) =>
        {
            Some(before)
        }
        _ => None,
    }
}

fn plain(given: &str, signs: &NumberSigns) -> Result<String, String> {
    let number = given.trim_start_matches(['<', '>', ' ']);
    if !looks_like_one(number) {
        return Ok(given.to_owned());
    }
    let (mantissa, exponent) = number.find(['e', 'E']).map_or((number, ""), |at| number.split_at(at));
    let (whole, fraction) = mantissa.split_once(signs.decimal).map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, whole) = whole.split_at(whole.len() - whole.trim_start_matches(['+', '-']).len());
    let whole = match signs.thousands {
        Some(thousands) if whole.chars().any(|c| is_sign(thousands, c)) => {
            let groups: Vec<&str> = whole.trim().split(|c| is_sign(thousands, c)).collect();
            if groups.iter().enumerate().any(|(n, group)| group.len() != 3 && (n > 0 || group.is_empty() || group.len() > 3)) {
                return Err(format!("`{thousands}` does not stand between groups of three digits"));
            }
            // `0.123` and `1.234e5` in a file of German numbers are English ones.
            if groups[0].starts_with('0') || (fraction.is_none() && !exponent.is_empty()) {
                return Err(format!(
                    "no number is written so where `{thousands}` stands between thousands: it may be the decimal sign here"
                ));
            }
            groups.concat()
        }
        _ => whole.to_owned(),
    };
    let digits = |c: char| c.is_ascii_digit();
    if let Some(odd) = whole.chars().chain(fraction.unwrap_or_default().chars()).find(|c| !digits(*c)) {
        let groups = |sign: &str| Err(format!("say that it stands between thousands: thousands = \"{sign}\" of the data set"));
        return match odd {
            _ if odd == signs.decimal => Err("more than one decimal sign".into()),
            ',' => Err("say what the comma means: decimal = \",\" or thousands = \",\" of the data set".into()),
            '.' => Err("say what the point means: decimal = \".\" or thousands = \".\" of the data set".into()),
            _ if is_sign(' ', odd) => groups(" "),
            _ if is_sign('\'', odd) => groups("'"),
            _ => Ok(given.to_owned()),
        };
    }
    let bound = &given[..given.len() - number.len()];
    let point = if fraction.is_some() { "." } else { "" };
    Ok(format!("{bound}{sign}{whole}{point}{}{exponent}", fraction.unwrap_or_default()))
}

/// Digits with at most one point among them: most numbers of most files.
fn is_plain(given: &str) -> bool {
    let digits = given.strip_prefix('-').unwrap_or(given);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn looks_like_one(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ','))
        && text.chars().any(|c| c.is_ascii_digit())
        && characters.all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | 'e' | 'E' | '+' | '-') || is_sign('\'', c))
}

/// A space is any kind of space, an apostrophe any apostrophe.
fn is_sign(declared: char, found: char) -> bool {
    match declared {
        ' ' => found.is_whitespace(),
        '\'' => matches!(found, '\'' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`'),
        _ => found == declared,
    }
}

/// A year or a value without what surrounds it unseen.
pub(super) fn figure(cell: &str) -> String {
    clean(cell.trim_matches('\0')).into_owned()
}

/// Yes/no and other answers in words are kept as text.
pub(super) fn is_word(given: &str) -> bool {
    given.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || matches!(c, '-' | '_' | ',')) && given.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(decimal: char, thousands: Option<char>) -> NumberSigns {
        NumberSigns { decimal, thousands, parentheses_are_negative: false, marks: Vec::new() }
    }

    #[test]
    fn what_stands_beside_a_number() {
        let marks = ["(a)", "*", "p", "e", "¹", "[1]"];
        let marks = marks.map(|mark| (mark.to_owned(), (mark == "e").then(|| "E".to_owned())));
        let signs = NumberSigns { parentheses_are_negative: true, marks: marks.to_vec(), ..signs('.', None) };
        for (text, expected, beside) in [
            ("12.3*", "12.3", &["*"][..]),
            ("* 12.3", "12.3", &["*"]),
            ("12.3 (a)", "12.3", &["(a)"]),
            ("12¹", "12", &["¹"]),
            ("12 p*", "12", &["*", "p"]),
            ("14 [1]", "14", &["[1]"]),
            ("(5.5)", "-5.5", &[]),
            ("\u{2212}8", "-8", &[]),
            ("5 %", "5", &[]),
            ("*", "*", &[]),
            ("pending", "pending", &[]),
            ("1e5", "1e5", &[]),
        ] {
            let written = read(text, &signs, "PT").unwrap();
            assert_eq!((written.plain.as_str(), written.marks.as_slice()), (expected, beside), "{text}");
        }
        assert_eq!(read("10 e", &signs, "NUMBER").unwrap().status, Some("E"));
        assert_eq!(read("45 %", &signs, "RATIO").unwrap().plain, "0.45");
        let plain = super::tests::signs('.', None);
        for (text, why) in [
            ("12.3*", "footnote_marks = [\"*\"]"),
            ("12²", "footnote_marks = [\"²\"]"),
            ("9 (a)", "footnote_marks = [\"(a)\"]"),
            ("14 [1]", "footnote_marks = [\"[1]\"]"),
            ("10e", "footnote_marks = [\"e\"]"),
            ("(5)", "parentheses_are_negative"),
            ("5%", "a percent sign"),
            ("1 234", "thousands = \" \""),
            ("1\u{2019}234", "thousands = \"'\""),
        ] {
            assert!(read(text, &plain, "NUMBER").unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn a_sign_means_what_is_declared() {
        let read = |text: &str, decimal, thousands| plain(text, &signs(decimal, thousands));
        for (text, decimal, thousands, expected) in [
            ("46,880", ',', None, "46.880"),
            ("1.234.567,5", ',', Some('.'), "1234567.5"),
            ("1\u{a0}234,5", ',', Some(' '), "1234.5"),
            ("-1\u{2019}234.5", '.', Some('\''), "-1234.5"),
            ("1,234,567.5", '.', Some(','), "1234567.5"),
            ("46,880", '.', Some(','), "46880"),
            ("1,5e-3", ',', None, "1.5e-3"),
            ("<0,1", ',', None, "<0.1"),
            (",5", ',', None, ".5"),
            ("1.234,5e3", ',', Some('.'), "1234.5e3"),
            ("0,123", ',', Some('.'), "0.123"),
            ("46.880", '.', None, "46.880"),
            ("yes, partly", '.', None, "yes, partly"),
            ("-", ',', None, "-"),
        ] {
            assert_eq!(read(text, decimal, thousands).as_deref(), Ok(expected), "{text}");
        }
        for (text, decimal, thousands) in [
            ("46,880", '.', None),
            ("1,234,567.5", '.', None),
            ("46.880", ',', None),
            ("12,34", '.', Some(',')),
            ("1,234,56", '.', Some(',')),
            ("1.2.3", '.', None),
            ("1.234,5", '.', Some(',')),
            ("<1,5", '.', None),
            ("0.123", ',', Some('.')),
            ("-0.500", ',', Some('.')),
            ("012.345", ',', Some('.')),
            ("0.123,5", ',', Some('.')),
            ("0,123", '.', Some(',')),
            ("1.234e5", ',', Some('.')),
        ] {
            assert!(read(text, decimal, thousands).is_err(), "{text}");
        }
    }
}
