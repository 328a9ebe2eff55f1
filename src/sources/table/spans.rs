//! `[[dataset.spans]]`: years in which a series of a table is something else than in the others. A price series that
//! goes on through a change of basket is another series before it; a trial is experimental until it counts.

use serde::Serialize;

use super::signs::status_code;
use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem};

#[derive(Debug, Clone, Serialize)]
pub(super) struct Span {
    /// Names of series, after the map.
    series: Vec<String>,
    first: i64,
    last: i64,
    /// The series that these years belong to.
    pub becomes: Option<String>,
    pub obs_status: Option<String>,
    pub note: Option<String>,
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for mut block in table.tables("spans", "spans", problems) {
        let series = block.strings("series", problems);
        rules::not_empty(&block, "series", series.as_deref(), problems);
        let series = block.require("series", series, problems).unwrap_or_default();
        let first = block.integer("first", problems).unwrap_or(i64::MIN);
        let last = block.integer("last", problems).unwrap_or(i64::MAX);
        rules::in_order(&block, "first", Some(first), Some(last), problems);
        let becomes = block.string("becomes", problems);
        let obs_status = block.string("obs_status", problems).map(|given| status_code(&block, "obs_status", &given, problems));
        let note = block.string("note", problems);
        block.finish(problems);
        if becomes.is_none() && obs_status.is_none() && note.is_none() {
            problems.push(
                Problem::new(Code::SettingsDoNotFit, block.source(), block.span(), "the span says nothing of its years")
                    .hint("write becomes = \"another series\", obs_status = \"G\", or note = \"..\""),
            );
        }
        let span = Span { series, first, last, becomes, obs_status, note };
        if let Some(name) = spans.iter().find_map(|other| other.meets(&span)) {
            let what = format!("`{name}` has two spans with the same years");
            problems.push(Problem::new(Code::SettingsDoNotFit, block.source(), block.span(), what));
        }
        spans.push(span);
    }
    spans
}

/// The span that a figure lies in.
pub(super) fn of<'s>(spans: &'s [Span], series: &str, year: i32) -> Option<&'s Span> {
    spans.iter().find(|span| (span.first..=span.last).contains(&i64::from(year)) && span.series.iter().any(|name| name == series))
}

impl Span {
    /// A series that both have in the same year.
    fn meets(&self, other: &Self) -> Option<&str> {
        let years = self.first <= other.last && other.first <= self.last;
        self.series.iter().find(|name| years && other.series.contains(name)).map(String::as_str)
    }
}
