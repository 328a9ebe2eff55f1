//! Runs that follow the first: nothing to do, only some sources, only what is due, the two halves, the lock.

use std::process::Stdio;

use super::{current, different, files, small, small_bodies, small_released, with_one_indicator};
use crate::support::{Workspace, copy};

#[test]
fn a_second_run_has_nothing_to_do() {
    let workspace = small_released();
    let before = files(&workspace.path("data/releases"));
    let run = workspace.expect(0, &["run", "--from", &small_bodies()]);
    assert!(run.stdout.contains(&format!("nothing to do: no input has changed since release {}", current(&workspace))), "{}", run.stdout);
    // An hour later as well, though the bodies were looked at again.
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-24T03:30:00Z"]);
    workspace.expect(0, &["compute"]);
    assert_eq!(different(&before, &files(&workspace.path("data/releases"))), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(workspace.path("data/staging")).map_or(0, Iterator::count), 0, "nothing is left in staging/");
}

#[test]
fn pull_and_compute_are_the_two_halves_of_run() {
    let whole = small_released();
    let halves = small();
    halves.expect(0, &["pull", "--from", &small_bodies()]);
    assert!(!halves.path("data/current").exists());
    halves.expect(0, &["compute"]);
    // The manifest of the halves says that nothing new was pulled, and the page on data prints it; all else is the same.
    let mut differing = different(&files(&whole.path("data/current")), &files(&halves.path("data/current")));
    differing.dedup();
    assert!(differing.iter().all(|name| ["manifest.json", "site/data.html"].contains(&name.as_str())), "{differing:?}");
}

fn checked(workspace: &Workspace, name: &str) -> String {
    let pull: serde_json::Value = serde_json::from_str(&workspace.read(&format!("data/pulls/{name}.json"))).unwrap();
    pull["checked_at"].as_str().unwrap().to_owned()
}

#[test]
fn only_the_named_sources_are_pulled() {
    let workspace = with_one_indicator();
    workspace.expect(0, &["run", "--from", &small_bodies(), "--only", "itu/internet_use,unsd"]);
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    let names: Vec<String> = manifest["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| format!("{}/{}", i["source"].as_str().unwrap(), i["dataset"].as_str().unwrap()))
        .collect();
    assert_eq!(names, ["itu/internet_use", "unsd/sdg_global"]);
    // The others keep what they have.
    workspace.expect(0, &["run", "--from", &small_bodies(), "--only", "itu/facts_and_figures", "--now", "2026-11-25T02:30:00Z"]);
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 3);
    assert_eq!(checked(&workspace, "itu/internet_use"), "2026-11-24T02:30:00Z");
}

