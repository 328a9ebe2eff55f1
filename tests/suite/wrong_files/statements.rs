//! Wrong SQL below a good header.

use super::{Case, check, indicator, reported, statement, workspace};
use crate::support::Workspace;

/// A case with its own SELECT; its id and name are those of the case.
fn select(name: &'static str, sql: &str) -> Case {
    Case::new(name, format!("sql/indicators/s_{name}.sql"), statement(&format!("S.{name}").replace('_', "-"), name, sql))
}

/// As `select`, for a roll-up that needs more columns.
fn with_rollup(name: &'static str, rollup: &str, sql: &str) -> Case {
    let case = select(name, sql);
    Case { content: case.content.replace("\"median\"", &format!("\"{rollup}\"")), ..case }
}

#[test]
fn what_the_engine_finds() {
    let cases = [
        select(
            "syntax_word",
            "SELECT o.ref_area, o.time_period, o.obs_value AS value\nFROM observations AS o\nWHERE o.source == 'itu' ⟦E3001⟧GROUPED BY 1",
        ),
        select("syntax_end", "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE series = '11624' AND⟦E3001⟧"),
        select("syntax_bracket", "SELECT ref_area, time_period, avg(obs_value ⟦E3001⟧AS value\nFROM observations"),
        select("no_select", "-- to be written⟦E3001⟧"),
        select("unknown_table", "SELECT o.ref_area, o.time_period, o.obs_value AS value\nFROM ⟦E3002⟧observation AS o"),
        select("unknown_table_far", "SELECT t.ref_area, t.time_period, t.x AS value\nFROM ⟦E3002⟧my_table AS t"),
        select("unknown_column", "SELECT o.ref_area, o.time_period,\n  ⟦E3003⟧o.obs_valu AS value\nFROM observations AS o"),
        select("unknown_column_plain", "SELECT ref_area, ⟦E3003⟧year AS time_period, obs_value AS value FROM observations"),
        select(
            "unknown_column_in_where",
            "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE ⟦E3003⟧serie = '11624'",
        ),
        select("unknown_alias", "SELECT o.ref_area, o.time_period, ⟦E3003⟧x.obs_value AS value\nFROM observations AS o"),
        select(
            "column_of_a_subquery",
            "SELECT p.ref_area, p.time_period, ⟦E3003⟧p.person AS value\nFROM (SELECT ref_area, time_period, persons FROM population) AS p",
        ),
        select(
            "unknown_function",
            "SELECT ref_area, time_period, ⟦E3004⟧averge(obs_value) AS value\nFROM observations GROUP BY ref_area, time_period",
        ),
        select(
            "ambiguous_column",
            "SELECT ⟦E3003⟧ref_area, o.time_period, o.obs_value AS value\nFROM observations AS o\nJOIN population AS p ON p.ref_area = o.ref_area",
        ),
        select("not_grouped", "SELECT ref_area, time_period, ⟦E3007⟧obs_value AS value\nFROM observations GROUP BY ref_area, time_period"),
        select("aggregate_in_where", "⟦E3007⟧SELECT ref_area, time_period, obs_value AS value\nFROM observations WHERE sum(obs_value) > 3"),
        select(
            "text_against_a_sum",
            "⟦E3007⟧SELECT ref_area, time_period, sum(obs_value) AS value\nFROM observations\nGROUP BY ref_area, time_period\nHAVING sum(obs_value) > 'many'",
        ),
        select("text_plus_number", "SELECT ref_area, time_period, ⟦E3007⟧ref_area + 1 AS value\nFROM observations"),
        select(
            "union_of_different_width",
            "⟦E3007⟧SELECT ref_area, time_period, obs_value AS value FROM observations\nUNION ALL\nSELECT ref_area, time_period FROM observations",
        ),
    ];
    check("what_the_engine_finds", &workspace(), &cases);
}

