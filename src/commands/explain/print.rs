//! An explanation as people read it: the rule, the members with their shares, and the records.

use crate::printer::{Printer, number, percent};
use crate::release::explain::Explanation;
use crate::release::explain::records::Record;

fn headline(e: &Explanation) -> String {
    let dims: Vec<&str> = e.wanted.dimensions.iter().map(String::as_str).filter(|c| *c != "_T").collect();
    let value = match e.value {
        Some(value) => format!("{value} {}", e.unit),
        None => "withheld".into(),
    };
    format!(
        "{}  {} ({})  {}{}  {}: {value}",
        e.indicator,
        e.area_name,
        e.wanted.area,
        e.wanted.year,
        if dims.is_empty() { String::new() } else { format!("  {}", dims.join(" ")) },
        e.wanted.estimate
    )
}

/// The explanation of one value, and of those it is made from.
pub(super) fn show(printer: &Printer, e: &Explanation, release: &str, limit: usize) {
    printer.line(&headline(e));
    let observed = e.observed.map_or(String::new(), |share| format!(", {} observed in {}", percent(Some(share)), e.wanted.year));
    printer.line(&format!("release {release}; status {}; coverage {}{observed}", e.obs_status, percent(e.coverage)));
    if let (Some(low), Some(high)) = (e.error_low, e.error_high) {
        printer.line(&format!("error bar: {} to {}", number(Some(low)), number(Some(high))));
    }
    if let Some(note) = &e.note {
        printer.line(&format!("note: {note}"));
    }
    printer.line(&format!("rule: {}: {}", e.rule.rollup, e.rule.formula));
    if e.rule.rollup != "none" {
        printer.line(&format!(
            "      shown from {} of the {} on, flagged from {}; values carried for {} years at most in `imputed`",
            percent(Some(e.rule.publish)),
            e.rule.base,
            percent(Some(e.rule.flag)),
            e.rule.window
        ));
    }
    if !e.members.is_empty() {
        members(printer, e, limit);
    }
    if !e.inputs.is_empty() {
        let rows: Vec<Vec<String>> = e
            .inputs
            .iter()
            .map(|i| {
                vec![
                    i.indicator.clone(),
                    i.dimensions.clone(),
                    i.estimate.clone(),
                    number(i.value),
                    i.obs_status.clone(),
                    percent(i.coverage),
                    i.note.clone().unwrap_or_default(),
                ]
            })
            .collect();
        printer.line("made from:");
        printer.line(&printer.table(&["indicator", "breakdown", "estimate", "value", "status", "coverage", "note"], &rows));
    }
    for record in &e.records {
        printer.line(&record_text(record));
    }
    printer.line(&format!("sql: {}", e.sql.join(", ")));
    for warning in &e.warnings {
        printer.line(&format!("warning: {warning}"));
    }
    for nested in e.inputs.iter().filter_map(|input| input.explanation.as_ref()) {
        printer.line("");
        show(printer, nested, release, limit);
    }
}

