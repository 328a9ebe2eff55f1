//! Whether a table that came as text was cut off: nothing in HTTP tells when no length is announced.

use std::io::{Cursor, Read};

use csv::{ByteRecord, ReaderBuilder};

/// Stands behind a last comma: a field of its own, unless a quote is open there.
const MARK: u8 = 0x1f;

/// How a table is cut, if it shows. One that ends with a line break outside of quotes is taken for whole, and so is a last
/// line with as many fields as the first.
pub(super) fn cut(whole: impl Read) -> csv::Result<Option<String>> {
    let marked = whole.chain(Cursor::new([b',', MARK]));
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).buffer_capacity(1 << 17).from_reader(marked);
    let (mut last, mut record) = (ByteRecord::new(), ByteRecord::new());
    let (mut width, mut before) = (None, 0);
    while reader.read_byte_record(&mut record)? {
        before = last.len();
        // A comma at the end of the header alone names no column.
        width.get_or_insert_with(|| record.iter().rposition(|name| !name.trim_ascii().is_empty()).map_or(0, |last| last + 1));
        std::mem::swap(&mut last, &mut record);
    }
    let line = last.position().map_or(1, csv::Position::line);
    let fields = last.len().saturating_sub(1);
    if last.get(fields) != Some(&[MARK]) {
        return Ok(Some(format!("a quote that opens in the record of line {line} never closes")));
    }
    let width = width.unwrap_or_default();
    // A record torn by a line break that nobody quoted is whole with the one before it.
    let torn = before < width && before + fields == width + 1;
    // Nothing but the mark, behind a line break, or a line of blanks and signs.
    let empty = !last.as_slice().iter().any(u8::is_ascii_alphanumeric);
    Ok((before > 0 && fields < width && !torn && !empty)
        .then(|| format!("its last record, in line {line}, has {fields} of {width} fields")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_that_it_is_cut() {
        let cut = |text: &str| cut(text.as_bytes()).unwrap();
        let whole = "a,b,c\n1,\"x, \"\"y\"\"\",3\n2,\"over\ntwo\",\"z\"";
        assert_eq!(cut(whole), None);
        for (end, _) in whole.char_indices().filter(|(end, _)| *end > 6) {
            let told = cut(&whole[..end]);
            let lines = ["c\n", "1,\"x, \"\"y\"\"\",", ",3", "3\n", "2,\"over\ntwo\","];
            let silent = lines.iter().any(|line| whole[..end].ends_with(line));
            assert_eq!(told.is_none(), silent, "{:?}: {told:?}", &whole[..end]);
        }
        assert_eq!(cut("a,b,c\n1,2,3\n4,5").unwrap(), "its last record, in line 3, has 2 of 3 fields");
        assert_eq!(cut("a,b,c\n1,2,3\n4,5,\"6").unwrap(), "a quote that opens in the record of line 3 never closes");
        for whole in ["a,b,c\n1,2,3\n4,5,", "a,b,c\n1,2,3\n \0", "a,b,c\n4,5\nand,6", "a,b,c,\n1,2,3\n4,5,6"] {
            assert_eq!(cut(whole), None, "{whole:?}");
        }
    }
}
