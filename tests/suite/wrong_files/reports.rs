//! How problems are reported: all at once, for machines too, for some files only; and when there is none.

use super::{Case, SOURCE, check, indicator, unmark, workspace};
use crate::support::{Workspace, project};

/// Header and SQL of one file, and its test case: nothing waits for something else to be corrected first.
#[test]
fn all_problems_of_a_file_at_once() {
    let cases = [Case::new(
        "five_and_more",
        "sql/indicators/2.9_many.sql",
        indicator(
            "2.9",
            "many",
            &[
                ("unit = \"PT\"", "unit = ⟦E0508⟧\"PERCENT\""),
                ("window = 5", "⟦E0102⟧windwo = 5"),
                ("met_at = 95.0", "met_at = ⟦E0505⟧105.0"),
                ("baseline_year = 2020", "baseline_year = ⟦E0505⟧2040"),
                ("owner = \"Statistics\"", "owner = ⟦E0503⟧\"\""),
                ("o.obs_value AS value", "⟦E3003⟧o.obs_valu AS value"),
                ("'11624'", "⟦E3014⟧'11625'"),
            ],
        ),
    )];
    check("all_problems_of_a_file_at_once", &workspace(), &cases);
}

#[test]
fn for_machines() {
    let workspace = workspace();
    let (text, _) = unmark(&indicator("2.9", "windows", &[("window = 5", "windwo = 5")]));
    workspace.write("sql/indicators/2.9_windows.sql", text);
    let answer = workspace.json(2, &["check"]);
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["command"], "check");
    assert_eq!(answer["status"], "failed");
    assert_eq!(answer["exit_code"], 2);
    assert_eq!(answer["data"]["errors"], 1);
    assert_eq!(answer["data"]["warnings"], 0);
    let expected = serde_json::json!([{
        "code": "E0102", "severity": "error", "path": "sql/indicators/2.9_windows.sql", "line": 8, "column": 1,
        "end_line": 8, "end_column": 7, "message": "unknown key `windwo` in the header", "hint": "did you mean `window`?",
    }]);
    assert_eq!(answer["problems"], expected);
}

/// A place beyond column 65,535 of its line ended the program: an excerpt has no room for it.
#[test]
fn a_place_far_along_a_line() {
    let workspace = workspace();
    let numbers = (0..4_200_u64).map(|number| (100_000_000_000_000 + number).to_string()).collect::<Vec<_>>().join(", ");
    let wrong = format!("SELECT 1 AS a WHERE 1 IN ({numbers}) AND nothing = 1");
    let run = workspace.expect(2, &["sql", &wrong]);
    let column = wrong.find("nothing").unwrap() + 1;
    assert!(column > 65_535);
    assert!(
        run.stderr.contains(&format!("query:1:{column}: error[E3003]")) && run.stderr.contains("4198, 100000000004199) AND nothing = 1"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.len() < 2000, "{}", run.stderr.len());
    // As wide as it is; and beside a line that is long.
    let run = workspace.expect(2, &["sql", &format!("SELECT {numbers} FRM x")]);
    assert!(!run.stderr.contains("panicked") && run.stderr.contains("error[E3"), "{}", run.stderr);
    let wrong = [
        format!("{SOURCE}# {}\nslip = 1\n", "é".repeat(70_000)),
        format!("{SOURCE}slip = \"{}\"\n", "é".repeat(70_000)),
        format!("{SOURCE}note = [\"{}\", 1 1]\n", "é".repeat(70_000)),
    ];
    for (at, text) in wrong.iter().enumerate() {
        workspace.write(&format!("pipelines/bad{at}.toml"), text);
    }
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.len() + run.stderr.len() < 20_000, "{}{}", run.stdout, run.stderr);
    for at in 0..wrong.len() {
        let told = |line: &str| line.starts_with(&format!("pipelines/bad{at}.toml:")) && line.contains("error[E0");
        assert!(run.stdout.lines().any(told), "{at}: {}", run.stdout);
    }
}

#[test]
fn only_some_files() {
    let workspace = workspace();
    workspace.write("sql/indicators/2.8_one.sql", indicator("2.8", "one", &[("window = 5", "windwo = 5")]));
    workspace.write("sql/indicators/2.9_two.sql", indicator("2.9", "two", &[("window = 5", "windwo = 5")]));
    workspace.write("pipelines/bad.toml", "source = \"bad\"\n");
    let count = |paths: &[&str]| {
        let run = workspace.run(&[&["check"], paths].concat());
        (run.code, run.stdout.matches(": error[").count())
    };
    assert_eq!(count(&[]), (2, 3));
    assert_eq!(count(&["sql/indicators/2.8_one.sql"]), (2, 1));
    assert_eq!(count(&["sql/indicators/2.8_one.sql", "pipelines/bad.toml"]), (2, 2));
    assert_eq!(count(&["sql"]), (2, 2));
    assert_eq!(count(&["sql/indicators"]), (2, 2));
    assert_eq!(count(&["sql/indicators/2.1_internet_use.sql"]), (0, 0));
    let absolute = workspace.path("sql/indicators/2.8_one.sql");
    assert_eq!(count(&[absolute.to_str().unwrap()]), (2, 1));
}

#[test]
fn a_file_that_is_not_text() {
    let workspace = workspace();
    workspace.write("sql/indicators/2.9_latin.sql", b"/*---\ntitle = \"C\xf4te\"\n---*/\nSELECT 1\n");
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.starts_with("sql/indicators/2.9_latin.sql:1:1: error[E0003]\n"), "{}", run.stdout);
    workspace.write("sql/indicators/2.9_latin.sql", indicator("2.9", "latin", &[]));
    workspace.expect(0, &["check"]);
}

#[test]
fn nothing_wrong() {
    let run = workspace().expect(0, &["check"]);
    assert!(run.stdout.ends_with("files: no problem\n"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    // The project itself, where it stands.
    let answer = Workspace::empty().json(0, &["check", "--workspace", project().to_str().unwrap()]);
    assert_eq!(answer["status"], "ok");
    assert_eq!(answer["problems"], serde_json::json!([]));
}

#[test]
fn not_a_workspace() {
    let workspace = Workspace::empty();
    std::fs::remove_dir(workspace.path("pipelines")).unwrap();
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("error[E0001]"), "{}", run.stdout);
    assert!(run.stdout.contains("--workspace DIR"), "{}", run.stdout);
}

#[test]
fn an_unknown_indicator() {
    let workspace = workspace();
    for arguments in
        [&["test", "internet_usage"][..], &["preview", "internet_usage"], &["explain", "internet_usage", "--area", "WLD", "--year", "2020"]]
    {
        let run = workspace.run(arguments);
        if arguments[0] == "explain" {
            // Without a release there is nothing to explain.
            assert_eq!(run.code, 2, "{}", run.stderr);
            continue;
        }
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr, "error: no indicator `internet_usage`\nhint: did you mean `internet_use`?\n");
    }
    let answer = workspace.json(2, &["test", "2.11"]);
    assert_eq!(answer["data"]["hint"], "did you mean `2.1`?");
}

/// Other commands say the same of wrong files, on stderr, and do nothing.
#[test]
fn a_run_stops_at_wrong_files() {
    let workspace = workspace();
    workspace.write("pipelines/itu.toml", SOURCE.replace("format =", "fromat ="));
    let run = workspace.expect(2, &["run", "--from", "."]);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("pipelines/itu.toml:8:1: error[E0102]"), "{}", run.stderr);
    assert!(run.stderr.ends_with("in the workspace\n"), "{}", run.stderr);
    assert!(!workspace.path("data/releases").exists());
}
