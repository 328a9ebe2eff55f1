//! Releases that are not promoted, and indicators held at their last good values.

use std::path::Path;

use yardstick::tables::cells::Table;

use super::{current, different, files, small, small_bodies, small_released};
use crate::support::{parquet, project, rows};

const ALWAYS: &str = "/*---
id = \"always\"
title = \"Never in order\"
severity = \"error\"
---*/
SELECT '' AS indicator, 'a row' AS detail
";

#[test]
fn a_failed_gate_stages_and_does_not_promote() {
    let workspace = small_released();
    let good = current(&workspace);
    let before = files(&workspace.path("data/current"));
    workspace.write("sql/checks/always.sql", ALWAYS);
    let run = workspace.expect(4, &["run", "--from", &small_bodies()]);
    assert!(run.stderr.contains("is staged, not promoted") && run.stderr.contains("always: Never in order (1 row)"), "{}", run.stderr);
    assert_eq!(current(&workspace), good);
    assert_eq!(different(&before, &files(&workspace.path("data/current"))), Vec::<String>::new());
    let staged: Vec<_> = std::fs::read_dir(workspace.path("data/staging")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(staged.len(), 1);
    let failing = parquet(&staged[0].join("failures/always.parquet"));
    assert_eq!(Table(&failing).text("detail", 0), Some("a row"));
    assert!(staged[0].join("values.parquet").exists() && staged[0].join("manifest.json").exists());
    // What came is told as of any run, and what stopped it.
    assert!(run.stdout.contains("itu/internet_use") && run.stdout.contains("| a row  |"), "{}", run.stdout);
    // It is not forgotten by the next run, which tells it as data too.
    workspace.write("sql/checks/always.sql", ALWAYS.replace("'a row' AS detail", "'a row' AS detail FROM generate_series(1, 7)"));
    let answer = workspace.json(4, &["run", "--from", &small_bodies()]);
    assert_eq!((answer["status"].as_str(), answer["exit_code"].as_u64()), (Some("failed"), Some(4)));
    let told = &answer["data"];
    let waiting = workspace.json(0, &["status"])["data"]["refused"].take();
    assert!(waiting.as_array().unwrap().iter().any(|one| one["release"] == told["staged"]), "{waiting}");
    assert!(told["error"].as_str().unwrap().starts_with("E4001: release ") && told["hint"].as_str().unwrap().contains("--accept always"));
    assert!(told["data_sets"].as_array().unwrap().iter().any(|set| set["data_set"] == "itu/internet_use"));
    let failed = told["failed_checks"].as_array().unwrap();
    let of = |key: &str| failed[0][key].clone();
    assert_eq!((failed.len(), of("id"), of("severity"), of("rows_failed")), (1, "always".into(), "error".into(), 7.into()));
    assert_eq!((of("rows").as_array().unwrap().len(), &of("rows")[0]["detail"]), (5, &"a row".into()));
    // More rows than the limit, as a warning only: promoted.
    workspace.write("sql/checks/always.sql", ALWAYS.replace("error", "warning"));
    let run = workspace.expect(0, &["run", "--from", &small_bodies()]);
    assert_ne!(current(&workspace), good);
    assert!(run.stdout.contains("with warnings"), "{}", run.stdout);
    let checks = workspace.release("checks.parquet");
    assert_eq!(rows(&checks, &[("id", "always"), ("result", "warned")]).len(), 1);
}

#[test]
fn a_gate_within_its_limit_is_passed() {
    let workspace = small_released();
    let good = current(&workspace);
    workspace.write("sql/checks/always.sql", ALWAYS.replace("severity", "fail_above = 1\nseverity"));
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    assert_ne!(current(&workspace), good);
}

#[test]
fn an_indicator_that_fails_is_held_at_its_last_good_values() {
    let workspace = small_released();
    let file = "sql/indicators/2.1_internet_use.sql";
    let (good, values) = (workspace.read(file), workspace.release("values.parquet"));
    // One row of Brazil twice.
    let twice = good.replace(
        "OR (c.sex = '_T' AND c.age = '_T'))",
        "OR (c.sex = '_T' AND c.age = '_T'))\nUNION ALL\nSELECT 'BRA', 2020, '_T', '_T', '_T', '_T', 1.0, 1.0, 'A', NULL, 'itu'",
    );
    assert_ne!(good, twice);
    workspace.write(file, &twice);
    // What reads it is computed from the values it is held at; another indicator has changed and is published.
    let share = "sql/indicators/1.2b_broadband_affordability_share.sql";
    let changed = workspace.read(share).replace("a.value <= 2.0", "a.value <= 1.0");
    workspace.write(share, changed);
    let run = workspace.expect(3, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.stderr.contains("E3012") && run.stderr.contains("internet_use") && run.stderr.contains("BRA 2020"), "{}", run.stderr);
    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    assert_eq!(manifest["indicators"]["internet_use"]["status"], "held");
    assert!(manifest["indicators"]["internet_use"]["note"].as_str().unwrap().contains("several rows for BRA 2020"));
    assert_eq!(manifest["indicators"]["internet_use_gaps"]["status"], "computed");
    let now = workspace.release("values.parquet");
    let of = |batch, name| -> Vec<_> {
        let cells = Table(batch);
        rows(batch, &[("indicator", name)])
            .into_iter()
            .map(|row| (cells.text("ref_area", row).map(str::to_owned), cells.int("time_period", row), cells.float("value", row)))
            .collect()
    };
    assert_eq!(of(&values, "internet_use"), of(&now, "internet_use"));
    assert_ne!(of(&values, "broadband_affordability_share"), of(&now, "broadband_affordability_share"));
    // Nothing new: still degraded, and tried again, for what was in its way may be gone.
    let held = current(&workspace);
    let plan = workspace.expect(0, &["plan", "--from", &small_bodies()]);
    assert!(plan.stdout.contains("held at its last good values: tried again"), "{}", plan.stdout);
    let run = workspace.expect(3, &["run", "--from", &small_bodies(), "--now", "2026-11-25T03:00:00Z"]);
    assert!(
        run.stdout.contains("nothing new") && run.stdout.contains("still held at its last good values: internet_use"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("E3012"), "{}", run.stderr);
    assert_eq!(current(&workspace), held);
    assert!(!workspace.path("data/staging").read_dir().is_ok_and(|mut staged| staged.next().is_some()));
    // Corrected.
    workspace.write(file, &good);
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-26T02:30:00Z"]);
    assert_eq!(of(&values, "internet_use"), of(&workspace.release("values.parquet"), "internet_use"));
}

#[test]
fn sql_that_cannot_be_planned_holds_its_indicator_too() {
    let workspace = small_released();
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replace("c.value, CASE", "c.valu, CASE"));
    let run = workspace.expect(3, &["run", "--from", &small_bodies()]);
    assert!(run.stderr.contains("sql/indicators/2.1_internet_use.sql:") && run.stderr.contains("c.valu`"), "{}", run.stderr);
    assert!(!rows(&workspace.release("values.parquet"), &[("indicator", "internet_use")]).is_empty());
}

#[test]
fn a_wrong_header_stops_before_anything_is_touched() {
    let workspace = small_released();
    let data = || {
        let mut data = files(&workspace.path("data"));
        // The record of the run says what was wrong.
        data.retain(|name, _| !name.starts_with("runs/"));
        data
    };
    let (good, before) = (current(&workspace), data());
    let file = "sql/indicators/2.1_internet_use.sql";
    workspace.write(file, workspace.read(file).replace("rollup = \"weighted_mean\"", "rollup = \"wieghted_mean\""));
    let run = workspace.expect(2, &["run", "--from", &small_bodies()]);
    assert!(
        run.stderr.contains("sql/indicators/2.1_internet_use.sql:6:") && run.stderr.contains("did you mean `weighted_mean`?"),
        "{}",
        run.stderr
    );
    assert_eq!(current(&workspace), good);
    assert_eq!(different(&before, &data()), Vec::<String>::new());
}

/// The rows of a body with another value, of the codes that `is_other` names. One line of the fixture is torn, as in the
/// real file.
fn lower(body: &str, is_other: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(Path::new(&small_bodies()).join(body)).unwrap();
    let mut rewritten = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|other| other == name).unwrap();
    let (value, code) = (place("Value"), place("SeriesCode"));
    rewritten.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let Some(cell) = record.get(value) else { continue };
        let is_other = record.get(code).is_some_and(&is_other);
        let lower = cell.parse::<f64>().ok().filter(|_| is_other).map_or_else(|| cell.to_owned(), |value| (value * 0.9).to_string());
        rewritten.write_record(record.iter().enumerate().map(|(i, cell)| if i == value { lower.as_str() } else { cell })).unwrap();
    }
    rewritten.into_inner().unwrap()
}

