//! World Bank Data360: a mirror of databases of others, of ITU's above all. Its figures have codes of their own; which
//! figure of ITU one of them is, if any, is for SQL to say, never for the mirror's name of it.

mod codes;
mod columns;
mod requests;
mod rows;
mod settings;

use std::collections::BTreeSet;

pub(super) use self::settings::read;
use self::settings::{Data360, Route};
use super::body::ReadSeek;
use super::body::headings::Header;
use super::format::{Format, Parsed, Served};
use super::plan::{self, Asked, Fixed, Plan};
use crate::error::Result;
use crate::fetch::Pull;
use crate::reference::Reference;
use crate::rows::collector::Collector;

impl Format for Data360 {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "data360": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        let base = asked.base()?;
        Ok(match self.route {
            Route::File => Box::new(Fixed::new(requests::files(base, &self.database, &self.indicators))),
            Route::Api => Box::new(requests::Pages::new(base, &self.database, &self.indicators)),
        })
    }

    fn parse(&self, name: &str, body: &mut dyn ReadSeek, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        rows::parse(name, body, self, reference, collector)
    }

    fn fits(&self, header: &Header) -> bool {
        columns::Columns::of(header).is_ok()
    }

    /// Each indicator is asked for by itself, and the answer for one that is gone may be a table without rows.
    fn codes_asked(&self, pull: &Pull) -> BTreeSet<String> {
        if pull.origin == "network" { plan::distinct(&self.indicators).into_iter().collect() } else { BTreeSet::new() }
    }

    fn series(&self, _reference: &Reference) -> Served {
        Served {
            series: plan::distinct(&self.indicators).iter().map(|code| codes::series(&self.database, code)).collect(),
            shape: Some(codes::is_series),
            place: "the indicators of pipelines/data360.toml",
        }
    }
}
