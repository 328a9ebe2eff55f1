//! Lists of members that somebody issues anew from time to time: which list is in force, and when the next one is due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem};

/// A list in force.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    pub members_expected: Option<i64>,
    pub vintage: Option<String>,
    pub next_due: Option<String>,
}

/// Lists of groups that the workspace does not have: of no use, and perhaps a slip of the pen.
pub(super) fn of_no_group(table: &CsvTable, groups: &CsvTable) -> Vec<Problem> {
    let mut known: BTreeSet<&str> = groups.column("group_code").collect();
    let rows = (0..table.len()).filter(|row| known.insert(table.get(*row, "group_code")));
    let problem = |row| {
        let message = format!("group `{}` is not in groups.csv", table.get(row, "group_code"));
        table.problem_at(Code::UnknownReference, row, "group_code", message).warning()
    };
    rows.map(problem).collect()
}

/// Group -> the list in force on a day; none before the first.
pub(super) fn in_force(table: &CsvTable, day: Date, problems: &mut Vec<Problem>) -> BTreeMap<String, List> {
    let mut newest: BTreeMap<String, (Date, List)> = BTreeMap::new();
    for row in 0..table.len() {
        let group = table.get(row, "group_code");
        let mut date = |column: &str| match table.get(row, column) {
            "" => None,
            text => text.parse::<Date>().ok().or_else(|| {
                let message = format!("`{column}` is not a date: `{text}`");
                problems.push(table.problem_at(Code::UnknownReference, row, column, message).hint("write YYYY-MM-DD, or nothing"));
                None
            }),
        };
        let (from, due) = (date("valid_from").unwrap_or(Date::MIN), date("next_due"));
        if from <= day && newest.get(group).is_none_or(|(before, _)| *before <= from) {
            let list = List {
                members_expected: table.get(row, "members_expected").parse().ok(),
                vintage: Some(table.get(row, "vintage").to_owned()).filter(|text| !text.is_empty()),
                next_due: due.map(|date| date.to_string()),
            };
            newest.insert(group.to_owned(), (from, list));
        }
    }
    newest.into_iter().map(|(group, (_, list))| (group, list)).collect()
}
