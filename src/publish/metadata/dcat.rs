//! `catalog.jsonld`: the release as a catalogue of data sets by DCAT-AP, one data set an indicator.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{DESCRIPTION, Listed, TITLE, described, licence, pretty};
use crate::error::Result;
use crate::publish::formats::Format;
use crate::publish::view::View;

pub(super) fn json(view: &View<'_>, listed: &[Listed]) -> Result<Vec<u8>> {
    let publisher = json!({ "@id": "catalog.jsonld#publisher", "@type": "foaf:Agent", "foaf:name": said("Yardstick") });
    let issued = json!({ "@value": view.manifest.created_at, "@type": "xsd:dateTime" });
    let datasets: Vec<Value> = listed
        .iter()
        .map(|file| {
            let indicator = view.indicator(&file.indicator);
            let title = indicator.map_or(file.indicator.as_str(), |indicator| &indicator.title);
            json!({
                "@id": format!("catalog.jsonld#{}", file.indicator), "@type": "dcat:Dataset",
                "dct:title": said(title), "dct:description": said(&indicator.map_or_else(|| DESCRIPTION.into(), described)),
                "dct:identifier": file.indicator, "dct:issued": issued, "dct:publisher": publisher,
                "dcat:distribution": distributions(view, file),
            })
        })
        .collect();
    pretty(&json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#", "spdx": "http://spdx.org/rdf/terms#",
        },
        "@id": "catalog.jsonld", "@type": "dcat:Catalog",
        "dct:title": said(TITLE), "dct:description": said(DESCRIPTION), "dct:issued": issued, "dct:publisher": publisher,
        "dcat:dataset": datasets,
    }))
}

fn said(text: &str) -> Value {
    json!({ "@value": text, "@language": "en" })
}

/// A data set as CSV, whose hash is told, and as JSON where that is written.
fn distributions(view: &View<'_>, file: &Listed) -> Vec<Value> {
    let sources = view.indicator(&file.indicator).map(|indicator| indicator.sources.as_slice()).unwrap_or_default();
    let licences: BTreeSet<&str> = sources.iter().map(|source| source.licence.as_str()).collect();
    // A distribution has one licence: a text that names those of all its sources, where they are several.
    let licence = licences.first().map(|first| {
        let title = licences.iter().copied().collect::<Vec<_>>().join("; and ");
        let mut licence = json!({ "@type": "dct:LicenseDocument", "dct:title": said(&title) });
        if licences.len() == 1
            && let Some(address) = licence::address(first)
        {
            licence["@id"] = json!(address);
        }
        licence
    });
    let distribution = |kind: &str, path: &str, media: &str| {
        let mut distribution = json!({
            "@id": format!("catalog.jsonld#{}.{kind}", file.indicator), "@type": "dcat:Distribution",
            "dcat:accessURL": { "@id": path }, "dcat:downloadURL": { "@id": path },
            "dcat:mediaType": { "@id": format!("http://www.iana.org/assignments/media-types/{media}"), "@type": "dct:MediaType" },
        });
        if let Some(licence) = &licence {
            distribution["dct:license"] = licence.clone();
        }
        distribution
    };
    let mut csv = distribution("csv", &file.path, "text/csv");
    csv["spdx:checksum"] = json!({
        "@type": "spdx:Checksum",
        "spdx:algorithm": { "@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm" },
        "spdx:checksumValue": { "@value": file.sha256, "@type": "xsd:hexBinary" },
    });
    csv["dcat:byteSize"] = json!({ "@value": file.bytes.to_string(), "@type": "xsd:nonNegativeInteger" });
    let json = || distribution("json", &format!("web/{}.json", file.indicator), "application/json");
    std::iter::once(csv).chain(view.made.formats.contains(&Format::Web).then(json)).collect()
}
