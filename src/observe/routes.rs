//! Figures of one data set that came by several routes: a mirror's codes become those of the data set, its own groups
//! are set aside, and where two routes have one figure, they must agree. What is known of a mirror must be there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::arranged::ranks;
use crate::error::{Code, Error, Result, count};
use crate::fetch::Pull;
use crate::pipelines::{Dataset, Route};
use crate::reference::Reference;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::sorted::Rank;
use crate::rows::store::Row;

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
    Mark { row: collector.rows.count(), series: collector.series.len() }
}

/// Gives the rows of a mirror's body, those after the mark, the series of the data set, and the route into their notes.
/// A series that the route does not name stays out.
pub(super) fn adopt(collector: &mut Collector<'_>, from: &Mark, route: &Route) -> Result<()> {
    let mut series: HashMap<u32, Option<u32>> = HashMap::new();
    let mut details: HashMap<u32, u32> = HashMap::new();
    let mut rows = std::mem::take(&mut collector.rows);
    rows.each(from.row, |number, row| {
        let mapped = match series.get(&row.series) {
            Some(known) => *known,
            None => *series.entry(row.series).or_insert(mapped(collector, from, row.series, route)),
        };
        row.detail = match details.get(&row.detail) {
            Some(known) => *known,
            None => *details.entry(row.detail).or_insert(noted(collector, row.detail, route)),
        };
        if let Some(mapped) = mapped {
            row.series = mapped;
        } else {
            let series = &collector.series[row.series as usize].series;
            let detail = format!("series {series}: route {} does not say what it is", route.name);
            collector.set_aside(number, row, Reason::UnknownWord, detail);
        }
        Ok(())
    })?;
    collector.rows = rows;
    Ok(())
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
    let mut groups = BTreeMap::<&str, usize>::new();
    // The first value of each figure, and its body.
    let mut figures: HashMap<(Rank, u32), (f64, usize)> = HashMap::new();
    let (mut known, mut units) = (Vec::new(), Units::new());
    let mut common: BTreeMap<(String, usize, usize), Common> = BTreeMap::new();
    let ranks = ranks(&collector.series);
    let mut rows = std::mem::take(&mut collector.rows);
    rows.each(0, |number, row| {
        let body = collector.body_of(number);
        let Some(&(place, route)) = routes.get(body) else { return Ok(()) };
        known.extend(stated(collector, row, place, route));
        units.insert((row.series, place));
        if place > 0 && reference.group_scheme(collector.area_of(row)).is_some() {
            let detail = collector.area_of(row).to_owned();
            collector.set_aside(number, row, Reason::AreaNotCovered, detail);
            *groups.entry(&route.title).or_default() += 1;
            return Ok(());
        }
        if row.value.is_nan() {
            return Ok(());
        }
        let (there, first) = *figures.entry((ranks[row.series as usize], row.place)).or_insert((row.value, body));
        let Some(&(other, other_route)) = routes.get(first).filter(|(other, _)| *other != place) else { return Ok(()) };
        let here = row.value;
        let name = collector.named(row);
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
        collector.set_aside(number, row, Reason::OtherRoute, detail);
        Ok(())
    })?;
    collector.rows = rows;
    for ((series, first, second), common) in &common {
        agree(collector, series, &dataset.routes[*first], &dataset.routes[*second], common)?;
    }
    for (title, rows) in groups {
        let rows = count(rows, "row");
        collector.warnings.push(format!("{rows} of groups set aside: {title} has made them, and only the provider publishes groups"));
    }
    known.sort_by_key(|(order, _)| *order);
    known.dedup_by_key(|(order, _)| *order);
    let found: BTreeSet<(usize, usize)> = known.iter().map(|(order, _)| *order).collect();
    known.into_iter().try_for_each(|(_, refused)| refused.map_or(Ok(()), Err))?;
    all_known(collector, dataset, &units, &found)?;
    same_units(collector, dataset, &units)
}

/// Each series, with its unit, that came by a route.
type Units = BTreeSet<(u32, usize)>;

/// Refuses a mirror without a figure that is known of a series that it gives: a series under the name of another may
/// have none for that economy and year.
fn all_known(collector: &Collector<'_>, dataset: &Dataset, given: &Units, found: &BTreeSet<(usize, usize)>) -> Result<()> {
    for (place, route) in dataset.routes.iter().enumerate().skip(1) {
        for (number, known) in route.known.iter().enumerate() {
            let has_series = given.iter().any(|(series, by)| *by == place && collector.series[*series as usize].series == known.series);
            if has_series && !found.contains(&(place, number)) {
                let figure = format!("{} {} {}", known.series, known.ref_area, known.time_period);
                let message = format!("{} has no {figure}, which is known to be {}", route.name, known.value);
                return Err(Error::provider_hint(Code::RoutesDisagree, message, another(&known.series, route)));
            }
        }
    }
    Ok(())
}

/// Refuses a mirror that gives a series in another unit than a route before it.
fn same_units(collector: &Collector<'_>, dataset: &Dataset, given: &Units) -> Result<()> {
    let mut of_series: BTreeMap<&str, BTreeMap<usize, BTreeSet<&str>>> = BTreeMap::new();
    for (series, place) in given {
        let key = &collector.series[*series as usize];
        of_series.entry(&key.series).or_default().entry(*place).or_default().insert(&key.unit);
    }
    for (series, by_place) in of_series {
        let Some((first, ours)) = by_place.first_key_value() else { continue };
        for (place, theirs) in by_place.iter().skip(1) {
            if let Some(unit) = theirs.iter().find(|unit| !ours.contains(*unit)) {
                let (own, mirror) = (&dataset.routes[*first], &dataset.routes[*place]);
                let ours = ours.iter().copied().collect::<Vec<_>>().join(", ");
                let message = format!("series {series} is in {unit} by {}, and in {ours} by {}", mirror.name, own.name);
                return Err(Error::provider_hint(Code::RoutesDisagree, message, another(series, mirror)));
            }
        }
    }
    Ok(())
}

fn another(series: &str, route: &Route) -> String {
    format!("another figure under this name: take {series} out of `series` of the route {}", route.name)
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

/// Which of the figures that a person has stated for a route this row is, and whether it is another one.
fn stated(collector: &Collector<'_>, row: &Row, place: usize, route: &Route) -> Option<((usize, usize), Option<Error>)> {
    let key = &collector.series[row.series as usize];
    let number = route.known.iter().position(|known| {
        i64::from(collector.year_of(row)) == known.time_period
            && key.series == known.series
            && collector.area_of(row) == known.ref_area
            && key.dimensions().iter().all(|code| *code == "_T")
    })?;
    let known = &route.known[number];
    let shown = |value: f64, unit: &str| if known.unit.is_some() { format!("{value} {unit}") } else { value.to_string() };
    let same = is_same(row.value, known.value) && known.unit.as_deref().is_none_or(|unit| key.unit == unit);
    let refused = (!same).then(|| {
        let (here, there) = (shown(row.value, &key.unit), shown(known.value, known.unit.as_deref().unwrap_or_default()));
        let message = format!("{} is {here} by {}, and is known to be {there}", collector.named(row), route.name);
        Error::provider_hint(Code::RoutesDisagree, message, another(&known.series, route))
    });
    Some(((place, number), refused))
}
