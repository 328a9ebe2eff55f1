//! The pages of a release.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use yardstick::tables::cells::Table;

use super::markup::{Markup, read};
use super::{RELEASED, Released, indicator, of_one_table};
use crate::support::{NOW, Workspace, project};

/// Every fault of the pages of a release, by page.
pub(super) fn faults(released: &Released) -> Vec<String> {
    let pages: BTreeMap<&str, Markup> = released.pages().map(|(name, text)| (name, read(text))).collect();
    assert!(!pages.is_empty(), "no page at all");
    let mut faults = Vec::new();
    for (name, page) in &pages {
        faults.extend(page.faults.iter().map(|fault| format!("{name}: {fault}")));
        let has = |element: &str, attribute: &str, value: &str| {
            page.elements.iter().any(|(e, attributes)| e == element && attributes.get(attribute).is_some_and(|v| v == value))
        };
        // The first page of another language stands in a folder of its name.
        let language = name.strip_suffix("/index.html").and_then(|path| path.strip_prefix("site/")).unwrap_or("en");
        let direction = if language == "ar" { "rtl" } else { "ltr" };
        if !has("html", "lang", language) || !has("html", "dir", direction) || !has("meta", "content", "default-src 'self'") {
            faults.push(format!("{name}: no language, or no policy"));
        }
        for (element, attributes) in &page.elements {
            let known = |key: &str, values: &[&str]| attributes.get(key).is_some_and(|value| values.contains(&value.as_str()));
            let ours = known("src", &["site.js", "../site.js"]) || known("type", &["application/ld+json"]);
            if (element == "script" && !ours) || attributes.keys().any(|key| key == "style" || key.starts_with("on")) {
                faults.push(format!("{name}: {element} with {attributes:?}"));
            }
            for key in ["aria-labelledby", "aria-describedby"] {
                for id in attributes.get(key).map(String::as_str).unwrap_or_default().split_whitespace() {
                    if !page.ids.contains(id) {
                        faults.push(format!("{name}: {key} names {id}, which is not there"));
                    }
                }
            }
            for key in ["href", "src"] {
                if let Some(link) = attributes.get(key) {
                    faults.extend(dead_link(released, &pages, name, link, attributes).map(|why| format!("{name}: {link}: {why}")));
                }
            }
        }
    }
    faults
}

