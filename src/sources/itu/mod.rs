//! ITU DataHub: v2 downloads (ZIP or CSV), v3 CSV, and the v2 JSON of economies and of regional aggregates.
//! Keyed on SeriesID, whose codes differ between versions. Units come from our own table; the file's are held against it.

mod csv_rows;
mod json_rows;
mod questions;
mod requests;
mod series;
mod settings;
mod stems;
mod units;
mod words;

use std::collections::BTreeSet;

use self::series::SeriesTable;
use self::settings::{Datahub, Route};
use super::body::archive::{self, Kind};
use super::body::csv::CsvStream;
use super::body::headings::Header;
use super::body::{ReadSeek, csv_members};
use super::format::{Format, Parsed, Served};
use super::plan::{self, Asked, Plan};
use crate::error::{Code, Error, Result};
use crate::fetch::Pull;
use crate::reference::Reference;
use crate::rows::collector::Collector;

pub(super) use self::settings::read;

impl Format for Datahub {
    fn settings(&self) -> serde_json::Value {
        serde_json::json!({ "itu_datahub": self })
    }

    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>> {
        Ok(Box::new(requests::Requests::new(asked.base()?, self)?))
    }

    fn parse(&self, name: &str, body: &mut dyn ReadSeek, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed> {
        let kind = archive::kind_of(body)?;
        if let Some(error) = archive::refuse(kind) {
            return Err(error);
        }
        let named = (!self.collection).then(|| plan::distinct(&self.codes));
        let mut series = SeriesTable::new(reference, named);
        if kind == Kind::Json {
            if json_rows::read(body, &mut series, collector)? == 0 {
                return Ok(Parsed { empty: true, ..Parsed::default() });
            }
        } else {
            let mut count = 0;
            csv_members::read_each(body, collector, &mut |_, reader, collector| {
                let csv = CsvStream::open(reader, b',', count)?.with_notes();
                count = csv_rows::read(csv, &mut series, collector)?;
                Ok(())
            })?;
            if count == 0 && self.collection {
                return Err(Error::provider_hint(Code::EmptyBody, "it has names of columns, and no row", "the last good data stay in use"));
            }
        }
        series.finish(collector);
        Ok(Parsed { vintage: words::downloaded_at(name), ..Parsed::default() })
    }

    fn fits(&self, header: &Header) -> bool {
        csv_rows::fits(header)
    }

    fn codes_asked(&self, pull: &Pull) -> BTreeSet<String> {
        match self.route {
            Route::DownloadMany => plan::codes_in(pull, "codesid"),
            // Each answer is of one code. A collection is of many, which nobody names.
            Route::DownloadById if !self.collection && pull.origin == "network" => plan::distinct(&self.codes).into_iter().collect(),
            _ => BTreeSet::new(),
        }
    }

    /// SeriesIDs are numbers.
    fn series(&self, reference: &Reference) -> Served {
        Served {
            series: reference.itu_series.values().map(|s| s.series.clone()).collect(),
            shape: Some(|code| !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit())),
            place: "pipelines/reference/itu_series.csv",
        }
    }

    fn reference_files(&self) -> &'static [&'static str] {
        &["itu_series.csv"]
    }

    fn one_code_per_breakdown(&self) -> bool {
        true
    }
}
