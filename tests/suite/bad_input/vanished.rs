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
