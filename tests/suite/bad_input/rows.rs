//! Single rows that are wrong: set aside with a reason and their record, never lost, never guessed.

use yardstick::tables::cells::Table;

use super::workspace;
use crate::support::{Workspace, parquet};

/// Pulls one body; gives the counts (rows in, observations, quarantined, headings) and the quarantined rows as
/// record, reason and detail.
pub(super) fn pulled(workspace: &Workspace, set: &str, file: &str, body: &[u8]) -> ([u64; 4], Vec<(i64, String, String)>) {
    workspace.write(&format!("in/{set}/{file}"), body);
    let pull = workspace.json(0, &["pull", "--from", "in"]);
    let counts = &pull["data"]["data_sets"].as_array().unwrap().iter().find(|d| d["data_set"] == set).unwrap()["counts"];
    let counts = ["rows_in", "observations", "quarantined", "headings"].map(|name| counts[name].as_u64().unwrap());
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "no row vanishes");
    let kept = parquet(&workspace.path(format!("data/quarantine/{set}.parquet")));
    let cells = Table(&kept);
    let rows = (0..cells.len()).map(|row| {
        (cells.int("record", row).unwrap(), cells.text("reason", row).unwrap().to_owned(), cells.text("detail", row).unwrap().to_owned())
    });
    (counts, rows.collect())
}

pub(super) fn reasons(rows: &[(i64, String, String)]) -> Vec<(i64, &str)> {
    rows.iter().map(|(record, reason, _)| (*record, reason.as_str())).collect()
}

const UNSD: &str = "\"SeriesCode\",\"GeoAreaCode\",\"TimePeriod\",\"Value\",\"Source\",\"[Sex]\",\"[Units]\"\n";

