//! Targets and gaps of figures that are a part, or lie on an edge: sums that lack members, published baselines, targets
//! beyond their unit, statuses of two sides.

mod silence;

use yardstick::tables::cells::Table;

use crate::support::{Workspace, close, row, rows, value};

const PIPELINE: &str = "source = \"mine\"\ntitle = \"Mine\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"d\"\nformat = \"table\"\n\
[dataset.columns]\nseries = \"series\"\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = \"unit\"\nsex = \"sex\"\n\
obs_status = \"status\"\n";

/// A data set of these rows, `series,area,year,value,unit,sex,status`.
fn workspace(body: &str) -> Workspace {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/mine.toml", PIPELINE);
    workspace.write("in/mine/d/d.csv", format!("series,area,year,value,unit,sex,status\n{body}"));
    // Four economies; the last is a small one.
    for (table, rows) in [("groups", "FOUR,mine,Four economies,4"), ("membership", "")] {
        let file = format!("pipelines/reference/{table}.csv");
        let members = ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("mine,FOUR,{area},,,by hand\n")).concat();
        let added = if rows.is_empty() { members } else { format!("{rows}\n") };
        workspace.write(&file, workspace.read(&file) + &added);
    }
    workspace
}

/// An indicator file whose SELECT gives what `chosen` has.
fn indicator(name: &str, keys: &str, select: &str) -> String {
    format!(
        "/*---\nid = \"9.{name}\"\nname = \"{name}\"\ntitle = \"An example\"\ngroups = [\"mine\"]\ndatasets = [\"mine/d\"]\n\
definition = \"An example\"\nmethod = \"By hand\"\ncaveats = \"None\"\nowner = \"Nobody\"\nsources = [\"mine\"]\n{keys}\n---*/\n{select}\n"
    )
}

const SELECT: &str = "SELECT ref_area, time_period, value FROM chosen";
const BY_SEX: &str = "SELECT ref_area, time_period, sex, value, obs_status FROM chosen";

fn target(id: &str, keys: &str) -> String {
    format!(
        "[[target]]\nid = \"{id}\"\ntitle = \"An example\"\narea = \"FOUR\"\nbaseline_year = 2018\nyear = 2030\nalso = [\"countries\"]\n{keys}\n"
    )
}

fn told(workspace: &Workspace, column: &str, target: &str, estimate: &str) -> String {
    let progress = workspace.release("progress.parquet");
    let found = row(&progress, &[("target", target), ("ref_area", "FOUR"), ("estimate", estimate)]);
    Table(&progress).text(column, found).unwrap_or_default().to_owned()
}

/// 130 kilotonnes of all four in 2018; the 88 of two of them in 2024 are below 100, and so are any two of the four.
#[test]
fn a_sum_that_lacks_members_is_not_below_the_level_of_all() {
    let all = "a,KEN,2018,60,KT,,\na,UGA,2018,30,KT,,\na,TZA,2018,20,KT,,\na,RWA,2018,20,KT,,\n";
    let two = "a,KEN,2024,58,KT,,\na,UGA,2024,30,KT,,\n";
    let sum = "unit = \"KT\"\nrollup = \"sum\"\nwindow = 0\ncoverage = { flag = 0.1, publish = 0.1 }\nseries = [{ source = \"mine\", series = \"a\" }]\n";
    let down = target("T.level", "value = 100.0\ndirection = \"down\"");
    let past = target("T.past", "value = 100.0\ndirection = \"down\"").replace("2030", "2025");
    let over = target("T.over", "value = 70.0\ndirection = \"down\"").replace("2030", "2025");
    let band = target("T.band", "low = 80.0\nhigh = 110.0");
    let keys = format!("{sum}{down}{past}{over}{band}");
    let workspace = workspace(&format!("{all}{two}"));
    workspace.write("sql/indicators/sum.sql", indicator("sum", &keys, SELECT));
    workspace.expect(0, &["run", "--from", "in"]);
    for estimate in ["available", "imputed"] {
        for id in ["T.level", "T.band", "T.past"] {
            assert_eq!(told(&workspace, "class", id, estimate), "insufficient_data", "{id} {estimate}");
            assert_eq!(told(&workspace, "outcome", id, estimate), "open", "{id} {estimate}");
            let note = told(&workspace, "note", id, estimate);
            assert!(note.contains("the sum lacks members: that it is no higher says nothing of all of them"), "{note}");
        }
        // 88 of two are more than 70 of four, whatever the others have.
        assert_eq!(told(&workspace, "outcome", "T.over", estimate), "missed");
        let progress = workspace.release("progress.parquet");
        let found = row(&progress, &[("target", "T.level"), ("ref_area", "FOUR"), ("estimate", estimate)]);
        assert_eq!(Table(&progress).float("distance", found), None, "what is left to go is not known");
        let economy = row(&progress, &[("target", "T.level"), ("ref_area", "KEN")]);
        assert_eq!(Table(&progress).text("class", economy), Some("met"), "an economy is whole");
    }
    // With the others at 4 each the sum is whole: 96.
    workspace.write("in/mine/d/d.csv", format!("series,area,year,value,unit,sex,status\n{all}{two}a,TZA,2024,4,KT,,\na,RWA,2024,4,KT,,\n"));
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    assert_eq!(told(&workspace, "class", "T.level", "available"), "met");
    assert_eq!(told(&workspace, "outcome", "T.past", "available"), "in_time");
}

