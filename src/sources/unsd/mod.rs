//! The UN SDG database.

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
    start: Option<i64>,
    end: Option<i64>,
}

pub fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let series = table.strings("series", problems);
    rules::not_empty(table, "series", series.as_deref(), problems);
    let (start, end) = rules::years(table, problems);
    Some(Arc::new(SdgCsv { series: table.require("series", series, problems).unwrap_or_default(), start, end }))
}

impl Format for SdgCsv {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "unsd_csv": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(Fixed::new(requests::requests(asked.base()?, &self.series, (self.start, self.end)))))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(body, collector)
    }

    fn fits(&self, header: &Header) -> bool {
        rows::fits(header)
    }

    /// Codes such as `IT_USE_ii99`.
    fn series(&self, _reference: &Reference) -> Served {
        Served {
            series: self.series.clone(),
            shape: Some(|code| code.len() > 6 && code.as_bytes()[2] == b'_' && code[..2].bytes().all(|b| b.is_ascii_uppercase())),
            place: "the series of pipelines/unsd.toml",
        }
    }
}
