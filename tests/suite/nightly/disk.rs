//! Our own disk: damage that is found by hash, errors that end the run with their path, permissions, and the order in
//! which files are brought to the disk.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{current, files, small_bodies, small_released, with_one_indicator};
use crate::support::Workspace;

const NEXT: &str = "2026-11-25T02:30:00Z";

/// The file by hash of a data set.
fn by_hash(workspace: &Workspace, set: &str) -> PathBuf {
    let report: serde_json::Value = serde_json::from_str(&workspace.read(&format!("data/observations/{set}.json"))).unwrap();
    workspace.path(format!("data/observations_by_hash/{}.parquet", report["hash"].as_str().unwrap()))
}

fn cut(path: &Path) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(100).unwrap();
}

/// The two copies were hard links to one inode: one damage hit both, and every later night ended with exit 1 and no path.
#[test]
fn a_cut_observation_file_is_made_anew_from_the_other_copy_or_the_snapshot() {
    let workspace = small_released();
    let (at_hand, kept) = (workspace.path("data/observations/itu/internet_use.parquet"), by_hash(&workspace, "itu/internet_use"));
    assert_ne!(at_hand.metadata().unwrap().ino(), kept.metadata().unwrap().ino(), "each copy has bytes of its own");
    let good = std::fs::read(&kept).unwrap();
    let whole = |what: &str| {
        assert!(std::fs::read(&kept).unwrap() == good && std::fs::read(&at_hand).unwrap() == good, "{what}");
    };
    for paths in [&[&kept][..], &[&at_hand], &[&at_hand, &kept]] {
        for path in paths {
            cut(path);
        }
        let run = workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NEXT]);
        assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
        whole("from the other copy, or from the snapshot");
    }
    // Where the source gives nothing tonight, what stays in use must be whole all the same.
    workspace.write("in/itu/internet_use/internet_use.csv", "");
    for path in [&at_hand, &kept] {
        cut(path);
    }
    workspace.expect(3, &["run", "--from", "in", "--now", NEXT]);
    whole("though the source failed");
    // Nothing to make it of: the run ends, and says of what file.
    for path in [&at_hand, &kept] {
        cut(path);
    }
    std::fs::remove_dir_all(workspace.path("data/snapshots")).unwrap();
    let before = current(&workspace);
    let run = workspace.expect(1, &["run", "--from", "in", "--now", NEXT]);
    assert!(run.stderr.contains("E5005") && run.stderr.contains(&*kept.to_string_lossy()), "{}", run.stderr);
    assert_eq!(current(&workspace), before);
    // As it says.
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NEXT]);
    whole("pulled again");
}

/// A report that was lost or cut opened every gate, without a word: half of the rows took the place of all.
#[test]
fn a_lost_report_opens_no_gate() {
    let workspace = small_released();
    let before = current(&workspace);
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    let text = std::fs::read_to_string(crate::support::small_bodies().join(body)).unwrap();
    let half: Vec<&str> = text.lines().take(text.lines().count() / 2).collect();
    workspace.write(&format!("in/{body}"), half.join("\n") + "\n");
    let (report, observations) = ("data/observations/itu/network_coverage.json", "data/observations/itu/network_coverage.parquet");
    let (pull, good) = ("data/pulls/itu/network_coverage.json", workspace.read(report));
    let refused = |night: &str, told: &str| {
        let run = workspace.expect(3, &["run", "--from", "in", "--now", night]);
        assert!(run.stderr.contains("E2014") && run.stderr.contains(told), "{}", run.stderr);
    };
    let anew = "made anew from the bodies of the last pull";
    std::fs::remove_file(workspace.path(report)).unwrap();
    refused("2026-11-25T02:30:00Z", anew);
    assert_eq!(workspace.read(report), good);
    cut(&workspace.path(report));
    refused("2026-11-26T02:30:00Z", anew);
    std::fs::remove_file(workspace.path(observations)).unwrap();
    refused("2026-11-27T02:30:00Z", anew);
    assert_eq!(current(&workspace), before);
    // Without the record of the pull, what is at hand is counted.
    std::fs::remove_file(workspace.path(report)).unwrap();
    std::fs::remove_file(workspace.path(pull)).unwrap();
    refused("2026-11-28T02:30:00Z", "only its observations are counted");
}

