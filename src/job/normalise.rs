//! Normalises what was pulled, data sets side by side; a pull becomes the current one only when its bodies could be read.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::load::Loaded;
use super::routes::{self, Pulled, Turns};
use super::state::{States, age_days};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Attempt, Body, Journal, Pull, Store};
use crate::observe::NormaliseReport;
use crate::observe::normalise::{self, NormaliseContext};
use crate::pipelines::{Dataset, Route, Source};
use crate::pull::Freshness;
use crate::release::manifest::DatasetState;
use crate::settings::Settings;

/// Normalises what was pulled; a pull becomes the current one only when its bodies could be read.
/// `every`: also those that were not asked. Gives those too whose bodies were refused while they have further routes.
pub(super) fn normalise_all(
    settings: &Settings,
    loaded: &Loaded,
    mut pulled: BTreeMap<DatasetId, Pulled>,
    accepted: &BTreeSet<DatasetId>,
    every: bool,
) -> Result<(States, Turns)> {
    let store = Store::new(&settings.workspace.data);
    let context = NormaliseContext {
        workspace: &settings.workspace,
        store: &store,
        reference: &loaded.reference,
        corrections: &loaded.corrections,
        accepted,
        current_year: i32::from(settings.today().year()),
        threads: settings.threads.min(2),
        memory: settings.memory,
    };
    let mut jobs = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let id = source.id(dataset);
            let previous = loaded.pull_of(settings, &source.name, &dataset.name)?;
            if let Some(pulled) = pulled.remove(&id).or(every.then_some(Pulled::Nothing)) {
                jobs.push((source, dataset, pulled, previous, id));
            }
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(context.threads.max(1)).build().map_err(std::io::Error::other)?;
    let work = |(source, dataset, pulled, previous, id): Job<'_>| {
        // A panic is ours to correct, but it is the failure of this data set alone.
        let last = previous.clone();
        let work = || normalise_one(settings, &context, source, dataset, pulled, previous);
        let outcome = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
            Ok(Err(Error::Internal(message))) => broken(settings, source, dataset, last, &message),
            Ok(outcome) => outcome?,
            Err(_) => broken(settings, source, dataset, last, "the reader of this format ended early"),
        };
        Ok((id, outcome))
    };
    let done: Vec<Result<(DatasetId, Normalised)>> = pool.install(|| jobs.into_par_iter().with_max_len(1).map(work).collect());
    let (mut states, mut turns) = (States::new(), Turns::new());
    for one in done {
        match one? {
            (id, Normalised::State(state)) => drop(states.insert(id, *state)),
            (id, Normalised::NextRoute(turn)) => drop(turns.insert(id, turn)),
        }
    }
    Ok((states, turns))
}

type Job<'a> = (&'a Source, &'a Dataset, Pulled, Option<Pull>, DatasetId);

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
    let failed = |said: &[String], pull: Option<Pull>| -> Result<Normalised> {
        last_good(context, source, dataset, pull.as_ref())?;
        let mut message = said.join("; ");
        let report = NormaliseReport::load(context.workspace, &source.name, &dataset.name)?;
        if let (Some(pull), Some(report)) = (&pull, &report) {
            message = format!("{message}; {}", routes::in_use(dataset, report, pull, settings.now));
        }
        tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
        Ok(state(pull, "failed", Some(message)))
    };
    // A route that has given bodies, and what those before it said.
    let (pull, fresh, by, mut said) = match pulled {
        Pulled::Bodies { pull, route, said } => {
            (pull.pull().clone(), matches!(*pull, Freshness::New(_)), dataset.routes.get(route).map(|by| (route, by)), said)
        }
        Pulled::Failed(said) => return failed(&said, previous),
        Pulled::Nothing => {
            if let Some(pull) = previous.clone() {
                (pull, false, None, Vec::new())
            } else {
                last_good(context, source, dataset, None)?;
                return Ok(state(None, "missing", None));
            }
        }
    };
    let refused = |body: &Body| {
        let message = format!("{}/{}/{}: the snapshot {} is refused by hand", source.name, dataset.name, body.name, body.hash);
        let hint = "the provider still sends it; `pull --admit HASH` takes the refusal back";
        Error::provider_hint(Code::SnapshotRefused, message, hint)
    };
    let normalised = match pull.bodies.iter().find(|body| fresh && context.store.is_refused(&body.hash)) {
        Some(body) => Err(refused(body)),
        None => normalise::normalise(context, source, dataset, &pull),
    };
    match normalised {
        Ok((report, redone)) => {
            if by.is_some() {
                pull.save(&settings.workspace.data)?;
            }
            for warning in &report.warnings {
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{warning}");
            }
            for remark in &report.remarks {
                tracing::info!(source = %source.name, dataset = %dataset.name, "{remark}");
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
        Err(error @ (Error::Provider { .. } | Error::Fetch { .. })) => {
            let Some((place, route)) = by else { return failed(&[routes::told(&error)], previous) };
            remember_refusal(settings, &pull, route, &error)?;
            // Bodies of a person came by no route, and are not asked for by another.
            if pull.origin != "network" {
                return failed(&[routes::told(&error)], previous);
            }
            said.push(routes::said(dataset, route, &routes::told(&error)));
            let next = place + 1;
            if next < dataset.routes.len() {
                return Ok(Normalised::NextRoute((next, said)));
            }
            failed(&said, previous)
        }
        // Our own disk is no provider, and a fault of ours is none of theirs.
        Err(other) => Err(other),
    }
}

/// What stays in use where a source gave nothing must be whole: damaged observations are made anew from their snapshots.
fn last_good(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: Option<&Pull>) -> Result<()> {
    let Some(report) = NormaliseReport::load(context.workspace, &source.name, &dataset.name)? else {
        return match pull.map(|pull| normalise::normalise(context, source, dataset, pull)) {
            None | Some(Ok(_) | Err(Error::Provider { .. } | Error::Fetch { .. })) => Ok(()),
            Some(Err(error)) => Err(error),
        };
    };
    if normalise::is_whole(context.workspace, &source.name, &dataset.name, &report)? {
        return Ok(());
    }
    let path = context.workspace.observation_file(&report.hash);
    let damaged = |why: &str| {
        Error::provider_hint(
            Code::DamagedObservations,
            format!("{} is damaged or gone, and cannot be made anew: {why}", path.display()),
            format!("pull {}/{} again, from the network or with --from", source.name, dataset.name),
        )
    };
    match pull.map(|pull| normalise::normalise(context, source, dataset, pull)) {
        Some(Ok(_)) => Ok(()),
        Some(Err(error @ (Error::Provider { .. } | Error::Fetch { .. }))) => Err(damaged(&error.to_string())),
        Some(Err(error)) => Err(error),
        None => Err(damaged("there is no record of what was pulled")),
    }
}

/// A line for each body that arrived and may not be used; its snapshot is kept as long as the line.
fn remember_refusal(settings: &Settings, pull: &Pull, route: &Route, error: &Error) -> Result<()> {
    let journal = Journal::new(&settings.workspace.data);
    pull.bodies.iter().filter(|body| body.route == route.name).try_for_each(|body| {
        journal.record(&Attempt {
            name: body.name.clone(),
            url: body.url.clone(),
            outcome: "refused".into(),
            bytes: Some(body.bytes),
            hash: Some(body.hash.clone()),
            error: Some(error.to_string()),
            ..Attempt::new(settings.now, &pull.source, &pull.dataset, &route.name)
        })
    })
}
