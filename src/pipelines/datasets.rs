//! `[[dataset]]` blocks: one thing pulled from a source, in one documented format.

use super::table_map::{self, TableMap};
use super::{cron_rule, name_rule, rules};
use crate::error::{Problem, suggestion};
use crate::toml_reader::TableReader;

#[derive(Debug, Clone)]
pub struct Dataset {
    pub name: String,
    pub title: String,
    pub format: Format,
    pub schedule: Option<String>,
    /// A pull with fewer rows than this share of the last one is a failed gate, not new data.
    pub minimum_share_of_last: f64,
    /// A pull with more rows set aside than this share of those that should have become observations is a failed gate.
    pub maximum_share_set_aside: f64,
    /// What to download by hand, and where from: shown when a data set has never been loaded.
    pub how_to_get: String,
    /// Another host than the source's, for this data set alone.
    pub base_url: Option<String>,
    /// The edition of the data, where only a person knows it.
    pub vintage: Option<String>,
}

/// Which provider format a data set's bodies have, and what to ask for.
#[derive(Debug, Clone)]
pub enum Format {
    ItuDatahub {
        route: ItuRoute,
        codes: Vec<String>,
        collection: bool,
        economies: Vec<String>,
        regions: Vec<String>,
    },
    UisBulk {
        url: String,
    },
    UisApi {
        indicators: Vec<String>,
        start: Option<i64>,
        end: Option<i64>,
        export: bool,
    },
    UnctadBulk {
        report: String,
    },
    UnctadApi {
        report: String,
        dimensions: Vec<String>,
        measure: String,
        years: (i64, i64),
        client_id_env: String,
        client_secret_env: String,
    },
    UnsdCsv {
        series: Vec<String>,
        start: Option<i64>,
        end: Option<i64>,
    },
    Table(Box<TableMap>),
}

/// The DataHub routes that carry data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItuRoute {
    /// `/data/download/byid/{code}/iscollection/{bool}`: a ZIP with one CSV.
    DownloadById,
    /// `/data/download?codesid=..`: CSV text, many series at once.
    DownloadMany,
    /// `/data/bycode/{code}/byiso/{iso3}`: JSON, one economy.
    CountrySeries,
    /// `/aggregation/bycodeid/{code}/byregionid/{region}`: JSON, the agency's own aggregates.
    RegionalAggregates,
}

pub const FORMATS: [&str; 7] = ["itu_datahub", "uis_bulk", "uis_api", "unctad_bulk", "unctad_api", "unsd_csv", "table"];

impl Format {
    pub fn name(&self) -> &'static str {
        match self {
            Self::ItuDatahub { .. } => "itu_datahub",
            Self::UisBulk { .. } => "uis_bulk",
            Self::UisApi { .. } => "uis_api",
            Self::UnctadBulk { .. } => "unctad_bulk",
            Self::UnctadApi { .. } => "unctad_api",
            Self::UnsdCsv { .. } => "unsd_csv",
            Self::Table(_) => "table",
        }
    }
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Dataset> {
    let name = table.string("name", problems);
    let name = table.require("name", name, problems)?;
    name_rule(table, "name", &name, problems);
    let title = table.string("title", problems).unwrap_or_else(|| name.clone());
    let schedule = table.string("schedule", problems);
    cron_rule(table, schedule.as_deref(), problems);
    let share = table.float("minimum_share_of_last", problems);
    let minimum_share_of_last = rules::within(table, "minimum_share_of_last", share, 0.0..=1.0, problems).unwrap_or(0.8);
    let share = table.float("maximum_share_set_aside", problems);
    let maximum_share_set_aside = rules::within(table, "maximum_share_set_aside", share, 0.0..=1.0, problems).unwrap_or(0.1);
    let how_to_get = table.string("how_to_get", problems).unwrap_or_default();
    let vintage = table.string("vintage", problems);
    let base_url = table.string("base_url", problems).map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &base_url {
        rules::address(table, "base_url", url, problems);
    }
    let format = table.string("format", problems);
    let format = table.require("format", format, problems)?;
    let format = match format.as_str() {
        "itu_datahub" => itu(table, problems),
        "uis_bulk" => {
            let url = table.string("url", problems);
            if let Some(url) = &url {
                rules::address(table, "url", url, problems);
            }
            Some(Format::UisBulk { url: table.require("url", url, problems).unwrap_or_default() })
        }
        "uis_api" => {
            let indicators = table.strings("indicators", problems);
            rules::not_empty(table, "indicators", indicators.as_deref(), problems);
            let (start, end) = years(table, problems);
            Some(Format::UisApi {
                indicators: table.require("indicators", indicators, problems).unwrap_or_default(),
                start,
                end,
                export: table.boolean("export", problems).unwrap_or(false),
            })
        }
        "unctad_bulk" => {
            let report = table.string("report", problems);
            Some(Format::UnctadBulk { report: table.require("report", report, problems).unwrap_or_default() })
        }
        "unctad_api" => unctad_api(table, problems),
        "unsd_csv" => {
            let series = table.strings("series", problems);
            rules::not_empty(table, "series", series.as_deref(), problems);
            let (start, end) = years(table, problems);
            Some(Format::UnsdCsv { series: table.require("series", series, problems).unwrap_or_default(), start, end })
        }
        "table" => table_map::read(table, problems).map(|map| Format::Table(Box::new(map))),
        other => {
            problems.push(
                Problem::new("E0205", table.source(), table.span_of("format"), format!("unknown format `{other}`"))
                    .maybe_hint(suggestion(other, FORMATS)),
            );
            None
        }
    }?;
    Some(Dataset { name, title, format, schedule, minimum_share_of_last, maximum_share_set_aside, how_to_get, base_url, vintage })
}

