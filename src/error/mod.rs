//! What can go wrong, sorted by who must act, with stable codes and hints.
//!
//! Codes: E0xxx workspace files, E1xxx fetching, E2xxx what a provider sent, E3xxx SQL and test cases,
//! E4xxx gates and checks, E5xxx writing a release, E6xxx workers.

pub mod code;
mod statement;

pub use code::Code;
pub(crate) use statement::Statement;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use serde::Serialize;

use crate::exit::Exit;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that ends a command. The exit status says who must act.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Files that a person wrote are wrong: every problem, all at once.
    #[error("{}", problem_count(.0))]
    Workspace(Vec<Problem>),
    /// The command line asks for something that does not exist.
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    /// A source could not be reached or refused.
    #[error("{code}: {message}")]
    Fetch { code: Code, message: String, hint: Option<String> },
    /// A provider sent something else than its documented format.
    #[error("{code}: {message}")]
    Provider { code: Code, message: String, hint: Option<String> },
    /// Another run holds the lock of the data folder.
    #[error("another run holds the lock {}{}", path.display(), owner.as_ref().map(|owner| format!(": {owner}")).unwrap_or_default())]
    Locked { path: PathBuf, owner: Option<String> },
    /// The query engine refused; `code` is E3xxx.
    #[error("{code}: {message}")]
    Query { code: Code, message: String, hint: Option<String> },
    /// A worker, or what is asked of workers; `code` is E6xxx.
    #[error("{code}: {message}")]
    Worker { code: Code, message: String, hint: Option<String> },
    /// Our own disk, or another file that the command needs, failed: never the fault of a source.
    #[error("{code}: {0}", code = Code::DiskFailed)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Arrow(#[from] datafusion::arrow::error::ArrowError),
    #[error("{0}")]
    Parquet(#[from] datafusion::parquet::errors::ParquetError),
    #[error("{0}")]
    Engine(#[from] datafusion::error::DataFusionError),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Every indicator failed; the text is the first reason, with its code and place.
    #[error("no indicator could be computed, so there is nothing to publish; the first reason: {0}")]
    NothingComputed(String),
    /// A state that should be impossible: ours to correct.
    #[error("internal: {0}")]
    Internal(String),
}

/// Lines that an excerpt has before and behind its own.
const LINES_AROUND: usize = 1;
/// A line with more bytes is not drawn whole: an excerpt has no room for a column beyond 65,535.
const LONGEST_LINE: usize = 2000;
/// What is shown of it.
const SHOWN_OF_LINE: usize = 200;

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    pub fn usage_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: Some(hint.into()) }
    }

    /// Whether a statement had too little memory, which another one may have had.
    pub fn is_lack_of_memory(&self) -> bool {
        matches!(self, Self::Query { code: Code::MemoryExhausted, .. })
    }

    pub fn provider(code: Code, message: impl Into<String>) -> Self {
        Self::Provider { code, message: message.into(), hint: None }
    }

    pub fn provider_hint(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Provider { code, message: message.into(), hint: Some(hint.into()) }
    }

    pub fn fetch(code: Code, message: impl Into<String>) -> Self {
        Self::Fetch { code, message: message.into(), hint: None }
    }

    pub fn fetch_hint(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Fetch { code, message: message.into(), hint: Some(hint.into()) }
    }

    pub fn worker(code: Code, message: impl Into<String>) -> Self {
        Self::Worker { code, message: message.into(), hint: None }
    }

    pub fn worker_hint(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Worker { code, message: message.into(), hint: Some(hint.into()) }
    }

    /// The documented exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Workspace(_)
            | Self::Usage { .. }
            | Self::Query { .. }
            | Self::Worker { code: Code::NoCluster | Code::WorkerUnsafe, .. } => Exit::WrongUse,
            Self::Locked { .. } => Exit::Locked,
            _ => Exit::Failed,
        }
    }

    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Usage { hint, .. }
            | Self::Fetch { hint, .. }
            | Self::Provider { hint, .. }
            | Self::Query { hint, .. }
            | Self::Worker { hint, .. } => hint.as_deref(),
            Self::NothingComputed(_) => Some(
                "what is published stays as it is: correct what the reason names, look at the others with `yardstick check` and \
                     `yardstick preview`, and run again",
            ),
            Self::Locked { .. } => Some("wait for it to end; the lock is released even when a run is killed"),
            _ => None,
        }
    }
}

fn problem_count(problems: &[Problem]) -> String {
    let place = if problems.iter().all(|p| &*p.source.path == "query") { "query" } else { "workspace" };
    format!("{} in the {place}", count(problems.len(), "problem"))
}

/// "1 problem", "2 problems".
pub fn count<N: Copy + PartialEq + From<u8> + std::fmt::Display>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A text that a person wrote, with the path by which it is reported.
#[derive(Debug, Clone)]
pub struct SourceText {
    pub path: Arc<str>,
    pub text: Arc<str>,
    /// Where each line begins, found when it is first asked for.
    lines: Arc<OnceLock<Vec<usize>>>,
    /// What it is as a statement, found when it is first asked for.
    pub(crate) as_statement: Arc<OnceLock<Statement>>,
}

