//! One workspace in which most worked cases are computed together: own sources, own groups, own indicators.

use std::fmt::Write as _;
use std::sync::LazyLock;

use datafusion::arrow::array::RecordBatch;
use serde_json::Value;
use yardstick::tables::cells::Table;

use super::inputs::{baskets, groups};
use crate::support::{Workspace, golden, parquet, project, rows};

/// What is left of the run: the workspace itself is gone.
pub(super) struct Worked {
    pub values: RecordBatch,
    pub progress: RecordBatch,
    pub checks: RecordBatch,
    pub falls_in_use: RecordBatch,
    pub total_between_parts: RecordBatch,
    /// Absent when no row failed.
    pub implied_weights: Option<RecordBatch>,
    /// Whether the country values of World Development Indicators were at hand.
    pub wdi: bool,
    /// The gaps of the world and of one group, explained: the answers of `explain`.
    pub gaps: Vec<Value>,
}

pub(super) static WORKED: LazyLock<Worked> = LazyLock::new(work);

/// Rates as in the UN SDG database (October 2020), population of World Population Prospects 2019 in thousands. The cases
/// print 2015 (South Asia) and 2017 (Australia and New Zealand); with the others the published aggregates come out to
/// all their decimals.
pub(super) const SOUTH_ASIA: [(&str, [f64; 4], [f64; 4]); 8] = [
    ("AFG", [7.0, 8.26, 11.2, 13.5], [33_370.8, 34_413.6, 35_383.0, 36_296.1]),
    ("BGD", [13.9, 14.4, 18.02, 15.0], [154_517.4, 156_256.3, 157_977.2, 159_685.4]),
    ("BTN", [30.3, 39.8, 41.773, 48.106], [719.1, 727.9, 736.7, 745.6]),
    ("IND", [21.0, 17.0, 22.0, 34.45], [1_295_600.8, 1_310_152.4, 1_324_517.2, 1_338_676.8]),
    ("LKA", [25.8, 12.1, 16.4, 34.113], [20_788.5, 20_908.0, 21_021.2, 21_128.0]),
    ("MDV", [49.28, 54.462, 59.093, 63.186], [435.0, 454.9, 475.5, 496.4]),
    ("NPL", [15.44, 17.582, 19.689, 34.0], [26_906.0, 27_015.0, 27_263.4, 27_632.7]),
    ("PAK", [12.0, 14.0, 12.385, 15.51], [195_305.0, 199_427.0, 203_631.4, 207_906.2]),
];
pub(super) const SOUTH_ASIA_YEARS: [i32; 4] = [2014, 2015, 2016, 2017];

const OCEANIA: [(&str, [f64; 5], [f64; 5]); 2] = [
    ("AUS", [63.0, 76.0, 84.561, 86.54, 86.545], [20_178.5, 22_154.7, 23_932.5, 24_262.7, 24_584.6]),
    ("NZL", [62.72, 80.46, 88.223, 88.47, 90.811], [4_135.4, 4_370.1, 4_614.5, 4_659.3, 4_702.0]),
];
pub(super) const OCEANIA_YEARS: [i32; 5] = [2005, 2010, 2015, 2016, 2017];

/// Economies of G08: percent of women and men who own a telephone, and how many they are.
const OWNERS: [(&str, f64, f64, f64, f64); 4] = [
    ("BGD", 30.91011, 54.29758, 82_462_269.0, 79_723_872.0),
    ("EGY", 97.12019, 98.55173, 51_337_878.0, 52_358_192.0),
    ("DZA", 83.06950, 92.62223, 20_780_246.0, 21_724_801.0),
    ("MEX", 69.91176, 73.15247, 62_006_298.0, 59_066_015.0),
];

const PIPELINE: &str = r#"
source = "golden"
licence = "typed"

[[dataset]]
name = "cases"
format = "table"
[dataset.columns]
series = "series"
ref_area = "ref_area"
time_period = "time_period"
sex = "sex"
age = "age"
urbanisation = "urbanisation"
breakdown = "breakdown"
value = "value"
unit = "unit"

