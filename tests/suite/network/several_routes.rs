//! Several routes of which some are stale and some are wrong: what is good is not lost with what is not. And bodies of a
//! mirror that a person has brought.

use super::routes::*;
use super::*;

const OLD: &str = "Tue, 17 Feb 2015 09:05:03 GMT";

fn old(reply: Reply) -> Reply {
    reply.header("Last-Modified", OLD)
}

/// The interface of the mirror: the number of rows, or the one page that there is.
fn interface(asked: &Asked, text: &str) -> Reply {
    if asked.parameter("format").as_deref() == Some("csv") {
        Reply::ok(text).header("Content-Type", "text/csv")
    } else {
        Reply::json(&json!({ "count": text.lines().count() - 1, "value": [] }))
    }
}

fn halved(_: usize, value: f64) -> f64 {
    value / 2.0
}

fn renamed() -> String {
    mirror_file(exact).replace("OBS_VALUE", "VALUE")
}

/// A provider that states how often it renews its bodies.
fn renewing(hosts: &Hosts) -> Workspace {
    hosts.pipeline().set("network_coverage", "renewed_within_days", 400).workspace()
}

/// The good figures of a stale route were gone when the next one was wrong, with exit 1 where nothing else was at hand.
#[test]
fn a_stale_route_is_not_lost_with_a_wrong_one() {
    let hosts = Hosts::new();
    hosts.file.behave(|asked, _| old(mirror(asked)));
    for (wrong, words) in [(mirror_file(halved), "differs in 200 of 201 figures"), (renamed(), "route data360_api: E2010")] {
        hosts.api.behave(move |asked, _| interface(asked, &wrong));
        let workspace = hosts.pipeline().workspace();
        let ran = run(&workspace, 3, &["run"]);
        says(&ran, &["route network_coverage: E1003", "route data360: stale", words, "in use: 201 observations by way of"]);
        assert_eq!(by_route(&workspace), counts(&[("data360", FOUR_G + 1)]));
    }

    // The provider's own, stale: alone where the mirrors are wrong or closed, behind the next one that is right.
    hosts.own.behave(|asked, _| old(provider(asked)));
    hosts.file.behave(|_, _| Reply::ok(mirror_file(halved)));
    hosts.api.behave(closed);
    let workspace = renewing(&hosts);
    let ran = run(&workspace, 3, &["run"]);
    says(
        &ran,
        &["route network_coverage: stale", "route data360: E2040", "route data360_api: E1003", "in use: what was pulled on 2026-11-24"],
    );
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", ALL)]));
    hosts.api.behave(|asked, _| interface(asked, &mirror_file(exact)));
    let workspace = renewing(&hosts);
    run(&workspace, 3, &["run"]);
    assert_eq!(by_route(&workspace), counts(&[("data360_api", FOUR_G + 1), ("network_coverage", FOUR_G)]));
}

/// A route that is right was refused for what is wrong in a stale one, which it is put before.
#[test]
fn a_stale_route_that_is_wrong_is_left_out() {
    let hosts = Hosts::new();
    hosts.api.behave(|asked, _| interface(asked, &mirror_file(exact)));
    let no_figure_known = mirror_file(halved).replace(KNOWN, "");
    for (wrong, words) in [(renamed(), "route data360: E2010"), (no_figure_known, "route data360: E2040")] {
        hosts.file.behave(move |_, _| old(Reply::ok(wrong.clone())));
        let workspace = hosts.pipeline().workspace();
        says(&run(&workspace, 3, &["run"]), &["route data360: stale", words, "in use: 201 observations by way of"]);
        assert_eq!(by_route(&workspace), counts(&[("data360_api", FOUR_G + 1)]));
    }

    // So it is with one that a person refuses.
    hosts.file.behave(|asked, _| old(mirror(asked)));
    hosts.api.behave(closed);
    let workspace = hosts.pipeline().workspace();
    run(&workspace, 3, &["pull"]);
    let hash = pull_record(&workspace, DATA_SET)["bodies"][0]["hash"].as_str().expect("a hash").to_owned();
    run(&workspace, 0, &["pull", "--refuse", &hash[..12]]);
    // Other bytes than those that are refused.
    hosts.api.behave(|asked, _| interface(asked, &mirror_file(exact).replace(",2009,", ",2010,")));
    let ran = run(&workspace, 3, &["pull", "--now", LATER]);
    says(&ran, &["is refused by hand", "in use: 201 observations by way of"]);
    assert_eq!(by_route(&workspace), counts(&[("data360_api", FOUR_G + 1)]));
}

/// What a mirror had given was gone on the first night on which it refused, since the provider's stale figures came.
#[test]
fn the_last_good_figures_of_a_mirror_stay_beside_a_stale_provider() {
    let hosts = Hosts::new();
    hosts.own.behave(|asked, _| old(provider(asked)));
    hosts.file.behave(|asked, _| mirror(asked));
    let workspace = renewing(&hosts);
    run(&workspace, 3, &["run"]);
    let both = counts(&[("data360", FOUR_G + 1), ("network_coverage", FOUR_G)]);
    assert_eq!(by_route(&workspace), both);
    hosts.file.behave(closed);
    run(&workspace, 3, &["run", "--now", LATER]);
    assert_eq!(by_route(&workspace), both);
}

