//! What people write that had no effect, or the wrong one, without a word.

use super::{BODY, HEADER, PIPELINE, workspace};
use crate::support::{Workspace, rows};

/// `chosen` without a list of series was empty: the indicator had no value, and nothing said why.
#[test]
fn the_chosen_figure_of_no_series_is_refused() {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/survey.toml", PIPELINE);
    let write = |name: &str, rest: &str| {
        let header = format!(
            "id = \"9.{}\"\nname = \"{name}\"\ntitle = \"Own\"\ndefinition = \"x\"\nunit = \"PT\"\nsources = [\"survey\"]\nrollup = \"none\"",
            name.len()
        );
        workspace.write(&format!("sql/indicators/{name}.sql"), format!("/*---\n{header}\n---*/\n{rest}"))
    };
    let columns = "SELECT ref_area, time_period, value, obs_status FROM";
    // A part of the statement of that name is another matter.
    let part = "WITH chosen AS (SELECT ref_area, time_period, obs_value AS value, obs_status FROM observations)";
    write("part", &format!("{part}\n{columns} chosen"));
    let wrong = [("own", format!("{columns} chosen")), ("offered", format!("{columns} offered AS o"))];
    for (name, sql) in &wrong {
        let file = write(name, sql);
        assert_eq!(workspace.run(&["run", "--from", "."]).code, 2, "{name}");
        std::fs::remove_file(file).unwrap();
    }
    for (name, sql) in &wrong {
        write(name, sql);
    }
    let told = workspace.expect(2, &["check"]).stdout;
    for (name, _) in &wrong {
        assert!(told.contains(&format!("sql/indicators/{name}.sql:10:54: error[E0512]")), "{told}");
    }
    assert_eq!(told.matches("error[").count(), 2, "{told}");
}

/// A correction of a total was told as outdated, since the parts beside it had never been wrong.
#[test]
fn a_correction_of_the_total_is_not_outdated_by_its_parts() {
    let workspace = workspace().with_check("corrections_outdated");
    let correct = |below: &str| {
        workspace.write(
            "pipelines/corrections/one.toml",
            format!(
                "[[correction]]\nid = \"one\"\nsource = \"survey\"\nseries = [\"new\"]\nref_area = \"GHA\"\ntime_period = [2021]\naction = \"flag\"\nexpect = {{ value = {below} }}\nreason = \"a slip\"\nevidence = \"the book\"\n"
            ),
        );
    };
    for (wrong, warned) in [("50.00001", 0), ("77.0", 1)] {
        correct(wrong);
        workspace.expect(0, &["run", "--from", "in"]);
        let checks = workspace.release("checks.parquet");
        assert_eq!(rows(&checks, &[("id", "corrections_outdated"), ("result", "warned")]).len(), warned, "{wrong}");
    }
}

/// The header of an indicator without targets, with other lines for its roll-up.
fn header(rollup: &str) -> String {
    let header = HEADER.split("[[target]]").next().unwrap_or_default();
    header.replace("rollup = \"median\"", rollup) + "---*/\n"
}

/// The same as the indicator of this number.
fn write_as(workspace: &Workspace, number: usize, rollup: &str, select: &str) {
    let mut text = header(rollup).replace("id = \"9.1\"", &format!("id = \"9.{number}\""));
    if number > 1 {
        text = text.replace("name = \"use\"", &format!("name = \"use{number}\""));
    }
    workspace.write(&format!("sql/indicators/9.{number}_use.sql"), text + select);
}

const COLUMNS: &str = "SELECT ref_area, time_period, urbanisation, breakdown, value";

