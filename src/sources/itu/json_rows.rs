//! The v2 JSON: an economy's series (values as texts) and regional aggregates (values as numbers).

use std::io::Read;

use serde::Deserialize;

use crate::error::Result;
use crate::rows::collector::Collector;
use crate::rows::series_key::Detail;
use crate::sources::body::csv::next_number;
use crate::sources::body::limits;
use crate::sources::itu::series::{SeriesTable, Words};
use crate::sources::itu::words::{BETWEEN, aggregate, note_of, status_of};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "codeID")]
    code_id: i64,
    #[serde(default)]
    code: Option<String>,
    iso_code: Option<String>,
    /// Two id spaces exist for regions, so they are joined by name.
    region_name: Option<String>,
    #[serde(deserialize_with = "limits::json_text")]
    data_year: String,
    #[serde(default)]
    data_note: Option<String>,
    #[serde(default)]
    data_source: Option<String>,
    #[serde(default)]
    update_date: Option<String>,
    #[serde(default)]
    answer: Option<Vec<Option<Answer>>>,
}

#[derive(Deserialize)]
struct Answer {
    value: Option<serde_json::Value>,
}

/// Gives the number of records; none is what the interface answers for a pair without data, and for an unknown code.
pub(super) fn read(reader: impl Read, series: &mut SeriesTable<'_>, collector: &mut Collector<'_>) -> Result<usize> {
    let mut number = 0;
    limits::json_list(reader, |item: Item| {
        collector.limits()?;
        number = next_number(number)?;
        let id = item.code_id.to_string();
        let code = item.code.as_deref().unwrap_or_default();
        let words = Words { id: &id, code, name: "", parent: None, disaggregation: None, unit: None };
        let known = match series.cached(id.as_bytes()).map_or_else(|| series.resolve(id.as_bytes(), &words, collector), Ok) {
            Ok(known) => known,
            Err((reason, what)) => {
                collector.quarantine(number, reason, what);
                return Ok(());
            }
        };
        let (note, source) = (item.data_note.unwrap_or_default(), item.data_source.unwrap_or_default());
        let text = given(&item.answer.unwrap_or_default());
        let reading = known.read(text.as_bytes());
        let mut detail = Detail {
            obs_status: reading.obs_status.unwrap_or_else(|| status_of(&note, &source)).into(),
            note: note_of(&note, &source),
            obs_text: reading.text.then(|| text.clone()),
            correction: None,
        };
        let iso_code = item.iso_code.filter(|code| !code.trim().is_empty());
        if iso_code.is_none() {
            detail.note = Some(aggregate(item.update_date.as_deref()));
            detail.obs_status = reading.obs_status.unwrap_or("E").into();
        }
        detail.note = known.note(text.as_bytes(), detail.note);
        let area = iso_code.or(item.region_name).unwrap_or_default();
        let detail = collector.detail(&detail);
        collector.push(number, "itu", area.as_bytes(), item.data_year.as_bytes(), known.series, detail, reading.value);
        Ok(())
    })?;
    Ok(number as usize)
}

/// The answer, or all of them where a question takes several, as the CSV of the same figures has them.
fn given(answers: &[Option<Answer>]) -> String {
    let text = |answer: &Answer| match answer.value.as_ref()? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Null => None,
        // Neither a text nor a number: as it is, so that it is not taken for no answer.
        other => Some(other.to_string()),
    };
    answers.iter().flatten().filter_map(text).collect::<Vec<_>>().join(BETWEEN)
}
