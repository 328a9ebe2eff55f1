//! A JSON list of objects as a table: their keys are its columns, and each object is a row. Where `lists` names lists within
//! the objects, each element of these is a row, with the keys of its object as columns too, and `list`, the name of its list.

use std::collections::HashSet;
use std::io::Read;

use serde_json::{Map, Value};

use crate::error::{Code, Error, Result};
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::sources::Parsed;
use crate::sources::body::csv::next_number;
use crate::sources::body::headings::shorten;
use crate::sources::body::json_objects::{self, Record};
use crate::sources::body::{ReadSeek, archive};
use crate::sources::table::columns;
use crate::sources::table::heading::Heading;
use crate::sources::table::map::{Column, TableMap};
use crate::sources::table::rows::Layout;

/// The column that says in which of `lists` a row stands.
const LIST: &str = "list";
/// More keys than any table has columns: they are codes of something, and would have to be rows.
const MOST_NAMES: usize = 10_000;

/// What a row may lack: it then has no value, or nothing is said of it.
const MAY_LACK: [&str; 3] = ["value", "obs_status", "note"];

pub(super) fn parse(file: &mut dyn ReadSeek, map: &TableMap, units: &[String], collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut names = Names::default();
    json_objects::each(bytes(file)?, |number, object| {
        names.see(number, &object, map)?;
        collector.limits()
    })?;
    if names.rows == 0 {
        return Ok(Parsed { empty: true, ..Parsed::default() });
    }
    if let Some(list) = map.lists.iter().find(|list| !names.lists.contains(*list)) {
        let keys: Vec<&str> = names.around.iter().map(String::as_str).collect();
        return Err(Error::provider_hint(
            Code::MissingColumn,
            format!("no object of the body has the list `{list}`; they have: {}", shorten(&keys.join(", "), 300)),
            "the interface has changed, or `lists` of the data set has another name",
        ));
    }
    let columns = names.columns(map);
    let in_json = |error| in_json(error, map);
    let mut layout = Layout::new(map, &columns).map_err(in_json)?;
    let needed = needed(map, &columns).map_err(in_json)?;
    collector.columns(&columns);
    let mut row = 0;
    json_objects::each(bytes(file)?, |number, object| {
        for record in records(number, &object, map)? {
            collector.limits()?;
            row = next_number(row)?;
            let of_list = record.as_ref().map(|record| Value::from(record.list));
            let element = match record.as_ref().map(|record| record.element.ok_or(record.list)) {
                Some(Err(list)) => {
                    collector.quarantine(row, Reason::FieldCount, format!("item {number} has no list `{list}`"));
                    continue;
                }
                Some(Ok(element)) => Some(element),
                None => None,
            };
            let around = names.around.iter().map(|name| object.get(name));
            let within = names.within.iter().map(|name| element.and_then(|element| element.get(name)));
            let cells: Vec<Option<&Value>> = around.chain(of_list.as_ref().map(Some)).chain(within).collect();
            let lacks = |(place, may_be_null): (usize, bool)| cells[place].is_none_or(|cell| cell.is_null() && !may_be_null);
            if let Some((place, _)) = needed.iter().find(|needed| lacks(**needed)) {
                collector.quarantine(row, Reason::FieldCount, format!("item {number} has no `{}`", columns[*place]));
                continue;
            }
            let texts: Vec<String> = cells.into_iter().map(|cell| text(cell, map.numbers.decimal)).collect();
            if texts.iter().any(|text| text.contains('\0')) {
                collector.quarantine(row, Reason::Encoding, format!("item {number}: a zero byte among its letters"));
                continue;
            }
            let texts: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
            layout.row(row, &texts, units, collector);
        }
        Ok(())
    })?;
    layout.tell(collector);
    Ok(Parsed::default())
}

fn bytes(file: &mut dyn ReadSeek) -> Result<Box<dyn Read + '_>> {
    archive::text_reader(file, archive::Kind::Json)
}

/// The records of an object: those of its lists, or itself.
fn records<'o>(number: usize, object: &'o Map<String, Value>, map: &'o TableMap) -> Result<Vec<Option<Record<'o>>>> {
    if map.lists.is_empty() {
        return Ok(vec![None]);
    }
    Ok(json_objects::records(number, object, &map.lists)?.into_iter().map(Some).collect())
}

/// Every key that an object of the body has.
#[derive(Default)]
struct Names {
    around: InOrder,
    /// Those of the records in its lists.
    within: InOrder,
    /// Those of the lists that some object has.
    lists: HashSet<String>,
    rows: usize,
}

impl Names {
    fn see(&mut self, number: usize, object: &Map<String, Value>, map: &TableMap) -> Result<()> {
        self.around.extend(object.keys().filter(|key| !map.lists.contains(*key)))?;
        for record in records(number, object, map)? {
            self.rows += 1;
            if let Some(element) = record.and_then(|record| record.element) {
                self.within.extend(element.keys())?;
            }
        }
        self.lists.extend(map.lists.iter().filter(|list| object.get(*list).is_some_and(Value::is_array)).cloned());
        Ok(())
    }

    fn columns(&self, map: &TableMap) -> Vec<String> {
        let list = (!map.lists.is_empty()).then(|| LIST.to_owned());
        self.around.iter().cloned().chain(list).chain(self.within.iter().cloned()).collect()
    }
}

/// Names in the order in which they came.
#[derive(Default)]
struct InOrder {
    names: Vec<String>,
    known: HashSet<String>,
}

impl InOrder {
    fn extend<'k>(&mut self, names: impl Iterator<Item = &'k String>) -> Result<()> {
        for name in names {
            if !self.known.contains(name) {
                self.known.insert(name.clone());
                self.names.push(name.clone());
            }
        }
        if self.names.len() > MOST_NAMES {
            return Err(Error::provider_hint(
                Code::UnexpectedJson,
                format!("its objects have more than {MOST_NAMES} different keys"),
                "keys are read as the names of columns: these are most likely codes",
            ));
        }
        Ok(())
    }

    fn iter(&self) -> std::slice::Iter<'_, String> {
        self.names.iter()
    }
}

/// The places of columns that each row must have, and whether they may be null.
fn needed(map: &TableMap, columns: &[String]) -> Result<Vec<(usize, bool)>> {
    let mut needed = Vec::new();
    for (target, column) in &map.columns {
        let Column::From(headings) = column else { continue };
        if MAY_LACK.contains(&target.as_str()) {
            continue;
        }
        for heading in headings {
            let may_be_null = !matches!(target.as_str(), "series" | "ref_area" | "time_period");
            needed.push((columns::find(map, columns, heading)?, may_be_null));
        }
    }
    for (name, _) in &map.only {
        needed.push((columns::find(map, columns, &Heading::Name(name.clone()))?, true));
    }
    Ok(needed)
}

/// A number as the data set writes numbers; what is neither a text nor a number as it is, so that it is not taken for none.
fn text(cell: Option<&Value>, decimal: char) -> String {
    match cell {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if decimal != '.' => number.to_string().replace('.', &decimal.to_string()),
        Some(other) => other.to_string(),
    }
}

/// There are no lines: the names are keys.
fn in_json(error: Error, map: &TableMap) -> Error {
    match error {
        Error::Provider { code, message, hint } => {
            let line = format!("line {}: ", map.header_row());
            let what = message.strip_prefix(&line).unwrap_or(&message);
            Error::Provider { code, message: format!("the keys of its objects: {what}"), hint }
        }
        other => other,
    }
}
