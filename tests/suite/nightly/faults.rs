//! Faults around the nightly job, from its disk to its terminal: what must go on, and what must not pass as good.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use super::{current, small_bodies, small_released, with_one_indicator};
use crate::support::{parquet, rows};

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// A pipe whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A log line that could not be written ended in a panic: exit 1, nothing promoted.
#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    for stderr in [full, closed] {
        let workspace = with_one_indicator();
        let run = workspace.command(&["run", "--verbose", "--from", &small_bodies()]).stderr(stderr()).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stdout));
        current(&workspace);
    }
}

/// Exit 1 says that nothing was promoted; it was given by a run whose report could not be written.
#[test]
fn the_outcome_of_a_run_is_its_exit_code_whoever_reads_the_report() {
    let workspace = with_one_indicator();
    let run = workspace.command(&["run", "--from", &small_bodies()]).stdout(full()).output().unwrap();
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("the output cannot be written"), "{stderr}");
    current(&workspace);
    // Where the output is the result, its loss is a failure; a reader that has seen enough is none.
    let query = ["sql", "SELECT ref_area FROM areas"];
    assert_eq!(workspace.command(&query).stdout(full()).output().unwrap().status.code(), Some(1));
    assert_eq!(workspace.command(&query).stdout(closed()).output().unwrap().status.code(), Some(0));
}

/// A damaged file was told as a fault of the query, without its path.
#[test]
fn a_damaged_file_is_named_and_not_the_query() {
    let workspace = small_released();
    let data = workspace.path("data");
    for (name, bytes) in super::files(&data) {
        if name.starts_with("observations") && name.ends_with(".parquet") {
            std::fs::write(data.join(name), &bytes[..bytes.len() / 2]).unwrap();
        }
    }
    let count = ["sql", "SELECT count(*) > 0 AS any FROM observations", "--output", "csv"];
    for verb in [&count[..], &["preview", "2.1", "--area", "KEN"]] {
        let run = workspace.expect(1, verb);
        for words in ["E5004: cannot read `", "/data/observations_by_hash/", ".parquet`: Parquet error", "`yardstick run`"] {
            assert!(run.stderr.contains(words), "{verb:?}: {}", run.stderr);
        }
    }
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    assert_eq!(workspace.expect(0, &count).stdout, "any\ntrue\n");
}

/// The engine took `[`, `*` and `?` in the path of the data folder for a pattern, and what is not UTF-8 for other
/// characters: it found no file, and nothing was published, with exit 0.
#[test]
fn the_data_folder_may_have_any_name() {
    let plain = {
        let workspace = with_one_indicator();
        workspace.expect(0, &["run", "--from", &small_bodies()]);
        workspace.release("values.parquet")
    };
    for name in [&b"da[t]a * what? {x} 100%25 #"[..], b"daten \xe4\xff"] {
        let workspace = with_one_indicator();
        let data = workspace.root.path().join(OsStr::from_bytes(name));
        let run = workspace.command(&["run", "--from", &small_bodies(), "--data"]).arg(&data).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        assert!(parquet(&data.join("current/values.parquet")) == plain, "other values in {}", data.display());
        let query =
            ["sql", "SELECT count(*) > 1000 AS many FROM observations, (SELECT count(*) AS n FROM indicator_values) AS v WHERE v.n > 1000"];
        let run = workspace.command(&query).args(["--output", "csv", "--data"]).arg(&data).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stdout), "many\ntrue\n", "{}", String::from_utf8_lossy(&run.stderr));
        let run = workspace.command(&["explain", "internet_use", "--area", "KEN", "--year", "2020", "--data"]).arg(&data).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        // A wrong command line with such a name is wrong use, no panic.
        let run = workspace.command(&["run", "--no-such-option", "--data"]).arg(&data).output().unwrap();
        assert_eq!(run.status.code(), Some(2));
    }
}

/// Whatever keeps observations from the engine, they were published as if the provider had none.
#[test]
fn observations_that_the_engine_does_not_see_are_not_published_as_absent() {
    let workspace = small_released();
    let good = current(&workspace);
    let report = "data/observations/itu/internet_use.json";
    let mut more: serde_json::Value = serde_json::from_str(&workspace.read(report)).unwrap();
    let normalised = more["counts"]["observations"].as_u64().unwrap();
    more["counts"]["observations"] = (normalised + 1).into();
    workspace.write(report, more.to_string());
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    let night = ["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"];
    let run = workspace.expect(1, &night);
    let says = format!("itu/internet_use: {} observations normalised, {normalised} seen", normalised + 1);
    assert!(run.stderr.contains("E5002") && run.stderr.contains(&says), "{}", run.stderr);
    assert_eq!(current(&workspace), good);
    // As the hint says.
    for extension in ["json", "parquet"] {
        std::fs::remove_file(workspace.path(format!("data/observations/itu/internet_use.{extension}"))).unwrap();
    }
    workspace.expect(0, &night);
    assert_ne!(current(&workspace), good);
}

/// One read error in one night held an indicator at its last good values for ever: since no input changed, every later
/// night had nothing to do.
#[test]
fn what_is_held_is_tried_again_though_no_input_changes() {
    let workspace = small_released();
    let degraded = current(&workspace);
    let path = format!("data/releases/{degraded}/manifest.json");
    // The release as a read error leaves it.
    let mut manifest: serde_json::Value = serde_json::from_str(&workspace.read(&path)).unwrap();
    manifest["indicators"]["internet_use"]["status"] = "held".into();
    manifest["indicators"]["internet_use"]["note"] = "Input/output error (os error 5)".into();
    workspace.write(&path, manifest.to_string());
    let run = workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    assert!(!run.stdout.contains("nothing to do"), "{}", run.stdout);
    assert_ne!(current(&workspace), degraded);
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    assert_eq!(manifest["indicators"]["internet_use"]["status"], "computed");
    assert!(!rows(&workspace.release("values.parquet"), &[("indicator", "internet_use")]).is_empty());
    let run = workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-26T02:30:00Z"]);
    assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
}