fn years(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> (Option<i64>, Option<i64>) {
    let (start, end) = (table.integer("start", problems), table.integer("end", problems));
    rules::in_order(table, "start", start, end, problems);
    (start, end)
}

fn itu(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Format> {
    const ROUTES: [(&str, ItuRoute); 4] = [
        ("download_by_id", ItuRoute::DownloadById),
        ("download_many", ItuRoute::DownloadMany),
        ("country_series", ItuRoute::CountrySeries),
        ("regional_aggregates", ItuRoute::RegionalAggregates),
    ];
    let route = table.string("route", problems).unwrap_or_else(|| "download_by_id".into());
    let codes = table.strings("codes", problems);
    rules::not_empty(table, "codes", codes.as_deref(), problems);
    let codes = table.require("codes", codes, problems).unwrap_or_default();
    let collection = table.boolean("collection", problems).unwrap_or(false);
    let economies = table.strings("economies", problems).unwrap_or_default();
    let regions = table.strings("regions", problems).unwrap_or_default();
    let Some((_, route)) = ROUTES.into_iter().find(|(name, _)| *name == route) else {
        problems.push(
            Problem::new("E0206", table.source(), table.span_of("route"), format!("unknown route `{route}`"))
                .maybe_hint(suggestion(&route, ROUTES.map(|(name, _)| name))),
        );
        return None;
    };
    if route == ItuRoute::RegionalAggregates && regions.iter().all(|region| region.trim().is_empty()) {
        problems.push(
            Problem::new("E0206", table.source(), table.span_of("route"), "the route regional_aggregates needs `regions`")
                .hint("give ITU's region ids, such as regions = [\"1\", \"2\", \"3\", \"4\", \"5\", \"716\"]"),
        );
    }
    let alpha3 = |code: &&String| code.trim().len() == 3 && code.trim().bytes().all(|b| b.is_ascii_uppercase());
    if let Some(wrong) = economies.iter().find(|code| route == ItuRoute::CountrySeries && !alpha3(code)) {
        problems.push(
            Problem::new("E0206", table.source(), table.span_of("economies"), format!("`{wrong}` is no ISO alpha-3 code of an economy"))
                .hint("the route country_series asks by codes such as IND"),
        );
    }
    Some(Format::ItuDatahub { route, codes, collection, economies, regions })
}

fn unctad_api(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Format> {
    let report = table.string("report", problems);
    let report = table.require("report", report, problems).unwrap_or_default();
    let dimensions = table.strings("dimensions", problems).unwrap_or_default();
    let measure = table.string("measure", problems);
    let measure = table.require("measure", measure, problems).unwrap_or_default();
    let years = table.integers("years", problems);
    let years = table.require("years", years, problems)?;
    let [first, last] = years[..] else {
        problems.push(Problem::new("E0206", table.source(), table.span_of("years"), "`years` must be [first, last]"));
        return None;
    };
    rules::in_order(table, "years", Some(first), Some(last), problems);
    Some(Format::UnctadApi {
        report,
        dimensions,
        measure,
        years: (first, last),
        client_id_env: table.string("client_id_env", problems).unwrap_or_else(|| "YARDSTICK_UNCTAD_CLIENT_ID".into()),
        client_secret_env: table.string("client_secret_env", problems).unwrap_or_else(|| "YARDSTICK_UNCTAD_CLIENT_SECRET".into()),
    })
}
