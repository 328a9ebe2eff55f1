//! Programs that run beside each other: no one of them takes another for dead, stands in its way or clears away its work.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{current, small, small_bodies, small_released};
use crate::support::Workspace;

/// The lock, as another program would hold it.
fn locked_for(workspace: &Workspace, verb: &str) -> File {
    let mut lock = File::options().write(true).create(true).truncate(true).open(workspace.path("data/lock")).unwrap();
    lock.lock().unwrap();
    write!(lock, "{{\"verb\":\"{verb}\",\"process\":1,\"since\":\"2026-11-24T02:29:00Z\"}}").unwrap();
    lock
}

fn started(workspace: &Workspace, arguments: &[&str]) -> Child {
    workspace.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A second start that somebody broke off cleared away the release that the first was writing.
#[test]
fn a_start_that_is_stopped_while_it_waits_clears_nothing_away() {
    let workspace = small_released();
    let _held = locked_for(&workspace, "release prune");
    let others = ["data/staging/.new-x/values.parquet", "data/staging/.removed-y/manifest.json", "data/snapshots/.part-z"];
    for path in others {
        workspace.write(path, "x");
    }
    let child = started(&workspace, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    std::thread::sleep(Duration::from_secs(2));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("waiting up to 60 seconds") && stderr.contains("stopped by SIGTERM"), "{stderr}");
    for path in others {
        assert!(workspace.path(path).exists(), "{path}");
    }
}

/// A wrong call that somebody made while the run of the night was at work was told as the last run, which had failed.
#[test]
fn a_wrong_call_beside_a_run_is_not_the_last_run() {
    let workspace = small_released();
    let held = locked_for(&workspace, "run");
    workspace.expect(2, &["run", "--from", "nowhere", "--now", "2026-11-25T02:31:00Z"]);
    drop(held);
    let status = workspace.json(0, &["status"])["data"].take();
    assert_eq!((status["last_run"]["exit_code"].as_u64(), status["failing_since"].is_null()), (Some(0), true), "{status}");
    workspace.expect(2, &["run", "--from", "nowhere", "--now", "2026-11-25T02:32:00Z"]);
    let status = workspace.json(0, &["status"])["data"].take();
    assert_eq!(status["last_run"]["exit_code"], 2, "{status}");
}

/// `status`, which looks whether the lock is free, held it for that moment: a run that began then ended with 75.
#[test]
fn a_run_is_not_locked_out_by_who_looks() {
    let workspace = small_released();
    drop(locked_for(&workspace, "run"));
    let mut child = started(&workspace, &["compute", "--now", "2026-11-25T02:30:00Z"]);
    let looking = File::open(workspace.path("data/lock")).unwrap();
    let code = loop {
        let had = looking.try_lock_shared().is_ok();
        std::thread::sleep(Duration::from_millis(120));
        if had {
            looking.unlock().unwrap();
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(40));
    };
    assert_eq!(code, Some(0));
}

/// The lock was free before the record said how the run had ended: whoever looked then was told that it was killed.
#[test]
fn a_run_holds_the_lock_until_its_record_says_how_it_ended() {
    let workspace = small();
    let mut child = started(&workspace, &["run", "--from", &small_bodies()]);
    let (record, begun) = (workspace.path("data/runs/20261124T023000Z/run.json"), Instant::now());
    while !record.exists() {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
    let lock = File::open(workspace.path("data/lock")).unwrap();
    while lock.try_lock_shared().is_err() {
        std::thread::yield_now();
    }
    let text = std::fs::read_to_string(&record).unwrap();
    assert!(text.contains("\"outcome\": \"published\""), "{text}");
    drop(lock);
    assert!(child.wait().unwrap().success());
}

/// Who may read and not write could not look at the lock, and was told that the run at work had been killed.
#[test]
fn a_reader_sees_the_run_at_work() {
    let workspace = small_released();
    let held = locked_for(&workspace, "run");
    let record = workspace.read("data/runs/20261124T023000Z/run.json");
    let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
    (record["outcome"], record["exit_code"]) = ("running".into(), serde_json::Value::Null);
    (record["process"], record["started_at"]) = (1.into(), "2026-11-24T02:29:00Z".into());
    workspace.write("data/runs/20261124T022900Z/run.json", record.to_string());
    let root = workspace.path("");
    std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(workspace.path("data/lock"), PermissionsExt::from_mode(0o444)).unwrap();
    let mut status = workspace.command(&["status"]);
    // To root no file is closed.
    if root.metadata().unwrap().uid() == 0 {
        status.uid(65534).gid(65534);
    }
    let output = status.output().unwrap();
    drop(held);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("at work now: run of 2026-11-24T02:29:00Z"), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
}

/// With few releases kept, the one that was being published was removed under its reader, which then failed.
#[test]
fn a_release_that_is_being_published_is_not_removed() {
    let workspace = small_released();
    let first = format!("data/releases/{}/manifest.json", current(&workspace));
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    let manifest = |path: &str| File::open(workspace.path(path)).unwrap();
    let reader = manifest(&first);
    reader.lock_shared().unwrap();
    workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert!(workspace.path(&first).exists());
    drop(reader);
    workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert!(!workspace.path(&first).exists());
    // `publish` is such a reader.
    let remover = manifest("data/current/manifest.json");
    remover.lock().unwrap();
    let mut child = started(&workspace, &["publish", "--to", "store"]);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(child.try_wait().unwrap(), None);
    drop(remover);
    assert!(child.wait().unwrap().success());
}
