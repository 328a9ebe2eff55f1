//! SQL that the engine computes wrongly: what it gives, what DuckDB 2.0 gives, that `sql` and `check` refuse it, and that
//! what they say to write instead is right. A test that fails after an update of the engine shows what is corrected: take
//! the fault out of `src/indicator/engine_faults.rs` then.

use crate::support::Workspace;
use crate::wrong_files::{statement, workspace};
use yardstick::engine::{Engine, Limits};
use yardstick::tables::text::csv_bytes;

struct Fault {
    query: &'static str,
    engine: &'static str,
    /// What DuckDB gives for the same text, or for its own spelling of it.
    duckdb: &'static str,
    instead: &'static str,
    /// What the query means. DuckDB rounds where PostgreSQL widens.
    right: &'static str,
    /// Where the refusal points.
    column: usize,
}

/// The rows of a query without its header, by the engine alone: nothing refuses it here.
fn computed(query: &str, partitions: usize) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = Engine::new(Limits { partitions, ..Limits::default() }).unwrap();
    // As the engine does it by itself: `Engine::run` computes repeated parts once, and would hide some of its faults.
    let batches = runtime.block_on(async { engine.frame(query).await?.collect().await }).unwrap();
    let rows = batches.iter().map(|batch| String::from_utf8(csv_bytes(batch).unwrap()).unwrap());
    rows.flat_map(|csv| csv.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>().join(" ").replace("\"\"", "NULL")
}

/// A workspace for queries that read no table.
fn empty() -> Workspace {
    let workspace = Workspace::of_method();
    workspace.without_people();
    workspace
}

/// What the engine gives for a query and for what is said to write instead, and what `sql` says of both.
fn shows(fault: &Fault, partitions: usize) {
    // Which rows are lost depends on which partition is first.
    let as_shown = |given: String| if partitions == 1 { given == fault.engine } else { given != fault.duckdb };
    assert!((0..20).any(|_| as_shown(computed(fault.query, partitions))), "the engine does not give {}: {}", fault.engine, fault.query);
    assert_ne!(fault.engine, fault.duckdb, "no fault: {}", fault.query);
    assert_eq!(computed(fault.instead, partitions), fault.right, "instead: {}", fault.instead);
    let workspace = workspace();
    workspace.without_people();
    let parts = partitions.to_string();
    let run = workspace.expect(2, &["--partitions", &parts, "sql", fault.query]);
    assert!(run.stderr.starts_with(&format!("query:1:{}: error[E3016]\n", fault.column)), "{}: {}", fault.query, run.stderr);
    workspace.expect(0, &["--partitions", &parts, "sql", fault.instead]);
}

/// The same of each fault; and one `check` of an indicator of each query, and of what is written instead, refuses the
/// queries alone, each once.
fn show(faults: &[Fault], partitions: usize) {
    let workspace = workspace();
    workspace.without_people();
    let write = |kind: &str, at: usize, query: &str| {
        let select = format!("SELECT 'KEN' AS ref_area, 2020 AS time_period, CAST(q.x AS DOUBLE) AS value FROM ({query}) AS q(x)");
        let file = format!("sql/indicators/9.{at}_{kind}{at}.sql");
        workspace.write(&file, statement(&format!("9.{at}{}", &kind[..1]), &format!("{kind}{at}"), &select));
        file
    };
    let mut refused = Vec::new();
    for (at, fault) in faults.iter().enumerate() {
        shows(fault, partitions);
        refused.push(write("query", at, fault.query));
        write("instead", at, fault.instead);
    }
    let said = workspace.expect(2, &["check"]).stdout;
    assert_eq!((said.matches("error[").count(), said.matches("error[E3016]").count()), (faults.len(), faults.len()), "{said}");
    for file in refused {
        assert_eq!(said.lines().filter(|line| line.starts_with(&file) && line.ends_with("error[E3016]")).count(), 1, "{file}: {said}");
    }
}

