//! Runs one indicator: its SELECT, then `sql/steps/` in order of name, with the roll-up that its header names.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;

use crate::engine::Engine;
use crate::engine::syntax::Syntax;
use crate::error::{Code, Error, Result, Severity, SourceText};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::lint;
use crate::indicator::lint::groups;
use crate::indicator::methods::{ROLLED, ROLLUP};
use crate::indicator::{Catalogue, Indicator, Rollup, engine_faults, silence};
use crate::reference::Reference;
use crate::release::cut::Beside;
use crate::release::filed_rows::FiledRows;
use crate::release::last_read::last_read;
use crate::release::selected_rows::{Looked, Rows, check_finite, key_of_rows};
use crate::release::shared;
use crate::tables::conform::{conform, conform_all};
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::sort::{joined, sort};
use crate::tables::views::{Membership, Values};

/// An indicator's values in key order, and the engine that still holds every step, for explanations.
pub struct Computed {
    pub values: RecordBatch,
    pub engine: Engine,
}

/// Which tables of its steps stay once an indicator is computed.
#[derive(Clone, Copy)]
pub enum Steps<'a> {
    /// All: an explanation reads them.
    Kept,
    /// What these methods of `sql/derived/` read. A step is let go once nothing that follows reads it.
    ReadBy(&'a [&'a str]),
}

/// Computes one indicator. `base` has the observations, the reference tables and the indicators it reads.
pub async fn indicator(
    base: &Engine,
    catalogue: &Catalogue,
    reference: &Reference,
    indicator: &Indicator,
    steps: Steps<'_>,
) -> Result<Computed> {
    let selected = selected(base, catalogue, reference, indicator, usize::MAX).await?;
    let Gathered::Held(rows) = &selected.rows else {
        return Err(Error::Internal("rows went to a file that nobody takes in parts".into()));
    };
    let rows = selected.looked.rows(rows, reference, indicator)?;
    rolled_up(selected.engine, catalogue, indicator, (rows, None), steps).await
}

/// What the SELECT of an indicator gave.
pub struct Selected {
    /// In which the steps run.
    pub engine: Engine,
    pub rows: Gathered,
    pub looked: Looked,
}

/// The rows of an indicator's SELECT; more than so many go to a file. What a derived method reads is held.
pub async fn selected(base: &Engine, catalogue: &Catalogue, reference: &Reference, indicator: &Indicator, most: usize) -> Result<Selected> {
    let engine = base.sibling()?;
    see_as(&engine, catalogue, reference, indicator).await?;
    let plan = looked_at(&engine, catalogue, indicator).await?;
    let made = groups::made(&plan, &|code| reference.group_scheme(code).is_some());
    let most = if indicator.derived.is_some() { usize::MAX } else { most };
    let rows = select(&engine, catalogue, indicator, (plan, most)).await?;
    Ok(Selected { engine, rows, looked: Looked { made } })
}

/// The values that follow from rows of the SELECT: all of them, or a part (`cut.rs`), without those of what stands beside it.
pub async fn rolled_up(
    engine: Engine,
    catalogue: &Catalogue,
    indicator: &Indicator,
    (rows, beside): (Rows, Option<&Beside>),
    steps: Steps<'_>,
) -> Result<Computed> {
    let (schema, some) = (schema::country_values(), rows.countries.iter().any(|rows| rows.num_rows() > 0));
    let rolls_up = indicator.rollup != ROLLUP_NONE && some;
    engine.register_batches("country_values", schema.clone(), rows.countries)?;
    engine.register_batches("published", schema.clone(), vec![rows.published])?;
    engine.register_batches("given", schema, vec![rows.given])?;
    let (last, before) = catalogue.steps()?;
    if rolls_up {
        let free = match steps {
            Steps::Kept => vec![Vec::new(); before.len() + 1],
            Steps::ReadBy(after) => {
                let rollup = catalogue.rollups.get(&indicator.rollup).map(|rollup| &rollup.text);
                let after: Vec<&SourceText> = after.iter().filter_map(|name| catalogue.derived.get(*name)).collect();
                last_read(before, last, rollup, &after)
            }
        };
        for (step, free) in before.iter().zip(&free) {
            if step.name == ROLLED {
                let (schema, batches) = method(&engine, catalogue, "rollups", &indicator.rollup).await?;
                engine.register_batches(ROLLUP, schema, batches)?;
            }
            if step.view {
                engine.register_view(&step.name, &step.text.text, &step.text.path).await?;
            } else {
                let (schema, batches) = engine.run(&step.text.text, &step.text.path).await?;
                engine.register_batches(&step.name, schema, batches)?;
            }
            engine.let_go(free)?;
        }
    } else {
        engine.register_batches("group_values", schema::group_values(), vec![])?;
    }
    let values = {
        let (_, batches) = engine.run(&last.text.text, &last.text.path).await?;
        match beside {
            None => conform_all(batches, &schema::values(), &|_| None)?,
            Some(beside) => {
                let own = |batch| beside.left_out(conform_all(vec![batch], &schema::values(), &|_| None)?);
                joined(&schema::values(), batches.into_iter().map(own).collect::<Result<_>>()?)?
            }
        }
    };
    let values = sort(&values, &schema::values_key())?;
    let Values { ref_area, time_period, value, coverage, .. } = Values::of(&values)?;
    check_finite(ref_area, time_period, &[("value", value), ("coverage", coverage)], indicator)?;
    Ok(Computed { values, engine })
}

