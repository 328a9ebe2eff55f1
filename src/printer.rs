//! All output: data to stdout, everything else to stderr, readable without colour. A broken pipe is no error.

mod grid;

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{Color, Format};
use crate::error::{Error, Problem, Result, Severity};
use crate::exit::Exit;
use crate::visible;

pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Envelope<'a, D> {
    schema_version: u32,
    command: &'a str,
    status: &'a str,
    exit_code: Exit,
    data: &'a D,
    problems: Vec<Value>,
}

/// What a verb found: one value, printed as JSON or as tables for people.
pub trait Answer: Serialize {
    /// For people: tables and lines.
    fn show(&self, printer: &Printer);

    /// Problems of files, which the JSON lists beside the value.
    fn problems(&self) -> &[Problem] {
        &[]
    }
}

pub struct Printer {
    pub format: Format,
    pub quiet: bool,
    colour: bool,
    /// How wide the terminal is, where there is one.
    width: Option<usize>,
    /// Data that could not be written, to a full disk for instance.
    lost: AtomicBool,
    /// The reader of stdout has gone.
    gone: AtomicBool,
    /// A part of an answer has been given: what fails now is told on stderr alone.
    begun: AtomicBool,
    /// Data kept for who asked for them, instead of stdout.
    kept: Option<Mutex<Vec<u8>>>,
}

impl Printer {
    pub fn new(format: Format, quiet: bool, asked: Color) -> Self {
        let colour = is_coloured(asked, std::io::stderr().is_terminal());
        Self {
            format,
            quiet,
            colour,
            width: width(),
            lost: AtomicBool::default(),
            gone: AtomicBool::default(),
            begun: AtomicBool::default(),
            kept: None,
        }
    }

    /// Keeps the JSON of a verb, for another verb that answers with it.
    pub fn keeping() -> Self {
        Self { kept: Some(Mutex::default()), ..Self::new(Format::Json, true, Color::Never) }
    }

    /// What was kept.
    pub fn into_kept(self) -> Vec<u8> {
        self.kept.and_then(|kept| kept.into_inner().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Data, to stdout.
    pub fn data(&self, bytes: &[u8]) {
        if let Some(kept) = &self.kept {
            if let Ok(mut kept) = kept.lock() {
                kept.extend_from_slice(bytes);
            }
            return;
        }
        let mut out = std::io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => {}
            // Nothing is left to do when the reader has gone.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.gone.store(true, Ordering::Relaxed),
            Err(error) => self.lose(&error),
        }
    }

    /// A part of data that are given as they come.
    pub fn part(&self, bytes: &[u8]) {
        self.begun.store(true, Ordering::Relaxed);
        self.data(bytes);
    }

    /// Whether further data would reach anybody.
    pub fn is_heard(&self) -> bool {
        !self.gone.load(Ordering::Relaxed) && !self.lost.load(Ordering::Relaxed)
    }

    fn lose(&self, error: &dyn std::error::Error) {
        if !self.lost.swap(true, Ordering::Relaxed) {
            let _ = writeln!(std::io::stderr(), "error: the output cannot be written: {error}");
        }
    }

    /// Text for people: what a provider has sent cannot steer the terminal.
    pub fn text(&self, text: &str) {
        self.data(visible::shown(text).as_bytes());
    }

    pub fn line(&self, text: &str) {
        self.text(&format!("{text}\n"));
    }

    /// The exit status of a verb whose output is its result: no success when that is lost.
    pub fn answered(&self, exit: Exit) -> Exit {
        if exit == Exit::Done && self.lost.load(Ordering::Relaxed) { Exit::Failed } else { exit }
    }

    /// What a verb found, in the form asked for; gives back the exit status.
    pub fn answer(&self, command: &str, exit: Exit, answer: &impl Answer) -> Exit {
        match self.format {
            Format::Json => self.envelope(command, exit, answer, answer.problems()),
            Format::Human => answer.show(self),
        }
        exit
    }

    /// What a person may want to know, to stderr.
    pub fn note(&self, text: &str) {
        if !self.quiet && !self.json() {
            let _ = writeln!(std::io::stderr(), "{}", visible::shown(text));
        }
    }

    /// The one JSON envelope of a command.
    pub fn envelope(&self, command: &str, exit: Exit, data: &impl Serialize, problems: &[Problem]) {
        match enveloped(command, exit, data, problems) {
            Ok(text) => self.data(text.as_bytes()),
            Err(error) => self.lose(&error),
        }
    }

    /// Problems of files, each with its place.
    pub fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            let report = problem.render(self.colour);
            let report = if self.colour { visible::shown_in_colour(&report).into() } else { visible::shown(&report) };
            let _ = writeln!(std::io::stderr(), "{report}\n");
        }
    }

    /// Problems that stop nothing.
    pub fn warnings(&self, problems: &[Problem]) {
        if !self.quiet {
            self.problems(problems);
        }
    }

    /// Reports a failure and gives its exit status.
    pub fn fail(&self, command: &str, error: &Error) -> Exit {
        let exit = error.exit();
        let problems: &[Problem] = if let Error::Workspace(problems) = error { problems } else { &[] };
        if self.json() && !self.begun.load(Ordering::Relaxed) {
            self.envelope(command, exit, &json!({ "error": error.to_string(), "hint": error.hint() }), problems);
            return exit;
        }
        self.problems(problems);
        self.failure(&error.to_string(), error.hint());
        exit
    }

    /// What failed, for people, and what to do.
    pub fn failure(&self, message: &str, hint: Option<&str>) {
        let mut err = std::io::stderr();
        let _ = writeln!(err, "error: {}", visible::shown(message));
        if let Some(hint) = hint {
            let _ = writeln!(err, "hint: {}", visible::shown(hint));
        }
    }

    /// A table for people; numbers to the right.
    pub fn table(&self, header: &[&str], rows: &[Vec<String>]) -> String {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| visible::shown(cell).into_owned()).collect()).collect();
        grid::drawn(header, &rows, self.width)
    }
}

