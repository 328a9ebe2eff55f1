//! The tables that only checks read: data sets, corrections, quarantine counts, indicators.

use datafusion::arrow::datatypes::SchemaRef;

use crate::engine::Engine;
use crate::error::Result;
use crate::tables::small::{self, Cell};

/// Registers the tables that only checks read.
pub fn register(
    engine: &Engine,
    data_sets: &[Vec<Cell>],
    corrections: &[Vec<Cell>],
    quarantine: &[Vec<Cell>],
    meta: &[Vec<Cell>],
) -> Result<()> {
    for (name, schema, rows) in [
        ("data_sets", data_sets_schema(), data_sets),
        ("corrections_applied", corrections_schema(), corrections),
        ("quarantine_counts", quarantine_schema(), quarantine),
        ("indicators_meta", meta_schema(), meta),
    ] {
        engine.register_batches(name, schema.clone(), vec![small::batch(&schema, rows)?])?;
    }
    Ok(())
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
