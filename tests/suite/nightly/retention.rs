//! What is removed by rule after each run, and what stays.

use std::collections::BTreeSet;

use super::{current, small, small_bodies};
use crate::support::Workspace;

fn names(workspace: &Workspace, folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(workspace.path(folder)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn snapshots(workspace: &Workspace) -> BTreeSet<String> {
    names(workspace, "data/snapshots").iter().flat_map(|folder| names(workspace, &format!("data/snapshots/{folder}"))).collect()
}

/// A night whose provider has revised one figure.
fn revise(workspace: &Workspace, night: usize) {
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    let text = std::fs::read_to_string(crate::support::small_bodies().join(body)).unwrap();
    let revised = text.replace("2025,Low income,LI,,,,4,", &format!("2025,Low income,LI,,,,4.{night},"));
    assert_ne!(text, revised);
    workspace.write(&format!("in/{body}"), revised);
}

/// Snapshots were never pruned, the journal was never cut, records and staging stayed.
#[test]
fn the_data_folder_does_not_grow_without_end() {
    let workspace = small();
    workspace.write(
        "pipelines/job.toml",
        "[publication]\nformats = [\"csv\"]\n[retention]\nreleases = 2\nrefused = 1\nruns = 3\njournal_days = 10\n",
    );
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies()]);
    let first = (snapshots(&workspace).len(), names(&workspace, "data/observations_by_hash").len());
    let file = "sql/indicators/1.2_broadband_affordability.sql";
    let text = workspace.read(file);
    for night in 1..6 {
        revise(&workspace, night);
        workspace.write(file, text.replace("title = \"Price of", &format!("title = \"({night}) Price of")));
        let now = format!("2026-12-{:02}T02:30:00Z", night * 4);
        workspace.expect(0, &["run", "--quiet", "--from", "in", "--now", &now]);
    }
    assert_eq!(names(&workspace, "data/releases").len(), 2);
    assert_eq!(names(&workspace, "data/runs").len(), 3);
    // Two releases and the next need at most two bodies of the data set that changes.
    assert!(snapshots(&workspace).len() <= first.0 + 1, "{} of {}", snapshots(&workspace).len(), first.0);
    assert!(names(&workspace, "data/observations_by_hash").len() <= first.1 + 1);
    let journal = workspace.read("data/journal.jsonl");
    assert!(!journal.contains("2026-11-24") && journal.contains("2026-12-20"), "{journal}");
    let run: serde_json::Value = serde_json::from_str(&workspace.read("data/runs/20261220T023000Z/run.json")).unwrap();
    assert_eq!(run["retention"]["removed"].as_array().map(Vec::len), Some(1), "{}", run["retention"]);
    assert!(
        run["retention"]["snapshots"].as_u64() >= Some(1) && run["retention"]["bytes_freed"].as_u64() > Some(1000),
        "{}",
        run["retention"]
    );
    // What is kept can be explained and compared.
    workspace.expect(0, &["diff"]);
    workspace.expect(0, &["explain", "internet_use", "--area", "KEN", "--year", "2020"]);
    let run = workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert!(run.stdout.contains("removed 1 release") && run.stdout.contains("freed"), "{}", run.stdout);
    assert_eq!(names(&workspace, "data/releases"), BTreeSet::from([current(&workspace)]));
    workspace.expect(0, &["compute"]);
}

