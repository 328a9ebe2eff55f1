//! `schedule`: the lines to install for the nightly run.

use serde::Serialize;

use crate::error::Result;
use crate::exit::Exit;
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

#[derive(Serialize)]
struct Lines {
    lines: Vec<String>,
}

pub fn schedule(settings: &Settings, printer: &Printer, crontab: bool, systemd: bool) -> Result<Exit> {
    let program = std::env::current_exe()?.display().to_string();
    let (root, data) = (settings.workspace.root.display().to_string(), settings.workspace.data.display().to_string());
    let text = if systemd && !crontab { units(&program, &root, &data) } else { cron_lines(&program, &root, &data) };
    Ok(printer.answer("schedule", Exit::Done, &Lines { lines: text.lines().map(str::to_owned).collect() }))
}

impl Answer for Lines {
    fn show(&self, printer: &Printer) {
        printer.line(&self.lines.join("\n"));
    }
}

fn units(program: &str, root: &str, data: &str) -> String {
    // In a unit `%` begins a specifier.
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"));
    let (degraded, locked) = (Exit::Degraded.code(), Exit::Locked.code());
    format!(
        "# /etc/systemd/system/yardstick.service\n[Unit]\nDescription=Yardstick: pull, compute and publish what is due\nAfter=network-online.target\nWants=network-online.target\n\n[Service]\nType=oneshot\nExecStart={} -q run --due --workspace {} --data {} --log-format json\n# {degraded} = promoted with a stale source, {locked} = another run is at work\nSuccessExitStatus={degraded} {locked}\n\n# /etc/systemd/system/yardstick.timer\n[Unit]\nDescription=Yardstick, every hour: runs only what its schedule says is due\n\n[Timer]\nOnCalendar=*-*-* *:20:00 UTC\nPersistent=true\n\n[Install]\nWantedBy=timers.target",
        quote(program),
        quote(root),
        quote(data)
    )
}

fn cron_lines(program: &str, root: &str, data: &str) -> String {
    // In a crontab `%` is a new line.
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"));
    format!(
        "# Every hour; runs only what its schedule in pipelines/*.toml says is due\nCRON_TZ=UTC\n20 * * * * mkdir -p {data} && {} -q run --due --workspace {} --data {data} --log-format json >/dev/null 2>>{}",
        quote(program),
        quote(root),
        quote(&format!("{data}/yardstick.log")),
        data = quote(data),
    )
}
