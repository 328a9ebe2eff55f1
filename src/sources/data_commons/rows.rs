//! `byVariable.<variable>.byEntity.<country/ALB>.orderedFacets[].observations[{date, value}]`: a facet is an import, the
//! preferred one stands first.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::Result;
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::series_key::{Detail, SeriesKey};
use crate::rows::value::Value;
use crate::sources::body::csv::next_number;
use crate::sources::body::{ReadSeek, limits};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    by_variable: BTreeMap<String, Variable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variable {
    #[serde(default)]
    by_entity: BTreeMap<String, Entity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    ordered_facets: Vec<Facet>,
}

#[derive(Deserialize)]
struct Facet {
    #[serde(default)]
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
struct Observation {
    date: String,
    value: Option<Json>,
}

/// Gives the number of records. Of variables that the data set does not name, all are set aside.
pub(super) fn read(body: &mut dyn ReadSeek, asked: &[String], unit: &str, collector: &mut Collector<'_>) -> Result<u32> {
    let answer: Answer = limits::json(body)?;
    let mut number = 0;
    for (variable, entities) in answer.by_variable {
        // A code that cannot be seen as a whole is told as such.
        let is_other = variable.bytes().all(|b| b.is_ascii_graphic()) && !asked.iter().any(|one| one.trim() == variable);
        let key = if is_other { Err(Reason::SeriesNotAsked) } else { key(&variable, unit).ok_or(Reason::UnknownWord) };
        for (entity, facets) in entities.by_entity {
            collector.code(&variable);
            for (place, facet) in facets.ordered_facets.into_iter().enumerate() {
                for observation in facet.observations {
                    collector.limits()?;
                    number = next_number(number)?;
                    row(number, key.as_ref().map_err(|reason| *reason), &variable, &entity, place, observation, collector);
                }
            }
        }
    }
    Ok(number)
}

fn row(
    number: u32,
    key: std::result::Result<&SeriesKey, Reason>,
    variable: &str,
    entity: &str,
    place: usize,
    observation: Observation,
    collector: &mut Collector<'_>,
) {
    let key = match key {
        Ok(key) => key,
        Err(reason) => return collector.quarantine(number, reason, variable),
    };
    if place > 0 {
        return collector.quarantine(number, Reason::DuplicateRow, format!("{entity} {}: another import has it first", observation.date));
    }
    let text = match observation.value {
        Some(Json::String(text)) => text.trim().to_owned(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let value = if text.is_empty() { Value::Missing } else { Value::Text(text.as_bytes()) };
    let detail = collector.detail(&Detail::status(if text.is_empty() { "O" } else { "A" }));
    let series = collector.series(key.clone());
    // Whatever is no economy, such as `Earth`, is no code of ISO 3166 either.
    let area = entity.strip_prefix("country/").unwrap_or(entity);
    collector.push(number, "iso3", area.as_bytes(), observation.date.as_bytes(), series, detail, value);
}

/// `undata/sdg/IT_MOB_OWN.SEX--F` is IT_MOB_OWN of women. None where a dimension is not known: its part would pass for the
/// total.
fn key(variable: &str, unit: &str) -> Option<SeriesKey> {
    let name = variable.rsplit('/').next()?;
    let mut parts = name.split('.');
    let mut key = SeriesKey::total(parts.next()?, unit);
    for part in parts {
        let (dimension, code) = part.split_once("--")?;
        match dimension {
            "SEX" => key.sex = words::sex(code)?.into(),
            "AGE" => key.age = words::age(code)?,
            "URBANISATION" | "LOCATION" => key.urbanisation = words::urbanisation(code)?.into(),
            _ => return None,
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_names_its_breakdowns() {
        let shown = |variable: &str| key(variable, "PT").map(|key| key.shown());
        assert_eq!(shown("undata/sdg/IT_USE_ii99").as_deref(), Some("IT_USE_ii99"));
        assert_eq!(shown("undata/sdg/IT_MOB_OWN.SEX--F").as_deref(), Some("IT_MOB_OWN [sex=F]"));
        assert_eq!(shown("undata/sdg/X.COLOUR--RED"), None);
    }
}