/// Since when it fails, and when it last did not, was not known any more once there were as many records as are kept; a job
/// that fails, or pulls alone, kept all of them.
#[test]
fn records_go_after_every_run_but_those_that_say_since_when() {
    let workspace = super::small_released();
    workspace.write("pipelines/job.toml", "[publication]\nformats = []\n[retention]\nruns = 3\n");
    let check = "sql/checks/always.sql";
    workspace
        .write(check, "/*---\nid = \"always\"\ntitle = \"Never\"\nseverity = \"error\"\n---*/\nSELECT '' AS indicator, 'x' AS detail\n");
    for hour in 0..6 {
        workspace.expect(4, &["compute", "--quiet", "--now", &format!("2026-11-25T{hour:02}:20:00Z")]);
    }
    let status = workspace.json(0, &["status", "--now", "2026-11-25T07:00:00Z"])["data"].take();
    assert_eq!((&status["failing_since"], &status["last_good_run"]), (&"2026-11-25T00:20:00Z".into(), &"2026-11-24T02:30:00Z".into()));
    assert_eq!(names(&workspace, "data/runs").len(), 5);
    std::fs::remove_file(workspace.path(check)).unwrap();
    // Behind runs that make no release.
    workspace.write("bad/itu/internet_use/internet_use.csv", "<!DOCTYPE html><html></html>");
    for hour in 0..12 {
        let now = format!("2026-11-26T{hour:02}:20:00Z");
        workspace.expect(3, &["pull", "--quiet", "--from", "bad", "--only", "itu/internet_use", "--now", &now]);
    }
    // The last record, and of the failures of the data set the first, and as many as its pauses follow from.
    let kept = names(&workspace, "data/runs");
    assert!(kept.contains("20261126T002000Z") && !kept.contains("20261126T012000Z") && kept.len() == 10, "{kept:?}");
    let status = workspace.json(0, &["status", "--now", "2026-11-26T13:00:00Z"])["data"].take();
    let of = |name: &str| status["data_sets"].as_array().unwrap().iter().find(|one| one["data_set"] == name).unwrap().clone();
    assert_eq!(of("itu/internet_use")["last_attempt"]["failing_since"], "2026-11-26T00:20:00Z");
}

/// A folder that is no release stopped retention every night, and only the log said so.
#[test]
fn what_could_not_be_removed_is_told_in_the_morning() {
    let workspace = super::small_released();
    std::fs::create_dir(workspace.path("data/releases/old")).unwrap();
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    let run: serde_json::Value = serde_json::from_str(&workspace.read("data/runs/20261125T023000Z/run.json")).unwrap();
    let told = run["not_removed"].as_str().unwrap();
    assert!(told.contains("E5003") && told.contains("releases/old"), "{told}");
    for text in [workspace.read("data/runs/20261125T023000Z/run.txt"), workspace.expect(0, &["status"]).stdout] {
        assert!(text.contains("what is no longer needed could not be removed: E5003"), "{text}");
    }
}

/// The pointer was blamed, without a word of the folder.
#[test]
fn a_folder_of_releases_that_cannot_be_read_is_named() {
    let workspace = super::small_released();
    let releases = workspace.path("data/releases");
    std::fs::rename(&releases, workspace.path("data/away")).unwrap();
    std::os::unix::fs::symlink("releases", &releases).unwrap();
    for why in ["Too many levels of symbolic links", "Not a directory"] {
        let run = workspace.expect(1, &["release", "prune"]);
        let named = format!("E5003: nothing was removed: {}: ", releases.display());
        assert!(run.stderr.contains(&named) && run.stderr.contains(why), "{}", run.stderr);
        std::fs::remove_file(&releases).unwrap();
        std::fs::write(&releases, "").unwrap();
    }
}

/// A damaged release was missing in the list, and the next one was told as the first.
#[test]
fn a_damaged_release_is_listed() {
    let workspace = super::small_released();
    for night in 1..3 {
        revise(&workspace, night);
        workspace.expect(0, &["run", "--quiet", "--from", "in", "--now", &format!("2026-12-{:02}T02:30:00Z", night * 4)]);
    }
    let all: Vec<String> = names(&workspace, "data/releases").into_iter().collect();
    let listed = |workspace: &Workspace| workspace.json(0, &["release", "list"])["data"]["releases"].take();
    assert_eq!(listed(&workspace)[0]["changes"], serde_json::json!(["the first"]));
    for (place, name) in all.iter().take(2).enumerate().rev() {
        workspace.write(&format!("data/releases/{name}/manifest.json"), "{");
        let now = listed(&workspace);
        let ids: Vec<&str> = now.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, all);
        let damaged = &now[place];
        assert!(damaged["damaged"].as_str().unwrap().contains("manifest.json is damaged"), "{damaged}");
        assert_eq!(damaged["created_at"], ["2026-11-24T02:30:00Z", "2026-12-04T02:30:00Z"][place]);
        assert_eq!(now[2]["changes"], serde_json::json!([format!("not known: {} before it is damaged or no longer kept", all[1])]));
    }
    let shown = workspace.expect(0, &["release", "list"]).stdout;
    assert!(!shown.contains("the first") && shown.matches("┆ damaged ").count() == 2, "{shown}");
}

