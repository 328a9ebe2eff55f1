//! A provider changes something without a word: a column gets another name, a unit becomes another one, a series appears
//! that nobody asked for, an economy's history moves. Each is told, or held until a person has looked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::bad_input::{unzipped, zipped};
use crate::support::{Run, Workspace, copy, project, small_bodies};

/// A body of each kind of format, with the words that a test puts others in the place of. Each stands with the signs
/// around it; series, area and year are those of the last row.
struct Body {
    dataset: &'static str,
    path: &'static str,
    /// Where the file has one.
    unit: Option<[&'static str; 2]>,
    series: &'static str,
    /// A series that the data set does not name, where it names any.
    unknown: Option<&'static str>,
    area: &'static str,
    year: &'static str,
}

const BODIES: [Body; 6] = [
    Body {
        dataset: "unsd/sdg_global",
        path: "tests/suite/small_bodies/unsd/sdg_global/IT_USE_ii99.csv",
        unit: Some(["\"PER_100_POP\"", "\"RATIO\""]),
        series: "\"IT_USE_ii99\"",
        unknown: Some("ZZ_NEW"),
        area: "\"860\"",
        year: "\"2018\"",
    },
    Body {
        dataset: "itu/mobile_ownership",
        path: "tests/suite/small_bodies/itu/mobile_ownership/individuals-who-own-a-mobile-phone.csv",
        unit: Some([",% of individuals,", ",Ratio,"]),
        series: "\n28027,",
        unknown: Some("99999"),
        area: ",UZB,",
        year: ",2018,",
    },
    Body {
        dataset: "itu/internet_use",
        path: "tests/suite/small_bodies/itu/internet_use/individuals-using-the-internet.zip",
        unit: Some([",\"%\",", ",\"Per 1000 inhabitants\","]),
        series: "\n11624,",
        unknown: Some("99999"),
        area: "\"KSO\"",
        year: ",2018,",
    },
    Body {
        dataset: "data360/itu_gci",
        path: "fixtures/data360/itu_gci/ITU_GCI_GCI_OVRL_SCRE.zip",
        unit: Some([",0_TO_100,", ",PT,"]),
        series: ",ITU_GCI_GCI_OVRL_SCRE,",
        unknown: Some("ITU_GCI_BOGUS"),
        area: ",ZWE,",
        year: ",2024,",
    },
    Body {
        dataset: "unsd_gender/internet_by_sex",
        path: "fixtures/unsd_gender/internet_by_sex/unsd_minset_I17_internet_by_sex_2021.tsv",
        unit: Some(["\tPT\t", "\tRATIO\t"]),
        series: "\nI.17\t",
        unknown: None,
        area: "\t31\t",
        year: "\t2010\t",
    },
    Body {
        dataset: "unesco/data_export",
        path: "tests/suite/small_bodies/unesco/data_export/indicator-data-export_SCHBSP.1.WINTERN.zip",
        unit: None,
        series: "\nSCHBSP.1.WINTERN,",
        unknown: Some("SCHBSP.9.NEW"),
        area: ",SDG: World,",
        year: ",2023,",
    },
];

impl Body {
    /// Pulled and released once, as it is; with its text.
    fn released(&self) -> (Workspace, String) {
        let body = std::fs::read(project().join(self.path)).unwrap();
        let text = String::from_utf8(if self.is_zip() { unzipped(&body) } else { body }).unwrap();
        let workspace = Workspace::as_prepared(self.dataset, || {
            let workspace = Workspace::of_method().with_check("notes_of_reading");
            workspace.without_people();
            let (source, _) = self.dataset.split_once('/').unwrap();
            let pipeline = format!("pipelines/{source}.toml");
            std::fs::copy(project().join(&pipeline), workspace.path(&pipeline)).unwrap();
            let run = self.run(&workspace, 0, &text);
            assert!(!run.stderr.contains("units of the file"), "{}", run.stderr);
            workspace
        });
        (workspace, text)
    }

    fn is_zip(&self) -> bool {
        self.path.ends_with(".zip")
    }

