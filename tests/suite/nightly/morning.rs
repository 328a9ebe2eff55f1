//! The morning after: every kind of night is read from its record and from `status` alone.

use serde_json::Value;

use super::{current, small_bodies, small_released, with_one_indicator};
use crate::support::{Workspace, copy};

const NIGHT: [&str; 4] = ["2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z", "2026-11-27T02:30:00Z", "2026-11-28T02:30:00Z"];

const ALWAYS: &str = "/*---
id = \"always\"
title = \"Never in order\"
severity = \"error\"
---*/
SELECT '' AS indicator, 'the row that fails' AS detail
";

fn status(workspace: &Workspace) -> Value {
    workspace.json(0, &["status", "--now", NIGHT[3]])["data"].take()
}

fn text(workspace: &Workspace, night: &str) -> String {
    workspace.read(&format!("data/runs/{}/run.txt", night.replace(['-', ':'], "")))
}

#[test]
fn a_refused_release_is_read_and_let_pass_from_what_status_says() {
    let workspace = small_released();
    let good = current(&workspace);
    workspace.write("sql/checks/always.sql", ALWAYS);
    workspace.expect(4, &["run", "--from", &small_bodies(), "--now", NIGHT[0]]);
    let now = status(&workspace);
    assert_eq!((now["last_run"]["outcome"].as_str(), now["last_run"]["exit_code"].as_u64()), (Some("refused"), Some(4)));
    assert_eq!(now["failing_since"], NIGHT[0]);
    let refused = &now["refused"][0];
    assert_eq!(refused["checks"], serde_json::json!([["always", 1]]));
    let staged = refused["release"].as_str().unwrap().to_owned();
    assert!(text(&workspace, NIGHT[0]).contains(&staged) && text(&workspace, NIGHT[0]).contains(&format!("in use: release {good}")));
    let shown = workspace.expect(0, &["status"]);
    assert!(shown.stdout.contains("always (1 row)") && shown.stdout.contains("yardstick run --accept always"), "{}", shown.stdout);
    // What it says to type.
    let look: Vec<&str> = refused["look"].as_str().unwrap().split(' ').skip(1).collect();
    let rows = workspace.expect(0, &look);
    assert!(rows.stdout.contains("the row that fails"), "{}", rows.stdout);
    assert!(workspace.expect(0, &["checks", "--failed"]).stdout.contains("the row that fails"));
    assert!(workspace.expect(0, &["release", "show", &staged]).stdout.contains(&staged));
    let query = ["sql", "--release", &staged, "--output", "csv", "SELECT result FROM checks WHERE id = 'always'"];
    assert_eq!(workspace.expect(0, &query).stdout, "result\nfailed\n");
    assert_eq!(workspace.expect(0, &["sql", "--output", "csv", "SELECT count(*) AS n FROM checks WHERE id = 'always'"]).stdout, "n\n0\n");
    assert!(workspace.expect(0, &["release", "list"]).stdout.contains("refused"));
    workspace.expect(2, &["release", "rollback", &staged]);
    let accept: Vec<&str> = refused["accept"].as_str().unwrap().split(' ').skip(1).collect();
    workspace.expect(0, &[&accept[..], &["--from", &small_bodies(), "--now", NIGHT[1]]].concat());
    let now = status(&workspace);
    assert_eq!((&now["failing_since"], now["refused"].as_array().map(Vec::len)), (&Value::Null, Some(0)));
    assert_ne!(current(&workspace), good);
}

/// A release that a gate refused after a night with the clock ahead was shown by nothing until that day.
#[test]
fn a_refused_release_is_told_though_the_clock_was_ahead() {
    let workspace = small_released();
    let always = workspace.write("sql/checks/always.sql", ALWAYS);
    workspace.expect(4, &["run", "--from", &small_bodies(), "--now", "2026-12-30"]);
    std::fs::remove_file(&always).unwrap();
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-12-20"]);
    workspace.write("sql/checks/always.sql", ALWAYS);
    workspace.expect(4, &["run", "--from", &small_bodies(), "--now", NIGHT[0]]);
    let now = status(&workspace);
    let refused = now["refused"].as_array().unwrap();
    assert_eq!((refused.len(), refused[0]["created_at"].as_str()), (1, Some(NIGHT[0])), "{now}");
    let shown = workspace.json(0, &["checks", "--failed", "--now", NIGHT[3]]);
    assert_eq!(shown["data"]["release"], refused[0]["release"]);
    // One that cannot be read hides nothing else.
    let staged = refused[0]["release"].as_str().unwrap();
    workspace.write(&format!("data/staging/{staged}/checks.parquet"), "PAR1");
    workspace.write("data/current/values.parquet", "PAR1");
    let shown = workspace.expect(0, &["status", "--now", NIGHT[3]]).stdout;
    assert!(shown.contains("refused by a gate") && shown.matches("damaged: ").count() == 2, "{shown}");
}

