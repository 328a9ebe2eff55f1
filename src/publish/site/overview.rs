//! The first page: every target by class with its value, year and distance; then all economies and groups.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::{self, Figure};
use super::rows::Row;
use super::why::{self, Why};
use super::{links, rows};
use crate::publish::labels::STANDINGS;
use crate::publish::progress::{Progress, headline, shown};
use crate::publish::view::View;

#[derive(Serialize)]
pub struct Overview {
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
    missing: usize,
}

#[derive(Serialize)]
struct Class {
    code: &'static str,
    name: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
pub struct Link {
    pub name: String,
    pub href: String,
}

#[derive(Serialize)]
struct Scheme {
    name: String,
    links: Vec<Link>,
}

pub fn page(view: &View<'_>) -> Overview {
    let mut classes: Vec<Class> =
        STANDINGS.iter().map(|code| Class { code, name: view.labels.class(code).to_owned(), rows: Vec::new() }).collect();
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
        let mut line = rows::of(view, row, "", &anchor);
        line.name = title.clone();
        line.code = id.0.to_owned();
        line.href = Some(links::target(id.0));
        line.area = name.to_owned();
        line.area_href = links::area(view, row.area);
        if shown.len() > 1 {
            line.part = format!("{} (one of {} parts)", view.labels.breakdown(&row.dimensions), shown.len());
        }
        all.push(row.standing());
        if let Some(class) = classes.iter_mut().find(|class| class.code == row.standing()) {
            class.rows.push(line);
        }
    }
    let mut schemes: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    for (code, (scheme, name)) in &view.groups {
        let Some(href) = links::area(view, code) else { continue };
        schemes.entry(scheme).or_default().push(Link { name: (*name).to_owned(), href });
    }
    let mut economies: Vec<Link> =
        view.economies.iter().filter_map(|(code, name)| Some(Link { name: (*name).to_owned(), href: links::area(view, code)? })).collect();
    economies.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.href.cmp(&b.href)));
    let configured: usize = view.made.sources.iter().map(|source| source.datasets.len()).sum();
    Overview {
        figure: figures::classes(view, "classes", "Targets by class", "targets", all.iter().copied()),
        counts: Counts {
            targets: all.len(),
            indicators: view.contents.indicators.len(),
            values: view.values.len(),
            data_sets: view.manifest.inputs.len(),
            missing: configured.saturating_sub(view.manifest.inputs.len()),
        },
        classes,
        whys,
        economies,
        groups: schemes.into_iter().map(|(scheme, links)| Scheme { name: rows::scheme_name(scheme), links }).collect(),
    }
}
