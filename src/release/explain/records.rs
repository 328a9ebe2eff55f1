//! The way from an explanation back to the provider: records, snapshots, lines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::release::explain::Explanation;

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

/// Further records of a member that are traced to their line.
const MOST: usize = 12;

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

/// Finds records of a snapshot by number.
pub type Find<'a> = &'a dyn Fn(&str, &BTreeSet<u32>) -> BTreeMap<u32, crate::sources::Located>;

/// Finds the lines of the bodies for the records of an explanation.
pub fn locate(explanation: &mut Explanation, limit: usize, find: Find<'_>, bodies: &BTreeMap<String, (String, String)>) {
    let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let members = explanation.members.iter_mut().filter(|m| m.state != "missing").take(limit);
    let members = members.flat_map(|m| m.record.iter_mut().chain(m.also.iter_mut().take(MOST)));
    let mut records: Vec<&mut Record> = members.chain(explanation.records.iter_mut()).collect();
    for record in &records {
        if let Ok(number) = u32::try_from(record.record) {
            wanted.entry(record.snapshot.clone()).or_default().insert(number);
        }
    }
    for (snapshot, numbers) in &wanted {
        let found = find(snapshot, numbers);
        for record in records.iter_mut().filter(|r| r.snapshot == *snapshot) {
            if let Some((name, url)) = bodies.get(snapshot) {
                record.body = Some(name.clone());
                record.url = Some(url.clone());
            }
            if let Some(located) = u32::try_from(record.record).ok().and_then(|number| found.get(&number)) {
                record.member = Some(located.member.clone()).filter(|m| !m.is_empty());
                record.line = Some(located.line);
                record.text = Some(located.text.clone());
            }
        }
    }
}
