//! Publishing to a folder and to an object store: whenever it is cut, the pointer names a complete release.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use super::store::{self, Bucket, Fault, Kind, Object, SECRET};
use super::{indicator, of_one_table};
use crate::support::{Run, Workspace};

/// A small release of few files: a store sees no difference between formats.
pub(super) fn released() -> Workspace {
    Workspace::as_prepared("published", || {
        let workspace = of_one_table("KEN,2020,40,\nKEN,2023,50,\n");
        workspace.publish_little();
        indicator(&workspace, "1", "own", "\"Own\"", "", "");
        workspace.expect(0, &["run", "--from", "in"]);
        workspace
    })
}

/// The next one, of another figure.
fn revise(workspace: &Workspace, value: u32) {
    workspace.write("in/own/figures/figures.csv", format!("area,year,value,note\nKEN,2020,40,\nKEN,2023,{value},\n"));
    workspace.expect(0, &["run", "--from", "in", "--now", &format!("2026-11-24T02:31:{value}Z")]);
}

pub(super) fn current(workspace: &Workspace) -> String {
    serde_json::from_str::<Value>(&workspace.read("data/current/manifest.json")).unwrap()["release"].as_str().unwrap().to_owned()
}

/// The release that the pointer names, every file of it there with its hash; none without a pointer.
pub(super) fn complete(objects: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let pointer: Value = serde_json::from_slice(objects.get("current.json")?).unwrap();
    let path = pointer["path"].as_str().unwrap();
    let manifest = &objects[&format!("{path}manifest.json")];
    assert_eq!(blake3::hash(manifest).to_hex().as_str(), pointer["manifest"]);
    let manifest: Value = serde_json::from_slice(manifest).unwrap();
    for (name, hash) in manifest["files"].as_object().unwrap() {
        let bytes = objects.get(&format!("{path}{name}")).unwrap_or_else(|| panic!("{path}{name} is missing"));
        assert_eq!(blake3::hash(bytes).to_hex().as_str(), hash, "{name}");
    }
    Some(pointer["release"].as_str().unwrap().to_owned())
}

pub(super) fn held(bucket: &Bucket) -> BTreeMap<String, Vec<u8>> {
    bucket.objects.iter().map(|(name, object)| (name.trim_start_matches("ict/").to_owned(), object.bytes.clone())).collect()
}

pub(super) fn to_store(workspace: &Workspace, kind: Kind, address: &str, more: &[&str]) -> Command {
    let (to, environment) = kind.place(address);
    let mut arguments = vec!["publish", "--to", to];
    arguments.extend(more);
    let mut command = workspace.command(&arguments);
    command.envs(environment);
    command
}

pub(super) fn run(mut command: Command) -> Run {
    Run::of(&command.output().unwrap())
}

/// Each waits for a store that answers no more, most of the time: all at the same time.
#[test]
fn a_store_that_is_cut_anywhere_names_a_complete_release() {
    std::thread::scope(|all| {
        for kind in Kind::ALL {
            all.spawn(move || cut_anywhere(kind));
        }
    });
}

fn cut_anywhere(kind: Kind) {
    let workspace = released();
    let (address, bucket) = store::start(kind);
    let first = run(to_store(&workspace, kind, &address, &[]));
    assert_eq!(first.code, 0, "{}", first.stderr);
    let old = current(&workspace);
    assert_eq!(complete(&held(&bucket.lock().unwrap())), Some(old.clone()));
    let whole = bucket.lock().unwrap().asked.len();
    // Again: everything is there, nothing is written.
    bucket.lock().unwrap().asked.clear();
    assert_eq!(run(to_store(&workspace, kind, &address, &[])).code, 0);
    assert!(bucket.lock().unwrap().asked.iter().all(|(method, _)| method != "PUT"));
    revise(&workspace, 51);
    let new = current(&workspace);
    let before = bucket.lock().unwrap().objects.clone();
    let (workspace, old, new, before) = (&workspace, &old, &new, &before);
    std::thread::scope(|cuts| {
        for begin in 0..5 {
            cuts.spawn(move || {
                let (address, bucket) = store::start(kind);
                for cut in (begin..20).step_by(5) {
                    cut_at(cut * (whole - 1) / 19, (kind, &address, &bucket), workspace, (old, new), before);
                }
            });
        }
    });
}

/// Publishes with a store that answers so many requests, and again with one that answers all.
fn cut_at(
    left: usize,
    (kind, address, bucket): (Kind, &str, &Mutex<Bucket>),
    workspace: &Workspace,
    (old, new): (&String, &String),
    before: &BTreeMap<String, Object>,
) {
    let case = format!("{kind:?} cut behind {left} requests");
    {
        let mut bucket = bucket.lock().unwrap();
        bucket.objects = before.clone();
        bucket.left = Some(left);
    }
    let failed = run(to_store(workspace, kind, address, &[]));
    assert_ne!(failed.code, 0, "{case}");
    let silent = !failed.stderr.contains("Signature") && !failed.stderr.contains(SECRET);
    assert!(failed.stderr.contains("E5007") && silent, "{case}: {}", failed.stderr);
    let there = {
        let mut bucket = bucket.lock().unwrap();
        assert_eq!(complete(&held(&bucket)).as_ref(), Some(old), "{case}");
        bucket.left = None;
        bucket.asked.clear();
        bucket.objects.len() - before.len()
    };
    let again = run(to_store(workspace, kind, address, &[]));
    assert_eq!(again.code, 0, "{case}: {}", again.stderr);
    let bucket = bucket.lock().unwrap();
    assert_eq!(complete(&held(&bucket)).as_ref(), Some(new), "{case}");
    let written = bucket.asked.iter().filter(|(method, name)| method == "PUT" && !name.ends_with("current.json")).count();
    assert_eq!(written, bucket.objects.len() - before.len() - there, "{case}: what was there is not sent again");
    let last = bucket.asked.iter().rposition(|(method, _)| method == "PUT").unwrap();
    assert!(bucket.asked[last].1.ends_with("current.json"), "{case}: the pointer comes last");
}

