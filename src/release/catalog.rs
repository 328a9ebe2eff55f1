//! `catalog.json`: what a dashboard needs to label things: indicators, targets, groups, code lists, units.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::Result;
use crate::indicator::{Catalogue, TargetKind};
use crate::reference::Reference;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::workspace::Workspace;

pub fn json(workspace: &Workspace, catalogue: &Catalogue, reference: &Reference) -> Result<Vec<u8>> {
    let indicators: Vec<Value> = catalogue.indicators.iter().map(indicator).collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({
        "schema_version": 1,
        "indicators": indicators,
        "areas": rows(reference, "areas", &["ref_area", "name", "iso2", "m49"]),
        "groups": groups(reference),
        "units": rows(reference, "units", &["unit", "name", "symbol"]),
        "code_lists": code_lists_json(workspace),
    }))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn indicator(indicator: &crate::indicator::Indicator) -> Value {
    let targets: Vec<Value> = indicator
        .targets
        .iter()
        .map(|target| {
            let (value, change, low, high) = match target.kind {
                TargetKind::Level(value) => (Some(value), None, None, None),
                TargetKind::Change(change) => (None, Some(change), None, None),
                TargetKind::Band(low, high) => (None, None, Some(low), Some(high)),
            };
            let dimensions: serde_json::Map<String, Value> = DIMENSIONS
                .iter()
                .zip(&target.dimensions)
                .filter(|(_, code)| *code != "_T")
                .map(|(name, code)| ((*name).to_owned(), json!(code)))
                .collect();
            json!({
                "id": target.id, "title": target.title, "area": target.area, "year": target.year, "direction": target.direction,
                "value": value, "change": change, "low": low, "high": high, "met_at": target.met_at,
                "baseline_year": target.baseline_year, "baseline_value": target.baseline_value, "dimensions": dimensions, "note": target.note,
            })
        })
        .collect();
    json!({
        "id": indicator.id, "name": indicator.name, "title": indicator.title, "unit": indicator.unit,
        "definition": indicator.definition.trim(), "method": indicator.method.trim(), "caveats": indicator.caveats.trim(), "owner": indicator.owner,
        "sources": indicator.sources, "rollup": indicator.rollup, "groups": indicator.groups, "window": indicator.window,
        "coverage": { "publish": indicator.coverage.publish, "flag": indicator.coverage.flag, "base": indicator.coverage.base, "min_members": indicator.coverage.min_members },
        "datasets": indicator.datasets, "file": &*indicator.text.path, "targets": targets,
    })
}

fn rows(reference: &Reference, table: &str, columns: &[&str]) -> Vec<Value> {
    let Some(batch) = reference.tables.get(table) else { return Vec::new() };
    let cells = Table(batch);
    (0..cells.len()).map(|row| Value::Object(columns.iter().map(|c| ((*c).to_owned(), json!(cells.text(c, row)))).collect())).collect()
}

fn groups(reference: &Reference) -> Vec<Value> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some(batch) = reference.tables.get("membership") {
        let cells = Table(batch);
        for row in 0..cells.len() {
            if let (Some(group), Some(area)) = (cells.text("group_code", row), cells.text("ref_area", row)) {
                let list = members.entry(group.to_owned()).or_default();
                if list.last().is_none_or(|last| last != area) {
                    list.push(area.to_owned());
                }
            }
        }
    }
    let mut groups = rows(reference, "groups", &["group_code", "group_scheme", "name"]);
    for group in &mut groups {
        let code = group["group_code"].as_str().unwrap_or_default().to_owned();
        group["members"] = json!(members.get(&code).cloned().unwrap_or_default());
    }
    groups
}

fn code_lists_json(workspace: &Workspace) -> Value {
    let mut lists = serde_json::Map::new();
    for [list, code, name] in code_lists(workspace) {
        lists.entry(list).or_insert_with(|| json!({}))[code] = json!(name);
    }
    Value::Object(lists)
}

/// The names of codes, in the order of the file: code list, code, name.
pub fn code_lists(workspace: &Workspace) -> Vec<[String; 3]> {
    let Ok(mut reader) = csv::Reader::from_path(workspace.reference().join("codelists.csv")) else { return Vec::new() };
    let cells = |record: csv::StringRecord| Some([0, 1, 2].map(|column| record.get(column).map(str::to_owned))).filter(|r| r[2].is_some());
    reader.records().flatten().filter_map(cells).map(|record| record.map(Option::unwrap_or_default)).collect()
}
