//! Wrong test cases, reference tables, corrections and checks.

use super::{Case, SOURCE, check, kept, reported, workspace};
use crate::support::Workspace;

#[test]
fn test_cases() {
    let workspace = workspace();
    let good = [
        ("observations.csv", "source,series,ref_area,time_period,obs_value\nitu,11624,KEN,2020,60\n"),
        ("expected.csv", "ref_area,time_period,estimate,value\nKEN,2020,reported,60\n"),
    ];
    let case = |name: &'static str, file: &str, content: &str| {
        for (other, text) in good {
            if other != file {
                workspace.write(&format!("sql/tests/2.1/{name}/{other}"), text);
            }
        }
        Case::new(name, format!("sql/tests/2.1/{name}/{file}"), content)
    };
    let cases = [
        case("unknown_column", "observations.csv", "source,series,ref_area,time_period,⟦E0302⟧obs_valeu\nitu,11624,KEN,2020,60\n"),
        case(
            "unknown_column_far",
            "observations.csv",
            "source,series,ref_area,time_period,obs_value,⟦E0302⟧colour\nitu,11624,KEN,2020,60,red\n",
        ),
        case(
            "column_twice",
            "observations.csv",
            "source,series,ref_area,time_period,obs_value,⟦E0302⟧ref_area\nitu,11624,KEN,2020,60,KEN\n",
        ),
        case("expectation_without_rows", "expected.csv", "⟦E3104⟧ref_area,time_period,estimate,value\n"),
        case("expectation_of_keys_alone", "expected.csv", "⟦E3104⟧ref_area,time_period,estimate\nKEN,2020,reported\n"),
        case(
            "expectation_that_contradicts_itself",
            "expected.csv",
            "ref_area,time_period,estimate,value\nKEN,2020,reported,60\n⟦E3104⟧KEN,2020,reported,61\n",
        ),
        case(
            "wrong_type_with_crlf",
            "observations.csv",
            "\u{feff}source,series,ref_area,time_period,obs_value\r\nitu,11624,KEN,2020,60\r\nitu,11624,KEN,2020,⟦E0305⟧sixty\r\n",
        ),
        case("column_missing", "observations.csv", "⟦E0303⟧source,series,ref_area,obs_value\nitu,11624,KEN,60\n"),
        case(
            "wrong_type",
            "observations.csv",
            "source,series,ref_area,time_period,obs_value\nitu,11624,KEN,2020,⟦E0305⟧sixty\nitu,11624,KEN,⟦E0305⟧2020.5,60\n",
        ),
        case(
            "infinite",
            "observations.csv",
            "source,series,ref_area,time_period,obs_value\nitu,11624,KEN,2020,⟦E0305⟧inf\nitu,11624,PER,2020,⟦E0305⟧NaN\n",
        ),
        case("year_empty", "observations.csv", "source,series,ref_area,time_period,obs_value\n⟦E0305⟧itu,11624,KEN,,60\n"),
        case(
            "too_many_fields",
            "observations.csv",
            "source,series,ref_area,time_period,obs_value\n⟦E0304⟧itu,11624,KEN,2020,60,7\nitu,11624,PER,2020,60\n⟦E0304⟧itu,11624,PER\n",
        ),
        case("expected_unknown_column", "expected.csv", "ref_area,time_period,estimate,⟦E0302⟧valeu\nKEN,2020,reported,60\n"),
        case(
            "expected_wrong_type",
            "expected.csv",
            "ref_area,time_period,estimate,value,members_observed\nKEN,2020,reported,60,⟦E0305⟧two\n",
        ),
        case("progress_unknown_column", "expected_progress.csv", "target,ref_area,⟦E0302⟧clas\n2.1,KEN,met\n"),
        case("progress_of_another_target", "expected_progress.csv", "target,ref_area,class\n⟦E3105⟧2.11,KEN,met\n"),
        case("progress_of_keys_alone", "expected_progress.csv", "⟦E3104⟧target,ref_area\n2.1,KEN\n"),
        case("unknown_table", "populations.csv", "⟦E3101⟧ref_area,time_period,persons\nKEN,2020,50\n"),
        case("stray_name", "notes.csv", "⟦E3101⟧a,b\n1,2\n"),
    ];
    workspace.write("sql/tests/2.1/without_expectation/observations.csv", good[0].1);
    workspace.write("sql/tests/2.2/stray/observations.csv", good[0].1);
    workspace.write("sql/tests/9.9/stray/observations.csv", good[0].1);
    let missing = [
        ("without_expectation", "sql/tests/2.1/without_expectation/expected.csv", "1:1 E3102"),
        ("stray_folder", "sql/tests/2.2", "1:1 E3103"),
        ("stray_folder_far", "sql/tests/9.9", "1:1 E3103"),
    ];
    kept("test_cases", &reported(&workspace, &cases, &missing));
}

