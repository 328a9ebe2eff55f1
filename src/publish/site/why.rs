//! Why a number is what it is: one block a number, which every number of a page leads to.

use std::collections::BTreeSet;

use serde::Serialize;

use super::links;
use crate::publish::columns::Dimensions;
use crate::publish::labels::{number, percent};
use crate::publish::markup::slug;
use crate::publish::progress::Progress;
use crate::publish::view::{Natural, View};

#[derive(Serialize, Default)]
pub(super) struct Why {
    /// Where the block stands on its page.
    pub id: String,
    /// Whose value of what and when.
    pub head: String,
    pub class: String,
    /// The value with its unit; behind it all its digits where not all are shown, and what `explain` finds it by.
    pub value: String,
    pub exact: String,
    /// How it came about, and where the SQL stands.
    pub rule: String,
    pub method: String,
    pub coverage: String,
    pub status: String,
    pub source: String,
    pub note: String,
    /// What other estimates give.
    pub others: String,
    /// Baseline, pace and projection.
    pub verdict: String,
    pub reason: String,
}

/// The id of the block of a row: its name, and its breakdown where it has one.
pub(super) fn anchor(name: &str, dimensions: &Dimensions<'_>) -> String {
    let codes: Vec<String> = dimensions.iter().filter(|code| **code != "_T").map(|code| slug(code)).collect();
    let mut id = format!("n{}", slug(name));
    for code in codes {
        id.push('-');
        id.push_str(&code);
    }
    id
}

/// The block of a row of progress. `all` are the estimates of the same area and breakdown.
pub(super) fn of_progress<'a>(view: &View<'a>, id: String, head: &str, row: &Progress<'a>, all: &[&Progress<'a>], in_table: bool) -> Why {
    let unit = view.unit_of(row);
    let mut why = Why { id, head: head.to_owned(), method: links::method(row.indicator), ..Why::default() };
    if let Some(index) = row.value_row {
        of_value(view, &mut why, index);
    }
    why.others = all
        .iter()
        .filter(|other| other.estimate != row.estimate && other.latest.is_some())
        .filter_map(|other| {
            let value = view.labels.show(other.latest?, unit);
            Some(format!("{} {value} in {}", other.estimate, other.latest_year?))
        })
        .collect::<Vec<_>>()
        .join("; ");
    why.class = view.labels.class(row.standing()).to_owned();
    why.verdict = verdict(view, row, unit, in_table);
    why.reason = reason(view, row);
    why
}

/// What all blocks of a target say alike, told once, in a block before them.
pub(super) fn shared(head: String, blocks: &mut [Why]) -> Why {
    let mut common = Why { head, ..Why::default() };
    blocks.iter_mut().filter(|block| block.head.is_empty()).for_each(|block| block.head = "Total".into());
    if let [first, rest @ ..] = &*blocks
        && rest.iter().all(|other| (&other.rule, &other.method) == (&first.rule, &first.method))
    {
        (common.rule, common.method) = (first.rule.clone(), first.method.clone());
        for block in blocks.iter_mut() {
            block.method.clear();
        }
    }
    let fields: [fn(&mut Why) -> &mut String; 5] =
        [|why| &mut why.coverage, |why| &mut why.source, |why| &mut why.status, |why| &mut why.note, |why| &mut why.reason];
    for field in fields {
        let texts: BTreeSet<String> = blocks.iter_mut().map(|block| field(block).clone()).collect();
        if texts.len() == 1 {
            *field(&mut common) = texts.into_iter().collect();
            for block in blocks.iter_mut() {
                field(block).clear();
            }
        }
    }
    common
}

