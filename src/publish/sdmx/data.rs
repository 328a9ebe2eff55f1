//! SDMX-CSV 2.0: a row a value, in the order of `values.parquet`, all of them replacing what a reader had.

use super::code::{code, status};
use super::structure::{AGENCY, ATTRIBUTES, DATAFLOW, DIMENSIONS, MEASURE, Structure, VERSION};
use crate::error::{Error, Result};
use crate::publish::view::View;
use crate::tables::text::inert;

fn failed(error: &csv::Error) -> Error {
    Error::Internal(error.to_string())
}

pub(super) fn header() -> Result<Vec<u8>> {
    debug_assert_eq!(Structure::components().count(), DIMENSIONS.len() + 1 + ATTRIBUTES.len());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = DIMENSIONS.iter().chain([&MEASURE]).chain(&ATTRIBUTES).map(|component| component.id);
    writer.write_record(["STRUCTURE", "STRUCTURE_ID", "ACTION"].into_iter().chain(columns)).map_err(|error| failed(&error))?;
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

/// The rows of one indicator behind the header.
pub(super) fn rows(view: &View<'_>, indicator: &str, header: Vec<u8>) -> Result<Vec<u8>> {
    let values = &view.values;
    let flow = format!("{AGENCY}:{DATAFLOW}({VERSION})");
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(header);
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let count = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    for row in values.of_indicator(indicator) {
        let dimensions = values.dimensions(row).map(code);
        let status = status(values, row);
        let decimals = view.labels.decimals(values.unit.value(row)).map(|n| n.to_string()).unwrap_or_default();
        let nature = if values.estimate.value(row) == "reported" && !matches!(status, "E" | "I" | "F") { "C" } else { "E" };
        let (observed, total) = values.members(row);
        let (indicator, area, estimate) = (code(indicator), code(values.area.value(row)), code(values.estimate.value(row)));
        let place = ["dataflow", &flow, "R", "A", &indicator, &area];
        let year = values.year.value(row).to_string();
        let (value, coverage) = (number(values.value(row)), number(values.coverage(row)));
        let (low, high) = values.error(row);
        let (low, high) = (number(low), number(high));
        let (observed, total) = (count(observed), count(total));
        let unit = code(values.unit.value(row));
        let (source, note) = (inert(values.source(row).unwrap_or_default()), inert(values.note(row).unwrap_or_default()));
        let measured = [&*estimate, &year, &value];
        let attributes = [&*unit, "0", &decimals, status, "F", nature, &coverage, &observed, &total, &low, &high, &source, &note];
        let all = place.into_iter().chain(dimensions.iter().map(AsRef::as_ref)).chain(measured).chain(attributes);
        writer.write_record(all).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}
