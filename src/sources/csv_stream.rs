//! Reads a provider's CSV: columns by name without case, every cell as text, records counted for the way back.

use std::io::Read;

use csv::ByteRecord;

use super::archive::read_error;
use crate::error::{Error, Result, suggestion};

pub struct CsvStream<R> {
    reader: csv::Reader<R>,
    header: Vec<String>,
    record: ByteRecord,
    ahead: Option<ByteRecord>,
    number: u32,
    /// Two short records that make one of full width were torn by an unquoted newline.
    rejoin: bool,
}

/// One record as it came.
pub enum Record<'a> {
    Whole(u32, &'a ByteRecord),
    /// Not as many fields as the header has.
    Torn(u32, usize),
}

impl<R: Read> CsvStream<R> {
    /// Reads the header. `first` is the number of records that came before in the same body.
    pub fn open(input: R, delimiter: u8, first: u32) -> Result<Self> {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).buffer_capacity(1 << 17).from_reader(input);
        let mut record = ByteRecord::new();
        read_into(&mut reader, &mut record)?;
        let header: Vec<String> = record
            .iter()
            .enumerate()
            .map(|(index, cell)| {
                let cell = if index == 0 { cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell) } else { cell };
                String::from_utf8_lossy(cell).trim().trim_matches('"').trim().to_owned()
            })
            .collect();
        Ok(Self { reader, header, record, ahead: None, number: first, rejoin: false })
    }

    #[must_use]
    pub fn rejoin_torn(mut self) -> Self {
        self.rejoin = true;
        self
    }

    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How many records have been read, those before this member included.
    pub fn count(&self) -> u32 {
        self.number
    }

    /// The column with one of these names, without regard to case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|h| h.eq_ignore_ascii_case(name)))
    }

    /// As `column`; a missing one is an error that says what the file has instead.
    pub fn require(&self, names: &[&str]) -> Result<usize> {
        self.column(names).ok_or_else(|| {
            let near = suggestion(names[0], self.header.iter().map(String::as_str));
            Error::provider_hint(
                "E2010",
                format!("line 1: column `{}` is missing; the file has: {}", names[0], shorten(&self.header.join(", "), 300)),
                near.filter(|s| s.starts_with("did")).unwrap_or_else(|| "the layout has changed, or this is another file".into()),
            )
        })
    }

    /// The next record, or None at the end.
    pub fn read(&mut self) -> Result<Option<Record<'_>>> {
        match self.ahead.take() {
            Some(ahead) => self.record = ahead,
            None if !read_into(&mut self.reader, &mut self.record)? => return Ok(None),
            None => {}
        }
        self.number += 1;
        let number = self.number;
        let width = self.header.len();
        if self.record.len() == width {
            return Ok(Some(Record::Whole(number, &self.record)));
        }
        if self.rejoin && self.record.len() < width {
            let mut following = ByteRecord::new();
            if read_into(&mut self.reader, &mut following)? {
                if self.record.len() + following.len() == width + 1 {
                    self.record = joined(&self.record, &following);
                    return Ok(Some(Record::Whole(number, &self.record)));
                }
                self.ahead = Some(following);
            }
        }
        Ok(Some(Record::Torn(number, self.record.len())))
    }
}

fn read_into<R: Read>(reader: &mut csv::Reader<R>, record: &mut ByteRecord) -> Result<bool> {
    reader.read_byte_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => read_error(&error),
        other => Error::provider("E2011", format!("not CSV: {other:?}")),
    })
}

fn joined(first: &ByteRecord, second: &ByteRecord) -> ByteRecord {
    let mut record = ByteRecord::new();
    let last = first.len().saturating_sub(1);
    for cell in first.iter().take(last) {
        record.push_field(cell);
    }
    let mut torn = first.get(last).unwrap_or_default().to_vec();
    torn.push(b'\n');
    torn.extend_from_slice(second.get(0).unwrap_or_default());
    record.push_field(&torn);
    for cell in second.iter().skip(1) {
        record.push_field(cell);
    }
    record
}

pub fn shorten(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters { text.to_owned() } else { text.chars().take(characters).chain("...".chars()).collect() }
}
