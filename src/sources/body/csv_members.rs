//! The CSV files of a body: those whose header fits are read, others beside them are passed over and named.

use std::cell::{Cell, RefCell};
use std::io::Read;

use super::ReadSeek;
use super::archive::for_each_member;
use super::headings::shorten;
use crate::error::{Code, Error, Result};
use crate::rows::collector::Collector;

/// Calls `read` for each CSV of a body, which is one itself when it is plain text; texts of another ending are read
/// when an archive has no CSV. A file whose header is another, such as `metadata.csv`, is passed over with a warning,
/// unless no member fits.
pub fn read_each(
    file: &mut dyn ReadSeek,
    collector: &mut Collector<'_>,
    read: &mut dyn FnMut(&str, &mut dyn Read, &mut Collector<'_>) -> Result<()>,
) -> Result<()> {
    let (mut fitting, mut misfit) = (false, None);
    let (others, csvs) = (RefCell::new(Vec::new()), Cell::new(0));
    let mut step = |name: &str, reader: &mut dyn Read| {
        match read(name, reader, collector) {
            Ok(()) => fitting = true,
            Err(error @ Error::Provider { code: Code::MissingColumn, .. }) => {
                collector.warnings.push(format!("`{name}` was passed over: {error}"));
                misfit.get_or_insert(error);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    };
    let wanted = |name: &str| {
        if is_csv(name) {
            csvs.set(csvs.get() + 1);
            return true;
        }
        others.borrow_mut().push(name.to_owned());
        false
    };
    let remark = for_each_member(file, &wanted, &mut step)?;
    let others = others.into_inner();
    let texts = csvs.get() == 0 && others.iter().any(|name| is_other_text(name));
    if texts {
        for_each_member(file, &is_other_text, &mut step)?;
    }
    collector.warnings.extend(remark.map(str::to_owned));
    match misfit {
        _ if fitting => {
            collector.warnings.extend(not_read(if texts { "texts" } else { "CSV files" }, &others, !texts));
            Ok(())
        }
        // A plain body has no members at all.
        Some(error) if csvs.get() > 0 || others.is_empty() => Err(error),
        misfit => Err(no_csv(&others, misfit)),
    }
}

/// A plain body has an empty name.
pub fn is_csv(name: &str) -> bool {
    name.is_empty() || name.to_ascii_lowercase().ends_with(".csv")
}

/// Texts that may be a table.
pub fn is_other_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".txt", ".tsv", ".tab"].iter().any(|ending| name.ends_with(ending))
}

/// What of an archive, beside the members of a kind that were read, could be another part of the data. `with_texts`: tables
/// separated by tabs too.
pub fn not_read(read: &str, others: &[String], with_texts: bool) -> Option<String> {
    let left: Vec<&str> = others.iter().map(String::as_str).filter(|name| may_be_table(name, with_texts)).collect();
    let listed = shorten(&listed(&left), 300);
    (!left.is_empty()).then(|| format!("not read, since the archive has {read}: {listed}; unpack it if they belong to the data"))
}

/// What could be another part of the data. A plain text beside a CSV is most often its description.
fn may_be_table(name: &str, with_texts: bool) -> bool {
    const ENDINGS: [&str; 8] = [".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip", ".7z", ".gz"];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || with_texts && [".tsv", ".tab"].iter().any(|ending| name.ends_with(ending))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>().join(", ")
}

/// What there is instead, and how it would be read.
fn no_csv(others: &[String], misfit: Option<Error>) -> Error {
    let has = |part: &str| others.iter().any(|name| name.to_ascii_lowercase().ends_with(part));
    let hint = match () {
        () if has("xl/workbook.bin") => "a binary workbook (.xlsb): save it as .xlsx",
        () if has("content.xml") => "an OpenDocument file (.ods): save it as .xlsx",
        () if has(".xls") || has(".ods") || has(".xlsb") => "save the workbook as .xlsx, or the table as CSV",
        () => "is it the right archive?",
    };
    let hint = misfit.map_or_else(|| hint.to_owned(), |error| format!("{hint} The text in it is another table: {error}"));
    let some: Vec<&str> = others.iter().take(8).map(String::as_str).collect();
    let listed = if some.is_empty() { "nothing".to_owned() } else { listed(&some) };
    Error::provider_hint(Code::NoDataFile, format!("the archive holds no CSV; it has {listed}"), hint)
}
