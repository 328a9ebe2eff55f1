//! `explain`: the parts add up, and each part leads to a line of a provider's body.

use serde_json::Value;

use super::lines::{check_body, check_record};
use super::{explained, list, number, of_internet_use, project_with, released, text};
use crate::support::{close, replay, small_bodies, value};

/// The members with a value, those without one, and what holds for every roll-up.
pub(super) fn adds_up(e: &Value) -> (Vec<Value>, Vec<Value>) {
    assert_eq!(e["adds_up"], true, "{e}");
    let (missing, present): (Vec<Value>, Vec<Value>) = list(&e["members"]).iter().cloned().partition(|m| m["state"] == "missing");
    let whole = number(&e["unrounded"]);
    let parts: f64 = present.iter().map(|m| number(&m["contribution"])).sum();
    close(parts, whole, 1e-12 * whole.abs().max(1.0));
    close(number(&e["parts"]), whole, 1e-12 * whole.abs().max(1.0));
    close(present.iter().map(|m| number(&m["share"])).sum(), 1.0, 1e-12);
    assert!(missing.iter().all(|m| m["contribution"].is_null() && m["record"].is_null()), "{missing:?}");
    (present, missing)
}

fn sum(members: &[Value], key: &str) -> f64 {
    members.iter().map(|m| number(&m[key])).sum()
}

#[test]
fn weighted_mean() {
    let workspace = released();
    let e = explained(&workspace, &["internet_use", "--area", "LDC", "--year", "2023"]);
    let (present, missing) = adds_up(&e);
    let values = workspace.release("values.parquet");
    let key = [
        ("indicator", "internet_use"),
        ("ref_area", "LDC"),
        ("time_period", "2023"),
        ("estimate", "available"),
        ("sex", "_T"),
        ("urbanisation", "_T"),
    ];
    close(value(&values, "value", &key), number(&e["value"]), 0.0);
    assert_eq!(e["value"], e["unrounded"], "published as computed");
    let weight = sum(&present, "weight");
    for member in &present {
        close(number(&member["contribution"]), number(&member["value"]) * number(&member["weight"]) / weight, 1e-12);
        close(number(&member["share"]), number(&member["weight"]) / weight, 1e-15);
        assert_eq!(member["state"], "observed");
        assert_eq!(member["record"]["obs_value"], member["value"]);
        assert_eq!(member["record"]["ref_area"], member["ref_area"]);
        check_record(&small_bodies(), &member["record"]);
    }
    // Observed and missing make the whole; coverage is what is observed of it.
    close(sum(&present, "base_share") + sum(&missing, "base_share"), 1.0, 1e-12);
    close(sum(&present, "base_share"), number(&e["coverage"]), 1e-12);
    close(present.len() as f64, value(&workspace.release("values.parquet"), "members_observed", &key), 0.0);
    assert_eq!(present.len() + missing.len(), 44, "all least developed countries");
    // The largest first, for people too.
    let people = workspace.expect(0, &["explain", "2.1", "--area", "LDC", "--year", "2023", "--limit", "2"]);
    assert!(people.stdout.contains("rule: weighted_mean: sum of value x weight / sum of weight"), "{}", people.stdout);
    for part in [text(&present[0]["record"]["member"]).to_owned(), format!("line {}", present[0]["record"]["line"])] {
        assert!(people.stdout.contains(&part), "{part} in {}", people.stdout);
    }
    assert!(people.stdout.contains(&format!("and {} more", present.len() - 2)), "{}", people.stdout);
    for part in [
        "sql: sql/indicators/2.1_internet_use.sql, sql/defaults.toml, sql/shared/chosen.sql, sql/shared/offered.sql, ",
        ", sql/steps/01_cells.sql, ",
        ", sql/rollups/weighted_mean.sql, sql/steps/10_rolled.sql, ",
    ] {
        assert!(people.stdout.contains(part), "{part} in {}", people.stdout);
    }
}

#[test]
fn real_bodies() {
    let Some(bodies) = replay() else { return };
    let workspace = project_with(&["2.1_internet_use.sql", "2.7a_ewaste_recycling.sql"]);
    let run = workspace.run(&["run", "--from", bodies.to_str().unwrap()]);
    assert!([0, 3].contains(&run.code), "{}", run.stderr);
    let e = explained(&workspace, &["internet_use", "--area", "LDC", "--year", "2023"]);
    let (present, missing) = adds_up(&e);
    assert_eq!((present.len(), missing.len()), (37, 7));
    for member in &present {
        check_record(&bodies, &member["record"]);
    }
    let bangladesh = present.iter().find(|m| m["ref_area"] == "BGD").unwrap();
    assert_eq!((&bangladesh["value"], &bangladesh["record"]["line"]), (&44.502_741_95.into(), &552.into()));
    if bodies.join("unsd/sdg_global").is_dir() {
        let e = explained(&workspace, &["ewaste_recycling", "--area", "WLD", "--year", "2019"]);
        adds_up(&e);
    }
}