/// The last run was told by its clock: one of a night with another clock was not seen.
#[test]
fn the_last_run_is_the_last_one_though_the_clock_was_set_back() {
    let workspace = small_released();
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-01T02:30:00Z"]);
    let now = status(&workspace);
    assert_eq!(now["last_run"]["started_at"], "2026-11-01T02:30:00Z");
    // A wrong call takes no lock, and counts by its clock.
    workspace.expect(2, &["run", "--from", "nowhere", "--now", NIGHT[0]]);
    assert_eq!(status(&workspace)["last_run"]["started_at"], NIGHT[0]);
}

/// After one night with the clock ahead a schedule had not come round for years, ages were below zero, and each real night's
/// release and record was the oldest, so that the next night removed it.
#[test]
fn one_night_with_the_clock_ahead() {
    let workspace = small_released();
    workspace.write("pipelines/job.toml", "[publication]\nformats = []\n[retention]\nreleases = 2\nruns = 3\n");
    let file = "sql/indicators/2.1_internet_use.sql";
    let text = workspace.read(file);
    for (night, now) in ["2036-11-02", "2036-11-03", "2026-11-25", "2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z"].into_iter().enumerate() {
        workspace.write(file, text.replace("title = \"", &format!("title = \"({night}) ")));
        workspace.expect(0, &["run", "--quiet", "--due", "--from", &small_bodies(), "--now", now]);
        let pull: Value = serde_json::from_str(&workspace.read("data/pulls/itu/internet_use.json")).unwrap();
        assert!(pull["checked_at"].as_str().unwrap().starts_with(&now[..10]), "asked on {now}: {}", pull["checked_at"]);
    }
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(workspace.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()[..8].to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("data/releases"), ["20261126", "20261127"]);
    assert_eq!(names("data/runs"), ["20261125", "20261126", "20261127"]);
    workspace.expect(0, &["diff"]);
    workspace.expect(0, &["release", "rollback"]);
    // A data set that is not asked since then has no age, rather than one below zero.
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", "2036-11-02"]);
    let status: Value = serde_json::from_str(&workspace.expect(0, &["--format", "json", "status"]).stdout).unwrap();
    assert!(status["data"]["data_sets"].as_array().unwrap().iter().all(|set| set["age_days"].as_i64().is_none_or(|age| age >= 0)));
}

#[test]
fn a_source_that_fails_is_told_with_the_night_since_when() {
    let workspace = small_released();
    workspace.write("bad/itu/internet_use/internet_use.csv", "<!DOCTYPE html><html><body>moved</body></html>");
    for night in &NIGHT[..2] {
        let run = workspace.expect(3, &["run", "--from", "bad", "--now", night]);
        assert!(run.stdout.contains("degraded: itu/internet_use failed"), "{}", run.stdout);
    }
    let now = status(&workspace);
    let set = now["data_sets"].as_array().unwrap().iter().find(|set| set["data_set"] == "itu/internet_use").unwrap().clone();
    assert_eq!(set["last_attempt"]["time"], NIGHT[1]);
    assert_eq!(set["last_attempt"]["failing_since"], NIGHT[0]);
    assert_eq!(set["last_success"], "2026-11-24T02:30:00Z");
    let shown = workspace.expect(0, &["status", "--now", NIGHT[3]]);
    assert!(shown.stdout.contains(&format!("itu/internet_use has failed since {}", NIGHT[0])), "{}", shown.stdout);
    assert!(
        text(&workspace, NIGHT[1]).contains("asked again by the next run, with `--due` when `yardstick status` says: itu/internet_use")
    );
    // A body that arrived and may not be used is remembered as such.
    let journal = workspace.read("data/journal.jsonl");
    assert!(
        journal.lines().any(|line| line.contains("\"refused\"") && line.contains("internet_use.csv") && line.contains(NIGHT[1])),
        "{journal}"
    );
}

