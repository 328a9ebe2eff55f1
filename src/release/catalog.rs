//! `catalog.json`: what a dashboard needs to label things: indicators, targets, groups, code lists, units.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::Result;
use crate::fetch::Pull;
use crate::indicator::{Catalogue, TargetKind};
use crate::observe::NormaliseReport;
use crate::pipelines::{Dataset, Source};
use crate::reference::Reference;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{Areas, Groups, Membership, Units};
use crate::workspace::Workspace;

pub fn json(workspace: &Workspace, catalogue: &Catalogue, reference: &Reference, data_sets: &[Value]) -> Result<Vec<u8>> {
    let indicators: Vec<Value> = catalogue.indicators.iter().map(indicator).collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({
        "schema_version": 1,
        "indicators": indicators,
        "data_sets": data_sets,
        "areas": areas(reference)?,
        "groups": groups(reference)?,
        "units": units(reference)?,
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
                "value": value, "change": change, "low": low, "high": high, "met_at": target.met_at, "more_than": target.more_than,
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

/// One data set: whose it is, by which routes its figures came, and from when on they are too old.
pub fn data_set(source: &Source, dataset: &Dataset, report: &NormaliseReport, pull: &Pull) -> Value {
    let route = |(name, rows): (&String, &u64)| {
        let title = dataset.route(name).map_or(name, |(place, route)| if place == 0 { &source.title } else { &route.title });
        json!({ "route": name, "title": title, "observations": rows, "confirmed_at": pull.routes.get(name).unwrap_or(&pull.checked_at) })
    };
    let stale_after = pull.checked_at.parse::<jiff::Timestamp>().ok().and_then(|checked| {
        let moment = jiff::Timestamp::from_second(checked.as_second().checked_add(source.stale_after_days.checked_mul(86_400)?)?);
        Some(moment.ok()?.to_string())
    });
    json!({
        "source": source.name, "dataset": dataset.name, "title": dataset.title,
        "licence": dataset.licence.as_ref().unwrap_or(&source.licence), "vintage": report.vintage, "last_year": report.last_year,
        "confirmed_at": pull.checked_at, "stale_after": stale_after, "routes": report.routes.iter().map(route).collect::<Vec<_>>(),
    })
}

fn areas(reference: &Reference) -> Result<Vec<Value>> {
    let areas = Areas::of(reference.table("areas")?)?;
    let area = |row| {
        json!({
            "ref_area": areas.ref_area.value(row), "name": areas.name.value(row), "iso2": areas.iso2.value(row), "m49": areas.m49.value(row),
        })
    };
    Ok((0..areas.len()).map(area).collect())
}

fn units(reference: &Reference) -> Result<Vec<Value>> {
    let units = Units::of(reference.table("units")?)?;
    let unit = |row| json!({ "unit": units.unit.value(row), "name": units.name.value(row), "symbol": units.symbol.value(row) });
    Ok((0..units.len()).map(unit).collect())
}

fn groups(reference: &Reference) -> Result<Vec<Value>> {
    let membership = Membership::of(reference.table("membership")?)?;
    let mut members: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in 0..membership.len() {
        let list = members.entry(membership.group_code.value(row)).or_default();
        let area = membership.ref_area.value(row);
        if list.last() != Some(&area) {
            list.push(area);
        }
    }
    let groups = Groups::of(reference.table("groups")?)?;
    let group = |row| {
        let code = groups.group_code.value(row);
        json!({
            "group_code": code, "group_scheme": groups.group_scheme.value(row), "name": groups.name.value(row),
            "members": members.get(code).map(Vec::as_slice).unwrap_or_default(),
        })
    };
    Ok((0..groups.len()).map(group).collect())
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
    let Ok(text) = crate::files::read_text(&workspace.reference().join("codelists.csv")) else { return Vec::new() };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: csv::StringRecord| Some([0, 1, 2].map(|column| record.get(column).map(str::to_owned))).filter(|r| r[2].is_some());
    reader.records().flatten().filter_map(cells).map(|record| record.map(Option::unwrap_or_default)).collect()
}
