//! The routes of a data set: what is used, what is said and how the program ends when they refuse, are stale or wrong.

use std::collections::BTreeMap;

use yardstick::tables::cells::Table;

use super::*;

pub(super) const DATA_SET: &str = "itu/network_coverage";
pub(super) const FOUR_G: usize = 200;
pub(super) const ALL: usize = 2 * FOUR_G;
pub(super) const FILE: &str = "/data/ITU_DH/ITU_DH_POP_COV_4G.csv";
pub(super) const MUCH_LATER: &str = "2027-03-01T02:30:00Z";
const HEADER: &str = "ACTION,REF_AREA,INDICATOR,SEX,AGE,URBANISATION,UNIT_MEASURE,COMP_BREAKDOWN_1,COMP_BREAKDOWN_2,COMP_BREAKDOWN_3,\
    TIME_PERIOD,OBS_VALUE,DATABASE_ID,UNIT_MULT,OBS_STATUS,OBS_CONF";

/// The figure that is known of the mirror.
pub(super) const KNOWN: &str = "I,ABW,ITU_DH_POP_COV_4G,_T,_T,_T,PT_POP,_Z,_Z,_Z,2014,21.44,ITU_DH,0,A,PU\n";

fn mirrored(area: &str, year: &str, value: &str) -> String {
    format!("I,{area},ITU_DH_POP_COV_4G,_T,_T,_T,PT_POP,_Z,_Z,_Z,{year},{value},ITU_DH,0,A,PU\n")
}

/// The provider's 4G figures, by economy and year: five years of forty economies.
fn figures() -> BTreeMap<(String, String), f64> {
    let areas = std::fs::read_to_string(support::project().join("pipelines/reference/areas.csv")).expect("areas.csv");
    let areas: Vec<String> = areas.lines().skip(1).map(|line| line[..3].to_owned()).filter(|area| area != "ABW").take(40).collect();
    let years = |area: String| (2015..2020).map(move |year| (area.clone(), year.to_string()));
    areas.into_iter().flat_map(years).zip(1..).map(|(key, n)| (key, f64::from(n) / 4.0)).collect()
}

/// The provider's file: 2G beside 4G.
pub(super) fn own_file() -> String {
    let header = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,\
        Notes,Source,LastModifiedOn\n";
    let row = |series: &str, area: &str, year: &str, value: f64| format!("{series},x,x,x,x,{year},x,{area},,,,{value},,ITU,2026-07-10\n");
    let rows = figures().into_iter().flat_map(|((area, year), value)| [row("194", &area, &year, 90.0), row("19306", &area, &year, value)]);
    std::iter::once(header.to_owned()).chain(rows).collect()
}

/// The file of the mirror: its figures, changed where `change` says so, one that the provider does not have, which is the figure that is known, and the mirror's own world.
pub(super) fn mirror_file(change: impl Fn(usize, f64) -> f64) -> String {
    let rows = figures().into_iter().enumerate().map(|(n, ((area, year), value))| mirrored(&area, &year, &change(n, value).to_string()));
    format!("{HEADER}\n{}{KNOWN}{}", rows.collect::<String>(), mirrored("WLD", "2009", "1.25"))
}

pub(super) fn exact(_: usize, value: f64) -> f64 {
    value
}

pub(super) fn mirror(asked: &Asked) -> Reply {
    if asked.path() == FILE { Reply::ok(mirror_file(exact)) } else { not_found() }
}

pub(super) fn provider(asked: &Asked) -> Reply {
    if asked.path().starts_with("/data/download/byid/100095") { Reply::ok(own_file()) } else { not_found() }
}

pub(super) fn closed(_: &Asked, _: usize) -> Reply {
    Reply::new(403, "Forbidden")
}

/// Three hosts: ITU, and the two of the mirror; each is closed until it is told otherwise.
pub(super) struct Hosts {
    pub(super) own: Server,
    pub(super) file: Server,
    pub(super) api: Server,
}

impl Hosts {
    pub(super) fn new() -> Self {
        let start = || Server::start(closed);
        Self { own: start(), file: start(), api: start() }
    }

