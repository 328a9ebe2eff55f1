//! The files of each indicator, the newest values, and the figure to show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yardstick::tables::cells::Table;
use yardstick::tables::schema::DIMENSIONS;

use super::RELEASED;
use super::markup::read;
use crate::support::rows;

fn indicators() -> BTreeSet<String> {
    let catalog: Value = serde_json::from_str(RELEASED.text("catalog.json")).unwrap();
    catalog["indicators"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap().to_owned()).collect()
}

fn flag(row: usize) -> bool {
    use datafusion::arrow::array::AsArray;
    RELEASED.values.column_by_name("preferred").unwrap().as_boolean().value(row)
}

#[test]
fn every_column_of_the_json_is_that_of_the_values() {
    let cells = Table(&RELEASED.values);
    for name in indicators() {
        let json: Value = serde_json::from_str(RELEASED.text(&format!("web/{name}.json"))).unwrap();
        let expected = rows(&RELEASED.values, &[("indicator", &name)]);
        assert_eq!(json["rows"], expected.len(), "{name}");
        let columns = json["columns"].as_object().unwrap();
        for column in DIMENSIONS {
            assert!(columns.contains_key(column) != json["constant"].as_object().unwrap().contains_key(column), "{name} {column}");
        }
        for (column, array) in columns {
            let array = array.as_array().unwrap();
            assert_eq!(array.len(), expected.len(), "{name} {column}");
            for (cell, row) in array.iter().zip(&expected) {
                let same = match column.as_str() {
                    "preferred" => cell.as_bool() == Some(flag(*row)),
                    _ => cell.as_str() == cells.text(column, *row) && cell.as_f64() == cells.float(column, *row),
                };
                assert!(same, "{name} {column}: {cell} in row {row}");
            }
        }
        for (column, code) in json["constant"].as_object().unwrap() {
            assert!(expected.iter().all(|row| cells.text(column, *row) == code.as_str()), "{name} {column}");
        }
    }
}

#[test]
fn the_csv_files_hold_the_same_values() {
    let cells = Table(&RELEASED.values);
    for name in indicators() {
        let expected = rows(&RELEASED.values, &[("indicator", &name)]);
        let mut reader = csv::Reader::from_reader(RELEASED.text(&format!("web/{name}.csv")).as_bytes());
        let at = |header: &csv::StringRecord, column: &str| header.iter().position(|h| h == column).unwrap();
        let header = reader.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), expected.len(), "{name}");
        for (record, row) in records.iter().zip(&expected) {
            assert_eq!(record[at(&header, &name)].parse().ok(), cells.float("value", *row), "{name}");
            assert_eq!(Some(&record[at(&header, "code")]), cells.text("ref_area", *row), "{name}");
        }
        // What codes say is said in words too.
        if let Some(part) = header.iter().position(|column| column == "part") {
            assert!(records.iter().all(|record| !record[part].is_empty()), "{name}");
        } else {
            assert!(!header.iter().any(|column| DIMENSIONS.contains(&column)), "{name}");
        }
        // Wide: each value once, under its year.
        let mut reader = csv::Reader::from_reader(RELEASED.text(&format!("csv/wide/{name}.csv")).as_bytes());
        let header = reader.headers().unwrap().clone();
        let mut wide = BTreeMap::new();
        for record in reader.records().map(Result::unwrap) {
            let key = |column: &str| header.iter().position(|h| h == column).map_or("_T".to_owned(), |at| record[at].to_owned());
            let place: Vec<String> = ["ref_area", "estimate"].into_iter().chain(DIMENSIONS).map(key).collect();
            for (year, value) in header.iter().zip(&record).filter(|(h, cell)| h.parse::<i32>().is_ok() && !cell.is_empty()) {
                assert_eq!(wide.insert((place.clone(), year.to_owned()), value.parse::<f64>().unwrap()), None, "{name} twice");
            }
        }
        let with_value: Vec<usize> = expected.into_iter().filter(|row| cells.float("value", *row).is_some()).collect();
        assert_eq!(wide.len(), with_value.len(), "{name}");
        for row in with_value {
            let text = |column: &str| cells.text(column, row).unwrap().to_owned();
            let place: Vec<String> = ["ref_area", "estimate"].into_iter().chain(DIMENSIONS).map(text).collect();
            let year = cells.int("time_period", row).unwrap().to_string();
            assert_eq!(wide.get(&(place, year)).copied(), cells.float("value", row), "{name}");
        }
    }
}

/// Every file has what the published schema asks for, and nothing else.
#[test]
fn the_json_fits_its_schema() {
    let schema: Value = serde_json::from_str(RELEASED.text("schema/web.schema.json")).unwrap();
    for name in indicators() {
        let json: Value = serde_json::from_str(RELEASED.text(&format!("web/{name}.json"))).unwrap();
        fits(&schema, &schema, &json, &name);
        let metadata: Value = serde_json::from_str(RELEASED.text(&format!("web/{name}.metadata.json"))).unwrap();
        assert_eq!(metadata["indicator"], *name);
        assert!(metadata["sources"].as_array().is_some_and(|list| list.iter().all(|source| source["licence"].is_string())), "{name}");
        for file in metadata["files"].as_object().unwrap().values() {
            assert!(RELEASED.files.contains_key(&format!("web/{}", file.as_str().unwrap())), "{name}: {file}");
        }
        for (dimension, codes) in metadata["dimensions"].as_object().unwrap() {
            assert!(codes.as_array().unwrap().iter().all(|code| code["name"].is_string()), "{name} {dimension}");
        }
        let chart = read(RELEASED.text(&format!("web/{name}.svg")));
        assert!(chart.faults.is_empty() && chart.elements.iter().any(|(element, _)| element == "desc"), "{name}: {:?}", chart.faults);
        assert!(RELEASED.text(&format!("web/{name}.readme.md")).contains(&format!("`{name}.csv`")));
    }
}

