//! `only_redistributable`: the own figures of a source that nobody knows to let them be passed on are in no file of the
//! release; what is computed from them stays.

use serde_json::Value;
use yardstick::tables::cells::Table;

use super::{Released, indicator, of_one_table};
use crate::support::{Workspace, rows, value};

const JOB: &str = "pipelines/job.toml";

/// Two sources: one whose licence says nothing, and one that says that its data may be passed on.
fn two_sources() -> Workspace {
    let workspace = of_one_table("KEN,2020,40.125,kept apart\nKEN,2023,50.375,\nRWA,2023,52.5,\n");
    let free =
        workspace.read("pipelines/own.toml").replace("source = \"own\"\nlicence = \"typed\"", "source = \"free\"\nlicence = \"CC BY 4.0\"");
    workspace.write("pipelines/free.toml", free);
    workspace.write("in/free/figures/figures.csv", "area,year,value,note\nUGA,2020,44.25,\nUGA,2023,60.625,\n");
    let target =
        |id: &str, area: &str| format!("[[target]]\nid = \"{id}\"\narea = \"{area}\"\nyear = 2030\nvalue = 100.0\nbaseline_year = 2020\n");
    let more = format!(
        "coverage = {{ publish = 0.001, flag = 0.001, base = \"economies\" }}\n{}{}{}",
        target("1", "WLD"),
        target("2", "KEN"),
        target("3", "UGA")
    );
    indicator(&workspace, "1", "own", "\"Own\"", &more, "");
    workspace
}

/// The same of the files whose bytes are packed: each cell of every table and of the workbook.
fn in_no_packed_file(released: &Released, figures: &[&str]) {
    use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let mut cells = 0;
    let mut look = |name: &str, cell: String| {
        cells += 1;
        assert!(!figures.iter().any(|figure| cell.contains(figure)), "{name} has {cell}");
    };
    for (name, bytes) in released.files.iter().filter(|(name, _)| name.ends_with(".parquet")) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes.clone())).unwrap().build().unwrap();
        for batch in reader.map(Result::unwrap) {
            for column in batch.columns() {
                let shown = ArrayFormatter::try_new(column, &FormatOptions::new()).unwrap();
                (0..batch.num_rows()).for_each(|row| look(name, shown.value(row).to_string()));
            }
        }
    }
    let book = std::io::Cursor::new(&released.files["yardstick.xlsx"]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(book).unwrap();
    for sheet in calamine::Reader::sheet_names(&book) {
        let range = calamine::Reader::worksheet_range(&mut book, &sheet).unwrap();
        range.used_cells().for_each(|(_, _, cell)| look(&sheet, cell.to_string()));
    }
    assert!(cells > 100, "{cells}");
}

/// A data set may have terms of its own, in a source that passes on everything else.
#[test]
fn figures_of_a_data_set_with_its_own_terms_are_left_out_alone() {
    let workspace = two_sources();
    let free = workspace.read("pipelines/free.toml");
    let one = &free[free.find("[[dataset]]").unwrap()..];
    let other = one.replace("name = \"figures\"", "name = \"bound\"").replacen("[[dataset]]\n", "[[dataset]]\nlicence = \"ask us\"\n", 1);
    workspace.write("pipelines/free.toml", format!("{free}\n{other}"));
    workspace.write("in/free/bound/bound.csv", "area,year,value,note\nTZA,2023,33.125,\n");
    workspace.write(JOB, "[publication]\nonly_redistributable = true\n");
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    in_no_packed_file(&released, &["33.125"]);
    let csv = released.text("csv/own.csv");
    assert!(!csv.contains("33.125") && csv.contains("60.625"), "{csv}");
    let told = "left out: 1 value of free/bound, whose licence does not say that they may be passed on";
    assert!(released.text("manifest.json").contains(told), "{}", released.text("manifest.json"));
}

#[test]
fn figures_that_may_not_be_passed_on_are_in_no_file() {
    let workspace = two_sources();
    workspace.expect(0, &["run", "--from", "in"]);
    let whole = Released::of(&workspace);
    assert!(whole.text("csv/own.csv").contains("50.375"));
    workspace.write(JOB, "[publication]\nonly_redistributable = true\n");
    let plan = workspace.expect(0, &["plan", "--from", "in"]);
    assert!(plan.stdout.contains("sources that are not passed on is new"), "{}", plan.stdout);
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    let released = Released::of(&workspace);
    for (name, bytes) in &released.files {
        let text = String::from_utf8_lossy(bytes);
        for figure in ["40.125", "50.375", "kept apart"] {
            assert!(!text.contains(figure), "{name} has {figure}");
        }
    }
    in_no_packed_file(&released, &["40.125", "50.375", "kept apart"]);
    let manifest: Value = serde_json::from_str(released.text("manifest.json")).unwrap();
    let told = "left out: 3 values of own, whose licence does not say that they may be passed on";
    assert!(manifest["warnings"].as_array().unwrap().contains(&told.into()), "{}", manifest["warnings"]);
    assert!(released.text("site/data.html").contains(told));
    // Counts are of what is there.
    let counts = [&manifest["indicators"]["own"]["rows"], &manifest["rows"]["values"]];
    assert_eq!(counts, [released.values.num_rows(); 2]);
    // The other source, and what is computed, stay: the median of three economies.
    let values = &released.values;
    assert_eq!(rows(values, &[("source", "own"), ("estimate", "reported")]), Vec::<usize>::new());
    assert_eq!(rows(values, &[("source", "free"), ("estimate", "reported")]).len(), 2);
    let world = [("ref_area", "WLD"), ("time_period", "2023"), ("estimate", "available")];
    assert_eq!(value(values, "value", &world), 52.5);
    assert_eq!(value(&whole.values, "value", &world), 52.5);
    let latest = |target: &str| {
        let found = rows(&released.progress, &[("target", target)]);
        found.into_iter().find_map(|row| Table(&released.progress).float("latest_value", row))
    };
    assert_eq!((latest("1"), latest("2"), latest("3")), (Some(52.5), None, Some(60.625)));
    let revisions = workspace.release("revisions.parquet");
    assert_eq!(rows(&revisions, &[("ref_area", "KEN")]), Vec::<usize>::new());
    // Why the aggregate is what it is, who runs the program still sees.
    let why = workspace.expect(0, &["explain", "own", "--area", "WLD", "--year", "2023", "--estimate", "available"]);
    assert!(why.stdout.contains("50.38") && !why.stdout.contains("computed again"), "{}", why.stdout);
    // The same inputs, the same bytes; without the switch everything is back.
    assert_eq!(workspace.expect(0, &["run", "--from", "in"]).stdout.lines().last().map(|line| line.contains("nothing to do")), Some(true));
    std::fs::remove_file(workspace.path(JOB)).unwrap();
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-26"]);
    let again = Released::of(&workspace);
    let back = workspace.json(0, &["diff"]);
    let causes: Vec<&Value> = back["data"]["changes"].as_array().unwrap().iter().map(|change| &change["cause"]).collect();
    assert!(causes.len() >= 3 && causes.iter().all(|cause| *cause == "program_changed"), "{back:#}");
    assert_eq!(again.files["values.parquet"], whole.files["values.parquet"]);
    let typo = workspace.write(JOB, "[publication]\nonly_redistributible = true\n");
    assert!(workspace.run(&["check"]).code == 2, "{}", typo.display());
}