/// A tiny world, so that places do not move with the project's own tables.
fn world() -> Workspace {
    let workspace = Workspace::empty();
    for (name, text) in [
        ("areas", "ref_area,name,iso2,m49,in_world,note\nKEN,Kenya,KE,404,yes,\nNAM,Namibia,NA,516,yes,\nPER,Peru,PE,604,yes,\n"),
        ("groups", "group_code,group_scheme,name,members_expected\nWLD,world,World,3\n"),
        ("membership", "group_scheme,group_code,ref_area,valid_from,valid_until,evidence\nworld,WLD,KEN,,,\n"),
    ] {
        workspace.write(&format!("pipelines/reference/{name}.csv"), text);
    }
    workspace
}

#[test]
fn reference_tables() {
    let head = "group_scheme,group_code,ref_area,valid_from,valid_until,evidence\nworld,WLD,KEN,,,\n";
    let cases = [
        Case::new(
            "membership",
            "pipelines/reference/membership.csv",
            format!(
                "{head}world,WLD,⟦E0306⟧PRU,,,\nworld,⟦E0306⟧WORLD,PER,,,\nworld,WLD,PER,⟦E0306⟧1 July 2019,,\nworld,WLD,NAM,,⟦E0306⟧2024-13-01,\nworld,WLD,KEN,⟦E0307⟧2016-01-01,,\n"
            ),
        ),
        Case::new(
            "population",
            "pipelines/reference/population.csv",
            "ref_area,time_period,_T:_T:_T,F:_T:_T\nKEN,2020,53,27\nKEN,⟦E0305⟧twenty,53,27\nKEN,2021,⟦E0305⟧many,27\n",
        ),
        Case::new(
            "gni",
            "pipelines/reference/gni_per_capita.csv",
            "ref_area,time_period,usd\nKEN,⟦E0305⟧2O20,1800\nKEN,2021,⟦E0305⟧1.8k\n",
        ),
        Case::new(
            "groups_twice",
            "pipelines/reference/groups.csv",
            "group_code,group_scheme,name,members_expected\r\nWLD,world,World,\r\n⟦E0307⟧WLD,world,World again,\r\n",
        ),
        Case::new("units", "pipelines/reference/units.csv", "unit,name,symbol,⟦E0302⟧decimal,minimum,maximum\nPT,Percent,%,1,0,100\n"),
        Case::new("itu_series", "pipelines/reference/itu_series.csv", "⟦E0303⟧series_id,series,⟦E0302⟧units\n11624,11624,PT\n"),
    ];
    check("reference_tables", &world(), &cases);
}

