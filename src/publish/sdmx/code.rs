//! Codes, statuses and the names of concepts, as SDMX allows them.

use std::borrow::Cow;
use std::fmt::Write;

use crate::publish::columns::Values;
use crate::tables::schema::DIMENSIONS;

/// A code as SDMX allows it: letters, digits, `_`, `@` and `-`. Any other byte becomes `$` and two digits, so that
/// different codes stay different: `250+` is `250$2B`.
pub(super) fn code(ours: &str) -> Cow<'_, str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'-');
    // The total first: it is what most dimensions say.
    if ours == "_T" || (!ours.is_empty() && ours.bytes().all(allowed)) {
        return Cow::Borrowed(ours);
    }
    let mut text = String::new();
    for byte in ours.bytes() {
        match byte {
            byte if allowed(byte) => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "${byte:02X}");
            }
        }
    }
    // A code cannot be empty.
    Cow::Owned(if text.is_empty() { "$".into() } else { text })
}

/// The concepts of SDMX for our dimensions, in the order of [`DIMENSIONS`].
pub(super) const CONCEPTS: [&str; DIMENSIONS.len()] =
    ["SEX", "AGE", "URBANISATION", "DISABILITY_STATUS", "EDUCATION_LEV", "SIZE_CLASS", "CUST_BREAKDOWN"];

/// Statuses that say why there is no value.
const MISSING: [&str; 6] = ["O", "M", "L", "H", "Q", "K"];

/// The status as SDMX has it: those that tell of a missing value stand beside an empty cell only, and an empty cell has
/// one of them. A value that its provider called missing is not validated (V).
pub(super) fn status<'a>(values: &Values<'a>, row: usize) -> &'a str {
    let status = values.status.value(row);
    match (values.value(row).is_some(), MISSING.contains(&status)) {
        (true, false) | (false, true) => status,
        (true, true) => "V",
        (false, false) => "O",
    }
}

/// The name of a concept: its id in words, unless that says too little.
pub(super) fn concept_name(id: &str) -> String {
    let told = match id {
        "FREQ" => "Frequency of observation",
        "REF_AREA" => "Reference area",
        "URBANISATION" => "Urban or rural",
        "EDUCATION_LEV" => "Level of education",
        "SIZE_CLASS" => "Size class of enterprises",
        "CUST_BREAKDOWN" => "Further breakdown",
        "ESTIMATE" => "Whose figure it is, and how it was made",
        "TIME_PERIOD" => "Year",
        "OBS_VALUE" => "Value",
        "UNIT_MEASURE" => "Unit of measure",
        "UNIT_MULT" => "Unit multiplier (exponent of ten)",
        "DECIMALS" => "Decimals to show",
        "CONF_STATUS" => "Confidentiality status",
        "OBS_STATUS" => "Observation status",
        "NATURE" => "Nature of the data point",
        "COVERAGE" => "Share of the weight with a value",
        "MEMBERS_OBSERVED" => "Members with a value",
        "MEMBERS_TOTAL" => "Members of the group",
        "LOWER_BOUND" => "Lower bound of the value",
        "UPPER_BOUND" => "Upper bound of the value",
        "SOURCE_DETAIL" => "Source",
        "COMMENT_OBS" => "Note on the value",
        _ => "",
    };
    if !told.is_empty() {
        return told.to_owned();
    }
    let lower = id.replace('_', " ").to_lowercase();
    let mut letters = lower.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn different_codes_stay_different() {
        assert_eq!(code("M49_722"), "M49_722");
        assert_eq!(code("250+"), "250$2B");
        assert_eq!(code("250$2B"), "250$242B");
        assert_eq!(code(""), "$");
        assert_eq!(code("a b/é"), "a$20b$2F$C3$A9");
    }
}
