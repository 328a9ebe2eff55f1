//! The formats for catalogues, spreadsheets and drawings: each names files that are there, and holds the values of the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use yardstick::tables::cells::Table;

use super::{RELEASED, Released, indicator, of_one_table};
use crate::support::rows;

fn json(released: &Released, name: &str) -> Value {
    serde_json::from_str(released.text(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn the_data_package_names_every_table_with_its_size_and_columns() {
    let package = json(&RELEASED, "datapackage.json");
    let resources = package["resources"].as_array().unwrap();
    let tables = RELEASED.files.keys().filter(|name| name.starts_with("csv/") && name.ends_with(".csv") && !name.contains("/wide/"));
    assert_eq!(resources.iter().map(|r| r["path"].as_str().unwrap()).collect::<BTreeSet<_>>(), tables.map(String::as_str).collect());
    for resource in resources {
        let bytes = &RELEASED.files[resource["path"].as_str().unwrap()];
        assert_eq!(resource["bytes"], bytes.len());
        let fields: Vec<&str> = resource["schema"]["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        let header = String::from_utf8_lossy(bytes).lines().next().unwrap().to_owned();
        assert_eq!(fields.join(","), header);
        assert_eq!(resource["schema"]["missingValues"], serde_json::json!([""]), "NA is Namibia");
        assert!(resource["description"].as_str().is_some_and(|text| (50..=5000).contains(&text.chars().count())));
        let described = json(&RELEASED, &format!("{}-metadata.json", resource["path"].as_str().unwrap()));
        assert_eq!(described["tableSchema"]["columns"].as_array().unwrap().len(), fields.len());
    }
    let croissant = json(&RELEASED, "croissant.json");
    let of = |list: &Value, key: &str| list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let hashes: Vec<String> = of(&package["resources"], "hash").iter().map(|hash| hash.trim_start_matches("sha256:").to_owned()).collect();
    assert_eq!(of(&croissant["distribution"], "sha256"), hashes);
    let catalogue = json(&RELEASED, "catalog.jsonld");
    for dataset in catalogue["dcat:dataset"].as_array().unwrap() {
        for distribution in dataset["dcat:distribution"].as_array().unwrap() {
            let address = distribution["dcat:accessURL"]["@id"].as_str().unwrap();
            assert!(RELEASED.files.contains_key(address), "{address}");
        }
    }
}

#[test]
fn every_page_says_which_data_it_shows() {
    for (name, page) in RELEASED.pages() {
        let (_, rest) = page.split_once("<script type=\"application/ld+json\">").unwrap_or_else(|| panic!("{name}"));
        let data: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
        assert_eq!(data["@type"], "Dataset");
        let depth = name.matches('/').count();
        // The page of an area is of the data that the first page describes.
        let whole = data["isPartOf"].as_str();
        assert_eq!(whole, Some("../index.html").filter(|_| name.contains("/economy/") || name.contains("/group/")), "{name}");
        for file in data["distribution"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let path = file["contentUrl"].as_str().unwrap();
            assert_eq!(path.matches("../").count(), depth, "{name}: {path}");
            assert!(RELEASED.files.contains_key(&path.replace("../", "")), "{name}: {path}");
        }
    }
}

#[test]
fn the_workbook_holds_every_row_of_progress_as_numbers() {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&RELEASED.files["yardstick.xlsx"])).unwrap();
    let names = book.sheet_names();
    assert_eq!((names[0].as_str(), names[1].as_str(), names.last().unwrap().as_str()), ("Read me", "Overview", "Codes"));
    let cells = Table(&RELEASED.progress);
    for target in &names[2..names.len() - 1] {
        let sheet = book.worksheet_range(target).unwrap();
        let mut lines = sheet.rows();
        let head: Vec<String> = lines.next().unwrap().iter().map(ToString::to_string).collect();
        let at = |name: &str| head.iter().position(|h| h == name).unwrap();
        let expected = rows(&RELEASED.progress, &[("target", target)]);
        assert_eq!(sheet.height() - 1, expected.len(), "{target}");
        // Of the estimates of an area and part, one is to be shown, as in the table.
        let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
        for line in lines.clone() {
            assert!(!matches!(line[at("Part")], Data::Empty), "{target}");
            *first.entry((line[at("Area")].to_string(), line[at("Part")].to_string())).or_default() +=
                usize::from(line[at("Shown first")] == Data::String("yes".into()));
        }
        assert!(first.values().all(|count| *count == 1), "{target}: {first:?}");
        for (line, row) in lines.zip(expected) {
            assert_eq!(Some(line[at("Area")].to_string().as_str()), cells.text("ref_area", row));
            for (name, column) in [("Latest", "latest_value"), ("Target value", "target_value"), ("Distance", "distance")] {
                match (&line[at(name)], cells.float(column, row)) {
                    (Data::Empty, None) => {}
                    (Data::Float(found), Some(value)) => assert_eq!(*found, value, "{target} {column}"),
                    (found, value) => panic!("{target} {column}: {found:?} for {value:?}"),
                }
            }
            assert_ne!(line[at("Status")], Data::Empty);
        }
    }
}

#[test]
fn a_drawing_carries_its_data() {
    let drawings: Vec<&String> = RELEASED.files.keys().filter(|name| name.starts_with("vega/")).collect();
    assert!(!drawings.is_empty());
    let mut points = 0;
    for name in drawings {
        let drawing = json(&RELEASED, name);
        for layer in drawing["layer"].as_array().unwrap() {
            assert!(layer["data"]["values"].is_array() && layer["data"]["url"].is_null(), "{name}");
        }
        // A year without a value stands as null, so that no line leads over it.
        let values = drawing["layer"][0]["data"]["values"].as_array().unwrap();
        for pair in values.windows(2).filter(|pair| pair[0]["series"] == pair[1]["series"]) {
            assert_eq!(pair[0]["year"].as_i64().unwrap() + 1, pair[1]["year"].as_i64().unwrap(), "{name}");
        }
        points += drawing["layer"][0]["data"]["values"].as_array().unwrap().len();
    }
    assert!(points > 100, "{points}");
}

/// Each preferred value stands once in its cube, where its codes say, in its own unit: a gap in points is none in people.
#[test]
fn a_cube_holds_the_preferred_values() {
    use datafusion::arrow::array::AsArray;
    let catalogue = json(&RELEASED, "catalog.json");
    let unit_name = |code: &str| catalogue["units"].as_array().unwrap().iter().find(|unit| unit["unit"] == code).unwrap()["name"].clone();
    let mut in_several_units = 0;
    let cells = Table(&RELEASED.values);
    let preferred = RELEASED.values.column_by_name("preferred").unwrap().as_boolean();
    for name in RELEASED.files.keys().filter(|name| name.starts_with("jsonstat/")) {
        let cube = json(&RELEASED, name);
        let indicator = name.trim_start_matches("jsonstat/").trim_end_matches(".json");
        let axes: Vec<&str> = cube["id"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        let codes = |axis: &str| cube["dimension"][axis]["category"]["index"].as_array().unwrap();
        let units = cube["dimension"]["metric"]["category"]["unit"].as_object().unwrap();
        in_several_units += usize::from(units.len() > 1);
        let mut values = 0;
        for row in rows(&RELEASED.values, &[("indicator", indicator)]).into_iter().filter(|row| preferred.value(*row)) {
            let unit = cells.text("unit", row).unwrap();
            let metric = if units.len() == 1 { indicator.to_owned() } else { format!("{indicator}:{unit}") };
            assert_eq!(units[&metric]["label"], unit_name(unit), "{name}");
            let place = axes.iter().fold(0, |place, axis| {
                let code = match *axis {
                    "metric" => metric.clone(),
                    "time_period" => cells.int(axis, row).unwrap().to_string(),
                    dimension => cells.text(dimension, row).unwrap().to_owned(),
                };
                place * codes(axis).len() + codes(axis).iter().position(|known| *known == code.as_str()).unwrap()
            });
            assert_eq!(cube["value"][place.to_string()].as_f64(), cells.float("value", row), "{name} {row}");
            assert_eq!(cube["status"][place.to_string()].as_str(), cells.text("obs_status", row));
            values += usize::from(cells.float("value", row).is_some());
        }
        assert_eq!(cube["value"].as_object().unwrap().len(), values, "{name}");
    }
    assert!(in_several_units > 0);
}

/// A data set may have a licence of its own, and an indicator figures under several: wherever a licence is told, it is
/// the one of these figures.
#[test]
fn a_licence_is_that_of_the_figures() {
    let catalogue = json(&RELEASED, "catalog.json");
    let of_data_set = |input: &Value| {
        let same = |told: &&Value| told["source"] == input["source"] && told["dataset"] == input["dataset"];
        catalogue["data_sets"].as_array().unwrap().iter().find(same).unwrap()["licence"].clone()
    };
    let manifest = json(&RELEASED, "manifest.json");
    let inputs = manifest["inputs"].as_array().unwrap();
    assert!(inputs.iter().any(|input| input["licence"] == "facts and figures with citation"));
    for input in inputs {
        assert_eq!(input["licence"], of_data_set(input), "{}", input["dataset"]);
    }
    let (mut several, listed) = (0, json(&RELEASED, "catalog.jsonld"));
    for dataset in listed["dcat:dataset"].as_array().unwrap() {
        let indicator = catalogue["indicators"].as_array().unwrap().iter().find(|one| one["name"] == dataset["dct:identifier"]);
        let sources = indicator.unwrap()["sources"].as_array().unwrap();
        let licences: BTreeSet<&str> = sources.iter().map(|source| source["licence"].as_str().unwrap()).collect();
        several += usize::from(licences.len() > 1);
        for distribution in dataset["dcat:distribution"].as_array().unwrap() {
            let licence = &distribution["dct:license"];
            let title = licence["dct:title"]["@value"].as_str().unwrap();
            assert!(licences.iter().all(|licence| title.contains(licence)), "{title}: {licences:?}");
            assert_eq!(licence.get("@id").is_some(), licences.len() == 1 && title.contains("CC BY"), "{title}");
        }
    }
    assert!(several > 0);
}

/// What a dashboard must not have to guess.
#[test]
fn the_catalogue_has_orders_colours_and_licences() {
    let catalogue = json(&RELEASED, "catalog.json");
    let list =
        |name: &str| catalogue["order"]["code_lists"][name].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(list("CL_AGE"), ["_T", "Y_LT15", "Y_GE10", "Y15T24", "Y_GE15", "Y25T74", "Y_GE75"]);
    assert_eq!(list("CL_SIZE_CLASS"), ["_T", "0-9", "1-9", "10-49", "50-249", "250+"]);
    assert_eq!(list("CL_CLASS")[0], "met");
    assert_eq!(catalogue["order"]["groups"][0], "WLD");
    assert!(catalogue["classes"].as_array().unwrap().iter().all(|class| class["colour"].as_str().is_some_and(|c| c.starts_with('#'))));
    let source = |name: &str| catalogue["sources"].as_array().unwrap().iter().find(|s| s["source"] == name).unwrap().clone();
    assert_eq!(source("itu")["redistribution"]["commercial"], false);
    for indicator in catalogue["indicators"].as_array().unwrap() {
        let short = indicator["short_title"].as_str().unwrap();
        assert!(!short.is_empty() && short.chars().count() <= 48, "{short}");
    }
    assert!(catalogue["units"].as_array().unwrap().iter().any(|unit| unit["unit"] == "PT" && unit["decimals"] == 1));
}

/// Texts that a spreadsheet would run, that no cell can hold, and names that no sheet may have; one economy, and an
/// indicator without a value.
#[test]
fn hostile_and_empty_releases_have_every_format() {
    let long = "x".repeat(10_000);
    let workspace = of_one_table(&format!("KEN,2020,40,\"=HYPERLINK(\"\"http://x\"\")\"\nKEN,2023,50,\u{202e}{long}\u{1}\n"));
    let target = |id: &str| {
        format!(
            "[[target]]\nid = {id}\narea = \"KEN\"\nyear = 2030\nvalue = 100.0\ndirection = \"up\"\nbaseline_year = 2020\nnote = \"=1+1\"\n"
        )
    };
    let more = format!("caveats = \"</script><script>alert(1)</script>\"\n{}{}", target("\"Overview\""), target("\"a/b:[c]*?'\""));
    indicator(&workspace, "1", "own", "\"=cmd|' /C calc'!A0\"", &more, "");
    indicator(&workspace, "2", "none", "\"None\"", "", "AND o.ref_area = 'XXX'");
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    let table = released.text("csv/own.csv");
    assert!(table.contains("'=HYPERLINK(") && !table.contains(",\"=HYPERLINK("), "{table}");
    assert!(released.text("web/own.csv").contains("'=HYPERLINK("));
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&released.files["yardstick.xlsx"])).unwrap();
    for name in book.sheet_names() {
        assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0, "{name}");
    }
    assert_eq!(book.sheet_names().len(), 5, "{:?}", book.sheet_names());
    let page = released.text("site/index.html");
    assert_eq!(page.matches("</script>").count(), 2, "only ours");
    // Every file that says it is JSON is; each indicator, with a value or not, has each of its files.
    let is_json = |name: &&String| [".json", ".jsonld"].iter().any(|end| name.ends_with(end));
    for name in released.files.keys().filter(is_json) {
        json(&released, name);
    }
    for indicator in ["own", "none"] {
        let (sdmx, web) = (format!("sdmx/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0/{indicator}/data.csv"), format!("web/{indicator}"));
        let (csv, wide) = (format!("csv/{indicator}.csv"), format!("csv/wide/{indicator}.csv"));
        let files = [csv.clone(), wide, format!("{csv}-metadata.json"), format!("jsonstat/{indicator}.json"), sdmx];
        let of_web = ["csv", "json", "metadata.json", "svg", "readme.md"].map(|end| format!("{web}.{end}"));
        for name in files.iter().chain(&of_web) {
            assert!(released.files.contains_key(name), "{name}");
        }
        let lines = released.text(&csv).lines().count();
        assert_eq!(json(&released, &format!("{web}.json"))["rows"], lines - 1, "{indicator}");
        assert_eq!(csv_lines(released.text(&format!("{web}.csv"))), lines, "{indicator}");
        let cube = json(&released, &format!("jsonstat/{indicator}.json"));
        let cells = cube["size"].as_array().unwrap().iter().map(|size| size.as_u64().unwrap()).product::<u64>();
        assert!(cube["value"].as_object().unwrap().len() as u64 <= cells && (lines > 1) == (cells > 0), "{cube}");
    }
    // A long note is whole where the values are, and no text of a provider steers who looks at it.
    assert!(released.text("csv/own.csv").contains(&long) && released.text("web/own.csv").contains(&long));
    for (name, bytes) in
        released.files.iter().filter(|(name, _)| [".csv", ".html", ".svg", ".md", ".json"].iter().any(|e| name.ends_with(e)))
    {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(!text.contains('\u{1}'), "{name}");
        assert!(name.ends_with(".json") || !text.contains('\u{202e}'), "{name}");
    }
}

