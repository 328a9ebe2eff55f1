//! The real program against a local server that behaves like each provider, also badly. Nothing leaves this machine.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use datafusion::arrow::array::{Array, RecordBatch};
use serde_json::{Value, json};

use crate::provider_server::{Asked, Manner, Reply, Server};
use crate::support::{self, NOW, Run, Workspace};

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

// ---- pipelines, runs, and what they leave ----

/// The project's own pipelines file, reduced to some data sets and pointed at the server.
struct Pipeline(toml::Table);

impl Pipeline {
    fn new(source: &str, server: &Server, keep: &[&str]) -> Self {
        let text = std::fs::read_to_string(support::project().join(format!("pipelines/{source}.toml"))).expect("the pipelines file");
        let mut table: toml::Table = text.parse().expect("TOML");
        let datasets = table["dataset"].as_array_mut().expect("data sets");
        datasets.retain(|dataset| keep.contains(&dataset["name"].as_str().expect("a name")));
        assert_eq!(datasets.len(), keep.len(), "{keep:?}");
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

    fn write(&self, workspace: &Workspace) {
        let source = self.0["source"].as_str().expect("a source");
        workspace.write(&format!("pipelines/{source}.toml"), self.0.to_string());
    }

    fn workspace(&self) -> Workspace {
        let workspace = Workspace::of_method();
        workspace.write("sql/indicators/9.1_anything.sql", INDICATOR);
        self.write(&workspace);
        workspace
    }
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

fn fixtures() -> PathBuf {
    support::project().join("fixtures")
}

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
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

// ---- providers as they are ----

const BY_ID: &str = "/data/download/byid/11624/iscollection/false";
const ZIP: &str = "itu/internet_use/individuals-using-the-internet.zip";
const HOUSEHOLDS: &str = "itu/households_internet/households-with-internet-access-at-home.csv";

/// ITU's regions whose answer the fixtures hold.
const REGIONS: [(&str, &str); 8] =
    [("1", "AFR"), ("2", "AMS"), ("3", "ARB"), ("4", "ASP"), ("5", "EUR"), ("701", "World"), ("1892", "LLDC"), ("1894", "LDC")];

fn itu(asked: &Asked) -> Reply {
    if asked.header("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
        return Reply::new(473, "");
    }
    let parts: Vec<&str> = asked.path().trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["data", "download", "byid", "11624", "iscollection", "false"] => {
            Reply::ok(fixture(ZIP)).header("Content-Type", "application/octet-stream")
        }
        // The same route sends bare CSV at times, compressed on the way.
        ["data", "download", "byid", "12047", "iscollection", "false"] => {
            Reply::ok(gzip(&fixture(HOUSEHOLDS))).header("Content-Encoding", "gzip").manner(Manner::Chunked)
        }
        ["data", "download"] if asked.parameter("codesid").is_some() => {
            Reply::ok(fixture("itu/internet_use_breakdowns/codesid-11624-9289-9267.csv")).header("Content-Type", "text/html")
        }
        ["data", "bycode", "11624", "byiso", economy] => Reply::ok(fixture(&format!("itu/internet_use_country/11624_{economy}.json"))),
        ["aggregation", "bycodeid", "11624", "byregionid", region] => match REGIONS.iter().find(|(id, _)| *id == region) {
            Some((id, name)) => Reply::ok(fixture(&format!("itu/internet_use_regions/11624_{id}_{name}.json"))),
            None => Reply::ok("[]"),
        },
        ["prices", _] => Reply::ok(fixture("itu/price_baskets/ITU_ICTPriceBaskets_2008-2025.xlsx")),
        ["figures.csv"] => Reply::ok(fixture("itu/facts_and_figures/facts_and_figures.csv")).header("Content-Encoding", "identity"),
        _ => Reply::new(403, r#"{"message":"Missing Authentication Token"}"#),
    }
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

#[test]
fn itu_routes_give_what_the_files_by_hand_give() {
    let server = Server::start(|asked, _| {
        std::thread::sleep(Duration::from_millis(5));
        itu(asked)
    });
    let keep = [
        "internet_use",
        "internet_use_breakdowns",
        "internet_use_regions",
        "internet_use_country",
        "households_internet",
        "facts_and_figures",
        "price_baskets",
    ];
    let regions = REGIONS.iter().map(|(id, _)| toml::Value::from(*id)).collect::<Vec<_>>();
    let pipeline = Pipeline::new("itu", &server, &keep)
        .set("internet_use_regions", "regions", regions)
        .set("price_baskets", "url", format!("{}/prices/ITU_ICTPriceBaskets_2008-2025.xlsx", server.url()))
        .set("facts_and_figures", "url", format!("{}/figures.csv", server.url()));
    let names = keep.map(|name| format!("itu/{name}"));
    let workspace = same_both_ways(&pipeline, &fixtures(), &names.each_ref().map(String::as_str), &[], &[]);

    let targets = server.targets();
    assert_eq!(targets.len(), 1 + 1 + 8 + 4 + 1 + 1 + 1);
    assert!(targets.contains(&"GET /data/download?codesid=9276,9230,9291,9300,9273,9224,9227,9277".to_owned()), "{targets:#?}");
    assert_eq!(server.most_at_once(), 1, "one request at a time");
    for asked in server.asked() {
        assert!(asked.header("user-agent").is_some_and(|agent| agent.starts_with("yardstick/")), "{asked:?}");
        assert_eq!(asked.header("accept"), Some("*/*"));
        assert_eq!(asked.header("referer"), None);
    }
    let inputs = serde_json::from_str::<Value>(&workspace.read("data/current/manifest.json")).expect("a manifest")["inputs"].clone();
    let entry = inputs.as_array().expect("inputs").iter().find(|input| input["dataset"] == "internet_use").expect("the data set");
    assert_eq!(entry["bodies"][0]["url"], format!("{}{BY_ID}", server.url()));
    assert_eq!(entry["bodies"][0]["snapshot"], blake3::hash(&fixture(ZIP)).to_hex().to_string());
    assert_eq!(entry["bodies"][0]["fetched_at"], NOW);

    // Without validators the bodies are asked for again; equal content is no news.
    server.forget();
    let again = run(&workspace, 0, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(server.targets(), targets);
    let record = pull_record(&workspace, "itu/internet_use");
    assert_eq!((&record["fetched_at"], &record["checked_at"]), (&json!(NOW), &json!(LATER)));
}

#[test]
fn a_pause_lies_between_requests_of_a_source() {
    let server = Server::start(|asked, _| itu(asked));
    Pipeline::new("itu", &server, &["internet_use", "internet_use_country"]).http("pause_milliseconds", 100).workspace().pull();
    let times: Vec<_> = server.asked().iter().map(|asked| asked.at).collect();
    assert_eq!(times.len(), 5);
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_millis(100), "{:?}", pair[1] - pair[0]);
    }
}

trait PullAll {
    fn pull(&self);
}

impl PullAll for Workspace {
    fn pull(&self) {
        run(self, 0, &["pull"]);
    }
}

#[test]
fn two_sources_at_once_but_each_one_at_a_time() {
    let slowly = |answer: fn(&Asked) -> Reply| {
        Server::start(move |asked, _| {
            std::thread::sleep(Duration::from_millis(20));
            answer(asked)
        })
    };
    let (itu, unsd) = (slowly(itu), slowly(unsd));
    let workspace = Pipeline::new("itu", &itu, &["internet_use", "internet_use_country", "households_internet"]).workspace();
    Pipeline::new("unsd", &unsd, &["sdg_global"]).set("sdg_global", "series", series_at_hand()).write(&workspace);
    workspace.pull();
    assert_eq!((itu.asked().len(), itu.most_at_once()), (6, 1));
    assert_eq!((unsd.asked().len(), unsd.most_at_once()), (15, 1));
}

#[test]
fn unesco_bulk_file_is_asked_for_on_condition() {
    let server = Server::start(|asked, _| {
        if asked.path() == "/bdds/202602/SDG.zip" { conditional(asked, fixture("unesco/sdg_bulk/SDG.zip")) } else { not_found() }
    });
    let pipeline = Pipeline::new("unesco", &server, &["sdg_bulk"]).set("sdg_bulk", "url", format!("{}/bdds/202602/SDG.zip", server.url()));
    let workspace = same_both_ways(&pipeline, &fixtures(), &["unesco/sdg_bulk"], &[], &[]);
    assert_eq!(server.asked()[0].header("if-none-match"), None);

    server.forget();
    let before = (current(&workspace), std::fs::read(workspace.path("data/current/manifest.json")).expect("a manifest"));
    let again = run(&workspace, 0, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(before, (current(&workspace), std::fs::read(workspace.path("data/current/manifest.json")).expect("a manifest")));
    let asked = server.asked();
    assert_eq!((asked[0].header("if-none-match"), asked[0].header("if-modified-since")), (Some(ETAG), Some(MODIFIED)));

    let rows = journal(&workspace);
    assert_eq!(rows.len(), 2);
    let url = format!("{}/bdds/202602/SDG.zip", server.url());
    let body = fixture("unesco/sdg_bulk/SDG.zip");
    assert_eq!(
        rows[0],
        json!({"time": NOW, "source": "unesco", "dataset": "sdg_bulk", "name": "SDG.zip", "method": "GET", "url": url, "attempt": 1,
            "outcome": "stored", "status": 200, "etag": ETAG, "last_modified": MODIFIED, "bytes": body.len(), "hash": blake3::hash(&body).to_hex().to_string()})
    );
    assert_eq!((&rows[1]["outcome"], &rows[1]["status"], &rows[1]["time"]), (&json!("unchanged"), &json!(304), &json!(LATER)));
    let record = pull_record(&workspace, "unesco/sdg_bulk");
    assert_eq!((&record["bodies"][0]["etag"], &record["fetched_at"], &record["checked_at"]), (&json!(ETAG), &json!(NOW), &json!(LATER)));

    // Without the snapshot there is nothing that a 304 could confirm: no condition is sent, and the body comes back.
    for file in files(&workspace.path("data/snapshots")) {
        std::fs::remove_file(file).expect("a removed snapshot");
    }
    server.forget();
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked()[0].header("if-none-match"), None);
    assert_eq!(files(&workspace.path("data/snapshots")).len(), 1);
}

// ---- UNESCO's data interface ----

const VERSION: &str = "20260507-91260335";
const SCHOOLS: [&str; 7] = [
    "SCHBSP.1.WCOMPUT",
    "SCHBSP.1.WINTERN",
    "SCHBSP.2.WCOMPUT",
    "SCHBSP.2.WINTERN",
    "SCHBSP.2T3.WINTERN",
    "SCHBSP.3.WCOMPUT",
    "SCHBSP.3.WINTERN",
];

/// The interface with limits of its own: records in an answer, and indicators in an address.
fn uis(asked: &Asked, version: &str, most_records: usize, most_codes: usize) -> Reply {
    let codes = asked.parameters("indicator");
    match asked.path() {
        "/versions/default" => {
            Reply::json(&json!({"version": version, "publicationDate": "2026-05-07T13:31:02.790Z", "description": "string",
            "themeDataStatus": [{"theme": "EDUCATION", "lastUpdate": "05/07/2026"}]}))
        }
        _ if asked.parameter("version").as_deref() != Some(version) => Reply::new(404, "no such version"),
        "/definitions/indicators" => {
            let known = SCHOOLS.iter().chain(&["GONE.1"]).map(|code| json!({"indicatorCode": format!("{code} "), "theme": "EDUCATION", "lastDataUpdate": "02/09/2026",
                "dataAvailability": {"totalRecordCount": 30, "timeLine": {"min": 2015, "max": 2024}, "geoUnits": {"types": ["NATIONAL", "REGIONAL"]}}}));
            Reply::json(&known.collect())
        }
        "/data/indicators" | "/data/indicators/export" if codes.len() > most_codes => {
            Reply::new(414, "<html><body>URI Too Long</body></html>")
        }
        "/data/indicators/export" => {
            assert_eq!(asked.parameter("format").as_deref(), Some("csv"));
            Reply::ok(fixture(&format!("unesco/data_export/indicator-data-export_{}.zip", codes[0])))
        }
        "/data/indicators" => {
            assert_eq!(asked.parameter("footnotes").as_deref(), Some("true"));
            let year = |name, otherwise| asked.parameter(name).map_or(otherwise, |year| year.parse::<i64>().expect("a year"));
            let (start, end) = (year("start", 0), year("end", 9999));
            let mut answer: Value = serde_json::from_slice(&fixture("unesco/data_api/schools.json")).expect("JSON");
            let records = answer["records"].as_array_mut().expect("records");
            records.retain(|record| {
                codes.iter().any(|code| record["indicatorId"] == *code)
                    && record["year"].as_i64().is_some_and(|year| (start..=end).contains(&year))
            });
            let count = records.len();
            if count > most_records {
                return Reply::new(
                    400,
                    format!(
                        r#"{{"message":"Too much data requested ({count} records), please reduce the amount of records queried to less than 100000 by using the available filter options.","error":"Bad Request","statusCode":400}}"#
                    ),
                );
            }
            let gone = codes
                .iter()
                .filter(|code| code.starts_with("GONE"))
                .map(|code| json!({"code": "UIS::HINT::001", "message": format!("The indicator could not be found, {code}")}));
            let too_late = (start > 2024).then(
                || json!({"code": "UIS::HINT::004", "message": "No data for the given time range, available time range for indicator"}),
            );
            answer["hints"] = gone.chain(too_late).collect();
            Reply::json(&answer)
        }
        path => Reply::new(404, format!("Cannot GET /api/public{path}")),
    }
}

fn data_api(server: &Server, codes: &[&str]) -> Pipeline {
    let codes = codes.iter().map(|code| toml::Value::from(*code)).collect::<Vec<_>>();
    Pipeline::new("unesco", server, &["data_api"]).set("data_api", "indicators", codes)
}

/// A folder with the answer on schools only.
fn schools_by_hand() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("unesco/data_api");
    std::fs::create_dir_all(&own).expect("folders");
    std::fs::write(own.join("schools.json"), fixture("unesco/data_api/schools.json")).expect("a body");
    folder
}

#[test]
fn unesco_data_are_asked_for_once_per_version() {
    let server = Server::start(|asked, _| uis(asked, VERSION, 1000, 100));
    let pipeline = data_api(&server, &SCHOOLS);
    let workspace = same_both_ways(&pipeline, schools_by_hand().path(), &["unesco/data_api"], &["snapshot"], &[]);
    let asked = server.asked();
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    assert_eq!(paths, ["/versions/default", "/definitions/indicators", "/data/indicators"]);
    assert_eq!((asked[2].parameter("version").as_deref(), asked[2].parameter("start").as_deref()), (Some(VERSION), Some("2010")));
    assert_eq!(pull_record(&workspace, "unesco/data_api")["vintage"], VERSION);
    let outcomes: Vec<_> = journal(&workspace).iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!(outcomes, ["read", "read", "stored"]);

    server.forget();
    let again = run(&workspace, 0, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(server.targets(), ["GET /versions/default"]);
    assert_eq!(pull_record(&workspace, "unesco/data_api")["checked_at"], LATER);

    // Another selection is another question, whatever the version.
    data_api(&server, &SCHOOLS[..6]).write(&workspace);
    server.forget();
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked().len(), 3);

    server.behave(|asked, _| uis(asked, "20260901-0a0a0a0a", 1000, 100));
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(pull_record(&workspace, "unesco/data_api")["vintage"], "20260901-0a0a0a0a");
}

#[test]
fn unesco_batches_that_are_too_large_are_split() {
    // By indicator first, then by years: one indicator has up to 30 records.
    let server = Server::start(|asked, _| uis(asked, VERSION, 24, 100));
    let workspace =
        same_both_ways(&data_api(&server, &SCHOOLS), schools_by_hand().path(), &["unesco/data_api"], &["snapshot", "record"], &[]);
    let rows = journal(&workspace);
    let refused: Vec<_> = rows.iter().filter(|row| row["status"] == 400).collect();
    assert!(refused.len() > 3 && refused.iter().all(|row| row["outcome"] == "answered" && row["attempt"] == 1), "{refused:#?}");
    assert!(server.targets().iter().any(|target| target.contains("end=")), "some batch is split by years");

    // An address that is too long is split by indicator.
    server.behave(|asked, _| uis(asked, VERSION, 1000, 2));
    let workspace =
        same_both_ways(&data_api(&server, &SCHOOLS), schools_by_hand().path(), &["unesco/data_api"], &["snapshot", "record"], &[]);
    assert!(journal(&workspace).iter().any(|row| row["status"] == 414));
    assert!(!server.targets().iter().any(|target| target.contains("end=")));
}

#[test]
fn unesco_refusals_that_cannot_be_split_are_told() {
    for (most_records, most_codes) in [(0, 100), (1000, 0)] {
        let server = Server::start(move |asked, _| uis(asked, VERSION, most_records, most_codes));
        let failed = run(&data_api(&server, &SCHOOLS[..2]).workspace(), 1, &["run"]);
        says(&failed, &["E1014", "SCHBSP.1.WCOMPUT", "uis_bulk"]);
        assert!(server.asked().len() < 50, "it gives up");
    }
    let server = Server::start(|asked, _| {
        if asked.path() == "/data/indicators" {
            Reply::new(400, r#"{"message":"start must be a number"}"#)
        } else {
            uis(asked, VERSION, 1000, 100)
        }
    });
    says(&run(&data_api(&server, &SCHOOLS).workspace(), 1, &["run"]), &["E1003", "start must be a number"]);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn unesco_codes_that_do_not_exist_fail_the_pull() {
    let server = Server::start(|asked, _| uis(asked, VERSION, 1000, 100));
    let workspace = data_api(&server, &SCHOOLS).workspace();
    run(&workspace, 0, &["run"]);
    let good = (current(&workspace), workspace.read("data/pulls/unesco/data_api.json"));

    // Known to the definitions, unknown to the data: 200 with a hint, and the records of the other codes.
    data_api(&server, &[&SCHOOLS[..], &["GONE.1"]].concat()).write(&workspace);
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1012", "GONE.1", "UIS::HINT::001"]);
    assert_eq!(journal(&workspace).last().expect("a row")["attempt"], 0);

    data_api(&server, &["SCHBSP.1.WINTERM"]).write(&workspace);
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1013", "did you mean `SCHBSP.1.WINTERN`?"]);
    assert_eq!(good, (current(&workspace), workspace.read("data/pulls/unesco/data_api.json")));

    // No data for the years asked is no error of the request; but a pull without a row is no new data.
    data_api(&server, &SCHOOLS).set("data_api", "start", 2025).write(&workspace);
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E2012"]);
    assert_eq!(good, (current(&workspace), workspace.read("data/pulls/unesco/data_api.json")));
}

#[test]
fn unesco_export_gives_what_the_files_by_hand_give() {
    let server = Server::start(|asked, _| uis(asked, VERSION, 1000, 100));
    let pipeline = Pipeline::new("unesco", &server, &["data_export"]);
    let workspace = same_both_ways(&pipeline, &fixtures(), &["unesco/data_export"], &[], &[]);
    assert_eq!(server.asked().len(), 5);
    server.forget();
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
    assert_eq!(server.targets(), ["GET /versions/default"]);
}

// ---- UNCTAD ----

const REPORT: &str = "/api/reportMetadata/US.IctUseEnterprSize";

fn unctad(asked: &Asked, version: u64) -> Reply {
    match asked.path().strip_prefix(REPORT) {
        Some("/en") => Reply::json(&json!({"version": version, "lastUpdated": "2025-12-08T09:44:00", "name": "US.IctUseEnterprSize"})),
        Some("/bulkfiles/en") => Reply::json(&json!([{"fileId": 4711, "fileBlobName": "US_IctUseEnterprSize", "fileSize": 201344}])),
        Some("/bulkfile/4711/en") => Reply::ok(fixture("unctad/ict_use_by_size/US_IctUseEnterprSize.csv.7z")),
        _ => not_found(),
    }
}

#[test]
fn unctad_archives_are_asked_for_once_per_version() {
    let server = Server::start(|asked, _| unctad(asked, 2063));
    let pipeline = Pipeline::new("unctad", &server, &["ict_use_by_size"]);
    let workspace = same_both_ways(&pipeline, &fixtures(), &["unctad/ict_use_by_size"], &[], &[]);
    assert_eq!(pull_record(&workspace, "unctad/ict_use_by_size")["vintage"], "2025-12-08T09:44:00");
    let lists = [format!("GET {REPORT}/en"), format!("GET {REPORT}/bulkfiles/en")];
    let archive = format!("GET {REPORT}/bulkfile/4711/en");
    assert_eq!(server.targets(), [&lists[..], std::slice::from_ref(&archive)].concat());

    server.forget();
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
    assert_eq!(server.targets(), lists);

    server.behave(|asked, _| unctad(asked, 2064));
    run(&workspace, 0, &["run", "--now", LATER]);
    assert!(server.targets().contains(&archive));

    // Without the report's version the archive is asked for each time.
    server.behave(|asked, _| if asked.path().ends_with("US.IctUseEnterprSize/en") { not_found() } else { unctad(asked, 2064) });
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked().len(), 3);

    server.behave(|asked, _| if asked.path().ends_with("/bulkfiles/en") { Reply::ok("[]") } else { unctad(asked, 2065) });
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1009", "no bulk file", "case-sensitive"]);
    server.behave(|asked, _| if asked.path().ends_with("/bulkfiles/en") { Reply::ok("[{\"fileId\": }]") } else { unctad(asked, 2065) });
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1016"]);
}

const CLIENT: [(&str, &str); 2] = [("YARDSTICK_UNCTAD_CLIENT_ID", "id-7f3e21c0aa"), ("YARDSTICK_UNCTAD_CLIENT_SECRET", "hush-94b1d6e8f2")];

/// The keyed interface: one year of the figures, as a gzip file.
fn unctad_user(asked: &Asked) -> Reply {
    if (asked.header("clientid"), asked.header("clientsecret")) != (Some(CLIENT[0].1), Some(CLIENT[1].1)) {
        return Reply::new(401, "no such client");
    }
    let field = |name| asked.field(name).unwrap_or_else(|| panic!("{name} in {}", String::from_utf8_lossy(&asked.body)));
    if asked.method != "POST"
        || asked.target != "/US.IctUseEnterprSize/cur/Facts?culture=en"
        || field("$format") != "csv"
        || field("compress") != "gz"
    {
        return not_found();
    }
    let filter = field("$filter");
    let year = filter.trim_start_matches("Year in (").trim_end_matches(')');
    let all = gunzip(&fixture("unctad/ict_use_by_size_api/US.IctUseEnterprSize_2018-2023.csv.gz"));
    let rows =
        all.lines().enumerate().filter(|(i, line)| *i == 0 || line.split(',').nth(3) == Some(year)).map(|(_, line)| format!("{line}\n"));
    Reply::ok(gzip(rows.collect::<String>().as_bytes())).header("Content-Type", "application/gzip")
}

fn keyed(server: &Server) -> Pipeline {
    Pipeline::new("unctad", server, &["ict_use_by_size_api"]).set("ict_use_by_size_api", "years", vec![2018, 2023]).set(
        "ict_use_by_size_api",
        "base_url",
        server.url(),
    )
}

/// No credential in what was printed, nor in any file of the workspace.
#[track_caller]
fn no_secret(run: &Run, workspace: &Workspace) {
    for (_, secret) in CLIENT {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret} in\n{}{}", run.stdout, run.stderr);
        for file in files(workspace.root.path()) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} in {}", file.display());
        }
    }
}

