//! `release list / show / rollback / prune`: the releases kept, and the way back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{current, releases, small_bodies, small_released};
use crate::support::Workspace;

/// Three releases of three days.
fn three() -> (Workspace, Vec<String>) {
    let workspace = Workspace::as_prepared("three", || {
        let workspace = small_released();
        let file = "sql/indicators/1.2_broadband_affordability.sql";
        let text = workspace.read(file);
        let mut names = vec![current(&workspace)];
        for day in [25, 26] {
            workspace.write(file, text.replace("title = \"Price of", &format!("title = \"({day}) Price of")));
            workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", &format!("2026-11-{day}T02:30:00Z")]);
            names.push(current(&workspace));
        }
        assert_eq!(names, releases(&workspace));
        workspace
    });
    let names = releases(&workspace);
    assert!(names.len() == 3 && current(&workspace) == names[2], "{names:?}");
    (workspace, names)
}

fn listed(workspace: &Workspace) -> Vec<(String, bool)> {
    let list = workspace.json(0, &["release", "list"]);
    let releases = list["data"]["releases"].as_array().unwrap();
    releases.iter().map(|r| (r["id"].as_str().unwrap().to_owned(), r["current"].as_bool().unwrap())).collect()
}

#[test]
fn releases_are_listed_shown_rolled_back_and_pruned() {
    let (workspace, names) = three();
    assert_eq!(listed(&workspace), [(names[0].clone(), false), (names[1].clone(), false), (names[2].clone(), true)]);
    let shown = workspace.expect(0, &["release", "show"]);
    assert!(shown.stdout.contains(&names[2]) && shown.stdout.contains("itu/internet_use") && shown.stdout.contains("internet_use_gaps"));
    let shown = workspace.json(0, &["release", "show", &names[0]]);
    assert_eq!(shown["data"]["release"], names[0].as_str());

    workspace.expect(0, &["release", "rollback"]);
    assert_eq!(current(&workspace), names[1]);
    workspace.expect(0, &["release", "rollback", &names[0]]);
    assert_eq!(current(&workspace), names[0]);
    let run = workspace.expect(2, &["release", "rollback"]);
    assert!(run.stderr.contains("no release before the current one"), "{}", run.stderr);
    let run = workspace.expect(2, &["release", "rollback", "20261124T023000Z-0000"]);
    assert!(run.stderr.contains("no release `20261124T023000Z-0000`"), "{}", run.stderr);
    workspace.expect(2, &["release", "rollback", "2026"]);

    // The current one is kept however old it is.
    workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert_eq!(listed(&workspace), [(names[0].clone(), true), (names[2].clone(), false)]);
    assert!(workspace.path("data/current/values.parquet").exists());

    // The next run publishes again, since the workspace differs from what was rolled back to.
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", "2026-11-27T02:30:00Z"]);
    assert!(current(&workspace).starts_with("20261127T"), "{}", current(&workspace));
    assert_eq!(listed(&workspace).len(), 3);
}

#[test]
fn a_workspace_without_a_release_says_so() {
    let workspace = Workspace::of_method();
    let list = workspace.expect(0, &["release", "list"]);
    assert!(list.stdout.contains("no release yet"), "{}", list.stdout);
    for verb in [&["release", "show"][..], &["release", "rollback"]] {
        let run = workspace.expect(2, verb);
        assert!(run.stderr.contains("no release") || run.stderr.contains("there is no release"), "{}", run.stderr);
    }
}

/// What was pulled and not yet computed is in no release, but must survive.
#[test]
fn pruning_keeps_what_the_next_release_needs() {
    let workspace = small_released();
    workspace.write("in/itu/facts_and_figures/more.csv", "edition,indicator,breakdown,area,year,value,source\n2025,individuals_using_internet_pct,total,World,2025,74,test\n2025,individuals_using_internet_pct,total,Africa,2025,36,test\n");
    workspace.write(
        "pipelines/itu_reports.toml",
        workspace
            .read("pipelines/itu_reports.toml")
            .replace("name = \"facts_and_figures\"", "name = \"facts_and_figures\"\nminimum_share_of_last = 0.0"),
    );
    workspace.expect(0, &["pull", "--from", "in"]);
    workspace.expect(0, &["release", "prune", "--keep", "1"]);
    let run = workspace.run(&["compute", "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.code == 0 || run.code == 4, "exit code {}\n{}", run.code, run.stderr);
    workspace.expect(0, &["sql", "SELECT count(*) AS n FROM observations"]);
}

/// Every path below a folder; links are not followed.
fn below(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.symlink_metadata().unwrap().is_dir() {
                folders.push(path.clone());
            }
            found.insert(path);
        }
    }
    found
}

/// A release or report that could not be read counted as one that uses nothing: prune said "removed 0 releases" and
/// deleted the observation files of releases that it kept.
#[test]
fn pruning_removes_nothing_while_what_is_in_use_cannot_be_told() {
    let (workspace, names) = three();
    let aside = workspace.path("aside");
    let hidden = |name: &str| workspace.path(name).symlink_metadata().is_err();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, workspace.path(at)).unwrap();
    let refused = |place: &str, with: &dyn Fn(&str)| {
        std::fs::rename(workspace.path(place), &aside).unwrap();
        assert!(hidden(place));
        with(place);
        let before = below(&workspace.path("data"));
        let run = workspace.expect(1, &["release", "prune", "--keep", "1"]);
        assert!(run.stderr.contains("E5003") && run.stderr.contains("nothing was removed"), "{place}: {}", run.stderr);
        assert_eq!(before, below(&workspace.path("data")), "{place}");
        if !hidden(place) {
            std::fs::remove_file(workspace.path(place)).unwrap();
        }
        std::fs::rename(&aside, workspace.path(place)).unwrap();
    };
    let damaged = |place: &str| {
        workspace.write(place, "{");
    };
    let gone = |place: &str| link("/nowhere", place);
    for name in &names {
        let manifest = format!("data/releases/{name}/manifest.json");
        refused(&manifest, &damaged);
        refused(&manifest, &|_| ());
        refused(&format!("data/releases/{name}"), &damaged);
    }
    for place in ["data/releases", "data/observations/itu/internet_use.json", "data/observations/itu", "data/observations", "data/current"]
    {
        refused(place, &damaged);
        refused(place, &gone);
    }
    refused("data/observations_by_hash", &damaged);
    // Corrected: what is old goes, and what other programs leave behind is no release.
    workspace.write("data/releases/.DS_Store", "x");
    let run = workspace.expect(0, &["release", "prune", "--keep", "1"]);
    assert!(run.stdout.contains("removed 2 releases"), "{}", run.stdout);
    workspace.expect(0, &["sql", "SELECT count(*) AS n FROM observations"]);
}
