//! Where the workbooks of a ZIP are: it is one itself, or has some among its members and no text that could be a table.

use std::cell::{Cell, RefCell};
use std::io::{Cursor, Read};

use super::ReadSeek;
use super::archive::for_each_member;
use super::csv_members::{is_csv, is_other_text};
use super::limits::{AtMost, read_error};
use crate::error::{Error, Result};

/// A workbook that is held in memory as a whole.
const MAX_WORKBOOK: u64 = 256 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workbooks {
    None,
    Itself,
    Members,
}

/// What a ZIP has.
pub fn of(file: &mut dyn ReadSeek) -> Result<Workbooks> {
    let (itself, members, texts) = (Cell::new(false), Cell::new(false), Cell::new(false));
    let look = |name: &str| {
        itself.set(itself.get() || name == "xl/workbook.xml");
        members.set(members.get() || is_workbook(name));
        texts.set(texts.get() || is_csv(name) || is_other_text(name));
        false
    };
    for_each_member(file, &look, &mut |_, _| Ok(()))?;
    Ok(match () {
        () if itself.get() => Workbooks::Itself,
        () if members.get() && !texts.get() => Workbooks::Members,
        () => Workbooks::None,
    })
}

/// Calls `read` for each workbook among the members; gives the names of the others.
pub fn for_each(file: &mut dyn ReadSeek, read: &mut dyn FnMut(&mut dyn ReadSeek) -> Result<()>) -> Result<Vec<String>> {
    let others = RefCell::new(Vec::new());
    let wanted = |name: &str| {
        if !is_workbook(name) {
            others.borrow_mut().push(name.to_owned());
        }
        is_workbook(name)
    };
    for_each_member(file, &wanted, &mut |name, reader| {
        let mut bytes = Vec::new();
        AtMost::new(reader, MAX_WORKBOOK).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        read(&mut Cursor::new(bytes)).map_err(|error| match error {
            Error::Provider { code, message, hint } => Error::Provider { code, message: format!("{name}: {message}"), hint },
            other => other,
        })
    })?;
    Ok(others.into_inner())
}

fn is_workbook(name: &str) -> bool {
    [".xlsx", ".xlsm"].iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}