/// Another figure under the name of the mirror's passed where it has none for the economy and year that are known; and one
/// in another unit stood beside the provider's.
#[test]
fn a_mirror_without_its_known_figure_or_in_another_unit() {
    let hosts = Hosts::new();
    hosts.file.behave(|_, _| Reply::ok(mirror_file(exact).replace(KNOWN, "")));
    let refused = run(&hosts.pipeline().workspace(), 1, &["run"]);
    says(&refused, &["route data360: E2040", "data360 has no 19306 ABW 2014, which is known to be 21.44"]);
    hosts.file.behave(|_, _| Reply::ok(mirror_file(exact).replace("PT_POP", "SB_10P2_HB")));
    let refused = run(&hosts.pipeline().workspace(), 1, &["run"]);
    says(&refused, &["19306 ABW 2014 is 21.44 PER_100_POP by data360, and is known to be 21.44 PT"]);

    // One that can never be found is told before anything is asked.
    let mut routes = Pipeline::mirrors("itu", "network_coverage");
    routes[0]["known"][0]["ref_area"] = "ABV".into();
    let mistyped = hosts.pipeline().routes("network_coverage", routes, &[&hosts.file, &hosts.api]).workspace();
    let checked = run(&mistyped, 2, &["check"]).stdout;
    assert!(checked.contains("a figure of `ABV` is known for the route `data360`"), "{checked}");

    // Without a unit of what is known, that of the provider's figures tells.
    let mut routes = Pipeline::mirrors("itu", "network_coverage");
    for route in &mut routes {
        route["known"][0].as_table_mut().expect("a table").remove("unit");
    }
    hosts.own.behave(|asked, _| provider(asked));
    let workspace = hosts.pipeline().routes("network_coverage", routes, &[&hosts.file, &hosts.api]).workspace();
    run(&workspace, 0, &["run"]);
    hosts.own.behave(closed);
    let refused = run(&workspace, 3, &["run", "--now", LATER]);
    says(&refused, &["series 19306 is in PER_100_POP by data360, and in PT by network_coverage"]);
    assert_eq!(by_route(&workspace), counts(&[("network_coverage", ALL)]));
}

/// Who brings a file of a mirror by hand was told that it has other columns than the provider's.
#[test]
fn a_body_by_hand_is_read_by_the_route_that_has_it() {
    const FOLDER: &str = "in/itu/network_coverage";
    let hosts = Hosts::new();
    let by_hand = |workspace: &Workspace, exit: i32, now: &str| {
        let folder = workspace.path("in").display().to_string();
        run(workspace, exit, &["run", "--from", &folder, "--now", now])
    };
    let workspace = hosts.pipeline().workspace();
    workspace.write(&format!("{FOLDER}/ITU_DH_POP_COV_4G.csv"), mirror_file(exact));
    let ran = by_hand(&workspace, 0, NOW);
    says(&ran, &["itu/network_coverage/ITU_DH_POP_COV_4G.csv: read as what World Bank Data360 has (route data360)"]);
    assert_eq!(by_route(&workspace), counts(&[("data360", FOUR_G + 1)]));
    let again = by_hand(&workspace, 0, LATER);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);

    // Beside the provider's file, it adds what that lacks; alone, it stands behind the provider's last good figures.
    workspace.write(&format!("{FOLDER}/own.csv"), own_file());
    by_hand(&workspace, 0, LATER);
    let both = counts(&[("data360", 1), ("network_coverage", ALL)]);
    assert_eq!(by_route(&workspace), both);
    std::fs::remove_file(workspace.path(format!("{FOLDER}/own.csv"))).expect("the file is there");
    by_hand(&workspace, 0, LATER);
    assert_eq!(by_route(&workspace), both);
    // Other figures are refused, as they are of the network.
    workspace.write(&format!("{FOLDER}/ITU_DH_POP_COV_4G.csv"), mirror_file(halved));
    says(&by_hand(&workspace, 3, LATER), &["E2040"]);
    assert_eq!(by_route(&workspace), both);
}

/// Two sources of one figure were compared only on a night on which the provider refuses.
#[test]
fn figures_of_the_mirror_are_held_against_those_of_itu_every_night() {
    let table = |source: &str, series: &str| {
        format!(
            "source = \"{source}\"\ntitle = \"Example\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n\
             maximum_share_rewritten = 1.0\n[dataset.columns]\nseries = {{ constant = \"{series}\" }}\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\n\
             unit = {{ constant = \"PT\" }}\n"
        )
    };
    let body = |change: &dyn Fn(i32) -> f64| -> String {
        let row = |year: i32| format!("BRA,{year},{}\nKEN,{year},{}\n", change(year), 40.5);
        std::iter::once("area,year,value\n".to_owned()).chain((2000..2020).map(row)).collect()
    };
    let workspace = Workspace::of_method_and_checks();
    workspace.keep_only("sql/checks", &["mirror_data360.sql"]);
    workspace.write("pipelines/itu.toml", table("itu", "19306"));
    workspace.write("pipelines/data360.toml", table("data360", "ITU_DH_POP_COV_4G"));
    workspace.write("sql/indicators/9.1_anything.sql", INDICATOR);
    let folder = workspace.path("in").display().to_string();
    let failed = |change: &dyn Fn(i32) -> f64| {
        workspace.write("in/itu/t/t.csv", body(&|_| 20.25));
        workspace.write("in/data360/t/t.csv", body(change));
        run(&workspace, 0, &["run", "--from", &folder]);
        run(&workspace, 0, &["checks", "mirror_data360"]).stdout
    };
    // Four in forty are revisions.
    let few = failed(&|year| if year < 2004 { 30.0 } else { 20.25 });
    assert!(!few.contains("differ in"), "{few}");
    let many = failed(&|_| 10.125);
    assert!(many.contains("differ in 20 of 40 figures, such as BRA 2000: 20.25 and 10.125"), "{many}");
}
