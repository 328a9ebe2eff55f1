//! `data/runs/<id>/run.json` and `run.txt`: what became of each run, also of one that failed, was refused, or was stopped.
//!
//! The record of the run at work is kept here, for whoever ends it: the verb, or a signal. It is written when the run
//! begins, so that a run that was killed leaves one that never ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::retention::Retained;
use super::{leftovers, lock};
use crate::dataset_id::DatasetId;
use crate::engine::cluster::Shared;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::files;
use crate::settings::Settings;
use crate::workspace::Workspace;

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At work, or killed.
    #[default]
    Running,
    Published,
    NothingToDo,
    /// Computed again for what is held: nothing better came out.
    StillHeld,
    /// `release pin` holds the current release.
    Pinned,
    /// Only the first half was asked for.
    Pulled,
    /// A gate refused the release.
    Refused,
    Failed,
    /// The call or the workspace is wrong.
    WrongUse,
    /// Another run was at work.
    Locked,
    /// By a signal.
    Stopped,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Published => "published",
            Self::NothingToDo => "nothing to do",
            Self::StillHeld => "still held",
            Self::Pinned => "pinned",
            Self::Pulled => "pulled",
            Self::Refused => "refused by a gate",
            Self::Failed => "failed",
            Self::WrongUse => "wrong use",
            Self::Locked => "locked out",
            Self::Stopped => "stopped",
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RunRecord {
    pub schema_version: u32,
    pub id: String,
    /// `run`, `pull` or `compute`.
    pub verb: String,
    /// The options given.
    pub options: Vec<String>,
    pub program: String,
    pub process: u32,
    pub started_at: String,
    pub seconds: Option<f64>,
    pub outcome: Outcome,
    /// None until it has ended.
    pub exit_code: Option<u8>,
    pub message: Option<String>,
    pub hint: Option<String>,
    /// The release that this run made current.
    pub promoted: Option<String>,
    /// The release that a gate refused.
    pub staged: Option<String>,
    /// The release in use: when it began, then afterwards.
    pub current: Option<String>,
    /// Why it is degraded, one line each.
    pub degraded: Vec<String>,
    pub data_sets: BTreeMap<DatasetId, DatasetLine>,
    pub retention: Option<Retained>,
    /// Why what is no longer needed could not be removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_removed: Option<String>,
    /// What workers did, where the run had some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<Shared>,
    /// It ended while another run was at work, and says nothing of the night.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside_another: bool,
}

/// What became of one data set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetLine {
    /// `new`, `unchanged`, `failed` or `missing`.
    pub status: String,
    pub message: Option<String>,
    /// Why it was not asked, for those that were not.
    pub not_asked: Option<String>,
    pub asked: bool,
    pub stale: bool,
}

impl RunRecord {
    /// Whether it was at work: a start that was locked out, or called wrongly, says nothing of others.
    fn had_the_lock(&self) -> bool {
        !matches!(self.outcome, Outcome::WrongUse | Outcome::Locked)
    }

    /// Whether it says anything of the night: not a start while another run was at work.
    pub fn is_of_a_night(&self) -> bool {
        self.outcome != Outcome::Locked && !self.beside_another
    }

    /// Whether it ended as a night should, if degraded.
    pub fn is_good(&self) -> bool {
        matches!(self.exit_code, Some(0 | 3))
    }

    /// One line.
    pub fn summary(&self) -> String {
        let code = self.exit_code.map_or_else(|| "has not ended".to_owned(), |code| format!("exit code {code}"));
        let what = match (&self.promoted, &self.message) {
            (Some(release), _) => format!(": release {release} is current"),
            (None, Some(message)) => format!(": {message}"),
            (None, None) => String::new(),
        };
        format!("{} of {}: {}, {code}{what}", self.verb, self.started_at, self.outcome.name())
    }

