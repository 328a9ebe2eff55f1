//! What a test case expects, in rows of values or of progress: looked at, compared with what came out, written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde::{Serialize, Serializer};

use crate::authored::typed_csv::TypedTable;
use crate::error::{Code, Error, Problem, Result, SourceText};
use crate::reference::Reference;
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};

/// The rows that a file of a test case speaks of, and its columns.
pub struct Kind {
    /// The name of the file, without `.csv`.
    pub file: &'static str,
    table: fn() -> SchemaRef,
    /// What tells the rows apart, in the order in which it is shown.
    key: &'static [&'static str],
    /// Of rows that have these in common all must be expected, once one is.
    together: &'static [&'static str],
    /// What may be compared besides the key.
    compared: &'static [&'static str],
    /// What may be compared too, where rows of a table of the release are pasted as they are.
    named: &'static [&'static str],
    /// What is compared where the file does not say.
    usual: &'static [&'static str],
}

/// `expected.csv`: rows of values.parquet.
pub static VALUES: Kind = Kind {
    file: "expected",
    table: schema::values,
    key: &["ref_area", "time_period", "sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown", "estimate"],
    together: &["ref_area", "estimate"],
    compared: &[
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
    ],
    named: &["indicator", "ref_area_name", "area_kind", "group_scheme"],
    usual: &["value", "obs_status", "coverage", "members_observed", "members_total"],
};

/// `expected_progress.csv`: rows of progress.parquet.
pub static PROGRESS: Kind = Kind {
    file: "expected_progress",
    table: schema::progress,
    key: &["target", "ref_area", "sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown", "estimate"],
    together: &["target", "ref_area", "estimate"],
    compared: &[
        "baseline_year",
        "baseline_value",
        "latest_year",
        "latest_value",
        "target_year",
        "target_value",
        "distance",
        "actual_per_year",
        "required_per_year",
        "pace",
        "pace_cagr",
        "class",
        "outcome",
        "class_fixed",
        "pace_fixed",
        "fixed_share",
        "class_as_computed",
        "projected_low",
        "projected_high",
        "arrival_year",
        "preferred",
        "headline",
        "note",
    ],
    named: &["indicator", "direction"],
    usual: &["baseline_year", "latest_year", "class", "outcome", "pace"],
};

impl Kind {
    fn may_compare(&self, column: &str) -> bool {
        self.compared.contains(&column) || self.named.contains(&column)
    }

    /// The columns that the file may have. What is compared may be empty; yes and no are written as words.
    pub fn schema(&self) -> SchemaRef {
        let declared = (self.table)();
        let wanted = declared.fields().iter().filter(|f| self.key.contains(&f.name().as_str()) || self.may_compare(f.name()));
        let fields: Vec<Field> = wanted
            .map(|field| {
                let kind = if *field.data_type() == DataType::Boolean { DataType::Utf8 } else { field.data_type().clone() };
                Field::new(field.name(), kind, field.is_nullable() || self.may_compare(field.name()))
            })
            .collect();
        Arc::new(Schema::new(fields))
    }

    fn of(columns: &[&str], cells: &Table<'_>, row: usize) -> Vec<String> {
        columns.iter().map(|column| show(cells, column, row)).collect()
    }
}

/// The expected rows of one file.
pub struct Expectation {
    pub kind: &'static Kind,
    rows: RecordBatch,
    /// The columns that the file gives: only these are compared.
    given: Vec<String>,
    /// Where each row stands in its file.
    offsets: Vec<usize>,
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

fn as_shown<S: Serializer>(key: &[String], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&shown_key(key))
}

impl Expectation {
    pub fn new(kind: &'static Kind, table: TypedTable) -> Self {
        Self { kind, rows: table.batch, given: table.given, offsets: table.offsets }
    }

    /// Reports what could not fail, or contradicts itself.
    pub fn check(&self, text: &SourceText, problems: &mut Vec<Problem>) {
        let cells = Table(&self.rows);
        if cells.is_empty() {
            problems.push(
                Problem::new(Code::EmptyExpectation, text, 0..1, "the expectation has no row, so it cannot fail")
                    .hint("write the rows that must come out"),
            );
        }
        if !self.given.iter().any(|name| self.kind.compared.contains(&name.as_str())) {
            let hint = format!("give at least one of {}", self.kind.compared.join(", "));
            problems.push(
                Problem::new(Code::EmptyExpectation, text, 0..1, "the expectation compares nothing: it has key columns only").hint(hint),
            );
        }
        let mut seen = BTreeSet::new();
        for (row, start) in self.offsets.iter().enumerate() {
            let key = Kind::of(self.kind.key, &cells, row);
            if seen.contains(&key) {
                let message = format!("a second row for {}", shown_key(&key));
                problems.push(Problem::new(Code::EmptyExpectation, text, *start..start + 1, message));
            }
            seen.insert(key);
        }
    }

