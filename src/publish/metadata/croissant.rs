//! `croissant.json`: the CSV files as a data set for machine learning, by Croissant.

use datafusion::arrow::datatypes::DataType;
use serde_json::{Map, Value, json};

use super::{DESCRIPTION, Listed, columns, licence, pretty};
use crate::error::Result;
use crate::publish::view::View;
use crate::tables::schema;

/// Terms of the vocabulary that stand for themselves.
const TERMS: [&str; 25] = [
    "citeAs",
    "column",
    "equivalentProperty",
    "samplingRate",
    "extract",
    "field",
    "fileProperty",
    "fileObject",
    "fileSet",
    "format",
    "includes",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "separator",
    "subField",
    "transform",
];

pub(super) fn json(view: &View<'_>, listed: &[Listed]) -> Result<Vec<u8>> {
    let licences: Vec<String> =
        licence::of_release(view).into_iter().map(|(text, address)| address.unwrap_or_else(|| text.into())).collect();
    let files: Vec<Value> = listed
        .iter()
        .map(|file| {
            json!({
                "@type": "cr:FileObject", "@id": file.path, "name": file.path, "contentUrl": file.path,
                "encodingFormat": "text/csv", "sha256": file.sha256, "contentSize": format!("{} B", file.bytes),
            })
        })
        .collect();
    let records: Vec<Value> = listed.iter().map(|file| records(view, file)).collect();
    pretty(&json!({
        "@context": context(), "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "yardstick", "description": DESCRIPTION, "license": licences, "url": "site/index.html",
        "creator": { "@type": "Organization", "name": "Yardstick" },
        "datePublished": view.manifest.created_at, "version": "1.0.0", "citeAs": format!("Yardstick, release {}", view.manifest.release),
        "distribution": files, "recordSet": records,
    }))
}

fn records(view: &View<'_>, file: &Listed) -> Value {
    let kind = |kind: &DataType| match kind {
        DataType::Float64 => "sc:Float",
        DataType::Boolean => "sc:Boolean",
        kind if kind.is_integer() => "sc:Integer",
        _ => "sc:Text",
    };
    let id = |column: &str| format!("{}/{column}", file.indicator);
    let fields: Vec<Value> = columns(view)
        .map(|(name, of, _)| {
            json!({
                "@type": "cr:Field", "@id": id(name), "name": name, "dataType": kind(of),
                "source": { "fileObject": { "@id": file.path }, "extract": { "column": name } },
            })
        })
        .collect();
    let key: Vec<Value> = schema::values_key().into_iter().map(|column| json!({ "@id": id(column) })).collect();
    json!({ "@type": "cr:RecordSet", "@id": file.indicator, "name": file.indicator, "key": key, "field": fields })
}

fn context() -> Value {
    let mut context = Map::new();
    let mut term = |name: &str, value: Value| context.insert(name.to_owned(), value);
    term("@language", json!("en"));
    term("@vocab", json!("https://schema.org/"));
    term("cr", json!("http://mlcommons.org/croissant/"));
    term("rai", json!("http://mlcommons.org/croissant/RAI/"));
    term("dct", json!("http://purl.org/dc/terms/"));
    term("sc", json!("https://schema.org/"));
    term("conformsTo", json!("dct:conformsTo"));
    term("data", json!({ "@id": "cr:data", "@type": "@json" }));
    term("examples", json!({ "@id": "cr:examples", "@type": "@json" }));
    term("dataType", json!({ "@id": "cr:dataType", "@type": "@vocab" }));
    term("source", json!("cr:source"));
    for name in TERMS {
        term(name, json!(format!("cr:{name}")));
    }
    Value::Object(context)
}
