//! A reference table as text, with the place of every cell.

use std::collections::HashSet;

use crate::authored::typed_csv;
use crate::error::{Code, Problem, SourceText, suggestion};

/// A CSV read as text: no type, no null is ever inferred (`NA` is Namibia).
#[derive(Debug, Default, Clone)]
pub struct CsvTable {
    pub header: Vec<String>,
    records: Vec<csv::StringRecord>,
    source: Option<SourceText>,
    /// Where the text begins, behind a byte order mark.
    base: usize,
}

impl CsvTable {
    pub fn read(text: &SourceText, required: &[&str], problems: &mut Vec<Problem>) -> Self {
        let mut parts = Self::in_parts(text, required, usize::MAX, problems);
        let header = parts.header.clone();
        parts.next(problems).unwrap_or(Self { header, records: Vec::new(), source: Some(text.clone()), base: parts.base })
    }

    /// The same as tables of so many records at most, one after the other.
    pub fn in_parts<'t>(text: &'t SourceText, required: &[&str], records: usize, problems: &mut Vec<Problem>) -> Parts<'t> {
        let content = text.text.strip_prefix('\u{feff}').unwrap_or(&text.text);
        let base = text.text.len() - content.len();
        let mut reader = csv::ReaderBuilder::new().from_reader(content.as_bytes());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|h| h.trim().to_owned()).collect(),
            Err(_) => Vec::new(),
        };
        for name in required {
            if !header.iter().any(|h| h == name) {
                problems.push(Problem::new(Code::MissingTableColumn, text, 0..1, format!("column `{name}` is missing")));
            }
        }
        Parts { text, header, base, reader: reader.into_records(), records }
    }

    /// Reports columns that the table does not have.
    pub fn only(&self, required: &[&str], more: &[&str], problems: &mut Vec<Problem>) {
        let Some(source) = &self.source else { return };
        for name in self.header.iter().filter(|name| !required.contains(&name.as_str()) && !more.contains(&name.as_str())) {
            let start = source.text.find(name.as_str()).unwrap_or(0);
            problems.push(
                Problem::new(Code::UnknownTableColumn, source, start..start + name.len().max(1), format!("unknown column `{name}`"))
                    .maybe_hint(suggestion(name, required.iter().chain(more).copied())),
            );
        }
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The cell of a named column; empty when the column is absent.
    pub fn get(&self, row: usize, column: &str) -> &str {
        self.cell(row, self.place(column))
    }

    pub fn cell(&self, row: usize, index: usize) -> &str {
        self.records.get(row).and_then(|r| r.get(index)).map_or("", str::trim)
    }

    pub fn column<'a>(&'a self, column: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let index = self.place(column);
        (0..self.len()).map(move |row| self.cell(row, index))
    }

    /// A problem with one cell.
    pub fn problem_at(&self, code: Code, row: usize, column: &str, message: impl Into<String>) -> Problem {
        let mut problem = self.problem(code, row, message);
        let index = self.header.iter().position(|h| h == column).unwrap_or(0);
        let place = typed_csv::cell_place(&problem.source.text, problem.start, index, self.get(row, column));
        (problem.start, problem.end) = (place.start, place.end);
        problem
    }

    pub fn problem(&self, code: Code, row: usize, message: impl Into<String>) -> Problem {
        let position = typed_csv::byte(self.records.get(row).and_then(|r| r.position()));
        match &self.source {
            Some(source) => {
                let offset = typed_csv::record_start(&source.text, self.base + position);
                Problem::new(code, source, offset..offset + 1, message)
            }
            None => Problem::file(code, "", message),
        }
    }

    /// Reports rows whose key an earlier row has already.
    pub fn unique<const N: usize>(&self, key: &[&str; N], problems: &mut Vec<Problem>) {
        self.unique_beside(key, &mut HashSet::with_capacity(self.len()), problems);
    }

    /// The same beside the keys of the parts before this one.
    pub fn unique_beside<const N: usize>(&self, key: &[&str; N], seen: &mut HashSet<[String; N]>, problems: &mut Vec<Problem>) {
        let places = key.map(|column| self.place(column));
        // A column that is missing is told once, not in each row.
        if places.contains(&usize::MAX) {
            return;
        }
        for row in 0..self.len() {
            if let Some(cells) = seen.replace(places.map(|index| self.cell(row, index).to_owned())) {
                let shown = cells.join(" ");
                problems.push(self.problem_at(Code::ContradictingRow, row, key[0], format!("a second row for {shown}")));
            }
        }
    }

    /// Where a column stands; behind all others when it is absent.
    fn place(&self, column: &str) -> usize {
        self.header.iter().position(|h| h == column).unwrap_or(usize::MAX)
    }
}

/// A table that is read in parts.
pub struct Parts<'t> {
    text: &'t SourceText,
    header: Vec<String>,
    base: usize,
    reader: csv::StringRecordsIntoIter<&'t [u8]>,
    records: usize,
}

impl Parts<'_> {
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next part; none behind the last record.
    pub fn next(&mut self, problems: &mut Vec<Problem>) -> Option<CsvTable> {
        let mut records = Vec::new();
        while records.len() < self.records {
            match self.reader.next() {
                Some(Ok(record)) => records.push(record),
                Some(Err(error)) => {
                    let offset = typed_csv::record_start(&self.text.text, self.base + typed_csv::byte(error.position()));
                    problems.push(Problem::new(Code::WrongFieldCount, self.text, offset..offset + 1, error.to_string()));
                }
                None => break,
            }
        }
        let (header, source) = (self.header.clone(), Some(self.text.clone()));
        (!records.is_empty()).then(|| CsvTable { header, records, source, base: self.base })
    }
}
