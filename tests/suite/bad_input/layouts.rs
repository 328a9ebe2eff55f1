//! Tables whose layout would make rows vanish or pass for something else: stray quotes, lost columns, other members.

use super::rows::{pulled, reasons};
use super::{fixture, gzipped, no_panic, refused, released, workspace, zipped};

pub(super) const V2: &str = "\"seriesID\",\"seriesCode\",\"seriesName\",\"seriesParent\",\"seriesUnits\",\"entityID\",\"entityIso\",\"entityName\",\"dataValue\",\"dataYear\",\"dataNote\",\"dataSource\",\"seriesDescription\"\n";
pub(super) const V3: &str = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn\n";

pub(super) fn v2(area: &str, year: i32, value: &str, note: &str) -> String {
    format!("11624,\"i99H\",\"Individuals\",,\"%\",6,\"{area}\",\"x\",\"{value}\",{year},\"{note}\",\"x\",\"x\"\n")
}

pub(super) fn v3(area: &str, year: i32, source: &str) -> String {
    format!("11624,i99H,Internet users (%),%,db,{year},Name,{area},,,,50,,{source},2026-02-02\n")
}

#[test]
fn a_quote_that_swallows_the_rest() {
    let workspace = released();
    let refuse = |body: &str, code: &str, text: &str| refused(&workspace, "itu/internet_use", "a.csv", body.as_bytes(), code, text);
    let rows = |last: i32| (1900..last).map(|year| v3("BRA", year, if year == 1950 { "\"ABC" } else { "NSO" })).collect::<String>();
    refuse(&format!("{V3}{}", rows(2020)), "E2011", "line 52: a quote opens here and the field runs over 70 lines");
    refuse(&format!("{V3}{}", rows(1955)), "E2011", "line 52: a quote opens here and never closes");
    refuse(&format!("{V3}{}", rows(1955)).replace('\n', "\r\n"), "E2011", "line 52: a quote opens here and never closes");
    let many = (0..40_000).map(|n| v3("BRA", 1900 + n % 100, if n == 50 { "\"ABC" } else { "NSO" })).collect::<String>();
    refuse(&format!("{V3}{many}"), "E2011", "line 52: a quote opens here and does not close within");
    // Notes over a few lines are read, also at the end of a file without a newline.
    let notes = V2.to_owned() + &(2000..2020).map(|year| v2("BRA", year, "50", "one\ntwo\nthree")).collect::<String>();
    workspace.write("in/itu/internet_use/a.csv", notes.trim_end());
    let file = "pipelines/itu.toml";
    workspace.write(file, workspace.read(file).replace("minimum_share_of_last = 0.8", "minimum_share_of_last = 0.0"));
    workspace.expect(0, &["pull", "--from", "in"]);
}

#[test]
fn a_record_without_end() {
    let workspace = released();
    let rows: String = (2000..2020).map(|year| v2("BRA", year, "50", "")).collect();
    let long = "x".repeat(3 << 20);
    let body = format!("{V2}{rows}{}", v2("DEU", 2001, "50", &long));
    refused(&workspace, "itu/internet_use", "a.csv", body.as_bytes(), "E2007", "line 22: a record of more than");
    let json = format!(
        "[{{\"codeID\": 11624, \"code\": \"x\", \"isoCode\": \"BRA\", \"dataYear\": 2018, \"dataNote\": \"{long}\", \"answer\": [{{\"value\": \"5\"}}]}}]"
    );
    refused(&workspace, "itu/internet_use", "a.json", json.as_bytes(), "E2007", "a note or code of more than");
    // What is told of a row stays short.
    let area = "Q".repeat(100_000);
    workspace.write("in/itu/mobile_ownership/a.csv", format!("{V2}{rows}{}", v2(&area, 2001, "50", "")));
    no_panic(&workspace.run(&["pull", "--from", "in"]));
    assert!(std::fs::metadata(workspace.path("data/quarantine/itu/mobile_ownership.parquet")).unwrap().len() < 20_000);
}

