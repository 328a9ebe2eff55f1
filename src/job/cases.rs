//! Runs the indicators' own test cases, and writes expectations anew where that is asked.

use serde::{Serialize, Serializer};

use super::load::Loaded;
use crate::engine::Engine;
use crate::error::{Error, Problem, Result};
use crate::files;
use crate::indicator::Indicator;
use crate::release::test_case::expectation::{self, Difference, VALUES};
use crate::release::test_case::{self, TestCase};
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
    /// The expectation that was written; of values and of progress, both.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "joined")]
    pub wrote: Vec<String>,
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

/// One text, as it was when there was one file to write.
fn joined<S: Serializer>(files: &[String], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&files.join(", "))
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
                    all.cases.push(Case { case: label, outcome: Outcome::Written, wrote: vec![settings.workspace.shown(&file)] });
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
) -> Result<(Outcome, Vec<String>)> {
    let outcome = match Box::pin(test_case::run(case, engine, &loaded.catalogue, &loaded.reference, indicator)).await {
        Ok(outcome) => outcome,
        // An error of the SQL is a failed case, not an end.
        Err(error) => return Ok((Outcome::Error { error: error.to_string() }, Vec::new())),
    };
    let groups = case.reference(&loaded.reference)?;
    let (mut differences, mut wrote) = (Vec::new(), Vec::new());
    for (expected, outcome) in case.against(&outcome) {
        let found = expected.compare(outcome, &groups)?;
        if update && !found.is_empty() {
            let file = case.path(expected.kind);
            files::write_atomically(&file, &expected.anew(outcome, &groups)?)?;
            wrote.push(settings.workspace.shown(&file));
        }
        differences.extend(found);
    }
    Ok((if differences.is_empty() { Outcome::Ok } else { Outcome::Failed { differences } }, wrote))
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
    match Box::pin(test_case::run(&case, engine, &loaded.catalogue, &loaded.reference, indicator)).await {
        Ok(outcome) => {
            files::write_atomically(&file, &expectation::written(&VALUES, &outcome.values, &[], &|_| true)?)?;
            Ok(true)
        }
        Err(error) => {
            fs_err::remove_file(&file)?;
            Err(error)
        }
    }
}