/// Each of these changed figures without a word: an area or a unit counted twice, or rows booked to the area that came last.
#[test]
fn reference_tables_that_contradict_themselves() {
    let units = "unit,name,symbol,decimals,minimum,maximum,greatest_above,middle_from,middle_to\nPT,Percent,%,1,0,100,,,\n";
    let cases = [
        Case::new(
            "group_with_the_code_of_an_area",
            "pipelines/reference/groups.csv",
            "group_code,group_scheme,name,members_expected\nWLD,world,World,3\n⟦E0307⟧KEN,world,Kenya,\nLESS,world,Fewer,⟦E0305⟧-3\n",
        ),
        Case::new(
            "areas",
            "pipelines/reference/areas.csv",
            "ref_area,name,iso2,m49,in_world,note\nKEN,Kenya,KE,404,yes,\nNAM,Namibia,NA,516,yes,\nPER,Peru,PE,604,yes,\n\
             QQA,First,,⟦E0307⟧404,yes,\nQQB,Second,⟦E0307⟧KE,,yes,\nQQC,⟦E0307⟧KENYA (the),,,yes,\nQQD,,,,yes,\nQQE,,,,yes,\n",
        ),
        Case::new(
            "area_codes",
            "pipelines/reference/area_codes.csv",
            "scheme,code,ref_area,note\nname,Perou,PER,\nname,⟦E0307⟧PEROU,KEN,\nname,⟦E0307⟧PERU ,NAM,\nname,Namibia,,none of ours\n\
             name,Kenya,QQC,of two that have the name\nuis,WB_7,PER,\nuis,⟦E0307⟧wb_7,,\nuis,WB2*,PER,\nuis,⟦E0307⟧WB2*,KEN,\n\
             itu,X1,PER,\nitu,x1,PER,the same once more\n",
        ),
        Case::new(
            "units",
            "pipelines/reference/units.csv",
            format!("{units}⟦E0307⟧PT,Percentage,%,1,0,100,,,\nRATIO,Ratio,,⟦E0305⟧-1,⟦E0307⟧100,0,,⟦E0307⟧3,2\n"),
        ),
        Case::new(
            "gni",
            "pipelines/reference/gni_per_capita.csv",
            "ref_area,time_period,usd\nKEN,2020,1800\nKEN,2021,1900\n⟦E0307⟧KEN,2020,1810\n",
        ),
    ];
    check("reference_tables_that_contradict_themselves", &world(), &cases);
}

#[test]
fn reference_headers() {
    let cases = [
        Case::new(
            "membership",
            "pipelines/reference/membership.csv",
            "⟦E0303⟧⟦E0303⟧group_scheme,group_code,ref_area,⟦E0302⟧from,⟦E0302⟧until\nworld,WLD,KEN,,\n",
        ),
        Case::new("areas", "pipelines/reference/areas.csv", "⟦E0303⟧ref_area,name,iso2,⟦E0302⟧code\nKEN,Kenya,KE,404\n"),
        Case::new("population", "pipelines/reference/population.csv", "⟦E0302⟧ref_area,time_period,persons\nKEN,2020,53\n"),
        Case::new("area_codes", "pipelines/reference/area_codes.csv", "scheme,code,ref_area,note\n⟦E0304⟧itu,AAA\n"),
    ];
    check("reference_headers", &world(), &cases);
}

#[test]
fn corrections() {
    let good = r#"[[correction]]
id = "@ID@"
source = "itu"
series = ["11624"]
ref_area = "KEN"
time_period = [2020]
action = "override"
factor = 0.001
expect = { above = 100.0 }
reason = "kilograms were entered as tonnes"
evidence = "the years before are a thousand times lower"
"#;
    let case = |name: &'static str, edits: &[(&str, &str)]| {
        let mut text = good.replace("@ID@", name);
        for (old, new) in edits {
            assert_eq!(text.matches(old).count(), 1, "{old}");
            text = text.replace(old, new);
        }
        Case::new(name, format!("pipelines/corrections/{name}.toml"), text)
    };
    let workspace = world();
    workspace.write("pipelines/itu.toml", SOURCE);
    let cases = [
        case("no_guard", &[("[[correction]]", "⟦E0402⟧[[correction]]"), ("expect = { above = 100.0 }\n", "")]),
        case("empty_guard", &[("{ above = 100.0 }", "⟦E0402⟧{ }")]),
        case("two_guards", &[("{ above = 100.0 }", "⟦E0402⟧{ above = 100.0, below = 900.0 }")]),
        case("unknown_status", &[("factor = 0.001", "obs_status = ⟦E0402⟧\"UNRELIABLE\""), ("\"override\"", "\"flag\"")]),
        case("unknown_guard", &[("{ above = 100.0 }", "⟦E0402⟧{ ⟦E0102⟧over = 100.0 }")]),
        case("unknown_action", &[("\"override\"", "⟦E0402⟧\"overide\"")]),
        case("override_without_value", &[("\"override\"", "⟦E0402⟧\"override\""), ("factor = 0.001\n", "")]),
        case("no_reason", &[("[[correction]]", "⟦E0104⟧[[correction]]"), ("reason = \"kilograms were entered as tonnes\"\n", "")]),
        case("empty_reason", &[("reason = \"kilograms were entered as tonnes\"", "reason = ⟦E0402⟧\" \"")]),
        case("value_of_a_flag", &[("factor = 0.001", "value = ⟦E0402⟧3.0"), ("\"override\"", "\"flag\"")]),
        case("status_of_a_drop", &[("factor = 0.001", "obs_status = ⟦E0402⟧\"E\""), ("\"override\"", "\"drop\"")]),
        case("unknown_key", &[("factor", "⟦E0102⟧faktor"), ("\"override\"", "⟦E0402⟧\"override\"")]),
        case("year_as_text", &[("[2020]", "⟦E0103⟧[\"2020\"]")]),
        Case::new("same_id", "pipelines/corrections/z_same_id.toml", format!("⟦E0401⟧{}", good.replace("@ID@", "twice"))),
        Case::new("first_of_two", "pipelines/corrections/y_first.toml", good.replace("@ID@", "twice")),
    ];
    check("corrections", &workspace, &cases);
}

