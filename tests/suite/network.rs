//! The real program against a local server that behaves like each provider, also badly. Nothing leaves this machine.

mod bad_answers;
mod data360;
mod data_commons;
mod hosts;
mod itu;
mod recovery;
mod regulatory_tracker;
mod routes;
mod several_routes;
mod unctad;
mod unesco_bulk;
mod unesco_data;
mod unsd;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use datafusion::arrow::array::{Array, RecordBatch};
use serde_json::{Value, json};

use crate::provider_server::{Asked, Manner, Reply, Server};
use crate::support::{self, NOW, Run, Workspace, small_bodies};

const LATER: &str = "2026-11-25T02:30:00Z";
/// Validators are opaque: a weak one in odd case must come back as it was sent.
const ETAG: &str = "W/\"5d8c72a5edda8d6a:0-Gz\"";
const MODIFIED: &str = "Tue, 17 Feb 2026 09:05:03 GMT";
const INDICATOR: &str = r#"/*---
id = "9.1"
name = "anything"
title = "Whatever was pulled"
unit = "PT"
rollup = "none"
---*/
SELECT o.ref_area, o.time_period, o.obs_value AS value FROM observations o
WHERE o.source = 'itu' AND o.dataset = 'internet_use' AND o.series = '11624'
"#;

/// The project's own pipelines file, reduced to some data sets and pointed at the server.
struct Pipeline(toml::Table);

impl Pipeline {
    fn new(source: &str, server: &Server, keep: &[&str]) -> Self {
        let mut table = of_source(source);
        let datasets = table["dataset"].as_array_mut().expect("data sets");
        datasets.retain(|dataset| keep.contains(&dataset["name"].as_str().expect("a name")));
        assert_eq!(datasets.len(), keep.len(), "{keep:?}");
        // Mirrors stand elsewhere: no test asks them.
        for dataset in datasets.iter_mut().filter_map(toml::Value::as_table_mut) {
            if dataset.get("route").is_some_and(toml::Value::is_array) {
                dataset.remove("route");
            }
        }
        let pipeline = Self(table).http("base_url", server.url()).http("pause_milliseconds", 0).http("first_wait_milliseconds", 1);
        pipeline
            .http("retries", 2)
            .http("connect_timeout_seconds", 5.0)
            .http("read_timeout_seconds", 20.0)
            .http("total_timeout_seconds", 60.0)
    }

    fn http(mut self, key: &str, value: impl Into<toml::Value>) -> Self {
        self.0["http"].as_table_mut().expect("[http]").insert(key.to_owned(), value.into());
        self
    }

    fn set(mut self, dataset: &str, key: &str, value: impl Into<toml::Value>) -> Self {
        let datasets = self.0["dataset"].as_array_mut().expect("data sets");
        let found = datasets.iter_mut().find(|one| one["name"].as_str() == Some(dataset)).expect("the data set");
        found.as_table_mut().expect("a table").insert(key.to_owned(), value.into());
        self
    }

    /// Gives a data set further routes, each at a server.
    fn routes(self, dataset: &str, routes: Vec<toml::Value>, servers: &[&Server]) -> Self {
        let at = |(mut route, server): (toml::Value, &&Server)| {
            route.as_table_mut().expect("a table").insert("base_url".into(), server.url().into());
            route
        };
        let routes: Vec<toml::Value> = routes.into_iter().zip(servers).map(at).collect();
        self.set(dataset, "route", routes)
    }

    /// The further routes that the project has for a data set.
    fn mirrors(source: &str, dataset: &str) -> Vec<toml::Value> {
        let table = of_source(source);
        let mut datasets = table["dataset"].as_array().expect("data sets").iter();
        let found = datasets.find(|one| one["name"].as_str() == Some(dataset)).expect("the data set");
        found["route"].as_array().expect("routes").clone()
    }

    fn write(&self, workspace: &Workspace) {
        let source = self.0["source"].as_str().expect("a source");
        workspace.write(&format!("pipelines/{source}.toml"), self.0.to_string());
    }

    fn workspace(&self) -> Workspace {
        let workspace = Workspace::of_method();
        workspace.without_people();
        workspace.write("sql/indicators/9.1_anything.sql", INDICATOR);
        self.write(&workspace);
        workspace
    }
}

