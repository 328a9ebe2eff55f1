//! What the codes of UIS mean: flags, breakdowns inside an indicator's code, units in labels, vintages of groups.

use crate::reference::words;
use crate::rows::series_key::{Detail, SeriesKey};

/// `WB: High income (July 2024)` -> `July 2024`.
pub(super) fn income_vintage(id: &str) -> Option<&str> {
    let id = id.trim();
    id.starts_with("WB:").then(|| id.strip_suffix(')')?.rsplit_once('(').map(|(_, vintage)| vintage)).flatten()
}

/// `July 2024` as a number that grows with time.
pub(super) fn month_of(vintage: &str) -> i32 {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let year: i32 = vintage.rsplit(' ').next().and_then(|y| y.parse().ok()).unwrap_or(0);
    let month = (0..).zip(MONTHS).find(|(_, month)| vintage.to_lowercase().starts_with(month)).map_or(0, |(number, _)| number);
    year.clamp(0, 9999) * 12 + month
}

/// MAGNITUDE and QUALIFIER as an observation status.
pub(super) fn status_of(flags: &str) -> Detail {
    let (magnitude, qualifier) = flags.split_once('|').unwrap_or((flags, ""));
    let status = match magnitude {
        "NA" => "M",
        "SUPP" => "Q",
        "INCLUDED" => "K",
        "INCLUDES" => "W",
        "LOWREL" => "U",
        _ => match qualifier {
            "UIS_EST" | "NAT_EST" => "E",
            _ => "A",
        },
    };
    let mut detail = Detail::status(status);
    detail.note = match qualifier {
        "UIS_EST" => Some("UIS estimate".into()),
        "NAT_EST" => Some("national estimate".into()),
        _ => None,
    };
    detail
}

/// A flag of `MAGNITUDE|QUALIFIER` that says something of the figure, and nobody knows what.
pub(super) fn unknown_flag(flags: &str) -> Option<String> {
    let (magnitude, qualifier) = flags.split_once('|').unwrap_or((flags, ""));
    let unknown = |name: &str, flag: &str, known: &[&str]| (!known.contains(&flag)).then(|| format!("{name} `{flag}`"));
    unknown("MAGNITUDE", magnitude, &["", "NIL", "NA", "SUPP", "INCLUDED", "INCLUDES", "LOWREL"])
        .or_else(|| unknown("QUALIFIER", qualifier, &["", "UIS_EST", "NAT_EST"]))
}

/// Splits a UIS code into the series and its breakdown: `ICTSKILLCOPI.AG15T24.F` -> `ICTSKILLCOPI`, 15 to 24, women.
pub(super) fn series_key(code: &str, unit: Option<&'static str>) -> SeriesKey {
    let mut kept = Vec::new();
    let mut key = SeriesKey::total("", "");
    for (index, part) in code.split('.').enumerate() {
        match part {
            "F" | "M" if index > 0 => key.sex = part.to_owned(),
            "URB" | "RUR" if index > 0 => key.urbanisation = words::urbanisation(part).unwrap_or("_T").to_owned(),
            _ if index > 0 && part.starts_with("AG") && words::age(part).is_some() => {
                key.age = words::age(part).unwrap_or_default();
            }
            _ => kept.push(part),
        }
    }
    key.series = kept.join(".");
    let index = kept.iter().any(|part| matches!(*part, "GPIA" | "LPIA" | "WPIA"));
    key.unit = match unit {
        _ if index => "RATIO",
        Some(unit) => unit,
        None if code.starts_with("SCHBSP") || code.starts_with("ICTSKILL") || code.starts_with("DL") => "PT",
        None => "_U",
    }
    .to_owned();
    key
}

pub(super) fn unit_of_label(label: &str) -> &'static str {
    let label = label.trim_end();
    if label.ends_with("(%)") || label.to_lowercase().starts_with("proportion of") || label.to_lowercase().starts_with("percentage of") {
        "PT"
    } else if label.ends_with("(number)") {
        "NUMBER"
    } else if label.to_lowercase().contains("parity index") {
        "RATIO"
    } else {
        "_U"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_split_into_series_and_breakdown() {
        let key = series_key("ICTSKILLCOPI.AG15T24.F", None);
        assert_eq!((key.series.as_str(), key.age.as_str(), key.sex.as_str(), key.unit.as_str()), ("ICTSKILLCOPI", "Y15T24", "F", "PT"));
        let key = series_key("SCHBSP.2T3.WINTERN", None);
        assert_eq!((key.series.as_str(), key.sex.as_str()), ("SCHBSP.2T3.WINTERN", "_T"));
        let key = series_key("ICTSKILLATTACH.URB.GPIA", Some("PT"));
        assert_eq!((key.series.as_str(), key.urbanisation.as_str(), key.unit.as_str()), ("ICTSKILLATTACH.GPIA", "U", "RATIO"));
        assert_eq!(series_key("F", None).series, "F");
    }

    #[test]
    fn not_applicable_is_never_zero() {
        assert_eq!(status_of("NA|").obs_status, "M");
        assert_eq!(status_of("|UIS_EST").obs_status, "E");
        assert_eq!(income_vintage("WB: Low income (July 2024)"), Some("July 2024"));
        assert_eq!(income_vintage("SDG: Oceania (Australia/New Zealand)"), None);
    }
}
