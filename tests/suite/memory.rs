//! One setting bounds the memory of every part: what does not fit goes on on disk with the same results, or is refused
//! with a code that names the setting.

use crate::support::{Run, Workspace};

/// The rows of a large table are parts of one buffer, which is there once: counted with each part, this is 300 MiB.
#[test]
fn a_buffer_is_counted_once() {
    let workspace = Workspace::of_method();
    let all = "SELECT ref_area, time_period, persons FROM population";
    let run = workspace.expect(0, &["sql", all, "--memory-mib", "64", "--output", "csv"]);
    assert!(run.stdout.lines().count() > 150_000);
}

/// A sum for each of many keys that is larger than what it may use goes on on disk, and gives the same bytes.
#[test]
fn a_statement_larger_than_its_memory() {
    let workspace = Workspace::of_method();
    let sums = "SELECT substr(k, 1, 1) AS k, count(*) AS n, sum(p) AS p FROM (
        SELECT repeat(ref_area || sex || age || urbanisation || time_period, 15) AS k, sum(persons / 3.0) AS p
        FROM population GROUP BY 1) GROUP BY 1 ORDER BY 1";
    let run = |mib: &str| workspace.expect(0, &["sql", sums, "--memory-mib", mib, "--output", "csv", "-vv"]);
    let (small, large) = (run("64"), run("4096"));
    assert_eq!(small.stdout, large.stdout);
    assert!(small.stdout.lines().count() > 20, "{}", small.stdout);
    assert!(small.stderr.contains("goes on on disk"), "{}", small.stderr);
    assert!(!large.stderr.contains("goes on on disk"), "{}", large.stderr);
    assert_eq!(std::fs::read_dir(workspace.path("data")).map_or(0, Iterator::count), 0, "files are gone");
}

/// The flag comes before the environment, and both before the file of the job.
#[test]
fn where_memory_is_set() {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/job.toml", "[limits]\nmemory_mib = 64\n");
    let held = "SELECT cardinality(array_agg(a.persons)) AS n FROM population AS a, areas AS b";
    let run = workspace.expect(2, &["sql", held]);
    let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["E3022", "not enough memory", "--memory-mib, YARDSTICK_MEMORY_MIB, or `memory_mib` under [limits]"] {
        assert!(told.contains(words), "{}", run.stderr);
    }
    let long = "SELECT repeat(ref_area, 100) AS t FROM population";
    let limit = |run: Run| {
        assert_eq!(run.code, 2, "{}", run.stderr);
        let told = run.stderr.split("E3021: the result is larger than ").nth(1).and_then(|text| text.split(' ').next()).unwrap_or_default();
        told.to_owned()
    };
    let with = |arguments: &[&str]| Run::of(workspace.command(arguments).env("YARDSTICK_MEMORY_MIB", "66").output().unwrap());
    assert_eq!(limit(workspace.run(&["sql", long])), "32");
    assert_eq!(limit(with(&["sql", long])), "33");
    assert_eq!(limit(with(&["sql", long, "--memory-mib", "68"])), "34");
    workspace.write("pipelines/job.toml", "[limits]\nmemory_mib = 1\n");
    let wrong = workspace.expect(2, &["check"]);
    assert!(wrong.stdout.contains("pipelines/job.toml:2:") && wrong.stdout.contains("must be from 64"), "{}", wrong.stdout);
}
