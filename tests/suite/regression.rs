//! One test per bug, the reason above it.

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Float64Type;

use crate::support::{Workspace, parquet, row, small_bodies};
use yardstick::tables::cells::Table;

/// SDG_METADATA.csv of the bulk archive ends in "data.csv", as the data file of an export is called: it was read as data.
#[test]
fn metadata_of_the_bulk_archive_are_not_data() {
    let workspace = Workspace::of_project();
    let run = workspace.run(&["pull", "--from", small_bodies().to_str().unwrap(), "--only", "unesco/sdg_bulk"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// SQL nests comments: `/*` in a header (as in a path with a star) swallowed the SELECT and gave an error at its end.
#[test]
fn a_comment_opened_in_a_header_is_named() {
    let workspace = Workspace::of_project();
    let path = "sql/indicators/2.1_internet_use.sql";
    let text = workspace.read(path).replacen("definition = \"Share", "definition = \"see pipelines/*.toml Share", 1);
    workspace.write(path, text);
    let run = workspace.expect(2, &["check", path]);
    assert!(run.stdout.contains("error[E0511]"), "{}", run.stdout);
}

/// Two editions of Facts and Figures print the same key: both were quarantined as contradicting each other.
#[test]
fn editions_stand_side_by_side() {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &["2.1_internet_use.sql"]);
    workspace.publish_little();
    workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    let query = "SELECT note, edition FROM observations WHERE series = 'individuals_using_internet_pct' AND ref_area = 'WLD' AND time_period = 2024 AND sex = '_T' AND age = '_T' AND urbanisation = '_T' ORDER BY note";
    let run = workspace.expect(0, &["sql", query, "--output", "csv"]);
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), ["note,edition", "edition 2024,2024", "edition 2025,2025"]);
    // A source that has one edition only has none in the column.
    let run = workspace.expect(0, &["sql", "SELECT DISTINCT dataset FROM observations WHERE edition IS NOT NULL", "--output", "csv"]);
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), ["dataset", "facts_and_figures"]);
    let values = workspace.release("values.parquet");
    let at = row(
        &values,
        &[
            ("indicator", "internet_use"),
            ("ref_area", "WLD"),
            ("time_period", "2024"),
            ("estimate", "published"),
            ("sex", "_T"),
            ("age", "_T"),
            ("urbanisation", "_T"),
            ("disability", "_T"),
        ],
    );
    assert_eq!(Table(&values).float("value", at), Some(71.0));
}

/// The same series in two data sets of a source gave two rows per economy and year to an indicator that names no data set.
#[test]
fn overlapping_data_sets_give_one_figure() {
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &[]);
    workspace.publish_little();
    workspace.write(
        "sql/indicators/9.9_plain.sql",
        "/*---\nid = \"9.9\"\nname = \"plain\"\ntitle = \"Internet use\"\nunit = \"PT\"\nrollup = \"weighted_mean\"\ngroups = [\"world\"]\n---*/\nSELECT o.ref_area, o.time_period, o.sex, o.age, o.urbanisation, o.breakdown, o.obs_value AS value, p.persons AS weight\nFROM observations o\nJOIN population p ON p.ref_area = o.ref_area AND p.time_period = o.time_period AND p.sex = o.sex AND p.age = o.age AND p.urbanisation = o.urbanisation\nWHERE o.source = 'itu' AND o.series = '11624'\n",
    );
    let run = workspace.expect(0, &["run", "--from", small_bodies().to_str().unwrap()]);
    assert!(!run.stderr.contains("E3012"), "{}", run.stderr);
    let values = workspace.release("values.parquet");
    row(&values, &[("indicator", "plain"), ("ref_area", "USA"), ("time_period", "2003"), ("estimate", "reported")]);
}