#[test]
fn checks() {
    let file = |name: &'static str, severity: &str, sql: &str| {
        let text = format!("/*---\nid = \"{name}\"\ntitle = \"A check\"\nseverity = {severity}\n---*/\n{sql}\n");
        Case::new(name, format!("sql/checks/zz_{name}.sql"), text)
    };
    let good = "SELECT indicator, note AS detail FROM indicator_values WHERE value < 0";
    let cases = [
        file("unknown_severity", "⟦E0505⟧\"eror\"", good),
        file("unknown_column", "\"error\"", "SELECT indicator, note AS detail FROM indicator_values WHERE ⟦E3003⟧valeu < 0"),
        file("unknown_table", "\"error\"", "SELECT indicator, note AS detail FROM ⟦E3002⟧indicator_value"),
        file("no_detail", "\"error\"", "⟦E3005⟧SELECT indicator, note FROM indicator_values"),
        file("changes", "\"error\"", "⟦E3008⟧DELETE FROM indicator_values"),
        Case::new(
            "unknown_key",
            "sql/checks/zz_unknown_key.sql",
            format!("/*---\nid = \"k\"\ntitle = \"A check\"\nseverity = \"error\"\n⟦E0102⟧fail_over = 3\n---*/\n{good}\n"),
        ),
        Case::new("no_title", "sql/checks/zz_no_title.sql", format!("/*---⟦E0104⟧\nid = \"n\"\nseverity = \"error\"\n---*/\n{good}\n")),
        Case::new("no_header", "sql/checks/zz_no_header.sql", format!("⟦E0501⟧{good}\n")),
    ];
    check("checks", &Workspace::of_method(), &cases);
}

/// The caret stands under the cell, not under the first text like it.
#[test]
fn cell_like_another() {
    let workspace = workspace();
    workspace.write("sql/tests/2.1/first/expected.csv", "ref_area,time_period,estimate,value\nKEN,2020,reported,60\n");
    let text = "source,series,ref_area,time_period,obs_value\nitu,x2020,KEN,⟦E0305⟧x,2020\n";
    reported(&workspace, &[Case::new("cell_like_another", "sql/tests/2.1/first/observations.csv", text)], &[]);
}

/// A misspelt column of an optional one must not pass: here the dates of a membership would be lost.
#[test]
fn unknown_columns_of_reference_tables() {
    let cases = [
        Case::new("areas", "pipelines/reference/areas.csv", "ref_area,name,iso2,m49,⟦E0302⟧in_wolrd\nKEN,Kenya,KE,404,yes\n"),
        Case::new("groups", "pipelines/reference/groups.csv", "group_code,group_scheme,name,⟦E0302⟧members\nWLD,world,World,3\n"),
        Case::new("itu_series", "pipelines/reference/itu_series.csv", "series_id,series,unit,⟦E0302⟧urbanization\n11624,11624,PT,U\n"),
    ];
    reported(&world(), &cases, &[]);
}