/// From 70, as published, to 45 is a fall. The same economies rise from 30 to 45; they stand behind the other target alone.
#[test]
fn a_published_baseline_is_of_no_members() {
    let keys =
        "unit = \"INDEX\"\nrollup = \"median\"\ncoverage = { base = \"economies\" }\nseries = [{ source = \"mine\", series = \"a\" }]\n";
    let published = target("T.published", "value = 90.0\nbaseline_value = 70.0");
    let body: String = ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("a,{area},2018,30,INDEX,,\na,{area},2024,45,INDEX,,\n")).concat();
    let workspace = workspace(&body);
    let both = format!("{keys}{published}{}", target("T.ours", "value = 90.0"));
    for (keys, now) in [(format!("{keys}{published}"), "2026-11-24"), (both, "2026-11-25")] {
        workspace.write("sql/indicators/index.sql", indicator("index", &keys, SELECT));
        workspace.expect(0, &["run", "--from", "in", "--now", now]);
        assert_eq!(told(&workspace, "class", "T.published", "available"), "deterioration", "{now}");
        assert_eq!(told(&workspace, "class_fixed", "T.published", "available"), "", "{now}");
    }
    assert_eq!(told(&workspace, "class_fixed", "T.ours", "available"), "moderate");
}

#[test]
fn a_year_that_has_not_ended_is_not_over() {
    let keys =
        "unit = \"INDEX\"\nrollup = \"median\"\ncoverage = { base = \"economies\" }\nseries = [{ source = \"mine\", series = \"a\" }]\n";
    let body: String = ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("a,{area},2018,30,INDEX,,\na,{area},2026,45,INDEX,,\n")).concat();
    let workspace = workspace(&body);
    let this_year = target("T", "value = 90.0").replace("2030", "2026");
    workspace.write("sql/indicators/index.sql", indicator("index", &format!("{keys}{this_year}"), SELECT));
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-24"]);
    assert_eq!(
        (told(&workspace, "outcome", "T", "available"), told(&workspace, "note", "T", "available").contains("over")),
        ("open".into(), false)
    );
    workspace.expect(0, &["run", "--from", "in", "--now", "2027-01-02"]);
    assert_eq!(told(&workspace, "outcome", "T", "available"), "missed");
    assert!(told(&workspace, "note", "T", "available").contains("the target year is over"));
}

/// The verdict is of the target year, the figures beside it are of now: the clause between them says so.
#[test]
fn a_target_met_in_time_and_no_longer() {
    let keys =
        "unit = \"INDEX\"\nrollup = \"median\"\ncoverage = { base = \"economies\" }\nseries = [{ source = \"mine\", series = \"a\" }]\n";
    let years = [(2018, 30), (2024, 60), (2026, 45)];
    let body: String = ["KEN", "UGA", "TZA", "RWA"]
        .iter()
        .flat_map(|area| years.map(|(year, value)| format!("a,{area},{year},{value},INDEX,,\n")))
        .collect();
    let workspace = workspace(&body);
    let past = target("T", "value = 50.0").replace("2030", "2024");
    workspace.write("sql/indicators/index.sql", indicator("index", &format!("{keys}{past}"), SELECT));
    let run = workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-24"]).stdout;
    let told: String = run.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("met 45.00 of 50.00 FOUR 2026, imputed; met by the value of 2024, but no longer"), "{run}");
}

