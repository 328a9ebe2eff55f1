//! `data/journal.jsonl`: one line per attempt to get something, appended; old lines are forgotten by rule. Secrets never come here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::record::stamp;
use crate::error::Result;

const WEEK: i64 = 7;
/// Days without an attempt after which the clock may have leapt.
const LEAP: i64 = 90;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The clock of the run, RFC 3339.
    pub time: String,
    pub source: String,
    pub dataset: String,
    /// The way to the data set's figures: its own has the name of the data set.
    #[serde(default)]
    pub route: String,
    pub name: String,
    /// `GET`, `POST`, or `FOLDER` for a file brought by hand.
    pub method: String,
    pub url: String,
    /// From 1; 0 for a judgement on answers that had arrived.
    pub attempt: u32,
    /// `stored`, `unchanged`, `read` (a list or version), `answered` (a status the plan deals with), `failed`, `not_asked`
    /// (the host is not asked further in this run), `stale`, or `refused` (a body that arrived and may not be used).
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

impl Attempt {
    /// A failed attempt until more is known.
    pub fn new(now: Timestamp, source: &str, dataset: &str, route: &str) -> Self {
        let [source, dataset, route] = [source, dataset, route].map(str::to_owned);
        Self { time: stamp(now), source, dataset, route, outcome: "failed".to_owned(), ..Self::default() }
    }
}

#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    pub fn new(data: &Path) -> Self {
        Self { path: data.join("journal.jsonl") }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The snapshots whose body was refused: somebody may want to look at them.
    pub fn refused(&self) -> Result<BTreeSet<String>> {
        let lines = self.lines()?;
        let refused = |line: &str| {
            let attempt: Attempt = serde_json::from_str(line).ok()?;
            (attempt.outcome == "refused").then_some(attempt.hash).flatten()
        };
        Ok(lines.lines().filter(|line| line.contains("\"refused\"")).filter_map(refused).collect())
    }

    /// Removes the lines of attempts that are older than so many days, once the oldest is older by more than a week: the file
    /// is not written anew each night. Gives how many. Lines of a time still to come say nothing, and after a leap of the
    /// clock none goes before attempts have been made for as long: where it is ahead, all lines are old.
    pub fn forget(&self, now: Timestamp, days: u32) -> Result<usize> {
        let text = self.lines()?;
        let time = |line: &str| serde_json::from_str::<Attempt>(line).ok()?.time.parse::<Timestamp>().ok();
        let mut times: Vec<Timestamp> = text.lines().filter_map(time).filter(|time| *time <= now).collect();
        times.sort_unstable();
        let before = |moment: Timestamp, days: i64| moment.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        let limit = before(now, days.into());
        if times.first().is_none_or(|oldest| *oldest >= before(limit, WEEK)) {
            return Ok(0);
        }
        let leap = i64::from(days).max(LEAP);
        let mut known_since = now;
        for time in times.into_iter().rev() {
            if known_since <= limit || time < before(known_since, leap) {
                break;
            }
            known_since = time;
        }
        if known_since > limit {
            return Ok(0);
        }
        // A line that cannot be read is kept.
        let (old, kept): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| time(line).is_some_and(|time| time < limit));
        let kept: String = kept.into_iter().map(|line| format!("{line}\n")).collect();
        crate::files::write_atomically(&self.path, kept.as_bytes())?;
        Ok(old.len())
    }

    fn lines(&self) -> Result<String> {
        match fs_err::read(&self.path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Appends one line in one write, so that lines of data sets pulled side by side do not mix.
    pub fn record(&self, attempt: &Attempt) -> Result<()> {
        crate::files::append_line(&self.path, &serde_json::to_vec(attempt)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(days: &[&str]) -> (tempfile::TempDir, Journal) {
        let data = tempfile::tempdir().unwrap();
        let journal = Journal::new(data.path());
        for day in days {
            journal.record(&Attempt::new(moment(day), "s", "d", "d")).unwrap();
        }
        (data, journal)
    }

    fn moment(day: &str) -> Timestamp {
        format!("{day}T02:30:00Z").parse().unwrap()
    }

    /// One night with the clock ahead, and all lines were old.
    #[test]
    fn a_leap_of_the_clock_forgets_nothing() {
        let (_data, journal) = journal(&["2026-05-01", "2026-07-01", "2026-09-01", "2026-11-01", "2036-11-02", "2036-11-03"]);
        assert_eq!(journal.forget(moment("2036-11-03"), 90).unwrap(), 0);
        // When it is right again, lines of a time still to come do not stand in the way.
        assert_eq!(journal.forget(moment("2026-11-04"), 90).unwrap(), 2);
        assert_eq!(journal.lines().unwrap().lines().count(), 4);
        // After a pause lines go once attempts have been made for as long.
        for day in ["2037-01-01", "2037-02-04"] {
            journal.record(&Attempt::new(moment(day), "s", "d", "d")).unwrap();
        }
        assert_eq!(journal.forget(moment("2037-02-04"), 90).unwrap(), 4);
    }

    /// A line that a power loss had cut was glued to the next, and neither could be read; in the first place, it kept all.
    #[test]
    fn a_cut_line_spoils_no_other() {
        let (data, journal) = journal(&[]);
        crate::files::write_unseen(&data.path().join("journal.jsonl"), b"{\"time\":\"2026-").unwrap();
        for day in ["2026-05-01", "2026-07-01", "2026-09-01", "2026-11-01"] {
            journal.record(&Attempt::new(moment(day), "s", "d", "d")).unwrap();
        }
        assert_eq!(journal.lines().unwrap().lines().count(), 5);
        assert_eq!(journal.forget(moment("2026-11-01"), 90).unwrap(), 2);
        assert_eq!(journal.lines().unwrap().lines().count(), 3);
    }
}