    pub(super) fn pipeline(&self) -> Pipeline {
        Pipeline::new("itu", &self.own, &["network_coverage"]).routes(
            "network_coverage",
            Pipeline::mirrors("itu", "network_coverage"),
            &[&self.file, &self.api],
        )
    }
}

/// Observations by route, of a file of observations.
pub(super) fn by_route(workspace: &Workspace) -> BTreeMap<String, usize> {
    let batch = observations(workspace, DATA_SET);
    let cells = Table(&batch);
    let mut routes = BTreeMap::new();
    for row in 0..cells.len() {
        *routes.entry(cells.text("route", row).expect("a route").to_owned()).or_insert(0) += 1;
    }
    routes
}

pub(super) fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(route, rows)| ((*route).to_owned(), *rows)).collect()
}

fn outcomes(workspace: &Workspace) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    journal(workspace).iter().map(|line| format!("{} {}", text(&line["route"]), text(&line["outcome"]))).collect()
}

#[test]
fn the_provider_answers_and_nobody_else_is_asked() {
    let hosts = Hosts::new();
    hosts.own.behave(|asked, _| provider(asked));
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 0, &["run"]);
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", ALL)]));
    assert_eq!((hosts.file.asked().len(), hosts.api.asked().len()), (0, 0));
}

#[test]
fn every_route_refuses() {
    let hosts = Hosts::new();
    hosts.api.behave(|_, _| Reply::new(451, "Unavailable For Legal Reasons"));
    let workspace = hosts.pipeline().workspace();
    let failed = run(&workspace, 1, &["run"]);
    says(&failed, &["route network_coverage: E1003", "answered 403", "route data360: E1003", "route data360_api: E1003", "answered 451"]);
    assert_eq!(outcomes(&workspace), ["network_coverage failed", "data360 failed", "data360_api failed"]);
    assert_eq!(current(&workspace), None);

    // With good data at hand, they stay.
    hosts.own.behave(|asked, _| provider(asked));
    run(&workspace, 0, &["run"]);
    let before = observations(&workspace, DATA_SET);
    hosts.own.behave(closed);
    let failed = run(&workspace, 3, &["run", "--now", LATER]);
    says(&failed, &["route data360: E1003", "in use: what was pulled on 2026-11-24, 1 day old"]);
    assert_eq!(before, observations(&workspace, DATA_SET));

    // How old they are, and when the provider last said that they have not changed, are two things.
    hosts.own.behave(|asked, _| provider(asked));
    run(&workspace, 0, &["run", "--now", LATER]);
    hosts.own.behave(closed);
    let failed = run(&workspace, 3, &["run", "--now", MUCH_LATER]);
    says(&failed, &["in use: what was pulled on 2026-11-24, 97 days old, and unchanged on 2026-11-25"]);
}

/// The figures in use were told to be as old as the body of the mirror, of which none is in use.
#[test]
fn a_mirror_with_nothing_new_makes_no_figure_younger() {
    let hosts = Hosts::new();
    hosts.own.behave(|_, _| Reply::ok(own_file() + "19306,x,x,x,x,2014,x,ABW,,,,21.44,,ITU,2026-07-10\n"));
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 0, &["run"]);
    hosts.own.behave(closed);
    hosts.file.behave(|asked, _| mirror(asked));
    let ran = run(&workspace, 3, &["run", "--now", LATER]);
    says(&ran, &["route network_coverage: E1003", "in use: what was pulled on 2026-11-24, 1 day old"]);
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", ALL + 1)]));
}

