//! `pipelines/goldens/*.csv`: figures that people wrote down once they had checked them, and that a release is compared
//! with by `sql/checks/goldens.sql`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::fingerprint::{Input, Inputs};
use crate::authored::typed_csv::{self, TypedTable};
use crate::error::{Code, Error, Problem, Result, SourceText, suggestion};
use crate::files;
use crate::indicator::Catalogue;
use crate::reference::Reference;
use crate::tables::cells::Table;
use crate::tables::schema::{DIMENSIONS, values_key};
use crate::tables::sort::concat;

/// The table that the check reads.
pub const TABLE: &str = "goldens";

const FOLDER: &str = "pipelines/goldens";

const ESTIMATES: [&str; 4] = ["reported", "published", "available", "imputed"];

/// Figures with the place of each, and the files that they stand in, by hash.
#[derive(Debug, Clone)]
pub struct Goldens {
    pub table: RecordBatch,
    pub inputs: Inputs,
    /// Names that nothing has: told by `check`, as test cases of no indicator are.
    pub unknown: Vec<Problem>,
}

/// A file: the key of a value, what it was, how far it may be from that, since when it stands.
fn columns() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let mut fields = vec![text("indicator", false), text("ref_area", false), Field::new("time_period", DataType::Int32, false)];
    fields.extend(DIMENSIONS.map(|name| text(name, false)));
    fields.extend([
        text("estimate", false),
        Field::new("value", DataType::Float64, true),
        Field::new("tolerance", DataType::Float64, false),
        text("since", false),
        text("note", true),
    ]);
    Arc::new(Schema::new(fields))
}

/// The same with the place of each figure, `path:line`.
pub fn schema() -> SchemaRef {
    let mut fields = vec![Field::new("place", DataType::Utf8, false)];
    fields.extend(columns().fields().iter().map(|field| field.as_ref().clone()));
    Arc::new(Schema::new(fields))
}

/// Reads the folder, which need not be there.
pub fn load(workspace: &Path, catalogue: &Catalogue, reference: &Reference, problems: &mut Vec<Problem>) -> Goldens {
    let (mut inputs, mut tables) = (Inputs::new(), Vec::new());
    let mut paths = files::entries(&workspace.join(FOLDER)).unwrap_or_else(|error| {
        problems.push(Problem::file(Code::UnreadableFile, FOLDER, error.to_string()));
        Vec::new()
    });
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let (mut keys, mut unknown) = (BTreeSet::new(), Vec::new());
    for path in paths {
        let shown = crate::workspace::shown(workspace, &path);
        let text = match files::read_text(&path) {
            Ok(text) => SourceText::new(shown.clone(), text),
            Err(error) => {
                problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string()));
                continue;
            }
        };
        inputs.insert(Input::Golden { path: shown.clone() }, blake3::hash(text.text.as_bytes()).to_hex().to_string());
        let default = |column: &str| DIMENSIONS.contains(&column).then_some("_T");
        let Some(table) = typed_csv::read(&text, &columns(), &default, problems) else { continue };
        names(&text, &table, catalogue, reference, &mut unknown);
        check(&text, &table, &mut keys, problems);
        match placed(&text, &table) {
            Ok(placed) => tables.push(placed),
            Err(error) => problems.push(Problem::file(Code::BrokenCsv, shown, error.to_string())),
        }
    }
    Goldens { table: concat(&schema(), &tables).unwrap_or_else(|_| RecordBatch::new_empty(schema())), inputs, unknown }
}

fn placed(text: &SourceText, table: &TypedTable) -> Result<RecordBatch> {
    let places: StringArray = table.offsets.iter().map(|at| Some(format!("{}:{}", text.path, text.position(*at).0))).collect();
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(places)];
    arrays.extend(table.batch.columns().iter().cloned());
    RecordBatch::try_new(schema(), arrays).map_err(Error::from)
}

/// Indicators and areas that nothing has.
fn names(text: &SourceText, table: &TypedTable, catalogue: &Catalogue, reference: &Reference, unknown: &mut Vec<Problem>) {
    let cells = Table(&table.batch);
    for (row, offset) in table.offsets.iter().enumerate() {
        let mut told = |what: &str, name: &str, hint: Option<String>| {
            unknown.push(Problem::new(Code::UnknownReference, text, *offset..offset + 1, format!("no {what} `{name}`")).maybe_hint(hint));
        };
        let [indicator, area] = ["indicator", "ref_area"].map(|column| cells.text(column, row).unwrap_or_default());
        let known = catalogue.names();
        if !known.contains(&indicator) {
            told("indicator", indicator, suggestion(indicator, known));
        }
        if !reference.is_area(area) {
            told("area", area, suggestion(area, reference.area_codes()));
        }
    }
}

/// An estimate that there is not, a tolerance below zero, a figure that stands twice.
fn check(text: &SourceText, table: &TypedTable, keys: &mut BTreeSet<Vec<String>>, problems: &mut Vec<Problem>) {
    let cells = Table(&table.batch);
    for (row, offset) in table.offsets.iter().enumerate() {
        let cell = |column: &str| cells.text(column, row).unwrap_or_default();
        let mut wrong = |code, message: String, hint: Option<String>| {
            problems.push(Problem::new(code, text, *offset..offset + 1, message).maybe_hint(hint));
        };
        let estimate = cell("estimate");
        if !ESTIMATES.contains(&estimate) {
            wrong(Code::UnknownReference, format!("no estimate `{estimate}`"), suggestion(estimate, ESTIMATES));
        }
        if cells.float("tolerance", row).is_some_and(|tolerance| tolerance < 0.0) {
            wrong(Code::ContradictingRow, "`tolerance` is below zero".into(), Some("write how far the figure may move".into()));
        }
        let year = cells.int("time_period", row).unwrap_or_default().to_string();
        let key = values_key().into_iter().map(|column| if column == "time_period" { year.clone() } else { cell(column).to_owned() });
        if !keys.insert(key.collect()) {
            wrong(Code::ContradictingRow, "the same figure stands twice".into(), Some("keep one of the rows".into()));
        }
    }
}