#[test]
fn a_gap_has_the_worse_status_of_its_sides() {
    let cases = [
        ("KEN", "U", "E", "U"),
        ("UGA", "I", "U", "U"),
        ("TZA", "P", "U", "U"),
        ("RWA", "E", "P", "E"),
        ("BDI", "A", "B", "B"),
        ("SOM", "P", "I", "I"),
    ];
    let body: String = cases.map(|(area, women, men, _)| format!("a,{area},2020,40,PT,F,{women}\na,{area},2020,50,PT,M,{men}\n")).concat();
    let workspace = workspace(&body);
    let keys = "unit = \"PT\"\nrollup = \"median\"\nseries = [{ source = \"mine\", series = \"a\" }]";
    workspace.write("sql/indicators/use.sql", indicator("use", keys, BY_SEX));
    let select = "SELECT ref_area, time_period, sex, estimate, value, unit, obs_status, coverage, observed, members_observed, members_total, note FROM indicators.use";
    workspace.write("sql/indicators/gap.sql", indicator("gap", "unit = \"RATIO\"\nrollup = \"none\"\nderived = \"gaps\"", select));
    workspace.expect(0, &["run", "--from", "in"]);
    let values = workspace.release("values.parquet");
    for (area, women, men, worse) in cases {
        let found = rows(&values, &[("indicator", "gap"), ("ref_area", area)]);
        assert_eq!(found.len(), 3, "{area}");
        assert!(found.iter().all(|row| Table(&values).text("obs_status", *row) == Some(worse)), "{women} and {men} of {area}");
    }
}

/// 20 of 100 in each: a fifth is 20 percent of Internet users too.
#[test]
fn every_percentage_is_times_a_hundred() {
    let body: String = ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("n,{area},2020,20,NUMBER,,\nd,{area},2020,100,NUMBER,,\n")).concat();
    let workspace = workspace(&body);
    let select = "SELECT n.ref_area, n.time_period, n.value AS numerator, d.value AS denominator FROM offered AS n \
                  JOIN offered AS d ON d.ref_area = n.ref_area AND d.time_period = n.time_period AND d.series = 'd' WHERE n.series = 'n'";
    for (name, unit) in [("pt", "PT"), ("users", "PT_INT"), ("income", "PT_GNI"), ("hundred", "PER_100_POP"), ("ratio", "RATIO")] {
        let keys = format!(
            "unit = \"{unit}\"\nrollup = \"ratio_of_sums\"\nseries = [{{ source = \"mine\", series = \"n\" }}, {{ source = \"mine\", series = \"d\" }}]"
        );
        workspace.write(&format!("sql/indicators/{name}.sql"), indicator(name, &keys, select));
    }
    workspace.expect(0, &["run", "--from", "in"]);
    let values = workspace.release("values.parquet");
    for (name, expected) in [("pt", 20.0), ("users", 20.0), ("income", 20.0), ("hundred", 20.0), ("ratio", 0.2)] {
        for (area, estimate) in [("FOUR", "available"), ("KEN", "reported")] {
            close(value(&values, "value", &[("indicator", name), ("ref_area", area), ("estimate", estimate)]), expected, 1e-9);
        }
    }
}

/// What `check` says of indicators with these keys.
fn checked(all: &[String], code: i32) -> String {
    let workspace = workspace("");
    let series = "series = [{ source = \"mine\", series = \"a\" }]";
    let select = "SELECT ref_area, time_period, value, 1.0 AS weight, value AS numerator, 1.0 AS denominator FROM chosen";
    for (place, keys) in all.iter().enumerate() {
        let name = format!("one{place}");
        let keys = format!("{series}\n{keys}").replace("id = \"T\"", &format!("id = \"T{place}\""));
        workspace.write(&format!("sql/indicators/{name}.sql"), indicator(&name, &keys, select));
    }
    workspace.expect(code, &["check"]).stdout
}