fn members(printer: &Printer, e: &Explanation, limit: usize) {
    let present: Vec<_> = e.members.iter().filter(|m| !matches!(m.state, "missing" | "left_out")).collect();
    let mut bodies: Vec<String> =
        present.iter().take(limit).flat_map(|m| m.record.iter().chain(m.also.iter().take(4))).map(body_name).collect();
    bodies.sort();
    bodies.dedup();
    for (index, body) in bodies.iter().enumerate() {
        printer.line(&if bodies.len() == 1 { format!("from {body}:") } else { format!("[{}] = {body}", index + 1) });
    }
    let rows: Vec<Vec<String>> = present
        .iter()
        .take(limit)
        .map(|m| {
            let place = |r: &Record| {
                let body = bodies.iter().position(|b| *b == body_name(r)).unwrap_or(0);
                if bodies.len() == 1 { line(r) } else { format!("[{}] {}", body + 1, line(r)) }
            };
            let records: Vec<&Record> = m.record.iter().chain(&m.also).collect();
            let mut places: Vec<String> = records.iter().take(4).map(|r| place(r)).collect();
            places.dedup();
            if records.len() > 4 {
                places.push(format!("and {} more", records.len() - 4));
            }
            vec![
                m.ref_area.clone(),
                m.name.clone(),
                number(m.value),
                number(m.weight),
                percent(m.share),
                number(m.contribution),
                m.year_used.map_or(String::new(), |y| y.to_string()),
                if matches!(m.state, "carried" | "assumed") { m.state.into() } else { m.obs_status.clone().unwrap_or_default() },
                places.join(", "),
            ]
        })
        .collect();
    printer.line(&printer.table(&["area", "name", "value", "weight", "share", "part", "year", "status", "from"], &rows));
    if present.len() > limit {
        let rest: f64 = present.iter().skip(limit).filter_map(|m| m.contribution).sum();
        printer.line(&format!("and {} more, together {}; raise --limit", present.len() - limit, number(Some(rest))));
    }
    if let (Some(parts), Some(whole)) = (e.parts, e.unrounded) {
        printer.line(&format!("the parts add up to {parts}, the aggregate is {whole}: {}", if e.adds_up { "equal" } else { "NOT EQUAL" }));
    }
    // The denominator, where the members' weights are what the rule divides by.
    let weights: Vec<f64> = e.members.iter().filter_map(|m| m.weight.filter(|_| m.contribution.is_some())).collect();
    if !weights.is_empty() {
        let all = e.base_total.map_or(String::new(), |total| {
            format!("; all {} members together: {} ({})", e.members.len(), number(Some(total)), e.rule.base)
        });
        let weigh = number(Some(weights.iter().sum::<f64>()));
        printer.line(&format!("denominator: {weigh}, the weights of {}{all}", crate::error::count(weights.len(), "member")));
    }
    for (state, said) in [("missing", "missing"), ("left_out", "left out, with a value but not in every year"), ("assumed", "assumed")] {
        let without: Vec<_> = e.members.iter().filter(|m| m.state == state).collect();
        if without.is_empty() {
            continue;
        }
        let weigh: f64 = without.iter().filter_map(|m| m.base_share).sum();
        let named: Vec<String> = without.iter().take(12).map(|m| format!("{} {}", m.ref_area, percent(m.base_share))).collect();
        let more = if without.len() > 12 { format!(" and {} more", without.len() - 12) } else { String::new() };
        printer.line(&format!(
            "{said}: {}, together {} of the {}: {}{more}",
            crate::error::count(without.len(), "member"),
            percent(Some(weigh)),
            e.rule.base,
            named.join(", ")
        ));
    }
    if let Some(reason) = e.rule.silence.as_ref().filter(|_| e.members.iter().any(|m| m.state == "assumed")) {
        printer.line(&format!("why assumed: {reason}"));
    }
    let carried: Vec<String> = e
        .members
        .iter()
        .filter(|m| m.state == "carried")
        .map(|m| format!("{} from {} ({})", m.ref_area, m.year_used.unwrap_or_default(), percent(m.share)))
        .collect();
    if !carried.is_empty() {
        printer.line(&format!("carried: {}", carried.join(", ")));
    }
}

/// The line of a text; of a workbook, the number of the row among its records.
fn line(r: &Record) -> String {
    r.line.map_or_else(|| format!("record {}", r.record), |line| format!("line {line}"))
}

/// The body, and the file in it.
fn body_name(r: &Record) -> String {
    let body = r.body.clone().unwrap_or_else(|| r.data_set.clone());
    r.member.as_ref().map_or(body.clone(), |member| format!("{body}, {member}"))
}

fn record_text(r: &Record) -> String {
    let value = r.obs_value.map(|v| v.to_string()).or(r.obs_text.clone()).unwrap_or_else(|| "no value".into());
    let place = format!(
        "{}{}, {}, snapshot {}",
        r.body.clone().unwrap_or_else(|| r.data_set.clone()),
        r.member.as_ref().map_or(String::new(), |m| format!(" {m}")),
        line(r),
        &r.snapshot[..r.snapshot.len().min(12)]
    );
    let text = r.text.as_ref().map_or(String::new(), |t| format!("\n        {}", crate::sources::body::headings::shorten(t, 200)));
    let note = r.note.as_ref().map_or(String::new(), |n| format!("  ({n})"));
    format!("record: series {} {} {} = {value} [{}]{note}\n        {place}{text}", r.series, r.ref_area, r.time_period, r.obs_status)
}
