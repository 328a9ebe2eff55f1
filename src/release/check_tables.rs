//! The tables that only checks read: data sets, corrections, quarantine counts, indicators and their series, the day.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::{Catalogue, Indicator, series, silence};
use crate::observe::Reports;
use crate::pipelines::Source;
use crate::tables::schema;
use crate::tables::small::{self, Cell};

/// Registers the tables that only checks read.
pub fn register(
    engine: &Engine,
    data_sets: &[Vec<Cell>],
    corrections: &[Vec<Cell>],
    quarantine: &[Vec<Cell>],
    catalogue: &Catalogue,
    today: Date,
) -> Result<()> {
    let meta: Vec<Vec<Cell>> = catalogue.indicators.iter().map(meta).collect();
    let named = catalogue
        .indicators
        .iter()
        .flat_map(|indicator| indicator.datasets.iter().map(|id| [&*indicator.name, &*id.source, &*id.dataset].map(Cell::from).to_vec()));
    let named: Vec<Vec<Cell>> = named.collect();
    let day = [vec![Cell::Text(Some(today.to_string()))]];
    for (name, schema, rows) in [
        ("data_sets", data_sets_schema(), data_sets),
        ("corrections_applied", corrections_schema(), corrections),
        ("quarantine_counts", quarantine_schema(), quarantine),
        ("indicators_meta", meta_schema(), &meta),
        ("indicator_data_sets", small::schema(&["indicator", "source", "dataset"].map(|name| (name, "text"))), &named),
        ("today", small::schema(&[("day", "text")]), &day),
    ] {
        engine.register_batches(name, schema.clone(), vec![small::batch(&schema, rows)?])?;
    }
    let listed = catalogue.indicators.iter().map(listed).collect::<Result<Vec<_>>>()?;
    engine.register_batches("indicator_series", series_schema(), listed)?;
    let silent = catalogue.indicators.iter().map(|indicator| with_name(indicator, &silence::batch(indicator.silence.as_ref())?));
    engine.register_batches("indicator_silence", named_schema(&schema::silence()), silent.collect::<Result<Vec<_>>>()?)
}

/// What reading the bodies had to say: corrections applied, and rows set aside by reason.
pub fn of_reports(sources: &[Source], reports: &Reports) -> (Vec<Vec<Cell>>, Vec<Vec<Cell>>) {
    let (mut corrections, mut quarantine) = (Vec::new(), Vec::new());
    for (source, dataset) in sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset))) {
        let Some(report) = reports.get(&source.id(dataset)) else { continue };
        let id = [source.name.as_str(), dataset.name.as_str()].map(Cell::from);
        for outcome in &report.corrections {
            let counts = [outcome.applied, outcome.guard_failed].map(|count| Cell::Int(Some(count.cast_signed())));
            let mut row = vec![Cell::from(outcome.id.as_str())];
            row.extend(id.iter().cloned().chain(counts));
            row.push(outcome.reason.as_str().into());
            corrections.push(row);
        }
        for (reason, count) in &report.quarantine_reasons {
            let mut row = id.to_vec();
            row.extend([reason.as_str().into(), Cell::Int(Some((*count).cast_signed()))]);
            quarantine.push(row);
        }
    }
    (corrections, quarantine)
}

fn meta(indicator: &Indicator) -> Vec<Cell> {
    vec![
        indicator.name.as_str().into(),
        indicator.id.as_str().into(),
        indicator.title.as_str().into(),
        indicator.unit.as_str().into(),
        indicator.rollup.as_str().into(),
        Cell::Float(Some(indicator.coverage.publish)),
        Cell::Float(Some(indicator.coverage.flag)),
        Cell::Int(Some(indicator.window)),
    ]
}

/// The series of an indicator's header, as `series_wanted` has them, with its name.
fn listed(indicator: &Indicator) -> Result<RecordBatch> {
    with_name(indicator, &series::batch(&indicator.series, &indicator.datasets)?)
}

/// Rows of a header with the name of its indicator.
fn with_name(indicator: &Indicator, rows: &RecordBatch) -> Result<RecordBatch> {
    let name: ArrayRef = Arc::new(StringArray::from(vec![indicator.name.as_str(); rows.num_rows()]));
    Ok(RecordBatch::try_new(named_schema(&rows.schema()), std::iter::once(name).chain(rows.columns().iter().cloned()).collect())?)
}

fn series_schema() -> SchemaRef {
    named_schema(&schema::series_wanted())
}

fn named_schema(of: &SchemaRef) -> SchemaRef {
    let name = Arc::new(Field::new("indicator", DataType::Utf8, false));
    let fields: Vec<_> = std::iter::once(name).chain(of.fields().iter().cloned()).collect();
    Arc::new(Schema::new(fields))
}

fn data_sets_schema() -> SchemaRef {
    small::schema(&[
        ("source", "text"),
        ("dataset", "text"),
        ("observations", "bigint"),
        ("quarantined", "bigint"),
        ("previous_observations", "bigint"),
        ("last_year", "int"),
        ("age_days", "bigint"),
        ("stale_after_days", "bigint"),
        ("discontinued", "bool"),
        ("renewed", "bool"),
        ("vintage_changed", "bool"),
        ("status", "text"),
    ])
}

fn corrections_schema() -> SchemaRef {
    small::schema(&[
        ("id", "text"),
        ("source", "text"),
        ("dataset", "text"),
        ("applied", "bigint"),
        ("guard_failed", "bigint"),
        ("reason", "text"),
    ])
}

fn quarantine_schema() -> SchemaRef {
    small::schema(&[("source", "text"), ("dataset", "text"), ("reason", "text"), ("rows", "bigint")])
}

fn meta_schema() -> SchemaRef {
    small::schema(&[
        ("indicator", "text"),
        ("id", "text"),
        ("title", "text"),
        ("unit", "text"),
        ("rollup", "text"),
        ("publish", "float"),
        ("flag", "float"),
        ("window_years", "int"),
    ])
}
