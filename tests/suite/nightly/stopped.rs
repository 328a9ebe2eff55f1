//! Runs that are stopped by a signal, and runs that meet others.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{current, small, small_bodies, small_released};
use crate::support::{Run, Workspace};

fn record(workspace: &Workspace, id: &str) -> serde_json::Value {
    serde_json::from_str(&workspace.read(&format!("data/runs/{id}/run.json"))).unwrap()
}

/// SIGTERM and SIGINT left nothing in the log.
#[test]
fn a_signal_leaves_a_line_a_record_and_nothing_half_written() {
    for (signal, name) in [("-TERM", "SIGTERM"), ("-INT", "SIGINT")] {
        let workspace = small();
        // Where monitoring looks, a good run of before was the last word.
        workspace.write(
            "pipelines/job.toml",
            "[publication]\nformats = [\"csv\"]\n[notify]\nmetrics = \"yardstick.prom\"\nopenlineage = \"lineage\"\n",
        );
        workspace.write("yardstick.prom", "yardstick_run_exit_code 0\n");
        let mut command = workspace.command(&["run", "--from", &small_bodies()]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while !workspace.path("data/observations/itu").exists() {
            assert!(begun.elapsed() < Duration::from_mins(1));
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(&format!("stopped by {name}")) && !stderr.contains("could not be written"), "{stderr}");
        assert!(workspace.read("yardstick.prom").contains("yardstick_run_exit_code 1\n"));
        assert!(workspace.path("lineage/20261124T023000Z.abort.json").exists());
        let run = record(&workspace, "20261124T023000Z");
        assert_eq!((run["outcome"].as_str(), run["exit_code"].as_u64()), (Some("stopped"), Some(1)));
        assert!(!workspace.path("data/current").exists());
        let unfinished = |path: &std::path::Path| {
            let names =
                std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.filter(|name| name.starts_with(".part-")).collect::<Vec<_>>()
        };
        for folder in ["data", "data/snapshots", "data/observations/itu", "data/observations_by_hash", "data/pulls/itu"] {
            assert_eq!(unfinished(&workspace.path(folder)), Vec::<String>::new(), "{folder}");
        }
        assert_eq!(std::fs::read_dir(workspace.path("data/staging")).map_or(0, Iterator::count), 0);
        let status = workspace.expect(0, &["status"]);
        assert!(status.stdout.contains(&format!("stopped by {name}")), "{}", status.stdout);
        workspace.expect(0, &["run", "--from", &small_bodies()]);
    }
}

/// A run that met a quick `release prune` ended with exit 75 at once.
#[test]
fn a_run_waits_for_a_short_verb_and_not_for_another_run() {
    let workspace = small_released();
    let taken_for = |verb: &str| {
        let mut lock = File::options().write(true).truncate(true).open(workspace.path("data/lock")).unwrap();
        lock.lock().unwrap();
        write!(lock, "{{\"verb\":\"{verb}\",\"process\":1,\"since\":\"2026-11-24T02:29:00Z\"}}").unwrap();
        lock
    };
    let held = taken_for("release prune");
    let log = File::create(workspace.path("log")).unwrap();
    let mut waiting = workspace.command(&["run", "--from", &small_bodies()]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let begun = Instant::now();
    while !workspace.read("log").contains("waiting up to 60 seconds for `release prune`, process 1") {
        assert!(begun.elapsed() < Duration::from_mins(1) && waiting.try_wait().unwrap().is_none(), "{}", workspace.read("log"));
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(held);
    assert_eq!(waiting.wait().unwrap().code(), Some(0), "{}", workspace.read("log"));
    let _held = taken_for("run");
    let run = workspace.expect(75, &["run", "--from", &small_bodies()]);
    assert!(run.stderr.contains(": `run`, process 1, since 2026-11-24T02:29:00Z"), "{}", run.stderr);
}

#[test]
fn of_ten_starts_at_once_one_runs() {
    let workspace = small();
    let start = |_| {
        let mut command = workspace.command(&["run", "--quiet", "--from", &small_bodies()]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<_> = (0..10).map(start).collect();
    let mut ended: Vec<_> = started.into_iter().map(|child| Run::of(&child.wait_with_output().unwrap())).collect();
    ended.sort_by_key(|run| run.code);
    let codes: Vec<i32> = ended.iter().map(|run| run.code).collect();
    assert_eq!(codes, [0, 75, 75, 75, 75, 75, 75, 75, 75, 75], "{}", ended[0].stderr);
    current(&workspace);
    assert_eq!(std::fs::read_dir(workspace.path("data/runs")).unwrap().count(), 10);
}

/// What killed runs left behind stayed for ever.
#[test]
fn leftovers_of_killed_runs_are_removed_at_the_next_start() {
    let workspace = small_released();
    let left = [
        "data/.part-x1",
        "data/snapshots/.part-x2",
        "data/observations/itu/.part-x3",
        "data/observations_by_hash/.part-x4",
        "data/pulls/itu/.part-x5",
        "data/quarantine/itu/.part-x6",
        "data/staging/20261124T000000Z-00000000/values.parquet",
        "data/staging/.removed-20261123T000000Z-00000000/manifest.json",
        // Complete, and neither promoted nor refused: `status` took it for refused.
        "data/staging/.new-20261123T000000Z-00000000/manifest.json",
    ];
    for path in left {
        workspace.write(path, "x");
    }
    std::os::unix::fs::symlink("releases/x", workspace.path("data/.current")).unwrap();
    assert_eq!(workspace.json(0, &["status"])["data"]["refused"], serde_json::json!([]));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    for path in left {
        assert!(!workspace.path(path).exists(), "{path}");
    }
    // A start that finds the lock taken may be at its record: a run that took what it had begun to write ended with 1.
    let (being_written, old) = ("data/runs/20261124T023000Z/.part-x1", "data/runs/20261124T023000Z/.part-x2");
    for path in [being_written, old] {
        workspace.write(path, "x");
    }
    // So may somebody who asks be at tables that memory has no room for.
    let (in_use, left) = ("data/staging/.tables-1", "data/staging/.tables-2");
    for path in [in_use, left] {
        workspace.write(&format!("{path}/0.parquet"), "x");
    }
    let two_hours_ago = std::time::SystemTime::now() - Duration::from_hours(2);
    for path in [old, left] {
        File::open(workspace.path(path)).unwrap().set_modified(two_hours_ago).unwrap();
    }
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-26T02:30:00Z"]);
    assert!(workspace.path(being_written).exists() && !workspace.path(old).exists());
    assert!(workspace.path(in_use).exists() && !workspace.path(left).exists());
    assert!(workspace.path("data/.current").symlink_metadata().is_err());
    assert_eq!(record(&workspace, "20261125T023000Z")["retention"]["leftovers"], 10);
}

/// A run that has its record, and goes on.
fn at_work(workspace: &Workspace) -> Child {
    let child = workspace.command(&["run", "--from", &small_bodies()]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !workspace.path("data/runs/20261124T023000Z/run.json").exists() {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// A start that was locked out was newer than the run at work, which was then told as killed.
#[test]
fn a_run_at_work_is_told_as_such_though_another_was_locked_out() {
    let workspace = small();
    let mut child = at_work(&workspace);
    // It does not end before it is looked at.
    let signal = |name: &str| assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
    signal("-STOP");
    let locked = workspace.run(&["run", "--from", &small_bodies(), "--now", "2026-11-24T02:31:00Z"]);
    let status = workspace.run(&["status"]);
    signal("-CONT");
    assert!(child.wait().unwrap().success());
    assert_eq!(locked.code, 75, "{}", locked.stderr);
    assert!(status.stdout.contains("at work now") && !status.stdout.contains("did not end"), "{}", status.stdout);
    assert!(!status.stdout.contains("failing since"), "{}", status.stdout);
}

/// A run that was killed has a record that never ended.
#[test]
fn a_killed_run_is_told_by_status() {
    let workspace = small();
    let mut child = at_work(&workspace);
    let during = workspace.expect(0, &["status"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(during.stdout.contains("at work now"), "{}", during.stdout);
    let status = workspace.expect(0, &["status"]);
    assert!(status.stdout.contains("it did not end: killed"), "{}", status.stdout);
}
