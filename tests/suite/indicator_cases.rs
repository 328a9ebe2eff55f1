//! The workspace as it is shipped: its own test cases pass, and what is generated is up to date.

use std::collections::BTreeSet;

use yardstick::error::Code;

use crate::fixtures::RELEASED;
use crate::support::{Workspace, copy, project};

#[test]
fn every_indicator_has_a_case_and_all_pass() {
    let workspace = Workspace::of_project();
    copy(&project().join("sql/tests"), &workspace.path("sql/tests"));
    let outcome = workspace.json(0, &["test"]);
    assert_eq!(outcome["data"]["failed"], 0);
    let cases: BTreeSet<String> = outcome["data"]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["case"].as_str().unwrap().split('/').next().unwrap().to_owned())
        .collect();
    let ids: BTreeSet<String> = std::fs::read_dir(project().join("sql/indicators"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().split('_').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids.difference(&cases).collect::<Vec<_>>(), Vec::<&String>::new(), "indicators without a test case");
}

/// Between its markers, TARGETS.md holds what `yardstick reference targets` prints for the fixtures.
#[test]
fn the_table_of_targets_is_current() {
    let workspace = &RELEASED.0;
    let table = workspace.expect(0, &["reference", "targets"]).stdout;
    generated("TARGETS.md", "targets", &table);
}

#[test]
fn the_exit_codes_are_those_of_readme_and_help() {
    let workspace = Workspace::of_method();
    let table = workspace.expect(0, &["reference", "exit-codes"]).stdout;
    generated("README.md", "exit-codes", &table);
    let help = workspace.expect(0, &["--help"]).stdout;
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(help.lines().any(|line| line.trim().split_once("  ") == Some((cells[0], cells[1]))), "{row}\n{help}");
    }
}

#[test]
fn the_generated_tables_of_the_reference_are_current() {
    let workspace = Workspace::of_method();
    for what in ["codes", "tables"] {
        let table = workspace.expect(0, &["reference", what]).stdout;
        generated("REFERENCE.md", what, &table);
    }
}

/// With YARDSTICK_REGENERATE set, the file is written instead of compared.
fn generated(file: &str, name: &str, table: &str) {
    let path = project().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->"));
    let start = text.find(&begin).unwrap_or_else(|| panic!("{file} has no {begin}")) + begin.len();
    let stop = start + text[start..].find(&end).unwrap_or_else(|| panic!("{file} has no {end}"));
    if std::env::var_os("YARDSTICK_REGENERATE").is_some() {
        std::fs::write(&path, format!("{}{table}{}", &text[..start], &text[stop..])).unwrap();
        return;
    }
    assert_eq!(&text[start..stop], table, "{file}: run the tests once with YARDSTICK_REGENERATE=1");
}

/// Every code of the table is one that the program can print.
#[test]
fn every_code_is_used() {
    let mut text = String::new();
    let mut folders = vec![project().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("error/code.rs") {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let unused: Vec<String> =
        Code::ALL.iter().filter(|code| !text.contains(&format!("Code::{code:?}"))).map(|code| format!("{code} {code:?}")).collect();
    assert_eq!(unused, Vec::<String>::new());
}
