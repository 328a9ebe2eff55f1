//! The values of the release before: in memory, or read from its file where they are many.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;

use crate::engine::table_files::TableFile;
use crate::engine::{Engine, owned};
use crate::error::{Error, Result};
use crate::release::numbers::{self, PREVIOUS};
use crate::release::preferred;
use crate::release::stored_values::{Batches, Filing, Stored};
use crate::tables::cells::{Table, rows_of};
use crate::tables::{parquet, schema};

pub(super) enum Previous {
    /// With their marks.
    Held(RecordBatch),
    /// `values.parquet`
    Filed(PathBuf),
}

impl Previous {
    /// Of a release; more rows than so many are not held.
    pub(super) fn read(release: Option<&Path>, most: usize) -> Result<Self> {
        let Some(path) = release.map(|release| release.join("values.parquet")) else {
            return Ok(Self::Held(RecordBatch::new_empty(schema::preferred_values())));
        };
        if usize::try_from(parquet::rows(fs_err::File::open(&path)?.into_parts().0)?).is_ok_and(|rows| rows <= most) {
            return Ok(Self::Held(parquet::read(&path, &schema::preferred_values())?));
        }
        Ok(Self::Filed(path))
    }

    /// Without their marks, in the order of their key.
    pub(super) fn batches(&self) -> Result<Batches<'_>> {
        Ok(match self {
            Self::Held(values) => Box::new(std::iter::once(preferred::without(values))),
            Self::Filed(path) => Box::new(parquet::batches(path, &schema::values())?),
        })
    }

    /// Registers them with the numbers of their breakdowns.
    pub(super) fn register(&self, engine: &Engine, filing: &Filing) -> Result<()> {
        let kind = schema::values();
        if let Self::Held(values) = self {
            let values = preferred::without(values)?;
            return filing.numbers.lock().unwrap_or_else(PoisonError::into_inner).register_values(engine, PREVIOUS, &kind, &[values]);
        }
        let mut file = filing.files.create(&numbers::numbered(&kind))?;
        for batch in self.batches()? {
            let numbered = filing.numbers.lock().unwrap_or_else(PoisonError::into_inner).beside(&batch?)?;
            file.write(&numbered)?;
        }
        let file = file.finish()?;
        engine.register(PREVIOUS, TableFile::together(engine, [&file], &numbers::numbered(&kind))?)?;
        engine.hold(vec![file]);
        Ok(())
    }

    /// The values of an indicator with their marks, in memory.
    pub(super) fn of_indicator(&self, indicator: &str) -> Result<RecordBatch> {
        match self {
            Self::Held(values) => rows_of(values, indicator),
            Self::Filed(path) => parquet::read_indicator(path, &schema::preferred_values(), indicator),
        }
    }

    /// The same, in a file where they are more than so many.
    pub(super) fn stored(&self, indicator: &str, rows: u64, most: usize, filing: &Filing) -> Result<Stored> {
        let path = match self {
            Self::Filed(path) if usize::try_from(rows).is_ok_and(|rows| rows > most) => path,
            _ => return Ok(Stored::Held(owned::parts(vec![self.of_indicator(indicator)?], 0)?)),
        };
        let mut file = filing.files.create(&numbers::numbered(&schema::preferred_values()))?;
        for batch in parquet::batches_of_indicator(path, &schema::preferred_values(), indicator)? {
            let batch = batch?;
            let cells = Table(&batch);
            let mine: BooleanArray = (0..cells.len()).map(|row| Some(cells.text("indicator", row) == Some(indicator))).collect();
            let numbered = filing.numbers.lock().unwrap_or_else(PoisonError::into_inner).beside(&filter_record_batch(&batch, &mine)?)?;
            file.write(&numbered)?;
        }
        let file = file.finish()?;
        if file.rows() as u64 != rows {
            return Err(Error::Internal(format!("{} has {} of {rows} values of {indicator}", path.display(), file.rows())));
        }
        Ok(Stored::Filed(vec![file]))
    }
}
