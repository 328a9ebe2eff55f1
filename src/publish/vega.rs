//! `vega/<target>.json`: the line chart of a target as a Vega-Lite specification with its data inside, for who wants to
//! change the drawing.

use serde_json::{Value, json};

use super::markup::slug;
use super::progress::{headline, shown};
use super::site::history;
use super::view::View;
use crate::error::Result;
use crate::indicator::{Indicator, Target};

pub(super) fn files(view: &View<'_>, put: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    for (indicator, target) in view.targets.values() {
        let mut bytes = serde_json::to_vec_pretty(&specification(view, indicator, target))?;
        bytes.push(b'\n');
        put(&format!("vega/{}.json", slug(&target.id)), &bytes)?;
    }
    Ok(())
}

fn specification(view: &View<'_>, indicator: &Indicator, target: &Target) -> Value {
    let values = &view.values;
    let rows = shown(view.of_target(&target.id).filter(|row| row.area == target.area));
    let row = headline(&rows);
    let unit = row.map_or(indicator.unit.as_str(), |row| view.unit_of(row));
    let lines = history::lines_of_target(view, indicator, target, row);
    let mut points: Vec<Value> = Vec::new();
    for line in &lines {
        let part = view.labels.breakdown(&line.dimensions);
        let series = if part.is_empty() { line.estimate.to_owned() } else { format!("{part} ({})", line.estimate) };
        let mut before = None;
        for row in &line.rows {
            let year = values.year.value(*row);
            // A year without a value breaks the line: what lies between is not known.
            points.extend(
                (before.unwrap_or(year) + 1..year).map(|year| json!({ "year": year, "value": null, "series": series, "status": "" })),
            );
            points.push(json!({ "year": year, "value": values.value(*row), "series": series, "status": values.status.value(*row) }));
            before = Some(year);
        }
    }
    let named = view.labels.unit(unit);
    let title = if target.title.is_empty() { &indicator.title } else { &target.title };
    let year = json!({ "field": "year", "type": "quantitative", "title": "Year", "axis": { "format": "d", "tickMinStep": 1 }, "scale": { "zero": false } });
    let value =
        json!({ "field": "value", "type": "quantitative", "title": if named.symbol.is_empty() { &named.name } else { &named.symbol } });
    let format = format!(",.{}f", named.decimals.unwrap_or(2));
    let mut layers = vec![json!({
        "data": { "values": points },
        "mark": { "type": "line", "point": true },
        "encoding": {
            "x": year, "y": value, "color": { "field": "series", "type": "nominal", "title": null },
            "tooltip": [{ "field": "series" }, { "field": "year" }, { "field": "value", "type": "quantitative", "format": format }, { "field": "status" }],
        },
    })];
    if let Some((row, (low, high))) = row.and_then(|row| Some((row, view.bounds(row)?))) {
        let mut mark = json!({ "type": "point", "shape": "diamond", "size": 120, "filled": true, "color": "#801650", "tooltip": "Target" });
        let (mut bounds, mut encoding) = (json!({ "year": row.target_year, "value": low }), json!({ "x": year, "y": value }));
        // A band is met anywhere between its bounds.
        if low < high {
            mark =
                json!({ "type": "bar", "size": 12, "opacity": 0.6, "color": "#801650", "tooltip": format!("Target: {}", view.goal(row)) });
            bounds["to"] = json!(high);
            encoding["y2"] = json!({ "field": "to" });
        }
        layers.push(json!({ "data": { "values": [bounds] }, "mark": mark, "encoding": encoding }));
    }
    json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": { "text": title, "subtitle": format!("{}, release {}", view.area_name(&target.area), view.manifest.release) },
        "description": format!("{title}, {}", view.area_name(&target.area)),
        "width": 640, "height": 360, "layer": layers,
    })
}
