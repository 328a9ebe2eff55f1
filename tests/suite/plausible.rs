//! Figures that no single value shows to be wrong: a unit that is another, a column of one figure, a table in thousands;
//! and what an impossible figure does to its indicator, and to the others.

mod cases;
mod lists;

use std::fmt::Write;

use yardstick::tables::cells::Table;

use crate::support::{Run, Workspace, project, rows, value};
use cases::{all_good, all_stopped};

const ECONOMIES: [&str; 20] = [
    "AUS", "BGD", "BRA", "CHN", "DEU", "EGY", "ESP", "FRA", "GBR", "IDN", "IND", "ITA", "JPN", "KEN", "NGA", "NZL", "PAK", "PHL", "USA",
    "ZAF",
];
const YEARS: [i32; 8] = [2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023];

/// What is rewritten is for the checks to find, so none of it is held before.
const PIPELINE: &str = "source = \"example\"\ntitle = \"Example\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n\
maximum_share_rewritten = 1.0\n[dataset.columns]\nseries = \"series\"\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = \"unit\"\n";

/// The checks that these tests are of.
const CHECKS: [&str; 9] = [
    "aggregates_in_range.sql",
    "goldens.sql",
    "history_rewritten.sql",
    "lists_due.sql",
    "membership_counts.sql",
    "provider_values_in_range.sql",
    "reference_tables_fit.sql",
    "scale_changed.sql",
    "series_fit_unit.sql",
];

fn indicator(id: &str, name: &str, unit: &str, series: &str) -> String {
    format!(
        "/*---\nid = \"{id}\"\nname = \"{name}\"\ntitle = \"An example\"\nunit = \"{unit}\"\nrollup = \"weighted_mean\"\n\
groups = [\"world\", \"m49\"]\ncoverage = {{ publish = 0.05, flag = 0.05 }}\ndatasets = [\"example/t\"]\nseries = [{series}]\n\
sources = [\"example\", \"population\"]\n[[target]]\nid = \"{id}\"\ntitle = \"An example\"\nyear = 2030\nvalue = 100.0\nbaseline_year = 2016\n---*/\n\
SELECT c.ref_area, c.time_period, c.value, p.persons AS weight, c.obs_status, c.note, c.source\nFROM chosen AS c\nJOIN population AS p\n  \
ON p.ref_area = c.ref_area AND p.time_period = c.time_period AND p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'\n"
    )
}

/// An indicator `share`, of the series `s` and `s2` in `unit`.
struct Example {
    workspace: Workspace,
    unit: &'static str,
}

impl Example {
    fn of(unit: &'static str) -> Self {
        let example = Self::with_every_check(unit);
        example.workspace.keep_only("sql/checks", &CHECKS);
        example.workspace.publish_little();
        example
    }

    fn with_every_check(unit: &'static str) -> Self {
        let workspace = Workspace::of_method_and_checks();
        workspace.write("pipelines/example.toml", PIPELINE);
        workspace.write("sql/defaults.toml", std::fs::read(project().join("sql/defaults.toml")).unwrap());
        let choices = "{ source = \"example\", series = \"s\" }, { source = \"example\", series = \"s2\" }";
        workspace.write("sql/indicators/9.1_share.sql", indicator("9.1", "share", unit, choices));
        Self { workspace, unit }
    }

    /// Beside `share` an indicator `other`, of a series that is always in order.
    fn with_another(unit: &'static str) -> Self {
        let example = Self::of(unit);
        let other = indicator("9.2", "other", "PT", "{ source = \"example\", series = \"o\" }");
        example.workspace.write("sql/indicators/9.2_other.sql", other);
        example
    }

    /// The figures of a night; `s` gets the place of the economy among 20 and the year.
    fn bodies(&self, night: i32, s: &dyn Fn(usize, i32) -> f64, s2: Option<&dyn Fn(usize, i32) -> f64>) {
        let mut body = String::from("series,area,year,value,unit\n");
        for (place, area) in ECONOMIES.iter().enumerate() {
            for year in YEARS {
                writeln!(body, "s,{area},{year},{},{}", s(place, year), self.unit).unwrap();
                if let Some(s2) = s2 {
                    writeln!(body, "s2,{area},{year},{},{}", s2(place, year), self.unit).unwrap();
                }
                let newest = if year == 2023 { f64::from(night) } else { 0.0 };
                writeln!(body, "o,{area},{year},{},PT", usual(place, year) + newest).unwrap();
            }
        }
        self.workspace.write("in/example/t/t.csv", body);
    }

    fn night(&self, night: i32, s: &dyn Fn(usize, i32) -> f64) -> Run {
        self.bodies(night, s, None);
        self.run(night)
    }

