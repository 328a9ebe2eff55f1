//! `[notify]` of `pipelines/job.toml`: who is told of a run, and the files that monitoring reads. Nothing of it can fail
//! a run: what goes wrong here is a line in the log.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::record::{Outcome, RunRecord};
use super::{metrics, openlineage};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};
use crate::settings::Settings;

/// How long a command or an address may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When somebody is told.
const MOMENTS: [&str; 4] = ["start", "done", "degraded", "failed"];

#[derive(Debug, Clone, Default)]
pub struct Notify {
    /// Program and arguments; the record of the run comes on its standard input.
    command: Vec<String>,
    /// Called as monitors of cron jobs expect it: `/start`, then `/<exit code>`.
    address: Option<String>,
    /// The moments at which command and address are called; empty = all.
    on: Vec<String>,
    /// A file of metrics for Prometheus.
    metrics: Option<PathBuf>,
    /// A folder of OpenLineage events.
    openlineage: Option<PathBuf>,
}

pub fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Notify {
    let on = table.spanned_strings("on", problems);
    rules::choices(table, "on", MOMENTS);
    for (moment, span) in on.iter().filter(|(moment, _)| !MOMENTS.contains(&moment.as_str())) {
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), span.clone(), format!("nobody can be told on `{moment}`"))
                .maybe_hint(suggestion(moment, MOMENTS)),
        );
    }
    let address = table.string("address", problems);
    if let Some(address) = &address {
        rules::address(table, "address", address, problems);
    }
    let notify = Notify {
        command: table.strings("command", problems).unwrap_or_default(),
        address,
        on: on.into_iter().map(|(moment, _)| moment).collect(),
        metrics: table.string("metrics", problems).map(PathBuf::from),
        openlineage: table.string("openlineage", problems).map(PathBuf::from),
    };
    table.finish(problems);
    notify
}

impl Notify {
    /// Tells of a run that begins or has ended, and writes the files.
    pub fn tell(&self, settings: &Settings, record: &RunRecord) {
        // A start while another run was at work says nothing about the night, which that one tells of.
        if !record.is_of_a_night() {
            return;
        }
        let moment = moment(record);
        if self.on.is_empty() || self.on.iter().any(|on| on == moment) {
            self.call_command(settings, moment, record);
            self.call_address(record);
        }
        let place = |path: &Path| settings.workspace.root.join(path);
        if let Some(path) = self.metrics.as_deref().filter(|_| record.outcome != Outcome::Running)
            && let Err(error) = metrics::write(settings, record, &place(path))
        {
            tracing::error!("the metrics could not be written: {error}");
        }
        if let Some(folder) = &self.openlineage
            && let Err(error) = openlineage::write(settings, record, &place(folder))
        {
            tracing::error!("the OpenLineage event could not be written: {error}");
        }
    }

    fn call_command(&self, settings: &Settings, moment: &str, record: &RunRecord) {
        let Some((program, arguments)) = self.command.split_first() else { return };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&settings.workspace.root)
            .env("YARDSTICK_MOMENT", moment)
            .env("YARDSTICK_RUN", &record.id)
            .env("YARDSTICK_OUTCOME", record.outcome.name())
            .env("YARDSTICK_EXIT_CODE", record.exit_code.map_or(String::new(), |code| code.to_string()))
            .env("YARDSTICK_MESSAGE", record.summary());
        if let Err(error) = run(command, &serde_json::to_vec(record).unwrap_or_default()) {
            tracing::error!("the command `{program}` of [notify]: {error}");
        }
    }

    fn call_address(&self, record: &RunRecord) {
        let Some(address) = &self.address else { return };
        let path = record.exit_code.map_or_else(|| "start".to_owned(), |code| code.to_string());
        let (url, body) = (format!("{}/{path}", address.trim_end_matches('/')), record.text());
        // On a thread of its own, with a runtime of its own: the job's may be busy.
        let call = move || -> Result<(), String> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
            runtime.block_on(async {
                let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|e| e.to_string())?;
                let answer = client.post(&url).body(body).send().await.map_err(|e| e.without_url().to_string())?;
                answer.error_for_status().map(drop).map_err(|e| e.without_url().to_string())
            })
        };
        let outcome = std::thread::spawn(call).join().unwrap_or_else(|_| Err("the call ended early".into()));
        if let Err(error) = outcome {
            // The address may hold a key.
            tracing::error!("the address of [notify] could not be called: {error}");
        }
    }
}

/// When this is, in the words of `on`.
fn moment(record: &RunRecord) -> &'static str {
    match record.exit_code {
        None => "start",
        Some(0) => "done",
        Some(3) => "degraded",
        Some(_) => "failed",
    }
}

/// Runs a command and gives it its input; one that takes too long is ended.
fn run(mut command: Command, input: &[u8]) -> std::io::Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A command that does not read must not hold us up.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let pause = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(std::io::Error::other(format!("it ended with {status}"))),
            None if waited >= PATIENCE => {
                child.kill()?;
                child.wait()?;
                return Err(std::io::Error::other(format!("ended after {} seconds", PATIENCE.as_secs())));
            }
            None => std::thread::sleep(pause),
        }
        waited += pause;
    }
}
