//! `sql`: reads only, in four formats, within limits.

use super::{list, released, text};
use crate::support::parquet;
use yardstick::tables::cells::Table;

const QUERY: &str = "SELECT ref_area, name, CAST(m49 AS DOUBLE) / 2 AS half, nullif(iso2, 'NA') AS iso2 FROM areas WHERE ref_area IN ('NAM', 'KEN') ORDER BY 1";

#[test]
fn formats() {
    let workspace = released();
    let run = |output: &str| workspace.expect(0, &["sql", QUERY, "--output", output]).stdout;
    assert_eq!(run("csv"), "ref_area,name,half,iso2\nKEN,Kenya,202.0,KE\nNAM,Namibia,258.0,\n");
    let rows: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    let expected = serde_json::json!([
        { "ref_area": "KEN", "name": "Kenya", "half": 202.0, "iso2": "KE" },
        { "ref_area": "NAM", "name": "Namibia", "half": 258.0, "iso2": null },
    ]);
    assert_eq!(rows, expected);
    let table = run("table");
    assert!(table.contains("| NAM      | Namibia | 258.0 |      |\n") && table.ends_with("2 rows\n"), "{table}");
    assert_eq!(run("table"), workspace.expect(0, &["sql", QUERY]).stdout);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.parquet");
    let written = workspace.expect(0, &["sql", QUERY, "--output", "parquet", "-o", file.to_str().unwrap()]);
    assert_eq!(written.stdout, "");
    let batch = parquet(&file);
    let cells = Table(&batch);
    assert_eq!(batch.num_rows(), 2);
    assert_eq!((cells.text("ref_area", 1), cells.float("half", 1), cells.text("iso2", 1)), (Some("NAM"), Some(258.0), None));
    // To a pipe: the same bytes.
    let piped = workspace.command(&["sql", QUERY, "--output", "parquet"]).output().unwrap().stdout;
    assert_eq!(piped, std::fs::read(&file).unwrap());
    // No row is no error.
    assert_eq!(workspace.expect(0, &["sql", "SELECT ref_area FROM areas WHERE ref_area = 'XXX'", "--output", "csv"]).stdout, "ref_area\n");
    assert_eq!(workspace.expect(0, &["sql", "SELECT ref_area FROM areas WHERE ref_area = 'XXX'", "--output", "json"]).stdout.trim(), "[]");
}

#[test]
fn envelope() {
    let workspace = released();
    let answer = workspace.json(0, &["sql", QUERY]);
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["data"]["rows"][0]["name"], "Kenya");
    // It is written row by row, with the bytes that it has as one value.
    for query in [QUERY, "SELECT ref_area FROM areas WHERE ref_area = 'XXX'", "SELECT count(*) / 3 AS third FROM areas"] {
        let text = workspace.expect(0, &["--format", "json", "sql", query]).stdout;
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap() + "\n");
    }
}

/// The second of two columns of one name was shown with the values of the first.
#[test]
fn two_columns_of_one_name() {
    let workspace = released();
    let query = "SELECT a.ref_area, b.ref_area FROM areas AS a, areas AS b WHERE a.ref_area = 'KEN' AND b.ref_area = 'UGA'";
    assert_eq!(workspace.expect(0, &["sql", query, "--output", "csv"]).stdout, "ref_area,ref_area\nKEN,UGA\n");
    for form in [["--output", "json"], ["--format", "json"]] {
        let run = workspace.expect(2, &[&["sql", query], &form[..]].concat());
        assert!((run.stdout + &run.stderr).contains("E3005: two columns are named `ref_area`"));
    }
}

