//! One setting bounds the memory of every part: what does not fit goes on on disk with the same results, or is refused
//! with a code that names the setting.

use std::fs::File;
use std::time::{Duration, Instant};

use crate::support::{Run, Workspace, parquet, project};

/// The rows of a large table are parts of one buffer, which is there once: counted with each part, this is 300 MiB. A
/// Parquet file holds those of a row group.
#[test]
fn a_buffer_is_counted_once() {
    let workspace = Workspace::of_method();
    let all = "SELECT ref_area, time_period, persons FROM population";
    workspace.expect(0, &["sql", all, "--memory-mib", "64", "--output", "parquet", "--file", "all.parquet"]);
    assert!(parquet(&workspace.path("all.parquet")).num_rows() > 150_000);
}

/// A run to its end, and the most memory that it took, in MiB. What it prints goes to a file.
fn peak(workspace: &Workspace, arguments: &[&str]) -> (Run, u64) {
    let file = |name: &str| File::create(workspace.path(name)).unwrap();
    let mut child = workspace.command(arguments).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
    let (begun, mut most) = (Instant::now(), 0);
    let code = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let now = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = most.max(now.unwrap_or_default() / 1024);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended.code().unwrap_or(-1);
        }
        if begun.elapsed() > Duration::from_mins(3) {
            child.kill().unwrap();
            panic!("{arguments:?} did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    (Run { code, stdout: workspace.read("stdout"), stderr: workspace.read("stderr") }, most)
}

/// Each form of an answer, with the words that ask for it.
const FORMS: [&[&str]; 5] =
    [&[], &["--output", "csv"], &["--output", "json"], &["--format", "json"], &["--output", "parquet", "--file", "rows.parquet"]];

/// The rows of a query were held as batches, then as text: 6 GB for 23 million of them.
#[cfg(target_os = "linux")]
#[test]
fn rows_are_written_and_not_held() {
    let workspace = Workspace::of_method();
    let least = peak(&workspace, &["sql", "SELECT 1 AS a"]).1;
    let rows = "SELECT a.ref_area, n.value AS n FROM areas AS a, generate_series(1, 2000) AS n";
    for form in FORMS {
        let (run, most) = peak(&workspace, &[&["sql", rows, "--timeout", "150"], form].concat());
        assert_eq!(run.code, 0, "{form:?}: {}", run.stderr);
        assert!(most < least + 64, "{form:?}: {most} MiB, {least} without rows");
        match form {
            [] => assert!(run.stdout.ends_with("+\n10000 rows shown; `--output csv` gives all 500000\n")),
            ["--output", "csv"] => assert_eq!(run.stdout.lines().count(), 500_001),
            ["--output", "json"] => assert!(run.stdout.matches("\"n\": ").count() == 500_000 && run.stdout.ends_with("  }\n]\n")),
            ["--format", "json"] => {
                assert!(run.stdout.matches("\"n\": ").count() == 500_000 && run.stdout.ends_with("\"problems\": []\n}\n"));
            }
            _ => assert_eq!(parquet(&workspace.path("rows.parquet")).num_rows(), 500_000),
        }
    }
}

/// The time ran only until the last row was computed: to print them took minutes more.
#[cfg(target_os = "linux")]
#[test]
fn the_time_of_a_query_runs_until_the_last_row_is_written() {
    let workspace = Workspace::of_method();
    let least = peak(&workspace, &["sql", "SELECT 1 AS a"]).1;
    let endless = "SELECT n.value AS n, 'x' AS x FROM generate_series(1, 100000000000) AS n";
    // Computed at once, and long in the writing.
    let many = "SELECT a.ref_area, n.value AS n FROM areas AS a, generate_series(1, 100000) AS n";
    for form in FORMS {
        let query = if form.is_empty() { endless } else { many };
        let begun = Instant::now();
        let (run, most) = peak(&workspace, &[&["sql", query, "--timeout", "1"], form].concat());
        assert!(begun.elapsed() < Duration::from_secs(90), "{form:?}: {:?}", begun.elapsed());
        assert_eq!(run.code, 2, "{form:?}: {}", run.stderr);
        assert!(run.stderr.contains("E3020: stopped after 1 seconds") || run.stdout.contains("E3020"), "{form:?}: {}", run.stderr);
        assert!(most < least + 64, "{form:?}: {most} MiB, {least} without rows");
    }
    assert!(!workspace.path("rows.parquet").exists());
    // Where nothing is printed yet, the failure is the answer.
    let failed = workspace.json(2, &["sql", "SELECT count(*) AS n FROM generate_series(1, 100000000000)", "--timeout", "1"]);
    assert_eq!(failed["data"]["error"], "E3020: stopped after 1 seconds");
}

/// A table pads every cell to the widest of its column: few rows can be many bytes.
#[test]
fn a_table_that_is_too_large_is_refused() {
    let workspace = Workspace::of_method();
    let wide = "SELECT CASE WHEN n.value = 1 THEN repeat('x', 1000000) END AS t, n.value AS n FROM generate_series(1, 9000) AS n";
    let refused = workspace.expect(2, &["sql", wide, "--memory-mib", "1024"]).stderr;
    assert!(refused.contains("E3021: the result is larger than 512 MiB") && refused.contains("--output csv"), "{refused}");
    assert!(workspace.expect(0, &["sql", wide, "--output", "csv"]).stdout.len() > 1_000_000);
}

/// A sort, or a sum for each of many keys, that is larger than what it may use goes on on disk, and gives the same bytes.
#[test]
fn a_statement_larger_than_its_memory() {
    let workspace = Workspace::of_method();
    let sorted = "SELECT substr(t, 1, 3) AS a, time_period, sex, age, urbanisation, n FROM (
        SELECT *, row_number() OVER (ORDER BY t, persons, time_period, sex, age, urbanisation) AS n
        FROM (SELECT *, repeat(ref_area, 100) AS t FROM population)
      ) WHERE n % 1000 = 0 ORDER BY n";
    let sums = "SELECT substr(k, 1, 1) AS k, count(*) AS n, sum(p) AS p FROM (
        SELECT repeat(ref_area || sex || age || urbanisation || time_period, 15) AS k, sum(persons / 3.0) AS p
        FROM population GROUP BY 1) GROUP BY 1 ORDER BY 1";
    for statement in [sorted, sums] {
        let run = |mib: &str| workspace.expect(0, &["sql", statement, "--memory-mib", mib, "--output", "csv", "-vv"]);
        let (small, large) = (run("64"), run("4096"));
        assert_eq!(small.stdout, large.stdout);
        assert!(small.stdout.lines().count() > 20, "{}", small.stdout);
        assert!(small.stderr.contains("goes on on disk"), "{}", small.stderr);
        assert!(!large.stderr.contains("goes on on disk"), "{}", large.stderr);
    }
    assert_eq!(std::fs::read_dir(workspace.path("data")).map_or(0, Iterator::count), 0, "files are gone");
}

