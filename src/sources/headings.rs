//! Names of columns, as they are compared: what cannot be seen does not count.

/// Any kind of space is one space; marks of direction, soft hyphens and spaces without a width are nothing.
pub fn heading(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    visible.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether two names are the same column.
pub fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || heading(a).eq_ignore_ascii_case(&heading(b))
}

fn is_invisible(c: char) -> bool {
    let marks =
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    marks || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_does_not_count() {
        for name in ["Val ue", "Val\u{a0}ue", "Val\nue", "\u{200b}Val  ue\u{feff}", " val\tue\u{200e} "] {
            assert!(same(name, "Val ue"), "{}", name.escape_debug());
        }
        assert!(!same("Value", "Val ue"));
    }
}
