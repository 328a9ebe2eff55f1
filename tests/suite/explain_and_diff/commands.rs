//! The statistician's loop: `new`, `check`, `test`, `preview`, `run`, without a line of Rust.

use super::{list, number, project_with, released, text};
use crate::support::{Workspace, close, rows, small_bodies, value};

const FILE: &str = "sql/indicators/2.8_mobile_subscriptions.sql";

/// A workspace with a new indicator: mobile subscriptions, by income group among others.
fn with_new() -> Workspace {
    let workspace = project_with(&["2.1_internet_use.sql"]);
    let run = workspace.expect(0, &["new", "2.8", "--name", "mobile_subscriptions"]);
    assert!(run.stdout.contains(&format!("wrote {FILE}\n")), "{}", run.stdout);
    workspace
}

#[test]
fn from_new_to_release() {
    let workspace = with_new();
    let run = workspace.expect(0, &["check"]);
    assert!(run.stdout.ends_with("no problem\n"), "{}", run.stdout);
    assert_eq!(workspace.expect(0, &["test", "2.8"]).stdout, "ok      2.8/first\n1 passed, 0 failed\n");

    // Without data there is nothing to see, and it is said what is missing.
    let run = workspace.expect(0, &["preview", "2.8"]);
    assert!(run.stdout.ends_with("not loaded: itu/mobile_subscriptions\n"), "{}", run.stdout);

    workspace.expect(0, &["pull", "--from", small_bodies().to_str().unwrap()]);
    let answer = workspace.json(0, &["preview", "2.8", "--area", "WB_HIC,WB_UMC", "--year", "2023"]);
    let values = list(&answer["data"]["values"]);
    let areas: Vec<&str> = values.iter().filter(|v| v["estimate"] == "available").map(|v| text(&v["ref_area"])).collect();
    assert_eq!(areas, ["WB_HIC", "WB_UMC"]);
    assert_eq!(values[0]["unit"], "PER_100_POP");
    assert!(!workspace.path("data/releases").exists(), "nothing is published");

    workspace.expect(0, &["compute"]);
    let published = workspace.release("values.parquet");
    let high = values.iter().find(|v| v["ref_area"] == "WB_UMC" && v["estimate"] == "available").unwrap();
    let key = [("indicator", "mobile_subscriptions"), ("ref_area", "WB_UMC"), ("time_period", "2023"), ("estimate", "available")];
    close(value(&published, "value", &key), number(&high["value"]), 0.0);
    for group in ["WB_HIC", "WB_UMC", "WB_LMC", "WB_LIC"] {
        assert!(!rows(&published, &[("indicator", "mobile_subscriptions"), ("ref_area", group)]).is_empty(), "{group}");
    }
    assert!(workspace.read("data/current/csv/mobile_subscriptions.csv").starts_with("indicator,ref_area,time_period,"));
    let progress = workspace.release("progress.parquet");
    assert!(!rows(&progress, &[("target", "2.8"), ("ref_area", "WLD")]).is_empty());
    let catalogue: serde_json::Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).unwrap();
    assert!(catalogue.to_string().contains("\"mobile_subscriptions\""));
    let answer = workspace.json(0, &["explain", "2.8", "--area", "WB_UMC", "--year", "2023"]);
    assert_eq!(answer["data"]["explanation"]["adds_up"], true);
    let answer = workspace.json(0, &["preview", "2.8"]);
    let against = &answer["data"]["against_release"];
    assert_eq!((&against["revised"], &against["added"], &against["removed"]), (&0.into(), &0.into(), &0.into()));
    assert_eq!(against["equal"], answer["data"]["rows"]);
}