#[test]
fn keys_of_outer_joins() {
    let tables = |join: &str, rest: &str| -> &'static str {
        format!("SELECT {rest} FROM (VALUES (1), (2)) AS a(k) {join} (VALUES (2), (3)) AS b(k)").leak()
    };
    let of = |join: &str, using: &str, plain: &str, engine, duckdb| {
        let query: &'static str = format!("{} {using} ORDER BY k", tables(join, "k")).leak();
        let instead = format!("{} ON a.k = b.k ORDER BY k", tables(plain, "coalesce(a.k, b.k) AS k")).leak();
        let column = query.find("RIGHT").or(query.find("FULL")).unwrap() + 1;
        Fault { query, engine, duckdb, instead, right: duckdb, column }
    };
    let faults = [
        of("FULL JOIN", "USING (k)", "FULL JOIN", "1 2 NULL", "1 2 3"),
        of("RIGHT JOIN", "USING (k)", "RIGHT JOIN", "2 NULL", "2 3"),
        of("NATURAL FULL JOIN", "", "FULL JOIN", "1 2 NULL", "1 2 3"),
        of("NATURAL RIGHT OUTER JOIN", "", "RIGHT JOIN", "2 NULL", "2 3"),
    ];
    show(&faults, 1);
    for join in ["JOIN", "LEFT JOIN"] {
        let query = format!("{} USING (k) ORDER BY k", tables(join, "k"));
        empty().expect(0, &["sql", &query]);
    }
}

/// 1.5 squared was 3.
#[test]
fn powers() {
    let of = |query: &'static str, engine, duckdb, instead| Fault {
        query,
        engine,
        duckdb,
        instead,
        right: duckdb,
        column: query.find('^').unwrap() + 1,
    };
    let faults = [
        of("SELECT 10 ^ 2 AS x", "8", "100.0", "SELECT power(10, 2) AS x"),
        of("SELECT 1.5 ^ 2 AS x", "3", "2.25", "SELECT power(1.5, 2) AS x"),
    ];
    show(&faults, 1);
}

#[test]
fn lists_with_an_empty_cell() {
    let list = "(SELECT x FROM (VALUES (1), (NULL)) AS t(x))";
    let values = "SELECT v FROM (VALUES (3), (1)) AS s(v) WHERE";
    // An empty cell is no member, which EXISTS says outright.
    let exists = "EXISTS (SELECT 1 FROM (VALUES (1), (NULL)) AS t(x) WHERE t.x = s.v)";
    let of = |condition: &str, engine, duckdb, instead: &str, right| {
        let query: &'static str = format!("{values} {}", condition.replace("LIST", list)).leak();
        let instead = format!("{values} {}", instead.replace("EXISTS", exists)).leak();
        let column = query.find("IN (SELECT").unwrap() + 1;
        Fault { query, engine, duckdb, instead, right, column }
    };
    let faults = [
        of("v NOT IN LIST OR v = 7", "3", "", "NOT EXISTS OR v = 7", "3"),
        of("NOT (v IN LIST AND v = 3)", "3 1", "1", "NOT (EXISTS AND v = 3)", "3 1"),
        of("(v NOT IN LIST) IS NOT TRUE", "1", "3 1", "(NOT EXISTS) IS NOT TRUE", "1"),
    ];
    show(&faults, 1);
    // In a column the engine says no more than that it cannot.
    let workspace = empty();
    let run = workspace.expect(2, &["sql", &format!("SELECT 3 NOT IN {list} AS x")]);
    assert!(run.stderr.starts_with("query:1:14: error[E3016]\n") && run.stderr.contains("LEFT JOIN"), "{}", run.stderr);
    // Alone among the conditions it is right: nothing is known to be outside of a list with an empty cell.
    for (condition, rows) in [("v NOT IN LIST", "v\n"), ("v > 1 AND NOT (v IN LIST)", "v\n"), ("v IN LIST OR v = 7", "v\n1\n")] {
        let query = format!("{values} {}", condition.replace("LIST", list));
        assert_eq!(workspace.expect(0, &["sql", &query, "--output", "csv"]).stdout, rows, "{query}");
    }
}

#[test]
fn leads_over_empty_cells() {
    let rows = "FROM (VALUES (1, NULL), (2, 8.0), (3, 9.0), (4, 3.0), (5, NULL), (6, NULL), (7, 7.0)) AS t(i, v) ORDER BY i";
    let nth = "nth_value(v, 2) IGNORE NULLS OVER (ORDER BY i ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)";
    let of = |call: &str| Fault {
        query: format!("SELECT {call} OVER (ORDER BY i) AS x {rows}").leak(),
        engine: "9.0 3.0 NULL NULL NULL NULL NULL",
        duckdb: "9.0 3.0 7.0 NULL NULL NULL NULL",
        instead: format!("SELECT {nth} AS x {rows}").leak(),
        right: "9.0 3.0 7.0 NULL NULL NULL NULL",
        column: 8,
    };
    show(&[of("lead(v, 2) IGNORE NULLS"), of("lead(v, 2 IGNORE NULLS)")], 1);
    for right in ["lead(v) IGNORE NULLS", "lag(v, 2) IGNORE NULLS", "lead(v, 2)"] {
        empty().expect(0, &["sql", &format!("SELECT {right} OVER (ORDER BY i) AS x {rows}")]);
    }
}

