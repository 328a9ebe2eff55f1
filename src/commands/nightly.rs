//! `run`, `pull` and `compute`: the nightly job and its two halves, each with a record of what became of it.

use serde::Serialize;

use super::report::report;
use super::worker;
use crate::cli::{EngineKind, NightArgs, PullArgs, RunArgs, SharedOut};
use crate::error::Result;
use crate::exit::Exit;
use crate::job::asked::Ask;
use crate::job::load::{self, Loaded};
use crate::job::night::{self, Night, Published};
use crate::job::record;
use crate::job::refusal::{self, Refusal};
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings, printer: &Printer, args: &NightArgs) -> Result<Exit> {
    record::begin(settings, "run", options(&args.run).into_iter().chain(shared_out(&args.shared_out)).collect());
    let loaded = load::load(settings);
    let night = match &loaded {
        Ok(loaded) => match worker::find(settings, &args.shared_out).await {
            Ok(cluster) => night::run(settings, loaded, &ask(&args.run), true, cluster).await,
            Err(error) => Err(error),
        },
        Err(_) => return end(settings, None, loaded.map(|_| Exit::Done)),
    };
    finish(settings, printer, "run", &loaded?, night)
}

pub(super) async fn pull(settings: &Settings, printer: &Printer, args: &PullArgs) -> Result<Exit> {
    if let Some(hash) = &args.refuse {
        return Ok(printer.answer("pull", Exit::Done, &refusal::refuse(settings, &load::load(settings)?, hash)?));
    }
    if let Some(hash) = &args.admit {
        return Ok(printer.answer("pull", Exit::Done, &Admitted { snapshot: refusal::admit(settings, hash)? }));
    }
    record::begin(settings, "pull", options(&args.run));
    let loaded = load::load(settings);
    let night = match &loaded {
        Ok(loaded) => night::run(settings, loaded, &ask(&args.run), false, None).await,
        Err(_) => return end(settings, None, loaded.map(|_| Exit::Done)),
    };
    finish(settings, printer, "pull", &loaded?, night)
}

pub(super) async fn compute(settings: &Settings, printer: &Printer, accept: &[String], args: &SharedOut) -> Result<Exit> {
    let options = accept.iter().map(|check| format!("--accept {check}"));
    record::begin(settings, "compute", options.chain(shared_out(args)).collect());
    let loaded = load::load(settings);
    let night = match &loaded {
        Ok(loaded) => match worker::find(settings, args).await {
            Ok(cluster) => night::compute(settings, loaded, accept, cluster).await,
            Err(error) => Err(error),
        },
        Err(_) => return end(settings, None, loaded.map(|_| Exit::Done)),
    };
    finish(settings, printer, "compute", &loaded?, night)
}

/// What the command line asks of a run.
pub(super) fn ask(args: &RunArgs) -> Ask {
    Ask { from: args.from.clone(), only: args.only.clone(), due: args.due, accept: args.accept.clone() }
}

/// The options as written, for the record.
fn options(args: &RunArgs) -> Vec<String> {
    let mut options: Vec<String> = args.from.iter().map(|from| format!("--from {}", from.display())).collect();
    options.extend(args.due.then(|| "--due".to_owned()));
    options.extend(args.only.iter().map(|name| format!("--only {name}")));
    options.extend(args.accept.iter().map(|check| format!("--accept {check}")));
    options
}

fn shared_out(args: &SharedOut) -> Vec<String> {
    let engine = (args.engine == EngineKind::Cluster).then(|| "--engine cluster".to_owned());
    engine.into_iter().chain(args.workers.iter().map(|url| format!("--workers {url}"))).collect()
}

fn finish(settings: &Settings, printer: &Printer, verb: &str, loaded: &Loaded, night: Result<Night>) -> Result<Exit> {
    let answered = night.and_then(|night| {
        record::note(|record| record.degraded.clone_from(&night.degraded));
        let noted = record::note(|record| {
            (record.retention.as_ref().and_then(super::super::job::retention::Retained::told), record.workers.clone())
        });
        match report(settings, loaded, &night, noted) {
            // What is promoted or refused stays so: exit code 1 would say that there was no release.
            Err(error) if matches!(night.outcome, Published::Release(_) | Published::Refused { .. }) => {
                tracing::error!("the release is made, but cannot be told of: {error}");
                Ok((night.exit, None))
            }
            report => Ok((night.exit, Some(report?))),
        }
    });
    // The record first: it stands, whoever reads the report.
    match answered {
        Ok((exit, report)) => {
            end(settings, Some(loaded), Ok(exit))?;
            Ok(report.map_or(exit, |report| printer.answer(verb, exit, &report)))
        }
        Err(error) => end(settings, Some(loaded), Err(error)),
    }
}

/// Closes the record and tells those who want to know.
fn end(settings: &Settings, loaded: Option<&Loaded>, result: Result<Exit>) -> Result<Exit> {
    if let Some(record) = record::end(&result) {
        // A workspace that cannot be read may still say whom to tell.
        let notify = loaded.map_or_else(|| load::read(settings).config.notify, |loaded| loaded.config.notify.clone());
        notify.tell(settings, &record);
    }
    result
}

impl Answer for Refusal {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("refused: {}", self.snapshot));
        for (id, release) in &self.data_sets {
            printer.line(&match release {
                Some(release) => format!("{id}: the bodies of release {release} are in use again; `yardstick run` publishes with them"),
                None => format!("{id}: no kept release has other bodies, so it stays in use until another is pulled"),
            });
        }
    }
}

#[derive(Serialize)]
struct Admitted {
    snapshot: String,
}

impl Answer for Admitted {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("no longer refused: {}", self.snapshot));
    }
}
