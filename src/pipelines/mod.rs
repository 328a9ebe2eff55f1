//! `pipelines/*.toml`: which data sets are pulled from whom, how, and how often.

mod datasets;
mod route;

use std::path::Path;

use crate::authored::rules;
use crate::authored::toml::{TableReader, read_document};
use crate::dataset_id::DatasetId;
use crate::error::{Code, Problem, Result, SourceText, suggestion};
use crate::fetch::Http;
use crate::files::hash_of;
use crate::workspace::JOB_FILE;

pub use datasets::Dataset;
pub use route::{Known, Route, check_names};

/// One provider: a file in `pipelines/` that describes it, and others that add data sets to it.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: String,
    pub title: String,
    /// How notes call it.
    pub short_title: String,
    pub licence: String,
    pub citation: String,
    pub homepage: String,
    pub http: Http,
    /// A cron line in UTC; data sets may have their own.
    pub schedule: Option<String>,
    /// A source is stale when its last successful pull is older.
    pub stale_after_days: i64,
    /// Nothing newer comes from it: its newest year is no defect.
    pub discontinued: bool,
    pub datasets: Vec<Dataset>,
    pub text: SourceText,
    /// Its file has nothing but data sets: another describes the source.
    adds: bool,
}

impl Source {
    pub fn dataset(&self, name: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }

    /// The limits of requests by one route: some have a host of their own.
    pub fn http_of(&self, route: &Route) -> Http {
        Http { base_url: route.base_url.clone().unwrap_or_else(|| self.http.base_url.clone()), ..self.http.clone() }
    }

    /// Every address that its file names.
    pub fn addresses(&self) -> Vec<String> {
        let routes = self.datasets.iter().flat_map(|dataset| &dataset.routes).filter_map(|route| route.base_url.clone());
        std::iter::once(self.http.base_url.clone()).chain(routes).collect()
    }

    /// Hash of all that is published of it and its data sets, whatever they give.
    pub fn said(&self) -> Result<String> {
        let Self { name, title, short_title, licence, citation, homepage, stale_after_days, discontinued, .. } = self;
        let data_sets: Vec<_> =
            self.datasets.iter().map(|set| (&set.name, &set.title, &set.licence, &set.citation, &set.homepage)).collect();
        hash_of(&(name, title, short_title, licence, citation, homepage, stale_after_days, discontinued, data_sets))
    }

    /// The licence of one of its data sets: its own, or that of all.
    pub fn licence_of<'a>(&'a self, dataset: &'a Dataset) -> &'a str {
        dataset.licence.as_deref().unwrap_or(&self.licence)
    }

    /// The name of one of its data sets.
    pub fn id(&self, dataset: &Dataset) -> DatasetId {
        DatasetId::new(&self.name, &dataset.name)
    }
}

/// Every `*.toml` directly in `pipelines/` that is a source, in order of name.
pub fn load(workspace: &Path, problems: &mut Vec<Problem>) -> Vec<Source> {
    let folder = workspace.join("pipelines");
    let mut paths: Vec<_> = if let Ok(entries) = fs_err::read_dir(&folder) {
        entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|path| path.extension().is_some_and(|e| e == "toml")).collect()
    } else {
        problems.push(
            Problem::file(
                Code::NotAWorkspace,
                "pipelines",
                format!("{} is not a workspace: it has no folder pipelines/", workspace.display()),
            )
            .hint("run in a workspace, or name one with --workspace DIR"),
        );
        return Vec::new();
    };
    paths.retain(|path| !path.ends_with(JOB_FILE));
    paths.sort();
    let mut read: Vec<Source> = Vec::new();
    for path in paths {
        let shown = crate::workspace::shown(workspace, &path);
        match crate::files::read_text(&path) {
            Ok(text) => {
                let text = SourceText::new(shown, text);
                read.push(parse(&text, problems));
            }
            Err(error) => problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string())),
        }
    }
    read.retain(|source| !source.name.is_empty());
    joined(read, problems)
}

/// Each source with the data sets of all its files, in order of the names of the files.
fn joined(read: Vec<Source>, problems: &mut Vec<Problem>) -> Vec<Source> {
    let (further, whole): (Vec<Source>, Vec<Source>) = read.into_iter().partition(|source| source.adds);
    let mut twice = |what: &str, name: &str, there: &SourceText, here: &SourceText| {
        let message = format!("{what} `{name}` is already defined in {}", there.path);
        problems.push(Problem::new(Code::DefinedTwice, here, 0..1, message));
    };
    let mut sources: Vec<Source> = Vec::new();
    for source in whole {
        match sources.iter().find(|other| other.name == source.name) {
            Some(other) => twice("source", &source.name, &other.text, &source.text),
            None => sources.push(source),
        }
    }
    let mut nowhere = Vec::new();
    for source in further {
        let Some(described) = sources.iter_mut().find(|other| other.name == source.name) else {
            nowhere.push(source);
            continue;
        };
        for dataset in source.datasets {
            match described.dataset(&dataset.name) {
                Some(other) => twice("data set", &dataset.name, &other.text, &dataset.text),
                None => described.datasets.push(dataset),
            }
        }
    }
    for source in nowhere {
        let message = format!("no file describes the source `{}`: `licence` is missing", source.name);
        let hint = "add a line `licence = ...`, or name a source that another file describes";
        problems.push(Problem::new(Code::MissingKey, &source.text, 0..1, message).hint(hint));
    }
    sources
}

