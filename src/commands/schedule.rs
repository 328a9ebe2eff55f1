//! `schedule`: the lines to install for the nightly run.

use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::STATEMENT_SECONDS;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::{Answer, Printer};
use crate::reference::MembershipMode;
use crate::settings::Settings;

#[derive(Serialize)]
struct Lines {
    lines: Vec<String>,
}

pub(super) fn schedule(settings: &Settings, printer: &Printer, crontab: bool, systemd: bool) -> Result<Exit> {
    let program = std::env::current_exe()?;
    let [program, root, data] = [&program, &settings.workspace.root, &settings.workspace.data].map(|path| written(path));
    let (program, root, data) = (program?, root?, data?);
    // What the figures depend on, and how long they may take, as it was given here.
    let mut options = String::new();
    if settings.membership != MembershipMode::Current
        && let Some(mode) = settings.membership.to_possible_value()
    {
        options = format!("{options} --membership {}", mode.get_name());
    }
    if settings.limits.seconds != STATEMENT_SECONDS {
        options = format!("{options} --statement-seconds {}", settings.limits.seconds);
    }
    let text = if systemd && !crontab { units(program, root, data, &options) } else { cron_lines(program, root, data, &options) };
    Ok(printer.answer("schedule", Exit::Done, &Lines { lines: text.lines().map(str::to_owned).collect() }))
}

/// A path as a unit or a crontab can hold it: in one line, and in UTF-8.
fn written(path: &Path) -> Result<&str> {
    path.to_str().filter(|path| !path.chars().any(char::is_control)).ok_or_else(|| {
        Error::usage_hint(
            format!(
                "`{}` cannot stand in a unit or a crontab: it is not UTF-8, or has a line break or another control character in it",
                path.to_string_lossy().escape_debug()
            ),
            "rename the folder, or reach it by a link of another name",
        )
    })
}

impl Answer for Lines {
    fn show(&self, printer: &Printer) {
        printer.line(&self.lines.join("\n"));
    }
}

fn units(program: &str, root: &str, data: &str, options: &str) -> String {
    // In a unit `%` begins a specifier, and in an argument `$` a variable.
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"));
    let (degraded, locked) = (Exit::Degraded.code(), Exit::Locked.code());
    let argument = |text: &str| quote(text).replace('$', "$$");
    let (program, data, root_argument, data_argument) = (quote(program), quote(data), argument(root), argument(data));
    format!(
        "# /etc/systemd/system/yardstick.service
[Unit]
Description=Yardstick: pull, compute and publish what is due
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
# The folder must be there: mkdir -p {data}
ExecStart={program} -q run --due --workspace {root_argument} --data {data_argument}{options} --log-format json
# {degraded} = promoted with a stale source, {locked} = another run is at work
SuccessExitStatus={degraded} {locked}
TimeoutStartSec=6h
UMask=0022
# It writes to its data folder alone.
ReadWritePaths={data}
{HARDENING}
# /etc/systemd/system/yardstick.timer
[Unit]
Description=Yardstick, every hour: runs only what its schedule says is due

[Timer]
OnCalendar=*-*-* *:20:00 UTC
Persistent=true

[Install]
WantedBy=timers.target"
    )
}

/// What the service may not do: it reads files, writes to one folder, and asks providers.
const HARDENING: &str = "\
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
RemoveIPC=yes
KeyringMode=private
";

fn cron_lines(program: &str, root: &str, data: &str, options: &str) -> String {
    // In a crontab `%` is a new line.
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"));
    format!(
        "# Every hour; runs only what its schedule in pipelines/*.toml says is due. Cron mails what is printed: the record
# of a run that was not in order, or where it could write none, the end of its log.
CRON_TZ=UTC
20 * * * * mkdir -p {data} && {{ {program} -q run --due --workspace {root} --data {data}{options} --log-format json >/dev/null 2>>{log} & run=$!; wait $run; code=$?; [ $code -eq 0 ] || [ $code -eq {locked} ] || {{ cat \"$(grep -l '\"process\": '$run, {data}/runs/*/run.json | tail -n 1 | sed 's/json$/txt/')\" || tail -n 3 {log}; exit $code; }}; }}",
        data = quote(data),
        program = quote(program),
        root = quote(root),
        log = quote(&format!("{data}/yardstick.log")),
        locked = Exit::Locked.code(),
    )
}
