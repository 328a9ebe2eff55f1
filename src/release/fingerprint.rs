//! What a release is made of, by name and hash: the base of `plan`, of skipping and of telling causes apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::tokens;
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::methods::STEPS;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::Reports;
use crate::reference::Reference;
use crate::release::shared;

/// Named inputs with their hashes.
pub type Inputs = BTreeMap<String, String>;

/// The input that is the year of the run.
pub const CLOCK: &str = "year of the clock";

/// Stands between a file and a key of its header.
const KEY: &str = ": ";

/// Everything that the values of one indicator depend on, those of the indicators it reads included.
pub fn of_indicator(indicator: &Indicator, catalogue: &Catalogue, reference: &Reference, reports: &Reports, settings: &Inputs) -> Inputs {
    let mut inputs = settings.clone();
    // Progress looks at the clock, no value does.
    inputs.remove(CLOCK);
    collect(indicator, catalogue, reference, reports, &mut inputs, &mut BTreeSet::new());
    inputs
}

fn collect(
    indicator: &Indicator,
    catalogue: &Catalogue,
    reference: &Reference,
    reports: &Reports,
    inputs: &mut Inputs,
    seen: &mut BTreeSet<String>,
) {
    if !seen.insert(indicator.name.clone()) {
        return;
    }
    inputs.insert(indicator.text.path.to_string(), indicator.select_hash());
    for (key, value) in indicator.method_keys() {
        inputs.insert(format!("{}{KEY}{key}", indicator.text.path), value);
    }
    for text in shared::read_by(catalogue, &indicator.text) {
        inputs.insert(text.path.to_string(), tokens::hash(&text.text));
    }
    if indicator.rollup != ROLLUP_NONE {
        for file in STEPS.iter().copied().chain([indicator.rollup.as_str()]) {
            if let Some(text) = catalogue.rollups.get(file) {
                inputs.insert(text.path.to_string(), tokens::hash(&text.text));
            }
        }
    }
    if let Some(text) = catalogue.rollups.get("assemble") {
        inputs.insert(text.path.to_string(), tokens::hash(&text.text));
    }
    for file in indicator.derived.iter().map(String::as_str).chain(indicator.derived.is_some().then_some("group_population")) {
        if let Some(text) = catalogue.derived.get(file) {
            inputs.insert(text.path.to_string(), tokens::hash(&text.text));
        }
    }
    for name in ["areas.csv", "groups.csv", "membership.csv", "population.csv", "gni_per_capita.csv"] {
        let table = name.trim_end_matches(".csv");
        let used = table != "gni_per_capita" || indicator.sql().contains(table);
        if let (true, Some(hash)) = (used, reference.hashes.get(name)) {
            inputs.insert(format!("pipelines/reference/{name}"), hash.clone());
        }
    }
    for dataset in datasets_of(indicator, reports) {
        inputs.insert(format!("observations/{dataset}"), reports.get(&dataset).map(|r| r.hash.clone()).unwrap_or_default());
    }
    for index in catalogue.dependencies(indicator) {
        collect(&catalogue.indicators[index], catalogue, reference, reports, inputs, seen);
    }
}

/// The data sets at hand that an indicator may read: those that its header names, else all.
pub fn datasets_of(indicator: &Indicator, reports: &Reports) -> Vec<String> {
    if indicator.datasets.is_empty() {
        return reports.keys().cloned().collect();
    }
    indicator.datasets.iter().filter(|name| reports.contains_key(*name)).cloned().collect()
}

/// The data sets that an indicator names and that have never been loaded.
pub fn missing_datasets(indicator: &Indicator, catalogue: &Catalogue, reports: &Reports) -> Vec<String> {
    let mut missing: Vec<String> = indicator.datasets.iter().filter(|name| !reports.contains_key(*name)).cloned().collect();
    for index in catalogue.dependencies(indicator) {
        for name in missing_datasets(&catalogue.indicators[index], catalogue, reports) {
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    missing
}

/// Everything a whole release depends on.
pub fn of_release(catalogue: &Catalogue, reference: &Reference, reports: &Reports, settings: &Inputs) -> Inputs {
    let mut inputs = settings.clone();
    for indicator in &catalogue.indicators {
        // Targets, metadata and caveats are published too, so the whole file counts here.
        let parts = (indicator.select_hash(), indicator.method_keys(), indicator.targets_hash(), metadata_hash(indicator));
        inputs.insert(indicator.text.path.to_string(), blake3::hash(format!("{parts:?}").as_bytes()).to_hex().to_string());
    }
    let methods = [&catalogue.shared, &catalogue.rollups, &catalogue.derived, &catalogue.checks];
    for text in methods.into_iter().flat_map(|folder| folder.values()) {
        inputs.insert(text.path.to_string(), tokens::hash(&text.text));
    }
    if let Some(text) = &catalogue.defaults.text {
        inputs.insert(text.path.to_string(), blake3::hash(text.text.as_bytes()).to_hex().to_string());
    }
    for (name, hash) in &reference.hashes {
        inputs.insert(format!("pipelines/reference/{name}"), hash.clone());
    }
    for (name, report) in reports {
        inputs.insert(format!("observations/{name}"), report.hash.clone());
    }
    inputs
}

fn metadata_hash(indicator: &Indicator) -> String {
    // As the catalogue has them: not where in the header they stand.
    let sources = serde_json::to_string(&indicator.sources).unwrap_or_default();
    let text = format!(
        "{:?}",
        (&indicator.title, &indicator.definition, &indicator.method, &indicator.caveats, &indicator.owner, sources)
    );
    blake3::hash(text.as_bytes()).to_hex()[..16].to_string()
}

/// One hash over named inputs.
pub fn key(inputs: &Inputs) -> String {
    crate::observe::normalise::key(inputs)
}

/// What differs between two sets of named inputs.
pub fn changed(old: &Inputs, new: &Inputs) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        let key = name.split_once(KEY);
        found.push(match (before, after, key) {
            (Some(before), Some(after), Some((file, key))) => format!("{file} changed: {key} from `{before}` to `{after}`"),
            // The file itself is named already.
            (_, _, Some(_)) => continue,
            (None, _, None) => format!("{name} is new"),
            (_, None, None) => format!("{name} is gone"),
            _ => format!("{name} changed"),
        });
    }
    found
}
