//! World Bank Data360: pages that add up or are refused, the traps of a mirror, and genuine files.

use std::collections::{BTreeMap, BTreeSet};

use yardstick::tables::cells::Table;

use super::*;

const INDICATOR: &str = "ITU_GCI_GCI_OVRL_SCRE";
/// The layout of the interface: codes only, with comments.
const HEADER: &str = "OBS_VALUE,TIME_FORMAT,UNIT_MULT,COMMENT_OBS,OBS_STATUS,OBS_CONF,AGG_METHOD,DECIMALS,COMMENT_TS,DATA_SOURCE,LATEST_DATA,\
    DATABASE_ID,INDICATOR,REF_AREA,SEX,AGE,URBANISATION,COMP_BREAKDOWN_1,COMP_BREAKDOWN_2,COMP_BREAKDOWN_3,TIME_PERIOD,FREQ,UNIT_MEASURE,UNIT_TYPE";
/// Once a week would be too seldom for two runs in a test.
const DAILY: &str = "10 1 * * *";
/// The most rows of one answer, whatever is asked for.
const PAGE: usize = 1000;

fn row(area: &str, year: i32, value: &str) -> String {
    format!("{value},602,0,,A,PU,MEAN,,,,False,ITU_GCI,{INDICATOR},{area},_T,_T,_T,_Z,_Z,_Z,{year},A,0_TO_100,")
}

fn economies() -> Vec<String> {
    let path = support::project().join("pipelines/reference/areas.csv");
    let mut table = csv::Reader::from_path(path).expect("areas.csv");
    table.records().map(|record| record.expect("a row")[0].to_owned()).collect()
}

/// 2,500 rows: two full pages and a half.
fn scores() -> Vec<String> {
    let years = 2015..2025;
    let all =
        years.flat_map(|year| economies().into_iter().enumerate().map(move |(n, area)| row(&area, year, &format!("{n}.{}", year - 2014))));
    let rows: Vec<String> = all.collect();
    assert_eq!(rows.len(), 2500);
    rows
}

fn table(rows: &[String]) -> String {
    std::iter::once(HEADER.to_owned()).chain(rows.iter().cloned()).map(|line| line + "\n").collect()
}

fn number(asked: &Asked, name: &str) -> usize {
    asked.parameter(name).expect(name).parse().expect("a number")
}

/// The interface: JSON with the total, or CSV; never more than a page.
fn interface(asked: &Asked, rows: &[String]) -> Reply {
    let known = asked.path() == "/data" && asked.parameter("DATABASE_ID").as_deref() == Some("ITU_GCI");
    if !known || asked.parameter("INDICATOR").as_deref() != Some(INDICATOR) {
        return not_found();
    }
    let part: Vec<String> = rows.iter().skip(number(asked, "skip")).take(number(asked, "top").min(PAGE)).cloned().collect();
    if asked.parameter("format").as_deref() == Some("csv") {
        Reply::ok(table(&part)).header("Content-Type", "text/csv").manner(Manner::Chunked)
    } else {
        let items = part.iter().map(|row| HEADER.split(',').map(str::trim).zip(row.split(',')).collect::<BTreeMap<_, _>>());
        Reply::json(&json!({ "count": rows.len(), "value": items.collect::<Vec<_>>() }))
    }
}

fn gci(server: &Server) -> Pipeline {
    Pipeline::new("data360", server, &["itu_gci"]).set("itu_gci", "base_url", server.url()).set("itu_gci", "schedule", DAILY)
}

fn skips(asked: &Asked, skip: &str) -> bool {
    asked.parameter("format").is_some() && asked.parameter("skip").as_deref() == Some(skip)
}

#[test]
fn data360_pages_give_what_one_file_by_hand_gives() {
    let server = Server::start(|asked, _| interface(asked, &scores()));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("data360/itu_gci")).expect("folders");
    std::fs::write(folder.path().join("data360/itu_gci/all.csv"), table(&scores())).expect("a body");
    same_both_ways(&gci(&server), folder.path(), &["data360/itu_gci"], &["snapshot", "record"], &[]);
    let rest = format!("DATABASE_ID=ITU_GCI&INDICATOR={INDICATOR}");
    let page = |skip: usize| format!("GET /data?{rest}&format=csv&top=1000&skip={skip}");
    let total = format!("GET /data?{rest}&top=1&skip=0");
    assert_eq!(server.targets(), [total.clone(), page(0), page(1000), page(2000), total]);
}