/// A provider's history rewritten: the data set is held tonight, and every night until a person lets it pass.
#[test]
fn a_data_set_that_is_rewritten_is_held() {
    let workspace = small();
    let file = "sql/indicators/1.1_broadband_coverage.sql";
    workspace.write(file, std::fs::read_to_string(project().join(file)).unwrap());
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    let good = current(&workspace);
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    workspace.write(&format!("other/{body}"), lower(body, |_| true));
    let other = workspace.path("other").to_string_lossy().into_owned();
    for night in ["2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z"] {
        let run = workspace.expect(3, &["run", "--from", &other, "--now", night]);
        let told = run.stderr.replace('\n', " ");
        assert!(
            told.contains("E2041: itu/network_coverage:")
                && told.contains("values that the last pull had too are others now, 97.3 %, and 25 % may be"),
            "{told}"
        );
        assert!(told.contains("-> ") && told.contains("--accept itu/network_coverage"), "{told}");
        assert_eq!(current(&workspace), good);
    }
    // Another data set of the provider that is of a newer edition says nothing of this one.
    let newer = "itu/mobile_subscriptions/mobile-cellular-subscriptions_1795000000000.zip";
    let zip = Path::new(&small_bodies()).join("itu/mobile_subscriptions/mobile-cellular-subscriptions_1758627613877.zip");
    workspace.write(&format!("both/{newer}"), std::fs::read(zip).unwrap());
    workspace.write(&format!("both/{body}"), std::fs::read(workspace.path(format!("other/{body}"))).unwrap());
    let both = workspace.path("both").to_string_lossy().into_owned();
    let run = workspace.expect(3, &["run", "--from", &both, "--now", "2026-11-26T04:30:00Z"]);
    assert!(run.stderr.contains("E2041"), "{}", run.stderr);
    // Its two halves are no way around it.
    workspace.expect(3, &["pull", "--from", &other, "--now", "2026-11-27T02:30:00Z"]);
    let before = current(&workspace);
    workspace.expect(0, &["compute", "--now", "2026-11-27T02:30:00Z"]);
    assert_eq!(current(&workspace), before);
    // The good data come back: nothing has changed. The others, when a person says so.
    workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-28T02:30:00Z"]);
    let accepted = ["run", "--from", &other, "--accept", "itu/network_coverage,history_rewritten", "--now", "2026-11-29T02:30:00Z"];
    workspace.expect(0, &accepted);
    assert_ne!(current(&workspace), before);
    let before = current(&workspace);
    workspace.expect(0, &["run", "--from", &other, "--now", "2026-11-30T02:30:00Z"]);
    assert_eq!(current(&workspace), before);
}

