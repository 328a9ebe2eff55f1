//! Lists of members that somebody issues anew from time to time: which list is in force, and when the next one is due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem};

/// A list in force.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    from: Date,
    row: usize,
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
                from,
                row,
                members_expected: table.get(row, "members_expected").parse().ok(),
                vintage: Some(table.get(row, "vintage").to_owned()).filter(|text| !text.is_empty()),
                next_due: due.map(|date| date.to_string()),
            };
            newest.insert(group.to_owned(), (from, list));
        }
    }
    newest.into_iter().map(|(group, (_, list))| (group, list)).collect()
}

/// What membership.csv changes in a list after its day, as when an economy graduates: its date there is all that a person
/// enters. The number of members follows, and the name says who left or joined, and when. Where the numbers did not agree
/// on the list's own day, that is told.
pub(super) fn follow(lists: &mut BTreeMap<String, List>, table: &CsvTable, membership: &CsvTable, day: Date) -> Vec<Problem> {
    let mut members: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    let mut dates: BTreeMap<(&str, &str), Date> = BTreeMap::new();
    for row in 0..membership.len() {
        let (group, area) = (membership.get(row, "group_code"), membership.get(row, "ref_area"));
        let Some(list) = lists.get(group) else { continue };
        let bound = |column: &str, open: Date| membership.get(row, column).parse::<Date>().unwrap_or(open);
        let (begun, ended) = (bound("valid_from", Date::MIN), bound("valid_until", Date::MAX));
        let (then, now) = members.entry(group).or_default();
        if begun <= list.from && list.from < ended {
            then.insert(area);
        }
        if begun <= day && day < ended {
            now.insert(area);
        }
        for date in [begun, ended].into_iter().filter(|date| list.from < *date && *date <= day) {
            let newest = dates.entry((group, area)).or_insert(date);
            *newest = date.max(*newest);
        }
    }
    let mut problems = Vec::new();
    for (group, list) in lists {
        let Some((then, now)) = members.get(group.as_str()) else { continue };
        let count = |areas: &BTreeSet<&str>| i64::try_from(areas.len()).unwrap_or(i64::MAX);
        if let Some(expected) = list.members_expected {
            if count(then) != expected {
                let message = format!("{group} has {expected} members by this list, and {} in membership.csv on its first day", then.len());
                let hint = "correct the number here, or the dates there; `valid_until` is the first day without the economy";
                problems.push(table.problem_at(Code::ContradictingRow, list.row, "members_expected", message).hint(hint).warning());
            }
            list.members_expected = Some(expected + count(now) - count(then));
        }
        // By date: who left, who joined.
        let mut changes: BTreeMap<Date, [Vec<&str>; 2]> = BTreeMap::new();
        for (kind, (of, without)) in [(then, now), (now, then)].into_iter().enumerate() {
            for area in of.difference(without) {
                if let Some(date) = dates.get(&(group.as_str(), *area)) {
                    changes.entry(*date).or_default()[kind].push(area);
                }
            }
        }
        for (date, changed) in changes {
            for (areas, word) in changed.iter().zip(["without", "with"]).filter(|(areas, _)| !areas.is_empty()) {
                let since = format!(", {word} {} since {}", areas.join(" "), date.strftime("%-d %B %Y"));
                list.vintage = list.vintage.take().map(|name| name + &since);
            }
            // The change that was due has come.
            list.next_due = list.next_due.take().filter(|due| due.parse::<Date>().is_ok_and(|due| due > date));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::ToSpan;

    use super::*;
    use crate::error::SourceText;
    use crate::reference::{MembershipMode, groups_batch, membership};
    use crate::tables::cells::Table;

    /// Membership had dates where the number of members had none, so that a run with an earlier clock was refused.
    #[test]
    fn the_members_expected_are_those_of_the_day() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = fs_err::read_to_string(project.join("pipelines/reference/membership.csv")).unwrap();
        // Each day on which a membership begins or ends, and the day before. The World Bank's classes begin in 2000.
        let dates: BTreeSet<Date> =
            text.split([',', '\n']).filter_map(|cell| cell.parse().ok()).filter(|day: &Date| day.year() > 2000).collect();
        assert!(dates.len() > 20);
        let days = dates.iter().flat_map(|day| [*day, day.checked_sub(1.day()).unwrap()]);
        let mut problems = Vec::new();
        let [areas, groups, lists, membership] = ["areas", "groups", "group_lists", "membership"].map(|name| {
            let path = format!("pipelines/reference/{name}.csv");
            let text = fs_err::read_to_string(project.join(&path)).unwrap();
            CsvTable::read(&SourceText::new(path, text), &[], &mut problems)
        });
        for (day, mode) in days.flat_map(|day| [(day, MembershipMode::Current), (day, MembershipMode::AsOf)]) {
            let mut in_force = in_force(&lists, mode.day(day), &mut problems);
            problems.extend(follow(&mut in_force, &lists, &membership, mode.day(day)));
            let members = &membership::batch(&membership, &areas, &groups, mode, day, &mut problems);
            let groups = &groups_batch(&groups, &in_force, mode);
            assert!(problems.is_empty(), "{problems:?}");
            let (groups, membership) = (Table(groups), Table(members));
            let year = i64::from(day.year());
            let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
            for row in 0..membership.len() {
                let of_year = membership.int("first_year", row) <= Some(year) && membership.int("last_year", row) >= Some(year);
                *counted.entry(membership.text("group_code", row).unwrap()).or_default() += i64::from(of_year);
            }
            for row in 0..groups.len() {
                let group = groups.text("group_code", row).unwrap();
                let found = counted.get(group).copied().unwrap_or(0);
                assert_eq!(groups.int("members_expected", row), Some(found), "{group} on {day}, {mode:?}");
            }
        }
    }
}
