//! What every SELECT may read besides tables of data: the series that its header lists, and the views of `sql/shared/`.

use std::collections::BTreeMap;

use crate::engine::{Engine, tokens};
use crate::error::{Code, Problem, Result, SourceText};
use crate::indicator::{Catalogue, Indicator, series};
use crate::tables::schema;

/// The series of an indicator's header.
const SERIES: &str = "series_wanted";

/// Membership in every scheme: `membership` has those of the header's `groups` alone.
pub const ALL_MEMBERSHIP: &str = "all_membership";

/// Registers the tables and views of one indicator. The tables that the views read must be there already.
pub async fn register(engine: &Engine, catalogue: &Catalogue, indicator: &Indicator) -> Result<()> {
    let wanted = series::batch(&indicator.series, &indicator.datasets)?;
    engine.register_batches(SERIES, wanted.schema(), vec![wanted])?;
    for (name, text) in in_order(&catalogue.shared) {
        engine.register_view(name, &text.text, &text.path).await?;
    }
    Ok(())
}

/// Registers the tables that the views read, empty.
pub fn register_empty(engine: &Engine) -> Result<()> {
    engine.register_batches(SERIES, schema::series_wanted(), vec![])?;
    engine.register_batches(ALL_MEMBERSHIP, schema::membership(), vec![])
}

/// The views, each after those that it reads; views that read each other in a circle come last, and are refused there.
pub fn in_order(shared: &BTreeMap<String, SourceText>) -> Vec<(&str, &SourceText)> {
    let mut waiting: Vec<(&str, &SourceText)> = shared.iter().map(|(name, text)| (name.as_str(), text)).collect();
    let mut order = Vec::new();
    loop {
        let names: Vec<&str> = waiting.iter().map(|(name, _)| *name).collect();
        let (ready, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(name, text)| !names.iter().any(|other| other != name && reads(text, other)));
        let done = ready.is_empty();
        order.extend(ready);
        if done {
            order.extend(rest);
            return order;
        }
        waiting = rest;
    }
}

/// The shared files that a statement reads, by itself or through others.
pub fn read_by<'c>(catalogue: &'c Catalogue, sql: &SourceText) -> Vec<&'c SourceText> {
    let mut found: Vec<&SourceText> = Vec::new();
    for (name, text) in in_order(&catalogue.shared).into_iter().rev() {
        if reads(sql, name) || found.iter().any(|other| reads(other, name)) {
            found.push(text);
        }
    }
    found
}

/// An indicator that reads the series of its header, where that lists none, has no value and says nothing: it is refused.
pub fn check_series(catalogue: &Catalogue, problems: &mut Vec<Problem>) {
    for indicator in catalogue.indicators.iter().filter(|indicator| indicator.series.is_empty()) {
        let text = &indicator.text;
        let through = |name: &str| {
            catalogue.shared.get(name).is_some_and(|view| {
                reads(view, SERIES) || read_by(catalogue, view).iter().any(|other| other.path != view.path && reads(other, SERIES))
            })
        };
        let words: Vec<_> = tokens::tokens(&text.text);
        let word = |at: usize| words.get(at).map(|word| word.token.to_string().to_lowercase()).unwrap_or_default();
        // A part of the statement may have the name of a view.
        let is_part = |name: &str| (0..words.len()).any(|at| word(at) == name && word(at + 1) == "as" && word(at + 2) == "(");
        let read = (1..words.len()).find(|at| {
            let name = word(*at);
            matches!(&*word(at - 1), "from" | "join") && (name == SERIES || through(&name)) && !is_part(&name)
        });
        if let Some(token) = read.map(|at| &words[at]) {
            let place = text.offset(token.span.start.line, token.span.start.column);
            let message = format!("`{}` has the series of the header, which lists none: there would be no value", token.token);
            problems.push(
                Problem::new(Code::NoSeriesListed, text, place..place + token.token.to_string().len(), message)
                    .hint("add `series = [{ source = \"..\", series = \"..\" }]` to the header, or read `observations`"),
            );
        }
    }
}

fn reads(text: &SourceText, name: &str) -> bool {
    tokens::occurs(name, text)
}
