//! An indicator's own test cases: `sql/tests/<id>/<case>/`, typed from the declared schemas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use serde::{Serialize, Serializer};

use crate::authored::typed_csv;
use crate::engine::{Engine, tables};
use crate::error::{Code, Error, Problem, Result, SourceText, suggestion};
use crate::indicator::{Catalogue, Indicator};
use crate::reference::Reference;
use crate::release::compute::{self, Steps};
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};
use crate::workspace::Workspace;

/// One case: its tables, and what is expected.
pub struct TestCase {
    pub name: String,
    pub folder: PathBuf,
    tables: BTreeMap<String, RecordBatch>,
    pub expected: RecordBatch,
    /// The columns that `expected.csv` gives: only these are compared.
    pub given: Vec<String>,
    /// Where each expected row stands in its file.
    offsets: Vec<usize>,
}

impl TestCase {
    /// Whether it has a table of this name.
    pub fn gives(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }
}

/// One difference between what was expected and what came out.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    pub kind: &'static str,
    #[serde(rename = "row", serialize_with = "as_shown")]
    pub key: Vec<String>,
    pub cells: Vec<DifferentCell>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DifferentCell {
    pub column: String,
    pub expected: String,
    pub got: String,
}

fn as_shown<S: Serializer>(key: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&shown_key(key))
}

const KEY: [&str; 10] =
    ["ref_area", "time_period", "sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown", "estimate"];

/// What may be compared besides the key.
const COMPARED: [&str; 11] = [
    "value",
    "unit",
    "obs_status",
    "coverage",
    "members_observed",
    "members_total",
    "note",
    "source",
    "observed",
    "error_low",
    "error_high",
];

/// What may be compared too, where rows of `csv/<name>.csv` are pasted as they are.
const NAMED: [&str; 4] = ["indicator", "ref_area_name", "area_kind", "group_scheme"];

pub fn folder(workspace: &Workspace, indicator: &Indicator) -> PathBuf {
    workspace.sql().join("tests").join(&indicator.id)
}

/// The names of an indicator's cases.
pub fn names(workspace: &Workspace, indicator: &Indicator) -> Vec<String> {
    let mut names: Vec<String> = fs_err::read_dir(folder(workspace, indicator))
        .map(|entries| {
            entries
                .filter_map(|e| e.ok().map(|e| e.path()))
                .filter(|p| p.is_dir())
                .filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned()))
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

/// Reads a case; every problem of its files is reported, and an expectation that could not fail.
pub fn load(workspace: &Workspace, indicator: &Indicator, name: &str, problems: &mut Vec<Problem>) -> Option<TestCase> {
    let case = read(workspace, indicator, name, problems)?;
    let path = case.folder.join("expected.csv");
    let text = SourceText::new(workspace.shown(&path), crate::files::read_text(&path).unwrap_or_default());
    check_expectation(&text, &case, problems);
    Some(case)
}

/// Reads a case as it is.
pub fn read(workspace: &Workspace, indicator: &Indicator, name: &str, problems: &mut Vec<Problem>) -> Option<TestCase> {
    let folder = folder(workspace, indicator).join(name);
    let mut tables = BTreeMap::new();
    let mut expected = None;
    let mut paths: Vec<PathBuf> = fs_err::read_dir(&folder)
        .ok()?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .collect();
    paths.sort();
    for path in paths {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let shown = workspace.shown(&path);
        let text = match crate::files::read_text(&path) {
            Ok(text) => SourceText::new(shown, text),
            Err(error) => {
                problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string()));
                continue;
            }
        };
        let Some(schema) = schema_of(&stem) else {
            let known: Vec<&str> = schema::statistician_tables().iter().map(|(n, _)| *n).chain(["expected"]).collect();
            problems.push(
                Problem::new(Code::UnknownTestTable, &text, 0..1, format!("`{stem}` is no table of a test case"))
                    .maybe_hint(suggestion(&stem, known)),
            );
            continue;
        };
        let Some(table) = typed_csv::read(&text, &schema, &default_of, problems) else { continue };
        if stem == "expected" {
            expected = Some(table);
        } else {
            tables.insert(stem, table.batch);
        }
    }
    let Some(expected) = expected else {
        let shown = workspace.shown(&folder);
        if !problems.iter().any(|p| p.source.path.starts_with(&shown)) {
            problems.push(
                Problem::file(Code::NoExpectation, format!("{shown}/expected.csv"), "the case has no expected.csv")
                    .hint("write one, or run `yardstick test --update`"),
            );
        }
        return None;
    };
    Some(TestCase { name: name.to_owned(), folder, tables, expected: expected.batch, given: expected.given, offsets: expected.offsets })
}

