//! Reads a provider's CSV: columns by name without case, every cell as text, records counted for the way back, and
//! no record so long that a stray quote could swallow the rest of the file.

use std::io::Read;

use csv::ByteRecord;

use super::limits::read_error;
use crate::error::{Code, Error, Result, suggestion};

/// The longest record that is read; real ones stay below 20 kB.
const MAX_RECORD: usize = 1 << 20;
/// How much the reader takes at once.
const BUFFER: usize = 1 << 17;
/// Notes run over a few lines at most; a field over more has a quote that closes somewhere else.
const MAX_LINES: u64 = 20;

pub struct CsvStream<R> {
    reader: csv::Reader<Watched<R>>,
    header: Header,
    record: ByteRecord,
    ahead: Option<ByteRecord>,
    number: u32,
    /// Lines of the body before the header.
    skipped: u64,
    /// Two short records that make one of full width were torn by an unquoted newline.
    rejoin: bool,
}

/// The names of the columns.
#[derive(Debug, Clone, Default)]
pub struct Header(Vec<String>);

impl std::ops::Deref for Header {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Header {
    fn of(record: &ByteRecord) -> Self {
        let name = |(index, cell): (usize, &[u8])| {
            let cell = if index == 0 { cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell) } else { cell };
            String::from_utf8_lossy(cell).trim().trim_matches('"').trim().to_owned()
        };
        Self(record.iter().enumerate().map(name).collect())
    }

    /// The column with one of these names, without regard to case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.0.iter().position(|h| h.eq_ignore_ascii_case(name)))
    }

    /// As `column`; a missing one is an error that says what the file has instead.
    pub fn require(&self, names: &[&str]) -> Result<usize> {
        self.column(names).ok_or_else(|| {
            let near = suggestion(names[0], self.0.iter().map(String::as_str)).filter(|s| s.starts_with("did"));
            let separator = other_separator(&self.0).map(|s| format!("the columns are separated by {s}: save the file with commas"));
            Error::provider_hint(
                Code::MissingColumn,
                format!("line 1: column `{}` is missing; the file has: {}", names[0], shorten(&self.0.join(", "), 300)),
                separator.or(near).unwrap_or_else(|| "the layout has changed, or this is another file".into()),
            )
        })
    }
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
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(BUFFER)
            .from_reader(Watched::new(input));
        let mut stream =
            Self { reader, header: Header::default(), record: ByteRecord::new(), ahead: None, number: first, skipped: 0, rejoin: false };
        stream.fill()?;
        stream.header = Header::of(&stream.record);
        Ok(stream)
    }

    #[must_use]
    pub fn rejoin_torn(mut self) -> Self {
        self.rejoin = true;
        self
    }

    /// Lines that were left out before the header count in the places of errors.
    #[must_use]
    pub fn after_lines(mut self, skipped: usize) -> Self {
        self.skipped = skipped as u64;
        self
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many records have been read, those before this member included.
    pub fn count(&self) -> u32 {
        self.number
    }

    /// The next record, or None at the end.
    pub fn read(&mut self) -> Result<Option<Record<'_>>> {
        match self.ahead.take() {
            Some(ahead) => self.record = ahead,
            None if !self.fill()? => return Ok(None),
            None => {}
        }
        self.number = next_number(self.number)?;
        let number = self.number;
        let width = self.header.len();
        if self.rejoin && self.record.len() < width && begins(&self.record) {
            self.rejoin_parts(width)?;
        }
        if self.record.len() == width {
            return Ok(Some(Record::Whole(number, &self.record)));
        }
        Ok(Some(Record::Torn(number, self.record.len())))
    }

    /// Takes the parts that follow a torn beginning, as long as they begin no record themselves and fit.
    fn rejoin_parts(&mut self, width: usize) -> Result<()> {
        let first = std::mem::take(&mut self.record);
        let mut whole = first.clone();
        while whole.len() < width && self.fill()? {
            let following = std::mem::take(&mut self.record);
            if begins(&following) || whole.len() + following.len() > width + 1 {
                self.ahead = Some(following);
                break;
            }
            whole = joined(&whole, &following);
        }
        self.record = whole;
        self.record.set_position(first.position().cloned());
        Ok(())
    }

    /// Reads one raw record; a quote that swallows other records is an error with the line where it opened.
    fn fill(&mut self) -> Result<bool> {
        self.reader.get_mut().taken = 0;
        let more = match self.reader.read_byte_record(&mut self.record) {
            Ok(more) => more,
            Err(error) => return Err(self.broken(error)),
        };
        let begun = self.record.position().map_or(0, csv::Position::line);
        if more && self.reader.position().line().saturating_sub(begun) > MAX_LINES {
            // Empty lines before the record count there too.
            let newlines = self.record.as_slice().iter().filter(|b| **b == b'\n').count();
            if newlines as u64 > MAX_LINES {
                return Err(self.stray_quote(&format!("and the field runs over {newlines} lines")));
            }
        }
        let watched = self.reader.get_ref();
        if more && watched.ended && watched.last != b'"' {
            let last = self.record.iter().next_back().unwrap_or_default();
            if last.iter().any(|b| matches!(b, b'\n' | b'\r')) {
                return Err(self.stray_quote("and never closes"));
            }
        }
        Ok(more)
    }

    /// The line of the body where the record begins. The reader begins it right behind the CR of the line before.
    fn line(&self) -> u64 {
        let behind_cr = |position: &csv::Position| u64::from(position.byte() > 0 && self.reader.get_ref().crlf);
        self.record.position().map_or(1, |position| position.line() + behind_cr(position)) + self.skipped
    }

    fn stray_quote(&self, what: &str) -> Error {
        Error::provider_hint(
            Code::NotCsv,
            format!("line {}: a quote opens here {what}", self.line()),
            "the rows behind it would be lost; the last good data stay in use: pull again, or mend the line",
        )
    }

    fn broken(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<LongRecord>()) => {
                let begun = self.record.position().map_or(1, csv::Position::line);
                if self.reader.position().line().saturating_sub(begun) > MAX_LINES {
                    return self.stray_quote(&format!("and does not close within {MAX_RECORD} bytes"));
                }
                Error::provider_hint(
                    Code::TooLarge,
                    format!("line {}: a record of more than {MAX_RECORD} bytes", self.line()),
                    "no real row is that long: do not trust this body",
                )
            }
            csv::ErrorKind::Io(error) => read_error(&error),
            other => Error::provider(Code::NotCsv, format!("not CSV: {other:?}")),
        }
    }
}

