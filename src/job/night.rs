//! The nightly job: pull, normalise, compute, check, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indicatif::ProgressBar;

use super::asked::{self, Ask, Asked, Asking};
use super::gather::gather;
use super::load::{self, Loaded};
use super::normalise::normalise_all;
use super::state::{States, is_stale, no_data};
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::fetch::Store;
use crate::publish::{self, Made};
use crate::release::build::{Build, Built};
use crate::release::{Manifest, fingerprint, promote};
use crate::settings::Settings;

/// What a run came to.
pub struct Night {
    pub outcome: Published,
    pub states: States,
    /// Why data sets were not pulled.
    pub not_asked: BTreeMap<DatasetId, String>,
    pub exit: Exit,
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
    asked::check(loaded, ask)?;
    let _lock = load::lock(settings)?;
    Store::new(&settings.workspace.data).sweep()?;
    let all = asked::asked(settings, loaded, ask)?;
    let mut states = gather(settings, loaded, &all).await?;
    let not_asked = asked::not_asked(&all);
    if publish {
        return Ok(Night { not_asked, ..release(settings, loaded, states, &ask.accept).await? });
    }
    if loaded.reports(settings).is_empty() {
        return Err(no_data(&states));
    }
    let exit = Exit::degraded_if(states.values().any(|s| s.message.is_some()));
    let asked: BTreeSet<DatasetId> = all.iter().filter(|one| one.asking != Asking::NotChosen).map(Asked::id).collect();
    states.retain(|id, _| asked.contains(id));
    Ok(Night { outcome: Published::PulledOnly, states, not_asked, exit })
}

/// The second half of a run: a release from the bodies at hand.
pub async fn compute(settings: &Settings, loaded: &Loaded, accept: &[String]) -> Result<Night> {
    let _lock = load::lock(settings)?;
    let states = normalise_all(settings, loaded, BTreeMap::new(), true)?.0;
    release(settings, loaded, states, accept).await
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
    let stale = states.iter().any(|(id, s)| s.message.is_some() || is_stale(loaded, id, s));
    let key = fingerprint::key(&build.inputs()?)?;
    let current = promote::current(&settings.workspace);
    let current_manifest = current
        .as_ref()
        .and_then(|path| Manifest::verified(path).inspect_err(|error| tracing::error!("{error}; the release is made anew")).ok());
    let same_inputs = current_manifest.filter(|manifest| manifest.key == key);
    // What is held is computed again though no input changes: the reason may be gone.
    if let Some(manifest) = &same_inputs
        && manifest.held().is_empty()
    {
        bar.finish_and_clear();
        let outcome = Published::Nothing(manifest.release.clone());
        return Ok(Night { outcome, states, not_asked: BTreeMap::new(), exit: Exit::degraded_if(stale) });
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
        let outcome = Published::StillHeld { release: manifest.release.clone(), held };
        return Ok(Night { outcome, states, not_asked: BTreeMap::new(), exit: Exit::Degraded });
    }
    if !built.stopping.is_empty() {
        return Err(Error::Gate {
            message: format!("release {} is staged, not promoted: {}", built.manifest.release, built.stopping.join("; ")),
            hint: Some(format!("see {}/failures/, correct the cause and run again", folder.display())),
        });
    }
    let exit = Exit::degraded_if(stale || !built.held.is_empty());
    promote::promote(&settings.workspace, &folder, &built.manifest.release)?;
    Ok(Night { outcome: Published::Release(Box::new(built)), states, not_asked: BTreeMap::new(), exit })
}