/// An expectation that could not fail, or contradicts itself.
fn check_expectation(text: &SourceText, case: &TestCase, problems: &mut Vec<Problem>) {
    let cells = Table(&case.expected);
    if cells.is_empty() {
        problems.push(
            Problem::new(Code::EmptyExpectation, text, 0..1, "the expectation has no row, so it cannot fail")
                .hint("write the rows that must come out"),
        );
    }
    if !case.given.iter().any(|name| COMPARED.contains(&name.as_str())) {
        let hint = format!("give at least one of {}", COMPARED.join(", "));
        problems
            .push(Problem::new(Code::EmptyExpectation, text, 0..1, "the expectation compares nothing: it has key columns only").hint(hint));
    }
    let mut seen = std::collections::BTreeSet::new();
    for row in 0..cells.len() {
        if !seen.insert(key(&cells, row)) {
            let start = case.offsets.get(row).copied().unwrap_or_default();
            let message = format!("a second row for {}", shown_key(&key(&cells, row)));
            problems.push(Problem::new(Code::EmptyExpectation, text, start..start + 1, message));
        }
    }
}

/// The declared schema of a file of a test case.
fn schema_of(stem: &str) -> Option<SchemaRef> {
    if stem == "expected" {
        let compared = |name: &str| COMPARED.contains(&name) || NAMED.contains(&name);
        let wanted = |f: &datafusion::arrow::datatypes::Field| KEY.contains(&f.name().as_str()) || compared(f.name());
        let nullable = |f: &datafusion::arrow::datatypes::Field| if compared(f.name()) { f.clone().with_nullable(true) } else { f.clone() };
        let fields: Vec<_> = schema::values().fields().iter().filter(|f| wanted(f)).map(|f| nullable(f)).collect();
        return Some(std::sync::Arc::new(datafusion::arrow::datatypes::Schema::new(fields)));
    }
    if stem.starts_with("indicators.") {
        return Some(schema::values());
    }
    schema::statistician_tables().into_iter().find(|(name, _)| *name == stem).map(|(_, schema)| schema)
}

fn default_of(column: &str) -> Option<&'static str> {
    if DIMENSIONS.contains(&column) {
        return Some("_T");
    }
    Some(match column {
        "source" | "dataset" | "snapshot" => "test",
        "record" | "first_year" => "0",
        "obs_status" => "A",
        "unit" => "_U",
        // An estimate left out: by the kind of area, see `fill_estimate`.
        "estimate" | "indicator" | "ref_area_name" | "iso2" | "m49" | "name" => "",
        "area_kind" => "country",
        "group_scheme" => "world",
        "last_year" => "9999",
        _ => return None,
    })
}

/// Runs a case through the same steps as a release.
pub async fn run(
    case: &TestCase,
    base: &Engine,
    catalogue: &Catalogue,
    reference: &Reference,
    indicator: &Indicator,
) -> Result<RecordBatch> {
    let engine = base.empty_sibling()?;
    let mut reference = reference.clone();
    for (name, batch) in &case.tables {
        reference.replace(name, batch.clone())?;
    }
    tables::register_reference(&engine, &reference)?;
    engine.register_batches("observations", schema::observations(), case.tables.get("observations").cloned().into_iter().collect())?;
    for other in &catalogue.indicators {
        let given = case.tables.get(&format!("indicators.{}", other.name)).map(|batch| fill_estimate(batch, &reference));
        engine.register_indicator(&other.name, schema::values(), given.transpose()?.into_iter().collect())?;
    }
    Ok(compute::indicator(&engine, catalogue, &reference, indicator, Steps::ReadBy(&[])).await?.values)
}

/// An estimate left out means `reported` for an economy and `available` for a group.
fn fill_estimate(batch: &RecordBatch, reference: &Reference) -> Result<RecordBatch> {
    use datafusion::arrow::array::{ArrayRef, StringArray};
    let cells = Table(batch);
    let estimates: StringArray = (0..cells.len())
        .map(|row| {
            let given = cells.text("estimate", row).unwrap_or_default();
            let group = reference.group_scheme(cells.text("ref_area", row).unwrap_or_default()).is_some();
            Some(match (given, group) {
                ("", true) => "available",
                ("", false) => "reported",
                (given, _) => given,
            })
        })
        .collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    if let Ok(index) = batch.schema().index_of("estimate") {
        columns[index] = std::sync::Arc::new(estimates);
    }
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// Compares the (area, estimate) pairs that the expectation mentions.
pub fn compare(case: &TestCase, values: &RecordBatch, reference: &Reference) -> Result<Vec<Difference>> {
    let mut groups = reference.clone();
    for (name, batch) in &case.tables {
        groups.replace(name, batch.clone())?;
    }
    let expected = fill_estimate(&case.expected, &groups)?;
    let (want, got) = (Table(&expected), Table(values));
    let pair = |cells: &Table<'_>, row: usize| {
        (cells.text("ref_area", row).unwrap_or_default().to_owned(), cells.text("estimate", row).unwrap_or_default().to_owned())
    };
    let pairs: std::collections::BTreeSet<_> = (0..want.len()).map(|r| pair(&want, r)).collect();
    let wanted: BTreeMap<Vec<String>, usize> = (0..want.len()).map(|r| (key(&want, r), r)).collect();
    let found: BTreeMap<Vec<String>, usize> =
        (0..got.len()).filter(|r| pairs.contains(&pair(&got, *r))).map(|r| (key(&got, r), r)).collect();
    let columns: Vec<&str> = COMPARED.into_iter().chain(NAMED).filter(|c| case.given.iter().any(|g| g == c)).collect();
    let mut differences = Vec::new();
    for (key, &row) in &wanted {
        let cells: Vec<DifferentCell> = match found.get(key) {
            None => columns.iter().map(|c| cell(c, show(&want, c, row), String::new())).collect(),
            Some(&other) => columns
                .iter()
                .filter(|c| !same(&want, row, &got, other, c))
                .map(|c| cell(c, show(&want, c, row), show(&got, c, other)))
                .collect(),
        };
        let kind = if found.contains_key(key) { "changed" } else { "missing" };
        if kind == "missing" || !cells.is_empty() {
            differences.push(Difference { kind, key: key.clone(), cells });
        }
    }
    for (key, &row) in &found {
        if !wanted.contains_key(key) {
            let cells = columns.iter().map(|c| cell(c, String::new(), show(&got, c, row))).collect();
            differences.push(Difference { kind: "unexpected", key: key.clone(), cells });
        }
    }
    Ok(differences)
}

