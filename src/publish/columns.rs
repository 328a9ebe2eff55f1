//! The values of a release by typed column. The table is sorted by its key, so a row is found by halving.

use std::cmp::Ordering;
use std::ops::Range;

use datafusion::arrow::array::{
    Array, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int32Type, Int64Type};

use crate::error::{Error, Result};
use crate::release::value_id;
use crate::tables::schema::DIMENSIONS;

/// Codes in the order of [`DIMENSIONS`].
pub(super) type Dimensions<'a> = [&'a str; 7];

/// No dimension in play.
pub(super) const TOTAL: Dimensions<'static> = ["_T"; 7];

pub(super) struct Values<'a> {
    pub batch: &'a RecordBatch,
    pub indicator: &'a StringArray,
    pub area: &'a StringArray,
    pub year: &'a Int32Array,
    dimensions: [&'a StringArray; 7],
    pub estimate: &'a StringArray,
    pub name: &'a StringArray,
    pub kind: &'a StringArray,
    value: &'a Float64Array,
    pub unit: &'a StringArray,
    pub status: &'a StringArray,
    coverage: &'a Float64Array,
    members_observed: &'a Int64Array,
    members_total: &'a Int64Array,
    note: &'a StringArray,
    source: &'a StringArray,
    observed: &'a Float64Array,
    error_low: &'a Float64Array,
    error_high: &'a Float64Array,
    preferred: &'a BooleanArray,
    /// None in releases before this column.
    newest: Option<&'a BooleanArray>,
    id: &'a StringArray,
}

fn missing(name: &str) -> Error {
    Error::Internal(format!("values have no column {name} of its type"))
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt()).ok_or_else(|| missing(name))
}

fn numbers<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<T>> {
    batch.column_by_name(name).and_then(|column| column.as_primitive_opt()).ok_or_else(|| missing(name))
}

impl<'a> Values<'a> {
    pub(super) fn new(batch: &'a RecordBatch) -> Result<Self> {
        let [sex, age, urbanisation, disability, education, size, breakdown] = DIMENSIONS.map(|name| text(batch, name));
        Ok(Self {
            batch,
            indicator: text(batch, "indicator")?,
            area: text(batch, "ref_area")?,
            year: numbers::<Int32Type>(batch, "time_period")?,
            dimensions: [sex?, age?, urbanisation?, disability?, education?, size?, breakdown?],
            estimate: text(batch, "estimate")?,
            name: text(batch, "ref_area_name")?,
            kind: text(batch, "area_kind")?,
            value: numbers::<Float64Type>(batch, "value")?,
            unit: text(batch, "unit")?,
            status: text(batch, "obs_status")?,
            coverage: numbers::<Float64Type>(batch, "coverage")?,
            members_observed: numbers::<Int64Type>(batch, "members_observed")?,
            members_total: numbers::<Int64Type>(batch, "members_total")?,
            note: text(batch, "note")?,
            source: text(batch, "source")?,
            observed: numbers::<Float64Type>(batch, "observed")?,
            error_low: numbers::<Float64Type>(batch, "error_low")?,
            error_high: numbers::<Float64Type>(batch, "error_high")?,
            preferred: batch.column_by_name("preferred").and_then(|c| c.as_boolean_opt()).ok_or_else(|| missing("preferred"))?,
            newest: batch.column_by_name("newest").and_then(|c| c.as_boolean_opt()).filter(|c| c.null_count() == 0),
            id: text(batch, value_id::COLUMN)?,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.area.len()
    }

    pub(super) fn dimensions(&self, row: usize) -> Dimensions<'a> {
        self.dimensions.map(|column| column.value(row))
    }

    /// The column of one dimension, in the order of [`DIMENSIONS`].
    pub(super) fn dimension(&self, index: usize) -> &'a StringArray {
        self.dimensions[index]
    }

    pub(super) fn value(&self, row: usize) -> Option<f64> {
        self.value.is_valid(row).then(|| self.value.value(row))
    }