#[test]
fn a_target_that_no_value_can_reach() {
    let of = |unit: &str, keys: &str| format!("unit = \"{unit}\"\nrollup = \"median\"\n{}", target("T", keys));
    let refused = [
        ("PT", "value = 120.0", "`value = 120` lies outside the limits of the unit"),
        ("PT", "more_than = 100.0", "nothing is more than 100"),
        ("PT", "value = -5.0\ndirection = \"down\"", "`value = -5` lies outside the limits"),
        ("PT", "low = 120.0\nhigh = 130.0", "`low = 120` lies outside the limits"),
        ("PT", "value = 90.0\nbaseline_value = 500.0", "`baseline_value = 500` lies outside the limits"),
        ("PT", "change = 0.5\nbaseline_value = 80.0", "is 120, outside the limits"),
        ("KT", "value = -1.0\ndirection = \"down\"", "KT goes from 0 to 1000000"),
    ];
    let told = checked(&refused.map(|(unit, keys, _)| of(unit, keys)), 2);
    for (place, (_, keys, words)) in refused.into_iter().enumerate() {
        assert!(told.contains(&format!("target `T{place}`: ")) && told.contains(words), "{keys}: {told}");
    }
    assert_eq!(told.matches("error[E0505]").count(), refused.len(), "{told}");
    let reached = [
        ("PT", "value = 100.0"),
        ("PT", "more_than = 99.0"),
        ("PT", "value = 0.0\ndirection = \"down\""),
        ("PT", "low = 95.0\nhigh = 105.0"),
        ("PP", "value = -5.0\ndirection = \"down\""),
        ("INDEX", "value = 1e9"),
    ];
    checked(&reached.map(|(unit, keys)| of(unit, keys)), 0);
}

/// Figures of women have the code F: a target of `Women`, and of a code that is none, had no row and said too few values.
#[test]
fn a_part_of_the_people_that_no_row_has() {
    let of = |keys: &str| format!("unit = \"PT\"\nrollup = \"median\"\n{}", target("T", &format!("value = 90.0\n{keys}")));
    let refused = [
        ("sex = \"Women\"", "target `T0`: no row has the code `Women` of sex", "did you mean `F`?"),
        ("sex = \"W\"", "target `T1`: no row has the code `W` of sex", "sex is _T, F or M"),
        ("read_for = { rural = { urbanisation = \"rural\" } }", "target `T2.rural`: no row has the code `rural`", "did you mean `R`?"),
        ("age = \"15-24\"", "target `T3`: no row has the code `15-24` of age", "did you mean `Y15T24`?"),
    ];
    let told = checked(&refused.map(|(keys, ..)| of(keys)), 2);
    for (_, what, hint) in refused {
        assert!(told.contains(what) && told.contains(hint), "{what}: {told}");
    }
    let right = [
        "sex = \"F\"\nage = \"Y15T24\"",
        "sex = \"*\"",
        "urbanisation = \"R\"",
        "breakdown = \"Women\"",
        "education_level = \"ISCED11_5T8\"",
    ];
    checked(&right.map(of), 0);
}

/// Prices ten times those of the agency were compared with nothing, since only percentages were.
#[test]
fn prices_of_ten_times_the_published_ones_are_told() {
    let prices = |ours: &str| ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("a,{area},2024,{ours},PT_GNI,,\n")).concat();
    let check = "sql/checks/ours_against_published.sql";
    for (ours, told) in [("2.7", false), ("14", true)] {
        let workspace = workspace(&format!("{}a,FOUR,2024,1.4,PT_GNI,,\n", prices(ours)));
        workspace.write(check, std::fs::read(crate::support::project().join(check)).unwrap());
        let keys = "unit = \"PT_GNI\"\nrollup = \"median\"\nseries = [{ source = \"mine\", series = \"a\" }]\n";
        workspace.write("sql/indicators/price.sql", indicator("price", keys, SELECT));
        let run = workspace.expect(0, &["run", "--from", "in"]);
        assert_eq!(run.stdout.contains("published 1.4, ours 14.0"), told, "{}", run.stdout);
    }
}

