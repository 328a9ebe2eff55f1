//! Values that contradict each other or say that there is nothing: one stands, the other is set aside with a reason.

use super::layouts::{V2, v2};
use super::rows::{pulled, reasons};
use super::{workspace, zipped};
use crate::support::Workspace;

fn asked(workspace: &Workspace, query: &str) -> String {
    workspace.expect(0, &["sql", query, "--output", "csv"]).stdout
}

/// Rows of a year of its own each, among enough good ones.
fn numbered(row: impl Fn(i32, &str) -> String, good: impl Fn(i32) -> String, values: &[&str]) -> String {
    (1990..).zip(values).map(|(year, value)| row(year, value)).chain((1960..1985).map(good)).collect()
}

const NOTHING: [&str; 9] = ["<1", "...", "..", "\u{2026}", "-", "\u{2013}", "n/a", "#N/A", "inf"];

#[test]
fn markers_of_no_value() {
    let expected = "time_period,obs_value,obs_text,obs_status\n1990,,<1,N\n1991,,...,O\n1992,,..,O\n1993,,\u{2026},O\n1994,,-,O\n1995,,\u{2013},O\n1996,,n/a,O\n1997,,#N/A,O\n";
    let query = "SELECT time_period, obs_value, obs_text, obs_status FROM observations WHERE time_period >= 1990 ORDER BY 1";

    let workspace = super::workspace();
    let rows = numbered(|year, value| v2("BRA", year, value, ""), |year| v2("DEU", year, "5", ""), &NOTHING);
    let (_, set_aside) = pulled(&workspace, "itu/internet_use", "a.csv", format!("{V2}{rows}").as_bytes());
    assert_eq!(reasons(&set_aside), [(9, "bad_value")]);
    assert_eq!(asked(&workspace, query), expected);

    let workspace = super::workspace();
    let line = |year: i32, value: &str| format!("e,WLD,{year},_T,{value},PT,x\n");
    let rows = numbered(line, |year| line(year, "5"), &NOTHING);
    let body = format!("series,ref_area,time_period,breakdown,value,unit,note\n{rows}{}", line(1999, "Infinity"));
    let (_, set_aside) = pulled(&workspace, "itu/ewaste_monitor", "a.csv", body.as_bytes());
    assert_eq!(reasons(&set_aside), [(9, "bad_value"), (35, "bad_value")]);
    assert_eq!(asked(&workspace, query), expected);
}

/// `not applicable` beside 70 is no missing value; beside 0 it is.
#[test]
fn a_flag_that_contradicts_its_value() {
    let rows: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},50.5,,\n")).collect();
    let odd = "SCHBSP.1.WINTERN,FRA,2009,70,NA,\nSCHBSP.1.WINTERN,FRA,2010,0,NA,\nSCHBSP.1.WINTERN,FRA,2011,3,NIL,\nSCHBSP.1.WINTERN,FRA,2012,0,NIL,\n";
    let workspace = workspace();
    let body = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n{odd}{rows}");
    let (_, set_aside) = pulled(&workspace, "unesco/sdg_bulk", "a.csv", body.as_bytes());
    assert_eq!(reasons(&set_aside), [(1, "bad_value"), (3, "bad_value")]);
    assert_eq!(set_aside[0].2, "70 with MAGNITUDE NA");
    let said = asked(&workspace, "SELECT time_period, obs_value, obs_status FROM observations WHERE ref_area = 'FRA' ORDER BY 1");
    assert_eq!(said, "time_period,obs_value,obs_status\n2010,,M\n2012,0.0,A\n");
}

/// Groups by income carry the vintage of their classification in the id: the newest counts, and is named.
#[test]
fn income_groups_of_several_vintages() {
    let national: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},50.5,,\n")).collect();
    let national = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n{national}");
    let regional = "indicator_id,region_id,year,value,magnitude,qualifier\nSCHBSP.1.WINTERN,WB: High income (July 2024),2023,90,,\nSCHBSP.1.WINTERN,WB: High income (July 2025),2023,91,,UIS_EST\nSCHBSP.1.WINTERN,WB: Low income (July 2025),2023,20,,\n";
    let query = "SELECT ref_area, obs_value, obs_status, note FROM observations WHERE ref_area <> 'BRA' ORDER BY 1";
    let workspace = workspace();
    let body = zipped(&[("SDG_DATA_NATIONAL.csv", national.as_bytes()), ("SDG_DATA_REGIONAL.csv", regional.as_bytes())]);
    let (counts, set_aside) = pulled(&workspace, "unesco/sdg_bulk", "SDG.zip", &body);
    assert_eq!((counts, reasons(&set_aside)), ([23, 22, 1, 0], vec![(21, "superseded")]));
    assert_eq!(
        asked(&workspace, query),
        "ref_area,obs_value,obs_status,note\nWB_HIC,91.0,E,UIS estimate; classification of July 2025\nWB_LIC,20.0,A,classification of July 2025\n"
    );

    let workspace = super::workspace();
    let record = |area: &str, year: i32, value: f64| serde_json::json!({"indicatorId": "SCHBSP.1.WINTERN", "geoUnit": area, "year": year, "value": value, "magnitude": null, "qualifier": null});
    let mut records: Vec<_> = (2000..2010).map(|year| record("BRA", year, 5.0)).collect();
    records.extend(
        [(2021, 1.0), (2024, 3.0), (2023, 2.0)].map(|(vintage, value)| record(&format!("WB: High income (July {vintage})"), 2020, value)),
    );
    let body = serde_json::json!({"hints": [], "records": records}).to_string();
    let (_, set_aside) = pulled(&workspace, "unesco/data_api", "a.json", body.as_bytes());
    assert_eq!(reasons(&set_aside), [(11, "superseded"), (13, "superseded")]);
    assert_eq!(asked(&workspace, query), "ref_area,obs_value,obs_status,note\nWB_HIC,3.0,A,classification of July 2024\n");
}

