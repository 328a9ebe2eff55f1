//! The way from an explanation back to the provider: the lines of its records.

use std::collections::{BTreeMap, BTreeSet};

use crate::release::explain::Explanation;
use crate::release::explain::records::Record;

/// Further records of a member that are traced to their line.
const MOST: usize = 12;

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
