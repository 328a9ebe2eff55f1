//! Every verb as people and as programs call it, and once wrongly: exit code, stdout and stderr. A snapshot a verb; what
//! differs from run to run is replaced.

use crate::support::{Run, Workspace, copy, project};

const SOURCE: &str = r#"source = "survey"
title = "Survey of households"
licence = "CC BY 4.0"

[[dataset]]
name = "answers"
title = "Answers"
format = "table"
how_to_get = "Put the CSV into survey/answers/"
columns = { series = { constant = "use" }, ref_area = "area", time_period = "year", value = "value", unit = { constant = "PT" } }
"#;

const INDICATOR: &str = r#"/*---
id = "9.1"
name = "internet_use"
title = "Individuals using the Internet"
unit = "PT"
rollup = "weighted_mean"
groups = ["world"]
datasets = ["survey/answers"]
definition = "Share of individuals who used the Internet in the last three months"
method = "The figure of the survey, weighted by population."
caveats = "Three economies."
owner = "statistics"
sources = ["survey"]

[[target]]
id = "9.1"
area = "WLD"
year = 2030
value = 100
baseline_year = 2020
---*/
SELECT o.ref_area, o.time_period, o.obs_value AS value, p.persons AS weight
FROM observations AS o
JOIN population AS p ON p.ref_area = o.ref_area AND p.time_period = o.time_period
WHERE o.series = 'use' AND p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'
"#;

/// One data set, one indicator, three economies and three checks, and two releases.
fn survey() -> Workspace {
    Workspace::as_prepared("survey", || {
        let workspace = Workspace::of_method();
        workspace.publish_all();
        let is_ours = |row: &str| row.split(',').any(|cell| ["KEN", "UGA", "BRA"].contains(&cell));
        for table in ["areas", "area_codes", "membership", "population", "gni_per_capita"] {
            let file = format!("pipelines/reference/{table}.csv");
            let text = workspace.read(&file);
            let rows: Vec<&str> = text.lines().enumerate().filter(|(line, row)| *line == 0 || is_ours(row)).map(|(_, row)| row).collect();
            workspace.write(&file, rows.join("\n") + "\n");
        }
        // Lists of three economies have not the numbers that those of the world have.
        let lists = workspace.read("pipelines/reference/group_lists.csv");
        let without_number = |row: &str| {
            let mut cells: Vec<&str> = row.splitn(4, ',').collect();
            cells[2] = if cells[0] == "group_code" { cells[2] } else { "" };
            cells.join(",") + "\n"
        };
        workspace.write("pipelines/reference/group_lists.csv", lists.lines().map(without_number).collect::<String>());
        copy(&project().join("sql/template"), &workspace.path("sql/template"));
        workspace.write("pipelines/survey.toml", SOURCE);
        workspace.write("sql/indicators/9.1_internet_use.sql", INDICATOR);
        for (night, value) in ["60", "61", "62"].iter().enumerate() {
            let body = format!("area,year,value\nKEN,2020,{value}\nKEN,2023,65\nUGA,2020,40\nBRA,2020,81\nBRA,2023,84\n");
            workspace.write(&format!("in{night}/survey/answers/a.csv"), body);
        }
        workspace.expect(0, &["run", "--from", "in0", "--now", "2026-11-22"]);
        workspace.expect(0, &["run", "--from", "in1", "--now", "2026-11-23"]);
        workspace.expect(0, &["test", "internet_use", "--record", "three", "--area", "WLD", "--year", "2023"]);
        workspace
    })
}

/// What a verb is called with, in this order in one workspace; `+` before a call has it give JSON.
const VERBS: [(&str, &[&str]); 22] = [
    ("run", &["--from in2", "+--from in2", "--from nowhere"]),
    ("pull", &["--from in2", "+--from in2", "--from in2 --only nobody"]),
    ("compute", &["", "+", "--accept no_such_check"]),
    ("plan", &["--from in2", "+--from in2", "--from nowhere"]),
    ("check", &["", "+", "sql/indicators/none.sql"]),
    ("test", &["", "+", "8.8"]),
    ("new", &["9.2 --name mobile_use", "+9.3 --name fixed_use --like 9.1", "9.2 --name other"]),
    ("preview", &["9.1 --area WLD", "+9.1 --area WLD --year 2023", "8.8"]),
    ("sql", &["SELECT ref_area, obs_value FROM observations ORDER BY 1, 2", "+SELECT count(*) AS n FROM observations", "SELECT x"]),
    ("checks", &["", "+one_row_per_key", "no_such_check"]),
    ("explain", &["9.1 --area WLD --year 2023", "+9.1 --area KEN --year 2023", "9.1 --area ATLANTIS --year 2023"]),
    ("diff", &["", "+", "no_such_release"]),
    ("release", &["list", "+list", "show no_such_release"]),
    ("open", &["", "+", "--nowhere"]),
    ("publish", &["--to shelf", "+--to shelf", "--to ftp://example.org"]),
    ("serve", &["--port 99999"]),
    ("mcp", &["", "--port 1"]),
    ("worker", &["--listen nowhere", "--listen 0.0.0.0:0"]),
    ("status", &["", "+", "nowhere"]),
    ("schedule", &["", "+", "--hourly"]),
    ("completions", &["bash", "cmd"]),
    ("man", &["", "pages", "a b"]),
];