#[test]
fn defaults_of_whole_numbers() {
    let rows = "FROM (VALUES (1, 1), (2, 7)) AS t(i, v) ORDER BY i";
    let faults = [("lag", "2 1", "3 1", "2.5 1.0"), ("lead", "7 2", "7 3", "7.0 2.5")].map(|(function, engine, duckdb, right)| {
        let of = |value: &str| -> &'static str { format!("SELECT {function}({value}, 1, 2.5) OVER (ORDER BY i) AS x {rows}").leak() };
        Fault { query: of("v"), engine, duckdb, instead: of("CAST(v AS DOUBLE)"), right, column: 8 }
    });
    show(&faults, 1);
    empty().expect(0, &["sql", &format!("SELECT lag(v, 1, 2) OVER (ORDER BY i) AS x {rows}")]);
}

#[test]
fn recursion_that_widens() {
    let of = |first: &str| -> &'static str {
        format!("WITH RECURSIVE r AS (SELECT {first} AS n, 1 AS k UNION ALL SELECT n * 1.5, k + 1 FROM r WHERE k < 4) SELECT n FROM r ORDER BY k").leak()
    };
    let (query, instead) = (of("1"), of("CAST(1 AS DOUBLE)"));
    let column = query.find("n * 1.5").unwrap() + 1;
    show(&[Fault { query, engine: "1 1 1 1", duckdb: "1 2 3 5", instead, right: "1.0 1.5 2.25 3.375", column }], 1);
    // Who casts means it.
    empty().expect(0, &["sql", &of("1").replace("n * 1.5", "CAST(n * 1.5 AS BIGINT)")]);
}

#[test]
fn limits_of_distinct_rows() {
    let rows = "WITH s(x) AS (VALUES (0), (1), (2) ORDER BY 1 LIMIT 3), t AS (SELECT * FROM s UNION ALL SELECT * FROM s UNION ALL SELECT * FROM s)";
    let places = "SELECT x FROM (SELECT x, row_number() OVER (ORDER BY x) AS place FROM (SELECT DISTINCT x FROM t) AS d) AS p WHERE place <= 3 ORDER BY x";
    let instead: &'static str = format!("{rows} {places}").leak();
    let faults = [
        ("SELECT DISTINCT x FROM t ORDER BY x LIMIT 3", "0 2"),
        ("SELECT x FROM (SELECT DISTINCT x FROM t) AS d ORDER BY x LIMIT 3", "0 2"),
        ("SELECT x FROM (SELECT x FROM t UNION SELECT x FROM t) AS u ORDER BY x LIMIT 3", "0 2"),
    ]
    .map(|(select, engine)| {
        let query: &'static str = format!("{rows} {select}").leak();
        let column = query.rfind("LIMIT").unwrap() + 1;
        Fault { query, engine, duckdb: "0 1 2", instead, right: "0 1 2", column }
    });
    show(&faults, 2);
    for Fault { query, .. } in faults {
        // In one partition it is right, and `sql` computes in one.
        let run = empty().expect(0, &["sql", query, "--output", "csv"]);
        assert_eq!(run.stdout, "x\n0\n1\n2\n");
    }
}

#[test]
fn rows_that_are_there_several_times() {
    let tables = "WITH t(k) AS (VALUES (1), (1), (2), (2), (3), (NULL)), u(k) AS (VALUES (1), (3), (4), (NULL))";
    let numbered = "SELECT k, row_number() OVER (PARTITION BY k ORDER BY k) AS copy FROM";
    let faults = [("EXCEPT", "2 2", "1 2 2"), ("INTERSECT", "1 1 3 NULL", "1 3 NULL")].map(|(word, engine, right)| {
        let query: &'static str = format!("{tables} SELECT k FROM t {word} ALL SELECT k FROM u ORDER BY k").leak();
        let instead = format!("{tables} SELECT k FROM ({numbered} t {word} {numbered} u) AS d ORDER BY k").leak();
        let column = query.find(word).unwrap() + 1;
        let once = format!("{tables} SELECT k FROM t {word} SELECT k FROM u ORDER BY k");
        empty().expect(0, &["sql", &once]);
        Fault { query, engine, duckdb: right, instead, right, column }
    });
    show(&faults, 1);
}

