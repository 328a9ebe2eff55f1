//! Values over the years: one line a series, the target, and where the line may lead by the target year.

use super::scale::{Scale, decimals};
use super::{Anchor, Canvas, Caption, apart, folded};
use crate::publish::labels::number;

pub(crate) struct Series {
    pub label: String,
    /// In order of the years.
    pub points: Vec<(i64, f64)>,
    /// The year that stands for now, where newer ones are there that do not: mostly carried.
    pub stands: Option<i64>,
}

impl Series {
    /// The points up to the year that stands for now; all where none has been found so.
    pub(crate) fn standing(&self) -> &[(i64, f64)] {
        let upto = |stands: i64| self.points.iter().take_while(|point| point.0 <= stands).count();
        let count = self.stands.map(upto).filter(|count| *count > 0).unwrap_or(self.points.len());
        &self.points[..count]
    }

    /// Where the line is marked and named.
    fn end(&self) -> Option<&(i64, f64)> {
        self.standing().last()
    }
}

/// What is to be reached; for a band, from `low` to `high`.
pub(crate) struct Goal {
    pub low: f64,
    pub high: f64,
    pub year: i64,
    pub label: String,
}

/// From the latest value to the range of the projection.
pub(crate) struct Fan {
    pub from: (i64, f64),
    pub year: i64,
    pub low: f64,
    pub high: f64,
}

pub(crate) struct Line<'a> {
    pub caption: &'a Caption,
    pub unit: String,
    /// Values cannot lie beyond these.
    pub limits: (Option<f64>, Option<f64>),
    pub series: &'a [Series],
    pub goal: Option<Goal>,
    pub fan: Option<Fan>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 480.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 320.0;
/// Series with a colour, a mark and a name; more are grey.
pub(crate) const NAMED: usize = 6;

pub(crate) fn draw(line: &Line<'_>) -> String {
    let mut canvas = Canvas::new(line.caption, WIDTH, HEIGHT);
    let points = || line.series.iter().flat_map(|s| s.points.iter().copied());
    let goal_years = line.goal.iter().map(|goal| goal.year).chain(line.fan.iter().map(|fan| fan.year));
    let years: Vec<i64> = points().map(|(year, _)| year).chain(goal_years).collect();
    let (first, last) = (years.iter().min().copied().unwrap_or(2000), years.iter().max().copied().unwrap_or(2030));
    // Without a value there is room before the target all the same.
    let first = if first == last { last - 10 } else { first };
    let x = Scale::new(first as f64, last as f64, LEFT, RIGHT);
    // A band stands between what is too low and what is too high.
    let goals = line.goal.iter().flat_map(|goal| [2.0 * goal.low - goal.high, 2.0 * goal.high - goal.low]);
    let ranges = line.fan.iter().flat_map(|fan| [fan.low, fan.high]);
    let y = Scale::round(points().map(|(_, value)| value).chain(goals).chain(ranges).chain(line.limits.0), line.limits, BOTTOM, TOP);
    axes(&mut canvas, &x, &y, &line.unit);
    if let Some(fan) = &line.fan {
        let at = |year: i64, value: f64| (x.at(year as f64), y.at(value));
        canvas.area("fan", &[at(fan.from.0, fan.from.1), at(fan.year, fan.high), at(fan.year, fan.low)]);
        canvas.line("fan-edge", at(fan.from.0, fan.from.1), at(fan.year, fan.low));
        canvas.line("fan-edge", at(fan.from.0, fan.from.1), at(fan.year, fan.high));
    }
    if let Some(goal) = &line.goal {
        let (low, high) = (y.at(goal.low), y.at(goal.high));
        if goal.low < goal.high {
            canvas.rect("band", LEFT, high, RIGHT - LEFT, (low - high).max(1.0));
            canvas.line("goal", (LEFT, low), (RIGHT, low));
        }
        canvas.line("goal", (LEFT, high), (RIGHT, high));
        canvas.mark("goal-mark", 2, (x.at(goal.year as f64), y.at(f64::midpoint(goal.low, goal.high))), 5.0);
    }
    for (index, series) in line.series.iter().enumerate().rev() {
        let class = if index < NAMED { format!("s{index}") } else { "s-other".into() };
        let places = parts(&series.points).into_iter().map(|part| part.iter().map(|(year, v)| (x.at(*year as f64), y.at(*v))).collect());
        canvas.parts(&format!("line {class}"), &places.collect::<Vec<Vec<_>>>());
        if let (true, Some((year, value))) = (index < NAMED, series.end()) {
            canvas.mark(&format!("mark {class}"), index, (x.at(*year as f64), y.at(*value)), 4.0);
        }
    }
    names(&mut canvas, line, &x, &y);
    canvas.finish()
}