/// The unit is no part of the key: of two figures, the one in the unit of the other rows stands.
#[test]
fn one_series_in_two_units_and_an_empty_row_beside_a_full_one() {
    let workspace = workspace();
    let rows: String = (2000..2020).map(|year| format!("IT_USE_ii99,76,{year},5,PERCENT\n")).collect();
    let odd = "IT_USE_ii99,76,2005,7,PER_100_POP\nIT_USE_ii99,276,2005,,PERCENT\nIT_USE_ii99,276,2005,80,PERCENT\nIT_USE_ii99,276,2006,,PERCENT\nIT_USE_ii99,276,2006,NaN,PERCENT\n";
    let body = format!("SeriesCode,GeoAreaCode,TimePeriod,Value,[Units]\n{odd}{rows}");
    let (_, set_aside) = pulled(&workspace, "unsd/sdg_global", "a.csv", body.as_bytes());
    assert_eq!(reasons(&set_aside), [(1, "other_unit"), (2, "duplicate_row"), (5, "duplicate_row")]);
    assert_eq!(set_aside[0].2, "IT_USE_ii99 BRA 2005 in PER_100_POP, others in PT");
    assert_eq!(
        asked(
            &workspace,
            "SELECT ref_area, time_period, obs_value, unit FROM observations WHERE time_period BETWEEN 2005 AND 2006 ORDER BY 1, 2"
        ),
        "ref_area,time_period,obs_value,unit\nBRA,2005,5.0,PT\nBRA,2006,5.0,PT\nDEU,2005,80.0,PT\nDEU,2006,,PT\n"
    );
}

#[test]
fn more_series_than_two_bytes_can_number() {
    let workspace = workspace();
    let rows: String =
        (0..70_000).map(|n| format!("{},\"c{n}\",\"n\",,\"u\",1,\"BRA\",\"x\",\"{n}\",2000,\"\",\"s\",\"d\"\n", 1_000_000 + n)).collect();
    let (counts, _) = pulled(&workspace, "itu/ict_skills_safety", "a.csv", format!("{V2}{rows}").as_bytes());
    assert_eq!(counts, [70_000, 70_000, 0, 0]);
}

/// A year that was still to come is looked at again when it has come.
#[test]
fn a_row_of_next_year() {
    let workspace = workspace();
    let rows: String = (2000..2028).map(|year| v2("BRA", year, "50", "")).collect();
    let (counts, set_aside) = pulled(&workspace, "itu/internet_use", "a.csv", format!("{V2}{rows}").as_bytes());
    assert_eq!((counts, reasons(&set_aside)), ([28, 27, 1, 0], vec![(28, "bad_year")]));
    workspace.expect(0, &["pull", "--from", "in", "--now", "2027-06-01T00:00:00Z"]);
    assert_eq!(asked(&workspace, "SELECT max(time_period) AS last FROM observations"), "last\n2027\n");
}

#[test]
fn size_classes_that_are_not_understood() {
    let workspace = workspace();
    let head = "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value\n";
    let row = |year: i32, label: &str| format!("{year},076,Brazil,B3,x,S,{label},50,,\n");
    let labels = ["Less than 10", "250 and over", "10-49 and 50-249", "Not specified", "More than 250"];
    let rows = numbered(row, |year| row(year, "All (persons employed)"), &labels);
    let flags = "2001,076,Brazil,B3,x,S,All,50,estimated; Break,\n2002,076,Brazil,B3,x,S,All,50,series break,\n";
    let (_, set_aside) = pulled(&workspace, "unctad/ict_use_by_size", "a.csv", format!("{head}{rows}{flags}").as_bytes());
    assert_eq!(reasons(&set_aside), [(3, "unknown_word"), (4, "unknown_word")]);
    assert_eq!(
        asked(&workspace, "SELECT time_period, size_class, obs_status FROM observations WHERE time_period >= 1990 ORDER BY 1"),
        "time_period,size_class,obs_status\n1990,0-9,A\n1991,250+,A\n1994,250+,A\n2001,_T,E\n2002,_T,B\n"
    );
}

