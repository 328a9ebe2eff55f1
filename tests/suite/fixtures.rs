//! The bodies that are shipped: a run on them gives every row of the plan that any provider has figures for, and says in
//! one sentence what the others lack.

use std::sync::LazyLock;

use serde_json::Value;
use yardstick::tables::cells::Table;

use crate::support::{Workspace, close, project, rows, value};

/// One run for all tests: the workspace, and what the run said.
pub(crate) static RELEASED: LazyLock<(Workspace, Value)> = LazyLock::new(|| {
    let workspace = Workspace::of_project();
    let said = workspace.json(0, &["run", "--from", &project().join("fixtures").to_string_lossy()]);
    (workspace.lasting(), said)
});

/// The rows of the plan, and the targets that measure each.
const ROWS: [(&str, &[&str]); 34] = [
    ("1.1", &["1.1"]),
    ("1.2", &["1.2"]),
    ("1.3", &["1.3"]),
    ("2.1", &["2.1"]),
    ("2.2", &["2.2.gender", "2.2.location.published"]),
    ("2.3", &["2.3"]),
    ("2.4", &["2.4"]),
    ("2.5", &["2.5"]),
    ("2.6", &["2.6"]),
    ("2.7a", &["2.7a"]),
    ("2.7b", &["2.7b"]),
    ("2.7c", &["2.7c"]),
    ("T1.1", &["T1.1"]),
    ("T1.2", &["T1.2"]),
    ("T1.3", &["T1.3"]),
    ("T1.4", &["T1.4"]),
    ("T1.5", &["T1.5"]),
    ("T1.6", &["T1.6"]),
    ("T1.7", &["T1.7"]),
    ("T2.1", &["T2.1"]),
    ("T2.2", &["T2.2"]),
    ("T2.3", &["T2.3"]),
    ("T2.4", &["T2.4"]),
    ("T2.5", &["T2.5"]),
    ("T2.6", &["T2.6"]),
    ("T2.7", &["T2.7"]),
    ("T2.8", &["T2.8.use", "T2.8.ownership"]),
    ("T2.9", &["T2.9"]),
    ("T2.10", &["T2.10"]),
    ("T3.1", &["T3.1.index"]),
    ("T3.2", &["T3.2"]),
    ("T3.3", &["T3.3"]),
    ("T3.4", &["T3.4"]),
    ("T3.5", &["T3.5"]),
];

/// The rows for which nobody publishes a figure of the world, or whose file nobody could be given.
const WITHOUT: [&str; 8] = ["2.3", "2.6", "2.7b", "T1.4", "T1.7", "T3.3", "T3.4", "T3.5"];

#[test]
fn every_row_of_the_plan_has_a_value_or_says_why() {
    let shown = RELEASED.1["data"]["targets"].as_array().unwrap();
    let of = |target: &str| shown.iter().find(|one| one["target"] == *target).unwrap_or_else(|| panic!("{target} is not shown"));
    for (row, targets) in ROWS {
        let valued = targets.iter().all(|target| !of(target)["latest_value"].is_null());
        assert_eq!(valued, !WITHOUT.contains(&row), "{row}: {}", of(targets[0]));
    }
    for one in shown.iter().filter(|one| one["latest_value"].is_null()) {
        let why = one["note"].as_str().unwrap().split("; ").next().unwrap();
        assert!(!why.starts_with("too few values"), "{} says no reason of its own: {why}", one["target"]);
    }
}

/// Worked out from the providers' files by other programs.
#[test]
fn figures_that_are_known() {
    let values = RELEASED.0.release("values.parquet");
    let of = |indicator: &str, area: &str, year: &str, breakdown: &str| {
        let key = [
            ("indicator", indicator),
            ("ref_area", area),
            ("time_period", year),
            ("breakdown", breakdown),
            ("estimate", "available"),
            ("sex", "_T"),
        ];
        value(&values, "value", &key)
    };
    close(of("broadband_affordability", "WLD", "2022", "FIXED_5GB"), 3.20, 0.005);
    close(of("broadband_affordability", "WLD", "2025", "FIXED_5GB"), 2.53, 0.005);
    close(of("broadband_affordability", "WLD", "2025", "MOBILE_5GB"), 1.38, 0.005);
    close(of("broadband_coverage", "WLD", "2023", "4G"), 92.6, 0.05);
    let key =
        [("indicator", "broadband_affordability_share"), ("estimate", "reported"), ("time_period", "2025"), ("breakdown", "FIXED_5GB")];
    let economies = rows(&values, &key);
    assert_eq!(economies.iter().filter(|row| Table(&values).float("value", **row) == Some(1.0)).count(), 88);
}