    fn run(&self, night: i32) -> Run {
        self.workspace.run(&["run", "--from", "in", "--now", &format!("2026-11-{:02}", 10 + night)])
    }

    /// A first load that is stopped by `check`, which says `words`.
    #[track_caller]
    fn stopped(&self, s: &dyn Fn(usize, i32) -> f64, check: &str, words: &str) {
        told(&self.workspace, &self.night(1, s), check, words);
    }
}

#[track_caller]
fn told(workspace: &Workspace, run: &Run, check: &str, words: &str) {
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(&format!("{check}:")), "{}", run.stderr);
    let shown = workspace.expect(0, &["checks", "--failed"]).stdout;
    assert!(shown.contains(words), "{words}: {shown}");
}

/// Percentages as they are: 20 to 66, growing.
fn usual(place: usize, year: i32) -> f64 {
    20.0 + 2.0 * place as f64 + f64::from(year - 2016) / 2.0
}

#[test]
fn what_is_in_order_raises_nothing() {
    let example = Example::with_every_check("PT");
    let run = example.night(1, &usual);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let checks = example.workspace.release("checks.parquet");
    for id in ["series_fit_unit", "scale_changed", "reference_tables_fit", "aggregates_in_range"] {
        assert_eq!(rows(&checks, &[("id", id), ("result", "passed")]).len(), 1, "{id}");
    }
}

#[test]
fn a_share_delivered_as_a_fraction() {
    let all = |place: usize, year: i32| usual(place, year) / 100.0;
    // One economy of 20 came in the right unit.
    let most = |place: usize, year: i32| if place > 0 { all(place, year) } else { usual(place, year) };
    all_stopped(
        "series_fit_unit",
        &[
            ("PT", &all, "none of 160 values is above 1.0"),
            ("PER_100_POP", &all, "is above 5.0"),
            ("PT", &most, "152 of 160 values above 0 are not above 1.0"),
        ],
    );
}

#[test]
fn a_price_that_is_nothing_or_in_another_currency() {
    let price = |place: usize, year: i32| usual(place, year) / 10.0;
    let nothing = |place: usize, year: i32| if year == 2020 { 0.0 } else { price(place, year) };
    all_stopped(
        "series_fit_unit",
        &[
            ("USD", &nothing, "20 of 160 values are outside the limits of USD"),
            ("USD", &|place, year| 100.0 * price(place, year), "it should lie between 2.0 and 200.0"),
            ("PT_GNI", &|place, year| price(place, year) / 100.0, "it should lie between 0.2 and 100.0"),
        ],
    );
    // One price of nothing is for a correction.
    let example = Example::of("USD");
    let run = example.night(1, &|place, year| if (place, year) == (3, 2020) { 0.0 } else { price(place, year) });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = example.workspace.expect(0, &["checks", "provider_values_in_range"]).stdout;
    assert!(found.contains("0.0 USD is below 0.001"), "{found}");
}

#[test]
fn one_figure_in_a_whole_year() {
    let same = |place: usize, year: i32| if year == 2022 { 43.5 } else { usual(place, year) };
    let everybody = |but: usize| move |place: usize, year: i32| if year == 2022 && place < but { 100.0 } else { usual(place, year) };
    all_stopped(
        "series_fit_unit",
        &[
            ("PT", &same, "all 20 economies have 43.5 in 2022"),
            ("PT", &everybody(20), "20 of 20 values of 2022 are 100.0"),
            ("PT", &everybody(18), "18 of 20 values of 2022 are 100.0"),
        ],
    );
    // Everybody in one year alone is an error, also but for some; from a year on it is none, nor where most were before.
    let most = |place: usize, year: i32| if year == 2022 || place < 11 { 100.0 } else { usual(place, year) };
    all_good(&[("PT", &most), ("PT", &|place, year| if year >= 2022 { 100.0 } else { usual(place, year) })]);
}

