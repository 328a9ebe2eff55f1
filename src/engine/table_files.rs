//! Tables of a run as Parquet files of the data folder: what memory has no room for, and what workers read. A file is there
//! as long as somebody holds it. What a killed run leaves behind is removed by one that begins an hour later.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;

use super::tables::{listing, parquet_table};
use super::{Engine, owned};
use crate::error::Result;
use crate::files;
use crate::tables::parquet::{self, Batches, Writer};

/// How the name of a folder of such tables begins; behind it stands the number of the process.
pub const FOLDER: &str = ".tables-";

/// Numbers are not given twice: a worker may still read a file that is gone here. Locked while a file is made or removed,
/// so that the folder does not go in between.
static NEXT: Mutex<usize> = Mutex::new(0);

/// Where the files of a run lie.
#[derive(Debug, Clone)]
pub struct TableFiles {
    data: PathBuf,
    folder: PathBuf,
}

/// A table that is being written.
pub struct Unfinished {
    file: TableFile,
    writer: Writer<fs_err::File>,
}

/// A finished table.
#[derive(Debug)]
pub struct TableFile {
    data: PathBuf,
    path: PathBuf,
    schema: SchemaRef,
    rows: usize,
}

impl TableFiles {
    pub fn below(data: &Path) -> Self {
        let folder = data.join("staging").join(format!("{FOLDER}{}", std::process::id()));
        Self { data: data.to_owned(), folder }
    }

    pub fn create(&self, schema: &SchemaRef) -> Result<Unfinished> {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.join(format!("{next}.parquet"));
        *next += 1;
        let out = files::create_unseen(&path)?;
        drop(next);
        let file = TableFile { data: self.data.clone(), path, schema: schema.clone(), rows: 0 };
        Ok(Unfinished { file, writer: Writer::new(out, schema)? })
    }

    /// A whole table.
    pub fn write<'b>(&self, schema: &SchemaRef, batches: impl IntoIterator<Item = &'b RecordBatch>) -> Result<TableFile> {
        let mut table = self.create(schema)?;
        batches.into_iter().try_for_each(|batch| table.write(batch))?;
        table.finish()
    }
}

impl Unfinished {
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.file.rows += batch.num_rows();
        self.writer.write(batch)
    }

    pub fn finish(self) -> Result<TableFile> {
        self.writer.close()?;
        Ok(self.file)
    }
}

/// Rows that are held until they are more than so many; a file takes them then.
pub struct Spooled {
    schema: SchemaRef,
    files: TableFiles,
    most: usize,
    held: Vec<RecordBatch>,
    rows: usize,
    file: Option<Unfinished>,
}

impl Spooled {
    pub fn new(schema: SchemaRef, data: &Path, most: usize) -> Self {
        Self { schema, files: TableFiles::below(data), most, held: Vec::new(), rows: 0, file: None }
    }

    pub fn add(&mut self, batch: RecordBatch) -> Result<()> {
        self.rows += batch.num_rows();
        self.held.push(batch);
        if self.rows <= self.most {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(self.files.create(&self.schema)?),
        };
        self.held.drain(..).try_for_each(|batch| file.write(&batch))
    }

    /// Registers them as a table.
    pub fn register(self, engine: &Engine, name: &str) -> Result<()> {
        let Some(file) = self.file else { return engine.register_batches(name, self.schema, self.held) };
        let file = file.finish()?;
        engine.register(name, TableFile::together(engine, [&file], &self.schema)?)?;
        engine.hold(vec![file]);
        Ok(())
    }
}

impl TableFile {
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Some of its columns, of which so many rows are held at once.
    pub fn batches_as(&self, schema: &SchemaRef, at_once: usize) -> Result<Batches> {
        parquet::batches_of(&self.path, schema, at_once)
    }

    /// As a statement of any engine that may read the data folder sees it.
    pub fn listed(&self) -> Result<Arc<dyn TableProvider>> {
        listing(&self.data, std::slice::from_ref(&self.path), self.schema.clone())
    }

    /// Several of them as one table with these columns, which may be null as those of a table in memory.
    pub fn together<'f>(
        engine: &Engine,
        files: impl IntoIterator<Item = &'f TableFile>,
        schema: &SchemaRef,
    ) -> Result<Arc<dyn TableProvider>> {
        let (mut data, mut paths) = (PathBuf::new(), Vec::new());
        for file in files {
            data.clone_from(&file.data);
            paths.push(file.path.clone());
        }
        parquet_table(engine, &data, &paths, owned::relaxed(schema.clone()))
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        let _next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = fs_err::remove_file(&self.path);
        // The folder goes with the last of them.
        if let Some(folder) = self.path.parent() {
            let _ = fs_err::remove_dir(folder);
        }
    }
}
