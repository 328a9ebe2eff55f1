//! What a statistician asks of a release: why this number, what changed, what would happen, and how to add one's own.

mod commands;
mod diff;
mod explain;
mod lines;
mod method;
mod query;
mod weights;

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use crate::support::{Workspace, copy, small_bodies};

/// The indicators of these tests, one for each roll-up and one gap.
const KEPT: [&str; 8] = [
    "1.2_broadband_affordability.sql",
    "1.2b_broadband_affordability_share.sql",
    "2.1_internet_use.sql",
    "2.2b_mobile_ownership.sql",
    "2.2c_mobile_ownership_gaps.sql",
    "2.4_schools_internet.sql",
    "2.7a_ewaste_recycling.sql",
    "T1.5_broadband_subscriptions.sql",
];

/// Some checks of each severity.
const CHECKS: [&str; 4] = ["coverage_lost.sql", "history_rewritten.sql", "jumps.sql", "one_row_per_key.sql"];

/// The project with some of its indicators and checks: a run of it is quick.
fn project_with(kept: &[&str]) -> Workspace {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", kept);
    workspace.keep_only("sql/checks", &CHECKS);
    workspace.publish_little();
    workspace
}

/// One workspace with a release of the small bodies, shared by the tests that only read it.
fn released() -> Arc<Workspace> {
    static SHARED: LazyLock<Arc<Workspace>> = LazyLock::new(|| {
        let workspace = project_with(&KEPT);
        workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
        Arc::new(workspace.lasting())
    });
    Arc::clone(&SHARED)
}

/// A workspace of its own with `internet_use` alone; the bodies of its data sets are under `bodies/`.
fn internet_use_alone() -> Workspace {
    let workspace = project_with(&["2.1_internet_use.sql"]);
    for dataset in ["internet_use", "internet_use_breakdowns", "facts_and_figures"] {
        copy(&small_bodies().join("itu").join(dataset), &workspace.path("bodies/itu").join(dataset));
    }
    workspace
}

/// The same with a release.
fn of_internet_use() -> Workspace {
    Workspace::as_prepared("internet_use", || {
        let workspace = internet_use_alone();
        workspace.expect(0, &["run", "--from", "bodies"]);
        workspace
    })
}

/// `explain --format json`, all members.
fn explained(workspace: &Workspace, arguments: &[&str]) -> Value {
    let answer = workspace.json(0, &[&["explain"], arguments, &["--limit", "300"]].concat());
    answer["data"]["explanation"].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}