/// Whether what goes to a terminal, or elsewhere, is coloured.
pub fn is_coloured(asked: Color, terminal: bool) -> bool {
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none(),
    }
}

fn enveloped(command: &str, exit: Exit, data: &impl Serialize, problems: &[Problem]) -> serde_json::Result<String> {
    let problems: Vec<Value> = problems.iter().map(Problem::to_json).collect();
    let envelope = Envelope { schema_version: SCHEMA_VERSION, command, status: exit.status(), exit_code: exit, data, problems };
    Ok(format!("{}\n", visible::in_json(&serde_json::to_string_pretty(&envelope)?)))
}

/// What stands in the envelope before and behind the list `rows`, which is written as it comes.
pub fn around_rows(command: &str, problems: &[Problem]) -> Result<(String, String)> {
    const LIST: &str = "\"rows\": []";
    let text = enveloped(command, Exit::Done, &json!({ "rows": [] }), problems)?;
    let (before, behind) = text.split_once(LIST).ok_or_else(|| Error::Internal("the envelope has no list".into()))?;
    Ok((format!("{before}\"rows\": "), behind.to_owned()))
}

/// How wide a line for people is.
const WIDTH: usize = 80;
/// A narrower one is no terminal that anybody reads.
const NARROWEST: usize = 20;

/// As `COLUMNS` says, else of the terminal that stdout is. What goes into a file or another program is as wide as it is.
fn width() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let terminal = || std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    set.or_else(terminal).filter(|width| *width >= NARROWEST)
}

/// A text behind a label, folded at the width of a terminal: what does not fit goes below, under the text.
pub fn folded(label: &str, text: &str) -> String {
    folded_at(WIDTH, label, text)
}

fn folded_at(most: usize, label: &str, text: &str) -> String {
    let indent = label.chars().count();
    let (mut folded, mut width) = (label.to_owned(), indent);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > indent && width + 1 + length > most {
            folded = format!("{}\n{}", folded.trim_end(), " ".repeat(indent));
            width = indent;
        } else if width > indent {
            folded.push(' ');
            width += 1;
        }
        folded.push_str(word);
        width += length;
    }
    folded.trim_end().to_owned()
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
    // No zero with a sign.
    share.map_or_else(|| "-".into(), |share| format!("{:.1} %", share * 100.0).replace("-0.0 %", "0.0 %"))
}
