//! ITU's regulatory tracker: a JSON list of economies, each with lists of questions, one request a year.

use super::*;

const PATH: &str = "/metrics/api/v1.1/tracker/entries";

/// The answer for a year: of each economy, questions of two of the four pillars.
fn answer(year: &str, economies: &[&str]) -> Value {
    let questions = |pairs: &[(&str, Value)]| -> Value {
        pairs.iter().map(|(area, value)| json!({"area": area, "value": value, "description": format!("about {area}")})).collect()
    };
    let of_economy = |country: &&str| {
        json!({
            "year": year.parse::<i32>().expect("a year"), "region": "Europe", "country": country, "overallScore": 90.5, "generation": "G4",
            "regulatoryAuthority": questions(&[("Accountability", json!(2)), ("Enforcement power", json!("Yes"))]),
            "regulatoryMandate": [],
            // Of this question nothing is said but its name.
            "regulatoryRegime": [{"area": "National plan that involves broadband"}],
            "competitionFramework": questions(&[("Level of competition", json!(0.46)), ("Entry", Value::Null)]),
        })
    };
    economies.iter().map(of_economy).collect()
}

fn pipeline(server: &Server) -> Pipeline {
    let url = format!("{}{PATH}?regions=%5B%22Europe%22%5D&brief=false&year={{year}}", server.url());
    Pipeline::new("itu", server, &["regulatory_tracker"]).set("regulatory_tracker", "url", url)
}

fn well(asked: &Asked) -> Reply {
    match (asked.path(), asked.parameter("year")) {
        (PATH, Some(year)) => Reply::json(&answer(&year, &["France", "Germany", "Republic of Moldova"])),
        _ => not_found(),
    }
}

#[test]
fn every_answer_is_kept_as_it_stands() {
    let server = Server::start(|asked, _| well(asked));
    let workspace = pipeline(&server).workspace();
    // No figure follows from it: the one indicator here has nothing.
    let indicator = INDICATOR.replace("'internet_use'", "'regulatory_tracker'").replace("'11624'", "'regulatory_tracker'");
    let indicator = indicator.replace("o.obs_value AS value", "o.breakdown, CASE o.obs_text WHEN '2' THEN 2.0 END AS value");
    workspace.write("sql/indicators/9.1_anything.sql", indicator);
    run(&workspace, 0, &["run"]);
    let year = |year| format!("GET {PATH}?regions=%5B%22Europe%22%5D&brief=false&year={year}");
    assert_eq!(server.targets(), [year(2020), year(2022)]);
    let query = "SELECT breakdown, obs_value, obs_text, unit, obs_status, note, record FROM observations \
        WHERE ref_area = 'DEU' AND time_period = 2022 ORDER BY record";
    let rows = run(&workspace, 0, &["sql", query, "--output", "csv"]).stdout;
    let expected = [
        "regulatoryAuthority.Accountability,,2,,A,about Accountability,6",
        "regulatoryAuthority.Enforcement power,,Yes,,A,about Enforcement power,7",
        "regulatoryRegime.National plan that involves broadband,,,,O,,8",
        "competitionFramework.Level of competition,,0.46,,A,about Level of competition,9",
        "competitionFramework.Entry,,,,O,about Entry,10",
    ];
    assert_eq!(rows.lines().skip(1).collect::<Vec<_>>(), expected);
    let report: Value = serde_json::from_str(&workspace.read("data/observations/itu/regulatory_tracker.json")).expect("a report");
    assert_eq!(report["counts"], json!({"rows_in": 30, "observations": 30, "quarantined": 0, "headings": 0}));

    // The way back ends at the question, with the economy around it.
    let arguments = ["explain", "9.1", "--area", "DEU", "--year", "2022", "--breakdown", "regulatoryAuthority.Accountability"];
    let explained = run(&workspace, 0, &arguments).stdout;
    let record = r#"{"regulatoryAuthority":{"area":"Accountability","value":2,"description":"about Accountability"},"year":2022,"region":"Europe","country":"Germany""#;
    assert!(explained.contains("entries_2022.json, line 2") && explained.contains(record), "{explained}");

    // The catalogue has it, with its licence.
    let catalog: Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).expect("a catalogue");
    let found = catalog["data_sets"].as_array().expect("data sets").iter().find(|one| one["dataset"] == "regulatory_tracker");
    let found = found.expect("the tracker");
    assert_eq!(
        (&found["title"], &found["licence"]),
        (&json!("ICT Regulatory Tracker: questions by economy"), &json!("CC BY-NC-SA 3.0 IGO"))
    );
}