/// Two texts in one body: where the second has its columns in another order, all of it was passed over as not asked for.
#[test]
fn names_of_columns_among_the_rows() {
    let workspace = released();
    let row = |area: &str, year: i32| format!("SCHBSP.1.WINTERN,{area},{year},5,,\n");
    let head = "indicatorId,geoUnit,year,value,magnitude,qualifier\n";
    let first = head.to_owned() + &(2000..2020).map(|year| row("AGO", year)).collect::<String>();
    let swapped = |text: &str| {
        text.lines()
            .map(|line| line.splitn(3, ',').collect::<Vec<_>>())
            .map(|cells| format!("{},{},{}\n", cells[1], cells[0], cells[2]))
            .collect::<String>()
    };
    let second = first.replace("AGO", "KEN");
    let body = format!("{first}{}", swapped(&second));
    refused(&workspace, "unesco/data_export", "a.csv", body.as_bytes(), "E2011", "line 22: names of columns stand here again");
    // The same names are a heading, as tables have them on each page.
    workspace.write("in/unesco/data_export/a.csv", first + &second);
    workspace.expect(0, &["pull", "--from", "in", "--accept", "unesco/data_export"]);
    let report: serde_json::Value = serde_json::from_str(&workspace.read("data/observations/unesco/data_export.json")).unwrap();
    assert_eq!(report["counts"], serde_json::json!({"rows_in": 41, "observations": 40, "quarantined": 0, "headings": 1}));
}

#[test]
fn lost_columns_turn_no_breakdown_into_a_total() {
    let workspace = released();
    let unctad = |header: &str, text: &str| {
        let rows: String = (2000..2020).map(|year| format!("{year},076,Brazil,B3,x,S1,10-49,40,,\n")).collect();
        let body = format!("{header}\n{rows}");
        refused(&workspace, "unctad/ict_use_by_size", "a.csv", body.as_bytes(), "E2010", text);
    };
    unctad(
        "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,Enterprise size Label,Percentage,Percentage Footnote,Percentage Missing value",
        "column `EnterpriseSize` has no label or code beside it; the file has: Year, Economy",
    );
    unctad(
        "Year,Economy,Economy Label,Use Of Ict,Use Of Ict Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value",
        "dimension `UseOfIct` is missing; the file has: Year, Economy",
    );
    let unsd: String = (2000..2020).map(|year| format!("IT_MOB_OWN,76,{year},5,FEMALE,PERCENT\n")).collect();
    let body = format!("SeriesCode,GeoAreaCode,TimePeriod,Value,Sex,[Units]\n{unsd}");
    refused(&workspace, "unsd/sdg_global", "a.csv", body.as_bytes(), "E2010", "unknown column `Sex`; the file has: SeriesCode");
    let uis: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},0,NA,\n")).collect();
    let body = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAG,QUALIFIER\n{uis}");
    refused(&workspace, "unesco/sdg_bulk", "a.csv", body.as_bytes(), "E2010", "column `MAGNITUDE` is missing; the file has: INDICATOR_ID");
}

#[test]
fn another_separator_is_named() {
    let workspace = released();
    let body = format!("{V2}{}", v2("BRA", 2000, "5", "")).replace(',', ";");
    refused(&workspace, "itu/internet_use", "a.csv", body.as_bytes(), "E2010", "separated by `;`: save the file with commas");
    let body = "series;ref_area;time_period;breakdown;value;unit;note\ns;WLD;2018;_T;1;NUMBER;x\n";
    refused(&workspace, "itu/ewaste_monitor", "a.csv", body.as_bytes(), "E2010", "separated by `;`: say so with `delimiter`");
}

/// Rows without end that compress to nothing, and more defects than any real body has.
#[test]
fn a_bomb_of_rows() {
    let workspace = released();
    let rows = v2("BRA", 2000, "50", &"x".repeat(1000)).repeat(80_000);
    let body = zipped(&[("data.csv", format!("{V2}{rows}").as_bytes())]);
    refused(&workspace, "itu/internet_use", "a.zip", &body, "E2007", "decompression bomb");
    let body = format!("{V2}{}", "x,\n".repeat(1_200_000));
    refused(&workspace, "itu/internet_use", "a.csv", body.as_bytes(), "E2013", "more than 1,000,000 rows are defective");
}

