//! Dated group membership as years.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{Int32Array, RecordBatch};
use jiff::civil::Date;

use super::batch::{made, strings};
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, suggestion};
use crate::tables::schema;

/// Whether today's groups hold for all years, or each year's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MembershipMode {
    /// Today's members for all years, as WDI and UNSD do.
    Current,
    /// The members on 1 July of each year.
    AsOf,
}

impl MembershipMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::AsOf => "as_of",
        }
    }

    /// The mode of a manifest.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Current, Self::AsOf].into_iter().find(|mode| mode.name() == name)
    }
}

impl MembershipMode {
    /// The day whose members are those of this year: today, or 1 July.
    pub(super) fn day(self, today: Date) -> Date {
        match self {
            Self::Current => today,
            Self::AsOf => Date::new(today.year(), 7, 1).unwrap_or(today),
        }
    }
}

/// Membership as years: `first_year..=last_year` of each economy in each group.
pub(super) fn batch(
    table: &CsvTable,
    areas: &CsvTable,
    groups: &CsvTable,
    mode: MembershipMode,
    today: Date,
    problems: &mut Vec<Problem>,
) -> RecordBatch {
    let known_areas: HashSet<&str> = areas.column("ref_area").collect();
    let known_groups: HashSet<&str> = groups.column("group_code").collect();
    let scheme_of: HashMap<&str, &str> = groups.column("group_code").zip(groups.column("group_scheme")).collect();
    let mut rows: Vec<(&str, &str, &str, i32, i32)> = Vec::new();
    let mut periods: HashMap<(&str, &str), Vec<(Date, Date)>> = HashMap::new();
    for row in 0..table.len() {
        let (group, area) = (table.get(row, "group_code"), table.get(row, "ref_area"));
        for (kind, code, known) in [("area", area, &known_areas), ("group", group, &known_groups)] {
            if !known.contains(code) {
                let column = if kind == "area" { "ref_area" } else { "group_code" };
                problems.push(
                    table
                        .problem_at(Code::UnknownReference, row, column, format!("{kind} `{code}` is not in {kind}s.csv"))
                        .maybe_hint(suggestion(code, known.iter().copied()).filter(|s| s.starts_with("did"))),
                );
            }
        }
        let scheme = table.get(row, "group_scheme");
        if let Some(declared) = scheme_of.get(group).filter(|declared| **declared != scheme) {
            let message = format!("group `{group}` is of scheme `{declared}` in groups.csv, not `{scheme}`");
            problems.push(table.problem_at(Code::ContradictingRow, row, "group_scheme", message));
        }
        let mut bound = |column: &str, open: Date| match table.get(row, column) {
            "" => open,
            text => text.parse::<Date>().unwrap_or_else(|_| {
                problems.push(
                    table
                        .problem_at(Code::UnknownReference, row, column, format!("`{column}` is not a date: `{text}`"))
                        .hint("write YYYY-MM-DD, or nothing"),
                );
                open
            }),
        };
        let (from, until) = (bound("valid_from", Date::MIN), bound("valid_until", Date::MAX));
        if from >= until {
            let message = format!("membership ends on {until}, not after it begins");
            problems.push(table.problem_at(Code::ContradictingRow, row, "valid_until", message));
        }
        let others = periods.entry((group, area)).or_default();
        if let Some((begun, ended)) = others.iter().find(|(begun, ended)| from < *ended && *begun < until) {
            let end = if *ended == Date::MAX { "on".to_owned() } else { format!("to {ended}") };
            let start = if *begun == Date::MIN { "the beginning".to_owned() } else { begun.to_string() };
            let message = format!("{area} is a member of {group} from {start} {end} by another row: it would count twice");
            problems.push(
                table
                    .problem_at(Code::ContradictingRow, row, "valid_from", message)
                    .hint("close the earlier row on the day the later one begins"),
            );
        }
        others.push((from, until));
        match mode {
            MembershipMode::Current if from <= today && today < until => rows.push((table.get(row, "group_scheme"), group, area, 0, 9999)),
            MembershipMode::Current => {}
            MembershipMode::AsOf => {
                // Member of year t when the membership holds on 1 July of t.
                let first = if from == Date::MIN {
                    0
                } else {
                    i32::from(from.year()) + i32::from(from.month() > 7 || (from.month() == 7 && from.day() > 1))
                };
                let last = if until == Date::MAX {
                    9999
                } else {
                    i32::from(until.year()) - i32::from(until.month() < 7 || (until.month() == 7 && until.day() <= 1))
                };
                if first <= last {
                    rows.push((table.get(row, "group_scheme"), group, area, first, last));
                }
            }
        }
    }
    rows.sort_unstable();
    rows.dedup();
    made(
        schema::membership(),
        vec![
            strings(rows.iter().map(|r| r.0)),
            strings(rows.iter().map(|r| r.1)),
            strings(rows.iter().map(|r| r.2)),
            Arc::new(rows.iter().map(|r| r.3).collect::<Int32Array>()),
            Arc::new(rows.iter().map(|r| r.4).collect::<Int32Array>()),
        ],
    )
}
