//! The keys of a data set of the ITU DataHub.

use std::sync::Arc;

use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem};
use crate::sources::format::Format;

/// The DataHub routes that carry data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Route {
    /// `/data/download/byid/{code}/iscollection/{bool}`: a ZIP with one CSV.
    DownloadById,
    /// `/data/download?codesid=..`: CSV text, many series at once.
    DownloadMany,
    /// `/data/bycode/{code}/byiso/{iso3}`: JSON, one economy.
    CountrySeries,
    /// `/aggregation/bycodeid/{code}/byregionid/{region}`: JSON, the agency's own aggregates.
    RegionalAggregates,
}

/// What one data set asks of the DataHub.
#[derive(Debug, Serialize)]
pub(super) struct Datahub {
    pub route: Route,
    pub codes: Vec<String>,
    pub collection: bool,
    pub economies: Vec<String>,
    pub regions: Vec<String>,
}

pub(crate) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    const ROUTES: [(&str, Route); 4] = [
        ("download_by_id", Route::DownloadById),
        ("download_many", Route::DownloadMany),
        ("country_series", Route::CountrySeries),
        ("regional_aggregates", Route::RegionalAggregates),
    ];
    let route = rules::request(table, &ROUTES, problems);
    let codes = table.strings("codes", problems);
    rules::not_empty(table, "codes", codes.as_deref(), problems);
    let codes = table.require("codes", codes, problems).unwrap_or_default();
    let collection = table.boolean("collection", problems).unwrap_or(false);
    let economies = table.strings("economies", problems).unwrap_or_default();
    let regions = table.strings("regions", problems).unwrap_or_default();
    let (route, key) = route?;
    if route == Route::RegionalAggregates && regions.iter().all(|region| region.trim().is_empty()) {
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), "the route regional_aggregates needs `regions`")
                .hint("give ITU's region ids, such as regions = [\"1\", \"2\", \"3\", \"4\", \"5\", \"716\"]"),
        );
    }
    let alpha3 = |code: &&String| code.trim().len() == 3 && code.trim().bytes().all(|b| b.is_ascii_uppercase());
    if let Some(wrong) = economies.iter().find(|code| route == Route::CountrySeries && !alpha3(code)) {
        problems.push(
            Problem::new(
                Code::SettingsDoNotFit,
                table.source(),
                table.span_of("economies"),
                format!("`{wrong}` is no ISO alpha-3 code of an economy"),
            )
            .hint("the route country_series asks by codes such as IND"),
        );
    }
    Some(Arc::new(Datahub { route, codes, collection, economies, regions }))
}
