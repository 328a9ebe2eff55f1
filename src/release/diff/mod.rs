//! What changed between two releases, and why: source, method, membership, correction or program.

mod causes;
mod changes;
mod differing;
mod observations;
mod summary;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;

use self::causes::Reasons;
use self::changes::{Change, changed_rows};
use self::differing::differing;
pub use self::summary::{Summary, summarise};
use crate::error::Result;
use crate::reference::Reference;
use crate::release::Manifest;
use crate::release::manifest::InputEntry;
use crate::release::stored_values::Batches;
use crate::tables::schema;
use crate::tables::small::{self, Cell};
use crate::tables::views::Values;
use crate::workspace::Workspace;

/// One release as the comparison sees it.
pub struct Side<'a> {
    pub manifest: &'a Manifest,
    pub values: &'a RecordBatch,
}

/// What a new release changed against the one before it, which has this folder and these values. Both are read once, in the
/// order of their key; what is the same in both is not held.
pub fn since(
    workspace: &Workspace,
    reference: &Reference,
    (before, old): (&Path, Batches<'_>),
    (manifest, new): (&Manifest, Batches<'_>),
) -> Result<RecordBatch> {
    let (old, new) = differing(old, new)?;
    let (old, new) = (Side { manifest: &Manifest::load(before)?, values: &old }, Side { manifest, values: &new });
    compare(&old, &new, &|hash| workspace.observation_file(hash), &reference.members()?)
}

/// Compares two releases; `observations` finds an observation file by its hash, `members` the economies of a group.
pub(crate) fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    observations: &dyn Fn(&str) -> PathBuf,
    members: &HashMap<String, BTreeSet<String>>,
) -> Result<RecordBatch> {
    let (before, after) = (Values::of(old.values)?, Values::of(new.values)?);
    let changes = changed_rows(&before, &after);
    let places: HashSet<(&str, i32)> = changes.iter().map(|change| (change.key.ref_area, change.key.year)).collect();
    let revised = observations::revised(&old.manifest.inputs, &new.manifest.inputs, observations, &places)?;
    let mut of_held = HashMap::new();
    for name in held_on_a_side(old.manifest, new.manifest) {
        let (was, is) = (old.manifest.data_sets_of(name), new.manifest.data_sets_of(name));
        // One that is held has the data sets that it reads alone.
        let shared = |one: &[InputEntry], other: &[InputEntry]| -> Vec<InputEntry> {
            one.iter().filter(|input| other.iter().any(|same| same.id() == input.id())).cloned().collect()
        };
        of_held.insert(name.to_owned(), observations::revised(&shared(was, is), &shared(is, was), observations, &places)?);
    }
    let mut reasons = Reasons::new(old.manifest, new.manifest, (revised, of_held), members);
    for change in &changes {
        reasons.note_touched(change);
    }
    let rows: Vec<Vec<Cell>> = changes.iter().map(|change| row(change, reasons.cause(change))).collect();
    small::batch(&schema::revisions(), &rows)
}

/// The indicators whose values are from other data sets than those of the release, on one side or both.
fn held_on_a_side<'m>(old: &'m Manifest, new: &'m Manifest) -> BTreeSet<&'m str> {
    let of = |manifest: &'m Manifest| manifest.indicators.iter().filter(|(_, entry)| entry.held_from.is_some());
    of(old).chain(of(new)).map(|(name, _)| name.as_str()).collect()
}

/// One row of `revisions.parquet`.
fn row(change: &Change<'_>, (cause, detail): (String, String)) -> Vec<Cell> {
    let Change { key, old, new } = change;
    let kind = match (old, new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "revised",
    };
    let (before, after) = (change.old_value(), change.new_value());
    let mut cells: Vec<Cell> = vec![key.indicator.into(), key.ref_area.into(), Cell::Int(Some(i64::from(key.year)))];
    cells.extend(key.dimensions.map(Cell::from));
    let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
    cells.extend([
        key.estimate.into(),
        kind.into(),
        Cell::Float(before),
        Cell::Float(after),
        Cell::Float(before.zip(after).map(|(a, b)| b - a)),
        text(new.or(*old).map(|cell| cell.unit)),
        text(old.map(|cell| cell.obs_status)),
        text(new.map(|cell| cell.obs_status)),
        cause.into(),
        detail.into(),
    ]);
    cells
}
