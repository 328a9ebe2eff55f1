//! What `check` says of wrong files: the place, the code, the report.
//!
//! A wrong text carries its expectation: `⟦E0102⟧` stands before the character at which a problem of that code must be
//! reported, and is taken out before the file is written. What is not marked must not be reported.

mod data_files;
mod headers;
mod pipelines;
mod reports;
mod statements;

use std::collections::BTreeMap;

use crate::support::Workspace;

/// One wrong file.
pub(crate) struct Case {
    name: &'static str,
    file: String,
    content: String,
}

impl Case {
    fn new(name: &'static str, file: impl Into<String>, content: impl Into<String>) -> Self {
        Self { name, file: file.into(), content: content.into() }
    }
}

/// The text without its marks, and `line:column code` of each, both from 1, columns in characters.
fn unmark(marked: &str) -> (String, Vec<String>) {
    let (mut text, mut places, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((before, after)) = rest.split_once('⟦') {
        let (code, after) = after.split_once('⟧').expect("a closed mark");
        text.push_str(before);
        let line = text.matches('\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        places.push(format!("{line}:{column} {code}"));
        rest = after;
    }
    text.push_str(rest);
    (text, places)
}

/// The reports of a `check`, by path: (`line:column code`, the whole report).
fn reports(stdout: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut path = String::new();
    for line in stdout.lines() {
        if let Some((file, place)) = first_line(line) {
            path = file;
            found.entry(path.clone()).or_default().push((place, String::new()));
        }
        if let Some((_, report)) = found.get_mut(&path).and_then(|list| list.last_mut()) {
            report.push_str(line);
            report.push('\n');
        }
    }
    found
}

/// `path:line:column: error[code]` begins a report, or `warning[code]`.
fn first_line(line: &str) -> Option<(String, String)> {
    let (place, rest) = line.split_once(": error[").or_else(|| line.split_once(": warning["))?;
    let code = rest.strip_suffix(']')?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
    Some((path.to_owned(), format!("{line}:{column} {code}")))
}

/// Checks all cases in one run: the places are those marked, the reports those of the snapshot of this name.
fn check(snapshot: &str, workspace: &Workspace, cases: &[Case]) {
    kept(snapshot, &reported(workspace, cases, &[]));
}

fn kept(snapshot: &str, text: &str) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(snapshot, text) });
}

/// The reports of all cases, case by case, at the places marked. `missing` names places in files that are not there.
fn reported(workspace: &Workspace, cases: &[Case], missing: &[(&'static str, &str, &str)]) -> String {
    let mut wanted: BTreeMap<String, (&str, Vec<String>)> = BTreeMap::new();
    for case in cases {
        let (text, places) = unmark(&case.content);
        workspace.write(&case.file, text);
        wanted.insert(case.file.clone(), (case.name, places));
    }
    for (name, file, place) in missing {
        wanted.insert((*file).to_owned(), (name, vec![(*place).to_owned()]));
    }
    let run = workspace.expect(2, &["check"]);
    let (body, summary) = run.stdout.trim_end().rsplit_once("\n\n").expect("a summary below the reports");
    let found = reports(body);
    let total = found.values().flatten().filter(|(_, report)| report.lines().next().is_some_and(|line| line.contains(": error["))).count();
    let mut wrong = Vec::new();
    let mut text = String::new();
    for (file, (name, places)) in &wanted {
        let list = found.get(file).cloned().unwrap_or_default();
        let mut given: Vec<String> = list.iter().map(|(place, _)| place.clone()).collect();
        let mut expected = places.clone();
        given.sort();
        expected.sort();
        if given != expected {
            wrong.push(format!(
                "{name}: {file}: expected {expected:?}, got {given:?}\n{}",
                list.iter().map(|(_, r)| r.as_str()).collect::<String>()
            ));
        }
        if !list.is_empty() {
            text.push_str(&format!("# {name}\n{}\n", list.iter().map(|(_, r)| r.trim_end()).collect::<Vec<_>>().join("\n\n")));
            text.push('\n');
        }
    }
    for (file, list) in &found {
        if !wanted.contains_key(file) {
            wrong.push(format!("not expected: {file}\n{}", list.iter().map(|(_, r)| r.as_str()).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(summary.contains(&errors(total)), "{summary}: {total} expected");
    text
}

fn errors(count: usize) -> String {
    if count == 1 { "1 error,".to_owned() } else { format!("{count} errors,") }
}

/// The method files, the reference tables, one source and one good indicator.
pub(crate) fn workspace() -> Workspace {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/itu.toml", SOURCE);
    workspace.write("sql/indicators/2.1_internet_use.sql", indicator("2.1", "internet_use", &[]));
    workspace
}

const SOURCE: &str = r#"source = "itu"
title = "International Telecommunication Union"
licence = "CC BY-NC-SA 3.0 IGO"
schedule = "10 1 * * *"

[[dataset]]
name = "internet_use"
format = "itu_datahub"
codes = ["11624"]
"#;

/// A good indicator with some of its text replaced.
fn indicator(id: &str, name: &str, edits: &[(&str, &str)]) -> String {
    let mut text = format!("{HEADER}{SELECT}").replace("@ID@", id).replace("@NAME@", name);
    for (old, new) in edits {
        assert_eq!(text.matches(old).count(), 1, "{name}: `{old}` stands once in the good indicator");
        text = text.replace(old, new);
    }
    text
}

/// A good header with another SELECT, of values without weights.
pub(crate) fn statement(id: &str, name: &str, sql: &str) -> String {
    format!("{HEADER}{sql}\n").replace("@ID@", id).replace("@NAME@", name).replace("\"weighted_mean\"", "\"median\"")
}

const HEADER: &str = r#"/*---
id = "@ID@"
name = "@NAME@"
title = "Individuals using the Internet"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "special"]
window = 5
coverage = { publish = 0.667, flag = 0.5 }
datasets = ["itu/internet_use"]
definition = "Individuals who used the Internet, as a share of all"
method = "Weighted by population"
caveats = "Surveys are years apart"
owner = "Statistics"
sources = [{ title = "DataHub", licence = "CC BY", citation = "ITU" }]
[[target]]
id = "@ID@"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
---*/
"#;

const SELECT: &str = "\
SELECT o.ref_area, o.time_period, o.obs_value AS value, p.persons AS weight
FROM (SELECT ref_area, time_period, persons FROM population WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T') AS p
JOIN observations AS o ON o.ref_area = p.ref_area AND o.time_period = p.time_period
WHERE o.source = 'itu' AND o.series = '11624' AND o.obs_value IS NOT NULL
";
