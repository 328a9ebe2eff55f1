//! The worked cases: published figures and plain arithmetic that the program must come to.
//!
//! A case is named as in the table of cases: G01, G02, ... Its tolerance is the one stated there; where none is, half
//! of the last digit shown.

mod aggregates;
mod inputs;
mod panel;
mod population;
mod progress;
mod workspace;

use datafusion::arrow::array::RecordBatch;

use crate::support::value;

/// A value by indicator, area, year and estimate, all dimensions total.
fn total(values: &RecordBatch, indicator: &str, area: &str, year: i32, estimate: &str) -> f64 {
    cell(values, "value", indicator, area, year, estimate)
}

fn cell(values: &RecordBatch, column: &str, indicator: &str, area: &str, year: i32, estimate: &str) -> f64 {
    let year = year.to_string();
    let key = [("indicator", indicator), ("ref_area", area), ("time_period", &year), ("estimate", estimate)];
    let totals = ["sex", "age", "urbanisation", "breakdown"].map(|dimension| (dimension, "_T"));
    value(values, column, &[&key[..], &totals].concat())
}
