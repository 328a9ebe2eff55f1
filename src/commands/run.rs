//! `run`, `pull`, `compute`: the nightly job and its halves.

mod pull;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use croner::Cron;
use indicatif::ProgressBar;

use self::pull::{Pulled, pull};
use super::load::{self, Loaded};
use super::report::report;
use crate::cli::RunArgs;
use crate::error::{Error, Result, count};
use crate::fetch::{Pull, Store};
use crate::observe::normalise::{self, Context};
use crate::pipelines::{self, Dataset, Source};
use crate::printer::Printer;
use crate::release::stage::{Build, DatasetState};
use crate::release::{Manifest, inputs, promote};
use crate::settings::Settings;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halves {
    Both,
    Pull,
}

pub type States = BTreeMap<String, DatasetState>;

pub async fn run(settings: &Settings, printer: &Printer, args: &RunArgs, halves: Halves) -> Result<u8> {
    let loaded = load::load(settings)?;
    let selected = pipelines::select(&loaded.sources, &args.only)?;
    if let Some(from) = &args.from
        && !from.is_dir()
    {
        return Err(Error::usage_hint(format!("--from {}: not a folder", from.display()), "bodies are read from DIR/<source>/<dataset>/"));
    }
    if let Some(from) = &args.from {
        warn_of_strangers(from, &loaded.sources);
    }
    let _lock = load::lock(settings)?;
    Store::new(&settings.workspace.data).sweep()?;
    let chosen: Vec<(&Source, &Dataset)> = selected.into_iter().filter(|(s, d)| !args.due || is_due(settings, s, d)).collect();
    let pulled = pull(settings, &loaded, &chosen, args.from.as_deref()).await?;
    let states = normalise_all(settings, &loaded, pulled)?;
    if halves == Halves::Pull {
        if loaded.reports(settings).is_empty() {
            return Err(no_data(&states));
        }
        let code = if states.values().any(|s| s.status == "failed") { 3 } else { 0 };
        let asked: BTreeSet<String> = chosen.iter().map(|(s, d)| name(s, d)).collect();
        let states = states.into_iter().filter(|(name, _)| args.only.is_empty() || asked.contains(name)).collect();
        report(printer, settings, &loaded, &states, None, code, "pull");
        return Ok(code);
    }
    release(settings, printer, &loaded, &states, "run", &args.accept).await
}

/// Folders that no source or data set has the name of, and files above the folders of the data sets, are passed over,
/// but not in silence.
fn warn_of_strangers(from: &std::path::Path, sources: &[Source]) {
    let folders = |path: &std::path::Path| -> Vec<String> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        let folders = entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().to_string_lossy().into_owned());
        folders.filter(|name| !name.starts_with('.')).collect()
    };
    let warn_of_files = |folder: &std::path::Path| {
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
            let hint = crate::error::suggestion(&name, sources.iter().map(|s| s.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no source has this name, so nothing in it is read; {hint}", from.join(&name).display());
            continue;
        };
        warn_of_files(&from.join(&name));
        for dataset in folders(&from.join(&name)).into_iter().filter(|d| source.dataset(d).is_none()) {
            let hint = crate::error::suggestion(&dataset, source.datasets.iter().map(|d| d.name.as_str())).unwrap_or_default();
            tracing::warn!("{}: no data set of {name} has this name, so it is not read; {hint}", from.join(&name).join(&dataset).display());
        }
    }
}

pub async fn compute(settings: &Settings, printer: &Printer, accept: &[String]) -> Result<u8> {
    let loaded = load::load(settings)?;
    let _lock = load::lock(settings)?;
    let states = normalise_all(settings, &loaded, BTreeMap::new())?;
    release(settings, printer, &loaded, &states, "compute", accept).await
}

/// Whether a data set's schedule has come round since it was last looked at.
pub fn is_due(settings: &Settings, source: &Source, dataset: &Dataset) -> bool {
    let Ok(Some(pull)) = Pull::load(&settings.workspace.data, &source.name, &dataset.name) else { return true };
    next_due(source, dataset, &pull).is_none_or(|next| next <= settings.now)
}

/// The first moment of the schedule after the last look.
pub fn next_due(source: &Source, dataset: &Dataset, pull: &Pull) -> Option<jiff::Timestamp> {
    let cron: Cron = dataset.schedule.as_ref().or(source.schedule.as_ref())?.parse().ok()?;
    let last: jiff::Timestamp = pull.checked_at.parse().ok()?;
    crate::commands::schedule::next_after(&cron, last)
}