/// The limit is a data set's own, and another edition may revise all of it.
#[test]
fn how_much_may_be_rewritten_is_said_of_a_data_set() {
    let workspace = small();
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    workspace.write(&format!("other/{body}"), lower(body, |_| true));
    let other = workspace.path("other").to_string_lossy().into_owned();
    let text = workspace.read("pipelines/itu.toml");
    let name = "name = \"network_coverage\"\n";
    let pull = |settings: &str, exit: i32, night: &str| {
        workspace.write("pipelines/itu.toml", text.replacen(name, &format!("{name}{settings}\n"), 1));
        workspace.expect(exit, &["pull", "--from", &other, "--now", night])
    };
    pull("maximum_share_rewritten = 0.9", 3, "2026-11-25T02:30:00Z");
    pull("maximum_share_rewritten = 1.0", 0, "2026-11-26T02:30:00Z");
    pull("maximum_share_rewritten = 0.0", 0, "2026-11-27T02:30:00Z");
    workspace.write(&format!("other/{body}"), lower(body, |code| code != "i271G"));
    pull("maximum_share_rewritten = 0.01", 3, "2026-11-28T02:30:00Z");
    pull("maximum_share_rewritten = 0.01\nvintage = \"2027\"", 0, "2026-11-29T02:30:00Z");
}

