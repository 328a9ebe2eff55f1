//! The UN SDG database: exports of the portal, and names of series of both generations.

use super::workbook::xlsx;
use super::{pulled, rows};
use crate::support::Workspace;

const PORTAL: &str = "ID,Goal,Target,Indicator,ReleaseName,SeriesID,SeriesCode,SeriesDescription,GeoAreaCode,GeoAreaName,TimePeriod,Value,Time_Detail,Source,FootNote,ObservationID,Age,Location,Nature,Sex,UnitMultiplier,Units,Type of skill,Type of speed,Reporting Type,Observation Status";

fn portal(extra: &str, rows: &[&str]) -> String {
    std::iter::once(format!("{PORTAL}{extra}")).chain(rows.iter().map(|row| (*row).to_owned())).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_export_has_its_dimensions_without_brackets() {
    let good = [
        "1,4,4.4,4.4.1,2020.Q4,2852,SE_ADT_ACTS,skills,76,Brazil,2018,20.5,2018,NIC.br,,1,15-24,URBAN,C,FEMALE,,PERCENT,ARSP,,G,",
        "2,4,4.4,4.4.1,2020.Q4,2852,SE_ADT_ACTS,skills,76,Brazil,2018,21.5,2018,NIC.br,,2,,,E,BOTHSEX,1,PERCENT,ARSP,,G,",
    ];
    let expected = ["BRA F Y15T24 U ARSP 20.5 PT A", "BRA _T _T _T ARSP 21.5 PT E"];
    let query = "SELECT ref_area AS a, sex AS b, age AS c, urbanisation AS d, breakdown AS e, obs_value AS f, unit AS g, obs_status AS h FROM observations ORDER BY obs_value LIMIT 2";
    let tabbed: Vec<String> = std::iter::once(PORTAL).chain(good).map(|row| row.replace(',', "\t")).collect();
    let sheet: Vec<&str> = tabbed.iter().map(String::as_str).collect();
    assert_eq!(rows(&pulled("unsd/sdg_portal", "x.xlsx", xlsx(&[("data", &sheet)])), query), expected, "XLSX");

    // A value in thousands is no value in ones.
    let later: Vec<String> =
        (0..12).map(|n| good[1].replace(",21.5,", &format!(",{},", 30 + n)).replace("2018", &(2001 + n).to_string())).collect();
    let thousands = good[1].replace("BOTHSEX,1,", "BOTHSEX,1000,").replace("2018", "2017");
    let all: Vec<&str> = good.into_iter().chain(later.iter().map(String::as_str)).chain([thousands.as_str()]).collect();
    let workspace = pulled("unsd/sdg_portal", "x.csv", portal("", &all));
    assert_eq!(rows(&workspace, query), expected, "CSV");
    assert_eq!(rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"), ["unknown_word a unit that is multiplied by `1000`"]);
}

/// Revisions are large: figures of two releases are not to be compared, and the release is what is cited.
#[test]
fn an_export_names_its_release() {
    let row = |release: &str, area: &str| {
        format!("1,4,4.4,4.4.1,{release},2852,SE_ADT_ACTS,skills,{area},x,2018,20.5,2018,NIC.br,,1,15-24,URBAN,C,FEMALE,,PERCENT,ARSP,,G,")
    };
    let workspace = Workspace::of_project();
    let vintage = |code: &str| {
        let pull = workspace.json(0, &["pull", "--from", "in"]);
        let report: serde_json::Value = serde_json::from_str(&workspace.read("data/observations/unsd/sdg_portal.json")).unwrap();
        let told = report["warnings"].to_string();
        assert_eq!(told.contains("figures of several releases"), !code.is_empty(), "{told}");
        assert!(told.contains(code), "{told}");
        assert!(pull["data"]["data_sets"].to_string().contains(report["vintage"].as_str().unwrap()));
        report["vintage"].as_str().unwrap().to_owned()
    };
    workspace.write("in/unsd/sdg_portal/a.csv", portal("", &[&row("2020.Q4.G.02", "76")]));
    assert_eq!(vintage(""), "2020.Q4.G.02");
    workspace.write("in/unsd/sdg_portal/b.csv", portal("", &[&row("2021.Q2.G.03", "404")]));
    assert_eq!(vintage("2020.Q4.G.02 (`a.csv`), 2021.Q2.G.03 (`b.csv`)"), "2020.Q4.G.02, 2021.Q2.G.03");
}

/// Nobody can tell whether a new column is a dimension: where it says something, the row is no total.
#[test]
fn a_column_that_is_new_and_says_something() {
    let good = "1,5,5.b,5.b.1,2026.Q1,1897,IT_MOB_OWN,own,76,Brazil,2018,20.5,2018,x,,1,,,C,BOTHSEX,,PERCENT,,,G,,";
    let strange = "2,5,5.b,5.b.1,2026.Q1,1897,IT_MOB_OWN,own,404,Kenya,2018,21.5,2018,x,,2,,,C,BOTHSEX,,PERCENT,,,G,,LEFT";
    let workspace = Workspace::of_project();
    workspace.write("in/unsd/sdg_portal/x.csv", portal(",Handedness", &[&[good; 1][..], &[strange]].concat()));
    workspace.expect(1, &["pull", "--from", "in"]);
    let many: Vec<String> = (2000..2019).map(|year| good.replace("2018", &year.to_string())).collect();
    let mut all: Vec<&str> = many.iter().map(String::as_str).collect();
    all.push(strange);
    workspace.write("in/unsd/sdg_portal/x.csv", portal(",Handedness", &all));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(
        rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"),
        ["unknown_word `LEFT` in the unknown column `Handedness`"]
    );
}

/// What was IT_NET_BBN and IT_NET_BBP: one series, whatever the release calls it.
#[test]
fn names_of_both_generations() {
    let header = "\"Goal\",\"Target\",\"Indicator\",\"SeriesCode\",\"SeriesDescription\",\"GeoAreaCode\",\"GeoAreaName\",\"TimePeriod\",\"Value\",\"Time_Detail\",\"Source\",\"FootNote\",\"[Nature]\",\"[Units]\",\"[Reporting Type]\",\"[Type of speed]\"";
    let row = |series: &str, year: u16, value: &str, unit: &str, speed: &str| {
        format!(
            "\"17\",\"17.6\",\"17.6.1\",\"{series}\",\"x\",\"404\",\"Kenya\",\"{year}\",\"{value}\",\"{year}\",\"ITU\",\"\",\"C\",\"{unit}\",\"G\",\"{speed}\""
        )
    };
    let body = [
        header.to_owned(),
        row("IT_NET_BBP", 2018, "1.5", "PER_100_POP", "ANYS"),
        row("IT_NET_BBND", 2023, "2.5", "PER_100_POP", "ANYS"),
        row("IT_NET_BBNDN", 2023, "800000", "NUMBER", "10MBPS"),
        row("IT_MOB_5GNTWK", 2023, "13.5", "PERCENT", ""),
    ]
    .join("\n");
    let workspace = pulled("unsd/sdg_global", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT series AS a, time_period AS b, breakdown AS c, obs_value AS d, unit AS e FROM observations ORDER BY series, time_period"
        ),
        [
            "IT_MOB_5GNTWK 2023 _T 13.5 PT",
            "IT_NET_BBN 2023 10MBPS 800000.0 NUMBER",
            "IT_NET_BBP 2018 ANYS 1.5 PER_100_POP",
            "IT_NET_BBP 2023 ANYS 2.5 PER_100_POP",
        ]
    );
}

/// Another route of the same database writes names in capitals, percent as a word, and totals by their labels: rows were passed
/// over as not asked for, had a unit of their own, or stood in a breakdown that nobody reads.
#[test]
fn one_thing_in_other_spellings() {
    let header = "SeriesCode,GeoAreaCode,TimePeriod,Value,[Sex],[Age],[Location],[Type of skill],[Nature],[Units],[Reporting Type]";
    let body = [
        header,
        "IT_USE_ii99,404,2018,1.5,BOTHSEX,ALLAGE,ALLAREA,,C,PERCENT,G",
        "IT_USE_II99,404,2019,2.5,_T,_T,_T,_T,C,PT,G",
        "it_use_ii99,404,2020,3.5,Both sexes or no breakdown by sex,All age ranges or no breaks by age,All areas,Total,C,Percent,Global",
        "IT_NET_bbnd,404,2020,4.5,,,,,C,%,G",
        "IT_USE_ii99x,404,2020,5.5,,,,,C,%,G",
    ];
    let workspace = pulled("unsd/sdg_global", "x.csv", body.join("\n"));
    let query = "SELECT series AS a, time_period AS b, sex AS c, age AS d, urbanisation AS e, breakdown AS f, obs_value AS g, unit AS h FROM observations ORDER BY obs_value";
    let expected = [
        "IT_USE_ii99 2018 _T _T _T _T 1.5 PT",
        "IT_USE_ii99 2019 _T _T _T _T 2.5 PT",
        "IT_USE_ii99 2020 _T _T _T _T 3.5 PT",
        "IT_NET_BBP 2020 _T _T _T _T 4.5 PT",
    ];
    assert_eq!(rows(&workspace, query), expected);
    assert_eq!(rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"), ["series_not_asked IT_USE_ii99x"]);
}
