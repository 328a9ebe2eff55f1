//! Asks the sources, side by side, for what is to be pulled; or takes it from a folder.

use std::collections::BTreeMap;

use indicatif::{ProgressBar, ProgressStyle};

use super::asked::{Asked, Asking, environment};
use super::load::Loaded;
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result};
use crate::fetch::{Client, Journal, Pull, Store};
use crate::pipelines::{Dataset, Source};
use crate::pull::{self, Breaker, Freshness};
use crate::settings::Settings;

/// What pulling one data set gave.
pub(super) enum Pulled {
    New(Pull),
    Unchanged(Pull),
    Failed(Error),
    /// It was not asked, or there was no body.
    Nothing,
}

pub(super) async fn pull_all(settings: &Settings, loaded: &Loaded, all: &[Asked<'_>]) -> Result<BTreeMap<DatasetId, Pulled>> {
    let store = Store::new(&settings.workspace.data);
    let journal = Journal::new(&settings.workspace.data);
    let mut results = BTreeMap::new();
    for one in all {
        if let Asking::Folder(folder) = &one.asking {
            for (path, why) in pull::look_into(folder).unwrap_or_default().passed_over {
                tracing::warn!(source = %one.source.name, dataset = %one.dataset.name, "{}: not read, since it is {why}", path.display());
            }
            let outcome = pull::from_folder(&store, &journal, one.source, one.dataset, folder, one.previous.as_ref(), settings.now);
            results.insert(one.id(), settle(settings, outcome)?);
        }
    }
    // Sources are asked side by side, the data sets of one source one after the other.
    let mut tasks = Vec::new();
    for source in &loaded.sources {
        let mine: Vec<&Asked<'_>> = all.iter().filter(|one| one.asking == Asking::Provider && one.source.name == source.name).collect();
        if !mine.is_empty() {
            tasks.push(pull_source(settings, source, mine, &store, &journal));
        }
    }
    for part in futures::future::join_all(tasks).await {
        results.extend(part?);
    }
    Ok(results)
}

async fn pull_source(
    settings: &Settings,
    source: &Source,
    all: Vec<&Asked<'_>>,
    store: &Store,
    journal: &Journal,
) -> Result<BTreeMap<DatasetId, Pulled>> {
    let mut results = BTreeMap::new();
    let client = match Client::new(&source.http) {
        Ok(client) => client,
        // Wrong settings of one source must not stop the others.
        Err(error) => return Ok(all.iter().map(|one| (one.id(), Pulled::Failed(same(&error)))).collect()),
    };
    let mut breaker = Breaker::default();
    for one in all {
        let (id, dataset) = (one.id(), one.dataset);
        let source = &at_own_address(source, dataset);
        if let Some(error) = breaker.open(&source.http.base_url) {
            results.insert(id, Pulled::Failed(error));
            continue;
        }
        let bar = bar(settings, &id);
        let previous = one.previous.as_ref();
        let ticking = |bytes| bar.inc(bytes);
        let outcome = pull::from_network(&client, store, journal, source, dataset, previous, settings.now, &environment, &ticking).await;
        bar.finish_and_clear();
        breaker.note(&source.http.base_url, outcome.as_ref().err());
        results.insert(id, settle(settings, outcome.map(Some))?);
    }
    Ok(results)
}

/// The same error once more, for another data set.
fn same(error: &Error) -> Error {
    match error {
        Error::Fetch { code, message, hint } => Error::Fetch { code: *code, message: message.clone(), hint: hint.clone() },
        other => Error::Internal(other.to_string()),
    }
}

/// The source as one data set sees it: some have a host of their own.
fn at_own_address(source: &Source, dataset: &Dataset) -> Source {
    let mut source = source.clone();
    if let Some(base_url) = &dataset.base_url {
        source.http.base_url.clone_from(base_url);
    }
    source
}

fn bar(settings: &Settings, id: &DatasetId) -> ProgressBar {
    if !settings.bars {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length().with_message(id.to_string());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar
}

fn settle(settings: &Settings, outcome: Result<Option<Freshness>>) -> Result<Pulled> {
    Ok(match outcome {
        Ok(None) => Pulled::Nothing,
        Ok(Some(Freshness::New(pull))) => Pulled::New(pull),
        Ok(Some(Freshness::Unchanged(pull))) => {
            pull.save(&settings.workspace.data)?;
            Pulled::Unchanged(pull)
        }
        Err(error @ (Error::Fetch { .. } | Error::Provider { .. })) => Pulled::Failed(error),
        // Our own disk, or a fault of ours: no source has failed.
        Err(error) => return Err(error),
    })
}
