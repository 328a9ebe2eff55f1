//! The containers that providers send: archives, CSV, JSON, workbooks; each with limits on what it may unfold to.

pub mod archive;
pub mod csv;
pub mod csv_members;
mod foreign;
mod gunzip;
pub mod heading_rows;
pub mod headings;
pub mod json_objects;
pub mod layout;
pub mod limits;
mod old_percent;
mod old_workbook;
pub mod percent;
mod second_header;
mod swallowed;
mod title_rows;
mod torn;
mod watched;
pub mod workbook;
pub mod workbooks;

use std::io::{Read, Seek};

/// The bytes of a body, which can be read again from the start.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}
