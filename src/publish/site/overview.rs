//! The first page: every target by class with its value, year and distance; then all economies and groups.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::{self, Figure};
use super::languages::Language;
use super::rows::Row;
use super::why::{self, Why};
use super::{links, rows};
use crate::publish::labels::{STANDINGS, collated};
use crate::publish::progress::{Progress, headline, shown};
use crate::publish::view::View;
use crate::tables::schema::DIMENSIONS;

#[derive(Serialize)]
pub(super) struct Overview {
    figure: Figure,
    classes: Vec<Class>,
    whys: Vec<Why>,
    economies: Vec<Link>,
    groups: Vec<Scheme>,
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    targets: usize,
    indicators: usize,
    values: usize,
    data_sets: usize,
    economies: usize,
    missing: usize,
}

#[derive(Serialize)]
struct Class {
    code: &'static str,
    name: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Link {
    pub name: String,
    pub href: String,
}

#[derive(Serialize)]
struct Scheme {
    name: String,
    links: Vec<Link>,
}

pub(super) fn page(view: &View<'_>, language: &Language) -> Overview {
    let class_name = |code: &str| language.name("CL_CLASS", code, view.labels.class(code)).to_owned();
    // The pages of other languages lead to the explanations on the English one.
    let home = if language.code == "en" { "" } else { "../index.html" };
    let mut classes: Vec<Class> = STANDINGS.iter().map(|code| Class { code, name: class_name(code), rows: Vec::new() }).collect();
    let mut whys = Vec::new();
    let mut all = Vec::new();
    for (id, (indicator, target)) in &view.targets {
        let own: Vec<&Progress<'_>> = view.of_target(id.0).filter(|row| row.area == target.area).collect();
        let shown = shown(own.iter().copied());
        let Some(row) = headline(&shown) else { continue };
        let anchor = why::anchor(id.0, &row.dimensions);
        let title = if target.title.is_empty() { &indicator.title } else { &target.title };
        let same: Vec<&Progress<'_>> = own.iter().copied().filter(|other| other.dimensions == row.dimensions).collect();
        let name = view.area_name(row.area);
        whys.push(why::of_progress(view, anchor.clone(), &format!("{} {title}, {name}", id.0), row, &same, true));
        let mut line = rows::of(view, row, home, &anchor);
        line.name = title.clone();
        line.code = id.0.to_owned();
        line.href = Some(links::target(id.0));
        line.area = language.name("area", row.area, name).to_owned();
        line.area_href = links::area(view, row.area);
        let parts = DIMENSIONS.iter().zip(row.dimensions).filter(|(_, code)| *code != "_T");
        let named = parts.map(|(list, code)| language.name(&format!("CL_{}", list.to_uppercase()), code, view.labels.code(list, code)));
        line.part = named.collect::<Vec<_>>().join(", ");
        if shown.len() > 1 && language.code == "en" {
            line.part.push_str(&format!(" (one of {} parts)", shown.len()));
        }
        all.push(row.standing());
        if let Some(class) = classes.iter_mut().find(|class| class.code == row.standing()) {
            class.rows.push(line);
        }
    }
    let mut schemes: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    for (code, (scheme, name)) in &view.groups {
        let Some(href) = links::area(view, code) else { continue };
        schemes.entry(scheme).or_default().push(Link { name: language.name("area", code, name).to_owned(), href });
    }
    let mut economies: Vec<Link> = view
        .economies
        .iter()
        .filter_map(|(code, name)| Some(Link { name: language.name("area", code, name).to_owned(), href: links::area(view, code)? }))
        .collect();
    economies.sort_by_cached_key(|link| (collated(&link.name), link.href.clone()));
    let configured: usize = view.made.sources.iter().map(|source| source.datasets.len()).sum();
    Overview {
        figure: figures::classes(&class_name, "classes", language.word("by_class"), "targets", all.iter().copied()),
        counts: Counts {
            targets: all.len(),
            indicators: view.contents.indicators.len(),
            values: view.values.len(),
            data_sets: view.manifest.inputs.len(),
            economies: view.economies.len(),
            missing: configured.saturating_sub(view.manifest.inputs.len()),
        },
        classes,
        whys,
        economies,
        groups: schemes
            .into_iter()
            .map(|(scheme, links)| Scheme { name: language.name("scheme", scheme, &rows::scheme_name(scheme)).to_owned(), links })
            .collect(),
    }
}