#[test]
fn data360_files_are_asked_for_one_by_one() {
    let body = |code: &str| {
        let rows: Vec<String> =
            scores().iter().map(|row| row.replace(INDICATOR, code).replace("ITU_GCI", "ITU_DH").replace("0_TO_100", "PT_POP")).collect();
        table(&rows[..400])
    };
    let codes = ["ITU_DH_POP_COV_4G", "ITU_DH_POP_COV_5G"].map(toml::Value::from).to_vec();
    let server = Server::start(move |asked, _| match asked.path() {
        "/data/ITU_DH/ITU_DH_POP_COV_4G.csv" => Reply::ok(body("ITU_DH_POP_COV_4G")),
        "/data/ITU_DH/ITU_DH_POP_COV_5G.csv" => Reply::ok(body("ITU_DH_POP_COV_5G")),
        _ => not_found(),
    });
    let pipeline = Pipeline::new("data360", &server, &["itu_dh"]).set("itu_dh", "indicators", codes).set("itu_dh", "schedule", DAILY);
    let workspace = pipeline.workspace();
    run(&workspace, 0, &["run"]);
    assert_eq!(observations(&workspace, "data360/itu_dh").num_rows(), 800);

    // One of them has no row: its file is a header.
    server.behave(move |asked, _| match asked.path() {
        "/data/ITU_DH/ITU_DH_POP_COV_4G.csv" => Reply::ok(body("ITU_DH_POP_COV_4G")),
        _ => Reply::ok(format!("{HEADER}\n")),
    });
    says(&run(&pipeline.workspace(), 1, &["run"]), &["E2015", "not in any answer: ITU_DH_POP_COV_5G"]);
}

