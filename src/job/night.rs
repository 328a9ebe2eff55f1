//! The nightly job: pull, normalise, compute, check, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;

use super::load::{self, Loaded};
use super::normalise::normalise_all;
use super::pull::{name, pull_all};
use super::state::{States, is_stale, no_data};
use crate::error::{Error, Result};
use crate::fetch::Store;
use crate::job::due::is_due;
use crate::pipelines::{self, Dataset, Source};
use crate::publish::{self, Made};
use crate::release::build::{Build, Built};
use crate::release::{Manifest, fingerprint, promote};
use crate::settings::Settings;

/// What a run is asked to do.
pub struct Ask {
    /// Bodies come from this folder instead of the network.
    pub from: Option<PathBuf>,
    /// Only these sources or data sets; empty = all.
    pub only: Vec<String>,
    /// Only what its schedule says is due.
    pub due: bool,
    /// Failed checks that a person lets pass this time.
    pub accept: Vec<String>,
}

/// What a run came to.
pub struct Night {
    pub outcome: Published,
    pub states: States,
    /// The documented exit code.
    pub code: u8,
}

pub enum Published {
    /// A new release is current.
    Release(Box<Built>),
    /// No input has changed since this release.
    Nothing(String),
    /// Computed again for what is held at its last good values: the same values came out, and this release stays.
    StillHeld { release: String, held: Vec<String> },
    /// Only the first half was asked for.
    PulledOnly,
}

/// Pulls and normalises; `publish` says whether a release is made of it.
pub async fn run(settings: &Settings, loaded: &Loaded, ask: &Ask, publish: bool) -> Result<Night> {
    let selected = pipelines::select(&loaded.sources, &ask.only)?;
    if let Some(from) = &ask.from {
        if !from.is_dir() {
            return Err(Error::usage_hint(
                format!("--from {}: not a folder", from.display()),
                "bodies are read from DIR/<source>/<dataset>/",
            ));
        }
        warn_of_unknown_folders(from, &loaded.sources);
    }
    let _lock = load::lock(settings)?;
    Store::new(&settings.workspace.data).sweep()?;
    let chosen: Vec<(&Source, &Dataset)> = selected.into_iter().filter(|(s, d)| !ask.due || is_due(settings, s, d)).collect();
    let pulled = pull_all(settings, loaded, &chosen, ask.from.as_deref()).await?;
    let states = normalise_all(settings, loaded, pulled)?;
    if publish {
        return release(settings, loaded, states, &ask.accept).await;
    }
    if loaded.reports(settings).is_empty() {
        return Err(no_data(&states));
    }
    let code = if states.values().any(|s| s.status == "failed") { 3 } else { 0 };
    let asked: BTreeSet<String> = chosen.iter().map(|(s, d)| name(s, d)).collect();
    let states = states.into_iter().filter(|(name, _)| ask.only.is_empty() || asked.contains(name)).collect();
    Ok(Night { outcome: Published::PulledOnly, states, code })
}

/// The second half of a run: a release from the bodies at hand.
pub async fn compute(settings: &Settings, loaded: &Loaded, accept: &[String]) -> Result<Night> {
    let _lock = load::lock(settings)?;
    let states = normalise_all(settings, loaded, BTreeMap::new())?;
    release(settings, loaded, states, accept).await
}

/// Folders that no source or data set has the name of are passed over, but not in silence.
fn warn_of_unknown_folders(from: &Path, sources: &[Source]) {
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        let folders = entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().to_string_lossy().into_owned());
        folders.filter(|name| !name.starts_with('.')).collect()
    };
    for name in folders(from) {
        let Some(source) = sources.iter().find(|s| s.name == name) else {
            let hint = crate::error::suggestion(&name, sources.iter().map(|s| s.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no source has this name, so nothing in it is read; {hint}", from.join(&name).display());
            continue;
        };
        for dataset in folders(&from.join(&name)).into_iter().filter(|d| source.dataset(d).is_none()) {
            let hint = crate::error::suggestion(&dataset, source.datasets.iter().map(|d| d.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no data set of {name} has this name, so it is not read; {hint}", from.join(&name).join(&dataset).display());
        }
    }
}

/// Computes, checks and promotes; or finds that nothing has changed.
async fn release(settings: &Settings, loaded: &Loaded, states: States, accept: &[String]) -> Result<Night> {
    for check in accept {
        if !loaded.checks.iter().any(|c| c.id == *check) {
            let known = loaded.checks.iter().map(|c| c.id.as_str());
            return Err(Error::Usage { message: format!("no check `{check}`"), hint: crate::error::suggestion(check, known) });
        }
    }
    let reports = loaded.reports(settings);
    if reports.is_empty() {
        return Err(no_data(&states));
    }
    let total = loaded.catalogue.indicators.len() as u64;
    let bar = if settings.bars { ProgressBar::new(total).with_message("computing") } else { ProgressBar::hidden() };
    let ticking = bar.clone();
    let build = Build {
        workspace: &settings.workspace,
        sources: &loaded.sources,
        catalogue: loaded.catalogue.clone(),
        reference: loaded.reference.clone(),
        checks: &loaded.checks,
        reports: Arc::new(reports),
        states: &states,
        settings: loaded.settings_inputs(settings),
        membership: settings.membership.name(),
        now: settings.now,
        limits: settings.limits,
        threads: settings.threads,
        accept: accept.to_vec(),
        done: Arc::new(move |name| {
            ticking.inc(1);
            tracing::info!(indicator = name, "computed");
        }),
    };
    let stale = states.iter().any(|(name, s)| s.status == "failed" || is_stale(loaded, name, s));
    let key = fingerprint::key(&build.inputs());
    let current = promote::current(&settings.workspace);
    let current_manifest = current
        .as_ref()
        .and_then(|path| Manifest::verified(path).inspect_err(|error| tracing::error!("{error}; the release is made anew")).ok());
    let same_inputs = current_manifest.filter(|manifest| manifest.key == key);
    // What is held is computed again though no input changes: the reason may be gone.
    if let Some(manifest) = &same_inputs
        && manifest.held().is_empty()
    {
        let code = if stale { 3 } else { 0 };
        bar.finish_and_clear();
        return Ok(Night { outcome: Published::Nothing(manifest.release.clone()), states, code });
    }
    let mut built = build.build().await?;
    bar.finish_and_clear();
    let made =
        Made { workspace: &settings.workspace, sources: &loaded.sources, catalogue: &loaded.catalogue, reference: &loaded.reference };
    let folder = publish::stage(made, &built.contents, &mut built.manifest)?;
    for (name, reason) in &built.held {
        tracing::error!(indicator = %name, "held at its last good values: {reason}");
    }
    if let Some(manifest) = &same_inputs
        && manifest.gives_the_same(&built.manifest)
    {
        fs_err::remove_dir_all(&folder)?;
        let held = manifest.held().into_iter().map(str::to_owned).collect();
        return Ok(Night { outcome: Published::StillHeld { release: manifest.release.clone(), held }, states, code: 3 });
    }
    if !built.stopping.is_empty() {
        return Err(Error::Gate {
            message: format!("release {} is staged, not promoted: {}", built.manifest.release, built.stopping.join("; ")),
            hint: Some(format!("see {}/failures/, mend the cause and run again", folder.display())),
        });
    }
    let code = if stale || !built.held.is_empty() { 3 } else { 0 };
    promote::promote(&settings.workspace, &folder, &built.manifest.release)?;
    Ok(Night { outcome: Published::Release(Box::new(built)), states, code })
}
