//! Normalises what was pulled, data sets side by side; a pull becomes the current one only when its bodies could be read.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::load::Loaded;
use super::routes::{self, Arrived, Bodies, Of, Pulled, Turn, Turns};
use super::state::{States, age_days};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Attempt, Body, Journal, Pull, Store};
use crate::observe::NormaliseReport;
use crate::observe::normalise::{self, NormaliseContext};
use crate::pipelines::{Dataset, Route, Source};
use crate::pull::{self, Freshness};
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
    NextRoute(Turn),
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
    let of = Of { source, dataset, previous: previous.as_ref() };
    let mut pulled = match pulled {
        Pulled::Bodies(bodies) => Some(bodies),
        Pulled::Failed(said) => return failed(&said, previous),
        Pulled::Nothing if previous.is_none() => {
            last_good(context, source, dataset, None)?;
            return Ok(state(None, "missing", None));
        }
        Pulled::Nothing => None,
    };
    loop {
        let (mut pull, fresh) = match (&pulled, &previous) {
            (Some(bodies), _) => (bodies.pull.pull().clone(), matches!(bodies.pull, Freshness::New(_))),
            (None, Some(previous)) => (previous.clone(), false),
            (None, None) => return Ok(state(None, "missing", None)),
        };
        let by = pulled.as_ref().and_then(|bodies| dataset.routes.get(bodies.route));
        if let (Some(bodies), Some(route)) = (&pulled, by) {
            // Last good figures that a person refuses, where there were none to go back to, hold up no other route.
            let came = |name: &str| name == route.name || bodies.stale.iter().any(|part| dataset.routes[part.place].name == name);
            let refused = |body: &Body| !came(&body.route) && context.store.is_refused(&body.hash);
            let out: BTreeSet<String> = pull.bodies.iter().filter(|body| refused(body)).map(|body| body.route.clone()).collect();
            pull.bodies.retain(|body| !out.contains(&body.route));
            pull.routes.retain(|name, _| !out.contains(name));
        }
        let normalised = match refused_by_hand(context, source, dataset, &pull).filter(|_| fresh) {
            Some(error) => Err(error),
            None => normalise::normalise(context, source, dataset, &pull),
        };
        let error = match normalised {
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
                let route = by.map_or("", |route| &route.name);
                tracing::info!(source = %source.name, dataset = %dataset.name, route, observations = report.counts.observations, quarantined = report.counts.quarantined, "normalised");
                let said = pulled.map(|bodies| bodies.said).unwrap_or_default();
                let message = (!said.is_empty()).then(|| {
                    let message = format!("{}; {}", said.join("; "), routes::in_use(dataset, &report, &pull, settings.now));
                    tracing::warn!(source = %source.name, dataset = %dataset.name, "{message}");
                    message
                });
                return Ok(state(Some(pull), if fresh || redone { "new" } else { "unchanged" }, message));
            }
            Err(error @ (Error::Provider { .. } | Error::Fetch { .. })) => error,
            // Our own disk is no provider, and a fault of ours is none of theirs.
            Err(other) => return Err(other),
        };
        let (Some(bodies), Some(route)) = (pulled.take(), by) else { return failed(&[routes::told(&error)], previous) };
        let again = if pull.origin == "network" {
            match without(settings, context, of, *bodies, &pull, route, &error)? {
                Rest::Asked(turn) => return Ok(Normalised::NextRoute(turn)),
                Rest::Joined(pulled) => pulled,
            }
        } else if let Some(found) = by_layout(context, dataset, &pull)? {
            routes::by_hand(of, pull::against(found, previous.as_ref()), settings.now)
        } else {
            // Bodies of a person came by no route, and are not asked for by another.
            remember_refusal(settings, &pull, route, &error)?;
            return failed(&[routes::told(&error)], previous);
        };
        match again {
            Pulled::Bodies(bodies) => pulled = Some(bodies),
            Pulled::Failed(said) => return failed(&said, previous),
            Pulled::Nothing => return failed(&[routes::told(&error)], previous),
        }
    }
}

