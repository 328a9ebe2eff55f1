//! SDMX: every cell is in its code list, every value is that of `values.parquet`, and both structures say the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yardstick::tables::cells::Table;
use yardstick::tables::schema::DIMENSIONS;

use super::{RELEASED, Released, indicator, of_one_table};

const STRUCTURE: &str = "sdmx/structure/datastructure/YARDSTICK/DSD_YARDSTICK/1.0.0/structure";
const DATA: &str = "sdmx/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0";
const CONCEPTS: [&str; 7] = ["SEX", "AGE", "URBANISATION", "DISABILITY_STATUS", "EDUCATION_LEV", "SIZE_CLASS", "CUST_BREAKDOWN"];

/// Column -> the codes that it may hold; None where it holds no codes. And the columns that no row may leave empty.
fn structure(released: &Released) -> (BTreeMap<String, Option<BTreeSet<String>>>, BTreeSet<String>) {
    let json: Value = serde_json::from_str(released.text(&format!("{STRUCTURE}.json"))).unwrap();
    let mut lists = BTreeMap::new();
    for list in json["data"]["codelists"].as_array().unwrap() {
        let codes = list["codes"].as_array().unwrap();
        assert!(codes.iter().all(|code| code["name"].as_str().is_some_and(|name| !name.is_empty())), "{}", list["id"]);
        let ids: BTreeSet<String> = codes.iter().map(|code| code["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), codes.len(), "{} has a code twice", list["id"]);
        let allowed = |id: &String| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_@$-".contains(&b));
        assert!(ids.iter().all(allowed), "{ids:?}");
        lists.insert(list["id"].as_str().unwrap().to_owned(), ids);
    }
    let components = &json["data"]["dataStructures"][0]["dataStructureComponents"];
    let list = |pointer: &str| components.pointer(pointer).and_then(Value::as_array).unwrap().clone();
    let dimensions = list("/dimensionList/dimensions").into_iter().chain([components["dimensionList"]["timeDimension"].clone()]);
    let dimensions: Vec<Value> = dimensions.collect();
    let attributes = list("/attributeList/attributes");
    let (mut columns, mut full) = (BTreeMap::new(), BTreeSet::new());
    for one in dimensions.iter().chain(&list("/measureList/measures")).chain(&attributes) {
        let codes = one["localRepresentation"]["enumeration"].as_str().map(|urn| {
            let id = urn.split([':', '(']).nth(3).unwrap();
            lists.get(id).unwrap_or_else(|| panic!("no code list {id}")).clone()
        });
        columns.insert(one["id"].as_str().unwrap().to_owned(), codes);
    }
    let mandatory = attributes.iter().filter(|one| one["usage"] == "mandatory");
    full.extend(dimensions.iter().chain(mandatory).map(|one| one["id"].as_str().unwrap().to_owned()));
    (columns, full)
}

/// Elements with their ids, and all text, of a well-formed document.
fn read(source: &str) -> (Vec<(String, String)>, String) {
    use quick_xml::XmlVersion;
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(source);
    let (mut elements, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let id = tag.try_get_attribute("id").unwrap().map(|a| a.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned());
                elements.push((String::from_utf8(tag.name().as_ref().as_bytes().to_vec()).unwrap(), id.unwrap_or_default()));
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => text.push_str(match &*part {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "apos" => "'",
                "quot" => "\"",
                other => panic!("&{other};"),
            }),
            Event::Eof => return (elements, text),
            _ => {}
        }
    }
}

fn check(released: &Released) {
    let (columns, full) = structure(released);
    let cells = Table(&released.values);
    let mut reader = csv::Reader::from_reader(released.text(&format!("{DATA}/all.csv")).as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..3], ["STRUCTURE", "STRUCTURE_ID", "ACTION"]);
    assert_eq!(header[3..].iter().cloned().collect::<BTreeSet<_>>(), columns.keys().cloned().collect());
    let mut by_indicator: BTreeMap<String, Vec<csv::StringRecord>> = BTreeMap::new();
    let mut rows = 0;
    for record in reader.records().map(Result::unwrap) {
        let cell = |column: &str| &record[header.iter().position(|h| h == column).unwrap()];
        assert_eq!([&record[0], &record[1], &record[2]], ["dataflow", "YARDSTICK:DF_YARDSTICK(1.0.0)", "R"]);
        for (column, text) in header[3..].iter().zip(record.iter().skip(3)) {
            assert!(!full.contains(column) || !text.is_empty(), "{column} is empty in row {rows}");
            if let (Some(codes), false) = (&columns[column], text.is_empty()) {
                assert!(codes.contains(text), "{column} = {text} is in no code list");
            }
        }
        // Row by row in the order of the table.
        let same = |column: &str, ours: &str| {
            let text = cells.text(ours, rows).unwrap();
            assert_eq!(cell(column).replace("$2B", "+"), text, "row {rows}");
        };
        same("INDICATOR", "indicator");
        same("REF_AREA", "ref_area");
        same("ESTIMATE", "estimate");
        same("UNIT_MEASURE", "unit");
        CONCEPTS.iter().zip(DIMENSIONS).for_each(|(concept, ours)| same(concept, ours));
        assert_eq!(cell("TIME_PERIOD"), cells.int("time_period", rows).unwrap().to_string());
        assert_eq!(cell("OBS_VALUE").parse().ok(), cells.float("value", rows), "row {rows}");
        assert_eq!(cell("COVERAGE").parse().ok(), cells.float("coverage", rows), "row {rows}");
        let missing = ["O", "M", "L", "H", "Q", "K"].contains(&cell("OBS_STATUS"));
        assert_eq!(cell("OBS_VALUE").is_empty(), missing, "row {rows}: {}", cell("OBS_STATUS"));
        by_indicator.entry(cell("INDICATOR").to_owned()).or_default().push(record.clone());
        rows += 1;
    }
    assert_eq!(rows, cells.len());
    // One file an indicator, which together are the file of all.
    let files = released.files.keys().filter(|name| name.starts_with(DATA) && name.ends_with("/data.csv"));
    let mut together = 0;
    for file in files {
        let name = file.split('/').nth_back(1).unwrap();
        let records: Vec<csv::StringRecord> =
            csv::Reader::from_reader(released.text(file).as_bytes()).records().map(Result::unwrap).collect();
        assert_eq!(records, by_indicator.get(name).cloned().unwrap_or_default(), "{name}");
        together += records.len();
    }
    assert_eq!(together, rows);
}