#[test]
fn two_publishers_do_not_overwrite_each_other() {
    for kind in Kind::ALL {
        let workspace = released();
        let (address, bucket) = store::start(kind);
        bucket.lock().unwrap().rival = Some(b"{}".to_vec());
        let lost = run(to_store(&workspace, kind, &address, &[]));
        assert!(lost.code != 0 && lost.stderr.contains("was changed meanwhile"), "{}", lost.stderr);
        assert_eq!(bucket.lock().unwrap().objects["ict/current.json"].bytes, b"{}");
        // What is no pointer of ours is left alone.
        let refused = run(to_store(&workspace, kind, &address, &[]));
        assert!(refused.code != 0 && refused.stderr.contains("no pointer of ours"), "{}", refused.stderr);
    }
}

/// The pointer was asked for once more, under a condition that it no longer met, and another publisher was blamed.
#[test]
fn an_answer_that_is_lost_is_no_failure() {
    for kind in Kind::ALL {
        let workspace = released();
        let (address, bucket) = store::start(kind);
        bucket.lock().unwrap().fault = Some(Fault::BreaksBehindThePointer);
        let told = run(to_store(&workspace, kind, &address, &[]));
        assert_eq!(told.code, 0, "{}", told.stderr);
        let bucket = bucket.lock().unwrap();
        let pointers = bucket.asked.iter().filter(|(method, name)| method == "PUT" && name.ends_with("current.json")).count();
        assert!(pointers == 2 && bucket.fault.is_none(), "{pointers}");
    }
}

#[test]
fn old_releases_leave_by_rule() {
    let workspace = released();
    let mut made = vec![current(&workspace)];
    let stores = Kind::ALL.map(|kind| (kind, store::start(kind)));
    for (kind, (address, _)) in &stores {
        assert_eq!(run(to_store(&workspace, *kind, address, &["--keep", "2"])).code, 0);
    }
    for value in [51, 52, 53] {
        revise(&workspace, value);
        made.push(current(&workspace));
        for (kind, (address, bucket)) in &stores {
            let told = run(to_store(&workspace, *kind, address, &["--keep", "2"]));
            assert_eq!(told.code, 0, "{}", told.stderr);
            let objects = held(&bucket.lock().unwrap());
            assert_eq!(complete(&objects), made.last().cloned());
            for (age, release) in made.iter().rev().enumerate() {
                let there = objects.keys().filter(|name| name.starts_with(&format!("releases/{release}/"))).count();
                assert_eq!(there > 0, age < 2, "{release}: {there} files");
            }
        }
    }
}

fn files(root: &std::path::Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_folder_whose_publisher_is_killed_names_a_complete_release() {
    // Of all formats, so that there is time to kill it.
    let workspace = of_one_table("KEN,2020,40,\nKEN,2023,50,\n");
    indicator(&workspace, "1", "own", "\"Own\"", "", "");
    workspace.expect(0, &["run", "--from", "in"]);
    let target = workspace.path("web root");
    let to = target.to_string_lossy().into_owned();
    let publish = ["publish", "--to", &to];
    workspace.expect(0, &publish);
    let old = current(&workspace);
    assert_eq!(complete(&files(&target)), Some(old.clone()));
    revise(&workspace, 51);
    let new = current(&workspace);
    for step in 0..20 {
        let mut running =
            workspace.command(&publish).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(15 * step));
        let _ = running.kill();
        running.wait().unwrap();
        let named = complete(&files(&target));
        assert!(named == Some(old.clone()) || named == Some(new.clone()), "{named:?}");
    }
    workspace.expect(0, &publish);
    assert_eq!(complete(&files(&target)), Some(new));
    assert!(!files(&target).keys().any(|name| name.contains(".part-")), "half files stay: {:?}", files(&target).keys());
    // A file that was damaged there is sent again.
    let damaged = files(&target).into_keys().find(|name| name.ends_with("values.parquet") && name.contains(&current(&workspace))).unwrap();
    std::fs::write(target.join(&damaged), "x").unwrap();
    workspace.expect(0, &publish);
    assert!(complete(&files(&target)).is_some());
}

/// Releases were removed by `--keep`, and a published one was copied into the current release.
#[test]
fn nothing_is_published_into_the_data_folder() {
    let workspace = released();
    let before = files(&workspace.path("data"));
    for to in ["data", "data/current", "data/site/of/today", "file://data"] {
        let run = workspace.expect(2, &["publish", "--to", to, "--keep", "1"]);
        assert!(run.stderr.contains("lies in the data folder, which is the program's own"), "{}", run.stderr);
    }
    assert!(files(&workspace.path("data")) == before, "the data folder has changed");
}

/// Without a data folder it ended with 1, as if the disk had failed.
#[test]
fn without_a_release_there_is_nothing_to_publish() {
    let workspace = Workspace::of_method();
    let run = workspace.expect(2, &["publish", "--to", "store"]);
    assert!(run.stderr.contains("no release yet"), "{}", run.stderr);
    workspace.write("a file", "");
    for verb in ["run", "status"] {
        let run = workspace.expect(2, &[verb, "--data", "a file"]);
        assert!(run.stderr.contains("a file: not a folder"), "{verb}: {}", run.stderr);
    }
}
