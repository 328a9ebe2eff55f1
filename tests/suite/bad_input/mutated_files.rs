//! Files of a workspace with random damage, through the library: a list of problems that can be shown, never a panic.

use std::path::PathBuf;

use datafusion::arrow::datatypes::SchemaRef;
use proptest::prelude::*;
use yardstick::authored::csv_table::CsvTable;
use yardstick::authored::typed_csv;
use yardstick::engine::{Engine, Limits, tables, tokens};
use yardstick::error::{Problem, SourceText};
use yardstick::indicator::{Rollup, defaults, header, lint};
use yardstick::job::config;
use yardstick::observe::corrections;
use yardstick::pipelines;
use yardstick::release::checks;
use yardstick::tables::schema;

use super::mutated::{damaged, try_damaged};
use crate::support::project;

/// The files of a folder of the project with this ending, no larger than what is quickly read.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let paths = std::fs::read_dir(project().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let wanted = |path: &PathBuf| path.is_file() && path.to_string_lossy().ends_with(ending);
    let texts = paths.filter(wanted).map(|path| std::fs::read_to_string(path).unwrap());
    texts.map(|text| text.chars().take(6000).collect()).collect()
}

/// Reads damaged texts; every problem must be one that can be shown, inside its file.
fn texts(target: &str, cases: u32, good: Vec<String>, read: impl Fn(&SourceText, &mut Vec<Problem>)) {
    assert!(!good.is_empty());
    try_damaged(target, cases, good, |good, damages| {
        let text = String::from_utf8_lossy(&damaged(good.into_bytes(), damages)).into_owned();
        let text = SourceText::new("damaged", text);
        let mut problems = Vec::new();
        read(&text, &mut problems);
        for problem in problems.iter().take(3) {
            prop_assert!(problem.start <= problem.source.text.len(), "{problem}");
            prop_assert!(problem.render(false).contains(problem.code.text()) && problem.to_json().is_object());
        }
        Ok(())
    });
}

#[test]
fn damaged_sources() {
    texts("pipelines files", 150, files("pipelines", ".toml"), |text, problems| drop(pipelines::parse(text, problems)));
}

#[test]
fn damaged_jobs() {
    let job = "[retention]\nreleases = 30\nrefused = 3\n[files]\nreadable_by = \"group\"\n[publication]\nonly_redistributable = true\nformats = [\"csv\", \"xlsx\"]\n[notify]\ncommand = [\"/bin/x\", \"y\"]\naddress = \"https://example.org/1\"\non = [\"start\", \"done\"]\nmetrics = \"m.prom\"\n";
    texts("job files", 150, vec![job.to_owned()], |text, problems| drop(config::parse(text, problems)));
}

#[test]
fn damaged_corrections() {
    texts("corrections files", 150, files("pipelines/corrections", ".toml"), |text, problems| drop(corrections::parse(text, problems)));
}

#[test]
fn damaged_defaults() {
    texts("defaults files", 150, files("sql", ".toml"), |text, problems| drop(defaults::parse(text, problems)));
}

#[test]
fn damaged_headers() {
    texts("headers of indicators", 150, files("sql/indicators", ".sql"), |text, problems| {
        let mut metadata = Vec::new();
        drop(header::parse(text, &defaults::Defaults::default(), problems, &mut metadata));
        problems.append(&mut metadata);
    });
}

#[test]
fn damaged_checks() {
    texts("headers of checks", 100, files("sql/checks", ".sql"), |text, problems| drop(checks::parse(text, problems)));
}

#[test]
fn damaged_rollups() {
    texts("headers of roll-ups", 100, files("sql/rollups", ".sql"), |text, problems| drop(Rollup::parse(text.clone(), None, problems)));
}

#[test]
fn damaged_reference_tables() {
    texts("CSV of a workspace", 150, files("pipelines/reference", ".csv"), |text, problems| {
        let table = CsvTable::read(text, &["ref_area", "name"], problems);
        table.only(&["ref_area", "name"], &["note"], problems);
        table.unique(&["ref_area"], problems);
        let schemas: [SchemaRef; 2] = [schema::gni_per_capita(), schema::units()];
        for schema in schemas {
            typed_csv::read(text, &schema, &|_| None, problems);
        }
    });
}

/// The statement alone, over the tables that statisticians see: syntax, plan, faults of the engine, rules of the house.
#[test]
fn damaged_statements() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let engine = Engine::new(Limits { memory_bytes: 256 << 20, partitions: 1, seconds: 20 }).unwrap();
    tables::register_empty(&engine).unwrap();
    let statements = [files("sql/checks", ".sql"), files("sql/derived", ".sql"), files("sql/shared", ".sql")].concat();
    let whole: Vec<String> = statements.into_iter().filter(|text| text.len() < 3000).collect();
    texts("lint of SQL", 60, whole, |text, problems| {
        tokens::hash_of(text);
        let planned = runtime.block_on(lint::plan(text, &engine, problems));
        if let Some(planned) = planned {
            lint::check_expressions(text, &planned.logical, problems);
            lint::check_output(text, &planned.output, problems);
        }
    });
}
