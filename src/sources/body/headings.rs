//! The names of the columns of a file, as they are compared: without case, and what cannot be seen does not count.

use std::borrow::Cow;

use csv::ByteRecord;
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::error::{Code, Error, Result, suggestion};
use crate::visible::is_invisible;

/// The names of the columns.
#[derive(Debug, Clone, Default)]
pub struct Header(Vec<String>);

impl std::ops::Deref for Header {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

/// Names that stand in the first row of a sheet.
impl From<Vec<String>> for Header {
    fn from(names: Vec<String>) -> Self {
        Self(names)
    }
}

impl Header {
    pub fn of(record: &ByteRecord) -> Self {
        let name = |cell| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().trim_matches('"').to_owned();
        let names: Vec<String> = record.iter().map(name).collect();
        // Of a line that another sign separates, the sign is what is told.
        Self(if other_separator(&names).is_some() { names } else { names.iter().map(|name| heading(name)).collect() })
    }

    /// Whether a column has this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|heading| same(heading, name))
    }

    /// The column with the first of these names that there is; two of that name are an error.
    pub fn column(&self, names: &[&str]) -> Result<Option<usize>> {
        let Some(name) = names.iter().find(|name| self.has(name)) else { return Ok(None) };
        let place = self.0.iter().position(|heading| same(heading, name));
        place.map(|place| self.only(place)).transpose()
    }

    /// As `column`; a missing one is an error that says what the file has instead.
    pub fn require(&self, names: &[&str]) -> Result<usize> {
        self.column(names)?.ok_or_else(|| {
            let near = suggestion(names[0], self.0.iter().map(String::as_str)).filter(|s| s.starts_with("did"));
            let separator = other_separator(&self.0).map(|s| format!("the columns are separated by {s}: save the file with commas"));
            Error::provider_hint(
                Code::MissingColumn,
                format!("line 1: column `{}` is missing; the file has: {}", names[0], shorten(&self.0.join(", "), 300)),
                separator.or(near).unwrap_or_else(|| "the layout has changed, or this is another file".into()),
            )
        })
    }

    /// This column, if no other one has its name.
    pub fn only(&self, place: usize) -> Result<usize> {
        let name = self.0.get(place).map_or("", String::as_str);
        let places = places_of(&self.0, name);
        if places.len() > 1 { Err(twice(1, &format!("{} columns are named `{name}`", places.len()), &places)) } else { Ok(place) }
    }
}

/// Where the columns of a name stand.
pub fn places_of(header: &[String], name: &str) -> Vec<usize> {
    (0..header.len()).filter(|index| same(&header[*index], name)).collect()
}

/// Columns that say the same, so that nobody can tell which one is meant.
pub fn twice(line: usize, what: &str, places: &[usize]) -> Error {
    let places: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
    Error::provider_hint(
        Code::ColumnsOfOneName,
        format!("line {line}: {what}: columns {} of the file", places.join(" and ")),
        "which one is meant cannot be told: rename or remove one of them in the file, or let `columns` say its number",
    )
}

/// A header of one cell that holds several of another separator.
pub fn other_separator(header: &[String]) -> Option<&'static str> {
    let [only] = header else { return None };
    [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")].into_iter().find(|(sign, _)| only.matches(*sign).count() >= 2).map(|(_, name)| name)
}

pub fn shorten(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters { text.to_owned() } else { text.chars().take(characters).chain("...".chars()).collect() }
}

/// Any kind of space is one space; marks of direction, soft hyphens and spaces without a width are nothing; letters that
/// look alike because an accent or a width is written in another way are the same. Raised signs stay, which are marks of
/// notes: `2022²` is not 20222.
pub fn heading(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let pieces = visible.split_inclusive(is_raised).map(|piece| match piece.char_indices().next_back() {
        Some((at, sign)) if is_raised(sign) => format!("{}{sign}", composed(&piece[..at])),
        _ => composed(piece).into_owned(),
    });
    pieces.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As names are compared.
pub fn folded(name: &str) -> String {
    composed(&heading(name)).to_lowercase()
}

fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// Small digits and letters above the line.
pub fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰'..='⁹' | 'ᵃ'..='ᵛ')
}

/// Whether two names are the same column.
pub fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !(is_plain(a) && is_plain(b)) && folded(a) == folded(b)
}

/// Whether nothing but its case is folded, as in most names.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && name.trim() == name && !name.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_does_not_count() {
        for name in ["Val ue", "Val\u{a0}ue", "Val\nue", "\u{200b}Val  ue\u{feff}", " val\tue\u{200e} "] {
            assert!(same(name, "Val ue"), "{}", name.escape_debug());
        }
        for (one, other) in [
            ("Ann\u{e9}e", "Anne\u{301}e"),
            ("\u{c9}tat", "\u{e9}tat"),
            ("\u{ff36}alue", "Value"),
            ("\u{fb01}xed", "fixed"),
            ("km²", "km2"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        assert!(!same("Value", "Val ue"));
    }
}