/// An error of our own disk counted as a failed source: exit 3, and the rest was promoted.
#[test]
fn an_error_of_our_own_disk_ends_the_run_with_its_path() {
    for place in ["data/observations/itu", "data/quarantine/itu", "data/pulls/itu", "data/snapshots", "data/observations_by_hash"] {
        let workspace = with_one_indicator();
        workspace.write(place, "a file where a folder should be");
        let run = workspace.expect(1, &["run", "--from", &small_bodies()]);
        let path = workspace.path(place);
        assert!(run.stderr.contains("E5004") && run.stderr.contains(&*path.to_string_lossy()), "{place}: {}", run.stderr);
        assert!(!workspace.path("data/current").exists(), "{place}");
    }
}

/// A damaged current release was removed before the new one stood: readers found nothing, and a kill left nothing.
#[test]
fn a_release_that_is_made_again_in_the_same_second_gets_another_name() {
    let workspace = small_released();
    let first = current(&workspace);
    for number in 2..4 {
        std::fs::write(workspace.path("data/current/values.parquet"), "PAR1").unwrap();
        workspace.expect(0, &["run", "--from", &small_bodies()]);
        assert_eq!(current(&workspace), format!("{first}-{number}"));
        assert!(workspace.path(format!("data/releases/{first}/manifest.json")).exists());
    }
    // The name of the first is that of the first alone.
    let shown = workspace.json(0, &["release", "show", &first]);
    assert_eq!(shown["data"]["release"], first.as_str());
}

/// Where the current release is damaged, the gates compare with the newest that is sound, not with nothing.
#[test]
fn a_damaged_release_does_not_open_the_gates() {
    let workspace = small_released();
    let first = current(&workspace);
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NEXT]);
    let second = current(&workspace);
    std::fs::write(workspace.path("data/current/values.parquet"), "PAR1").unwrap();
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-26T02:30:00Z"]);
    let previous = || {
        let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
        manifest["previous"].as_str().map(str::to_owned)
    };
    assert_eq!(previous().as_ref(), Some(&first));
    // A pointer that leads nowhere was taken for a first night.
    std::fs::remove_file(workspace.path("data/current/manifest.json")).unwrap();
    std::fs::remove_dir_all(workspace.path("data/releases").join(second)).unwrap();
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-27T02:30:00Z"]);
    assert_eq!(previous(), Some(first));
}

/// Rows that were set aside were counted, and nobody could read them any more.
#[test]
fn rows_set_aside_that_were_lost_are_made_anew() {
    let workspace = small_released();
    let count = ["sql", "--output", "csv", "SELECT count(*) AS n FROM quarantine"];
    let rows = workspace.expect(0, &count).stdout;
    let folder = workspace.path("data/quarantine/itu");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    std::fs::write(&files[0], "PAR1").unwrap();
    std::fs::remove_file(&files[1]).unwrap();
    let run = workspace.expect(0, &["compute", "--now", NEXT]);
    assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
    assert_eq!(workspace.expect(0, &count).stdout, rows);
    assert!(files.iter().all(|path| path.exists()));
}

/// Files were forced to 0644 and folders were not: unreadable with umask 077, writable by all with 000.
#[test]
fn permissions_follow_the_umask_for_files_and_folders_alike() {
    for (umask, readable_by, file, folder) in
        [("077", None, 0o600, 0o700), ("022", None, 0o644, 0o755), ("077", Some("all"), 0o644, 0o755), ("027", Some("group"), 0o640, 0o750)]
    {
        let workspace = with_one_indicator();
        if let Some(readers) = readable_by {
            // Once with the files of every format.
            let formats = if readers == "all" { "" } else { "[publication]\nformats = [\"csv\"]\n" };
            workspace.write("pipelines/job.toml", format!("{formats}[files]\nreadable_by = \"{readers}\"\n"));
        }
        let call = workspace.command(&["run", "--quiet", "--from", &small_bodies()]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(call.get_program()).args(call.get_args());
        shell.current_dir(workspace.root.path()).env("YARDSTICK_NOW", crate::support::NOW);
        let run = shell.output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        // What a short verb writes too.
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$0\" release pin")]).arg(call.get_program());
        assert!(shell.current_dir(workspace.root.path()).status().unwrap().success());
        let mut folders = vec![workspace.path("data")];
        while let Some(path) = folders.pop() {
            let found = path.symlink_metadata().unwrap();
            if found.is_symlink() {
                continue;
            }
            let wanted = if found.is_dir() { folder } else { file };
            assert_eq!(found.permissions().mode() & 0o777, wanted, "umask {umask}: {}", path.display());
            if found.is_dir() {
                folders.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }
    let workspace = with_one_indicator();
    workspace.write("pipelines/job.toml", "[files]\nreadable_by = \"al\"\n");
    let run = workspace.expect(2, &["check"]);
    let told = run.stdout + &run.stderr;
    assert!(told.contains("pipelines/job.toml:2:") && told.contains("did you mean `all`?"), "{told}");
}

