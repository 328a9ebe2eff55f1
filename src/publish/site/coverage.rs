//! How many economies have a value, by indicator and year: as a chart and as a table.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::figures::{Cell, Figure};
use super::links;
use crate::indicator::Indicator;
use crate::publish::chart::heat::{self, Row};
use crate::publish::chart::{Caption, tiles};
use crate::publish::labels::number;
use crate::publish::view::View;
use crate::release::catalog::short_title;

/// One indicator.
#[derive(Serialize)]
pub(super) struct Coverage {
    name: String,
    title: String,
    href: String,
    economies: String,
    groups: String,
    first: String,
    last: String,
    recent: String,
    rows: String,
}

/// What an indicator has: economies by year, groups.
#[derive(Default)]
struct Found<'a> {
    economies: BTreeMap<i32, BTreeSet<&'a str>>,
    groups: BTreeSet<&'a str>,
    first: Option<i32>,
    last: Option<i32>,
}

fn found<'a>(view: &View<'a>, indicator: &Indicator) -> Found<'a> {
    let values = &view.values;
    let mut found = Found::default();
    for row in values.of_indicator(&indicator.name).filter(|row| values.value(*row).is_some()) {
        let (area, year) = (values.area.value(row), values.year.value(row));
        if values.kind.value(row) == "country" {
            found.economies.entry(year).or_default().insert(area);
        } else {
            found.groups.insert(area);
        }
        found.first = Some(found.first.map_or(year, |held| held.min(year)));
        found.last = Some(found.last.map_or(year, |held| held.max(year)));
    }
    found
}

/// The table of the page, and the chart where an economy has a value at all.
pub(super) fn of_indicators(view: &View<'_>) -> (Vec<Coverage>, Option<Figure>) {
    let recent = view.manifest.current_year - 2;
    let indicators = &view.made.catalogue.indicators;
    let all: Vec<Found<'_>> = indicators.iter().map(|indicator| found(view, indicator)).collect();
    let line = |(indicator, found): (&Indicator, &Found<'_>)| {
        let year = |year: Option<i32>| year.map(|year| year.to_string()).unwrap_or_default();
        let economies: BTreeSet<&str> = found.economies.values().flatten().copied().collect();
        let fresh: BTreeSet<&str> = found.economies.range(recent..).flat_map(|(_, areas)| areas).copied().collect();
        Coverage {
            name: indicator.name.clone(),
            title: indicator.title.clone(),
            href: links::method(&indicator.name),
            economies: economies.len().to_string(),
            groups: found.groups.len().to_string(),
            first: year(found.first),
            last: year(found.last),
            recent: fresh.len().to_string(),
            rows: number(view.values.of_indicator(&indicator.name).len() as f64, Some(0)),
        }
    };
    (indicators.iter().zip(&all).map(line).collect(), figure(view, &all))
}

/// The years that the chart shows: the newest ones.
const YEARS: i32 = 25;

fn figure(view: &View<'_>, all: &[Found<'_>]) -> Option<Figure> {
    let last = all.iter().filter_map(|found| found.economies.keys().next_back()).max()?;
    let first = all.iter().filter_map(|found| found.economies.keys().next()).min()?.max(&(last - YEARS + 1)).to_owned();
    let total = view.economies.len().max(1);
    let count = |found: &Found<'_>, year: i32| found.economies.get(&year).map_or(0, BTreeSet::len);
    let class = |count: usize| (count > 0).then(|| (count * tiles::CLASSES / total).min(tiles::CLASSES - 1));
    let named = || view.made.catalogue.indicators.iter().zip(all).filter(|(_, found)| !found.economies.is_empty());
    let years = || first..=*last;
    let rows: Vec<Row> = named()
        .map(|(indicator, found)| Row {
            label: format!("{} {}", indicator.id, short_title(&indicator.title)),
            classes: years().map(|year| class(count(found, year))).collect(),
        })
        .collect();
    let legend: Vec<String> = (0..tiles::CLASSES)
        .map(|class| match (total * class).div_ceil(tiles::CLASSES) {
            0 => format!("under {}", total.div_ceil(tiles::CLASSES)),
            from => format!("from {from}"),
        })
        .collect();
    let described = format!(
        "Economies with a value, of {total}, by indicator and year from {first} to {last}. {} of {} indicators have a value in {last}.",
        all.iter().filter(|found| found.economies.contains_key(last)).count(),
        all.len()
    );
    let caption =
        Caption { id: "coverage-by-year".into(), title: "Economies with a value, by indicator and year".into(), description: described };
    let cells = |(indicator, found): (&Indicator, &Found<'_>)| {
        let counts = years().map(|year| {
            Cell::number(match count(found, year) {
                0 => String::new(),
                count => count.to_string(),
            })
        });
        std::iter::once(Cell::text(&*indicator.title)).chain(counts).collect()
    };
    Some(Figure {
        id: caption.id.clone(),
        svg: heat::draw(&caption, &years().map(|year| year.to_string()).collect::<Vec<_>>(), &rows, &legend),
        head: std::iter::once("Indicator".to_owned()).chain(years().map(|year| year.to_string())).collect(),
        rows: named().map(cells).collect(),
        title: caption.title,
        description: caption.description,
        data: None,
        numbers: true,
        table: None,
        own_file: false,
        many: false,
    })
}
