//! Which file is behind an error of the engine, which names none.

use std::collections::BTreeSet;
use std::path::PathBuf;

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use crate::error::{Code, Error};
use crate::tables::parquet;

const HINT: &str = "run `yardstick run`, which makes damaged files anew from what was pulled";

/// The first of the files that cannot be read, where the error is one of reading. No statement is wrong then.
pub(super) fn behind(error: &DataFusionError, files: &BTreeSet<PathBuf>) -> Option<Error> {
    let is_of_reading = match error.find_root() {
        DataFusionError::ParquetError(_) | DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => true,
        DataFusionError::ArrowError(error, _) => {
            matches!(**error, ArrowError::ParquetError(_) | ArrowError::IoError(..) | ArrowError::ExternalError(_))
        }
        _ => false,
    };
    let wrong = files.iter().filter(|_| is_of_reading).find_map(|path| parquet::read_through(path).err())?;
    let said = match wrong {
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    Some(Error::provider_hint(Code::DiskFailed, said, HINT))
}
