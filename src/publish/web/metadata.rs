//! `web/<name>.metadata.json`: all that a dashboard needs to label one indicator: titles, unit, decimals, codes in their
//! order, areas, targets, sources with their licences, colours.

use serde_json::{Map, Value, json};

use super::data::Table;
use crate::error::Result;
use crate::indicator::{Indicator, TargetKind};
use crate::publish::labels::unwrapped;
use crate::publish::progress::{headline, shown};
use crate::publish::view::View;
use crate::release::catalog::{CLASSES, short_title};
use crate::release::licence;
use crate::tables::schema::DIMENSIONS;

pub(super) fn json(view: &View<'_>, indicator: &Indicator, table: &Table<'_, '_>) -> Result<Vec<u8>> {
    let unit = view.labels.unit(&indicator.unit);
    let named = |list: &str, codes: Vec<&str>| -> Vec<Value> {
        codes.into_iter().map(|code| json!({ "code": code, "name": view.labels.name(list, code) })).collect()
    };
    let dimensions: Map<String, Value> = table
        .in_play
        .iter()
        .map(|index| {
            (DIMENSIONS[*index].to_owned(), named(&format!("CL_{}", DIMENSIONS[*index].to_uppercase()), table.codes(*index)).into())
        })
        .collect();
    let areas: Vec<Value> = view
        .values
        .areas(&indicator.name)
        .into_iter()
        .map(|(code, rows)| json!({ "code": code, "name": view.values.name.value(rows.start), "kind": view.values.kind.value(rows.start), "scheme": view.groups.get(code).map(|group| group.0) }))
        .collect();
    let classes = CLASSES.iter().map(|(class, colour)| json!({ "code": class, "name": view.labels.class(class), "colour": colour }));
    let years = table.years().map(|(first, last)| json!({ "first": first, "last": last }));
    let name = &indicator.name;
    let mut bytes = serde_json::to_vec_pretty(&json!({
        "schema_version": 1,
        "indicator": name,
        "id": indicator.id,
        "title": indicator.title,
        "short_title": short_title(&indicator.title),
        "definition": unwrapped(&indicator.definition),
        "method": unwrapped(&indicator.method),
        "caveats": unwrapped(&indicator.caveats),
        "owner": indicator.owner,
        "unit": { "code": indicator.unit, "name": unit.name, "symbol": unit.symbol, "decimals": unit.decimals },
        "years": years,
        "dimensions": dimensions,
        "estimates": named("CL_ESTIMATE", table.estimates()),
        "preferred": "true in one row of each area, year and breakdown: the one to show; the rule is sql/derived/preferred.sql",
        "classes": classes.collect::<Vec<_>>(),
        "areas": areas,
        "targets": targets(view, indicator),
        "sources": indicator.sources,
        "licence_of_own_figures": licence::of_derived(indicator.sources.iter().map(|source| source.licence.as_str())),
        "files": { "csv": format!("{name}.csv"), "json": format!("{name}.json"), "svg": format!("{name}.svg"), "readme": format!("{name}.readme.md") },
    }))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The targets of an indicator, each with where its own area stands: of several parts the one that stands for it.
fn targets(view: &View<'_>, indicator: &Indicator) -> Vec<Value> {
    let target = |target: &crate::indicator::Target| {
        let (value, change, low, high) = match target.kind {
            TargetKind::Level(value) => (Some(value), None, None, None),
            TargetKind::Change(change) => (None, Some(change), None, None),
            TargetKind::Band(low, high) => (None, None, Some(low), Some(high)),
        };
        let rows = shown(view.of_target(&target.id).filter(|row| row.area == target.area));
        let stands = headline(&rows).map(|row| {
            let codes = DIMENSIONS.iter().zip(row.dimensions).filter(|(_, code)| *code != "_T");
            let codes: Map<String, Value> = codes.map(|(name, code)| ((*name).to_owned(), code.into())).collect();
            json!({
                "dimensions": codes, "part": view.labels.breakdown_or_total(&row.dimensions), "parts": rows.len(),
                "class": row.class, "outcome": row.outcome, "estimate": row.estimate, "latest_year": row.latest_year, "latest_value": row.latest,
                "baseline_year": row.baseline_year, "baseline_value": row.baseline, "target_value": row.goal, "distance": row.distance,
            })
        });
        json!({
            "id": target.id, "title": if target.title.is_empty() { &indicator.title } else { &target.title },
            "area": target.area, "year": target.year, "direction": target.direction,
            "value": value, "change": change, "low": low, "high": high, "met_at": target.met_at,
            "note": target.note, "progress": stands,
        })
    };
    indicator.targets.iter().map(target).collect()
}
