//! Files that are known by their first bytes, and not read: what they are, and what to save them as.

use crate::error::{Code, Error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Office files before 2007, and workbooks with a password. A table data set reads the workbooks among them.
    OldOffice,
    Packed(&'static str),
    Pdf,
    Parquet,
    /// An XML spreadsheet of 2003, or a page that a spreadsheet program has saved, most often under the name of a workbook.
    OfficeText,
}

/// Begins the names that such programs give to what is theirs.
const OFFICE: &[u8] = b"urn:schemas-microsoft-com:office:";

pub(super) fn of(start: &[u8]) -> Option<Foreign> {
    const KNOWN: [(&[u8], Foreign); 7] = [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Foreign::OldOffice),
        (b"Rar!\x1a\x07", Foreign::Packed("RAR")),
        (b"\xfd7zXZ\x00", Foreign::Packed("xz")),
        (b"\x28\xb5\x2f\xfd", Foreign::Packed("Zstandard")),
        (b"BZh", Foreign::Packed("bzip2")),
        (b"%PDF-", Foreign::Pdf),
        (b"PAR1", Foreign::Parquet),
    ];
    if start.windows(OFFICE.len()).any(|part| part == OFFICE) {
        return Some(Foreign::OfficeText);
    }
    // A text may begin with BZh too; the block that follows in bzip2 begins with the digits of pi.
    let bzip2 = start.get(4..10) == Some(b"1AY&SY");
    KNOWN.into_iter().find(|(magic, kind)| start.starts_with(magic) && (*kind != Foreign::Packed("bzip2") || bzip2)).map(|(_, kind)| kind)
}

impl Foreign {
    pub fn refused(self) -> Error {
        let (what, todo) = match self {
            Self::OldOffice => {
                ("an old Excel file (.xls), or one with a password".to_owned(), "save it as .xlsx without a password, or as CSV")
            }
            Self::Packed(name) => (format!("packed as {name}"), "unpack it and put the file itself into the folder, or pack it as ZIP"),
            Self::Pdf => ("a PDF, not data".to_owned(), "look for the table as CSV or XLSX, or type it into a CSV"),
            Self::OfficeText => (
                "a table that a spreadsheet program has written as XML or as a web page".to_owned(),
                "open it in a spreadsheet and save it as .xlsx",
            ),
            Self::Parquet => ("a Parquet file".to_owned(), "export it as CSV"),
        };
        Error::provider_hint(Code::KindNotRead, format!("the body is {what}, which is not read"), todo)
    }
}