#[test]
fn unctad_user_interface_with_credentials() {
    let server = Server::start(|asked, _| unctad_user(asked));
    let workspace = same_both_ways(&keyed(&server), &fixtures(), &["unctad/ict_use_by_size_api"], &["snapshot", "record"], &CLIENT);
    assert_eq!(server.asked().len(), 6);
    assert_eq!(journal(&workspace)[0]["name"], "US.IctUseEnterprSize_2018.csv");
    let body = &pull_record(&workspace, "unctad/ict_use_by_size_api")["bodies"][0];
    let stored = workspace.path(format!(
        "data/snapshots/{}/{}",
        &body["hash"].as_str().expect("a hash")[..2],
        body["hash"].as_str().expect("a hash")
    ));
    assert!(std::fs::read(stored).expect("the snapshot").starts_with(b"Economy_Code,"), "the content of the gzip file is stored");

    let loud = [&CLIENT[..], &[("YARDSTICK_LOG", "trace")]].concat();
    let again = run_with(&workspace, &["run", "-vv", "--now", LATER], &loud);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("TRACE"), "the log is loud");
    no_secret(&again, &workspace);
}

#[test]
fn unctad_refusals_show_no_credential() {
    // The provider repeats what it was given, in each kind of refusal.
    for (status, code, attempts) in [(401, "E1003", 1), (400, "E1003", 1), (500, "E1003", 3)] {
        let server = Server::start(move |_, _| Reply::new(status, format!("bad client {} with key {}", CLIENT[0].1, CLIENT[1].1)));
        let workspace = keyed(&server).set("ict_use_by_size_api", "years", vec![2018, 2018]).workspace();
        let failed = run_with(&workspace, &["run", "-vv"], &[&CLIENT[..], &[("YARDSTICK_LOG", "trace")]].concat());
        assert_eq!(failed.code, 1, "{}", failed.stderr);
        says(&failed, &[code, "bad client"]);
        assert_eq!(server.asked().len(), attempts);
        no_secret(&failed, &workspace);
    }
    let server =
        Server::start(|_, _| Reply::new(400, "The request exceed the maximal size. Maximal size : 62500. Estimated size : 70000."));
    says(&run_with(&keyed(&server).workspace(), &["run"], &CLIENT), &["E1014", "unctad_bulk"]);
}

