//! What a header may leave to the views, the defaults and the pipelines, and what comes of it.

mod without_a_word;

use crate::support::{Workspace, row, rows, value};
use yardstick::tables::cells::Table;

const PIPELINE: &str = r#"
source = "survey"
title = "The survey office"
short_title = "Survey"
licence = "CC0"
citation = "Survey office, yearly survey"
homepage = "https://survey.example"
[[dataset]]
name = "use"
title = "Use"
citation = "Survey office, use"
format = "table"
[dataset.columns]
series = "series"
ref_area = "area"
time_period = "year"
urbanisation = "place"
value = "value"
unit = { constant = "PT" }
edition = "edition"
note = "note"
"#;

const DEFAULTS: &str = r#"
groups = ["world"]
window = 3
owner = "Office of defaults"
coverage = { publish = "2/3", flag = 0.5, base = "economies", min_members = 1 }
[target]
area = "WLD"
[[source]]
name = "printed"
title = "A printed source"
licence = "by agreement"
citation = "Printed, 2024"
"#;

const HEADER: &str = r#"/*---
id = "9.1"
name = "use"
title = "Use"
unit = "PT"
rollup = "median"
datasets = ["survey/use"]
series = [
  { source = "survey", series = "new", breakdown = "ALL" },
  { source = "survey", series = "book", breakdown = "ALL", publication = "The Book" },
  { source = "survey", series = "old", breakdown = "ALL" },
]
definition = "Use"
method = "Median"
caveats = "None"
sources = ["survey", "survey/use", "printed", { title = "Long form", licence = "CC BY", citation = "Somebody" }]
[[target]]
id = "9.1"
title = "Majority"
year = 2030
more_than = 50.0
baseline_year = 2020
breakdown = "ALL"
also = ["countries"]
note = "More than half"
read_for = { urban = { urbanisation = "U" }, rural = { urbanisation = "R", title = "Rural majority", note = "In the country" } }
---*/
SELECT ref_area, time_period, urbanisation, breakdown, value, obs_status, note, source
FROM chosen
"#;

const BODY: &str = "\
area,year,series,place,value,edition,note
KEN,2020,new,_T,40,,
KEN,2021,new,_T,50,,exactly half
KEN,2021,old,_T,99,,
KEN,2022,old,_T,47,,
KEN,2022,new,U,61,,
GHA,2020,old,_T,40,,
GHA,2021,new,_T,50.00001,,
GHA,2021,new,R,30,,
WLD,2021,book,_T,44,2024,p. 7
WLD,2022,book,_T,46,2024,
WLD,2022,book,_T,45,2025,
WLD,2021,old,_T,70,,
WLD,2023,old,_T,71,,
";

fn workspace() -> Workspace {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/survey.toml", PIPELINE);
    workspace.write("sql/defaults.toml", DEFAULTS);
    workspace.write("sql/indicators/9.1_use.sql", HEADER);
    workspace.write("in/survey/use/a.csv", BODY);
    workspace
}

fn computed() -> Workspace {
    Workspace::as_prepared("authoring", || {
        let workspace = workspace();
        workspace.expect(0, &["check"]);
        workspace.expect(0, &["run", "--from", "in"]);
        workspace
    })
}

/// Economies year by year from the first series that has a value; a group's series whole from one edition, and named so.
#[test]
fn series_are_chosen_in_the_order_of_the_header() {
    let workspace = computed();
    let values = workspace.release("values.parquet");
    let cells = Table(&values);
    let of = |area: &str, estimate: &str| -> Vec<(String, f64, String)> {
        let found = rows(&values, &[("ref_area", area), ("estimate", estimate), ("urbanisation", "_T"), ("breakdown", "ALL")]);
        let text = |column, at| cells.text(column, at).unwrap_or_default().to_owned();
        found
            .iter()
            .map(|at| (cells.int("time_period", *at).unwrap().to_string(), cells.float("value", *at).unwrap(), text("note", *at)))
            .collect()
    };
    let plain = |year: &str, value: f64, note: &str| (year.to_owned(), value, note.to_owned());
    assert_eq!(of("KEN", "reported"), [plain("2020", 40.0, ""), plain("2021", 50.0, "exactly half"), plain("2022", 47.0, "")]);
    // The newest edition alone, though it has one year, and neither the older one nor the series that comes last.
    assert_eq!(of("WLD", "published"), [plain("2022", 45.0, "The Book, edition 2025")]);

    // Without the book, the older series is whole, and its note names the provider and the snapshot.
    let header = HEADER.lines().filter(|line| !line.contains("The Book")).collect::<Vec<_>>().join("\n");
    workspace.write("sql/indicators/9.1_use.sql", header);
    workspace.expect(0, &["compute"]);
    let values = workspace.release("values.parquet");
    let found = rows(&values, &[("ref_area", "WLD"), ("estimate", "published")]);
    assert_eq!(found.iter().map(|at| Table(&values).float("value", *at)).collect::<Vec<_>>(), [Some(70.0), Some(71.0)]);
    let note = Table(&values).text("note", found[0]).unwrap().to_owned();
    assert!(note.starts_with("Survey, snapshot ") && note.len() == "Survey, snapshot ".len() + 12, "{note}");
}

