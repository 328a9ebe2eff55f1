//! The licences of a release as catalogues have them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::publish::markup::slug;
use crate::publish::view::View;
pub(crate) use crate::release::licence::address;

/// The licences of the sources that went into a release: text and address.
pub(crate) fn of_release<'a>(view: &View<'a>) -> BTreeMap<&'a str, Option<String>> {
    view.manifest.inputs.iter().map(|input| (input.licence.as_str(), address(&input.licence))).collect()
}

/// A licence of a Data Package.
pub(crate) fn packaged(text: &str, address: Option<&String>) -> Value {
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