/// Rows had the class `met`, of the same economies, with a distance left to go or a target missed; a latest value of the
/// years before the baseline; and an arrival on a line that the class was not of.
#[test]
fn what_a_row_of_progress_says_agrees() {
    let progress = RELEASED.0.release("progress.parquet");
    let cells = Table(&progress);
    for row in 0..cells.len() {
        let (class, outcome) = (cells.text("class", row), cells.text("outcome", row));
        let place = ["target", "ref_area", "estimate", "sex", "age", "breakdown"].map(|column| cells.text(column, row).unwrap_or_default());
        if class == Some("met") {
            assert_eq!((cells.float("distance", row), outcome == Some("missed")), (Some(0.0), false), "{place:?}");
        }
        if matches!(class, Some("deterioration" | "insufficient_data")) {
            assert_eq!(cells.float("arrival_year", row), None, "{place:?}");
        }
        if let (Some(baseline), Some(latest)) = (cells.int("baseline_year", row), cells.int("latest_year", row)) {
            assert!(baseline <= latest, "{place:?}: {latest} is before {baseline}");
        }
    }
}

/// The basket of 5 GB was said to start in 2024; the DataHub has it for 2023.
#[test]
fn the_mobile_basket_is_measured_from_its_first_year_on() {
    let (values, progress) = (RELEASED.0.release("values.parquet"), RELEASED.0.release("progress.parquet"));
    let key = [("indicator", "broadband_affordability"), ("breakdown", "MOBILE_5GB"), ("estimate", "available"), ("ref_area", "WLD")];
    let first = rows(&values, &key).into_iter().filter_map(|row| Table(&values).int("time_period", row)).min();
    for target in ["1.2.mobile", "1.2.economies_mobile"] {
        let row = rows(&progress, &[("target", target), ("ref_area", "DEVELOPING"), ("estimate", "imputed")])[0];
        assert_eq!(Table(&progress).int("baseline_year", row), first, "{target}");
    }
}

/// What a target is measured by is what it asks for: nothing nearby, and nothing that only looks met.
#[test]
fn a_target_is_measured_by_what_it_asks_for() {
    let progress = RELEASED.0.release("progress.parquet");
    let cells = Table(&progress);
    let headline = |target: &str| {
        let own = rows(&progress, &[("target", target)]);
        let chosen = cells.0.column_by_name("headline").unwrap();
        let chosen: &datafusion::arrow::array::BooleanArray = chosen.as_any().downcast_ref().unwrap();
        own.into_iter().find(|row| chosen.value(*row)).unwrap_or_else(|| panic!("{target} has no headline"))
    };
    let said = |target: &str| {
        let row = headline(target);
        let text = |column| cells.text(column, row).unwrap_or_default();
        (text("breakdown"), text("class"), text("outcome"), text("note"))
    };
    // The sector, and beside it, without a class, the companies; no net abatement out of gross figures.
    assert_eq!((said("2.7c").0, cells.float("latest_value", headline("2.7c"))), ("SECTOR_SHARE", Some(1.4)));
    assert_eq!((said("2.7c.companies").0, said("2.7c.companies").1), ("DIGITAL_COMPANIES", "insufficient_data"));
    assert_eq!(cells.float("latest_value", headline("2.7b")), None);
    let (breakdown, class, _, note) = said("2.7b.gross");
    assert_eq!((breakdown, class), ("MOBILE_INDUSTRY_GROSS", "insufficient_data"));
    assert!(note.starts_with("gross of the emissions of ICT itself"), "{note}");
    // 95.8 percent of the world by 3G is not universal; 96 by 2023 was asked before.
    let covered = cells.float("latest_value", headline("1.1")).unwrap();
    assert!((95.0..99.5).contains(&covered) && said("1.1").1 == "on_track", "{covered} {:?}", said("1.1"));
    assert_eq!((said("T2.7").1, cells.float("latest_value", headline("T2.7"))), ("met", Some(96.0)));
    // Met by what ITU publishes of 2025, and not by ours of 2023, of which year it publishes nothing: too late.
    for (target, imputed) in [("T1.2", "68.54 in 2023"), ("T2.7", "95.02 in 2023")] {
        let (_, class, outcome, note) = said(target);
        assert_eq!((class, outcome), ("met", "late"), "{target}");
        assert!(note.contains(&format!("is said by the imputed value, {imputed}")), "{note}");
    }
    assert!(said("T2.7").3.contains("met as printed: half of the last digit less would not be"), "{}", said("T2.7").3);
    // Without a baseline nothing was made per year; a class that is of another row says so where it is shown.
    let told = RELEASED.0.expect(0, &["explain", "internet_use", "--area", "WLD", "--target", "T1.2", "--limit", "1"]).stdout;
    assert!(told.contains("outcome late") && !told.contains("made per year") && !told.contains("projected"), "{told}");
    let asked = ["explain", "1.2", "--area", "DEVELOPED", "--target", "1.2", "--breakdown", "FIXED_5GB", "--limit", "1"];
    let told = RELEASED.0.expect(0, &asked).stdout;
    assert!(told.contains("class deterioration (met by baseline and latest value alone: the note says why)"), "{told}");
    // Schools fall since India reports in 2022 and not in 2016; in the same economies, 43 percent of the weight, they rise.
    let schools = [("target", "2.4"), ("ref_area", "WLD"), ("education_level", "ISCED11_2_3"), ("estimate", "imputed")];
    let row = rows(&progress, &schools)[0];
    let classes = ["class", "class_fixed", "class_as_computed"].map(|column| cells.text(column, row).unwrap_or_default());
    assert_eq!((classes, cells.float("projected_low", row)), (["limited", "limited", "deterioration"], None));
    // The median is below 2 percent, and half of the economies are above.
    let (_, class, _, note) = said("1.2.mobile");
    assert!(cells.float("latest_value", headline("1.2.mobile")).unwrap() < 2.0 && class != "met", "{class}");
    assert!(note.contains("1.2.economies_mobile stands beside it: 50.66 in 2025, not met, and this is met with it alone"), "{note}");
    let told = RELEASED.0.expect(0, &["explain", "1.2", "--area", "DEVELOPING", "--target", "1.2.mobile", "--limit", "1"]).stdout;
    assert!(!told.contains("computed again now"), "{told}");
    // The same economies from 2017 on: 2.51 in 2017, and no fall at all.
    let row = headline("T1.3");
    assert_eq!((cells.int("baseline_year", row), said("T1.3").0), (Some(2017), "FIXED_PANEL"));
    close(cells.float("baseline_value", row).unwrap(), 2.51, 1e-9);
    assert_eq!((said("T1.3").1, said("T1.3").2), ("deterioration", "missed"));
    assert_eq!((said("T2.5").1, said("T2.5").2), ("deterioration", "missed"));
    // Four years before the target year are too many to say that it was missed.
    let (_, class, outcome, note) = said("T3.2");
    assert_eq!((class, outcome), ("limited", "open"));
    assert!(note.contains("whether it was met by 2023 is not known: the last value up to then with enough observed is of 2019"), "{note}");
}

