//! All output: data to stdout, everything else to stderr, readable without colour. A broken pipe is no error.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde_json::{Value, json};

use crate::cli::{Color, Format};
use crate::error::{Error, Problem, Severity};

pub const SCHEMA_VERSION: u32 = 1;

pub struct Printer {
    pub format: Format,
    pub quiet: bool,
    colour: bool,
    /// Data that could not be written, to a full disk for instance.
    lost: AtomicBool,
}

impl Printer {
    pub fn new(format: Format, quiet: bool, color: Color) -> Self {
        let colour = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        Self { format, quiet, colour, lost: AtomicBool::new(false) }
    }

    pub fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Data, to stdout.
    pub fn data(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        // Nothing is left to do when the reader has gone.
        if let Err(error) = out.write_all(bytes).and_then(|()| out.flush())
            && error.kind() != ErrorKind::BrokenPipe
            && !self.lost.swap(true, Ordering::Relaxed)
        {
            let _ = writeln!(std::io::stderr(), "error: the output cannot be written: {error}");
        }
    }

    pub fn line(&self, text: &str) {
        self.data(format!("{text}\n").as_bytes());
    }

    /// The exit code of a verb whose output is its result: no success when that is lost.
    pub fn answer_code(&self, code: u8) -> u8 {
        if self.lost.load(Ordering::Relaxed) { code.max(1) } else { code }
    }

    /// What a person may want to know, to stderr.
    pub fn note(&self, text: &str) {
        if !self.quiet && !self.json() {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// The one JSON envelope of a command.
    pub fn envelope(&self, command: &str, exit_code: u8, data: &Value, problems: &[Problem]) {
        let problems: Vec<Value> = problems.iter().map(Problem::to_json).collect();
        let status = match exit_code {
            0 => "ok",
            3 => "degraded",
            _ => "failed",
        };
        let envelope = json!({
            "schema_version": SCHEMA_VERSION, "command": command, "status": status, "exit_code": exit_code, "data": data, "problems": problems,
        });
        self.line(&serde_json::to_string_pretty(&envelope).unwrap_or_default());
    }

    /// Problems of files, each with its place.
    pub fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            let _ = writeln!(std::io::stderr(), "{}\n", problem.render(self.colour));
        }
    }

    /// Reports a failure and gives its exit code.
    pub fn fail(&self, command: &str, error: &Error) -> u8 {
        let code = error.exit_code();
        let problems: &[Problem] = if let Error::Workspace(problems) = error { problems } else { &[] };
        if self.json() {
            self.envelope(command, code, &json!({ "error": error.to_string(), "hint": error.hint() }), problems);
            return code;
        }
        self.problems(problems);
        let mut err = std::io::stderr();
        let _ = writeln!(err, "error: {error}");
        if let Some(hint) = error.hint() {
            let _ = writeln!(err, "hint: {hint}");
        }
        code
    }

    /// A table for people; numbers to the right.
    pub fn table(&self, header: &[&str], rows: &[Vec<String>]) -> String {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(header);
        for row in rows {
            table.add_row(row);
        }
        for index in 0..header.len() {
            let numeric = rows.iter().filter_map(|r| r.get(index)).filter(|c| !c.is_empty()).all(|c| c.parse::<f64>().is_ok() || *c == "-");
            if numeric && let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt()
    }
}

/// How many are errors.
pub fn errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|p| p.severity == Severity::Error).count()
}

/// A number for people: enough digits to see, never fewer than it takes.
pub fn number(value: Option<f64>) -> String {
    match value {
        None => "-".into(),
        Some(0.0) => "0".into(),
        Some(value) if value.abs() >= 1e6 => format!("{value:.0}"),
        Some(value) if value.abs() >= 100.0 => format!("{value:.1}"),
        Some(value) if value.abs() >= 1.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// A share as percent.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".into(), |share| format!("{:.1} %", share * 100.0))
}