#[test]
fn credentials_do_not_follow_a_redirect() {
    let elsewhere = Server::start(|_, _| Reply::ok("a,b\n1,2\n"));
    let url = elsewhere.url();
    let server = Server::start(move |_, _| Reply::new(302, "").header("Location", &url));
    let workspace = keyed(&server).workspace();
    let failed = run_with(&workspace, &["run"], &CLIENT);
    assert_eq!(failed.code, 1);
    says(&failed, &["E1010"]);
    assert!(elsewhere.asked().is_empty());
    assert_eq!(server.asked().len(), 1);
    no_secret(&failed, &workspace);
}

#[test]
fn missing_credentials_are_named() {
    let server = Server::start(|asked, _| unctad_user(asked));
    let workspace = keyed(&server).workspace();
    let failed = run_with(&workspace, &["run"], &CLIENT[..1]);
    assert_eq!(failed.code, 1);
    says(&failed, &["E1008", "needs YARDSTICK_UNCTAD_CLIENT_SECRET in the environment", "unctad_bulk"]);
    no_secret(&failed, &workspace);
    let failed = run_with(&workspace, &["run"], &[CLIENT[0], (CLIENT[1].0, "line\nbreak")]);
    says(&failed, &["E1008", "ClientSecret"]);
    assert!(server.asked().is_empty());
}

