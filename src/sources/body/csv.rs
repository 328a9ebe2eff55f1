//! Reads a provider's CSV: columns by name without case, every cell as text, records counted for the way back, and
//! no record so long that a stray quote could swallow the rest of the file.

use std::io::Read;

use csv::ByteRecord;

use super::headings::Header;
use super::limits::read_error;
use super::second_header::{self, Names};
use super::swallowed::Columns;
use super::torn::{begins, joined};
use super::watched::{BUFFER, LongRecord, MAX_RECORD, Watched, take_mark};
use crate::error::{Code, Error, Result, count};
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;

/// Notes run over a few lines at most; a field over more has a quote that closes somewhere else.
const MAX_LINES: u64 = 20;

pub struct CsvStream<R> {
    reader: csv::Reader<Watched<R>>,
    header: Header,
    delimiter: u8,
    columns: Columns,
    record: ByteRecord,
    ahead: Option<ByteRecord>,
    number: u32,
    /// Lines of the body before the header.
    skipped: u64,
    /// Two short records that make one of full width were torn by an unquoted newline.
    rejoin: bool,
    /// Lines below the table may be remarks, which have fewer fields.
    remarks: bool,
    /// How many figures a record has.
    figures: usize,
    /// Where texts that are only shown are read too: how many records have bytes in them that are no letters, and the first
    /// of them.
    undecoded: Option<(usize, u32)>,
    /// The names of the columns have been told to the collector.
    told: bool,
}

/// The number of a record, and what is wrong where it has not as many fields as the header.
type Numbered = (u32, Option<String>);

impl<R: Read> CsvStream<R> {
    /// Reads the header. `first` is the number of records that came before in the same body.
    pub fn open(input: R, delimiter: u8, first: u32) -> Result<Self> {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(BUFFER)
            .from_reader(Watched::new(input, delimiter));
        let mut stream = Self {
            reader,
            header: Header::default(),
            delimiter,
            columns: Columns::default(),
            record: ByteRecord::new(),
            ahead: None,
            number: first,
            skipped: 0,
            rejoin: false,
            remarks: false,
            figures: 1,
            undecoded: None,
            told: false,
        };
        stream.fill()?;
        if names_separator(&stream.record) {
            stream.fill()?;
        }
        if stream.record.as_slice().contains(&0) {
            return Err(Error::provider_hint(
                Code::NotCsv,
                "the body is no text: its first line has zero bytes",
                "is it packed twice, or UTF-16 without its mark? Unpack it, or say encoding = \"utf-16le\" of the data set",
            ));
        }
        stream.header = Header::of(&stream.record);
        Ok(stream)
    }

    /// Other names for the columns than those of the line that was read.
    #[must_use]
    pub fn named(mut self, names: Vec<String>) -> Self {
        self.header = names.into();
        self
    }

    /// There are no names: the first line is a record, and the columns are called by their numbers.
    #[must_use]
    pub fn without_names(mut self) -> Self {
        self.header = (1..=self.record.len()).map(|place| place.to_string()).collect::<Vec<_>>().into();
        if !self.record.is_empty() {
            self.ahead = Some(std::mem::take(&mut self.record));
        }
        self
    }

    #[must_use]
    pub fn rejoin_torn(mut self) -> Self {
        self.rejoin = true;
        self
    }

    #[must_use]
    pub fn with_remarks(mut self) -> Self {
        self.remarks = true;
        self
    }

    /// A record that is set aside takes so many figures with it.
    #[must_use]
    pub fn with_figures(mut self, figures: usize) -> Self {
        self.figures = figures;
        self
    }

    /// There are notes in the records: bytes in them that are not UTF-8 are shown as what they are not, which is told.
    #[must_use]
    pub fn with_notes(mut self) -> Self {
        self.undecoded = Some((0, 0));
        self
    }

    /// Lines that were left out before the header count in the places of errors.
    #[must_use]
    pub fn after_lines(mut self, skipped: usize) -> Self {
        self.skipped = skipped as u64;
        self
    }