#[test]
fn the_mirror_stands_in_while_the_provider_refuses() {
    let hosts = Hosts::new();
    hosts.file.behave(|asked, _| mirror(asked));
    let workspace = hosts.pipeline().workspace();
    let ran = run(&workspace, 3, &["run"]);
    says(&ran, &["route network_coverage: E1003", "in use: 201 observations by way of World Bank Data360, pulled on 2026-11-24"]);
    assert_eq!(hosts.api.asked().len(), 0, "one route is enough");
    // Its codes are those of the data set, its group is nobody's, and its notes say by which way.
    assert_eq!(by_route(&workspace), counts(&[("data360", FOUR_G + 1)]));
    let batch = observations(&workspace, DATA_SET);
    let cells = Table(&batch);
    for row in 0..cells.len() {
        assert_eq!(cells.text("series", row), Some("19306"));
        assert_ne!(cells.text("ref_area", row), Some("WLD"));
        assert!(cells.text("note", row).expect("a note").ends_with("by way of World Bank Data360"));
    }
    says(&ran, &["1 row of 1 group set aside: the mirror has made them"]);
    let manifest: Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).expect("a manifest");
    let input = &manifest["inputs"][0];
    assert_eq!((&input["routes"], &input["bodies"][0]["route"]), (&json!({"data360": 201}), &json!("data360")));
    let catalog: Value = serde_json::from_str(&workspace.read("data/current/catalog.json")).expect("a catalogue");
    let listed = &catalog["data_sets"][0];
    let route = json!([{"route": "data360", "title": "World Bank Data360", "observations": 201, "confirmed_at": NOW}]);
    assert_eq!((&listed["routes"], &listed["stale_after"]), (&route, &json!("2027-01-08T02:30:00Z")));
    let status = workspace.json(0, &["status"]);
    let set = &status["data"]["data_sets"][0];
    assert_eq!((&set["routes"], &set["last_attempt"]["outcome"]), (&json!({"data360": 201}), &json!("new")));
    let shown = run(&workspace, 0, &["status"]).stdout;
    for words in [
        "itu/network_coverage: last asked on 2026-11-24T02:30:00Z, new: route network_coverage: E1003",
        "in use: 201 observations by way of",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    let plan = workspace.json(0, &["plan"]);
    assert!(plan.to_string().contains("by the routes network_coverage, data360, data360_api; in use: data360"), "{plan}");

    // The same night again: nothing to do, and still said.
    let again = run(&workspace, 3, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    says(&again, &["route network_coverage: E1003", "by way of World Bank Data360"]);

    // The provider is back: its figures alone are used.
    hosts.own.behave(|asked, _| provider(asked));
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", ALL)]));
}

#[test]
fn last_good_figures_stand_and_the_mirror_adds_what_they_lack() {
    let hosts = Hosts::new();
    hosts.own.behave(|asked, _| provider(asked));
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 0, &["run"]);
    hosts.own.behave(closed);
    hosts.file.behave(|asked, _| mirror(asked));
    let ran = run(&workspace, 3, &["run", "--now", LATER]);
    says(
        &ran,
        &[
            "in use: 1 observation by way of World Bank Data360, pulled on 2026-11-25",
            "400 observations of the provider itself, pulled on 2026-11-24, 1 day old",
        ],
    );
    assert_eq!(by_route(&workspace), counts(&[("data360", 1), ("network_coverage", ALL)]));
    let record = pull_record(&workspace, DATA_SET);
    assert_eq!(record["routes"], json!({"data360": LATER, "network_coverage": NOW}));

    // Once the provider's are older than the source allows, the mirror's stand first, and the provider's fill what it lacks.
    let ran = run(&workspace, 3, &["run", "--now", MUCH_LATER]);
    let mirrored = "201 observations by way of World Bank Data360, pulled on 2026-11-25, 96 days old, and unchanged on 2027-03-01";
    says(&ran, &[mirrored, "200 observations of the provider itself, pulled on 2026-11-24, 97 days old"]);
    assert_eq!(by_route(&workspace), counts(&[("data360", FOUR_G + 1), ("network_coverage", FOUR_G)]));
}