fn name(source: &Source, dataset: &Dataset) -> String {
    format!("{}/{}", source.name, dataset.name)
}

/// Normalises what was pulled; a pull becomes the current one only when its bodies could be read.
fn normalise_all(settings: &Settings, loaded: &Loaded, mut pulled: BTreeMap<String, Pulled>) -> Result<States> {
    let store = Store::new(&settings.workspace.data);
    let context = Context {
        workspace: &settings.workspace,
        store: &store,
        reference: &loaded.reference,
        corrections: &loaded.corrections,
        current_year: i32::from(settings.today().year()),
        threads: settings.threads.min(2),
    };
    let mut jobs = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let name = name(source, dataset);
            let previous = loaded.pull_of(settings, &source.name, &dataset.name);
            jobs.push((source, dataset, pulled.remove(&name).unwrap_or(Pulled::Nothing), previous, name));
        }
    }
    let queue = Mutex::new(jobs.into_iter());
    let states = Mutex::new(States::new());
    let failure = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.min(2) {
            scope.spawn(|| {
                loop {
                    let Some((source, dataset, pulled, previous, name)) = queue.lock().ok().and_then(|mut q| q.next()) else { return };
                    // A panic is ours to mend, but it is the failure of this data set alone.
                    let last = previous.clone();
                    let work = || normalise_one(settings, &context, source, dataset, pulled, previous);
                    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                    let outcome = match outcome {
                        Ok(Err(Error::Internal(message))) => Ok(broken(settings, source, dataset, last, &message)),
                        Ok(outcome) => outcome,
                        Err(_) => Ok(broken(settings, source, dataset, last, "the reader of this format ended early")),
                    };
                    match outcome {
                        Ok(state) => {
                            if let Ok(mut states) = states.lock() {
                                states.insert(name, state);
                            }
                        }
                        Err(error) => {
                            if let Ok(mut failure) = failure.lock() {
                                *failure = Some(error);
                            }
                        }
                    }
                }
            });
        }
    });
    match failure.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => states.into_inner().map_err(|_| Error::Internal("a normalising thread ended early".into())),
    }
}

/// A data set whose bodies met a fault of the program: the last good data stay in use.
fn broken(settings: &Settings, source: &Source, dataset: &Dataset, last: Option<Pull>, message: &str) -> DatasetState {
    let message = format!("E2016: {}/{}: {message}; please report it with the body", source.name, dataset.name);
    tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
    DatasetState { age_days: last.as_ref().and_then(|p| age_days(settings, p)), pull: last, status: "failed", message: Some(message) }
}

fn normalise_one(
    settings: &Settings,
    context: &Context<'_>,
    source: &Source,
    dataset: &Dataset,
    pulled: Pulled,
    previous: Option<Pull>,
) -> Result<DatasetState> {
    let state = |pull: Option<Pull>, status, message| DatasetState {
        age_days: pull.as_ref().and_then(|p| age_days(settings, p)),
        pull,
        status,
        message,
    };
    let failed = |error: &Error, pull: Option<Pull>| {
        let message = match error.hint() {
            Some(hint) => format!("{error} ({hint})"),
            None => error.to_string(),
        };
        let message = match pull.as_ref().and_then(|p| Some((p, age_days(settings, p)?))) {
            Some((pull, age)) => format!(
                "{message}; in use: what was pulled on {}, {} old",
                &pull.fetched_at[..10.min(pull.fetched_at.len())],
                count(age.max(0) as usize, "day")
            ),
            None => message,
        };
        tracing::error!(source = %source.name, dataset = %dataset.name, "{message}");
        state(pull, "failed", Some(message))
    };
    let (pull, fresh) = match pulled {
        Pulled::New(pull) => (pull, true),
        Pulled::Unchanged(pull) => (pull, false),
        Pulled::Failed(error) => return Ok(failed(&error, previous)),
        Pulled::Nothing => match previous.clone() {
            Some(pull) => (pull, false),
            None => return Ok(state(None, "missing", None)),
        },
    };
    match normalise::normalise(context, source, dataset, &pull) {
        Ok((report, redone)) => {
            if fresh {
                pull.save(&settings.workspace.data)?;
            }
            for warning in &report.warnings {
                tracing::warn!(source = %source.name, dataset = %dataset.name, "{warning}");
            }
            tracing::info!(source = %source.name, dataset = %dataset.name, observations = report.counts.observations, quarantined = report.counts.quarantined, "normalised");
            Ok(state(Some(pull), if fresh || redone { "new" } else { "unchanged" }, None))
        }
        Err(error @ (Error::Provider { .. } | Error::Fetch { .. } | Error::Io(_))) => Ok(failed(&error, previous)),
        Err(other) => Err(other),
    }
}

