//! Words that providers use for sex, age, place of residence and education level, as SDMX codes.

/// CL_OBS_STATUS of SDMX.
pub const OBS_STATUS: [&str; 20] = ["A", "B", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "S", "U", "V", "W"];

/// Those that say why there is no value: a holiday, in another category, not collected, cannot exist, no reason given,
/// not published.
pub const WITHOUT_A_VALUE: [&str; 6] = ["H", "K", "L", "M", "O", "Q"];

/// Those of them that deny a value: beside one they contradict it. What is in another category may have one all the same.
pub const DENYING_A_VALUE: [&str; 5] = ["H", "L", "M", "O", "Q"];

/// Sex as any provider writes it.
pub fn sex(word: &str) -> Option<&'static str> {
    Some(match upper(word).as_str() {
        "" | "_T" | "T" | "BOTHSEX" | "TOTAL" | "BOTH SEXES" | "BOTH SEXES OR NO BREAKDOWN BY SEX" => "_T",
        "F" | "FEMALE" | "FEMALES" | "WOMEN" => "F",
        "M" | "MALE" | "MALES" | "MEN" => "M",
        _ => return None,
    })
}

pub fn urbanisation(word: &str) -> Option<&'static str> {
    Some(match upper(word).as_str() {
        "" | "_T" | "ALLAREA" | "ALL AREAS" | "TOTAL" | "NOTSPEC" => "_T",
        "U" | "URB" | "URBAN" | "URBANUSERS" | "URBAN AREA" | "URBAN AREAS" => "U",
        "R" | "RUR" | "RURAL" | "RURALUSERS" | "RURAL AREA" | "RURAL AREAS" => "R",
        _ => return None,
    })
}

/// Age bands; ranges such as `15-24` and `15+` become `Y15T24` and `Y_GE15`, with or without a word for years. Those under
/// 15 have one code, whoever sends it.
pub fn age(word: &str) -> Option<String> {
    const OPEN: [&str; 7] = ["+", " AND OVER", " AND OLDER", " AND ABOVE", " AND MORE", " OR OVER", " OR OLDER"];
    let word = upper(word).replace(['\u{2013}', '\u{2212}'], "-");
    if word.starts_with("Y_") || (word.starts_with('Y') && word[1..].starts_with(|c: char| c.is_ascii_digit())) {
        return Some(if word == "Y0T14" { "Y_LT15".into() } else { word });
    }
    let word =
        word.strip_prefix("AG").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) || *rest == "UNDER15Y").unwrap_or(&word);
    match word {
        "" | "_T" | "ALLAGE" | "ALL AGES" | "TOTAL" | "ALL AGE RANGES OR NO BREAKS BY AGE" => return Some("_T".into()),
        "BELOW15" | "LESS15" | "UNDER15Y" => return Some("Y_LT15".into()),
        "ABOVE74" | "MORE74" | "75OROVER" => return Some("Y_GE75".into()),
        _ => {}
    }
    let plain: Vec<&str> =
        word.split_whitespace().filter(|part| !matches!(*part, "YEARS" | "YEAR" | "YRS" | "AGED" | "OLD" | "OF" | "AGE")).collect();
    let plain = plain.join(" ");
    let number = |text: &str| text.trim().parse::<u8>().ok().filter(|_| all_digits(text.trim()));
    let years = |text: &str| number(text.trim().strip_suffix('Y').unwrap_or(text));
    let below = ["<", "UNDER ", "BELOW ", "LESS THAN ", "YOUNGER THAN "].iter().find_map(|start| plain.strip_prefix(start)).and_then(years);
    let up_to = [" AND YOUNGER", " AND UNDER", " OR YOUNGER"].iter().find_map(|end| plain.strip_suffix(end)).and_then(years);
    if let Some(limit) = below.or_else(|| up_to?.checked_add(1)) {
        return Some(format!("Y_LT{limit}"));
    }
    if let Some(from) = OPEN.iter().find_map(|end| plain.strip_suffix(end)).and_then(years) {
        return Some(format!("Y_GE{from}"));
    }
    let joined = plain.bytes().all(|b| b.is_ascii_digit() || b == b'T');
    let (from, to) = plain
        .split_once('-')
        .or_else(|| plain.split_once(" TO "))
        .or_else(|| plain.split_once("TO"))
        .or_else(|| plain.split_once('T').filter(|_| joined))?;
    let (from, to) = (number(from)?, years(to)?);
    Some(if (from, to) == (0, 14) { "Y_LT15".into() } else { format!("Y{from}T{to}") })
}

