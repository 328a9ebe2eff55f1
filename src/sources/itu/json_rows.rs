//! The v2 JSON: an economy's series (values as texts) and regional aggregates (values as numbers).

use std::io::Read;

use serde::Deserialize;

use super::series::{SeriesTable, Words};
use super::{note_of, status_of};
use crate::error::{Error, Result};
use crate::observe::Collector;
use crate::observe::collector::{Detail, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "codeID")]
    code_id: i64,
    #[serde(default)]
    code: String,
    iso_code: Option<String>,
    /// Two id spaces exist for regions, so they are joined by name.
    region_name: Option<String>,
    data_year: i32,
    #[serde(default)]
    data_note: Option<String>,
    #[serde(default)]
    data_source: Option<String>,
    #[serde(default)]
    update_date: Option<String>,
    #[serde(default)]
    answer: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    value: Option<serde_json::Value>,
}

pub fn read(reader: impl Read, series: &mut SeriesTable<'_>, collector: &mut Collector<'_>) -> Result<()> {
    let items: Vec<Item> = serde_json::from_reader(std::io::BufReader::new(reader)).map_err(|e| {
        Error::provider_hint("E2008", format!("not the documented JSON: {e}"), "the interface has changed, or the answer was cut off")
    })?;
    if items.is_empty() {
        return Err(Error::provider_hint(
            "E2021",
            "the answer is an empty list: an unknown code or area, or no data",
            "the interface does not tell these apart; check the codes of the data set",
        ));
    }
    for (index, item) in items.into_iter().enumerate() {
        let number = index as u32 + 1;
        let id = item.code_id.to_string();
        let words = Words { id: &id, code: &item.code, name: "", parent: None, disaggregation: None };
        let known = series.cached(id.as_bytes()).unwrap_or_else(|| series.resolve(&words, collector));
        let (note, source) = (item.data_note.unwrap_or_default(), item.data_source.unwrap_or_default());
        let text = match item.answer.first().and_then(|a| a.value.as_ref()) {
            Some(serde_json::Value::String(text)) => text.trim().to_owned(),
            Some(serde_json::Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let categorical = known.categorical && known.declared && !text.is_empty();
        let mut detail = Detail {
            obs_status: if text.is_empty() { "O".into() } else { status_of(&note, &source).into() },
            note: note_of(&note, &source),
            obs_text: categorical.then(|| text.clone()),
        };
        let aggregate = item.iso_code.is_none();
        if aggregate {
            let edition = item.update_date.as_deref().and_then(|d| d.get(..10)).unwrap_or("unknown");
            detail.note = Some(format!("ITU aggregate, updated {edition}"));
            detail.obs_status = "E".into();
        }
        let value = if text.is_empty() || categorical { Value::Missing } else { Value::Text(text.as_bytes()) };
        let area = item.iso_code.or(item.region_name).unwrap_or_default();
        let detail = collector.detail(&detail);
        collector.push(number, "itu", area.as_bytes(), item.data_year.to_string().as_bytes(), known.series, detail, value);
    }
    Ok(())
}