fn csv_lines(text: &str) -> usize {
    csv::Reader::from_reader(text.as_bytes()).records().count() + 1
}

/// No indicator at all, and none with a value: every file is there and can be read.
#[test]
fn a_release_without_any_value_has_every_format() {
    let workspace = of_one_table("KEN,2020,40,\n");
    indicator(&workspace, "2", "none", "\"None\"", "", "AND o.ref_area = 'XXX'");
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    assert_eq!((released.values.num_rows(), released.latest.num_rows()), (0, 0));
    for name in released.files.keys().filter(|name| name.ends_with(".json") || name.ends_with(".jsonld")) {
        json(&released, name);
    }
    for name in ["csv/none.csv", "csv/wide/none.csv", "web/none.csv", "sdmx/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0/all.csv"] {
        assert_eq!(csv_lines(released.text(name)), 1, "{name}");
    }
    let book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&released.files["yardstick.xlsx"])).unwrap();
    assert_eq!(book.sheet_names(), ["Read me", "Overview", "Codes"]);
    assert_eq!(super::site::faults(&released), Vec::<String>::new());
}

/// Texts of several lines in a header were passed on with the line breaks of the file.
#[test]
fn texts_of_catalogues_are_of_one_line() {
    fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            serde_json::Value::Object(items) => items.values().for_each(|item| texts(item, found)),
            _ => {}
        }
    }
    for name in ["catalog.json", "catalog.jsonld", "datapackage.json", "croissant.json"] {
        let mut found = Vec::new();
        texts(&json(&RELEASED, name), &mut found);
        let broken: Vec<&String> = found.iter().filter(|text| text.trim().contains('\n')).collect();
        assert!(broken.is_empty() && found.iter().any(|text| text.len() > 100), "{name}: {broken:?}");
    }
}
