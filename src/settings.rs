//! Options resolved once: flags over environment over defaults.

use std::io::{IsTerminal, Write};
use std::path::Path;

use tracing_subscriber::EnvFilter;

use crate::cli::{Format, Global};
use crate::engine::Limits;
use crate::error::{Code, Error, Problem, Result};
use crate::files;
use crate::memory::Memory;
use crate::printer;
use crate::reference::MembershipMode;
use crate::visible;
use crate::workspace::{self, Workspace};

#[derive(Debug, Clone)]
pub struct Settings {
    pub workspace: Workspace,
    pub now: jiff::Timestamp,
    pub memory: Memory,
    pub limits: Limits,
    pub threads: usize,
    pub membership: MembershipMode,
    pub json_logs: bool,
    pub log_level: &'static str,
    /// Progress bars are for people.
    pub bars: bool,
    /// Whether lines of the log are coloured.
    pub colour: bool,
}

impl Settings {
    pub fn resolve(global: &Global, clock: jiff::Timestamp) -> Result<Self> {
        let root = global.workspace.clone().unwrap_or_else(|| ".".into());
        if !root.is_dir() {
            return Err(Error::usage_hint(
                format!("{} is not a folder", root.display()),
                "--workspace DIR names a folder with pipelines/ and sql/",
            ));
        }
        let root = fs_err::canonicalize(root)?;
        let odd: Vec<Problem> = ["pipelines", "sql"]
            .iter()
            .flat_map(|folder| files::not_regular(&root.join(folder)))
            .map(|(path, what)| {
                let hint = "put a regular file in its place, or remove it";
                Problem::file(Code::NotARegularFile, workspace::shown(&root, &path), what).hint(hint)
            })
            .collect();
        if !odd.is_empty() {
            return Err(Error::Workspace(odd));
        }
        let data = match &global.data {
            Some(data) => std::path::absolute(data)?,
            None => root.join("data"),
        };
        if data.is_file() {
            return Err(Error::usage_hint(format!("--data {}: not a folder", data.display()), "a folder that is not there is made"));
        }
        let now = match &global.now {
            Some(text) => moment(text)?,
            None => clock,
        };
        let terminal = std::io::stderr().is_terminal();
        let json_logs = match global.log_format {
            Some(format) => format == Format::Json,
            None => !terminal,
        };
        let log_level = match (global.quiet, global.verbose) {
            (true, _) => "error",
            (_, 0) if terminal => "warn",
            (_, 0 | 1) => "info",
            _ => "debug",
        };
        files::scratch::lie_in(&data);
        let memory = Memory::of(global.memory_mib.or_else(|| in_job_file(&root)));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = global.threads.unwrap_or(cores).clamp(1, 64);
        // Of what is shared out without a pool of its own. Where settings are made twice in one process, the first hold.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        Ok(Self {
            workspace: Workspace { root, data },
            now,
            memory,
            limits: Limits {
                memory_bytes: memory.statements(),
                partitions: global.partitions.unwrap_or(1),
                seconds: global.statement_seconds,
            },
            threads,
            membership: global.membership,
            json_logs,
            log_level,
            colour: printer::is_coloured(global.color, terminal),
            bars: terminal && !global.quiet && global.format == Format::Human && !json_logs,
        })
    }

    pub fn today(&self) -> jiff::civil::Date {
        jiff::tz::TimeZone::UTC.to_datetime(self.now).date()
    }

    pub fn start_logging(&self) {
        let filter = EnvFilter::try_from_env("YARDSTICK_LOG").unwrap_or_else(|_| EnvFilter::new(format!("yardstick={}", self.log_level)));
        let json = self.json_logs;
        // A line that cannot be written is lost; to report that on the same stream would end in a panic.
        let builder = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(self.colour)
            .with_writer(move || Harmless { json })
            .log_internal_errors(false);
        let _ =
            if self.json_logs { builder.json().flatten_event(true).try_init() } else { builder.with_target(false).compact().try_init() };
    }
}

/// The memory that `pipelines/job.toml` allows. What is wrong with the file is told where the workspace is read.
fn in_job_file(root: &Path) -> Option<usize> {
    let text = files::read_text(&root.join("pipelines").join(workspace::JOB_FILE)).ok()?;
    let mib = text.parse::<toml::Table>().ok()?.get("limits")?.get("memory_mib")?.as_integer()?;
    usize::try_from(mib).ok()
}

/// Lines of the log, whose texts may come from a provider: what would steer a terminal is shown.
struct Harmless {
    json: bool,
}

impl Write for Harmless {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let harmless = if self.json { visible::in_json(&text) } else { visible::shown_in_colour(&text).into() };
        std::io::stderr().write_all(harmless.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// A moment as people write it: a date or an RFC 3339 time.
fn moment(text: &str) -> Result<jiff::Timestamp> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(moment);
    }
    // A time without a zone is UTC, a date its midnight.
    let date = text.parse::<jiff::civil::DateTime>().ok();
    date.and_then(|date| jiff::tz::TimeZone::UTC.to_timestamp(date).ok())
        .ok_or_else(|| Error::usage_hint(format!("`{text}` is not a time"), "write 2026-11-24 or 2026-11-24T02:30:00Z"))
}
