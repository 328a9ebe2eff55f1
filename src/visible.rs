//! Characters that cannot be seen, or that steer a terminal: shown as what they are, or left out of what is compared.

use std::borrow::Cow;

/// Marks of direction, joiners, soft hyphens, spaces without a width, and controls other than space.
pub fn is_invisible(c: char) -> bool {
    is_mark(c) || is_control(c)
}

/// Controls other than space.
pub fn is_control(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether a character does something to a terminal or to the order of the text beside it.
fn steers(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Text for people: what would steer the terminal is written as its number. A line that ends with CR LF stays one.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, &|c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// JSON text, whose strings alone can hold such characters: the same value, written with escapes.
pub fn in_json(text: &str) -> Cow<'_, str> {
    escaped(text, &|c| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect())
}

fn escaped<'t>(text: &'t str, escape: &dyn Fn(char) -> String) -> Cow<'t, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if steers(c) && !(c == '\r' && characters.peek() == Some(&'\n')) {
            safe.push_str(&escape(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The same with the colours that a report has.
pub fn shown_in_colour(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut safe = shown(pieces.next().unwrap_or_default()).into_owned();
    for piece in pieces {
        let colour = piece.find(|c: char| !c.is_ascii_digit() && c != ';').filter(|end| piece[*end..].starts_with('m'));
        let (code, rest) = colour.map_or(("", piece), |end| piece.split_at(end + 1));
        safe.push_str(if code.is_empty() { "\\u{1b}[" } else { "\u{1b}[" });
        safe.push_str(code);
        safe.push_str(&shown(rest));
    }
    safe
}

/// Without the marks that spreadsheets and web pages leave behind, and without space around it. Controls stay: nothing
/// leaves them behind but damage, and what has one is not what it looks like.
pub fn clean(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.chars().any(is_mark) {
        let kept: String = trimmed.chars().filter(|c| !is_mark(*c)).collect();
        return Cow::Owned(kept.trim().to_owned());
    }
    Cow::Borrowed(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_shown() {
        assert_eq!(shown("a\u{1b}[31mb\u{9b}1m\rc\r\n\td"), "a\\u{1b}[31mb\\u{9b}1m\\u{d}c\r\n\td");
        assert_eq!(shown("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(shown("Côte d’Ivoire"), "Côte d’Ivoire");
        assert_eq!(in_json("\"x\u{202e}\u{e0041}\u{7f}\""), "\"x\\u202e\\udb40\\udc41\\u007f\"");
        assert_eq!(
            shown_in_colour("\u{1b}[31mred\u{1b}[0m \u{1b}[2J \u{1b}]0;x\u{7}"),
            "\u{1b}[31mred\u{1b}[0m \\u{1b}[2J \\u{1b}]0;x\\u{7}"
        );
    }

    #[test]
    fn marks_that_cannot_be_seen_are_left_out() {
        assert_eq!(clean(" \u{feff}\u{202e}KEN\u{200b}\u{a0}"), "KEN");
        assert_eq!(clean("K\0EN\u{7} "), "K\0EN\u{7}");
        assert_eq!(clean("Viet Nam"), "Viet Nam");
    }
}
