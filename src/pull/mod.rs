//! One pull: asks a provider or looks into a folder, keeps the bodies, and says whether anything is new.

mod bodies;
mod folder;
mod network;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::fetch::{Body, Pull, stamp};
use crate::pipelines::{Dataset, Route, Source};

pub use bodies::{Folder, look_into};
pub use folder::from_folder;
pub use network::from_network;

/// The caller saves either one: an unchanged pull has a new `checked_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    New(Pull),
    Unchanged(Pull),
}

impl Freshness {
    pub fn pull(&self) -> &Pull {
        match self {
            Self::New(pull) | Self::Unchanged(pull) => pull,
        }
    }
}

/// The bodies that came by one route, by name.
fn made(source: &Source, dataset: &Dataset, route: &Route, mut bodies: Vec<Body>, now: Timestamp, origin: &str) -> Pull {
    bodies.sort_by(|a, b| a.name.cmp(&b.name));
    Pull {
        source: source.name.clone(),
        dataset: dataset.name.clone(),
        bodies,
        fetched_at: stamp(now),
        checked_at: stamp(now),
        routes: BTreeMap::from([(route.name.clone(), stamp(now))]),
        vintage: dataset.vintage.clone(),
        change_token: None,
        origin: origin.to_owned(),
    }
}

/// Content seen before keeps its date; a pull with nothing else is unchanged.
pub fn against(mut pull: Pull, previous: Option<&Pull>) -> Freshness {
    let Some(previous) = previous else { return Freshness::New(pull) };
    for body in &mut pull.bodies {
        if let Some(old) = previous.bodies.iter().find(|old| (&old.route, &old.name, &old.hash) == (&body.route, &body.name, &body.hash)) {
            body.fetched_at.clone_from(&old.fetched_at);
        }
    }
    let same = pull.bodies.iter().map(|b| (&b.route, &b.name, &b.hash)).eq(previous.bodies.iter().map(|b| (&b.route, &b.name, &b.hash)));
    if !same {
        return Freshness::New(pull);
    }
    pull.fetched_at.clone_from(&previous.fetched_at);
    if pull.origin == "folder" {
        // A copy by hand of what we have must not erase where we have it from.
        let vintage = pull.vintage.or_else(|| previous.vintage.clone());
        pull = Pull { checked_at: pull.checked_at, routes: pull.routes, vintage, ..previous.clone() };
    }
    Freshness::Unchanged(pull)
}
