//! `schedule`: the lines to install for the nightly run.

use serde_json::json;

use crate::error::Result;
use crate::printer::Printer;
use crate::settings::Settings;

pub fn schedule(settings: &Settings, printer: &Printer, crontab: bool, systemd: bool) -> Result<u8> {
    let program = std::env::current_exe()?.display().to_string();
    let (root, data) = (settings.workspace.root.display().to_string(), settings.workspace.data.display().to_string());
    let lines = if systemd && !crontab {
        // In a unit `%` begins a specifier.
        let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"));
        format!(
            "# /etc/systemd/system/yardstick.service\n[Unit]\nDescription=Yardstick: pull, compute and publish what is due\nAfter=network-online.target\nWants=network-online.target\n\n[Service]\nType=oneshot\nExecStart={} -q run --due --workspace {} --data {} --log-format json\n# 3 = promoted with a stale source, 75 = another run is at work\nSuccessExitStatus=3 75\n\n# /etc/systemd/system/yardstick.timer\n[Unit]\nDescription=Yardstick, every hour: runs only what its schedule says is due\n\n[Timer]\nOnCalendar=*-*-* *:20:00 UTC\nPersistent=true\n\n[Install]\nWantedBy=timers.target",
            quote(&program),
            quote(&root),
            quote(&data)
        )
    } else {
        // In a crontab `%` is a new line.
        let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"));
        format!(
            "# Every hour; runs only what its schedule in pipelines/*.toml says is due\nCRON_TZ=UTC\n20 * * * * mkdir -p {data} && {} -q run --due --workspace {} --data {data} --log-format json >/dev/null 2>>{}",
            quote(&program),
            quote(&root),
            quote(&format!("{data}/yardstick.log")),
            data = quote(&data),
        )
    };
    if printer.json() {
        printer.envelope("schedule", 0, &json!({ "lines": lines.lines().collect::<Vec<_>>() }), &[]);
    } else {
        printer.line(&lines);
    }
    Ok(0)
}