/// The cell, and the nearest code that there is.
#[test]
fn cells_of_reference_tables() {
    let head = "group_scheme,group_code,ref_area,valid_from,valid_until,evidence\nworld,WLD,KEN,,,\n";
    let cases = [
        Case::new(
            "membership",
            "pipelines/reference/membership.csv",
            format!("{head}world,WLD,⟦E0306⟧PRE,,,\nworld,WLD,PER,⟦E0306⟧1 July 2019,,\n"),
        ),
        Case::new(
            "population",
            "pipelines/reference/population.csv",
            "ref_area,time_period,_T:_T:_T\nKEN,⟦E0305⟧twenty,53\nKEN,2021,⟦E0305⟧many\n",
        ),
    ];
    let text = reported(&world(), &cases, &[]);
    assert!(text.contains("did you mean `PER`?"), "{text}");
}

/// A correction that can never apply: its source, data set or area does not exist.
#[test]
fn corrections_of_nothing() {
    let workspace = world();
    workspace.write("pipelines/itu.toml", SOURCE);
    for (name, source, area) in [("source", "itoo", "KEN"), ("area", "itu", "KNE")] {
        let text = format!(
            "[[correction]]\nid = \"{name}\"\nsource = \"{source}\"\nseries = [\"11624\"]\nref_area = \"{area}\"\ntime_period = [2020]\n\
             action = \"drop\"\nexpect = {{ above = 100.0 }}\nreason = \"r\"\nevidence = \"e\"\n"
        );
        workspace.write(&format!("pipelines/corrections/{name}.toml"), text);
        workspace.expect(2, &["check", &format!("pipelines/corrections/{name}.toml")]);
        workspace.expect(2, &["check", &format!("pipelines/corrections/../corrections/{name}.toml")]);
    }
}

/// A path that is not there, or holds nothing to check, is no success.
#[test]
fn paths_that_check_cannot_read() {
    let workspace = world();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    for (path, said) in [("sql/indicators/none.sql", "no such file"), (elsewhere.path().to_str().unwrap(), "not in the workspace")] {
        let run = workspace.expect(2, &["check", path]);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

/// Of each kind of file, one that is wrong is told by its own path and by that of its folder, and by no other's.
#[test]
fn a_path_has_its_own_problems() {
    let files = ["sql/rollups/weighted_mean.sql", "sql/indicators/2.1_internet_use.sql", "sql/checks/one_row_per_key.sql"];
    let workspace = workspace();
    for (wrong, other) in files.into_iter().zip(files.into_iter().cycle().skip(1)) {
        let good = workspace.read(wrong);
        workspace.write(wrong, format!("{good}\n, no_such_thing"));
        for (path, code) in [(wrong, 2), (wrong.rsplit_once('/').unwrap().0, 2), (other, 0)] {
            let told = workspace.expect(code, &["check", path]).stdout;
            assert_eq!(told.contains(&format!("{wrong}:")), code == 2, "{path}: {told}");
        }
        workspace.write(wrong, good);
    }
    workspace.write("sql/tests/2.1/wrong/observations.csv", "source,series,ref_area,time_period,obs_valeu\nitu,11624,KEN,2020,60\n");
    workspace.write("sql/tests/2.1/wrong/expected.csv", "ref_area,time_period,estimate,value\nKEN,2020,reported,60\n");
    for path in ["sql/tests", "sql/tests/2.1/wrong", "sql/tests/2.1/wrong/observations.csv"] {
        workspace.expect(2, &["check", path]);
    }
    for path in ["sql/tests/2.1/wrong/expected.csv", files[1]] {
        workspace.expect(0, &["check", path]);
    }
}

/// A draft that lies elsewhere is checked as if it were in the workspace.
#[test]
fn a_draft_elsewhere() {
    let workspace = Workspace::of_project();
    let folder = tempfile::tempdir().unwrap();
    let draft = folder.path().join("draft.sql");
    let good = workspace.read("sql/indicators/2.1_internet_use.sql");
    std::fs::write(&draft, &good).unwrap();
    workspace.expect(0, &["check", draft.to_str().unwrap()]);
    std::fs::write(&draft, good.replace("c.value, CASE", "c.valu, CASE")).unwrap();
    let run = workspace.expect(2, &["check", draft.to_str().unwrap()]);
    assert!(run.stdout.contains("draft.sql:") && run.stdout.contains("did you mean `value`?"), "{}", run.stdout);
}
