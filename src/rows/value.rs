//! Values and years as providers write them, as numbers.

use std::fmt;

/// A value as the provider wrote it.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Missing,
    Number(f64),
    Text(&'a [u8]),
}

impl Value<'_> {
    /// As a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Number(number) => Some(*number),
            Self::Text(text) => parse_number(text),
        }
    }
}

/// As the provider wrote it, for messages.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no value"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&String::from_utf8_lossy(text)),
        }
    }
}

/// Zero without a sign, any other number as it is.
pub fn plain_zero(number: f64) -> f64 {
    number + 0.0
}

/// A year: four digits, perhaps with `.0` as spreadsheets write it.
pub fn parse_year(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b".0").unwrap_or(text);
    if text.len() != 4 {
        return None;
    }
    text.iter().try_fold(0i32, |year, b| b.is_ascii_digit().then(|| year * 10 + i32::from(b - b'0')))
}

/// The year of a date that stands for one: cells of a spreadsheet that show a year often hold its first or last day.
/// Any other day may be of a month or a quarter.
pub fn year_of_date(text: &str) -> Option<&str> {
    let day = text.strip_suffix("T00:00:00").or_else(|| text.strip_suffix(" 00:00:00")).unwrap_or(text);
    let ends = ["-01-01", "-12-31", "/01/01", "/12/31"].iter().find_map(|end| day.strip_suffix(end));
    let begins = ["01/01/", "1/1/", "31/12/", "12/31/", "01.01.", "1.1.", "31.12.", "01-01-", "31-12-"];
    let year = ends.or_else(|| begins.iter().find_map(|start| day.strip_prefix(start)))?;
    Some(year).filter(|year| parse_year(year.as_bytes()).is_some())
}

/// A finite number in any notation that providers use: `4.47`, `2.9E-4`, `2.5e+006`, `1,234.5`.
pub fn parse_number(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    match text.as_bytes().first()? {
        b'0'..=b'9' | b'-' | b'+' | b'.' => {}
        _ => return None,
    }
    let number = text.parse::<f64>().ok().or_else(|| grouped(text))?;
    number.is_finite().then_some(number)
}

/// Thousands commas, only where they stand every three digits: `0,123` has a decimal comma.
fn grouped(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['-', '+']);
    let whole = digits.split('.').next()?;
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let good = whole.contains(',')
        && (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|g| g.len() == 3)
        && whole.bytes().all(|b| b.is_ascii_digit() || b == b',');
    if good { text.replace(',', "").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation() {
        assert_eq!(parse_number(b"2.89277380848561E-4"), Some(2.892_773_808_485_61E-4));
        assert_eq!(parse_number(b"2.52037e+006"), Some(2_520_370.0));
        assert_eq!(parse_number(b" 1,234,567.5 "), Some(1_234_567.5));
        assert_eq!(parse_number(b"0"), Some(0.0));
        for bad in [&b"NaN"[..], b"inf", b"<5", b"N", b"", b"1,23", b"12,34,567", b"0,123", b"-012,345.5", b"1e999", b"--3", b"12%"] {
            assert_eq!(parse_number(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert!([-0.0, 0.0].map(plain_zero).iter().all(|zero| zero.is_sign_positive()));
        assert_eq!(plain_zero(-1.5e-300), -1.5e-300);
    }

    #[test]
    fn years_are_four_digits() {
        assert_eq!(parse_year(b"2024"), Some(2024));
        assert_eq!(parse_year(b" 2024.0 "), Some(2024));
        for bad in [&b"24"[..], b"20245", b"2O24", b"", b"-200"] {
            assert_eq!(parse_year(bad), None);
        }
    }
}