#[test]
fn aggregates_that_always_give_a_row() {
    let tables = "WITH t(k, n) AS (VALUES (1, 2), (2, 1), (3, 2)), u(k, y) AS (VALUES (1, 10), (3, 30), (3, 40))";
    let outer = "FROM u WHERE u.k = t.k";
    let of = |condition: &str, engine, duckdb, instead: &str, right| {
        let select = |condition: &str| -> &'static str {
            format!("{tables} SELECT k FROM t WHERE {} ORDER BY k", condition.replace("OUTER", outer)).leak()
        };
        let query = select(condition);
        let column = query.find("EXISTS").or(query.find("IN (SELECT")).unwrap() + 1;
        Fault { query, engine, duckdb, instead: select(instead), right, column }
    };
    let faults = [
        of("EXISTS (SELECT count(*) OUTER)", "1 3", "1 2 3", "EXISTS (SELECT 1 OUTER)", "1 3"),
        of("NOT EXISTS (SELECT max(y) OUTER)", "2", "", "NOT EXISTS (SELECT 1 OUTER)", "2"),
        of("EXISTS (SELECT max(y) OUTER HAVING count(*) = 0)", "", "2", "(SELECT count(*) OUTER) = 0", "2"),
        of("n - 1 IN (SELECT count(*) OUTER)", "1", "1 2", "n - 1 = (SELECT count(*) OUTER)", "1 2"),
    ];
    show(&faults, 1);
    for right in
        ["EXISTS (SELECT count(*) FROM u)", "EXISTS (SELECT k OUTER GROUP BY k HAVING count(*) > 1)", "n IN (SELECT max(y) FROM u)"]
    {
        let query = format!("{tables} SELECT k FROM t WHERE {}", right.replace("OUTER", outer));
        empty().expect(0, &["sql", &query]);
    }
}

/// 6.85 was 6.8499985.
#[test]
fn places_between_two_values() {
    let rows = "(VALUES (5.5), (7.0), (10.0), (30.0), (NULL)) AS t(v)";
    let places = "SELECT v, row_number() OVER (ORDER BY v) - 1 AS place, 0.3 * (count(*) OVER () - 1) AS wanted";
    let instead: &'static str =
        format!("SELECT sum(v * greatest(0.0, 1.0 - abs(place - wanted))) AS x FROM ({places} FROM {rows} WHERE v IS NOT NULL) AS p")
            .leak();
    let faults = ["percentile_cont(0.3) WITHIN GROUP (ORDER BY v)", "quantile_cont(v, 0.3)"].map(|call| {
        let query = format!("SELECT {call} AS x FROM {rows}").leak();
        Fault { query, engine: "6.8499985", duckdb: "6.85", instead, right: "6.85", column: 8 }
    });
    show(&faults, 1);
    let exact =
        format!("SELECT quantile_cont(v, 0.25) AS a, median(v) AS b, percentile_cont(0.75) WITHIN GROUP (ORDER BY v) AS c FROM {rows}");
    assert_eq!(empty().expect(0, &["sql", &exact, "--output", "csv"]).stdout, "a,b,c\n6.625,8.5,15.0\n");
}

/// Of three equal numbers the deviation was no number, and the variance less than zero.
#[test]
fn spreads_of_moving_frames() {
    let rows = "WITH t(i, v) AS (VALUES (1, 7.3), (2, 0.1), (3, 0.1), (4, 0.1))";
    let frame = "ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW";
    let instead: &'static str =
        format!("{rows} SELECT var_pop(b.v) AS x FROM t a JOIN t b ON b.i BETWEEN a.i - 2 AND a.i GROUP BY a.i ORDER BY a.i").leak();
    let faults = [(format!("({frame})"), String::new()), ("w".to_owned(), format!(" WINDOW w AS ({frame})"))].map(|(over, window)| {
        let query: &'static str = format!("{rows} SELECT var_pop(v) OVER {over} AS x FROM t{window} ORDER BY i").leak();
        let column = query.find("var_pop").unwrap() + 1;
        let engine = "0.0 12.959999999999999 11.519999999999998 -2.3684757858670005e-15";
        let right = "0.0 12.959999999999999 11.519999999999998 0.0";
        Fault { query, engine, duckdb: right, instead, right, column }
    });
    show(&faults, 1);
    for right in ["stddev_samp(v) OVER (ORDER BY i)", "avg(v) OVER (ORDER BY i ROWS 2 PRECEDING)", "var_pop(v) OVER ()"] {
        empty().expect(0, &["sql", &format!("{rows} SELECT {right} AS x FROM t")]);
    }
}