#[test]
fn what_the_output_must_be() {
    let cases = [
        select("wrong_column_name", "SELECT ref_area, time_period, obs_value AS value, obs_value AS ⟦E3005⟧weigth\nFROM observations"),
        select("no_value", "⟦E3005⟧SELECT ref_area, time_period, obs_value AS weight\nFROM observations"),
        select("no_denominator", "⟦E3005⟧SELECT ref_area, time_period, obs_value AS numerator\nFROM observations"),
        with_rollup("no_weight", "weighted_mean", "⟦E3005⟧SELECT ref_area, time_period, obs_value AS value\nFROM observations"),
        with_rollup("no_parts", "ratio_of_sums", "⟦E3005⟧⟦E3005⟧SELECT ref_area, time_period, obs_value AS value\nFROM observations"),
        select("no_area", "⟦E3005⟧SELECT time_period, avg(obs_value) AS value\nFROM observations GROUP BY time_period"),
        select("nothing_named", "⟦E3005⟧⟦E3005⟧⟦E3005⟧SELECT source AS ⟦E3005⟧provider\nFROM observations"),
        select("text_as_value", "SELECT ref_area, time_period, obs_text AS ⟦E3005⟧value\nFROM observations"),
        select("number_as_area", "SELECT time_period AS ⟦E3005⟧ref_area, time_period, obs_value AS value\nFROM observations"),
        select("fraction_as_year", "SELECT ref_area, obs_value AS ⟦E3005⟧time_period, obs_value AS value\nFROM observations"),
        select("truth_as_value", "SELECT ref_area, time_period, obs_value > 2 AS ⟦E3005⟧value\nFROM observations"),
        select("star", "SELECT ⟦E3006⟧*\nFROM observations"),
        select(
            "star_of_a_table",
            "SELECT o.⟦E3006⟧*, p.persons AS weight\nFROM observations AS o\nJOIN population AS p ON p.ref_area = o.ref_area",
        ),
    ];
    check("what_the_output_must_be", &workspace(), &cases);
}

#[test]
fn what_is_not_allowed() {
    let cases = [
        select(
            "decimal_division",
            "SELECT ref_area, time_period, CAST(obs_value AS DECIMAL(9,1)) ⟦E3010⟧/ CAST(3 AS DECIMAL(4,0)) AS value\nFROM observations",
        ),
        select("integer_division", "SELECT ref_area, time_period, time_period ⟦E3010⟧/ 10 AS value\nFROM observations"),
        select(
            "integer_division_of_counts",
            "SELECT ref_area, time_period, 100 * count(obs_value) ⟦E3010⟧/ count(*) AS value\nFROM observations GROUP BY ref_area, time_period",
        ),
        select(
            "integer_division_below",
            "WITH d AS (SELECT ref_area, time_period, record ⟦E3010⟧/ 7 AS x FROM observations)\nSELECT ref_area, time_period, x / 2.0 AS value FROM d",
        ),
        select("limit_as_they_come", "SELECT ref_area, time_period, obs_value AS value\nFROM observations\n⟦E3009⟧LIMIT 10"),
        select(
            "rows_numbered_as_they_come",
            "SELECT ref_area, time_period, CAST(⟦E3009⟧row_number() OVER (PARTITION BY ref_area) AS DOUBLE) AS value\nFROM observations",
        ),
        select(
            "first_as_they_come",
            "SELECT ref_area, time_period, ⟦E3009⟧first_value(obs_value) AS value\nFROM observations GROUP BY ref_area, time_period",
        ),
        select(
            "star_of_a_later_branch",
            "SELECT ref_area, time_period, obs_value AS value FROM observations\nUNION ALL\nSELECT ⟦E3006⟧* FROM (SELECT ref_area, time_period, obs_value AS value FROM observations) AS o",
        ),
        select("random", "SELECT ref_area, time_period, obs_value + ⟦E3009⟧random() AS value\nFROM observations"),
        select(
            "now",
            "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE time_period < date_part('year', ⟦E3009⟧now())",
        ),
        select(
            "current_date",
            "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE time_period < date_part('year', ⟦E3009⟧current_date)",
        ),
        select("create", "⟦E3008⟧CREATE TABLE t AS SELECT ref_area, time_period, obs_value AS value FROM observations"),
        select("insert", "⟦E3008⟧INSERT INTO observations VALUES (1)"),
        select("copy", "⟦E3008⟧COPY (SELECT 1) TO 'out.csv'"),
        select("set", "⟦E3008⟧SET datafusion.execution.batch_size = 1"),
        select("drop", "⟦E3008⟧DROP TABLE observations"),
        select("file_as_table", "SELECT ref_area, time_period, obs_value AS value\nFROM ⟦E3008⟧'values.csv'"),
        select("file_as_table_quoted", "SELECT ref_area, time_period, obs_value AS value\nFROM ⟦E3002⟧\"values.csv\""),
        select("file_by_function", "SELECT ref_area, time_period, obs_value AS value\nFROM ⟦E3008⟧read_csv('values.csv')"),
        select("two_statements", "SELECT ref_area, time_period, obs_value AS value FROM observations;\n⟦E3008⟧SELECT 2"),
        select("unknown_series", "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE series = ⟦E3014⟧'11625'"),
        select(
            "unknown_series_of_a_case",
            "SELECT ref_area, time_period, CASE series WHEN ⟦E3014⟧'11625' THEN obs_value END AS value\nFROM observations",
        ),
        select(
            "second_of_two_windows",
            "SELECT ref_area, time_period, CAST(row_number() OVER (ORDER BY ref_area, time_period) - ⟦E3009⟧row_number() OVER (PARTITION BY ref_area) AS DOUBLE) AS value\nFROM observations",
        ),
        select(
            "unknown_series_in_list",
            "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE series IN ('11624', ⟦E3014⟧'999999')",
        ),
    ];
    check("what_is_not_allowed", &workspace(), &cases);
}

