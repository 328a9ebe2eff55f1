//! A program that was built without workers says so, and how to build it with them.

use super::{small_bodies, with_one_indicator};

#[test]
fn asking_for_workers_says_how_to_build_them() {
    let workspace = with_one_indicator();
    let night = ["run", "--from", &small_bodies(), "--engine", "cluster", "--workers", "http://127.0.0.1:1"];
    for arguments in [&night[..], &["worker"]] {
        let run = workspace.expect(2, arguments);
        assert!(run.stderr.contains("E6001") && run.stderr.contains("the feature `cluster`"), "{}", run.stderr);
    }
    assert!(!workspace.path("data/current").exists());
}