/// The file of a source, with the data sets that its other files add.
fn of_source(source: &str) -> toml::Table {
    let read = |path: &Path| -> toml::Table { std::fs::read_to_string(path).expect("a pipelines file").parse().expect("TOML") };
    let folder = support::project().join("pipelines");
    let own = folder.join(format!("{source}.toml"));
    let mut paths: Vec<_> = std::fs::read_dir(&folder).expect("pipelines").map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| *path != own && path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut table = read(&own);
    let added = paths.iter().map(|path| read(path)).filter(|other| other.get("source").and_then(toml::Value::as_str) == Some(source));
    let added: Vec<toml::Value> = added.flat_map(|other| other["dataset"].as_array().expect("data sets").clone()).collect();
    table["dataset"].as_array_mut().expect("data sets").extend(added);
    table
}

fn run_with(workspace: &Workspace, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = workspace.command(arguments);
    for variable in ["YARDSTICK_UNCTAD_CLIENT_ID", "YARDSTICK_UNCTAD_CLIENT_SECRET"] {
        command.env_remove(variable);
    }
    let output = command.env("NO_PROXY", "127.0.0.1").envs(environment.iter().copied()).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[track_caller]
fn run(workspace: &Workspace, code: i32, arguments: &[&str]) -> Run {
    let run = run_with(workspace, arguments, &[]);
    assert_eq!(run.code, code, "yardstick {}\n--- stdout\n{}\n--- stderr\n{}", arguments.join(" "), run.stdout, run.stderr);
    run
}

#[track_caller]
fn says(run: &Run, words: &[&str]) {
    for word in words {
        assert!(run.stderr.contains(word), "no `{word}` in\n{}", run.stderr);
    }
}

fn journal(workspace: &Workspace) -> Vec<Value> {
    workspace.read("data/journal.jsonl").lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn pull_record(workspace: &Workspace, dataset: &str) -> Value {
    serde_json::from_str(&workspace.read(&format!("data/pulls/{dataset}.json"))).expect("a pull record")
}

fn current(workspace: &Workspace) -> Option<PathBuf> {
    std::fs::read_link(workspace.path("data/current")).ok()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() && !path.is_symlink() { files(&path) } else { vec![path] }).collect()
}

fn observations(workspace: &Workspace, dataset: &str) -> RecordBatch {
    support::parquet(&workspace.path(format!("data/observations/{dataset}.parquet")))
}

/// Pulls over HTTP and from a folder; the observations must be the same but for the columns named.
fn same_both_ways(pipeline: &Pipeline, from: &Path, datasets: &[&str], but: &[&str], environment: &[(&str, &str)]) -> Workspace {
    let (over_http, by_hand) = (pipeline.workspace(), pipeline.workspace());
    let pulled = run_with(&over_http, &["run"], environment);
    assert_eq!(pulled.code, 0, "{}{}", pulled.stdout, pulled.stderr);
    run(&by_hand, 0, &["run", "--from", &from.display().to_string()]);
    for dataset in datasets {
        let (ours, theirs) = (observations(&over_http, dataset), observations(&by_hand, dataset));
        assert!(ours.num_rows() > 0, "{dataset} is empty");
        assert_eq!(ours.num_rows(), theirs.num_rows(), "{dataset}");
        for (i, field) in ours.schema().fields().iter().enumerate() {
            if !but.contains(&field.name().as_str()) {
                assert!(ours.column(i).to_data() == theirs.column(i).to_data(), "{dataset}: column {} differs", field.name());
            }
        }
        assert_eq!(pull_record(&over_http, dataset)["origin"], "network");
    }
    over_http
}

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(small_bodies().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn not_found() -> Reply {
    Reply::new(404, "nothing here")
}

fn validated(body: Vec<u8>) -> Reply {
    Reply::ok(body).header("ETag", ETAG).header("Last-Modified", MODIFIED)
}

/// 304 to the right condition, the body otherwise.
fn conditional(asked: &Asked, body: Vec<u8>) -> Reply {
    let unchanged = asked.header("if-none-match") == Some(ETAG) && asked.header("if-modified-since") == Some(MODIFIED);
    if unchanged { Reply::new(304, "").header("ETag", ETAG) } else { validated(body) }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn gunzip(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text).expect("gzip");
    text
}

fn unzip(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    let mut text = String::new();
    archive.by_index(0).expect("a member").read_to_string(&mut text).expect("text");
    text
}
