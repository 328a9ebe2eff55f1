//! The nightly job from end to end: what a release holds, what a second run does, and what happens when things go wrong.

mod beside;
mod disk;
mod faults;
mod gates;
mod goldens;
mod held;
mod install;
mod keep;
mod morning;
mod partitions;
mod release;
mod replay;
mod retention;
mod schedule;
mod shelf;
mod stopped;
mod unchanged;
#[cfg(not(feature = "cluster"))]
#[cfg(not(feature = "cluster"))]
mod without_workers;

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Workspace;

/// Where the small bodies are, as an argument.
fn small_bodies() -> String {
    crate::support::small_bodies().to_string_lossy().into_owned()
}

/// The checks that a change of these tests meets: those that hold or refuse a release, and those that they read.
const CHECKS: [&str; 13] = [
    "aggregates_in_range.sql",
    "columns_changed.sql",
    "coverage_fell.sql",
    "coverage_lost.sql",
    "goldens.sql",
    "history_rewritten.sql",
    "jumps.sql",
    "missing_has_a_status.sql",
    "one_economy_missing.sql",
    "one_row_per_key.sql",
    "row_counts.sql",
    "scale_changed.sql",
    "series_fit_unit.sql",
];

/// The project with four of its indicators and few of its checks and formats: a run of it is quick.
fn small() -> Workspace {
    let workspace = Workspace::of_project();
    let kept =
        ["1.2_broadband_affordability.sql", "1.2b_broadband_affordability_share.sql", "2.1_internet_use.sql", "2.2_internet_use_gaps.sql"];
    workspace.keep_only("sql/indicators", &kept);
    workspace.keep_only("sql/checks", &CHECKS);
    workspace.publish_little();
    workspace
}

/// The same with one indicator, where nothing depends on what is computed.
fn with_one_indicator() -> Workspace {
    let workspace = small();
    workspace.keep_only("sql/indicators", &["2.1_internet_use.sql"]);
    workspace
}

/// A small workspace after its first good run.
fn small_released() -> Workspace {
    Workspace::as_prepared("small_released", || {
        let workspace = small();
        workspace.expect(0, &["run", "--from", &small_bodies()]);
        workspace
    })
}

/// The name of the release that `current` points to.
fn current(workspace: &Workspace) -> String {
    let target = std::fs::read_link(workspace.path("data/current")).expect("current is a symbolic link");
    target.strip_prefix("releases").expect("into releases/").to_string_lossy().into_owned()
}

/// The names of the releases that are kept, in order.
fn releases(workspace: &Workspace) -> Vec<String> {
    let kept = std::fs::read_dir(workspace.path("data/releases")).expect("releases");
    let mut names: Vec<String> = kept.map(|entry| entry.expect("a release").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file below a folder, by its relative path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Which files differ, by name: a failed comparison of whole files would print them.
pub(crate) fn different(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
