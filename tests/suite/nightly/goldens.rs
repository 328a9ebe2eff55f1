//! Figures that people wrote down: a release says which of them moved, and a wrong file is refused.

use yardstick::tables::cells::Table;

use super::{current, small_bodies, small_released};
use crate::support::{Workspace, parquet, project, row, rows, value};

const FILE: &str = "pipelines/goldens/own.csv";
const HEAD: &str = "indicator,ref_area,time_period,sex,estimate,value,tolerance,since,note\n";

/// What the check says of the rows of a workspace after another run.
fn told(workspace: &Workspace, code: i32) -> Vec<String> {
    workspace.expect(code, &["run", "--from", &small_bodies()]);
    let folder = match code {
        0 => workspace.path("data/current"),
        _ => std::fs::read_dir(workspace.path("data/staging")).unwrap().next().unwrap().unwrap().path(),
    };
    let failures = folder.join("failures/goldens.parquet");
    if !failures.exists() {
        return Vec::new();
    }
    let found = parquet(&failures);
    (0..found.num_rows()).map(|row| Table(&found).text("detail", row).unwrap().to_owned()).collect()
}

#[test]
fn a_figure_that_moved_is_told_with_its_place() {
    let workspace = small_released();
    let released = workspace.release("values.parquet");
    let of = |area: &str, year: &str| {
        let key = [
            ("indicator", "internet_use"),
            ("ref_area", area),
            ("time_period", year),
            ("sex", "_T"),
            ("age", "_T"),
            ("urbanisation", "_T"),
            ("estimate", "reported"),
        ];
        value(&released, "value", &key)
    };
    let (same, moved) = (of("BRA", "2018"), of("BRA", "2020"));
    // The figures that are shipped have not moved, nor has one within its tolerance. Of an indicator without any value
    // nothing is said: its data set is not loaded.
    workspace.write(
        FILE,
        format!(
            "{HEAD}internet_use,BRA,2018,,reported,{},0.01,2024,\nbroadband_affordability,BRA,1900,,reported,1,0,2024,\n",
            same + 0.009
        ),
    );
    let loaded = !rows(&released, &[("indicator", "broadband_affordability"), ("ref_area", "BRA")]).is_empty();
    assert_eq!(told(&workspace, 0).len(), usize::from(loaded));
    // A value, one that is not there, and one that should have been withheld.
    workspace.write(
        FILE,
        format!("{HEAD}internet_use,BRA,2018,,reported,{same},0,2024,\ninternet_use,BRA,2020,_T,reported,{},0.5,2024,print of 2024\ninternet_use,BRA,1960,,reported,1,0,2024,\ninternet_use,EGY,2019,,reported,,0,2024,\n", moved - 1.0),
    );
    let found = told(&workspace, 0);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with(&format!("{FILE}:3: expected ")) && found[0].ends_with("(print of 2024)"), "{found:?}");
    assert!(found[0].contains(&format!(" since 2024, found {moved}")) && !found[0].contains("it moved"), "{found:?}");
    assert_eq!(found[1], format!("{FILE}:4: expected 1.0 since 2024, found no such row"));
    assert!(found[2].starts_with(&format!("{FILE}:5: expected no value since 2024, found ")), "{found:?}");
    let checks = workspace.release("checks.parquet");
    row(&checks, &[("id", "goldens"), ("result", "warned"), ("indicator", "internet_use")]);

    // By setting it is a gate.
    let good = current(&workspace);
    let check = "sql/checks/goldens.sql";
    workspace.write(check, workspace.read(check).replace("severity = \"warning\"", "severity = \"error\""));
    assert_eq!(told(&workspace, 4).len(), 3);
    assert_eq!(current(&workspace), good);
    // With the new figures written down, it opens; the file is an input, so the run is not for nothing.
    workspace.write(FILE, format!("{HEAD}internet_use,BRA,2020,_T,reported,{moved},0.5,2026,\n"));
    assert_eq!(told(&workspace, 0), Vec::<String>::new());
    assert_ne!(current(&workspace), good);
}

#[test]
fn a_wrong_file_is_refused_at_its_line() {
    let workspace = small_released();
    let good = "internet_use,BRA,2018,,reported,1,0,2024,\n";
    let wrong = [
        (HEAD.replace("value", "valeu"), "1:", "unknown column `valeu`"),
        (HEAD.replace(",since", ""), "1:1", "column `since` is missing"),
        (format!("{HEAD}{}", good.replace(",1,", ",one,")), "2:", "`value` must be a number"),
        (format!("{HEAD}{}", good.replace("2024,", "2024")), "2:1", "8 fields"),
        (format!("{HEAD}{good}{good}"), "3:1", "stands twice"),
        (format!("{HEAD}{}", good.replace(",0,", ",-1,")), "2:1", "below zero"),
        (format!("{HEAD}{}", good.replace("reported", "repotred")), "2:1", "did you mean `reported`?"),
        (format!("{HEAD}{}", good.replace("internet_use", "internet_usse")), "2:1", "did you mean `internet_use`?"),
        (format!("{HEAD}{}", good.replace("BRA", "BRX")), "2:1", "no area `BRX`"),
    ];
    // Each in a file and of a year of its own: a figure may not stand in two files either.
    let files: Vec<String> = (0..wrong.len()).map(|at| format!("pipelines/goldens/own{at}.csv")).collect();
    for (at, (file, (text, ..))) in files.iter().zip(&wrong).enumerate() {
        workspace.write(file, text.replace(",2018,", &format!(",{},", 2000 + at)));
    }
    let mut arguments = vec!["check"];
    arguments.extend(files.iter().map(String::as_str));
    let checked = workspace.expect(2, &arguments).stdout;
    for (file, (_, place, message)) in files.iter().zip(&wrong) {
        let said: Vec<&str> = checked.split("\n\n").filter(|report| report.starts_with(&format!("{file}:"))).collect();
        assert!(said.iter().any(|report| report.starts_with(&format!("{file}:{place}")) && report.contains(message)), "{said:?}");
        assert!(said.len() == 1 || *place == "1:", "{said:?}");
    }
    for file in &files {
        std::fs::remove_file(workspace.path(file)).unwrap();
    }
    workspace.write(FILE, format!("{HEAD}{}", good.replace("BRA", "BRX")));
    // The nightly run stops at what it cannot read; what nothing is called is no reason to publish nothing.
    workspace.expect(0, &["run", "--from", &small_bodies()]);
    workspace.write(FILE, format!("{HEAD}{}", good.replace(",1,", ",one,")));
    workspace.expect(2, &["run", "--from", &small_bodies()]);
}

/// The file that is shipped says what the release of the fixtures has.
#[test]
fn the_figures_that_are_shipped_are_those_of_the_fixtures() {
    let (workspace, _) = &*crate::fixtures::RELEASED;
    let values = workspace.release("values.parquet");
    let text = std::fs::read_to_string(project().join("pipelines/goldens/internet_use.csv")).unwrap();
    let mut compared = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let key = [
            ("indicator", cells[0]),
            ("ref_area", cells[1]),
            ("time_period", cells[2]),
            ("estimate", cells[3]),
            ("sex", "_T"),
            ("age", "_T"),
            ("urbanisation", "_T"),
        ];
        crate::support::close(value(&values, "value", &key), cells[4].parse().unwrap(), cells[5].parse().unwrap());
        compared += 1;
    }
    assert_eq!(compared, 8);
    row(&workspace.release("checks.parquet"), &[("id", "goldens"), ("result", "passed")]);
}