/// Each batch that a sort gives counted the composed texts of all of them: 20 MB of text needed 500 MB.
#[test]
fn composed_texts_are_counted_once() {
    let workspace = Workspace::of_method();
    let composed = "SELECT 'the number of this row is ' || CAST(round(n.value / 7.0, 2) AS VARCHAR) || ' of all' AS t
        FROM generate_series(1, 400000) AS n ORDER BY t";
    let run = workspace.expect(0, &["sql", composed, "--memory-mib", "320", "--output", "csv", "-vv"]);
    assert_eq!(run.stdout.lines().count(), 400_001);
    assert!(!run.stderr.contains("goes on on disk"), "{}", run.stderr);
}

/// Rows beyond the memory of one data set are sorted on disk in parts: the same bytes, the same repetitions and
/// contradictions, wherever they stand, and corrections of rows that are no longer in memory.
#[test]
fn rows_larger_than_their_memory() {
    const SET: &str = "source = \"example\"\nlicence = \"CC BY\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n[dataset.columns]\nseries = \"Series\"\nref_area = \"Area\"\ntime_period = \"Year\"\nvalue = \"Value\"\nunit = { constant = \"PT\" }\n";
    let workspace = Workspace::of_method();
    workspace.write("pipelines/example.toml", SET);
    let correction = |id: &str, area: &str, rest: &str| {
        format!(
            "[[correction]]\nid = \"{id}\"\nsource = \"example\"\nseries = [\"s1\"]\nref_area = \"{area}\"\ntime_period = [2000]\n\
             {rest}\nexpect = {{ above = -1.0 }}\nreason = \"r\"\nevidence = \"e\"\n"
        )
    };
    let corrections =
        [correction("one", "KEN", "action = \"drop\""), correction("two", "FJI", "action = \"override\"\nvalue = 0.5")].concat();
    workspace.write("pipelines/corrections/example.toml", corrections);
    let areas = std::fs::read_to_string(workspace.path("pipelines/reference/areas.csv")).unwrap();
    let areas: Vec<&str> = areas.lines().skip(1).filter_map(|line| line.split(',').next()).take(200).collect();
    let lines = |years: std::ops::Range<usize>, text: &mut String| {
        for (year, series) in years.flat_map(|year| (0..25).map(move |series| (year, series))) {
            for (place, area) in areas.iter().enumerate() {
                text.push_str(&format!("s{series},{area},{year},{}\n", (place * 7919 + year * 31 + series * 17) % 101));
            }
        }
    };
    let mut first = "Series,Area,Year,Value\n".to_owned();
    lines(2000..2020, &mut first);
    let mut second = "Series,Area,Year,Value\n".to_owned();
    lines(2020..2026, &mut second);
    // Repeated from the first body; and within each, another value, which leaves none of the two.
    lines(2000..2001, &mut second);
    first.push_str("s2,BRA,2000,1000\ns2,BRA,2000,1000\nnowhere,XXX,2000,1\n");
    second.push_str("s3,BRA,2021,1000\n");
    workspace.write("in/example/t/a.csv", first);
    workspace.write("in/example/t/b.csv", second.replace("s2,BRA,2000", "s2,BRA,1999"));

    let run = |mib: &str, data: &str| workspace.expect(0, &["pull", "--from", "in", "--data", data, "--memory-mib", mib, "-vv"]);
    let (small, large) = (run("64", "small"), run("4096", "large"));
    assert!(small.stderr.contains("rows go on on disk"), "{}", small.stderr);
    assert!(!large.stderr.contains("rows go on on disk"), "{}", large.stderr);
    for file in ["observations/example/t.parquet", "observations/example/t.json", "quarantine/example/t.parquet"] {
        let bytes = |data: &str| std::fs::read(workspace.path(data).join(file)).unwrap();
        assert!(bytes("small") == bytes("large"), "{file}");
    }
    let report: serde_json::Value = serde_json::from_str(&workspace.read("small/observations/example/t.json")).unwrap();
    let rows = |what: &str| report["counts"][what].as_u64().unwrap();
    assert_eq!(rows("rows_in"), 135_004);
    assert_eq!(rows("rows_in"), rows("observations") + rows("quarantined") + rows("headings"));
    let reasons = &report["quarantine_reasons"];
    assert_eq!((reasons["unknown_area"].as_u64(), reasons["correction_dropped"].as_u64()), (Some(1), Some(2)), "{reasons}");
    assert_eq!((reasons["duplicate_key"].as_u64(), reasons["duplicate_row"].as_u64()), (Some(5), Some(4_998)), "{reasons}");
}