#[test]
fn an_unknown_source_is_wrong_use() {
    let workspace = with_one_indicator();
    let run = workspace.expect(2, &["run", "--from", &small_bodies(), "--only", "itu/internet_us"]);
    assert!(run.stderr.contains("no source or data set `itu/internet_us`"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `itu/internet_use`?"), "{}", run.stderr);
    assert!(!workspace.path("data").exists(), "nothing was touched");
    let run = workspace.expect(2, &["run", "--from", "nowhere"]);
    assert!(run.stderr.contains("nowhere: not a folder"), "{}", run.stderr);
}

#[test]
fn only_what_is_due_is_pulled() {
    let workspace = small_released();
    // A Tuesday. Before the next round of any schedule but those of UNCTAD (02:40) and the UN (03:10):
    let run = workspace.expect(0, &["run", "--due", "--from", &small_bodies(), "--now", "2026-11-24T02:35:00Z"]);
    assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
    assert_eq!(checked(&workspace, "unsd/sdg_global"), "2026-11-24T02:30:00Z");
    workspace.expect(0, &["run", "--due", "--from", &small_bodies(), "--now", "2026-11-24T03:15:00Z"]);
    assert_eq!(checked(&workspace, "unsd/sdg_global"), "2026-11-24T03:15:00Z");
    assert_eq!(checked(&workspace, "itu/internet_use"), "2026-11-24T02:30:00Z");
    // ITU's round is at 01:10, the workbook of prices comes on Mondays only.
    workspace.expect(0, &["run", "--due", "--from", &small_bodies(), "--now", "2026-11-25T01:15:00Z"]);
    assert_eq!(checked(&workspace, "itu/internet_use"), "2026-11-25T01:15:00Z");
    assert_eq!(checked(&workspace, "itu/price_baskets"), "2026-11-24T02:30:00Z");
    assert_eq!(checked(&workspace, "unesco/sdg_bulk"), "2026-11-24T02:30:00Z");
}

/// `plan` asked what `run` does not: it knew neither the schedule of a folder nor why a data set has nobody to ask.
#[test]
fn plan_says_what_run_does() {
    let workspace = Workspace::of_method();
    let table = "format = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n";
    workspace.write(
        "pipelines/survey.toml",
        format!(
            "source = \"survey\"\nlicence = \"CC0\"\nschedule = \"10 3 * * *\"\n[[dataset]]\nname = \"here\"\n{table}[[dataset]]\nname = \"elsewhere\"\n{table}"
        ),
    );
    workspace.write("in/survey/here/a.csv", "area,year,value\nKEN,2020,60\n");
    let planned = |arguments: &[&str]| -> Vec<(String, String, String)> {
        let answer = workspace.json(0, &[&["plan"], arguments].concat());
        let steps = answer["data"]["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "pull");
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        steps.map(|step| (word(&step["name"]), word(&step["action"]), word(&step["why"][0]))).collect()
    };
    let done = |code: i32, arguments: &[&str]| -> Vec<(String, String, String)> {
        let answer = workspace.json(code, &[&["pull"], arguments].concat());
        let sets = answer["data"]["data_sets"].as_array().unwrap().iter();
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        sets.map(|set| (word(&set["data_set"]), word(&set["status"]), word(&set["not_asked"]))).collect()
    };
    let line = |name: &str, what: &str, why: &str| (format!("survey/{name}"), what.to_owned(), why.to_owned());
    // From a folder: what has no file there is told by both.
    let no_file = "no file for it in the folder of --from";
    let plan = planned(&["--from", "in"]);
    assert_eq!(plan, [line("here", "read", "the folder has new bodies"), line("elsewhere", "keep", no_file)]);
    assert_eq!(done(0, &["--from", "in"]), [line("elsewhere", "missing", no_file), line("here", "new", "")]);
    // By schedule, a folder is no exception.
    let due = ["--from", "in", "--due", "--now", "2026-11-24T02:40:00Z"];
    let next = "due at 2026-11-24T03:10:00Z";
    assert_eq!(planned(&due), [line("here", "wait", next), line("elsewhere", "keep", no_file)]);
    assert_eq!(done(0, &due), [line("elsewhere", "missing", no_file), line("here", "unchanged", next)]);
    // Nobody to ask.
    let by_hand = "it is only downloaded by hand";
    assert_eq!(planned(&[]), [line("here", "skip", by_hand), line("elsewhere", "skip", by_hand)]);
    assert_eq!(done(0, &[]), [line("elsewhere", "missing", by_hand), line("here", "unchanged", by_hand)]);
    let run = workspace.expect(0, &["pull"]);
    assert!(run.stderr.contains(&format!("not asked: survey/elsewhere, survey/here: {by_hand}\n")), "{}", run.stderr);
    // What a run refuses, no plan promises.
    for verb in ["plan", "pull"] {
        assert!(workspace.expect(2, &[verb, "--from", "nowhere"]).stderr.contains("nowhere: not a folder"));
    }
}

#[test]
fn a_source_not_seen_for_long_is_stale() {
    let workspace = small_released();
    // itu is stale after 45 days: the data stay in use, and the exit code says so.
    let from = workspace.path("in");
    copy(&crate::support::small_bodies().join("unsd/sdg_global"), &from.join("unsd/sdg_global"));
    let run = workspace.expect(3, &["run", "--from", "in", "--now", "2027-01-20T02:30:00Z"]);
    assert!(run.stdout.contains("unchanged, stale"), "{}", run.stdout);
    let status = workspace.json(0, &["status", "--now", "2027-01-20T02:30:00Z"]);
    let stale = |name: &str| {
        let sets = status["data"]["data_sets"].as_array().unwrap_or_else(|| panic!("{status}"));
        sets.iter().find(|d| d["data_set"] == name).unwrap_or_else(|| panic!("{name}"))["stale"].as_bool()
    };
    assert_eq!(stale("itu/internet_use"), Some(true));
    assert_eq!(stale("unsd/sdg_global"), Some(false));
}

#[test]
fn two_runs_never_meet() {
    let workspace = with_one_indicator();
    let lock = workspace.write("data/lock", "");
    let held = std::fs::File::options().write(true).open(&lock).unwrap();
    held.lock().unwrap();
    for verb in [&["run", "--from"][..], &["pull", "--from"]] {
        let from = small_bodies();
        let run = workspace.expect(75, &[verb, &[from.as_str()]].concat());
        assert!(run.stderr.contains("another run holds the lock"), "{}", run.stderr);
    }
    workspace.expect(75, &["compute"]);
    workspace.expect(75, &["release", "prune"]);
    assert!(!workspace.path("data/observations").exists() && !workspace.path("data/current").exists());
    // Reading needs no lock.
    workspace.expect(0, &["sql", "SELECT count(*) AS n FROM areas"]);
    workspace.expect(0, &["status"]);
    workspace.expect(0, &["release", "list"]);
    held.unlock().unwrap();
    workspace.expect(0, &["run", "--from", &small_bodies()]);
}

#[test]
fn a_broken_pipe_is_no_error() {
    let workspace = Workspace::of_method();
    let mut child = workspace
        .command(&["sql", "SELECT * FROM population", "--output", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The reader goes away before the first of some millions of bytes.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.is_empty(), "{stderr}");
}
