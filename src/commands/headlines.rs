//! The targets as a run prints them: by target with its title, each figure with its class and why, no line wider than a
//! terminal; those without a class last, counted and by reason.

use std::collections::BTreeMap;

use crate::error::count;
use crate::printer::{Printer, folded, number};
use crate::release::headline::Headline;

/// What the plan calls a target: its id without the part that says how it is read.
fn root(id: &str) -> &str {
    let end = id.match_indices('.').nth(1).map_or(id.len(), |(place, _)| place);
    &id[..end]
}

/// Prints all targets.
pub(super) fn show(printer: &Printer, targets: &[Headline]) {
    let (without, with): (Vec<&Headline>, Vec<&Headline>) = targets.iter().partition(|one| one.standing() == NO_CLASS);
    let mut last = None;
    for one in with {
        let root = root(&one.target);
        if last.replace(root) != Some(root) {
            let title = targets.iter().find(|other| other.target == root).unwrap_or(one);
            printer.line(&folded(&format!("{root:<6}"), &title.title));
        }
        let figures = format!("{} of {}", number(one.latest_value), number(one.target_value));
        let read = one.target.strip_prefix(root).filter(|read| !read.is_empty()).map(|read| format!("{read}: "));
        let place = [one.ref_area.as_str(), &one.breakdown].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let year = one.latest_year.map_or(String::new(), |year| format!(" {year}"));
        let estimate = one.estimate.as_deref().unwrap_or_default();
        let members = one.members.as_ref().map_or(String::new(), |list| format!("; members: {list}"));
        let text = format!("{}{place}{year}, {estimate}; {}{members}", read.unwrap_or_default(), why(one));
        printer.line(&folded(&format!("      {:<13} {figures:<24} ", one.standing()), &text));
    }
    if without.is_empty() {
        return;
    }
    printer.line(&format!("without a class: {}", count(without.len(), "target")));
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for one in without {
        let reason = one.members.iter().fold(why(one), |why, list| format!("{why}; members: {list}"));
        if !reasons.contains_key(&reason) {
            order.push(reason.clone());
        }
        // The reason is that of the one part which stands for the target.
        let part = if one.breakdown.is_empty() { String::new() } else { format!(" ({})", one.breakdown) };
        reasons.entry(reason).or_default().push(format!("{}{part}", one.target));
    }
    for reason in order {
        let ids = reasons.get(&reason).map(|ids| ids.join(", ")).unwrap_or_default();
        printer.line(&folded("      ", &format!("{ids}: {reason}")));
    }
}

const NO_CLASS: &str = "insufficient_data";

/// Why the class is what it is, in one clause: the pace where there is one, else the first clause of the note.
fn why(one: &Headline) -> String {
    let clause = |note: &String| note.split("; ").next().unwrap_or_default().to_owned();
    // It is called met, and the figures shown do not meet it.
    if one.outcome.as_deref() == Some("in_time") && one.class.as_deref() != Some("met") {
        let mut clauses = one.note.iter().flat_map(|note| note.split("; "));
        if let Some(when) = clauses.find(|clause| clause.starts_with("met by the value of")) {
            return when.to_owned();
        }
    }
    match (one.pace, one.distance) {
        // Nothing may be left to go, and the class be that of what stands beside it, or of the same economies.
        (_, Some(0.0)) if one.class.as_deref() == Some("met") => {
            one.not_known().map_or_else(|| "reached".to_owned(), |doubt| format!("reached; {doubt}"))
        }
        (Some(pace), _) if one.class.as_deref() != Some(NO_CLASS) => {
            format!("{} to go, at {pace:.2} of the pace needed", number(one.distance))
        }
        _ => one.note.as_ref().map(clause).filter(|clause| !clause.is_empty()).unwrap_or_else(|| "no figure".to_owned()),
    }
}