    /// A night with this text in the place of the body.
    fn run(&self, workspace: &Workspace, code: i32, text: &str) -> Run {
        let (_, name) = self.path.rsplit_once('/').unwrap();
        let body = if self.is_zip() { zipped(&[("data.csv", text.as_bytes())]) } else { text.into() };
        workspace.write(&format!("in/{}/{name}", self.dataset), body);
        workspace.expect(code, &["run", "--from", "in"])
    }
}

/// A text without its last line end.
fn without_end(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}

/// The last row, with something else between the signs around a word.
fn last_row_with(text: &str, word: &str, change: &dyn Fn(&str) -> String) -> String {
    let row = format!("\n{}\n", without_end(text).rsplit('\n').next().unwrap());
    let inner = &word[1..word.len() - 1];
    assert!(row.contains(word), "no {word:?} in {row}");
    row.replacen(word, &word.replacen(inner, &change(inner), 1), 1).trim_matches('\n').to_owned()
}

fn query(workspace: &Workspace, query: &str) -> String {
    workspace.expect(0, &["sql", query, "--output", "csv"]).stdout
}

/// How many rows are set aside for each reason.
fn aside(workspace: &Workspace) -> BTreeMap<String, i64> {
    let rows = query(workspace, "SELECT reason, count(*) AS n FROM quarantine GROUP BY reason ORDER BY reason");
    rows.lines().skip(1).filter_map(|row| row.split_once(',')).map(|(reason, n)| (reason.to_owned(), n.parse().unwrap())).collect()
}

/// The UN SDG database alone, pulled and published once.
fn workspace() -> Workspace {
    let workspace = Workspace::of_method_and_checks();
    std::fs::copy(project().join("pipelines/unsd.toml"), workspace.path("pipelines/unsd.toml")).unwrap();
    copy(&small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    workspace.expect(0, &["run", "--from", "in"]);
    workspace
}

fn body(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.path("in/unsd/sdg_global").join(name)
}

fn change(workspace: &Workspace, name: &str, from: &str, to: &str) {
    let path = body(workspace, name);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

fn says(run: &Run, words: &[&str]) {
    let all = format!("{}\n{}", run.stdout, run.stderr);
    let missing: Vec<&&str> = words.iter().filter(|word| !all.contains(**word)).collect();
    assert!(missing.is_empty(), "no {missing:?} in\n{all}");
}

#[test]
fn a_column_under_a_new_name_is_told() {
    let workspace = workspace();
    change(&workspace, "IT_MOB_OWN.csv", "[Sex]", "[Gender]");
    change(&workspace, "SE_ADT_ACTS.csv", "[Sex]", "[Gender]");
    let run = workspace.expect(0, &["run", "--from", "in"]);
    says(&run, &["columns_changed (2 rows)", "series_drifted (2 rows)"]);
    let rows = workspace.expect(0, &["checks", "columns_changed", "series_drifted"]);
    says(&rows, &["a new column: [Gender]", "a column is gone: [Sex]", "IT_MOB_OWN: 3 breakdowns gone, such as F; 3 new, such as BOTHSEX"]);
    // The next night is compared with this release: it is told once.
    change(&workspace, "IT_MOB_OWN.csv", "\"ITU\"", "\"ITU \"");
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(!run.stdout.contains("columns_changed") && !run.stdout.contains("series_drifted"), "{}", run.stdout);
}

#[test]
fn another_unit_is_held_until_a_person_accepts_it() {
    let workspace = workspace();
    change(&workspace, "IT_USE_ii99.csv", "\"PER_100_POP\"", "\"RATIO\"");
    let run = workspace.expect(3, &["run", "--from", "in"]);
    let told =
        "E2018: unsd/sdg_global: another unit than last time: IT_USE_ii99: 194 of 194 observations in RATIO, last time in PER_100_POP";
    says(&run, &[told, "yardstick run --accept unsd/sdg_global"]);
    let units = "SELECT DISTINCT unit FROM observations WHERE series = 'IT_USE_ii99'";
    assert_eq!(workspace.expect(0, &["sql", units, "--output", "csv"]).stdout, "unit\nPER_100_POP\n", "the last good data stay in use");
    says(&workspace.expect(0, &["status"]), &[told, "yardstick run --accept unsd/sdg_global"]);
    says(&workspace.expect(2, &["run", "--from", "in", "--accept", "unsd/sdg_globl"]), &["did you mean `unsd/sdg_global`?"]);
    let run = workspace.expect(0, &["run", "--from", "in", "--accept", "unsd/sdg_global"]);
    says(&run, &["accepted by hand: E2018", "series_drifted (1 row)"]);
    assert_eq!(workspace.expect(0, &["sql", units, "--output", "csv"]).stdout, "unit\nRATIO\n");
    assert!(workspace.read("data/current/manifest.json").contains("accepted by hand: E2018"));
    says(&workspace.expect(0, &["checks", "series_drifted"]), &["unit PER_100_POP before, now RATIO"]);
    workspace.expect(0, &["run", "--from", "in"]);
}

/// One economy's history is cut by a fifth: neither its indicator's totals nor its series' range show it.
#[test]
fn an_economy_whose_history_moves_is_told() {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &["2.2b_mobile_ownership.sql"]);
    copy(&small_bodies().join("itu/mobile_ownership"), &workspace.path("in/itu/mobile_ownership"));
    workspace.expect(0, &["run", "--from", "in"]);
    let path = workspace.path("in/itu/mobile_ownership/individuals-who-own-a-mobile-phone.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut cut = 0;
    let lines = text.lines().map(|line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let value = cells.iter().rposition(|cell| cell.parse::<f64>().is_ok_and(|number| number < 101.0 && cell.contains('.')));
        if let (true, Some(at)) = (line.contains(",BRA,") || line.contains(",Brazil,"), value) {
            cells[at] = (cells[at].parse::<f64>().unwrap() * 0.8).to_string();
            cut += 1;
        }
        cells.join(",")
    });
    let changed = lines.collect::<Vec<_>>().join("\n");
    assert!(cut >= 3, "{cut} figures of Brazil");
    std::fs::write(&path, changed).unwrap();
    let run = workspace.run(&["run", "--from", "in"]);
    says(&run, &["changed most against the release before", "mobile_ownership:", "economy BRA", "economies_revised"]);
    says(&workspace.expect(0, &["checks", "economies_revised"]), &["BRA mobile_ownership:", "by -20.0 % on average"]);
}

/// Whatever the format: a file whose figures are all in another unit than before, or than our table has, is not taken,
/// and a few such rows are told.
#[test]
fn another_unit_is_told_in_every_format() {
    for (body, [ours, other]) in BODIES.iter().filter_map(|body| Some((body, body.unit?))) {
        let (workspace, text) = body.released();
        let units = || query(&workspace, "SELECT unit, count(*) AS n FROM observations GROUP BY unit ORDER BY unit");
        let before = units();
        assert!(text.contains(ours), "{}", body.dataset);
        says(&body.run(&workspace, 3, &text.replace(ours, other)), &["E2018", body.dataset]);
        assert_eq!(units(), before, "{}: the last good data stay in use", body.dataset);
        let run = body.run(&workspace, 0, &text.replacen(ours, other, 3));
        says(&run, &["notes_of_reading (1 row)"]);
        assert!(
            run.stderr.contains("another unit than last time") || run.stderr.contains("figures in two units, 3 rows set aside"),
            "{}",
            run.stderr
        );
    }
}

/// ITU: our unit stands whatever the file says; what nobody can tell is told, and what files of a family are known to
/// say is not.
#[test]
fn units_of_itu_are_ours() {
    let body = &BODIES[1];
    let [ours, _] = body.unit.unwrap();
    let (workspace, text) = body.released();
    let run = body.run(&workspace, 0, &text.replace(ours, ",promille,"));
    says(&run, &["units of the file that may be others than ours: 28027 in `promille`, our table has PT; ours are taken"]);
    assert_eq!(query(&workspace, "SELECT DISTINCT unit FROM observations"), "unit\nPT\n");
    let series = "pipelines/reference/itu_series.csv";
    let table = workspace.read(series);
    let line = table.lines().find(|line| line.starts_with("28027,")).unwrap();
    workspace.write(series, table.replacen(line, &format!("{line}% of all; Promille"), 1));
    let run = body.run(&workspace, 0, &text.replace(ours, ",promille,"));
    assert!(!run.stderr.contains("units of the file"), "{}", run.stderr);
    // A breakdown that the table lacks has the unit of its total.
    let child = last_row_with(&text, body.series, &|_| "99998".to_owned())
        .replace("xHH18_IDI", "HHU271own-%_POP-FEMALE-")
        .replace("UZB,,,,", "UZB,Gender,Female,,");
    let wrong = child.replace(ours, ",per 1000 inhabitants,").replace("UZB", "BRA");
    body.run(&workspace, 0, &format!("{}\n{child}\n{wrong}\n", without_end(&text)));
    assert_eq!(
        query(&workspace, "SELECT series, unit, count(*) AS n FROM observations WHERE sex = 'F' GROUP BY series, unit"),
        "series,unit,n\n28027,PT,1\n"
    );
    assert_eq!(aside(&workspace).get("other_unit"), Some(&1));
}

#[test]
fn a_series_that_the_data_set_does_not_name_is_set_aside_in_every_format() {
    for (body, unknown) in BODIES.iter().filter_map(|body| Some((body, body.unknown?))) {
        let (workspace, text) = body.released();
        let mut expected = aside(&workspace);
        let row = last_row_with(&text, body.series, &|_| unknown.to_owned());
        let run = body.run(&workspace, 0, &format!("{}\n{row}\n", without_end(&text)));
        says(&run, &["series that the data set does not name, whose rows are set aside: `", unknown, "notes_of_reading (1 row)"]);
        *expected.entry("series_not_asked".to_owned()).or_default() += 1;
        assert_eq!(aside(&workspace), expected, "{}", body.dataset);
        let found = query(&workspace, &format!("SELECT count(*) AS n FROM observations WHERE series LIKE '%{unknown}%'"));
        assert_eq!(found, "n\n0\n", "{}", body.dataset);
    }
}

/// Marks that spreadsheets and web pages leave behind are no part of an area; a control character in a key is damage.
#[test]
fn control_characters_in_keys_are_set_aside_in_every_format() {
    for body in &BODIES {
        let (workspace, text) = body.released();
        let mut expected = aside(&workspace);
        let damaged = |word: &str| format!("{}\u{7}{}", &word[..1], &word[1..]);
        let rows = [
            last_row_with(&text, body.series, &damaged),
            last_row_with(&text, body.area, &damaged),
            last_row_with(&text, body.area, &|area| format!("{area}\u{1f}")),
            last_row_with(&text, body.year, &damaged),
            last_row_with(&text, body.area, &|area| format!("\u{feff}\u{200e}{area}\u{200b}\u{a0}")),
        ];
        body.run(&workspace, 0, &format!("{}\n{}\n", without_end(&text), rows.join("\n")));
        for (reason, rows) in [("bad_code", 3), ("bad_year", 1), ("duplicate_row", 1)] {
            *expected.entry(reason.to_owned()).or_default() += rows;
        }
        assert_eq!(aside(&workspace), expected, "{}", body.dataset);
    }
}

/// A column more is told where it cannot be a dimension, and refused where it may be one.
#[test]
fn a_new_column_is_told_in_every_format() {
    for (body, sign) in BODIES.iter().zip([",", ",", ",", ",", "\t", ","]) {
        let (workspace, text) = body.released();
        let unknown = if body.dataset == "unsd/sdg_global" { "[Extra]" } else { "Extra" };
        let mut lines = text.lines().map(|line| format!("{line}{sign}\n"));
        let header = lines.next().unwrap().trim_end_matches('\n').to_owned();
        let changed = format!("{header}{unknown}\n{}", lines.collect::<String>());
        if body.dataset == "data360/itu_gci" {
            says(&body.run(&workspace, 3, &changed), &["E2010", "unknown column `Extra`"]);
            continue;
        }
        says(&body.run(&workspace, 0, &changed), &["columns_changed (1 row)"]);
        says(&workspace.expect(0, &["checks", "columns_changed"]), &[&format!("a new column: {unknown}")]);
    }
}
