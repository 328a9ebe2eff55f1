//! Values of other indicators that a value was made from.

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::indicator::header::ROLLUP_NONE;
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

    /// What a derived value was computed from: the formula with its numbers, and each number explained in turn.
    pub(super) async fn derived(&self, engine: &Engine, indicator: &Indicator, explanation: &mut Explanation) -> Result<()> {
        let persons = if indicator.derived.is_some() { self.persons(engine, explanation).await? } else { Vec::new() };
        let used = gap_parts(explanation, &persons);
        if used.is_empty() && indicator.derived.is_some() && explanation.value.is_some() {
            explanation.adds_up = false;
        }
        for index in used {
            let input = &explanation.inputs[index];
            let wanted = Wanted { dimensions: input.codes.clone(), ..explanation.wanted.clone() };
            let name = input.indicator.clone();
            let nested = Box::pin(self.explain(self.catalogue.find(&name)?, wanted)).await?;
            explanation.adds_up &= nested.adds_up;
            explanation.inputs[index].explanation = Some(Box::new(nested));
        }
        Ok(())
    }

    /// The people of each input.
    async fn persons(&self, engine: &Engine, explanation: &Explanation) -> Result<Vec<Option<f64>>> {
        let query = format!(
            "SELECT sex, age, urbanisation, persons FROM group_population WHERE ref_area = '{}' AND time_period = {}",
            explanation.wanted.area.replace('\'', "''"),
            explanation.wanted.year
        );
        let (schema, batches) = engine.run(&query, "the people").await?;
        let rows = concat(&schema, &batches)?;
        let cells = Table(&rows);
        let of = |input: &InputValue| {
            (0..cells.len())
                .find(|row| DIMENSIONS.iter().zip(&input.codes).take(3).all(|(d, code)| cells.text(d, *row) == Some(code)))
                .and_then(|row| cells.float("persons", row))
        };
        Ok(explanation.inputs.iter().map(of).collect())
    }
}

/// A gap is made of two inputs: says which and how, checks it, and gives their places.
fn gap_parts(explanation: &mut Explanation, persons: &[Option<f64>]) -> Vec<usize> {
    let Some(value) = explanation.value else { return Vec::new() };
    let near = |x: f64| (x - value).abs() <= 1e-12 * value.abs().max(1.0);
    let people = |index: usize| persons.get(index).copied().flatten();
    for (i, a) in explanation.inputs.iter().enumerate() {
        for (j, b) in explanation.inputs.iter().enumerate() {
            let (Some(x), Some(y)) = (a.value, b.value) else { continue };
            if i == j {
                continue;
            }
            let name = |input: &InputValue| format!("{} {}", input.indicator, input.dimensions);
            let mut tries = vec![("-".to_owned(), x - y, format!("{x} - {y}")), ("/".to_owned(), x / y, format!("{x} / {y}"))];
            if let (Some(p), Some(q)) = (people(i), people(j)) {
                tries.push(("less, in people,".into(), (x * p - y * q) / 100.0, format!("({x} x {p} - {y} x {q}) / 100")));
                // The rest of the population, where b is the whole.
                let rest = (y * q - x * p) / (q - p);
                let derived = format!("({y} x {q} - {x} x {p}) / ({q} - {p})");
                tries.push(("- the rest of".into(), x - rest, format!("{x} - {derived}")));
                tries.push(("/ the rest of".into(), x / rest, format!("{x} / ({derived})")));
            }
            // The same numbers may come in another order of operations: near, not equal.
            if let Some((sign, result, shown)) = tries.into_iter().find(|(_, result, _)| near(*result)) {
                explanation.rule.formula = format!("{} {sign} {} = {shown}", name(a), name(b));
                explanation.parts = Some(result);
                return vec![i, j];
            }
        }
    }
    Vec::new()
}
