//! Codes of Data360 as ours: names of series, units, status, and the words for each dimension.

use crate::reference::words;
use crate::rows::series_key::SeriesKey;

/// Databases whose codes nobody else uses.
const DATABASES: [&str; 5] = ["ITU_DH_", "ITU_GCI_", "ITU_ICT_", "UNCTAD_DE_", "WB_GTMI_"];

/// The name of a series: its indicator, with the database before it where the indicator does not begin with it. Newer
/// codes do not, and some of them look like those of other providers.
pub(super) fn series(database: &str, indicator: &str) -> String {
    match indicator.strip_prefix(database) {
        Some(rest) if rest.starts_with('_') => indicator.to_owned(),
        _ => format!("{database}_{indicator}"),
    }
}

pub(super) fn is_series(code: &str) -> bool {
    DATABASES.iter().any(|database| code.starts_with(database))
}

/// Units whose code says the same in every indicator. `GB_SB` does not: it is a volume, a number or a rate.
pub(super) fn unit(code: &str) -> Option<&'static str> {
    Some(match code {
        "PT" | "PT_POP" | "PT_HH" => "PT",
        "SB_10P2_HB" => "PER_100_POP",
        "SB" => "NUMBER",
        "0_TO_100" => "INDEX",
        "USD" => "USD",
        "PPP" => "PPP",
        _ => return None,
    })
}

/// The status in SDMX codes, of a row with or without a value.
pub(super) fn status(code: &str, has_value: bool) -> &'static str {
    const WITH: [&str; 15] = ["A", "B", "D", "E", "F", "G", "I", "J", "K", "N", "P", "S", "U", "V", "W"];
    const WITHOUT: [&str; 5] = ["H", "L", "M", "O", "Q"];
    let known = |codes: &[&'static str]| codes.iter().copied().find(|known| *known == code);
    if has_value { known(&WITH).unwrap_or("A") } else { known(&WITHOUT).unwrap_or("O") }
}

/// A number of units as its factor: 3 is thousands. None for what no figure has.
pub(super) fn power(code: &str) -> Option<i32> {
    match code {
        "" => Some(0),
        code => code.parse().ok().filter(|power| (-12..=12).contains(power)),
    }
}

/// One dimension of a row, by its column.
pub(super) fn place(key: &mut SeriesKey, column: &str, code: &str) {
    if matches!(code, "" | "_T" | "_Z") {
        return;
    }
    match column {
        "SEX" if words::sex(code).is_some() => key.sex = words::sex(code).unwrap_or("_T").into(),
        "AGE" if words::age(code).is_some() => key.age = words::age(code).unwrap_or_default(),
        "URBANISATION" if words::urbanisation(code).is_some() => key.urbanisation = words::urbanisation(code).unwrap_or("_T").into(),
        // What is not understood must not pass for the total.
        "SEX" | "AGE" | "URBANISATION" => extend(key, &format!("{column}_{code}")),
        _ => extend(key, code),
    }
}

fn extend(key: &mut SeriesKey, code: &str) {
    key.breakdown = if key.breakdown == "_T" { code.to_owned() } else { format!("{};{code}", key.breakdown) };
}

/// A value in units: moved by its multiplier as a decimal number, so that no digit changes.
pub(super) fn scaled(value: f64, power: i32) -> f64 {
    format!("{value}e{power}").parse().unwrap_or_else(|_| value * 10f64.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_series_begin_with_their_database() {
        assert_eq!(series("ITU_DH", "ITU_DH_POP_COV_4G"), "ITU_DH_POP_COV_4G");
        assert_eq!(series("ITU_DH", "IT_NET_USER"), "ITU_DH_IT_NET_USER");
        assert_eq!(series("ITU_DH", "ITU_DHX"), "ITU_DH_ITU_DHX");
        assert!(is_series("ITU_DH_IT_NET_USER") && !is_series("IT_NET_USER") && !is_series("12066"));
    }

    #[test]
    fn values_are_moved_as_decimals() {
        assert_eq!(scaled(1.1, 3), 1100.0);
        assert_eq!(scaled(0.07, 2), 7.0);
        assert_eq!(scaled(250.0, -3), 0.25);
        assert_eq!((power("6"), power(""), power("many"), power("99")), (Some(6), Some(0), None, None));
    }
}
