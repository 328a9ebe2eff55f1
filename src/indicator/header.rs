//! The header of an indicator file: what it is, how it is rolled up, what it must reach.

use std::ops::Range;

use crate::authored::toml::{TableReader, read_document};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Problem, SourceText};
use crate::indicator::coverage::{self, Coverage};
use crate::indicator::defaults::{self, Defaults};
use crate::indicator::series::{self, SeriesWanted};
use crate::indicator::silence::{self, Silence};
use crate::indicator::source_note::{self, SourceNote};
use crate::indicator::target::{self, Target};

#[derive(Debug, Clone)]
pub struct Indicator {
    pub id: String,
    pub name: String,
    pub title: String,
    pub unit: String,
    pub rollup: String,
    /// A method file of `sql/derived/` that turns the SELECT into the indicator.
    pub derived: Option<String>,
    pub groups: Vec<String>,
    /// Whether the header says so itself, and not the defaults.
    pub groups_named: bool,
    /// Years a value may be carried in the `imputed` estimate.
    pub window: i64,
    pub coverage: Coverage,
    /// What it means that an economy reports nothing; None: that it is missing.
    pub silence: Option<Silence>,
    /// Multiplies numerator / denominator.
    pub scale: f64,
    /// `source/dataset` in order of preference; empty = any.
    pub datasets: Vec<DatasetId>,
    /// Those of them that give weights alone: no value is missing without them.
    pub weights: Vec<DatasetId>,
    /// The series to choose from, in order of preference.
    pub series: Vec<SeriesWanted>,
    pub definition: String,
    pub method: String,
    pub caveats: String,
    pub owner: String,
    pub sources: Vec<SourceNote>,
    pub targets: Vec<Target>,
    pub text: SourceText,
    /// Where the value of each header key stands, for reports.
    pub spans: Vec<(&'static str, Range<usize>)>,
    /// Where the SELECT begins in the file.
    pub sql_start: usize,
}

pub const ROLLUP_NONE: &str = "none";

impl Indicator {
    /// The whole file is SQL: its header is a comment.
    pub fn sql(&self) -> &str {
        &self.text.text
    }

    pub fn span_of(&self, key: &str) -> Range<usize> {
        self.spans.iter().find(|(name, _)| *name == key).map_or(0..1, |(_, span)| span.clone())
    }

    /// The keys of the header that the values follow from, as the header has them or by default.
    pub fn method_keys(&self) -> Vec<(&'static str, String)> {
        let Coverage { publish, flag, base, min_members, observed } = &self.coverage;
        vec![
            ("id", self.id.clone()),
            ("name", self.name.clone()),
            ("unit", self.unit.clone()),
            ("rollup", self.rollup.clone()),
            ("derived", self.derived.clone().unwrap_or_else(|| "none".into())),
            ("groups", self.groups.join(" ")),
            ("window", self.window.to_string()),
            ("coverage.publish", publish.to_string()),
            ("coverage.flag", flag.to_string()),
            ("coverage.base", base.clone()),
            ("coverage.min_members", min_members.to_string()),
            ("coverage.observed", observed.to_string()),
            ("silence", self.silence.as_ref().map_or("none".into(), Silence::shown)),
            ("scale", self.scale.to_string()),
            ("datasets", self.datasets.iter().map(DatasetId::to_string).collect::<Vec<_>>().join(" ")),
            ("series", series::shown(&self.series)),
        ]
    }

    /// Words of the SELECT and series of the header: among them stands every series that the indicator may read.
    pub fn series_named(&self) -> std::collections::BTreeSet<String> {
        let mut named = series::codes(&self.series);
        named.extend(crate::engine::tokens::literals(&self.text).iter().filter(|literal| !literal.starts_with('_')).cloned());
        named
    }

    /// Hash of the SELECT without comments and whitespace.
    pub fn select_hash(&self) -> &str {
        crate::engine::tokens::hash_of(&self.text)
    }
}

/// Splits a file into header and SQL: (start of the TOML, end of the TOML, start of the SQL).
pub fn split(text: &str) -> Option<(usize, usize, usize)> {
    let lead = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let start = lead + text[lead..].strip_prefix("/*---").map(|_| 5)?;
    let end = start + text[start..].find("---*/")?;
    Some((start, end, end + 5))
}

/// What a header with an error is called, as far as that can be read: others may name it.
#[derive(Debug, Clone)]
pub struct Unread {
    pub id: Option<String>,
    pub name: Option<String>,
    pub text: SourceText,
}

impl Unread {
    pub fn of(text: &SourceText) -> Self {
        let header = split(&text.text).map_or("", |(start, end, _)| &text.text[start..end]);
        // Line by line, since the error may be one of TOML.
        let said = |key: &str| {
            let lines = header.lines().take_while(|line| !line.trim_start().starts_with('['));
            lines.filter_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')).find_map(|value| {
                let value = value.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                value[1..].split_once(quote).map(|(said, _)| said.to_owned())
            })
        };
        Self { id: said("id"), name: said("name"), text: text.clone() }
    }
}

/// Reads an indicator file. Missing metadata are reported apart: they stop `check`, not a computation.
pub fn parse(text: &SourceText, defaults: &Defaults, problems: &mut Vec<Problem>, metadata: &mut Vec<Problem>) -> Option<Indicator> {
    let Some((start, end, sql_start)) = split(&text.text) else {
        problems.push(
            Problem::new(Code::NoHeader, text, 0..text.text.lines().next().map_or(1, str::len), "the file has no header")
                .hint("begin the file with /*--- , TOML lines, and ---*/ ; `yardstick new` writes one"),
        );
        return None;
    };
    let signs = [("/*", "opens another comment"), ("*/", "ends the comment")];
    if let Some((at, sign, what)) = signs.iter().filter_map(|(sign, what)| Some((text.text[start..end].find(sign)?, sign, what))).min() {
        problems.push(
            Problem::new(Code::CommentInHeader, text, start + at..start + at + 2, format!("`{sign}` inside the header {what}"))
                .hint("SQL nests comments: write the text without these two characters together"),
        );
    }
    let toml = text.text[start..end].to_owned();
    read_document(text, &toml, start, "the header", problems, |reader, problems| {
        read(reader, text, defaults, sql_start, problems, metadata)
    })
}

