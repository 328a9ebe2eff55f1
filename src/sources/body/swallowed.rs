//! Records that lie inside a quoted field: what two stray quotes some rows apart make of the rows between them.

use csv::ByteRecord;

/// Clean records that say which columns hold numbers.
const ENOUGH: usize = 20;
/// The longest mark for no value, such as `#N/A`.
const MARK: usize = 5;

/// Which columns hold numbers, as far as clean records have shown.
#[derive(Debug, Default)]
pub(super) struct Columns {
    numbers: Vec<bool>,
    seen: usize,
}

impl Columns {
    /// Learns from a record on one line.
    pub(super) fn learn(&mut self, record: &ByteRecord, width: usize) {
        if self.seen == ENOUGH || record.len() != width {
            return;
        }
        if self.seen == 0 {
            self.numbers = vec![true; width];
        }
        self.seen += 1;
        for (number, cell) in self.numbers.iter_mut().zip(record) {
            *number &= is_number(cell) || cell.trim_ascii().is_empty();
        }
    }

    /// Whether the beginning of a record, all fields but the one that it ends in, has numbers where clean records have.
    pub(super) fn begins_alike(&self, record: &ByteRecord) -> bool {
        let whole = record.len().saturating_sub(1);
        let numeric = || record.iter().take(whole).zip(&self.numbers).filter(|(_, number)| **number).map(|(cell, _)| cell);
        numeric().any(is_number) && numeric().all(|cell| is_number(cell) || cell.trim_ascii().is_empty())
    }

    /// Whether a record over several lines has lines that are records themselves: as wide as the header, with numbers
    /// where there are numbers. Where no column is known to hold numbers, one such line may be a note.
    pub(super) fn swallowed(&self, record: &ByteRecord, delimiter: u8, width: usize) -> bool {
        let own = || record.iter().map(|cell| !cell.iter().any(|b| matches!(b, b'\n' | b'\r')) && is_number(cell)).collect::<Vec<_>>();
        let numbers = if self.seen > 0 || record.len() != width { self.numbers.clone() } else { own() };
        let lines = lines(record, delimiter);
        // A note with as many commas as there are columns behind it makes the first line as wide as a record; what
        // stands behind the note is then no record.
        let last_is_wide = lines.last().is_some_and(|line| line.cells.len() == width);
        let lines = lines.into_iter().enumerate().filter(|(place, _)| *place > 0 || last_is_wide).map(|(_, line)| line);
        let wide = lines.filter(|line| line.inside > 0 && line.cells.len() == width && width > 1);
        let mut alike = wide.filter(|line| {
            let numeric = || line.cells.iter().zip(&numbers).filter(|(_, number)| **number).map(|(cell, _)| *cell);
            let fits = numeric().all(|cell| is_number(cell) || cell.trim_ascii().len() <= MARK);
            fits && (numeric().any(is_number) || numbers.iter().all(|number| !number))
        });
        if numbers.iter().any(|number| *number) { alike.next().is_some() } else { alike.nth(1).is_some() }
    }
}

/// One line of a record, cut at every delimiter.
#[derive(Default)]
struct Line<'r> {
    cells: Vec<&'r [u8]>,
    /// Delimiters that stand inside a quoted field.
    inside: usize,
}

fn lines(record: &ByteRecord, delimiter: u8) -> Vec<Line<'_>> {
    let mut lines = vec![Line::default()];
    for field in record {
        for (part, text) in field.split(|b| matches!(b, b'\n' | b'\r')).enumerate() {
            if part > 0 {
                lines.push(Line::default());
            }
            if let Some(line) = lines.last_mut() {
                let before = line.cells.len();
                line.cells.extend(text.split(|b| *b == delimiter));
                line.inside += line.cells.len() - before - 1;
            }
        }
    }
    lines
}

fn is_number(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.iter().any(u8::is_ascii_digit) && cell.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swallowed(clean: &[&[&str]], record: &[&str]) -> bool {
        let mut columns = Columns::default();
        for row in clean {
            columns.learn(&ByteRecord::from(row.to_vec()), 4);
        }
        columns.swallowed(&ByteRecord::from(record.to_vec()), b',', 4)
    }

    #[test]
    fn records_inside_a_field() {
        let clean: [&[&str]; 2] = [&["KEN", "2021", "5", "x"], &["KEN", "2022", "", "x"]];
        for rows in [&clean[..], &[]] {
            assert!(swallowed(rows, &["KEN", "2022", "5", "open\nPHL,2022,6,y\nPER,2022,7,z"]));
            assert!(swallowed(rows, &["KEN", "2022", "5", "open\nPHL,2022,6,y"]), "the last line is one");
            assert!(swallowed(rows, &["KEN", "2022", "5", "open\nPHL,2022,..,y\nPER"]), "without a value");
            assert!(!swallowed(rows, &["KEN", "2022", "5", "one, two, three, four\nfive, six, seven, eight"]));
            assert!(!swallowed(rows, &["Bolivia\n(Plurinational State of)", "2022", "5", "x"]));
        }
        assert!(swallowed(&clean, &["KEN,2022,5,x\nPHL", "2022", "6", "y"]), "the quotes stand in the first column");
        // One comma in a note that one column follows: its first line is as wide as a record.
        let mut columns = Columns::default();
        columns.learn(&ByteRecord::from(vec!["KEN", "2021", "5", "x", "title"]), 5);
        let note = ByteRecord::from(vec!["KEN", "2022", "5", "Ministry of posts, telecommunications\nThe ministry", "title"]);
        assert!(!columns.swallowed(&note, b',', 5));
        let words: [&[&str]; 1] = [&["KEN", "a", "b", "c"]];
        assert!(swallowed(&words, &["KEN", "a", "b", "c\nPHL,a,b,c\nPER,a,b,c"]));
        assert!(!swallowed(&words, &["KEN", "a", "b", "c\nyes, no, perhaps, never\nsaid"]));
    }
}
