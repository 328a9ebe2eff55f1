//! What every SELECT may read besides tables of data: the series that its header lists, and the views of `sql/shared/`.

use std::collections::BTreeMap;

use crate::engine::{Engine, tokens};
use crate::error::{Result, SourceText};
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

fn reads(text: &SourceText, name: &str) -> bool {
    tokens::tokens(&text.text).iter().any(|token| token.token.to_string().eq_ignore_ascii_case(name))
}