/// Where the baseline is the latest value, there is no pace: `explain` printed NaN, and the value twice.
#[test]
fn one_value_at_both_ends() {
    let body: String = ["KEN", "UGA", "TZA", "RWA"].map(|area| format!("a,{area},2018,30,INDEX,,\n")).concat();
    let workspace = workspace(&body);
    let keys = "unit = \"INDEX\"\nrollup = \"median\"\nseries = [{ source = \"mine\", series = \"a\" }]\n";
    workspace.write("sql/indicators/index.sql", indicator("index", &format!("{keys}{}", target("T", "value = 90.0")), SELECT));
    workspace.expect(0, &["run", "--from", "in"]);
    let told = workspace.expect(0, &["explain", "index", "--target", "T", "--area", "KEN"]).stdout;
    assert!(told.contains("made per year:   (30.00 - 30.00) / (2018 - 2018) = -\n"), "{told}");
    assert!(!told.contains("NaN") && told.matches("index  Kenya (KEN)  2018").count() == 1, "{told}");
}

/// 0 of 0 in 2018 is no ratio, so no trend begins there: the bar of the year that Kenya's 20 percent are carried to is that
/// without the row.
#[test]
fn a_ratio_to_zero_begins_no_trend() {
    let body = |rows: &str| {
        let others = ["UGA", "TZA", "RWA"];
        let others = others.map(|area| format!("n,{area},2021,{},NUMBER,,\nd,{area},2021,100,NUMBER,,\n", 30 + area.len())).concat();
        format!("n,KEN,2020,20,NUMBER,,\nd,KEN,2020,100,NUMBER,,\n{others}{rows}")
    };
    let select = "SELECT n.ref_area, n.time_period, n.value AS numerator, d.value AS denominator FROM offered AS n \
                  JOIN offered AS d ON d.ref_area = n.ref_area AND d.time_period = n.time_period AND d.series = 'd' WHERE n.series = 'n'";
    let keys = "unit = \"PT\"\nrollup = \"ratio_of_sums\"\nwindow = 3\ncoverage = { base = \"weight\" }\n\
                series = [{ source = \"mine\", series = \"n\" }, { source = \"mine\", series = \"d\" }]";
    let bars = ["", "n,KEN,2018,0,NUMBER,,\nd,KEN,2018,0,NUMBER,,\n"].map(|rows| {
        let workspace = workspace(&body(rows));
        workspace.write("sql/indicators/share.sql", indicator("share", keys, select));
        workspace.expect(0, &["run", "--from", "in"]);
        let values = workspace.release("values.parquet");
        let key = [("indicator", "share"), ("ref_area", "FOUR"), ("time_period", "2021"), ("estimate", "imputed")];
        ["error_low", "error_high"].map(|column| value(&values, column, &key))
    });
    close(bars[1][0], bars[0][0], 1e-9);
    close(bars[1][1], bars[0][1], 1e-9);
}

/// An indicator without a last good value is empty where it fails: what reads it would take that for an answer.
#[test]
fn what_reads_an_indicator_that_fails_is_held_with_it() {
    let workspace = workspace("a,KEN,2020,20,PT,,\na,UGA,2020,30,PT,,\n");
    let keys = "unit = \"PT\"\nrollup = \"none\"\nseries = [{ source = \"mine\", series = \"a\" }]";
    workspace.write("sql/indicators/good.sql", indicator("good", keys, SELECT));
    let endless = "SELECT ref_area, time_period, value / (value - value) AS value FROM chosen";
    workspace.write("sql/indicators/broken.sql", indicator("broken", keys, endless));
    let reader = "SELECT c.ref_area, c.time_period, coalesce(b.value, 0.0) AS value FROM chosen AS c \
                  LEFT JOIN indicators.broken AS b ON b.ref_area = c.ref_area AND b.time_period = c.time_period";
    workspace.write("sql/indicators/reader.sql", indicator("reader", keys, reader));
    workspace.write("sql/indicators/second.sql", indicator("second", keys, &reader.replace("broken", "reader")));
    let run = workspace.run(&["run", "--from", "in"]);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    let values = workspace.release("values.parquet");
    for (name, count) in [("good", 2), ("broken", 0), ("reader", 0), ("second", 0)] {
        assert_eq!(rows(&values, &[("indicator", name)]).len(), count, "{name}");
    }
    for (name, reason) in [("reader", "it reads broken, which could not be computed"), ("second", "it reads reader, which")] {
        let told = run.stdout.lines().chain(run.stderr.lines()).any(|line| line.contains(name) && line.contains(reason));
        assert!(told, "{}{}", run.stdout, run.stderr);
    }
}