/// What must stay allowed: none of these is a problem.
#[test]
fn what_is_allowed() {
    let workspace = workspace();
    for (name, sql) in [
        ("semicolon_at_the_end", "SELECT ref_area, time_period, obs_value AS value FROM observations;"),
        ("decimals", "SELECT ref_area, time_period, record / 10.0 AS value FROM observations"),
        ("cast", "SELECT ref_area, time_period, CAST(record AS DOUBLE) / 10 AS value FROM observations"),
        ("count_star", "SELECT ref_area, time_period, 100.0 * count(*) / 7 AS value FROM observations GROUP BY ref_area, time_period"),
        ("product", "SELECT ref_area, time_period, obs_value * obs_value AS value, record AS weight FROM observations"),
        ("with", "WITH d AS (SELECT * FROM observations) SELECT ref_area, time_period, obs_value AS value FROM d"),
        (
            "union",
            "SELECT ref_area, time_period, obs_value AS value FROM observations UNION ALL SELECT ref_area, time_period, persons AS value FROM population",
        ),
        (
            "comment",
            "/* CREATE TABLE, random() and SELECT * may stand in a comment */ SELECT ref_area, time_period, obs_value AS value FROM observations -- ; SELECT",
        ),
        (
            "text",
            "SELECT ref_area, time_period, obs_value AS value, 'now() ; DROP' AS note FROM observations WHERE note <> 'FROM ''x.csv'''",
        ),
        ("replace", "SELECT replace(ref_area, 'X', 'Y') AS ref_area, time_period, obs_value AS value FROM observations"),
        ("distinct_from", "SELECT ref_area, time_period, obs_value AS value FROM observations WHERE source IS DISTINCT FROM 'unsd'"),
        ("trim_from", "SELECT trim(BOTH 'x' FROM ref_area) AS ref_area, time_period, obs_value AS value FROM observations"),
        (
            "ordered",
            "WITH d AS (SELECT ref_area, time_period, obs_value, row_number() OVER (PARTITION BY ref_area ORDER BY time_period) AS place FROM observations) SELECT ref_area, time_period, obs_value AS value FROM d WHERE place = 1 ORDER BY 1 LIMIT 5",
        ),
        (
            "union_with_decimals",
            "WITH d AS (SELECT ref_area, time_period, 1 AS x FROM observations UNION ALL SELECT ref_area, time_period, 2.5 FROM observations) SELECT ref_area, time_period, x / 2 AS value FROM d",
        ),
        (
            "case_with_decimals",
            "WITH d AS (SELECT ref_area, time_period, CASE WHEN record > 1 THEN record ELSE 0.5 END AS x FROM observations) SELECT ref_area, time_period, x / 2 AS value FROM d",
        ),
        (
            "quoted_name",
            "WITH d AS (SELECT ref_area, time_period, obs_value AS \"current_date\" FROM observations) SELECT ref_area, time_period, \"current_date\" AS value FROM d",
        ),
        ("parts", "SELECT ref_area, time_period, obs_value AS numerator, 2 AS denominator FROM observations"),
    ] {
        workspace.write(&format!("sql/indicators/a_{name}.sql"), statement(&format!("A.{name}").replace('_', "-"), name, sql));
    }
    let run = workspace.expect(0, &["check"]);
    assert!(run.stdout.ends_with("no problem\n"), "{}", run.stdout);
}

/// Columns count characters; lines end in CR LF or LF.
#[test]
fn places_in_texts_beyond_ascii() {
    let lines = [edited_beyond("with_lf", "\n", ""), edited_beyond("with_crlf", "\r\n", "")];
    check("places_in_texts_beyond_ascii", &workspace(), &lines);
}