    /// The line, of the next so many, that holds the names of the columns after all.
    pub fn names_below(&mut self, lines: usize, fits: &dyn Fn(&[String]) -> bool) -> Option<u64> {
        (0..lines).find_map(|_| (self.fill().ok()? && fits(&Header::of(&self.record))).then(|| self.line()))
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many records have been read, those before this member included.
    pub fn count(&self) -> u32 {
        self.number
    }

    /// The next record with as many fields as the header, or None at the end. Others are set aside.
    pub fn read(&mut self, collector: &mut Collector<'_>) -> Result<Option<(u32, &ByteRecord)>> {
        if !self.told {
            self.told = true;
            collector.columns(&self.header);
        }
        while let Some((number, torn)) = self.next_record()? {
            collector.limits()?;
            if let Some(fields) = torn {
                // A line with a few words, such as a source below the table, has no more figures than words.
                let filled = self.record.iter().filter(|cell| !is_blank(cell)).count();
                collector.quarantine_all(self.figures.min(filled), number, Reason::FieldCount, &fields);
                continue;
            }
            match second_header::of(&self.record, &self.header) {
                None => {}
                Some(Names::Again) => {
                    collector.heading();
                    continue;
                }
                Some(Names::Others) => return Err(self.another_table()),
            }
            if let Some((undecoded, first)) = &mut self.undecoded
                && std::str::from_utf8(self.record.as_slice()).is_err()
            {
                *first = if *undecoded == 0 { number } else { *first };
                *undecoded += 1;
            }
            return Ok(Some((number, &self.record)));
        }
        if let Some((undecoded @ 1.., first)) = self.undecoded.take() {
            let records = count(undecoded, "record");
            collector.warnings.push(format!(
                "{records} with bytes that are not UTF-8, such as record {first}: in notes they are shown as `\u{fffd}`; \
                 rows with such a code or answer are set aside"
            ));
        }
        Ok(None)
    }

    /// The same where nothing is collected: others are passed over.
    pub fn look(&mut self) -> Result<Option<(u32, &ByteRecord)>> {
        while let Some((number, torn)) = self.next_record()? {
            if torn.is_none() {
                return Ok(Some((number, &self.record)));
            }
        }
        Ok(None)
    }

    /// Rows of nothing but delimiters, which spreadsheets leave behind a table, count but are no records.
    fn next_record(&mut self) -> Result<Option<Numbered>> {
        loop {
            match self.ahead.take() {
                Some(ahead) => self.record = ahead,
                None if !self.fill()? => return Ok(None),
                None => {}
            }
            self.number = next_number(self.number)?;
            if !is_blank(self.record.as_slice()) {
                break;
            }
        }
        let number = self.number;
        let width = self.header.len();
        if self.rejoin && self.record.len() < width && begins(&self.record) {
            self.rejoin_parts(width)?;
        }
        if self.record.len() != width {
            self.fit(width);
        }
        if self.record.len() < width && self.is_cut() {
            return Err(self.cut(&format!("it has {} of {width} fields", self.record.len())));
        }
        let torn = (self.record.len() != width).then(|| format!("{}, the header has {width}", count(self.record.len(), "field")));
        Ok(Some((number, torn)))
    }

    /// Whether a record that lacks fields is the last one, and its line does not end: then the rest of the body is lost
    /// too. Of a line that may be a remark, only one that begins with the numbers of a record is known to be none.
    fn is_cut(&self) -> bool {
        let unended = self.ahead.is_none() && self.reader.get_ref().ends_in_a_line();
        unended
            && self.record.as_slice().iter().any(u8::is_ascii_alphanumeric)
            && (!self.remarks || self.columns.begins_alike(&self.record))
    }

    fn cut(&self, what: &str) -> Error {
        let remark = if self.remarks { "; if the line is a remark, put a line break behind it" } else { "" };
        Error::provider_hint(
            Code::DamagedArchive,
            format!("line {}: the body is cut off in its last record: {what}, and no line break", self.line()),
            format!("what followed is lost: pull it again; the last good data stay in use{remark}"),
        )
    }

    /// A delimiter at the end of each line, or of the header alone, makes one empty field more on one side.
    fn fit(&mut self, width: usize) {
        let named = self.header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        if self.record.iter().skip(width).all(is_blank) {
            self.record.truncate(width);
        }
        if self.record.len() >= named {
            while self.record.len() < width {
                self.record.push_field(b"");
            }
        }
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
        let open = more && self.reader.get_ref().ends_in_a_line() && !take_mark(&mut self.record);
        let begun = self.record.position().map_or(0, csv::Position::line);
        let has = |end: u8| self.record.as_slice().contains(&end);
        let several = more && (has(b'\r') || (self.reader.position().line().saturating_sub(begun) > 1 && has(b'\n')));
        if several {
            // Empty lines before the record count in its position too.
            let newlines =
                [b'\n', b'\r'].map(|end| self.record.as_slice().iter().map(|b| u64::from(*b == end)).sum::<u64>()).into_iter().max();
            let newlines = newlines.unwrap_or_default();
            if newlines > MAX_LINES {
                return Err(self.stray_quote(&format!("and the field runs over {newlines} lines")));
            }
        }
        let watched = self.reader.get_ref();
        if more && watched.ended && (open || watched.last != b'"') {
            let last = self.record.iter().next_back().unwrap_or_default();
            if last.iter().any(|b| matches!(b, b'\n' | b'\r')) {
                return Err(self.stray_quote("and never closes"));
            }
        }
        if open {
            return Err(self.cut("a quote is open there"));
        }
        let width = self.header.len();
        if several {
            if width > 0 && self.columns.swallowed(&self.record, self.delimiter, width) {
                return Err(self.stray_quote("and its field holds whole records"));
            }
        } else if more && width > 0 {
            self.columns.learn(&self.record, width);
        }
        Ok(more)
    }

    /// The line of the body where the record begins. The reader begins it right behind the CR of the line before.
    pub fn line(&self) -> u64 {
        let behind_cr = |position: &csv::Position| u64::from(position.byte() > 0 && self.reader.get_ref().crlf);
        self.record.position().map_or(1, |position| position.line() + behind_cr(position)) + self.skipped
    }

    fn another_table(&self) -> Error {
        Error::provider_hint(
            Code::NotCsv,
            format!("line {}: names of columns stand here again, others or in another order", self.line()),
            "two tables in one file: put each into a file of its own; the last good data stay in use",
        )
    }

    fn stray_quote(&self, what: &str) -> Error {
        Error::provider_hint(
            Code::NotCsv,
            format!("line {}: a quote opens here {what}", self.line()),
            "the rows behind it would be lost; the last good data stay in use: pull again, or correct the line",
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
    number.checked_add(1).ok_or_else(|| {
        Error::provider_hint(Code::TooLarge, "more than 4,294,967,295 records: no real body has that", "do not trust this body")
    })
}

/// The line `sep=;`, which tells a spreadsheet how the columns are separated.
fn names_separator(record: &ByteRecord) -> bool {
    let line = record.as_slice();
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.len() <= 5 && line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="))
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_a_record() {
        let mut csv = CsvStream::open(&b"a,b\n1,2\n3,4\n"[..], b',', u32::MAX - 1).unwrap();
        assert!(matches!(csv.look(), Ok(Some((u32::MAX, _)))));
        assert!(csv.look().err().unwrap().to_string().starts_with("E2007: more than 4,294,967,295 records"));
    }
}