fn dead_link(
    released: &Released,
    pages: &BTreeMap<&str, Markup>,
    page: &str,
    link: &str,
    attributes: &BTreeMap<String, String>,
) -> Option<String> {
    if link.contains("://") {
        // A citation: followed by a person, never fetched with the page.
        let citation = attributes.get("rel").is_some_and(|rel| rel.contains("external")) && link.starts_with("https://");
        return (!citation).then(|| "another host".into());
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let mut target: Vec<&str> = page.split('/').collect();
    if !path.is_empty() {
        target.pop();
        for part in path.split('/') {
            if part == ".." { target.pop().map(|_| ()).unwrap_or_default() } else { target.push(part) }
        }
    }
    let target = target.join("/");
    if !released.files.contains_key(&target) {
        return Some("no such file".into());
    }
    let anchor = anchor?;
    (!pages.get(target.as_str()).is_some_and(|page| page.ids.contains(anchor))).then(|| "no such place".into())
}

#[test]
fn every_page_is_well_formed_and_every_link_leads_somewhere() {
    let faults = faults(&RELEASED);
    assert!(faults.is_empty(), "{} faults, such as {:#?}", faults.len(), &faults[..faults.len().min(12)]);
}

#[test]
fn a_page_for_each_target_economy_and_group() {
    let progress = Table(&RELEASED.progress);
    for row in 0..progress.len() {
        let (target, area) = (progress.text("target", row).unwrap(), progress.text("ref_area", row).unwrap());
        assert!(RELEASED.files.contains_key(&format!("site/target/{target}.html")), "{target}");
        let kinds = ["economy", "group"].map(|kind| RELEASED.files.contains_key(&format!("site/{kind}/{area}.html")));
        assert_eq!(kinds.iter().filter(|there| **there).count(), 1, "{area}");
    }
    for page in ["index", "data", "changes", "method"] {
        assert!(RELEASED.files.contains_key(&format!("site/{page}.html")), "{page}");
    }
}

/// Each target stands once on the first page, under its class, with the reason where there is no verdict.
#[test]
fn the_first_page_has_every_target() {
    let page = RELEASED.text("site/index.html");
    let targets: BTreeSet<&str> = {
        let progress = Table(&RELEASED.progress);
        (0..progress.len()).filter_map(|row| progress.text("target", row)).collect()
    };
    for target in targets {
        let link = format!("<th><a href=\"target/{target}.html\">{target} ");
        assert_eq!(page.matches(&link).count(), 1, "{target}");
    }
    let section = page.split("id=\"class-insufficient_data\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    assert!(section.contains("<tbody>") && !section.contains("<td><small></small>"));
}

/// The numbers of a row lead to a block on the page of its area, and the block has rule, coverage, members, source.
#[test]
fn numbers_lead_to_their_explanation() {
    let table = RELEASED.text("site/target/2.1.html").split("id=\"by-group\"").nth(1).unwrap().split("</table>").next().unwrap();
    let links: Vec<&str> = table.split("<a href=\"../").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 20, "{links:?}");
    let mut ours = 0;
    for (page, link) in links.iter().map(|link| link.split_once('#').unwrap()) {
        let page = RELEASED.text(&format!("site/{page}"));
        let block =
            page.split(&format!("<p id=\"{link}\">")).nth(1).unwrap_or_else(|| panic!("no block {link}")).split('\n').next().unwrap();
        // The agency does not say what its own aggregate rests on.
        let published = block.contains("published</a>");
        let parts: &[&str] = if published { &["Rule: ", "Source: "] } else { &["Rule: ", "Coverage: ", "members observed", "Source: "] };
        assert!(parts.iter().all(|part| block.contains(part)) || block.contains("missing or withheld"), "{block}");
        ours += usize::from(!published);
    }
    assert!(ours > 5, "only {ours} blocks of ours");
}

/// The id in the brackets of a block is that of the very value that it tells: `explain` shows no other one.
#[test]
fn a_number_leads_to_its_own_value() {
    let cells = Table(&RELEASED.values);
    let rows: BTreeMap<&str, usize> = (0..cells.len()).filter_map(|row| Some((cells.text("value_id", row)?, row))).collect();
    let mut told = 0;
    for (name, page) in RELEASED.pages().filter(|(name, _)| name.starts_with("site/")) {
        let blocks = page.split("<p id=\"n").skip(1).filter_map(|block| block.lines().next()?.split_once("</b> ("));
        for (head, behind) in blocks {
            let brackets = behind.split(')').next().unwrap();
            let (digits, id) = brackets.split_once(", ").unwrap_or(("", brackets));
            let row = *rows.get(id).unwrap_or_else(|| panic!("{name}: no value {id}"));
            let (year, value) = (cells.int("time_period", row).unwrap(), cells.float("value", row).unwrap());
            assert!(head.ends_with(&format!(" in {year}")), "{name}: {head}, {id} is of {year}");
            assert!(digits.is_empty() || digits.parse() == Ok(value), "{name}: {head}, {id} is {value}");
            if let Some(area) = name.strip_prefix("site/economy/").or(name.strip_prefix("site/group/")) {
                assert_eq!(area.strip_suffix(".html"), cells.text("ref_area", row), "{name}: {head}");
            }
            told += 1;
        }
        assert!(!page.contains("yardstick explain") || page.contains("yardstick explain ID</code>"), "{name}");
    }
    assert!(told > 1000, "{told}");
}

#[test]
fn pages_and_charts_keep_their_budgets() {
    let mut total = 0;
    for (name, bytes) in RELEASED.files.iter().filter(|(name, _)| name.starts_with("site/")) {
        total += bytes.len();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap().len();
        assert!(packed <= 150_000, "{name} has {packed} bytes packed");
    }
    assert!(total <= 12_000_000, "the site has {total} bytes");
    for (name, text) in RELEASED.pages() {
        for chart in text.split("<svg").skip(1) {
            let size = chart.split("</svg>").next().unwrap().len();
            assert!(size <= 25_000, "a chart of {name} has {size} bytes");
        }
    }
}

/// A reader of another language finds areas, classes and parts by their names, and the way to the English pages.
#[test]
fn the_first_page_speaks_six_languages() {
    let page = RELEASED.text("site/ar/index.html");
    for wanted in ["<html lang=\"ar\" dir=\"rtl\">", "href=\"../target/2.1.html\" lang=\"en\"", "\"../index.html#n"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    for (language, france) in [("ar", "فرنسا"), ("zh", "法国"), ("fr", "France"), ("ru", "Франция"), ("es", "Francia")] {
        let link = format!("../economy/FRA.html\">{france}</a>");
        assert!(RELEASED.text(&format!("site/{language}/index.html")).contains(&link), "{language}");
        assert!(RELEASED.text("site/economy/FRA.html").contains(&format!(">{france}</span>")), "{language}");
    }
}

/// Every page can be read in six languages: a list of words has each name, class and heading. A heading that changes takes
/// its translation with it, or this fails.
#[test]
fn every_page_can_be_read_in_six_languages() {
    let mut headings = BTreeSet::new();
    for page in ["index.html", "data.html", "method.html", "target/2.1.html", "economy/KEN.html"] {
        let text = RELEASED.text(&format!("site/{page}"));
        let of = |start| text.split(start).skip(1).filter_map(|rest| rest.split_once('>')?.1.split('<').next());
        headings.extend(of("<th"));
        // Those of charts name their area and target.
        let sections = text.split("<h2 id=\"").skip(1).filter(|rest| !rest.split('"').next().unwrap().ends_with("-title"));
        headings.extend(sections.filter_map(|rest| rest.split_once('>')?.1.split('<').next()));
    }
    headings.retain(|text| !text.is_empty() && text.parse::<i32>().is_err());
    assert!(headings.len() > 40, "{headings:?}");
    for language in ["ar", "zh", "fr", "ru", "es"] {
        let script = RELEASED.text(&format!("site/words/{language}.js"));
        let told: serde_json::Value = serde_json::from_str(script.trim_start_matches("translate(").trim_end_matches(");\n")).unwrap();
        assert_eq!(told["direction"], if language == "ar" { "rtl" } else { "ltr" });
        let words = told["words"].as_object().unwrap();
        // The same word in two languages needs no entry.
        let same = |heading: &str| {
            matches!((language, heading), ("fr", "Distance" | "Source" | "Note" | "Observations" | "Total") | ("es", "Total" | "Rural"))
        };
        let unknown: Vec<&&str> = headings.iter().filter(|heading| !words.contains_key(**heading) && !same(heading)).collect();
        assert!(unknown.is_empty(), "{language}: {unknown:?}");
        for english in ["Germany", "Least developed countries", "Insufficient data", "Women", "Newest value", "ITU regions", "Search"] {
            assert!(words.contains_key(english), "{language}: {english}");
        }
        assert!(script.len() < 40_000, "{}", script.len());
    }
    assert!(RELEASED.text("site/site.js").len() < 15_000);
}

/// The map and the strip of a target, the course of each group, the years of each indicator.
#[test]
fn charts_show_what_their_tables_say() {
    let page = RELEASED.text("site/target/2.1.html");
    let figure = page.split("id=\"strip-2.1\"").nth(1).unwrap().split("</figure>").next().unwrap();
    let map = figure.split("</svg>").next().unwrap();
    let tiles = |class: usize| {
        let labels = map.split(&format!("<g class=\"tile-{class}\">")).nth(1).unwrap_or_default();
        labels.split("</g>").next().unwrap().matches("<text").count()
    };
    // The economies stand in one table of the page, each with the way to its explanation.
    assert!(figure.contains("href=\"#by-economy\"") && !figure.contains("<table"));
    let economies = page.split("id=\"by-economy\"").nth(1).unwrap().split("</table>").next().unwrap();
    let with_value = economies.split("<tr>").skip(2).filter(|row| !row.split("<td>").nth(2).unwrap().contains("none"));
    assert_eq!((0..5).map(tiles).sum::<usize>(), with_value.count(), "a tile for each economy with a value");
    // An economy that is no member is not without a figure: it has no tile.
    let developing = RELEASED.text("site/target/1.2.html").split("id=\"strip-1.2\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(developing.contains(">KE</text>") && !developing.contains(">FR</text>"));
    assert!(economies.contains("<a href=\"../economy/KEN.html#n2.1\">Kenya</a>"));
    let groups = page.split("id=\"by-group\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(groups.matches("class=\"chart spark\"").count() > 10);
    assert!(RELEASED.text("site/data.html").contains("id=\"coverage-by-year\""));
}

/// A target that asks for a range is drawn as a range: both bounds stand in the drawing and in the workbook. The strips
/// are looked at in fixtures.rs.
#[test]
fn a_band_is_shown_with_both_bounds() {
    let drawing: serde_json::Value = serde_json::from_str(RELEASED.text("vega/2.2.gender.json")).unwrap();
    let goal = drawing["layer"].as_array().unwrap().last().unwrap();
    assert_eq!(goal["data"]["values"], serde_json::json!([{ "year": 2030, "value": 0.98, "to": 1.02 }]));
    assert_eq!((&goal["encoding"]["y2"]["field"], &goal["mark"]["tooltip"]), (&"to".into(), &"Target: 0.98 to 1.02".into()));
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(&RELEASED.files["yardstick.xlsx"])).unwrap();
    let overview = calamine::Reader::worksheet_range(&mut book, "Overview").unwrap();
    let asked = |target: &str| {
        let line = overview.rows().find(|line| line[0] == target).unwrap();
        line[13].to_string()
    };
    let outcome = |target: &str| overview.rows().find(|line| line[0] == target).unwrap().last().unwrap().to_string();
    assert_eq!((outcome("Target"), outcome("2.1")), ("Outcome".into(), "Open".into()));
    assert_eq!((asked("2.2.gender"), asked("T1.3"), asked("2.1")), ("0.98 to 1.02".into(), "25% less".into(), "100.0%".into()));
}

#[test]
fn the_method_is_the_text_that_ran() {
    let page = read(RELEASED.text("site/method.html"));
    for file in [
        "indicators/2.1_internet_use.sql",
        "rollups/weighted_mean.sql",
        "derived/progress.sql",
        "derived/preferred.sql",
        "checks/jumps.sql",
    ] {
        let sql = std::fs::read_to_string(project().join("sql").join(file)).unwrap();
        assert!(page.text.contains(sql.trim_end()), "{file}");
    }
}

/// Nothing to show is shown as nothing: pages of a release with one economy, an indicator without a value, no target.
#[test]
fn an_almost_empty_release_has_sound_pages() {
    let workspace = of_one_table("KEN,2020,40,\nKEN,2023,50,\n");
    workspace.write("pipelines/reference/areas.csv", "ref_area,name,iso2,m49\nKEN,Kenya,KE,404\n");
    workspace.write("pipelines/reference/groups.csv", "group_code,group_scheme,name\nWLD,world,World\n");
    workspace.write("pipelines/reference/membership.csv", "group_scheme,group_code,ref_area,valid_from,valid_until\nworld,WLD,KEN,,\n");
    for file in ["group_lists", "population", "gni_per_capita", "area_codes", "itu_series"] {
        std::fs::remove_file(workspace.path(format!("pipelines/reference/{file}.csv"))).unwrap();
    }
    indicator(&workspace, "1", "kept", "\"Kept\"", "", "");
    workspace.expect(0, &["run", "--from", "in"]);
    let without_target = Released::of(&workspace);
    assert_eq!(faults(&without_target), Vec::<String>::new());
    assert!(without_target.text("site/index.html").contains("This release has no target."));
    assert!(without_target.text("site/economy/KEN.html").contains("No target is measured here"));

    let target = "[[target]]\nid = \"2\"\narea = \"WLD\"\nyear = 2030\nvalue = 100.0\ndirection = \"up\"\nbaseline_year = 2020\nalso = [\"countries\", \"groups\"]";
    indicator(&workspace, "2", "empty", "\"Empty\"", target, "AND o.obs_value > 100");
    indicator(&workspace, "3", "one", "\"One\"", &target.replace("\"2\"", "\"3\""), "");
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25T02:30:00Z"]);
    let released = Released::of(&workspace);
    assert_eq!(faults(&released), Vec::<String>::new());
    assert!(released.text("site/target/2.html").contains("No value yet."));
    assert!(released.text("site/economy/KEN.html").contains("50.0%"));
    assert!(released.text("site/changes.html").contains("the indicator is new"));
}

/// Pages are for what a person can look through: of very many areas the files alone speak, and the pages say so.
#[test]
fn very_many_areas_have_no_page_each() {
    let codes: Vec<String> = (0..2_100).map(|n| format!("D{n:05}")).collect();
    let lines = |line: &dyn Fn(&String) -> String| codes.iter().map(line).collect::<String>();
    let workspace = of_one_table(&lines(&|code| format!("{code},2020,40,\n{code},2023,{},\n", 40 + code.len())));
    let areas = format!("ref_area,name,iso2,m49\n{}", lines(&|code| format!("{code},District {code},,\n")));
    workspace.write("pipelines/reference/areas.csv", areas);
    workspace.write("pipelines/reference/groups.csv", "group_code,group_scheme,name\nWLD,world,World\n");
    let members = lines(&|code| format!("world,WLD,{code},,\n"));
    workspace.write("pipelines/reference/membership.csv", format!("group_scheme,group_code,ref_area,valid_from,valid_until\n{members}"));
    for file in ["group_lists", "population", "gni_per_capita", "area_codes", "itu_series"] {
        std::fs::remove_file(workspace.path(format!("pipelines/reference/{file}.csv"))).unwrap();
    }
    let target = "coverage = { publish = 0.5, flag = 0.5, base = \"economies\" }\n[[target]]\nid = \"2\"\narea = \"WLD\"\nyear = 2030\nvalue = 100.0\ndirection = \"up\"\nbaseline_year = 2020\nalso = [\"countries\", \"groups\"]";
    indicator(&workspace, "1", "many", "\"Many\"", target, "");
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    assert_eq!(faults(&released), Vec::<String>::new());
    assert!(!released.files.keys().any(|name| name.starts_with("site/economy/")));
    assert!(released.text("site/index.html").contains("2100: too many for a page each"));
    let page = released.text("site/target/2.html");
    // The strip of all, but no map of other places and no table.
    assert!(page.contains("2100 of 2100 economies") && page.contains("class=\"dots\"") && !page.contains("class=\"tile"), "{page}");
    assert!(page.contains("the files have them all") && !page.contains("by-economy"), "{page}");
    let bytes: usize = released.files.iter().filter(|(name, _)| name.starts_with("site/")).map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 1_000_000, "{bytes}");
}

