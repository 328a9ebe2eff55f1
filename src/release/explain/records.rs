//! Records: where a figure stands at the provider.

use serde::Serialize;

/// Where a figure stands at the provider.
#[derive(Debug, Serialize, Clone)]
pub struct Record {
    pub data_set: String,
    pub series: String,
    pub ref_area: String,
    pub time_period: i64,
    pub obs_value: Option<f64>,
    pub obs_text: Option<String>,
    pub obs_status: String,
    pub note: Option<String>,
    pub snapshot: String,
    pub record: i64,
    pub body: Option<String>,
    pub url: Option<String>,
    pub member: Option<String>,
    pub line: Option<u64>,
    pub text: Option<String>,
}

/// The records of one place and year: those that carry the figure or its parts; else, and then `false`, all that were
/// there to make it from.
pub fn best(records: Vec<Record>, area: &str, year: i64, value: Option<f64>, parts: &[Option<f64>]) -> (Vec<Record>, bool) {
    let mut mine: Vec<Record> = records.into_iter().filter(|r| r.ref_area == area && r.time_period == year).collect();
    let equal = |r: &Record| r.obs_value.is_some() && (r.obs_value == value || parts.contains(&r.obs_value));
    let exact = mine.iter().any(&equal);
    if exact {
        mine.retain(equal);
    }
    (mine, exact)
}