#[test]
fn a_gzip_file_has_a_limit_for_what_is_in_it() {
    let bomb = gzip(&vec![b'x'; 3 << 20]);
    assert!(bomb.len() < 100_000);
    let server = Server::start(move |_, _| Reply::ok(bomb.clone()));
    let workspace = keyed(&server).http("max_bytes", 1 << 20).workspace();
    says(&run_with(&workspace, &["run"], &CLIENT), &["E1004", "max_bytes"]);
    let whole = gzip(b"a,b\n1,2\n");
    server.behave(move |_, _| Reply::ok(&whole[..whole.len() - 6]));
    says(&run_with(&workspace, &["run"], &CLIENT), &["E1006", "gzip"]);
    assert_eq!(server.asked().len(), 3);
}

// ---- UN SDG database ----

fn unsd(asked: &Asked) -> Reply {
    let kind = asked.header("content-type").unwrap_or_default();
    if asked.method != "POST" || asked.target != "/Series/DataCSV" || !kind.starts_with("multipart/form-data") {
        return not_found();
    }
    assert_eq!(asked.field("timePeriodStart").as_deref(), Some("2000"));
    Reply::ok(fixture(&format!("unsd/sdg_global/{}.csv", asked.field("seriesCodes").expect("a series")))).manner(Manner::Chunked)
}

