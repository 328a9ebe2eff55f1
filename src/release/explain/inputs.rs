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
        let code = |d: &str, row: usize| cells.text(d, row).unwrap_or_default();
        let mut there: Vec<usize> = Vec::new();
        for index in self.catalogue.dependencies(indicator) {
            let name = &self.catalogue.indicators[index].name;
            there.extend((0..cells.len()).filter(|row| {
                cells.text("indicator", *row) == Some(name)
                    && cells.text("ref_area", *row) == Some(&wanted.area)
                    && cells.int("time_period", *row) == Some(wanted.year)
                    && cells.text("estimate", *row) == Some(&wanted.estimate)
            }));
        }
        if indicator.rollup != ROLLUP_NONE {
            // The very breakdown, else a total that it is made of, else its parts; a gap reads several breakdowns anyhow.
            let same = |row: usize| DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, wanted)| code(d, row) == wanted);
            let total =
                |row: usize| DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, wanted)| code(d, row) == wanted || code(d, row) == "_T");
            let persons = |row: usize| DIMENSIONS.iter().zip(&wanted.dimensions).take(3).all(|(d, wanted)| code(d, row) == wanted);
            let tests: [&dyn Fn(usize) -> bool; 3] = [&same, &total, &persons];
            let found =
                tests.iter().map(|test| there.iter().copied().filter(|r| test(*r)).collect::<Vec<_>>()).find(|rows| !rows.is_empty());
            there = found.unwrap_or_default();
        }
        there
            .into_iter()
            .map(|row| {
                let dims: Vec<String> =
                    DIMENSIONS.iter().filter(|d| code(d, row) != "_T").map(|d| format!("{d} {}", code(d, row))).collect();
                InputValue {
                    indicator: cells.text("indicator", row).unwrap_or_default().to_owned(),
                    estimate: wanted.estimate.clone(),
                    dimensions: if dims.is_empty() { "total".into() } else { dims.join(", ") },
                    value: cells.float("value", row),
                    obs_status: cells.text("obs_status", row).unwrap_or_default().to_owned(),
                    coverage: cells.float("coverage", row),
                    note: cells.text("note", row).map(str::to_owned),
                }
            })
            .collect()
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
