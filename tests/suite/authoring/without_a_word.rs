//! What people write that had no effect, or the wrong one, without a word.

use super::{PIPELINE, workspace};
use crate::support::{Workspace, rows};

/// `chosen` without a list of series was empty: the indicator had no value, and nothing said why.
#[test]
fn the_chosen_figure_of_no_series_is_refused() {
    let workspace = Workspace::of_method();
    workspace.write("pipelines/survey.toml", PIPELINE);
    let indicator = |rest: &str| {
        let header =
            "id = \"9.1\"\nname = \"own\"\ntitle = \"Own\"\ndefinition = \"x\"\nunit = \"PT\"\nsources = [\"survey\"]\nrollup = \"none\"";
        format!("/*---\n{header}\n---*/\n{rest}")
    };
    let columns = "SELECT ref_area, time_period, value, obs_status FROM";
    for (sql, place) in [(format!("{columns} chosen"), "10:54"), (format!("{columns} offered AS o"), "10:54")] {
        workspace.write("sql/indicators/own.sql", indicator(&sql));
        let told = workspace.expect(2, &["check"]);
        assert!(told.stdout.contains(&format!("own.sql:{place}: error[E0512]")), "{}", told.stdout);
        assert_eq!(workspace.run(&["run", "--from", "."]).code, 2);
    }
    // A part of the statement of that name is another matter.
    let part = "WITH chosen AS (SELECT ref_area, time_period, obs_value AS value, obs_status FROM observations)";
    workspace.write("sql/indicators/own.sql", indicator(&format!("{part}\n{columns} chosen")));
    workspace.expect(0, &["check"]);
}

/// A correction of a total was told as outdated, since the parts beside it had never been wrong.
#[test]
fn a_correction_of_the_total_is_not_outdated_by_its_parts() {
    let workspace = workspace().with_check("corrections_outdated");
    let correct = |below: &str| {
        workspace.write(
            "pipelines/corrections/one.toml",
            format!(
                "[[correction]]\nid = \"one\"\nsource = \"survey\"\nseries = [\"new\"]\nref_area = \"GHA\"\ntime_period = [2021]\naction = \"flag\"\nexpect = {{ value = {below} }}\nreason = \"a slip\"\nevidence = \"the book\"\n"
            ),
        );
    };
    for (wrong, warned) in [("50.00001", 0), ("77.0", 1)] {
        correct(wrong);
        workspace.expect(0, &["run", "--from", "in"]);
        let checks = workspace.release("checks.parquet");
        assert_eq!(rows(&checks, &[("id", "corrections_outdated"), ("result", "warned")]).len(), warned, "{wrong}");
    }
}