    pub(super) fn coverage(&self, row: usize) -> Option<f64> {
        self.coverage.is_valid(row).then(|| self.coverage.value(row))
    }

    /// Share of the weight with a value of that very year.
    pub(super) fn observed(&self, row: usize) -> Option<f64> {
        self.observed.is_valid(row).then(|| self.observed.value(row))
    }

    /// The ends of the error bar.
    pub(super) fn error(&self, row: usize) -> (Option<f64>, Option<f64>) {
        let of = |column: &Float64Array| column.is_valid(row).then(|| column.value(row));
        (of(self.error_low), of(self.error_high))
    }

    /// Members with a value, and all members.
    pub(super) fn members(&self, row: usize) -> (Option<i64>, Option<i64>) {
        let of = |column: &Int64Array| column.is_valid(row).then(|| column.value(row));
        (of(self.members_observed), of(self.members_total))
    }

    pub(super) fn note(&self, row: usize) -> Option<&'a str> {
        self.note.is_valid(row).then(|| self.note.value(row)).filter(|note| !note.is_empty())
    }

    pub(super) fn source(&self, row: usize) -> Option<&'a str> {
        self.source.is_valid(row).then(|| self.source.value(row)).filter(|source| !source.is_empty())
    }

    /// Whether a row stands for now in its indicator, area and breakdown. None where the release does not say.
    pub(super) fn newest(&self, row: usize) -> Option<bool> {
        self.newest.map(|column| column.value(row))
    }

    pub(super) fn preferred(&self, row: usize) -> bool {
        self.preferred.is_valid(row) && self.preferred.value(row)
    }

    /// What `explain` finds the value by.
    pub(super) fn id(&self, row: usize) -> &'a str {
        if self.id.is_valid(row) { self.id.value(row) } else { "" }
    }

    /// The rows of one indicator.
    pub(super) fn of_indicator(&self, indicator: &str) -> Range<usize> {
        self.range(|row| self.indicator.value(row).cmp(indicator))
    }

    /// The rows of one indicator and area.
    pub(super) fn of_area(&self, indicator: &str, area: &str) -> Range<usize> {
        self.range(|row| self.indicator.value(row).cmp(indicator).then_with(|| self.area.value(row).cmp(area)))
    }

    /// The row of a whole key.
    pub(super) fn find(&self, indicator: &str, area: &str, year: i64, dimensions: &Dimensions<'_>, estimate: &str) -> Option<usize> {
        let mut rows = self.of_area(indicator, area);
        rows.find(|row| {
            i64::from(self.year.value(*row)) == year && self.estimate.value(*row) == estimate && self.dimensions(*row) == *dimensions
        })
    }

    /// The areas of an indicator, each with its rows.
    pub(super) fn areas(&self, indicator: &str) -> Vec<(&'a str, Range<usize>)> {
        let mut found: Vec<(&str, Range<usize>)> = Vec::new();
        for row in self.of_indicator(indicator) {
            match found.last_mut() {
                Some((area, rows)) if *area == self.area.value(row) => rows.end = row + 1,
                _ => found.push((self.area.value(row), row..row + 1)),
            }
        }
        found
    }

    /// Which dimensions an indicator breaks its values down by.
    pub(super) fn in_play(&self, rows: Range<usize>) -> Vec<usize> {
        (0..DIMENSIONS.len()).filter(|index| rows.clone().any(|row| self.dimensions[*index].value(row) != "_T")).collect()
    }

    fn range(&self, order: impl Fn(usize) -> Ordering) -> Range<usize> {
        let first = |ends: bool| {
            let (mut low, mut high) = (0, self.len());
            while low < high {
                let middle = low + (high - low) / 2;
                let before = match order(middle) {
                    Ordering::Less => true,
                    Ordering::Equal => ends,
                    Ordering::Greater => false,
                };
                (low, high) = if before { (middle + 1, high) } else { (low, middle) };
            }
            low
        };
        first(false)..first(true)
    }
}