impl SourceText {
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), lines: Arc::default(), as_statement: Arc::default() }
    }

    /// Line and column (both from 1, column in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// What is shown of a line around a place, where that line or one beside it is too long to be drawn.
    fn part_of_long_line(&self, offset: usize, read: &[u8]) -> Option<std::ops::Range<usize>> {
        if read.split(|byte| *byte == b'\n').all(|line| line.len() <= LONGEST_LINE) {
            return None;
        }
        let offset = self.text.floor_char_boundary(offset);
        let line_start = self.text[..offset].rfind('\n').map_or(0, |place| place + 1);
        let line_end = self.text[offset..].find('\n').map_or(self.text.len(), |place| offset + place);
        let start = self.text.floor_char_boundary(offset.saturating_sub(SHOWN_OF_LINE / 2)).max(line_start);
        Some(start..self.text.floor_char_boundary(offset + SHOWN_OF_LINE / 2).min(line_end))
    }

    /// Byte offset of a line and column (both from 1).
    pub fn offset(&self, line: u64, column: u64) -> usize {
        let lines =
            self.lines.get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(|(place, _)| place + 1)).collect());
        let Some(start) = usize::try_from(line.saturating_sub(1)).ok().and_then(|line| lines.get(line).copied()) else {
            return self.text.len();
        };
        self.text[start..]
            .char_indices()
            .nth(usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX))
            .map_or(self.text.len(), |(i, _)| start + i)
    }
}

/// One thing wrong in a file that a person wrote: where, what, and what to do.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    pub severity: Severity,
    pub source: SourceText,
    /// Byte range in the file as written.
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub hint: Option<String>,
}

impl Problem {
    pub fn new(code: Code, source: &SourceText, span: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            source: source.clone(),
            start: span.start,
            end: span.end,
            message: message.into(),
            hint: None,
        }
    }

    /// A problem with a whole file, such as one that cannot be read.
    pub fn file(code: Code, path: impl Into<Arc<str>>, message: impl Into<String>) -> Self {
        Self::new(code, &SourceText::new(path, ""), 0..0, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// `path:line:col`, as editors understand it.
    pub fn place(&self) -> String {
        let (line, column) = self.source.position(self.start);
        format!("{}:{line}:{column}", self.source.path)
    }

    /// The report for a person: excerpt, caret, hint.
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(120)
            .with_links(false)
            .with_wrap_lines(true)
            .with_context_lines(LINES_AROUND);
        let mut text = String::new();
        if handler.render_report(&mut text, &View(self)).is_err() {
            text = self.to_string();
        }
        format!("{}: {}[{}]\n{}", self.place(), self.severity_word(), self.code, text.trim_end())
    }

    fn severity_word(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// The report for an editor.
    pub fn to_json(&self) -> serde_json::Value {
        let (line, column) = self.source.position(self.start);
        let (end_line, end_column) = self.source.position(self.end.max(self.start));
        serde_json::json!({
            "code": self.code, "severity": self.severity, "path": &*self.source.path, "line": line, "column": column,
            "end_line": end_line, "end_column": end_column, "message": self.message, "hint": self.hint,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.place(), self.severity_word(), self.code, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// A [`Problem`] as miette draws it.
#[derive(Debug)]
struct View<'a>(&'a Problem);

impl SourceCode for SourceText {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        if before + after > 0
            && let Some(part) = self.part_of_long_line(span.offset(), read.data())
        {
            let name = self.path.to_string();
            let (line, column) = self.position(part.start);
            let (data, place) = (&self.text.as_bytes()[part.clone()], SourceSpan::from(part.start..part.end));
            return Ok(Box::new(MietteSpanContents::new_named(name, data, place, line - 1, column - 1, 1)));
        }
        // Without lines around it, a span is read for its place, which counts characters like every other place.
        let column = if before + after == 0 { self.position(span.offset()).1 - 1 } else { read.column() };
        let name = self.path.to_string();
        Ok(Box::new(MietteSpanContents::new_named(name, read.data(), *read.span(), read.line(), column, read.line_count())))
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for View<'_> {}

impl Diagnostic for View<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.0.source.text.is_empty()).then_some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.0.source.text.is_empty() {
            return None;
        }
        let mut length = self.0.end.saturating_sub(self.0.start).max(1);
        // As the excerpt will be read: what is cut from it has no mark.
        if let Ok(read) = self.0.source.text.read_span(&(self.0.start, length).into(), LINES_AROUND, LINES_AROUND)
            && let Some(part) = self.0.source.part_of_long_line(self.0.start, read.data())
        {
            length = length.min(part.end.saturating_sub(self.0.start)).max(1);
        }
        Some(Box::new(std::iter::once(LabeledSpan::new(None, self.0.start, length))))
    }
}

/// The nearest known name, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(name.chars().count()) / 3).max(1))
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// `did you mean "x"?` for the nearest known name, else the list of what is known.
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.is_empty() => None,
        None if known.len() <= 24 => Some(format!("known: {}", known.join(", "))),
        None => None,
    }
}
