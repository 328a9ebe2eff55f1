//! What people come for, told as the commands that they type: a messy file becomes an indicator by configuration alone;
//! bad nights are read from `status` alone; the tables of a dashboard come out without a code of ours.

use crate::support::{Workspace, copy, project, small_bodies};

/// Of a real office: Latin-1, a title, names of columns over two merged rows, French names of areas, decimal commas, blanks
/// between thousands, marks of footnotes, a row of totals, a line with the source.
const FILE: &str = "\
Abonnements en milliers, \u{e9}dition 2026;;;
Pays;Ann\u{e9}e;Abonnements;
;;Fixes;Mobiles
C\u{f4}te d'Ivoire;2022;1 234,5;12,3*
S\u{e9}n\u{e9}gal;2022;2 000,0;1 000,5
R\u{e9}publique imaginaire;2022;1,0;1,0
Cor\u{e9}e du Sud;2022;..;10 000,0
Total;2022;3 235,5;11 013,8
Source : l'office;;;
";

const DATA_SET: &str = r#"
source = "office"
title = "The office"
licence = "CC BY 4.0"
citation = "The office, yearly survey"
[[dataset]]
name = "subscriptions"
format = "table"
encoding = "latin-1"
delimiter = ";"
decimal = ","
thousands = " "
header_rows = [2, 3]
area_scheme = "name"
footnote_marks = { "*" = "E" }
totals = ["Total"]
maximum_share_set_aside = 0.3
[dataset.columns]
series = { constant = "subscriptions" }
ref_area = "Pays"
time_period = "Année"
unit = { constant = "NUMBER" }
[dataset.maps]
ref_area = { "Corée du Sud" = "KOR" }
[[dataset.value_columns]]
column = "Abonnements Fixes"
breakdown = "FIXED"
[[dataset.value_columns]]
column = "Abonnements Mobiles"
breakdown = "MOBILE"
"#;

const INDICATOR: &str = r#"/*---
id = "9.1"
name = "subscriptions"
title = "Subscriptions"
unit = "NUMBER"
rollup = "sum"
groups = ["trio"]
coverage = { base = "economies" }
datasets = ["office/subscriptions"]
series = [{ source = "office", series = "subscriptions" }]
definition = "Subscriptions, in thousands"
method = "As the office counts them"
caveats = "None"
sources = ["office"]
---*/
SELECT ref_area, time_period, breakdown, value, obs_status, note, source FROM chosen
"#;

#[test]
fn a_messy_file_becomes_an_indicator_by_configuration_alone() {
    let workspace = Workspace::of_method();
    std::fs::copy(project().join("sql/defaults.toml"), workspace.path("sql/defaults.toml")).unwrap();
    workspace.write("pipelines/office.toml", DATA_SET);
    workspace.write("sql/indicators/9.1_subscriptions.sql", INDICATOR);
    let add = |file: &str, lines: &str| {
        let path = format!("pipelines/reference/{file}");
        workspace.write(&path, format!("{}{lines}", workspace.read(&path)));
    };
    add("groups.csv", "TRIO,trio,Three economies,3\n");
    add("membership.csv", "trio,TRIO,CIV,,,\ntrio,TRIO,KOR,,,\ntrio,TRIO,SEN,,,\n");
    workspace.expect(0, &["check"]);
    let latin: Vec<u8> = FILE.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    workspace.write("in/office/subscriptions/export.csv", latin);
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(run.stderr.contains("unknown areas, whose rows are set aside: `R\u{e9}publique imaginaire`"), "{}", run.stderr);
    let query = "SELECT ref_area_name, breakdown, estimate, value, obs_status, note FROM indicator_values
        WHERE estimate IN ('reported', 'available') ORDER BY estimate, ref_area, breakdown";
    let expected = "\
ref_area_name,breakdown,estimate,value,obs_status,note
Three economies,FIXED,available,3234.5,A,
Three economies,MOBILE,available,11012.8,A,
C\u{f4}te d'Ivoire,FIXED,reported,1234.5,A,
C\u{f4}te d'Ivoire,MOBILE,reported,12.3,E,\"12,3*\"
Republic of Korea,MOBILE,reported,10000.0,A,
Senegal,FIXED,reported,2000.0,A,
Senegal,MOBILE,reported,1000.5,A,
";
    let found = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    assert_eq!(found, expected);
    assert!(workspace.expect(0, &["explain", "9.1", "--area", "CIV", "--year", "2022", "--breakdown", "MOBILE"]).stdout.contains("line 4"));
}

