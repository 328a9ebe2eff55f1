//! The page of a target: where it stands in its own area, then in groups and economies; the rule it is measured by.

use std::collections::BTreeMap;

use serde::Serialize;

use super::economies;
use super::figures::Figure;
use super::rows::Row;
use super::why::{self, Why};
use super::{history, links, rows};
use crate::indicator::{Indicator, SourceNote, Target};
use crate::publish::labels::{collated, percent, unwrapped};
use crate::publish::markup::slug;
use crate::publish::progress::{Progress, headline, shown};
use crate::publish::view::View;

#[derive(Serialize)]
pub(super) struct Page {
    id: String,
    title: String,
    note: String,
    area: String,
    area_href: Option<String>,
    headline: Option<Row>,
    figures: Vec<Figure>,
    /// The parts of the target's own area, when there are several.
    parts: Vec<Row>,
    groups: Vec<Row>,
    economies: Vec<Row>,
    whys: Vec<Why>,
    rule: Rule,
}

/// How the indicator is made, as its header says.
#[derive(Serialize)]
pub(super) struct Rule {
    id: String,
    name: String,
    title: String,
    unit: String,
    definition: String,
    method: String,
    caveats: String,
    rollup: String,
    coverage: String,
    window: String,
    file: String,
    href: String,
    sources: Vec<SourceNote>,
}

pub(super) fn page<'a>(view: &View<'a>, indicator: &'a Indicator, target: &'a Target) -> Page {
    let mut by_area: BTreeMap<&str, Vec<&Progress<'a>>> = BTreeMap::new();
    for row in view.of_target(&target.id) {
        by_area.entry(row.area).or_default().push(row);
    }
    let own = by_area.remove(target.area.as_str()).unwrap_or_default();
    let own_shown = shown(own.iter().copied());
    let main = headline(&own_shown);
    let mut whys = Vec::new();
    let mut explained = |rows: &[&Progress<'a>], row: &Progress<'a>| {
        let id = why::anchor(row.area, &row.dimensions);
        let same: Vec<&Progress<'a>> = rows.iter().copied().filter(|other| other.dimensions == row.dimensions).collect();
        let part = view.labels.breakdown(&row.dimensions);
        let head = format!("{}{}{part}", view.area_name(row.area), if part.is_empty() { "" } else { ", " });
        whys.push(why::of_progress(view, id.clone(), &head, row, &same, true));
        id
    };
    let mut parts = Vec::new();
    for row in &own_shown {
        let anchor = explained(&own, row);
        parts.push(Row { spark: history::spark(view, row), ..rows::of(view, row, "", &anchor) });
    }
    let head = main.map(|row| rows::of(view, row, "", &why::anchor(row.area, &row.dimensions)));
    let (mut groups, mut economies) = (Vec::new(), Vec::new());
    for (area, all) in &by_area {
        let is_group = view.groups.contains_key(area);
        if !is_group && !links::economies_have_pages(view) {
            continue;
        }
        let shown = shown(all.iter().copied());
        let page = links::area(view, area).map(|page| format!("../{page}"));
        if let [row] = shown[..] {
            // An area is explained on its own page.
            let href = page.map(|page| format!("{page}#{}", why::anchor(&target.id, &row.dimensions)));
            let line = Row { name: view.area_name(area).to_owned(), href, part: String::new(), ..rows::of(view, row, "", "") };
            if is_group {
                groups.push(Row { spark: history::spark(view, row), ..line });
            } else {
                economies.push(Row { reason: String::new(), ..line });
            }
        } else {
            let line = Row {
                name: view.area_name(area).to_owned(),
                href: page,
                part: rows::tally(view, "parts", &shown.iter().map(|row| row.standing()).collect::<Vec<_>>()),
                ..Row::default()
            };
            if is_group { groups.push(line) } else { economies.push(line) }
        }
    }
    for list in [&mut groups, &mut economies] {
        list.sort_by_cached_key(|line| (collated(&line.name), line.href.clone()));
    }
    let mut figures = vec![history::of_target(view, indicator, target, main)];
    if target.also_countries {
        let title = format!("{}: economies", view.area_name(&target.area));
        figures.extend(economies::of_target(view, &target.area, &target.id, title, main).map(|economies| economies.figure(view)));
    }
    if parts.len() == 1 {
        parts.clear();
    }
    Page {
        id: target.id.clone(),
        title: if target.title.is_empty() { indicator.title.clone() } else { target.title.clone() },
        note: target.note.clone().unwrap_or_default(),
        area: view.area_name(&target.area).to_owned(),
        area_href: links::area(view, &target.area).map(|page| format!("../{page}")),
        headline: head,
        figures,
        parts,
        groups,
        economies,
        whys,
        rule: rule(view, indicator),
    }
}

fn rule(view: &View<'_>, indicator: &Indicator) -> Rule {
    let groups = indicator.rollup != "none";
    let coverage = format!(
        "Published from {} of the {}, flagged from {}, else withheld",
        percent(indicator.coverage.publish),
        indicator.coverage.base,
        percent(indicator.coverage.flag)
    );
    Rule {
        id: format!("rule-{}", slug(&indicator.name)),
        name: indicator.name.clone(),
        title: indicator.title.clone(),
        unit: view.labels.unit(&indicator.unit).name,
        definition: unwrapped(&indicator.definition),
        method: unwrapped(&indicator.method),
        caveats: unwrapped(&indicator.caveats),
        rollup: if groups { indicator.rollup.replace('_', " ") } else { "none: groups as the agency or the SELECT gives them".into() },
        coverage: if groups { coverage } else { String::new() },
        window: if groups { format!("{} years", indicator.window) } else { String::new() },
        file: indicator.text.path.to_string(),
        href: format!("../{}", links::method(&indicator.name)),
        sources: indicator.sources.clone(),
    }
}