fn age_days(settings: &Settings, pull: &Pull) -> Option<i64> {
    let checked: jiff::Timestamp = pull.checked_at.parse().ok()?;
    Some((settings.now.as_second() - checked.as_second()) / 86_400)
}

/// Computes, checks and promotes; or says that nothing has changed.
async fn release(
    settings: &Settings,
    printer: &Printer,
    loaded: &Loaded,
    states: &States,
    command: &'static str,
    accept: &[String],
) -> Result<u8> {
    for check in accept {
        if !loaded.checks.iter().any(|c| c.id == *check) {
            let known = loaded.checks.iter().map(|c| c.id.as_str());
            return Err(Error::Usage { message: format!("no check `{check}`"), hint: crate::error::suggestion(check, known) });
        }
    }
    let reports = loaded.reports(settings);
    if reports.is_empty() {
        return Err(no_data(states));
    }
    let total = loaded.catalogue.indicators.len() as u64;
    let bar = if settings.bars { ProgressBar::new(total).with_message("computing") } else { ProgressBar::hidden() };
    let ticking = bar.clone();
    let build = Build {
        workspace: &settings.workspace,
        sources: &loaded.sources,
        catalogue: loaded.catalogue.clone(),
        reference: loaded.reference.clone(),
        checks: &loaded.checks,
        reports: Arc::new(reports),
        states,
        settings: loaded.settings_inputs(settings),
        membership: settings.membership.name(),
        now: settings.now,
        limits: settings.limits,
        threads: settings.threads,
        accept: accept.to_vec(),
        done: Arc::new(move |name| {
            ticking.inc(1);
            tracing::info!(indicator = name, "computed");
        }),
    };
    let stale = states.iter().any(|(name, s)| s.status == "failed" || is_stale(loaded, name, s));
    let key = inputs::key(&build.inputs());
    let current = promote::current(&settings.workspace);
    let current_manifest = current
        .as_ref()
        .and_then(|path| Manifest::verified(path).inspect_err(|error| tracing::error!("{error}; the release is made anew")).ok());
    if let Some(manifest) = &current_manifest
        && manifest.key == key
    {
        let held = manifest.indicators.values().any(|i| i.status == "held");
        let code = if stale || held { 3 } else { 0 };
        bar.finish_and_clear();
        report(printer, settings, loaded, states, None, code, command);
        if !printer.json() {
            printer.line(&format!("nothing to do: no input has changed since release {}", manifest.release));
        }
        return Ok(code);
    }
    let staged = build.stage().await?;
    bar.finish_and_clear();
    for (name, reason) in &staged.held {
        tracing::error!(indicator = %name, "held at its last good values: {reason}");
    }
    if !staged.stopping.is_empty() {
        return Err(Error::Gate {
            message: format!("release {} is staged, not promoted: {}", staged.manifest.release, staged.stopping.join("; ")),
            hint: Some(format!("see {}/failures/, mend the cause and run again", staged.folder.display())),
        });
    }
    let code = if stale || !staged.held.is_empty() { 3 } else { 0 };
    promote::promote(&settings.workspace, &staged.folder, &staged.manifest.release)?;
    report(printer, settings, loaded, states, Some(&staged), code, command);
    Ok(code)
}

fn no_data(states: &States) -> Error {
    let reasons: Vec<String> = states.iter().filter_map(|(n, s)| s.message.as_ref().map(|m| format!("\n  {n}: {m}"))).collect();
    Error::Fetch {
        code: "E1000",
        message: format!("no data: no data set could be read{}", reasons.concat()),
        hint: Some("give a folder with bodies: `yardstick run --from fixtures`".into()),
    }
}

pub fn is_stale(loaded: &Loaded, name: &str, state: &DatasetState) -> bool {
    let Some((source, _)) = name.split_once('/') else { return false };
    let limit = loaded.sources.iter().find(|s| s.name == source).map_or(i64::MAX, |s| s.stale_after_days);
    state.age_days.is_some_and(|age| age > limit)
}