/// The key that rows are sorted by had 12 bits for the area, and the row 16: of more than 4,096 areas good rows were set
/// aside as contradicting each other, and of more than 65,536 figures went to areas of which they were not.
#[test]
fn seventy_thousand_areas() {
    let workspace = Workspace::empty();
    let areas: String = (0..70_000).map(|n| format!("D{n:05},District {n},,\n")).collect();
    workspace.write("pipelines/reference/areas.csv", format!("ref_area,name,iso2,m49\n{areas}"));
    workspace.write(
        "pipelines/survey.toml",
        "source = \"survey\"\nlicence = \"CC0\"\n[[dataset]]\nname = \"use\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nsex = \"sex\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n",
    );
    // From the last area to the first, so that rows are sorted too.
    let rows = |n: u32| [("2000", "_T"), ("2026", "F"), ("2026", "_T")].map(|(year, sex)| format!("D{n:05},{year},{sex},{n}\n"));
    let body: String = (0..70_000).rev().flat_map(rows).collect();
    workspace.write("in/survey/use/a.csv", format!("area,year,sex,value\n{body}"));
    let pull = workspace.json(0, &["pull", "--from", "in"]);
    let counts = &pull["data"]["data_sets"][0]["counts"];
    assert_eq!((&counts["observations"], &counts["quarantined"]), (&210_000.into(), &0.into()), "{counts}");
    let observations = parquet(&workspace.path("data/observations/survey/use.parquet"));
    let cells = Table(&observations);
    for at in 0..cells.len() {
        let area = format!("D{:05}", at / 3);
        let (year, sex) = [(2000, "_T"), (2026, "F"), (2026, "_T")][at % 3];
        assert_eq!(
            (cells.text("ref_area", at), cells.int("time_period", at), cells.text("sex", at), cells.float("obs_value", at)),
            (Some(area.as_str()), Some(year), Some(sex), Some((at / 3) as f64))
        );
    }
}

/// The sizes of economies were asked of districts, the lists of groups that a workspace does not have were errors, and the
/// dated number of members of a group went before the one in groups.csv: nothing could be released.
#[test]
fn a_workspace_of_districts() {
    let workspace = Workspace::of_method_and_checks();
    let codes: Vec<String> = (0..120).map(|n| format!("D{n:05}")).collect();
    let lines = |line: &dyn Fn((usize, &String)) -> String| codes.iter().enumerate().map(line).collect::<String>();
    let reference = |name: &str, header: &str, rows: String| {
        workspace.write(&format!("pipelines/reference/{name}.csv"), format!("{header}\n{rows}"));
    };
    reference("areas", "ref_area,name,iso2,m49,in_world", lines(&|(n, code)| format!("{code},District {n},,,yes\n")));
    reference("groups", "group_code,group_scheme,name,members_expected", "WLD,world,All,120\nLDC,special,Half of them,60\n".into());
    reference(
        "membership",
        "group_scheme,group_code,ref_area,valid_from,valid_until",
        lines(&|(n, code)| format!("world,WLD,{code},,\n{}", if n % 2 == 0 { format!("special,LDC,{code},,\n") } else { String::new() })),
    );
    reference("area_codes", "scheme,code,ref_area", String::new());
    reference("gni_per_capita", "ref_area,time_period,usd", String::new());
    reference(
        "population",
        "ref_area,time_period,_T:_T:_T",
        lines(&|(n, code)| (2015..=2026).map(|year| format!("{code},{year},{}\n", 60_000 + 500 * n + year)).collect()),
    );
    workspace.write(
        "pipelines/survey.toml",
        "source = \"survey\"\nlicence = \"CC0\"\n[[dataset]]\nname = \"use\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n",
    );
    workspace.write("in/survey/use/a.csv", format!("area,year,value\n{}", lines(&|(n, code)| format!("{code},2024,{}\n", 20 + n % 50))));
    workspace.write(
        "sql/indicators/9.1_use.sql",
        "/*---\nid = \"9.1\"\nname = \"use\"\ntitle = \"Use\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\", \"special\"]\n---*/\nSELECT o.ref_area, o.time_period, o.obs_value AS value, o.source\nFROM observations o\nWHERE o.series = 's'\n",
    );
    // A list of a group that is not there is told.
    let checked = workspace.expect(0, &["check", "pipelines"]).stdout;
    assert!(checked.contains("group `WB_HIC` is not in groups.csv"), "{checked}");
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(!run.stdout.contains("reference_tables_fit") && !run.stdout.contains("membership_counts"), "{}", run.stdout);
}

