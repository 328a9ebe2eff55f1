//! Rows above the names of the columns: titles and remarks, which may be quoted, run over lines, and end in any way.

use std::io::{Cursor, Read};

use super::limits::read_error;
use crate::error::Result;

/// What follows so many rows, and how many line feeds were passed over. A row ends with LF, CR LF or CR outside of a
/// quoted cell.
pub fn skip<'r>(reader: &'r mut dyn Read, rows: usize, delimiter: u8) -> Result<(Box<dyn Read + 'r>, usize)> {
    let (mut byte, mut left, mut feeds) = ([0], rows, 0);
    let (mut quoted, mut cell_begins, mut after_cr) = (false, true, false);
    while left > 0 || after_cr {
        if reader.read(&mut byte).map_err(|error| read_error(&error))? == 0 {
            break;
        }
        let sign = byte[0];
        feeds += usize::from(sign == b'\n');
        if std::mem::take(&mut after_cr) {
            if sign == b'\n' {
                continue;
            }
            if left == 0 {
                return Ok((Box::new(Cursor::new([sign]).chain(reader)), feeds));
            }
        }
        let begins = std::mem::take(&mut cell_begins);
        match sign {
            b'"' if quoted => quoted = false,
            b'"' if begins => quoted = true,
            b'\r' | b'\n' if !quoted => {
                (left, cell_begins, after_cr) = (left - 1, true, sign == b'\r');
            }
            _ => cell_begins = !quoted && sign == delimiter,
        }
    }
    Ok((Box::new(reader), feeds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str, rows: usize) -> (String, usize) {
        let mut bytes = text.as_bytes();
        let (mut reader, feeds) = skip(&mut bytes, rows, b',').unwrap();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        (rest, feeds)
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
