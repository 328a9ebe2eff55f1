//! The CSV files of a body: those whose header fits are read, others beside them are passed over and named.

use std::io::Read;

use super::ReadSeek;
use crate::error::{Code, Error, Result};
use crate::rows::collector::Collector;
use crate::sources::body::archive::for_each_member;

/// Calls `read` for each CSV of a body, which is one itself when it is plain text. A file whose header is another, such
/// as `metadata.csv`, is passed over with a warning, unless no member fits.
pub fn read_each(
    file: &mut dyn ReadSeek,
    collector: &mut Collector<'_>,
    read: &mut dyn FnMut(&str, &mut dyn Read, &mut Collector<'_>) -> Result<()>,
) -> Result<()> {
    let (mut fitting, mut misfit) = (false, None);
    for_each_member(file, &|name| name.is_empty() || name.to_ascii_lowercase().ends_with(".csv"), &mut |name, reader| {
        match read(name, reader, collector) {
            Ok(()) => fitting = true,
            Err(error @ Error::Provider { code: Code::MissingColumn, .. }) => {
                collector.warnings.push(format!("`{name}` was passed over: {error}"));
                misfit.get_or_insert(error);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    })?;
    match misfit {
        Some(error) if !fitting => Err(error),
        None if !fitting => Err(Error::provider_hint(Code::NoDataFile, "the archive holds no CSV", "is it the right archive?")),
        _ => Ok(()),
    }
}