/// An indicator of more rows than its memory has room for is computed breakdown by breakdown, with all people beside each:
/// the same files, the error bars and both ends of its targets among them.
#[test]
fn an_indicator_larger_than_its_memory() {
    const SET: &str = "source = \"example\"\nlicence = \"CC BY\"\nstale_after_days = 30\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n[dataset.columns]\nseries = { constant = \"s\" }\nref_area = \"area\"\ntime_period = \"year\"\nsex = \"sex\"\nage = \"age\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n";
    const INDICATOR: &str = "/*---\nid = \"9.1\"\nname = \"share\"\ntitle = \"t\"\nunit = \"PT\"\nrollup = \"weighted_mean\"\ndatasets = [\"example/t\"]\ndefinition = \"d\"\nmethod = \"m\"\ncaveats = \"c\"\nowner = \"o\"\nsources = [\"example\"]\n[[target]]\nid = \"9.1\"\ntitle = \"t\"\nyear = 2030\nvalue = 90.0\nbaseline_year = 2015\nsex = \"*\"\nage = \"*\"\nalso = [\"groups\", \"countries\"]\n---*/\n\
        SELECT o.ref_area, o.time_period, o.sex, o.age, o.obs_value AS value, p.persons AS weight, o.obs_status, o.note, o.source\n\
        FROM observations AS o\nLEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)\nWHERE o.obs_value IS NOT NULL\n";
    let workspace = Workspace::of_method();
    workspace.write("pipelines/example.toml", SET);
    workspace.write("sql/defaults.toml", std::fs::read(project().join("sql/defaults.toml")).unwrap());
    workspace.write("sql/indicators/9.1_share.sql", INDICATOR);
    let areas = std::fs::read_to_string(workspace.path("pipelines/reference/areas.csv")).unwrap();
    let mut body = "area,year,sex,age,value\n".to_owned();
    for (place, area) in areas.lines().skip(1).filter_map(|line| line.split(',').next()).enumerate() {
        for (year, (kind, (sex, age))) in (2005..2025).flat_map(|year| {
            ["_T", "M", "F"]
                .into_iter()
                .flat_map(|sex| ["_T", "Y15T24", "Y25T74", "Y_GE75"].map(|age| (sex, age)))
                .enumerate()
                .map(move |kind| (year, kind))
        }) {
            let mixed = (place * 7919 + year * 31 + kind * 17) % 101;
            if mixed > 10 {
                body.push_str(&format!("{area},{year},{sex},{age},{}.5\n", (mixed + year) % 100));
            }
        }
    }
    // The next day some figures are others, one has come and one is gone.
    let next = body.replace("2024,_T,_T,5", "2024,_T,_T,6").replacen("2023,F,_T,", "2003,F,_T,", 1);
    workspace.write("first/example/t/t.csv", body);
    workspace.write("next/example/t/t.csv", next);
    let run = |mib: &str, from: &str, day: &str| {
        let now = format!("2026-11-{day}T00:00:00Z");
        // Figures that are rewritten would close a gate.
        let run = ["run", "--from", from, "--data", mib, "--memory-mib", mib, "--now", &now, "-vv", "--accept", "example/t"];
        let told = workspace.expect(0, &run).stderr;
        (told.contains("cut by breakdown"), crate::nightly::files(&workspace.path(mib).join("current")))
    };
    for (from, day) in [("first", "01"), ("next", "02")] {
        let (whole, cut) = (run("4096", from, day), run("128", from, day));
        assert_eq!((whole.0, cut.0), (false, true));
        assert!(whole.1.len() > 10, "{:?}", whole.1.keys());
        let different = whole.1.iter().filter(|(name, bytes)| cut.1.get(*name) != Some(bytes)).map(|(name, _)| name);
        assert_eq!(different.collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(whole.1.len(), cut.1.len());
    }
    let kinds = workspace.expect(
        0,
        &["sql", "SELECT change, count(*) AS n FROM revisions GROUP BY change ORDER BY change", "--data", "128", "--output", "csv"],
    );
    assert!(["added,", "removed,", "revised,"].iter().all(|kind| kinds.stdout.contains(kind)), "{}", kinds.stdout);
    assert_eq!(std::fs::read_dir(workspace.path("128/staging")).unwrap().count(), 0, "tables of a run are gone behind it");
}

/// The flag comes before the environment, and both before the file of the job.
#[test]
fn where_memory_is_set() {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/job.toml", "[limits]\nmemory_mib = 64\n");
    let held = "SELECT cardinality(array_agg(a.persons)) AS n FROM population AS a, areas AS b";
    let run = workspace.expect(2, &["sql", held]);
    let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["E3022", "not enough memory", "--memory-mib, YARDSTICK_MEMORY_MIB, or `memory_mib` under [limits]"] {
        assert!(told.contains(words), "{}", run.stderr);
    }
    let long = "SELECT repeat(ref_area, 2000) AS t FROM population";
    let limit = |run: Run| {
        assert_eq!(run.code, 2, "{}", run.stderr);
        let told = run.stderr.split("E3021: the result is larger than ").nth(1).and_then(|text| text.split(' ').next()).unwrap_or_default();
        told.to_owned()
    };
    let with = |arguments: &[&str]| Run::of(&workspace.command(arguments).env("YARDSTICK_MEMORY_MIB", "66").output().unwrap());
    assert_eq!(limit(workspace.run(&["sql", long])), "32");
    assert_eq!(limit(with(&["sql", long])), "33");
    assert_eq!(limit(with(&["sql", long, "--memory-mib", "68"])), "34");
    // What cannot be is refused, wherever it is set, and not quietly raised.
    for (option, value, least) in
        [("--memory-mib", "1", "64"), ("--threads", "0", "1"), ("--partitions", "0", "1"), ("--statement-seconds", "0", "1")]
    {
        let refused = workspace.expect(2, &["sql", "SELECT 1", option, value]).stderr;
        assert!(refused.contains(option) && refused.contains(least), "{refused}");
    }
    let refused = Run::of(&workspace.command(&["sql", "SELECT 1"]).env("YARDSTICK_THREADS", "0").output().unwrap());
    assert!(refused.code == 2 && refused.stderr.contains("it is a whole number from 1 to 64"), "{}", refused.stderr);
    workspace.write("pipelines/job.toml", "[limits]\nmemory_mib = 1\n");
    let wrong = workspace.expect(2, &["check"]);
    assert!(wrong.stdout.contains("pipelines/job.toml:2:") && wrong.stdout.contains("must be from 64"), "{}", wrong.stdout);
}
