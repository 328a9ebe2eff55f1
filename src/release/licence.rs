//! Licences as machines read them: the address of the Creative Commons licence that a text names, and what it asks of
//! who passes the data on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The first Creative Commons licence of a text, such as `CC BY-NC-SA 3.0 IGO`, as its address.
pub fn address(text: &str) -> Option<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')).filter(|word| !word.is_empty()).collect();
    words.windows(3).enumerate().find_map(|(at, three)| {
        let [cc, kind, version] = three else { return None };
        let known = ["BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND"].contains(kind);
        let numbered = matches!(version.split_once('.'), Some((a, b)) if [a, b].iter().all(|n| n.parse::<u8>().is_ok()));
        if *cc != "CC" || !known || !numbered {
            return None;
        }
        let igo = if words.get(at + 3) == Some(&"IGO") { "igo/" } else { "" };
        Some(format!("https://creativecommons.org/licenses/{}/{version}/{igo}", kind.to_lowercase()))
    })
}

/// What a licence asks of who passes data on; null where the text alone says it, or sends to other terms before data are
/// passed on, and a person has to read it.
pub fn redistribution(text: &str) -> Value {
    if text.to_lowercase().contains("redistribut") {
        return Value::Null;
    }
    let Some(address) = address(text) else { return Value::Null };
    let asks = |condition: &str| address.split(['/', '-']).any(|part| part == condition);
    json!({ "allowed": true, "attribution": true, "commercial": !asks("nc"), "share_alike": asks("sa"), "derivatives": !asks("nd") })
}

/// The licence under which a figure may be passed on that follows from sources of these: the address of the strictest of
/// them. None where they allow no common one (two ask that all is shared under themselves), or where a person has to read a
/// text first.
pub fn of_derived<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut addresses = BTreeSet::new();
    for text in texts {
        // Two licences of one source: which one holds depends on where the figures are from.
        if redistribution(text).is_null() || text.matches("CC ").count() > 1 {
            return None;
        }
        addresses.insert(address(text)?);
    }
    let asks = |address: &String, condition: &str| address.split(['/', '-']).any(|part| part == condition);
    if addresses.iter().any(|address| asks(address, "nd")) {
        return None;
    }
    let strictest = |condition: &str| -> Vec<&String> { addresses.iter().filter(|address| asks(address, condition)).collect() };
    let (shared, unsold) = (strictest("sa"), strictest("nc"));
    match (&shared[..], &unsold[..]) {
        // Attribution alone goes into any licence; the newest comes last.
        ([], []) => addresses.last().cloned(),
        ([], [one]) | ([one], []) => Some((*one).clone()),
        ([one], _) if asks(one, "nc") => Some((*one).clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{address, of_derived, redistribution};

    #[test]
    fn what_follows_from_several_sources_has_the_strictest_licence() {
        let at = |path: &str| Some(format!("https://creativecommons.org/licenses/{path}/"));
        assert_eq!(of_derived(["CC BY 3.0 IGO", "CC BY-NC-SA 3.0 IGO", "CC BY 4.0", "CC BY-NC-SA 3.0 IGO"]), at("by-nc-sa/3.0/igo"));
        assert_eq!(of_derived(["CC BY 3.0 IGO", "CC BY 4.0"]), at("by/4.0"));
        assert_eq!(of_derived(["CC BY-SA 4.0", "CC BY 4.0"]), at("by-sa/4.0"));
        assert_eq!(of_derived(["CC BY-NC 4.0", "CC BY 4.0"]), at("by-nc/4.0"));
        assert_eq!(of_derived(["CC BY-NC 4.0", "CC BY-NC-SA 4.0"]), at("by-nc-sa/4.0"));
        // Each asks that what follows from it is under itself.
        assert_eq!(of_derived(["CC BY-SA 3.0 IGO", "CC BY-NC-SA 3.0 IGO"]), None);
        assert_eq!(of_derived(["CC BY-NC 4.0", "CC BY-SA 4.0"]), None);
        assert_eq!(of_derived(["CC BY-SA 3.0 IGO (bulk files), CC BY-SA 4.0 (API exports)"]), None);
        assert_eq!(of_derived(["CC BY 4.0", "CC BY-ND 4.0"]), None);
        assert_eq!(of_derived(["CC BY 4.0", "facts and figures with citation"]), None);
        assert_eq!(of_derived([]), None);
    }

    #[test]
    fn a_licence_has_its_address() {
        let at = |path: &str| Some(format!("https://creativecommons.org/licenses/{path}/"));
        assert_eq!(address("CC BY-NC-SA 3.0 IGO"), at("by-nc-sa/3.0/igo"));
        assert_eq!(address("CC BY-SA 3.0 IGO (bulk files), CC BY-SA 4.0 (API exports)"), at("by-sa/3.0/igo"));
        assert_eq!(address("as of CC BY 4.0, with notes"), at("by/4.0"));
        assert_eq!(address("facts and figures with citation"), None);
        assert_eq!(address("CC BY x.y"), None);
    }

    #[test]
    fn what_is_not_known_is_not_allowed() {
        assert_eq!(redistribution("CC BY-NC-SA 3.0 IGO")["commercial"], false);
        assert_eq!(redistribution("CC BY 4.0")["share_alike"], false);
        assert!(redistribution("see the terms").is_null());
        assert!(redistribution("CC BY 3.0 IGO, as recorded; see the terms before redistribution").is_null());
    }
}