    /// The short text for a person.
    pub fn text(&self) -> String {
        let mut lines = vec![self.summary()];
        lines.extend(self.hint.iter().map(|hint| format!("what to do: {hint}")));
        lines.extend(self.staged.iter().map(|id| format!("staged: {id}; look at it with `yardstick checks --failed --release {id}`")));
        lines.extend(self.degraded.iter().map(|why| format!("degraded: {why}")));
        lines
            .push(format!("in use: {}", self.current.as_deref().map_or_else(|| "no release yet".to_owned(), |id| format!("release {id}"))));
        let failed: Vec<String> = self.data_sets.iter().filter(|(_, line)| line.status == "failed").map(|(id, _)| id.to_string()).collect();
        if !failed.is_empty() {
            lines.push(format!("asked again by the next run, with `--due` when `yardstick status` says: {}", failed.join(", ")));
        }
        lines.extend(self.workers.iter().flat_map(|workers| std::iter::once(workers.told()).chain(workers.notes.clone())));
        lines.extend(self.retention.iter().filter_map(Retained::told));
        lines.extend(self.not_removed.iter().map(|why| format!("what is no longer needed could not be removed: {why}")));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// The run at work.
struct Open {
    workspace: Workspace,
    started: Instant,
    record: RunRecord,
    folder: Option<PathBuf>,
    /// Held until the record says how the run ended: one that has not ended while nobody holds the lock was killed.
    lock: Option<Lock>,
}

static OPEN: Mutex<Option<Open>> = Mutex::new(None);

fn open() -> MutexGuard<'static, Option<Open>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A run begins; nothing is written before it holds the lock.
pub fn begin(settings: &Settings, verb: &str, options: Vec<String>) {
    let record = RunRecord {
        schema_version: 1,
        id: settings.now.strftime("%Y%m%dT%H%M%SZ").to_string(),
        verb: verb.to_owned(),
        options,
        program: format!("yardstick {}", env!("CARGO_PKG_VERSION")),
        process: std::process::id(),
        started_at: settings.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ..RunRecord::default()
    };
    *open() = Some(Open { workspace: settings.workspace.clone(), started: Instant::now(), record, folder: None, lock: None });
}

/// The run holds the lock: its record is there from now on.
pub fn started(lock: Lock) -> Result<RunRecord> {
    let mut open = open();
    let run = open.as_mut().ok_or_else(|| Error::Internal("a run holds the lock before it began".into()))?;
    run.lock = Some(lock);
    run.note_current();
    run.write()?;
    Ok(run.record.clone())
}

/// Adds to the record. No signal ends the run while `work` is at it.
pub fn note<T>(work: impl FnOnce(&mut RunRecord) -> T) -> T {
    match open().as_mut() {
        Some(run) => work(&mut run.record),
        None => work(&mut RunRecord::default()),
    }
}

/// The run has ended. Gives the record, which is also on the disk.
pub fn end(result: &Result<Exit>) -> Option<RunRecord> {
    let mut run = open().take()?;
    match result {
        Ok(exit) => run.record.exit_code = Some(exit.code()),
        Err(error) => {
            run.record.exit_code = Some(error.exit().code());
            run.record.outcome = match error {
                Error::Locked { .. } => Outcome::Locked,
                Error::Workspace(_) | Error::Usage { .. } | Error::Query { .. } => Outcome::WrongUse,
                _ => Outcome::Failed,
            };
            let message = match error {
                Error::Workspace(problems) => problems.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join("; "),
                other => other.to_string(),
            };
            run.record.message = Some(message);
            run.record.hint = error.hint().map(str::to_owned);
        }
    }
    run.finish();
    Some(run.record)
}

/// A signal ends the run: a line, the record, and nothing half written is left. From then on nothing is written any more.
pub fn stop(signal: &str) -> (Exit, Option<RunRecord>) {
    let mut guard = open();
    tracing::error!("stopped by {signal}");
    let record = guard.as_mut().map(|run| {
        let exit = if run.record.promoted.is_some() { Exit::degraded_if(!run.record.degraded.is_empty()) } else { Exit::Failed };
        run.record.outcome = Outcome::Stopped;
        run.record.exit_code = Some(exit.code());
        run.record.message = Some(format!("stopped by {signal}"));
        run.finish();
        files::stop();
        // Without the lock, what is half written is another's.
        if run.lock.is_some()
            && let Err(error) = leftovers::clear(&run.workspace)
        {
            tracing::error!("{error}");
        }
        (exit, run.record.clone())
    });
    // Whoever is still at work waits here until the process ends.
    std::mem::forget(guard);
    match record {
        Some((exit, record)) => (exit, Some(record)),
        None => (Exit::Failed, None),
    }
}

impl Open {
    /// Which release is in use.
    fn note_current(&mut self) {
        let current = crate::release::promote::current(&self.workspace).ok().flatten();
        self.record.current = current.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    }

    fn finish(&mut self) {
        self.record.seconds = Some((self.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0);
        self.record.beside_another = self.lock.is_none() && lock::run_at_work(&self.workspace.data).is_some();
        self.note_current();
        // A wrong call leaves no data folder behind.
        if self.workspace.data.is_dir()
            && let Err(error) = self.write()
        {
            tracing::error!("the record of the run could not be written: {error}");
        }
    }

    fn write(&mut self) -> Result<()> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => self.claim()?,
        };
        let mut bytes = serde_json::to_vec_pretty(&self.record)?;
        bytes.push(b'\n');
        files::write_atomically(&folder.join("run.txt"), self.record.text().as_bytes())?;
        files::write_atomically(&folder.join("run.json"), &bytes)
    }

    /// A folder of its own: two runs may begin in one second.
    fn claim(&mut self) -> Result<PathBuf> {
        let runs = self.workspace.runs();
        files::make_folder(&runs)?;
        let first = self.record.id.clone();
        for number in 1.. {
            let id = if number == 1 { first.clone() } else { format!("{first}-{number}") };
            match fs_err::create_dir(runs.join(&id)) {
                Ok(()) => {
                    files::sync_folder(&runs)?;
                    self.record.id = id;
                    break;
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
        let folder = runs.join(&self.record.id);
        self.folder = Some(folder.clone());
        Ok(folder)
    }
}

/// The last run that ended as a night should, from the records newest first.
pub fn last_good(runs: &[RunRecord]) -> Option<&RunRecord> {
    runs.iter().find(|run| run.is_good())
}

/// The first of the runs that have failed since.
pub fn failing_since(runs: &[RunRecord]) -> Option<&RunRecord> {
    let ended = runs.iter().filter(|run| run.is_of_a_night() && run.outcome != Outcome::Running);
    ended.take_while(|run| !run.is_good()).last()
}

/// The attempts in a row in which a data set has failed, from the records newest first: how many, the last and the first.
pub fn failing<'r>(runs: &'r [RunRecord], id: &DatasetId) -> Option<(u32, &'r RunRecord, &'r RunRecord)> {
    let asked = runs.iter().filter(|run| run.data_sets.get(id).is_some_and(|line| line.asked));
    let failed: Vec<&RunRecord> = asked.take_while(|run| run.data_sets[id].status == "failed").collect();
    Some((u32::try_from(failed.len()).ok()?, failed.first()?, failed.last()?))
}

/// The lock names its last owner: where its record seems older than others that had the lock, the clock was set back.
fn after_the_clock_was_set_back(workspace: &Workspace, records: &mut Vec<RunRecord>) {
    let owner = lock::last_owner(&workspace.data);
    let is_last =
        |record: &RunRecord| owner.as_ref().is_some_and(|(process, since)| record.process == *process && record.started_at == *since);
    let place = |is: &dyn Fn(&RunRecord) -> bool| records.iter().position(is);
    if let (Some(last), Some(first)) = (place(&is_last), place(&RunRecord::had_the_lock))
        && first < last
    {
        let record = records.remove(last);
        records.insert(first, record);
    }
}

/// The records of the runs kept, newest first. One that has not ended while it does not hold the lock was killed.
pub fn all(workspace: &Workspace) -> Result<Vec<RunRecord>> {
    // Looked at before and after, so that a run which begins or ends meanwhile is not told as killed.
    let before = lock::run_at_work(&workspace.data);
    let mut records: Vec<RunRecord> = Vec::new();
    for folder in files::entries(&workspace.runs())? {
        // A record that is being written, or damaged, tells nothing.
        if let Ok(bytes) = fs_err::read(folder.join("run.json"))
            && let Ok(record) = serde_json::from_slice(&bytes)
        {
            records.push(record);
        }
    }
    let holders = [before, lock::run_at_work(&workspace.data)];
    // Of runs in one second, `-10` comes after `-9`.
    records.sort_by_key(|record| (record.started_at.clone(), record.id.len(), record.id.clone()));
    records.reverse();
    after_the_clock_was_set_back(workspace, &mut records);
    let holds =
        |record: &RunRecord| holders.iter().flatten().any(|(process, since)| record.process == *process && record.started_at == *since);
    for record in records.iter_mut().filter(|record| record.outcome == Outcome::Running && !holds(record)) {
        record.outcome = Outcome::Failed;
        record.message = Some("it did not end: killed, the machine went down, or the disk took nothing any more".into());
        record.hint = Some("nothing to do: the next run begins anew".into());
    }
    Ok(records)
}
