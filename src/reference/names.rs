//! Names of areas as agencies write them, made alike before they are compared: without case, accents and punctuation,
//! abbreviations spelt out, and in whichever order (`Korea, Republic of`, `Republic of Korea`).

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::visible;

/// Words that say nothing of which area is meant.
const EMPTY: [&str; 3] = ["the", "of", "and"];

/// Abbreviations and other spellings of one word.
const WORDS: [(&str, &str); 22] = [
    ("st", "saint"),
    ("ste", "saint"),
    ("sint", "saint"),
    ("rep", "republic"),
    ("rb", "republic"),
    ("repub", "republic"),
    ("dem", "democratic"),
    ("ppl", "peoples"),
    ("isl", "islands"),
    ("isls", "islands"),
    ("is", "islands"),
    ("island", "islands"),
    ("terr", "territory"),
    ("territories", "territory"),
    ("fed", "federated"),
    ("adm", "administrative"),
    ("ar", "arab"),
    ("arabic", "arab"),
    ("plur", "plurinational"),
    ("fr", "french"),
    ("brit", "british"),
    ("prov", "province"),
];

/// What two spellings of one name have in common.
pub(super) fn key(name: &str) -> String {
    // Taken apart, an acute accent that stands alone would be a space.
    let name = visible::clean(name).replace('\u{b4}', "'");
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(&name);
    let mut plain = String::with_capacity(decomposed.len());
    for c in decomposed.chars() {
        match c {
            // Accents, and apostrophes of every shape.
            '\u{300}'..='\u{36f}' | '\'' | '\u{2018}' | '\u{2019}' | '\u{2bb}'..='\u{2bd}' | '`' | '\u{2032}' => {}
            '&' => plain.push_str(" and "),
            'ı' => plain.push('i'),
            'ø' | 'Ø' => plain.push('o'),
            'ł' | 'Ł' => plain.push('l'),
            'đ' | 'Đ' => plain.push('d'),
            'æ' | 'Æ' => plain.push_str("ae"),
            'ß' => plain.push_str("ss"),
            c if c.is_alphanumeric() => plain.extend(c.to_lowercase()),
            _ => plain.push(' '),
        }
    }
    // `P.D.R.` is one word.
    let mut words: Vec<String> = Vec::new();
    let mut letters = false;
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        let single = word.len() == 1;
        match words.last_mut() {
            Some(last) if single && letters => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        letters = single;
    }
    let mut words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !EMPTY.contains(word))
        .map(|word| WORDS.iter().find(|(short, _)| *short == word).map_or(word, |(_, whole)| whole))
        .collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn spellings_of_one_name() {
        for alike in [
            &["Côte d'Ivoire", "Cote d\u{2019}Ivoire", "CÔTE D\u{2bc}IVOIRE", "Co\u{302}te d'Ivoire", "Côte d\u{b4}Ivoire"][..],
            &["Korea, Republic of", "Republic of Korea", "Korea (Rep. of)", "Korea, Rep.", "The Republic of Korea"],
            &["Lao P.D.R.", "Lao PDR", "Lao P. D. R."],
            &["St. Kitts and Nevis", "Saint Kitts & Nevis"],
            &["Bahamas, The", "The Bahamas", "Bahamas (the)"],
            &["South  Africa", "south africa", "South\u{a0}Africa"],
        ] {
            let keys: Vec<String> = alike.iter().map(|name| key(name)).collect();
            assert!(keys.iter().all(|other| *other == keys[0]), "{keys:?}");
        }
        for (one, other) in [("Korea, Rep.", "Korea, Dem. People's Rep."), ("Samoa", "American Samoa"), ("Congo", "Dem. Rep. of the Congo")]
        {
            assert_ne!(key(one), key(other));
        }
    }
}