/// Exactly half is no majority, a hair above it is; the target is read for parts of the population under ids of their own.
#[test]
fn a_level_to_be_passed_and_readings_of_a_target() {
    let workspace = computed();
    let progress = workspace.release("progress.parquet");
    let cells = Table(&progress);
    let class = |target: &str, area: &str| {
        let at = row(&progress, &[("target", target), ("ref_area", area), ("estimate", "reported")]);
        cells.text("class", at).unwrap_or_default().to_owned()
    };
    assert_eq!(class("9.1", "GHA"), "met");
    assert_ne!(class("9.1", "KEN"), "met");
    assert_eq!(value(&progress, "target_value", &[("target", "9.1"), ("ref_area", "KEN")]), 50.0);
    assert_eq!(value(&progress, "latest_value", &[("target", "9.1.urban"), ("ref_area", "KEN")]), 61.0);
    assert_eq!(value(&progress, "latest_value", &[("target", "9.1.rural"), ("ref_area", "GHA")]), 30.0);
    let catalogue: serde_json::Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).unwrap();
    let targets: Vec<[&str; 3]> = catalogue["indicators"][0]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| ["id", "title", "note"].map(|key| t[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        targets,
        [
            ["9.1", "Majority", "More than half"],
            ["9.1.urban", "Majority: urban", "More than half; read for urban"],
            ["9.1.rural", "Rural majority", "In the country"],
        ]
    );
}

/// Two of three economies are two thirds, which decimals miss; what the defaults say counts as what a header says.
#[test]
fn defaults_hold_where_the_header_is_silent() {
    let workspace = computed();
    let catalogue: serde_json::Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).unwrap();
    let indicator = &catalogue["indicators"][0];
    assert_eq!((&indicator["window"], &indicator["owner"]), (&3.into(), &"Office of defaults".into()));
    assert_eq!(indicator["groups"], serde_json::json!(["world"]));
    assert_eq!(indicator["coverage"], serde_json::json!({ "publish": 2.0 / 3.0, "flag": 0.5, "base": "economies", "min_members": 1 }));
    // A change of the defaults is a change of the method of each such indicator, and is named.
    workspace.write("sql/defaults.toml", DEFAULTS.replace("window = 3", "window = 4"));
    let plan = workspace.expect(0, &["plan"]).stdout;
    assert!(plan.contains("window from `3` to `4`"), "{plan}");
    // explain lists it among the files that the number follows from.
    workspace.write("sql/defaults.toml", DEFAULTS);
    let answer = workspace.json(0, &["explain", "9.1", "--area", "KEN", "--year", "2020", "--breakdown", "ALL"]);
    let files = answer["data"]["explanation"].to_string();
    assert!(
        files.contains("sql/defaults.toml") && files.contains("sql/shared/chosen.sql") && files.contains("sql/shared/offered.sql"),
        "{files}"
    );
}

