//! What a content key is made of: each input by its kind and its hash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dataset_id::DatasetId;
use crate::error::Result;

/// Something that observations, values or a release depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Input {
    /// The bodies of a pull.
    Bodies,
    /// The corrections that concern a data set.
    Corrections,
    /// What is asked for, and how it is read.
    DatasetDefinition,
    /// Who belongs to which group, as the mode has it.
    Membership { mode: String },
    /// The observation file of a data set.
    Observations { dataset: DatasetId },
    /// The edition that a data set is of, which is cited; its observations may be those of the edition before.
    Vintage { dataset: DatasetId },
    /// The version of the program.
    Program,
    /// The layout of observation files.
    Layout,
    /// A file of `pipelines/reference/`.
    Reference { file: String },
    /// The statement of a file of `sql/`, or its defaults.
    Sql { path: String },
    /// A key of the header of a file of `sql/`, with its value in place of a hash.
    HeaderKey { path: String, key: String },
    /// The year of the run.
    Clock,
    /// A file of figures that a release is compared with.
    Golden { path: String },
    /// The sources whose own figures are not passed on.
    LeftOut,
    /// The formats that a release is written in, where not in all.
    Formats,
    /// What is published of a source itself: its titles, licences and citations, and from when on its figures are too old.
    Source { name: String },
    /// As an earlier version of the program wrote it.
    Unknown(String),
}

/// Inputs with their hashes.
pub type Inputs = BTreeMap<Input, String>;

/// The hash over all inputs.
pub fn key(inputs: &Inputs) -> Result<String> {
    crate::files::hash_of(inputs)
}

const MEMBERSHIP: &str = "membership/";
const OBSERVATIONS: &str = "observations/";
const VINTAGE: &str = "vintage/";
const REFERENCE: &str = "pipelines/reference/";
const GOLDENS: &str = "pipelines/goldens/";
const SOURCE: &str = "source/";

/// The stable text of an input in manifests and reports.
impl From<Input> for String {
    fn from(input: Input) -> Self {
        match input {
            Input::Bodies => "bodies".into(),
            Input::Corrections => "corrections".into(),
            Input::DatasetDefinition => "dataset_definition".into(),
            Input::Membership { mode } => format!("{MEMBERSHIP}{mode}"),
            Input::Observations { dataset } => format!("{OBSERVATIONS}{dataset}"),
            Input::Vintage { dataset } => format!("{VINTAGE}{dataset}"),
            Input::Program => "program".into(),
            Input::Layout => "layout".into(),
            Input::Reference { file } => format!("{REFERENCE}{file}"),
            Input::Sql { path } | Input::Golden { path } => path,
            Input::HeaderKey { path, key } => format!("{path}#{key}"),
            Input::Clock => "clock".into(),
            Input::LeftOut => "left_out".into(),
            Input::Formats => "formats".into(),
            Input::Source { name } => format!("{SOURCE}{name}"),
            Input::Unknown(text) => text,
        }
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        let is_sql = |path: &str| path.starts_with("sql/") && [".sql", ".toml"].iter().any(|end| path.ends_with(end));
        match text.as_str() {
            "bodies" => return Self::Bodies,
            "corrections" => return Self::Corrections,
            "dataset_definition" => return Self::DatasetDefinition,
            "program" => return Self::Program,
            "layout" => return Self::Layout,
            "clock" => return Self::Clock,
            "left_out" => return Self::LeftOut,
            "formats" => return Self::Formats,
            path if path.starts_with(GOLDENS) => return Self::Golden { path: text },
            path if is_sql(path) => return Self::Sql { path: text },
            _ => {}
        }
        if let Some(mode) = text.strip_prefix(MEMBERSHIP) {
            return Self::Membership { mode: mode.to_owned() };
        }
        if let Some(dataset) = text.strip_prefix(OBSERVATIONS).and_then(|id| id.parse().ok()) {
            return Self::Observations { dataset };
        }
        if let Some(dataset) = text.strip_prefix(VINTAGE).and_then(|id| id.parse().ok()) {
            return Self::Vintage { dataset };
        }
        if let Some(name) = text.strip_prefix(SOURCE) {
            return Self::Source { name: name.to_owned() };
        }
        if let Some(file) = text.strip_prefix(REFERENCE) {
            return Self::Reference { file: file.to_owned() };
        }
        match text.rsplit_once('#') {
            Some((path, key)) if is_sql(path) => Self::HeaderKey { path: path.to_owned(), key: key.to_owned() },
            _ => Self::Unknown(text),
        }
    }
}

