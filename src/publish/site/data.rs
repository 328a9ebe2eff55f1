//! Data and coverage: what was pulled and how old it is, what was set aside and why, what is missing and how to get it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::coverage::{self, Coverage};
use super::figures::Figure;
use super::links;
use super::overview::Link;
use crate::publish::labels::number;
use crate::publish::view::View;
use crate::release::manifest::InputEntry;
use crate::tables::cells::Table;

#[derive(Serialize)]
pub(super) struct Page {
    inputs: Vec<Input>,
    missing: Vec<Missing>,
    coverage: Vec<Coverage>,
    /// Economies by indicator and year.
    by_year: Option<Figure>,
    checks: Vec<Check>,
    warnings: Vec<String>,
    held: Vec<[String; 2]>,
    membership: String,
}

#[derive(Serialize)]
struct Input {
    name: String,
    title: String,
    licence: String,
    citation: String,
    homepage: String,
    vintage: String,
    fetched: String,
    age: String,
    status: String,
    origin: String,
    rows_in: String,
    observations: String,
    set_aside: String,
    reasons: Vec<[String; 2]>,
    corrections: Vec<[String; 3]>,
    warnings: Vec<String>,
    bodies: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Missing {
    name: String,
    title: String,
    how: String,
    /// Targets that would have more.
    wanted: Vec<Link>,
}

#[derive(Serialize)]
struct Check {
    id: String,
    title: String,
    result: String,
    rows: String,
    note: String,
}

pub(super) fn page(view: &View<'_>) -> Page {
    let inputs = view.manifest.inputs.iter().map(|input| self::input(view, input)).collect();
    let loaded: BTreeSet<(&str, &str)> = view.manifest.inputs.iter().map(|i| (i.source.as_str(), i.dataset.as_str())).collect();
    let mut missing = Vec::new();
    for source in view.made.sources {
        for dataset in source.datasets.iter().filter(|dataset| !loaded.contains(&(source.name.as_str(), dataset.name.as_str()))) {
            let id = source.id(dataset);
            let wants = |i: &&crate::indicator::Indicator| i.datasets.contains(&id);
            let targets = view.made.catalogue.indicators.iter().filter(wants).flat_map(|i| &i.targets);
            let wanted = targets.map(|t| Link { name: t.id.clone(), href: links::target(&t.id) }).collect();
            missing.push(Missing { title: dataset.title.clone(), how: dataset.how_to_get.clone(), wanted, name: id.to_string() });
        }
    }
    let (coverage, by_year) = coverage::of_indicators(view);
    Page {
        inputs,
        missing,
        coverage,
        by_year,
        checks: checks(view),
        warnings: view.manifest.warnings.clone(),
        held: view
            .manifest
            .indicators
            .iter()
            .filter(|(_, entry)| entry.status == "held")
            .map(|(name, entry)| [name.clone(), entry.note.clone().unwrap_or_default()])
            .collect(),
        membership: view.manifest.membership.clone(),
    }
}

fn input(view: &View<'_>, input: &InputEntry) -> Input {
    let source = view.made.sources.iter().find(|source| source.name == input.source);
    let title = source.and_then(|source| source.dataset(&input.dataset)).map(|dataset| dataset.title.clone()).unwrap_or_default();
    let count = |n: u64| number(n as f64, Some(0));
    let plural = |n: u64, noun: &str| format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" });
    Input {
        name: format!("{}/{}", input.source, input.dataset),
        title,
        licence: input.licence.clone(),
        citation: source.map(|source| source.citation.clone()).unwrap_or_default(),
        homepage: source.map(|source| source.homepage.clone()).filter(|page| page.starts_with("https://")).unwrap_or_default(),
        vintage: input.vintage.clone().unwrap_or_default(),
        fetched: input.fetched_at.chars().take(10).collect(),
        age: age(&input.fetched_at, &view.manifest.created_at).unwrap_or_default(),
        status: input.status.clone(),
        origin: input.origin.clone(),
        rows_in: count(input.counts.rows_in),
        observations: count(input.counts.observations),
        set_aside: count(input.counts.quarantined),
        reasons: input.quarantine_reasons.iter().map(|(reason, n)| [reason.replace('_', " "), count(*n)]).collect(),
        corrections: input.corrections.iter().map(|c| [c.id.clone(), plural(c.applied, "row"), c.reason.clone()]).collect(),
        warnings: input.warnings.clone(),
        bodies: input.bodies.iter().take(BODIES).map(|body| [body.name.clone(), body.snapshot.chars().take(16).collect()]).collect(),
    }
}

/// Bodies of one data set that the page names; the manifest has all.
const BODIES: usize = 12;

/// How many days before the release a body was fetched.
fn age(fetched: &str, created: &str) -> Option<String> {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let days = (moment(created)?.as_second() - moment(fetched)?.as_second()) / 86_400;
    (days >= 0).then(|| crate::error::count(days, "day"))
}

/// The checks that found something.
fn checks(view: &View<'_>) -> Vec<Check> {
    let cells = Table(&view.contents.checks);
    (0..cells.len())
        .filter(|row| cells.int("rows_failed", *row).is_some_and(|rows| rows > 0))
        .map(|row| {
            let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
            let rows = cells.int("rows_failed", row).unwrap_or_default();
            Check { id: text("id"), title: text("title"), result: text("result"), rows: number(rows as f64, Some(0)), note: text("note") }
        })
        .collect()
}
