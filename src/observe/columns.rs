//! Observations as columns, batch by batch; dictionaries are made once.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};

use crate::error::Result;
use crate::rows::collector::{Collector, SeriesKey};
use crate::rows::store::Numbered;
use crate::tables::schema;

/// Builds record batches of observations; dictionaries are made once and shared by all batches.
pub(super) struct Batches {
    source: ArrayRef,
    dataset: ArrayRef,
    series: [ArrayRef; 9],
    areas: ArrayRef,
    statuses: ArrayRef,
    notes: ArrayRef,
    texts: ArrayRef,
    snapshots: ArrayRef,
    editions: ArrayRef,
    corrections: ArrayRef,
    /// One for each body.
    routes: ArrayRef,
    /// Per series, per column: the index in that column's dictionary.
    series_codes: [Vec<i32>; 9],
    status_codes: Vec<i32>,
    note_codes: Vec<Option<i32>>,
    text_codes: Vec<Option<i32>>,
    edition_codes: Vec<Option<i32>>,
    correction_codes: Vec<Option<i32>>,
    route_codes: Vec<i32>,
    pub schema: SchemaRef,
}

impl Batches {
    pub(super) fn new(collector: &Collector<'_>, source: &str, dataset: &str, routes: &[&str]) -> Self {
        let one = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
        let mut series: Vec<ArrayRef> = Vec::new();
        let mut series_codes: Vec<Vec<i32>> = Vec::new();
        for column in 0..9 {
            let cell = |key: &SeriesKey| match column {
                0 => key.series.clone(),
                8 => key.unit.clone(),
                _ => key.dimensions()[column - 1].to_owned(),
            };
            let (values, codes) = dictionary(collector.series.iter().map(cell));
            series.push(values);
            series_codes.push(codes);
        }
        let (statuses, status_codes) = dictionary(collector.details.iter().map(|d| d.obs_status.clone()));
        let (notes, note_codes) = optional_dictionary(collector.details.iter().map(|d| d.note.clone()));
        let (texts, text_codes) = optional_dictionary(collector.details.iter().map(|d| d.obs_text.clone()));
        let (corrections, correction_codes) = optional_dictionary(collector.details.iter().map(|d| d.correction.clone()));
        let edition = |key: &SeriesKey| Some(key.edition.clone()).filter(|edition| !edition.is_empty());
        let (editions, edition_codes) = optional_dictionary(collector.series.iter().map(edition));
        let (routes, route_codes) = dictionary(routes.iter().map(|route| (*route).to_owned()));
        let fields: Vec<Field> = schema::observations()
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => {
                    Field::new(field.name(), DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), field.is_nullable())
                }
                _ => field.as_ref().clone(),
            })
            .collect();
        Self {
            source: one(source),
            dataset: one(dataset),
            series: array(series),
            areas: Arc::new(StringArray::from(collector.areas.codes.clone())),
            statuses,
            notes,
            texts,
            snapshots: Arc::new(StringArray::from(collector.bodies.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>())),
            editions,
            corrections,
            routes,
            series_codes: array(series_codes),
            status_codes,
            note_codes,
            text_codes,
            edition_codes,
            correction_codes,
            route_codes,
            schema: Arc::new(Schema::new(fields)),
        }
    }

    /// Rows as one batch, string columns as dictionaries.
    pub(super) fn batch(&self, collector: &Collector<'_>, part: &[Numbered]) -> Result<RecordBatch> {
        let rows = || part.iter().map(|one| &one.row);
        let bodies = || part.iter().map(|one| collector.body_of(one.number as usize));
        let coded = |codes: Int32Array, values: &ArrayRef| -> Result<ArrayRef> {
            Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(codes, values.clone())?))
        };
        let constant = |values: &ArrayRef| coded(Int32Array::from(vec![0; part.len()]), values);
        let by_series = |column: usize| coded(rows().map(|r| self.series_codes[column][r.series as usize]).collect(), &self.series[column]);
        let optional = |codes: &[Option<i32>], values: &ArrayRef| coded(rows().map(|r| codes[r.detail as usize]).collect(), values);
        let mut columns: Vec<ArrayRef> = vec![
            constant(&self.source)?,
            constant(&self.dataset)?,
            by_series(0)?,
            coded(rows().map(|r| collector.places.area(r.place).cast_signed()).collect(), &self.areas)?,
            Arc::new(rows().map(|r| collector.places.year(r.place)).collect::<Int32Array>()),
        ];
        for column in 1..8 {
            columns.push(by_series(column)?);
        }
        columns.push(Arc::new(rows().map(|r| (!r.value.is_nan()).then_some(r.value)).collect::<Float64Array>()));
        columns.push(optional(&self.text_codes, &self.texts)?);
        columns.push(by_series(8)?);
        columns.push(coded(rows().map(|r| self.status_codes[r.detail as usize]).collect(), &self.statuses)?);
        columns.push(optional(&self.note_codes, &self.notes)?);
        columns.push(if collector.bodies.len() == 1 {
            constant(&self.snapshots)?
        } else {
            coded(bodies().map(code).collect(), &self.snapshots)?
        });
        columns.push(Arc::new(rows().map(|r| i64::from(r.record)).collect::<Int64Array>()));
        columns.push(coded(rows().map(|r| self.edition_codes[r.series as usize]).collect(), &self.editions)?);
        columns.push(optional(&self.correction_codes, &self.corrections)?);
        columns.push(coded(bodies().map(|body| self.route_codes.get(body).copied()).collect(), &self.routes)?);
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

fn array<T, const N: usize>(items: Vec<T>) -> [T; N]
where
    [T; N]: TryFrom<Vec<T>>,
    <[T; N] as TryFrom<Vec<T>>>::Error: std::fmt::Debug,
{
    match <[T; N]>::try_from(items) {
        Ok(items) => items,
        Err(_) => unreachable!("built with exactly N items"),
    }
}

/// A place in a dictionary. One beyond what a code can say, which the limits of a pull leave no way to, is refused as
/// out of its bounds.
fn code(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

fn dictionary(texts: impl Iterator<Item = String>) -> (ArrayRef, Vec<i32>) {
    let texts: Vec<String> = texts.collect();
    let mut distinct = texts.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let codes = texts.iter().map(|t| code(distinct.binary_search(t).unwrap_or(0))).collect();
    (Arc::new(StringArray::from(distinct)), codes)
}

fn optional_dictionary(texts: impl Iterator<Item = Option<String>>) -> (ArrayRef, Vec<Option<i32>>) {
    let texts: Vec<Option<String>> = texts.collect();
    let mut distinct: Vec<String> = texts.iter().flatten().cloned().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let codes = texts.iter().map(|t| t.as_ref().map(|t| code(distinct.binary_search(t).unwrap_or(0)))).collect();
    (Arc::new(StringArray::from(distinct)), codes)
}
