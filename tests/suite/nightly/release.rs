//! What a release of the small bodies holds, and that it is the same every time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use serde_json::Value;
use yardstick::tables::cells::Table;
use yardstick::tables::schema;

use super::{different, files, small_bodies};
use crate::support::{Workspace, parquet, rows};

/// One run of the whole project, kept in memory.
struct First {
    files: BTreeMap<String, Vec<u8>>,
    values: RecordBatch,
    progress: RecordBatch,
    checks: RecordBatch,
    manifest: Value,
    /// blake3 of each file of `pipelines/reference`.
    reference: BTreeMap<String, String>,
    indicators: usize,
    /// Snapshots whose content is not what their name says, or that are not there.
    wrong_snapshots: Vec<String>,
    stderr: String,
}

static FIRST: LazyLock<First> = LazyLock::new(|| {
    let workspace = Workspace::of_project();
    let run = workspace.expect(0, &["run", "--from", &small_bodies()]);
    let manifest: Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    let wrong_snapshots = bodies(&manifest)
        .map(|body| body["snapshot"].as_str().unwrap().to_owned())
        .filter(|hash| {
            std::fs::read(workspace.path(format!("data/snapshots/{}/{hash}", &hash[..2]))).ok().is_none_or(|bytes| hash_of(&bytes) != *hash)
        })
        .collect();
    First {
        files: files(&workspace.path("data/current")),
        values: workspace.release("values.parquet"),
        progress: workspace.release("progress.parquet"),
        checks: workspace.release("checks.parquet"),
        manifest,
        reference: files(&workspace.path("pipelines/reference")).iter().map(|(name, bytes)| (name.clone(), hash_of(bytes))).collect(),
        indicators: std::fs::read_dir(workspace.path("sql/indicators")).unwrap().count(),
        wrong_snapshots,
        stderr: run.stderr,
    }
});

fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn inputs(manifest: &Value) -> impl Iterator<Item = &Value> {
    manifest["inputs"].as_array().unwrap().iter()
}

fn bodies(manifest: &Value) -> impl Iterator<Item = &Value> {
    inputs(manifest).flat_map(|input| input["bodies"].as_array().unwrap())
}

#[test]
fn every_file_of_the_contract_is_there() {
    for file in ["values.parquet", "progress.parquet", "checks.parquet", "revisions.parquet", "manifest.json", "catalog.json"] {
        assert!(FIRST.files.contains_key(file), "{file}");
    }
    for folder in ["csv", "csv/wide"] {
        let inside = |name: &&String| name.rsplit_once('/').is_some_and(|(parent, file)| parent == folder && file.ends_with(".csv"));
        assert_eq!(FIRST.files.keys().filter(inside).count(), FIRST.indicators, "one table for each indicator in {folder}/");
    }
    assert!(!FIRST.stderr.contains("panicked"));
}

#[test]
fn the_manifest_names_every_file_by_its_hash() {
    let listed = FIRST.manifest["files"].as_object().unwrap();
    let written: BTreeSet<&String> = FIRST.files.keys().filter(|name| *name != "manifest.json").collect();
    assert_eq!(written, listed.keys().collect::<BTreeSet<_>>());
    for (name, hash) in listed {
        assert_eq!(hash.as_str(), Some(hash_of(&FIRST.files[name]).as_str()), "{name}");
    }
}

