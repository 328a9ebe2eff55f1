//! Providers at their worst: each failure has its code, its place in the journal, and leaves what was good.

use super::itu::{BY_ID, ZIP, good, itu};
use super::*;

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

pub(super) const EDGE: &str = "<!DOCTYPE html>\n<html><head><title>DataHub</title></head><body>Please enable JavaScript</body></html>";

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

/// Of several gzips in one answer the first alone was read. A refusal is packed too.
#[test]
fn an_answer_of_several_gzips() {
    let body = fixture(ZIP);
    let (first, second) = body.split_at(body.len() / 3);
    let packed = [gzip(first), gzip(second)].concat();
    for behind in [&[][..], &[0; 300]] {
        let answer = [packed.as_slice(), behind].concat();
        let server = Server::start(move |_, _| Reply::ok(answer.clone()).header("Content-Encoding", "gzip"));
        let workspace = Pipeline::new("itu", &server, &["internet_use"]).workspace();
        run(&workspace, 0, &["run"]);
        let stored = workspace.json(0, &["status"]);
        assert!(stored.to_string().contains("internet_use"), "{stored}");
    }
    let gives = || Gives { code: "E1006", attempts: 3, status: json!(200), words: &["gzip"] };
    for broken in [packed[..packed.len() - 4].to_vec(), [packed.as_slice(), b"more"].concat()] {
        always(&Reply::ok(broken).header("Content-Encoding", "gzip"), &gives(), &[]);
    }
    let refusal = Reply::new(403, gzip(b"ask indicators@itu.int")).header("Content-Encoding", "gzip");
    always(&refusal, &Gives { code: "E1003", attempts: 1, status: json!(403), words: &["ask indicators@itu.int"] }, &[]);
}

#[test]
fn a_text_that_ends_within_a_record() {
    // Sent without a length; the line that is not whole tells, on a first pull too.
    let text = crate::bad_input::unzipped(&fixture(ZIP));
    let gives = |words| Gives { code: "E1006", attempts: 3, status: json!(200), words };
    let line = text.len() / 2 + text[text.len() / 2..].iter().position(|b| *b == b'\n').expect("a line") + 1;
    let cut = |end| Reply::ok(text.clone()).manner(Manner::EndAfter(end));
    always(&cut(line + 30), &gives(&["cut off", "a quote that opens in the record of line"]), &[]);
    always(&cut(line + 13), &gives(&["cut off", "has 3 of 13 fields"]), &[]);
    // ITU ends its files without a line break.
    let server = Server::start(move |_, _| Reply::ok(text.clone()).manner(Manner::EndAfter(text.len())));
    run(&Pipeline::new("itu", &server, &["internet_use"]).workspace(), 0, &["run"]);
}

#[test]
fn a_text_that_ends_early_without_a_length() {
    // Behind a whole line nothing in HTTP or in the text tells that it is cut; the number of rows does, once there is a
    // pull to compare with.
    let body = fixture("itu/network_coverage/mobile-network-coverage.csv");
    let cut = body[..body.len() / 3].iter().rposition(|b| *b == b'\n').expect("a line") + 1;
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