/// Answers that are not the figures: each route that gives one is refused, with its reason, and the next one is asked.
#[test]
fn wrong_answers_of_a_mirror() {
    type Bad = fn() -> Reply;
    let page = || Reply::ok("<!DOCTYPE html><html><body>Data360</body></html>");
    let columns = || Reply::ok("country,year,value\nBRA,2010,5\n");
    let others = || Reply::ok(mirror_file(|_, value| value / 2.0));
    let third = || Reply::ok(mirror_file(|n, value| if n % 3 == 0 { value + 1.0 } else { value }));
    let faults: [(Bad, &str, &[&str]); 4] = [
        (page, "data360 failed", &["route data360: E1005", "a web page instead of data"]),
        (columns, "data360 refused", &["route data360: E2010"]),
        (
            others,
            "data360 refused",
            &[
                "route data360: E2040",
                "series 19306 by network_coverage and by data360 differs in 200",
                "take 19306 out of `series` of the route data360",
            ],
        ),
        (third, "data360 refused", &["route data360: E2040", "differs in 67 of 200 figures, such as 19306 AFG"]),
    ];
    for (bad, outcome, words) in faults {
        let hosts = Hosts::new();
        hosts.own.behave(|asked, _| provider(asked));
        let workspace = hosts.pipeline().workspace();
        run(&workspace, 0, &["run"]);
        let before = observations(&workspace, DATA_SET);
        hosts.own.behave(closed);
        hosts.file.behave(move |_, _| bad());
        let failed = run(&workspace, 3, &["run", "--now", LATER]);
        says(&failed, words);
        says(&failed, &["route network_coverage: E1003", "route data360_api: E1003", "in use: what was pulled on 2026-11-24"]);
        assert_eq!(before, observations(&workspace, DATA_SET), "{words:?}");
        let journalled = outcomes(&workspace);
        assert!(journalled.contains(&outcome.to_owned()), "{journalled:?}");
        assert_eq!(journalled.last().map(String::as_str), Some("data360_api failed"), "the next route is asked");
        let attempt = &workspace.json(0, &["status"])["data"]["data_sets"][0]["last_attempt"];
        assert_eq!((&attempt["time"], &attempt["outcome"]), (&json!(LATER), &json!("failed")));
        assert!(attempt["message"].as_str().is_some_and(|said| said.contains(words[0].trim_start_matches("route "))), "{attempt}");
    }
}

/// With nothing at hand to compare with, a figure that is known tells another one under its name.
#[test]
fn a_known_figure_tells_another_series() {
    let hosts = Hosts::new();
    hosts.file.behave(|_, _| {
        let text = mirror_file(|_, value| value / 2.0);
        Reply::ok(text.replace("21.44", "12.5"))
    });
    let workspace = hosts.pipeline().workspace();
    says(&run(&workspace, 1, &["run"]), &["route data360: E2040", "19306 ABW 2014 is 12.5 PT by data360, and is known to be 21.44 PT"]);
}

/// A few revised figures are told, and do not refuse a route.
#[test]
fn a_few_differences_are_told() {
    let hosts = Hosts::new();
    hosts.own.behave(|asked, _| provider(asked));
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 0, &["run"]);
    hosts.own.behave(closed);
    hosts.file.behave(|_, _| Reply::ok(mirror_file(|n, value| if n == 7 { value + 1.0 } else { value })));
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["differs in 1 of 200 figures", "the first stands"]);
    assert_eq!(by_route(&workspace), counts(&[("data360", 1), ("network_coverage", ALL)]));
}

/// The provider answers, and its answer does not pass its gate: other columns.
#[test]
fn the_provider_changes_its_layout() {
    let hosts = Hosts::new();
    hosts.own.behave(|_, _| Reply::ok("indicator,economy,year\n4G,BRA,2010\n"));
    hosts.file.behave(|asked, _| mirror(asked));
    let workspace = hosts.pipeline().workspace();
    let ran = run(&workspace, 3, &["run"]);
    says(&ran, &["route network_coverage: E2010", "in use: 201 observations by way of World Bank Data360"]);
    assert_eq!(outcomes(&workspace), ["network_coverage stored", "network_coverage refused", "data360 stored"]);
}

