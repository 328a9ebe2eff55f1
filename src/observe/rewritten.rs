//! How much of what a data set had and has is other than in the last pull: a provider revises a few figures with each
//! edition, and most of them only by mistake, or when it measures something else.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Result;
use crate::observe::walk::{Row, walk};

/// Fewer observations are no history.
const FEW: u64 = 20;
/// What counts as another value, of the larger one of it and 1.
const EQUAL: f64 = 1e-9;
/// Series and observations that a message names.
const SHOWN: usize = 3;

#[derive(Default)]
struct Rewritten {
    /// Observations with a value in both pulls that no correction has touched.
    history: u64,
    changed: u64,
    /// How many of a series are changed.
    by_series: BTreeMap<String, u64>,
    examples: Vec<String>,
}

impl Rewritten {
    fn note(&mut self, old: Option<Row<'_>>, new: Option<Row<'_>>) {
        let is_corrected = |row: Option<Row<'_>>| row.is_some_and(|row| row.told().0.is_some());
        let Some(row) = old else { return };
        let Some((before, after)) = row.value().zip(new.and_then(Row::value)) else { return };
        if is_corrected(old) || is_corrected(new) {
            return;
        }
        self.history += 1;
        if (after - before).abs() <= EQUAL * before.abs().max(1.0) {
            return;
        }
        self.changed += 1;
        let (series, area, year, ..) = row.key();
        match self.by_series.get_mut(series) {
            Some(number) => *number += 1,
            None => drop(self.by_series.insert(series.to_owned(), 1)),
        }
        if self.examples.len() < SHOWN {
            self.examples.push(format!("{series} {area} {year}: {before} -> {after}"));
        }
    }
}

/// Says what is rewritten, if it is more than `limit` of the history. `old` and `new`: observation files.
pub(super) fn found(old: &Path, new: &Path, limit: f64) -> Result<Option<String>> {
    let mut all = Rewritten::default();
    walk(Some(old), Some(new), &mut |before, after| all.note(before, after))?;
    let Rewritten { history, changed, by_series, examples } = all;
    if history < FEW || changed as f64 <= limit * history as f64 {
        return Ok(None);
    }
    let mut series: Vec<(String, u64)> = by_series.into_iter().collect();
    series.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = series.len().saturating_sub(SHOWN);
    let most: Vec<String> = series.into_iter().take(SHOWN).map(|(name, number)| format!("{name} ({number})")).collect();
    Ok(Some(format!(
        "{changed} of the {history} values that the last pull had too are others now, {:.1} %, and {:.0} % may be; most of {}{}; such as {}",
        100.0 * changed as f64 / history as f64,
        100.0 * limit,
        most.join(", "),
        if more > 0 { format!(" and {more} more") } else { String::new() },
        examples.join("; "),
    )))
}
