//! Normalises what was pulled, data sets side by side; a pull becomes the current one only when its bodies could be read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::load::Loaded;
use super::pull::Pulled;
use super::state::{States, age_days};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result, count};
use crate::fetch::{Attempt, Journal, Pull, Store};
use crate::observe::NormaliseReport;
use crate::observe::normalise::{self, NormaliseContext};
use crate::pipelines::{Dataset, Source};
use crate::release::build::DatasetState;
use crate::settings::Settings;

/// Normalises what was pulled; a pull becomes the current one only when its bodies could be read.
pub(super) fn normalise_all(settings: &Settings, loaded: &Loaded, mut pulled: BTreeMap<DatasetId, Pulled>) -> Result<States> {
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
            let previous = loaded.pull_of(settings, &source.name, &dataset.name)?;
            jobs.push((source, dataset, pulled.remove(&id).unwrap_or(Pulled::Nothing), previous, id));
        }
    }
    let queue = Mutex::new(jobs.into_iter());
    let states = Mutex::new(States::new());
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
                        Ok(state) => {
                            if let Ok(mut states) = states.lock() {
                                states.insert(id, state);
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
        _ => states.into_inner().map_err(|_| Error::Internal("a normalising thread ended early".into())),
    }
}

/// A data set whose bodies met a fault of the program: the last good data stay in use.
fn broken(settings: &Settings, source: &Source, dataset: &Dataset, last: Option<Pull>, message: &str) -> DatasetState {
    let message = format!("{}: {}: {message}; please report it with the body", Code::ReaderFault, source.id(dataset));
    tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
    DatasetState { age_days: last.as_ref().and_then(|p| age_days(settings, p)), pull: last, status: "failed", message: Some(message) }
}

fn normalise_one(
    settings: &Settings,
    context: &NormaliseContext<'_>,
    source: &Source,
    dataset: &Dataset,
    pulled: Pulled,
    previous: Option<Pull>,
) -> Result<DatasetState> {
    let state = |pull: Option<Pull>, status, message| DatasetState {
        age_days: pull.as_ref().and_then(|p| age_days(settings, p)),
        pull,
        status,
        message,
    };
    let failed = |error: &Error, pull: Option<Pull>| -> Result<DatasetState> {
        last_good(context, source, dataset, pull.as_ref())?;
        let message = match error.hint() {
            Some(hint) => format!("{error} ({hint})"),
            None => error.to_string(),
        };
        let message = match pull.as_ref().and_then(|p| Some((p, age_days(settings, p)?))) {
            Some((pull, age)) => format!(
                "{message}; in use: what was pulled on {}, {} old",
                &pull.fetched_at[..10.min(pull.fetched_at.len())],
                count(age.max(0) as usize, "day")
            ),
            None => message,
        };
        tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
        Ok(state(pull, "failed", Some(message)))
    };
    let (pull, fresh) = match pulled {
        Pulled::New(pull) => (pull, true),
        Pulled::Unchanged(pull) => (pull, false),
        Pulled::Failed(error) => return failed(&error, previous),
        Pulled::Nothing => match previous.clone() {
            Some(pull) => (pull, false),
            None => {
                last_good(context, source, dataset, None)?;
                return Ok(state(None, "missing", None));
            }
        },
    };
    if fresh && let Some(body) = pull.bodies.iter().find(|body| context.store.is_refused(&body.hash)) {
        let message = format!("{}/{}/{}: the snapshot {} is refused by hand", source.name, dataset.name, body.name, body.hash);
        let hint = "the provider still sends it; `pull --admit HASH` takes the refusal back";
        return failed(&Error::provider_hint(Code::SnapshotRefused, message, hint), previous);
    }
    match normalise::normalise(context, source, dataset, &pull) {
        Ok((report, redone)) => {
            if fresh {
                pull.save(&settings.workspace.data)?;
            }
            for warning in &report.warnings {
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{warning}");
            }
            tracing::info!(source = %source.name, dataset = %dataset.name, observations = report.counts.observations, quarantined = report.counts.quarantined, "normalised");
            Ok(state(Some(pull), if fresh || redone { "new" } else { "unchanged" }, None))
        }
        Err(error @ (Error::Provider { .. } | Error::Fetch { .. })) => {
            if fresh {
                remember_refusal(settings, &pull, &error)?;
            }
            failed(&error, previous)
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
fn remember_refusal(settings: &Settings, pull: &Pull, error: &Error) -> Result<()> {
    let journal = Journal::new(&settings.workspace.data);
    pull.bodies.iter().try_for_each(|body| {
        journal.record(&Attempt {
            name: body.name.clone(),
            url: body.url.clone(),
            outcome: "refused".into(),
            bytes: Some(body.bytes),
            hash: Some(body.hash.clone()),
            error: Some(error.to_string()),
            ..Attempt::new(settings.now, &pull.source, &pull.dataset)
        })
    })
}
