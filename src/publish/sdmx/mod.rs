//! `sdmx/`: every value as SDMX-CSV 2.0, and what describes it as SDMX-ML 2.1 and SDMX-JSON 2.1. The paths are those of
//! the SDMX REST interface, so that a folder served by any web server answers its calls.

mod code;
mod data;
mod json;
mod lists;
mod structure;
mod xml;

use std::collections::BTreeSet;

use self::code::code;
use self::structure::{AGENCY, DATAFLOW, DSD, Structure, VERSION};
use super::view::View;
use crate::error::Result;
use crate::release::files::Staging;

pub(super) fn files(view: &View<'_>, staging: &Staging<'_>) -> Result<()> {
    let structure = Structure::of(view);
    let message = xml::message(view, &structure)?;
    staging.put(&format!("sdmx/structure/dataflow/{AGENCY}/{DATAFLOW}/{VERSION}/structure.xml"), &message)?;
    let described = format!("sdmx/structure/datastructure/{AGENCY}/{DSD}/{VERSION}");
    staging.put(&format!("{described}/structure.xml"), &message)?;
    staging.put(&format!("{described}/structure.json"), &json::message(view, &structure)?)?;
    let flow = format!("sdmx/data/dataflow/{AGENCY}/{DATAFLOW}/{VERSION}");
    let (all, head) = (format!("{flow}/all.csv"), data::header()?);
    staging.append(&all, &head)?;
    // In the order of `values.parquet`, so that the file of all is sorted as it is.
    let names: BTreeSet<&str> = view.contents.indicators.iter().map(String::as_str).collect();
    for indicator in names {
        let table = data::rows(view, indicator, head.clone())?;
        staging.put(&format!("{flow}/{}/data.csv", code(indicator)), &table)?;
        staging.append(&all, &table[head.len()..])?;
    }
    Ok(())
}
