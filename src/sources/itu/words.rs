//! What notes and file names of ITU say: the status of a figure, the day of a download; how several answers are one.

/// Between the answers of one economy to a question that takes several. None of them has it.
pub(super) const BETWEEN: &str = "; ";

/// Portal downloads carry the moment in their name: `<label>_<epoch milliseconds>.csv`.
pub(super) fn downloaded_at(name: &str) -> Option<String> {
    let stem = name.split('.').next()?;
    let (_, digits) = stem.rsplit_once('_')?;
    let milliseconds: i64 = digits.parse().ok().filter(|_| digits.len() == 13)?;
    let moment = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
    Some(format!("downloaded {}", moment.strftime("%Y-%m-%d")))
}

/// Estimates are marked only in words: "ITU estimate.", "Estimation based on ..", in mixed case and in the languages of those
/// who report; so are breaks and preliminary figures.
pub(super) fn status_of(note: &str, source: &str) -> &'static str {
    let (note, source) = (note.to_lowercase(), source.to_lowercase());
    let says = |words: &[&str]| words.iter().any(|word| note.contains(word));
    if source.contains("estimat") || says(&["estimat", "estimaci", "estimad", "estimé", "estime"]) {
        "E"
    } else if says(&["break in", "series break", "breaks in", "redesigned"]) || (says(&["compar"]) && says(&["should not be"])) {
        "B"
    } else if says(&["prelim", "prélim", "provisional", "provisoire"]) {
        "P"
    } else {
        "A"
    }
}

/// The note of an aggregate: every edition estimates the past anew, and its day is all that tells them apart. A day in
/// another notation is said as it stands.
pub(super) fn aggregate(updated: Option<&str>) -> String {
    let day = updated.map(str::trim).filter(|day| !day.is_empty()).unwrap_or("unknown");
    let is_date =
        |day: &&str| day.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    format!("ITU aggregate, updated {}", day.get(..10).filter(is_date).unwrap_or(day))
}

/// Note and source in one text; empty parts left out.
pub(super) fn note_of(note: &str, source: &str) -> Option<String> {
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match (clean(note), clean(source)) {
        (note, source) if note.is_empty() && source.is_empty() => None,
        (note, source) if note.is_empty() => Some(source),
        (note, source) if source.is_empty() => Some(note),
        (note, source) => Some(format!("{note} [{source}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::{aggregate, status_of};

    #[test]
    fn the_day_of_an_edition() {
        for (updated, day) in [
            (Some("2025-11-17T13:13:18.000Z"), "2025-11-17"),
            (Some("2026-02-04"), "2026-02-04"),
            (Some("17 November 2025"), "17 November 2025"),
            (Some("2/4/2026"), "2/4/2026"),
            (Some(" "), "unknown"),
            (None, "unknown"),
        ] {
            assert_eq!(aggregate(updated), format!("ITU aggregate, updated {day}"));
        }
    }

    #[test]
    fn what_a_note_says_in_any_language() {
        for (note, status) in [
            ("ITU estimate.", "E"),
            ("Estimación realizada en base a las poblaciones cubiertas", "E"),
            ("Cifras estimadas.", "E"),
            ("Taux estimé", "E"),
            ("Preliminary estimate.", "E"),
            ("Break in comparability.", "B"),
            ("Preliminary.", "P"),
            ("Información preliminar", "P"),
            ("Données provisoires", "P"),
            ("December.", "A"),
        ] {
            assert_eq!(status_of(note, ""), status, "{note}");
        }
    }
}
