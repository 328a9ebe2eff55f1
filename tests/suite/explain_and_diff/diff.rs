//! `diff` and `plan`: what changed, and which input did it.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use super::{list, number, of_internet_use, text};
use crate::support::{Workspace, close, parquet, value};
use yardstick::tables::cells::Table;

const INDICATOR: &str = "sql/indicators/2.1_internet_use.sql";

/// The steps of `plan` that do something: (step, name, action, why).
fn planned(workspace: &Workspace) -> Vec<(String, String, String, String)> {
    let answer = workspace.json(0, &["plan", "--from", "bodies"]);
    let steps: Vec<(String, String, String, String)> = list(&answer["data"]["steps"])
        .iter()
        .filter(|s| s["action"] != "keep")
        .map(|s| {
            let why: Vec<&str> = list(&s["why"]).iter().map(text).collect();
            (text(&s["step"]).to_owned(), text(&s["name"]).to_owned(), text(&s["action"]).to_owned(), why.join("; "))
        })
        .collect();
    assert_eq!(answer["data"]["would_publish"], !steps.is_empty());
    steps
}

fn step(step: &str, name: &str, action: &str, why: &str) -> (String, String, String, String) {
    (step.to_owned(), name.to_owned(), action.to_owned(), why.to_owned())
}

/// A run on another day, so that releases have different names.
fn run_on(workspace: &Workspace, day: &str, code: i32) -> String {
    let output = workspace.command(&["run", "--from", "bodies"]).env("YARDSTICK_NOW", format!("{day}T02:30:00Z")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

/// `diff --format json` with every row.
fn differences(workspace: &Workspace) -> (Value, Vec<Value>) {
    let answer = workspace.json(0, &["diff", "--limit", "100000"]);
    let data = answer["data"].clone();
    let rows = list(&data["changes"]).to_vec();
    assert_eq!(data["rows"], rows.len());
    for row in &rows {
        if let (Some(old), Some(new)) = (row["old_value"].as_f64(), row["new_value"].as_f64()) {
            close(number(&row["difference"]), new - old, 1e-12);
        }
    }
    (data, rows)
}

fn causes(rows: &[Value]) -> BTreeSet<&str> {
    rows.iter().map(|r| text(&r["cause"])).collect()
}

/// Unpacks the body, so that a value of it can be edited.
fn edit_body(workspace: &Workspace, old: &str, new: &str) {
    let folder = workspace.path("bodies/itu/internet_use");
    let packed = folder.join("individuals-using-the-internet.zip");
    let mut content = String::new();
    if packed.exists() {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&packed).unwrap()).unwrap();
        archive.by_index(0).unwrap().read_to_string(&mut content).unwrap();
        std::fs::remove_file(&packed).unwrap();
    } else {
        content = workspace.read("bodies/itu/internet_use/body.csv");
    }
    assert_eq!(content.matches(old).count(), 1, "{old} stands once in the body");
    workspace.write("bodies/itu/internet_use/body.csv", content.replace(old, new));
}