/// `check` hung on a pipe, and memory filled with a device.
#[test]
fn only_regular_files_of_a_workspace_are_read() {
    for place in [
        "sql/indicators/9_pipe.sql",
        "pipelines/pipe.toml",
        "pipelines/job.toml",
        "pipelines/corrections/pipe.toml",
        "pipelines/reference/areas.csv",
        "pipelines/reference/codelists.csv",
        "sql/checks/pipe.sql",
        "sql/defaults.toml",
        "sql/tests/2.1/pipe/observations.csv",
    ] {
        let workspace = with_one_indicator();
        let path = workspace.path(place);
        let _ = std::fs::remove_file(&path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if place.ends_with("areas.csv") {
            std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        } else {
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        }
        let run = workspace.run(&["check"]);
        let told = run.code == 2 && (run.stdout + &run.stderr).contains("no regular file");
        // The code lists are read by nothing that checks.
        assert!(told || place.ends_with("codelists.csv"), "{place}: {}", run.code);
    }
}

/// Folders were never synced, and the mode was set after the rename. Seen from outside, where a tracer is at hand.
#[test]
fn what_is_written_reaches_the_disk_in_order() {
    let workspace = with_one_indicator();
    workspace.publish_all();
    let log = workspace.path("trace");
    let call = workspace.command(&["run", "--quiet", "--threads", "1", "--from", &small_bodies()]);
    let mut tracer = Command::new("strace");
    tracer.args(["-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,symlink,symlinkat", "-o"]).arg(&log);
    tracer.arg(call.get_program()).args(call.get_args()).current_dir(workspace.root.path()).env("YARDSTICK_NOW", crate::support::NOW);
    let Ok(run) = tracer.output() else { return crate::support::skipped("strace") };
    if run.status.code() != Some(0) {
        return crate::support::skipped("a strace that may trace");
    }
    let trace = std::fs::read_to_string(&log).unwrap();
    let data = std::fs::canonicalize(workspace.path("data")).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let synced = |path: &Path, after: usize| {
        let name = format!("<{}>", path.display());
        lines.iter().enumerate().skip(after).find(|(_, line)| line.contains("sync(") && line.contains(&name)).map(|(place, _)| place)
    };
    let id = current(&workspace);
    let (staged, release) = (data.join("staging").join(format!(".new-{id}")), data.join("releases").join(&id));
    let renamed = |to: &Path| {
        let name = format!("\"{}\"", to.display());
        lines.iter().position(|line| line.contains("rename") && line.contains(&name)).unwrap_or_else(|| panic!("{}", to.display()))
    };
    let moved = renamed(&release);
    // Files and folders of the release, then its manifest, then its place, then the pointer, then the folder of that.
    let manifest = renamed(&staged.join("manifest.json"));
    for name in files(&release).keys().filter(|name| *name != "manifest.json") {
        let file = staged.join(name);
        for path in [file.as_path(), file.parent().unwrap()] {
            assert!(synced(path, 0).is_some_and(|place| place < manifest), "{} is synced before the manifest", path.display());
        }
    }
    assert!(synced(&staged, manifest).is_some_and(|place| place < moved));
    let pointer = renamed(&data.join("current"));
    assert!(synced(&data.join("releases"), moved).is_some_and(|place| place < pointer));
    assert!(synced(&data, pointer).is_some());
    assert!(synced(&data.join("journal.jsonl"), 0).is_some());
    // Every other rename is followed by a sync of its folder.
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("rename") && !line.contains("resumed")) {
        let Some(to) = line.split('"').nth(3) else { continue };
        let folder = Path::new(to).parent().unwrap();
        assert!(synced(folder, place).is_some(), "no sync of {} after {line}", folder.display());
    }
    std::fs::set_permissions(&log, Permissions::from_mode(0o600)).unwrap();
}
