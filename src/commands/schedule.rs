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

pub(super) fn schedule(settings: &Settings, printer: &Printer, crontab: bool, systemd: bool) -> Result<Exit> {
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
    let (program, root, data) = (quote(program), quote(root), quote(data));
    format!(
        "# /etc/systemd/system/yardstick.service
[Unit]
Description=Yardstick: pull, compute and publish what is due
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
# The folder must be there: mkdir -p {data}
ExecStart={program} -q run --due --workspace {root} --data {data} --log-format json
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

fn cron_lines(program: &str, root: &str, data: &str) -> String {
    // In a crontab `%` is a new line.
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"));
    format!(
        "# Every hour; runs only what its schedule in pipelines/*.toml says is due. Cron mails what is printed: the record
# of a run that was not in order, or where it could write none, the end of its log.
CRON_TZ=UTC
20 * * * * mkdir -p {data} && {{ {program} -q run --due --workspace {root} --data {data} --log-format json >/dev/null 2>>{log} & run=$!; wait $run; code=$?; [ $code -eq 0 ] || [ $code -eq {locked} ] || {{ cat \"$(grep -l '\"process\": '$run, {data}/runs/*/run.json | tail -n 1 | sed 's/json$/txt/')\" || tail -n 3 {log}; exit $code; }}; }}",
        data = quote(data),
        program = quote(program),
        root = quote(root),
        log = quote(&format!("{data}/yardstick.log")),
        locked = Exit::Locked.code(),
    )
}