#[test]
fn a_year_in_another_unit_than_the_years_before() {
    let last = |factor: f64| move |place: usize, year: i32| usual(place, year) * if year == 2023 { factor } else { 1.0 };
    all_stopped(
        "scale_changed",
        &[
            ("PT", &last(0.01), "is about 1/100 of the year before for 20 of 20 values, 2023"),
            ("NUMBER", &last(1000.0), "is about 1000 of the year before"),
            ("NUMBER", &last(10.0), "is about 10 of the year before"),
        ],
    );
    // Four economies may leap together.
    let run = Example::of("NUMBER").night(1, &|place, year| if place < 4 { last(10.0)(place, year) } else { usual(place, year) });
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// A year whose figures are all zero, where they were not before: an export without its values.
#[test]
fn a_year_that_becomes_nothing() {
    let emptied =
        |economies: usize| move |place: usize, year: i32| if year == 2023 && place < economies { 0.0 } else { usual(place, year) };
    let words = "is zero, and was not in the year before, for 20 of 20 values, 2023";
    all_stopped("scale_changed", &[("PT", &emptied(20), words), ("PT", &emptied(10), "for 10 of 20 values, 2023")]);
    // What has not begun is zero everywhere, and some may end together.
    all_good(&[("PT", &emptied(9)), ("PT", &|place, year| if year < 2020 { 0.0 } else { usual(place, year) })]);
    let example = Example::of("NUMBER");
    assert_eq!(example.night(1, &usual).code, 0);
    let run = example.night(2, &|_, _| 0.0);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let shown = example.workspace.expect(0, &["checks", "--failed"]).stdout;
    assert!(shown.contains("is zero, and was not in the release before, for 160 of 160 values"), "{shown}");
}

#[test]
fn a_series_in_another_unit_than_the_first_choice() {
    let example = Example::of("NUMBER");
    example.bodies(1, &usual, Some(&|place, year| usual(place, year) / 1000.0));
    told(&example.workspace, &example.run(1), "scale_changed", "is about 1/1000 of its first choice for 160 of 160 values");
}

/// In another unit than in the release before: its indicator stays as it was, the other goes on.
#[test]
fn a_series_in_another_unit_than_last_time_holds_its_indicator() {
    let example = Example::with_another("NUMBER");
    assert_eq!(example.night(1, &usual).code, 0);
    let of = |indicator: &str| {
        value(
            &example.workspace.release("values.parquet"),
            "value",
            &[("indicator", indicator), ("ref_area", "WLD"), ("time_period", "2023"), ("estimate", "available")],
        )
    };
    let (share, other) = (of("share"), of("other"));
    let thousands = |place: usize, year: i32| usual(place, year) / 1000.0;
    let run = example.night(2, &thousands);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stdout.contains("share is held at its last good values: check scale_changed"), "{}", run.stdout);
    assert!((of("share") - share).abs() < 1e-12 && (of("other") - other - 1.0).abs() < 1e-9);
    let checks = example.workspace.release("checks.parquet");
    assert_eq!(rows(&checks, &[("id", "scale_changed"), ("result", "held")]).len(), 1);
    let shown = example.workspace.expect(0, &["checks", "--failed"]).stdout;
    assert!(shown.contains("is about 1/1000 of the release before"), "{shown}");
    // It stays refused, until a person says that it is right.
    let run = example.run(3);
    assert!(run.code == 3 && run.stdout.contains("still held at its last good values: share"), "{}", run.stdout);
    let accepted = ["run", "--from", "in", "--accept", "scale_changed,history_rewritten", "--now", "2026-11-14"];
    example.workspace.expect(0, &accepted);
    assert!((of("share") - share / 1000.0).abs() < 1e-12);
}

