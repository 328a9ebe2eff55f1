//! The nightly job: pull, normalise, compute, check, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indicatif::ProgressBar;

use super::asked::{self, Ask, Asked, Asking};
use super::gather::gather;
use super::load::Loaded;
use super::lock::lock;
use super::normalise::normalise_all;
use super::record::{self, DatasetLine, Outcome};
use super::state::{self, States, is_stale, no_data};
use super::{leftovers, tidy};
use crate::dataset_id::DatasetId;
use crate::engine::cluster::Cluster;
use crate::error::{Code, Error, Result};
use crate::exit::Exit;
use crate::publish::{self, Made};
use crate::release::build::{Build, Built};
use crate::release::{Manifest, fingerprint, pin, promote};
use crate::settings::Settings;

/// What a run came to.
pub struct Night {
    pub outcome: Published,
    pub states: States,
    /// Why data sets were not pulled.
    pub not_asked: BTreeMap<DatasetId, String>,
    /// Why it is degraded, one line each.
    pub degraded: Vec<String>,
    pub exit: Exit,
}

pub enum Published {
    /// A new release is current.
    Release(Box<Built>),
    /// No input has changed since this release.
    Nothing(String),
    /// Computed again for what is held at its last good values: the same values came out, and this release stays.
    StillHeld { release: String, held: Vec<String> },
    /// An input has changed, but a person holds this release.
    Pinned(String),
    /// A gate failed: this release is staged, not promoted.
    Refused { release: String, error: String, hint: String },
    /// Only the first half was asked for.
    PulledOnly,
}

impl Night {
    fn of(outcome: Published, states: States, degraded: Vec<String>) -> Self {
        let exit = Exit::degraded_if(!degraded.is_empty());
        Self { outcome, states, not_asked: BTreeMap::new(), degraded, exit }
    }
}

/// Pulls and normalises; `publish` says whether a release is made of it.
///
/// `cluster`: the workers that share in computing it.
pub async fn run(settings: &Settings, loaded: &Loaded, ask: &Ask, publish: bool, cluster: Option<Arc<Cluster>>) -> Result<Night> {
    asked::check(loaded, ask)?;
    let begun = begin(settings, loaded, if publish { "run" } else { "pull" })?;
    let result = Box::pin(pull_and_release(settings, loaded, ask, publish, cluster)).await;
    begun.end(settings, loaded, result)
}

async fn pull_and_release(settings: &Settings, loaded: &Loaded, ask: &Ask, publish: bool, cluster: Option<Arc<Cluster>>) -> Result<Night> {
    let all = asked::asked(settings, loaded, ask)?;
    let mut states = gather(settings, loaded, &all, &asked::accepted(&ask.accept)).await?;
    let not_asked = asked::not_asked(&all);
    let asked: BTreeSet<DatasetId> = all.iter().filter(|one| one.asking.is_asked()).map(Asked::id).collect();
    remember(loaded, &states, &not_asked, &asked);
    if publish {
        return Ok(Night { not_asked, ..Box::pin(shared_release(settings, loaded, states, &ask.accept, cluster)).await? });
    }
    if loaded.reports(settings)?.is_empty() {
        return Err(no_data(&states));
    }
    record::note(|record| record.outcome = Outcome::Pulled);
    let chosen: BTreeSet<DatasetId> = all.iter().filter(|one| one.asking != Asking::NotChosen).map(Asked::id).collect();
    let degraded = state::failed(&states);
    states.retain(|id, _| chosen.contains(id));
    Ok(Night { not_asked, ..Night::of(Published::PulledOnly, states, degraded) })
}

/// The second half of a run: a release from the bodies at hand.
pub async fn compute(settings: &Settings, loaded: &Loaded, accept: &[String], cluster: Option<Arc<Cluster>>) -> Result<Night> {
    asked::check_accepted(loaded, accept)?;
    let begun = begin(settings, loaded, "compute")?;
    let result = Box::pin(compute_again(settings, loaded, accept, cluster)).await;
    begun.end(settings, loaded, result)
}