/// Nothing was rolled up, or every aggregate withheld, and `check` had no problem with it.
#[test]
fn a_roll_up_that_never_runs_is_refused() {
    let workspace = workspace();
    let wrong = [
        ("rollup = \"median\"", format!("{COLUMNS}, 'reported' AS estimate FROM chosen"), "E3005 nothing is rolled up by median"),
        (
            "rollup = \"median\"",
            format!("{COLUMNS}, u.estimate FROM (SELECT *, 'reported' AS estimate FROM chosen) AS u"),
            "E3005 nothing is rolled up by median",
        ),
        ("rollup = \"median\"\nderived = \"gaps\"", format!("{COLUMNS} FROM chosen"), "E0502 nothing is rolled up by median"),
        ("rollup = \"none\"\nderived = \"ends\"", format!("{COLUMNS} FROM chosen"), "E0508 unknown derived method `ends`"),
        ("rollup = \"median\"\ncoverage = { base = \"weight\" }", format!("{COLUMNS} FROM chosen"), "E3005 every aggregate is withheld"),
    ];
    let right = [
        ("rollup = \"none\"", format!("{COLUMNS}, 'reported' AS estimate FROM chosen")),
        ("rollup = \"median\"", format!("{COLUMNS}, CASE WHEN ref_area = 'WLD' THEN 'published' END AS estimate FROM chosen")),
        ("rollup = \"median\"\ncoverage = { base = \"weight\" }", format!("{COLUMNS}, 1.0 AS weight FROM chosen")),
    ];
    for (rollup, select, _) in &wrong {
        workspace.write("sql/indicators/9.1_use.sql", header(rollup) + select);
        assert_eq!(workspace.run(&["preview", "9.1"]).code, 2, "{rollup}");
    }
    for (at, (rollup, select)) in right.iter().enumerate() {
        write_as(&workspace, at + 1, rollup, select);
    }
    workspace.expect(0, &["check"]);
    for (at, (rollup, select, _)) in wrong.iter().enumerate() {
        write_as(&workspace, at + 1, rollup, select);
    }
    let checked = workspace.expect(2, &["check"]).stdout;
    for (at, (rollup, _, told)) in wrong.iter().enumerate() {
        let (code, what) = told.split_once(' ').unwrap_or_default();
        let report = checked.split("\n\n").find(|report| report.starts_with(&format!("sql/indicators/9.{}_use.sql:", at + 1)));
        assert!(report.is_some_and(|text| text.contains(&format!("error[{code}]")) && text.contains(what)), "{rollup}: {checked}");
    }
}

/// `run` published what `check` refuses: figures that the engine gets wrong, groups without an aggregate.
#[test]
fn what_check_refuses_is_not_published() {
    let workspace = workspace();
    workspace.expect(0, &["run", "--from", "in"]);
    let before = workspace.release("values.parquet");
    let refused = [
        ("rollup = \"median\"", format!("{COLUMNS}, 'reported' AS estimate FROM chosen"), "E3005"),
        ("rollup = \"weighted_mean\"", format!("{COLUMNS} FROM chosen"), "E3005"),
        (
            "rollup = \"median\"",
            "SELECT ref_area, time_period, urbanisation, breakdown, CAST(time_period ^ 2 AS DOUBLE) AS value FROM chosen".into(),
            "E3016",
        ),
        (
            "rollup = \"median\"",
            "SELECT ref_area, time_period, urbanisation, breakdown, value * random() AS value FROM chosen".into(),
            "E3009",
        ),
    ];
    for (rollup, select, code) in &refused {
        workspace.write("sql/indicators/9.1_use.sql", header(rollup) + select);
        let run = workspace.expect(1, &["run", "--from", "in"]);
        assert!(run.stderr.contains(&format!("{code}: sql/indicators/9.1_use.sql:18:")), "{select}: {}", run.stderr);
        assert_eq!(workspace.release("values.parquet"), before, "{select}");
    }
    for (at, (rollup, select, _)) in refused.iter().enumerate() {
        write_as(&workspace, at + 1, rollup, select);
    }
    let checked = workspace.expect(2, &["check"]).stdout;
    for (at, (_, select, code)) in refused.iter().enumerate() {
        let told =
            |line: &str| line.starts_with(&format!("sql/indicators/9.{}_use.sql:", at + 1)) && line.ends_with(&format!("error[{code}]"));
        assert!(checked.lines().any(told), "{select}: {checked}");
    }
}

