//! Licences as machines read them: the address of a Creative Commons licence that a text names, and whether it lets
//! anybody pass the data on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::publish::markup::slug;
use crate::publish::view::View;

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

/// The licences of the sources that went into a release: text and address.
pub fn of_release<'a>(view: &View<'a>) -> BTreeMap<&'a str, Option<String>> {
    view.manifest.inputs.iter().map(|input| (input.licence.as_str(), address(&input.licence))).collect()
}

/// A licence of a Data Package.
pub fn packaged(text: &str, address: Option<&String>) -> Value {
    let short: String = slug(text).replace('~', "-").chars().take(60).collect();
    let name = address.map_or(short, |address| {
        let parts: Vec<&str> = address.trim_end_matches('/').rsplit('/').collect();
        let parts: Vec<String> = parts.iter().take_while(|part| **part != "licenses").map(|part| part.to_uppercase()).collect();
        format!("CC-{}", parts.into_iter().rev().collect::<Vec<_>>().join("-"))
    });
    let mut licence = json!({ "name": if name.is_empty() { "unknown" } else { &name }, "title": text });
    if let Some(address) = address {
        licence["path"] = json!(address);
    }
    licence
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_licence_has_its_address() {
        let at = |path: &str| Some(format!("https://creativecommons.org/licenses/{path}/"));
        assert_eq!(address("CC BY-NC-SA 3.0 IGO"), at("by-nc-sa/3.0/igo"));
        assert_eq!(address("CC BY-SA 3.0 IGO (bulk files), CC BY-SA 4.0 (API exports)"), at("by-sa/3.0/igo"));
        assert_eq!(address("as of CC BY 4.0, with notes"), at("by/4.0"));
        assert_eq!(address("facts and figures with citation"), None);
        assert_eq!(address("CC BY x.y"), None);
    }
}