    /// Each cell of a column, with the place of its row in the file.
    pub fn column<'a>(&'a self, column: &'a str) -> impl Iterator<Item = (&'a str, usize)> {
        let cells = Table(&self.rows);
        self.offsets.iter().enumerate().filter_map(move |(row, start)| Some((cells.text(column, row)?, *start)))
    }

    /// What rows that must all be expected have in common, of each row that is.
    pub fn mentioned(&self, groups: &Reference) -> Result<BTreeSet<Vec<String>>> {
        let expected = fill_estimate(&self.rows, groups)?;
        let cells = Table(&expected);
        Ok((0..cells.len()).map(|row| Kind::of(self.kind.together, &cells, row)).collect())
    }

    /// Compares what the expectation mentions.
    pub fn compare(&self, came: &RecordBatch, groups: &Reference) -> Result<Vec<Difference>> {
        let kind = self.kind;
        let (mentioned, expected) = (self.mentioned(groups)?, fill_estimate(&self.rows, groups)?);
        let (want, got) = (Table(&expected), Table(came));
        let wanted: BTreeMap<Vec<String>, usize> = (0..want.len()).map(|row| (Kind::of(kind.key, &want, row), row)).collect();
        let found: BTreeMap<Vec<String>, usize> = (0..got.len())
            .filter(|row| mentioned.contains(&Kind::of(kind.together, &got, *row)))
            .map(|row| (Kind::of(kind.key, &got, row), row))
            .collect();
        let columns: Vec<&str> = kind.compared.iter().chain(kind.named).copied().filter(|c| self.given.iter().any(|g| g == c)).collect();
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
            let what = if found.contains_key(key) { "changed" } else { "missing" };
            if what == "missing" || !cells.is_empty() {
                differences.push(Difference { kind: what, key: key.clone(), cells });
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

    /// The file with what came out of the rows that it mentions, in its columns.
    pub fn anew(&self, came: &RecordBatch, groups: &Reference) -> Result<Vec<u8>> {
        let mentioned = self.mentioned(groups)?;
        let cells = Table(came);
        written(self.kind, came, &self.given, &|row| mentioned.contains(&Kind::of(self.kind.together, &cells, row)))
    }
}

/// The file of an expectation with these rows, in the columns given (or the usual ones).
pub fn written(kind: &Kind, came: &RecordBatch, given: &[String], keep: &dyn Fn(usize) -> bool) -> Result<Vec<u8>> {
    let cells = Table(came);
    let rows: Vec<usize> = (0..cells.len()).filter(|row| keep(*row)).collect();
    let in_play = |column: &str| {
        !DIMENSIONS.contains(&column) || given.iter().any(|g| g == column) || rows.iter().any(|r| cells.text(column, *r) != Some("_T"))
    };
    let is_given = |column: &str| given.iter().any(|g| g == column);
    let compared: Vec<&str> = if kind.compared.iter().any(|c| is_given(c)) {
        kind.compared.iter().chain(kind.named).copied().filter(|c| is_given(c)).collect()
    } else {
        kind.usual.to_vec()
    };
    let columns: Vec<&str> = kind.key.iter().copied().filter(|c| in_play(c)).chain(compared).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    writer.write_record(&columns).map_err(failed)?;
    for row in rows {
        writer.write_record(columns.iter().map(|c| show(&cells, c, row))).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

/// An estimate left out means `reported` for an economy and `available` for a group.
pub fn fill_estimate(batch: &RecordBatch, reference: &Reference) -> Result<RecordBatch> {
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
        columns[index] = Arc::new(estimates);
    }
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

fn cell(column: &str, expected: String, got: String) -> DifferentCell {
    DifferentCell { column: column.to_owned(), expected, got }
}

fn show(cells: &Table<'_>, column: &str, row: usize) -> String {
    cells
        .text(column, row)
        .map(str::to_owned)
        .or_else(|| cells.int(column, row).map(|v| v.to_string()))
        .or_else(|| cells.float(column, row).map(|v| v.to_string()))
        .or_else(|| cells.truth(column, row).map(|v| v.to_string()))
        .unwrap_or_default()
}

/// Numbers agree within 1e-9 of their size; empty means null.
fn same(want: &Table<'_>, row: usize, got: &Table<'_>, other: usize, column: &str) -> bool {
    match (want.float(column, row), got.float(column, other)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-300),
        (None, None) => show(want, column, row) == show(got, column, other),
        _ => false,
    }
}

/// The key without what is not in play, for people.
pub fn shown_key(key: &[String]) -> String {
    key.iter().filter(|code| *code != "_T").cloned().collect::<Vec<_>>().join(" ")
}