#[test]
fn reference_tables_in_another_unit() {
    let divided = |file: &str, by: f64| {
        let example = Example::of("PT");
        let path = format!("pipelines/reference/{file}");
        let text = example.workspace.read(&path);
        let line = |line: &str| -> String {
            let cells = line.split(',').enumerate().map(|(at, cell)| match cell.parse::<f64>() {
                Ok(number) if at > 1 => (number / by).to_string(),
                _ => cell.to_owned(),
            });
            cells.collect::<Vec<_>>().join(",")
        };
        example.workspace.write(&path, text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n");
        example
    };
    divided("population.csv", 1000.0).stopped(&usual, "reference_tables_fit", "it should be 500000 to 50000000");
    divided("gni_per_capita.csv", 0.01).stopped(&usual, "reference_tables_fit", "it should be 400 to 40000");
    // One economy of one year.
    let example = Example::of("PT");
    let path = "pipelines/reference/population.csv";
    let text = example.workspace.read(path);
    let line = text.lines().find(|line| line.starts_with("KEN,2019,")).unwrap();
    let total = line.split(',').nth(2).unwrap();
    let wrong = line.replacen(total, &format!("{total}000"), 1);
    example.workspace.write(path, text.replace(line, &wrong));
    example.stopped(&usual, "reference_tables_fit", "for KEN in 2019");
}

/// The value of New Zealand and Australia.
const SUB_REGION: [(&str, &str); 3] = [("indicator", "share"), ("ref_area", "M49_053"), ("time_period", "2021")];

/// One impossible aggregate that nobody reads first: it is withheld with a warning, and all else is published.
#[test]
fn a_sick_row_takes_nothing_with_it() {
    let example = Example::of("PT");
    let run = example.night(1, &|place, year| if (place, year) == (0, 2021) { 150.0 } else { usual(place, year) });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let values = example.workspace.release("values.parquet");
    let withheld = rows(&values, &[&SUB_REGION[..], &[("estimate", "available")]].concat());
    let cells = Table(&values);
    assert_eq!((withheld.len(), cells.float("value", withheld[0])), (1, None));
    assert!(cells.text("note", withheld[0]).unwrap().starts_with("withheld: impossible"));
    value(&values, "value", &[("indicator", "share"), ("ref_area", "WLD"), ("time_period", "2021"), ("estimate", "available")]);
    let checks = example.workspace.release("checks.parquet");
    assert_eq!(rows(&checks, &[("id", "aggregates_in_range"), ("indicator", "share"), ("result", "warned")]).len(), 1);
}

/// The headline of a target, and more than 2 percent of an indicator's aggregates: a first release is stopped; later the
/// indicator is held, and the others go on.
#[test]
fn a_sick_headline_holds_its_indicator_alone() {
    let large = |place: usize| ["CHN", "IND", "USA"].contains(&ECONOMIES[place]);
    let headline = move |place: usize, year: i32| if large(place) && year == 2023 { 250.0 } else { usual(place, year) };
    let many = |place: usize, year: i32| if place == 0 && year > 2016 { 150.0 } else { usual(place, year) };
    // Without the baseline year another one would stand for it, and the pace be another.
    let baseline = move |place: usize, year: i32| if large(place) && year == 2016 { 250.0 } else { usual(place, year) };
    let withheld = "withheld: impossible";
    all_stopped("aggregates_in_range", &[("PT", &headline, withheld), ("PT", &baseline, withheld), ("PT", &many, withheld)]);
    let other = |night: u8| move |place: usize, year: i32| usual(place, year) + if year == 2023 { f64::from(night) } else { 0.0 };
    let cases = all_good(&[("PT", &usual), ("PT", &usual), ("PT", &usual), ("PT", &other(1))]);
    let workspace = &cases.0.workspace;
    let before = workspace.release("values.parquet");
    let run = cases.night(2, &[("PT", &headline), ("PT", &baseline), ("PT", &many), ("PT", &other(2))]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let now = workspace.release("values.parquet");
    let of = |batch, indicator: &str| {
        value(batch, "value", &[("indicator", indicator), ("ref_area", "WLD"), ("time_period", "2023"), ("estimate", "available")])
    };
    for held in ["case0", "case1", "case2"] {
        let told = format!("{held} is held at its last good values: check aggregates_in_range");
        assert!(run.stdout.contains(&told), "{held}: {}", run.stdout);
        assert!((of(&now, held) - of(&before, held)).abs() < 1e-12, "{held}");
    }
    assert!((of(&now, "case3") - of(&before, "case3") - 1.0).abs() < 1e-9);
    // Healthy again: the new figures come out.
    let healthy = other(1);
    let run = cases.night(3, &[("PT", &healthy), ("PT", &healthy), ("PT", &healthy), ("PT", &other(3))]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// Shares by location end in 2024: the last ones go on, and the note says so.
#[test]
fn weights_by_location_go_on_after_the_last_share() {
    let example = Example::of("PT");
    let path = "sql/indicators/9.1_share.sql";
    let text = example.workspace.read(path).replace("p.urbanisation = '_T'", "p.urbanisation = 'U'");
    example.workspace.write(path, text.replace("c.value, p.persons", "'U' AS urbanisation, c.value, p.persons"));
    let mut body = String::from("series,area,year,value,unit\n");
    for (place, area) in ECONOMIES.iter().enumerate() {
        for year in [2024, 2025] {
            writeln!(body, "s,{area},{year},{},PT\no,{area},{year},50,PT", usual(place, year)).unwrap();
        }
    }
    example.workspace.write("in/example/t/t.csv", body.replace("50,PT", "100,PT"));
    let run = example.run(1);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let values = example.workspace.release("values.parquet");
    let cells = Table(&values);
    let note = |year: &str| {
        let wanted = [("indicator", "share"), ("ref_area", "WLD"), ("time_period", year), ("estimate", "available")];
        cells.text("note", crate::support::row(&values, &wanted)).unwrap_or_default().to_owned()
    };
    assert!(!note("2024").contains("carried") && note("2025").contains("weights by location: the last known shares, carried"));
    let query = "SELECT time_period, obs_status, persons FROM population WHERE ref_area = 'KEN' AND urbanisation = 'U' AND time_period IN (2024, 2025) ORDER BY time_period";
    let said = example.workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    assert!(said.lines().nth(1).unwrap().starts_with("2024,A,") && said.lines().nth(2).unwrap().starts_with("2025,I,"), "{said}");
}
