//! Values of other indicators that a value was made from.

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::indicator::header::ROLLUP_NONE;
use crate::release::compute;
use crate::release::explain::{Explainer, Explanation, InputValue, Wanted};
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::concat;

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
                    codes: DIMENSIONS.map(|d| code(d, row).to_owned()),
                    explanation: None,
                }
            })
            .collect()
    }

    /// What a value of a derived method was computed from, as its file tells it: the parts, the operation and the
    /// formula, which is computed again; and each part explained in turn.
    pub(super) async fn derived(&self, engine: &Engine, method: &str, explanation: &mut Explanation) -> Result<()> {
        if explanation.value.is_none() {
            return Ok(());
        }
        let (schema, batches) = compute::method(engine, self.catalogue, "derived", method).await?;
        let rows = concat(&schema, &batches)?;
        if TOLD.iter().any(|column| schema.field_with_name(column).is_err()) {
            let wanted = TOLD.join(", ");
            explanation.warnings.push(format!("what the value was made of is not told: sql/derived/{method}.sql has no columns {wanted}"));
            return Ok(());
        }
        let Some(told) = Told::find(&Table(&rows), &explanation.wanted) else {
            explanation.adds_up = false;
            return Ok(());
        };
        let used = [told.input(0, &explanation.inputs), told.input(1, &explanation.inputs)];
        explanation.parts = again(engine, &told.formula).await?;
        let value = explanation.value.unwrap_or_default();
        // The same numbers may come in another order of operations: near, not equal.
        explanation.adds_up &= explanation.parts.is_some_and(|parts| (parts - value).abs() <= 1e-12 * value.abs().max(1.0));
        if let [Some(first), Some(second)] = used {
            let name = |index: usize| format!("{} {}", explanation.inputs[index].indicator, explanation.inputs[index].dimensions);
            explanation.rule.formula = format!("{} {} {} = {}", name(first), told.operation, name(second), told.formula);
        } else {
            explanation.rule.formula = told.formula;
            explanation.adds_up = false;
        }
        for index in used.into_iter().flatten() {
            let input = &explanation.inputs[index];
            let wanted = Wanted { dimensions: input.codes.clone(), ..explanation.wanted.clone() };
            let name = input.indicator.clone();
            let nested = Box::pin(self.explain(self.catalogue.find(&name)?, wanted)).await?;
            explanation.adds_up &= nested.adds_up;
            explanation.inputs[index].explanation = Some(Box::new(nested));
        }
        Ok(())
    }
}

/// Columns of a derived method that say how a value was made: two parts of a population, what is done with them, and
/// the formula with its numbers.
const TOLD: [&str; 8] =
    ["first_dimension", "first_code", "first_value", "second_dimension", "second_code", "second_value", "operation", "formula"];

struct Told {
    /// Dimension, code and value.
    parts: [(String, String, Option<f64>); 2],
    operation: String,
    formula: String,
}

impl Told {
    fn find(cells: &Table<'_>, wanted: &Wanted) -> Option<Self> {
        let row = (0..cells.len()).find(|row| {
            cells.text("ref_area", *row) == Some(&wanted.area)
                && cells.int("time_period", *row) == Some(wanted.year)
                && cells.text("estimate", *row) == Some(&wanted.estimate)
                && DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, *row).unwrap_or("_T") == code)
        })?;
        let text = |column: &str| cells.text(column, row).map(str::to_owned);
        Some(Self {
            parts: [
                (text("first_dimension")?, text("first_code")?, cells.float("first_value", row)),
                (text("second_dimension")?, text("second_code")?, cells.float("second_value", row)),
            ],
            operation: text("operation")?,
            formula: text("formula")?,
        })
    }

    /// The value of the release that is this part.
    fn input(&self, part: usize, inputs: &[InputValue]) -> Option<usize> {
        let (dimension, code, value) = &self.parts[part];
        inputs.iter().position(|input| {
            let expected = |d: &str| if d == dimension { code.as_str() } else { "_T" };
            input.value == *value && DIMENSIONS.iter().zip(&input.codes).all(|(d, code)| code == expected(d))
        })
    }
}

/// The result of a formula that is written in numbers.
async fn again(engine: &Engine, formula: &str) -> Result<Option<f64>> {
    let query = format!("SELECT CAST({} AS DOUBLE) AS result", formula.replace(" x ", " * "));
    let (schema, batches) = engine.run(&query, "the formula").await?;
    let rows = concat(&schema, &batches)?;
    Ok((rows.num_rows() == 1).then(|| Table(&rows).float("result", 0)).flatten())
}