/// Why a pull may not be used that has a snapshot which a person refuses.
fn refused_by_hand(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: &Pull) -> Option<Error> {
    let body = pull.bodies.iter().find(|body| context.store.is_refused(&body.hash))?;
    let message = format!("{}/{}/{}: the snapshot {} is refused by hand", source.name, dataset.name, body.name, body.hash);
    let hint = "the provider still sends it; `pull --admit HASH` takes the refusal back";
    Some(Error::provider_hint(Code::SnapshotRefused, message, hint))
}

/// What becomes of a data set whose bodies were refused.
enum Rest {
    /// The next route is asked.
    Asked(Turn),
    /// Other bodies that came.
    Joined(Pulled),
}

/// Bodies that were refused, without those that are at fault: what is stale and wrong by itself, or else what came by the
/// route that answered, or by the last that is stale. What is stale and good is not lost with another.
fn without(
    settings: &Settings,
    context: &NormaliseContext<'_>,
    of: Of<'_>,
    bodies: Bodies,
    pull: &Pull,
    route: &Route,
    error: &Error,
) -> Result<Rest> {
    let Of { source, dataset, .. } = of;
    let Bodies { route: place, mut arrived, stale, mut said, .. } = bodies;
    let mut refuse = |pull: &Pull, route: &Route, error: &Error| {
        said.push(routes::said(dataset, route, &routes::told(error)));
        remember_refusal(settings, pull, route, error)
    };
    let (all, several) = (stale.len(), stale.len() + usize::from(arrived.is_some()) > 1);
    let mut good: Vec<Arrived> = Vec::new();
    for part in stale {
        let outcome = || match refused_by_hand(context, source, dataset, part.pull.pull()) {
            Some(error) => Err(error),
            None => normalise::holds(context, source, dataset, part.pull.pull()),
        };
        match if several { outcome() } else { Ok(()) } {
            Ok(()) => good.push(part),
            Err(error @ (Error::Provider { .. } | Error::Fetch { .. })) => {
                refuse(part.pull.pull(), &dataset.routes[part.place], &error)?;
            }
            Err(other) => return Err(other),
        }
    }
    let mut next = dataset.routes.len();
    if good.len() == all {
        if arrived.take().is_some() {
            refuse(pull, route, error)?;
            next = place + 1;
        } else if let Some(last) = good.pop() {
            // Of two that do not agree, the one behind is no mirror.
            refuse(last.pull.pull(), &dataset.routes[last.place], error)?;
        }
    }
    if next < dataset.routes.len() {
        return Ok(Rest::Asked(Turn { next, said, stale: good }));
    }
    Ok(Rest::Joined(routes::join(of, arrived, good, said, settings.now)))
}

/// The same bodies, each by the route that reads it: a person may have brought what a mirror has. None where a body is
/// read by no route, or each by its own.
fn by_layout(context: &NormaliseContext<'_>, dataset: &Dataset, pull: &Pull) -> Result<Option<Pull>> {
    let mut found = pull.clone();
    for body in &mut found.bodies {
        let mut reads = None;
        let own = dataset.route(&body.route).map(|(_, route)| route);
        for route in own.into_iter().chain(&dataset.routes) {
            if normalise::is_read_by(context, route, body)? {
                reads = Some(route);
                break;
            }
        }
        let Some(route) = reads else { return Ok(None) };
        if route.name != body.route {
            let (source, set) = (&pull.source, &pull.dataset);
            tracing::warn!(source = %source, dataset = %set, "{source}/{set}/{}: read as what {} has (route {})", body.name, route.title, route.name);
            body.route.clone_from(&route.name);
        }
    }
    // The provider's own stand first.
    found.bodies.sort_by_key(|body| dataset.route(&body.route).map(|(place, _)| place));
    found.routes = found.bodies.iter().map(|body| (body.route.clone(), pull.checked_at.clone())).collect();
    Ok((found.bodies != pull.bodies).then_some(found))
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