/// As people read it.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DatasetDefinition => f.write_str("data set definition"),
            Self::Membership { mode } => write!(f, "membership mode {mode}"),
            Self::Vintage { dataset } => write!(f, "edition of {dataset}"),
            Self::Layout => f.write_str("layout of observations"),
            Self::HeaderKey { path, key } => write!(f, "{path}: {key}"),
            Self::Clock => f.write_str("year of the clock"),
            Self::LeftOut => f.write_str("sources that are not passed on"),
            Self::Formats => f.write_str("the list of formats"),
            Self::Source { name } => write!(f, "what is said of the source {name}"),
            other => f.write_str(&String::from(other.clone())),
        }
    }
}

/// An input that differs, and how that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub input: Input,
    pub told: String,
}

/// What differs between two sets of inputs.
pub fn changes(old: &Inputs, new: &Inputs) -> Vec<Changed> {
    let all: BTreeSet<&Input> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for input in all {
        let (before, after) = (old.get(input), new.get(input));
        if before == after {
            continue;
        }
        let told = match (input, before, after) {
            (Input::HeaderKey { path, key }, Some(before), Some(after)) => format!("{path} changed: {key} from `{before}` to `{after}`"),
            (Input::Vintage { .. }, Some(before), Some(after)) => format!("{input} changed from `{before}` to `{after}`"),
            // The file itself is named already.
            (Input::HeaderKey { .. }, _, _) => continue,
            (_, None, _) => format!("{input} is new"),
            (_, _, None) => format!("{input} is gone"),
            // The same mode: the lists of members are others, or their years.
            (Input::Membership { .. }, ..) => "members of groups changed".to_owned(),
            _ => format!("{input} changed"),
        };
        found.push(Changed { input: input.clone(), told });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Manifests are read back: each kind has a text of its own, and what is not known is kept as it is.
    #[test]
    fn each_input_is_read_as_it_was_written() {
        let path = || "sql/indicators/2.1_internet_use.sql".to_owned();
        let inputs = [
            Input::Bodies,
            Input::Corrections,
            Input::DatasetDefinition,
            Input::Membership { mode: "current".into() },
            Input::Observations { dataset: DatasetId::new("itu", "internet_use") },
            Input::Vintage { dataset: DatasetId::new("unesco", "data_api") },
            Input::Program,
            Input::Layout,
            Input::Reference { file: "areas.csv".into() },
            Input::Sql { path: path() },
            Input::Sql { path: "sql/indicators/a.sql#b.sql".into() },
            Input::Sql { path: "sql/defaults.toml".into() },
            Input::HeaderKey { path: path(), key: "coverage.base".into() },
            Input::Clock,
            Input::Golden { path: "pipelines/goldens/world.csv".into() },
            Input::LeftOut,
            Input::Formats,
            Input::Source { name: "itu".into() },
            Input::Unknown("sql/indicators/2.1_internet_use.sql: window".into()),
            Input::Unknown("year of the clock".into()),
        ];
        let inputs: Inputs = inputs.into_iter().map(|input| (input, "x".to_owned())).collect();
        let json = serde_json::to_string(&inputs).unwrap();
        assert_eq!(serde_json::from_str::<Inputs>(&json).unwrap(), inputs, "{json}");
    }

    #[test]
    fn a_key_of_a_header_is_told_with_its_values() {
        let key = |key: &str| Input::HeaderKey { path: "sql/a.sql".into(), key: key.into() };
        let sql = || Input::Sql { path: "sql/a.sql".into() };
        let old = Inputs::from([(sql(), "1".into()), (key("window"), "5".into())]);
        let new = Inputs::from([(sql(), "1".into()), (key("window"), "3".into()), (key("scale"), "1".into())]);
        assert_eq!(changes(&old, &new), [Changed { input: key("window"), told: "sql/a.sql changed: window from `5` to `3`".into() }]);
        let told: Vec<String> = changes(&Inputs::new(), &new).into_iter().map(|change| change.told).collect();
        assert_eq!(told, ["sql/a.sql is new"]);
    }
}
