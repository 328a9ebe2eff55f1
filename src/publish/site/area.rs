//! The page of an economy or of a group: its targets, its gaps, and who belongs to whom.

use std::collections::BTreeMap;

use serde::Serialize;

use super::economies;
use super::figures::{self, Figure};
use super::languages::Language;
use super::links;
use super::overview::Link;
use super::rows::{self, Row};
use super::why::{self, Why};
use crate::publish::columns::{Dimensions, TOTAL};
use crate::publish::labels::collated;
use crate::publish::progress::{Progress, headline, shown};
use crate::publish::view::{Natural, View};
use crate::tables::schema::DIMENSIONS;

#[derive(Serialize)]
pub(super) struct Page {
    code: String,
    name: String,
    /// In the other languages: language, direction of writing, name.
    names: Vec<[String; 3]>,
    kind: String,
    /// How many targets are of each class.
    tally: String,
    /// Of a group: its targets by class.
    classes: Option<Figure>,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    whys: Vec<Why>,
    /// Groups of an economy, economies of a group.
    related: Vec<Link>,
    related_title: String,
}

pub(super) fn page<'a>(view: &View<'a>, code: &'a str, languages: &[Language]) -> Page {
    let group = view.groups.get(code);
    let mut by_target: BTreeMap<Natural<'a>, Vec<&Progress<'a>>> = BTreeMap::new();
    for row in view.of_area(code) {
        by_target.entry(Natural(row.target)).or_default().push(row);
    }
    let (mut lines, mut whys, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    let mut strips = Vec::new();
    for (target, all) in &by_target {
        let title = view.targets.get(target).map_or(target.0, |(i, t)| if t.title.is_empty() { &i.title } else { &t.title });
        let shown = shown(all.iter().copied());
        let common = common(&shown);
        let mut blocks = Vec::new();
        for row in &shown {
            let same: Vec<&Progress<'a>> = all.iter().copied().filter(|other| other.dimensions == row.dimensions).collect();
            // A part without any value is counted with its reason, in the row of its target.
            if row.latest.is_none() && shown.len() > 1 && row.dimensions != shown[0].dimensions {
                classes.push(row.standing());
                continue;
            }
            let part = view.labels.breakdown(&where_not(&row.dimensions, &common));
            blocks.push(why::of_progress(view, why::anchor(target.0, &row.dimensions), &part, row, &same, shown.len() == 1));
            classes.push(row.standing());
        }
        if let [_, _, ..] = blocks[..] {
            let part = view.labels.breakdown(&common);
            let head = format!("{} {title}{}{part}, all parts", target.0, if part.is_empty() { "" } else { ", " });
            whys.push(why::shared(head, &mut blocks));
        } else if let [block] = &mut blocks[..] {
            // Parts without a value have no block.
            let part = view.labels.breakdown(&shown[0].dimensions);
            block.head = format!("{}{}{part}", target.0, if part.is_empty() { "" } else { ", " });
        }
        whys.append(&mut blocks);
        let Some(first) = shown.first() else { continue };
        let anchor = why::anchor(target.0, &first.dimensions);
        // Many parts would hide the targets: their numbers stand in their explanations.
        let line = match shown[..] {
            [row] => {
                let line = rows::of(view, row, "", &anchor);
                // Said once where there is a value: in the table, if there is a doubt, else in the block.
                whys.last_mut()
                    .filter(|block| !line.reason.is_empty() && !block.value.is_empty())
                    .into_iter()
                    .for_each(|block| block.reason.clear());
                line
            }
            _ => Row { why: format!("#{anchor}"), part: tally(view, &shown), ..Row::default() },
        };
        lines.push(Row {
            code: target.0.to_owned(),
            name: title.to_owned(),
            href: Some(format!("../{}", links::target(target.0))),
            ..line
        });
        // The economies of a target's own area are on the page of the target.
        if group.is_some() && shown.len() == 1 && view.targets.get(target).is_some_and(|(_, t)| t.also_countries && t.area != code) {
            strips.extend(economies::of_target(view, code, target.0, format!("{} {title}", target.0), headline(&shown)));
        }
    }
    let name = view.area_name(code);
    let mut figures = Vec::new();
    let by_class = (group.is_some() && !classes.is_empty()).then(|| {
        let title = format!("{name}: targets by class");
        figures::classes(
            &|class| view.labels.class(class).to_owned(),
            "classes",
            &title,
            "targets and parts of targets",
            classes.iter().copied(),
        )
    });
    let dimension = |name: &str| DIMENSIONS.iter().position(|d| *d == name).unwrap_or_default();
    figures.extend(figures::gaps(view, code, dimension("sex"), ["F", "M"], "gap-sex", "Women and men"));
    figures.extend(figures::gaps(view, code, dimension("urbanisation"), ["U", "R"], "gap-location", "Urban and rural"));
    figures.extend(economies::of_group(view, code, &strips));
    let link =
        |code: &str| Some(Link { name: view.made.reference.area_name(code).to_owned(), href: format!("../{}", links::area(view, code)?) });
    let (mut related, related_title): (Vec<Link>, &str) = if group.is_some() {
        (view.members.get(code).into_iter().flatten().filter_map(|code| link(code)).collect(), "Members")
    } else {
        let groups = view.members.iter().filter(|(_, members)| members.contains(code));
        (groups.filter_map(|(group, _)| link(group)).collect(), "Groups")
    };
    related.sort_by_cached_key(|link| (collated(&link.name), link.href.clone()));
    Page {
        tally: rows::tally(view, "targets and parts of targets", &classes),
        code: code.to_owned(),
        name: name.to_owned(),
        names: languages
            .iter()
            .map(|l| [l.code.to_owned(), l.word("direction").to_owned(), l.name("area", code, "").to_owned()])
            .filter(|[.., name]| !name.is_empty())
            .collect(),
        kind: group.map_or_else(|| "Economy".into(), |(scheme, _)| rows::scheme_name(scheme)),
        classes: by_class,
        figures,
        rows: lines,
        whys,
        related,
        related_title: related_title.into(),
    }
}

/// The codes that all of several parts have: what is said of them once.
fn common<'a>(rows: &[&Progress<'a>]) -> Dimensions<'a> {
    let mut common = rows.first().map_or(TOTAL, |row| row.dimensions);
    for (at, code) in common.iter_mut().enumerate() {
        if rows.len() < 2 || rows.iter().any(|row| row.dimensions[at] != *code) {
            *code = "_T";
        }
    }
    common
}

/// The codes of a part without those said already.
fn where_not<'a>(dimensions: &Dimensions<'a>, said: &Dimensions<'a>) -> Dimensions<'a> {
    let mut rest = *dimensions;
    rest.iter_mut().zip(said).filter(|(code, said)| code == said).for_each(|(code, _)| *code = "_T");
    rest
}

/// The classes of the parts of a target, and why parts have none where all say the same.
fn tally(view: &View<'_>, rows: &[&Progress<'_>]) -> String {
    let classes: Vec<&str> = rows.iter().map(|row| row.standing()).collect();
    let said = rows::tally(view, "parts", &classes);
    let mut reasons: Vec<String> = rows.iter().filter(|row| row.insufficient()).map(|row| why::reason(view, row)).collect();
    reasons.dedup();
    if let [reason] = &reasons[..] { format!("{said} ({reason})") } else { said }
}