#[test]
fn null_without_type() {
    let run = released().expect(0, &["sql", "SELECT NULL AS n", "--output", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(rows[0]["n"].is_null(), "{rows}");
}

/// As in an indicator, where whole numbers divided are an error and a number that is not finite is refused.
#[test]
fn warnings() {
    let workspace = released();
    let query = "SELECT count(*) / 3 AS third, 1.0 / (count(*) - count(*)) AS inverse FROM areas";
    let run = workspace.expect(0, &["sql", query, "--output", "csv"]);
    assert_eq!(run.stdout, "third,inverse\n83,inf\n");
    assert!(run.stderr.contains("query:1:17: warning[E3010]\n  ⚠ count(*) / 3 divides whole numbers"), "{}", run.stderr);
    assert!(run.stderr.contains("query:1:62: warning[E3015]\n  ⚠ `inverse` is not finite in 1 row"), "{}", run.stderr);
    assert_eq!(workspace.expect(0, &["-q", "sql", query, "--output", "csv"]).stderr, "");
    let answer = workspace.json(0, &["sql", query]);
    let codes: Vec<&str> = list(&answer["problems"]).iter().map(|p| text(&p["code"])).collect();
    assert_eq!((codes, &answer["problems"][0]["severity"]), (vec!["E3010", "E3015"], &"warning".into()));
    for good in ["SELECT count(*) / 3.0 AS third FROM areas", "WITH w AS (SELECT 1 AS a UNION ALL SELECT 2.5) SELECT a / 2 AS h FROM w"] {
        assert_eq!(workspace.expect(0, &["sql", good]).stderr, "", "{good}");
    }
}

/// The engine takes of several branches whichever is ready first.
#[test]
fn rows_of_union_all_come_branch_by_branch() {
    let workspace = released();
    let query =
        "SELECT count(*) * 0.0 AS a FROM observations o CROSS JOIN areas UNION ALL SELECT 2.5 UNION ALL SELECT 1 UNION ALL SELECT 0.5";
    for _ in 0..3 {
        assert_eq!(workspace.expect(0, &["sql", query, "--output", "csv"]).stdout, "a\n0.0\n2.5\n1.0\n0.5\n");
    }
}

#[test]
fn every_table() {
    let workspace = released();
    for (table, column) in [
        ("observations", "series"),
        ("population", "persons"),
        ("areas", "m49"),
        ("groups", "group_scheme"),
        ("membership", "first_year"),
        ("gni_per_capita", "usd"),
        ("units", "symbol"),
        ("indicator_values", "coverage"),
        ("values", "coverage"),
        ("progress", "pace"),
        ("checks", "severity"),
        ("indicators.internet_use", "value"),
    ] {
        let run = workspace.expect(0, &["sql", &format!("SELECT count({column}) AS n FROM {table}"), "--output", "csv"]);
        assert_ne!(run.stdout, "n\n0\n", "{table}");
    }
    let run = workspace.expect(0, &["sql", "SELECT count(*) AS n FROM revisions", "--output", "csv"]);
    assert_eq!(run.stdout, "n\n0\n", "the first release revises nothing");
}

#[test]
fn refused() {
    let workspace = released();
    let outside = workspace.path("out.csv");
    for query in [
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'pipelines/reference/areas.csv'",
        "DROP TABLE areas",
        "INSERT INTO areas VALUES ('a', 'b', 'c', 'd')",
        "DELETE FROM areas",
        "UPDATE areas SET name = 'x'",
        "COPY (SELECT 1) TO 'out.csv'",
        "SET datafusion.execution.batch_size = 1",
    ] {
        let run = workspace.expect(2, &["sql", query]);
        assert_eq!(run.stdout, "", "{query}");
        assert!(run.stderr.starts_with("query:1:1: error[E3008]\n"), "{query}: {}", run.stderr);
        assert!(run.stderr.contains("is refused: SQL here only reads"), "{query}: {}", run.stderr);
    }
    for query in [
        "SELECT * FROM 'pipelines/reference/areas.csv'",
        "SELECT * FROM \"pipelines/reference/areas.csv\"",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('pipelines/reference/areas.csv')",
        "SELECT * FROM read_parquet('data/current/values.parquet')",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "",
    ] {
        let run = workspace.expect(2, &["sql", query]);
        assert_eq!(run.stdout, "", "{query}");
        assert!(
            run.stderr.starts_with("query:1:") && run.stderr.lines().next().unwrap().contains(": error[E300"),
            "{query}: {}",
            run.stderr
        );
    }
    assert!(!outside.exists());
    assert_eq!(workspace.expect(0, &["sql", "SELECT count(*) AS n FROM areas", "--output", "csv"]).stdout, "n\n250\n");
}

#[test]
fn refused_in_our_words() {
    let workspace = released();
    for query in
        ["SELECT * FROM 'pipelines/reference/areas.csv'", "SELECT * FROM read_csv('pipelines/reference/areas.csv')", "SELECT 1; SELECT 2"]
    {
        let run = workspace.expect(2, &["sql", query]);
        assert!(run.stderr.contains("error[E3008]"), "{query}: {}", run.stderr);
    }
}

#[test]
fn places_and_suggestions() {
    let workspace = released();
    let first = |query: &str| {
        let run = workspace.expect(2, &["sql", query]);
        let lines: Vec<&str> = run.stderr.lines().collect();
        (lines[0].to_owned(), lines.iter().find(|l| l.contains("help: ")).map(|l| l.trim().to_owned()).unwrap_or_default())
    };
    assert_eq!(first("SELECT ref_aera FROM areas"), ("query:1:8: error[E3003]".into(), "help: did you mean `ref_area`?".into()));
    assert_eq!(first("SELECT a.ref_area\nFROM area AS a"), ("query:2:6: error[E3002]".into(), "help: did you mean `areas`?".into()));
    assert_eq!(
        first("SELECT ref_area FROM indicators.internet_uses"),
        ("query:1:22: error[E3002]".into(), "help: did you mean `indicators.internet_use`?".into())
    );
    assert_eq!(first("SELECT uper(name) FROM areas"), ("query:1:8: error[E3004]".into(), "help: did you mean `upper`?".into()));
    let answer = workspace.json(2, &["sql", "SELECT ref_aera FROM areas"]);
    let problem = &answer["problems"][0];
    assert_eq!((&problem["code"], &problem["line"], &problem["column"]), (&"E3003".into(), &1.into(), &8.into()));
    assert_eq!((&problem["end_column"], &problem["hint"]), (&16.into(), &"did you mean `ref_area`?".into()));
}

#[test]
fn a_query_is_no_workspace() {
    let run = released().expect(2, &["sql", "SELECT ref_aera FROM areas"]);
    assert!(!run.stderr.contains("in the workspace"), "{}", run.stderr);
}

#[test]
fn time_and_memory_end() {
    let workspace = released();
    let slow = "SELECT sum(a.obs_value * b.obs_value) AS n FROM observations AS a JOIN observations AS b ON a.obs_value < b.obs_value";
    let run = workspace.expect(2, &["sql", slow, "--timeout", "1"]);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "error: E3020: stopped after 1 seconds\nhint: narrow the query, or raise --timeout\n");
    // Nothing in it pauses, so that only another thread can look at the clock.
    let endless = "SELECT sum(a.obs_value * b.obs_value * c.obs_value) AS n FROM observations AS a, observations AS b, observations AS c";
    let run = workspace.expect(2, &["sql", endless, "--timeout", "1"]);
    assert!(run.stderr.contains("stopped after 1 seconds"), "{}", run.stderr);
    // A join by hash fills its batches: of small ones, a thousand times as many are summed up for each that is added.
    let large = "SELECT cardinality(array_agg(a.obs_value)) AS n FROM observations AS a JOIN observations AS b ON a.source = b.source";
    let run = workspace.expect(2, &["sql", large, "--memory-mib", "64"]);
    assert!(run.stderr.contains("E3022") && run.stderr.contains("not enough memory"), "{}", run.stderr);
}

/// DataFusion takes columns of one name for each other when it pushes filters below a join: all three must agree.
#[test]
fn a_filter_stays_on_its_side_of_a_join() {
    let workspace = released();
    let with = "WITH n AS (SELECT ref_area, time_period, persons FROM population WHERE sex = 'F' AND age = '_T' AND urbanisation = '_T' AND time_period = 2020),
                     c AS (SELECT ref_area, time_period FROM n WHERE persons > 1000000.0)";
    let on = "c.ref_area = a.ref_area AND c.time_period = a.time_period";
    let rows = |rest: &str| {
        let run = workspace.expect(0, &["sql", &format!("{with} SELECT a.ref_area {rest} ORDER BY 1"), "--output", "csv"]);
        run.stdout
    };
    let expected = rows(&format!("FROM n AS a WHERE NOT EXISTS (SELECT 1 FROM c WHERE {on})"));
    assert!(expected.lines().count() > 20, "{expected}");
    assert_eq!(rows(&format!("FROM c RIGHT JOIN n AS a ON {on} WHERE c.ref_area IS NULL")), expected);
    assert_eq!(rows(&format!("FROM n AS a LEFT JOIN c ON {on} WHERE c.ref_area IS NULL")), expected);
}

/// The hash table of a join is made of its left side: never of stored observations, unless both sides read them.
#[test]
fn no_join_of_an_indicator_builds_on_observations() {
    let workspace = released();
    let (mut joins, mut swapped) = (0, 0);
    for entry in std::fs::read_dir(workspace.path("sql/indicators")).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_name().unwrap().to_str().unwrap().split('_').next().unwrap().to_owned();
        let sql = format!("EXPLAIN {}", std::fs::read_to_string(&path).unwrap());
        let run = workspace.expect(0, &["sql", &sql, "--as", &id, "--output", "json"]);
        let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let plan =
            rows.as_array().unwrap().iter().find(|r| r["plan_type"] == "physical_plan").unwrap()["plan"].as_str().unwrap().to_owned();
        let lines: Vec<&str> = plan.lines().collect();
        let depth = |line: &str| line.len() - line.trim_start().len();
        for (at, join) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("HashJoinExec")) {
            let below: Vec<&str> = lines[at + 1..].iter().copied().take_while(|line| depth(line) > depth(join)).collect();
            let second = (1..below.len()).find(|i| depth(below[*i]) == depth(join) + 2).unwrap();
            let scans = |side: &[&str]| side.iter().any(|line| line.contains("observations_by_hash/") && line.contains("parquet"));
            let (build, probe) = (scans(&below[..second]), scans(&below[second..]));
            assert!(!build || probe, "{}:\n{plan}", path.display());
            (joins, swapped) = (joins + 1, swapped + usize::from(probe && !build && join.contains("join_type=Right")));
        }
    }
    // Written as `observations LEFT JOIN population`: the natural order, the sides exchanged.
    assert!(joins > 20 && swapped > 5, "{joins} joins, {swapped} exchanged");
}

