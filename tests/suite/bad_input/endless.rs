//! What would never end or take all memory: statements, functions, files that are none; and texts that steer a terminal.

use crate::support::{Workspace, project};
use crate::table_files;

const MOBILE: &str = "sql/indicators/9.9_terms.sql";

fn indicator(select: &str) -> String {
    format!(
        "/*---\nid = \"9.9\"\nname = \"terms\"\ntitle = \"t\"\nunit = \"NUMBER\"\nowner = \"o\"\ndefinition = \"d\"\nmethod = \"m\"\ncaveats = \"c\"\nrollup = \"none\"\ndatasets = []\nsources = [\"population\"]\n---*/\n{select}\n"
    )
}

/// A statement of 2,200 terms ended the program by a signal, and one of 50,000 ran for minutes.
#[test]
fn statements_of_many_terms() {
    let workspace = Workspace::of_method();
    for (what, query) in [
        ("terms", format!("SELECT {}", vec!["1"; 2_200].join(" + "))),
        ("words and signs", format!("SELECT {}", vec!["1"; 50_000].join("+"))),
        ("terms", vec!["SELECT 1"; 5_000].join(" UNION ALL ")),
        ("terms", format!("SELECT 1 WHERE {}", vec!["1 = 2"; 5_000].join(" OR "))),
        ("terms", format!("SELECT {} true", "NOT ".repeat(20_000))),
        ("terms", format!("SELECT CASE {} END", "WHEN 1 = 2 THEN 3 ".repeat(3_000))),
        ("words and signs", format!("SELECT 1 WHERE 1 IN ({})", vec!["7"; 40_000].join(","))),
        ("bytes", format!("SELECT '{}'", "x".repeat(100_000) + &"y".repeat(20_000))),
    ] {
        let run = workspace.run(&["sql", &query]);
        if what == "bytes" {
            assert_eq!(run.code, 0, "a long text is no term");
            continue;
        }
        assert_eq!(run.code, 2, "{what}: {}", run.stderr.chars().take(400).collect::<String>());
        assert!(run.stderr.contains("E3017") && run.stderr.contains(what), "{}", run.stderr.chars().take(400).collect::<String>());
    }
    // Deep parentheses and calls are told too.
    for query in
        [format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000)), format!("SELECT {}1{}", "abs(".repeat(3_000), ")".repeat(3_000))]
    {
        let run = workspace.expect(2, &["sql", &query]);
        assert!(run.stderr.contains("recursion limit"), "{}", run.stderr.chars().take(400).collect::<String>());
    }
    // A long but sound one runs.
    let sum = workspace.expect(0, &["sql", &format!("SELECT {} AS a", vec!["1"; 400].join(" + ")), "--output", "csv"]);
    assert_eq!(sum.stdout, "a\n400\n");
    workspace
        .write(MOBILE, indicator(&format!("SELECT 'KEN' AS ref_area, 2020 AS time_period, {}.0 AS value", vec!["1"; 2_200].join(" + "))));
    let run = workspace.expect(2, &["check"]);
    let said = run.stdout + &run.stderr;
    assert!(said.contains("E3017") && said.contains(MOBILE), "{said}");
}

