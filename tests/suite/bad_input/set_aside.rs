//! A share of rows set aside that is larger than the data set allows: never taken for new data, whatever the reason.

use super::layouts::{V2, v2};
use super::rows::pulled;
use super::{refused, released, workspace};
use crate::support::Workspace;

/// A body of ITU: so many good rows, then the others.
fn body(good: usize, others: &[String]) -> Vec<u8> {
    let good = ["BRA", "DEU", "FRA", "ITA"].into_iter().flat_map(|area| (2000..2025).map(move |year| v2(area, year, "50", ""))).take(good);
    [V2.to_owned()].into_iter().chain(good).chain(others.iter().cloned()).collect::<String>().into_bytes()
}

/// So many rows of an area that is on none of our lists.
fn nowhere(rows: usize) -> Vec<String> {
    (2000..).take(rows).map(|year| v2("QQQ", year, "1", "")).collect()
}

/// So many pairs of rows that contradict each other.
fn contradicting(pairs: usize) -> Vec<String> {
    (2000..).take(pairs).flat_map(|year| ["1", "2"].map(|value| v2("KEN", year, value, ""))).collect()
}

fn with_limit(workspace: &Workspace, limit: &str) {
    let file = "pipelines/itu.toml";
    let name = "name = \"internet_use\"\n";
    let text = workspace.read(file);
    assert!(text.contains(name));
    workspace.write(file, text.replacen(name, &format!("{name}maximum_share_set_aside = {limit}\n"), 1));
}

#[test]
fn up_to_a_tenth_is_told_and_more_is_refused() {
    let (counts, _) = pulled(&workspace(), "itu/internet_use", "a.csv", &body(90, &nowhere(10)));
    assert_eq!(counts, [100, 90, 10, 0]);

    // There is nothing to fall back on.
    let workspace = workspace();
    workspace.write("in/itu/internet_use/a.csv", body(90, &nowhere(11)));
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("E2013: itu/internet_use: 11 of 101 rows (10.9 %) are set aside, and 10 % may be"), "{}", run.stderr);
    assert!(!workspace.path("data/observations/itu/internet_use.parquet").exists());
}

/// Contradicting keys were no reason to refuse a pull until they were more than half of it.
#[test]
fn each_reason_counts_and_is_named() {
    let workspace = released();
    let refuse = |others: &[String], text: &str| refused(&workspace, "itu/internet_use", "a.csv", &body(88, others), "E2013", text);
    refuse(
        &contradicting(6),
        "12 of 100 rows (12 %) are set aside, and 10 % may be: 12 duplicate_key, such as `11624 KEN 2000` in record 89 of a.csv",
    );
    let all =
        [contradicting(3), nowhere(2), vec![v2("BRA", 1800, "1", ""), v2("BRA", 1999, "many", ""), "11624,\"i99H\"\n".into()]].concat();
    refuse(&all, "11 of 99 rows (11.2 %) are set aside");
    for reason in [
        "6 duplicate_key, such as `11624 KEN 2000` in record 89 of a.csv",
        "2 unknown_area, such as `QQQ` in record 95 of a.csv",
        "1 bad_year, such as `1800` in record 97",
        "1 bad_value, such as `many` in record 98",
        "1 field_count, such as `2 fields, the header has 13` in record 99",
    ] {
        refuse(&all, reason);
    }
    // The same night again: still degraded, and the last good observations in use.
    let run = workspace.expect(3, &["run", "--from", "in", "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.stderr.contains("in use: what was pulled on 2026-11-24"), "{}", run.stderr);
    let kept = workspace.expect(0, &["sql", "SELECT count(*) AS n FROM observations WHERE ref_area = 'IND'", "--output", "csv"]);
    assert_ne!(kept.stdout, "n\n0\n");
}

/// By an earlier clock many rows are of years that are still to come. That was taken for another layout.
#[test]
fn years_still_to_come_are_told_and_do_not_count() {
    let workspace = workspace();
    workspace.write("in/itu/internet_use/a.csv", body(100, &[]));
    // Of each of the four economies 19 years up to 2018 are past and six are not: 24 of 100.
    let run = workspace.expect(0, &["pull", "--from", "in", "--now", "2018-06-01T00:00:00Z"]);
    assert!(run.stderr.contains("24 of 100 rows are of years that are still to come, from 2019 on: set aside"), "{}", run.stderr);
    // What is wrong with the others counts among the others: 8 of 84.
    workspace.write("in/itu/internet_use/a.csv", body(100, &nowhere(8)));
    workspace.expect(0, &["pull", "--from", "in", "--now", "2018-06-02T00:00:00Z"]);
    workspace.write("in/itu/internet_use/a.csv", body(100, &nowhere(9)));
    let run = workspace.expect(3, &["pull", "--from", "in", "--now", "2018-06-03T00:00:00Z"]);
    assert!(run.stderr.contains("E2013: itu/internet_use: 9 of 85 rows (10.6 %) are set aside, and 10 % may be"), "{}", run.stderr);
}

/// The unit in which most rows are stands; where a third of the figures is in another one, nobody knows which is right.
#[test]
fn figures_in_another_unit_count() {
    let workspace = workspace();
    let rows = |unit: &str, last: i32| (2000..last).map(|year| format!("IT_USE_ii99,76,{year},5,{unit}\n")).collect::<String>();
    let body = format!("SeriesCode,GeoAreaCode,TimePeriod,Value,[Units]\n{}{}", rows("PERCENT", 2020), rows("PER_100_POP", 2010));
    workspace.write("in/unsd/sdg_global/a.csv", body);
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("10 of 30 rows (33.4 %) are set aside, and 10 % may be: 10 other_unit"), "{}", run.stderr);
}

#[test]
fn a_data_set_has_a_limit_of_its_own() {
    let strict = workspace();
    with_limit(&strict, "0");
    strict.write("in/itu/internet_use/a.csv", body(90, &nowhere(1)));
    let run = strict.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("1 of 91 rows (1.1 %) are set aside, and 0 % may be"), "{}", run.stderr);

    let lenient = workspace();
    with_limit(&lenient, "0.5");
    let (counts, _) = pulled(&lenient, "itu/internet_use", "a.csv", &body(12, &contradicting(6)));
    assert_eq!(counts, [24, 12, 12, 0]);
}

