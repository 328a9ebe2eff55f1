//! The UN SDG database.

mod columns;
mod requests;
mod rows;

use std::sync::Arc;

use serde::Serialize;

use super::body::ReadSeek;
use super::body::headings::Header;
use super::format::{Format, Parsed, Served};
use super::plan::{Asked, Fixed, Plan};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Problem, Result};
use crate::reference::Reference;
use crate::rows::collector::Collector;

/// `unsd_csv`: some series, one request each.
#[derive(Debug, Serialize)]
struct SdgCsv {
    series: Vec<String>,
    /// Today's names of series, with those of before under which their rows stand.
    renamed: Vec<(String, String)>,
    /// Nothing is asked: a person downloads the file from the portal.
    by_hand: bool,
    start: Option<i64>,
    end: Option<i64>,
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let series = table.strings("series", problems);
    rules::not_empty(table, "series", series.as_deref(), problems);
    let renamed = table.map("renamed", problems).unwrap_or_default();
    let by_hand = table.boolean("by_hand", problems).unwrap_or(false);
    let (start, end) = rules::years(table, problems);
    Some(Arc::new(SdgCsv { series: table.require("series", series, problems)?, renamed, by_hand, start, end }))
}

impl Format for SdgCsv {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "unsd_csv": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(Fixed::new(requests::requests(asked.base()?, &self.series, (self.start, self.end)))))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(body, rows::Names { asked: &self.series, renamed: &self.renamed }, collector)
    }

    fn fits(&self, header: &Header) -> bool {
        rows::fits(header)
    }

    fn nothing_to_ask(&self, _environment: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
        self.by_hand.then_some("it is only downloaded by hand")
    }

    /// Codes such as `IT_USE_ii99`.
    fn series(&self, _reference: &Reference) -> Served {
        Served {
            series: self.series.iter().filter(|name| !self.renamed.iter().any(|(today, _)| today == *name)).cloned().collect(),
            shape: Some(|code| code.len() > 6 && code.as_bytes()[2] == b'_' && code[..2].bytes().all(|b| b.is_ascii_uppercase())),
            place: "the series of pipelines/unsd.toml",
        }
    }
}
