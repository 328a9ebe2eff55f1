//! ITU DataHub.

use super::unsd::{series_at_hand, unsd};
use super::*;

pub(super) const BY_ID: &str = "/data/download/byid/11624/iscollection/false";
pub(super) const ZIP: &str = "itu/internet_use/individuals-using-the-internet.zip";
const HOUSEHOLDS: &str = "itu/households_internet/households-with-internet-access-at-home.csv";

/// ITU's regions whose answer the small bodies hold.
const REGIONS: [(&str, &str); 8] =
    [("1", "AFR"), ("2", "AMS"), ("3", "ARB"), ("4", "ASP"), ("5", "EUR"), ("701", "World"), ("1892", "LLDC"), ("1894", "LDC")];

/// Series of the fixture for the route that answers many at once.
const AT_HAND: [&str; 3] = ["11624", "9289", "9267"];

fn codes(names: &[&str]) -> Vec<toml::Value> {
    names.iter().map(|name| toml::Value::from(*name)).collect()
}

pub(super) fn itu(asked: &Asked) -> Reply {
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

pub(super) fn good(asked: &Asked) -> Reply {
    if asked.path() == BY_ID { validated(fixture(ZIP)) } else { itu(asked) }
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
        .set("internet_use_breakdowns", "codes", codes(&AT_HAND))
        .set("internet_use_regions", "regions", regions)
        .set("price_baskets", "url", format!("{}/prices/ITU_ICTPriceBaskets_2008-2025.xlsx", server.url()))
        .set("facts_and_figures", "url", format!("{}/figures.csv", server.url()));
    let names = keep.map(|name| format!("itu/{name}"));
    let workspace = same_both_ways(&pipeline, &small_bodies(), &names.each_ref().map(String::as_str), &[], &[]);

    let targets = server.targets();
    assert_eq!(targets.len(), 1 + 1 + 8 + 4 + 1 + 1 + 1);
    assert!(targets.contains(&"GET /data/download?codesid=11624,9289,9267".to_owned()), "{targets:#?}");
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

/// The route for many series at once leaves out what it does not have, without a word.
#[test]
fn a_series_left_out_of_an_answer_is_missed() {
    let server = Server::start(|asked, _| itu(asked));
    let pipeline =
        |names: &[&str]| Pipeline::new("itu", &server, &["internet_use_breakdowns"]).set("internet_use_breakdowns", "codes", codes(names));
    let workspace = pipeline(&AT_HAND).workspace();
    workspace.pull();
    let good = workspace.read("data/observations/itu/internet_use_breakdowns.json");
    pipeline(&["11624", "9289", "9267", "9300"]).write(&workspace);
    says(&run(&workspace, 3, &["pull", "--now", LATER]), &["itu/internet_use_breakdowns: E2015", "not in any answer: 9300"]);
    assert_eq!(workspace.read("data/observations/itu/internet_use_breakdowns.json"), good);
}

/// The same where each code has an answer of its own: one without a row, or with those of another series, was taken.
#[test]
fn a_code_whose_answer_has_no_row_of_it_is_missed() {
    let asked_for = |code: &str| format!("/data/download/byid/{code}/iscollection/false");
    let headings = String::from_utf8(fixture(HOUSEHOLDS)).unwrap().lines().next().unwrap().to_owned();
    for (answer, code) in [(headings.clone().into_bytes(), "9300"), (fixture(HOUSEHOLDS), "9300")] {
        let path = asked_for(code);
        let server = Server::start(move |asked, _| if asked.path() == path { Reply::ok(answer.clone()) } else { itu(asked) });
        let workspace = Pipeline::new("itu", &server, &["internet_use"]).set("internet_use", "codes", codes(&["11624", code])).workspace();
        says(&run(&workspace, 1, &["pull"]), &["itu/internet_use: E2015", &format!("not in any answer: {code}")]);
    }
    // A collection is of many series, which nobody names: its answer has rows.
    let server = Server::start(move |asked, _| match asked.path() {
        "/data/download/byid/77/iscollection/true" => Reply::ok(headings.clone()),
        "/data/download/byid/78/iscollection/true" => Reply::ok(fixture(HOUSEHOLDS)),
        _ => itu(asked),
    });
    let workspace = Pipeline::new("itu", &server, &["households_internet"])
        .set("households_internet", "collection", true)
        .set("households_internet", "codes", codes(&["77", "78"]))
        .workspace();
    says(&run(&workspace, 1, &["pull"]), &["E2002", "it has names of columns, and no row"]);
}

/// A pair without data is answered with an empty list; the other pairs count. Some services begin with a mark.
#[test]
fn an_empty_pair_beside_full_ones() {
    let server = Server::start(|asked, _| {
        let reply = itu(asked);
        match asked.path() {
            "/data/bycode/11624/byiso/IND" | "/data/bycode/12047/byiso/BRA" => Reply::ok("\u{feff}[]"),
            "/data/bycode/12047/byiso/IND" => itu(&Asked { target: "/data/bycode/11624/byiso/IND".into(), ..asked.clone() }),
            _ => Reply { body: [b"\xef\xbb\xbf", &reply.body[..]].concat(), ..reply },
        }
    });
    let pipeline = Pipeline::new("itu", &server, &["internet_use_country"])
        .set("internet_use_country", "codes", codes(&["11624", "12047"]))
        .set("internet_use_country", "economies", codes(&["BRA", "IND"]));
    let workspace = pipeline.workspace();
    workspace.pull();
    assert!(observations(&workspace, "itu/internet_use_country").num_rows() > 10);
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
