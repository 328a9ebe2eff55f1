//! Hosts: where redirects may lead, which hosts are not asked again, and how long a wait may be.

use super::itu::{BY_ID, ZIP, good};
use super::*;

fn pipeline(server: &Server) -> Pipeline {
    Pipeline::new("itu", server, &["internet_use"])
}

fn redirecting(to: &str) -> Server {
    let to = to.to_owned();
    Server::start(move |_, _| Reply::new(302, "").header("Location", &to))
}

#[test]
fn redirects_into_a_private_network_are_refused() {
    let inside = Server::start(|_, _| Reply::ok(fixture(ZIP)));
    let port = inside.url().rsplit_once(':').expect("a port").1.to_owned();
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "127.0.0.2", "169.254.169.254", "10.0.0.1", "[fe80::1]"] {
        let server = redirecting(&format!("http://{host}:{port}{BY_ID}"));
        let failed = run(&pipeline(&server).workspace(), 1, &["run"]);
        says(&failed, &["E1010", "is of a private network", "allow_hosts"]);
        assert_eq!((server.asked().len(), inside.asked().len()), (1, 0), "{host}");
    }
    for address in ["ftp://example.org/x.zip", "file:///etc/passwd"] {
        let server = redirecting(address);
        says(&run(&pipeline(&server).workspace(), 1, &["run"]), &["E1010"]);
    }

    // The pipelines file may allow a host: one of one's own network.
    let server = redirecting(&format!("{}{BY_ID}", inside.url()));
    let workspace = pipeline(&server).http("allow_hosts", vec!["127.0.0.1"]).workspace();
    run(&workspace, 0, &["run"]);
    assert_eq!(inside.asked().len(), 1);
}

/// Which data sets were asked for, how often, and what became of them.
fn attempts(workspace: &Workspace) -> Vec<String> {
    let lines = journal(workspace);
    lines.iter().map(|line| format!("{} {} {}", line["dataset"], line["attempt"], line["outcome"]).replace('"', "")).collect()
}

#[test]
fn a_host_that_cannot_be_reached_is_given_up_for_all_data_sets() {
    let server = Server::start(|_, _| not_found());
    let keep = ["internet_use", "households_internet", "network_coverage"];
    let pipeline = Pipeline::new("itu", &server, &keep).http("base_url", "http://127.0.0.1:1");
    // The mirrors are other hosts: with one host given up and nobody else reached, each is asked once.
    let mut pipeline = pipeline.routes("network_coverage", Pipeline::mirrors("itu", "network_coverage"), &[&server, &server]);
    for (route, address) in [(0, "http://127.0.0.1:2"), (1, "http://127.0.0.1:3")] {
        pipeline.0["dataset"][2]["route"][route]["base_url"] = address.into();
    }
    let workspace = pipeline.workspace();
    let failed = run(&workspace, 1, &["run"]);
    says(&failed, &["itu/households_internet: E1018: 127.0.0.1:1 is not asked again in this run", "E1001"]);
    let (first, others) = (["internet_use 1 failed", "internet_use 2 failed", "internet_use 3 failed"], "households_internet 0 not_asked");
    let mirrors = ["network_coverage 0 not_asked", "network_coverage 1 failed", "network_coverage 1 failed"];
    let mut found = attempts(&workspace);
    found.sort();
    let mut expected = [&first[..], &[others], &mirrors[..]].concat();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_host_that_refuses_three_data_sets_is_not_asked_for_the_fourth() {
    let keep = ["internet_use", "households_internet", "mobile_broadband", "mobile_subscriptions"];
    let server = Server::start(|_, _| Reply::new(403, "closed"));
    let workspace = Pipeline::new("itu", &server, &keep).workspace();
    says(&run(&workspace, 1, &["run"]), &["E1018: 127.0.0.1", "answered 403 Forbidden: closed"]);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(attempts(&workspace).last().map(String::as_str), Some("mobile_subscriptions 0 not_asked"));
}

#[test]
fn a_wait_beyond_any_night_ends_the_asking() {
    let keep = ["internet_use", "households_internet"];
    for wait in ["86400", "99999999999999999999999999"] {
        let server = Server::start(move |_, _| Reply::new(429, "").header("Retry-After", wait));
        let workspace = Pipeline::new("itu", &server, &keep).workspace();
        says(&run(&workspace, 1, &["run"]), &["E1018", "longer than a run does"]);
        assert_eq!(server.asked().len(), 1, "the host is not asked for the next data set");
    }
}

/// The clock of the run may be frozen; a wait is one of the real clock.
#[test]
fn a_date_to_come_back_is_one_of_the_real_clock() {
    #[expect(clippy::disallowed_methods, reason = "the provider of this test has the real clock")]
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&soon).expect("a date");
    let bad = Reply::new(503, "").header("Retry-After", &date);
    let server = Server::start(move |asked, number| if number == 1 { bad.clone() } else { good(asked) });
    let workspace = pipeline(&server).workspace();
    let start = std::time::Instant::now();
    run(&workspace, 0, &["pull", "--now", "2025-06-01T00:00:00Z"]);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(server.asked().len(), 2);
}