/// A query at the prompt goes on until `;` or an empty line.
#[test]
fn queries_of_several_lines_at_the_prompt() {
    use std::io::Write;
    let workspace = released();
    let mut child = workspace
        .command(&["sql", "--output", "csv"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let typed = "SELECT name\nFROM areas\nWHERE ref_area = 'KEN';\nSELECT ref_area\nFROM areas WHERE iso2 = 'NA'\n\nSELECT 1 AS last";
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "name\nKenya\nref_area\nNAM\nlast\n1\n");
}

/// Ctrl-C while a statement runs stops the statement: the prompt goes on with the next line.
#[test]
fn an_interrupt_stops_the_statement_and_not_the_prompt() {
    use std::io::{BufRead, BufReader, Read, Write};
    let workspace = released();
    let piped = std::process::Stdio::piped;
    let mut child = workspace.command(&["sql", "--output", "csv"]).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(b"SELECT 1 AS first;\n").unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while line != "first\n1\n" {
        assert!(shown.read_line(&mut line).unwrap() > 0, "{line}");
    }
    let long = "SELECT count(*) AS n FROM population AS a CROSS JOIN population AS b WHERE a.persons * b.persons = 1.5;\n";
    typed.write_all(long.as_bytes()).unwrap();
    // The statement runs by then, and for many minutes.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    typed.write_all(b"SELECT 2 AS last;\n").unwrap();
    drop(typed);
    let mut rest = String::new();
    shown.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((rest.as_str(), output.status.code()), ("last\n2\n", Some(0)), "{told}");
    assert!(told.contains("the statement is stopped"), "{told}");
}