/// A roll-up counted members without a weight as known, and left them out of its mean.
#[test]
fn a_roll_up_needs_what_it_reads() {
    let workspace = workspace();
    let path = "sql/rollups/weighted_mean.sql";
    let good = workspace.read(path);
    workspace.write(path, good.replace("needs = [\"value\", \"weight\"]", "needs = [\"value\"]"));
    let checked = workspace.expect(0, &["check"]).stdout;
    assert!(checked.contains("weighted_mean.sql:") && checked.contains("the roll-up reads `weight` and does not need it"), "{checked}");
    workspace.write(path, good);
    assert!(!workspace.expect(0, &["check"]).stdout.contains("does not need"));
}

/// An indicator in a folder below, or in a file that Windows calls `.SQL`, was not there.
#[test]
fn a_file_that_nothing_reads_is_told() {
    let workspace = workspace();
    let unread = [
        "sql/indicators/mine/9.2_own.sql",
        "sql/indicators/9.3_own.SQL",
        "sql/indicator/9.4_own.sql",
        "sql/9.5_own.sql",
        "pipelines/new/own.toml",
        "pipelines/corrections/own.TOML",
    ];
    let files = unread.map(|path| workspace.write(path, ""));
    let checked = workspace.expect(0, &["check"]).stdout;
    for path in unread {
        assert_eq!(checked.matches(&format!("{path}:1:1: warning[E0005]")).count(), 1, "{path}: {checked}");
    }
    assert!(checked.contains(&format!("{} warnings", unread.len())), "{checked}");
    for file in files {
        std::fs::remove_file(file).unwrap();
    }
    for path in ["sql/indicators/9.2_own.sql.old", "sql/notes.md", "sql/tests/9.1/one/README.md"] {
        workspace.write(path, "");
    }
    let checked = workspace.expect(2, &["check"]).stdout;
    assert!(!checked.contains("E0005"), "{checked}");
}

/// A check copied and edited had the rows of both counted together, under the limit of either.
#[test]
fn two_checks_of_one_id_are_refused() {
    let workspace = workspace().with_check("jumps");
    let own = workspace.read("sql/checks/jumps.sql");
    workspace.write("sql/checks/leaps.sql", &own);
    let told = "the id `jumps` is already used by sql/checks/jumps.sql";
    let checked = workspace.expect(2, &["check"]).stdout;
    assert!(checked.contains("sql/checks/leaps.sql:2:6: error[E0506]") && checked.contains(told), "{checked}");
    assert!(workspace.expect(2, &["run", "--from", "in"]).stderr.contains(told));
    workspace.write("sql/checks/leaps.sql", own.replace("\"jumps\"", "\"leaps\""));
    workspace.expect(0, &["check"]);
}

/// Rows of `csv/<name>.csv` are an expectation as they are, but for what only a whole release has.
#[test]
fn rows_of_a_release_are_an_expectation() {
    let workspace = workspace();
    let rows = BODY.lines().filter(|row| row.starts_with("KEN,2021,new")).map(|_| "survey,use,new,KEN,2021,50\n");
    let observations: String = ["source,dataset,series,ref_area,time_period,obs_value\n"].into_iter().chain(rows).collect();
    workspace.write("sql/tests/9.1/pasted/observations.csv", observations);
    for (name, code) in [("Kenya", 0), ("Uganda", 1)] {
        let expected = format!(
            "indicator,ref_area,time_period,breakdown,estimate,ref_area_name,area_kind,group_scheme,value\nuse,KEN,2021,ALL,reported,{name},country,,50\n"
        );
        workspace.write("sql/tests/9.1/pasted/expected.csv", expected);
        let tested = workspace.expect(code, &["test", "9.1"]).stdout;
        assert!(code == 0 || tested.contains("ref_area_name: expected Uganda, got Kenya"), "{tested}");
    }
}

