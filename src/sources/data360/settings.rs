//! The keys of a data set of Data360.

use std::sync::Arc;

use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem};
use crate::sources::format::Format;

/// The two ways to the same figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Route {
    /// One CSV for each indicator, whole, with codes and labels.
    File,
    /// The interface: CSV with codes only, in pages.
    Api,
}

/// `data360`: some indicators of one database.
#[derive(Debug, Serialize)]
pub(super) struct Data360 {
    pub(super) route: Route,
    pub(super) database: String,
    pub(super) indicators: Vec<String>,
}

impl Data360 {
    /// Whether the data set names an indicator of a database.
    pub(super) fn names(&self, database: &[u8], indicator: &[u8]) -> bool {
        self.database.as_bytes() == database && self.indicators.iter().any(|code| code.trim().as_bytes() == indicator)
    }
}

pub(crate) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Arc<dyn Format>> {
    const ROUTES: [(&str, Route); 2] = [("file", Route::File), ("api", Route::Api)];
    let route = rules::request(table, &ROUTES, problems);
    let database = table.string("database", problems);
    let database = table.require("database", database, problems).unwrap_or_default();
    let indicators = table.strings("indicators", problems);
    rules::not_empty(table, "indicators", indicators.as_deref(), problems);
    let indicators = table.require("indicators", indicators, problems).unwrap_or_default();
    let wrong = [("database", &database)].into_iter().chain(indicators.iter().map(|code| ("indicators", code)));
    for (key, code) in wrong.filter(|(_, code)| !is_code(code)) {
        problems.push(
            Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), format!("`{code}` is no code of Data360"))
                .hint("codes have capital letters, digits and underscores, such as ITU_DH and ITU_DH_POP_COV_4G"),
        );
    }
    let (route, _) = route?;
    Some(Arc::new(Data360 { route, database: database.trim().to_owned(), indicators }))
}

/// Blank ones are told as missing.
fn is_code(code: &str) -> bool {
    code.trim().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
