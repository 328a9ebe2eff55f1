//! One way to the figures of a data set. The first is its provider's; `[[dataset.route]]` names mirrors, which are asked in
//! their order when those before refuse, are stale, or fail a gate.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};
use crate::pipelines::{Dataset, Source};
use crate::reference::Reference;
use crate::sources::{self, Format};

#[derive(Debug, Clone)]
pub struct Route {
    pub name: String,
    /// How notes call it.
    pub title: String,
    pub format: Arc<dyn Format>,
    /// Another host than the source's.
    pub base_url: Option<String>,
    /// The series of the data set by the code that the mirror has for it. Without any, the codes are the same.
    pub series: BTreeMap<String, String>,
    /// Where they are named.
    series_span: Range<usize>,
    /// A route whose bodies have not changed for more days than this is stale.
    pub renewed_within_days: Option<i64>,
    /// The share of the figures that another route has too and that must be the same, for each series.
    pub minimum_agreement: f64,
    /// Figures that are known: a route that has others is no mirror.
    pub known: Vec<Known>,
}

/// One figure of which a person is certain.
#[derive(Debug, Clone, Serialize)]
pub struct Known {
    pub series: String,
    pub ref_area: String,
    pub time_period: i64,
    pub value: f64,
    /// Without one, any unit is right.
    pub unit: Option<String>,
}

/// The keys that every route has: of a data set for its own route, or of `[[dataset.route]]`.
pub(super) fn read(table: &mut TableReader<'_>, name: String, title: String, problems: &mut Vec<Problem>) -> Option<Route> {
    let base_url = table.string("base_url", problems).map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &base_url {
        rules::address(table, "base_url", url, problems);
    }
    let days = table.integer("renewed_within_days", problems);
    let renewed_within_days = rules::within(table, "renewed_within_days", days, 1..=36_500, problems);
    let format = table.string("format", problems);
    rules::choices(table, "format", sources::format_names());
    let format = table.require("format", format, problems)?;
    let format = sources::read_format(&format, table, problems)?;
    let (series, series_span) = (BTreeMap::new(), table.span_of("series"));
    Some(Route { name, title, format, base_url, series, series_span, renewed_within_days, minimum_agreement: 0.9, known: Vec::new() })
}

/// The tables `[[dataset.route]]`, in order.
pub(super) fn read_mirrors(table: &mut TableReader<'_>, own: &str, problems: &mut Vec<Problem>) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    // A text under this key is the older name of `request`, which belongs to the format.
    if table.is_text("route") {
        return routes;
    }
    for mut table in table.tables("route", "route", problems) {
        let Some(route) = mirror(&mut table, problems) else { continue };
        if route.name == own || routes.iter().any(|other| other.name == route.name) {
            let message = format!("two routes of `{own}` are named `{}`; its own route has the name of the data set", route.name);
            problems.push(Problem::new(Code::DefinedTwice, table.source(), table.span_of("name"), message));
        } else {
            routes.push(route);
        }
    }
    routes
}

fn mirror(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Route> {
    let name = table.string("name", problems);
    let name = table.require("name", name, problems).unwrap_or_default();
    rules::name_rule(table, "name", &name, problems);
    let title = table.string("title", problems).unwrap_or_else(|| name.clone());
    let series = table.map("series", problems).unwrap_or_default().into_iter().collect();
    let share = table.float("minimum_agreement", problems);
    let minimum_agreement = rules::within(table, "minimum_agreement", share, 0.0..=1.0, problems).unwrap_or(0.9);
    let known = table.tables("known", "known figure", problems).into_iter().filter_map(|mut table| known(&mut table, problems)).collect();
    let route = read(table, name, title, problems);
    table.finish(problems);
    Some(Route { series, minimum_agreement, known, ..route? })
}

fn known(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Known> {
    let (series, ref_area) = (table.string("series", problems), table.string("ref_area", problems));
    let (time_period, value) = (table.integer("time_period", problems), table.float("value", problems));
    let unit = table.string("unit", problems);
    let series = table.require("series", series, problems);
    let ref_area = table.require("ref_area", ref_area, problems);
    let time_period = table.require("time_period", time_period, problems);
    let value = table.require("value", value, problems);
    table.finish(problems);
    Some(Known { series: series?, ref_area: ref_area?, time_period: time_period?, value: value?, unit })
}

/// Whether the series of mirrors are those of the data set, and what the mirror is asked for, where that is known.
pub fn check_names(sources: &[Source], reference: &Reference, problems: &mut Vec<Problem>) {
    for dataset in sources.iter().flat_map(|source| &source.datasets) {
        for route in dataset.routes.iter().skip(1) {
            check_mirror(dataset, route, reference, problems);
        }
    }
}

fn check_mirror(dataset: &Dataset, route: &Route, reference: &Reference, problems: &mut Vec<Problem>) {
    let (ours, theirs) = (dataset.own().format.series(reference).series, route.format.series(reference).series);
    let mut wrong = |message: String, hint: Option<String>| {
        problems.push(Problem::new(Code::UnknownSeries, &dataset.text, route.series_span.clone(), message).maybe_hint(hint));
    };
    let known = |list: &[String], code: &String| list.is_empty() || list.contains(code);
    for (code, series) in &route.series {
        if !known(&theirs, code) {
            wrong(format!("route `{}` does not ask for `{code}`", route.name), suggestion(code, theirs.iter().map(String::as_str)));
        }
        if !known(&ours, series) {
            let message = format!("`{}` has no series `{series}`, which `{code}` should be", dataset.name);
            wrong(message, suggestion(series, ours.iter().map(String::as_str)));
        }
    }
    for code in theirs.iter().filter(|code| !route.series.is_empty() && !route.series.contains_key(*code)) {
        wrong(format!("route `{}` asks for `{code}`, and `series` does not say what it is", route.name), None);
    }
    let named: BTreeSet<&String> = route.series.values().collect();
    for known in &route.known {
        if !named.is_empty() && !named.contains(&known.series) {
            let message = format!("a figure of `{}` is known, which the route `{}` does not give", known.series, route.name);
            wrong(message, suggestion(&known.series, named.iter().map(|series| series.as_str())));
        }
    }
    // Nothing is compared while nothing is at hand: what is known must tell another figure under this name.
    for series in named.iter().filter(|series| !route.known.iter().any(|known| known.series == ***series)) {
        let message = format!("no figure of `{series}` is known for the route `{}`", route.name);
        let hint = format!("with nothing at hand another would pass for it: state one of `{}` in [[dataset.route.known]]", dataset.name);
        let problem = Problem::new(Code::UnknownSeries, &dataset.text, route.series_span.clone(), message);
        problems.push(problem.hint(hint).warning());
    }
    let areas = reference.area_codes().next().is_some();
    for known in route.known.iter().filter(|known| areas && !reference.is_area(&known.ref_area)) {
        let message = format!("a figure of `{}` is known for the route `{}`, and no area has this code", known.ref_area, route.name);
        let hint = suggestion(&known.ref_area, reference.area_codes());
        problems.push(Problem::new(Code::UnknownArea, &dataset.text, route.series_span.clone(), message).maybe_hint(hint));
    }
}
