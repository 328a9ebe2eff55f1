//! Which row of a key to show: `sql/derived/preferred.sql` over all values.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::partition;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};

use crate::engine::Engine;
use crate::error::{Code, Error, Result};
use crate::indicator::Catalogue;
use crate::release::compute::method;
use crate::tables::conform::conform;
use crate::tables::schema;

/// The column of `values.parquet`.
const COLUMN: &str = "preferred";

/// What preferred.sql reads: values, each with its place and the number of its figure, whatever the estimate.
const NUMBERED: &str = "numbered_values";
const PLACE: &str = "place";
const FIGURE: &str = "figure";

/// The values without the column.
pub fn without(marked: &RecordBatch) -> Result<RecordBatch> {
    Ok(marked.project(&(0..schema::values().fields().len()).collect::<Vec<_>>())?)
}

/// Gives values their column `preferred`.
pub async fn mark(engine: &Engine, catalogue: &Catalogue, values: &RecordBatch) -> Result<RecordBatch> {
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
    with(values, COLUMN, Arc::new(marks.into_iter().collect::<BooleanArray>()))
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
