//! A snapshot that a person refuses: its data sets go back to the bodies of a kept release, so that a rollback lasts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::load::Loaded;
use super::lock::lock;
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result};
use crate::fetch::{Body, Pull, Store};
use crate::files;
use crate::observe::NormaliseReport;
use crate::release::manifest::InputEntry;
use crate::release::{Manifest, promote};
use crate::settings::Settings;

#[derive(Serialize)]
pub struct Refusal {
    pub snapshot: String,
    /// The data sets that were made of it, and the release whose bodies they have now; none where no kept release has
    /// other bodies.
    pub data_sets: Vec<(DatasetId, Option<String>)>,
}

/// Refuses a snapshot (its hash, or the beginning of it).
pub fn refuse(settings: &Settings, loaded: &Loaded, hash: &str) -> Result<Refusal> {
    let _lock = lock(settings, "pull --refuse")?;
    let snapshot = find(settings, hash)?;
    let store = Store::new(&settings.workspace.data);
    store.refuse(&snapshot)?;
    let mut data_sets = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let Some(pull) = loaded.pull_of(settings, &source.name, &dataset.name)? else { continue };
            if pull.bodies.iter().any(|body| body.hash == snapshot) {
                let id = source.id(dataset);
                let release = go_back(settings, &store, &id)?;
                data_sets.push((id, release));
            }
        }
    }
    Ok(Refusal { snapshot, data_sets })
}

/// Takes a refusal back; the next pull may use the snapshot.
pub fn admit(settings: &Settings, hash: &str) -> Result<String> {
    let _lock = lock(settings, "pull --admit")?;
    let snapshot = find(settings, hash)?;
    if Store::new(&settings.workspace.data).admit(&snapshot)? {
        Ok(snapshot)
    } else {
        Err(Error::usage(format!("the snapshot {snapshot} is not refused")))
    }
}

/// The snapshot, or the refusal, whose hash begins so.
fn find(settings: &Settings, hash: &str) -> Result<String> {
    let data = &settings.workspace.data;
    let mut folders = files::entries(&data.join("snapshots"))?;
    folders.retain(|folder| folder.is_dir());
    folders.push(data.join("refused"));
    let mut found = Vec::new();
    for folder in folders {
        let names = files::entries(&folder)?.into_iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        found.extend(names.filter(|name| name.starts_with(hash) && name.len() == 64));
    }
    found.sort();
    found.dedup();
    match &found[..] {
        [one] if hash.len() >= 6 => Ok(one.clone()),
        [] => Err(Error::usage_hint(
            format!("no snapshot `{hash}`"),
            "`yardstick release show` names the data sets, their manifest the snapshots",
        )),
        _ => Err(Error::usage(format!("several snapshots begin with `{hash}`, or it is too short"))),
    }
}

/// Makes the bodies of the newest release without a refused one those of the data set.
fn go_back(settings: &Settings, store: &Store, id: &DatasetId) -> Result<Option<String>> {
    let current = promote::current(&settings.workspace)?;
    let newest = promote::list(&settings.workspace)?.into_iter().rev();
    for path in current.into_iter().chain(newest) {
        let manifest = Manifest::load(&path)?;
        let Some(input) = manifest.inputs.iter().find(|input| input.id() == *id) else { continue };
        if input.bodies.iter().all(|body| !store.is_refused(&body.snapshot) && store.contains(&body.snapshot)) {
            pull_of(input).save(&settings.workspace.data)?;
            // What was made of the refused body is no measure for the one before.
            let report = NormaliseReport::path(&settings.workspace, &id.source, &id.dataset);
            if report.exists() {
                fs_err::remove_file(&report)?;
            }
            return Ok(Some(manifest.release));
        }
    }
    Ok(None)
}

/// The record of a pull, as far as a manifest tells it: the provider is asked for all of it next time.
fn pull_of(input: &InputEntry) -> Pull {
    let body = |body: &crate::release::manifest::BodyEntry| Body {
        name: body.name.clone(),
        hash: body.snapshot.clone(),
        bytes: body.bytes,
        url: body.url.clone(),
        fetched_at: body.fetched_at.clone(),
        status: if input.origin == "folder" { 0 } else { 200 },
        etag: None,
        last_modified: None,
        route: if body.route.is_empty() { input.dataset.clone() } else { body.route.clone() },
    };
    Pull {
        source: input.source.clone(),
        dataset: input.dataset.clone(),
        bodies: input.bodies.iter().map(body).collect(),
        fetched_at: input.fetched_at.clone(),
        checked_at: input.fetched_at.clone(),
        routes: BTreeMap::new(),
        vintage: input.vintage.clone(),
        change_token: None,
        origin: input.origin.clone(),
    }
}
