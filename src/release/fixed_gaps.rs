//! Gaps on the same economies at both ends: their parts are rolled up over the members that have both, and the derived
//! method makes the gap of these as it does of the group's own values.

use datafusion::arrow::array::RecordBatch;

use crate::engine::{Engine, tokens};
use crate::error::Result;
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Catalogue, Indicator};
use crate::release::compute::{TOLD_GAPS, method};
use crate::tables::conform::conform;
use crate::tables::schema;

/// The methods of `sql/derived/` that read the steps of the parts' indicator.
pub const READ: [&str; 2] = ["gap_members", "gap_parts"];

/// The indicator whose values a derived one is made of, with the engine that still holds its members.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    pub indicator: &'a Indicator,
    pub engine: &'a Engine,
}

/// The indicator that a derived one with targets takes its parts from, if its method says which parts these are.
pub fn parts_of<'c>(catalogue: &'c Catalogue, indicator: &Indicator) -> Option<&'c Indicator> {
    let method = catalogue.derived.get(indicator.derived.as_ref()?)?;
    let [part] = catalogue.dependencies(indicator)[..] else { return None };
    let part = &catalogue.indicators[part];
    let told = !indicator.targets.is_empty() && tokens::occurs("first_code", method);
    (told && part.rollup != ROLLUP_NONE).then_some(part)
}

/// Both ends of the targets of a derived indicator on the same economies. None where it is not told of which parts its
/// values were made, or nothing was rolled up.
pub async fn ends(
    engine: &Engine,
    catalogue: &Catalogue,
    indicator: &Indicator,
    parts: Parts<'_>,
    ends: &RecordBatch,
) -> Result<Option<RecordBatch>> {
    let told = engine.context().table_exist(TOLD_GAPS)? && parts.engine.context().table_exist("coverage")?;
    let Some(derived) = indicator.derived.as_ref().filter(|_| told) else { return Ok(None) };
    let (schema, batches) = engine.run(&format!("SELECT * FROM {TOLD_GAPS}"), "the parts of the gaps").await?;
    let apart = parts.engine.sibling()?;
    apart.register_batches(TOLD_GAPS, schema, batches)?;
    apart.register_batches("ends", ends.schema(), vec![ends.clone()])?;
    let (schema, batches) = method(&apart, catalogue, "derived", "gap_members").await?;
    apart.register_batches("gap_members", schema.clone(), batches.clone())?;
    // The roll-up sees the sets as its groups, and so do the method and the people that it asks for.
    let sets = apart.sibling()?;
    sets.register_batches("group_members", schema, batches)?;
    let (schema, batches) = method(&sets, catalogue, "rollups", &parts.indicator.rollup).await?;
    apart.register_batches("fixed_rolled", schema, batches)?;
    let (schema, batches) = method(&apart, catalogue, "derived", "gap_membership").await?;
    sets.register_batches("membership", schema, batches)?;
    let (_, batches) = method(&apart, catalogue, "derived", "gap_parts").await?;
    let default = |name: &str| match name {
        "unit" => Some(parts.indicator.unit.clone()),
        "obs_status" => Some("A".to_owned()),
        _ => None,
    };
    let input = conform(&batches, &schema::country_values(), &default)?;
    sets.register_batches("gap_input", input.schema(), vec![input])?;
    let (schema, batches) = method(&sets, catalogue, "derived", "group_population").await?;
    sets.register_batches("group_population", schema, batches)?;
    let (_, batches) = method(&sets, catalogue, "derived", derived).await?;
    let gaps = conform(&batches, &schema::told_gaps(), &|_| None)?;
    apart.register_batches("fixed_gaps", gaps.schema(), vec![gaps])?;
    let (_, batches) = method(&apart, catalogue, "derived", "gap_ends").await?;
    conform(&batches, &schema::fixed_ends(), &|_| None).map(Some)
}