async fn compute_again(settings: &Settings, loaded: &Loaded, accept: &[String], cluster: Option<Arc<Cluster>>) -> Result<Night> {
    let states = normalise_all(settings, loaded, BTreeMap::new(), &asked::accepted(accept), true)?.0;
    remember(loaded, &states, &BTreeMap::new(), &BTreeSet::new());
    Box::pin(shared_release(settings, loaded, states, accept, cluster)).await
}

/// A release, with what workers did for it.
async fn shared_release(
    settings: &Settings,
    loaded: &Loaded,
    states: States,
    accept: &[String],
    cluster: Option<Arc<Cluster>>,
) -> Result<Night> {
    let result = Box::pin(release(settings, loaded, states, accept, cluster.clone())).await;
    record::note(|record| record.workers = cluster.map(|cluster| cluster.shared()));
    result
}

/// A run that holds the lock; the record of the run keeps it.
struct Begun {
    leftovers: usize,
}

fn begin(settings: &Settings, loaded: &Loaded, verb: &str) -> Result<Begun> {
    let lock = lock(settings, verb)?;
    loaded.config.notify.tell(settings, &record::started(lock)?);
    Ok(Begun { leftovers: leftovers::clear(&settings.workspace)? })
}

impl Begun {
    /// Removes what is no longer needed, also behind a run that failed: one that does so for months grows all the same.
    fn end(self, settings: &Settings, loaded: &Loaded, result: Result<Night>) -> Result<Night> {
        if result.is_err() {
            // On a full disk, what is left of the release would take the room of the record.
            leftovers::clear(&settings.workspace).map_or_else(|error| tracing::error!("{error}"), drop);
        }
        // Where our own disk is at fault, nothing is removed by what can be read of it.
        if !matches!(result, Err(Error::Io(_))) {
            // The outcome stands: what could not be removed is tried again next time.
            let (retained, error) = tidy::after_a_run(settings, &loaded.config.retention, self.leftovers);
            if let Some(error) = &error {
                tracing::error!("{error}");
            }
            record::note(|record| (record.retention, record.not_removed) = (retained, error.map(|error| error.to_string())));
        }
        result
    }
}

/// What became of each data set, for the record of the run.
fn remember(loaded: &Loaded, states: &States, not_asked: &BTreeMap<DatasetId, String>, asked: &BTreeSet<DatasetId>) {
    let line = |id: &DatasetId, state: &state::DatasetState| DatasetLine {
        status: state.status.to_owned(),
        message: state.message.clone(),
        not_asked: not_asked.get(id).cloned(),
        asked: asked.contains(id),
        stale: is_stale(loaded, id, state),
    };
    record::note(|record| record.data_sets = states.iter().map(|(id, state)| (id.clone(), line(id, state))).collect());
}