#[test]
fn ratio_of_sums() {
    let workspace = released();
    let e = explained(&workspace, &["ewaste_recycling", "--area", "WLD", "--year", "2019"]);
    let (present, _) = adds_up(&e);
    let weight = sum(&present, "weight");
    for member in &present {
        // The ratio of a member, its denominator, and its part of the whole.
        close(number(&member["contribution"]), number(&member["value"]) * number(&member["weight"]) / weight, 1e-9);
        check_body(&small_bodies(), &member["record"]);
        let record = number(&member["record"]["obs_value"]);
        let numerator = number(&member["value"]) / 100.0 * number(&member["weight"]);
        assert!((record - numerator).abs() <= 1e-6 * record.abs() || record == number(&member["weight"]), "{member}");
    }
}

/// The line of a body whose lines end in CR LF.
#[test]
fn lines_of_a_body_with_crlf() {
    let e = explained(&released(), &["ewaste_recycling", "--area", "WLD", "--year", "2019"]);
    for member in list(&e["members"]).iter().filter(|m| m["state"] != "missing") {
        check_record(&small_bodies(), &member["record"]);
    }
}

#[test]
fn both_records_of_a_ratio() {
    let e = explained(&released(), &["ewaste_recycling", "--area", "WLD", "--year", "2019"]);
    // An economy that documents nothing has no second record.
    for member in list(&e["members"]).iter().filter(|m| m["state"] != "missing" && number(&m["value"]) > 0.0) {
        let text = member.to_string();
        assert!(text.contains("EN_EWT_GENV") && (text.contains("EN_EWT_RCYV") || text.contains("EN_EWT_COLLV")), "{text}");
    }
}

#[test]
fn median() {
    let e = explained(&released(), &["broadband_affordability", "--area", "M49_034", "--year", "2025", "--breakdown", "FIXED_5GB"]);
    let (present, _) = adds_up(&e);
    let mut values: Vec<f64> = present.iter().map(|m| number(&m["value"])).collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    close(number(&e["value"]), f64::midpoint(low, high), 1e-12);
    // Only the middle carries weight.
    for member in &present {
        let middle = [low, high].contains(&number(&member["value"]));
        assert_eq!(number(&member["contribution"]) > 0.0, middle, "{member}");
        assert!(member["record"]["record"].as_u64().is_some() && text(&member["record"]["snapshot"]).len() == 64, "{member}");
    }
}

#[test]
fn share_of_economies() {
    let e = explained(&released(), &["broadband_affordability_share", "--area", "M49_034", "--year", "2025", "--breakdown", "FIXED_5GB"]);
    let (present, _) = adds_up(&e);
    let good = present.iter().filter(|m| number(&m["value"]) == 1.0).count();
    close(number(&e["value"]), 100.0 * good as f64 / present.len() as f64, 1e-12);
}

#[test]
fn members_made_from_another_indicator() {
    let e = explained(&released(), &["broadband_affordability_share", "--area", "M49_034", "--year", "2025", "--breakdown", "FIXED_5GB"]);
    for member in list(&e["members"]).iter().filter(|m| m["state"] != "missing") {
        assert!(!member["record"].is_null() || !member["inputs"].is_null(), "{member}");
    }
    assert!(list(&e["inputs"]).iter().all(|i| i["dimensions"] != "breakdown MOBILE_5GB"), "{}", e["inputs"]);
}

#[test]
fn sum_of_members() {
    let e = explained(&released(), &["broadband_subscriptions", "--area", "LDC", "--year", "2018", "--breakdown", "FIXED"]);
    let (present, missing) = adds_up(&e);
    close(sum(&present, "value"), number(&e["value"]), 0.0);
    for member in &present {
        check_record(&small_bodies(), &member["record"]);
    }
    assert!(number(&missing[0]["base_share"]) > 0.1, "what is missing has its weight: {}", missing[0]);
    assert!(text(&e["note"]).contains(text(&missing[0]["name"])), "{}", e["note"]);
}