#[test]
fn what_fails_before_it_begins_has_a_record_too() {
    let workspace = small_released();
    let file = "sql/indicators/2.1_internet_use.sql";
    let good = workspace.read(file);
    workspace.write(file, good.replace("rollup = \"weighted_mean\"", "rollup = \"wieghted_mean\""));
    workspace.expect(2, &["run", "--from", &small_bodies(), "--now", NIGHT[0]]);
    assert!(
        text(&workspace, NIGHT[0]).contains("wrong use, exit code 2") && text(&workspace, NIGHT[0]).contains(file),
        "{}",
        text(&workspace, NIGHT[0])
    );
    workspace.write(file, good);
    workspace.write("data/observations/itu/.keep", "");
    let report = workspace.path("data/observations/itu/internet_use.parquet");
    std::fs::remove_file(&report).unwrap();
    std::fs::create_dir(&report).unwrap();
    workspace.expect(1, &["run", "--from", &small_bodies(), "--now", NIGHT[1]]);
    assert!(text(&workspace, NIGHT[1]).contains("failed, exit code 1") && text(&workspace, NIGHT[1]).contains("internet_use.parquet"));
    let now = status(&workspace);
    assert_eq!((now["failing_since"].as_str(), now["last_good_run"].as_str()), (Some(NIGHT[0]), Some("2026-11-24T02:30:00Z")));
}

/// Exit 3 with nothing to do left open what was degraded.
#[test]
fn exit_3_says_what_is_degraded_though_there_is_nothing_to_do() {
    let workspace = small_released();
    copy(&crate::support::small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    for _ in 0..2 {
        let run = workspace.expect(3, &["run", "--from", "in", "--now", "2027-01-20T02:30:00Z"]);
        assert!(
            run.stdout.contains("degraded: itu/internet_use is stale: confirmed 57 days ago, and its source allows 45"),
            "{}",
            run.stdout
        );
        let json = workspace.json(3, &["run", "--from", "in", "--now", "2027-01-20T02:30:00Z"]);
        assert!(json["data"]["degraded"].as_array().unwrap().iter().any(|why| why.as_str().unwrap().contains("itu/internet_use is stale")));
    }
}

#[test]
fn a_pinned_release_stays_until_it_is_let_go() {
    let workspace = small_released();
    let first = current(&workspace);
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replacen("title = \"", "title = \"New: ", 1));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NIGHT[0]]);
    workspace.expect(0, &["release", "pin", &first]);
    assert_eq!(current(&workspace), first);
    // What a run would do is known before.
    let plan = workspace.json(0, &["plan", "--from", &small_bodies(), "--now", NIGHT[1]])["data"].take();
    assert_eq!(plan["would_publish"], false, "{plan}");
    let plan = workspace.expect(0, &["plan", "--from", &small_bodies(), "--now", NIGHT[1]]).stdout;
    assert!(plan.contains(&format!("nothing would be published: release {first} is pinned")), "{plan}");
    let run = workspace.expect(3, &["run", "--from", &small_bodies(), "--now", NIGHT[1]]);
    assert!(run.stdout.contains("is pinned: inputs have changed"), "{}", run.stdout);
    assert_eq!(current(&workspace), first);
    // One that is damaged was said to be made anew, and was not.
    workspace.write("data/current/catalog.json", "{");
    let run = workspace.expect(3, &["run", "--from", &small_bodies(), "--now", NIGHT[1]]);
    assert!(run.stdout.contains("catalog.json is damaged") && run.stdout.contains("it is not made anew"), "{}", run.stdout);
    assert!(!run.stderr.contains("the release is made anew"), "{}", run.stderr);
    assert_eq!(workspace.expect(2, &["release", "rollback"]).code, 2);
    assert!(workspace.expect(0, &["status"]).stdout.contains("pinned: `yardstick release unpin`"));
    assert!(workspace.expect(0, &["release", "list"]).stdout.contains("current, pinned"));
    workspace.expect(0, &["release", "unpin"]);
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NIGHT[2]]);
    assert_ne!(current(&workspace), first);
}