fn series_at_hand() -> Vec<String> {
    let mut names: Vec<String> =
        files(&fixtures().join("unsd/sdg_global")).iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn unsd_gives_what_the_files_by_hand_give() {
    let server = Server::start(|asked, _| unsd(asked));
    let pipeline = Pipeline::new("unsd", &server, &["sdg_global"]).set("sdg_global", "series", series_at_hand());
    let workspace = same_both_ways(&pipeline, &fixtures(), &["unsd/sdg_global"], &[], &[]);
    assert_eq!(server.asked().len(), 15);
    let row = &journal(&workspace)[0];
    assert_eq!((&row["method"], &row["url"]), (&json!("POST"), &json!(format!("{}/Series/DataCSV", server.url()))));
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
}

// ---- providers at their worst ----

fn good(asked: &Asked) -> Reply {
    if asked.path() == BY_ID { validated(fixture(ZIP)) } else { itu(asked) }
}

/// What a bad answer must give.
struct Gives {
    code: &'static str,
    attempts: usize,
    /// As in the journal: null when no answer began.
    status: Value,
    words: &'static [&'static str],
}

/// The same bad answer without data, and with data from before: the exit code, the message, the journal, and that the
/// last good data stay as they are.
fn always(bad: &Reply, gives: &Gives, http: &[(&str, toml::Value)]) -> Workspace {
    let answer = bad.clone();
    let server = Server::start(move |_, _| answer.clone());
    let mut harsh = Pipeline::new("itu", &server, &["internet_use"]);
    for (key, value) in http {
        harsh = harsh.http(key, value.clone());
    }
    let workspace = harsh.workspace();
    let failed = run(&workspace, 1, &["run"]);
    says(&failed, gives.words);
    says(&failed, &[gives.code]);
    assert_eq!(current(&workspace), None);
    assert_eq!(files(&workspace.path("data/snapshots")), [] as [PathBuf; 0]);
    journalled(&workspace, &server, 0, gives, NOW);

    let kind = Pipeline::new("itu", &server, &["internet_use"]);
    kind.write(&workspace);
    server.behave(|asked, _| good(asked));
    run(&workspace, 0, &["run"]);
    let kept = |workspace: &Workspace| {
        let bytes = |path: &str| std::fs::read(workspace.path(path)).expect("a file");
        (
            current(workspace),
            bytes("data/pulls/itu/internet_use.json"),
            bytes("data/observations/itu/internet_use.parquet"),
            files(&workspace.path("data/snapshots")),
        )
    };
    let before = kept(&workspace);
    let lines = journal(&workspace).len();

    harsh.write(&workspace);
    let answer = bad.clone();
    server.behave(move |_, _| answer.clone());
    let failed = run(&workspace, 3, &["run", "--now", LATER]);
    says(&failed, gives.words);
    says(&failed, &[gives.code]);
    assert!(before == kept(&workspace), "the last good data stay as they are");
    journalled(&workspace, &server, lines, gives, LATER);
    run(&workspace, 0, &["sql", "SELECT count(*) FROM observations"]);
    workspace
}