#[test]
fn statuses_in_columns_and_words() {
    let workspace = workspace();
    let head = "SeriesCode,GeoAreaCode,TimePeriod,Value,Source,FootNote,[Nature],[Observation Status],[Units]\n";
    let odd = "IT_USE_ii99,276,2001,5,ITU,,C,B,PERCENT\nIT_USE_ii99,276,2002,5,ITU,a note,C,E,PERCENT\nIT_USE_ii99,276,2003,5,ITU,a note,E,A,PERCENT\nIT_USE_ii99,276,2004,,ITU,,C,M,PERCENT\n";
    let rows: String = (2000..2020).map(|year| format!("IT_USE_ii99,76,{year},5,ITU,,C,A,PERCENT\n")).collect();
    pulled(&workspace, "unsd/sdg_global", "a.csv", format!("{head}{odd}{rows}").as_bytes());
    assert_eq!(
        asked(&workspace, "SELECT time_period, obs_status, note FROM observations WHERE ref_area = 'DEU' ORDER BY 1"),
        "time_period,obs_status,note\n2001,B,ITU\n2002,E,a note [ITU]\n2003,E,a note [ITU]\n2004,M,ITU\n"
    );

    let workspace = super::workspace();
    let notes = [
        "Estimation based on the survey",
        "Survey was redesigned in 2019, comparison with earlier years should not be done",
        "The figures comprise a series break",
        "Break in comparability",
        "As reported",
    ];
    let rows: String = (2000..).zip(notes).map(|(year, note)| v2("BRA", year, "50", note)).collect();
    pulled(&workspace, "itu/internet_use", "a.csv", format!("{V2}{rows}").as_bytes());
    let said = asked(&workspace, "SELECT obs_status FROM observations ORDER BY time_period");
    assert_eq!(said, "obs_status\nE\nB\nB\nB\nA\n");
}

/// A note of another kind, packed after the one that names the release.
#[test]
fn the_release_of_an_archive_with_more_notes() {
    let workspace = workspace();
    let rows: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},50.5,,\n")).collect();
    let national = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n{rows}");
    let body =
        zipped(&[("SDG_README_RELEASE_2026_February.md", b"x"), ("SDG_DATA_NATIONAL.csv", national.as_bytes()), ("zz_changes.md", b"x")]);
    pulled(&workspace, "unesco/sdg_bulk", "SDG.zip", &body);
    assert!(workspace.read("data/observations/unesco/sdg_bulk.json").contains("\"vintage\": \"2026 February\""));
}

/// `not applicable`, `suppressed` and the like beside a zero: there is no figure. Beside another number nobody can tell.
#[test]
fn a_word_for_no_value_beside_a_value() {
    let query = "SELECT obs_value, obs_status FROM observations WHERE ref_area = 'DEU' AND obs_value IS NULL ORDER BY 1";
    let numbers = "SELECT count(*) AS n FROM observations WHERE ref_area = 'DEU' AND obs_value IS NOT NULL";
    let one = |set: &str, body: String, status: &str, detail: &str| {
        let workspace = workspace();
        let (_, set_aside) = pulled(&workspace, set, "a.csv", body.as_bytes());
        assert_eq!(reasons(&set_aside), [(2, "bad_value")], "{set}");
        assert_eq!(set_aside[0].2, detail);
        assert_eq!(asked(&workspace, query), format!("obs_value,obs_status\n,{status}\n"), "{set}");
        assert_eq!(asked(&workspace, numbers), "n\n1\n", "{set}");
    };
    let head = "SeriesCode,GeoAreaCode,TimePeriod,Value,Source,[Nature],[Observation Status],[Units]\n";
    let unsd = |area: &str, year: i32, rest: &str| format!("IT_USE_ii99,{area},{year},{rest},PERCENT\n");
    let good: String = (2000..2030).map(|year| unsd("76", year - 10, "5,ITU,C,A")).collect();
    for (denied, status, told) in
        [("N,A", "M", "Nature `N` and Observation Status `A`"), ("C,Q", "Q", "Nature `C` and Observation Status `Q`")]
    {
        let odd = ["0", "5"].map(|value| unsd("276", 2000 + value.parse::<i32>().unwrap(), &format!("{value},ITU,{denied}"))).concat();
        one("unsd/sdg_global", format!("{head}{odd}{}{good}", unsd("276", 2010, "0,ITU,C,A")), status, &format!("5 with {told}"));
    }
    let head = "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value\n";
    let unctad = |area: &str, year: i32, rest: &str| format!("{year},{area},x,B3,Internet,0,All (persons employed),{rest}\n");
    let good: String = (1990..2020).map(|year| unctad("076", year, "5,,")).collect();
    let odd =
        [unctad("276", 2001, "0,,Not applicable"), unctad("276", 2002, "7,,Not publishable"), unctad("276", 2003, "0,Estimated,")].concat();
    one("unctad/ict_use_by_size", format!("{head}{odd}{good}"), "M", "7 with the missing value `Not publishable`");
}
