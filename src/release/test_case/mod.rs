//! An indicator's own test cases: `sql/tests/<id>/<case>/`, typed from the declared schemas.

pub mod expectation;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use crate::authored::typed_csv;
use crate::engine::{Engine, reference_tables};
use crate::error::{Code, Error, Problem, Result, SourceText, suggestion};
use crate::indicator::{Catalogue, Indicator};
use crate::reference::Reference;
use crate::release::compute::{self, Steps};
use crate::release::fixed_gaps::{self, Parts};
use crate::release::test_case::expectation::{Expectation, Kind, PROGRESS, VALUES, fill_estimate};
use crate::release::{progress, targets};
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};
use crate::workspace::Workspace;

/// One case: its tables, and what is expected.
pub struct TestCase {
    pub name: String,
    pub folder: PathBuf,
    tables: BTreeMap<String, RecordBatch>,
    pub expected: Expectation,
    /// Of the targets, where the case says anything of them.
    pub progress: Option<Expectation>,
}

/// What came out of a case.
pub struct Came {
    pub values: RecordBatch,
    /// The rows of its targets, where the case says anything of them.
    pub progress: Option<RecordBatch>,
}

impl TestCase {
    /// Whether it has a table of this name.
    pub fn gives(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// What is expected, each beside what came.
    pub fn against<'c>(&'c self, came: &'c Came) -> impl Iterator<Item = (&'c Expectation, &'c RecordBatch)> {
        std::iter::once((&self.expected, &came.values)).chain(self.progress.as_ref().zip(came.progress.as_ref()))
    }

    pub fn path(&self, kind: &Kind) -> PathBuf {
        self.folder.join(format!("{}.csv", kind.file))
    }

    /// The reference tables with those of the case in their place.
    pub fn reference(&self, reference: &Reference) -> Result<Reference> {
        let mut reference = reference.clone();
        for (name, batch) in &self.tables {
            reference.replace(name, batch.clone())?;
        }
        Ok(reference)
    }
}

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
    for expectation in std::iter::once(&case.expected).chain(&case.progress) {
        let path = case.path(expectation.kind);
        let text = SourceText::new(workspace.shown(&path), crate::files::read_text(&path).unwrap_or_default());
        expectation.check(&text, problems);
        let targets: Vec<&str> = indicator.targets.iter().map(|target| target.id.as_str()).collect();
        for (target, start) in expectation.column("target").filter(|(target, _)| !targets.contains(target)) {
            problems.push(
                Problem::new(Code::UnknownTestTarget, &text, start..start + 1, format!("{} has no target `{target}`", indicator.id))
                    .maybe_hint(suggestion(target, targets.iter().copied())),
            );
        }
    }
    Some(case)
}

/// Reads a case as it is.
pub fn read(workspace: &Workspace, indicator: &Indicator, name: &str, problems: &mut Vec<Problem>) -> Option<TestCase> {
    let folder = folder(workspace, indicator).join(name);
    let mut tables = BTreeMap::new();
    let (mut expected, mut of_progress) = (None, None);
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
            let known: Vec<&str> =
                schema::statistician_tables().iter().map(|(n, _)| *n).chain([VALUES.file, PROGRESS.file, CURRENT_YEAR]).collect();
            problems.push(
                Problem::new(Code::UnknownTestTable, &text, 0..1, format!("`{stem}` is no table of a test case"))
                    .maybe_hint(suggestion(&stem, known)),
            );
            continue;
        };
        let Some(table) = typed_csv::read(&text, &schema, &default_of, problems) else { continue };
        if stem == VALUES.file {
            expected = Some(Expectation::new(&VALUES, table));
        } else if stem == PROGRESS.file {
            of_progress = Some(Expectation::new(&PROGRESS, table));
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
    Some(TestCase { name: name.to_owned(), folder, tables, expected, progress: of_progress })
}

/// The table of the year in which a case looks at its targets.
const CURRENT_YEAR: &str = "current_year";

/// The declared schema of a file of a test case.
fn schema_of(stem: &str) -> Option<SchemaRef> {
    if let Some(kind) = [&VALUES, &PROGRESS].into_iter().find(|kind| kind.file == stem) {
        return Some(kind.schema());
    }
    if stem == CURRENT_YEAR {
        return Some(progress::current_year());
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
        "estimate" | "indicator" | "ref_area_name" | "iso2" | "m49" | "name" | "direction" => "",
        "area_kind" => "country",
        "group_scheme" => "world",
        "last_year" => "9999",
        _ => return None,
    })
}

/// Runs a case through the same steps as a release.
pub async fn run(case: &TestCase, base: &Engine, catalogue: &Catalogue, reference: &Reference, indicator: &Indicator) -> Result<Came> {
    let engine = base.empty_sibling()?;
    let reference = case.reference(reference)?;
    reference_tables::register(&engine, &reference, None)?;
    engine.register_batches("observations", schema::observations(), case.tables.get("observations").cloned().into_iter().collect())?;
    for other in &catalogue.indicators {
        let given = case.tables.get(&format!("indicators.{}", other.name)).map(|batch| fill_estimate(batch, &reference));
        engine.register_indicator(&other.name, schema::values(), given.transpose()?.into_iter().collect())?;
    }
    let steps = Steps::ReadBy(if case.progress.is_some() { &progress::ENDS } else { &[] });
    let computed = Box::pin(compute::indicator(&engine, catalogue, &reference, indicator, steps)).await?;
    let values = computed.values;
    let progress = if case.progress.is_some() {
        let year = current_year(case, &values);
        // A case of gaps gives their parts as values; the members behind them, if it does, as observations.
        let part = fixed_gaps::parts_of(catalogue, indicator);
        let behind = match part {
            Some(part) => {
                let steps = Steps::ReadBy(&fixed_gaps::READ);
                Some(Box::pin(compute::indicator(&engine, catalogue, &reference, part, steps)).await?.engine)
            }
            None => None,
        };
        let parts = part.zip(behind.as_ref()).map(|(indicator, engine)| Parts { indicator, engine });
        let (_, ends) = progress::ends(&computed.engine, catalogue, indicator, &values, year, parts).await?;
        let targets = targets::batch(&[indicator], &|_| None)?;
        Some(progress::progress(&engine, catalogue, ends, targets, year).await?)
    } else {
        None
    };
    Ok(Came { values, progress })
}

/// The year that the case gives; else the newest of its values, so that the clock has no say.
fn current_year(case: &TestCase, values: &RecordBatch) -> i32 {
    let newest = |cells: Table<'_>, column| (0..cells.len()).filter_map(|row| cells.int(column, row)).max();
    let given = case.tables.get(CURRENT_YEAR).and_then(|table| newest(Table(table), "year"));
    given.or_else(|| newest(Table(values), "time_period")).and_then(|year| i32::try_from(year).ok()).unwrap_or_default()
}

/// Makes an empty folder for a new case.
pub fn create(folder: &Path) -> Result<()> {
    if folder.exists() {
        return Err(Error::usage(format!("{} exists already", folder.display())));
    }
    Ok(fs_err::create_dir_all(folder)?)
}