/// What lies behind one row of `values.parquet`.
fn of_value(view: &View<'_>, why: &mut Why, row: usize) {
    let values = &view.values;
    let (unit, estimate) = (values.unit.value(row), values.estimate.value(row));
    let indicator = view.indicator(values.indicator.value(row));
    if let Some(value) = values.value(row) {
        why.value = format!("{} in {}", view.labels.show(value, unit), values.year.value(row));
        // Where digits were left out, all of them.
        let shown = number(value, view.labels.decimals(unit)).replace(',', "");
        let digits = if shown.parse() == Ok(value) { String::new() } else { value.to_string() };
        why.exact = [&*digits, values.id(row)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    }
    let rollup =
        indicator.filter(|i| i.rollup != "none" && matches!(estimate, "available" | "imputed")).map(|i| i.rollup.replace('_', " "));
    why.rule = rollup.map_or_else(|| estimate.to_owned(), |rollup| format!("{rollup}, {estimate}"));
    let mut coverage = Vec::new();
    if let Some(share) = values.coverage(row) {
        let base = indicator.map_or("", |i| i.coverage.base.as_str());
        coverage.push(format!("{} of the {base}", percent(share)).trim_end_matches(" of the ").to_owned());
    }
    if let Some(share) = values.observed(row).filter(|share| values.coverage(row) != Some(*share)) {
        coverage.push(format!("{} of that very year", percent(share)));
    }
    if let (Some(observed), Some(total)) = values.members(row) {
        coverage.push(format!("{observed} of {total} members observed"));
    }
    if let (Some(low), Some(high)) = values.error(row) {
        coverage.push(format!("error bar {} to {}", number(low, view.labels.decimals(unit)), view.labels.show(high, unit)));
    }
    why.coverage = coverage.join(", ");
    let status = values.status.value(row);
    // The ordinary case needs no words.
    why.status = match status {
        "A" => String::new(),
        // The note of an aggregate says what is carried.
        "I" if estimate == "imputed" => "I".to_owned(),
        _ => format!("{status}, {}", lower_first(view.labels.status(status))),
    };
    why.source = values.source(row).unwrap_or_default().to_owned();
    why.note = values.note(row).unwrap_or_default().trim_end_matches('.').to_owned();
}

/// Both ends, with their unit said once.
fn range(view: &View<'_>, low: f64, high: f64, unit: &str) -> String {
    let labels = &view.labels;
    let (least, most) = (labels.show(low, unit), labels.show(high, unit));
    if least == most { most } else { format!("{} to {most}", number(low, labels.decimals(unit))) }
}

/// The way from the baseline on, in sentences. Baseline and distance of a row of a table stand in it.
fn verdict(view: &View<'_>, row: &Progress<'_>, unit: &str, in_table: bool) -> String {
    let labels = &view.labels;
    let mut said = Vec::new();
    if let (false, Some(baseline), Some(year)) = (in_table, row.baseline, row.baseline_year) {
        said.push(format!("Baseline {} in {year}", labels.show(baseline, unit)));
    }
    if let Some(distance) = row.distance.filter(|distance| *distance > 0.0 && !in_table) {
        said.push(format!("{} to go until {}", labels.difference(distance, unit), row.target_year));
    }
    if let Some(actual) = row.actual {
        // The unit is said once.
        let mut change = match row.required.filter(|required| *required != 0.0) {
            Some(required) => {
                format!("Change a year {}, needed now {}", number(actual, labels.decimals(unit)), labels.difference(required, unit))
            }
            None => format!("Change a year {}", labels.difference(actual, unit)),
        };
        if let Some(pace) = row.pace.filter(|_| row.class != "met") {
            change = format!("{change}; pace so far {} (1 is enough)", number(pace, Some(2)));
        }
        said.push(change);
    }
    // The class may be that of the same economies, or of what stands beside the target.
    if let Some(class) = row.class_as_computed.filter(|class| *class != row.class && !row.insufficient()) {
        said.push(format!("By baseline and latest value alone: {}", lower_first(labels.class(class))));
    }
    if let (Some(class), Some(share)) = (row.class_fixed.filter(|class| *class != "insufficient_data"), row.fixed_share) {
        let class = lower_first(labels.class(class));
        said.push(format!("On the same economies at both ends ({} of the weight): {class}", percent(share)));
    }
    if !in_table {
        return said.join(". ");
    }
    if let (Some(low), Some(high)) = (row.low, row.high) {
        said.push(format!("Projected for {}: {}", row.target_year, range(view, low, high, unit)));
    }
    if let Some(arrival) = row.arrival.filter(|year| *year < 2200.0) {
        // The year in which it is reached has begun before.
        said.push(format!("On a straight line reached in {:.0}", (arrival - 1e-6).ceil()));
    }
    said.join(". ")
}

/// What progress says of the row, without the target's own note, which stands on the page of the target. The data sets
/// that are not loaded are told of the target's own area: it is the same for all others.
pub(super) fn reason(view: &View<'_>, row: &Progress<'_>) -> String {
    let note = row.note.unwrap_or_default();
    let target = view.targets.get(&Natural(row.target)).map(|(_, target)| target);
    let own = target.and_then(|target| target.note.as_deref()).unwrap_or_default();
    let note = note.strip_suffix(own).unwrap_or(note).trim_end_matches("; ");
    if target.is_none_or(|target| target.area == row.area) {
        return note.to_owned();
    }
    note.split("; ").filter(|part| !part.starts_with("not loaded: ")).collect::<Vec<_>>().join("; ")
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
