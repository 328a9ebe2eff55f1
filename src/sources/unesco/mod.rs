//! UNESCO Institute for Statistics: the bulk archive of a database, and the Data API.

mod codes;
mod requests;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::body::ReadSeek;
use super::body::headings::Header;
use super::format::{Format, Parsed, Served};
use super::plan::{self, Asked, Fixed, Plan};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Problem, Result};
use crate::fetch::Pull;
use crate::reference::Reference;
use crate::rows::collector::Collector;

/// `uis_bulk`: all of a database in one archive.
#[derive(Debug, Serialize)]
struct Bulk {
    url: String,
}

/// `uis_api`: some indicators, in batches under the limits of the interface.
#[derive(Debug, Serialize)]
struct Api {
    indicators: Vec<String>,
    start: Option<i64>,
    end: Option<i64>,
    export: bool,
}

pub(super) fn read_bulk(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let url = table.string("url", problems);
    if let Some(url) = &url {
        rules::address(table, "url", url, problems);
    }
    Some(Arc::new(Bulk { url: table.require("url", url, problems)? }))
}

pub(super) fn read_api(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let indicators = table.strings("indicators", problems);
    rules::not_empty(table, "indicators", indicators.as_deref(), problems);
    let (start, end) = rules::years(table, problems);
    let export = table.boolean("export", problems).unwrap_or(false);
    Some(Arc::new(Api { indicators: table.require("indicators", indicators, problems)?, start, end, export }))
}

/// Data files of the archive and of an export.
fn reads_member(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.is_empty()
        || name.ends_with("_data_national.csv")
        || name.ends_with("_data_regional.csv")
        || name.rsplit('/').next() == Some("data.csv")
}

impl Format for Bulk {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "uis_bulk": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(Fixed::new(vec![requests::bulk(&self.url, asked.dataset)])))
    }

    fn parse(&self, name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(body, name, None, collector)
    }

    fn reads_member(&self, name: &str) -> bool {
        reads_member(name)
    }

    fn fits(&self, _header: &Header) -> bool {
        true
    }

    fn may_withdraw(&self) -> bool {
        true
    }
}

impl Format for Api {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "uis_api": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(requests::Batches::new(asked.base()?, &self.indicators, (self.start, self.end), self.export)))
    }

    fn parse(&self, name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(body, name, Some(&self.indicators), collector)
    }

    fn reads_member(&self, name: &str) -> bool {
        reads_member(name)
    }

    fn fits(&self, _header: &Header) -> bool {
        true
    }

    fn codes_asked(&self, pull: &Pull) -> BTreeSet<String> {
        plan::codes_in(pull, "indicator")
    }

    fn series(&self, _reference: &Reference) -> Served {
        Served {
            series: self.indicators.clone(),
            shape: Some(|code| code.starts_with("SCHBSP.") || code.starts_with("ICTSKILL")),
            place: "the indicators of pipelines/unesco.toml",
        }
    }

    fn one_code_per_breakdown(&self) -> bool {
        true
    }
}
