//! The rows of a query, written as they come: however many they are, a form holds no more of them than it must.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use tempfile::NamedTempFile;

use crate::cli::TableFormat;
use crate::commands::drawn::{drawn, drawn_above, size_drawn};
use crate::error::{Code, Error, Problem, Result, count};
use crate::files;
use crate::job::query::{self, Rows};
use crate::printer::{self, Printer};
use crate::tables::sort::concat;
use crate::tables::{parquet, text};
use crate::visible;

/// Rows of a table for people, which must be held to know how wide its columns are.
const DRAWN: usize = 10_000;
/// Rows that are made into text at once.
const AT_ONCE: usize = 1024;
/// Bytes that wait to be given on. A query that fails before then has printed nothing.
const WAITING: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Csv,
    Json,
    /// The list `rows` in the one envelope of JSON.
    Envelope,
    Parquet,
}

impl Form {
    /// `enveloped`: JSON is asked for, and no other form.
    pub(super) fn of(output: TableFormat, enveloped: bool) -> Self {
        match output {
            TableFormat::Table if enveloped => Self::Envelope,
            TableFormat::Table => Self::Table,
            TableFormat::Csv => Self::Csv,
            TableFormat::Json => Self::Json,
            TableFormat::Parquet => Self::Parquet,
        }
    }
}

/// Where rows go.
pub(super) enum Out<'p> {
    Printed { printer: &'p Printer, waiting: Vec<u8> },
    File { file: io::BufWriter<NamedTempFile>, path: PathBuf },
}

impl<'p> Out<'p> {
    pub(super) fn printed(printer: &'p Printer) -> Self {
        Self::Printed { printer, waiting: Vec::new() }
    }

    /// A file that takes its place once it is whole.
    pub(super) fn file(path: &Path) -> Result<Self> {
        Ok(Self::File { file: io::BufWriter::new(files::temporary_beside(path)?), path: path.to_owned() })
    }

    fn printer(&self) -> Option<&'p Printer> {
        match self {
            Self::Printed { printer, .. } => Some(printer),
            Self::File { .. } => None,
        }
    }

    pub(super) fn end(self) -> Result<()> {
        match self {
            Self::Printed { printer, waiting } => printer.part(&waiting),
            Self::File { file, path } => {
                let whole = file.into_inner().map_err(|error| files::failed("write", &path, error.into_error()))?;
                files::persist(whole, &path)?;
            }
        }
        Ok(())
    }
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Printed { printer, waiting } => {
                waiting.extend_from_slice(bytes);
                if waiting.len() > WAITING {
                    printer.part(waiting);
                    waiting.clear();
                }
                Ok(bytes.len())
            }
            Self::File { file, path } => file.write(bytes).map_err(|error| files::failed("write", path, error)),
        }
    }

    /// What waits is given on at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A form of rows; what stands before the first is written when it begins.
trait Writes {
    fn rows(&mut self, rows: &RecordBatch) -> Result<()>;

    fn end(self: Box<Self>, warnings: &[Problem]) -> Result<()>;
}

/// Writes the rows of a query; gives what a person should know of them. `limit`: bytes that may be held.
pub(super) async fn write(mut rows: Rows, form: Form, limit: usize, out: &mut Out<'_>) -> Result<Vec<Problem>> {
    let reader = out.printer();
    let schema = rows.schema().clone();
    let mut writer: Box<dyn Writes + '_> = match form {
        Form::Table => Box::new(Table { out, schema, limit, first: Vec::new(), rows: 0, held: RecordBatchMemoryCounter::new() }),
        Form::Csv => {
            out.write_all(&text::csv_for_people(&RecordBatch::new_empty(schema))?)?;
            Box::new(Csv { out })
        }
        Form::Json | Form::Envelope => Box::new(Json::begin(out, &schema, form == Form::Envelope)?),
        Form::Parquet => Box::new(Parquet { file: parquet::Writer::new(out, &schema)?, limit, held: RecordBatchMemoryCounter::new() }),
    };
    while reader.is_none_or(Printer::is_heard)
        && let Some(batch) = rows.next().await?
    {
        for first in (0..batch.num_rows()).step_by(AT_ONCE) {
            rows.in_time()?;
            writer.rows(&batch.slice(first, AT_ONCE.min(batch.num_rows() - first)))?;
        }
    }
    let warnings = rows.warnings();
    writer.end(&warnings)?;
    Ok(warnings)
}

struct Csv<'o, 'p> {
    out: &'o mut Out<'p>,
}

