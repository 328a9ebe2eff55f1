//! `byVariable.<variable>.byEntity.<country/ALB>.orderedFacets[].observations[{date, value}]`: a facet is an import, the
//! preferred one stands first. What only a later one has is taken with its name.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::{Result, count};
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
    #[serde(default)]
    facets: BTreeMap<String, Import>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    import_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variable {
    #[serde(default)]
    by_entity: BTreeMap<String, Option<Entity>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    ordered_facets: Option<Vec<Facet>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facet {
    #[serde(default, deserialize_with = "limits::json_text")]
    facet_id: String,
    #[serde(default)]
    observations: Option<Vec<Observation>>,
}

#[derive(Deserialize)]
struct Observation {
    #[serde(default, deserialize_with = "limits::json_text")]
    date: String,
    value: Option<Json>,
}

/// Gives the number of records. Of variables that the data set does not name, all are set aside.
pub(super) fn read(body: &mut dyn ReadSeek, asked: &[String], unit: &str, collector: &mut Collector<'_>) -> Result<u32> {
    let answer: Answer = limits::json(body)?;
    let (mut number, mut further) = (0, Vec::new());
    for (variable, entities) in answer.by_variable {
        // A code that cannot be seen as a whole is told as such.
        let is_other = variable.bytes().all(|b| b.is_ascii_graphic()) && !asked.iter().any(|one| one.trim() == variable);
        let key = if is_other { Err(Reason::SeriesNotAsked) } else { key(&variable, unit).ok_or(Reason::UnknownWord) };
        for (entity, facets) in entities.by_entity {
            collector.code(&variable);
            let mut had = HashSet::new();
            let facets = facets.and_then(|entity| entity.ordered_facets).unwrap_or_default();
            for (place, facet) in facets.into_iter().enumerate() {
                let import = (place > 0).then(|| name_of(place, &facet.facet_id, &answer.facets));
                for observation in facet.observations.unwrap_or_default() {
                    collector.limits()?;
                    number = next_number(number)?;
                    let key = match &key {
                        Ok(key) => key,
                        Err(reason) => {
                            collector.quarantine(number, *reason, variable.as_str());
                            continue;
                        }
                    };
                    let date = observation.date.trim().to_owned();
                    let text = text_of(observation.value);
                    let what = format!("{entity} {date}");
                    if import.is_some() && had.contains(&date) {
                        collector.quarantine(number, Reason::DuplicateRow, format!("{what}: another import has it first"));
                        continue;
                    }
                    if !text.is_empty() {
                        had.insert(date.clone());
                        further.extend(import.as_ref().map(|import| format!("{variable} {what} ({import})")));
                    }
                    row(number, key, &entity, &date, &text, import.clone(), collector);
                }
            }
        }
    }
    if let Some(first) = further.first() {
        let figures = count(further.len(), "figure");
        collector.warnings.push(format!("{figures} of another import than the first, which lacks them, such as {first}"));
    }
    Ok(number)
}

/// What an import that does not stand first is called in notes.
fn name_of(place: usize, id: &str, imports: &BTreeMap<String, Import>) -> String {
    let name = imports.get(id).and_then(|import| import.import_name.clone());
    let id = Some(id).filter(|id| !id.is_empty()).map(str::to_owned);
    format!("import {}", name.or(id).unwrap_or_else(|| (place + 1).to_string()))
}

fn text_of(value: Option<Json>) -> String {
    match value {
        Some(Json::String(text)) => text.trim().to_owned(),
        Some(Json::Number(number)) => number.to_string(),
        None | Some(Json::Null) => String::new(),
        // Neither a text nor a number: as it is, so that it is not taken for no value.
        Some(other) => other.to_string(),
    }
}

fn row(number: u32, key: &SeriesKey, entity: &str, date: &str, text: &str, note: Option<String>, collector: &mut Collector<'_>) {
    let value = if text.is_empty() { Value::Missing } else { Value::Text(text.as_bytes()) };
    let detail = collector.detail(&Detail { note, ..Detail::status(if text.is_empty() { "O" } else { "A" }) });
    let series = collector.series(key);
    // Whatever is no economy, such as `Earth`, is no code of ISO 3166 either.
    let area = entity.strip_prefix("country/").unwrap_or(entity);
    collector.push(number, "iso3", area.as_bytes(), date.as_bytes(), series, detail, value);
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