/// One pipelines file.
pub fn parse(text: &SourceText, problems: &mut Vec<Problem>) -> Source {
    let toml = text.text.clone();
    read_document(text, &toml, 0, "the source", problems, |reader, problems| {
        let name = reader.string("source", problems);
        let name = reader.require("source", name, problems).unwrap_or_default();
        rules::name_rule(reader, "source", &name, problems);
        let title = reader.string("title", problems).unwrap_or_else(|| name.clone());
        let short_title = reader.string("short_title", problems).unwrap_or_else(|| title.clone());
        let licence = reader.string("licence", problems);
        // A file with nothing but data sets adds them to a source that another file describes.
        let adds = reader.keys().iter().all(|key| key == "source" || key == "dataset");
        // Not by `require`: the schema would ask it of every file.
        if licence.is_none() && !adds && !reader.has("licence") {
            let missing = Problem::new(Code::MissingKey, text, 0..1, "the source needs `licence`");
            problems.push(missing.hint("add a line `licence = ...`"));
        }
        let citation = reader.string("citation", problems).unwrap_or_else(|| title.clone());
        let homepage = reader.string("homepage", problems).unwrap_or_default();
        let schedule = reader.string("schedule", problems);
        rules::cron_rule(reader, schedule.as_deref(), problems);
        let stale_after_days = reader.integer("stale_after_days", problems);
        let stale_after_days = rules::within(reader, "stale_after_days", stale_after_days, 0..=36_500, problems).unwrap_or(400);
        let discontinued = reader.boolean("discontinued", problems).unwrap_or(false);
        let http = reader.table("http", "http", problems).map(|mut table| read_http(&mut table, problems)).unwrap_or_default();
        let mut datasets: Vec<Dataset> = Vec::new();
        for mut table in reader.tables("dataset", "data set", problems) {
            let span = table.span_of("name");
            if let Some(dataset) = datasets::read(&mut table, problems) {
                if datasets.iter().any(|other| other.name == dataset.name) {
                    problems.push(Problem::new(Code::DefinedTwice, text, span, format!("data set `{}` is defined twice", dataset.name)));
                } else {
                    datasets.push(dataset);
                }
            }
            table.finish(problems);
        }
        Source {
            name,
            title,
            short_title,
            licence: licence.unwrap_or_default(),
            citation,
            homepage,
            http,
            schedule,
            stale_after_days,
            discontinued,
            datasets,
            text: text.clone(),
            adds,
        }
    })
}

fn read_http(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Http {
    let default = Http::default();
    let base_url = table.string("base_url", problems);
    if let Some(url) = &base_url {
        rules::address(table, "base_url", url, problems);
    }
    let allow_hosts = table.strings("allow_hosts", problems).unwrap_or_default();
    let user_agent = table.string("user_agent", problems);
    if let Some(text) = &user_agent {
        rules::user_agent(table, text, problems);
    }
    let mut number = |key: &'static str, least: i64, most: i64, problems: &mut Vec<Problem>| {
        let value = table.integer(key, problems);
        rules::within(table, key, value, least..=most, problems).map(i64::unsigned_abs)
    };
    let max_bytes = number("max_bytes", 1, 1 << 40, problems);
    let pause = number("pause_milliseconds", 0, 3_600_000, problems);
    let retries = number("retries", 0, 20, problems);
    let first_wait = number("first_wait_milliseconds", 0, 3_600_000, problems);
    let http = Http {
        base_url: base_url.unwrap_or_default().trim_end_matches('/').to_owned(),
        allow_hosts,
        user_agent: user_agent.unwrap_or(default.user_agent),
        connect_timeout_seconds: table.float("connect_timeout_seconds", problems).unwrap_or(default.connect_timeout_seconds),
        read_timeout_seconds: table.float("read_timeout_seconds", problems).unwrap_or(default.read_timeout_seconds),
        total_timeout_seconds: table.float("total_timeout_seconds", problems).unwrap_or(default.total_timeout_seconds),
        max_bytes: max_bytes.unwrap_or(default.max_bytes),
        pause_milliseconds: pause.unwrap_or(default.pause_milliseconds),
        retries: retries.and_then(|v| usize::try_from(v).ok()).unwrap_or(default.retries),
        first_wait_milliseconds: first_wait.map_or(default.first_wait_milliseconds, |v| v.max(1)),
    };
    for key in ["connect_timeout_seconds", "read_timeout_seconds", "total_timeout_seconds"] {
        let value = match key {
            "connect_timeout_seconds" => http.connect_timeout_seconds,
            "read_timeout_seconds" => http.read_timeout_seconds,
            _ => http.total_timeout_seconds,
        };
        if !(value > 0.0 && value < 1e6) {
            problems.push(Problem::new(Code::LimitOutOfRange, table.source(), table.span_of(key), format!("`{key}` must be more than 0")));
        }
    }
    table.finish(problems);
    http
}

/// Finds `source` or `source/dataset` names given on the command line.
pub fn select<'a>(sources: &'a [Source], only: &[String]) -> crate::error::Result<Vec<(&'a Source, &'a Dataset)>> {
    let all = || sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
    for wanted in only {
        if !all().any(|(source, dataset)| matches(source, dataset, wanted)) {
            let known: Vec<String> = sources.iter().map(|s| s.name.clone()).chain(all().map(|(s, d)| s.id(d).to_string())).collect();
            return Err(crate::error::Error::Usage {
                message: format!("no source or data set `{wanted}`"),
                hint: suggestion(wanted, known.iter().map(String::as_str)),
            });
        }
    }
    Ok(all().filter(|(source, dataset)| only.is_empty() || only.iter().any(|wanted| matches(source, dataset, wanted))).collect())
}

fn matches(source: &Source, dataset: &Dataset, wanted: &str) -> bool {
    wanted == source.name || wanted == source.id(dataset).to_string()
}