/// Registers what one indicator sees besides the tables that all see: its parameters, its groups, its series and the views
/// over them.
pub async fn see_as(engine: &Engine, catalogue: &Catalogue, reference: &Reference, indicator: &Indicator) -> Result<()> {
    engine.register_batches("parameters", schema::parameters(), vec![parameters(indicator, catalogue.rollups.get(&indicator.rollup))?])?;
    engine.register_batches("silence", schema::silence(), vec![silence::batch(indicator.silence.as_ref())?])?;
    register_membership(engine, reference, indicator)?;
    shared::register(engine, catalogue, indicator).await
}

/// The columns in which a derived method says of which parts a value was made, and the table of what it says.
const TOLD: [&str; 4] = ["first_dimension", "first_code", "second_dimension", "second_code"];
pub const TOLD_GAPS: &str = "told_gaps";

/// Runs a roll-up or a derived method of the workspace.
pub async fn method(engine: &Engine, catalogue: &Catalogue, folder: &str, file: &str) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let text = if folder == "rollups" { catalogue.rollups.get(file).map(|rollup| &rollup.text) } else { catalogue.derived.get(file) };
    let text = text.ok_or_else(|| {
        Error::Workspace(vec![crate::error::Problem::file(
            Code::MissingMethodFile,
            format!("sql/{folder}/{file}.sql"),
            "the method file is missing",
        )])
    })?;
    engine.run(&text.text, &text.path).await
}

/// What a column that a SELECT does not give holds.
fn default(unit: &str, name: &str) -> Option<String> {
    match name {
        "unit" => Some(unit.to_owned()),
        "obs_status" => Some("A".into()),
        name if DIMENSIONS.contains(&name) => Some("_T".into()),
        _ => None,
    }
}

/// The rows of a SELECT as they come: held, in the order of their key, or once they are too many in a file.
pub enum Gathered {
    Held(RecordBatch),
    Filed(FiledRows),
}

struct Gathering {
    /// Of the indicator's file.
    path: Arc<str>,
    unit: String,
    most: usize,
    rows: usize,
    held: Vec<RecordBatch>,
    filed: Option<FiledRows>,
}

impl Gathering {
    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = conform(std::slice::from_ref(batch), &schema::country_values(), &|name| default(&self.unit, name));
        let batch = batch.map_err(|error| in_file(error, &self.path))?;
        self.rows += batch.num_rows();
        self.held.push(batch);
        if self.rows <= self.most {
            return Ok(());
        }
        let filed = match &mut self.filed {
            Some(filed) => filed,
            none => none.insert(FiledRows::new(schema::country_values())?),
        };
        self.held.drain(..).try_for_each(|batch| filed.add(&batch))
    }
}

