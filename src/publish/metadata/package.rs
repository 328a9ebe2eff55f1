//! `datapackage.json`: the CSV files as a Data Package 2.0, with types, codes, keys and hashes.

use datafusion::arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::{DESCRIPTION, Listed, TITLE, columns, described, licence, pretty};
use crate::error::Result;
use crate::publish::view::View;
use crate::tables::schema;

pub(super) fn json(view: &View<'_>, listed: &[Listed]) -> Result<Vec<u8>> {
    let manifest = view.manifest;
    let licences: Vec<Value> = licence::of_release(view).iter().map(|(text, address)| licence::packaged(text, address.as_ref())).collect();
    let sources: Vec<Value> = manifest
        .inputs
        .iter()
        .map(|input| {
            let mut source = json!({ "title": input.id().to_string() });
            if let Some(known) = view.made.sources.iter().find(|source| source.name == input.source) {
                source["title"] = json!(format!("{}, {}", known.title, input.dataset));
                if known.homepage.starts_with("http") {
                    source["path"] = json!(known.homepage);
                }
            }
            if let Some(vintage) = input.vintage.as_deref().filter(|vintage| !vintage.is_empty()) {
                source["version"] = json!(vintage);
            }
            source
        })
        .collect();
    let mut package = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "yardstick", "id": manifest.release, "title": TITLE, "description": DESCRIPTION,
        "version": manifest.release, "created": manifest.created_at,
        "contributors": [{ "title": "Yardstick", "roles": ["publisher"] }],
        "resources": listed.iter().map(|file| resource(view, file)).collect::<Vec<_>>(),
    });
    // Neither may be an empty list.
    for (key, list) in [("licenses", licences), ("sources", sources)] {
        if !list.is_empty() {
            package[key] = list.into();
        }
    }
    pretty(&package)
}

fn resource(view: &View<'_>, file: &Listed) -> Value {
    let indicator = view.indicator(&file.indicator);
    let fields: Vec<Value> = columns(view)
        .map(|(name, kind, required)| {
            let mut field = json!({ "name": name, "type": if name == "time_period" { "year" } else { type_of(kind) } });
            if required {
                field["constraints"] = json!({ "required": true });
            }
            let codes: Vec<Value> = view
                .labels
                .list(&format!("CL_{}", name.to_uppercase()))
                .map(|(code, label)| json!({ "value": code, "label": label }))
                .collect();
            // A breakdown may have codes that no list foresees.
            if !codes.is_empty() && name != "breakdown" {
                field["categories"] = codes.into();
            }
            field
        })
        .collect();
    json!({
        "name": file.indicator, "title": indicator.map_or(&file.indicator, |i| &i.title),
        "description": indicator.map(described).unwrap_or_default(),
        "path": file.path, "type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "bytes": file.bytes, "hash": format!("sha256:{}", file.sha256),
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": fields, "primaryKey": schema::values_key(), "missingValues": [""],
        },
    })
}

fn type_of(kind: &DataType) -> &'static str {
    match kind {
        DataType::Float64 => "number",
        DataType::Boolean => "boolean",
        kind if kind.is_integer() => "integer",
        _ => "string",
    }
}
