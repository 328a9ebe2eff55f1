//! Numbers as a table file writes them, by the signs that its data set declares, in the notation that is read.

use std::borrow::Cow;

use crate::sources::table::signs::NumberSigns;

/// `1.234,5` by decimal `,` and thousands `.` is `1234.5`. A text that is no number stays as it is; a number with a
/// comma or point that has no declared meaning gives the reason why it is not read: nobody can tell `46,880` from
/// 46.88 or 46880.
pub fn plain(given: &str, signs: NumberSigns) -> Result<Cow<'_, str>, String> {
    let number = given.trim_start_matches(['<', '>', ' ']);
    if !looks_like_one(number) {
        return Ok(Cow::Borrowed(given));
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
            groups.concat()
        }
        _ => whole.to_owned(),
    };
    let digits = |c: char| c.is_ascii_digit();
    if let Some(odd) = whole.chars().chain(fraction.unwrap_or_default().chars()).find(|c| !digits(*c)) {
        return match odd {
            _ if odd == signs.decimal => Err("more than one decimal sign".into()),
            ',' => Err("say what the comma means: decimal = \",\" or thousands = \",\" of the data set".into()),
            '.' => Err("say what the point means: decimal = \".\" or thousands = \".\" of the data set".into()),
            _ => Ok(Cow::Borrowed(given)),
        };
    }
    let bound = &given[..given.len() - number.len()];
    let point = if fraction.is_some() { "." } else { "" };
    Ok(Cow::Owned(format!("{bound}{sign}{whole}{point}{}{exponent}", fraction.unwrap_or_default())))
}

fn looks_like_one(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ','))
        && text.chars().any(|c| c.is_ascii_digit())
        && characters.all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | '\'' | '\u{2019}' | 'e' | 'E' | '+' | '-'))
}

/// A space is any kind of space, an apostrophe any apostrophe.
fn is_sign(declared: char, found: char) -> bool {
    match declared {
        ' ' => found.is_whitespace(),
        '\'' => matches!(found, '\'' | '\u{2019}'),
        _ => found == declared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_means_what_is_declared() {
        let read = |text: &'static str, decimal, thousands| plain(text, NumberSigns { decimal, thousands }).map(Cow::into_owned);
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
        ] {
            assert!(read(text, decimal, thousands).is_err(), "{text}");
        }
    }
}
