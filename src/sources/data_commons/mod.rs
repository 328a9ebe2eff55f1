//! UN System Data Commons: figures of UN bodies in the JSON of the Data Commons interface, version 2. A variable is named
//! `undata/sdg/IT_USE_ii99`, one of its breakdowns `undata/sdg/IT_MOB_OWN.SEX--F`.

mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::body::ReadSeek;
use super::body::headings::Header;
use super::format::{Format, Parsed};
use super::plan::{Asked, Fixed, Plan, distinct, query, safe};
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Problem, Result};
use crate::fetch::{Expect, Pull, Request};
use crate::reference::Reference;
use crate::rows::collector::Collector;

/// Some variables of all economies.
#[derive(Debug, Serialize)]
struct DataCommons {
    variables: Vec<String>,
    /// The answers do not name one: it is that of each variable here.
    unit: String,
    /// `LATEST`, the newest figure of each economy, is what is known to work; empty asks for all years.
    date: String,
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    let variables = table.strings("variables", problems);
    rules::not_empty(table, "variables", variables.as_deref(), problems);
    let variables = table.require("variables", variables, problems);
    let unit = table.string("unit", problems);
    let unit = table.require("unit", unit, problems);
    let date = table.string("date", problems).unwrap_or_else(|| "LATEST".into());
    Some(Arc::new(DataCommons { variables: variables?, unit: unit?, date }))
}

impl Format for DataCommons {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "data_commons": self })
    }

    /// One request for each variable.
    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        let base = asked.base()?;
        let request = |variable: &String| {
            let mut pairs = vec![
                ("date", self.date.clone()),
                ("variable.dcids", variable.clone()),
                ("entity.expression", "Earth<-containedInPlace+{typeOf:Country}".to_owned()),
            ];
            pairs.extend(["date", "value", "entity", "variable"].map(|part| ("select", part.to_owned())));
            Request::get(format!("{}.json", safe(variable)), format!("{base}/observation?{}", query(&pairs)), Expect::Json)
        };
        Ok(Box::new(Fixed::new(distinct(&self.variables).iter().map(request).collect())))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, _reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        let rows = rows::read(body, &self.variables, &self.unit, collector)?;
        Ok(Parsed { empty: rows == 0, ..Parsed::default() })
    }

    /// No CSV is read.
    fn fits(&self, _header: &Header) -> bool {
        false
    }

    /// The answer for a variable that is gone has no figure.
    fn codes_asked(&self, pull: &Pull) -> BTreeSet<String> {
        if pull.origin == "network" { distinct(&self.variables).into_iter().collect() } else { BTreeSet::new() }
    }
}
