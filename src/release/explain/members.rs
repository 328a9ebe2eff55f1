//! The members of an aggregate: what each brings, or what its silence weighs.

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::release::explain::records::best;
use crate::release::explain::{Explainer, Explanation, Member, Wanted};
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::concat;

/// Roll-ups whose parts are known; one of a workspace's own is taken as it is.
const KNOWN_RULES: [&str; 5] = ["weighted_mean", "ratio_of_sums", "sum", "share_of_economies", "median"];

impl Explainer<'_> {
    /// Every member of the group, with what it brings or what its silence weighs.
    pub(super) async fn members(&self, engine: &Engine, indicator: &Indicator, explanation: &mut Explanation) -> Result<()> {
        let quote = |text: &str| text.replace('\'', "''");
        let wanted = &explanation.wanted;
        let dims: Vec<String> = DIMENSIONS.iter().zip(&wanted.dimensions).map(|(d, code)| format!("{d} = '{}'", quote(code))).collect();
        let cell = format!("(SELECT cell, base_cell FROM cells WHERE time_period = {} AND {})", wanted.year, dims.join(" AND "));
        let query = format!(
            "SELECT m.ref_area, a.name, v.value, v.weight, v.numerator, v.denominator, coalesce(v.base, b.base) AS base, v.year_used, v.obs_status, v.observed_share
             FROM {cell} AS c
             CROSS JOIN (SELECT DISTINCT ref_area FROM membership WHERE group_code = '{}' AND {} BETWEEN first_year AND last_year) AS m
             JOIN member_base AS b ON b.ref_area = m.ref_area AND b.base_cell = c.base_cell
             LEFT JOIN (SELECT * FROM member_values WHERE estimate = '{}') AS v ON v.ref_area = m.ref_area AND v.cell = c.cell
             LEFT JOIN areas AS a ON a.ref_area = m.ref_area
             ORDER BY m.ref_area",
            quote(&wanted.area),
            wanted.year,
            quote(&wanted.estimate)
        );
        let (found_schema, batches) = engine.run(&query, "the members").await?;
        let batch = concat(&found_schema, &batches)?;
        let rolled = format!(
            "SELECT r.value FROM {cell} AS c JOIN rolled AS r ON r.cell = c.cell WHERE r.group_code = '{}' AND r.estimate = '{}'",
            quote(&wanted.area),
            quote(&wanted.estimate)
        );
        let (rolled_schema, rolled) = engine.run(&rolled, "the aggregate").await?;
        let rolled = concat(&rolled_schema, &rolled)?;
        explanation.unrounded = (rolled.num_rows() == 1).then(|| Table(&rolled).float("value", 0)).flatten();
        explanation.members = member_rows(&Table(&batch), indicator, wanted.year);
        let places: Vec<(String, i64)> = explanation.members.iter().filter_map(|m| Some((m.ref_area.clone(), m.year_used?))).collect();
        let records = self.records(engine, indicator, wanted, &places).await?;
        let cells = Table(&batch);
        for (row, member) in explanation.members.iter_mut().enumerate() {
            let parts = [cells.float("numerator", row), cells.float("denominator", row)];
            let Some(year) = member.year_used else { continue };
            let (found, exact) = best(records.clone(), &member.ref_area, year, member.value, &parts);
            let mut found = found.into_iter();
            // No one record carries the figure: it was made from these.
            member.record = if exact { found.next() } else { None };
            if parts[0].is_some() || !exact {
                member.also = found.collect();
            }
            let source = Wanted { area: member.ref_area.clone(), year, estimate: "reported".into(), ..explanation.wanted.clone() };
            member.inputs = self.inputs(indicator, &source);
        }
        let parts: f64 = explanation.members.iter().filter_map(|m| m.contribution).sum();
        let known = explanation.members.iter().any(|m| m.contribution.is_some());
        explanation.parts = known.then_some(parts);
        // A value that is shown is the release's own; one that is withheld exists only now.
        explanation.unrounded = explanation.value.or(explanation.unrounded);
        explanation.adds_up = match (explanation.parts, explanation.unrounded) {
            (Some(parts), Some(value)) => (parts - value).abs() <= 1e-12 * value.abs().max(1.0),
            (None, Some(_)) => !KNOWN_RULES.contains(&indicator.rollup.as_str()),
            _ => !known,
        };
        explanation.members.sort_by(|a, b| {
            let size = |m: &Member| m.share.or(m.base_share).unwrap_or(0.0);
            size(b).total_cmp(&size(a)).then_with(|| a.ref_area.cmp(&b.ref_area))
        });
        Ok(())
    }
}

/// Shares and contributions by the roll-up's own formula.
fn member_rows(cells: &Table<'_>, indicator: &Indicator, year: i64) -> Vec<Member> {
    let column = |name: &str| -> Vec<Option<f64>> { (0..cells.len()).map(|r| cells.float(name, r)).collect() };
    let (values, weights, numerators, denominators, bases) =
        (column("value"), column("weight"), column("numerator"), column("denominator"), column("base"));
    let total = |list: &[Option<f64>]| list.iter().zip(&values).filter(|(_, v)| v.is_some()).filter_map(|(x, _)| *x).sum::<f64>();
    let (weight, denominator, base) = (total(&weights), total(&denominators), bases.iter().flatten().sum::<f64>());
    let observed = values.iter().flatten().count() as f64;
    let mut ordered: Vec<(f64, usize)> = values.iter().enumerate().filter_map(|(i, v)| v.map(|v| (v, i))).collect();
    ordered.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let middle: Vec<usize> = match ordered.len() {
        0 => vec![],
        n if n % 2 == 1 => vec![ordered[n / 2].1],
        n => vec![ordered[n / 2 - 1].1, ordered[n / 2].1],
    };
    (0..cells.len())
        .map(|row| {
            let (share, contribution) = match (indicator.rollup.as_str(), values[row]) {
                (_, None) => (None, None),
                ("weighted_mean", Some(v)) => (weights[row].map(|w| w / weight), weights[row].map(|w| v * w / weight)),
                ("ratio_of_sums", Some(_)) => {
                    (denominators[row].map(|d| d / denominator), numerators[row].map(|n| indicator.scale * n / denominator))
                }
                ("sum", Some(v)) => (Some(v / total(&values)), Some(v)),
                ("share_of_economies", Some(v)) => (Some(1.0 / observed), Some(100.0 * if v == 1.0 { 1.0 } else { 0.0 } / observed)),
                ("median", Some(v)) if middle.contains(&row) => (Some(1.0 / middle.len() as f64), Some(v / middle.len() as f64)),
                ("median", Some(_)) => (Some(0.0), Some(0.0)),
                _ => (None, None),
            };
            let year_used = cells.int("year_used", row);
            Member {
                ref_area: cells.text("ref_area", row).unwrap_or_default().to_owned(),
                name: cells.text("name", row).unwrap_or_default().to_owned(),
                state: match (values[row], year_used) {
                    (None, _) => "missing",
                    _ if cells.float("observed_share", row) == Some(0.0) => "assumed",
                    (_, Some(used)) if used < year => "carried",
                    _ => "observed",
                },
                value: values[row],
                weight: weights[row].or(denominators[row]),
                share,
                contribution,
                base_share: bases[row].filter(|_| base > 0.0).map(|b| b / base),
                year_used,
                obs_status: cells.text("obs_status", row).map(str::to_owned),
                record: None,
                also: Vec::new(),
                inputs: Vec::new(),
            }
        })
        .collect()
}
