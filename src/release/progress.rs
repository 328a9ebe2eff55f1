//! Distance to target: `sql/derived/progress.sql` over all values and targets.

use std::sync::Arc;

use datafusion::arrow::array::{Int32Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Catalogue;
use crate::release::compute::method;
use crate::tables::conform::conform;
use crate::tables::schema;
use crate::tables::sort::sort;

/// Registers `indicator_values`, `targets` and `current_year`, and runs the method.
pub async fn progress(
    engine: &Engine,
    catalogue: &Catalogue,
    values: &RecordBatch,
    targets: RecordBatch,
    year: i32,
) -> Result<RecordBatch> {
    engine.register_batches("indicator_values", values.schema(), vec![values.clone()])?;
    engine.register_batches("targets", targets.schema(), vec![targets])?;
    let current = Arc::new(Schema::new(vec![Field::new("year", DataType::Int32, false)]));
    engine.register_batches(
        "current_year",
        current.clone(),
        vec![RecordBatch::try_new(current, vec![Arc::new(Int32Array::from(vec![year]))])?],
    )?;
    let (_, batches) = method(engine, catalogue, "derived", "progress").await?;
    let rows = conform(&batches, &schema::progress(), &|_| None)?;
    let mut key = vec!["target", "indicator", "ref_area"];
    key.extend(schema::DIMENSIONS);
    key.push("estimate");
    sort(&rows, &key)
}