[[dataset]]
name = "wdi"
format = "table"
[dataset.columns]
series = { constant = "wdi_users" }
ref_area = "iso3"
time_period = "year"
value = "internet_users_pct"
unit = { constant = "PT" }
"#;

/// The project's own indicators of affordability read from these.
const ITU: &str = r#"
source = "itu"
licence = "typed"

[[dataset]]
name = "price_baskets"
format = "table"
[dataset.columns]
series = "series"
ref_area = "ref_area"
time_period = "time_period"
value = "value"
unit = { constant = "PT_GNI" }

[[dataset]]
name = "price_baskets_datahub"
format = "itu_datahub"
codes = ["33331"]

[[dataset]]
name = "price_baskets_2008_2021"
format = "table"
[dataset.columns]
series = "series"
ref_area = "ref_area"
time_period = "time_period"
value = "value"
unit = { constant = "PT_GNI" }

[[dataset]]
name = "facts_and_figures"
format = "table"
[dataset.columns]
series = "series"
ref_area = "ref_area"
time_period = "time_period"
value = "value"
"#;

struct Cases(String);

impl Cases {
    fn add(&mut self, series: &str, area: &str, year: i32, value: f64, unit: &str) {
        self.part(series, area, year, ["_T", "_T", "_T", "_T"], value, unit);
    }

    /// `dimensions`: sex, age, urbanisation, breakdown.
    fn part(&mut self, series: &str, area: &str, year: i32, dimensions: [&str; 4], value: f64, unit: &str) {
        writeln!(self.0, "{series},{area},{year},{},{value},{unit}", dimensions.join(",")).unwrap();
    }
}

fn work() -> Worked {
    let workspace = Workspace::of_method_and_checks();
    workspace.write("pipelines/golden.toml", PIPELINE);
    workspace.write("pipelines/itu.toml", ITU);
    workspace.write("in/golden/cases/cases.csv", cases().0);
    workspace.write("in/itu/price_baskets/baskets.csv", baskets());
    let wdi = golden().map(|folder| folder.join("internet_use_wdi.csv")).filter(|path| path.is_file());
    if let Some(path) = &wdi {
        workspace.write("in/golden/wdi/wdi.csv", std::fs::read(path).unwrap());
    }
    groups(&workspace);
    indicators(&workspace);
    workspace.expect(0, &["run", "--from", "in"]);
    let failures = |check: &str| workspace.path("data/current/failures").join(format!("{check}.parquet"));
    Worked {
        values: workspace.release("values.parquet"),
        progress: workspace.release("progress.parquet"),
        checks: workspace.release("checks.parquet"),
        falls_in_use: parquet(&failures("falls_in_use")),
        total_between_parts: parquet(&failures("total_between_parts")),
        implied_weights: failures("implied_weights").is_file().then(|| parquet(&failures("implied_weights"))),
        wdi: wdi.is_some(),
        gaps: gaps(&workspace),
    }
}

fn gaps(workspace: &Workspace) -> Vec<Value> {
    let values = workspace.release("values.parquet");
    let cells = Table(&values);
    let mut explained = Vec::new();
    for (indicator, area) in [("printed_gaps", "WLD"), ("ownership_gaps", "FOUR")] {
        for row in rows(&values, &[("indicator", indicator), ("ref_area", area)]) {
            let text = |column: &str| cells.text(column, row).unwrap();
            let year = cells.int("time_period", row).unwrap().to_string();
            let place = ["--area", text("ref_area"), "--year", &year, "--breakdown", text("breakdown"), "--estimate", text("estimate")];
            explained.push(workspace.json(0, &[&["explain", indicator], &place[..]].concat())["data"]["explanation"].clone());
        }
    }
    explained
}

