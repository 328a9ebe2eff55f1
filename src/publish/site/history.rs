//! Values over the years of one area, with the target and the projection: for the page of a target, and as the chart of
//! an indicator.

use std::collections::BTreeMap;

use super::figures::{Cell, Figure, limits};
use crate::indicator::{Indicator, Target};
use crate::publish::chart::line::{self, Fan, Goal, Line, NAMED, Series};
use crate::publish::chart::{Caption, cut, spark};
use crate::publish::columns::{Dimensions, TOTAL};
use crate::publish::labels::percent;
use crate::publish::markup::slug;
use crate::publish::progress::Progress;
use crate::publish::view::View;

/// The rows of one line: one breakdown, one estimate.
pub(crate) struct Rows<'a> {
    pub dimensions: Dimensions<'a>,
    pub estimate: &'a str,
    pub rows: Vec<usize>,
}

/// The figure of a target in its own area; `row` is the one whose projection is drawn.
pub(crate) fn of_target<'a>(view: &View<'a>, indicator: &'a Indicator, target: &'a Target, row: Option<&Progress<'a>>) -> Figure {
    let lines = lines_of_target(view, indicator, target, row);
    let title = format!("{}, {}", if target.title.is_empty() { &indicator.title } else { &target.title }, view.area_name(&target.area));
    figure(view, indicator, format!("line-{}", slug(&target.id)), title, &lines, row, Some(target))
}

/// The lines of a target in its own area, the one of `row` first.
pub(crate) fn lines_of_target<'a>(view: &View<'a>, indicator: &Indicator, target: &Target, row: Option<&Progress<'a>>) -> Vec<Rows<'a>> {
    let matches =
        |dimensions: &Dimensions<'_>| target.dimensions.iter().zip(dimensions).all(|(wanted, code)| wanted == "*" || wanted == code);
    lines(view, indicator, &target.area, &matches, row)
}

/// The figure of an indicator: of its first target, else of the world or the first area that it has.
pub(crate) fn of_indicator(view: &View<'_>, indicator: &Indicator) -> Figure {
    if let Some(target) = indicator.targets.first() {
        let shown = crate::publish::progress::shown(view.of_target(&target.id).filter(|row| row.area == target.area));
        return of_target(view, indicator, target, crate::publish::progress::headline(&shown));
    }
    let areas = view.values.areas(&indicator.name);
    let area = areas.iter().find(|(area, _)| *area == "WLD").or(areas.first()).map_or("WLD", |(area, _)| area);
    let lines = lines(view, indicator, area, &|_| true, None);
    let title = format!("{}, {}", indicator.title, view.area_name(area));
    figure(view, indicator, format!("line-{}", slug(&indicator.name)), title, &lines, None, None)
}

/// The year that stands for now of a line: that of the latest value of its target, where it has one.
fn stands(view: &View<'_>, target: Option<&Target>, line: &Rows<'_>) -> Option<i64> {
    let area = view.values.area.value(*line.rows.first()?);
    let mut rows = view.of_target(&target?.id).filter(|row| row.area == area);
    rows.find(|row| row.dimensions == line.dimensions && row.estimate == line.estimate)?.latest_year
}

/// The course of a row's own series in the room of a word, up to the value that the row gives.
pub(crate) fn spark(view: &View<'_>, row: &Progress<'_>) -> String {
    let values = &view.values;
    let own = |index: &usize| values.dimensions(*index) == row.dimensions && values.estimate.value(*index) == row.estimate;
    let points: Vec<(i64, f64)> = values
        .of_area(row.indicator, row.area)
        .filter(own)
        .filter_map(|index| Some((i64::from(values.year.value(index)), values.value(index)?)))
        .filter(|point| row.latest_year.is_none_or(|latest| point.0 <= latest))
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let unit = view.unit_of(row);
    let name = format!("From {} in {} to {} in {}", view.labels.show(first.1, unit), first.0, view.labels.show(last.1, unit), last.0);
    spark::draw(&points, limits(unit), &name)
}

