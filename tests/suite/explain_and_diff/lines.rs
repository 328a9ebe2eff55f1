//! Finds again, by our own means, what `explain` says of a record: snapshot, body, line and value.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::{number, text};

/// The record's snapshot is the body that it names, and its text holds its value.
pub(super) fn check_body(bodies: &Path, record: &Value) -> Vec<u8> {
    let body = bodies.join(text(&record["body"]));
    let bytes = std::fs::read(&body).unwrap_or_else(|e| panic!("{}: {e}", body.display()));
    assert_eq!(text(&record["snapshot"]), blake3::hash(&bytes).to_hex().as_str(), "{record}");
    assert_eq!(text(&record["url"]), format!("file:{}", text(&record["body"])));
    let value = number(&record["obs_value"]);
    assert!(cells(text(&record["text"])).iter().any(|cell| cell.parse::<f64>() == Ok(value)), "{record}");
    bytes
}

/// As `check_body`; and the record's line in the unpacked body holds its value, and is the text shown.
pub(super) fn check_record(bodies: &Path, record: &Value) {
    let bytes = check_body(bodies, record);
    let content = match record["member"].as_str() {
        Some(member) => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut content = Vec::new();
            archive.by_name(member).unwrap_or_else(|e| panic!("{member}: {e}")).read_to_end(&mut content).unwrap();
            content
        }
        None => bytes,
    };
    let content = String::from_utf8(content).unwrap();
    let line = content
        .lines()
        .nth(usize::try_from(record["line"].as_u64().unwrap()).unwrap() - 1)
        .unwrap_or_else(|| panic!("no such line: {record}"));
    let value = number(&record["obs_value"]);
    let cells = cells(line);
    assert!(cells.iter().any(|cell| cell.parse::<f64>() == Ok(value)), "{value} is not in: {line}\n{record}");
    assert_eq!(cells.join(","), text(&record["text"]).replace('"', ""), "{record}");
    let year = record["time_period"].to_string();
    assert!(cells.contains(&year), "{record}");
}

/// The cells of one line of CSV.
fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    reader.records().next().unwrap().unwrap().iter().map(|cell| cell.replace('"', "")).collect()
}