/// Records are numbered in 32 bits.
pub fn next_number(number: u32) -> Result<u32> {
    number
        .checked_add(1)
        .ok_or_else(|| Error::provider_hint(Code::TooLarge, "more than 4,294,967,295 records: no real body has that", "do not trust this body"))
}

/// Counts what the CSV reader takes for one record, and remembers how the body ends.
struct Watched<R> {
    inner: R,
    taken: usize,
    ended: bool,
    /// Lines end with CR LF.
    crlf: bool,
    begun: bool,
    /// The last byte that ends no line.
    last: u8,
}

#[derive(Debug, thiserror::Error)]
#[error("a record of more than {MAX_RECORD} bytes")]
struct LongRecord;

impl<R> Watched<R> {
    fn new(inner: R) -> Self {
        Self { inner, taken: 0, ended: false, crlf: false, begun: false, last: 0 }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // What lies in the buffer already may belong to the next record.
        if self.taken > MAX_RECORD + BUFFER {
            return Err(std::io::Error::other(LongRecord));
        }
        let count = self.inner.read(buffer)?;
        let chunk = &buffer[..count];
        self.taken += count;
        self.ended = count == 0 && !buffer.is_empty();
        if !self.begun && count > 0 {
            self.begun = true;
            self.crlf = chunk.windows(2).any(|pair| pair == b"\r\n");
        }
        if let Some(last) = chunk.iter().rev().find(|b| !matches!(b, b'\n' | b'\r')) {
            self.last = *last;
        }
        Ok(count)
    }
}

/// A header of one cell that holds several of another separator.
pub fn other_separator(header: &[String]) -> Option<&'static str> {
    let [only] = header else { return None };
    [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")].into_iter().find(|(sign, _)| only.matches(*sign).count() >= 2).map(|(_, name)| name)
}

/// Whether a record begins like one of the layout that has torn ones: a number, then a code.
fn begins(record: &ByteRecord) -> bool {
    let cell = |index: usize| record.get(index).unwrap_or_default().trim_ascii();
    !cell(0).is_empty() && cell(0).iter().all(u8::is_ascii_digit) && cell(1).first().is_some_and(u8::is_ascii_alphabetic)
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

/// Passes over so many lines.
pub fn skip_lines(reader: &mut dyn Read, lines: usize) -> Result<()> {
    let mut byte = [0];
    let mut left = lines;
    while left > 0 && reader.read(&mut byte).map_err(|e| read_error(&e))? > 0 {
        left -= usize::from(byte[0] == b'\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_a_record() {
        let mut csv = CsvStream::open(&b"a,b\n1,2\n3,4\n"[..], b',', u32::MAX - 1).unwrap();
        assert!(matches!(csv.read(), Ok(Some(Record::Whole(u32::MAX, _)))));
        assert!(csv.read().err().unwrap().to_string().starts_with("E2007: more than 4,294,967,295 records"));
    }
}