/// What a Mac packs beside the data, a file about the data, and what Windows leaves in folders.
#[test]
fn other_files_beside_the_data() {
    let workspace = workspace();
    let good = V2.to_owned() + &(2000..2020).map(|year| v2("BRA", year, "50", "")).collect::<String>();
    let body = zipped(&[
        ("metadata.csv", b"a,b\n1,2\n"),
        ("data.csv", good.as_bytes()),
        ("__MACOSX/._data.csv", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"),
        ("._other.csv", b"\x00\x05\x16\x07"),
    ]);
    for name in ["Thumbs.db", "~$data.csv"] {
        workspace.write(&format!("in/itu/internet_use/{name}"), b"\xd0\xcf\x11\xe0");
    }
    let (counts, rows) = pulled(&workspace, "itu/internet_use", "a.zip", &body);
    assert_eq!((counts, rows.len()), ([20, 20, 0, 0], 0));
    assert!(workspace.read("data/observations/itu/internet_use.json").contains("`metadata.csv` was passed over: E2010: line 1"));
    // Without a member that fits, the first one says why.
    let body = zipped(&[("metadata.csv", b"a,b\n1,2\n"), ("__MACOSX/._data.csv", b"\x00\x05")]);
    workspace.write("in/itu/internet_use/a.zip", body);
    let run = workspace.expect(3, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("E2010") && run.stderr.contains("the file has: a, b"), "{}", run.stderr);
}

#[test]
fn torn_records() {
    let workspace = workspace();
    let good: String = (1960..2000).map(|year| v3("DEU", year, "NSO")).collect();
    let odd = format!(
        "{}Total rows above this line\n{}{}{}",
        v3("DEU", 2001, "Stat\nOffice"),
        v3("DEU", 2002, "NSO"),
        v3("DEU", 2003, "A\nB\nC"),
        v3("DEU", 2004, "NSO")
    );
    let (counts, rows) = pulled(&workspace, "itu/internet_use", "a.csv", format!("{V3}{good}{odd}").as_bytes());
    assert_eq!(reasons(&rows), [(42, "field_count")]);
    assert_eq!(counts, [45, 44, 1, 0]);
    let said = workspace
        .expect(0, &["sql", "SELECT time_period, series, note FROM observations WHERE time_period > 2000 ORDER BY 1", "--output", "csv"]);
    assert!(said.stdout.contains("2001,") && said.stdout.contains("Stat Office") && said.stdout.contains("A B C"), "{}", said.stdout);
}

#[test]
fn gzip_of_uis_and_marks_before_json() {
    let workspace = workspace();
    let rows: String = (2000..2020).map(|year| format!("SCHBSP.1.WINTERN,BRA,{year},50.5,,\n")).collect();
    let body = format!("INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n{rows}");
    let (counts, _) = pulled(&workspace, "unesco/sdg_bulk", "SDG_DATA_NATIONAL.csv.gz", &gzipped(body.as_bytes()));
    assert_eq!(counts, [20, 20, 0, 0]);
    let marked = |json: &str| [b"\xef\xbb\xbf", json.as_bytes()].concat();
    let (counts, _) = pulled(
        &workspace,
        "unesco/data_api",
        "a.json",
        &marked(
            r#"{"hints":null,"records":[{"indicatorId":"SCHBSP.1.WCOMPUT","geoUnit":"BRA","year":2017,"value":53.5,"magnitude":null,"qualifier":null,"footnotes":null}]}"#,
        ),
    );
    assert_eq!(counts, [1, 1, 0, 0]);
    // An empty pair lies beside a full one; both alone would be an error.
    workspace.write("in/itu/internet_use_country/b.json", marked("[]"));
    let full = fixture("itu/internet_use_country/11624_BRA.json");
    let (counts, _) = pulled(&workspace, "itu/internet_use_country", "a.json", &marked(&String::from_utf8(full).unwrap()));
    assert!(counts[1] > 5, "{counts:?}");
    let (counts, _) = pulled(
        &super::workspace(),
        "itu/internet_use_country",
        "a.json",
        br#"[{"codeID":11624,"code":null,"isoCode":"BRA","dataYear":2018,"answer":[{"value":"5"}]},{"codeID":11624,"isoCode":"BRA","dataYear":2019,"answer":null}]"#,
    );
    assert_eq!(counts, [2, 2, 0, 0]);
}

/// Of two columns of one name the first was read, also when it was empty.
#[test]
fn two_columns_of_one_name() {
    let workspace = released();
    let header = V2.trim_end();
    let twice = format!("{header},dataValue\n{}", v2("BRA", 2000, "50", "").replace('\n', ",51\n"));
    refused(&workspace, "itu/internet_use", "a.csv", twice.as_bytes(), "E2030", "2 columns are named `dataValue`");
    for (extra, name) in [("Value", "Value"), ("[Sex]", "[Sex]"), ("Source", "Source")] {
        let body =
            format!("SeriesCode,GeoAreaCode,TimePeriod,Value,[Units],[Sex],Source,{extra}\nIT_USE_ii99,76,2020,5,PERCENT,BOTHSEX,x,y\n");
        refused(&workspace, "unsd/sdg_global", "a.csv", body.as_bytes(), "E2030", &format!("2 columns are named `{name}`"));
    }
    let body = "Year,Economy,Economy Label,Value,Value Footnote,Value\n2020,076,Brazil,5,,6\n";
    refused(&workspace, "unctad/ict_use_by_size", "a.csv", body.as_bytes(), "E2030", "2 columns are named `Value`");
    let body = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,VALUE,MAGNITUDE,QUALIFIER\nSCHBSP.1.WINTERN,BRA,2020,5,6,,\n";
    refused(&workspace, "unesco/sdg_bulk", "a.csv", body.as_bytes(), "E2030", "2 columns are named `VALUE`");
}
