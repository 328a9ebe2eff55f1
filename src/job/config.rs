//! `pipelines/job.toml`: how the nightly job keeps its data folder and whom it tells. Optional, as is every key.

use std::path::Path;

use super::notify::{self, Notify};
use super::retention::Retention;
use crate::authored::rules;
use crate::authored::toml::{TableReader, read_document};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::files::{self, ReadableBy};
use crate::memory::{LEAST_MIB, MOST_MIB};
use crate::publish::{Format, Formats};
use crate::workspace::JOB_FILE;

#[derive(Debug, Clone, Default)]
pub struct JobConfig {
    pub retention: Retention,
    pub readable_by: ReadableBy,
    pub notify: Notify,
    pub publication: Publication,
}

#[derive(Debug, Clone)]
pub struct Publication {
    /// Whether a release leaves out the own figures of sources that nobody knows to let them be passed on.
    pub only_redistributable: bool,
    /// What is written beside the Parquet files.
    pub formats: Formats,
}

impl Default for Publication {
    fn default() -> Self {
        Self { only_redistributable: false, formats: Format::all() }
    }
}

/// Reads the file of a workspace; without one the built-in values hold.
pub fn load(workspace: &Path, problems: &mut Vec<Problem>) -> JobConfig {
    let path = workspace.join("pipelines").join(JOB_FILE);
    let shown = crate::workspace::shown(workspace, &path);
    match files::read_text(&path) {
        Ok(text) => parse(&SourceText::new(shown, text), problems),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => JobConfig::default(),
        Err(error) => {
            problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string()));
            JobConfig::default()
        }
    }
}

pub fn parse(text: &SourceText, problems: &mut Vec<Problem>) -> JobConfig {
    let toml = text.text.clone();
    read_document(text, &toml, 0, "the job", problems, |reader, problems| {
        let retention = reader.table("retention", "[retention]", problems).map(|mut table| retention(&mut table, problems));
        let readable_by = reader.table("files", "[files]", problems).map(|mut table| readable_by(&mut table, problems));
        if let Some(mut table) = reader.table("limits", "[limits]", problems) {
            // The value is read with the other options: see settings.rs.
            let mib = table.integer("memory_mib", problems);
            rules::within(&table, "memory_mib", mib, i64::from(LEAST_MIB)..=i64::from(MOST_MIB), problems);
            table.finish(problems);
        }
        let notify = reader.table("notify", "[notify]", problems).map(|mut table| notify::read(&mut table, problems));
        let publication = reader.table("publication", "[publication]", problems).map(|mut table| publication(&mut table, problems));
        JobConfig {
            publication: publication.unwrap_or_default(),
            retention: retention.unwrap_or_default(),
            readable_by: readable_by.unwrap_or_default(),
            notify: notify.unwrap_or_default(),
        }
    })
}

fn retention(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Retention {
    let standard = Retention::default();
    let mut number = |key: &'static str, least: i64, standard: u32| {
        let given = table.integer(key, problems);
        rules::within(table, key, given, least..=100_000, problems).and_then(|given| u32::try_from(given).ok()).unwrap_or(standard)
    };
    let retention = Retention {
        releases: number("releases", 1, standard.releases),
        refused: number("refused", 0, standard.refused),
        runs: number("runs", 1, standard.runs),
        journal_days: number("journal_days", 1, standard.journal_days),
    };
    table.finish(problems);
    retention
}

fn publication(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Publication {
    let only_redistributable = table.boolean("only_redistributable", problems).unwrap_or_default();
    let given = table.strings("formats", problems);
    rules::choices(table, "formats", Format::names());
    let mut wrong = |message: String, hint: Option<String>| {
        problems.push(Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of("formats"), message).maybe_hint(hint));
    };
    let mut formats = Formats::new();
    for name in given.iter().flatten() {
        match Format::named(name) {
            Some(format) => drop(formats.insert(format)),
            None => wrong(format!("there is no format `{name}`"), suggestion(name, Format::names())),
        }
    }
    for format in &formats {
        let missing: Vec<&str> = format.links_to().iter().filter(|other| !formats.contains(other)).map(|other| other.name()).collect();
        if !missing.is_empty() {
            let (name, missing) = (format.name(), missing.join("\", \""));
            wrong(format!("`{name}` links to files that are not written"), Some(format!("add \"{missing}\", or leave \"{name}\" out")));
        }
    }
    table.finish(problems);
    Publication { only_redistributable, formats: if given.is_some() { formats } else { Format::all() } }
}

const READERS: [&str; 3] = ["umask", "group", "all"];

fn readable_by(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> ReadableBy {
    let given = table.string("readable_by", problems);
    rules::choices(table, "readable_by", READERS);
    let readers = match given.as_deref() {
        None | Some("umask") => ReadableBy::Umask,
        Some("group") => ReadableBy::Group,
        Some("all") => ReadableBy::All,
        Some(other) => {
            problems.push(
                Problem::new(
                    Code::SettingsDoNotFit,
                    table.source(),
                    table.span_of("readable_by"),
                    format!("`readable_by` cannot be `{other}`"),
                )
                .maybe_hint(suggestion(other, READERS)),
            );
            ReadableBy::Umask
        }
    };
    table.finish(problems);
    readers
}