/// Who reports no 5G counts as having none, is told, and is never covered.
#[test]
fn silence_is_assumed_and_told() {
    let values = RELEASED.0.release("values.parquet");
    let key =
        [("indicator", "broadband_coverage"), ("ref_area", "WLD"), ("time_period", "2023"), ("breakdown", "5G"), ("urbanisation", "_T")];
    let available = [&key[..], &[("estimate", "available")]].concat();
    close(value(&values, "value", &available), 50.72, 0.005);
    close(value(&values, "coverage", &available), 0.882, 0.0005);
    let row = crate::support::row(&values, &available);
    let (status, note) = (Table(&values).text("obs_status", row), Table(&values).text("note", row));
    assert_eq!((status, note), (Some("I"), Some("assumed, without a report: 93 economies, 11.2 % of the weight")));
    let workspace = &RELEASED.0;
    let explain = ["explain", "1.1", "--area", "WLD", "--year", "2023", "--breakdown", "5G", "--estimate", "available", "--limit", "3"];
    let told = workspace.expect(0, &explain).stdout;
    for part in ["assumed: 93 members, together 11.2 % of the population", "why assumed: 5G coverage is not reported where", ": equal"] {
        assert!(told.contains(part), "no `{part}` in\n{told}");
    }
}

/// A newcomer's first run gives every economy, sets nothing aside without a listed reason, and is not degraded.
#[test]
fn the_first_run_is_whole() {
    let (workspace, said) = &*RELEASED;
    let values = workspace.release("values.parquet");
    let cells = Table(&values);
    let economies: std::collections::BTreeSet<&str> = (0..cells.len())
        .filter(|row| cells.text("indicator", *row) == Some("internet_use") && cells.text("estimate", *row) == Some("reported"))
        .filter_map(|row| cells.text("ref_area", row))
        .collect();
    assert!(economies.len() >= 220, "{} economies", economies.len());
    let origin = std::fs::read_to_string(project().join("fixtures/ORIGIN.md")).unwrap();
    // those without counts have no body here
    for set in said["data"]["data_sets"].as_array().unwrap().iter().filter(|set| set["counts"]["rows_in"].is_u64()) {
        let count = |name: &str| set["counts"][name].as_u64().unwrap();
        assert_eq!(count("rows_in"), count("observations") + count("quarantined") + count("headings"), "{set}");
        for (reason, rows) in set["quarantine_reasons"].as_object().unwrap() {
            let line = format!("| {reason} | {} | {rows} |", set["data_set"].as_str().unwrap());
            assert!(origin.contains(&line), "fixtures/ORIGIN.md lacks {line}");
        }
    }
}

