//! `pipelines/job.toml`: how the nightly job keeps its data folder and whom it tells. Optional, as is every key.

use std::path::Path;

use super::notify::{self, Notify};
use super::retention::Retention;
use crate::authored::rules;
use crate::authored::toml::{TableReader, read_document};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::files::{self, ReadableBy};
use crate::memory::LEAST_MIB;
use crate::workspace::JOB_FILE;

#[derive(Debug, Clone, Default)]
pub struct JobConfig {
    pub retention: Retention,
    pub readable_by: ReadableBy,
    pub notify: Notify,
    /// Whether a release leaves out the own figures of sources that nobody knows to let them be passed on.
    pub only_redistributable: bool,
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
            rules::within(&table, "memory_mib", mib, i64::from(LEAST_MIB)..=1 << 30, problems);
            table.finish(problems);
        }
        let notify = reader.table("notify", "[notify]", problems).map(|mut table| notify::read(&mut table, problems));
        let only_redistributable = reader.table("publication", "[publication]", problems).map(|mut table| {
            let only = table.boolean("only_redistributable", problems);
            table.finish(problems);
            only.unwrap_or_default()
        });
        JobConfig {
            only_redistributable: only_redistributable.unwrap_or_default(),
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