/// Five nights that go wrong, each in its way, and the morning after.
#[test]
fn bad_nights_are_read_from_status_alone() {
    let workspace = Workspace::of_method();
    std::fs::copy(project().join("pipelines/unsd.toml"), workspace.path("pipelines/unsd.toml")).unwrap();
    copy(&small_bodies().join("unsd/sdg_global"), &workspace.path("in/unsd/sdg_global"));
    let night = |day: u32, code: i32| workspace.expect(code, &["run", "--from", "in", "--now", &format!("2026-11-{day}T02:30:00Z")]);
    let morning = |day: u32, words: &[&str]| {
        let said = workspace.expect(0, &["status", "--now", &format!("2026-11-{day}T08:00:00Z")]).stdout;
        let missing: Vec<&&str> = words.iter().filter(|word| !said.contains(**word)).collect();
        assert!(missing.is_empty(), "no {missing:?} in\n{said}");
    };
    night(24, 0);
    let body = workspace.path("in/unsd/sdg_global/IT_USE_ii99.csv");
    let good = std::fs::read_to_string(&body).unwrap();

    std::fs::write(&body, "<!DOCTYPE html><html><body>Down for maintenance</body></html>").unwrap();
    night(25, 3);
    morning(25, &["unsd/sdg_global has failed since 2026-11-25", "E2003", "in use: release 20261124"]);

    std::fs::write(&body, good.replace("\"PER_100_POP\"", "\"RATIO\"")).unwrap();
    night(26, 3);
    morning(26, &["has failed since 2026-11-25", "E2018", "yardstick run --accept unsd/sdg_global"]);

    std::fs::write(&body, good.replace("\"41.55\"", "\"41.56\"")).unwrap();
    let check = "/*---\nid = \"always\"\ntitle = \"Never in order\"\nseverity = \"error\"\n---*/\nSELECT '' AS indicator, 'x' AS detail\n";
    workspace.write("sql/checks/always.sql", check);
    night(27, 4);
    morning(27, &["failing since 2026-11-27", "refused: release 20261127", "always (1 row)", "yardstick run --accept always"]);

    workspace.write("sql/checks/always.sql", "SELECT 1");
    night(28, 2);
    std::fs::remove_file(workspace.path("sql/checks/always.sql")).unwrap();
    morning(28, &["failing since 2026-11-27", "the last good run began 2026-11-26", "sql/checks/always.sql"]);

    workspace.expect(0, &["release", "pin"]);
    night(29, 3);
    morning(29, &["release 20261124", "is pinned", "yardstick release unpin"]);
    workspace.expect(0, &["release", "unpin"]);
    night(30, 0);
    morning(30, &["in use: release 20261130"]);
}

/// Six tables of a dashboard: names, units and classes come from the tables themselves.
#[test]
fn the_tables_of_a_dashboard_come_out_without_codes() {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &["2.1_internet_use.sql", "2.2b_mobile_ownership.sql"]);
    workspace.publish_little();
    workspace.expect(0, &["run", "--from", &small_bodies().to_string_lossy()]);
    let newest =
        "FROM indicator_values AS v JOIN groups AS g ON g.group_code = v.ref_area JOIN units AS u ON u.unit = v.unit WHERE v.preferred";
    let total = "v.sex = '_T' AND v.age = '_T' AND v.urbanisation = '_T'";
    for (what, query, has) in [
        ("the world over the years", format!("SELECT v.indicator, v.time_period, v.value, u.name AS unit {newest} AND g.name = 'World' AND {total} ORDER BY 1, 2"), "internet_use,2025,74.0,Percent"),
        ("the regions beside each other", format!("SELECT v.ref_area_name, max(v.time_period) AS newest {newest} AND g.name LIKE '%Arab States%' AND v.indicator = 'internet_use' GROUP BY v.ref_area_name"), "Arab States"),
        ("the economies in order", format!("SELECT ref_area_name, value FROM indicator_values AS v WHERE area_kind = 'country' AND indicator = 'internet_use' AND time_period = 2023 AND {total} ORDER BY value DESC, ref_area_name"), "Bangladesh,44.5"),
        ("women beside men", "SELECT ref_area_name, time_period, max(CASE WHEN sex = 'F' THEN value END) AS women, max(CASE WHEN sex = 'M' THEN value END) AS men FROM indicator_values WHERE indicator = 'mobile_ownership' AND area_kind = 'country' GROUP BY ref_area_name, time_period HAVING count(DISTINCT sex) > 2 ORDER BY 1, 2".to_owned(), ","),
        ("what stands behind the groups", format!("SELECT v.ref_area_name, v.time_period, v.coverage, v.members_observed, v.members_total, v.note {newest} AND v.estimate <> 'published' ORDER BY v.indicator, 1, 2"), "partial"),
        ("the distance to the targets", "SELECT p.target, coalesce(g.name, a.name) AS area, p.latest_year, p.latest_value, p.target_value, p.class FROM progress AS p LEFT JOIN groups AS g ON g.group_code = p.ref_area LEFT JOIN areas AS a ON a.ref_area = p.ref_area WHERE p.headline ORDER BY 1".to_owned(), "2.1,World,2025,74.0,100.0,moderate"),
    ] {
        let found = workspace.expect(0, &["sql", &query, "--output", "csv"]).stdout;
        assert!(found.lines().count() > 1 && found.lines().any(|line| line.contains(has)), "{what}: no `{has}` in\n{found}");
    }
}
