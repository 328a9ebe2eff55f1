//! Text inside HTML and SVG: whatever a provider or a person wrote shows as text.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes a text for an element or a quoted attribute. Marks that turn the direction of writing become references, so
/// that a page's source shows them; characters that markup cannot hold become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(c),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(escaped, "&#x{:X};", u32::from(c));
            }
            c => escaped.push(if held(c) { c } else { '\u{fffd}' }),
        }
    }
    escaped
}

/// Whether markup can hold a character.
fn held(c: char) -> bool {
    matches!(c, '\t' | '\n') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// A text whose every character markup can hold; others become U+FFFD.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(held) {
        Cow::Borrowed(text)
    } else {
        text.chars().map(|c| if held(c) { c } else { '\u{fffd}' }).collect::<String>().into()
    }
}

/// A name for a file or the id of an element: letters, digits, `.`, `_`, `-`; other bytes become `~` and two digits.
pub(super) fn slug(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => name.push(char::from(byte)),
            _ => {
                let _ = write!(name, "~{byte:02x}");
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_markup_to_a_browser_is_text() {
        assert_eq!(escape("<b a='1'>\"&\""), "&lt;b a=&#39;1&#39;&gt;&quot;&amp;&quot;");
        assert_eq!(escape("x\u{202e}y\u{200f}"), "x&#x202E;y&#x200F;");
        assert_eq!(escape("a\u{0}b\u{1b}c\r"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(escape("العالم, Côte d’Ivoire"), "العالم, Côte d’Ivoire");
    }

    #[test]
    fn different_texts_have_different_names() {
        assert_eq!(slug("2.1.urban"), "2.1.urban");
        assert_eq!(slug("../a b"), "..~2fa~20b");
        assert_ne!(slug("a~20b"), slug("a b"));
    }
}
