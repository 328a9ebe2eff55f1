//! Asks the sources, side by side, for what is to be pulled, by one route after the other; or takes it from a folder.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use super::asked::{Asked, Asking, environment};
use super::load::Loaded;
use super::routes::{self, Arrived, Pulled, Turn, Turns};
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result};
use crate::fetch::{Attempt, Client, Journal, Network, Store};
use crate::pipelines::Source;
use crate::pull;
use crate::settings::Settings;

/// What a run shares between all that it asks for.
pub(super) struct Asker<'a> {
    pub settings: &'a Settings,
    pub store: Store,
    pub journal: Journal,
    network: Network,
    bars: MultiProgress,
}

impl<'a> Asker<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        let data = &settings.workspace.data;
        let (store, journal) = (Store::new(data), Journal::new(data));
        Self { settings, store, journal, network: Network::default(), bars: MultiProgress::new() }
    }

    /// Bodies of every data set that is asked: in the first round of all, then of those in `turns`.
    pub(super) async fn pull(&self, loaded: &Loaded, all: &[Asked<'_>], turns: Option<&Turns>) -> Result<BTreeMap<DatasetId, Pulled>> {
        let mut results = BTreeMap::new();
        for one in all.iter().filter(|_| turns.is_none()) {
            if let Asking::Folder(folder) = &one.asking {
                for (path, why) in pull::look_into(folder).unwrap_or_default().passed_over {
                    tracing::warn!(source = %one.source.name, dataset = %one.dataset.name, "{}: not read, since it is {why}", path.display());
                }
                let (previous, now) = (one.previous.as_ref(), self.settings.now);
                let outcome = pull::from_folder(&self.store, &self.journal, one.source, one.dataset, folder, previous, now);
                let pulled = match outcome {
                    Ok(None) => Pulled::Nothing,
                    Ok(Some(pull)) => routes::by_hand(one.of(), pull, now),
                    Err(error) => Pulled::Failed(vec![routes::told(&of_source(error)?)]),
                };
                results.insert(one.id(), pulled);
            }
        }
        // Sources are asked side by side, the data sets of one source one after the other.
        let mut tasks = Vec::new();
        for source in &loaded.sources {
            let mine = all.iter().filter(|one| one.asking == Asking::Provider && one.source.name == source.name);
            let mine: Vec<&Asked<'_>> = mine.filter(|one| turns.is_none_or(|turns| turns.contains_key(&one.id()))).collect();
            if !mine.is_empty() {
                tasks.push(self.pull_source(source, mine, turns));
            }
        }
        for part in futures::future::join_all(tasks).await {
            results.extend(part?);
        }
        Ok(results)
    }

    async fn pull_source(&self, source: &Source, all: Vec<&Asked<'_>>, turns: Option<&Turns>) -> Result<BTreeMap<DatasetId, Pulled>> {
        let mut results = BTreeMap::new();
        let client = match Client::new(&source.http, &source.addresses()) {
            Ok(client) => client,
            // Wrong settings of one source must not stop the others.
            Err(error) => return Ok(all.iter().map(|one| (one.id(), Pulled::Failed(vec![routes::told(&error)]))).collect()),
        };
        let bar = self.bar(all.len());
        for one in all {
            let id = one.id();
            let turn = turns.and_then(|turns| turns.get(&id)).cloned().unwrap_or_default();
            bar.set_message(id.to_string());
            let pulled = self.by_routes(&client, one, turn, &bar).await?;
            bar.inc(1);
            results.insert(id, pulled);
        }
        bar.finish_and_clear();
        Ok(results)
    }

    /// Asks by one route after the other, until one gives bodies that are not stale.
    async fn by_routes(&self, client: &Client, one: &Asked<'_>, turn: Turn, bar: &ProgressBar) -> Result<Pulled> {
        let (source, dataset, now) = (one.source, one.dataset, self.settings.now);
        let Turn { next, mut said, mut stale } = turn;
        for (place, route) in dataset.routes.iter().enumerate().skip(next) {
            if route.format.nothing_to_ask(&environment).is_some() {
                continue;
            }
            let attempt = || Attempt::new(now, &source.name, &dataset.name, &route.name);
            let previous = one.previous.as_ref().and_then(|pull| pull.by_route(&route.name));
            let (store, journal, network) = (&self.store, &self.journal, &self.network);
            let received = AtomicU64::new(0);
            let ticking = |bytes| {
                let all = received.fetch_add(bytes, Ordering::Relaxed) + bytes;
                bar.set_message(format!("{} {}", one.id(), HumanBytes(all)));
            };
            let previous = previous.as_ref();
            let outcome =
                pull::from_network(client, network, store, journal, source, dataset, route, previous, now, &environment, &ticking).await;
            let arrived = match outcome {
                Ok(pull) => Arrived { pull, place },
                Err(error) => {
                    said.push(routes::said(dataset, route, &routes::told(&of_source(error)?)));
                    continue;
                }
            };
            if let Some(why) = routes::stale(route, arrived.bodies(), now) {
                self.journal.record(&Attempt { outcome: "stale".into(), error: Some(why.clone()), ..attempt() })?;
                said.push(routes::said(dataset, route, &why));
                stale.push(arrived);
                continue;
            }
            return Ok(routes::join(one.of(), Some(arrived), stale, said, now));
        }
        Ok(routes::join(one.of(), None, stale, said, now))
    }

    fn bar(&self, data_sets: usize) -> ProgressBar {
        if !self.settings.bars {
            return ProgressBar::hidden();
        }
        let bar = self.bars.add(ProgressBar::new(data_sets as u64));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        bar
    }
}

/// The fault of a source. Our own disk, or a fault of ours, is none: it ends the run.
fn of_source(error: Error) -> Result<Error> {
    if matches!(error, Error::Fetch { .. } | Error::Provider { .. }) { Ok(error) } else { Err(error) }
}
