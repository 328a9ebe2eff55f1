//! Asks the sources, side by side, for what is to be pulled; or takes it from a folder.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::load::Loaded;
use crate::error::{Error, Result};
use crate::fetch::{Client, Journal, Pull, Store};
use crate::pipelines::{Dataset, Source};
use crate::pull::{self, Breaker, Outcome};
use crate::settings::Settings;

/// What pulling one data set gave.
pub(super) enum Pulled {
    New(Pull),
    Unchanged(Pull),
    Failed(Error),
    /// Nothing to pull: no folder, or a file that is only downloaded by hand.
    Nothing,
}

pub(super) async fn pull_all(
    settings: &Settings,
    loaded: &Loaded,
    chosen: &[(&Source, &Dataset)],
    from: Option<&Path>,
) -> Result<BTreeMap<String, Pulled>> {
    let store = Store::new(&settings.workspace.data);
    let journal = Journal::new(&settings.workspace.data);
    let mut results = BTreeMap::new();
    if let Some(from) = from {
        for (source, dataset) in chosen {
            let folder = from.join(&source.name).join(&dataset.name);
            for (path, why) in pull::look_into(&folder)?.passed_over {
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{}: not read, since it is {why}", path.display());
            }
            let previous = loaded.pull_of(settings, &source.name, &dataset.name);
            let outcome = pull::from_folder(&store, &journal, source, dataset, &folder, previous.as_ref(), settings.now);
            results.insert(name(source, dataset), settle(settings, outcome)?);
        }
        return Ok(results);
    }
    // Sources are pulled side by side, the data sets of one source one after the other.
    let mut tasks = Vec::new();
    for source in &loaded.sources {
        let mine: Vec<&Dataset> = chosen.iter().filter(|(s, _)| s.name == source.name).map(|(_, d)| *d).collect();
        if !mine.is_empty() {
            tasks.push(pull_source(settings, loaded, source, mine, &store, &journal));
        }
    }
    for part in futures::future::join_all(tasks).await {
        results.extend(part?);
    }
    Ok(results)
}

async fn pull_source(
    settings: &Settings,
    loaded: &Loaded,
    source: &Source,
    datasets: Vec<&Dataset>,
    store: &Store,
    journal: &Journal,
) -> Result<BTreeMap<String, Pulled>> {
    let mut results = BTreeMap::new();
    let client = match Client::new(&source.http) {
        Ok(client) => client,
        // Wrong settings of one source must not stop the others.
        Err(error) => {
            let all = datasets.iter().map(|d| (name(source, d), Pulled::Failed(same(&error))));
            return Ok(all.collect());
        }
    };
    let mut breaker = Breaker::default();
    let environment = |name: &str| std::env::var(name).ok();
    for dataset in datasets {
        let name = name(source, dataset);
        if dataset.format.nothing_to_ask(&environment).is_some() {
            results.insert(name, Pulled::Nothing);
            continue;
        }
        let source = &at_own_address(source, dataset);
        if let Some(error) = breaker.open(&source.http.base_url) {
            results.insert(name, Pulled::Failed(error));
            continue;
        }
        let bar = bar(settings, &name);
        let previous = loaded.pull_of(settings, &source.name, &dataset.name);
        let outcome =
            pull::from_network(&client, store, journal, source, dataset, previous.as_ref(), settings.now, &environment, &|bytes| {
                bar.inc(bytes)
            })
            .await;
        bar.finish_and_clear();
        breaker.note(&source.http.base_url, outcome.as_ref().err());
        results.insert(name, settle(settings, outcome.map(Some))?);
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

fn bar(settings: &Settings, name: &str) -> ProgressBar {
    if !settings.bars {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length().with_message(name.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar
}

fn settle(settings: &Settings, outcome: Result<Option<Outcome>>) -> Result<Pulled> {
    Ok(match outcome {
        Ok(None) => Pulled::Nothing,
        Ok(Some(Outcome::New(pull))) => Pulled::New(pull),
        Ok(Some(Outcome::Unchanged(pull))) => {
            pull.save(&settings.workspace.data)?;
            Pulled::Unchanged(pull)
        }
        Err(error) => Pulled::Failed(error),
    })
}

/// `source/dataset`.
pub(super) fn name(source: &Source, dataset: &Dataset) -> String {
    format!("{}/{}", source.name, dataset.name)
}
