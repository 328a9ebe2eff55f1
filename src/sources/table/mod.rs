//! Any published CSV, workbook or JSON list, read through a map of its columns: how a statistician brings in a file without Rust.

mod about;
mod columns;
mod figures;
mod heading;
mod json;
mod map;
mod requests;
mod rows;
mod sheets;
mod signs;
mod spans;
mod unmatched;
mod value_columns;
mod written_numbers;
mod year_columns;

use std::sync::Arc;

use self::map::{Column, TableMap};
use super::body::ReadSeek;
use super::body::archive::{self, Kind};
use super::body::headings::Header;
use super::body::layout::CsvLayout;
use super::format::{Format, Parsed, Served};
use super::plan::{Asked, Fixed, Plan};
use crate::authored::toml::TableReader;
use crate::error::{Problem, Result};
use crate::reference::Reference;
use crate::rows::collector::{Collector, Matched};

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    map::read(table, problems).map(|map| -> Arc<dyn Format> { Arc::new(map) })
}

impl Format for TableMap {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "table": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(Fixed::new(requests::of(self, asked)?)))
    }

    fn parse(&self, _name: &str, body: &mut dyn ReadSeek, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        match archive::kind_of(body)? {
            Kind::Json => json::parse(body, self, &reference.units(), collector),
            _ => rows::parse(body, self, &reference.units(), collector),
        }
    }

    fn maps_areas(&self) -> bool {
        true
    }

    fn fits(&self, header: &Header) -> bool {
        rows::fits(self, header)
    }

    fn csv_layout(&self) -> CsvLayout {
        self.csv_layout()
    }

    fn json_lists(&self) -> &[String] {
        &self.lists
    }

    fn nothing_to_ask(&self, _environment: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
        self.url.trim().is_empty().then_some("it is only downloaded by hand")
    }

    fn reference_files(&self) -> &'static [&'static str] {
        &["units.csv"]
    }

    fn unmatched(&self, matched: &Matched) -> Vec<(String, bool)> {
        unmatched::unmatched(self, matched)
    }

    fn series(&self, _reference: &Reference) -> Served {
        match self.column("series") {
            Some(Column::Constant(series)) => Served { series: vec![series.clone()], ..Served::default() },
            _ => Served::default(),
        }
    }
}