/// A tenth less each night was each night less than a fifth: a third of the rows was gone without a word.
#[test]
fn a_little_less_each_night_is_much_less_in_a_month() {
    let workspace = small_released();
    let body = "itu/network_coverage/mobile-network-coverage.csv";
    let text = std::fs::read_to_string(Path::new(&small_bodies()).join(body)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // Every so many lines, as a provider withdraws: not the end of a body that was cut.
    let night = |percent: usize, day: &str, code: i32, more: &[&str]| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at == 0 || *at == lines.len() - 1 || (at * 7) % 100 < percent);
        workspace.write(&format!("in/{body}"), kept.map(|(_, line)| format!("{line}\n")).collect::<String>());
        workspace.expect(code, &[&["run", "--from", "in", "--now", day][..], more].concat())
    };
    night(91, "2026-11-25T02:30:00Z", 0, &[]);
    night(83, "2026-11-26T02:30:00Z", 0, &[]);
    let run = night(75, "2026-11-27T02:30:00Z", 3, &[]);
    assert!(run.stderr.contains("E2014") && run.stderr.contains("what was in use until 2026-11-25 had"), "{}", run.stderr);
    // What a person takes is the measure from then on; what was in use long ago is none.
    night(75, "2026-11-28T02:30:00Z", 0, &["--accept", "itu/network_coverage"]);
    night(68, "2026-11-29T02:30:00Z", 0, &[]);
    for (percent, day) in [(62, "2027-01-10T02:30:00Z"), (56, "2027-03-10T02:30:00Z")] {
        // Degraded, since the others were not asked for so long.
        let run = night(percent, day, 3, &[]);
        assert!(!run.stderr.contains("E2014") && run.stdout.contains("itu/internet_use is stale"), "{}", run.stderr);
    }
}

/// A file of the current release was damaged on disk: the next run says so and publishes anew.
#[test]
fn a_damaged_release_is_made_anew() {
    let workspace = small_released();
    let good = workspace.release("values.parquet");
    for (file, bytes) in [("values.parquet", "PAR1"), ("manifest.json", "{")] {
        let path = workspace.path("data/current").join(file);
        std::fs::write(&path, bytes).unwrap();
        let run = workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
        assert!(run.stderr.contains("is damaged"), "{}", run.stderr);
        assert_eq!(workspace.release("values.parquet"), good);
    }
    let other = current(&workspace);
    workspace.write(&format!("data/releases/{other}/checks.parquet"), "x");
    let run = workspace.expect(1, &["release", "rollback", &other]);
    assert!(run.stderr.contains("checks.parquet is damaged"), "{}", run.stderr);
}

/// So are observations, whoever damaged them.
#[test]
fn damaged_observations_are_made_anew() {
    let workspace = small_released();
    let path = workspace.path("data/observations/itu/internet_use.parquet");
    let good = std::fs::read(&path).unwrap();
    // In place, so that the copy by hash is hit too.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1000).unwrap();
    let run = workspace.expect(0, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.stdout.contains("nothing to do"), "{}", run.stdout);
    assert_eq!(std::fs::read(&path).unwrap(), good);
    workspace.expect(0, &["explain", "internet_use", "--area", "KEN", "--year", "2020"]);
}
