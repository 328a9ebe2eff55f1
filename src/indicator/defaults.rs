//! `sql/defaults.toml`: what holds for every indicator whose header says nothing else.

use std::path::Path;

use crate::authored::toml::{TableReader, read_document};
use crate::error::{Code, Problem, SourceText};
use crate::indicator::coverage::{self, Coverage};
use crate::indicator::source_note::{self, SourceNote};
use crate::indicator::target::TargetDefaults;

pub const FILE: &str = "sql/defaults.toml";

#[derive(Debug, Clone)]
pub struct Defaults {
    pub groups: Vec<String>,
    pub window: i64,
    pub coverage: Coverage,
    pub owner: Option<String>,
    pub target: TargetDefaults,
    /// Sources that a header may name and that nothing is pulled from.
    pub sources: Vec<(String, SourceNote)>,
    /// The file, where the workspace has one.
    pub text: Option<SourceText>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            window: 5,
            coverage: Coverage::default(),
            owner: None,
            target: TargetDefaults::default(),
            sources: Vec::new(),
            text: None,
        }
    }
}

/// Years that a value may be carried.
const WINDOWS: std::ops::RangeInclusive<i64> = 0..=50;

/// Reads the file of a workspace; without one the built-in values hold.
pub fn load(workspace: &Path, problems: &mut Vec<Problem>) -> Defaults {
    let path = workspace.join(FILE);
    if !path.exists() {
        return Defaults::default();
    }
    match crate::files::read_text(&path) {
        Ok(text) => parse(&SourceText::new(FILE, text), problems),
        Err(error) => {
            problems.push(Problem::file(Code::UnreadableFile, FILE, error.to_string()));
            Defaults::default()
        }
    }
}

pub fn parse(text: &SourceText, problems: &mut Vec<Problem>) -> Defaults {
    let toml = text.text.clone();
    read_document(text, &toml, 0, "the defaults", problems, |reader, problems| {
        let built_in = Defaults::default();
        let mut sources = Vec::new();
        for mut table in reader.tables("source", "a source", problems) {
            let name = table.string("name", problems);
            let name = table.require("name", name, problems).unwrap_or_default();
            sources.push((name, source_note::read_table(&mut table, problems)));
        }
        let target = match reader.table("target", "target", problems) {
            Some(mut table) => {
                let target = TargetDefaults::read(&mut table, problems);
                table.finish(problems);
                target
            }
            None => built_in.target,
        };
        Defaults {
            groups: reader.strings("groups", problems).unwrap_or_default(),
            window: window(reader, built_in.window, problems),
            coverage: coverage::read(reader, &built_in.coverage, problems),
            owner: reader.string("owner", problems),
            target,
            sources,
            text: Some(text.clone()),
        }
    })
}

/// Reads the key `window`.
pub fn window(reader: &mut TableReader<'_>, default: i64, problems: &mut Vec<Problem>) -> i64 {
    let window = reader.integer("window", problems).unwrap_or(default);
    if !WINDOWS.contains(&window) {
        problems.push(Problem::new(
            Code::ParameterOutOfRange,
            reader.source(),
            reader.span_of("window"),
            "`window` is a number of years from 0 to 50",
        ));
    }
    window
}
