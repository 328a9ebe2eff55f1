//! The method stands once, in SQL: what a workspace changes or brings there, `explain` follows.

use serde_json::Value;
use yardstick::tables::cells::Table;

use super::{explained, internet_use_alone, list, number, of_internet_use, project_with, text};
use crate::support::{Workspace, close, small_bodies};

const HARMONIC: &str = "/*---
formula = \"sum of weights / sum of weight / value\"
needs = [\"value\", \"weight\"]
---*/
SELECT group_code, estimate, cell, sum(weight) / sum(weight / value) AS value
FROM group_members
WHERE value > 0.0
GROUP BY group_code, estimate, cell
";

const HARMONIC_PARTS: &str = "SELECT
  m.ref_area, m.weight / m.value / w.reciprocals AS share, m.weight / w.reciprocals AS contribution
FROM members m
CROSS JOIN (SELECT sum(weight / value) AS reciprocals FROM members WHERE value > 0.0) w
WHERE m.value > 0.0
";

/// `internet_use` by a roll-up that the workspace brings itself.
fn harmonic() -> Workspace {
    let workspace = internet_use_alone();
    let file = "sql/indicators/2.1_internet_use.sql";
    let sql = workspace.read(file);
    workspace.write(file, sql.replacen("rollup = \"weighted_mean\"", "rollup = \"harmonic_mean\"", 1));
    workspace.write("sql/rollups/harmonic_mean.sql", HARMONIC);
    workspace.write("sql/rollups/harmonic_mean.parts.sql", HARMONIC_PARTS);
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "bodies"]);
    workspace
}

#[test]
fn a_roll_up_of_the_workspaces_own_adds_up() {
    let workspace = harmonic();
    let asked = ["internet_use", "--area", "LDC", "--year", "2023"];
    let e = explained(&workspace, &asked);
    let present: Vec<&Value> = list(&e["members"]).iter().filter(|m| m["state"] != "missing").collect();
    let sum = |f: &dyn Fn(&Value) -> f64| present.iter().map(|m| f(m)).sum::<f64>();
    let mean = sum(&|m| number(&m["weight"])) / sum(&|m| number(&m["weight"]) / number(&m["value"]));
    close(number(&e["value"]), mean, 1e-12 * mean);
    assert_eq!(e["adds_up"], true);
    close(number(&e["parts"]), mean, 1e-12 * mean);
    close(sum(&|m| number(&m["contribution"])), mean, 1e-12 * mean);
    close(sum(&|m| number(&m["share"])), 1.0, 1e-12);
    assert_eq!(e["rule"]["formula"], "sum of weights / sum of weight / value");
    assert!(list(&e["sql"]).iter().any(|file| file == "sql/rollups/harmonic_mean.parts.sql"), "{}", e["sql"]);

    // Parts that tell something else are found out.
    workspace.write("sql/rollups/harmonic_mean.parts.sql", HARMONIC_PARTS.replace("m.weight / w.", "1.5 * m.weight / w."));
    let answer = workspace.json(1, &[&["explain"], &asked[..]].concat());
    assert_eq!(answer["data"]["explanation"]["adds_up"], false);

    // Without the file, that is said; the value stands.
    std::fs::remove_file(workspace.path("sql/rollups/harmonic_mean.parts.sql")).unwrap();
    let e = explained(&workspace, &asked);
    assert_eq!((&e["adds_up"], &e["parts"]), (&true.into(), &Value::Null));
    assert!(text(&e["warnings"][0]).contains("sql/rollups/harmonic_mean.sql there is no harmonic_mean.parts.sql"), "{}", e["warnings"]);
    assert!(list(&e["members"]).iter().all(|m| m["contribution"].is_null()));
}

/// A member without what the roll-up needs is left out, whatever the roll-up is called, and `check` asks for the column.
#[test]
fn what_a_roll_up_needs() {
    let workspace = internet_use_alone();
    let rollup = workspace.read("sql/rollups/weighted_mean.sql");
    workspace.write("sql/rollups/weighted_mean.sql", rollup.replace("\"weight\"]", "\"weight\", \"denominator\"]"));
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("the roll-up weighted_mean needs `denominator`, the SELECT gives none"), "{}", run.stdout);
    workspace.write("sql/rollups/mean_by_people.sql", rollup);
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("rollup = \"weighted_mean\"", "rollup = \"mean_by_people\"", 1));
    workspace.write(file, workspace.read(file).replace(" AS weight", " AS numerator"));
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("the roll-up mean_by_people needs `weight`, the SELECT gives none"), "{}", run.stdout);
}

#[test]
fn parts_of_no_roll_up() {
    let workspace = internet_use_alone();
    workspace.write("sql/rollups/harmonic_mean.parts.sql", HARMONIC_PARTS);
    let run = workspace.expect(2, &["check"]);
    let said = "sql/rollups/harmonic_mean.parts.sql tells the parts of a roll-up that is not there";
    assert!(run.stdout.contains("error[E0510]") && run.stdout.contains(said), "{}", run.stdout);
}