fn journalled(workspace: &Workspace, server: &Server, before: usize, gives: &Gives, now: &str) {
    let rows = journal(workspace).split_off(before);
    assert_eq!(rows.len(), gives.attempts, "{rows:#?}");
    for (i, row) in rows.iter().enumerate() {
        let error = row["error"].as_str().unwrap_or_default();
        assert!(error.starts_with(gives.code), "{row}");
        let url = format!("{}{BY_ID}", server.url());
        assert_eq!(
            json!([row["time"], row["source"], row["dataset"], row["method"], row["url"], row["attempt"], row["outcome"], row["status"]]),
            json!([now, "itu", "internet_use", "GET", url, i + 1, "failed", gives.status])
        );
    }
}

const EDGE: &str = "<!DOCTYPE html>\n<html><head><title>DataHub</title></head><body>Please enable JavaScript</body></html>";

#[test]
fn a_connection_that_is_reset() {
    always(
        &Reply::ok("").manner(Manner::Reset(0)),
        &Gives { code: "E1001", attempts: 3, status: Value::Null, words: &["after 3 attempts"] },
        &[],
    );
}

#[test]
fn a_connection_that_is_reset_in_the_body() {
    let gives = Gives { code: "E1006", attempts: 3, status: json!(200), words: &["broke off"] };
    let workspace = always(&validated(fixture(ZIP)).manner(Manner::Reset(2000)), &gives, &[]);
    let row = &journal(&workspace)[0];
    assert_eq!((&row["etag"], &row["last_modified"]), (&json!(ETAG), &json!(MODIFIED)), "validators of a failed answer too");
}

#[test]
fn a_server_that_is_down() {
    let gives = Gives {
        code: "E1003",
        attempts: 3,
        status: json!(500),
        words: &["500 Internal Server Error: Cannot set properties", "the last good snapshot stays"],
    };
    always(&Reply::new(500, "Cannot set properties of undefined (setting 'availableCountries')"), &gives, &[]);
}

