//! Whether a body was cut: what is gone since the last pull is all that stood behind one place of a body, and nothing
//! before it. Figures that a provider withdraws lie here and there, or are all of one economy or of one year.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Result;
use crate::fetch::Store;
use crate::observe::walk::{Row, walk};

/// Fewer observations at the end of a body may well be withdrawn, and so may a smaller share of it.
const FEW: u64 = 20;
const SHARE: f64 = 0.02;

/// What is left of a body of the last pull, and what is gone.
#[derive(Default)]
struct Body {
    kept: Rows,
    gone: Rows,
    /// The body that has the last row that is left, and where that row stood.
    now: String,
    first_gone: String,
}

#[derive(Default)]
struct Rows {
    count: u64,
    first: i64,
    last: i64,
    areas: BTreeSet<String>,
    years: BTreeSet<i32>,
}

impl Rows {
    /// Gives whether it is the first, or the last, of all.
    fn note(&mut self, row: Row<'_>) -> (bool, bool) {
        let (_, area, year, ..) = row.key();
        let record = row.columns.record.value(row.row);
        let (first, last) = (self.count == 0 || record < self.first, self.count == 0 || record > self.last);
        self.count += 1;
        self.first = if first { record } else { self.first };
        self.last = if last { record } else { self.last };
        if !self.areas.contains(area) {
            self.areas.insert(area.to_owned());
        }
        self.years.insert(year);
        (first, last)
    }
}

impl Body {
    /// All that is gone stood behind all that is left, and is not just one economy or one year as a whole.
    fn ends_early(&self) -> bool {
        let Self { kept, gone, .. } = self;
        let whole_area = gone.areas.len() == 1 && gone.areas.is_disjoint(&kept.areas);
        let whole_year = gone.years.len() == 1 && gone.years.is_disjoint(&kept.years);
        kept.count > 0 && gone.count > 0 && gone.first > kept.last && !whole_area && !whole_year
    }

    fn much(&self) -> bool {
        self.gone.count >= FEW && self.gone.count as f64 >= SHARE * (self.kept.count + self.gone.count) as f64
    }
}

/// Says which body of the last pull seems to have been cut since, if one does. `old` and `new`: observation files.
pub(super) fn found(old: &Path, new: &Path, store: &Store) -> Result<Option<String>> {
    let mut bodies: BTreeMap<String, Body> = BTreeMap::new();
    walk(Some(old), Some(new), &mut |before, after| {
        let Some(row) = before else { return };
        let snapshot = row.columns.snapshot.value(row.row);
        if !bodies.contains_key(snapshot) {
            bodies.insert(snapshot.to_owned(), Body::default());
        }
        let Some(body) = bodies.get_mut(snapshot) else { return };
        match after {
            Some(after) => {
                if body.kept.note(row).1 {
                    after.columns.snapshot.value(after.row).clone_into(&mut body.now);
                }
            }
            None => {
                if body.gone.note(row).0 {
                    let (series, area, year, ..) = row.key();
                    body.first_gone = format!("{series} {area} {year}");
                }
            }
        }
    })?;
    for (snapshot, body) in bodies.iter().filter(|(_, body)| body.ends_early()) {
        // A text that ended with a line break and no longer does was broken off in a line: no row is too few.
        let broken = ends_with_break(store, snapshot) == Some(true) && ends_with_break(store, &body.now) == Some(false);
        if broken || body.much() {
            let (gone, all) = (body.gone.count, body.kept.count + body.gone.count);
            let line = if broken { ", and it no longer ends with a line break" } else { "" };
            return Ok(Some(format!(
                "the body seems to be cut: all {gone} of {all} observations that came behind record {} of the last one are gone, \
                 from {} on, and none before{line}",
                body.kept.last, body.first_gone
            )));
        }
    }
    Ok(None)
}

/// Whether the last byte of a body is a line break; None where it is not at hand.
fn ends_with_break(store: &Store, hash: &str) -> Option<bool> {
    let mut file = store.open(hash).ok()?;
    file.seek(SeekFrom::End(-1)).ok()?;
    let mut last = [0];
    file.read_exact(&mut last).ok()?;
    Some(last[0] == b'\n')
}
