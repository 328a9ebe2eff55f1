//! Distance to target: both ends of each target indicator by indicator, while its members are at hand, then
//! `sql/derived/paces.sql`, `standings.sql` and `progress.sql` over all of them.

use std::sync::Arc;

use datafusion::arrow::array::{Int32Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::methods::ROLLED;
use crate::indicator::{Catalogue, Indicator};
use crate::release::compute::method;
use crate::release::fixed_gaps::{self, Parts};
use crate::release::numbers::{Numbers, VALUES};
use crate::release::{preferred, targets};
use crate::tables::cells::Table;
use crate::tables::conform::conform;
use crate::tables::schema;
use crate::tables::sort::{concat, sort};

/// Both ends of an indicator's targets: as the economies come, and on the same economies.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    rows: Vec<RecordBatch>,
    fixed: Vec<RecordBatch>,
}

impl Ends {
    pub fn of(rows: RecordBatch, fixed: RecordBatch) -> Self {
        Self { rows: vec![rows], fixed: vec![fixed] }
    }

    /// All ends as two tables, sorted by their key.
    pub fn tables(&self) -> Result<(RecordBatch, RecordBatch)> {
        let mut key = vec!["target", "ref_area", "estimate"];
        key.extend(schema::DIMENSIONS);
        Ok((sort(&concat(&schema::ends(), &self.rows)?, &key)?, sort(&concat(&schema::fixed_ends(), &self.fixed)?, &key)?))
    }

    pub fn add(&mut self, other: Ends) {
        self.rows.extend(other.rows);
        self.fixed.extend(other.fixed);
    }

    /// With the ends on the same economies from another reading of the same indicator.
    pub fn on_the_same_economies(self, other: &Ends) -> Self {
        Self { fixed: other.fixed.clone(), ..self }
    }
}

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

/// The methods of `sql/derived/` that read the steps of an indicator.
pub const ENDS: [&str; 3] = ["ends", "fixed_members", "fixed_ends"];

/// The tables that finding the progress registers.
pub const TABLES: [&str; 8] = ["ends", "fixed_ends", "targets", "current_year", "classes", "paces", "standings", "progress"];

/// Marks the preferred rows of an indicator's values and finds both ends of its targets. `engine` may still hold what
/// the values were rolled up from; without it nothing is said of the same economies, nor of derived values without `parts`.
pub async fn ends(
    engine: &Engine,
    catalogue: &Catalogue,
    indicator: &Indicator,
    values: &RecordBatch,
    year: i32,
    parts: Option<Parts<'_>>,
) -> Result<(RecordBatch, Ends)> {
    let marked = preferred::mark(engine, catalogue, values, indicator.coverage.observed).await?;
    if indicator.targets.is_empty() || values.num_rows() == 0 {
        return Ok((marked, Ends::default()));
    }
    let mut numbers = Numbers::of_breakdowns();
    numbers.register_values(engine, VALUES, &marked.schema(), std::slice::from_ref(&marked))?;
    numbers.register_breakdowns(engine)?;
    let targets = targets::batch(&[indicator], &|_| None)?;
    engine.register_batches("targets", targets.schema(), vec![targets])?;
    register_year(engine, year)?;
    let (_, batches) = method(engine, catalogue, "derived", "ends").await?;
    let rows = conform(&batches, &schema::ends(), &|_| None)?;
    engine.register_batches("ends", rows.schema(), vec![rows.clone()])?;
    let mut ends = Ends { rows: vec![rows], fixed: Vec::new() };
    if indicator.rollup != ROLLUP_NONE && engine.context().table_exist(ROLLED)? {
        let (schema, batches) = method(engine, catalogue, "derived", "fixed_members").await?;
        engine.register_batches("fixed_members", schema.clone(), batches.clone())?;
        // The roll-up sees the fixed sets as its groups.
        let apart = engine.sibling()?;
        apart.register_batches("group_members", schema, batches)?;
        let (schema, batches) = method(&apart, catalogue, "rollups", &indicator.rollup).await?;
        engine.register_batches("fixed_rolled", schema, batches)?;
        let (_, batches) = method(engine, catalogue, "derived", "fixed_ends").await?;
        ends.fixed.push(conform(&batches, &schema::fixed_ends(), &|_| None)?);
    }
    if let (Some(parts), Some(rows)) = (parts, ends.rows.first()) {
        let fixed = Box::pin(fixed_gaps::ends(engine, catalogue, indicator, parts, rows)).await?;
        ends.fixed.extend(fixed);
    }
    Ok((marked, ends))
}

/// The rows of all targets, from both ends of those that have values.
pub async fn progress(engine: &Engine, catalogue: &Catalogue, ends: Ends, targets: RecordBatch, year: i32) -> Result<RecordBatch> {
    engine.register_batches("ends", schema::ends(), ends.rows)?;
    engine.register_batches("fixed_ends", schema::fixed_ends(), ends.fixed)?;
    engine.register_batches("targets", targets.schema(), vec![targets])?;
    register_year(engine, year)?;
    for name in ["classes", "paces", "standings"] {
        let (schema, batches) = method(engine, catalogue, "derived", name).await?;
        engine.register_batches(name, schema, batches)?;
    }
    let (_, batches) = method(engine, catalogue, "derived", "progress").await?;
    let rows = conform(&batches, &schema::progress(), &|_| None)?;
    let mut key = vec!["target", "indicator", "ref_area"];
    key.extend(schema::DIMENSIONS);
    key.push("estimate");
    sort(&rows, &key)
}

fn register_year(engine: &Engine, year: i32) -> Result<()> {
    let year = RecordBatch::try_new(current_year(), vec![Arc::new(Int32Array::from(vec![year]))])?;
    engine.register_batches("current_year", current_year(), vec![year])
}

/// The one row of the table that says in which year the targets are looked at.
pub fn current_year() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("year", DataType::Int32, false)]))
}