fn cases() -> Cases {
    let mut cases = Cases("series,ref_area,time_period,sex,age,urbanisation,breakdown,value,unit\n".into());
    for (area, rates, people) in SOUTH_ASIA {
        for (index, year) in SOUTH_ASIA_YEARS.into_iter().enumerate() {
            cases.add("users", area, year, rates[index], "PT");
            cases.add("wpp2019_thousand", area, year, people[index], "NUMBER");
        }
    }
    for (area, rates, people) in OCEANIA {
        for (index, year) in OCEANIA_YEARS.into_iter().enumerate() {
            cases.add("users", area, year, rates[index], "PT");
            cases.add("wpp2019_thousand", area, year, people[index], "NUMBER");
        }
    }
    // The years differ by economy; here they stand for one.
    for (area, women, men, count_of_women, count_of_men) in OWNERS {
        for (sex, percent, people) in [("F", women, count_of_women), ("M", men, count_of_men)] {
            cases.part("owners", area, 2018, [sex, "_T", "_T", "_T"], percent, "PT");
            cases.part("persons", area, 2018, [sex, "_T", "_T", "_T"], people, "PS");
        }
    }
    for (area, score) in [("AUT", 0.97999), ("BEL", 0.98), ("CHE", 1.02), ("DEU", 1.02001)] {
        cases.add("score", area, 2025, score, "RATIO");
    }
    for (year, sex, age, urbanisation, value) in [
        (2024, "_T", "_T", "_T", 68.0),
        (2024, "_T", "_T", "U", 83.0),
        (2024, "_T", "_T", "R", 48.0),
        (2025, "_T", "_T", "_T", 74.0),
        (2025, "_T", "Y15T24", "_T", 82.0),
    ] {
        cases.part("printed", "WLD", year, [sex, age, urbanisation, "_T"], value, "PT");
    }
    for (region, low, high) in
        [("AFR", 36.0, 36.0), ("ARB", 70.0, 70.0), ("ASP", 77.0, 77.0), ("AMS", 88.0, 93.0), ("CIS", 88.0, 93.0), ("EUR", 88.0, 93.0)]
    {
        for (breakdown, value) in [("LOW", low), ("MIDDLE", f64::midpoint(low, high)), ("HIGH", high)] {
            cases.part("regions", &format!("ITU_{region}"), 2025, ["_T", "_T", "_T", breakdown], value, "PT");
        }
    }
    for (area, first, last) in [("DEU", 12.0, 10.5), ("FRA", 12.0, 13.0), ("ITA", 11.0, 10.5)] {
        cases.add("price_gap", area, 2017, first, "PP");
        cases.add("price_gap", area, 2023, last, "PP");
    }
    for (breakdown, unit, first_year, first, last_year, last) in [
        ("USE", "PT", 2020, 60.0, 2025, 74.0),
        ("LOW", "PT", 2020, 25.2, 2025, 34.0),
        ("HIGH", "PT", 2020, 86.0, 2025, 92.0),
        ("PARITY", "RATIO", 2019, 0.91, 2024, 0.94),
        ("EWASTE", "PT", 2015, 17.3935, 2019, 17.5033),
    ] {
        cases.part("path", "WLD", first_year, ["_T", "_T", "_T", breakdown], first, unit);
        cases.part("path", "WLD", last_year, ["_T", "_T", "_T", breakdown], last, unit);
    }
    // From 50 half the way to 150: five times ten a year, times the pace.
    for (area, pace) in [("AUT", 0.95), ("BEL", 0.9499), ("CHE", 0.5), ("DEU", 0.4999), ("DNK", -0.1), ("ESP", -0.1001)] {
        cases.add("path", area, 2020, 50.0, "INDEX");
        cases.add("path", area, 2025, 50.0 + 50.0 * pace, "INDEX");
    }
    for (area, year, women, men, total) in
        [("DZA", 2018, 83.06950, 92.62223, 87.87972), ("SRB", 2014, 90.43737, 91.48011, 92.05516), ("IRL", 2017, 83.0, 83.0, 83.00017)]
    {
        for (sex, value) in [("F", women), ("M", men), ("_T", total)] {
            cases.part("by_sex", area, year, [sex, "_T", "_T", "_T"], value, "PT");
        }
    }
    for (area, value) in [("AUT", 66.4), ("BEL", 66.4), ("CHE", 67.4)] {
        cases.add("tied", area, 2024, value, "PT");
    }
    cases
}

