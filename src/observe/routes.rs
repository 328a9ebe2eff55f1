//! Figures of one data set that came by several routes: a mirror's codes become those of the data set, its own groups
//! are set aside, and where two routes have one figure, they must agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::arrange::{Rank, ranks};
use crate::error::{Code, Error, Result, count};
use crate::fetch::Pull;
use crate::pipelines::{Dataset, Route};
use crate::reference::Reference;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;

/// Mirrors give six significant digits.
const SAME: f64 = 1e-5;

/// What two routes have in common in one series.
#[derive(Default)]
struct Common {
    figures: usize,
    differing: usize,
    example: String,
}

/// Where the rows, and the series, of a body begin.
pub(super) struct Mark {
    row: usize,
    series: usize,
}

pub(super) fn mark(collector: &Collector<'_>) -> Mark {
    Mark { row: collector.rows.len(), series: collector.series.len() }
}

/// Gives the rows of a mirror's body, those after the mark, the series of the data set, and the route into their notes.
/// A series that the route does not name stays out.
pub(super) fn adopt(collector: &mut Collector<'_>, from: &Mark, route: &Route) {
    let mut out = HashSet::new();
    let mut series: HashMap<u32, Option<u32>> = HashMap::new();
    let mut details: HashMap<u32, u32> = HashMap::new();
    for index in from.row..collector.rows.len() {
        let row = collector.rows[index];
        let mapped = match series.get(&row.series) {
            Some(known) => *known,
            None => *series.entry(row.series).or_insert(mapped(collector, from, row.series, route)),
        };
        match mapped {
            Some(mapped) => collector.rows[index].series = mapped,
            None => {
                let detail =
                    format!("series {}: route {} does not say what it is", collector.series[row.series as usize].series, route.name);
                collector.set_aside(index, Reason::UnknownWord, detail);
                out.insert(index);
            }
        }
        collector.rows[index].detail = match details.get(&row.detail) {
            Some(known) => *known,
            None => *details.entry(row.detail).or_insert(noted(collector, row.detail, route)),
        };
    }
    collector.take_out(&out);
}

/// The series of the data set that a series of the mirror is.
fn mapped(collector: &mut Collector<'_>, from: &Mark, series: u32, route: &Route) -> Option<u32> {
    if route.series.is_empty() {
        return Some(series);
    }
    let key = collector.series[series as usize].clone();
    let name = route.series.get(&key.series)?;
    if series as usize >= from.series {
        // Only this body has named it so: the name of the mirror is nowhere needed again.
        collector.belongs_to(series, name);
        return Some(series);
    }
    Some(collector.series(crate::rows::series_key::SeriesKey { series: name.clone(), ..key }))
}

fn noted(collector: &mut Collector<'_>, detail: u32, route: &Route) -> u32 {
    let mut detail = collector.details[detail as usize].clone();
    let by = format!("by way of {}", route.title);
    detail.note = Some(detail.note.map_or(by.clone(), |note| format!("{note}; {by}")));
    collector.detail(&detail)
}