/// Nothing is shown, but what there was adds up, and why it is withheld is said.
#[test]
fn withheld() {
    let e = explained(&released(), &["broadband_affordability", "--area", "WLD", "--year", "2025", "--breakdown", "FIXED_5GB"]);
    let (present, missing) = adds_up(&e);
    assert!(e["value"].is_null());
    assert_eq!(e["obs_status"], "Q");
    assert!(text(&e["note"]).starts_with("withheld: "), "{}", e["note"]);
    assert!(present.len() < missing.len());
    close(number(&e["coverage"]), present.len() as f64 / (present.len() + missing.len()) as f64, 1e-12);
}

#[test]
fn carried() {
    let e = explained(&released(), &["internet_use", "--area", "LDC", "--year", "2025", "--estimate", "imputed"]);
    let (present, _) = adds_up(&e);
    let carried: Vec<&Value> = present.iter().filter(|m| m["state"] == "carried").collect();
    assert!(!carried.is_empty());
    for member in &present {
        assert_eq!(member["state"] == "carried", member["year_used"] != 2025, "{member}");
        assert_eq!(member["record"]["time_period"], member["year_used"]);
        check_record(&small_bodies(), &member["record"]);
    }
    let people = released().expect(0, &["explain", "internet_use", "--area", "LDC", "--year", "2025", "--estimate", "imputed"]);
    assert!(people.stdout.contains(&format!("{} from {}", text(&carried[0]["ref_area"]), carried[0]["year_used"])), "{}", people.stdout);
}

#[test]
fn one_economy_and_a_published_aggregate() {
    let workspace = released();
    let e = explained(&workspace, &["internet_use", "--area", "KEN", "--year", "2024"]);
    assert_eq!(e["wanted"]["estimate"], "reported");
    let records = list(&e["records"]);
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0]["obs_value"], e["value"]);
    check_record(&small_bodies(), &records[0]);
    let e = explained(&workspace, &["internet_use", "--area", "WLD", "--year", "2024", "--estimate", "published"]);
    assert_eq!(e["value"], 71.0);
    assert!(list(&e["members"]).is_empty());
    let file = list(&e["records"]).iter().find(|r| r["data_set"] == "itu/facts_and_figures").unwrap();
    check_record(&small_bodies(), file);
}

#[test]
fn the_rule_of_a_copied_figure() {
    for (area, estimate) in [("KEN", "reported"), ("WLD", "published")] {
        let e = explained(&released(), &["internet_use", "--area", area, "--year", "2024", "--estimate", estimate]);
        assert_ne!(e["rule"]["rollup"], "weighted_mean", "{}", e["rule"]);
    }
}

/// All levels of education have the same value here: the record must be that of the level asked for.
#[test]
fn records_of_one_breakdown() {
    let e = explained(&released(), &["schools_internet", "--area", "AUS", "--year", "2017", "--education-level", "ISCED11_3"]);
    let series: Vec<&str> = list(&e["records"]).iter().map(|r| text(&r["series"])).collect();
    assert_eq!(series, ["SCHBSP.3.WINTERN"]);
}

#[test]
fn parity() {
    let workspace = released();
    for (area, estimate) in [("AZE", "reported"), ("ITU_CIS", "available")] {
        let e = explained(
            &workspace,
            &["mobile_ownership_gaps", "--area", area, "--year", "2018", "--breakdown", "GENDER_PARITY", "--estimate", estimate],
        );
        let input = |sex: &str| {
            let wanted = format!("sex {sex}");
            let found: Vec<&Value> = list(&e["inputs"]).iter().filter(|i| i["dimensions"] == wanted.as_str()).collect();
            assert_eq!(found.len(), 1, "{}", e["inputs"]);
            assert_eq!((&found[0]["indicator"], &found[0]["estimate"]), (&"mobile_ownership".into(), &estimate.into()));
            number(&found[0]["value"])
        };
        let (women, men) = (input("F"), input("M"));
        close(women / men, number(&e["value"]), 1e-15);
        close(number(&e["parts"]), number(&e["value"]), 1e-15);
        assert_eq!(e["adds_up"], true);
        let (names, numbers) = text(&e["rule"]["formula"]).split_once(" = ").unwrap();
        assert_eq!(names, "mobile_ownership sex F / mobile_ownership sex M");
        let numbers: Vec<f64> = numbers.split(" / ").map(|n| n.parse().unwrap()).collect();
        close(numbers[0], women, 1e-12);
        close(numbers[1], men, 1e-12);
        assert_eq!(list(&e["sql"]), ["sql/indicators/2.2c_mobile_ownership_gaps.sql", "sql/defaults.toml", "sql/derived/gaps.sql"]);
        // The same, one step further down.
        let below = explained(&workspace, &["mobile_ownership", "--area", area, "--year", "2018", "--sex", "F", "--estimate", estimate]);
        close(number(&below["value"]), women, 1e-12);
        let records: Vec<&Value> =
            list(&below["records"]).iter().chain(list(&below["members"]).iter().map(|m| &m["record"])).filter(|r| !r.is_null()).collect();
        assert!(!records.is_empty());
        for record in records {
            check_body(&small_bodies(), record);
        }
    }
}

