//! An indicator that is held shows earlier values: what they were computed from is kept, explained, and told when they change.

use serde_json::Value;

use super::{current, releases};
use crate::support::Workspace;

const HOLDS: &str = "/*---
id = \"own\"
title = \"Not as high as that\"
severity = \"error\"
holds = true
---*/
SELECT indicator, 'too high' AS detail FROM indicator_values WHERE ref_area = 'KEN' AND value > 11.5
";

const INDICATOR: &str = "/*---
id = \"2.1\"
name = \"own\"
title = \"Own\"
definition = \"x\"
unit = \"PT\"
sources = [\"own\"]
series = [{ source = \"own\", series = \"s\" }]
rollup = \"weighted_mean\"
groups = [\"world\"]
[coverage]
publish = 0.0
flag = 0.0
min_members = 1
base = \"economies\"
---*/
SELECT ref_area, time_period, value, 1.0 AS weight, obs_status, note, source FROM chosen
";

fn bodies(workspace: &Workspace, figure: &str) {
    workspace.write("in/own/figures/a.csv", format!("area,year,value,note\nKEN,2024,{figure},\nUGA,2024,20,\n"));
}

/// After a good night with 10, and one whose 12 is held back.
fn held() -> (Workspace, String) {
    let workspace = Workspace::as_prepared("held", || {
        let workspace = Workspace::of_method();
        workspace.write("sql/checks/own.sql", HOLDS);
        workspace.write("sql/indicators/own.sql", INDICATOR);
        workspace.write(
            "pipelines/own.toml",
            "source = \"own\"\nlicence = \"typed\"\nstale_after_days = 4000\n[[dataset]]\nname = \"figures\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nnote = \"note\"\nunit = { constant = \"PT\" }\n",
        );
        bodies(&workspace, "10");
        workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-01"]);
        let good = current(&workspace);
        bodies(&workspace, "12");
        workspace.expect(3, &["run", "--from", "in", "--now", "2026-11-02"]);
        assert_ne!(current(&workspace), good);
        workspace
    });
    let good = releases(&workspace).remove(0);
    (workspace, good)
}

/// It was explained by the refused figures: "NOT EQUAL", and SQL was blamed.
#[test]
fn it_is_explained_by_what_it_was_computed_from() {
    let (workspace, good) = held();
    let explain = |area: &str| workspace.expect(0, &["explain", "own", "--area", area, "--year", "2024"]).stdout;
    let held = format!("held at the values of {good}, which are explained here: check own: too high");
    for area in ["KEN", "WLD"] {
        let told = explain(area).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&held) && !told.contains("have changed since"), "{told}");
    }
    assert!(explain("KEN").contains("KEN 2024 = 10"), "{}", explain("KEN"));
    // Also when nothing but that release has them any more.
    workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert_eq!(std::fs::read_dir(workspace.path("data/releases")).unwrap().count(), 1);
    assert!(explain("WLD").contains("add up"), "{}", explain("WLD"));
}

/// Its entry named the refused observations, so that nothing differed when it was let go.
#[test]
fn letting_it_go_has_a_cause() {
    let (workspace, good) = held();
    let manifest = |workspace: &Workspace| -> Value { serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap() };
    let entry = manifest(&workspace)["indicators"]["own"].take();
    let first: Value = serde_json::from_str(&workspace.read(&format!("data/releases/{good}/manifest.json"))).unwrap();
    assert_eq!(entry["inputs"], first["indicators"]["own"]["inputs"]);
    assert_eq!(entry["held_from"]["release"], *good);
    // Held for another night, it is from the same release.
    bodies(&workspace, "13");
    workspace.expect(3, &["run", "--from", "in", "--now", "2026-11-03"]);
    assert_eq!(manifest(&workspace)["indicators"]["own"]["held_from"]["release"], *good);
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-04", "--accept", "own"]);
    assert_eq!(manifest(&workspace)["indicators"]["own"].get("held_from"), None);
    let diff = workspace.json(0, &["diff"]);
    let rows = diff["data"]["changes"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(row["cause"], "source_revised", "{row}");
        assert!(row["detail"].as_str().unwrap().contains("KEN 2024: 10 -> 13"), "{row}");
    }
    let list = workspace.json(0, &["release", "list"]);
    let changes: Vec<String> = list["data"]["releases"].as_array().unwrap().iter().map(|one| one["changes"].to_string()).collect();
    assert!(changes[1].contains("own is held") && changes[3].contains("own is no longer held"), "{changes:?}");
}

/// What a held indicator had read was taken from its header of today: data sets that this no longer named could be removed.
#[test]
fn it_keeps_what_it_read_though_its_header_names_others_now() {
    let workspace = Workspace::of_method();
    workspace.write("sql/checks/own.sql", HOLDS);
    let named = |source: &str| {
        INDICATOR
            .replace("series = [", &format!("datasets = [\"{source}/figures\"]\nseries = ["))
            .replace("[\"own\"]", &format!("[\"{source}\"]"))
    };
    workspace.write("sql/indicators/own.sql", named("own"));
    let source = |name: &str| {
        format!(
            "source = \"{name}\"\nlicence = \"typed\"\nstale_after_days = 4000\n[[dataset]]\nname = \"figures\"\nformat = \"table\"\n[dataset.columns]\nseries = {{ constant = \"s\" }}\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nnote = \"note\"\nunit = {{ constant = \"PT\" }}\n"
        )
    };
    for name in ["own", "other"] {
        workspace.write(&format!("pipelines/{name}.toml"), source(name));
    }
    bodies(&workspace, "10");
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-01"]);
    // From now on it names another source, whose figure is held back.
    workspace.write("sql/indicators/own.sql", named("other").replace("source = \"own\", series", "source = \"other\", series"));
    workspace.write("in/other/figures/a.csv", "area,year,value,note\nKEN,2024,12,\nUGA,2024,20,\n");
    workspace.expect(3, &["run", "--from", "in", "--now", "2026-11-02"]);
    let manifest: Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    let read: Vec<String> =
        manifest["indicators"]["own"]["held_from"]["inputs"].as_array().unwrap().iter().map(|input| input["source"].to_string()).collect();
    assert_eq!(read, ["\"own\""]);
}

/// A state that any slip in the only indicator leads to is no internal error.
#[test]
fn no_indicator_can_be_computed() {
    let (workspace, _) = held();
    workspace.write("sql/indicators/own.sql", INDICATOR.replace("value, 1.0 AS weight", "value / (value - value) AS value, 1.0 AS weight"));
    let run = workspace.expect(1, &["run", "--from", "in", "--now", "2026-11-03"]);
    assert!(
        run.stderr.contains("error: no indicator could be computed, so there is nothing to publish; the first reason: E3015: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("hint: what is published stays as it is: correct what the reason names"), "{}", run.stderr);
    assert!(!run.stderr.contains("internal"), "{}", run.stderr);
}