/// DuckDB says that there is no room.
#[test]
fn products_without_room() {
    let of = |kind: &str| -> &'static str {
        format!("SELECT CAST(v AS {kind}) * CAST(1000 AS INT) AS x FROM (VALUES (859003000)) AS t(v)").leak()
    };
    let query = of("INT");
    let column = query.find('*').unwrap() + 1;
    show(&[Fault { query, engine: "9540800", duckdb: "error", instead: of("BIGINT"), right: "859003000000", column }], 1);
    for right in ["v * 1000", "CAST(v AS INT) * 2", "CAST(v AS INT) * 0.5"] {
        empty().expect(0, &["sql", &format!("SELECT {right} AS x FROM (VALUES (859003000)) AS t(v)")]);
    }
}

/// What other engines know and this one does not: what is said instead of its syntax tree gives what DuckDB gives.
#[test]
fn what_the_engine_does_not_know() {
    let workspace = empty();
    let rows = "(VALUES ('KEN', 'F', 1.5), ('KEN', 'M', 2.0), ('PHL', 'F', 4.0)) AS t(area, sex, v)";
    let wide = "(VALUES ('KEN', 1.5, 2.0)) AS t(area, f, m)";
    let pairs = "WITH a(k) AS (VALUES (1), (3)), b(k) AS (VALUES (1), (2))";
    let keys = |condition: &str| {
        format!("SELECT k, b.v FROM (VALUES (1), (2)) AS a(k) JOIN (VALUES (1, 3), (2, 4)) AS b(k, v) USING (k) WHERE {condition} = 1")
    };
    for (query, column, words, instead, right) in [
        (
            format!("SELECT * FROM (SELECT * FROM {rows}) PIVOT (sum(v) FOR sex IN ('F', 'M'))"),
            "PIVOT",
            ["does not know PIVOT", "CASE WHEN sex = 'F'"],
            format!(
                "SELECT area, sum(CASE WHEN sex = 'F' THEN v END) AS f, sum(CASE WHEN sex = 'M' THEN v END) AS m FROM {rows} GROUP BY area ORDER BY area"
            ),
            "area,f,m\nKEN,1.5,2.0\nPHL,4.0,\n",
        ),
        (
            format!("SELECT * FROM (SELECT * FROM {wide}) UNPIVOT (v FOR sex IN (f, m))"),
            "UNPIVOT",
            ["does not know UNPIVOT", "UNION ALL"],
            format!("SELECT area, 'F' AS sex, f AS v FROM {wide} UNION ALL SELECT area, 'M', m FROM {wide} ORDER BY sex"),
            "area,sex,v\nKEN,F,1.5\nKEN,M,2.0\n",
        ),
        (
            format!("{pairs} SELECT a.k, (SELECT count(*) FROM b WHERE b.k < a.k) AS n FROM a ORDER BY k"),
            "SELECT count",
            ["compares with the row outside by another sign than `=`", "join the two tables"],
            format!("{pairs} SELECT a.k, count(b.k) AS n FROM a LEFT JOIN b ON b.k < a.k GROUP BY a.k ORDER BY a.k"),
            "k,n\n1,0\n3,2\n",
        ),
        (keys("k"), "k = 1", ["`k` is in several tables", "such as a.k"], keys("a.k"), "k,v\n1,3\n"),
        (
            "SELECT v / 0 AS x FROM (VALUES (1)) AS t(v)".to_owned(),
            "/",
            ["a whole number is divided by zero", "nullif(y, 0)"],
            "SELECT v / nullif(0, 0) AS x FROM (VALUES (1)) AS t(v)".to_owned(),
            "x\n\"\"\n",
        ),
    ] {
        let run = workspace.expect(2, &["sql", &query]);
        let place = query.find(column).unwrap() + 1;
        assert!(run.stderr.starts_with(&format!("query:1:{place}: error[")), "{query}: {}", run.stderr);
        let said = run.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(words.iter().all(|word| said.contains(word)) && !said.contains("Ident"), "{query}: {said}");
        assert_eq!(workspace.expect(0, &["sql", &instead, "--output", "csv"]).stdout, right, "{instead}");
    }
}