#[test]
fn a_service_closed_to_programs() {
    let gives =
        Gives { code: "E1003", attempts: 1, status: json!(403), words: &["Missing Authentication Token", "itu/internet_use/", "--from"] };
    always(&Reply::new(403, r#"{"message":"Missing Authentication Token"}"#), &gives, &[]);
    let gives = Gives { code: "E1003", attempts: 1, status: json!(473), words: &["answered 473", "itu/internet_use/", "--from"] };
    always(&Reply::new(473, EDGE), &gives, &[]);
}

#[test]
fn an_address_that_has_moved() {
    let gives = Gives { code: "E1003", attempts: 1, status: json!(404), words: &["pipelines/itu.toml", "--from"] };
    always(&Reply::new(404, "Not found"), &gives, &[]);
}

#[test]
fn a_web_page_in_place_of_data() {
    always(&Reply::ok(EDGE), &Gives { code: "E1005", attempts: 3, status: json!(200), words: &["web page"] }, &[]);
}

#[test]
fn an_empty_list_is_not_success() {
    let gives = Gives { code: "E1009", attempts: 1, status: json!(200), words: &["empty list"] };
    always(&Reply::ok("[]").header("Content-Type", "application/json"), &gives, &[]);

    // On routes that answer in JSON the list is a body; what has nothing at all is named.
    let server = Server::start(|asked, _| itu(asked));
    let workspace = Pipeline::new("itu", &server, &["internet_use_regions"]).workspace();
    says(&run(&workspace, 1, &["run"]), &["E1009", "region 716, region 1893"]);
    assert_eq!(server.asked().len(), 14);
}

#[test]
fn an_empty_body_and_a_message_as_data() {
    always(&Reply::ok(""), &Gives { code: "E1006", attempts: 3, status: json!(200), words: &["empty body"] }, &[]);
    let gives = Gives { code: "E1007", attempts: 3, status: json!(200), words: &["expected a ZIP archive or CSV"] };
    always(&Reply::ok("Throughput exceeds the current capacity"), &gives, &[]);
}

#[test]
fn a_wrong_content_length() {
    let body = fixture(ZIP);
    let gives = Gives { code: "E1006", attempts: 3, status: json!(200), words: &[] };
    always(&Reply::ok(body.clone()).manner(Manner::Announce(body.len() + 10)), &gives, &[]);
    always(&Reply::ok(body.clone()).manner(Manner::Announce(body.len() - 10)), &Gives { words: &["cut off"], ..gives }, &[]);
}

#[test]
fn a_body_that_ends_early() {
    let body = fixture(ZIP);
    let gives = || Gives { code: "E1006", attempts: 3, status: json!(200), words: &[] };
    always(&Reply::ok(body.clone()).manner(Manner::EndAfter(body.len() / 2)), &gives(), &[]);
    always(&Reply::ok(body.clone()).manner(Manner::ChunkedEndAfter(body.len() / 2)), &gives(), &[]);
    let half = gzip(&body)[..body.len() / 2].to_vec();
    always(&Reply::ok(half).header("Content-Encoding", "gzip"), &gives(), &[]);
}

#[test]
fn a_text_that_ends_early_without_a_length() {
    // Nothing in HTTP or in the text tells that it is cut; the number of rows does, once there is a pull to compare with.
    let body = fixture("itu/network_coverage/mobile-network-coverage.csv");
    let cut = body.len() / 3;
    let server =
        Server::start(move |_, number| Reply::ok(body.clone()).manner(if number == 1 { Manner::Whole } else { Manner::EndAfter(cut) }));
    let workspace = Pipeline::new("itu", &server, &["network_coverage"]).workspace();
    run(&workspace, 0, &["run"]);
    let before = observations(&workspace, "itu/network_coverage");
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E2014", "less than"]);
    assert_eq!(before, observations(&workspace, "itu/network_coverage"));
}

/// Long enough for the head of an answer on a busy machine, shorter than the provider takes.
fn too_slow(manner: Manner, limit: &str, status: Value) {
    let limits = [(limit, toml::Value::from(1.0)), ("retries", toml::Value::from(1))];
    always(&Reply::ok(fixture(ZIP)).manner(manner), &Gives { code: "E1002", attempts: 2, status, words: &["took too long"] }, &limits);
}

#[test]
fn a_body_that_stalls() {
    too_slow(Manner::Slow(Duration::from_secs(4)), "read_timeout_seconds", json!(200));
}

#[test]
fn a_provider_that_says_nothing() {
    too_slow(Manner::Silent(Duration::from_secs(4)), "read_timeout_seconds", Value::Null);
}

#[test]
fn a_request_that_takes_too_long_in_all() {
    too_slow(Manner::Slow(Duration::from_secs(4)), "total_timeout_seconds", json!(200));
}

#[test]
fn a_body_that_is_too_large() {
    let limit = [("max_bytes", toml::Value::from(5000))];
    let gives = || Gives { code: "E1004", attempts: 1, status: json!(200), words: &["max_bytes = 5000"] };
    always(&Reply::ok(fixture(ZIP)), &gives(), &limit);
    always(&Reply::ok(fixture(ZIP)).manner(Manner::Chunked), &gives(), &limit);
    always(&Reply::ok(gzip(&vec![b'x'; 1 << 20])).header("Content-Encoding", "gzip"), &gives(), &limit);
}

#[test]
fn redirects() {
    let gives = Gives { code: "E1010", attempts: 1, status: Value::Null, words: &["too many redirects"] };
    always(&Reply::new(302, "").header("Location", BY_ID), &gives, &[]);

    // One that leads somewhere is followed; what is remembered is the address that was asked for.
    let server =
        Server::start(
            |asked, _| if asked.path() == BY_ID { Reply::new(302, "").header("Location", "/moved") } else { Reply::ok(fixture(ZIP)) },
        );
    let workspace = Pipeline::new("itu", &server, &["internet_use"]).workspace();
    run(&workspace, 0, &["run"]);
    assert_eq!(server.targets(), [format!("GET {BY_ID}"), "GET /moved".to_owned()]);
    assert_eq!(pull_record(&workspace, "itu/internet_use")["bodies"][0]["url"], format!("{}{BY_ID}", server.url()));
}

#[test]
fn unchanged_without_a_body_from_before() {
    let server = Server::start(|_, _| Reply::new(304, ""));
    let workspace = Pipeline::new("itu", &server, &["internet_use"]).workspace();
    says(&run(&workspace, 1, &["run"]), &["E1003", "304 Not Modified"]);
    assert_eq!((server.asked().len(), &journal(&workspace)[0]["status"]), (1, &json!(304)));
}

#[test]
fn nobody_listens() {
    let server = Server::start(|_, _| not_found());
    let pipeline = Pipeline::new("itu", &server, &["internet_use"]).http("base_url", "http://127.0.0.1:1");
    let workspace = pipeline.workspace();
    says(&run(&workspace, 1, &["run"]), &["E1001", "cannot be reached", "after 3 attempts"]);
    assert_eq!(journal(&workspace).len(), 3);
}

// ---- a failure that passes, and one beside good data ----

/// Bad once, then good: the pull succeeds, and both attempts are in the journal.
fn recovers(bad: &Reply, status: &Value) -> Server {
    let answer = bad.clone();
    let server = Server::start(move |asked, number| if number == 1 { answer.clone() } else { good(asked) });
    let workspace = Pipeline::new("itu", &server, &["internet_use"]).workspace();
    run(&workspace, 0, &["run"]);
    let rows = journal(&workspace);
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["outcome"], &rows[0]["status"], &rows[0]["attempt"]), (&json!("failed"), status, &json!(1)));
    let body = fixture(ZIP);
    assert_eq!(
        rows[1],
        json!({"time": NOW, "source": "itu", "dataset": "internet_use", "name": "11624.zip", "method": "GET", "url": format!("{}{BY_ID}", server.url()),
            "attempt": 2, "outcome": "stored", "status": 200, "etag": ETAG, "last_modified": MODIFIED, "bytes": body.len(),
            "hash": blake3::hash(&body).to_hex().to_string()})
    );
    assert_eq!(files(&workspace.path("data/snapshots")).len(), 1, "no half body stays");
    server
}