/// An unchanged night writes nothing but its record and what was confirmed.
#[test]
fn an_unchanged_night_rewrites_nothing() {
    let workspace = super::small_released();
    let stamps = || {
        let mut stamps = std::collections::BTreeMap::new();
        for (name, _) in super::files(&workspace.path("data")) {
            let path = workspace.path("data").join(&name);
            stamps.insert(name, path.metadata().unwrap().modified().unwrap());
        }
        stamps
    };
    let before = stamps();
    workspace.expect(0, &["compute", "--now", "2026-11-25T02:30:00Z"]);
    let changed: Vec<String> = stamps().into_iter().filter(|(name, stamp)| before.get(name) != Some(stamp)).map(|(name, _)| name).collect();
    assert_eq!(changed, ["lock", "runs/20261125T023000Z/run.json", "runs/20261125T023000Z/run.txt"]);
}

/// A slip in the rule was passed over, and releases were removed by the rule that holds without one.
#[test]
fn a_wrong_rule_removes_nothing() {
    let workspace = super::small_released();
    revise(&workspace, 1);
    workspace.expect(0, &["run", "--quiet", "--from", "in", "--now", "2026-12-04T02:30:00Z"]);
    let before = names(&workspace, "data/releases");
    workspace.write("pipelines/job.toml", "[retention]\nrelease = 100\n");
    for arguments in [&["release", "prune"][..], &["release", "prune", "--keep", "1"]] {
        let run = workspace.expect(2, arguments);
        assert!(run.stderr.contains("pipelines/job.toml:2:") && run.stderr.contains("did you mean `releases`?"), "{}", run.stderr);
    }
    assert_eq!(names(&workspace, "data/releases"), before);
}

/// What a provider deleted was gone from its history with the last release that had it.
#[test]
fn what_was_deleted_stays_in_history() {
    let workspace = small();
    workspace.write("pipelines/job.toml", "[publication]\nformats = [\"csv\"]\n[retention]\nreleases = 2\n");
    let body = "itu/internet_use/individuals-using-the-internet.zip";
    let text = String::from_utf8(crate::bad_input::unzipped(&std::fs::read(crate::support::small_bodies().join(body)).unwrap())).unwrap();
    let is_kenya = |line: &str| line.contains(",\"KEN\",") && line.contains(",2020,");
    assert_eq!(text.lines().filter(|line| is_kenya(line)).count(), 1);
    let file = "itu/internet_use/individuals-using-the-internet.csv";
    workspace.write(&format!("whole/{file}"), &text);
    let gone: String = text.lines().filter(|line| !is_kenya(line)).map(|line| format!("{line}\n")).collect();
    workspace.write(&format!("gone/{file}"), gone);
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies()]);
    let ask = ["explain", "2.1", "--area", "KEN", "--year", "2020", "--history"];
    let value = workspace.json(0, &ask)["data"]["releases"][0]["value"].as_f64().unwrap();
    let title = "sql/indicators/1.2_broadband_affordability.sql";
    let own = workspace.read(title);
    for night in 1..5 {
        workspace.write(title, own.replacen("title = \"", &format!("title = \"({night}) "), 1));
        let now = format!("2026-12-{night:02}T02:30:00Z");
        workspace.run(&["run", "--quiet", "--from", "gone", "--now", &now, "--accept", "history_rewritten,one_economy_missing"]);
    }
    assert_eq!(names(&workspace, "data/releases").len(), 2);
    let releases = workspace.json(0, &ask)["data"]["releases"].as_array().unwrap().clone();
    let (first, kept) = releases.split_first().unwrap();
    assert_eq!((&first["kept"], &first["value"], &first["estimate"]), (&false.into(), &serde_json::Value::Null, &"reported".into()));
    let note = first["note"].as_str().unwrap();
    assert!(note.contains(" before; ") && note.starts_with(&format!("{value:.2}")[..3]), "{note}, {value}");
    assert_eq!(first["created_at"], "2026-12-01T02:30:00Z");
    assert_eq!((kept.len(), &kept[0]["kept"], &kept[0]["value"]), (2, &true.into(), &serde_json::Value::Null));
    let shown = workspace.expect(0, &ask).stdout;
    assert!(shown.contains(" before; "), "{shown}");
}
