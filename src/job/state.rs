//! What became of each data set in a run.

use std::collections::BTreeMap;

use super::load::Loaded;
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, count};
use crate::fetch::Pull;
pub use crate::release::manifest::DatasetState;
use crate::settings::Settings;

pub type States = BTreeMap<DatasetId, DatasetState>;

/// Days since a pull was last confirmed; None where that is still to come, by a clock that was ahead or is behind.
pub fn age_days(settings: &Settings, pull: &Pull) -> Option<i64> {
    let checked: jiff::Timestamp = pull.checked_at.parse().ok()?;
    let days = (settings.now.as_second() - checked.as_second()) / 86_400;
    (days >= 0).then_some(days)
}

/// The data sets that failed, or came by another route than their own, one line each.
pub fn failed(states: &States) -> Vec<String> {
    let line = |(id, state): (&DatasetId, &DatasetState)| match (state.status, &state.message) {
        ("failed", message) => Some(format!("{id} failed: {}", message.as_deref().unwrap_or("without a message"))),
        (_, Some(message)) => Some(format!("{id}: {message}")),
        _ => None,
    };
    states.iter().filter_map(line).collect()
}

/// Everything for which the data in use are not as they should be, one line each.
pub(super) fn degraded(loaded: &Loaded, states: &States) -> Vec<String> {
    let stale = states.iter().filter(|(id, state)| state.message.is_none() && is_stale(loaded, id, state));
    let told = stale.map(|(id, state)| {
        let limit = loaded.sources.iter().find(|s| s.name == id.source).map_or(0, |s| s.stale_after_days);
        format!("{id} is stale: confirmed {} ago, and its source allows {limit}", count(state.age_days.unwrap_or_default(), "day"))
    });
    failed(states).into_iter().chain(told).collect()
}

/// Whether a data set is older than its source allows.
pub fn is_stale(loaded: &Loaded, id: &DatasetId, state: &DatasetState) -> bool {
    let limit = loaded.sources.iter().find(|s| s.name == id.source).map_or(i64::MAX, |s| s.stale_after_days);
    state.age_days.is_some_and(|age| age > limit)
}

/// The failure of a run that has no observations at all.
pub(super) fn no_data(states: &States) -> Error {
    let reasons: Vec<String> = states.iter().filter_map(|(n, s)| s.message.as_ref().map(|m| format!("\n  {n}: {m}"))).collect();
    Error::Fetch {
        code: Code::NoData,
        message: format!("no data: no data set could be read{}", reasons.concat()),
        hint: Some("give a folder with bodies: `yardstick run --from fixtures`".into()),
    }
}
