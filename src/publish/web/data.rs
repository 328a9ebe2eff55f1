//! The values of one indicator by column, as CSV and as JSON: dimensions that are not in play are left out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::json;

use crate::error::{Error, Result};
use crate::indicator::Indicator;
use crate::publish::columns::Dimensions;
use crate::publish::view::View;
use crate::tables::schema::DIMENSIONS;
use crate::tables::text::inert;

pub(super) struct Table<'v, 'a> {
    view: &'v View<'a>,
    indicator: &'v Indicator,
    rows: Range<usize>,
    /// Dimensions that have other codes than the total, by their place in [`DIMENSIONS`].
    pub in_play: Vec<usize>,
}

impl<'v, 'a> Table<'v, 'a> {
    pub(super) fn new(view: &'v View<'a>, indicator: &'v Indicator) -> Self {
        let rows = view.values.of_indicator(&indicator.name);
        Self { view, indicator, in_play: view.values.in_play(rows.clone()), rows }
    }

    /// The codes of a dimension that occur, in the order of the code list, then those that it does not have.
    pub(super) fn codes(&self, dimension: usize) -> Vec<&'a str> {
        let column = self.view.values.dimension(dimension);
        let mut found: Vec<&str> = self.rows.clone().map(|row| column.value(row)).collect();
        found.sort_unstable();
        found.dedup();
        let list = format!("CL_{}", DIMENSIONS[dimension].to_uppercase());
        let place = |code: &str| self.view.labels.list(&list).position(|(known, _)| known == code).unwrap_or(usize::MAX);
        // The total first: it is what is shown when nothing is chosen.
        found.sort_by_key(|code| (*code != "_T", place(code)));
        found
    }

    /// The estimates that occur.
    pub(super) fn estimates(&self) -> Vec<&'a str> {
        let mut found: Vec<&str> = self.rows.clone().map(|row| self.view.values.estimate.value(row)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// First and last year with a value.
    pub(super) fn years(&self) -> Option<(i32, i32)> {
        let values = &self.view.values;
        let years = || self.rows.clone().filter(|row| values.value(*row).is_some()).map(|row| values.year.value(row));
        years().min().zip(years().max())
    }

    /// A row a value: names, year, breakdown, estimate, value.
    pub(super) fn csv(&self) -> Result<Vec<u8>> {
        let values = &self.view.values;
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| Error::Internal(e.to_string());
        let dimensions = self.in_play.iter().map(|index| DIMENSIONS[*index]);
        let part = (!self.in_play.is_empty()).then_some("part");
        let header = ["entity", "code", "year"].into_iter().chain(dimensions).chain(part);
        let header = header.chain(["estimate", "preferred", &self.indicator.name]);
        // In words what the codes say: the same few for all areas and years.
        let mut words: BTreeMap<Dimensions<'_>, String> = BTreeMap::new();
        writer.write_record(header.chain(["unit", "obs_status", "note"])).map_err(failed)?;
        for row in self.rows.clone() {
            let (year, value) = (values.year.value(row).to_string(), values.value(row).map(|value| value.to_string()).unwrap_or_default());
            let codes = values.dimensions(row);
            let (name, note) = (inert(values.name.value(row)), inert(values.note(row).unwrap_or_default()));
            let place = [&*name, values.area.value(row), &year];
            let measured = [values.estimate.value(row), if values.preferred(row) { "true" } else { "false" }, &value];
            let remarks = [values.unit.value(row), values.status.value(row), &*note];
            let words = part.map(|_| &**words.entry(codes).or_insert_with(|| self.view.labels.breakdown_or_total(&codes)));
            let codes = self.in_play.iter().map(|index| codes[*index]);
            let cells = place.into_iter().chain(codes).chain(words).chain(measured).chain(remarks);
            writer.write_record(cells).map_err(failed)?;
        }
        writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
    }

    /// Columns side by side, all of one length: small to load, and every number in full.
    pub(super) fn json(&self) -> Result<Vec<u8>> {
        let values = &self.view.values;
        let unit = self.view.labels.unit(&self.indicator.unit);
        let constant: serde_json::Map<String, serde_json::Value> =
            (0..DIMENSIONS.len()).filter(|i| !self.in_play.contains(i)).map(|i| (DIMENSIONS[i].to_owned(), json!("_T"))).collect();
        let head = json!({
            "$schema": "../schema/web.schema.json",
            "schema_version": 1,
            "indicator": self.indicator.name,
            "id": self.indicator.id,
            "title": self.indicator.title,
            "unit": { "code": self.indicator.unit, "name": unit.name, "symbol": unit.symbol, "decimals": unit.decimals },
            "metadata": format!("{}.metadata.json", self.indicator.name),
            "constant": constant,
            "rows": self.rows.len(),
        });
        let mut bytes = serde_json::to_vec(&head)?;
        bytes.pop();
        bytes.extend_from_slice(b",\n\"columns\":{");
        let mut column = |name: &str, cell: &dyn Fn(usize, &mut Vec<u8>) -> Result<()>| -> Result<()> {
            if !bytes.ends_with(b"{") {
                bytes.push(b',');
            }
            bytes.push(b'\n');
            serde_json::to_writer(&mut bytes, name)?;
            bytes.extend_from_slice(b":[");
            for row in self.rows.clone() {
                if row > self.rows.start {
                    bytes.push(b',');
                }
                cell(row, &mut bytes)?;
            }
            bytes.push(b']');
            Ok(())
        };
        column("ref_area", &|row, out| write(&values.area.value(row), out))?;
        column("time_period", &|row, out| write(&values.year.value(row), out))?;
        for index in &self.in_play {
            column(DIMENSIONS[*index], &|row, out| write(&values.dimension(*index).value(row), out))?;
        }
        column("estimate", &|row, out| write(&values.estimate.value(row), out))?;
        column("preferred", &|row, out| write(&values.preferred(row), out))?;
        column("value", &|row, out| write(&values.value(row), out))?;
        column("unit", &|row, out| write(&values.unit.value(row), out))?;
        column("obs_status", &|row, out| write(&values.status.value(row), out))?;
        column("coverage", &|row, out| write(&values.coverage(row), out))?;
        column("members_observed", &|row, out| write(&values.members(row).0, out))?;
        column("members_total", &|row, out| write(&values.members(row).1, out))?;
        column("source", &|row, out| write(&values.source(row), out))?;
        column("note", &|row, out| write(&values.note(row), out))?;
        bytes.extend_from_slice(b"\n}}\n");
        Ok(bytes)
    }
}

fn write(value: &impl serde::Serialize, out: &mut Vec<u8>) -> Result<()> {
    Ok(serde_json::to_writer(out, value)?)
}
