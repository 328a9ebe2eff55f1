//! A release does not show who computed it.

use super::{Worker, compute, files, released};
use crate::nightly::different;

#[test]
fn workers_and_partitions_do_not_change_the_bytes() {
    let workspace = released();
    let alone = files(&workspace);
    let workers: Vec<Worker> = (0..4).map(|_| Worker::of(&workspace)).collect();
    for count in [1, 2, 4] {
        for partitions in ["1", "8"] {
            let urls: Vec<&str> = workers[..count].iter().map(|worker| worker.address.as_str()).collect();
            let did = compute(&workspace, &urls, &["--partitions", partitions]);
            let case = format!("{count} workers, {partitions} partitions: {did}");
            assert!(did["statements"].as_u64() > Some(3) && did["alone"] == 0 && did["workers"] == count, "{case}");
            assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new(), "{case}");
        }
    }
    let record = workspace.read("data/runs/20261124T023000Z/run.txt");
    assert!(!record.contains("worker"), "the run alone had none: {record}");
}

/// Tables in memory travelled with each part of each statement, and with checks that read all values they took all memory
/// of the machine: large ones are files of the data folder, as long as the run takes.
#[test]
fn large_tables_are_files_for_the_workers() {
    let workspace = released();
    let alone = files(&workspace);
    let worker = Worker::of(&workspace);
    super::forget(&workspace);
    let run = workspace.expect(0, &["compute", "--engine", "cluster", "--workers", &worker.address, "-vv"]);
    let stored = run.stderr.matches("a table is stored for the workers").count();
    assert!((1..20).contains(&stored), "population, and once each: {stored}");
    let left: Vec<_> = std::fs::read_dir(workspace.path("data/staging")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
}

/// A worker with another data folder would compute from other figures: it refuses, and the run goes on alone.
#[test]
fn a_worker_with_other_files_refuses() {
    let (workspace, other) = (released(), released());
    let alone = files(&workspace);
    // A file is another one where it was written at another time.
    let data = other.path("data");
    for name in crate::nightly::files(&data).keys() {
        let file = std::fs::File::options().append(true).open(data.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    let worker = Worker::of(&other);
    let did = compute(&workspace, &[&worker.address], &[]);
    assert_eq!(did["statements"], 0, "{did}");
    assert!(did["notes"].to_string().contains("E6007") && did["workers"] == 0, "{did}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
}
