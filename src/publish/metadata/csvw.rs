//! `csv/<name>.csv-metadata.json`: a file as CSV on the Web, found by its name beside it.

use datafusion::arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::{Listed, columns, pretty};
use crate::error::Result;
use crate::publish::view::View;
use crate::tables::schema;

pub(super) fn json(view: &View<'_>, file: &Listed) -> Result<Vec<u8>> {
    let kind = |name: &str, kind: &DataType| match kind {
        _ if name == "time_period" => "gYear",
        DataType::Float64 => "double",
        DataType::Boolean => "boolean",
        kind if kind.is_integer() => "integer",
        _ => "string",
    };
    let columns: Vec<Value> = columns(view)
        .map(|(name, of, required)| json!({ "name": name, "titles": name, "datatype": kind(name, of), "required": required, "null": "" }))
        .collect();
    let title = view.indicator(&file.indicator).map_or(file.indicator.as_str(), |indicator| &indicator.title);
    pretty(&json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "url": file.path.rsplit('/').next().unwrap_or(&file.path),
        "dc:title": title,
        "tableSchema": { "columns": columns, "primaryKey": schema::values_key() },
    }))
}