#[test]
fn what_passes_is_asked_for_again() {
    recovers(&Reply::ok("").manner(Manner::Reset(0)), &Value::Null);
    recovers(&validated(fixture(ZIP)).manner(Manner::Reset(3000)), &json!(200));
    recovers(&validated(fixture(ZIP)).manner(Manner::EndAfter(3000)), &json!(200));
    recovers(&Reply::new(500, "Internal Server Error"), &json!(500));
    recovers(&Reply::new(503, EDGE), &json!(503));
    recovers(&Reply::ok(EDGE), &json!(200));
}

#[test]
fn the_provider_says_when_to_come_back() {
    let waited = |server: &Server| {
        let asked = server.asked();
        asked[1].at - asked[0].at
    };
    let server = recovers(&Reply::new(429, "Too many requests").header("Retry-After", "1"), &json!(429));
    assert!(waited(&server) >= Duration::from_millis(1000), "{:?}", waited(&server));
    // A date counts from the provider's clock, not from ours.
    let dated = Reply::new(503, "").header("Date", "Mon, 02 Mar 2020 10:00:00 GMT").header("Retry-After", "Mon, 02 Mar 2020 10:00:01 GMT");
    let server = recovers(&dated, &json!(503));
    assert!(waited(&server) >= Duration::from_millis(1000), "{:?}", waited(&server));
}

#[test]
fn one_bad_data_set_does_not_stop_the_others() {
    let server = Server::start(|asked, _| if asked.path() == BY_ID { Reply::new(403, EDGE) } else { itu(asked) });
    let workspace = Pipeline::new("itu", &server, &["internet_use", "households_internet"]).workspace();
    says(&run(&workspace, 3, &["run"]), &["itu/internet_use: E1003"]);
    assert!(current(&workspace).is_some(), "what could be pulled is published");

    // The way that the message names: a file by hand.
    let fixtures = fixtures();
    run(&workspace, 0, &["run", "--from", &fixtures.display().to_string(), "--now", LATER]);
    assert_eq!(pull_record(&workspace, "itu/internet_use")["origin"], "folder");
    // The interface still refuses: degraded, and the file by hand stays in use.
    let by_hand = observations(&workspace, "itu/internet_use");
    run(&workspace, 3, &["run", "--now", LATER]);
    assert_eq!(by_hand, observations(&workspace, "itu/internet_use"));
}

#[test]
fn a_new_body_makes_a_new_release() {
    let server = Server::start(|asked, _| good(asked));
    let workspace = Pipeline::new("itu", &server, &["internet_use"]).workspace();
    run(&workspace, 0, &["run"]);
    let first = current(&workspace);

    // The provider corrects its file in place, with a new validator; the old snapshot is kept.
    let csv = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn\n\
               11624,i99H,Internet users (%),% of individuals,x,2024,Thailand,THA,,,,91.5,,NSO,2026-02-02\n";
    let shrunk = move |asked: &Asked, _| {
        if asked.header("if-none-match") == Some("\"2\"") { Reply::new(304, "") } else { Reply::ok(csv).header("ETag", "\"2\"") }
    };
    server.behave(shrunk);
    let refused = run(&workspace, 3, &["run", "--now", LATER]);
    says(&refused, &["E2014"]);
    assert_eq!(current(&workspace), first, "one row in place of hundreds is not new data");
    // What was refused is not taken for known: the next run asks without its validator.
    run(&workspace, 3, &["run", "--now", LATER]);
    assert_eq!(server.asked().last().expect("a request").header("if-none-match"), Some(ETAG));

    let whole = unzip(&fixture(ZIP)).replacen("\"13.5\",2017", "\"14.5\",2017", 1);
    server.behave(move |asked, _| {
        if asked.header("if-none-match") == Some("\"3\"") { Reply::new(304, "") } else { Reply::ok(whole.clone()).header("ETag", "\"3\"") }
    });
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_ne!(current(&workspace), first);
    let value = [("indicator", "anything"), ("ref_area", "AFG"), ("time_period", "2017")];
    support::close(support::value(&workspace.release("values.parquet"), "value", &value), 14.5, 1e-9);
    let again = run(&workspace, 0, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(journal(&workspace).last().expect("a row")["outcome"], "unchanged");
}