/// Units of numerator / denominator x 100: every percentage is one, whatever it is a percentage of.
const PER_HUNDRED: [&str; 4] = ["PT", "PT_INT", "PT_GNI", "PER_100_POP"];

/// The keys of a header whose places are told.
const KEYS: [&str; 17] = [
    "id",
    "name",
    "title",
    "unit",
    "rollup",
    "derived",
    "groups",
    "window",
    "coverage",
    "datasets",
    "weights",
    "series",
    "silence",
    "definition",
    "scale",
    "target",
    "sources",
];

/// The data sets that a key lists.
fn data_sets(reader: &mut TableReader<'_>, key: &'static str, text: &SourceText, problems: &mut Vec<Problem>) -> Vec<DatasetId> {
    let mut listed = Vec::new();
    for name in reader.strings(key, problems).unwrap_or_default() {
        match name.parse::<DatasetId>() {
            Ok(id) => listed.push(id),
            Err(error) => problems.push(Problem::new(Code::UnknownNameInHeader, text, reader.span_of(key), error.to_string())),
        }
    }
    listed
}

fn read(
    reader: &mut TableReader<'_>,
    text: &SourceText,
    defaults: &Defaults,
    sql_start: usize,
    problems: &mut Vec<Problem>,
    metadata: &mut Vec<Problem>,
) -> Option<Indicator> {
    let mut needed = |key: &'static str, reader: &mut TableReader<'_>| {
        let value = reader.string(key, problems);
        reader.require(key, value, problems)
    };
    let id = needed("id", reader);
    let name = needed("name", reader);
    let title = needed("title", reader);
    let unit = needed("unit", reader);
    let rollup = needed("rollup", reader);
    if let Some(name) = &name {
        crate::authored::rules::name_rule(reader, "name", name, problems);
    }
    let derived = reader.string("derived", problems);
    let groups = reader.strings("groups", problems).unwrap_or_else(|| defaults.groups.clone());
    let window = defaults::window(reader, defaults.window, problems);
    let coverage = coverage::read(reader, &defaults.coverage, problems);
    let silence = silence::read(reader, problems);
    let per_hundred = unit.as_deref().is_some_and(|unit| PER_HUNDRED.contains(&unit));
    let scale = reader.float("scale", problems).unwrap_or(if per_hundred { 100.0 } else { 1.0 });
    if scale <= 0.0 {
        problems.push(Problem::new(
            Code::ParameterOutOfRange,
            text,
            reader.span_of("scale"),
            "`scale` multiplies numerator / denominator: it is above 0",
        ));
    }
    let datasets = data_sets(reader, "datasets", text, problems);
    let weights = data_sets(reader, "weights", text, problems);
    if let Some(other) = weights.iter().find(|id| !datasets.contains(id)) {
        let message = format!("`{other}` stands in `weights` and not in `datasets`, where every data set does that is read");
        problems.push(Problem::new(Code::UnknownNameInHeader, text, reader.span_of("weights"), message));
    }
    let series = series::read(reader, problems);
    let mut meta = |key: &'static str, reader: &mut TableReader<'_>, problems: &mut Vec<Problem>| {
        let value = reader.string(key, problems);
        if !reader.has(key) || value.as_ref().is_some_and(|v| v.trim().is_empty()) {
            metadata.push(missing(text, reader, key));
        }
        value.unwrap_or_default()
    };
    let definition = meta("definition", reader, problems);
    let method = meta("method", reader, problems);
    let caveats = meta("caveats", reader, problems);
    let owner = match &defaults.owner {
        Some(owner) if !reader.has("owner") => owner.clone(),
        _ => meta("owner", reader, problems),
    };
    let sources = source_note::read(reader, problems);
    if !reader.has("sources") || sources.is_empty() {
        metadata.push(missing(text, reader, "sources"));
    }
    let mut targets = Vec::new();
    for mut table in reader.tables("target", "target", problems) {
        targets.extend(target::read(&mut table, &defaults.target, problems));
        table.finish(problems);
    }
    let spans = KEYS.iter().map(|key| (*key, reader.span_of(key))).collect();
    Some(Indicator {
        id: id?,
        name: name?,
        title: title?,
        unit: unit?,
        rollup: rollup?,
        derived,
        groups,
        groups_named: reader.has("groups"),
        window,
        coverage,
        silence,
        scale,
        datasets,
        weights,
        series,
        definition,
        method,
        caveats,
        owner,
        sources,
        targets,
        text: text.clone(),
        spans,
        sql_start,
    })
}

/// Figures do not depend on it: a warning.
fn missing(text: &SourceText, reader: &TableReader<'_>, key: &str) -> Problem {
    let span = if reader.has(key) { reader.span_of(key) } else { 0..5 };
    let example = match key {
        "sources" => "sources = [{ title = \"..\", licence = \"..\", citation = \"..\", url = \"..\" }]".to_owned(),
        _ => format!("{key} = \"..\""),
    };
    Problem::new(Code::MissingMetadata, text, span, format!("metadata `{key}` is missing"))
        .hint(format!("the catalogue publishes it: {example}"))
        .warning()
}
