//! The routes of a data set in turn: when the next one is asked, and which bodies stand when several have given some.

use std::collections::BTreeMap;

use crate::dataset_id::DatasetId;
use crate::error::{Error, count};
use crate::fetch::{Body, Pull, stamp};
use crate::observe::NormaliseReport;
use crate::pipelines::{Dataset, Route, Source};
use crate::pull::{Freshness, against};

/// What pulling one data set gave.
pub(super) enum Pulled {
    Bodies(Box<Bodies>),
    /// No route gave anything.
    Failed(Vec<String>),
    /// It was not asked, or there was no body.
    Nothing,
}

/// Bodies, by one route and perhaps by others.
pub(super) struct Bodies {
    pub pull: Freshness,
    /// The place of the route that answered; or of the first that is stale, where none did.
    pub route: usize,
    /// What came by it, unless it is stale.
    pub arrived: Option<Arrived>,
    /// Good figures that are too old, to stand behind others, or to be used where there are none.
    pub stale: Vec<Arrived>,
    /// What the routes before said.
    pub said: Vec<String>,
}

/// From which route on a data set is asked again, what those before said, and what came by those that are stale.
#[derive(Default, Clone)]
pub(super) struct Turn {
    pub next: usize,
    pub said: Vec<String>,
    pub stale: Vec<Arrived>,
}

pub(super) type Turns = BTreeMap<DatasetId, Turn>;

/// A data set, and what was pulled last.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub source: &'a Source,
    pub dataset: &'a Dataset,
    pub previous: Option<&'a Pull>,
}

/// What came by one route, by its place in the order.
#[derive(Clone)]
pub(super) struct Arrived {
    pub pull: Freshness,
    pub place: usize,
}

impl Arrived {
    pub(super) fn bodies(&self) -> &[Body] {
        &self.pull.pull().bodies
    }
}

/// An error with what to do about it.
pub(super) fn told(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

/// What a route said; it is named where there are several.
pub(super) fn said(dataset: &Dataset, route: &Route, text: &str) -> String {
    if dataset.routes.len() > 1 { format!("route {}: {text}", route.name) } else { text.to_owned() }
}

/// Why what a route gives is too old: its bodies have not changed for longer than it states.
pub(super) fn stale(route: &Route, bodies: &[Body], now: jiff::Timestamp) -> Option<String> {
    let limit = route.renewed_within_days?;
    let changed = |body: &Body| -> Option<jiff::Timestamp> {
        let said = body.last_modified.as_deref().and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        said.or_else(|| body.last_modified.as_deref()?.parse().ok()).or_else(|| body.fetched_at.parse().ok())
    };
    let newest = bodies.iter().filter_map(changed).max()?;
    let age = (now.as_second() - newest.as_second()) / 86_400;
    (age > limit).then(|| format!("stale: unchanged since {}, {} ago, and {limit} may pass", day(&stamp(newest)), days(age)))
}

/// One pull of what has come: the route that answered, and behind or before it what those before it have.
pub(super) fn join(of: Of<'_>, arrived: Option<Arrived>, stale: Vec<Arrived>, said: Vec<String>, now: jiff::Timestamp) -> Pulled {
    let Of { source, dataset, previous } = of;
    let mut parts: Vec<(bool, Arrived)> = arrived.iter().map(|part| (false, part.clone())).collect();
    parts.extend(stale.iter().map(|part| (true, part.clone())));
    let Some((_, main)) = parts.first() else { return Pulled::Failed(said) };
    let (route, main) = (main.place, main.pull.pull().clone());
    // The last good figures of the routes before stay at hand: a mirror may have fewer series, and later years. Where
    // no route answered, so do those of the routes behind.
    let others = if arrived.is_some() { route } else { dataset.routes.len() };
    for (place, other) in dataset.routes.iter().enumerate().take(others) {
        if parts.iter().any(|(_, part)| part.place == place) {
            continue;
        }
        let Some(kept) = previous.and_then(|pull| pull.by_route(&other.name)) else { continue };
        let old = self::stale(other, &kept.bodies, now).is_some() || age(&kept.checked_at, now) > source.stale_after_days;
        parts.push((old, Arrived { pull: Freshness::Unchanged(kept), place }));
    }
    parts.sort_by_key(|(behind, part)| (*behind, part.place));
    let mut routes: BTreeMap<String, String> = BTreeMap::new();
    let mut bodies = Vec::new();
    for (_, part) in &parts {
        let pull = part.pull.pull();
        routes.extend(pull.routes.clone());
        bodies.extend(pull.bodies.clone());
    }
    let checked_at = routes.values().min().cloned().unwrap_or_else(|| main.checked_at.clone());
    let pull = against(Pull { bodies, checked_at, routes, ..main }, previous);
    Pulled::Bodies(Box::new(Bodies { pull, route, arrived, stale, said }))
}

/// Bodies that a person has brought. Those that only a mirror's format reads stand behind the last good figures of the
/// routes before it, as if they had come by it.
pub(super) fn by_hand(of: Of<'_>, pull: Freshness, now: jiff::Timestamp) -> Pulled {
    let places = pull.pull().bodies.iter().filter_map(|body| of.dataset.route(&body.route));
    match places.map(|(place, _)| place).min().unwrap_or(0) {
        0 => Pulled::Bodies(Box::new(Bodies { pull, route: 0, arrived: None, stale: Vec::new(), said: Vec::new() })),
        place => join(of, Some(Arrived { pull, place }), Vec::new(), Vec::new(), now),
    }
}

/// Where the figures in use are from.
pub(super) fn in_use(dataset: &Dataset, report: &NormaliseReport, pull: &Pull, now: jiff::Timestamp) -> String {
    // Of the route itself: that of another may be newer, and give nothing that is in use.
    let when = |name: &String| {
        let checked = pull.routes.get(name).unwrap_or(&pull.checked_at);
        let fetched = pull.bodies.iter().filter(|body| body.route == *name).map(|body| &body.fetched_at).max();
        came(fetched.unwrap_or(&pull.fetched_at), checked, now)
    };
    let own = &dataset.own().name;
    if report.routes.keys().all(|name| name == own) {
        return format!("in use: what was {}", when(own));
    }
    let part = |(name, rows): (&String, &u64)| {
        let rows = count(*rows, "observation");
        let when = when(name);
        match dataset.route(name) {
            Some((place, route)) if place > 0 => format!("{rows} by way of {}, {when}", route.title),
            _ => format!("{rows} of the provider itself, {when}"),
        }
    };
    format!("in use: {}", report.routes.iter().map(part).collect::<Vec<_>>().join("; "))
}

/// When bodies came, and when their provider last said that they have not changed since.
fn came(fetched: &str, checked: &str, now: jiff::Timestamp) -> String {
    let pulled = format!("pulled on {}, {} old", day(fetched), days(age(fetched, now)));
    if day(checked) <= day(fetched) { pulled } else { format!("{pulled}, and unchanged on {}", day(checked)) }
}

/// Days since a moment.
fn age(moment: &str, now: jiff::Timestamp) -> i64 {
    moment.parse::<jiff::Timestamp>().map_or(0, |then| (now.as_second() - then.as_second()) / 86_400)
}

fn day(stamp: &str) -> &str {
    stamp.get(..10).unwrap_or(stamp)
}

fn days(age: i64) -> String {
    count(age.max(0), "day")
}
