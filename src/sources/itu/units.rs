//! What a file of ITU calls the unit of a series, held against the unit that our table gives it.
//!
//! Our unit stands: files often name that of another series of the family. But a spelling that means something else
//! than before says that the figures have become something else.

/// What a spelling says of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The unit that the series has, or the one that files are known to name instead.
    Same,
    Other,
    /// Nobody can tell.
    Unclear,
}

/// Shares: of what, the series says.
const SHARES: [&str; 3] = ["PT", "PT_INT", "PT_GNI"];
/// Whatever is no share and no rate.
const PLAIN: [&str; 7] = ["NUMBER", "PS", "BITS", "USD", "PPP", "RATIO", "INDEX"];
/// People, as rates have them.
const PEOPLE: [&str; 6] = ["", "people", "inhabitants", "persons", "population", "pop"];

/// Spellings, and the units that each may stand for: none, where we have no code for it.
const SPELLINGS: [(&[&str], &[&str]); 9] = [
    (&["count", "number", "numbers", "subscriptions"], &["NUMBER", "PS"]),
    (&["value"], &PLAIN),
    (&["persons", "people", "inhabitants"], &["PS"]),
    (&["ratio"], &["RATIO"]),
    (&["index", "score"], &["INDEX"]),
    (&["usd", "us$", "$", "us dollars"], &["USD"]),
    (&["ppp", "ppp$", "international dollars"], &["PPP"]),
    (&["bits", "bit/s", "bits/s", "bps"], &["BITS"]),
    (&["thousands", "millions", "billions", "kbit/s", "mbit/s", "gbit/s"], &[]),
];

/// What a spelling says of a series with this unit. `also` are the spellings of another unit that files are known to
/// give it, with semicolons between them.
pub(super) fn said(written: &str, unit: &str, also: &str) -> Said {
    let written = plain(written);
    let known = also.split(';').map(plain).any(|one| !one.is_empty() && one == written);
    if known || unit == "_U" || written == plain(unit) {
        return Said::Same;
    }
    match meant(&written) {
        // Answers in words: a unit turns none of them into another one.
        _ if unit.is_empty() => Said::Unclear,
        Some(units) if units.contains(&unit) => Said::Same,
        Some(_) => Said::Other,
        None => Said::Unclear,
    }
}

/// Without case, and with one space between words.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The units that a spelling may stand for; not given for one that is not known.
fn meant(written: &str) -> Option<&'static [&'static str]> {
    if let Some(of) = ["%", "percentage", "percent", "per cent"].iter().find_map(|word| written.strip_prefix(word)) {
        return Some(match of.trim() {
            "" => &SHARES,
            of if of.contains("gni") => &["PT_GNI"],
            of if of.contains("internet users") => &["PT_INT"],
            _ => &["PT", "PT_INT"],
        });
    }
    if let Some(rate) = written.strip_prefix("per ") {
        let of = rate.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.'));
        let number: String = rate[..rate.len() - of.len()].chars().filter(char::is_ascii_digit).collect();
        return Some(match number.as_str() {
            "" => &["RATIO"],
            "100" if PEOPLE.contains(&of) => &["PER_100_POP"],
            _ => &[],
        });
    }
    SPELLINGS.iter().find(|(words, _)| words.contains(&written)).map(|(_, units)| *units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_unit_and_of_others() {
        // As genuine files have them, and the like.
        for (written, unit) in [
            ("%", "PT"),
            ("% of individuals", "PT"),
            ("% of  Households", "PT"),
            ("% fixed broadband subscriptions", "PT"),
            ("%", "PT_INT"),
            ("% GNI per capita", "PT_GNI"),
            ("% of GNI p.c.", "PT_GNI"),
            ("count", "NUMBER"),
            ("Value", "NUMBER"),
            ("per 100 people", "PER_100_POP"),
            ("Per 100 inhabitants", "PER_100_POP"),
            ("bits", "BITS"),
            ("", ""),
            ("anything", "_U"),
        ] {
            assert_eq!(said(written, unit, ""), Said::Same, "{written} of {unit}");
        }
        for (written, unit) in [
            ("Ratio", "PT"),
            ("per 1000 inhabitants", "PT"),
            ("Per 1,000 inhabitants", "PER_100_POP"),
            ("per 100 households", "PER_100_POP"),
            ("per 100 people", "PT"),
            ("per capita", "PER_100_POP"),
            ("count", "PT"),
            ("Value", "PT"),
            ("% of Internet users", "PT"),
            ("% GNI per capita", "USD"),
            ("%", "NUMBER"),
            ("millions", "NUMBER"),
            ("Mbit/s", "BITS"),
        ] {
            assert_eq!(said(written, unit, ""), Said::Other, "{written} of {unit}");
        }
        for (written, unit) in [("", "PT"), ("promille", "PT"), ("Value", "")] {
            assert_eq!(said(written, unit, ""), Said::Unclear, "{written} of {unit}");
        }
        assert_eq!(said("Count", "PER_100_POP", "count; number"), Said::Same);
        assert_eq!(said("", "PER_100_POP", ""), Said::Unclear);
    }
}