/// What an economy has of a share of economies is a yes or no, whatever unit the share is in: 1 is not 1 %.
#[test]
fn economies_of_a_share_have_a_yes_or_no() {
    let workspace = computed();
    let select =
        "SELECT c.ref_area, c.time_period, c.urbanisation, CASE WHEN c.value > 50.0 THEN 1.0 ELSE 0.0 END AS value FROM chosen AS c\n";
    let header = HEADER.split("---*/").next().unwrap();
    let header = header.split("[[target]]").next().unwrap().replace("\"9.1\"", "\"9.3\"").replace("\"use\"", "\"many\"");
    let header = header.replace("\"median\"", "\"share_of_economies\"");
    workspace.write("sql/indicators/9.3_many.sql", format!("{header}---*/\n{select}"));
    let rows = workspace.json(0, &["preview", "9.3"])["data"]["values"].clone();
    let unit = |estimate: &str| {
        let rows = rows.as_array().unwrap().iter().filter(|row| row["estimate"] == estimate);
        rows.map(|row| row["unit"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!((unit("reported"), unit("available")), (["YES_NO".to_owned()].into(), ["PT".to_owned()].into()), "{rows}");
    workspace
        .write("sql/rollups/share_of_economies.sql", workspace.read("sql/rollups/share_of_economies.sql").replace("YES_NO", "YES_NOO"));
    let run = workspace.expect(2, &["check"]);
    assert!(run.stdout.contains("unknown unit `YES_NOO`") || run.stderr.contains("unknown unit `YES_NOO`"), "{}{}", run.stdout, run.stderr);
}

/// A negative weight turned a mean over, and a coverage of 2 doubled that of the groups, without a word.
#[test]
fn weights_below_zero_and_coverages_above_one() {
    let workspace = computed();
    let header = HEADER.split("---*/").next().unwrap().replace("\"median\"", "\"weighted_mean\"");
    for (columns, words) in [
        ("c.value, -1.0 AS weight", "weight is -1, below zero, for"),
        ("1.0 AS value, 1.0 AS weight, 2.0 AS coverage", "coverage is 2, no share from 0 to 1, for"),
    ] {
        workspace.write(
            "sql/indicators/9.1_use.sql",
            format!("{header}---*/\nSELECT c.ref_area, c.time_period, c.urbanisation, {columns} FROM chosen AS c\n"),
        );
        let run = workspace.expect(2, &["preview", "9.1"]);
        assert!(run.stderr.contains("E3019") && run.stderr.contains(words), "{}", run.stderr);
    }
}

/// A licence is written once, in the pipelines.
#[test]
fn sources_by_name() {
    let workspace = computed();
    let catalogue: serde_json::Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).unwrap();
    let sources: Vec<[&str; 4]> = catalogue["indicators"][0]["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| ["title", "licence", "citation", "url"].map(|key| s[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        sources,
        [
            ["The survey office", "CC0", "Survey office, yearly survey", "https://survey.example"],
            ["Use (The survey office)", "CC0", "Survey office, use", "https://survey.example"],
            ["A printed source", "by agreement", "Printed, 2024", ""],
            ["Long form", "CC BY", "Somebody", ""],
        ]
    );
}

/// `sql --as` shows what the SELECT of an indicator reads.
#[test]
fn the_tables_of_an_indicator_can_be_looked_at() {
    let workspace = computed();
    let query = "SELECT c.time_period, c.value, w.place FROM chosen AS c JOIN series_wanted AS w ON w.from_series = c.series WHERE c.ref_area = 'KEN' AND c.urbanisation = '_T' ORDER BY 1";
    let run = workspace.expect(0, &["sql", query, "--as", "use", "--output", "csv"]);
    assert_eq!(run.stdout, "time_period,value,place\n2020,40.0,1\n2021,50.0,1\n2022,47.0,3\n");
    let run = workspace.expect(2, &["sql", "SELECT 1", "--as", "usee"]);
    assert!(run.stderr.contains("no indicator `usee`") && run.stderr.contains("did you mean `use`?"), "{}", run.stderr);
}

/// One correction for several sources, series, areas, years and wrong values; without an area, the value alone finds it.
#[test]
fn a_correction_of_many() {
    let workspace = Workspace::of_method();
    for source in ["one", "two"] {
        workspace.write(
            &format!("pipelines/{source}.toml"),
            format!(
                "source = \"{source}\"\nlicence = \"CC0\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\nmaximum_share_set_aside = 1.0\n\
                 [dataset.columns]\nseries = \"series\"\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = {{ constant = \"PT\" }}\n"
            ),
        );
    }
    workspace.write(
        "in/one/t/a.csv",
        "series,area,year,value\na,KEN,2020,7\na,GHA,2021,8\na,KEN,2021,9\nz,KEN,2020,0\nz,GHA,2020,0\nz,GHA,2021,5\n",
    );
    workspace.write("in/two/t/a.csv", "series,area,year,value\nb,GHA,2020,8\nb,PER,2020,8\n");
    let common = "action = \"drop\"\nreason = \"r\"\nevidence = \"e\"\n";
    workspace.write(
        "pipelines/corrections/many.toml",
        format!(
            "[[correction]]\nid = \"many\"\nsource = [\"one\", \"two\"]\nseries = [\"a\", \"b\"]\nref_area = [\"KEN\", \"GHA\"]\n\
             time_period = [2020, 2021]\nexpect = {{ value = [7, 8] }}\n{common}\
             [[correction]]\nid = \"zeros\"\nsource = \"one\"\nseries = [\"z\"]\ntime_period = [2020]\nexpect = {{ value = 0 }}\n{common}"
        ),
    );
    workspace.expect(0, &["pull", "--from", "in"]);
    let query = "SELECT source, series, ref_area, time_period FROM observations_by_data_set ORDER BY 1, 2, 3, 4";
    let left = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    assert_eq!(left.lines().skip(1).collect::<Vec<_>>(), ["one,a,KEN,2021", "one,z,GHA,2021", "two,b,PER,2020"]);
}

/// A SELECT that sums groups itself: without their estimate they would pass for an agency's figures.
/// What the catalogue would like to say besides is a warning: the figures do not depend on it.
#[test]
fn an_indicator_without_words_about_it() {
    let workspace = Workspace::of_method();
    workspace.keep_only("sql/indicators", &[]);
    workspace.write("pipelines/survey.toml", PIPELINE);
    workspace.write("in/survey/use/use.csv", "series,area,year,place,value,edition,note\nnew,KEN,2020,,40,,\nnew,KEN,2024,,60,,\n");
    let header = "/*---\nid = \"9.1\"\nname = \"use\"\ntitle = \"Use\"\nunit = \"PT\"\nrollup = \"weighted_mean\"\n\
        groups = [\"world\"]\nwindow = 5\ncoverage = { publish = 0.667, flag = 0.5 }\n\
        [[target]]\nid = \"9.1\"\narea = \"WLD\"\nyear = 2030\nvalue = 100.0\nmet_at = 95.0\ndirection = \"up\"\nbaseline_year = 2020\n---*/\n\
        SELECT o.ref_area, o.time_period, o.obs_value AS value, p.persons AS weight FROM observations o\n\
        JOIN population p ON p.ref_area = o.ref_area AND p.time_period = o.time_period AND p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'\n\
        WHERE o.source = 'survey' AND o.series = 'new'\n";
    workspace.write("sql/indicators/9.1_use.sql", header);
    let checked = workspace.expect(0, &["check"]);
    assert!(checked.stdout.contains("0 errors, 5 warnings"), "{}", checked.stdout);
    assert!(checked.stdout.contains("warning[E0503]") && checked.stdout.contains("metadata `definition` is missing"), "{}", checked.stdout);
    workspace.expect(0, &["run", "--from", "in"]);
    workspace.expect(0, &["preview", "9.1", "--area", "KEN"]);
}

#[test]
fn groups_of_ones_own_are_refused() {
    let workspace = workspace();
    let file = "sql/indicators/9.1_use.sql";
    let header = HEADER.split("SELECT").next().unwrap().split("[[target]]").next().unwrap().to_owned() + "---*/\n";
    for (select, told) in [
        (
            "SELECT m.group_code AS ref_area, c.time_period, c.urbanisation, c.breakdown, sum(c.value) AS value FROM chosen AS c JOIN membership AS m ON m.ref_area = c.ref_area GROUP BY m.group_code, c.time_period, c.urbanisation, c.breakdown",
            "membership.group_code",
        ),
        (
            "SELECT ref_area, time_period, urbanisation, breakdown, value FROM chosen UNION ALL SELECT 'WLD' AS ref_area, time_period, '_T' AS urbanisation, 'SUM' AS breakdown, sum(value) AS value FROM chosen GROUP BY time_period",
            "'WLD' in the statement",
        ),
    ] {
        workspace.write(file, format!("{header}{select}\n"));
        let said = workspace.expect(2, &["check"]).stdout;
        assert!(said.contains("error[E3018]") && said.contains(told), "{said}");
        let run = workspace.run(&["run", "--from", "in"]);
        assert!(run.stderr.contains("E3018") && run.code == 1, "{}", run.stderr);
    }
    // Whoever says whose figures they are gives them their coverage too.
    let own = "SELECT 'WLD' AS ref_area, time_period, breakdown, sum(value) / 10.0 AS value, 'available' AS estimate, 0.5 AS coverage FROM chosen WHERE ref_area <> 'WLD' GROUP BY time_period, breakdown";
    workspace.write(file, format!("{}{own}\n", header.replace("rollup = \"median\"", "rollup = \"none\"")));
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "in"]);
    let values = workspace.release("values.parquet");
    assert!(!rows(&values, &[("ref_area", "WLD"), ("estimate", "available")]).is_empty());
    assert!(rows(&values, &[("estimate", "published")]).is_empty());
}

