//! What a pull asks for, and why not for the rest: one rule for `run`, `pull` and `plan`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::due::{next_due, pause};
use super::load::{self, Loaded};
use super::record::{self, RunRecord};
use super::routes::Of;
use crate::dataset_id::DatasetId;
use crate::error::{Error, Result, suggestion};
use crate::fetch::Pull;
use crate::pipelines::{self, Dataset, Source};
use crate::pull;
use crate::settings::Settings;

/// What a run is asked to do.
pub struct Ask {
    /// Bodies come from this folder instead of the network.
    pub from: Option<PathBuf>,
    /// Only these sources or data sets; empty = all.
    pub only: Vec<String>,
    /// Only what its schedule says is due.
    pub due: bool,
    /// Failed checks, and data sets that differ from the last pull, that a person lets pass this time.
    pub accept: Vec<String>,
}

/// How a data set is pulled in this run, or why it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// Its provider is asked.
    Provider,
    /// The bodies are those of this folder.
    Folder(PathBuf),
    /// `--only` names others.
    NotChosen,
    /// `--from` has no body for it.
    NoBodies,
    /// There is nobody to ask: this is why.
    NothingToAsk(&'static str),
    /// Its schedule has not come round.
    NotDue(jiff::Timestamp),
}

impl Asking {
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Provider | Self::Folder(_))
    }

    /// Why the data set is not pulled, for those that a person may wait for.
    pub fn why_not(&self) -> Option<String> {
        match self {
            Self::Provider | Self::Folder(_) | Self::NotChosen => None,
            Self::NoBodies => Some("no file for it in the folder of --from".into()),
            Self::NothingToAsk(reason) => Some((*reason).into()),
            Self::NotDue(next) => Some(format!("due at {next}")),
        }
    }
}

/// One data set with what becomes of it.
pub struct Asked<'a> {
    pub source: &'a Source,
    pub dataset: &'a Dataset,
    /// What was pulled last.
    pub previous: Option<Pull>,
    pub asking: Asking,
}

impl Asked<'_> {
    pub fn id(&self) -> DatasetId {
        self.source.id(self.dataset)
    }

    pub(super) fn of(&self) -> Of<'_> {
        Of { source: self.source, dataset: self.dataset, previous: self.previous.as_ref() }
    }
}

/// Refuses what no run can do, before anything is touched.
pub fn check(loaded: &Loaded, ask: &Ask) -> Result<()> {
    pipelines::select(&loaded.sources, &ask.only)?;
    check_accepted(loaded, &ask.accept)?;
    let Some(from) = &ask.from else { return Ok(()) };
    if !from.is_dir() {
        return Err(Error::usage_hint(format!("--from {}: not a folder", from.display()), "bodies are read from DIR/<source>/<dataset>/"));
    }
    warn_of_unknown_files(from, &loaded.sources);
    Ok(())
}

/// Refuses a name to let pass that neither a check nor a data set has.
pub(super) fn check_accepted(loaded: &Loaded, accept: &[String]) -> Result<()> {
    let data_sets: Vec<String> = load::dataset_names(&loaded.sources).iter().map(DatasetId::to_string).collect();
    let known: Vec<&str> = loaded.checks.iter().map(|check| check.id.as_str()).chain(data_sets.iter().map(String::as_str)).collect();
    let Some(name) = accept.iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let what = if name.contains('/') { "data set" } else { "check" };
    Err(Error::Usage { message: format!("no {what} `{name}`"), hint: suggestion(name, known) })
}

/// The data sets among the names that a person lets pass.
pub(super) fn accepted(accept: &[String]) -> BTreeSet<DatasetId> {
    accept.iter().filter_map(|name| name.split_once('/')).map(|(source, dataset)| DatasetId::new(source, dataset)).collect()
}