/// Each of these took over 10 GB, or for ever.
#[test]
fn functions_and_joins_without_end() {
    let workspace = Workspace::of_method();
    for query in [
        "SELECT length(repeat('x', 2000000000))",
        "SELECT array_length(array_repeat(1, 2000000000))",
        "SELECT array_length(array_repeat(array_repeat(1, 1000000), 1000000))",
        "SELECT array_length(range(1, 4000000000))",
        "SELECT array_length(generate_series(1, 4000000000))",
        "SELECT length(lpad('x', 2000000000, 'y'))",
        "SELECT sum(length(repeat('x', CAST(persons AS BIGINT)))) FROM population",
        // A product of the arguments, though none of them is large.
        "SELECT length(replace(replace(repeat('a', 1000), 'a', repeat('a', 1000)), 'a', repeat('a', 1000)))",
        "SELECT length(regexp_replace(repeat('a', 1000000), 'a', repeat('b', 1000), 'g'))",
        "SELECT length(concat_ws(repeat('x', 50000000), 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'))",
        "SELECT length(array_to_string(range(1, 1000000), repeat('x', 1000)))",
        "SELECT array_length(array_replace_all(array_repeat('a', 1000000), 'a', repeat('x', 1000)))",
        "SELECT array_length(array_resize(make_array('a'), 1000000, repeat('x', 1000)))",
    ] {
        let run = workspace.expect(2, &["sql", query]);
        assert!(run.stderr.contains("E3007") && run.stderr.contains("would make more than 256 MiB at once"), "{query}\n{}", run.stderr);
    }
    let sound = "SELECT repeat('ab', 3) AS a, lpad('7', 3, '0') AS b, array_length(range(1, 5)) AS c, array_length(array_repeat(1, 4)) AS d, array_length(generate_series(1, 5)) AS e";
    assert_eq!(workspace.expect(0, &["sql", sound, "--output", "csv"]).stdout, "a,b,c,d,e\nababab,007,4,4,5\n");
    let sound = "SELECT replace('a b', ' ', '__') AS a, regexp_replace('a1b2', '[0-9]', '-', 'g') AS b, concat('a', 1, NULL) AS c, concat_ws('+', 'a', 'b') AS d, array_to_string(make_array(1, 2), ';') AS e, length(replace(repeat('a', 1000000), 'b', repeat('c', 1000))) AS f";
    assert_eq!(workspace.expect(0, &["sql", sound, "--output", "csv"]).stdout, "a,b,c,d,e,f\na__b,a-b-,a1,a+b,1;2,1000000\n");
    for query in [
        "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t",
        "SELECT max(a.value * b.value) FROM generate_series(1, 1000000) AS a CROSS JOIN generate_series(1, 1000000) AS b",
        "SELECT count(*) FROM generate_series(1, 100000000000)",
    ] {
        let run = workspace.expect(2, &["sql", "--timeout", "1", query]);
        assert!(run.stderr.contains("E3020"), "{query}\n{}", run.stderr);
    }
}

/// An indicator that never ends is stopped, and named.
#[test]
fn an_indicator_without_end() {
    let workspace = Workspace::of_method();
    let pipelines = "source = \"example\"\nlicence = \"CC BY\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"Area\"\ntime_period = \"Year\"\nvalue = \"Value\"\n";
    workspace.write("pipelines/example.toml", pipelines);
    workspace.write("in/example/t/a.csv", "Area,Year,Value\nKEN,2022,1\n");
    std::fs::copy(project().join("sql/defaults.toml"), workspace.path("sql/defaults.toml")).unwrap();
    let endless = "SELECT 'KEN' AS ref_area, 2020 AS time_period, CAST(count(*) AS double) AS value FROM generate_series(1, 1000000000000)";
    workspace.write(MOBILE, indicator(endless));
    workspace.expect(0, &["pull", "--from", "in"]);
    let mut command = workspace.command(&["preview", "9.9"]);
    let output = command.env("YARDSTICK_STATEMENT_SECONDS", "2").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code().is_some_and(|code| (1..=3).contains(&code)), "{said}");
    assert!(said.contains("stopped after 2 seconds") || said.contains("E3020"), "{said}");
}