/// `sql` gave a result the types of the statement as written, where a UNION or CASE has those of its first branch: 2.5
/// was shown as 2, and a text after a number as nothing.
#[test]
fn a_result_has_the_types_that_all_branches_need() {
    let workspace = Workspace::of_method();
    for (query, expected) in [
        ("SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a", "a\n1\n2.5\n"),
        ("SELECT 1 AS a UNION SELECT 2.5 ORDER BY a", "a\n1\n2.5\n"),
        ("WITH w AS (SELECT 1 AS a UNION ALL SELECT 2.5) SELECT sum(a) AS a FROM w", "a\n3.5\n"),
        ("SELECT 1 AS a UNION ALL SELECT 'x' ORDER BY a", "a\n1\nx\n"),
        ("SELECT 'x' AS a UNION ALL SELECT 2.5 ORDER BY a", "a\n2.5\nx\n"),
        ("SELECT CAST(1 AS SMALLINT) AS a UNION ALL SELECT 3000000000 ORDER BY a", "a\n1\n3000000000\n"),
        ("SELECT v AS a FROM (VALUES (1), (2.5)) AS t (v) ORDER BY a", "a\n1\n2.5\n"),
        ("SELECT CASE WHEN v > 1 THEN v ELSE 0.5 END AS a FROM (VALUES (1), (2)) AS t (v) ORDER BY a", "a\n0.5\n2\n"),
        ("SELECT CASE v WHEN 1 THEN 1 WHEN 2 THEN 2.5 END AS a FROM (VALUES (1), (2)) AS t (v) ORDER BY a", "a\n1\n2.5\n"),
        ("SELECT coalesce(v, 2.5) AS a FROM (VALUES (1), (NULL)) AS t (v) ORDER BY a", "a\n1\n2.5\n"),
        ("SELECT greatest(v, 1.5) AS a FROM (VALUES (1), (2)) AS t (v) ORDER BY a", "a\n1.5\n2\n"),
        ("SELECT a FROM (SELECT 1 AS a INTERSECT SELECT 1.0)", "a\n1\n"),
    ] {
        let run = workspace.expect(0, &["sql", query, "--output", "csv"]);
        assert_eq!(run.stdout.replace(".0\n", "\n"), expected, "{query}");
    }
    let rows = workspace.expect(0, &["sql", "SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a", "--output", "json"]).stdout;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&rows).unwrap(), serde_json::json!([{ "a": 1.0 }, { "a": 2.5 }]));
    workspace.expect(0, &["sql", "SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a", "--output", "parquet", "--file", "out.parquet"]);
    assert_eq!(Table(&crate::support::parquet(&workspace.path("out.parquet"))).float("a", 1), Some(2.5));
}

/// Bringing an indicator's rows to the declared columns cut 2020.5 to the year 2020 and made a text in a column of numbers
/// no value, without a word.
#[test]
fn a_value_that_a_column_cannot_hold_is_neither_cut_nor_dropped() {
    let header = "/*---\nid = \"9.9\"\nname = \"plain\"\ntitle = \"T\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\n---*/\n";
    for (select, column) in [
        ("SELECT ref_area, 2020.5 AS time_period, 1.0 AS value FROM areas", "time_period"),
        ("SELECT ref_area, 2020 AS time_period, name AS value FROM areas", "value"),
        ("SELECT ref_area, 9000000000 AS time_period, 1.0 AS value FROM areas", "time_period"),
    ] {
        let workspace = Workspace::of_project();
        std::fs::remove_dir_all(workspace.path("sql/indicators")).unwrap();
        workspace.write("sql/indicators/9.9_plain.sql", format!("{header}{select}\n"));
        let run = workspace.expect(1, &["run", "--from", small_bodies().to_str().unwrap()]);
        assert!(run.stderr.contains("E3005") && run.stderr.contains(&format!("column `{column}`")), "{select}: {}", run.stderr);
    }
}

