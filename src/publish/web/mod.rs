//! `web/`: the files of one indicator, for who makes a page or a notebook: one address each, nothing to be guessed.

mod data;
mod metadata;
mod readme;

use super::chart;
use super::site::history;
use super::view::View;
use crate::error::Result;

/// The schema of `web/<name>.json`, published beside it.
const SCHEMA: &[u8] = include_bytes!("web.schema.json");

/// `web/<name>.csv`, `.json`, `.metadata.json`, `.svg`, `.readme.md` of each indicator, and the schema.
pub(super) fn files(view: &View<'_>, put: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    put("schema/web.schema.json", SCHEMA)?;
    for indicator in &view.made.catalogue.indicators {
        let name = format!("web/{}", indicator.name);
        let table = data::Table::new(view, indicator);
        put(&format!("{name}.csv"), &table.csv()?)?;
        put(&format!("{name}.json"), &table.json()?)?;
        put(&format!("{name}.metadata.json"), &metadata::json(view, indicator, &table)?)?;
        let figure = history::of_indicator(view, indicator);
        put(&format!("{name}.svg"), &chart::standalone(&figure.svg, &figure.caption()))?;
        put(&format!("{name}.readme.md"), readme::text(view, indicator, &figure.caption()).as_bytes())?;
    }
    Ok(())
}