/// The sign of a change is its direction: `up` was taken, and the change refused.
#[test]
fn a_change_says_where_it_goes() {
    let workspace = workspace();
    let changed = HEADER.replace("more_than = 50.0", "change = -0.25");
    workspace.write("sql/indicators/9.1_use.sql", &changed);
    let up = changed.replace("9.1", "9.2").replace("name = \"use\"", "name = \"use_more\"").replace("change = -0.25", "change = 0.25");
    workspace.write("sql/indicators/9.2_use_more.sql", up);
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "in"]);
    let progress = workspace.release("progress.parquet");
    for (target, direction) in [("9.1", "down"), ("9.2", "up")] {
        assert!(!rows(&progress, &[("target", target), ("direction", direction)]).is_empty(), "{target}");
    }
    workspace.write("sql/indicators/9.1_use.sql", HEADER.replace("more_than = 50.0", "change = -0.25\ndirection = \"up\""));
    assert!(workspace.expect(2, &["check"]).stdout.contains("does not go up"));
}

/// `*/` in a text of the header ended the comment, and the SQL was said to be wrong somewhere behind it.
#[test]
fn the_end_of_a_comment_in_a_header() {
    let workspace = workspace();
    workspace.write("sql/indicators/9.1_use.sql", HEADER.replace("definition = \"Use\"", "definition = \"Use (a */ b)\""));
    let checked = workspace.expect(2, &["check"]).stdout;
    assert!(checked.contains("9.1_use.sql:13:22: error[E0511]") && checked.contains("1 error"), "{checked}");
}

/// Groups of the defaults that the workspace does not have were told of each indicator, at a line without them.
#[test]
fn unknown_groups_of_the_defaults_are_told_where_they_stand() {
    let workspace = workspace();
    workspace.write("sql/defaults.toml", super::DEFAULTS.replace("[\"world\"]", "[\"world\", \"provinces\"]"));
    workspace.write("sql/indicators/9.2_other.sql", HEADER.replace("9.1", "9.2").replace("name = \"use\"", "name = \"other\""));
    let checked = workspace.expect(2, &["check"]).stdout;
    assert!(checked.contains("sql/defaults.toml:2:20: error[E0508]") && checked.contains("1 error"), "{checked}");
    let named = |text: &str| text.replace("window = 3\n", "").replace("unit = \"PT\"\n", "unit = \"PT\"\ngroups = [\"world\"]\n");
    workspace.write("sql/indicators/9.1_use.sql", named(HEADER));
    workspace.write("sql/indicators/9.2_other.sql", named(&workspace.read("sql/indicators/9.2_other.sql")));
    workspace.expect(0, &["check"]);
}

/// What nothing was ever computed of was said to be held at its last good values.
#[test]
fn what_has_no_values_is_not_held_at_any() {
    let workspace = workspace();
    let twice = format!("{}{COLUMNS} FROM (SELECT * FROM chosen UNION ALL SELECT * FROM chosen)", header("rollup = \"median\""));
    workspace.write("sql/indicators/9.2_twice.sql", twice.replace("9.1", "9.2").replace("name = \"use\"", "name = \"twice\""));
    let run = workspace.expect(3, &["run", "--from", "in"]);
    let told = "twice has no values, and there are none of before to hold it at: E3012";
    assert!(run.stdout.contains(told), "{} {}", run.stdout, run.stderr);
}

/// What gives weights is read like any other data set.
#[test]
fn a_data_set_of_weights_stands_among_those_that_are_read() {
    let workspace = workspace();
    workspace.write("sql/indicators/9.1_use.sql", HEADER.replace("datasets = [", "weights = [\"survey/persons\"]\ndatasets = ["));
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("E0508") && run.stdout.contains("`survey/persons` stands in `weights`"), "{}", run.stdout);
}
