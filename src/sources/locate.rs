//! The way back: a record number of an observation to the line of the body.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;

use super::body::archive::{self, Kind};
use super::body::{ReadSeek, csv_members, json_objects, limits};
use super::format::Format;
use crate::error::Result;

/// Where a record stands.
#[derive(Debug, Clone)]
pub struct Located {
    /// File inside the archive; empty for a plain body.
    pub member: String,
    /// Line in that file, from 1; for JSON and workbooks the item or row.
    pub line: u64,
    pub text: String,
}

/// Finds the records with these numbers, counted as the parser counted them.
pub fn locate(format: &dyn Format, body: &mut dyn ReadSeek, wanted: &BTreeSet<u32>) -> Result<BTreeMap<u32, Located>> {
    let mut found = BTreeMap::new();
    if archive::kind_of(body)? == Kind::Json {
        let body: Value = limits::json(body)?;
        let items = body.get("records").unwrap_or(&body).as_array().map_or(&[][..], Vec::as_slice);
        let lists = format.json_lists();
        if !lists.is_empty() {
            return within(items, lists, wanted);
        }
        for number in wanted {
            if let Some(item) = (*number as usize).checked_sub(1).and_then(|i| items.get(i)) {
                found.insert(*number, Located { member: String::new(), line: u64::from(*number), text: item.to_string() });
            }
        }
        return Ok(found);
    }
    let layout = format.csv_layout();
    let mut count = 0;
    let mut read = |name: &str, reader: &mut dyn Read| {
        let csv = layout.open(reader, count)?;
        if !name.is_empty() && !format.fits(csv.header()) {
            return Ok(());
        }
        let mut csv = if csv.header().has("DisaggregationGroup") { csv.rejoin_torn() } else { csv };
        while let Some((number, record)) = csv.look()? {
            if wanted.contains(&number) {
                let cells: Vec<String> = record.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
                found.insert(number, Located { member: name.to_owned(), line: csv.line(), text: cells.join(",") });
            }
        }
        count = csv.count();
        Ok(())
    };
    let (tables, texts) = (Cell::new(false), Cell::new(false));
    let wanted = |name: &str| {
        let wanted = format.reads_member(name);
        tables.set(tables.get() || wanted);
        texts.set(texts.get() || csv_members::is_other_text(name));
        wanted
    };
    archive::for_each_member(body, &wanted, &mut read)?;
    if texts.get() && !tables.get() {
        archive::for_each_member(body, &csv_members::is_other_text, &mut read)?;
    }
    Ok(found)
}

/// Records that stand in lists within the items: each with its item, but without the others of it.
fn within(items: &[Value], lists: &[String], wanted: &BTreeSet<u32>) -> Result<BTreeMap<u32, Located>> {
    let (mut found, mut count) = (BTreeMap::new(), 0);
    for (item, object) in (1..).zip(items.iter().filter_map(Value::as_object)) {
        for record in json_objects::records(item, object, lists)? {
            count += 1;
            if wanted.contains(&count) {
                let element = record.element.map(|element| (record.list.to_owned(), Value::from(element.clone())));
                let around = object.iter().filter(|(key, _)| !lists.contains(key)).map(|(key, value)| (key.clone(), value.clone()));
                let shown: serde_json::Map<String, Value> = element.into_iter().chain(around).collect();
                found.insert(count, Located { member: String::new(), line: item as u64, text: Value::from(shown).to_string() });
            }
        }
    }
    Ok(found)
}