#[test]
fn other_answers_are_refused_and_the_last_good_stay() {
    let server = Server::start(|asked, _| well(asked));
    let workspace = pipeline(&server).set("regulatory_tracker", "schedule", "* * * * *").workspace();
    run(&workspace, 0, &["run"]);
    let mut without_a_list = answer("2022", &["France"]);
    without_a_list[0].as_object_mut().expect("an object").remove("regulatoryRegime");
    let mut a_text = answer("2022", &["France"]);
    a_text[0]["regulatoryRegime"] = json!("G4");
    let mut without_names = answer("2022", &["France", "Germany"]);
    for economy in without_names.as_array_mut().expect("a list") {
        economy["name"] = economy.as_object_mut().expect("an object").remove("country").expect("a name");
    }
    let cut = answer("2022", &["France"]).to_string();
    for (number, (reply, words)) in [
        (Reply::new(403, "closed"), ["E1003", "answered 403 Forbidden: closed"]),
        (Reply::ok("<html><body>moved</body></html>"), ["E1005", "a web page instead of data"]),
        (Reply::ok("Internal error"), ["E1007", "expected JSON"]),
        (Reply::json(&json!([])), ["E2021", "an empty list"]),
        (Reply::ok(cut[..cut.len() - 20].to_owned()), ["E1006", "cut off"]),
        (Reply::json(&json!({"entries": []})), ["E2008", "expected a list of objects, there is an object with the keys `entries`"]),
        (Reply::json(&json!(["France"])), ["E2008", "item 1: expected an object, there is `\"France\"`"]),
        // As a description of the interface has it: whose answers they are is not said.
        (
            Reply::json(&json!([{"area": "Accountability", "value": 2, "description": "x"}])),
            ["E2010", "has the list `regulatoryAuthority`"],
        ),
        (
            Reply::json(&without_a_list),
            ["E2010", "no object of the body has the list `regulatoryRegime`; they have: year, region, country"],
        ),
        (Reply::json(&a_text), ["E2008", "item 1: expected objects in `regulatoryRegime`, there is `\"G4\"`"]),
        (Reply::json(&without_names), ["E2010", "the keys of its objects: column `country` is missing; the file has: year, region"]),
    ]
    .into_iter()
    .enumerate()
    {
        server.behave(move |_, _| reply.clone());
        let now = format!("2026-11-24T{:02}:30:00Z", 3 + number);
        says(&run(&workspace, 3, &["run", "--now", &now]), &words);
        assert_eq!(observations(&workspace, "itu/regulatory_tracker").num_rows(), 30);
    }
}

#[test]
fn what_cannot_be_told_is_set_aside() {
    let server = Server::start(|asked, _| {
        let year = asked.parameter("year").expect("a year");
        let mut all =
            answer(&year, &["France", "Germany", "Atlantis", "Italy", "Spain", "Malta", "Norway", "Sweden", "Ireland", "Greece", "Cyprus"]);
        if year == "2022" {
            all[1].as_object_mut().expect("an object").remove("regulatoryMandate");
            all[3]["regulatoryAuthority"][0].as_object_mut().expect("an object").remove("area");
            all[4]["year"] = Value::Null;
        }
        Reply::json(&all)
    });
    let workspace = pipeline(&server).set("regulatory_tracker", "maximum_share_set_aside", 0.2).workspace();
    run(&workspace, 0, &["pull"]);
    let report: Value = serde_json::from_str(&workspace.read("data/observations/itu/regulatory_tracker.json")).expect("a report");
    assert_eq!(report["quarantine_reasons"], json!({"field_count": 7, "unknown_area": 10}));
    assert_eq!(report["counts"]["rows_in"], 111);
}

/// The breaker is one of the host, whatever the data set.
#[test]
fn where_the_host_refuses_it_is_not_asked() {
    let keep = ["internet_use", "households_internet", "mobile_broadband", "regulatory_tracker"];
    let server = Server::start(|_, _| Reply::new(403, "closed"));
    let url = format!("{}{PATH}?year={{year}}", server.url());
    let workspace = Pipeline::new("itu", &server, &keep).set("regulatory_tracker", "url", url).workspace();
    says(&run(&workspace, 1, &["run"]), &["itu/regulatory_tracker: E1018: 127.0.0.1"]);
    assert_eq!(server.asked().len(), 3);
}
