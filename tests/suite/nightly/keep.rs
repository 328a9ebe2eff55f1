//! What has not changed since the release before is taken over, and comes out as if it had been computed.

use std::collections::BTreeSet;

use super::{different, files, small, small_bodies};
use crate::support::Workspace;

const READERS: [&str; 2] = ["internet_use", "internet_use_gaps"];

/// The indicators that a run computed, by its log.
fn computed(workspace: &Workspace, night: &str) -> BTreeSet<String> {
    let run = workspace.expect(0, &["--now", night, "run", "--from", &small_bodies()]);
    let lines = run.stderr.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines.filter(|line| line["message"] == "computed").map(|line| line["indicator"].as_str().unwrap().to_owned()).collect()
}

/// What `plan` says will be computed.
fn planned(workspace: &Workspace, night: &str) -> BTreeSet<String> {
    let plan = workspace.json(0, &["--now", night, "plan", "--from", &small_bodies()]);
    let steps = plan["data"]["steps"].as_array().unwrap().iter();
    let computed = steps.filter(|step| step["step"] == "indicator" && step["action"] == "compute");
    computed.map(|step| step["name"].as_str().unwrap().to_owned()).collect()
}

/// After a first night, which computes everything.
fn kept() -> Workspace {
    Workspace::as_prepared("kept", || {
        let workspace = small();
        assert_eq!(computed(&workspace, "2026-06-24T02:00:00Z").len(), 4);
        workspace
    })
}

fn edit(workspace: &Workspace, file: &str, from: &str, to: &str) {
    let text = workspace.read(file);
    assert!(text.contains(from), "{file}: {from}");
    workspace.write(file, text.replacen(from, to, 1));
}

#[test]
fn what_has_not_changed_is_taken_over() {
    let workspace = kept();
    edit(&workspace, "sql/checks/jumps.sql", "warn_above = 0", "warn_above = 5");
    assert_eq!(planned(&workspace, "2026-06-25T02:00:00Z"), BTreeSet::new());
    assert_eq!(computed(&workspace, "2026-06-25T02:00:00Z"), BTreeSet::new(), "another limit of a check");

    // Another window changes the values; who reads them follows.
    edit(&workspace, "sql/indicators/2.1_internet_use.sql", "unit = \"PT\"", "unit = \"PT\"\nwindow = 3");
    let expected = READERS.map(str::to_owned).into();
    assert_eq!(planned(&workspace, "2026-06-26T02:00:00Z"), expected);
    assert_eq!(computed(&workspace, "2026-06-26T02:00:00Z"), expected);

    // A target changes no value, but both ends of it are found anew.
    edit(&workspace, "sql/indicators/1.2b_broadband_affordability_share.sql", "baseline_year = 2020", "baseline_year = 2021");
    let expected = BTreeSet::from(["broadband_affordability_share".to_owned()]);
    assert_eq!(planned(&workspace, "2026-06-27T02:00:00Z"), expected);
    assert_eq!(computed(&workspace, "2026-06-27T02:00:00Z"), expected);

    // Limits of units decide what may be shown.
    edit(&workspace, "pipelines/reference/units.csv", "\nPT,", "\nPT_NEW,Another,x,1,0,100,,,\nPT,");
    assert_eq!(planned(&workspace, "2026-06-28T02:00:00Z").len(), 4);
    assert_eq!(computed(&workspace, "2026-06-28T02:00:00Z").len(), 4);
}

/// All of the edits at once on an empty data folder give the tables that the nights gave one after the other.
#[test]
fn what_is_taken_over_is_what_would_be_computed() {
    let workspace = kept();
    edit(&workspace, "sql/indicators/2.1_internet_use.sql", "unit = \"PT\"", "unit = \"PT\"\nwindow = 3");
    edit(&workspace, "sql/indicators/1.2b_broadband_affordability_share.sql", "baseline_year = 2020", "baseline_year = 2021");
    assert_eq!(computed(&workspace, "2026-06-25T02:00:00Z").len(), 3);
    let taken_over = files(&workspace.path("data/current"));
    std::fs::remove_dir_all(workspace.path("data")).unwrap();
    computed(&workspace, "2026-06-25T02:00:00Z");
    let anew = files(&workspace.path("data/current"));
    for name in ["values.parquet", "progress.parquet", "ends.parquet", "fixed_ends.parquet", "latest.parquet"] {
        assert!(taken_over[name] == anew[name], "{name} differs: {:?}", different(&taken_over, &anew));
    }
}
