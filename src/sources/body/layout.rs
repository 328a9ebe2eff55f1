//! How the CSV of a data set is laid out, and how it is opened: decoded, without what stands above, its columns named.

use std::io::{Cursor, Read};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::csv::CsvStream;
use super::headings::Header;
use super::limits::read_error;
use super::{heading_rows, title_rows};
use crate::error::Result;

/// What is looked at before anything is decoded.
const PIECE: u64 = 1 << 14;

pub struct CsvLayout {
    pub delimiter: u8,
    /// The rows, from 1, that make up the names of the columns; none where the columns have no names.
    pub header_rows: Vec<usize>,
    /// What the text is written in, where it is not UTF-8. A byte order mark says more.
    pub encoding: Option<&'static Encoding>,
}

impl Default for CsvLayout {
    fn default() -> Self {
        Self { delimiter: b',', header_rows: vec![1], encoding: None }
    }
}

impl CsvLayout {
    /// `first` is the number of records that came before in the same body.
    pub fn open<'r>(&self, reader: &'r mut dyn Read, first: u32) -> Result<CsvStream<Box<dyn Read + 'r>>> {
        let last = self.header_rows.last().copied().unwrap_or(1);
        let (rest, skipped) = title_rows::skip(self.decoded(reader)?, last - 1, self.delimiter)?;
        let stream = CsvStream::open(rest, self.delimiter, first)?.after_lines(skipped.feeds).with_remarks();
        let above = self.header_rows.iter().rev().skip(1).rev().map(|row| cells(&skipped.rows[row - 1], self.delimiter));
        let above: Vec<Vec<String>> = above.collect();
        Ok(match self.header_rows.len() {
            0 => stream.without_names(),
            1 => stream,
            _ => {
                let names = heading_rows::joined(&above, stream.header());
                stream.named(names)
            }
        })
    }
}

impl CsvLayout {
    fn decoded<'r>(&self, reader: &'r mut dyn Read) -> Result<Box<dyn Read + 'r>> {
        let mut start = Vec::new();
        // More than the mark: the reader behind looks at the first piece as a whole.
        (&mut *reader).take(PIECE).read_to_end(&mut start).map_err(|error| read_error(&error))?;
        let encoding = match start[..] {
            [0xef, 0xbb, 0xbf, ..] => None,
            [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
            [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
            _ => self.encoding.filter(|encoding| *encoding != encoding_rs::UTF_8),
        };
        let whole = Cursor::new(start).chain(reader);
        Ok(match encoding {
            Some(encoding) => Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(whole)),
            None => Box::new(whole),
        })
    }
}

/// The names in one row.
fn cells(row: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(row);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => Header::of(&record).to_vec(),
        _ => Vec::new(),
    }
}
