//! What search engines read of a page: the data that it shows, as a Dataset of schema.org in JSON-LD.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{DESCRIPTION, TITLE, in_short, licence};
use crate::indicator::Indicator;
use crate::publish::view::View;

/// The data of one indicator, or of the whole release. `root`: from the page to the folder of the release.
pub(crate) fn dataset(view: &View<'_>, indicator: Option<&Indicator>, root: &str) -> String {
    let file =
        |path: String, media: &str| json!({ "@type": "DataDownload", "encodingFormat": media, "contentUrl": format!("{root}{path}") });
    let mut dataset = json!({
        "@context": "https://schema.org/", "@type": "Dataset",
        "name": TITLE, "description": DESCRIPTION, "identifier": view.manifest.release,
        "version": view.manifest.release, "datePublished": view.manifest.created_at, "isAccessibleForFree": true,
        "creator": { "@type": "Organization", "name": "Yardstick" },
        "distribution": [
            file("values.parquet".into(), "application/vnd.apache.parquet"),
            file("yardstick.xlsx".into(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            file("datapackage.json".into(), "application/json"),
        ],
    });
    let mut licences = addresses(view);
    if let Some(indicator) = indicator {
        let name = &indicator.name;
        dataset["name"] = json!(indicator.title);
        dataset["description"] = json!(in_short(indicator));
        dataset["identifier"] = json!(name);
        dataset["measurementTechnique"] = json!(indicator.rollup);
        dataset["variableMeasured"] =
            json!({ "@type": "PropertyValue", "name": indicator.title, "unitText": view.labels.unit(&indicator.unit).name });
        dataset["distribution"] =
            json!([file(format!("web/{name}.csv"), "text/csv"), file(format!("web/{name}.json"), "application/json")]);
        licences = indicator.sources.iter().filter_map(|source| licence::address(&source.licence)).collect();
        licences.sort();
        licences.dedup();
    }
    if !licences.is_empty() {
        dataset["license"] = json!(licences);
    }
    inside_a_page(&dataset)
}

/// The addresses of the licences of all sources, each once.
fn addresses(view: &View<'_>) -> Vec<String> {
    let mut addresses: Vec<String> = licence::of_release(view).into_values().flatten().collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// What the page of an economy or a group shows of the whole release, which `whole` describes, with its licences: the
/// address from the page.
pub(crate) fn part(area: &str, whole: &str) -> String {
    inside_a_page(&json!({
        "@context": "https://schema.org/", "@type": "Dataset", "name": format!("{area}: the distance to ICT targets"),
        "description": format!("Newest values of ICT indicators in {area}, and their distance to each target."),
        "isPartOf": whole,
    }))
}

/// JSON that no reader of HTML takes for markup, and that shows every mark which turns the direction of writing.
fn inside_a_page(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            '<'
            | '>'
            | '&'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{7f}'..='\u{9f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text
}