/// The part of JSON Schema that ours uses.
fn fits(root: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(root, root.pointer(reference.trim_start_matches('#')).unwrap(), value, place);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = |wanted: &str| wanted == kind || (wanted == "number" && kind == "integer");
    match &schema["type"] {
        Value::String(wanted) => assert!(allowed(wanted), "{place} is {kind}"),
        Value::Array(wanted) => assert!(wanted.iter().any(|w| allowed(w.as_str().unwrap())), "{place} is {kind}"),
        _ => {}
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(value, constant, "{place}");
    }
    if let Some(list) = schema["enum"].as_array() {
        assert!(list.contains(value), "{place}: {value}");
    }
    if let Some(least) = schema["minimum"].as_f64() {
        assert!(value.as_f64().is_none_or(|number| number >= least), "{place}: {value}");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{place} has no {name}");
    }
    if let Some(object) = value.as_object() {
        for (name, inner) in object {
            let inside = format!("{place}.{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(known), _) => fits(root, known, inner, &inside),
                (None, Value::Bool(false)) => panic!("{inside} is not in the schema"),
                (None, other) => fits(root, other, inner, &inside),
            }
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        fits(root, &schema["items"], inner, &format!("{place}[{index}]"));
    }
}

/// One row of a key is the one to show: with a value where any has one, the agency's own before ours.
#[test]
fn one_estimate_of_each_value_is_preferred() {
    let cells = Table(&RELEASED.values);
    let mut found: BTreeMap<(Vec<&str>, i64), Vec<usize>> = BTreeMap::new();
    for row in 0..cells.len() {
        let key = ["indicator", "ref_area"].into_iter().chain(DIMENSIONS).map(|column| cells.text(column, row).unwrap()).collect();
        found.entry((key, cells.int("time_period", row).unwrap())).or_default().push(row);
    }
    let order = ["reported", "published", "imputed", "available"];
    let mut several = 0;
    for (key, all) in &found {
        let preferred: Vec<usize> = all.iter().copied().filter(|row| flag(*row)).collect();
        let [chosen] = preferred[..] else { panic!("{key:?} has {} preferred rows", preferred.len()) };
        let rank = |row: usize| {
            (cells.float("value", row).is_none(), order.iter().position(|estimate| Some(*estimate) == cells.text("estimate", row)).unwrap())
        };
        assert!(all.iter().all(|row| rank(chosen) <= rank(*row)), "{key:?}");
        several += usize::from(all.len() > 1);
    }
    assert!(several > 1000, "only {several} keys have a choice");
    // Of them the newest that is not mostly carried stands for now, if it is of the last five years; else that of which
    // most is observed.
    let latest = Table(&RELEASED.latest);
    let mut series: BTreeMap<&Vec<&str>, Vec<usize>> = BTreeMap::new();
    for ((key, _), all) in &found {
        series.entry(key).or_default().extend(all.iter().find(|row| flag(**row) && cells.float("value", **row).is_some()));
    }
    let year = |row: usize| cells.int("time_period", row).unwrap();
    let observed = |row: usize| if cells.text("estimate", row) == Some("imputed") { cells.float("observed", row) } else { None };
    let (mut passed_over, mut years) = (0, 0);
    series.retain(|_, rows| !rows.is_empty());
    for rows in series.values() {
        let newest = year(*rows.last().unwrap());
        let near = || rows.iter().copied().filter(|row| year(*row) >= newest - 5);
        let firm = near().rfind(|row| observed(*row).is_none_or(|share| share >= 0.5 - 1e-9));
        let most = || near().max_by(|a, b| observed(*a).unwrap().total_cmp(&observed(*b).unwrap()).then(a.cmp(b)));
        let stands = firm.or_else(most).unwrap();
        passed_over += usize::from(year(stands) < newest);
        years += year(stands);
    }
    assert!(passed_over > 100, "only {passed_over} newest years give way");
    assert_eq!(latest.len(), series.len());
    assert_eq!((0..latest.len()).filter_map(|row| latest.int("time_period", row)).sum::<i64>(), years);
}

/// Figures of ours carried no licence: what the sources of an indicator allow together, or none.
#[test]
fn figures_that_follow_from_several_sources_have_their_licence() {
    let own = |name: &str| {
        let metadata: Value = serde_json::from_str(RELEASED.text(&format!("web/{name}.metadata.json"))).unwrap();
        metadata["licence_of_own_figures"].clone()
    };
    assert_eq!(own("internet_use"), "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/");
    assert!(own("ict_skills").is_null(), "ITU and UIS each ask for their own licence");
    assert!(own("ghg_abatement").is_null(), "its source has words of its own");
}