/// A derived method that does not tell what its values were made of: that is said, the value stands.
#[test]
fn a_derived_method_that_tells_no_parts() {
    let workspace = project_with(&["2.2b_mobile_ownership.sql", "2.2c_mobile_ownership_gaps.sql"]);
    workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    let asked = ["2.2c", "--area", "AZE", "--year", "2018", "--breakdown", "GENDER_PARITY"];
    assert!(text(&explained(&workspace, &asked)["rule"]["formula"]).contains(" / "));
    let file = "sql/derived/gaps.sql";
    let sql = workspace.read(file);
    // A formula with other numbers does not give the value.
    workspace.write(file, sql.replace("concat(first_value, ' / ', second_value)", "concat(first_value, ' / 1.5 / ', second_value)"));
    let answer = workspace.json(1, &[&["explain"], &asked[..]].concat());
    assert_eq!(answer["data"]["explanation"]["adds_up"], false);
    workspace.write(file, sql.replace("END AS formula", "END AS worked"));
    let e = explained(&workspace, &asked);
    assert_eq!((&e["adds_up"], &e["parts"]), (&true.into(), &Value::Null));
    assert!(text(&e["warnings"][0]).contains("sql/derived/gaps.sql has no columns first_dimension, "), "{}", e["warnings"]);
}

/// A step of the workspace's own joins the others by the number of its file.
#[test]
fn a_step_of_the_workspaces_own() {
    let workspace = internet_use_alone();
    let cells = workspace.read("sql/steps/10_rolled.sql");
    workspace.write("sql/steps/10_rolled.sql", cells.replace("FROM rollup", "FROM halved"));
    workspace.write("sql/steps/09b_halved.sql", "SELECT group_code, estimate, cell, 0.5 * value AS value FROM rollup");
    // The roll-up is not there yet.
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("sql/steps/09b_halved.sql:1:") && run.stdout.contains("`rollup`"), "{}", run.stdout);
    std::fs::remove_file(workspace.path("sql/steps/09b_halved.sql")).unwrap();
    workspace.write("sql/steps/10_rolled.sql", cells);
    let rest = workspace.read("sql/steps/13_missing_members.sql");
    workspace.write("sql/steps/10a_rolled.sql", "SELECT 1 AS one");
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("the step `rolled` is already there: sql/steps/10_rolled.sql"), "{}", run.stdout);
    std::fs::remove_file(workspace.path("sql/steps/10a_rolled.sql")).unwrap();
    // One that is computed within the statements that read it.
    workspace.write("sql/steps/11b_large_members.view.sql", rest);
    workspace.write("sql/steps/13_missing_members.sql", "SELECT * FROM large_members");
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "bodies"]);
    let e = explained(&workspace, &["internet_use", "--area", "LDC", "--year", "2023"]);
    let files: Vec<&str> = list(&e["sql"]).iter().map(text).collect();
    let place = |file: &str| files.iter().position(|f| *f == file).unwrap_or_else(|| panic!("{file} in {files:?}"));
    assert!(place("sql/rollups/weighted_mean.sql") < place("sql/steps/11b_large_members.view.sql"));
    assert!(place("sql/steps/11b_large_members.view.sql") < place("sql/steps/13_missing_members.sql"));
}

/// The cuts of the classes are rows of a file: classes and what `explain` says of them follow.
#[test]
fn the_cuts_of_the_classes() {
    let workspace = of_internet_use();
    let asked = ["explain", "2.1", "--target", "2.1", "--area", "LDC"];
    let said = workspace.expect(0, &asked).stdout;
    assert!(said.contains("(linear, gives the class: 0.95 on track, 0.5 moderate, -0.1 limited)"), "{said}");
    let classes = |workspace: &Workspace| -> Vec<(Option<f64>, String)> {
        let progress = workspace.release("progress.parquet");
        let cells = Table(&progress);
        let rows = (0..cells.len()).map(|row| (cells.float("pace", row), cells.text("class", row).unwrap().to_owned()));
        rows.filter(|(_, class)| class != "met" && class != "insufficient_data").collect()
    };
    let moderate: Vec<_> = classes(&workspace).into_iter().filter(|(_, class)| class == "moderate").collect();
    let cut = moderate.iter().filter_map(|(pace, _)| *pace).fold(0.0, f64::max);
    assert!((0.5..0.95).contains(&cut), "{moderate:?}");
    let file = "sql/derived/classes.sql";
    workspace.write(file, workspace.read(file).replacen("0.95", &cut.to_string(), 1));
    workspace.expect(0, &["--now", "2026-11-25", "run", "--from", "bodies"]);
    for (pace, class) in classes(&workspace).into_iter().filter_map(|(pace, class)| Some((pace?, class))) {
        assert_eq!(class == "on_track", pace >= cut - 1e-12, "{pace} {class}");
    }
    assert!(classes(&workspace).iter().any(|(pace, class)| *pace == Some(cut) && class == "on_track"));
    let said = workspace.expect(0, &asked).stdout;
    assert!(said.contains(&format!("gives the class: {cut} on track, 0.5 moderate, ")), "{said}");
}
