//! What a release is made of, by name and hash: the base of `plan`, of skipping and of telling causes apart.

use std::collections::BTreeSet;

use crate::dataset_id::DatasetId;
use crate::engine::tokens;
use crate::error::{Result, SourceText};
use crate::files::hash_of;
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Catalogue, Indicator, Rollup};
use crate::observe::Reports;
use crate::observe::inputs::changes;
pub use crate::observe::inputs::{Input, Inputs, key};
use crate::reference::Reference;
use crate::release::Manifest;
use crate::release::checks::Check;
use crate::release::shared;

/// Everything that the values of one indicator depend on, those of the indicators it reads included.
pub fn of_indicator(indicator: &Indicator, catalogue: &Catalogue, reference: &Reference, reports: &Reports, settings: &Inputs) -> Inputs {
    let mut inputs = settings.clone();
    // Progress looks at the clock, checks at figures written down and at corrections, publication at what is left out and at
    // what is said of sources: no value does.
    let of_no_value = |input: &Input| {
        matches!(input, Input::Clock | Input::Golden { .. } | Input::Corrections | Input::LeftOut | Input::Formats | Input::Source { .. })
    };
    inputs.retain(|input, _| !of_no_value(input));
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
    inputs.insert(sql(&indicator.text), indicator.select_hash().to_owned());
    for (key, value) in indicator.method_keys() {
        inputs.insert(Input::HeaderKey { path: indicator.text.path.to_string(), key: key.into() }, value);
    }
    for text in shared::read_by(catalogue, &indicator.text) {
        inputs.insert(sql(text), tokens::hash_of(text).to_owned());
    }
    // Where nothing is rolled up, only the last step runs.
    let rolled = indicator.rollup != ROLLUP_NONE;
    for step in catalogue.steps.iter().skip(if rolled { 0 } else { catalogue.steps.len().saturating_sub(1) }) {
        inputs.insert(sql(&step.text), tokens::hash_of(&step.text).to_owned());
    }
    if let Some(rollup) = catalogue.rollups.get(&indicator.rollup) {
        inputs.insert(sql(&rollup.text), tokens::hash_of(&rollup.text).to_owned());
        for (key, value) in rollup.method_keys() {
            inputs.insert(Input::HeaderKey { path: rollup.text.path.to_string(), key: key.into() }, value);
        }
    }
    for file in indicator.derived.iter().map(String::as_str).chain(indicator.derived.is_some().then_some("group_population")) {
        if let Some(text) = catalogue.derived.get(file) {
            inputs.insert(sql(text), tokens::hash_of(text).to_owned());
        }
    }
    for name in ["areas.csv", "units.csv", "groups.csv", "group_lists.csv", "membership.csv", "population.csv", "gni_per_capita.csv"] {
        let table = name.trim_end_matches(".csv");
        let used = table != "gni_per_capita" || indicator.sql().contains(table);
        if let (true, Some(hash)) = (used, reference.hashes.get(name)) {
            inputs.insert(Input::Reference { file: name.to_string() }, hash.clone());
        }
    }
    for dataset in datasets_of(indicator, reports) {
        let hash = reports.get(&dataset).map(|r| r.hash.clone()).unwrap_or_default();
        inputs.insert(Input::Observations { dataset }, hash);
    }
    for index in catalogue.dependencies(indicator) {
        collect(&catalogue.indicators[index], catalogue, reference, reports, inputs, seen);
    }
}

fn sql(text: &SourceText) -> Input {
    Input::Sql { path: text.path.to_string() }
}

/// The data sets at hand that an indicator may read: those that its header names, else all.
pub fn datasets_of(indicator: &Indicator, reports: &Reports) -> Vec<DatasetId> {
    if indicator.datasets.is_empty() {
        return reports.keys().cloned().collect();
    }
    indicator.datasets.iter().filter(|id| reports.contains_key(id)).cloned().collect()
}

