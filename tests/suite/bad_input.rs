//! What providers may send instead of data. Whatever it is: a code and a place, the other sources go on, the last good
//! data stay in use, and nothing panics.

mod bodies;
mod endless;
mod layouts;
mod mutated;
mod mutated_files;
mod mutated_rows;
mod pulls;
mod rows;
mod set_aside;
mod values;
mod vanished;
mod workbooks;

use std::io::{Cursor, Read, Write};

use crate::support::{Run, Workspace, small_bodies};

/// One data set of each source, and one indicator: a run is quick.
const SETS: [&str; 5] = ["itu/internet_use", "itu/facts_and_figures", "unesco/sdg_bulk", "unctad/ict_use_by_size", "unsd/sdg_global"];

fn workspace() -> Workspace {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &["2.1_internet_use.sql"]);
    workspace.keep_only(
        "sql/checks",
        &["columns_changed.sql", "coverage_lost.sql", "data_sets_failed.sql", "one_row_per_key.sql", "row_counts.sql"],
    );
    workspace.publish_little();
    workspace
}

/// After a first good run.
fn released() -> Workspace {
    Workspace::as_prepared("bad_input", || {
        let workspace = workspace();
        workspace.expect(0, &["run", "--quiet", "--from", &small_bodies().to_string_lossy(), "--only", &SETS.join(",")]);
        workspace
    })
}

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(small_bodies().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A ZIP of members.
pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// The one CSV inside a ZIP.
pub(crate) fn unzipped(body: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(body)).unwrap();
    let mut content = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut content).unwrap();
    content
}

fn no_panic(run: &Run) {
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("internal:"), "{}", run.stderr);
}

/// Runs with one body for one data set, and expects that it is refused with this code, by source, data set and file.
fn refused(workspace: &Workspace, set: &str, file: &str, body: &[u8], code: &str, text: &str) {
    let before = std::fs::read_link(workspace.path("data/current")).unwrap();
    let _ = std::fs::remove_dir_all(workspace.path("in"));
    workspace.write(&format!("in/{set}/{file}"), body);
    let run = workspace.expect(3, &["run", "--from", "in"]);
    no_panic(&run);
    let line = run
        .stderr
        .lines()
        .find(|line| line.starts_with(&format!("{set}: ")))
        .unwrap_or_else(|| panic!("{set}: not reported\n{}", run.stderr));
    // What is wrong with the pull as a whole names the data set only.
    let place = if matches!(code, "E2012" | "E2013") { set.to_owned() } else { format!("{set}/{file}") };
    for wanted in [code, &place, text] {
        assert!(line.contains(wanted), "no `{wanted}` in: {line}");
    }
    assert_eq!(std::fs::read_link(workspace.path("data/current")).unwrap(), before, "the last release stays current");
}