/// A group outside the header's `groups` keeps what an agency publishes of it.
#[test]
fn published_groups_outside_the_header_stay() {
    let workspace = workspace();
    workspace.write("in/survey/use/a.csv", format!("{BODY}LDC,2022,old,_T,33,,\n"));
    workspace.expect(0, &["run", "--from", "in"]);
    let values = workspace.release("values.parquet");
    assert_eq!(value(&values, "value", &[("ref_area", "LDC"), ("estimate", "published")]), 33.0);
}

/// A correction that finds nothing is told with its place, in the run, in `checks` and in the check's own rows.
#[test]
fn corrections_that_find_nothing_are_told() {
    let workspace = workspace().with_check("corrections_unmatched");
    let correction = "[[correction]]\nid = \"wrong-year\"\nsource = \"survey\"\nseries = [\"new\"]\nref_area = \"KEN\"\ntime_period = [2012]\naction = \"drop\"\nexpect = { above = 1.0 }\nreason = \"r\"\nevidence = \"e\"\n";
    workspace.write(
        "pipelines/corrections/a.toml",
        format!("{correction}{}", correction.replace("wrong-year", "right").replace("2012", "2020")),
    );
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(run.stdout.contains("corrections_unmatched (1 row)"), "{}", run.stdout);
    let shown = workspace.expect(0, &["checks", "corrections_unmatched"]).stdout;
    assert!(shown.contains("pipelines/corrections/a.toml:3:10: correction wrong-year finds no row"), "{shown}");
}

