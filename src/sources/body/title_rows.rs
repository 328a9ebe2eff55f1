//! Rows above the names of the columns: titles and remarks, which may be quoted, run over lines, and end in any way.

use std::io::{Cursor, Read};

use super::limits::read_error;
use crate::error::Result;

/// How much of what stands above a table is kept: rows of it may be names.
const MOST: usize = 1 << 20;

/// The rows that were passed over.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub rows: Vec<Vec<u8>>,
    /// Line feeds in them.
    pub feeds: usize,
}

/// What follows so many rows. A row ends with LF, CR LF or CR outside of a quoted cell.
pub(super) fn skip<'r>(mut reader: Box<dyn Read + 'r>, rows: usize, delimiter: u8) -> Result<(Box<dyn Read + 'r>, Skipped)> {
    let mut skipped = Skipped { rows: vec![Vec::new(); rows], feeds: 0 };
    let (mut byte, mut row, mut kept) = ([0], 0, 0);
    let (mut quoted, mut cell_begins, mut after_cr) = (false, true, false);
    while row < rows || after_cr {
        if reader.read(&mut byte).map_err(|error| read_error(&error))? == 0 {
            break;
        }
        let sign = byte[0];
        skipped.feeds += usize::from(sign == b'\n');
        if std::mem::take(&mut after_cr) {
            if sign == b'\n' {
                continue;
            }
            if row == rows {
                return Ok((Box::new(Cursor::new([sign]).chain(reader)), skipped));
            }
        }
        if kept < MOST {
            skipped.rows[row].push(sign);
            kept += 1;
        }
        let begins = std::mem::take(&mut cell_begins);
        match sign {
            b'"' if quoted => quoted = false,
            b'"' if begins => quoted = true,
            b'\r' | b'\n' if !quoted => {
                (row, cell_begins, after_cr) = (row + 1, true, sign == b'\r');
            }
            _ => cell_begins = !quoted && sign == delimiter,
        }
    }
    Ok((reader, skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str, rows: usize) -> (String, usize) {
        let (mut reader, skipped) = skip(Box::new(text.as_bytes()), rows, b',').unwrap();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        (rest, skipped.feeds)
    }

    #[test]
    fn rows_end_in_any_way() {
        for end in ["\n", "\r\n", "\r"] {
            let feeds = |rows: usize| if end == "\r" { 0 } else { rows };
            assert_eq!(rest(&format!("a \"b\" title{end}x,y{end}1,2"), 1), (format!("x,y{end}1,2"), feeds(1)), "{end:?}");
            assert_eq!(rest(&format!("title{end}{end}x,y{end}"), 2), (format!("x,y{end}"), feeds(2)), "an empty row");
        }
        assert_eq!(rest("\"Title over\ntwo \"\"lines\"\"\",,\nx,y\n", 1), ("x,y\n".into(), 2));
        assert_eq!(rest("a\r\n\r\nb", 1), ("\r\nb".into(), 1));
        assert_eq!(rest("only this", 3), (String::new(), 0));
        assert_eq!(rest("x,y\n", 0), ("x,y\n".into(), 0));
    }
}