#[test]
fn every_cell_is_in_its_code_list_and_every_value_is_that_of_the_table() {
    check(&RELEASED);
}

/// Two writers, one structure: the same ids in the same order.
#[test]
fn the_structure_is_the_same_in_xml() {
    let (elements, _) = read(RELEASED.text(&format!("{STRUCTURE}.xml")));
    let flow = RELEASED.text("sdmx/structure/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0/structure.xml");
    assert_eq!(flow, RELEASED.text(&format!("{STRUCTURE}.xml")));
    let of_xml = |element: &str| -> Vec<String> { elements.iter().filter(|(name, _)| name == element).map(|(_, id)| id.clone()).collect() };
    let json: Value = serde_json::from_str(RELEASED.text(&format!("{STRUCTURE}.json"))).unwrap();
    let ids = |pointer: &str| -> Vec<String> {
        json.pointer(pointer).and_then(Value::as_array).unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let components = "/data/dataStructures/0/dataStructureComponents";
    assert_eq!(of_xml("str:Codelist"), ids("/data/codelists"));
    assert_eq!(of_xml("str:Concept"), ids("/data/conceptSchemes/0/concepts"));
    assert_eq!(of_xml("str:Dimension"), ids(&format!("{components}/dimensionList/dimensions")));
    assert_eq!(of_xml("str:Attribute"), ids(&format!("{components}/attributeList/attributes")));
    let codes: Vec<String> = (0..ids("/data/codelists").len()).flat_map(|list| ids(&format!("/data/codelists/{list}/codes"))).collect();
    assert_eq!(of_xml("str:Code"), codes);
}

/// Areas, codes and notes that nobody foresaw.
#[test]
fn unforeseen_codes_and_texts_stay_valid() {
    let workspace = of_one_table("KEN,2020,40,=cmd|' /C calc'!A0\nKEN,2023,50,\"<b> & \u{1} \u{202e}\"\n");
    let file = "pipelines/reference/areas.csv";
    workspace.write(file, workspace.read(file).replacen("KEN,Kenya,", "KEN,Ke<n>ya & \u{202e}\u{1},", 1));
    let sizes = "pipelines/own.toml";
    workspace
        .write(sizes, workspace.read(sizes).replace("[dataset.columns]\n", "[dataset.columns]\nbreakdown = { constant = \"A B/+\" }\n"));
    indicator(&workspace, "1", "own", "\"A <title> & more\"", "", "");
    let sql = workspace.path("sql/indicators/1_own.sql");
    let text = std::fs::read_to_string(&sql).unwrap().replace("o.note,", "o.note, o.breakdown,");
    std::fs::write(&sql, text).unwrap();
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    let data = released.text(&format!("{DATA}/all.csv"));
    assert!(data.contains(",'=cmd|' /C calc'!A0\n"), "{data}");
    let (columns, _) = structure(&released);
    assert!(columns["CUST_BREAKDOWN"].as_ref().is_some_and(|codes| codes.iter().any(|code| code == "A$20B$2F$2B")), "{data}");
    let (_, texts) = read(released.text(&format!("{STRUCTURE}.xml")));
    assert!(texts.contains("Ke<n>ya & \u{202e}\u{fffd}"));
}
