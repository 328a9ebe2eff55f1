//! The containers that providers send: archives, CSV, JSON, workbooks; each with limits on what it may unfold to.

pub mod archive;
pub mod csv;
pub mod csv_members;
pub mod limits;
mod old_workbook;
pub mod workbook;

use std::io::{Read, Seek};

/// The bytes of a body, which can be read again from the start.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}
