//! Many cases in one workspace: each is told apart by its indicator, and a run costs little more than for one.

use std::fmt::Write;

use yardstick::tables::cells::Table;

use super::{ECONOMIES, Example, YEARS, indicator, usual};
use crate::support::{Run, parquet, rows};

/// Economies by their place and years.
pub(super) type Figures<'a> = &'a dyn Fn(usize, i32) -> f64;

/// Many at once: each an indicator of its own, `case0` and so on, of its own series and unit.
pub(super) struct Cases(pub Example);

impl Cases {
    fn of(units: &[&str]) -> Self {
        let example = Example::of("PT");
        std::fs::remove_file(example.workspace.path("sql/indicators/9.1_share.sql")).unwrap();
        for (at, unit) in units.iter().enumerate() {
            let series = format!("{{ source = \"example\", series = \"case{at}\" }}");
            let name = format!("case{at}");
            example.workspace.write(&format!("sql/indicators/9.{at}_{name}.sql"), indicator(&format!("9.{at}"), &name, unit, &series));
        }
        Self(example)
    }

    pub(super) fn night(&self, night: i32, cases: &[(&str, Figures<'_>)]) -> Run {
        self.0.bodies(night, &usual, None);
        let mut body = self.0.workspace.read("in/example/t/t.csv");
        for (at, (unit, figures)) in cases.iter().enumerate() {
            for (place, area) in ECONOMIES.iter().enumerate() {
                for year in YEARS {
                    writeln!(body, "case{at},{area},{year},{},{unit}", figures(place, year)).unwrap();
                }
            }
        }
        self.0.workspace.write("in/example/t/t.csv", body);
        self.0.run(night)
    }
}

/// A first load of these is stopped, each by `check`, which says of it these words.
#[track_caller]
pub(super) fn all_stopped(check: &str, cases: &[(&str, Figures<'_>, &str)]) {
    let workspace = Cases::of(&cases.iter().map(|case| case.0).collect::<Vec<_>>());
    let run = workspace.night(1, &cases.iter().map(|(unit, figures, _)| (*unit, *figures)).collect::<Vec<_>>());
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(&format!("{check}:")), "{}", run.stderr);
    let staged = std::fs::read_dir(workspace.0.workspace.path("data/staging")).unwrap().next().unwrap().unwrap().path();
    let (checks, failures) = (parquet(&staged.join("checks.parquet")), parquet(&staged.join(format!("failures/{check}.parquet"))));
    for (at, (.., words)) in cases.iter().enumerate() {
        let name = format!("case{at}");
        assert_eq!(rows(&checks, &[("id", check), ("indicator", &name), ("result", "failed")]).len(), 1, "{name}: {words}");
        let said: Vec<&str> =
            rows(&failures, &[("indicator", &name)]).into_iter().filter_map(|row| Table(&failures).text("detail", row)).collect();
        assert!(said.iter().any(|detail| detail.contains(words)), "{name}: {words}: {said:?}");
    }
}

/// A first load of these is published.
#[track_caller]
pub(super) fn all_good(cases: &[(&str, Figures<'_>)]) -> Cases {
    let workspace = Cases::of(&cases.iter().map(|case| case.0).collect::<Vec<_>>());
    let run = workspace.night(1, cases);
    assert_eq!(run.code, 0, "{}", run.stderr);
    workspace
}