/// A hundred rows that are in order.
fn good(areas: [&'static str; 5], row: impl Fn(&str, i32) -> String) -> impl Iterator<Item = String> {
    areas.into_iter().flat_map(|area| (2000..2020).map(move |year| (area, year))).map(move |(area, year)| row(area, year))
}

fn unsd(rows: &[&str]) -> Vec<u8> {
    // Enough good rows that the body as a whole is good.
    let good = good(["76", "404", "566", "608", "840"], |area, year| format!("IT_USE_ii99,{area},{year},50.5,ITU,BOTHSEX,PERCENT\n"));
    [UNSD.to_owned()].into_iter().chain(rows.iter().map(|row| format!("{row}\n"))).chain(good).collect::<String>().into_bytes()
}

#[test]
fn unsd_rows() {
    let body = unsd(&[
        "IT_USE_ii99,250,2018,82.04,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,250,2018,82.04,ITU,BOTHSEX,PERCENT", // equal: once is enough
        "IT_USE_ii99,276,2018,87,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,276,2018,88,ITU,BOTHSEX,PERCENT", // contradicting: neither can be trusted
        "IT_USE_ii99,9999,2018,88,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,380,18,88,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,380,2045,88,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,380,2018,eighty,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,380,2019,1e999,ITU,BOTHSEX,PERCENT",
        ",380,2017,88,ITU,BOTHSEX,PERCENT",
        "IT_USE_ii99,380,2016,88,ITU",
        "IT_USE_ii99,380,2015,NaN,ITU,BOTHSEX,PERCENT", // no value, and no defect
        "IT_USE_ii99,380,2014,<5,ITU,BOTHSEX,PERCENT",
    ]);
    let workspace = workspace();
    let (counts, rows) = pulled(&workspace, "unsd/sdg_global", "a.csv", &body);
    assert_eq!(
        reasons(&rows),
        [
            (2, "duplicate_row"),
            (3, "duplicate_key"),
            (4, "duplicate_key"),
            (5, "unknown_area"),
            (6, "bad_year"),
            (7, "bad_year"),
            (8, "bad_value"),
            (9, "bad_value"),
            (10, "missing_code"),
            (11, "field_count"),
        ]
    );
    assert_eq!(rows[1].2, "IT_USE_ii99 DEU 2018");
    assert_eq!((rows[3].2.as_str(), rows[6].2.as_str()), ("9999", "eighty"));
    assert_eq!(counts, [113, 103, 10, 0]);
    let missing = workspace.expect(
        0,
        &[
            "sql",
            "SELECT time_period, obs_value, obs_text, obs_status FROM observations WHERE ref_area = 'ITA' ORDER BY 1",
            "--output",
            "csv",
        ],
    );
    assert_eq!(missing.stdout, "time_period,obs_value,obs_text,obs_status\n2014,,<5,N\n2015,,,O\n");
}

#[test]
fn itu_rows() {
    let header = "\"seriesID\",\"seriesCode\",\"seriesName\",\"seriesParent\",\"seriesUnits\",\"entityID\",\"entityIso\",\"entityName\",\"dataValue\",\"dataYear\",\"dataNote\",\"dataSource\",\"seriesDescription\"\n";
    let row = |area: &str, year: &str, value: &str| {
        format!("11624,\"i99H\",\"Individuals using the Internet\",,\"%\",6,\"{area}\",\"x\",\"{value}\",{year},\"\",\"x\",\"x\"\n")
    };
    let mut body = header.to_owned();
    for (area, year, value) in
        [("DEU", "2018", "87"), ("DEU", "2018", "88"), ("QQQ", "2018", "1"), ("FRA", "2018", "1,23"), ("FRA", "", "1"), ("ITA", "2018", "")]
    {
        body += &row(area, year, value);
    }
    body += "11624,\"i99H\"\n";
    body.extend(good(["BRA", "KEN", "NGA", "PHL", "USA"], |area, year| row(area, &year.to_string(), "50.5")));
    let workspace = workspace();
    let (counts, rows) = pulled(&workspace, "itu/internet_use", "a.csv", body.as_bytes());
    assert_eq!(
        reasons(&rows),
        [(1, "duplicate_key"), (2, "duplicate_key"), (3, "unknown_area"), (4, "bad_value"), (5, "bad_year"), (7, "field_count")]
    );
    assert_eq!(counts, [107, 101, 6, 0]);
}

#[test]
fn unesco_rows() {
    let mut body = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n".to_owned();
    body += "SCHBSP.1.WINTERN,DEU,2018,87,,\nSCHBSP.1.WINTERN,DEU,2018,88,,\nSCHBSP.1.WINTERN,ZZZ,2018,1,,\nSCHBSP.1.WINTERN,FRA,2018,x,,\nSCHBSP.1.WINTERN,FRA,2019,0,NA,\nSCHBSP.1.WINTERN,FRA\n";
    // An economy under a new code is no region that is passed over, and a new flag says something that nobody knows.
    body += "SCHBSP.1.WINTERN,CH1,2018,1,,\nSCHBSP.1.WINTERN,PER,2018,5,QQ,\n";
    body.extend(good(["BRA", "KEN", "NGA", "PHL", "USA"], |area, year| format!("SCHBSP.1.WINTERN,{area},{year},50.5,,UIS_EST\n")));
    let workspace = workspace();
    let (counts, rows) = pulled(&workspace, "unesco/sdg_bulk", "a.csv", body.as_bytes());
    assert_eq!(
        reasons(&rows),
        [(1, "duplicate_key"), (2, "duplicate_key"), (3, "unknown_area"), (4, "bad_value"), (6, "field_count"), (7, "unknown_area")]
    );
    assert_eq!(counts, [108, 102, 6, 0]);
    let told = workspace.expect(0, &["status"]).stdout;
    assert!(told.contains("MAGNITUDE `QQ` is not known"), "{told}");
    // The cell says 0, the flag that the indicator does not apply.
    let missing = workspace.expect(0, &["sql", "SELECT obs_value, obs_status FROM observations WHERE ref_area = 'FRA'", "--output", "csv"]);
    assert_eq!(missing.stdout, "obs_value,obs_status\n,M\n");
}

#[test]
fn unctad_rows() {
    let mut body =
        "Economy_Code,UseOfIct_Code,EnterpriseSize_Code,Year,M5060_Value,M5060_Footnote_Text,M5060_MissingValue_Label\n".to_owned();
    body += "276,B3,0,2018,87,,\n276,B3,0,2018,88,,\n0001,B3,0,2018,1,,\n777,B3,0,2018,1,,\n250,B3,0,2018,many,,\n250,B3,0,2019,,,Not applicable\n250,B3\n";
    body.extend(good(["076", "404", "566", "608", "840"], |area, year| format!("{area},B3,0,{year},50.5,,\n")));
    let workspace = workspace();
    let (counts, rows) = pulled(&workspace, "unctad/ict_use_by_size", "a.csv", body.as_bytes());
    assert_eq!(reasons(&rows), [(1, "duplicate_key"), (2, "duplicate_key"), (4, "unknown_area"), (5, "bad_value"), (7, "field_count")]);
    assert_eq!(counts, [107, 101, 5, 1]);
}

#[test]
fn rows_of_our_own_tables() {
    let mut body = "series,ref_area,time_period,breakdown,value,unit,note\n".to_owned();
    body += "s,WLD,2018,_T,1,NUMBER,x\ns,WLD,2018,_T,2,NUMBER,x\ns,QQQ,2018,_T,1,NUMBER,x\ns,WLD,2019,_T,1;5,NUMBER,x\n,WLD,2020,_T,1,NUMBER,x\ns,WLD,2021\ns,WLD,2022,_T,..,NUMBER,x\n";
    body.extend(good(["BRA", "KEN", "NGA", "PHL", "USA"], |area, year| format!("s,{area},{year},_T,1.5,NUMBER,x\n")));
    let workspace = workspace();
    let (counts, rows) = pulled(&workspace, "itu/ewaste_monitor", "a.csv", body.as_bytes());
    assert_eq!(
        reasons(&rows),
        [(1, "duplicate_key"), (2, "duplicate_key"), (3, "unknown_area"), (4, "bad_value"), (5, "missing_code"), (6, "field_count")]
    );
    assert_eq!(counts, [107, 101, 6, 0]);
}

/// Twice the same body under two names: every row is there twice, and counts once.
#[test]
fn the_same_file_twice() {
    let workspace = workspace();
    let body = unsd(&[]);
    workspace.write("in/unsd/sdg_global/a.csv", &body);
    let (counts, rows) = pulled(&workspace, "unsd/sdg_global", "b.csv", &body);
    assert_eq!(counts, [200, 100, 100, 0]);
    assert!(rows.iter().all(|(_, reason, _)| reason == "duplicate_row"));
}

/// Of each data file the first record was one of the first series of the archive where it had no code, and a record without
/// an area one of a region that nobody has to be told of.
#[test]
fn unesco_rows_without_a_code() {
    let head = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n";
    let good =
        good(["BRA", "KEN", "NGA", "PHL", "USA"], |area, year| format!("SCHBSP.1.WINTERN,{area},{year},50.5,,\n")).collect::<String>();
    let national = format!("{head},DEU,2015,99,,\n{good},DEU,2016,98,,\nSCHBSP.1.WINTERN,,2017,97,,\nSCHBSP.1.WINTERN,DEU,2018,few,NA,\n");
    let regional = format!("{head},SDG: World,2015,77,,\nSCHBSP.1.WINTERN,SDG: World,2016,48,,\n");
    let workspace = workspace();
    let files = [("SDG_DATA_NATIONAL.csv", national.as_bytes()), ("SDG_DATA_REGIONAL.csv", regional.as_bytes())];
    let (counts, rows) = pulled(&workspace, "unesco/sdg_bulk", "SDG.zip", &super::zipped(&files));
    let expected = [(1, "missing_code"), (102, "missing_code"), (103, "unknown_area"), (104, "bad_value"), (105, "missing_code")];
    assert_eq!(reasons(&rows), expected);
    assert_eq!(rows[3].2, "few with MAGNITUDE NA");
    assert_eq!(counts, [106, 101, 5, 0]);
}