/// The indicator's SELECT, and the derived method after it where the header names one.
async fn select(engine: &Engine, catalogue: &Catalogue, indicator: &Indicator, (plan, most): (LogicalPlan, usize)) -> Result<Gathered> {
    let (path, unit) = (indicator.text.path.clone(), indicator.unit.clone());
    let gathering = Gathering { path, unit, most, rows: 0, held: Vec::new(), filed: None };
    let gathered = engine.fold_planned(indicator.sql(), &indicator.text.path, Some(plan), gathering, Gathering::add).await?;
    if let Some(filed) = gathered.filed {
        return Ok(Gathered::Filed(filed));
    }
    let mut rows = joined(&schema::country_values(), gathered.held)?;
    if let Some(derived) = &indicator.derived {
        engine.register_batches("gap_input", rows.schema(), vec![rows])?;
        let (schema, batches) = method(engine, catalogue, "derived", "group_population").await?;
        engine.register_batches("group_population", schema, batches)?;
        let (given, batches) = method(engine, catalogue, "derived", derived).await?;
        if TOLD.iter().all(|column| given.field_with_name(column).is_ok()) {
            let told = conform(&batches, &schema::told_gaps(), &|_| None)?;
            engine.register_batches(TOLD_GAPS, schema::told_gaps(), vec![told])?;
        }
        rows = conform(&batches, &schema::country_values(), &|name| default(&indicator.unit, name))
            .map_err(|error| in_file(error, &indicator.text.path))?;
    }
    Ok(Gathered::Held(sort(&rows, &key_of_rows())?))
}

fn in_file(error: Error, path: &str) -> Error {
    match error {
        Error::Query { code, message, hint } => Error::Query { code, message: format!("{path}: {message}"), hint },
        other => other,
    }
}

/// The plan of the SELECT, where nothing in it would give a wrong figure without a word. `check` says the same of it, and
/// more: but nobody may have asked.
async fn looked_at(engine: &Engine, catalogue: &Catalogue, indicator: &Indicator) -> Result<LogicalPlan> {
    let plan = engine.typed(indicator.sql(), &indicator.text.path).await?;
    let mut problems = engine_faults::found(&Syntax::of(&indicator.text), &plan, engine_faults::Partitions::Any);
    lint::check_expressions(&indicator.text, &plan, &mut problems);
    let names: Vec<&str> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
    lint::check_rolled_up(indicator, catalogue, &names, &mut problems);
    match problems.into_iter().find(|problem| problem.severity == Severity::Error) {
        None => Ok(plan),
        Some(problem) => {
            Err(Error::Query { code: problem.code, message: format!("{}: {}", problem.place(), problem.message), hint: problem.hint })
        }
    }
}

fn register_membership(engine: &Engine, reference: &Reference, indicator: &Indicator) -> Result<()> {
    let batch = reference.table("membership")?;
    engine.register_batches(shared::ALL_MEMBERSHIP, batch.schema(), vec![batch.clone()])?;
    let schemes = Membership::of(batch)?.group_scheme;
    let wanted: BooleanArray = schemes.iter().map(|s| Some(s.is_some_and(|s| indicator.groups.iter().any(|g| g == s)))).collect();
    engine.register_batches("membership", batch.schema(), vec![filter_record_batch(batch, &wanted)?])
}

fn parameters(indicator: &Indicator, rollup: Option<&Rollup>) -> Result<RecordBatch> {
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
    let number = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
    let whole = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
    let needs = |column: &str| -> ArrayRef { Arc::new(BooleanArray::from(vec![rollup.is_some_and(|r| r.needs(column))])) };
    Ok(RecordBatch::try_new(
        schema::parameters(),
        vec![
            text(&indicator.name),
            text(&indicator.unit),
            text(&indicator.rollup),
            Arc::new(Int32Array::from(vec![i32::try_from(indicator.window).ok()])),
            number(indicator.coverage.publish),
            number(indicator.coverage.flag),
            whole(indicator.coverage.min_members),
            number(indicator.coverage.observed),
            text(&indicator.coverage.base),
            number(indicator.scale),
            needs("weight"),
            needs("numerator"),
            needs("denominator"),
            whole(rollup.map_or(0, |r| r.min_members)),
            number(rollup.map_or(0.0, |r| r.min_share)),
            Arc::new(Float64Array::from(vec![rollup.and_then(|r| r.spread)])),
            Arc::new(BooleanArray::from(vec![rollup.is_some_and(|r| r.panel)])),
            text(rollup.and_then(|r| r.unit.as_deref()).unwrap_or(&indicator.unit)),
        ],
    )?)
}
