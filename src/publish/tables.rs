//! Tables for people: one row a series with the years beside each other.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Dimensions;
use super::view::View;
use crate::error::{Error, Result};
use crate::tables::schema::DIMENSIONS;
use crate::tables::text::inert;

/// `csv/wide/<name>.csv`: a row for each area, breakdown and estimate, a column for each year. `part` says in words what
/// the codes before it say.
pub(super) fn wide(view: &View<'_>, indicator: &str) -> Result<Vec<u8>> {
    let values = &view.values;
    let rows = values.of_indicator(indicator);
    let years: BTreeSet<i32> = rows.clone().map(|row| values.year.value(row)).collect();
    let columns: BTreeMap<i32, usize> = years.iter().enumerate().map(|(at, year)| (*year, at)).collect();
    let in_play = values.in_play(rows.clone());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    let names = ["ref_area", "ref_area_name"].into_iter().chain(in_play.iter().map(|index| DIMENSIONS[*index]));
    let part = (!in_play.is_empty()).then_some("part");
    let names = names.chain(part).chain(["estimate", "unit"]);
    let header = names.map(str::to_owned).chain(years.iter().map(i32::to_string));
    writer.write_record(header).map_err(failed)?;
    for (_, area) in values.areas(indicator) {
        let name = inert(values.name.value(area.start));
        let mut series: BTreeMap<(Dimensions<'_>, &str, &str), Vec<String>> = BTreeMap::new();
        for row in area.clone() {
            let key = (values.dimensions(row), values.estimate.value(row), values.unit.value(row));
            let cells = series.entry(key).or_insert_with(|| vec![String::new(); years.len()]);
            if let (Some(value), Some(at)) = (values.value(row), columns.get(&values.year.value(row))) {
                cells[*at] = value.to_string();
            }
        }
        for ((dimensions, estimate, unit), cells) in &series {
            let codes = in_play.iter().map(|index| dimensions[*index]);
            let words = part.map(|_| view.labels.breakdown_or_total(dimensions));
            let fixed = [values.area.value(area.start), &*name].into_iter().chain(codes).chain(words.as_deref()).chain([*estimate, *unit]);
            writer.write_record(fixed.chain(cells.iter().map(String::as_str))).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}