#[test]
fn no_row_vanishes() {
    let mut sources = BTreeSet::new();
    for input in inputs(&FIRST.manifest) {
        let count = |name: &str| input[name].as_u64().unwrap();
        assert_eq!(count("rows_in"), count("observations") + count("quarantined") + count("headings"), "{}", input["dataset"]);
        let by_reason: u64 = input["quarantine_reasons"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(by_reason, count("quarantined"), "{}", input["dataset"]);
        sources.insert(input["source"].as_str().unwrap());
    }
    assert_eq!(sources, BTreeSet::from(["itu", "unctad", "unesco", "unsd"]));
    for (table, batch) in [("values", &FIRST.values), ("progress", &FIRST.progress), ("checks", &FIRST.checks)] {
        assert_eq!(FIRST.manifest["rows"][table].as_u64(), Some(batch.num_rows() as u64), "{table}");
    }
}

#[test]
fn the_manifest_says_what_went_in() {
    for body in bodies(&FIRST.manifest) {
        assert!(body["url"].as_str().unwrap().starts_with("file:"), "{body}");
        assert_eq!(body["fetched_at"], "2026-11-24T02:30:00Z");
    }
    assert_eq!(FIRST.wrong_snapshots, Vec::<String>::new());
    let workspace = FIRST.manifest["workspace"].as_object().unwrap();
    for (name, hash) in FIRST.reference.iter().filter(|(name, _)| name.ends_with(".csv")) {
        assert_eq!(workspace.get(&format!("pipelines/reference/{name}")).and_then(Value::as_str), Some(hash.as_str()), "{name}");
    }
    for file in [
        "sql/indicators/2.1_internet_use.sql",
        "sql/steps/01_cells.sql",
        "sql/defaults.toml",
        "sql/rollups/weighted_mean.sql",
        "sql/derived/gaps.sql",
        "sql/checks/jumps.sql",
    ] {
        assert!(workspace.contains_key(file), "{file}");
    }
    assert_eq!(FIRST.manifest["program"], format!("yardstick {}", env!("CARGO_PKG_VERSION")));
    assert!(FIRST.manifest["indicators"].as_object().unwrap().values().all(|i| i["status"] == "computed"));
}

#[test]
fn values_have_the_columns_of_the_contract() {
    let names: Vec<&str> = FIRST.values.schema_ref().fields().iter().map(|f| f.name().as_str()).collect();
    assert_eq!(
        names,
        [
            "indicator",
            "ref_area",
            "time_period",
            "sex",
            "age",
            "urbanisation",
            "disability",
            "education_level",
            "size_class",
            "breakdown",
            "estimate",
            "ref_area_name",
            "area_kind",
            "group_scheme",
            "value",
            "unit",
            "obs_status",
            "coverage",
            "members_observed",
            "members_total",
            "note",
            "source",
            "observed",
            "error_low",
            "error_high",
            "preferred",
            "value_id",
            "newest"
        ]
    );
    for field in FIRST.values.schema_ref().fields() {
        let expected = match field.name().as_str() {
            "time_period" => DataType::Int32,
            "value" | "coverage" | "observed" | "error_low" | "error_high" => DataType::Float64,
            "members_observed" | "members_total" => DataType::Int64,
            "preferred" | "newest" => DataType::Boolean,
            _ => DataType::Utf8,
        };
        assert_eq!(*field.data_type(), expected, "{}", field.name());
    }
}

#[test]
fn progress_has_the_columns_of_the_contract() {
    let names: Vec<&str> = FIRST.progress.schema_ref().fields().iter().map(|f| f.name().as_str()).collect();
    for name in [
        "target",
        "indicator",
        "ref_area",
        "sex",
        "age",
        "urbanisation",
        "disability",
        "education_level",
        "size_class",
        "breakdown",
        "estimate",
        "direction",
        "baseline_year",
        "baseline_value",
        "latest_year",
        "latest_value",
        "target_year",
        "target_value",
        "distance",
        "actual_per_year",
        "required_per_year",
        "pace",
        "pace_cagr",
        "class",
        "projected_low",
        "projected_high",
        "arrival_year",
        "outcome",
        "class_fixed",
        "class_as_computed",
        "pace_fixed",
        "fixed_share",
        "preferred",
        "headline",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let plain = [DataType::Utf8, DataType::Int32, DataType::Float64, DataType::Boolean];
    assert!(FIRST.progress.schema_ref().fields().iter().all(|f| plain.contains(f.data_type())));
    let cells = Table(&FIRST.progress);
    let classes: BTreeSet<&str> = (0..cells.len()).filter_map(|row| cells.text("class", row)).collect();
    assert!(
        classes.is_subset(&BTreeSet::from(["met", "on_track", "moderate", "limited", "deterioration", "insufficient_data"])),
        "{classes:?}"
    );
    let outcomes: BTreeSet<&str> = (0..cells.len()).map(|row| cells.text("outcome", row).expect("every row has one")).collect();
    assert!(outcomes.is_subset(&BTreeSet::from(["open", "in_time", "late", "missed"])), "{outcomes:?}");
}

#[test]
fn values_are_sorted_by_their_key_and_unique() {
    let cells = Table(&FIRST.values);
    let key = |row: usize| {
        let texts: Vec<&str> =
            schema::values_key().into_iter().filter(|name| *name != "time_period").map(|name| cells.text(name, row).expect(name)).collect();
        (texts[0], texts[1], cells.int("time_period", row), texts[2..].to_vec())
    };
    for row in 1..cells.len() {
        assert!(key(row - 1) < key(row), "row {row}: {:?} after {:?}", key(row), key(row - 1));
    }
}

#[test]
fn estimates_and_statuses_fit() {
    let cells = Table(&FIRST.values);
    let mut seen = BTreeSet::new();
    for row in 0..cells.len() {
        let (estimate, kind) = (cells.text("estimate", row).unwrap(), cells.text("area_kind", row).unwrap());
        assert_eq!(kind == "country", estimate == "reported", "row {row}");
        assert!(["reported", "published", "available", "imputed"].contains(&estimate), "{estimate}");
        seen.insert(estimate);
        let status = cells.text("obs_status", row).unwrap();
        let value = cells.float("value", row);
        assert!(value.is_none_or(f64::is_finite), "row {row}");
        assert_eq!(value.is_none(), status == "Q", "row {row}: {value:?} {status}");
        assert_eq!(cells.text("group_scheme", row).is_some(), kind == "group", "row {row}");
        if let Some(coverage) = cells.float("coverage", row) {
            assert!((0.0..=1.0 + 1e-9).contains(&coverage), "row {row}: {coverage}");
        }
        let computed = estimate == "available" || estimate == "imputed";
        if computed && cells.text("indicator", row) == Some("internet_use") {
            let (observed, total) = (cells.int("members_observed", row).unwrap(), cells.int("members_total", row).unwrap());
            assert!(cells.float("coverage", row).is_some() && observed <= total, "row {row}");
        }
        if estimate == "published" {
            assert!(cells.text("note", row).is_some_and(|note| !note.is_empty()), "row {row}: a copied aggregate names its edition");
        }
    }
    assert_eq!(seen, BTreeSet::from(["available", "imputed", "published", "reported"]));
}

/// The rows of the plans' targets; 4.1 and 5.1 of the former plan were dropped as means.
#[test]
fn progress_has_every_row_of_the_plan() {
    let plan = [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7a", "2.7b", "2.7c", "T1.1", "T1.2", "T1.3", "T1.4", "T1.5",
        "T1.6", "T1.7", "T2.1", "T2.2", "T2.3", "T2.4", "T2.5", "T2.6", "T2.7", "T2.8", "T2.9", "T2.10", "T3.1", "T3.2", "T3.3", "T3.4",
        "T3.5",
    ];
    let cells = Table(&FIRST.progress);
    let targets: BTreeSet<&str> = (0..cells.len()).filter_map(|row| cells.text("target", row)).collect();
    for wanted in plan {
        let covered =
            targets.iter().any(|target| *target == wanted || target.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.')));
        assert!(covered, "{wanted}");
    }
    for target in &targets {
        let known = plan.iter().any(|row| target == row || target.strip_prefix(row).is_some_and(|rest| rest.starts_with('.')));
        assert!(known, "{target} is no row of the plan");
    }
}

#[test]
fn tables_in_csv_are_the_values() {
    let columns: Vec<&str> = FIRST.values.schema_ref().fields().iter().map(|f| f.name().as_str()).collect();
    let cells = Table(&FIRST.values);
    for (name, bytes) in
        FIRST.files.iter().filter(|(name, _)| name.starts_with("csv/") && name.ends_with(".csv") && !name.starts_with("csv/wide/"))
    {
        let indicator = name.trim_start_matches("csv/").trim_end_matches(".csv");
        let mut table = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(table.headers().unwrap().iter().collect::<Vec<_>>(), columns, "{name}");
        let expected = rows(&FIRST.values, &[("indicator", indicator)]);
        let records: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), expected.len(), "{name}");
        for (record, row) in records.iter().zip(expected).step_by(7) {
            for (column, cell) in columns.iter().zip(record) {
                let (text, number) = (cells.text(column, row), cells.float(column, row));
                let same = match number {
                    Some(number) => cell.parse() == Ok(number),
                    None if ["preferred", "newest"].contains(column) => matches!(cell, "true" | "false"),
                    None => cell == text.unwrap_or_default(),
                };
                assert!(same, "{name} {column}: `{cell}` is not {text:?} {number:?}");
            }
        }
    }
}

#[test]
fn the_catalogue_labels_what_is_there() {
    let catalogue: Value = serde_json::from_slice(&FIRST.files["catalog.json"]).unwrap();
    let listed = catalogue["indicators"].as_array().unwrap();
    assert_eq!(listed.len(), FIRST.indicators);
    for indicator in listed {
        for key in ["id", "name", "title", "unit", "definition", "method", "caveats", "sources", "targets"] {
            assert!(!indicator[key].is_null(), "{} has no {key}", indicator["name"]);
        }
    }
    let named: BTreeSet<&str> = listed.iter().filter_map(|i| i["name"].as_str()).collect();
    let cells = Table(&FIRST.values);
    assert!((0..cells.len()).all(|row| cells.text("indicator", row).is_some_and(|name| named.contains(name))));
}

#[test]
fn every_check_file_has_a_row() {
    let cells = Table(&FIRST.checks);
    let run: BTreeSet<&str> = (0..cells.len()).filter_map(|row| cells.text("id", row)).collect();
    let files = std::fs::read_dir(crate::support::project().join("sql/checks")).unwrap().count();
    assert_eq!(run.len(), files);
    for row in 0..cells.len() {
        let (check, failed) = (cells.text("id", row).unwrap(), cells.int("rows_failed", row).unwrap());
        let kept = FIRST.files.contains_key(&format!("failures/{check}.parquet"));
        assert!(failed == 0 || kept, "the failing rows of {check} are kept");
        assert_ne!(cells.text("result", row), Some("failed"), "{check}");
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert_eq!(different(&FIRST.files, &crate::publication::RELEASED.files), Vec::<String>::new());
}

#[test]
fn quarantined_rows_say_why_and_where() {
    let workspace = Workspace::of_project();
    workspace.expect(0, &["pull", "--quiet", "--from", &small_bodies(), "--only", "unctad/ict_use_by_size"]);
    let kept = parquet(&workspace.path("data/quarantine/unctad/ict_use_by_size.parquet"));
    assert_eq!(kept.num_rows(), 1);
    let cells = Table(&kept);
    assert!(["reason", "detail", "snapshot"].iter().all(|column| cells.text(column, 0).is_some_and(|text| !text.is_empty())));
    assert!(cells.int("record", 0) > Some(0));
}

/// A dashboard can label every code of a dimension.
#[test]
fn the_catalogue_names_every_code() {
    let catalog: Value = serde_json::from_slice(&FIRST.files["catalog.json"]).unwrap();
    let lists = &catalog["code_lists"];
    let cells = Table(&FIRST.values);
    for (column, list) in [
        ("sex", "CL_SEX"),
        ("age", "CL_AGE"),
        ("urbanisation", "CL_URBANISATION"),
        ("disability", "CL_DISABILITY"),
        ("education_level", "CL_EDUCATION_LEVEL"),
        ("size_class", "CL_SIZE_CLASS"),
        ("breakdown", "CL_BREAKDOWN"),
        ("estimate", "CL_ESTIMATE"),
        ("obs_status", "CL_OBS_STATUS"),
    ] {
        let codes: std::collections::BTreeSet<&str> = (0..cells.len()).filter_map(|row| cells.text(column, row)).collect();
        let unnamed: Vec<&&str> = codes.iter().filter(|code| !lists[list][**code].is_string()).collect();
        assert!(unnamed.is_empty(), "{list}: {unnamed:?}");
    }
}
