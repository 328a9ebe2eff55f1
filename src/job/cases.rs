//! Runs the indicators' own test cases, and writes expectations anew where that is asked.

use std::collections::BTreeSet;

use serde::Serialize;

use super::load::Loaded;
use crate::engine::Engine;
use crate::error::{Error, Problem, Result};
use crate::files;
use crate::indicator::Indicator;
use crate::release::test_case::{self, Difference, TestCase};
use crate::settings::Settings;

#[derive(Default, Serialize)]
pub struct Cases {
    pub passed: usize,
    pub failed: usize,
    pub cases: Vec<Case>,
}

#[derive(Serialize)]
pub struct Case {
    /// `<indicator id>/<case>`.
    pub case: String,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The expectation that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrote: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    Failed {
        differences: Vec<Difference>,
    },
    Error {
        error: String,
    },
    /// There was no expectation: it is all that the SQL gives now.
    Written,
}

/// Runs every case of these indicators. With `update`, what differs becomes the expectation.
pub async fn run(settings: &Settings, loaded: &Loaded, chosen: &[Indicator], update: bool) -> Result<Cases> {
    let engine = Engine::new(settings.limits)?;
    let mut problems = Vec::new();
    let mut all = Cases::default();
    for indicator in chosen {
        for name in test_case::names(&settings.workspace, indicator) {
            let label = format!("{}/{name}", indicator.id);
            let file = test_case::folder(&settings.workspace, indicator).join(&name).join("expected.csv");
            if update && !file.exists() {
                if first_expectation(settings, loaded, &engine, indicator, &name, &mut problems).await? {
                    all.cases.push(Case { case: label, outcome: Outcome::Written, wrote: Some(settings.workspace.shown(&file)) });
                }
                continue;
            }
            let Some(case) = test_case::load(&settings.workspace, indicator, &name, &mut problems) else { continue };
            let (outcome, wrote) = run_one(settings, loaded, &engine, indicator, &case, update).await?;
            match outcome {
                Outcome::Ok | Outcome::Written => all.passed += 1,
                Outcome::Failed { .. } | Outcome::Error { .. } => all.failed += 1,
            }
            all.cases.push(Case { case: label, outcome, wrote });
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(Error::Workspace(problems)) }
}

async fn run_one(
    settings: &Settings,
    loaded: &Loaded,
    engine: &Engine,
    indicator: &Indicator,
    case: &TestCase,
    update: bool,
) -> Result<(Outcome, Option<String>)> {
    let values = match test_case::run(case, engine, &loaded.catalogue, &loaded.reference, indicator).await {
        Ok(values) => values,
        // An error of the SQL is a failed case, not an end.
        Err(error) => return Ok((Outcome::Error { error: error.to_string() }, None)),
    };
    let differences = test_case::compare(case, &values, &loaded.reference)?;
    if differences.is_empty() {
        return Ok((Outcome::Ok, None));
    }
    let mut wrote = None;
    if update {
        let pairs: BTreeSet<(String, String)> = test_case::pairs(case, &loaded.reference)?.into_iter().collect();
        let keep = |area: &str, estimate: &str| pairs.contains(&(area.to_owned(), estimate.to_owned()));
        let file = case.folder.join("expected.csv");
        files::write_atomically(&file, &test_case::expectation(&values, &case.given, &keep)?)?;
        wrote = Some(settings.workspace.shown(&file));
    }
    Ok((Outcome::Failed { differences }, wrote))
}

/// Writes the expectation of a case that has none yet: all that the SQL gives. False where the case cannot be read.
async fn first_expectation(
    settings: &Settings,
    loaded: &Loaded,
    engine: &Engine,
    indicator: &Indicator,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Result<bool> {
    let file = test_case::folder(&settings.workspace, indicator).join(name).join("expected.csv");
    files::write_atomically(&file, b"ref_area,time_period,estimate,value\n")?;
    let Some(case) = test_case::read(&settings.workspace, indicator, name, problems) else {
        fs_err::remove_file(&file)?;
        return Ok(false);
    };
    match test_case::run(&case, engine, &loaded.catalogue, &loaded.reference, indicator).await {
        Ok(values) => {
            files::write_atomically(&file, &test_case::expectation(&values, &[], &|_, _| true)?)?;
            Ok(true)
        }
        Err(error) => {
            fs_err::remove_file(&file)?;
            Err(error)
        }
    }
}