#[test]
fn open_prints_where_the_first_page_is() {
    let workspace = of_one_table("KEN,2020,40,\n");
    indicator(&workspace, "1", "kept", "\"Kept\"", "", "");
    let run = workspace.expect(2, &["open"]);
    assert!(run.stderr.contains("no release yet"), "{}", run.stderr);
    workspace.expect(0, &["run", "--from", "in"]);
    let run = workspace.expect(0, &["open"]);
    let page = std::path::Path::new(run.stdout.trim_end());
    assert!(page.is_absolute() && page.ends_with("data/current/site/index.html") && page.is_file(), "{}", run.stdout);
    assert_eq!(workspace.json(0, &["open"])["data"]["path"], run.stdout.trim_end());
    std::fs::remove_dir_all(page.parent().unwrap()).unwrap();
    assert!(workspace.expect(2, &["open"]).stderr.contains("has no pages"));
}

/// The same release has the same bytes, whatever the hour, the threads and the order of a hash table.
#[test]
fn the_same_release_has_the_same_bytes() {
    let made = |threads: &str| {
        let workspace: Workspace = of_one_table("KEN,2020,40,\nUGA,2023,50,a\nTZA,2023,30,b\nTZA,2021,20,\n");
        let target = "[[target]]\nid = \"2\"\narea = \"WLD\"\nyear = 2030\nvalue = 100.0\ndirection = \"up\"\nbaseline_year = 2020\nalso = [\"countries\", \"groups\"]";
        indicator(&workspace, "2", "one", "\"One\"", target, "");
        workspace.expect(0, &["run", "--from", "in", "--threads", threads, "--partitions", threads, "--now", NOW]);
        Released::of(&workspace).files
    };
    let (one, other) = (made("1"), made("4"));
    let differ: Vec<&String> = one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

/// Who reads the terminal and who reads the pages sees the same row of each target.
#[test]
fn the_overview_shows_what_the_run_tells() {
    let page = RELEASED.text("site/index.html");
    let sections: Vec<&str> = page.split("<h2 id=\"").skip(1).collect();
    assert!(RELEASED.told.len() > 60, "{}", RELEASED.told.len());
    for told in &RELEASED.told {
        let text = |key: &str| told[key].as_str().unwrap_or_default();
        let target = text("target");
        // Once its year is over, a target is told by how it came out.
        let class = match text("outcome") {
            outcome @ ("late" | "missed") => outcome,
            "in_time" => "met",
            _ => text("class"),
        };
        let section = sections.iter().find(|section| section.starts_with(&format!("class-{class}\""))).unwrap_or_else(|| panic!("{class}"));
        let row =
            section.split("<tr>").find(|row| row.contains(&format!("\">{target} "))).unwrap_or_else(|| panic!("{target} is not {class}"));
        if let Some(year) = told["latest_year"].as_i64() {
            assert!(row.contains(&format!("<i>{year}</i>")), "{target} {year}: {row}");
        }
        for code in text("breakdown").split_whitespace() {
            let anchor = row.split("href=\"#").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            assert!(anchor.is_empty() || anchor.contains(code), "{target} {code}: {row}");
        }
    }
}