/// A pipe in the workspace held `check` for ever; a link to itself, and a device.
#[cfg(unix)]
#[test]
fn only_regular_files() {
    for (path, make) in [
        ("sql/indicators/pipe.sql", "mkfifo"),
        ("pipelines/pipe.toml", "mkfifo"),
        ("pipelines/reference/more.csv", "mkfifo"),
        ("sql/indicators/zero.sql", "zero"),
        ("sql/tests/loop", "loop"),
        ("sql/indicators/self.sql", "self"),
        ("sql/indicators/socket.sql", "socket"),
    ] {
        let workspace = Workspace::of_method();
        std::fs::create_dir_all(workspace.path("sql/tests")).unwrap();
        let place = workspace.path(path);
        let _held = match make {
            "mkfifo" => {
                assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
                None
            }
            "socket" => Some(std::os::unix::net::UnixListener::bind(&place).unwrap()),
            other => {
                let target = match other {
                    "zero" => "/dev/zero".into(),
                    "loop" => workspace.path("sql"),
                    _ => place.clone(),
                };
                std::os::unix::fs::symlink(target, &place).unwrap();
                None
            }
        };
        for verb in [&["check"][..], &["plan"], &["run", "--from", "in"], &["sql", "SELECT 1"], &["status"]] {
            let run = workspace.expect(2, verb);
            assert!(run.stderr.contains("E0004") && run.stderr.contains(path), "{path} {verb:?}\n{}", run.stderr);
        }
    }
    // A link to a file is the file.
    let workspace = Workspace::of_method();
    workspace.write("elsewhere.csv", workspace.read("pipelines/reference/units.csv"));
    std::fs::remove_file(workspace.path("pipelines/reference/units.csv")).unwrap();
    std::os::unix::fs::symlink(workspace.path("elsewhere.csv"), workspace.path("pipelines/reference/units.csv")).unwrap();
    workspace.expect(0, &["check"]);
}

/// Escape sequences and marks of direction are shown; texts that a spreadsheet would compute are texts.
#[test]
fn texts_that_steer() {
    let columns = format!("{}note = \"Note\"\n", table_files::LONG);
    let body = "Area,Year,Value,Note\nKEN,2022,5,\u{1b}[31mred\u{1b}[2J\nPHL,2022,6,a\u{202e}b\u{9b}1m\nPER,2022,-7,\"=HYPERLINK(\"\"http://x\"\",\"\"see\"\")\"\nBRA,2022,8,+1+1\nNGA,2022,9,@SUM(1)\nAGO,2022,10,\" \t-2+3\"\nCHL,2022,11,-\nCOL\u{1b}]0;x\u{7},2022,12,x\n";
    let (workspace, run, _) = table_files::read("", &columns, body);
    let steers = |text: &str| text.chars().any(|c| matches!(c, '\u{1b}' | '\u{9b}' | '\u{7}' | '\u{202e}'));
    assert!(!steers(&run.stderr) && !steers(&run.stdout), "{}", run.stderr.escape_debug());
    let all = "SELECT ref_area, obs_value, note FROM observations WHERE dataset = 't' ORDER BY ref_area";
    for arguments in [
        &["sql", all][..],
        &["sql", all, "--output", "csv"],
        &["sql", all, "--output", "json"],
        &["--format", "json", "sql", all],
        &["sql", "SELECT detail FROM quarantine"],
        &["sql", "SELECT \u{202e} \u{1b}[31m"],
        &["status"],
        &["explain", "x\u{1b}[31m"],
        &["preview", "x\u{1b}[31m\u{202e}"],
        &["diff", "x\u{1b}[31m"],
        &["check"],
        &["plan", "--from", "in"],
        &["report"],
        &["release", "show", "x\u{1b}[31m"],
    ] {
        let run = workspace.run(arguments);
        assert!(
            !steers(&run.stdout) && !steers(&run.stderr),
            "{arguments:?}\n{}\n{}",
            run.stdout.escape_debug(),
            run.stderr.escape_debug()
        );
    }
    let csv = workspace.expect(0, &["sql", all, "--output", "csv"]).stdout;
    for line in ["AGO,10.0,'-2+3", "BRA,8.0,'+1+1", "CHL,11.0,-", "NGA,9.0,'@SUM(1)", "PER,-7.0,\"'=HYPERLINK("] {
        assert!(csv.contains(line), "no `{line}` in\n{csv}");
    }
    let json: serde_json::Value = serde_json::from_str(&workspace.expect(0, &["sql", all, "--output", "json"]).stdout).unwrap();
    let note =
        |area: &str| json.as_array().unwrap().iter().find(|row| row["ref_area"] == area).unwrap()["note"].as_str().unwrap().to_owned();
    assert_eq!(
        (note("KEN").as_str(), note("PHL").as_str(), note("BRA").as_str()),
        ("\u{1b}[31mred\u{1b}[2J", "a\u{202e}b\u{9b}1m", "+1+1")
    );
}
