//! UNCTADstat: the keyless bulk archive of a report, and the interface that needs an account.

mod core;
mod requests;
mod rows;

use std::sync::Arc;

use serde::Serialize;

use super::body::ReadSeek;
use super::body::headings::Header;
use super::format::{Format, Parsed};
use super::plan::{Asked, Plan};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, Result};
use crate::reference::Reference;
use crate::rows::collector::Collector;

/// `unctad_bulk`: the archive of a report.
#[derive(Debug, Serialize)]
struct Bulk {
    report: String,
}

/// `unctad_api`: one measure of a report, year by year.
#[derive(Debug, Serialize)]
struct Api {
    report: String,
    dimensions: Vec<String>,
    measure: String,
    years: (i64, i64),
    client_id_env: String,
    client_secret_env: String,
}

pub(super) fn read_bulk(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let report = table.string("report", problems);
    Some(Arc::new(Bulk { report: table.require("report", report, problems)? }))
}

pub(super) fn read_api(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let report = table.string("report", problems);
    let report = table.require("report", report, problems).unwrap_or_default();
    let dimensions = table.strings("dimensions", problems).unwrap_or_default();
    let measure = table.string("measure", problems);
    let measure = table.require("measure", measure, problems).unwrap_or_default();
    let years = table.integers("years", problems);
    let years = table.require("years", years, problems)?;
    let [first, last] = years[..] else {
        problems.push(Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of("years"), "`years` must be [first, last]"));
        return None;
    };
    rules::in_order(table, "years", Some(first), Some(last), problems);
    Some(Arc::new(Api {
        report,
        dimensions,
        measure,
        years: (first, last),
        client_id_env: table.string("client_id_env", problems).unwrap_or_else(|| "YARDSTICK_UNCTAD_CLIENT_ID".into()),
        client_secret_env: table.string("client_secret_env", problems).unwrap_or_else(|| "YARDSTICK_UNCTAD_CLIENT_SECRET".into()),
    }))
}

impl Format for Bulk {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "unctad_bulk": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(requests::Archives::new(asked.base()?, &self.report)))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(body, &self.dimensions(), collector)
    }

    fn fits(&self, header: &Header) -> bool {
        rows::fits(header)
    }
}

impl Bulk {
    /// Dimensions without which the rows of the report would pass for totals of something else.
    fn dimensions(&self) -> Vec<&str> {
        [("ictuse", "UseOfIct"), ("ictuseenterprsize", "EnterpriseSize"), ("ictuselocation", "Location")]
            .into_iter()
            .filter(|(part, _)| self.report.to_lowercase().contains(part))
            .map(|(_, name)| name)
            .collect()
    }
}

impl Format for Api {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "unctad_api": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        let secrets = requests::credentials(&self.client_id_env, &self.client_secret_env, asked.environment)?;
        Ok(Box::new(requests::Years::new(asked.base()?, self, &secrets)))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        let dimensions = self.dimensions.iter().map(String::as_str).filter(|name| !matches!(*name, "Economy" | "Year"));
        rows::parse(body, &dimensions.collect::<Vec<_>>(), collector)
    }

    fn fits(&self, header: &Header) -> bool {
        rows::fits(header)
    }

    fn nothing_to_ask(&self, environment: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
        let none = environment(&self.client_id_env).is_none() && environment(&self.client_secret_env).is_none();
        none.then_some("it needs an account, and no credentials are set")
    }
}
