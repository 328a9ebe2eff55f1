//! What the checks see of the data behind a release: the observations of each data set that has come anew, beside those
//! of the release before; the names of its columns; corrections, and what reading the bodies had to say.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::SchemaRef;

use crate::engine::Engine;
use crate::engine::tables::parquet_table;
use crate::error::Result;
use crate::observe::corrections::Correction;
use crate::observe::{NormaliseReport, Reports};
use crate::pipelines::Source;
use crate::release::Manifest;
use crate::tables::schema;
use crate::tables::small::{self, Cell};
use crate::workspace::Workspace;

type Rows = Vec<Vec<Cell>>;

/// What a release is made from.
pub struct Made<'a> {
    pub workspace: &'a Workspace,
    pub sources: &'a [Source],
    pub reports: &'a Reports,
    pub corrections: &'a [Correction],
}

/// Registers the tables of a release that is being made; `before` is what the one in use was made of.
pub fn register(engine: &Engine, made: &Made<'_>, before: Option<&Manifest>) -> Result<()> {
    let (mut now, mut was, mut columns, mut notes) = (Vec::new(), Vec::new(), Rows::new(), Rows::new());
    for (id, report) in made.reports {
        let note = |severity: &str, text: &String| -> Vec<Cell> { [&*id.source, &*id.dataset, severity, text].map(Cell::from).to_vec() };
        notes.extend(report.warnings.iter().map(|text| note("warning", text)));
        notes.extend(report.remarks.iter().map(|text| note("info", text)));
        let Some(entry) = before.and_then(|manifest| manifest.inputs.iter().find(|input| input.id() == *id)) else { continue };
        let file = made.workspace.observation_file(&entry.observation_file);
        // By other routes, other columns and other breakdowns come in the ordinary course.
        if entry.observation_file == report.hash || !entry.routes.keys().eq(report.routes.keys()) || !file.exists() {
            continue;
        }
        now.push(made.workspace.observation_file(&report.hash));
        was.push(file);
        if !entry.columns.is_empty() && !report.columns.is_empty() {
            let names: BTreeSet<&String> = entry.columns.union(&report.columns).collect();
            columns.extend(names.into_iter().map(|name| {
                let mut cells: Vec<Cell> = [&*id.source, &*id.dataset, name].map(Cell::from).to_vec();
                cells.extend([Cell::Bool(entry.columns.contains(name)), Cell::Bool(report.columns.contains(name))]);
                cells
            }));
        }
    }
    // A folder that holds one file of two data sets is read once.
    for (name, mut files) in [("renewed_observations", now), ("previous_observations", was)] {
        files.sort();
        files.dedup();
        engine.register(name, parquet_table(engine, &made.workspace.data, &files, schema::observations())?)?;
    }
    small_tables(engine, &columns, &notes, &corrections(made))
}

/// Registers them without a row: what `check` plans against.
pub fn register_empty(engine: &Engine) -> Result<()> {
    for name in ["renewed_observations", "previous_observations"] {
        engine.register_batches(name, schema::observations(), vec![])?;
    }
    small_tables(engine, &[], &[], &[])
}

fn small_tables(engine: &Engine, columns: &[Vec<Cell>], notes: &[Vec<Cell>], corrections: &[Vec<Cell>]) -> Result<()> {
    let text = |name| (name, "text");
    let columns_schema = small::schema(&[text("source"), text("dataset"), text("name"), ("was", "bool"), ("now", "bool")]);
    let notes_schema = small::schema(&[text("source"), text("dataset"), text("severity"), text("note")]);
    let corrections_schema = small::schema(&[text("id"), text("place"), ("at_hand", "bool"), ("rows_found", "bigint")]);
    let tables: [(&str, SchemaRef, &[Vec<Cell>]); 3] = [
        ("columns_of_bodies", columns_schema, columns),
        ("notes_of_data_sets", notes_schema, notes),
        ("corrections_known", corrections_schema, corrections),
    ];
    for (name, schema, rows) in tables {
        engine.register_batches(name, schema.clone(), vec![small::batch(&schema, rows)?])?;
    }
    Ok(())
}

/// Every correction, with the rows that it has found, whether or not they still were as it expects; at hand = its
/// series is, with a year of it, or all data sets are that could have the series, and none has it.
fn corrections(made: &Made<'_>) -> Rows {
    let row = |correction: &Correction| {
        let data_sets = made.sources.iter().filter(|source| correction.sources.contains(&source.name));
        let data_sets = data_sets.flat_map(|source| source.datasets.iter().map(move |dataset| source.id(dataset)));
        let data_sets = data_sets.filter(|id| correction.dataset.as_ref().is_none_or(|dataset| *dataset == id.dataset));
        let reports: Vec<Option<&NormaliseReport>> = data_sets.map(|id| made.reports.get(&id)).collect();
        let carries = |report: &&NormaliseReport| report.series.iter().any(|one| correction.series.contains(one));
        // What it corrects may be of a release to come: the years at hand end before.
        let has_year =
            |report: &&NormaliseReport| correction.years.iter().any(|year| report.last_year.is_some_and(|last| *year <= last.into()));
        let found_series = reports.iter().flatten().any(&carries);
        let at_hand = reports.iter().flatten().any(|report| carries(report) && has_year(report))
            || (!found_series && reports.iter().all(Option::is_some));
        let outcomes = reports.iter().flatten().flat_map(|report| &report.corrections).filter(|outcome| outcome.id == correction.id);
        let found: u64 = outcomes.map(|outcome| outcome.applied + outcome.guard_failed).sum();
        vec![correction.id.as_str().into(), correction.place.place().into(), Cell::Bool(at_hand), Cell::Int(Some(found.cast_signed()))]
    };
    made.corrections.iter().map(row).collect()
}