/// Runs of years without a gap: what lies between them is not known, and is not drawn.
fn parts(points: &[(i64, f64)]) -> Vec<Vec<(i64, f64)>> {
    let mut parts: Vec<Vec<(i64, f64)>> = Vec::new();
    for point in points {
        match parts.last_mut() {
            Some(part) if part.last().is_some_and(|(year, _)| year + 1 == point.0) => part.push(*point),
            _ => parts.push(vec![*point]),
        }
    }
    parts
}

fn axes(canvas: &mut Canvas, x: &Scale, y: &Scale, unit: &str) {
    canvas.text("axis", Anchor::Start, (4.0, 16.0), unit);
    let ticks = y.ticks();
    let digits = decimals(&ticks);
    for tick in ticks {
        let place = y.at(tick);
        canvas.line(if tick == 0.0 { "zero" } else { "grid" }, (LEFT, place), (RIGHT, place));
        canvas.text("axis", Anchor::End, (LEFT - 6.0, place + 4.5), &tick_text(tick, digits));
    }
    let mut free = f64::NEG_INFINITY;
    for tick in x.ticks().into_iter().filter(|tick| tick.fract() == 0.0) {
        let place = x.at(tick);
        canvas.line("tick", (place, BOTTOM), (place, BOTTOM + 5.0));
        if place > free {
            canvas.text("axis", Anchor::Middle, (place, BOTTOM + 20.0), &format!("{tick:.0}"));
            free = place + 36.0;
        }
    }
}

/// A tick of an axis: large numbers in words.
fn tick_text(tick: f64, digits: usize) -> String {
    for (size, word) in [(1e9, " bn"), (1e6, " m"), (1e3, " k")] {
        if tick.abs() >= 10.0 * size || (tick.abs() >= size && size > 1e3) {
            let scaled = tick / size;
            return format!("{}{word}", if scaled.fract() == 0.0 { format!("{scaled:.0}") } else { format!("{scaled:.1}") });
        }
    }
    number(tick, Some(digits))
}

/// The names of the lines at their ends, and of the target, none upon another.
fn names(canvas: &mut Canvas, line: &Line<'_>, x: &Scale, y: &Scale) {
    let mut texts: Vec<(String, String, f64, Option<f64>)> = Vec::new();
    for (index, series) in line.series.iter().enumerate().take(NAMED) {
        if let Some((year, value)) = series.end() {
            // A long name goes on below its first line, which alone leads to the end of its series.
            for (at, text) in folded(&series.label, 18, 3).into_iter().enumerate() {
                texts.push((format!("name t{index}"), text, y.at(*value), (at == 0).then(|| x.at(*year as f64))));
            }
        }
    }
    if let Some(goal) = &line.goal {
        texts.push(("name".into(), goal.label.clone(), y.at(f64::midpoint(goal.low, goal.high)), Some(RIGHT)));
    }
    let places = apart(&texts.iter().map(|text| text.2).collect::<Vec<_>>(), 16.0, TOP, BOTTOM);
    for ((class, text, wanted, from), place) in texts.iter().zip(places) {
        if let Some(from) = from {
            canvas.line("lead", (from + 6.0, *wanted), (RIGHT + 8.0, place));
        }
        canvas.text(class, Anchor::Start, (RIGHT + 11.0, place + 4.5), text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_not_joined() {
        let parts = parts(&[(2010, 1.0), (2011, 2.0), (2014, 3.0), (2015, 4.0), (2020, 5.0)]);
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    }

    #[test]
    fn nothing_at_all_is_still_a_chart() {
        let caption = Caption { id: "c".into(), title: "<t>".into(), description: "\"d\"".into() };
        let svg = draw(&Line { caption: &caption, unit: "%".into(), limits: (None, None), series: &[], goal: None, fan: None });
        assert!(!svg.contains("NaN") && svg.ends_with("</svg>"), "{svg}");
        let alone = String::from_utf8(crate::publish::chart::standalone(&svg, &caption)).unwrap();
        assert!(alone.contains("<title id=\"c-title\">&lt;t&gt;</title>") && alone.contains("&quot;d&quot;</desc>"), "{alone}");
    }
}