/// `new --like` begins with another indicator; a preview of one estimate shows that one, and its notes in full.
#[test]
fn an_indicator_like_another_one() {
    let workspace = computed();
    workspace.expect(0, &["new", "9.2", "--name", "use_again", "--like", "use"]);
    let text = workspace.read("sql/indicators/9.2_use_again.sql");
    assert!(text.contains("id = \"9.2\"") && text.contains("name = \"use_again\"") && !text.contains("[[target]]"), "{text}");
    workspace.expect(0, &["check"]);
    workspace.expect(2, &["new", "9.3", "--name", "third", "--like", "nobody"]);
    let shown = workspace.expect(0, &["preview", "9.2", "--estimate", "published"]).stdout;
    assert!(shown.contains("published") && !shown.contains("reported"), "{shown}");
    workspace.expect(2, &["preview", "9.2", "--estimate", "publishd"]);
    // A case of an indicator that reads another one, without its values.
    let second = text.replace("series = [", "series_off = [").split("series_off").next().unwrap().to_owned();
    let rest = "definition = \"x\"\nmethod = \"x\"\ncaveats = \"x\"\nsources = [\"survey\"]\n---*/\nSELECT ref_area, time_period, value FROM indicators.use WHERE estimate = 'reported'\n";
    workspace.write("sql/indicators/9.2_use_again.sql", format!("{second}{rest}"));
    workspace.write("sql/tests/9.2/first/expected.csv", "ref_area,time_period,estimate,value\nWLD,2020,available,1\n");
    let said = workspace.expect(0, &["check"]).stdout;
    assert!(said.contains("sql/tests/9.2/first/indicators.use.csv") && said.contains("the case does not give it"), "{said}");
}
