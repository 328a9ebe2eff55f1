//! `jsonstat/<name>.json`: an indicator as a cube of JSON-stat 2.0. Of several estimates of a value it has the preferred
//! one; cells without a row are left out of it. Where its figures are in several units, each unit is a metric of its own.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::StringArray;
use serde_json::{Map, Value, json};

use super::view::View;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::tables::schema::DIMENSIONS;

pub(super) fn files(view: &View<'_>, put: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    for indicator in &view.made.catalogue.indicators {
        let mut bytes = serde_json::to_vec(&cube(view, indicator))?;
        bytes.push(b'\n');
        put(&format!("jsonstat/{}.json", indicator.name), &bytes)?;
    }
    Ok(())
}

/// One dimension of a cube: its codes in order, with their names.
struct Axis<'a> {
    id: &'a str,
    label: String,
    codes: Vec<(String, String)>,
}

fn cube<'a>(view: &View<'a>, indicator: &Indicator) -> Value {
    let values = &view.values;
    let rows: Vec<usize> = values.of_indicator(&indicator.name).filter(|row| values.preferred(*row)).collect();
    let codes = |column: &'a StringArray| rows.iter().map(|row| column.value(*row)).collect::<BTreeSet<&str>>();
    let areas = codes(values.area).into_iter().map(|code| (code.to_owned(), view.area_name(code).to_owned()));
    let years: BTreeSet<i32> = rows.iter().map(|row| values.year.value(*row)).collect();
    let years = years.into_iter().map(|year| (year.to_string(), year.to_string()));
    let mut axes = vec![
        Axis { id: "ref_area", label: "Area".into(), codes: areas.collect() },
        Axis { id: "time_period", label: "Year".into(), codes: years.collect() },
    ];
    let in_play: Vec<usize> = (0..DIMENSIONS.len()).filter(|at| rows.iter().any(|row| values.dimension(*at).value(*row) != "_T")).collect();
    for at in &in_play {
        let name = DIMENSIONS[*at];
        let used = codes(values.dimension(*at)).into_iter();
        let mut named: Vec<(String, String)> = used.map(|code| (code.to_owned(), view.labels.code(name, code).to_owned())).collect();
        named.sort_by_key(|(code, _)| code != "_T");
        axes.push(Axis { id: name, label: name.replace('_', " "), codes: named });
    }
    let mut units: Vec<&str> = codes(values.unit).into_iter().collect();
    if units.is_empty() {
        units.push(&indicator.unit);
    }
    let metric = |unit: &str| if units.len() < 2 { indicator.name.clone() } else { format!("{}:{unit}", indicator.name) };
    let label = |unit: &str| match units.len() {
        1 => indicator.title.clone(),
        _ => format!("{} ({})", indicator.title, view.labels.unit(unit).name),
    };
    axes.push(Axis { id: "metric", label: "Indicator".into(), codes: units.iter().map(|unit| (metric(unit), label(unit))).collect() });
    let places: Vec<BTreeMap<&str, usize>> =
        axes.iter().map(|axis| axis.codes.iter().enumerate().map(|(place, (code, _))| (code.as_str(), place)).collect()).collect();
    let (mut found, mut status) = (Map::new(), Map::new());
    for row in rows {
        let (dimensions, year, metric) = (values.dimensions(row), values.year.value(row).to_string(), metric(values.unit.value(row)));
        let cells = [values.area.value(row), &year].into_iter().chain(in_play.iter().map(|at| dimensions[*at])).chain([metric.as_str()]);
        let place = cells.zip(&places).fold(0, |place, (code, axis)| place * axis.len() + axis.get(code).copied().unwrap_or_default());
        if let Some(value) = values.value(row) {
            found.insert(place.to_string(), json!(value));
        }
        status.insert(place.to_string(), json!(values.status.value(row)));
    }
    let category = |codes: &[(String, String)]| {
        let index: Vec<&str> = codes.iter().map(|(code, _)| code.as_str()).collect();
        let label: Map<String, Value> = codes.iter().map(|(code, name)| (code.clone(), json!(name))).collect();
        json!({ "index": index, "label": label })
    };
    let mut dimension: Map<String, Value> =
        axes.iter().map(|axis| (axis.id.to_owned(), json!({ "label": axis.label, "category": category(&axis.codes) }))).collect();
    let told = |unit: &&str| {
        let of = view.labels.unit(unit);
        (metric(unit), json!({ "decimals": of.decimals, "label": of.name, "symbol": of.symbol, "position": "end" }))
    };
    dimension["metric"]["category"]["unit"] = Value::Object(units.iter().map(told).collect());
    let sources: Vec<&str> = indicator.sources.iter().map(|source| source.citation.as_str()).collect();
    json!({
        "version": "2.0", "class": "dataset", "label": indicator.title, "source": sources.join("; "),
        "updated": view.manifest.created_at,
        "id": axes.iter().map(|axis| axis.id).collect::<Vec<_>>(),
        "size": axes.iter().map(|axis| axis.codes.len()).collect::<Vec<_>>(),
        "role": { "time": ["time_period"], "geo": ["ref_area"], "metric": ["metric"] },
        "dimension": dimension, "value": found, "status": status,
        "extension": { "release": view.manifest.release },
    })
}
