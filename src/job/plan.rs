//! What a run would do now, and for each step which input changed.

use serde::Serialize;

use super::asked::{self, Ask, Asked, Asking};
use super::due::next_due;
use super::load::Loaded;
use crate::error::{Code, Result};
use crate::fetch::Store;
use crate::observe::inputs::{Input, Inputs, changes};
use crate::observe::{NormaliseReport, Reports, normalise};
use crate::release::{Manifest, fingerprint, groups, keep, pin, promote};
use crate::settings::Settings;
use crate::{files, pull};

#[derive(Serialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Whether a release would be made, as far as can be told before the providers are asked.
    pub would_publish: bool,
}

#[derive(Serialize)]
pub struct Step {
    /// `pull`, `normalise`, `indicator` or `release`.
    pub step: &'static str,
    pub name: String,
    /// `ask`, `read`, `refuse`, `wait`, `skip`, `keep`, `normalise`, `compute` or `publish`.
    pub action: &'static str,
    pub why: Vec<String>,
}

pub fn plan(settings: &Settings, loaded: &Loaded, ask: &Ask) -> Result<Plan> {
    asked::check(loaded, ask)?;
    let mut steps = Vec::new();
    let mut reports = loaded.reports(settings)?;
    let current = promote::current(&settings.workspace)?.and_then(|path| Manifest::load(&path).ok());
    for one in asked::asked(settings, loaded, ask)? {
        let pull = pull_step(settings, ask, &one);
        let new_bodies = pull.as_ref().is_some_and(|step| step.action == "read");
        steps.extend(pull);
        let why =
            if new_bodies { vec!["the bodies changed".to_owned()] } else { changed_since_normalised(settings, loaded, &reports, &one)? };
        if why.is_empty() {
            continue;
        }
        // Observations that will be made anew stand for "changed" in what reads them.
        if let Some(report) = reports.get_mut(&one.id()) {
            report.hash = "to be made anew".into();
        } else if let Some(report) = as_published(current.as_ref(), &one, new_bodies) {
            reports.insert(one.id(), report);
        }
        steps.push(Step { step: "normalise", name: one.id().to_string(), action: "normalise", why });
    }
    let would_publish = release_steps(settings, loaded, &reports, &mut steps)?;
    Ok(Plan { steps, would_publish })
}

/// The observations of the current release, for a data set that has none: those that will be made of the bodies at hand are
/// the same where these are the bodies of the release, to which a refusal went back.
fn as_published(current: Option<&Manifest>, one: &Asked<'_>, new_bodies: bool) -> Option<NormaliseReport> {
    let input = current?.inputs.iter().find(|input| input.id() == one.id() && !new_bodies)?;
    let at_hand = one.previous.as_ref()?.bodies.iter().map(|body| (&body.name, &body.hash));
    let is_same = at_hand.eq(input.bodies.iter().map(|body| (&body.name, &body.snapshot)));
    let report = NormaliseReport::of_file(&input.observation_file, &input.series);
    is_same.then(|| NormaliseReport { vintage: input.vintage.clone(), ..report })
}

/// What pulling would do: a folder is compared by content, a provider is asked.
fn pull_step(settings: &Settings, ask: &Ask, one: &Asked<'_>) -> Option<Step> {
    let is_refused = |(_, hash): &(String, String)| Store::new(&settings.workspace.data).is_refused(hash);
    let (action, why) = match (&one.asking, &one.previous) {
        (Asking::NotChosen, _) => return None,
        (Asking::Folder(folder), previous) => {
            let known = previous.iter().flat_map(|pull| &pull.bodies).map(|body| (body.name.clone(), body.hash.clone()));
            match bodies(folder) {
                Ok(bodies) if bodies.iter().cloned().eq(known) => ("keep", "the bodies in the folder are those at hand".into()),
                Ok(bodies) => match bodies.iter().find(|body| is_refused(body)) {
                    Some((name, hash)) => ("refuse", format!("{}: {name}: the snapshot {hash} is refused by hand", Code::SnapshotRefused)),
                    None => ("read", "the folder has new bodies".into()),
                },
                Err(error) => ("read", format!("the folder cannot be read: {error}")),
            }
        }
        (Asking::Provider, None) => ("ask", "never pulled".into()),
        (Asking::Provider, Some(_)) if !ask.due => {
            ("ask", "asked every time; nothing is fetched when the provider says it is unchanged".into())
        }
        (Asking::Provider, Some(pull)) => match next_due(one.source, one.dataset, pull, settings.now) {
            Some(_) => ("ask", "its schedule says it is due".into()),
            None => ("ask", "it has no schedule, so it is always due".into()),
        },
        (Asking::NotDue(_), _) => ("wait", one.asking.why_not()?),
        (Asking::NoBodies, _) => ("keep", one.asking.why_not()?),
        (Asking::NothingToAsk(_), _) => ("skip", one.asking.why_not()?),
    };
    let why = std::iter::once(why).chain(routes(one)).collect();
    Some(Step { step: "pull", name: one.id().to_string(), action, why })
}