/// Sets a mirror's own groups aside, and what another route has already; refuses routes that do not agree.
pub(super) fn settle(collector: &mut Collector<'_>, pull: &Pull, dataset: &Dataset, reference: &Reference) -> Result<()> {
    let routes: Vec<(usize, &Route)> = pull.bodies.iter().filter_map(|body| dataset.route(&body.route)).collect();
    if routes.iter().all(|(place, _)| *place == 0) {
        return Ok(());
    }
    let (mut out, mut groups) = (HashSet::new(), BTreeMap::<&str, usize>::new());
    let mut figures: HashMap<(Rank, u32), usize> = HashMap::new();
    let mut common: BTreeMap<(String, usize, usize), Common> = BTreeMap::new();
    let ranks = ranks(&collector.series);
    for index in 0..collector.rows.len() {
        let row = collector.rows[index];
        let Some(&(place, route)) = routes.get(collector.body_of(index)) else { continue };
        if place > 0 && reference.group_scheme(collector.area_of(row)).is_some() {
            let detail = collector.area_of(row).to_owned();
            collector.set_aside(index, Reason::AreaNotCovered, detail);
            *groups.entry(&route.title).or_default() += 1;
            out.insert(index);
            continue;
        }
        if row.value.is_nan() {
            continue;
        }
        let first = *figures.entry((ranks[row.series as usize], row.place)).or_insert(index);
        let Some(&(other, other_route)) = routes.get(collector.body_of(first)).filter(|(other, _)| *other != place) else { continue };
        let (here, there) = (row.value, collector.rows[first].value);
        let name = collector.named(index);
        let pair = (collector.series[row.series as usize].series.clone(), other.min(place), other.max(place));
        let common = common.entry(pair).or_default();
        common.figures += 1;
        let detail = if is_same(here, there) {
            format!("{name}: {} has it too", other_route.name)
        } else {
            common.differing += 1;
            let text = format!("{name}: {there} by {}, {here} by {}", other_route.name, route.name);
            if common.differing == 1 {
                common.example.clone_from(&text);
            }
            text
        };
        collector.set_aside(index, Reason::OtherRoute, detail);
        out.insert(index);
    }
    for ((series, first, second), common) in &common {
        agree(collector, series, &dataset.routes[*first], &dataset.routes[*second], common)?;
    }
    for (title, rows) in groups {
        let rows = count(rows, "row");
        collector.warnings.push(format!("{rows} of groups set aside: {title} has made them, and only the provider publishes groups"));
    }
    for (place, route) in dataset.routes.iter().enumerate() {
        known(collector, &routes, place, route)?;
    }
    collector.take_out(&out);
    Ok(())
}

/// Whether two numbers are one figure; a figure without a value is none.
fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= SAME * a.abs().max(b.abs())
}

/// Whether two routes give one figure: otherwise the second is no mirror, or one of them is wrong.
fn agree(collector: &mut Collector<'_>, series: &str, first: &Route, second: &Route, common: &Common) -> Result<()> {
    if common.differing == 0 {
        return Ok(());
    }
    let told = format!(
        "series {series} by {} and by {} differs in {} of {}, such as {}",
        first.name,
        second.name,
        common.differing,
        count(common.figures, "figure"),
        common.example
    );
    let share = (common.figures - common.differing) as f64 / common.figures as f64;
    if share < second.minimum_agreement {
        return Err(Error::provider_hint(
            Code::RoutesDisagree,
            format!("{told}: another figure, or a wrong one"),
            format!("take {series} out of `series` of the route {}, or see which of the two has changed", second.name),
        ));
    }
    collector.warnings.push(format!("{told}: the first stands"));
    Ok(())
}

/// The figures that a person has stated for a route.
fn known(collector: &Collector<'_>, routes: &[(usize, &Route)], place: usize, route: &Route) -> Result<()> {
    for known in &route.known {
        let is_it = |index: &usize| {
            let row = collector.rows[*index];
            let key = &collector.series[row.series as usize];
            routes.get(collector.body_of(*index)).is_some_and(|(of, _)| *of == place)
                && i64::from(collector.year_of(row)) == known.time_period
                && collector.area_of(row) == known.ref_area
                && key.series == known.series
                && key.dimensions().iter().all(|code| *code == "_T")
        };
        let Some(index) = (0..collector.rows.len()).find(is_it) else { continue };
        let value = collector.rows[index].value;
        if !is_same(value, known.value) {
            return Err(Error::provider_hint(
                Code::RoutesDisagree,
                format!("{} is {value} by {}, and is known to be {}", collector.named(index), route.name, known.value),
                format!("another figure under this name: take {} out of `series` of the route {}", known.series, route.name),
            ));
        }
    }
    Ok(())
}
