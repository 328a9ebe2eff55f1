//! UNESCO's data interface: versions, batches, refusals.

use super::*;

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

/// A new release in which one code has no record, although the definitions count some; and answers with a mark.
#[test]
fn unesco_codes_without_a_record_are_missed() {
    let server = Server::start(|asked, _| {
        let reply = uis(asked, VERSION, 1000, 100);
        Reply { body: [b"\xef\xbb\xbf", &reply.body[..]].concat(), ..reply }
    });
    let workspace = data_api(&server, &SCHOOLS).workspace();
    run(&workspace, 0, &["run"]);
    let good = (current(&workspace), workspace.read("data/pulls/unesco/data_api.json"));
    server.behave(|asked, _| {
        let reply = uis(asked, "20260901-0a0a0a0a", 1000, 100);
        if asked.path() != "/data/indicators" {
            return reply;
        }
        let mut answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        answer["records"].as_array_mut().expect("records").retain(|record| record["indicatorId"] != "SCHBSP.2T3.WINTERN");
        Reply::json(&answer)
    });
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["unesco/data_api: E2015", "not in any answer: SCHBSP.2T3.WINTERN"]);
    assert_eq!(good, (current(&workspace), workspace.read("data/pulls/unesco/data_api.json")));
}

/// UIS says itself that a code has no data in the years asked for: that is no data, not an answer that lacks a code. The whole
/// data set was refused.
#[test]
fn unesco_codes_without_data_in_these_years() {
    let server = Server::start(|asked, _| {
        let reply = uis(asked, VERSION, 1000, 100);
        if asked.path() != "/data/indicators" {
            return reply;
        }
        let mut answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        answer["records"].as_array_mut().expect("records").retain(|record| record["indicatorId"] != "SCHBSP.2T3.WINTERN");
        let told = "No data for the given time range, available time range for indicator SCHBSP.2T3.WINTERN= start: 1970, end: 2009";
        answer["hints"] = json!([{"code": "UIS::HINT::004", "message": told}]);
        Reply::json(&answer)
    });
    let workspace = data_api(&server, &SCHOOLS).workspace();
    run(&workspace, 0, &["run"]);
    assert!(pull_record(&workspace, "unesco/data_api")["vintage"] == VERSION);
}

/// A new release of UIS in which the series asked for are as before: it is the one that is cited, and no value is new.
#[test]
fn a_new_edition_with_the_same_figures_is_named() {
    const NEXT: &str = "20260901-0a0a0a0a";
    let server = Server::start(|asked, _| uis(asked, VERSION, 1000, 100));
    let workspace = data_api(&server, &SCHOOLS).workspace();
    run(&workspace, 0, &["run"]);
    let named = |vintage: &str| {
        let release = |file: &str| serde_json::from_str::<Value>(&workspace.read(&format!("data/current/{file}"))).expect("JSON");
        let report: Value = serde_json::from_str(&workspace.read("data/observations/unesco/data_api.json")).expect("a report");
        assert_eq!((&report["vintage"], &release("manifest.json")["inputs"][0]["vintage"]), (&json!(vintage), &json!(vintage)));
        assert!(run(&workspace, 0, &["status"]).stdout.contains(vintage));
        assert!(workspace.read("data/current/catalog.json").contains(vintage));
    };
    named(VERSION);
    let before = current(&workspace);
    server.behave(|asked, _| uis(asked, NEXT, 1000, 100));
    let ran = run(&workspace, 0, &["run", "--now", LATER]);
    assert_ne!(before, current(&workspace), "{}", ran.stdout);
    named(NEXT);
    let diff = run(&workspace, 0, &["diff"]).stdout;
    assert!(diff.contains("0 values differ"), "{diff}");
    assert!(run(&workspace, 0, &["run", "--now", "2026-11-26T02:30:00Z"]).stdout.contains("nothing to do"));
    named(NEXT);
}

#[test]
fn unesco_export_gives_what_the_files_by_hand_give() {
    let server = Server::start(|asked, _| uis(asked, VERSION, 1000, 100));
    let pipeline = Pipeline::new("unesco", &server, &["data_export"]);
    let workspace = same_both_ways(&pipeline, &small_bodies(), &["unesco/data_export"], &[], &[]);
    assert_eq!(server.asked().len(), 5);
    server.forget();
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
    assert_eq!(server.targets(), ["GET /versions/default"]);
}