/// A target of 2023 read as missed by a value of 2019, or as met too late, although nothing was known of the years between.
#[test]
fn an_old_value_does_not_say_that_a_target_was_missed() {
    let workspace = Workspace::of_method();
    workspace.write(
        "pipelines/survey.toml",
        "source = \"survey\"\nlicence = \"CC0\"\n[[dataset]]\nname = \"use\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n",
    );
    // KEN: four years before. PHL: two. NGA: four, and met since. USA: four, and not met since. PER: met six years before.
    let body = "area,year,value\nKEN,2015,20\nKEN,2019,30\nPHL,2015,20\nPHL,2021,30\nNGA,2015,20\nNGA,2019,30\nNGA,2024,55\nUSA,2015,20\nUSA,2019,30\nUSA,2025,40\nPER,2014,20\nPER,2017,51\n";
    workspace.write("in/survey/use/a.csv", body);
    let indicator = |within: &str| {
        format!(
            "/*---\nid = \"9.1\"\nname = \"use\"\ntitle = \"Use\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\ndefinition = \"d\"\nmethod = \"m\"\ncaveats = \"c\"\nowner = \"o\"\nsources = [\"survey\"]\n[[target]]\nid = \"9.1\"\narea = \"WLD\"\nyear = 2023\nvalue = 50.0\nbaseline_year = 2015\nalso = [\"countries\"]\n{within}---*/\nSELECT o.ref_area, o.time_period, o.obs_value AS value, o.source\nFROM observations o\nWHERE o.series = 's'\n"
        )
    };
    workspace.write("sql/indicators/9.1_use.sql", indicator(""));
    workspace.expect(0, &["run", "--from", "in"]);
    let outcome = |area: &str| {
        let progress = workspace.release("progress.parquet");
        let row = row(&progress, &[("ref_area", area)]);
        let text = |column| Table(&progress).text(column, row).unwrap_or_default().to_owned();
        (text("outcome"), text("note"))
    };
    let unknown = |year: &str| format!("whether it was met by 2023 is not known: the last value up to then is of {year}");
    let (said, note) = outcome("KEN");
    assert!(said == "open" && note.starts_with(&unknown("2019")), "{said}: {note}");
    assert_eq!(outcome("PHL").0, "missed");
    assert_eq!(outcome("NGA"), ("open".into(), unknown("2019")));
    assert_eq!(outcome("USA").0, "missed");
    let (said, note) = outcome("PER");
    assert!(said == "in_time" && note.contains("met by the value of 2017, the last up to 2023"), "{said}: {note}");
    let told = workspace.expect(0, &["explain", "9.1", "--target", "9.1", "--area", "KEN"]).stdout;
    assert!(told.contains("outcome open, although 2023 is over: the note says why"), "{told}");
    // Whoever thinks otherwise says so, for one target or for all.
    workspace.write("sql/indicators/9.1_use.sql", indicator("due_within = 4\n"));
    workspace.expect(0, &["run", "--from", "in"]);
    assert_eq!((outcome("KEN").0, outcome("NGA").0), ("missed".into(), "late".into()));
    workspace.write("sql/indicators/9.1_use.sql", indicator("due_within = 51\n"));
    let refused = workspace.expect(2, &["check"]).stdout;
    assert!(refused.contains("`due_within` is 51, but must be from 0 to 50"), "{refused}");
}