pub fn education_level(word: &str) -> Option<&'static str> {
    Some(match upper(word).as_str() {
        "" | "_T" | "TOTAL" => "_T",
        "PRIMAR" | "PRIMARY" | "ISCED11_1" => "ISCED11_1",
        "LOWSEC" | "ISCED2" | "ISCED11_2" => "ISCED11_2",
        "UPPSEC" | "ISCED11_3" => "ISCED11_3",
        "SECOND" | "ISCED11_2_3" => "ISCED11_2_3",
        "PREPRI" | "ISCED11_02" => "ISCED11_02",
        "ISCED01" | "PRIMARY OR LESS" => "ISCED11_0_1",
        "ISCED34" => "ISCED11_3_4",
        "ISCED56" => "ISCED11_5T8",
        _ => return None,
    })
}

/// Size classes of enterprises by persons employed, as the source has them: `10-49`, `250+`. None for words that are
/// not understood: digits picked out of them would be another class.
pub fn size_class(label: &str) -> Option<String> {
    let lower = label.trim().to_lowercase().replace(['\u{2013}', '\u{2212}'], "-");
    if lower.is_empty() || says_all(&lower) || lower == "_t" {
        return Some("_T".to_owned());
    }
    // `Micro (0-9)`: the class stands in the parentheses.
    let inner = lower.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner).and_then(class_of);
    inner.or_else(|| class_of(lower.split('(').next().unwrap_or_default()))
}

/// `All (persons employed)`, `Total`: a label of everything, and not one such as `Allied trades`.
pub fn says_all(label: &str) -> bool {
    let label = label.trim();
    let first = label.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    first.eq_ignore_ascii_case("all") || label.eq_ignore_ascii_case("total")
}

fn class_of(words: &str) -> Option<String> {
    let words = ["persons employed", "employed persons", "employees", "persons"]
        .iter()
        .fold(words.to_owned(), |text, word| text.replace(word, " "));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let number = |text: &str| all_digits(text.trim()).then(|| text.trim().to_owned());
    let open = [" and over", " or over", " and more", " or more", "+"].iter().find_map(|end| words.strip_suffix(end)).and_then(number);
    if let Some(from) = open.or_else(|| ["more than ", "over "].iter().find_map(|start| words.strip_prefix(start)).and_then(number)) {
        return Some(format!("{from}+"));
    }
    let below = ["less than ", "fewer than ", "under ", "below "].iter().find_map(|start| words.strip_prefix(start)).and_then(number);
    if let Some(limit) = below.and_then(|limit| limit.parse::<u32>().ok()) {
        return Some(format!("0-{}", limit.checked_sub(1)?));
    }
    let (from, to) = words.split_once(" to ").or_else(|| words.split_once('-'))?;
    Some(format!("{}-{}", number(from)?, number(to)?))
}

fn upper(word: &str) -> String {
    word.trim().to_uppercase()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_as_providers_write_them() {
        for (code, words) in [
            ("_T", &["", "ALLAGE", "All age ranges or no breaks by age"][..]),
            (
                "Y15T24",
                &["15-24", "15\u{2013}24", "15 - 24", "15TO24", "15 to 24 years", "AG15T24", "15-24 years old", "Aged 15-24", "15-24Y"],
            ),
            ("Y_GE15", &["15+", "15 years and over", "15 years old and over", "15 and older", "15+ years", "Aged 15 and older"]),
            ("Y_GE75", &["AG75OROVER", "ABOVE74", "75 years and older"]),
            (
                "Y_LT15",
                &["AGUNDER15Y", "BELOW15", "<15", "<15Y", "Under 15", "14 years and younger", "0-14", "Y0T14", "Less than 15 years"],
            ),
            ("Y15T49", &["Y15T49"]),
        ] {
            for word in words {
                assert_eq!(age(word).as_deref(), Some(code), "{word}");
            }
        }
        for word in ["old", "2 to 10 Mbit/s", "15-24-25", "T", "TO", "YES", "2T3x", "Agriculture"] {
            assert_eq!(age(word), None, "{word}");
        }
    }

    #[test]
    fn size_classes_as_the_source_has_them() {
        for (label, class) in [
            ("All (persons employed)", "_T"),
            ("10-49 persons employed", "10-49"),
            ("250 and more", "250+"),
            ("250 or more persons employed", "250+"),
            ("250 and over", "250+"),
            ("More than 250", "250+"),
            ("0 to 9", "0-9"),
            ("Less than 10", "0-9"),
            ("Fewer than 10 persons employed", "0-9"),
            ("Micro (0-9)", "0-9"),
            ("10+", "10+"),
        ] {
            assert_eq!(size_class(label).as_deref(), Some(class), "{label}");
        }
        for label in ["Not specified", "10-49 and 50-249", "SMEs", "2"] {
            assert_eq!(size_class(label), None, "{label}");
        }
    }
}