#[test]
fn progress_to_a_target() {
    let workspace = released();
    let answer = workspace.json(0, &["explain", "internet_use", "--target", "2.1", "--area", "LDC", "--limit", "300"]);
    let (data, row) = (&answer["data"], &answer["data"]["progress"]);
    assert_eq!(data["adds_up"], true);
    // What no formula gives stands there too: which row is shown, the outcome, and the same economies at both ends.
    assert!(row["preferred"].is_boolean() && row["headline"].is_boolean(), "{row}");
    assert_eq!(row["outcome"], "open");
    assert!(row["class_fixed"].is_string() && row["pace_fixed"].is_number() && row["fixed_share"].is_number(), "{row}");
    let n = |key: &str| number(&row[key]);
    let made = (n("latest_value") - n("baseline_value")) / (n("latest_year") - n("baseline_year"));
    let needed = (n("target_value") - n("baseline_value")) / (n("target_year") - n("baseline_year"));
    close(n("actual_per_year"), made, 1e-12);
    close(n("pace"), made / needed, 1e-12);
    close(n("distance"), n("target_value") - n("latest_value"), 1e-12);
    close(n("required_per_year"), n("distance") / (n("target_year") - n("latest_year")), 1e-12);
    let class = match n("pace") {
        p if p >= 0.95 => "on_track",
        p if p >= 0.5 => "moderate",
        p if p >= -0.1 => "limited",
        _ => "deterioration",
    };
    assert_eq!(row["class"], class);
    // Both ends are explained as values are.
    let ends = list(&data["values"]);
    assert_eq!(ends.len(), 2);
    for (end, (year, key)) in ends.iter().zip([("baseline_year", "baseline_value"), ("latest_year", "latest_value")]) {
        assert_eq!(end["wanted"]["year"], row[year]);
        assert_eq!(end["value"], row[key]);
        let (present, _) = adds_up(end);
        check_record(&small_bodies(), &present[0]["record"]);
    }
    let people = workspace.expect(0, &["explain", "2.1", "--target", "2.1", "--area", "LDC"]);
    assert!(people.stdout.starts_with("target 2.1 for LDC (imputed): "), "{}", people.stdout);
    let run = workspace.expect(2, &["explain", "2.1", "--target", "2.9", "--area", "LDC"]);
    assert_eq!(run.stderr.lines().next(), Some("error: no progress row for target 2.9 in LDC"));
}

#[test]
fn what_is_not_there() {
    let workspace = released();
    let said = |arguments: &[&str]| {
        let run = workspace.expect(2, &[&["explain"], arguments].concat());
        assert_eq!(run.stdout, "");
        let mut lines = run.stderr.lines().map(str::to_owned);
        (lines.next().unwrap(), lines.next().unwrap_or_default())
    };
    let (error, hint) = said(&["internet_use", "--area", "LCD", "--year", "2023"]);
    assert!(error.ends_with("has no such value of internet_use"), "{error}");
    assert_eq!(hint, "hint: did you mean `LDC`?");
    let (_, hint) = said(&["internet_use", "--area", "LDC", "--year", "1980"]);
    assert!(
        hint.starts_with("hint: there are years 20") && hint.contains(" 2024 2025; estimates available imputed published; sex: F _T; "),
        "{hint}"
    );
    let (_, hint) = said(&["broadband_affordability", "--area", "WLD", "--year", "2025"]);
    assert!(hint.ends_with("breakdown: FIXED_5GB MOBILE_2GB MOBILE_5GB"), "{hint}");
    let (error, hint) = said(&["internet_uses", "--area", "LDC", "--year", "2023"]);
    assert_eq!((error.as_str(), hint.as_str()), ("error: no indicator `internet_uses`", "hint: did you mean `internet_use`?"));
    let (error, _) = said(&["internet_use", "--area", "LDC"]);
    assert_eq!(error, "error: explain needs --year");
    let (_, hint) = said(&["internet_use", "--area", "LDC", "--year", "2023", "--estimate", "guessed"]);
    assert!(hint.contains("estimates available imputed published"), "{hint}");
}

