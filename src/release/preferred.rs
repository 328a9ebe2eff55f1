//! Which row of a key to show: `sql/derived/preferred.sql` over all values.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::engine::Engine;
use crate::error::{Code, Error, Result};
use crate::indicator::Catalogue;
use crate::release::compute::method;
use crate::tables::conform::conform;
use crate::tables::schema;
use crate::tables::sort::{key_rows, order, places};

/// The column of `values.parquet`.
const COLUMN: &str = "preferred";

/// The values without the column.
pub fn without(marked: &RecordBatch) -> Result<RecordBatch> {
    Ok(marked.project(&(0..schema::values().fields().len()).collect::<Vec<_>>())?)
}

/// Gives values, which the engine has as `indicator_values`, their column `preferred`.
pub async fn mark(engine: &Engine, catalogue: &Catalogue, values: &RecordBatch) -> Result<RecordBatch> {
    let (_, batches) = method(engine, catalogue, "derived", "preferred").await?;
    let (key, columns) = (schema::values_key(), schema::values());
    let mut fields: Vec<Field> = columns.fields().iter().filter(|f| key.contains(&f.name().as_str())).map(|f| f.as_ref().clone()).collect();
    fields.push(Field::new(COLUMN, DataType::Boolean, false));
    let marked = conform(&batches, &Arc::new(Schema::new(fields)), &|_| None)?;
    let keys = key_rows(&[values, &marked], &key)?;
    let order = order(&keys[1]);
    // Values are sorted by the key: row by row, the keys must be the same.
    let sorted = order.iter().map(|place| keys[1].row(*place));
    if marked.num_rows() != values.num_rows() || keys[0].iter().ne(sorted) {
        return Err(Error::Query {
            code: Code::WrongColumns,
            message: "sql/derived/preferred.sql does not give the key of every value once".into(),
            hint: Some("select the key columns of indicator_values and `preferred`, without a filter".into()),
        });
    }
    let mut arrays = values.columns().to_vec();
    if let Some(preferred) = marked.column_by_name(COLUMN) {
        arrays.push(take(preferred, &places(&order), None)?);
    }
    let mut fields = values.schema().fields().to_vec();
    fields.push(Arc::new(Field::new(COLUMN, DataType::Boolean, true)));
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
