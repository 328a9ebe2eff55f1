//! Which row of a key to show, and which year stands for now: `sql/derived/preferred.sql` and `newest.sql` over all values.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::partition;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};

use crate::engine::Engine;
use crate::error::{Code, Error, Result};
use crate::indicator::Catalogue;
use crate::release::compute::method;
use crate::tables::conform::conform;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::views::{Cells, Values};

/// The columns of `values.parquet`.
const COLUMN: &str = "preferred";
const NEWEST: &str = "newest";

/// What newest.sql reads.
const SHOWN: &str = "shown_values";

/// What preferred.sql reads: values, each with its place and the number of its figure, whatever the estimate.
const NUMBERED: &str = "numbered_values";
const PLACE: &str = "place";
const FIGURE: &str = "figure";

/// The values without these columns.
pub fn without(marked: &RecordBatch) -> Result<RecordBatch> {
    Ok(marked.project(&(0..schema::values().fields().len()).collect::<Vec<_>>())?)
}

/// Gives values their columns `preferred` and `newest`. `min_observed`: below it an `imputed` value is mostly carried.
pub async fn mark(engine: &Engine, catalogue: &Catalogue, values: &RecordBatch, min_observed: f64) -> Result<RecordBatch> {
    let count = values.num_rows();
    let numbered = with(values, PLACE, Arc::new((0i64..).take(count).collect::<Int64Array>()))?;
    let numbered = with(&numbered, FIGURE, Arc::new(figures(values)?))?;
    engine.register_batches(NUMBERED, numbered.schema(), vec![numbered])?;
    let (_, batches) = method(engine, catalogue, "derived", "preferred").await?;
    engine.register_batches(NUMBERED, schema::numbered_values(), vec![])?;
    let said = [Field::new(PLACE, DataType::Int64, false), Field::new(COLUMN, DataType::Boolean, false)];
    let said = conform(&batches, &Arc::new(Schema::new(said.to_vec())), &|_| None)?;
    let (places, preferred) = (said.column(0).as_primitive::<Int64Type>(), said.column(1).as_boolean());
    let mut marks: Vec<Option<bool>> = vec![None; count];
    let mut twice = false;
    for (place, preferred) in places.values().iter().zip(preferred.values()) {
        let mark = usize::try_from(*place).ok().and_then(|place| marks.get_mut(place));
        twice |= mark.is_none_or(|mark| mark.replace(preferred).is_some());
    }
    if twice || marks.contains(&None) {
        return Err(Error::Query {
            code: Code::WrongColumns,
            message: "sql/derived/preferred.sql does not give the place of every value once".into(),
            hint: Some("select `place` of numbered_values and `preferred`, without a filter".into()),
        });
    }
    let marks: BooleanArray = marks.into_iter().collect();
    let shown = shown(values, &marks, min_observed)?;
    engine.register_batches(SHOWN, shown.schema(), vec![shown])?;
    let (_, batches) = method(engine, catalogue, "derived", "newest").await?;
    engine.register_batches(SHOWN, schema::shown_values(), vec![])?;
    let said = conform(&batches, &Arc::new(Schema::new(vec![Field::new(PLACE, DataType::Int64, false)])), &|_| None)?;
    let mut newest = vec![false; count];
    for place in said.column(0).as_primitive::<Int64Type>().values() {
        if let Some(mark) = usize::try_from(*place).ok().and_then(|place| newest.get_mut(place)) {
            *mark = true;
        }
    }
    let marked = with(values, COLUMN, Arc::new(marks))?;
    with(&marked, NEWEST, Arc::new(newest.into_iter().map(Some).collect::<BooleanArray>()))
}

/// The rows that are shown and have a value, each with the number of its series, whatever the year and the estimate.
fn shown(values: &RecordBatch, preferred: &BooleanArray, min_observed: f64) -> Result<RecordBatch> {
    let cells = Values::of(values)?;
    let rows: Vec<usize> = (0..values.num_rows()).filter(|row| preferred.value(*row) && cells.value.is_valid(*row)).collect();
    let mut numbers: HashMap<(&str, [&str; DIMENSIONS.len()]), i64> = HashMap::new();
    let series: Int64Array = rows
        .iter()
        .map(|row| {
            let next = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
            *numbers.entry((cells.ref_area.value(*row), cells.dimensions(*row))).or_insert(next)
        })
        .collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|row| i64::try_from(*row).unwrap_or(i64::MAX)).collect::<Int64Array>()),
        Arc::new(series),
        Arc::new(rows.iter().map(|row| cells.time_period.value(*row)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|row| Some(cells.estimate.value(*row))).collect::<StringArray>()),
        Arc::new(rows.iter().map(|row| cells.observed.cell(*row)).collect::<Float64Array>()),
        Arc::new(rows.iter().map(|_| min_observed).collect::<Float64Array>()),
    ];
    Ok(RecordBatch::try_new(schema::shown_values(), columns)?)
}

/// Of values in the order of their key, the number of each one's figure.
fn figures(values: &RecordBatch) -> Result<Int64Array> {
    let key = schema::values_key().into_iter().filter(|name| *name != "estimate");
    let columns: Vec<ArrayRef> = key.filter_map(|name| values.column_by_name(name)).cloned().collect();
    let figures = partition(&columns)?.ranges();
    Ok(figures.into_iter().zip(0i64..).flat_map(|(rows, figure)| std::iter::repeat_n(Some(figure), rows.len())).collect())
}

fn with(values: &RecordBatch, name: &str, column: ArrayRef) -> Result<RecordBatch> {
    let mut fields = values.schema().fields().to_vec();
    fields.push(Arc::new(Field::new(name, column.data_type().clone(), true)));
    let columns = values.columns().iter().cloned().chain([column]).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
