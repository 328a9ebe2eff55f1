//! Cells and rows of reference tables that cannot be as they stand: limits that nothing is within, a number of members below
//! zero, two rows for one key.

use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, SourceText};

/// A number of members, or nothing.
pub(super) fn counts(table: &CsvTable, column: &str, problems: &mut Vec<Problem>) {
    let wrong = |row: &usize| !matches!(table.get(*row, column), "" | "0") && table.get(*row, column).parse::<u32>().is_err();
    for row in (0..table.len()).filter(wrong) {
        let message = format!("`{column}` is no number of members: `{}`", table.get(row, column));
        problems.push(table.problem_at(Code::WrongCellType, row, column, message).hint("write a whole number, or nothing"));
    }
}

/// Pairs of columns of `units.csv` of which the first is not above the second.
const RANGES: [(&str, &str); 2] = [("minimum", "maximum"), ("middle_from", "middle_to")];

pub(super) fn units(text: Option<&SourceText>, problems: &mut Vec<Problem>) {
    let Some(table) = keyed(text, &["unit"], problems) else { return };
    for row in 0..table.len() {
        let number = |column: &str| table.get(row, column).parse::<f64>().ok();
        for (least, most) in RANGES {
            if let (Some(from), Some(to)) = (number(least), number(most))
                && from > to
            {
                let message = format!("`{least}` {from} is above `{most}` {to}: no value is within them");
                problems.push(table.problem_at(Code::ContradictingRow, row, least, message));
            }
        }
        if number("decimals").is_some_and(|decimals| decimals < 0.0) {
            problems.push(table.problem_at(Code::WrongCellType, row, "decimals", "`decimals` is below 0"));
        }
    }
}

pub(super) fn gni_per_capita(text: Option<&SourceText>, problems: &mut Vec<Problem>) {
    keyed(text, &["ref_area", "time_period"], problems);
}

/// The table of a text, each key of which stands once. Other problems of the text are told where its types are read.
fn keyed<const N: usize>(text: Option<&SourceText>, key: &[&str; N], problems: &mut Vec<Problem>) -> Option<CsvTable> {
    let table = CsvTable::read(text?, &[], &mut Vec::new());
    table.unique(key, problems);
    Some(table)
}