/// The strip of a target that asks for a range marked one of its bounds as the target.
#[test]
fn a_band_is_marked_with_both_bounds() {
    let page = RELEASED.0.read("data/current/site/group/ITU_AFR.html");
    let band = page.split("id=\"strip-2.2.gender-title\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(band.contains(">Target from 0.98<") && band.contains(">Target to 1.02<") && band.contains("<rect class=\"band\""), "{band}");
    assert!(!page.contains(">Target 0.98<") && !page.contains(">Target 1.02<"));
    // A level has one mark and no band.
    assert!(page.contains(">Target 100"));
}

/// All economies, groups and targets together: what the tests of a small release cannot see.
#[test]
fn the_site_of_all_economies_keeps_its_budget() {
    let size: u64 = files_of(&RELEASED.0.path("data/current/site")).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(size <= 12_000_000, "the site has {size} bytes");
}

fn files_of(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_of(&path) } else { vec![path] }).collect()
}

/// A target that is read for several parts is told by one of them: wherever it is, the part stands beside the figure.
#[test]
fn a_figure_of_one_part_says_so() {
    let read = |path: &str| std::fs::read(RELEASED.0.path("data/current/").join(path)).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(read("yardstick.xlsx"))).unwrap();
    let overview = calamine::Reader::worksheet_range(&mut book, "Overview").unwrap();
    let line = overview.rows().find(|line| line[0] == "2.4").unwrap();
    assert_eq!((line[14].to_string(), line[15].to_string()), ("Primary education (one of 4 parts)".into(), "published".into()));
    let metadata: Value = serde_json::from_slice(&read("web/schools_internet.metadata.json")).unwrap();
    let progress = &metadata["targets"][0]["progress"];
    assert_eq!(progress["dimensions"], serde_json::json!({ "education_level": "ISCED11_1" }));
    assert_eq!((&progress["part"], &progress["parts"], &progress["outcome"]), (&"Primary education".into(), &4.into(), &"open".into()));
}

/// What stands for now is no year that is mostly carried, where one with more observed is at hand: one row a series.
#[test]
fn the_newest_year_is_not_mostly_carried() {
    let (values, latest) = (RELEASED.0.release("values.parquet"), RELEASED.0.release("latest.parquet"));
    let cells = Table(&values);
    let key = [("indicator", "households_internet"), ("ref_area", "WLD"), ("estimate", "imputed"), ("urbanisation", "_T")];
    let rows = rows(&values, &key);
    let year = |row: &usize| cells.int("time_period", *row).unwrap();
    let newest: Vec<i64> = rows.iter().filter(|row| cells.is_true("newest", **row)).map(year).collect();
    assert_eq!((newest, rows.iter().map(year).max()), (vec![2023], Some(2025)));
    assert_eq!((0..cells.len()).filter(|row| cells.is_true("newest", *row)).count(), latest.num_rows());
    assert!((0..latest.num_rows()).all(|row| Table(&latest).is_true("preferred", row)));
}

/// What a chart shows in a sentence: of which area, part and estimate; years without a value are no course; a class that
/// is not of the newest value says of which.
#[test]
fn a_sentence_says_what_its_values_are_of() {
    let told = |name: &str, expected: &str| {
        let path = RELEASED.0.path(format!("data/current/web/{name}.readme.md"));
        let text = std::fs::read_to_string(path).unwrap();
        let said = text.split("## In short").nth(1).unwrap().split("##").next().unwrap();
        assert!(said.contains(expected), "{name}: {said}");
    };
    told("schools_internet", "Internet access for all schools, World. Primary education (published): from 38.7% in 2016 to 48.6% in 2023.");
    told("published_gaps", "two values, 0.91 in 2019 and 0.94 in 2024.");
    told("internet_use", "Published: from 60.0% in 2020 to 74.0% in 2025, with values of 3 of 6 years.");
    told("households_internet", "to 72.9% in 2023 (the line goes on to 2025, of which too little is observed)");
    told("ict_footprint", "Unit: Million tonnes of CO2 equivalent; some values in Percentage.");
}