#[test]
fn names_that_new_refuses() {
    let workspace = with_new();
    let said = |id: &str, name: &str| {
        let run = workspace.expect(2, &["new", id, "--name", name]);
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(said("2.8", "other"), format!("error: the id `2.8` is already used by {FILE}"));
    assert_eq!(said("2.81", "mobile_subscriptions"), format!("error: the name `mobile_subscriptions` is already used by {FILE}"));
    assert_eq!(said("../2.9", "other"), "error: `../2.9` is not an id");
    assert_eq!(said("2.9", "Other"), "error: `Other` is not a name");
    assert_eq!(said("2.9", ""), "error: `` is not a name");
    std::fs::create_dir_all(workspace.path("sql/tests/2.9/first")).unwrap();
    assert_eq!(said("2.9", "other"), "error: sql/tests/2.9/first exists already");
}

#[test]
fn test_and_update() {
    let workspace = with_new();
    let expected = "sql/tests/2.8/first/expected.csv";
    let good = workspace.read(expected);
    let wrong = good.replace("WLD,2020,available,82.5", "WLD,2020,available,82").replace("KEN,2020,reported", "KEN,2019,reported");
    workspace.write(expected, &wrong);
    let run = workspace.expect(1, &["test"]);
    insta::with_settings!({ omit_expression => true, snapshot_path => "../snapshots" }, { insta::assert_snapshot!("test_failed", run.stdout) });
    let answer = workspace.json(1, &["test", "mobile_subscriptions"]);
    assert_eq!((&answer["data"]["passed"], &answer["data"]["failed"]), (&0.into(), &1.into()));
    let kinds: Vec<&str> = list(&answer["data"]["cases"][0]["differences"]).iter().map(|d| text(&d["kind"])).collect();
    assert_eq!(kinds, ["missing", "changed", "unexpected"]);
    assert_eq!(workspace.read(expected), wrong, "only --update writes");
    // The difference is shown once more, and what came out is the new expectation: columns and order as they were.
    let run = workspace.expect(0, &["test", "--update"]);
    assert!(run.stdout.contains("value: expected 82, got 82.5"), "{}", run.stdout);
    assert!(run.stderr.contains(&format!("wrote {expected}\n")), "{}", run.stderr);
    assert_eq!(workspace.read(expected), good);
    workspace.expect(0, &["test"]);
    // An error of the SQL is a failed case, not an end.
    let sql = workspace.read(FILE);
    workspace.write(FILE, sql.replace("c.value,", "c.valu,"));
    let run = workspace.expect(1, &["test"]);
    assert!(run.stdout.starts_with("failed  2.8/first: ") && run.stdout.contains("c.valu`"), "{}", run.stdout);
}

/// What a case expects of its targets is compared in the columns that it gives, in the year that it says, and written anew.
#[test]
fn what_is_expected_of_the_targets() {
    let workspace = with_new();
    let (case, file) = ("sql/tests/2.8/first", "sql/tests/2.8/first/expected_progress.csv");
    let observations = workspace.read(&format!("{case}/observations.csv"));
    let line = observations.lines().find(|line| line.contains("KEN,2020")).unwrap().replace("2020", "2015");
    workspace.write(&format!("{case}/observations.csv"), format!("{observations}{line}\n"));
    std::fs::remove_file(workspace.path(format!("{case}/expected.csv"))).unwrap();
    workspace.expect(0, &["test", "2.8", "--update"]);
    // Its year is over, and 110 were never there.
    workspace.write(&format!("{case}/current_year.csv"), "year\n2031\n");
    workspace.write(FILE, workspace.read(FILE).replace("also = [\"groups\"]", "also = [\"groups\", \"countries\"]"));
    workspace.write(FILE, workspace.read(FILE).replace("value = 100.0", "value = 110.0"));
    workspace.write(file, "target,ref_area,class,outcome,headline,baseline_value\n2.8,KEN,met,open,true,1\n2.8,GHA,met,open,false,1\n");
    let run = workspace.expect(1, &["test", "2.8"]);
    for said in ["1 changed, 1 missing", "class: expected met, got limited", "headline: expected true, got false", "2.8 GHA reported"] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let run = workspace.expect(0, &["test", "2.8", "--update"]);
    assert!(run.stderr.contains(&format!("wrote {file}\n")), "{}", run.stderr);
    let written = workspace.read(file);
    assert_eq!(written.lines().next(), Some("target,ref_area,estimate,baseline_value,class,outcome,headline"));
    assert!(written.lines().count() == 2 && written.contains("2.8,KEN,reported,") && written.contains(",limited,open,false"), "{written}");
    workspace.expect(0, &["test", "2.8"]);
    // The targets are not those of an indicator that begins like this one.
    workspace.expect(0, &["new", "2.9", "--name", "other", "--like", "2.8"]);
    assert!(workspace.path("sql/tests/2.9/first/expected.csv").exists());
    assert!(!workspace.path("sql/tests/2.9/first/expected_progress.csv").exists());
}

/// Of a panel the members are those of all years: a case of two years alone had others, and figures of its own.
#[test]
fn a_recorded_case_of_a_panel() {
    let workspace = with_new();
    let coverage = "coverage = { base = \"economies\", flag = 0.01, publish = 0.02 }";
    let panel = workspace.read(FILE).replace("\"2.8\"", "\"9.9\"").replace("name = \"mobile_subscriptions\"", "name = \"panel\"");
    let panel = panel.replace("rollup = \"weighted_mean\"", &format!("rollup = \"median_panel\"\nwindow = 0\n{coverage}"));
    let panel = format!("{}WHERE c.time_period >= 2016\n", panel.trim_end().to_owned() + "\n");
    workspace.write("sql/indicators/9.9_panel.sql", panel);
    workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    let run = workspace.expect(0, &["test", "9.9", "--record", "panel", "--area", "WLD", "--year", "2020,2021"]);
    assert!(run.stderr.contains("all years are in it") && !run.stderr.contains("not as in the release"), "{}", run.stderr);
    let expected = workspace.read("sql/tests/9.9/panel/expected.csv");
    let columns: Vec<&str> = expected.lines().next().unwrap().split(',').collect();
    let published = workspace.release("values.parquet");
    let mut compared = 0;
    for line in expected.lines().skip(1) {
        let cells: Vec<(&str, &str)> = columns.iter().copied().zip(line.split(',')).collect();
        let cell = |name: &str| cells.iter().find(|(column, _)| *column == name).unwrap().1;
        if cell("estimate") == "available" && !cell("value").is_empty() {
            let key = ["ref_area", "time_period", "estimate"].map(|name| (name, cell(name)));
            let key = [&[("indicator", "panel")], &key[..]].concat();
            close(cell("value").parse().unwrap(), value(&published, "value", &key), 1e-9);
            compared += 1;
        }
    }
    assert!(compared > 5, "{expected}");
    workspace.expect(0, &["test", "9.9"]);
}

#[test]
fn a_recorded_case() {
    let workspace = with_new();
    let arguments = ["test", "2.8", "--record", "least_developed", "--area", "LDC", "--year", "2020,2021"];
    let run = workspace.expect(2, &arguments);
    assert_eq!(run.stderr.lines().next(), Some("error: no release yet to record from"));
    workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    let run = workspace.expect(0, &arguments);
    assert!(run.stdout.starts_with("wrote sql/tests/2.8/least_developed: "), "{}", run.stdout);
    let observations = workspace.read("sql/tests/2.8/least_developed/observations.csv");
    assert!(observations.lines().skip(1).all(|l| l.contains(",392,")), "{observations}");
    assert!(
        observations.contains(",BGD,2020,") && observations.contains(",BGD,2021,") && !observations.contains(",KEN,"),
        "{observations}"
    );
    // What it gives is what the release has.
    let expected = workspace.read("sql/tests/2.8/least_developed/expected.csv");
    let line = expected.lines().find(|l| l.starts_with("LDC,2021,available,")).unwrap();
    let published = workspace.release("values.parquet");
    let key = [("indicator", "mobile_subscriptions"), ("ref_area", "LDC"), ("time_period", "2021"), ("estimate", "available")];
    close(line.split(',').nth(3).unwrap().parse().unwrap(), value(&published, "value", &key), 1e-9);
    workspace.expect(0, &["check"]);
    assert_eq!(workspace.expect(0, &["test", "2.8"]).stdout, "ok      2.8/first\nok      2.8/least_developed\n2 passed, 0 failed\n");
    // Never over another one, never without saying what.
    let run = workspace.expect(2, &arguments);
    assert!(run.stderr.contains("exists already"), "{}", run.stderr);
    workspace.expect(2, &["test", "2.8", "--record", "more"]);
    let run = workspace.expect(2, &["test", "2.8", "--record", "more", "--area", "M49_43", "--year", "2020"]);
    assert_eq!(run.stderr.lines().next(), Some("error: no area `M49_43`"));
    assert!(!workspace.path("sql/tests/2.8/more").exists());
}

#[test]
fn preview_by_id_name_and_file() {
    let workspace = released();
    let of = |wanted: &str| workspace.expect(0, &["preview", wanted, "--area", "LDC", "--year", "2023"]).stdout;
    let by_id = of("2.1");
    assert!(by_id.contains("│ LDC  ┆ 2023 ┆"), "{by_id}");
    assert!(by_id.contains("against the current release: ") && by_id.contains(" equal, 0 revised, 0 added, 0 gone"), "{by_id}");
    assert_eq!(of("internet_use"), by_id);
    assert_eq!(of("sql/indicators/2.1_internet_use.sql"), by_id);
    assert_eq!(of(workspace.path("sql/indicators/2.1_internet_use.sql").to_str().unwrap()), by_id);
    // A draft outside the folder, with half of each value.
    let draft = workspace.read("sql/indicators/2.1_internet_use.sql").replace("\"weighted_mean\"", "\"median\"");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("draft.sql");
    std::fs::write(&file, draft).unwrap();
    let run = workspace.expect(0, &["preview", file.to_str().unwrap(), "--area", "LDC", "--year", "2023"]);
    assert!(!run.stdout.contains(" 0 revised,"), "{}", run.stdout);
    // Nothing was published.
    assert_eq!(std::fs::read_dir(workspace.path("data/releases")).unwrap().count(), 1);
    // A wrong draft is reported with its place.
    std::fs::write(&file, "SELECT 1").unwrap();
    let run = workspace.expect(2, &["preview", file.to_str().unwrap()]);
    assert!(run.stderr.contains("draft.sql:1:1: error[E0501]"), "{}", run.stderr);
    let run = workspace.run(&["preview", "no_such_file.sql"]);
    assert!(run.stderr.contains("no_such_file.sql"), "{}", run.stderr);
}

/// The SQL of a draft is checked as `check` does it.
#[test]
fn preview_of_wrong_sql() {
    let workspace = released();
    let draft = workspace.read("sql/indicators/2.7a_ewaste_recycling.sql").replace("r.generated AS", "r.generatd AS");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("draft.sql");
    std::fs::write(&file, draft).unwrap();
    let run = workspace.expect(2, &["preview", file.to_str().unwrap()]);
    assert!(run.stderr.contains("error[E3003]") && run.stderr.contains("did you mean `generated`?"), "{}", run.stderr);
}

/// The Member States are no group of this indicator: a case without expectation tests nothing.
#[test]
fn a_case_that_expects_nothing() {
    let workspace = with_new();
    workspace.write(FILE, workspace.read(FILE).replace("\ndatasets", "\ngroups = [\"world\"]\ndatasets"));
    workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    let run = workspace.run(&["test", "2.8", "--record", "nothing", "--area", "ITU_MEMBER", "--year", "2020"]);
    assert!(run.code == 2 && run.stderr.contains("no value"), "{} {}", run.code, run.stderr);
    assert!(!workspace.path("sql/tests/2.8/nothing").exists());
}

/// A case without an expectation gets one by `--update`, and passes.
#[test]
fn the_first_expectation() {
    let workspace = with_new();
    let file = "sql/tests/2.8/first/expected.csv";
    let good = workspace.read(file);
    std::fs::remove_file(workspace.path(file)).unwrap();
    let run = workspace.expect(2, &["test", "2.8"]);
    assert!(run.stderr.contains("E3102"), "{}", run.stderr);
    workspace.expect(0, &["test", "2.8", "--update"]);
    assert_eq!(workspace.expect(0, &["test", "2.8"]).stdout, "ok      2.8/first\n1 passed, 0 failed\n");
    assert!(workspace.read(file).lines().count() >= good.lines().count());
}