#[test]
fn a_revised_source() {
    let workspace = of_internet_use();
    assert!(planned(&workspace).is_empty());
    edit_body(&workspace, "\"34.97622513\",2024", "\"35.5\",2024");
    let why = "observations/itu/internet_use changed";
    assert_eq!(
        planned(&workspace),
        [
            step("pull", "itu/internet_use", "read", "the folder has new bodies"),
            step("normalise", "itu/internet_use", "normalise", "the bodies changed"),
            step("indicator", "internet_use", "compute", why),
            step("release", "current", "publish", why),
        ]
    );
    run_on(&workspace, "2026-11-25", 0);
    let (data, rows) = differences(&workspace);
    assert!(text(&data["old"]).starts_with("20261124T") && text(&data["new"]).starts_with("20261125T"), "{data}");
    assert_eq!(causes(&rows), BTreeSet::from(["source_revised"]));
    let own: Vec<&Value> = rows.iter().filter(|r| r["ref_area"] == "KEN").collect();
    assert_eq!(own.len(), 1);
    let own = own[0];
    assert_eq!((&own["time_period"], &own["estimate"], &own["change"]), (&2024.into(), &"reported".into(), &"revised".into()));
    assert_eq!((&own["old_value"], &own["new_value"]), (&34.976_225_13.into(), &35.5.into()));
    // The record is the one that the observations have, in the body that has it.
    let body = std::fs::read(workspace.path("bodies/itu/internet_use/body.csv")).unwrap();
    let snapshot = blake3::hash(&body).to_hex();
    let observations = parquet(&workspace.path("data/observations/itu/internet_use.parquet"));
    let record = value(
        &observations,
        "record",
        &[("ref_area", "KEN"), ("time_period", "2024"), ("series", "11624"), ("sex", "_T"), ("urbanisation", "_T")],
    );
    let detail = format!("itu/internet_use 11624 KEN 2024: 34.97622513 -> 35.5 (record {record} of snapshot {})", &snapshot[..12]);
    assert_eq!(own["detail"], detail);
    // Groups name the member's record; groups without Kenya do not change.
    let groups: BTreeSet<&str> = rows.iter().map(|r| text(&r["ref_area"])).filter(|a| *a != "KEN").collect();
    assert!(
        groups.contains("WLD") && groups.contains("DEVELOPING") && !groups.contains("LDC") && !groups.contains("ITU_EUR"),
        "{groups:?}"
    );
    assert!(rows.iter().all(|r| r["detail"] == detail), "{rows:?}");
    assert!(rows.iter().all(|r| r["time_period"] == 2024 || (r["time_period"] == 2025 && r["estimate"] == "imputed")));

    // The summary, and the whole in Parquet.
    let summary = &data["indicators"][0];
    assert_eq!((&summary["revised"], &summary["added"], &summary["removed"]), (&rows.len().into(), &0.into(), &0.into()));
    assert_eq!(summary["causes"], serde_json::json!({ "source_revised": rows.len() }));
    let people = workspace.expect(0, &["diff", "--limit", "2", "--parquet", "all.parquet"]);
    assert!(people.stdout.ends_with(&format!("2 of {} shown; all with --parquet FILE\n", rows.len())), "{}", people.stdout);
    let whole = parquet(&workspace.path("all.parquet"));
    assert_eq!(whole.num_rows(), rows.len());
    let kept = workspace.release("revisions.parquet");
    assert_eq!(kept.num_rows(), rows.len(), "the release keeps its own revisions");
    let (a, b) = (Table(&whole), Table(&kept));
    for row in 0..rows.len() {
        assert_eq!((a.text("ref_area", row), a.text("detail", row)), (b.text("ref_area", row), b.text("detail", row)));
    }
    // Back to back by name, and against itself.
    let (old, new) = (text(&data["old"]), text(&data["new"]));
    let back = workspace.json(0, &["diff", new, old]);
    assert_eq!(back["data"]["rows"], rows.len());
    assert!(workspace.expect(0, &["diff", new, new]).stdout.contains(": 0 values differ"));
    let run = workspace.expect(2, &["diff", "20200101T000000Z-nothing0", new]);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);

    // A folder that is gone: the last snapshot stays, and nothing changes.
    std::fs::remove_dir_all(workspace.path("bodies/itu/internet_use")).unwrap();
    assert!(planned(&workspace).is_empty());
    assert!(run_on(&workspace, "2026-11-26", 0).contains("nothing to do: no input has changed since release 20261125T"));
    let data = workspace.release("values.parquet");
    close(
        value(
            &data,
            "value",
            &[("ref_area", "KEN"), ("time_period", "2024"), ("estimate", "reported"), ("sex", "_T"), ("urbanisation", "_T")],
        ),
        35.5,
        0.0,
    );
}

