//! Schedules: when a data set is asked again.

use croner::Cron;

use crate::fetch::Pull;
use crate::pipelines::{Dataset, Source};

/// The first moment of the schedule after the last look. A look that is still to come was made while the clock was ahead,
/// and says nothing: the data set is due.
pub fn next_due(source: &Source, dataset: &Dataset, pull: &Pull, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
    let cron: Cron = dataset.schedule.as_ref().or(source.schedule.as_ref())?.parse().ok()?;
    let last = pull.checked_at.parse::<jiff::Timestamp>().ok().filter(|last| *last <= now)?;
    next_after(&cron, last)
}

/// The pause after so many failures in a row, from a little under an hour to a day: a source that is down is not asked
/// each hour, and one that comes back is not forgotten.
pub fn pause(failures: u32) -> jiff::SignedDuration {
    let hours = 1_i64 << failures.saturating_sub(1).min(5);
    jiff::SignedDuration::from_mins(60 * hours.min(24) - 10)
}

/// The first moment of a schedule (UTC) after another moment.
fn next_after(cron: &Cron, last: jiff::Timestamp) -> Option<jiff::Timestamp> {
    let start = last.as_second() - last.as_second().rem_euclid(60) + 60;
    let at = chrono_of(start)?;
    let next = cron.find_next_occurrence(&at, true).ok()?;
    jiff::Timestamp::from_second(next.timestamp()).ok()
}

fn chrono_of(second: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(second, 0)
}