impl Writes for Csv<'_, '_> {
    fn rows(&mut self, rows: &RecordBatch) -> Result<()> {
        Ok(self.out.write_all(&text::more_csv_for_people(rows)?)?)
    }

    fn end(self: Box<Self>, _warnings: &[Problem]) -> Result<()> {
        Ok(())
    }
}

/// A list of objects, by itself or in the envelope.
struct Json<'o, 'p> {
    out: &'o mut Out<'p>,
    enveloped: bool,
    any: bool,
}

impl<'o, 'p> Json<'o, 'p> {
    fn begin(out: &'o mut Out<'p>, schema: &SchemaRef, enveloped: bool) -> Result<Self> {
        let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        if let Some(twice) = (1..names.len()).find(|place| names[..*place].contains(&names[*place])) {
            return Err(Error::Query {
                code: Code::WrongColumns,
                message: format!("two columns are named `{}`, and an object of JSON has each name once", names[twice]),
                hint: Some("give each a name of its own with AS".into()),
            });
        }
        if enveloped {
            out.write_all(printer::around_rows("sql", &[])?.0.as_bytes())?;
        }
        Ok(Self { out, enveloped, any: false })
    }

    fn margin(&self) -> &'static str {
        if self.enveloped { "    " } else { "" }
    }
}

impl Writes for Json<'_, '_> {
    fn rows(&mut self, rows: &RecordBatch) -> Result<()> {
        let margin = self.margin();
        let rows = text::json_rows(rows)?;
        for row in rows.as_array().into_iter().flatten() {
            let row = serde_json::to_string_pretty(row)?.replace('\n', &format!("\n{margin}  "));
            let before = if self.any { "," } else { "[" };
            write!(self.out, "{before}\n{margin}  {}", visible::in_json(&row))?;
            self.any = true;
        }
        Ok(())
    }

    fn end(self: Box<Self>, warnings: &[Problem]) -> Result<()> {
        if self.any {
            write!(self.out, "\n{}]", self.margin())?;
        } else {
            write!(self.out, "[]")?;
        }
        let behind = if self.enveloped { printer::around_rows("sql", warnings)?.1 } else { "\n".to_owned() };
        Ok(self.out.write_all(behind.as_bytes())?)
    }
}

struct Parquet<'o, 'p> {
    file: parquet::Writer<&'o mut Out<'p>>,
    limit: usize,
    held: RecordBatchMemoryCounter,
}

impl Writes for Parquet<'_, '_> {
    fn rows(&mut self, rows: &RecordBatch) -> Result<()> {
        if self.file.held_rows() < AT_ONCE {
            self.held = RecordBatchMemoryCounter::new();
        }
        hold(&mut self.held, rows, self.limit)?;
        self.file.write(rows)
    }

    fn end(self: Box<Self>, _warnings: &[Problem]) -> Result<()> {
        self.file.close()
    }
}

/// The first rows as a table for people, and how many there are.
struct Table<'o, 'p> {
    out: &'o mut Out<'p>,
    schema: SchemaRef,
    limit: usize,
    first: Vec<RecordBatch>,
    rows: usize,
    held: RecordBatchMemoryCounter,
}

impl Writes for Table<'_, '_> {
    fn rows(&mut self, rows: &RecordBatch) -> Result<()> {
        let room = DRAWN.saturating_sub(self.rows);
        self.rows += rows.num_rows();
        if room > 0 {
            let first = rows.slice(0, room.min(rows.num_rows()));
            hold(&mut self.held, &first, self.limit)?;
            self.first.push(first);
        }
        Ok(())
    }

    fn end(self: Box<Self>, _warnings: &[Problem]) -> Result<()> {
        let first = concat(&self.schema, &self.first)?;
        if size_drawn(&first)?.saturating_mul(3) > self.limit {
            return Err(query::too_large(self.limit));
        }
        let more = self.rows - first.num_rows();
        let table = if more == 0 {
            drawn(&first)?
        } else {
            drawn_above(&first, &format!("{} shown; `--output csv` gives all {}", count(DRAWN, "row"), self.rows))?
        };
        Ok(self.out.write_all(&table)?)
    }
}

/// Counts what is held for good. Batches may be parts of one buffer, which is there once.
fn hold(held: &mut RecordBatchMemoryCounter, rows: &RecordBatch, limit: usize) -> Result<()> {
    held.count_batch(rows);
    if held.memory_usage() > limit { Err(query::too_large(limit)) } else { Ok(()) }
}
