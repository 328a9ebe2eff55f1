//! Records that an unquoted newline has torn in two.

use csv::ByteRecord;

/// Whether a record begins like one of the layout that has torn ones: a number, then a code.
pub(super) fn begins(record: &ByteRecord) -> bool {
    let cell = |index: usize| record.get(index).unwrap_or_default().trim_ascii();
    !cell(0).is_empty() && cell(0).iter().all(u8::is_ascii_digit) && cell(1).first().is_some_and(u8::is_ascii_alphabetic)
}

/// Two parts as one record, with the newline in the field that it tore.
pub(super) fn joined(first: &ByteRecord, second: &ByteRecord) -> ByteRecord {
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