/// What differs from run to run, and what stands for it.
const DIFFERS: [(&str, &str); 7] = [
    (r"(\d{8}T\d{6}Z)-[0-9a-f]{8}", "$1-xxxxxxxx"),
    (r#""(seconds|process|bytes|files)": [\d.]+"#, r#""$1": "[NUMBER]""#),
    (r#""(there|written)": [1-9]\d*"#, r#""$1": "[NUMBER]""#),
    (r"\d+ files: no problem", "[NUMBER] files: no problem"),
    (r"\d+ files written \([\d.]+ MB\)", "[NUMBER] files written ([NUMBER] MB)"),
    (r"yardstick \d+\.\d+\.\d+", "yardstick [VERSION]"),
    (r"(sql: sql/indicators/\S+), .*", "$1, [STEPS]"),
];

/// The first lines, and how many follow.
fn beginning(name: &str, text: &str) -> String {
    const MOST: usize = 60;
    let mut lines: Vec<String> = text.lines().take(MOST).map(|line| format!("{name} | {line}").trim_end().to_owned()).collect();
    let more = text.lines().count().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("... and {more} lines more"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_verb_says_what_it_said() {
    for (verb, calls) in VERBS {
        let workspace = survey();
        let text: String = calls.iter().map(|call| said(&workspace, verb, call)).collect();
        let root = workspace.root.path().to_string_lossy().into_owned();
        insta::with_settings!({ omit_expression => true, filters => DIFFERS }, {
            insta::assert_snapshot!(format!("verb_{verb}"), text.replace(&root, "[WORKSPACE]").replace(env!("CARGO_BIN_EXE_yardstick"), "[PROGRAM]"));
        });
    }
}

/// One call, and what came of it.
fn said(workspace: &Workspace, verb: &str, call: &str) -> String {
    let (json, call) = call.strip_prefix('+').map_or((false, call), |call| (true, call));
    let mut words = vec![verb];
    // A query is one word.
    words.extend(if verb == "sql" { vec![call] } else { call.split_whitespace().collect() });
    if json {
        words.extend(["--format", "json"]);
    }
    let output =
        workspace.command(&words).env("YARDSTICK_LOG", "off").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    let Run { code, stdout, stderr } = Run::of(&output);
    let value = serde_json::from_str::<serde_json::Value>(&stdout);
    let stdout = value.map_or(stdout, |value| serde_json::to_string_pretty(&value).unwrap());
    let heading = format!("$ yardstick {}\nexit code {code}\n", words.join(" "));
    [heading, beginning("stdout", &stdout), beginning("stderr", &stderr)].concat()
}

/// Tables of most verbs were wider than a terminal of 80 columns, which broke every line of them.
#[test]
fn tables_fit_the_terminal() {
    let workspace = survey();
    let mut lines = 0;
    for (verb, calls) in VERBS {
        let call = calls[0];
        let mut words = vec![verb];
        words.extend(if verb == "sql" { vec![call] } else { call.split_whitespace().collect() });
        if matches!(verb, "serve" | "mcp" | "worker") {
            continue;
        }
        let run =
            Run::of(&workspace.command(&words).env("COLUMNS", "80").env("YARDSTICK_LOG", "off").env_remove("DISPLAY").output().unwrap());
        let drawn = |line: &&str| line.starts_with(['│', '┌', '╞', '└']);
        lines += run.stdout.lines().filter(drawn).count();
        let wide: Vec<&str> = run.stdout.lines().filter(drawn).filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{verb}:\n{}", wide.join("\n"));
    }
    assert!(lines > 40, "{lines} lines of tables");
    // Nothing is lost of what is folded, or told in words; a pipe gets every column.
    let preview = |columns: &str| Run::of(&workspace.command(&["preview", "9.1"]).env("COLUMNS", columns).output().unwrap()).stdout;
    assert!(preview("500").contains("┆ breakdown ┆") && !preview("80").contains("breakdown"));
    let told = preview("30");
    assert!(told.contains("WLD: year 2020, estimate") && told.lines().all(|line| !line.starts_with('│')), "{told}");
}
