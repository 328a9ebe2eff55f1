//! Values of other indicators that a value was made from.

use super::{Explainer, Explanation, InputValue, Wanted};
use crate::engine::read::Table;
use crate::indicator::Indicator;
use crate::indicator::header::ROLLUP_NONE;
use crate::observe::schema::DIMENSIONS;

impl Explainer<'_> {
    /// Values of the indicators that this one reads, for the same area and year.
    pub(super) fn inputs(&self, indicator: &Indicator, wanted: &Wanted) -> Vec<InputValue> {
        let cells = Table(self.values);
        let mut inputs = Vec::new();
        // A gap reads several breakdowns; anything else only its own.
        let fits = |row: usize| {
            DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, row).is_some_and(|c| c == code || c == "_T"))
        };
        for index in self.catalogue.dependencies(indicator) {
            let name = &self.catalogue.indicators[index].name;
            for row in 0..cells.len() {
                if cells.text("indicator", row) == Some(name)
                    && cells.text("ref_area", row) == Some(&wanted.area)
                    && cells.int("time_period", row) == Some(wanted.year)
                    && cells.text("estimate", row) == Some(&wanted.estimate)
                    && (indicator.rollup == ROLLUP_NONE || fits(row))
                {
                    let dims: Vec<String> =
                        DIMENSIONS.iter().filter_map(|d| cells.text(d, row).filter(|c| *c != "_T").map(|c| format!("{d} {c}"))).collect();
                    inputs.push(InputValue {
                        indicator: name.clone(),
                        estimate: wanted.estimate.clone(),
                        dimensions: if dims.is_empty() { "total".into() } else { dims.join(", ") },
                        value: cells.float("value", row),
                        obs_status: cells.text("obs_status", row).unwrap_or_default().to_owned(),
                        coverage: cells.float("coverage", row),
                        note: cells.text("note", row).map(str::to_owned),
                    });
                }
            }
        }
        inputs
    }
}

/// A gap is made of two inputs: says which, and checks it.
pub(super) fn derived_parts(explanation: &mut Explanation) {
    let Some(value) = explanation.value else { return };
    let inputs: Vec<(String, f64)> =
        explanation.inputs.iter().filter_map(|i| Some((format!("{} {}", i.indicator, i.dimensions), i.value?))).collect();
    let near = |x: f64| (x - value).abs() <= 1e-12 * value.abs().max(1.0);
    for (a, x) in &inputs {
        for (b, y) in &inputs {
            let (sign, result) = if *y != 0.0 && near(x / y) && a != b { ("/", x / y) } else { ("-", x - y) };
            if a != b && near(result) {
                explanation.rule.formula = format!("{a} {sign} {b} = {x} {sign} {y}");
                explanation.parts = Some(result);
                return;
            }
        }
    }
}