/// A release is explained as it was made; what has changed since is said.
#[test]
fn after_a_change_of_method() {
    let workspace = of_internet_use();
    let before = explained(&workspace, &["internet_use", "--area", "LDC", "--year", "2023"]);
    assert!(list(&before["warnings"]).is_empty());
    let file = "sql/indicators/2.1_internet_use.sql";
    let text = workspace.read(file);
    workspace.write(file, text.replacen("SELECT", "/* the same, said otherwise */ SELECT", 1));
    assert!(list(&explained(&workspace, &["internet_use", "--area", "LDC", "--year", "2023"])["warnings"]).is_empty());
    let reference = workspace.read("pipelines/reference/membership.csv");
    let without: String = reference.lines().filter(|l| !l.starts_with("special,LDC,BGD,")).map(|l| format!("{l}\n")).collect();
    workspace.write("pipelines/reference/membership.csv", without);
    let run = workspace.run(&["--format", "json", "explain", "internet_use", "--area", "LDC", "--year", "2023"]);
    let after: Value = serde_json::from_str(&run.stdout).unwrap();
    let warning = after["data"]["explanation"]["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.contains("SQL or reference tables have changed since release"), "{warning}");
}

/// A citation is looked up by the id of its value, checked, and found again when a newer release has another value.
#[test]
fn a_value_is_found_by_its_id() {
    use yardstick::tables::cells::Table;
    let workspace = crate::support::Workspace::of_method();
    workspace.write(
        "pipelines/own.toml",
        "source = \"own\"\nlicence = \"typed\"\n\n[[dataset]]\nname = \"figures\"\nformat = \"table\"\n[dataset.columns]\n\
         series = { constant = \"use\" }\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = { constant = \"PT\" }\n",
    );
    workspace.write(
        "sql/indicators/1_own.sql",
        "/*---\nid = \"1\"\nname = \"own\"\ntitle = \"Own\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\n---*/\n\
         SELECT o.ref_area, o.time_period, o.obs_value AS value, o.source\nFROM observations o\nWHERE o.series = 'use'\n",
    );
    let figures = "in/own/figures/figures.csv";
    workspace.write(figures, "area,year,value\nKEN,2020,40\nKEN,2023,50\nUGA,2023,60\n");
    workspace.expect(0, &["run", "--from", "in"]);
    let ids = |workspace: &crate::support::Workspace| -> Vec<String> {
        let values = workspace.release("values.parquet");
        assert_eq!(values.schema().fields().iter().rev().nth(1).unwrap().name(), "value_id");
        (0..values.num_rows()).map(|row| Table(&values).text("value_id", row).unwrap().to_owned()).collect()
    };
    let first = ids(&workspace);
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), first.len(), "each has its own");
    let values = workspace.release("values.parquet");
    let key = [("ref_area", "KEN"), ("time_period", "2023"), ("estimate", "reported")];
    let cited = first[crate::support::row(&values, &key)].clone();
    let told = workspace.json(0, &["explain", &cited]);
    assert_eq!(told["data"]["explanation"]["wanted"]["area"], "KEN");
    assert_eq!(told["data"]["explanation"]["value"], 50.0);
    // The same inputs at another time give the same ids.
    let again = crate::support::Workspace::of_method();
    for file in ["pipelines/own.toml", "sql/indicators/1_own.sql", figures] {
        again.write(file, workspace.read(file));
    }
    again.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    assert_eq!(ids(&again), first);
    // A release later, the value is another one.
    workspace.write(figures, "area,year,value\nKEN,2020,40\nKEN,2023,51\nUGA,2023,60\n");
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    assert!(ids(&workspace).iter().all(|id| !first.contains(id)));
    let told = workspace.expect(0, &["explain", &cited]).stdout;
    assert!(told.contains("reported: 50.00 PT") && told.contains("has 51.00") && told.contains("the id fits the value"), "{told}");
    assert_eq!(workspace.json(0, &["explain", &cited])["data"]["now"]["value"], 51.0);
    assert!(workspace.expect(2, &["explain", "0123456789abcdef"]).stderr.contains("no release at hand"));
    assert!(workspace.expect(2, &["explain", "own"]).stderr.contains("explain needs --area"));
}