/// Only indicators that some file reads are tables: those of which the search missed the name were none, and the check
/// that reads them stopped the night.
#[test]
fn a_check_finds_the_indicator_that_it_reads() {
    let workspace = Workspace::of_method();
    workspace.write(
        "pipelines/survey.toml",
        "source = \"survey\"\nlicence = \"CC0\"\n[[dataset]]\nname = \"use\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n",
    );
    workspace.write("in/survey/use/a.csv", "area,year,value\nKEN,2024,20\nPHL,2024,30\n");
    workspace.write(
        "sql/indicators/9.1_usage.sql",
        "/*---\nid = \"9.1\"\nname = \"usage\"\ntitle = \"Use\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\n---*/\nSELECT o.ref_area, o.time_period, o.obs_value AS value, o.source\nFROM observations o\nWHERE o.series = 's'\n",
    );
    workspace.expect(0, &["run", "--from", "in"]);
    // Each time nothing but the check is new, so that the values are those of the release before.
    for (number, read) in [
        "SELECT indicator, ref_area AS detail FROM indicators.usage WHERE value > 25.0 AND area_kind = 'country'",
        "SELECT indicator, ref_area AS detail FROM \"indicators\".\"usage\" WHERE value > 25.0 AND area_kind = 'country'",
        "SELECT indicator, ref_area AS detail FROM Indicators . USAGE /* as */ AS u WHERE value > 25.0 AND area_kind = 'country'",
        "WITH v AS (SELECT * FROM (SELECT * FROM indicators.usage) AS w) SELECT indicator, ref_area AS detail FROM v WHERE value > 25.0 AND area_kind = 'country'",
    ]
    .into_iter()
    .enumerate()
    {
        let header = format!("/*---\nid = \"own\"\ntitle = \"Own {number}\"\nseverity = \"warning\"\nwarn_above = 0\nfail_above = 0\n---*/\n");
        workspace.write("sql/checks/own.sql", format!("{header}{read}\n"));
        let run = workspace.run(&["run", "--from", "in"]);
        assert_eq!(run.code, 0, "{read}: {}", run.stderr);
        let checks = workspace.release("checks.parquet");
        let found = row(&checks, &[("id", "own")]);
        assert_eq!(Table(&checks).text("note", found), Some("PHL"), "{read}");
    }
}

/// `-0` of a provider, and a zero that a SELECT turns over, came as -0.0 into Parquet and CSV.
#[test]
fn a_zero_has_no_sign() {
    let workspace = Workspace::of_method();
    let columns =
        "series = { constant = \"use\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n";
    workspace.write(
        "pipelines/own.toml",
        format!(
            "source = \"own\"\nlicence = \"typed\"\n\n[[dataset]]\nname = \"figures\"\nformat = \"table\"\n[dataset.columns]\n{columns}"
        ),
    );
    workspace.write("in/own/figures/figures.csv", "area,year,value\nKEN,2020,-0\nBRA,2020,-0.0\nPER,2020,0\nKEN,2021,5\n");
    let header =
        "id = \"9.1\"\nname = \"turned\"\ntitle = \"t\"\nunit = \"PP\"\nrollup = \"median\"\ngroups = [\"world\"]\ndefinition = \"d\"";
    let select = "SELECT ref_area, time_period, -1.0 * obs_value AS value, source\nFROM observations\nWHERE series = 'use'\n";
    workspace.write("sql/indicators/9.1_turned.sql", format!("/*---\n{header}\n---*/\n{select}"));
    workspace.expect(0, &["run", "--from", "in"]);
    let negative = |file: &str| {
        let batch = parquet(&workspace.path(file));
        let numbers = batch.columns().iter().filter_map(|column| column.as_primitive_opt::<Float64Type>());
        numbers.flat_map(|numbers| numbers.iter().flatten()).filter(|number| *number == 0.0 && number.is_sign_negative()).count()
    };
    for file in ["data/observations/own/figures.parquet", "data/current/values.parquet", "data/current/progress.parquet"] {
        assert_eq!(negative(file), 0, "{file}");
    }
    let zeros = workspace.expect(0, &["sql", "SELECT obs_value FROM observations WHERE time_period = 2020", "--output", "csv"]);
    assert_eq!(zeros.stdout, "obs_value\n0.0\n0.0\n0.0\n");
    let values = workspace.read("data/current/csv/turned.csv");
    assert!(values.contains(",0.0,") && !values.contains("-0.0"), "{values}");
}
