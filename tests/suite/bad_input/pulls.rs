//! Pulls as a whole: too small, too large, empty; and what the other sources do meanwhile.

use super::{SETS, fixture, no_panic, released, workspace};
use crate::support::{copy, small_bodies};

#[test]
fn a_pull_much_smaller_than_the_last_is_refused() {
    let workspace = released();
    workspace.write("in/unsd/sdg_global/IT_USE_ii99.csv", fixture("unsd/sdg_global/IT_USE_ii99.csv"));
    let before = std::fs::read_link(workspace.path("data/current")).unwrap();
    let run = workspace.expect(3, &["run", "--from", "in"]);
    no_panic(&run);
    assert!(
        run.stderr.contains("unsd/sdg_global: E2014: ") && run.stderr.contains("the last pull had 4096: less than 70 %"),
        "{}",
        run.stderr
    );
    assert_eq!(std::fs::read_link(workspace.path("data/current")).unwrap(), before);
    let rows = workspace.expect(0, &["sql", "SELECT count(*) AS n FROM observations WHERE source = 'unsd'", "--output", "csv"]);
    assert_eq!(rows.stdout, "n\n4096\n", "the last good data stay in use");
    // A person who knows better says so.
    let file = "pipelines/unsd.toml";
    workspace.write(file, workspace.read(file).replace("minimum_share_of_last = 0.7", "minimum_share_of_last = 0.0"));
    workspace.expect(0, &["pull", "--from", "in"]);
}

#[test]
fn a_file_larger_than_allowed_is_refused() {
    let workspace = released();
    let file = "pipelines/unsd.toml";
    workspace.write(file, workspace.read(file).replace("max_bytes = 536870912", "max_bytes = 1000"));
    workspace.write("in/unsd/sdg_global/IT_USE_ii99.csv", fixture("unsd/sdg_global/IT_USE_ii99.csv"));
    let run = workspace.expect(3, &["run", "--from", "in"]);
    assert!(
        run.stderr.contains("unsd/sdg_global: E1004") && run.stderr.contains("IT_USE_ii99.csv") && run.stderr.contains("max_bytes = 1000"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_folder_without_bodies_changes_nothing() {
    let workspace = released();
    std::fs::create_dir_all(workspace.path("in/itu/internet_use")).unwrap();
    workspace.write("in/unsd/sdg_global/ORIGIN.md", "where this came from");
    workspace.write("in/unsd/sdg_global/.hidden", "x");
    std::fs::create_dir_all(workspace.path("in/nobody/knows/this")).unwrap();
    std::fs::create_dir_all(workspace.path("in/itu/internet_usage")).unwrap();
    let run = workspace.expect(0, &["run", "--from", "in"]);
    // A misspelt name is passed over, but not in silence.
    assert!(
        run.stderr.contains("in/nobody: no source has this name") && run.stderr.contains("did you mean `internet_use`?"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
}

#[test]
fn one_bad_body_of_several_refuses_the_pull() {
    let workspace = released();
    copy(&small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    workspace.write("in/unsd/sdg_global/IT_MOB_OWN.csv", "<html>");
    let run = workspace.expect(3, &["run", "--from", "in"]);
    assert!(run.stderr.contains("unsd/sdg_global: E2003: unsd/sdg_global/IT_MOB_OWN.csv: "), "{}", run.stderr);
    let rows = workspace.expect(0, &["sql", "SELECT count(*) AS n FROM observations WHERE source = 'unsd'", "--output", "csv"]);
    assert_eq!(rows.stdout, "n\n4096\n");
}

#[test]
fn other_sources_go_on() {
    // At the first run: what can be read is published, with a warning in the manifest.
    let workspace = workspace();
    let fixtures = small_bodies();
    for set in SETS {
        copy(&fixtures.join(set), &workspace.path("in").join(set));
    }
    workspace.write("in/itu/internet_use/individuals-using-the-internet.zip", "<html>");
    let run = workspace.expect(3, &["run", "--from", "in"]);
    no_panic(&run);
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), SETS.len() - 1);
    assert!(manifest["warnings"][0].as_str().unwrap().starts_with("itu/internet_use: E2003"), "{}", manifest["warnings"]);
    let first = std::fs::read_link(workspace.path("data/current")).unwrap();

    // Later: a new file of one source is published although another source fails.
    let more =
        workspace.read("in/itu/facts_and_figures/facts_and_figures.csv") + "2025,individuals_using_internet_pct,total,CIS,2025,93,test\n";
    workspace.write("in/itu/facts_and_figures/facts_and_figures.csv", more);
    let run = workspace.expect(3, &["run", "--from", "in", "--now", "2026-11-25T02:30:00Z"]);
    no_panic(&run);
    assert_ne!(std::fs::read_link(workspace.path("data/current")).unwrap(), first);
    let checks = workspace.release("checks.parquet");
    assert_eq!(crate::support::rows(&checks, &[("id", "data_sets_failed"), ("result", "warned")]).len(), 1);

    // The body comes at last.
    copy(&fixtures.join("itu/internet_use"), &workspace.path("in/itu/internet_use"));
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-26T02:30:00Z"]);
}

/// Of several bodies, the one with the example row is named: `record 1` alone says nothing.
#[test]
fn the_example_of_a_defective_pull_names_its_file() {
    let workspace = released();
    copy(&small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    let rows: String = (0..9000).map(|n| format!("IT_USE_ii99,999{n},2018,1\n")).collect();
    workspace.write("in/unsd/sdg_global/ZZ_BAD.csv", format!("SeriesCode,GeoAreaCode,TimePeriod,Value\n{rows}"));
    let run = workspace.expect(3, &["run", "--from", "in"]);
    assert!(run.stderr.contains("E2013") && run.stderr.contains("ZZ_BAD.csv"), "{}", run.stderr);
}

/// A pull that could not be read is not remembered: the same body is looked at again, and refused again.
#[test]
fn a_refused_body_does_not_become_the_last_one() {
    let workspace = released();
    let pull = workspace.read("data/pulls/itu/internet_use.json");
    workspace.write("in/itu/internet_use/individuals-using-the-internet.zip", "<html>");
    workspace.expect(3, &["pull", "--from", "in"]);
    assert_eq!(workspace.read("data/pulls/itu/internet_use.json"), pull);
    workspace.expect(3, &["run", "--from", "in"]);
    workspace.expect(0, &["run", "--from", &small_bodies().to_string_lossy(), "--only", "itu/internet_use"]);
}
