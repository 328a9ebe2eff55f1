//! The core indicators on ICT use in business: their codes, which indicators read, and how UNCTAD words them. Which codes a
//! report has for them is not certain, and some have the words alone.

use crate::sources::body::headings::folded;

/// B9 and B12 are lists of sub-codes, which nobody has seen in words.
const WORDS: [(&str, &str); 10] = [
    ("B1", "proportion of businesses using computers"),
    ("B2", "proportion of persons employed routinely using computers"),
    ("B3", "proportion of businesses using the internet"),
    ("B4", "proportion of persons employed routinely using the internet"),
    ("B5", "proportion of businesses with a web presence"),
    ("B6", "proportion of businesses with an intranet"),
    ("B7", "proportion of businesses receiving orders over the internet"),
    ("B8", "proportion of businesses placing orders over the internet"),
    ("B10", "proportion of businesses with a local area network (lan)"),
    ("B11", "proportion of businesses with an extranet"),
];

/// The code of an indicator that a report writes in one way or another; as it is where nobody knows it.
pub(super) fn series(code: &str, label: &str) -> String {
    if is_core(code) {
        return code.to_uppercase();
    }
    let of = |words: &str| {
        let words = folded(words);
        WORDS.iter().find(|(_, known)| *known == words).map(|(code, _)| (*code).to_owned())
    };
    of(label).or_else(|| of(code)).unwrap_or_else(|| if code.is_empty() { label.to_owned() } else { code.to_owned() })
}

/// `B3`, `b12.IDEL`.
fn is_core(code: &str) -> bool {
    let number = code.strip_prefix(['B', 'b']).and_then(|rest| rest.split('.').next()).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::series;

    #[test]
    fn one_code_however_it_is_written() {
        for (code, label) in [
            ("B3", "whatever"),
            ("b3", ""),
            ("03", "Proportion of businesses using the Internet"),
            ("", "Proportion of  businesses using the internet"),
            ("Proportion of businesses using the Internet", "Proportion of businesses using the Internet"),
        ] {
            assert_eq!(series(code, label), "B3", "{code} {label}");
        }
        assert_eq!(series("b12.idel", ""), "B12.IDEL");
        for (code, label, kept) in [("x", "Something else", "x"), ("", "Something else", "Something else"), ("BX", "", "BX")] {
            assert_eq!(series(code, label), kept);
        }
    }
}