/// In which order a data set with several routes is asked, and which of them are in use.
fn routes(one: &Asked<'_>) -> Option<String> {
    let names = |names: &mut dyn Iterator<Item = &String>| names.map(String::as_str).collect::<Vec<_>>().join(", ");
    let order = names(&mut one.dataset.routes.iter().map(|route| &route.name));
    let in_use = one.previous.iter().filter(|pull| !pull.routes.is_empty());
    let in_use: String = in_use.map(|pull| format!("; in use: {}", names(&mut pull.routes.keys()))).collect();
    (one.asking == Asking::Provider && one.dataset.routes.len() > 1).then(|| format!("by the routes {order}{in_use}"))
}

/// Name and hash of each body in a folder.
fn bodies(folder: &std::path::Path) -> Result<Vec<(String, String)>> {
    pull::look_into(folder)?.bodies.into_iter().map(|(name, path)| Ok((name, files::hash_file(&path)?))).collect()
}

/// Which inputs of the observations at hand have changed.
fn changed_since_normalised(settings: &Settings, loaded: &Loaded, reports: &Reports, one: &Asked<'_>) -> Result<Vec<String>> {
    let Some(pull) = &one.previous else { return Ok(Vec::new()) };
    let (source, dataset) = (&one.source.name, &one.dataset.name);
    let series = reports.get(&one.id()).map(|report| report.series.as_slice());
    let corrections = normalise::relevant(&loaded.corrections, source, dataset, series);
    let wanted = normalise::inputs(one.source, one.dataset, pull, &loaded.reference, &corrections)?;
    Ok(match NormaliseReport::load(&settings.workspace, source, dataset)? {
        Some(report) => fingerprint::changed(&report.inputs, &wanted),
        None => vec!["no observations yet".to_owned()],
    })
}

/// Indicators and the release; gives whether one would be published.
fn release_steps(settings: &Settings, loaded: &Loaded, reports: &Reports, steps: &mut Vec<Step>) -> Result<bool> {
    let folder = promote::current(&settings.workspace)?;
    let current = folder.as_deref().and_then(|path| Manifest::load(path).ok());
    let regrouped = folder.as_deref().map(|path| groups::changed(path, &loaded.reference)).transpose()?.flatten();
    // What differs, and of groups in which of them.
    let changed = |old: &Inputs, new: &Inputs| -> Vec<String> {
        let told = |input: &Input, told: String| match (input, &regrouped) {
            (Input::Membership { .. }, Some(groups)) if old.contains_key(input) && new.contains_key(input) => format!("{told}: {groups}"),
            _ => told,
        };
        changes(old, new).into_iter().map(|change| told(&change.input, change.told)).collect()
    };
    let fixed = loaded.settings_inputs(settings)?;
    let pin = pin::pinned(&settings.workspace)?;
    let mut publish = false;
    for indicator in &loaded.catalogue.indicators {
        let wanted = fingerprint::of_indicator(indicator, &loaded.catalogue, &loaded.reference, reports, &fixed);
        let why: Vec<String> = match current.as_ref().and_then(|m| m.indicators.get(&indicator.name)) {
            Some(entry) => {
                let entries = current.as_ref().map(|manifest| &manifest.indicators);
                let key = keep::key(indicator, &loaded.catalogue, &wanted, i32::from(settings.today().year()))?;
                let same = || entries.and_then(|entries| keep::why_not(entries, indicator, &loaded.catalogue, &key));
                let changed = changed(&entry.inputs, &wanted);
                let told = if changed.is_empty() || entry.status == "held" { same() } else { None };
                told.into_iter().chain(changed).collect()
            }
            None => vec!["not in the current release".to_owned()],
        };
        publish |= !why.is_empty();
        let action = if why.is_empty() || pin.is_some() { "keep" } else { "compute" };
        steps.push(Step { step: "indicator", name: indicator.name.clone(), action, why });
    }
    let wanted = fingerprint::of_release(&loaded.catalogue, &loaded.checks, &loaded.reference, reports, &fixed, current.as_ref())?;
    let mut why = match &current {
        Some(manifest) => changed(&manifest.workspace, &wanted),
        None => vec!["no release yet".to_owned()],
    };
    // As the run looks at it.
    if let Some(path) = &folder {
        Manifest::if_sound(path, settings.now, |error| why.push(error.to_string()))?;
    }
    if publish && why.is_empty() {
        why.push("what is held is computed again; where the same comes out, nothing is published".to_owned());
    }
    publish |= !why.is_empty();
    if let Some(release) = pin.filter(|_| publish) {
        publish = false;
        why.insert(0, format!("release {release} is pinned: nothing is published before `yardstick release unpin`"));
    }
    steps.push(Step { step: "release", name: "current".into(), action: if publish { "publish" } else { "keep" }, why });
    Ok(publish)
}
