//! What stands between a body and the CSV reader: it counts what is taken for one record, and tells how the body ends.

use std::io::Read;

use csv::ByteRecord;

/// The longest record that is read; real ones stay below 20 kB.
pub(super) const MAX_RECORD: usize = 1 << 20;
/// How much the reader takes at once.
pub(super) const BUFFER: usize = 1 << 17;
/// Stands behind the last delimiter of a body that ends within a line: a field of its own, unless a quote is open there.
const MARK: u8 = 0x1f;

pub(super) struct Watched<R> {
    inner: R,
    delimiter: u8,
    pub(super) taken: usize,
    pub(super) ended: bool,
    /// Lines end with CR LF.
    pub(super) crlf: bool,
    /// The last byte that ends no line.
    pub(super) last: u8,
    /// The last byte so far; none before the first.
    end: Option<u8>,
    marked: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("a record of more than {MAX_RECORD} bytes")]
pub(super) struct LongRecord;

impl<R> Watched<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        Self { inner, delimiter, taken: 0, ended: false, crlf: false, last: 0, end: None, marked: false }
    }

    /// The record that is read now is the last one, and no line break stands behind it.
    pub(super) fn ends_in_a_line(&self) -> bool {
        self.ended && self.marked
    }
}

/// Takes the mark out of the last record again; false where it stands inside a quote that never closes.
pub(super) fn take_mark(record: &mut ByteRecord) -> bool {
    let fields = record.len();
    if fields > 1 && record.get(fields - 1) == Some(&[MARK]) {
        record.truncate(fields - 1);
        return true;
    }
    // It stands at the end of the open field: what is shown is what was sent.
    let field = record.get(fields.saturating_sub(1)).unwrap_or_default();
    let field = field[..field.len().saturating_sub(2)].to_vec();
    record.truncate(fields.saturating_sub(1));
    record.push_field(&field);
    false
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // What lies in the buffer already may belong to the next record.
        if self.taken > MAX_RECORD + BUFFER {
            return Err(std::io::Error::other(LongRecord));
        }
        let mut count = self.inner.read(buffer)?;
        // The reader looks for a byte order mark in the first piece alone, and takes a piece of nothing but the mark for a row.
        while self.end.is_none() && (1..=3).contains(&count) && count < buffer.len() {
            match self.inner.read(&mut buffer[count..])? {
                0 => break,
                more => count += more,
            }
        }
        let chunk = &buffer[..count];
        self.taken += count;
        self.ended = count == 0 && !buffer.is_empty();
        if self.end.is_none() {
            self.crlf = chunk.windows(2).any(|pair| pair == b"\r\n");
        }
        if let Some(last) = chunk.iter().rev().find(|b| !matches!(b, b'\n' | b'\r')) {
            self.last = *last;
        }
        self.end = chunk.last().copied().or(self.end);
        let within_a_line = self.end.is_some_and(|end| !matches!(end, b'\n' | b'\r'));
        if self.ended && within_a_line && !self.marked && buffer.len() > 1 {
            (self.ended, self.marked) = (false, true);
            buffer[..2].copy_from_slice(&[self.delimiter, MARK]);
            return Ok(2);
        }
        Ok(count)
    }
}
