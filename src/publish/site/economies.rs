//! The economies of a group on a target: a strip with their median, a map of tiles, and the numbers as a table.

use std::collections::BTreeMap;

use super::figures::{Cell, Figure, limits};
use super::links;
use crate::publish::chart::strip::{self, Strip};
use crate::publish::chart::tiles::{self, Map};
use crate::publish::chart::{Caption, told};
use crate::publish::labels::{collated, number};
use crate::publish::markup::{escape, slug};
use crate::publish::progress::Progress;
use crate::publish::view::View;

/// The upper bound of a band.
const TO: &str = "Target to";

/// The section of a target's page with the values of every economy (templates/target.html).
const OF_TARGET: &str = "by-economy";

/// The newest values of the economies of a group on one target.
pub(super) struct Economies<'p, 'a> {
    target: &'a str,
    group: &'a str,
    title: String,
    unit: &'a str,
    rows: Vec<&'p Progress<'a>>,
    values: Vec<f64>,
    caption: Caption,
    marks: Vec<(&'static str, f64, String)>,
}

/// None when fewer than three have a value. `own` is the row of the group itself.
pub(super) fn of_target<'p, 'a>(
    view: &'p View<'a>,
    group: &'a str,
    target: &'a str,
    title: String,
    own: Option<&Progress<'a>>,
) -> Option<Economies<'p, 'a>> {
    let members = view.members.get(group)?;
    let rows: Vec<&Progress<'a>> = view
        .of_target(target)
        .filter(|row| {
            row.area != group
                && members.contains(row.area)
                && row.latest.is_some()
                && own.is_none_or(|own| own.dimensions == row.dimensions)
        })
        .collect();
    let values: Vec<f64> = rows.iter().filter_map(|row| row.latest).collect();
    let first = rows.first()?;
    // Several breakdowns of one economy are no distribution of economies.
    if rows.len() < 3 || rows.windows(2).any(|pair| pair[0].area == pair[1].area) {
        return None;
    }
    let unit = view.unit_of(first);
    let show = |value: f64| view.labels.show(value, unit);
    let middle = strip::median(&values)?;
    // The unit stands at the axis.
    let marked = |name, value| (name, value, number(value, view.labels.unit(unit).decimals));
    let mut marks = vec![marked("Median", middle)];
    marks.extend(own.and_then(|own| own.latest).map(|value| marked("Group", value)));
    match own.and_then(|own| view.bounds(own)) {
        Some((low, high)) if low < high => marks.extend([marked("Target from", low), marked(TO, high)]),
        Some((level, _)) => marks.push(marked("Target", level)),
        None => {}
    }
    let (least, most) = rows.iter().fold((first, first), |(least, most), row| {
        (if row.latest < least.latest { row } else { least }, if row.latest > most.latest { row } else { most })
    });
    let ends = |row: &Progress<'a>| {
        let doubt = row.value_row.filter(|index| view.values.status.value(*index) == "U").map_or("", |_| " (low reliability)");
        format!("{} in {}{doubt}", row.latest.map(show).unwrap_or_default(), view.area_name(row.area))
    };
    let description = format!(
        "{} of {} economies have a value. The newest go from {} to {}; the median is {}.",
        rows.len(),
        members.len(),
        ends(least),
        ends(most),
        show(middle)
    );
    let caption = Caption { id: format!("strip-{}", slug(target)), title: title.clone(), description };
    Some(Economies { target, group, title, unit, rows, values, caption, marks })
}

impl Economies<'_, '_> {
    fn strip(&self, view: &View<'_>) -> String {
        let unit = view.labels.unit(self.unit).name;
        strip::draw(&Strip { caption: &self.caption, unit, limits: limits(self.unit), values: &self.values, marks: self.marks.clone() })
    }

    /// The strip under the name of its target, where several stand below each other.
    fn named_strip(&self, view: &View<'_>) -> String {
        let Caption { id, title, description } = &self.caption;
        let [id, title, description] = [id, title, description].map(|text| escape(text));
        format!(
            "<h3 id=\"{id}-title\"><a href=\"../{}\">{title}</a></h3><p id=\"{id}-desc\">{description}</p>{}",
            escape(&links::target(self.target)),
            self.strip(view)
        )
    }

