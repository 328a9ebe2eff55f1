//! Distance to target: `sql/derived/progress.sql` over all values and targets, and the classes of `classes.sql`.

use std::sync::Arc;

use datafusion::arrow::array::{Int32Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Catalogue;
use crate::release::compute::method;
use crate::tables::cells::Table;
use crate::tables::conform::conform;
use crate::tables::schema;
use crate::tables::sort::{concat, sort};

/// The classes that a pace gives, the highest first, with the least pace of each.
pub async fn classes(engine: &Engine, catalogue: &Catalogue) -> Result<Vec<(String, f64)>> {
    let (schema, batches) = method(engine, catalogue, "derived", "classes").await?;
    let rows = concat(&schema, &batches)?;
    let cells = Table(&rows);
    let cut = |row| Some((cells.text("class", row)?.to_owned(), cells.float("from_pace", row)?));
    let mut classes: Vec<_> = (0..cells.len()).filter_map(cut).collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(classes)
}

/// Registers `indicator_values`, `targets`, `current_year` and `classes`, and runs the method.
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
    let (classes, batches) = method(engine, catalogue, "derived", "classes").await?;
    engine.register_batches("classes", classes, batches)?;
    let (_, batches) = method(engine, catalogue, "derived", "progress").await?;
    let rows = conform(&batches, &schema::progress(), &|_| None)?;
    let mut key = vec!["target", "indicator", "ref_area"];
    key.extend(schema::DIMENSIONS);
    key.push("estimate");
    sort(&rows, &key)
}
