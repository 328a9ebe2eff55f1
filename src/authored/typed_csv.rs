//! Reads CSV that a person wrote against a declared schema: types never inferred, unknown columns are errors.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, SchemaRef};

use crate::error::{Code, Problem, SourceText, suggestion};

/// A table and the columns that the file really gave.
pub struct TypedTable {
    pub batch: RecordBatch,
    pub given: Vec<String>,
    /// Byte offset of each record in the file, for reports.
    pub offsets: Vec<usize>,
}

/// Reads `text` as `schema`. A column left out takes its default from `default` (None = null, or an error for a
/// column that may not be null). Empty cells of text columns that may not be null take the default too.
pub fn read(
    text: &SourceText,
    schema: &SchemaRef,
    default: &dyn Fn(&str) -> Option<&'static str>,
    problems: &mut Vec<Problem>,
) -> Option<TypedTable> {
    let before = problems.len();
    let content = text.text.strip_prefix('\u{feff}').unwrap_or(&text.text);
    let base = text.text.len() - content.len();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            problems.push(Problem::new(Code::BrokenCsv, text, 0..1, format!("not a CSV file: {error}")));
            return None;
        }
    };
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let mut at = base;
    for (index, name) in names.iter().enumerate() {
        let span = at..at + header.get(index).map_or(0, str::len).max(1);
        at += header.get(index).map_or(0, str::len) + 1;
        if schema.field_with_name(name).is_err() {
            problems.push(
                Problem::new(Code::UnknownTableColumn, text, span, format!("unknown column `{name}`"))
                    .maybe_hint(suggestion(name, schema.fields().iter().map(|f| f.name().as_str()))),
            );
        } else if names[..index].contains(name) {
            problems.push(Problem::new(Code::UnknownTableColumn, text, span, format!("column `{name}` stands twice")));
        }
    }
    for field in schema.fields() {
        if !names.contains(field.name()) && !field.is_nullable() && default(field.name()).is_none() {
            problems.push(Problem::new(Code::MissingTableColumn, text, base..base + 1, format!("column `{}` is missing", field.name())));
        }
    }
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); schema.fields().len()];
    let mut offsets = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let offset = byte(error.position()) + base;
                problems.push(Problem::new(Code::BrokenCsv, text, offset..offset + 1, format!("not CSV: {error}")));
                return None;
            }
        };
        let offset = record_start(&text.text, byte(record.position()) + base);
        if record.len() != names.len() {
            problems.push(Problem::new(
                Code::WrongFieldCount,
                text,
                offset..offset + 1,
                format!("{} fields, the header has {}", record.len(), names.len()),
            ));
            continue;
        }
        offsets.push(offset);
        for (index, field) in schema.fields().iter().enumerate() {
            let given = names.iter().position(|name| name == field.name()).and_then(|i| record.get(i)).map(str::trim);
            let cell = given.filter(|cell| !cell.is_empty()).map(str::to_owned);
            let cell = cell.or_else(|| default(field.name()).filter(|_| given.is_none() || !field.is_nullable()).map(str::to_owned));
            if let Some(cell) = &cell {
                check_cell(
                    text,
                    offset,
                    names.iter().position(|n| n == field.name()).unwrap_or(0),
                    field.name(),
                    field.data_type(),
                    cell,
                    problems,
                );
            } else if !field.is_nullable() && names.contains(field.name()) && *field.data_type() != DataType::Utf8 {
                problems.push(Problem::new(Code::WrongCellType, text, offset..offset + 1, format!("`{}` is empty", field.name())));
            }
            cells[index].push(cell);
        }
    }
    if problems.len() > before {
        return None;
    }
    let columns = schema.fields().iter().zip(cells).map(|(field, cells)| column(field.data_type(), field.is_nullable(), cells)).collect();
    match RecordBatch::try_new(schema.clone(), columns) {
        Ok(batch) => Some(TypedTable { batch, given: names, offsets }),
        Err(error) => {
            problems.push(Problem::new(Code::BrokenCsv, text, 0..1, error.to_string()));
            None
        }
    }
}

/// Where a reader of CSV stands in its text.
pub fn byte(position: Option<&csv::Position>) -> usize {
    position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or_default())
}

/// Where a record's first cell stands: the reader's position may be the line break before it.
pub fn record_start(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    offset + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
}

fn check_cell(text: &SourceText, offset: usize, index: usize, name: &str, kind: &DataType, cell: &str, problems: &mut Vec<Problem>) {
    let good = match kind {
        DataType::Int32 => cell.parse::<i32>().is_ok(),
        DataType::Int64 => cell.parse::<i64>().is_ok(),
        DataType::Float64 => cell.parse::<f64>().is_ok_and(f64::is_finite),
        _ => true,
    };
    if !good {
        let place = cell_place(&text.text, offset, index, cell);
        let wanted = if *kind == DataType::Float64 { "a number" } else { "a whole number" };
        problems.push(Problem::new(Code::WrongCellType, text, place, format!("`{name}` must be {wanted}, found `{cell}`")));
    }
}

/// Where a cell stands: by its number in the line, where no quote can hide a comma; else by its text.
pub fn cell_place(text: &str, offset: usize, index: usize, cell: &str) -> std::ops::Range<usize> {
    let line = text[offset.min(text.len())..].lines().next().unwrap_or_default();
    let start = if line.contains('"') {
        line.find(cell).unwrap_or(0)
    } else {
        let before: usize = line.split(',').take(index).map(|c| c.len() + 1).sum();
        before + line.get(before..).and_then(|rest| rest.find(cell)).unwrap_or(0)
    };
    offset + start..offset + start + cell.len().max(1)
}

fn column(kind: &DataType, nullable: bool, cells: Vec<Option<String>>) -> ArrayRef {
    match kind {
        DataType::Int32 => Arc::new(cells.iter().map(|c| c.as_ref().and_then(|c| c.parse().ok())).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(cells.iter().map(|c| c.as_ref().and_then(|c| c.parse().ok())).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(cells.iter().map(|c| c.as_ref().and_then(|c| c.parse().ok())).collect::<Float64Array>()),
        _ if nullable => Arc::new(cells.into_iter().collect::<StringArray>()),
        _ => Arc::new(cells.into_iter().map(|c| Some(c.unwrap_or_default())).collect::<StringArray>()),
    }
}