/// The lines of an area: that of the row shown first, then totals before parts, the longer before the shorter.
fn lines<'a>(
    view: &View<'a>,
    indicator: &Indicator,
    area: &str,
    matches: &dyn Fn(&Dimensions<'_>) -> bool,
    shown: Option<&Progress<'a>>,
) -> Vec<Rows<'a>> {
    let values = &view.values;
    let mut found: BTreeMap<(Dimensions<'a>, &'a str), Vec<usize>> = BTreeMap::new();
    for row in values.of_area(&indicator.name, area).filter(|row| values.value(*row).is_some()) {
        let dimensions = values.dimensions(row);
        if matches(&dimensions) {
            found.entry((dimensions, values.estimate.value(row))).or_default().push(row);
        }
    }
    let mut lines: Vec<Rows<'a>> = found.into_iter().map(|((dimensions, estimate), rows)| Rows { dimensions, estimate, rows }).collect();
    // One unit on one axis: that of the row shown, else of the indicator.
    let unit = shown.map_or(indicator.unit.as_str(), |row| view.unit_of(row));
    lines.retain(|line| line.rows.iter().all(|row| values.unit.value(*row) == unit));
    let is_shown = |line: &Rows<'_>| shown.is_some_and(|row| row.dimensions == line.dimensions && row.estimate == line.estimate);
    let same = |line: &Rows<'_>| shown.is_some_and(|row| row.dimensions == line.dimensions);
    lines.sort_by_key(|line| {
        (!is_shown(line), !same(line), line.dimensions != TOTAL, std::cmp::Reverse(line.rows.len()), line.dimensions, line.estimate)
    });
    lines
}

fn figure(
    view: &View<'_>,
    indicator: &Indicator,
    id: String,
    title: String,
    lines: &[Rows<'_>],
    row: Option<&Progress<'_>>,
    target: Option<&Target>,
) -> Figure {
    let values = &view.values;
    let unit = row.map_or(indicator.unit.as_str(), |row| view.unit_of(row));
    let several = lines.iter().any(|line| line.dimensions != lines[0].dimensions);
    let estimates = lines.iter().any(|line| line.estimate != lines[0].estimate);
    let label = |line: &Rows<'_>| {
        let part = view.labels.breakdown(&line.dimensions);
        match (several && !part.is_empty(), estimates) {
            (true, true) => format!("{} ({})", cut(&part, 40), line.estimate),
            (true, false) => part,
            _ => line.estimate.to_owned(),
        }
    };
    // What the sentence begins with: of which part and estimate the line is that it tells of.
    let first = lines.first().map_or_else(String::new, |line| {
        let part = view.labels.breakdown(&line.dimensions);
        match (part.is_empty(), estimates) {
            (false, true) => format!("{part} ({})", line.estimate),
            (true, true) => line.estimate.to_owned(),
            (_, false) => part,
        }
    });
    let series: Vec<Series> = lines
        .iter()
        .map(|line| Series {
            label: label(line),
            points: line.rows.iter().filter_map(|row| Some((i64::from(values.year.value(*row)), values.value(*row)?))).collect(),
            stands: stands(view, target, line),
        })
        .collect();
    let goal = row.zip(target).and_then(|(row, _)| {
        let (low, high) = view.bounds(row)?;
        Some(Goal { low, high, year: row.target_year, label: format!("target {}", row.target_year) })
    });
    let fan = row.and_then(|row| {
        let from = (row.latest_year?, row.latest?);
        let fan = Fan { from, year: row.target_year, low: row.low?, high: row.high? };
        (fan.year > from.0).then_some(fan)
    });
    let caption = Caption { id: id.clone(), description: sentence(view, row, (&first, &series), unit), title };
    let named = view.labels.unit(unit);
    let unit_label = if named.symbol.is_empty() { named.name } else { named.symbol };
    let svg = line::draw(&Line { caption: &caption, unit: unit_label, limits: limits(unit), series: &series, goal, fan });
    let rule = format!("#rule-{}", slug(&indicator.name));
    let mut head = vec!["Year".to_owned()];
    head.extend(several.then(|| "Part".to_owned()));
    head.extend(["Value", "Estimate", "Status", "Coverage", "Members", "Source", "Note"].map(str::to_owned));
    let cells = |line: &Rows<'_>, row: usize| {
        let mut cells = vec![Cell::number(values.year.value(row).to_string())];
        cells.extend(several.then(|| Cell::text(view.labels.breakdown(&line.dimensions))));
        let members = match values.members(row) {
            (Some(observed), Some(total)) => format!("{observed} of {total}"),
            _ => String::new(),
        };
        cells.extend([
            Cell::number(values.value(row).map(|value| view.labels.show(value, unit)).unwrap_or_default()).linked(Some(rule.clone())),
            Cell::text(line.estimate),
            Cell::text(values.status.value(row)),
            Cell::number(values.coverage(row).map(percent).unwrap_or_default()),
            Cell::number(members),
            Cell::foreign(values.source(row).unwrap_or_default()),
            Cell::foreign(values.note(row).unwrap_or_default()),
        ]);
        cells
    };
    Figure {
        id,
        svg,
        head,
        rows: lines.iter().take(TABLED).flat_map(|line| line.rows.iter().map(move |row| cells(line, *row))).collect(),
        title: caption.title,
        description: caption.description,
        data: Some(indicator.name.clone()),
        numbers: false,
        table: None,
        many: false,
        own_file: !lines.is_empty() && indicator.targets.first().is_some_and(|first| target.is_some_and(|target| first.id == target.id)),
    }
}