/// Computes, checks and promotes; or finds that nothing has changed.
async fn release(settings: &Settings, loaded: &Loaded, states: States, accept: &[String], cluster: Option<Arc<Cluster>>) -> Result<Night> {
    let reports = loaded.reports(settings)?;
    if reports.is_empty() {
        return Err(no_data(&states));
    }
    let total = loaded.catalogue.indicators.len() as u64;
    let bar = if settings.bars { ProgressBar::new(total).with_message("computing") } else { ProgressBar::hidden() };
    let ticking = bar.clone();
    let releasing = Build {
        workspace: &settings.workspace,
        sources: &loaded.sources,
        catalogue: loaded.catalogue.clone(),
        reference: loaded.reference.clone(),
        checks: &loaded.checks,
        corrections: &loaded.corrections,
        goldens: &loaded.goldens.table,
        reports: Arc::new(reports),
        states: &states,
        settings: loaded.settings_inputs(settings)?,
        membership: settings.membership.name(),
        now: settings.now,
        limits: settings.limits,
        cluster,
        threads: settings.threads,
        accept: accept.to_vec(),
        left_out: loaded.left_out(),
        done: Arc::new(move |name| {
            ticking.inc(1);
            tracing::info!(indicator = name, "computed");
        }),
    };
    let mut degraded = state::degraded(loaded, &states);
    let pin = pin::pinned(&settings.workspace)?;
    let mut damage = None;
    let current = match promote::current(&settings.workspace)? {
        Some(path) => Manifest::if_sound(&path, settings.now, |error| damage = Some(error.to_string()))?,
        None => None,
    };
    if let Some(damage) = damage.as_ref().filter(|_| pin.is_none()) {
        tracing::error!("{damage}; the release is made anew");
    }
    let key = fingerprint::key(&releasing.inputs(current.as_ref())?)?;
    let same_inputs = current.filter(|manifest| manifest.key == key);
    // What is held is computed again though no input changes: the reason may be gone.
    if let Some(manifest) = &same_inputs
        && manifest.held().is_empty()
    {
        bar.finish_and_clear();
        record::note(|record| record.outcome = Outcome::NothingToDo);
        return Ok(Night::of(Published::Nothing(manifest.release.clone()), states, degraded));
    }
    if let Some(release) = pin {
        bar.finish_and_clear();
        let why = match (damage, &same_inputs) {
            (Some(damage), _) => format!("{damage}; it is not made anew, and nothing was published"),
            (None, Some(_)) => "what it holds at its last good values was not computed again".to_owned(),
            (None, None) => "inputs have changed, and nothing was published".to_owned(),
        };
        degraded.push(format!("release {release} is pinned: {why}; `yardstick release unpin`"));
        record::note(|record| record.outcome = Outcome::Pinned);
        return Ok(Night::of(Published::Pinned(release), states, degraded));
    }
    let mut built = releasing.build().await?;
    bar.finish_and_clear();
    let made = Made {
        workspace: &settings.workspace,
        sources: &loaded.sources,
        catalogue: &loaded.catalogue,
        reference: &loaded.reference,
        formats: &loaded.config.publication.formats,
    };
    let folder = publish::stage(made, &built.contents, &mut built.manifest, settings.threads)?;
    let held = told_of_held(&built);
    for ((name, _), told) in built.held.iter().zip(&held) {
        tracing::error!(indicator = %name, "{told}");
    }
    if let Some(manifest) = &same_inputs
        && manifest.gives_the_same(&built.manifest)
    {
        promote::remove(&settings.workspace, &folder)?;
        let names: Vec<String> = manifest.held().into_iter().map(str::to_owned).collect();
        degraded.extend(held);
        record::note(|record| record.outcome = Outcome::StillHeld);
        return Ok(Night::of(Published::StillHeld { release: manifest.release.clone(), held: names }, states, degraded));
    }
    degraded.extend(held);
    let id = built.manifest.release.clone();
    if !built.stopping.is_empty() {
        promote::refuse(&settings.workspace, &folder, &id)?;
        let checks: Vec<&str> = built.stopping.iter().filter_map(|told| told.split_once(':')).map(|(check, _)| check).collect();
        let error = format!("{}: release {id} is staged, not promoted: {}", Code::GateFailed, built.stopping.join("; "));
        let hint = format!(
            "look at the rows with `yardstick checks --failed --release {id}`; correct the cause and run again, or let it pass this once with --accept {}",
            checks.join(",")
        );
        record::note(|record| {
            (record.outcome, record.staged) = (Outcome::Refused, Some(id.clone()));
            (record.message, record.hint) = (Some(error.clone()), Some(hint.clone()));
        });
        let refused = Published::Refused { release: id, error, hint };
        return Ok(Night { exit: Exit::GateFailed, ..Night::of(refused, states, degraded) });
    }
    // No signal comes between: what is promoted is also told.
    record::note(|record| {
        record.degraded.clone_from(&degraded);
        promote::promote(&settings.workspace, &folder, &id)?;
        (record.outcome, record.promoted) = (Outcome::Published, Some(id.clone()));
        Ok::<(), Error>(())
    })?;
    Ok(Night::of(Published::Release(Box::new(built)), states, degraded))
}

/// What is said of each indicator that could not be computed, or that a check refused.
fn told_of_held(built: &Built) -> Vec<String> {
    let told = |(name, reason): &(String, String)| {
        if built.manifest.indicators.get(name).is_some_and(|entry| entry.rows > 0) {
            format!("{name} is held at its last good values: {reason}")
        } else {
            format!("{name} has no values, and there are none of before to hold it at: {reason}")
        }
    };
    built.held.iter().map(told).collect()
}
