//! `formats`: what is written beside the Parquet files is what the job asks for, and nothing that is there points to what
//! is not.

use std::collections::BTreeSet;

use super::{Released, indicator, of_one_table};

const JOB: &str = "pipelines/job.toml";
const ALWAYS: [&str; 4] = ["catalog.json", "failures", "manifest.json", "parquet"];

/// The first part of each file's path, or the ending of one at the top that is a table.
fn kinds(released: &Released) -> BTreeSet<&str> {
    released
        .files
        .keys()
        .map(|name| match name.split_once('/') {
            Some((folder, _)) => folder,
            None => name.strip_suffix(".parquet").map_or(name.as_str(), |_| "parquet"),
        })
        .filter(|kind| !ALWAYS.contains(kind))
        .collect()
}

#[test]
fn only_what_is_asked_for_is_written() {
    let workspace = of_one_table("KEN,2020,40,\nKEN,2023,50,\nRWA,2023,52,\n");
    indicator(&workspace, "1", "own", "\"Own\"", "coverage = { base = \"economies\" }\n", "");
    workspace.expect(0, &["run", "--from", "in"]);
    let whole = Released::of(&workspace);
    assert!(
        kinds(&whole).is_superset(&BTreeSet::from(["csv", "web", "site", "sdmx", "jsonstat", "yardstick.xlsx"])),
        "{:?}",
        kinds(&whole)
    );

    workspace.write(JOB, "[publication]\nformats = []\n");
    let plan = workspace.expect(0, &["plan", "--from", "in"]);
    assert!(plan.stdout.contains("the list of formats is new"), "{}", plan.stdout);
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    let bare = Released::of(&workspace);
    assert_eq!(kinds(&bare), BTreeSet::new());
    assert_eq!(bare.values.num_rows(), whole.values.num_rows());
    let opened = workspace.expect(2, &["open"]);
    assert!(opened.stderr.contains("has no pages") && opened.stderr.contains("formats"), "{}", opened.stderr);

    workspace.write(JOB, "[publication]\nformats = [\"csv\", \"sdmx\"]\n");
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-26"]);
    let some = Released::of(&workspace);
    assert_eq!(kinds(&some), BTreeSet::from(["catalog.jsonld", "croissant.json", "csv", "datapackage.json", "sdmx"]));
    assert!(!some.text("catalog.jsonld").contains("web/own.json"));
    let again = workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-27"]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
}

#[test]
fn a_list_that_cannot_be_is_refused() {
    let workspace = of_one_table("KEN,2020,40,\n");
    indicator(&workspace, "1", "own", "\"Own\"", "", "");
    for (formats, told) in [
        ("[\"cvs\"]", "there is no format `cvs`"),
        ("[\"site\"]", "`site` links to files that are not written"),
        ("\"csv\"", "must be a list"),
    ] {
        workspace.write(JOB, format!("[publication]\nformats = {formats}\n"));
        let refused = workspace.expect(2, &["check"]);
        assert!(refused.stdout.contains(told) && refused.stdout.contains("pipelines/job.toml:2:"), "{formats}: {}", refused.stdout);
    }
}
