//! Numbers that a spreadsheet shows as percentages: 45 % is stored as 0.45, and people read what is shown.

use calamine::Style;

/// Whether cells of a style show a hundred times the number that is stored, with a percent sign behind it.
pub fn is_shown(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| is_in(&format.format_code))
}

/// Whether a number format, as it is spelt, is one of percentages.
pub(super) fn is_in(format: &str) -> bool {
    let (mut quoted, mut skip) = (false, false);
    // The first part is that of positive numbers.
    for sign in format.chars() {
        match sign {
            _ if skip => skip = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => skip = true,
            ';' => return false,
            '%' => return true,
            _ => {}
        }
    }
    false
}

/// A stored number as it is shown, all its digits kept.
pub fn shown(number: f64) -> String {
    format!("{}%", shifted(&number.to_string(), 2))
}

/// A number in plain notation with its point moved to the right, or to the left: exact where a product would not be.
pub fn shifted(number: &str, places: i32) -> String {
    let (sign, digits) = number.split_at(usize::from(number.starts_with(['-', '+'])));
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return number.parse::<f64>().map_or_else(|_| number.to_owned(), |value| (value * 10_f64.powi(places)).to_string());
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (left, right) = (places.min(0).unsigned_abs() as usize, places.max(0).unsigned_abs() as usize);
    let zeros = |wanted: usize, there: &str| "0".repeat(wanted.saturating_sub(there.len()));
    let all = format!("{}{whole}{fraction}{}", zeros(left, whole), zeros(right, fraction));
    let (whole, fraction) = all.split_at((whole.len() + right).saturating_sub(left));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_moves_and_no_digit_changes() {
        for (number, places, expected) in [
            ("0.45", 2, "45"),
            ("0.07", 2, "7"),
            ("0.1234567", 2, "12.34567"),
            ("-1.5", 2, "-150"),
            ("1.5", 2, "150"),
            ("12.", 2, "1200"),
            (".5", 2, "50"),
            ("1", 2, "100"),
            ("0", 2, "0"),
            ("45", -2, "0.45"),
            ("7", -2, "0.07"),
            ("-123.5", -2, "-1.235"),
            ("2.5e-4", 2, "0.025"),
        ] {
            assert_eq!(shifted(number, places), expected, "{number}");
        }
        assert_eq!(shown(0.29), "29%");
    }
}