/// The data sets of an indicator's values that have never been loaded.
pub fn missing_datasets(indicator: &Indicator, catalogue: &Catalogue, reports: &Reports) -> Vec<DatasetId> {
    let mut missing: Vec<DatasetId> =
        indicator.datasets.iter().filter(|id| !reports.contains_key(id) && !indicator.weights.contains(id)).cloned().collect();
    for index in catalogue.dependencies(indicator) {
        for name in missing_datasets(&catalogue.indicators[index], catalogue, reports) {
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    missing
}

/// Everything a whole release depends on. `before`: a release that may be made of the same texts.
pub fn of_release(
    catalogue: &Catalogue,
    checks: &[Check],
    reference: &Reference,
    reports: &Reports,
    settings: &Inputs,
    before: Option<&Manifest>,
) -> Result<Inputs> {
    let mut inputs = settings.clone();
    let is_same = |manifest: &&Manifest| {
        manifest.texts == texts(catalogue, checks) && manifest.workspace.get(&Input::Program) == settings.get(&Input::Program)
    };
    match before.filter(is_same) {
        Some(manifest) => {
            let of_sql = manifest.workspace.iter().filter(|(input, _)| matches!(input, Input::Sql { .. }));
            inputs.extend(of_sql.map(|(input, hash)| (input.clone(), hash.clone())));
        }
        None => of_texts(catalogue, checks, &mut inputs)?,
    }
    for (name, hash) in reference.hashes.iter() {
        inputs.insert(Input::Reference { file: name.clone() }, hash.clone());
    }
    for (dataset, report) in reports {
        inputs.insert(Input::Observations { dataset: dataset.clone() }, report.hash.clone());
        if let Some(vintage) = &report.vintage {
            inputs.insert(Input::Vintage { dataset: dataset.clone() }, vintage.clone());
        }
    }
    Ok(inputs)
}

/// All texts of SQL, with their comments, as one hash. It takes much less time than what each says as a statement, which
/// is as in a release that was made of the same.
pub fn texts(catalogue: &Catalogue, checks: &[Check]) -> String {
    let mut hasher = blake3::Hasher::new();
    let methods = catalogue.shared.values().chain(catalogue.derived.values()).chain(&catalogue.defaults.text);
    let texts = catalogue.indicators.iter().map(|indicator| &indicator.text).chain(catalogue.steps.iter().map(|step| &step.text));
    let texts = texts.chain(methods).chain(checks.iter().map(|check| &check.text));
    for text in texts.chain(catalogue.rollups.values().map(|rollup| &rollup.text)) {
        for part in [&text.path, &text.text] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

fn of_texts(catalogue: &Catalogue, checks: &[Check], inputs: &mut Inputs) -> Result<()> {
    for indicator in &catalogue.indicators {
        inputs.insert(sql(&indicator.text), published_hash(indicator)?);
    }
    let steps = catalogue.steps.iter().map(|step| &step.text);
    for text in steps.chain(catalogue.shared.values()).chain(catalogue.derived.values()) {
        inputs.insert(sql(text), tokens::hash_of(text).to_owned());
    }
    for check in checks {
        inputs.insert(sql(&check.text), check_hash(check)?);
    }
    for rollup in catalogue.rollups.values() {
        inputs.insert(sql(&rollup.text), rollup_hash(rollup)?);
    }
    if let Some(text) = &catalogue.defaults.text {
        inputs.insert(sql(text), blake3::hash(text.text.as_bytes()).to_hex().to_string());
    }
    Ok(())
}

/// A check is its statement and its header: another severity or limit may let a release pass, or stop it.
fn check_hash(check: &Check) -> Result<String> {
    hash_of(&(tokens::hash_of(&check.text), &check.title, &check.severity, check.warn_above, check.fail_above, check.holds))
}

/// What is told of the parts, and the formula in words, is no input: nothing that is published follows from it.
fn rollup_hash(rollup: &Rollup) -> Result<String> {
    hash_of(&(tokens::hash_of(&rollup.text), rollup.method_keys()))
}

/// Hash of all that is published of an indicator: its targets, metadata and caveats too.
fn published_hash(indicator: &Indicator) -> Result<String> {
    let Indicator { title, definition, method, caveats, owner, sources, targets, .. } = indicator;
    hash_of(&(indicator.select_hash(), indicator.method_keys(), targets, (title, definition, method, caveats, owner, sources)))
}

/// What differs between two sets of inputs, as people read it.
pub fn changed(old: &Inputs, new: &Inputs) -> Vec<String> {
    changes(old, new).into_iter().map(|change| change.told).collect()
}
