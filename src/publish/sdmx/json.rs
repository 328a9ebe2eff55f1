//! `structure.json`: the structure as SDMX-JSON 2.1.

use serde_json::{Value, json};

use super::code::concept_name;
use super::structure::{AGENCY, ATTRIBUTES, Component, DATAFLOW, DIMENSIONS, DSD, Holds, MEASURE, SCHEME, Structure, TITLE, VERSION};
use crate::error::Result;
use crate::publish::view::View;

pub(super) fn message(view: &View<'_>, structure: &Structure) -> Result<Vec<u8>> {
    let (time, coded) = DIMENSIONS.split_last().map_or((None, &DIMENSIONS[..]), |(time, coded)| (Some(time), coded));
    let dimensions = coded.iter().enumerate().map(|(position, one)| with(component(one), "position", json!(position)));
    let attributes = ATTRIBUTES.iter().map(|one| {
        let usage = if one.mandatory { "mandatory" } else { "optional" };
        with(with(component(one), "usage", json!(usage)), "attributeRelationship", json!({ "observation": {} }))
    });
    let components = json!({
        "dimensionList": { "id": "DimensionDescriptor", "dimensions": dimensions.collect::<Vec<_>>(), "timeDimension": time.map(component) },
        "measureList": { "id": "MeasureDescriptor", "measures": [with(component(&MEASURE), "usage", json!("optional"))] },
        "attributeList": { "id": "AttributeDescriptor", "attributes": attributes.collect::<Vec<_>>() },
    });
    let item = |id: &str, name: &str| json!({ "id": id, "name": name, "names": { "en": name } });
    let concepts: Vec<Value> = Structure::components().map(|one| item(one.id, &concept_name(one.id))).collect();
    let lists: Vec<Value> = structure
        .lists
        .iter()
        .map(|list| with(maintained(&list.id, &list.name), "codes", list.codes.iter().map(|(code, name)| item(code, name)).collect()))
        .collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({
        "meta": {
            "schema": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
            "id": view.manifest.release, "test": false, "prepared": view.manifest.created_at,
            "contentLanguages": ["en"], "sender": { "id": AGENCY },
        },
        "data": {
            "conceptSchemes": [with(maintained(SCHEME, "Concepts"), "concepts", concepts.into())],
            "codelists": lists,
            "dataStructures": [with(maintained(DSD, TITLE), "dataStructureComponents", components)],
            "dataflows": [with(maintained(DATAFLOW, TITLE), "structure", urn("datastructure.DataStructure", DSD, "").into())],
        },
    }))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn maintained(id: &str, name: &str) -> Value {
    json!({ "id": id, "agencyID": AGENCY, "version": VERSION, "name": name, "names": { "en": name } })
}

fn component(component: &Component) -> Value {
    let kind = match component.holds {
        Holds::List(list) => {
            json!({ "enumeration": urn("codelist.Codelist", list, "") })
        }
        Holds::Number => json!({ "format": { "dataType": "Double" } }),
        Holds::Count => json!({ "format": { "dataType": "Integer" } }),
        Holds::Text => json!({ "format": { "dataType": "String" } }),
        Holds::Year => json!({ "format": { "dataType": "GregorianYear" } }),
    };
    let concept = urn("conceptscheme.Concept", SCHEME, &format!(".{}", component.id));
    json!({ "id": component.id, "conceptIdentity": concept, "localRepresentation": kind })
}

fn urn(class: &str, id: &str, item: &str) -> String {
    format!("urn:sdmx:org.sdmx.infomodel.{class}={AGENCY}:{id}({VERSION}){item}")
}

/// An object with one more key.
fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}