/// Lines whose values stand in the table; those of all others are in the files.
const TABLED: usize = 12;

/// What the chart shows, made of its data. `of`: what the first line is of, and all lines.
fn sentence(view: &View<'_>, row: Option<&Progress<'_>>, (of, series): (&str, &[Series]), unit: &str) -> String {
    let show = |value: f64| view.labels.show(value, unit);
    let points = series.first().map_or(&[][..], |series| &series.points);
    // A newer value that is mostly carried is drawn, and not what the sentence leads with.
    let standing = series.first().map_or(&[][..], Series::standing);
    let mut course = course(standing, &show);
    if let (true, Some(last)) = (standing.len() < points.len(), points.last()) {
        let why = if row.is_some_and(|row| row.estimate == "imputed") { ", of which too little is observed" } else { "" };
        course.push_str(&format!(" (the line goes on to {}{why})", last.0));
    }
    let mut said = vec![if of.is_empty() || points.is_empty() { course } else { format!("{of}: {course}") }];
    if let Some(row) = row {
        let class = view.labels.class(row.standing()).to_lowercase();
        let mut target = format!("The target for {} is {}: {class}", row.target_year, view.goal(row));
        if let Some(doubt) = row.not_known() {
            target.push_str(&format!(", {doubt}"));
        }
        if let (Some(year), Some(value)) = (row.latest_year, row.latest)
            && standing.last().is_some_and(|last| last.0 != year)
        {
            target.push_str(&format!(" (measured: {} in {year})", show(value)));
        }
        said.push(target);
        if let (Some(low), Some(high)) = (row.low, row.high) {
            let (low, high) = (show(low), show(high));
            said.push(if low == high { format!("Projected: {low}") } else { format!("Projected: {low} to {high}") });
        }
    }
    match series.len() {
        0 | 1 => {}
        count if count > NAMED => said.push(format!("{count} lines, the first {NAMED} named, the others grey")),
        count => said.push(format!("{count} lines: {}", series.iter().map(|series| series.label.as_str()).collect::<Vec<_>>().join(", "))),
    }
    let mut text = format!("{}.", said.join(". "));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The first value and the last. Years that have none between them are no course.
fn course(points: &[(i64, f64)], show: &dyn Fn(f64) -> String) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return "no value yet".into() };
    let told = |point: &(i64, f64)| format!("{} in {}", show(point.1), point.0);
    let years = last.0 - first.0 + 1;
    match i64::try_from(points.len()).unwrap_or(years) {
        1 => format!("one value, {}", told(first)),
        count if count == years => format!("from {} to {}", told(first), told(last)),
        2 => format!("two values, {} and {}", told(first), told(last)),
        count => format!("from {} to {}, with values of {count} of {years} years", told(first), told(last)),
    }
}