/// Forecasts of a year to come: an aggregate of them is one too, and stops nothing.
#[test]
fn an_aggregate_of_forecasts_is_a_forecast() {
    let workspace = workspace("a,KEN,2024,20,PT,,\na,UGA,2024,30,PT,,\na,TZA,2024,30,PT,,\n");
    let keys = "unit = \"PT\"\nrollup = \"median\"\nwindow = 10\nseries = [{ source = \"mine\", series = \"a\" }]";
    let select = "SELECT ref_area, time_period, value, 'A' AS obs_status FROM chosen UNION ALL \
                  SELECT ref_area, time_period + 6 AS time_period, value, 'F' AS obs_status FROM chosen";
    workspace.write("sql/indicators/share.sql", indicator("share", keys, select));
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/checks/no_future_years.sql");
    workspace.write("sql/checks/no_future_years.sql", std::fs::read_to_string(check).unwrap());
    workspace.expect(0, &["run", "--from", "in"]);
    let values = workspace.release("values.parquet");
    for (year, status) in [("2024", "A"), ("2030", "F")] {
        let found = row(&values, &[("ref_area", "FOUR"), ("time_period", year), ("estimate", "available")]);
        assert_eq!(Table(&values).text("obs_status", found), Some(status), "{year}");
    }
    // A year to come that is no forecast still stops the release.
    workspace.write("sql/indicators/share.sql", indicator("share", keys, &select.replace("'F'", "'A'")));
    workspace.expect(4, &["run", "--from", "in"]);
}

/// Of parts that are all withheld, the one of which most is observed stands for the target; its share is in the words.
#[test]
fn the_part_of_which_most_is_observed_stands_for_the_target() {
    let keys = "unit = \"INDEX\"\nrollup = \"median\"\nseries = [{ source = \"mine\", series = \"a\", breakdown = \"AA\" }, \
{ source = \"mine\", series = \"b\", breakdown = \"BB\" }, { source = \"mine\", series = \"c\", breakdown = \"CC\" }]\n";
    let each = target("T.each", "value = 90.0\nbreakdown = \"*\"");
    let words = target("T.words", "value = 90.0\nbreakdown = \"*\"\nwithout_value = \"{observed} % is at hand, take more\"");
    // Shares of the people of the four: Rwanda 8, Tanzania 36, Kenya 30 percent.
    let workspace = workspace("a,RWA,2022,30,INDEX,,\nb,TZA,2022,30,INDEX,,\nc,KEN,2022,30,INDEX,,\n");
    let select = "SELECT ref_area, time_period, breakdown, value FROM chosen";
    workspace.write("sql/indicators/index.sql", indicator("index", &format!("{keys}{each}{words}"), select));
    let run = workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-24"]);
    let progress = workspace.release("progress.parquet");
    let observed = |id: &str| {
        let cells = Table(&progress);
        let found = rows(&progress, &[("target", id)]).into_iter().find(|row| cells.is_true("headline", *row)).unwrap();
        assert_eq!(cells.text("breakdown", found), Some("BB"), "{id}");
        cells.text("note", found).unwrap_or_default().to_owned()
    };
    assert!(observed("T.each").starts_with("missing or withheld in every year: at most 3"), "{}", observed("T.each"));
    assert!(observed("T.words").starts_with('3') && observed("T.words").contains(" % is at hand, take more"), "{}", observed("T.words"));
    assert!(run.stdout.contains("T.each (BB): missing"), "{}", run.stdout);
}