/// Each fault is told by its code, and the last good data stay.
#[test]
fn data360_pages_that_are_not_the_data_are_refused() {
    type Bad = Box<dyn Fn(&Asked, usize) -> Reply + Send + Sync>;
    let page_cut_at_a_row = || {
        let part = table(&scores()[1000..1400]).len();
        move |asked: &Asked| {
            if skips(asked, "1000") { interface(asked, &scores()).manner(Manner::EndAfter(part)) } else { interface(asked, &scores()) }
        }
    };
    let cut = page_cut_at_a_row();
    let on_page = |reply: fn() -> Reply| -> Bad {
        Box::new(move |asked, _| if skips(asked, "1000") { reply() } else { interface(asked, &scores()) })
    };
    let on_total = |reply: fn() -> Reply| -> Bad {
        Box::new(move |asked, _| if asked.parameter("format").is_none() { reply() } else { interface(asked, &scores()) })
    };
    let faults: Vec<(&str, &str, Bad)> = vec![
        ("E1005", "web page", on_page(|| Reply::ok("<!DOCTYPE html><html><body>Data360</body></html>"))),
        ("E1006", "rows 1001 to 2000 of ITU_GCI_GCI_OVRL_SCRE has no row", on_page(|| Reply::ok(format!("{HEADER}\n")))),
        ("E1006", "empty body", on_page(|| Reply::ok(""))),
        ("E1007", "JSON", on_page(|| Reply::ok(r#"{"count":2500,"value":[]}"#))),
        ("E1003", "500", on_page(|| Reply::new(500, "An unexpected error"))),
        ("E1006", "broke off", on_page(|| Reply::ok(table(&scores()[1000..2000])).manner(Manner::Announce(1_000_000)))),
        ("E2015", "a page of 1000 rows has 400", Box::new(move |asked, _| cut(asked))),
        (
            "E2015",
            "10 of 1000 rows of this page stand on a page before it too",
            Box::new(|asked, _| if skips(asked, "1000") { Reply::ok(table(&scores()[990..1990])) } else { interface(asked, &scores()) }),
        ),
        (
            "E2015",
            "stand on a page before it too",
            Box::new(|asked, _| {
                let mut rows = scores();
                rows[..2400].rotate_right(if skips(asked, "0") { 0 } else { 700 });
                interface(asked, &rows)
            }),
        ),
        (
            "E1006",
            "begins like a page before it",
            Box::new(|asked, _| if skips(asked, "2000") { Reply::ok(table(&scores()[..PAGE])) } else { interface(asked, &scores()) }),
        ),
        (
            "E1006",
            "had 2500 rows, and 2499 after its pages were asked for",
            Box::new(|asked, number| {
                interface(asked, &scores()[..if asked.parameter("format").is_none() && number > 1 { 2499 } else { 2500 }])
            }),
        ),
        ("E1009", "has no row", on_total(|| Reply::json(&json!({"count": 0, "value": []})))),
        ("E1016", "no `count` of rows", on_total(|| Reply::json(&json!({"value": []})))),
        ("E1016", "a count of 99999999 rows", on_total(|| Reply::json(&json!({"count": 99_999_999, "value": []})))),
    ];
    let server = Server::start(|asked, _| interface(asked, &scores()));
    let workspace = gci(&server).workspace();
    run(&workspace, 0, &["run"]);
    let kept = || (current(&workspace), std::fs::read(workspace.path("data/observations/data360/itu_gci.parquet")).expect("observations"));
    let good = kept();
    for (code, words, bad) in faults {
        server.behave(bad);
        let failed = run(&workspace, 3, &["run", "--now", LATER]);
        says(&failed, &[code, words]);
        assert!(good == kept(), "{words}");
        assert!(server.asked().len() < 12, "{words}: it gives up");
    }
    server.behave(|asked, _| interface(asked, &scores()));
    run(&workspace, 0, &["run", "--now", LATER]);
}

/// A row of the file, by the columns that differ from an ordinary one.
fn file_row(changes: &[(&str, &str)]) -> String {
    let ordinary = [
        ("STRUCTURE", "datastructure"),
        ("ACTION", "I"),
        ("FREQ", "A"),
        ("FREQ_LABEL", "Annual"),
        ("REF_AREA", "KEN"),
        ("REF_AREA_LABEL", "\"Kenya, Republic of\""),
        ("INDICATOR", "ITU_DH_INT_USER_PT"),
        ("SEX", "_T"),
        ("AGE", "_T"),
        ("URBANISATION", "_T"),
        ("UNIT_MEASURE", "PT_POP"),
        ("COMP_BREAKDOWN_1", "_Z"),
        ("COMP_BREAKDOWN_2", "_Z"),
        ("COMP_BREAKDOWN_3", "null"),
        ("TIME_PERIOD", "2020"),
        ("OBS_VALUE", "10"),
        ("DATABASE_ID", "ITU_DH"),
        ("UNIT_MULT", "0"),
        ("OBS_STATUS", "A"),
        ("OBS_CONF", "PU"),
    ];
    assert!(changes.iter().all(|(name, _)| ordinary.iter().any(|(known, _)| known == name)), "{changes:?}");
    let value =
        |name: &str, otherwise: &str| changes.iter().find(|(column, _)| *column == name).map_or(otherwise, |(_, value)| *value).to_owned();
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    match changes {
        [] => line(ordinary.iter().map(|(name, _)| (*name).to_owned()).collect()),
        _ => line(ordinary.iter().map(|(name, otherwise)| value(name, otherwise)).collect()),
    }
}

/// The file by hand, and what it gives.
fn by_hand(text: &str) -> (Workspace, Run) {
    let server = Server::start(|_, _| not_found());
    let codes = ["ITU_DH_INT_USER_PT", "ITU_DH_ACT_MOB_PER_100", "ITU_DH_TRAF", "IT_CEL_SETS"].map(toml::Value::from).to_vec();
    let workspace = Pipeline::new("data360", &server, &["itu_dh"]).set("itu_dh", "indicators", codes).workspace();
    workspace.write("in/data360/itu_dh/a.csv", text);
    let pulled = workspace.run(&["pull", "--from", "in"]);
    (workspace, pulled)
}

fn set_aside(workspace: &Workspace, dataset: &str) -> Vec<(String, String)> {
    let batch = support::parquet(&workspace.path(format!("data/quarantine/{dataset}.parquet")));
    let cells = Table(&batch);
    let text = |column, row| cells.text(column, row).expect("a text").to_owned();
    (0..cells.len()).map(|row| (text("reason", row), text("detail", row))).collect()
}

#[test]
fn data360_rows_are_read_by_their_codes() {
    let text = [
        file_row(&[]),
        file_row(&[("TIME_PERIOD", "2001")]),
        file_row(&[("TIME_PERIOD", "2002"), ("SEX", "F"), ("AGE", "Y0T14"), ("URBANISATION", "RUR")]),
        file_row(&[("TIME_PERIOD", "2003"), ("SEX", "_Z"), ("AGE", "null"), ("URBANISATION", "URB")]),
        file_row(&[("TIME_PERIOD", "2004"), ("COMP_BREAKDOWN_1", "PREPAID"), ("SEX", "_X")]),
        file_row(&[("TIME_PERIOD", "2005"), ("OBS_VALUE", "null"), ("OBS_STATUS", "Q")]),
        file_row(&[
            ("TIME_PERIOD", "2006"),
            ("OBS_VALUE", "1.1"),
            ("UNIT_MULT", "3"),
            ("UNIT_MEASURE", "SB"),
            ("INDICATOR", "IT_CEL_SETS"),
        ]),
        file_row(&[("TIME_PERIOD", "2007"), ("UNIT_MEASURE", "GB_SB"), ("INDICATOR", "ITU_DH_TRAF")]),
        file_row(&[("TIME_PERIOD", "2008"), ("OBS_STATUS", "E"), ("OBS_CONF", "N")]),
        file_row(&[("TIME_PERIOD", "2009"), ("UNIT_MEASURE", "SB_10P2_HB"), ("INDICATOR", "ITU_DH_ACT_MOB_PER_100")]),
        // Codes of groups that are ours as well, one that is the Bank's alone, and one of ours that the Bank has not.
        file_row(&[("REF_AREA", "WLD")]),
        file_row(&[("REF_AREA", "LDC")]),
        file_row(&[("REF_AREA", "SSF")]),
        file_row(&[("REF_AREA", "SIDS")]),
        // A state of before, and two economies under one code: the mirror has made neither.
        file_row(&[("REF_AREA", "CSK")]),
        file_row(&[("REF_AREA", "CHI")]),
    ]
    .concat();
    let (workspace, pulled) = by_hand(&text);
    assert_eq!(pulled.code, 0, "{}{}", pulled.stdout, pulled.stderr);
    says(&pulled, &["4 rows of 4 groups set aside", "LDC, SIDS, SSF, WLD", "unit unknown, kept as _U: `GB_SB` of ITU_DH_TRAF"]);
    says(&pulled, &["set aside, since they are no economies of today (area_codes.csv says what they are): CHI, CSK"]);
    let batch = observations(&workspace, "data360/itu_dh");
    let cells = Table(&batch);
    let mut seen: Vec<String> = (0..cells.len())
        .map(|row| {
            let text = |column: &str| cells.text(column, row).unwrap_or("-").to_owned();
            let value = cells.float("obs_value", row).map_or("-".to_owned(), |value| value.to_string());
            let columns =
                ["series", "ref_area", "sex", "age", "urbanisation", "breakdown", "unit", "obs_status", "note", "obs_text"].map(text);
            format!("{} {value} {}", cells.int("time_period", row).expect("a year"), columns.join(" "))
        })
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "2001 10 ITU_DH_INT_USER_PT KEN _T _T _T _T PT A - -",
            "2002 10 ITU_DH_INT_USER_PT KEN F Y_LT15 R _T PT A - -",
            "2003 10 ITU_DH_INT_USER_PT KEN _T _T U _T PT A - -",
            "2004 10 ITU_DH_INT_USER_PT KEN _T _T _T SEX__X;PREPAID PT A - -",
            "2005 - ITU_DH_INT_USER_PT KEN _T _T _T _T PT Q - -",
            "2006 1100 ITU_DH_IT_CEL_SETS KEN _T _T _T _T NUMBER A - -",
            "2007 10 ITU_DH_TRAF KEN _T _T _T _T _U A - -",
            "2008 10 ITU_DH_INT_USER_PT KEN _T _T _T _T PT E OBS_CONF N -",
            "2009 10 ITU_DH_ACT_MOB_PER_100 KEN _T _T _T _T PER_100_POP A - -",
        ]
    );
    let mut aside = set_aside(&workspace, "data360/itu_dh");
    aside.sort();
    assert_eq!(aside, ["CHI", "CSK", "LDC", "SIDS", "SSF", "WLD"].map(|code| ("area_not_covered".to_owned(), code.to_owned())));
}

#[test]
fn data360_rows_that_are_no_figure_are_set_aside_and_counted() {
    let bad = [
        [("ACTION", "D")].as_slice(),
        &[("UNIT_MULT", "many")],
        &[("REF_AREA", "QQQ")],
        &[("TIME_PERIOD", "2020-Q1")],
        &[("OBS_VALUE", "many")],
        &[("INDICATOR", "null")],
        &[("DATABASE_ID", "")],
        &[("DATABASE_ID", "ITU_GCI")],
    ];
    let good: String = (1930..2025).map(|year| file_row(&[("TIME_PERIOD", &year.to_string())])).collect();
    let text = file_row(&[]) + &good + &bad.map(file_row).concat();
    let (workspace, pulled) = by_hand(&text);
    assert_eq!(pulled.code, 0, "{}{}", pulled.stdout, pulled.stderr);
    assert_eq!(observations(&workspace, "data360/itu_dh").num_rows(), 95);
    let aside: Vec<String> = set_aside(&workspace, "data360/itu_dh").iter().map(|(reason, detail)| format!("{reason} {detail}")).collect();
    assert_eq!(
        aside,
        [
            "unknown_word ACTION D",
            "unknown_word UNIT_MULT many",
            "unknown_area QQQ",
            "bad_year 2020-Q1",
            "bad_value many",
            "missing_code no INDICATOR",
            "missing_code no DATABASE_ID",
            "series_not_asked ITU_GCI_ITU_DH_INT_USER_PT"
        ]
    );

    // A column that nobody knows may be a dimension.
    let (_, refused) = by_hand(&text.replace("OBS_CONF", "WEALTH_QUINTILE"));
    says(&refused, &["E2010", "unknown column `WEALTH_QUINTILE`"]);
}

/// Genuine files beside the project. Where tests must not be skipped, they must be there.
fn genuine() -> Option<PathBuf> {
    let path = support::project().join("../shared/data/world");
    let there = path.join("data360").is_dir();
    assert!(there || std::env::var_os("CI").is_none(), "{} is missing", path.display());
    there.then_some(path)
}

/// Every row of the genuine files, counted and compared without any code of the project.
#[test]
fn data360_genuine_files_are_read_row_by_row() {
    let Some(folder) = genuine() else { return };
    let server = Server::start(|_, _| not_found());
    let workspace = Pipeline::new("data360", &server, &["itu_dh", "itu_gci"]).workspace();
    let ran = run(&workspace, 0, &["run", "--from", &folder.display().to_string()]);
    let economies: BTreeSet<String> = economies().into_iter().collect();
    for dataset in ["itu_dh", "itu_gci"] {
        let mut expected = BTreeSet::new();
        let mut groups: Vec<(String, String)> = Vec::new();
        for path in files(&folder.join("data360").join(dataset)) {
            let text = unzip(&std::fs::read(&path).expect("a body"));
            let mut table = csv::Reader::from_reader(text.as_bytes());
            let header = table.headers().expect("a header").clone();
            let column = |name: &str| header.iter().position(|other| other == name).expect(name);
            let wanted = ["INDICATOR", "REF_AREA", "TIME_PERIOD", "OBS_VALUE"].map(column);
            for record in table.records() {
                let record = record.expect("a row");
                let [indicator, area, year, value] = wanted.map(|column| record[column].to_owned());
                if economies.contains(&area) {
                    let value: f64 = value.parse().expect("a number");
                    assert!(expected.insert(format!("{indicator} {area} {year} {value}")), "{record:?}");
                } else {
                    groups.push(("area_not_covered".into(), area));
                }
            }
        }
        let batch = observations(&workspace, &format!("data360/{dataset}"));
        let cells = Table(&batch);
        let text = |column: &str, row: usize| cells.text(column, row).expect("a text");
        let found: BTreeSet<String> = (0..cells.len())
            .map(|row| {
                let (year, value) = (cells.int("time_period", row).expect("a year"), cells.float("obs_value", row).expect("a value"));
                format!("{} {} {year} {value}", text("series", row), text("ref_area", row))
            })
            .collect();
        assert_eq!(found.len(), cells.len());
        assert!(expected == found, "{dataset}: {:?}", expected.symmetric_difference(&found).take(5).collect::<Vec<_>>());
        let mut aside = set_aside(&workspace, &format!("data360/{dataset}"));
        aside.sort();
        groups.sort();
        assert_eq!(groups, aside);
        let units: BTreeSet<&str> = (0..cells.len()).map(|row| text("unit", row)).collect();
        let (rows, units_of) = if dataset == "itu_dh" { (3881, vec!["PER_100_POP", "PT"]) } else { (388, vec!["INDEX"]) };
        assert_eq!((cells.len(), units), (rows, units_of.into_iter().collect()));
    }
    says(&ran, &["set aside: the mirror has made them"]);
}
