//! A failure that passes, and one beside good data.

use super::bad_answers::EDGE;
use super::itu::{BY_ID, ZIP, good, itu};
use super::*;

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
        json!({"time": NOW, "source": "itu", "dataset": "internet_use", "route": "internet_use", "name": "11624.zip", "method": "GET", "url": format!("{}{BY_ID}", server.url()),
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
    assert!(waited(&server) >= Duration::from_secs(1), "{:?}", waited(&server));
    // A date counts from the provider's clock, not from ours.
    let dated = Reply::new(503, "").header("Date", "Mon, 02 Mar 2020 10:00:00 GMT").header("Retry-After", "Mon, 02 Mar 2020 10:00:01 GMT");
    let server = recovers(&dated, &json!(503));
    assert!(waited(&server) >= Duration::from_secs(1), "{:?}", waited(&server));
}

#[test]
fn one_bad_data_set_does_not_stop_the_others() {
    let server = Server::start(|asked, _| if asked.path() == BY_ID { Reply::new(403, EDGE) } else { itu(asked) });
    let workspace = Pipeline::new("itu", &server, &["internet_use", "households_internet"]).workspace();
    says(&run(&workspace, 3, &["run"]), &["itu/internet_use: E1003"]);
    assert!(current(&workspace).is_some(), "what could be pulled is published");

    // The way that the message names: a file by hand.
    let fixtures = small_bodies();
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
