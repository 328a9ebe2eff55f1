//! Which indicators are held at their last good values because of what checks found, so that the others can go on.

use std::collections::BTreeMap;

use crate::indicator::Catalogue;
use crate::release::checks::Found;

/// Indicator -> why, of the failed checks that hold and that nobody lets pass. A check whose rows do not all name an
/// indicator of the catalogue still stops the release. What reads a held indicator was computed from the refused
/// values, and is held with it.
pub fn indicators(found: &mut [Found<'_>], catalogue: &Catalogue, accept: &[String]) -> BTreeMap<String, String> {
    let known = |name: &str| catalogue.indicators.iter().any(|indicator| indicator.name == name);
    let mut held: BTreeMap<String, String> = BTreeMap::new();
    for one in found.iter_mut().filter(|one| one.check.holds && one.result == "failed" && !accept.contains(&one.check.id)) {
        if let Some(blamed) = one.blamed().filter(|blamed| blamed.keys().all(|name| known(name))) {
            one.result = "held";
            for (name, reason) in blamed {
                held.entry(name).or_insert(reason);
            }
        }
    }
    for index in catalogue.order(&mut Vec::new()).into_iter().flatten() {
        let indicator = &catalogue.indicators[index];
        let reads = catalogue.dependencies(indicator).into_iter().map(|other| &catalogue.indicators[other].name);
        if let Some(other) = reads.into_iter().find(|name| held.contains_key(*name)).cloned() {
            held.entry(indicator.name.clone()).or_insert_with(|| format!("it reads {other}, which is held"));
        }
    }
    held
}
