//! The members of an aggregate: what each brings, or what its silence weighs.

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::release::explain::records::best;
use crate::release::explain::{Explainer, Explanation, Member, Wanted};
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::concat;

impl Explainer<'_> {
    /// Every member of the group, with what it brings or what its silence weighs.
    pub(super) async fn members(&self, engine: &Engine, indicator: &Indicator, explanation: &mut Explanation) -> Result<()> {
        let quote = |text: &str| text.replace('\'', "''");
        let wanted = &explanation.wanted;
        let dims: Vec<String> = DIMENSIONS.iter().zip(&wanted.dimensions).map(|(d, code)| format!("{d} = '{}'", quote(code))).collect();
        let cell = format!("(SELECT cell, base_cell FROM cells WHERE time_period = {} AND {})", wanted.year, dims.join(" AND "));
        let query = format!(
            "SELECT m.ref_area, a.name, v.value, v.weight, v.numerator, v.denominator, coalesce(v.base, b.base) AS base, v.year_used, v.obs_status, v.observed_share,
                CASE WHEN v.ref_area IS NOT NULL AND g.ref_area IS NULL THEN 1 ELSE 0 END AS left_out
             FROM {cell} AS c
             CROSS JOIN (SELECT DISTINCT ref_area FROM membership WHERE group_code = '{}' AND {} BETWEEN first_year AND last_year) AS m
             JOIN member_base AS b ON b.ref_area = m.ref_area AND b.base_cell = c.base_cell
             LEFT JOIN (SELECT * FROM member_values WHERE estimate = '{}') AS v ON v.ref_area = m.ref_area AND v.cell = c.cell
             LEFT JOIN (SELECT * FROM group_members WHERE group_code = '{}' AND estimate = '{}') AS g ON g.ref_area = m.ref_area AND g.cell = c.cell
             LEFT JOIN areas AS a ON a.ref_area = m.ref_area
             ORDER BY m.ref_area",
            quote(&wanted.area),
            wanted.year,
            quote(&wanted.estimate),
            quote(&wanted.area),
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
        explanation.members = member_rows(&Table(&batch), wanted.year);
        let cells = Table(&batch);
        explanation.base_total =
            Some((0..cells.len()).filter_map(|row| cells.float("base", row)).sum::<f64>()).filter(|total| *total > 0.0);
        let told = self.parts(engine, indicator, explanation, &cell).await?;
        let wanted = &explanation.wanted;
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
            (None, Some(_)) => !told,
            _ => !known,
        };
        explanation.members.sort_by(|a, b| {
            let size = |m: &Member| m.share.or(m.base_share).unwrap_or(0.0);
            size(b).total_cmp(&size(a)).then_with(|| a.ref_area.cmp(&b.ref_area))
        });
        Ok(())
    }

    /// What each member adds, by `<rollup>.parts.sql` over the members that the roll-up was made of. False: there is no
    /// such file.
    async fn parts(&self, engine: &Engine, indicator: &Indicator, explanation: &mut Explanation, cell: &str) -> Result<bool> {
        let Some(file) = self.catalogue.rollups.get(&indicator.rollup).and_then(|rollup| rollup.parts.as_ref()) else {
            explanation
                .warnings
                .push(format!("what each member adds is not told: beside sql/rollups/{0}.sql there is no {0}.parts.sql", indicator.rollup));
            return Ok(false);
        };
        let members = format!(
            "SELECT m.ref_area, m.value, m.weight, m.numerator, m.denominator
             FROM {cell} AS c JOIN group_members AS m ON m.cell = c.cell WHERE m.group_code = '{}' AND m.estimate = '{}'",
            explanation.wanted.area.replace('\'', "''"),
            explanation.wanted.estimate.replace('\'', "''")
        );
        engine.run_into(&members, "the members of the group", "members").await?;
        let (schema, batches) = engine.run(&file.text, &file.path).await?;
        let rows = concat(&schema, &batches)?;
        let cells = Table(&rows);
        for row in 0..cells.len() {
            let area = cells.text("ref_area", row);
            if let Some(member) = explanation.members.iter_mut().find(|member| Some(member.ref_area.as_str()) == area) {
                member.share = cells.float("share", row);
                member.contribution = cells.float("contribution", row);
            }
        }
        explanation.sql.push(file.path.to_string());
        Ok(true)
    }
}

/// What each member brings; what it adds is told by the roll-up's own file.
fn member_rows(cells: &Table<'_>, year: i64) -> Vec<Member> {
    let base = (0..cells.len()).filter_map(|row| cells.float("base", row)).sum::<f64>();
    (0..cells.len())
        .map(|row| {
            let year_used = cells.int("year_used", row);
            Member {
                ref_area: cells.text("ref_area", row).unwrap_or_default().to_owned(),
                name: cells.text("name", row).unwrap_or_default().to_owned(),
                state: match year_used {
                    None => "missing",
                    _ if cells.int("left_out", row) == Some(1) => "left_out",
                    _ if cells.float("observed_share", row) == Some(0.0) => "assumed",
                    Some(used) if used < year => "carried",
                    _ => "observed",
                },
                value: cells.float("value", row),
                weight: cells.float("weight", row).or(cells.float("denominator", row)),
                share: None,
                contribution: None,
                base_share: cells.float("base", row).filter(|_| base > 0.0).map(|b| b / base),
                year_used,
                obs_status: cells.text("obs_status", row).map(str::to_owned),
                record: None,
                also: Vec::new(),
                inputs: Vec::new(),
            }
        })
        .collect()
}
