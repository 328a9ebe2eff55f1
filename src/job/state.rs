//! What became of each data set in a run.

use std::collections::BTreeMap;

use super::load::Loaded;
use crate::dataset_id::DatasetId;
use crate::error::{Code, Error};
use crate::fetch::Pull;
use crate::release::build::DatasetState;
use crate::settings::Settings;

pub type States = BTreeMap<DatasetId, DatasetState>;

/// Days since a pull was last confirmed.
pub fn age_days(settings: &Settings, pull: &Pull) -> Option<i64> {
    let checked: jiff::Timestamp = pull.checked_at.parse().ok()?;
    Some((settings.now.as_second() - checked.as_second()) / 86_400)
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