#[test]
fn a_changed_method_and_text_that_changes_nothing() {
    let workspace = of_internet_use();
    let sql = workspace.read(INDICATOR);
    // Whitespace and comments, in header, SELECT and roll-up.
    let (header, select) = sql.split_once("---*/").unwrap();
    let spaced = select.replace('\n', "\n\n  -- a remark\n ").replace(" AS ", "   AS /* so */ ");
    workspace.write(INDICATOR, format!("{}\n# a remark\n---*/{spaced}", header.replace(" = ", "  =  ")));
    let rollup = workspace.read("sql/rollups/weighted_mean.sql");
    workspace.write("sql/rollups/weighted_mean.sql", format!("{}\n-- a remark\n\n", rollup.replace("formula = \"", "formula = \"the ")));
    assert!(planned(&workspace).is_empty(), "{:?}", planned(&workspace));
    let said = run_on(&workspace, "2026-11-25", 0);
    assert!(said.contains("nothing to do: no input has changed since release 20261124T"), "{said}");
    assert_eq!(std::fs::read_dir(workspace.path("data/releases")).unwrap().count(), 1);
    assert!(workspace.expect(0, &["plan", "--from", "bodies"]).stdout.ends_with("nothing would be published: no input has changed\n"));

    // A window of two years is another method.
    let sql = workspace.read(INDICATOR);
    workspace.write(INDICATOR, sql.replacen("\nrollup", "\nwindow = 1\nrollup", 1));
    let file = "sql/indicators/2.1_internet_use.sql changed";
    let why = format!("{file}: window from `5` to `1`");
    let why = why.as_str();
    assert_eq!(planned(&workspace), [step("indicator", "internet_use", "compute", why), step("release", "current", "publish", file)]);
    run_on(&workspace, "2026-11-26", 0);
    let (_, rows) = differences(&workspace);
    assert!(!rows.is_empty());
    assert_eq!(causes(&rows), BTreeSet::from(["method_changed"]));
    assert!(rows.iter().all(|r| r["detail"] == why && r["estimate"] == "imputed"), "{rows:?}");

    // So is another roll-up file.
    workspace.write(
        "sql/rollups/weighted_mean.sql",
        rollup.replace("sum(value * weight) / sum(weight)", "sum(value * weight * 0.5) / sum(weight)"),
    );
    let why = "sql/rollups/weighted_mean.sql changed";
    assert_eq!(planned(&workspace), [step("indicator", "internet_use", "compute", why), step("release", "current", "publish", why)]);
    // And what the roll-up needs of a member.
    workspace.write("sql/rollups/weighted_mean.sql", rollup.replace("\"weight\"]", "\"weight\", \"numerator\"]"));
    let why = "sql/rollups/weighted_mean.sql changed";
    let needs = format!("{why}: needs from `value weight` to `value weight numerator`");
    assert_eq!(planned(&workspace), [step("indicator", "internet_use", "compute", &needs), step("release", "current", "publish", why)]);
    workspace.write("sql/rollups/weighted_mean.sql", &rollup);

    // Metadata are published, but no value hangs on them.
    let sql = workspace.read(INDICATOR);
    let title = sql.lines().find(|l| l.starts_with("title")).unwrap();
    workspace.write(INDICATOR, sql.replacen(title, "title = \"Persons on line\"", 1));
    assert_eq!(planned(&workspace), [step("release", "current", "publish", file)]);
    // Neither does one hang on a target.
    let sql = workspace.read(INDICATOR);
    workspace.write(INDICATOR, sql.replacen("met_at = 95.0", "met_at = 96.0", 1));
    assert_eq!(planned(&workspace), [step("release", "current", "publish", file)]);
}

/// A group has another member: only the group changes, and it says so.
#[test]
fn a_changed_membership() {
    let workspace = of_internet_use();
    let reference = "pipelines/reference/membership.csv";
    let all = workspace.read(reference);
    // One leaves, one joins: a list of another length would stop at a gate.
    let left = all.lines().find(|l| l.starts_with("special,LDC,UGA,")).unwrap();
    let dated = all.replacen(left, "special,LDC,UGA,1971-01-01,2026-01-01,left\nspecial,LDC,KEN,2026-01-01,,joined", 1);
    workspace.write(reference, dated);
    let steps = planned(&workspace);
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert!(steps.iter().all(|s| s.3.contains("pipelines/reference/membership.csv changed")), "{steps:?}");
    // Which groups, and in what, although the mode stays.
    assert!(steps.iter().all(|s| s.3.contains("members of groups changed: group LDC is now with KEN, without UGA")), "{steps:?}");
    run_on(&workspace, "2026-11-25", 0);
    let (_, rows) = differences(&workspace);
    assert_eq!(causes(&rows), BTreeSet::from(["membership_changed"]));
    let areas: BTreeSet<&str> = rows.iter().map(|r| text(&r["ref_area"])).collect();
    assert_eq!(areas, BTreeSet::from(["LDC"]), "groups without it and economies stay");
    assert!(rows.iter().all(|r| text(&r["detail"]).contains("pipelines/reference/membership.csv changed")), "{rows:?}");
}