/// After a rollback, the next run published the bad body again.
#[test]
fn a_refused_snapshot_makes_a_rollback_last() {
    let workspace = small_released();
    let good = current(&workspace);
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    let from = crate::support::small_bodies().join("itu/network_coverage");
    copy(&from, &workspace.path("bad/itu/network_coverage"));
    let path = workspace.path("bad").join(body);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.lines().take(text.lines().count() - 2).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let run = workspace.run(&["run", "--from", "bad", "--now", NIGHT[0], "--accept", "history_rewritten,one_economy_missing"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let pull: Value = serde_json::from_str(&workspace.read("data/pulls/itu/network_coverage.json")).unwrap();
    let hash = pull["bodies"][0]["hash"].as_str().unwrap();
    workspace.expect(0, &["release", "rollback", &good]);
    let refused = workspace.expect(0, &["pull", "--refuse", &hash[..12]]);
    assert!(refused.stdout.contains(&format!("itu/network_coverage: the bodies of release {good}")), "{}", refused.stdout);
    // The provider still sends it, and what a run would do is known before.
    let plan = workspace.json(0, &["plan", "--now", NIGHT[1], "--only", "itu/network_coverage"]);
    assert_eq!(plan["data"]["would_publish"], false, "{plan}");
    let plan = workspace.json(0, &["plan", "--from", "bad", "--now", NIGHT[1]]);
    let step = |name: &str| plan["data"]["steps"].as_array().unwrap().iter().find(|step| step["name"] == name).cloned();
    assert_eq!(step("itu/network_coverage").unwrap()["action"], "refuse");
    let run = workspace.expect(3, &["run", "--from", "bad", "--now", NIGHT[1]]);
    assert!(run.stdout.contains("nothing to do") && run.stdout.contains("E5006"), "{}", run.stdout);
    assert_eq!(current(&workspace), good);
    workspace.expect(0, &["pull", "--admit", &hash[..12]]);
    workspace.run(&["run", "--from", "bad", "--now", NIGHT[2]]);
    let pull: Value = serde_json::from_str(&workspace.read("data/pulls/itu/network_coverage.json")).unwrap();
    assert_eq!(pull["bodies"][0]["hash"], hash);
}

/// Another limit or severity of a check had "nothing to do".
#[test]
fn a_changed_check_is_run_again() {
    let workspace = with_one_indicator();
    workspace.write("sql/checks/always.sql", ALWAYS.replace("severity", "fail_above = 5\nseverity"));
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    let good = current(&workspace);
    workspace.write("sql/checks/always.sql", ALWAYS);
    let plan = workspace.expect(0, &["plan", "--from", &small_bodies()]);
    assert!(plan.stdout.contains("sql/checks/always.sql"), "{}", plan.stdout);
    workspace.expect(4, &["run", "--from", &small_bodies(), "--now", NIGHT[0]]);
    assert_eq!(current(&workspace), good);
    workspace.write("sql/checks/always.sql", ALWAYS.replace("\"error\"", "\"info\""));
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", NIGHT[1]]);
    let list = workspace.json(0, &["release", "list"]);
    let changes = &list["data"]["releases"][1]["changes"];
    assert!(changes.as_array().unwrap().iter().any(|change| change.as_str().unwrap().contains("sql/checks/always.sql")), "{changes}");
}

/// `status` said nothing but the slip for which the night had failed, and took a pointer that led nowhere for a first night.
#[test]
fn status_tells_of_the_night_whatever_is_wrong() {
    let workspace = with_one_indicator();
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies()]);
    let good = current(&workspace);
    let file = "pipelines/itu.toml";
    let text = workspace.read(file);
    workspace.write(file, text.replacen("licence", "license", 1));
    workspace.expect(2, &["run", "--quiet", "--from", &small_bodies(), "--now", NIGHT[0]]);
    let shown = workspace.expect(2, &["status", "--now", NIGHT[1]]);
    for words in [
        "exit code 2",
        &format!("failing since {}; the last good run began 2026-11-24T02:30:00Z", NIGHT[0]),
        &format!("in use: release {good}"),
    ] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    assert!(shown.stderr.contains("did you mean `licence`?") && shown.stderr.contains("in the workspace"), "{}", shown.stderr);
    let json = workspace.json(2, &["status", "--now", NIGHT[1]]);
    assert_eq!((&json["data"]["release"], &json["data"]["failing_since"]), (&good.as_str().into(), &NIGHT[0].into()));
    assert!(json["problems"].as_array().is_some_and(|problems| !problems.is_empty()), "{json}");
    // A run that was killed had a release to show, as has one that is told of while it begins.
    workspace.write(file, &text);
    workspace.write(
        "pipelines/job.toml",
        "[publication]\nformats = []\n[notify]\ncommand = [\"sh\", \"-c\", \"cat > begun.json; cp data/runs/*/run.txt .\"]\non = [\"start\"]\n",
    );
    workspace.expect(0, &["run", "--quiet", "--from", &small_bodies(), "--now", NIGHT[2]]);
    let begun: Value = serde_json::from_str(&workspace.read("begun.json")).unwrap();
    assert_eq!((&begun["outcome"], &begun["current"]), (&"running".into(), &good.as_str().into()));
    // The pointer is lost.
    let good = current(&workspace);
    std::fs::remove_file(workspace.path("data/current")).unwrap();
    let shown = workspace.expect(0, &["status"]).stdout;
    assert!(
        !shown.contains("no release yet") && shown.contains(&format!("yardstick release rollback {good}` points to the newest")),
        "{shown}"
    );
    workspace.expect(0, &["release", "rollback", &good]);
    assert_eq!(current(&workspace), good);
}
