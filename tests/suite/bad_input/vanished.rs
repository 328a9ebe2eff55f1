//! A series, a breakdown or a file that came last time and is gone now: never taken for new data.

use std::io::Read;

use super::{fixture, no_panic, released, zipped};
use crate::support::{Workspace, copy, small_bodies};

/// Pulls what lies in `in/`; refused with the code and the text, and the last good rows stay.
fn refused_as_a_whole(workspace: &Workspace, set: &str, code: &str, text: &str) {
    let count = "SELECT count(*) AS n FROM observations";
    let before = workspace.expect(0, &["sql", count, "--output", "csv"]).stdout;
    let run = workspace.expect(3, &["run", "--from", "in"]);
    no_panic(&run);
    let line = run.stderr.lines().find(|line| line.starts_with(&format!("{set}: "))).unwrap_or_else(|| panic!("{}", run.stderr));
    assert!(line.contains(code) && line.contains(text), "no `{code}` and `{text}` in: {line}");
    assert_eq!(workspace.expect(0, &["sql", count, "--output", "csv"]).stdout, before);
}

#[test]
fn one_series_of_many_is_gone_or_small() {
    let workspace = released();
    let all = small_bodies().join("unsd/sdg_global");
    let series = |body: &[u8], rows: usize| body.split_inclusive(|b| *b == b'\n').take(1 + rows).flatten().copied().collect::<Vec<u8>>();
    copy(&all, &workspace.path("in/unsd/sdg_global"));
    let whole = fixture("unsd/sdg_global/IT_MOB_OWN.csv");
    workspace.write("in/unsd/sdg_global/IT_MOB_OWN.csv", series(&whole, 0));
    refused_as_a_whole(&workspace, "unsd/sdg_global", "E2015", "the last pull had IT_MOB_OWN, this one has not");
    workspace.write("in/unsd/sdg_global/IT_MOB_OWN.csv", series(&whole, 10));
    refused_as_a_whole(&workspace, "unsd/sdg_global", "E2014", "much fewer rows than last time: IT_MOB_OWN (10 observations");
    // The provider has withdrawn it: a person takes it out of the data set.
    workspace.write("in/unsd/sdg_global/IT_MOB_OWN.csv", series(&whole, 0));
    let file = "pipelines/unsd.toml";
    workspace.write(file, workspace.read(file).replace(", \"IT_MOB_OWN\"", ""));
    workspace.expect(0, &["pull", "--from", "in"]);
}

/// The bulk file of UIS without the data of its regions.
#[test]
fn a_member_of_an_archive_is_gone() {
    let workspace = released();
    let body = fixture("unesco/sdg_bulk/SDG.zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(body)).unwrap();
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let name = member.entry().name().unwrap().into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        members.push((name, content));
    }
    let without = |gone: &[&str]| {
        let kept = members.iter().filter(|(name, _)| !gone.iter().any(|part| name.contains(part)));
        zipped(&kept.map(|(name, content)| (name.as_str(), content.as_slice())).collect::<Vec<_>>())
    };
    workspace.write("in/unesco/sdg_bulk/SDG.zip", without(&["_DATA_REGIONAL"]));
    refused_as_a_whole(&workspace, "unesco/sdg_bulk", "E2009", "lists regions, but has no file .._DATA_REGIONAL.csv");
    workspace.write("in/unesco/sdg_bulk/SDG.zip", without(&["_DATA_NATIONAL"]));
    refused_as_a_whole(&workspace, "unesco/sdg_bulk", "E2009", "no file .._DATA_NATIONAL.csv");
    workspace.write("in/unesco/sdg_bulk/SDG.zip", without(&["_DATA_REGIONAL", "_REGION.csv"]));
    refused_as_a_whole(&workspace, "unesco/sdg_bulk", "E2015", "the last archive had SDG_DATA_REGIONAL.CSV");
}

/// A download that was broken off at 85 percent passed: a fifth of the rows may be withdrawn.
#[test]
fn a_body_that_ends_early_is_not_a_revision() {
    let workspace = released();
    copy(&small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    let file = "in/unsd/sdg_global/SE_ADT_ACTS.csv";
    let whole = String::from_utf8(fixture("unsd/sdg_global/SE_ADT_ACTS.csv")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let first = |count: usize| lines[..count].concat();
    workspace.write(file, first(lines.len() * 85 / 100));
    refused_as_a_whole(&workspace, "unsd/sdg_global", "E2014", "the body seems to be cut: all ");
    // Some rows only, in the middle of a line.
    workspace.write(file, first(lines.len() - 10).trim_end());
    refused_as_a_whole(&workspace, "unsd/sdg_global", "E2014", "and it no longer ends with a line break");
    // Rows withdrawn here and there, at the end too.
    let revised = lines.iter().rev().enumerate().filter(|(place, _)| place % 12 > 1).map(|(_, line)| *line);
    workspace.write(file, revised.collect::<Vec<_>>().into_iter().rev().collect::<String>());
    workspace.expect(0, &["pull", "--from", "in"]);
    // The last economy of the file as a whole.
    let area = |line: &str| line.split("\",\"").nth(5).unwrap_or_default().to_owned();
    let kept: Vec<&str> = lines.iter().copied().filter(|line| area(line) != area(lines[lines.len() - 1])).collect();
    assert!(kept.len() < lines.len());
    workspace.write(file, whole.as_bytes());
    workspace.expect(0, &["pull", "--from", "in"]);
    workspace.write(file, kept.concat());
    workspace.expect(0, &["pull", "--from", "in"]);
    // Whoever knows better lets it pass once.
    workspace.write(file, first(lines.len() * 85 / 100));
    let told = workspace.expect(0, &["run", "--from", "in", "--accept", "unsd/sdg_global"]);
    assert!(!told.stderr.contains("failed"), "{}", told.stderr);
}
