//! The first half of a run: pull and normalise, until no refused data set has another route to ask.

use std::collections::BTreeSet;

use super::asked::Asked;
use super::load::Loaded;
use super::normalise::normalise_all;
use super::pull::Asker;
use super::routes::Turns;
use super::state::States;
use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::settings::Settings;

/// Pulls and normalises. What does not pass its gate by one route is asked for by the next.
pub(super) async fn gather(settings: &Settings, loaded: &Loaded, all: &[Asked<'_>], accepted: &BTreeSet<DatasetId>) -> Result<States> {
    let asker = Asker::new(settings);
    let (mut states, mut turns) = (States::new(), None::<Turns>);
    loop {
        let pulled = asker.pull(loaded, all, turns.as_ref()).await?;
        let (more, next) = normalise_all(settings, loaded, pulled, accepted, turns.is_none())?;
        states.extend(more);
        if next.is_empty() {
            return Ok(states);
        }
        turns = Some(next);
    }
}
