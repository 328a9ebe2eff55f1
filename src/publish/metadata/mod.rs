//! What catalogues and tools need to find and read the files of a release without asking: Data Package, DCAT, schema.org,
//! CSV on the Web, Croissant. All addresses are relative, so a release describes itself wherever it is served from.

mod croissant;
mod csvw;
mod dcat;
pub(super) mod licence;
mod package;
pub(super) mod schema_org;

use datafusion::arrow::datatypes::DataType;

use super::view::View;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::release::catalog::one_line;

/// A CSV file of a release, as what describes it must name it.
pub(super) struct Listed {
    pub indicator: String,
    pub path: String,
    pub bytes: usize,
    pub sha256: String,
}

impl Listed {
    pub(super) fn new(indicator: &str, path: String, bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let sha256 = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { indicator: indicator.to_owned(), path, bytes: bytes.len(), sha256 }
    }
}

pub(super) fn files(view: &View<'_>, listed: &[Listed], put: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    put("datapackage.json", &package::json(view, listed)?)?;
    put("catalog.jsonld", &dcat::json(view, listed)?)?;
    put("croissant.json", &croissant::json(view, listed)?)?;
    for file in listed {
        put(&format!("{}-metadata.json", file.path), &csvw::json(view, file)?)?;
    }
    Ok(())
}

/// All that an indicator's header says of it.
pub(super) fn described(indicator: &Indicator) -> String {
    sentences(&[&indicator.title, &indicator.definition, &indicator.method, &indicator.caveats])
}

/// The same for a page that has method and caveats in its text.
pub(super) fn in_short(indicator: &Indicator) -> String {
    sentences(&[&indicator.title, &indicator.definition])
}

/// A sentence and more: search engines take from 50 to 5,000 characters.
fn sentences(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| one_line(part).trim_end_matches('.').to_owned()).filter(|part| !part.is_empty());
    let told = parts.chain(["Values by economy, group of economies, year and breakdown, with what each rests on.".to_owned()]);
    told.collect::<Vec<_>>().join(". ").chars().take(5000).collect()
}

/// What the whole release is.
pub(super) const TITLE: &str = "Yardstick: the distance to ICT targets";
pub(super) const DESCRIPTION: &str = "Indicators of the targets for information and communication technology: values by economy and group, \
     with coverage and notes, and the distance of each to its target.";

/// The columns of a CSV file: name, type, whether no cell is empty.
fn columns<'a>(view: &View<'a>) -> impl Iterator<Item = (&'a str, &'a DataType, bool)> {
    let schema = view.values.batch.schema_ref();
    schema.fields().iter().map(|field| (field.name().as_str(), field.data_type(), !field.is_nullable()))
}

fn pretty(value: &serde_json::Value) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