/// All data sets of the workspace, each with what becomes of it. Nothing is asked here.
pub fn asked<'a>(settings: &Settings, loaded: &'a Loaded, ask: &Ask) -> Result<Vec<Asked<'a>>> {
    let chosen = pipelines::select(&loaded.sources, &ask.only)?;
    let runs = if ask.due { record::all(&settings.workspace)? } else { Vec::new() };
    let mut all = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let previous = loaded.pull_of(settings, &source.name, &dataset.name)?;
            let asking = if chosen.iter().any(|(s, d)| s.name == source.name && d.name == dataset.name) {
                asking(settings, ask, source, dataset, previous.as_ref(), &runs)
            } else {
                Asking::NotChosen
            };
            all.push(Asked { source, dataset, previous, asking });
        }
    }
    Ok(all)
}

fn asking(settings: &Settings, ask: &Ask, source: &Source, dataset: &Dataset, previous: Option<&Pull>, runs: &[RunRecord]) -> Asking {
    let way = match &ask.from {
        Some(from) => {
            let folder = from.join(&source.name).join(&dataset.name);
            // A folder that cannot be read is a failed pull, not one without bodies.
            match pull::look_into(&folder) {
                Ok(found) if found.bodies.is_empty() && found.passed_over.is_empty() => return Asking::NoBodies,
                _ => Asking::Folder(folder),
            }
        }
        None => match dataset.own().format.nothing_to_ask(&environment) {
            Some(reason) if dataset.routes.iter().all(|route| route.format.nothing_to_ask(&environment).is_some()) => {
                return Asking::NothingToAsk(reason);
            }
            _ => Asking::Provider,
        },
    };
    // Without a schedule, or before the first pull, it is always due.
    match next_asked(source, dataset, previous, runs, settings.now) {
        Some(next) if ask.due && next > settings.now => Asking::NotDue(next),
        _ => way,
    }
}

/// When a run that asks only for what is due asks a data set next: by its schedule, or after the pause behind a failure.
pub fn next_asked(
    source: &Source,
    dataset: &Dataset,
    pull: Option<&Pull>,
    runs: &[RunRecord],
    now: jiff::Timestamp,
) -> Option<jiff::Timestamp> {
    let by_schedule = pull.and_then(|pull| next_due(source, dataset, pull, now));
    by_schedule.max(asked_again(runs, &source.id(dataset), now))
}

/// When a data set that failed is asked again, with growing pauses. A failure that is still to come says nothing.
fn asked_again(runs: &[RunRecord], id: &DatasetId, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
    let (failures, last, _) = record::failing(runs, id)?;
    let last = last.started_at.parse::<jiff::Timestamp>().ok().filter(|last| *last <= now)?;
    last.checked_add(pause(failures)).ok()
}

/// Where credentials are looked up.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Why data sets are not pulled.
pub fn not_asked(all: &[Asked<'_>]) -> BTreeMap<DatasetId, String> {
    all.iter().filter_map(|one| Some((one.id(), one.asking.why_not()?))).collect()
}

/// Folders that no source or data set has the name of, and files above the folders of the data sets, are passed over,
/// but not in silence.
fn warn_of_unknown_files(from: &Path, sources: &[Source]) {
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        let folders = entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().to_string_lossy().into_owned());
        folders.filter(|name| !name.starts_with('.')).collect()
    };
    let warn_of_files = |folder: &Path| {
        for path in fs_err::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| !path.is_dir()) {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("md")) {
                tracing::warn!("{}: not read; a body lies in DIR/<source>/<data set>/", path.display());
            }
        }
    };
    warn_of_files(from);
    for name in folders(from) {
        let Some(source) = sources.iter().find(|s| s.name == name) else {
            let hint = suggestion(&name, sources.iter().map(|s| s.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no source has this name, so nothing in it is read; {hint}", from.join(&name).display());
            continue;
        };
        warn_of_files(&from.join(&name));
        for dataset in folders(&from.join(&name)).into_iter().filter(|d| source.dataset(d).is_none()) {
            let hint = suggestion(&dataset, source.datasets.iter().map(|d| d.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no data set of {name} has this name, so it is not read; {hint}", from.join(&name).join(&dataset).display());
        }
    }
}
