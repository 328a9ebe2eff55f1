//! The CSV files of a body: those whose header fits are read, others beside them are passed over and named.

use std::cell::RefCell;
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
    let others = RefCell::new(Vec::new());
    let wanted = |name: &str| {
        let csv = name.is_empty() || name.to_ascii_lowercase().ends_with(".csv");
        if !csv {
            others.borrow_mut().push(format!("`{}`", name.escape_debug()));
        }
        csv
    };
    for_each_member(file, &wanted, &mut |name, reader| {
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
        None if !fitting => Err(no_csv(&others.into_inner())),
        _ => Ok(()),
    }
}

/// What there is instead, and how it would be read.
fn no_csv(others: &[String]) -> Error {
    let has = |part: &str| others.iter().any(|name| name.to_ascii_lowercase().contains(part));
    let hint = match () {
        () if has("xl/workbook.bin") => "a binary workbook (.xlsb): save it as .xlsx",
        () if has("`content.xml`") => "an OpenDocument file (.ods): save it as .xlsx",
        () if has(".xlsx`") => "unpack it and put the workbook itself into the folder",
        () if has(".txt`") || has(".tsv`") => {
            "if one of them is the table, give its name the ending .csv, or put it into the folder by itself"
        }
        () => "is it the right archive?",
    };
    let listed = if others.is_empty() { "nothing".to_owned() } else { others[..others.len().min(8)].join(", ") };
    Error::provider_hint(Code::NoDataFile, format!("the archive holds no CSV; it has {listed}"), hint)
}
