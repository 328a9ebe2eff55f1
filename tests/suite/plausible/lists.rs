//! Lists of members: which is in force, what changes it, and that every figure of such a group names it.

use std::fmt::Write;

use yardstick::tables::cells::Table;

use super::{Example, YEARS, usual};
use crate::support::rows;

/// A night made again with the clock of its day: the lists of members are those of that day.
#[test]
fn an_earlier_clock_has_its_own_lists() {
    for (now, vintage, low, due) in [
        ("2026-03-01", "World Bank classes, fiscal year 2026", 25, false),
        ("2026-11-23", "World Bank classes, fiscal year 2027, by news reports", 24, false),
        // Departures from the list of the least developed are due on that day, and not entered.
        ("2026-11-24", "World Bank classes, fiscal year 2027, by news reports", 24, true),
        ("2024-02-01", "World Bank classes, fiscal year 2024", 26, false),
    ] {
        let example = Example::of("PT");
        example.bodies(1, &usual, None);
        example.workspace.expect(0, &["run", "--from", "in", "--now", now]);
        let catalog: serde_json::Value = serde_json::from_str(&example.workspace.read("data/current/catalog.json")).unwrap();
        let group = catalog["groups"].as_array().unwrap().iter().find(|group| group["group_code"] == "WB_LIC").unwrap();
        assert_eq!((group["vintage"].as_str(), group["members"].as_array().unwrap().len()), (Some(vintage), low), "{now}");
        let checks = example.workspace.release("checks.parquet");
        assert_eq!(rows(&checks, &[("id", "lists_due"), ("result", "warned")]).len(), usize::from(due), "{now}");
        assert_eq!(rows(&checks, &[("id", "membership_counts"), ("result", "passed")]).len(), 1, "{now}");
    }
    let example = Example::of("PT");
    example.bodies(1, &usual, None);
    example.workspace.expect(0, &["run", "--from", "in", "--now", "2024-02-01", "--membership", "as-of"]);
    // Where each year has its own members, those of now are told as such, and no list of today stands beside earlier years:
    // everybody who ever was one was listed.
    let catalog: serde_json::Value = serde_json::from_str(&example.workspace.read("data/current/catalog.json")).unwrap();
    let group = catalog["groups"].as_array().unwrap().iter().find(|group| group["group_code"] == "LDC").unwrap();
    let members: Vec<&str> = group["members"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert!(members.len() == 45 && !members.contains(&"BWA") && members.contains(&"STP"), "{members:?}");
    assert_eq!(group["vintage"], "those of 1 July of the year");
}

/// The list that names the members stands beside each aggregate of them.
#[test]
fn the_list_of_members_stands_in_the_note() {
    let example = Example::of("PT");
    let path = "sql/indicators/9.1_share.sql";
    example.workspace.write(path, example.workspace.read(path).replace("\"m49\"", "\"special\", \"income\""));
    // Explained on a later day, a release has the members of its own: the Philippines have moved since.
    example.bodies(1, &usual, None);
    example.workspace.expect(0, &["run", "--from", "in", "--now", "2026-03-01"]);
    let said = example.workspace.expect(0, &["explain", "share", "--area", "WB_LMC", "--year", "2020"]).stdout;
    assert!(said.contains("PHL") && said.contains(": equal"), "{said}");
    let run = example.night(1, &usual);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let values = example.workspace.release("values.parquet");
    let cells = Table(&values);
    for (group, list) in [("LDC", "United Nations list of LDCs, 13 December 2024"), ("WB_LMC", "World Bank classes, fiscal year 2027")] {
        let found = rows(&values, &[("indicator", "share"), ("ref_area", group)]);
        assert!(!found.is_empty() && found.iter().all(|row| cells.text("note", *row).is_some_and(|note| note.contains(list))), "{group}");
    }
}

const LIST: &str = "United Nations list of LDCs, 13 December 2024";

/// A graduation is its date in membership.csv, and nothing else: number, name and notes follow.
#[test]
fn a_graduation_is_one_line() {
    let example = Example::with_every_check("PT");
    let workspace = &example.workspace;
    workspace.publish_little();
    let path = "sql/indicators/9.1_share.sql";
    let text = workspace.read(path).replace("\"m49\"", "\"special\"").replace("JOIN population", "LEFT JOIN population");
    workspace.write(path, text.replace("year = 2030", "area = \"LDC\"\nalso = [\"groups\"]\nyear = 2030"));
    example.bodies(1, &usual, None);
    let mut body = workspace.read("in/example/t/t.csv");
    for year in YEARS {
        write!(body, "s,NPL,{year},21,PT\ns,ETH,{year},22,PT\ns,LDC,{year},23,PT\n").unwrap();
    }
    workspace.write("in/example/t/t.csv", body);
    let noted = |list: &str, estimates: &[&str]| {
        let values = workspace.release("values.parquet");
        let cells = Table(&values);
        for estimate in estimates {
            let found = rows(&values, &[("indicator", "share"), ("ref_area", "LDC"), ("estimate", estimate)]);
            let said =
                if *estimate == "published" { format!("members: the provider's own (ours: {list})") } else { format!("members: {list}") };
            assert!(!found.is_empty(), "{estimate}");
            for row in found {
                let note = cells.text("note", row).unwrap_or_default();
                assert!(note.ends_with(&said), "{estimate}: {note}");
            }
        }
        let progress = workspace.release("progress.parquet");
        let cells = Table(&progress);
        let found = rows(&progress, &[("target", "9.1"), ("ref_area", "LDC")]);
        assert!(found.iter().all(|row| cells.text("note", *row).unwrap_or_default().contains(list)) && !found.is_empty());
        let table = workspace.expect(0, &["reference", "targets"]).stdout;
        assert!(table.contains(list), "{table}");
        let cells = Table(&values);
        rows(&values, &[("indicator", "share"), ("ref_area", "LDC"), ("estimate", "available")])
            .into_iter()
            .map(|row| cells.int("members_total", row).unwrap())
            .max()
    };
    let all = ["available", "imputed", "published"];
    let run = workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-24"]);
    assert!(run.stdout.replace('\n', " ").split_whitespace().collect::<Vec<_>>().join(" ").contains(LIST), "{}", run.stdout);
    assert_eq!(noted(LIST, &all), Some(44));

    let table = workspace.read("pipelines/reference/membership.csv");
    let (before, after) = ("special,LDC,NPL,1971-01-01,,", "special,LDC,NPL,1971-01-01,2026-11-24,");
    assert!(table.contains(before));
    workspace.write("pipelines/reference/membership.csv", table.replace(before, after));
    let checked = workspace.expect(0, &["check"]);
    assert!(!format!("{}{}", checked.stdout, checked.stderr).contains("by this list"), "{}", checked.stderr);
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    assert_eq!(noted("United Nations list of LDCs, 13 December 2024, without NPL since 24 November 2026", &all), Some(43));
    let checks = workspace.release("checks.parquet");
    for id in ["membership_counts", "lists_due"] {
        assert_eq!(rows(&checks, &[("id", id), ("result", "passed")]).len(), 1, "{id}");
    }

    // A list whose number is not that of its members is told.
    let lists = workspace.read("pipelines/reference/group_lists.csv");
    workspace.write("pipelines/reference/group_lists.csv", lists.replace("LDC,2024-12-13,44,", "LDC,2024-12-13,45,"));
    let checked = workspace.expect(0, &["check"]);
    let said = format!("{}{}", checked.stdout, checked.stderr);
    assert!(said.contains("LDC has 45 members by this list, and 44 in membership.csv on its first day"), "{said}");
}
