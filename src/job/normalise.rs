//! Normalises what was pulled, data sets side by side; a pull becomes the current one only when its bodies could be read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::load::Loaded;
use super::routes::{self, Pulled, Turns};
use super::state::{States, age_days};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Attempt, Journal, Pull, Store};
use crate::observe::NormaliseReport;
use crate::observe::normalise::{self, NormaliseContext};
use crate::pipelines::{Dataset, Source};
use crate::pull::Freshness;
use crate::release::build::DatasetState;
use crate::settings::Settings;

/// Normalises what was pulled; a pull becomes the current one only when its bodies could be read.
/// `every`: also those that were not asked. Gives those too whose bodies were refused while they have further routes.
pub(super) fn normalise_all(
    settings: &Settings,
    loaded: &Loaded,
    mut pulled: BTreeMap<DatasetId, Pulled>,
    every: bool,
) -> Result<(States, Turns)> {
    let store = Store::new(&settings.workspace.data);
    let context = NormaliseContext {
        workspace: &settings.workspace,
        store: &store,
        reference: &loaded.reference,
        corrections: &loaded.corrections,
        current_year: i32::from(settings.today().year()),
        threads: settings.threads.min(2),
    };
    let mut jobs = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let id = source.id(dataset);
            let previous = loaded.pull_of(settings, &source.name, &dataset.name);
            if let Some(pulled) = pulled.remove(&id).or(every.then_some(Pulled::Nothing)) {
                jobs.push((source, dataset, pulled, previous, id));
            }
        }
    }
    let queue = Mutex::new(jobs.into_iter());
    let done = Mutex::new((States::new(), Turns::new()));
    let failure = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.min(2) {
            scope.spawn(|| {
                loop {
                    let Some((source, dataset, pulled, previous, id)) = queue.lock().ok().and_then(|mut q| q.next()) else { return };
                    // A panic is ours to correct, but it is the failure of this data set alone.
                    let last = previous.clone();
                    let work = || normalise_one(settings, &context, source, dataset, pulled, previous);
                    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                    let outcome = match outcome {
                        Ok(Err(Error::Internal(message))) => Ok(broken(settings, source, dataset, last, &message)),
                        Ok(outcome) => outcome,
                        Err(_) => Ok(broken(settings, source, dataset, last, "the reader of this format ended early")),
                    };
                    match outcome {
                        Ok(outcome) => {
                            if let Ok(mut done) = done.lock() {
                                match outcome {
                                    Normalised::State(state) => drop(done.0.insert(id, *state)),
                                    Normalised::NextRoute(turn) => drop(done.1.insert(id, turn)),
                                }
                            }
                        }
                        Err(error) => {
                            if let Ok(mut failure) = failure.lock() {
                                *failure = Some(error);
                            }
                        }
                    }
                }
            });
        }
    });
    match failure.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => done.into_inner().map_err(|_| Error::Internal("a normalising thread ended early".into())),
    }
}

/// What normalising one data set came to.
enum Normalised {
    State(Box<DatasetState>),
    /// The bodies were refused, and there is another route.
    NextRoute((usize, Vec<String>)),
}

/// A data set whose bodies met a fault of the program: the last good data stay in use.
fn broken(settings: &Settings, source: &Source, dataset: &Dataset, last: Option<Pull>, message: &str) -> Normalised {
    let message = format!("{}: {}: {message}; please report it with the body", Code::ReaderFault, source.id(dataset));
    tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
    let age_days = last.as_ref().and_then(|p| age_days(settings, p));
    Normalised::State(Box::new(DatasetState { age_days, pull: last, status: "failed", message: Some(message) }))
}

fn normalise_one(
    settings: &Settings,
    context: &NormaliseContext<'_>,
    source: &Source,
    dataset: &Dataset,
    pulled: Pulled,
    previous: Option<Pull>,
) -> Result<Normalised> {
    let state = |pull: Option<Pull>, status, message| {
        let age_days = pull.as_ref().and_then(|p| age_days(settings, p));
        Normalised::State(Box::new(DatasetState { pull, status, message, age_days }))
    };
    let failed = |said: &[String], pull: Option<Pull>| {
        let mut message = said.join("; ");
        let report = NormaliseReport::load(context.workspace, &source.name, &dataset.name);
        if let (Some(pull), Some(report)) = (&pull, &report) {
            message = format!("{message}; {}", routes::in_use(dataset, report, pull, settings.now));
        }
        tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
        state(pull, "failed", Some(message))
    };
    // A route that has given bodies, and what those before it said.
    let (pull, fresh, by, mut said) = match pulled {
        Pulled::Bodies { pull, route, said } => {
            (pull.pull().clone(), matches!(*pull, Freshness::New(_)), dataset.routes.get(route).map(|by| (route, by)), said)
        }
        Pulled::Failed(said) => return Ok(failed(&said, previous)),
        Pulled::Nothing => match previous.clone() {
            Some(pull) => (pull, false, None, Vec::new()),
            None => return Ok(state(None, "missing", None)),
        },
    };
    match normalise::normalise(context, source, dataset, &pull) {
        Ok((report, redone)) => {
            if by.is_some() {
                pull.save(&settings.workspace.data)?;
            }
            for warning in &report.warnings {
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{warning}");
            }
            let route = by.map_or("", |(_, route)| &route.name);
            tracing::info!(source = %source.name, dataset = %dataset.name, route, observations = report.counts.observations, quarantined = report.counts.quarantined, "normalised");
            let message = (!said.is_empty()).then(|| {
                let message = format!("{}; {}", said.join("; "), routes::in_use(dataset, &report, &pull, settings.now));
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{message}");
                message
            });
            Ok(state(Some(pull), if fresh || redone { "new" } else { "unchanged" }, message))
        }
        Err(error @ (Error::Provider { .. } | Error::Fetch { .. } | Error::Io(_))) => {
            let Some((place, route)) = by else { return Ok(failed(&[routes::told(&error)], previous)) };
            let attempt = Attempt::new(settings.now, &source.name, &dataset.name, &route.name);
            let attempt = Attempt { outcome: "refused".into(), error: Some(error.to_string()), ..attempt };
            Journal::new(&settings.workspace.data).record(&attempt)?;
            // Bodies of a person came by no route, and are not asked for by another.
            if pull.origin != "network" {
                return Ok(failed(&[routes::told(&error)], previous));
            }
            said.push(routes::said(dataset, route, &routes::told(&error)));
            let next = place + 1;
            if next < dataset.routes.len() {
                return Ok(Normalised::NextRoute((next, said)));
            }
            Ok(failed(&said, previous))
        }
        Err(other) => Err(other),
    }
}