/// Repetitions, and areas that are deliberately none of ours: nothing is lost with them.
#[test]
fn rows_that_are_passed_over_do_not_count() {
    let regions: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,SDG: Oceania (no {year}),{year},5,,\n")).collect();
    let rows: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},50.5,,\n")).collect();
    let body = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n{rows}{rows}{regions}");
    let (counts, set_aside) = pulled(&workspace(), "unesco/sdg_bulk", "a.csv", body.as_bytes());
    assert_eq!(counts, [60, 20, 40, 0]);
    assert!(set_aside.iter().all(|(_, reason, _)| matches!(reason.as_str(), "duplicate_row" | "area_not_listed")));
}

/// A region that UIS or UNCTAD had renamed was gone without a word, and so were the figures of the world.
#[test]
fn a_region_with_a_new_name_is_told() {
    let workspace = workspace();
    let head = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n";
    let rows: String = [
        "BRA",
        "SDG: World",
        "SDG: The World",
        "NEW: Atlantis",
        "MDG: World",
        "WB: Middle income (July 2031)",
        "WB: High income (July 2031)",
    ]
    .map(|area| format!("SCHBSP.1.WINTERN,{area},2020,5,,\n"))
    .concat();
    workspace.write("in/unesco/sdg_bulk/a.csv", format!("{head}{rows}"));
    let bulk = "Economy_Code,UseOfIct_Code,EnterpriseSize_Code,Year,M5060_Value,M5060_Footnote_Text,M5060_MissingValue_Label\n";
    let rows = ["076", "9999", "1410"].map(|area| format!("{area},B3,0,2018,86.59,,\n")).concat();
    workspace.write("in/unctad/ict_use_by_size/a.csv", format!("{bulk}{rows}"));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    for told in ["passed over: `NEW: Atlantis`, `SDG: The World` (is it WLD?); a new name goes into", "passed over: `9999`; a new name"] {
        assert!(run.stderr.contains(told), "no `{told}` in\n{}", run.stderr);
    }
    let areas = "SELECT ref_area FROM observations WHERE source = 'unesco' ORDER BY 1";
    assert_eq!(workspace.expect(0, &["sql", areas, "--output", "csv"]).stdout, "ref_area\nBRA\nWB_HIC\nWLD\n");
    let (_, set_aside) = pulled(&workspace, "unctad/ict_use_by_size", "a.csv", format!("{bulk}{rows}").as_bytes());
    let reasons: Vec<(&str, &str)> = set_aside.iter().map(|(_, reason, detail)| (reason.as_str(), detail.as_str())).collect();
    assert_eq!(reasons, [("area_not_listed", "9999"), ("area_not_covered", "1410")]);
}

/// Where years are columns, a row that was set aside as a whole counted for one figure: half of a table could be lost.
#[test]
fn every_figure_of_a_row_counts() {
    let workspace = workspace();
    let set = "[[dataset]]\nname = \"t\"\nformat = \"table\"\nyears_as_columns = true\n[dataset.columns]\n\
               series = \"Code\"\nref_area = \"Area\"\nunit = \"Unit\"\nnote = \"Note\"\n";
    workspace.write("pipelines/example.toml", format!("source = \"example\"\nlicence = \"CC BY\"\n{set}"));
    let years = (2010..2020).map(|year| year.to_string()).collect::<Vec<_>>().join(",");
    let row = |area: &str, code: &str, unit: &str| format!("{area},{code},{unit},{years},\n");
    let good: String = ["BRA", "DEU", "FRA", "ITA", "KEN", "PHL"].map(|area| row(area, "s", "PT")).concat();
    let table = |below: &str| format!("Area,Code,Unit,{years},Note\n{good}{below}");
    for (lost, reason) in [
        (row("IND", "s", "p.c."), "unknown_word, such as `unit `p.c.` is not in units.csv"),
        (row("IND", "", "PT"), "missing_code"),
        (row("QQQ", "s", "PT"), "unknown_area"),
        (row("IND", "s", "PT").replace(",2019,\n", "\n"), "field_count"),
    ] {
        workspace.write("in/example/t/a.csv", table(&lost));
        let run = workspace.expect(1, &["pull", "--from", "in"]);
        let told = format!("E2013: example/t: 10 of 70 rows (14.3 %) are set aside, and 10 % may be: 10 {reason}");
        assert!(run.stderr.contains(&told), "{told}\n{}", run.stderr);
    }
    // What stands below a table has no figure.
    let below = format!("Source: the agency,{}\nUpdated 2026\n\"Note, over\",two\n", ",".repeat(13));
    let (counts, _) = pulled(&workspace, "example/t", "a.csv", table(&below).as_bytes());
    assert_eq!(counts, [64, 60, 4, 0]);
}