    fn map(&self, view: &View<'_>) -> String {
        let show = |value: f64| view.labels.show(value, self.unit);
        let band = match self.marks[..] {
            [.., (_, low, _), (TO, high, _)] => Some((low, high)),
            _ => None,
        };
        let breaks = match band {
            Some((low, high)) => vec![low, high],
            None if self.unit == "YES_NO" => vec![0.5],
            None => tiles::breaks(&self.values, limits(self.unit)),
        };
        let class_of = |value: f64| match band {
            Some((low, high)) => usize::from(value >= low) + usize::from(value > high),
            None => breaks.iter().filter(|end| value >= **end).count(),
        };
        let classes: BTreeMap<&str, usize> = self.rows.iter().filter_map(|row| Some((row.area, class_of(row.latest?)))).collect();
        let legend: Vec<String> = if self.unit == "YES_NO" {
            vec![show(0.0), show(1.0)]
        } else {
            let unit = view.labels.unit(self.unit);
            let decimals = unit.decimals.filter(|_| breaks.iter().any(|end| end.fract() != 0.0)).or(Some(0));
            let symbol = if unit.symbol == "%" { "%" } else { "" };
            let short = |value: f64| format!("{}{symbol}", number(value, decimals));
            match (breaks.first(), breaks.last()) {
                (Some(low), Some(high)) if band.is_some() => {
                    vec![format!("under {}", short(*low)), format!("{} to {}", short(*low), short(*high)), format!("over {}", short(*high))]
                }
                (Some(first), Some(last)) => std::iter::once(format!("under {}", short(*first)))
                    .chain(breaks.windows(2).map(|pair| format!("from {}", short(pair[0]))))
                    .chain([format!("from {}", short(*last))])
                    .collect(),
                _ => vec!["all alike".into()],
            }
        };
        let counts: Vec<String> = legend
            .iter()
            .enumerate()
            .map(|(class, text)| format!("{} {text}", classes.values().filter(|other| **other == class).count()))
            .collect();
        let untiled = self.rows.iter().filter(|row| !tiles::has(row.area)).count();
        let mut description = format!("A tile an economy, larger and darker with the value. Economies by value: {}.", counts.join(", "));
        if untiled > 0 {
            description.push_str(&format!(" {untiled} have no tile."));
        }
        let caption = Caption { id: format!("map-{}", slug(self.target)), title: format!("{}: map", self.title), description };
        // Economies that are no members have no tile: they are not without a figure.
        let members = view.members.get(self.group);
        let known = |area: &str| view.economies.contains_key(area) && members.is_some_and(|members| members.contains(area));
        told(&tiles::draw(&Map { caption: &caption, known: &known, classes: &classes, legend: &legend }), &caption)
    }

    /// The figure on the page of the target, whose own table has every economy.
    pub(super) fn figure(self, view: &View<'_>) -> Figure {
        Figure {
            id: self.caption.id.clone(),
            // A map of other places would say nothing.
            svg: if self.rows.iter().any(|row| tiles::has(row.area)) {
                format!("{}{}", self.map(view), self.strip(view))
            } else {
                self.strip(view)
            },
            head: Vec::new(),
            rows: Vec::new(),
            table: links::economies_have_pages(view).then_some(OF_TARGET),
            many: !links::economies_have_pages(view),
            data: self.rows.first().map(|row| row.indicator.to_owned()),
            title: self.caption.title.clone(),
            description: self.caption.description.clone(),
            numbers: true,
            own_file: false,
        }
    }
}

/// All targets of a group: a strip each, and one table of its economies by target.
pub(super) fn of_group(view: &View<'_>, group: &str, targets: &[Economies<'_, '_>]) -> Option<Figure> {
    if targets.is_empty() {
        return None;
    }
    let mut rows: BTreeMap<(String, &str, &str), Vec<Cell>> = BTreeMap::new();
    for (column, target) in targets.iter().enumerate() {
        let decimals = view.labels.unit(target.unit).decimals;
        for row in target.rows.iter().filter(|_| links::economies_have_pages(view)) {
            let cells = rows.entry((collated(view.area_name(row.area)), view.area_name(row.area), row.area)).or_default();
            cells.resize_with(column, || Cell::number(String::new()));
            let text = row.latest.zip(row.latest_year).map(|(value, year)| match target.unit {
                "YES_NO" => format!("{} ({year})", view.labels.show(value, target.unit)),
                _ => format!("{} ({year})", number(value, decimals)),
            });
            cells.push(Cell::number(text.unwrap_or_default()));
        }
    }
    let mut head = vec!["Economy".to_owned()];
    head.extend(targets.iter().map(|target| match view.labels.unit(target.unit).symbol.as_str() {
        "" => target.target.to_owned(),
        symbol => format!("{}, {symbol}", target.target),
    }));
    // Each line leads to the page where its values are explained.
    let lines = rows.into_iter().map(|((_, name, area), mut cells)| {
        cells.resize_with(targets.len(), || Cell::number(String::new()));
        cells.insert(0, Cell::text(name).linked(links::area(view, area).map(|page| format!("../{page}#whys"))));
        cells
    });
    Some(Figure {
        id: "economies".into(),
        title: format!("{}: economies", view.area_name(group)),
        description: format!(
            "The newest value of each economy on {} targets, with the median, the group itself and the target.",
            targets.len()
        ),
        svg: targets.iter().map(|target| target.named_strip(view)).collect(),
        rows: lines.collect(),
        head,
        data: None,
        numbers: true,
        table: None,
        own_file: false,
        many: !links::economies_have_pages(view),
    })
}