#[test]
fn a_stale_route_stands_behind_the_next() {
    let old = |reply: Reply| reply.header("Last-Modified", "Tue, 17 Feb 2015 09:05:03 GMT");
    let hosts = Hosts::new();
    hosts.own.behave(move |asked, _| old(provider(asked)));
    hosts.file.behave(|asked, _| mirror(asked));
    let workspace = hosts.pipeline().set("network_coverage", "renewed_within_days", 400).workspace();
    let ran = run(&workspace, 3, &["run"]);
    says(
        &ran,
        &["route network_coverage: stale: unchanged since 2015-02-17", "and 400 may pass", "201 observations by way of World Bank Data360"],
    );
    assert_eq!(by_route(&workspace), counts(&[("data360", FOUR_G + 1), ("network_coverage", FOUR_G)]));
    assert_eq!(outcomes(&workspace), ["network_coverage stored", "network_coverage stale", "data360 stored"]);

    // A stale one is better than none.
    hosts.file.behave(closed);
    let alone = hosts.pipeline().set("network_coverage", "renewed_within_days", 400).workspace();
    says(
        &run(&alone, 3, &["run"]),
        &["stale: unchanged since 2015-02-17", "route data360_api: E1003", "in use: what was pulled on 2026-11-24"],
    );
    assert_eq!(by_route(&alone), counts(&[("network_coverage", ALL)]));
}

/// A mirror of ITU's active mobile broadband that is another figure: told by the genuine bodies of both.
#[test]
fn active_mobile_broadband_of_the_mirror_is_another_figure() {
    let Some(world) = support::world() else { return support::skipped("the bodies of the world") };
    let read = |path: &str| std::fs::read(world.join(path)).expect("a body");
    let own = read("itu/mobile_broadband/active_mobile_broadband_subscriptions.zip");
    let theirs = unzip(&read("data360/itu_dh/ITU_DH_ACT_MOB_PER_100.zip"));
    let server = Server::start(move |asked, _| if asked.path().contains("12066") { Reply::ok(own.clone()) } else { closed(asked, 1) });
    let mirror = Server::start(move |_, _| Reply::ok(theirs.clone()));
    let route = toml::toml! {
        name = "data360"
        format = "data360"
        database = "ITU_DH"
        indicators = ["ITU_DH_ACT_MOB_PER_100"]
        series = { ITU_DH_ACT_MOB_PER_100 = "12066" }
        known = [{ series = "12066", ref_area = "FIN", time_period = 2018, value = 154.648 }]
    };
    let codes = vec![toml::Value::from("12066")];
    let mut pipeline = Pipeline::new("itu", &server, &["mobile_broadband"]).set("mobile_broadband", "codes", codes);
    pipeline.0["dataset"][0].as_table_mut().expect("a table").remove("route");
    let pipeline = pipeline.routes("mobile_broadband", vec![route.into()], &[&mirror]);
    let workspace = pipeline.workspace();
    run(&workspace, 0, &["pull"]);
    server.behave(closed);
    let refused = run(&workspace, 3, &["pull", "--now", LATER]);
    says(&refused, &["route data360: E2040", "series 12066 by mobile_broadband and by data360 differs in 1492 of 1683 figures"]);
    // Nor with nothing at hand.
    let refused = run(&pipeline.workspace(), 1, &["pull"]);
    says(&refused, &["route data360: E2040", "12066 FIN 2018 is 114.219 by data360, and is known to be 154.648"]);
}

/// The genuine bodies of 4G: all figures that both have are equal, so the mirror adds only what ITU's file lacks.
#[test]
fn coverage_by_4g_is_the_same_at_the_mirror() {
    let Some(world) = support::world() else { return support::skipped("the bodies of the world") };
    let read = |path: &str| std::fs::read(world.join(path)).expect("a body");
    let own = read("itu/network_coverage/population-coverage-by-mobile-network-technology_1779022463897.zip");
    let theirs = unzip(&read("data360/itu_dh/ITU_DH_POP_COV_4G.zip"));
    let hosts = Hosts::new();
    hosts.own.behave(move |_, _| Reply::ok(own.clone()));
    hosts.file.behave(move |_, _| Reply::ok(theirs.clone()));
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 0, &["pull"]);
    let before = observations(&workspace, DATA_SET).num_rows();
    hosts.own.behave(closed);
    run(&workspace, 3, &["pull", "--now", LATER]);
    let report: Value = serde_json::from_str(&workspace.read("data/observations/itu/network_coverage.json")).expect("a report");
    assert_eq!(report["quarantine_reasons"]["other_route"], 2183);
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", before)]), "whatever else the mirror has is its own groups");
}
