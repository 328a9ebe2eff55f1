//! Names of columns among the records: texts that were joined one behind the other, or a table with its names on each page.

use csv::ByteRecord;

/// What a record says that consists of names of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// The same names once more: a heading.
    Again,
    /// Others, or in another order: what follows would be read by the wrong columns.
    Others,
}

/// Fewer may be words of a record.
const FEW: usize = 3;

/// Whether a record, as wide as the header, is one itself: most of its cells are names of columns. None for a figure, and
/// names that are numbers count for none.
pub(super) fn of(record: &ByteRecord, header: &[String]) -> Option<Names> {
    let is = |cell: &[u8], name: &String| {
        let cell = cell.trim_ascii();
        cell.len() == name.len() && !cell.is_empty() && cell.eq_ignore_ascii_case(name.as_bytes())
    };
    // Nearly all records begin with other words, or with none.
    if !record.iter().take(2).any(|cell| header.iter().any(|name| is(cell, name))) {
        return None;
    }
    let has_letter = |cell: &[u8]| cell.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let is_name = |cell: &&[u8]| has_letter(cell) && header.iter().any(|name| is(cell, name));
    let filled = record.iter().filter(|cell| !cell.trim_ascii().is_empty()).count();
    let names = record.iter().filter(is_name).count();
    if names < FEW || names * 2 <= filled {
        return None;
    }
    let same = record.iter().zip(header).all(|(cell, name)| is(cell, name) || cell.trim_ascii().is_empty() && name.is_empty());
    Some(if same { Names::Again } else { Names::Others })
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;

    use super::{Names, of};

    #[test]
    fn a_header_among_records() {
        let header: Vec<String> = ["Area", "Year", "Value", "Note", ""].map(str::to_owned).into();
        let found = |cells: [&str; 5]| of(&ByteRecord::from(cells.to_vec()), &header);
        assert_eq!(found(["AREA", " Year ", "value", "Note", ""]), Some(Names::Again));
        assert_eq!(found(["Year", "Area", "Value", "Note", ""]), Some(Names::Others));
        assert_eq!(found(["Area", "Year", "Value", "Remark", ""]), Some(Names::Others));
        for record in [["KEN", "2020", "5", "", ""], ["Area", "2020", "5", "Value", "x"], ["", "", "", "", ""]] {
            assert_eq!(found(record), None, "{record:?}");
        }
        let numbers: Vec<String> = ["1", "2", "3"].map(str::to_owned).into();
        assert_eq!(of(&ByteRecord::from(vec!["1", "2", "3"]), &numbers), None);
    }
}