fn edited_beyond(name: &'static str, end: &str, start: &str) -> Case {
    let text = indicator(
        &format!("N.{name}").replace('_', "-"),
        name,
        &[
            ("\"Individuals using the Internet\"", "\"Côte d’Ivoire, São Tomé, 中国, 𝔸\" # é"),
            ("{ publish = 0.667, flag = 0.5 }", "{ publish = 0.667, flag = 0.5, base = \"population\", ⟦E0102⟧\"ünit\" = \"𝔸é\" }"),
            ("'itu'", "'ïtü 𝔸' AND ⟦E3003⟧o.serie = 'x'"),
        ],
    );
    Case::new(name, format!("sql/indicators/n_{name}.sql"), format!("{start}{}", text.replace('\n', end)))
}

/// A method file of the workspace's own is planned as well.
#[test]
fn method_files() {
    let workspace = Workspace::of_method();
    let cases = [
        Case::new(
            "own_rollup",
            "sql/rollups/weighted_middle.sql",
            "/*---\nformula = \"the middle by weight\"\nneeds = [\"value\"]\n---*/\nSELECT group_code, estimate, cell, ⟦E3003⟧valu AS value\nFROM group_members\n",
        ),
        Case::new(
            "short_rollup",
            "sql/rollups/largest.sql",
            "/*---\nformula = \"the largest\"\nneeds = [\"value\"]\n---*/\n⟦E3005⟧SELECT group_code, max(value) AS value FROM group_members GROUP BY group_code\n",
        ),
        Case::new("short_parts", "sql/rollups/sum.parts.sql", "⟦E3005⟧SELECT ref_area, value AS contribution FROM members\n"),
        Case::new(
            "rollup_without_header",
            "sql/rollups/bare.sql",
            "⟦E0501⟧SELECT group_code, estimate, cell, max(value) AS value FROM group_members GROUP BY group_code, estimate, cell\n",
        ),
        Case::new(
            "header_of_a_rollup",
            "sql/rollups/smallest.sql",
            "/*---⟦E0104⟧\nneeds = [\"value\", ⟦E0508⟧\"wieght\"]\nmin_share = ⟦E0502⟧1.5\n⟦E0102⟧min_member = 3\n---*/\nSELECT group_code, estimate, cell, min(value) AS value FROM group_members GROUP BY group_code, estimate, cell\n",
        ),
        Case::new("own_derived", "sql/derived/shares.sql", "SELECT ref_area, time_period, ⟦E3004⟧ratio(value, 2) AS value\nFROM given\n"),
    ];
    check("method_files", &workspace, &cases);
}

/// Editors of some systems write a byte order mark.
#[test]
fn byte_order_mark() {
    let workspace = workspace();
    workspace.write("sql/indicators/2.9_marked.sql", format!("\u{feff}{}", indicator("2.9", "marked", &[])));
    workspace.expect(0, &["check"]);
}

/// The excerpt names the place once more: the same place.
#[test]
fn one_place_in_a_report() {
    let text = reported(&workspace(), &[edited_beyond("with_lf", "\n", "")], &[]);
    for line in text.lines().filter(|line| line.contains("╭─[")) {
        let place = line.split_once("╭─[").unwrap().1.trim_end_matches(']');
        assert!(text.contains(&format!("{place}: error")), "{place} in\n{text}");
    }
}

#[test]
fn unclosed_comment() {
    let cases = [select(
        "unclosed_comment",
        "SELECT ref_area, time_period, obs_value AS value /* closed */\nFROM observations ⟦E3001⟧/* open\nWHERE 1 = 1",
    )];
    reported(&workspace(), &cases, &[]);
}

#[test]
fn unclosed_text() {
    let cases =
        [select("unclosed_text", "SELECT ref_area, time_period, obs_value AS value\nFROM observations\nWHERE series = ⟦E3001⟧'11624")];
    let text = reported(&workspace(), &cases, &[]);
    assert!(text.contains("Unterminated string literal"), "{text}");
}

#[test]
fn statements_that_are_no_select() {
    let cases = [
        select("explain", "⟦E3008⟧EXPLAIN SELECT ref_area, time_period, obs_value AS value FROM observations"),
        select("show", "⟦E3008⟧SHOW TABLES"),
        select("describe", "⟦E3008⟧DESCRIBE observations"),
    ];
    reported(&workspace(), &cases, &[]);
}

/// The engine names the function in its text, so its place can be found.
#[test]
fn wrong_arguments() {
    let cases = [
        select("wrong_arguments", "SELECT ref_area, time_period, ⟦E3004⟧round(obs_text, 1) AS value\nFROM observations"),
        select(
            "text_summed",
            "SELECT ref_area, time_period, ⟦E3004⟧sum(obs_text) AS value\nFROM observations GROUP BY ref_area, time_period",
        ),
    ];
    let text = reported(&workspace(), &cases, &[]);
    assert!(!text.contains("Internal error"), "{text}");
}