fn indicators(workspace: &Workspace) {
    let add = |id: &str, name: &str, head: &str, select: &str| {
        let head = format!("id = \"{id}\"\nname = \"{name}\"\ntitle = \"{id}\"\n{head}");
        workspace.write(&format!("sql/indicators/{id}_{name}.sql"), format!("/*---\n{head}\n---*/\n{select}\n"));
    };
    let users = |weight: &str| {
        format!(
            "SELECT r.ref_area, r.time_period, r.obs_value AS value, {weight} AS weight
FROM observations AS w
JOIN observations AS r ON w.ref_area = r.ref_area AND w.time_period = r.time_period
WHERE r.series = 'users' AND w.series = 'wpp2019_thousand'"
        )
    };
    let rolled = |rollup: &str, base: &str| {
        format!(
            "unit = \"PT\"\nrollup = \"{rollup}\"\ngroups = [\"wdi\"]\nwindow = 0\ncoverage = {{ publish = 0.667, flag = 0.5, base = \"{base}\" }}"
        )
    };
    // The check of falls looks at the indicator of this name.
    add("G01", "internet_use", &rolled("weighted_mean", "weight"), &users("w.obs_value"));
    add("G01m", "unweighted", &rolled("weighted_mean", "economies"), &users("1.0"));
    add("G01d", "in_the_middle", &rolled("median", "economies"), &users("1.0"));

    let wdi = "SELECT o.ref_area, o.time_period, o.obs_value AS value, p.persons AS weight
FROM observations AS o
JOIN population AS p ON p.ref_area = o.ref_area AND p.time_period = o.time_period
WHERE o.series = 'wdi_users' AND p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'";
    let world = |publish: f64, flag: f64| {
        format!(
            "unit = \"PT\"\nrollup = \"weighted_mean\"\ngroups = [\"world\"]\nwindow = 3\ncoverage = {{ publish = {publish:.3}, flag = {flag:.3}, base = \"population\" }}\ndatasets = [\"golden/wdi\"]"
        )
    };
    add("G06", "wdi_world", &world(0.667, 0.5), wdi);
    add("G06u", "wdi_world_unguarded", &world(0.0, 0.0), wdi);

    add(
        "G08",
        "ownership",
        "unit = \"PT\"\nrollup = \"ratio_of_sums\"\ngroups = [\"cases\"]\nwindow = 0\ncoverage = { base = \"weight\" }",
        "WITH parts AS (
  SELECT r.ref_area, r.time_period, r.sex, r.obs_value * n.obs_value / 100.0 AS owners, n.obs_value AS persons
  FROM observations AS n
  JOIN observations AS r ON n.ref_area = r.ref_area AND n.time_period = r.time_period AND n.sex = r.sex
  WHERE r.series = 'owners' AND n.series = 'persons'
)
SELECT ref_area, time_period, sex, owners AS numerator, persons AS denominator
FROM parts
UNION ALL
SELECT ref_area, time_period, '_T' AS sex, sum(owners) AS numerator, sum(persons) AS denominator
FROM parts
GROUP BY ref_area, time_period",
    );
    let gaps_of = |name: &str| {
        format!(
            "SELECT
  u.ref_area, u.time_period, u.sex, u.age, u.urbanisation, u.disability, u.education_level, u.size_class, u.breakdown,
  u.estimate, u.value, u.unit, u.obs_status, u.coverage, u.members_observed, u.members_total
FROM indicators.{name} AS u
WHERE u.value IS NOT NULL"
        )
    };
    let derived = |scheme: &str| format!("unit = \"RATIO\"\nrollup = \"none\"\nderived = \"gaps\"\ngroups = [\"{scheme}\"]");
    add("G08g", "ownership_gaps", &derived("cases"), &gaps_of("ownership"));
    let plain = |series: &str| {
        format!(
            "SELECT o.ref_area, o.time_period, o.sex, o.age, o.urbanisation, o.breakdown, o.obs_value AS value, o.unit
FROM observations AS o
WHERE o.series = '{series}'"
        )
    };
    let none = |unit: &str, rest: &str| format!("unit = \"{unit}\"\nrollup = \"none\"\n{rest}");
    add(
        "G08b",
        "parity",
        &none("RATIO", "[[target]]\nid = \"G08\"\narea = \"WLD\"\nyear = 2030\nlow = 0.98\nhigh = 1.02\nalso = [\"countries\"]"),
        &plain("score"),
    );
    add("G09", "printed", &none("PT", ""), &plain("printed"));
    add("G09g", "printed_gaps", &derived("world"), &gaps_of("printed"));
    // Every economy with the rate of its region. The world of the case comes out only if the 9.7 million in no region
    // have the rate of the Americas, the CIS and Europe; without them it is 0.02 less.
    add(
        "G12",
        "regions",
        "unit = \"PT\"\nrollup = \"weighted_mean\"\ngroups = [\"world\", \"itu_region\"]\nwindow = 0",
        "WITH placed AS (
  SELECT w.ref_area, coalesce(m.group_code, 'ITU_EUR') AS region
  FROM membership AS w
  LEFT JOIN membership AS m ON m.ref_area = w.ref_area AND m.group_scheme = 'itu_region'
  WHERE w.group_code = 'WLD'
)
SELECT e.ref_area, o.time_period, o.breakdown, o.obs_value AS value, p.persons AS weight
FROM observations AS o
JOIN placed AS e ON e.region = o.ref_area
JOIN population AS p ON p.ref_area = e.ref_area AND p.time_period = o.time_period
WHERE o.series = 'regions' AND p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'",
    );
    workspace.write("sql/defaults.toml", std::fs::read(project().join("sql/defaults.toml")).unwrap());
    for file in ["1.2_broadband_affordability.sql", "1.2b_broadband_affordability_share.sql"] {
        workspace.write(&format!("sql/indicators/{file}"), std::fs::read(project().join("sql/indicators").join(file)).unwrap());
    }
    add(
        "G17",
        "price_gap",
        &none(
            "PP",
            "[[target]]\nid = \"G17\"\narea = \"WLD\"\nyear = 2023\nchange = -0.25\ndirection = \"down\"\nbaseline_year = 2017\nalso = [\"countries\"]",
        ),
        &plain("price_gap"),
    );
    let target = |id: &str, breakdown: &str, value: f64, baseline: i32| {
        format!(
            "[[target]]\nid = \"{id}\"\narea = \"WLD\"\nyear = 2030\nvalue = {value:?}\nbaseline_year = {baseline}\nbreakdown = \"{breakdown}\"\n"
        )
    };
    let targets: String = [
        target("G18.use", "USE", 100.0, 2020),
        target("G18.low", "LOW", 100.0, 2020),
        target("G18.high", "HIGH", 100.0, 2020),
        target("G18.parity", "PARITY", 0.98, 2019),
        target("G18.ewaste", "EWASTE", 30.0, 2015),
        target("G18.bounds", "_T", 150.0, 2020) + "also = [\"countries\"]\n",
    ]
    .concat();
    add("G18", "paths", &none("PT", &targets), &plain("path"));
    add("G20", "by_sex", &none("PT", ""), &plain("by_sex"));
    add(
        "G22",
        "tied",
        "unit = \"PT\"\nrollup = \"weighted_mean\"\ngroups = [\"cases\"]\nwindow = 0\ncoverage = { base = \"economies\" }",
        "SELECT o.ref_area, o.time_period, o.obs_value AS value, 1.0 AS weight
FROM observations AS o
WHERE o.series = 'tied'",
    );
}