fn cell(column: &str, expected: String, got: String) -> DifferentCell {
    DifferentCell { column: column.to_owned(), expected, got }
}

fn key(cells: &Table<'_>, row: usize) -> Vec<String> {
    KEY.iter()
        .map(|column| match cells.int(column, row) {
            Some(year) => year.to_string(),
            None => cells.text(column, row).unwrap_or_default().to_owned(),
        })
        .collect()
}

fn show(cells: &Table<'_>, column: &str, row: usize) -> String {
    cells
        .text(column, row)
        .map(str::to_owned)
        .or_else(|| cells.int(column, row).map(|v| v.to_string()))
        .or_else(|| cells.float(column, row).map(|v| v.to_string()))
        .unwrap_or_default()
}

/// Numbers agree within 1e-9 of their size; empty means null.
fn same(want: &Table<'_>, row: usize, got: &Table<'_>, other: usize, column: &str) -> bool {
    match (want.float(column, row), got.float(column, other)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-300),
        (None, None) => want.text(column, row).unwrap_or_default() == got.text(column, other).unwrap_or_default(),
        _ => false,
    }
}

/// The key without what is not in play, for people.
pub fn shown_key(key: &[String]) -> String {
    key.iter().filter(|code| *code != "_T").cloned().collect::<Vec<_>>().join(" ")
}

/// `expected.csv` with what came out, in the columns that the file gives (or the usual ones).
pub fn expectation(values: &RecordBatch, given: &[String], keep: &dyn Fn(&str, &str) -> bool) -> Result<Vec<u8>> {
    let cells = Table(values);
    let rows: Vec<usize> = (0..cells.len())
        .filter(|r| keep(cells.text("ref_area", *r).unwrap_or_default(), cells.text("estimate", *r).unwrap_or_default()))
        .collect();
    let in_play = |column: &str| {
        !DIMENSIONS.contains(&column) || given.iter().any(|g| g == column) || rows.iter().any(|r| cells.text(column, *r) != Some("_T"))
    };
    let compared: Vec<&str> = if given.iter().any(|g| COMPARED.contains(&g.as_str())) {
        COMPARED.into_iter().chain(NAMED).filter(|c| given.iter().any(|g| g == c)).collect()
    } else {
        vec!["value", "obs_status", "coverage", "members_observed", "members_total"]
    };
    let columns: Vec<&str> = KEY.into_iter().filter(|c| in_play(c)).chain(compared).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    writer.write_record(&columns).map_err(failed)?;
    for row in rows {
        writer.write_record(columns.iter().map(|c| show(&cells, c, row))).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

/// Which (area, estimate) pairs a case's expectation speaks of.
pub fn pairs(case: &TestCase, reference: &Reference) -> Result<Vec<(String, String)>> {
    let mut groups = reference.clone();
    for (name, batch) in &case.tables {
        groups.replace(name, batch.clone())?;
    }
    let expected = fill_estimate(&case.expected, &groups)?;
    let cells = Table(&expected);
    Ok((0..cells.len())
        .map(|r| (cells.text("ref_area", r).unwrap_or_default().to_owned(), cells.text("estimate", r).unwrap_or_default().to_owned()))
        .collect())
}

/// Makes an empty folder for a new case.
pub fn create(folder: &Path) -> Result<()> {
    if folder.exists() {
        return Err(Error::usage(format!("{} exists already", folder.display())));
    }
    Ok(fs_err::create_dir_all(folder)?)
}
