//! How the groups of a release differ from those of today: who joined, who left, which list is in force.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::catalog;
use crate::error::Result;
use crate::reference::Reference;

/// Groups that are told one by one; of more, how many.
const TOLD: usize = 4;

/// A group as the catalogue of a release has it.
#[derive(Deserialize)]
struct Group {
    group_code: String,
    members: BTreeSet<String>,
    vintage: Option<String>,
    next_due: Option<String>,
}

/// What changed, in words; None where nothing did, or where the catalogue of the release cannot be read.
pub fn changed(release: &Path, reference: &Reference) -> Result<Option<String>> {
    let catalog = fs_err::read(release.join("catalog.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(mut catalog): Option<serde_json::Value> = catalog else { return Ok(None) };
    let Ok(old) = keyed(catalog["groups"].take()) else { return Ok(None) };
    let new = keyed(serde_json::to_value(catalog::groups(reference)?)?)?;
    let codes: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differences: Vec<String> = codes.into_iter().filter_map(|code| difference(code, old.get(code), new.get(code))).collect();
    let more = differences.len().saturating_sub(TOLD);
    let told = differences.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
    Ok((!told.is_empty()).then(|| if more > 0 { format!("{told}; and {more} more groups") } else { told }))
}

fn keyed(groups: serde_json::Value) -> serde_json::Result<BTreeMap<String, Group>> {
    let groups: Vec<Group> = serde_json::from_value(groups)?;
    Ok(groups.into_iter().map(|group| (group.group_code.clone(), group)).collect())
}

fn difference(code: &str, old: Option<&Group>, new: Option<&Group>) -> Option<String> {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, _) => return Some(format!("group {code} is new")),
        (_, None) => return Some(format!("group {code} is gone")),
    };
    let named = |areas: Vec<&String>| match areas.len() {
        0..=5 => areas.into_iter().map(String::as_str).collect::<Vec<_>>().join(" "),
        many => format!("{many} economies"),
    };
    let (joined, left) = (named(new.members.difference(&old.members).collect()), named(old.members.difference(&new.members).collect()));
    let mut said = Vec::new();
    if !joined.is_empty() {
        said.push(format!("with {joined}"));
    }
    if !left.is_empty() {
        said.push(format!("without {left}"));
    }
    if new.vintage != old.vintage {
        said.push(format!("by another list: {}", new.vintage.as_deref().unwrap_or("one without a name")));
    } else if new.next_due != old.next_due {
        said.push(format!("next list due {}", new.next_due.as_deref().unwrap_or("at no known date")));
    }
    (!said.is_empty()).then(|| format!("group {code} is now {}", said.join(", ")))
}