#[test]
fn an_added_correction() {
    let workspace = of_internet_use();
    workspace.write(
        "pipelines/corrections/kenya.toml",
        "[[correction]]\nid = \"kenya-2024\"\nsource = \"itu\"\ndataset = \"internet_use\"\nseries = [\"11624\"]\nref_area = \"KEN\"\ntime_period = [2024]\n\
         action = \"override\"\nvalue = 40.0\nobs_status = \"E\"\nexpect = { below = 39.0 }\nreason = \"a misprint\"\nevidence = \"the printed table has 40\"\n",
    );
    let steps = planned(&workspace);
    let names: Vec<(&str, &str)> = steps.iter().map(|s| (s.0.as_str(), s.1.as_str())).collect();
    assert_eq!(names, [("normalise", "itu/internet_use"), ("indicator", "internet_use"), ("release", "current")], "{steps:?}");
    assert!(steps[0].3.starts_with("corrections"), "{steps:?}");
    run_on(&workspace, "2026-11-25", 0);
    let (_, rows) = differences(&workspace);
    assert_eq!(causes(&rows), BTreeSet::from(["correction"]));
    let own = rows.iter().find(|r| r["ref_area"] == "KEN").unwrap();
    assert_eq!((&own["old_value"], &own["new_value"]), (&34.976_225_13.into(), &40.0.into()));
    assert!(text(&own["detail"]).starts_with("itu/internet_use 11624 KEN 2024: 34.97622513 -> 40 (record "), "{own}");
    // The value says so itself, with its reason.
    let e = super::explained(&workspace, &["internet_use", "--area", "KEN", "--year", "2024"]);
    let note = text(&e["records"][0]["note"]);
    assert!(note.contains("corrected (kenya-2024): a misprint; the provider has 34.97622513"), "{note}");
    // So does the observation, in a column: a note can have any text.
    let query = "SELECT ref_area, time_period, correction, obs_status FROM observations WHERE correction IS NOT NULL";
    let run = workspace.expect(0, &["sql", query, "--output", "csv"]);
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), ["ref_area,time_period,correction,obs_status", "KEN,2024,kenya-2024,E"]);

    // Without a change, nothing is done.
    assert!(planned(&workspace).is_empty());
    assert!(run_on(&workspace, "2026-11-26", 0).contains("nothing to do"));
}

/// A note in which the words of a correction stand by chance was taken for one.
#[test]
fn a_note_that_speaks_of_corrections() {
    let workspace = of_internet_use();
    let noted = r#""35.5",2024,"corrected (by the country)""#;
    edit_body(&workspace, r#""34.97622513",2024,"Aged 3 and older.""#, noted);
    run_on(&workspace, "2026-11-25", 0);
    let (_, rows) = differences(&workspace);
    assert_eq!(causes(&rows), BTreeSet::from(["source_revised"]), "{rows:?}");
}

/// Two causes at once are both named, each where it acted.
#[test]
fn two_causes() {
    let workspace = of_internet_use();
    edit_body(&workspace, "\"34.97622513\",2024", "\"35.5\",2024");
    let sql = workspace.read(INDICATOR);
    workspace.write(INDICATOR, sql.replacen("\nrollup", "\nwindow = 1\nrollup", 1));
    run_on(&workspace, "2026-11-25", 0);
    let (_, rows) = differences(&workspace);
    let own = rows.iter().find(|r| r["ref_area"] == "KEN").unwrap();
    assert_eq!(own["cause"], "source_revised", "{own}");
    assert!(causes(&rows).contains("source_revised+method_changed"), "{:?}", causes(&rows));
}

#[test]
fn nothing_to_compare() {
    let workspace = of_internet_use();
    let run = workspace.expect(2, &["diff"]);
    assert_eq!(run.stderr.lines().next(), Some("error: there is no release before the current one"));
}

/// Of many changes the causes took seconds to find again. A release says what it changed against the one before it: that is
/// told without the values of either; between others the values are compared.
#[test]
fn a_release_says_itself_what_it_changed() {
    let workspace = of_internet_use();
    edit_body(&workspace, "\"34.97622513\",2024", "\"35.5\",2024");
    run_on(&workspace, "2026-11-25", 0);
    edit_body(&workspace, "\"35.5\",2024", "\"35.6\",2024");
    run_on(&workspace, "2026-11-26", 0);
    let (data, rows) = differences(&workspace);
    let told = parquet(&workspace.path("data/current/revisions.parquet"));
    let (cells, text_of) = (Table(&told), |row: &Value, name: &str| text(&row[name]).to_owned());
    assert!(!rows.is_empty() && rows.len() == cells.len());
    let keys = |name: &str| rows.iter().map(|row| text_of(row, name)).collect::<BTreeSet<_>>();
    let stored = |name: &str| (0..cells.len()).map(|row| cells.text(name, row).unwrap().to_owned()).collect::<BTreeSet<_>>();
    for name in ["ref_area", "estimate", "cause", "detail"] {
        assert_eq!(keys(name), stored(name), "{name}");
    }
    // Over two nights: what Kenya had before both of them.
    let releases = std::fs::read_dir(workspace.path("data/releases")).unwrap();
    let first = releases.map(|entry| entry.unwrap().file_name().into_string().unwrap()).min().unwrap();
    let both = workspace.json(0, &["diff", &first, "--limit", "100000"]);
    let kenya = |rows: &[Value]| rows.iter().find(|row| row["ref_area"] == "KEN").map(|row| row["old_value"].clone());
    assert_eq!((kenya(&rows), kenya(list(&both["data"]["changes"]))), (Some(35.5.into()), Some(34.976_225_13.into())));
    std::fs::remove_file(workspace.path("data/releases").join(text(&data["old"])).join("values.parquet")).unwrap();
    assert_eq!(differences(&workspace), (data, rows));
}
