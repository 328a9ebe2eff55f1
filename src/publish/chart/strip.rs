//! The economies of a group along one axis, with their median, the group itself and the target.

use std::collections::BTreeSet;

use super::scale::{Scale, decimals};
use super::{Anchor, Canvas, Caption, apart, cut};
use crate::publish::labels::{floor, number};

pub(crate) struct Strip<'a> {
    pub caption: &'a Caption,
    pub unit: String,
    pub limits: (Option<f64>, Option<f64>),
    pub values: &'a [f64],
    /// Lines to mark: name, value, the value as text. Median and group have lines of their own; two others are the bounds
    /// of a band.
    pub marks: Vec<(&'static str, f64, String)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 20.0;
const RIGHT: f64 = 620.0;
const MIDDLE: f64 = 84.0;
const AXIS: f64 = 122.0;
/// Dots of one place are stacked up to here.
const REACH: f64 = 30.0;
const DOT: f64 = 6.0;

/// The middle value; of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

pub(crate) fn draw(strip: &Strip<'_>) -> String {
    let mut canvas = Canvas::new(strip.caption, WIDTH, HEIGHT);
    let x = Scale::spread(strip.values, &strip.marks.iter().map(|m| m.1).collect::<Vec<_>>(), strip.limits, LEFT, RIGHT);
    let ticks = x.ticks();
    let digits = decimals(&ticks);
    let unit = if x.is_logarithmic() { format!("{}, each step ten times the one before", strip.unit) } else { strip.unit.clone() };
    canvas.line("zero", (LEFT, AXIS), (RIGHT, AXIS));
    canvas.parts("tick", &ticks.iter().map(|tick| vec![(x.at(*tick), AXIS), (x.at(*tick), AXIS + 5.0)]).collect::<Vec<_>>());
    for (index, tick) in ticks.iter().enumerate() {
        let text = number(*tick, Some(if x.is_logarithmic() { decimals(&[*tick]) } else { digits }));
        let anchor = if index == 0 {
            Anchor::Start
        } else if index + 1 == ticks.len() {
            Anchor::End
        } else {
            Anchor::Middle
        };
        let place = match anchor {
            Anchor::Start => x.at(*tick) - 6.0,
            Anchor::Middle => x.at(*tick),
            Anchor::End => x.at(*tick) + 6.0,
        };
        canvas.text("axis", anchor, (place, AXIS + 20.0), &text);
    }
    let goals: Vec<f64> = strip.marks.iter().filter(|mark| class_of(mark.0) == GOAL).map(|mark| x.at(mark.1)).collect();
    if let [low, high] = goals[..] {
        let top = MIDDLE - REACH - 8.0;
        canvas.rect("band", low, top, (high - low).max(1.0), AXIS - top);
    }
    canvas.parts("dots", &dots(strip.values, &x));
    let places: Vec<f64> = strip.marks.iter().map(|mark| x.at(mark.1)).collect();
    let text_of = |mark: &(&str, f64, String)| cut(&format!("{} {}", mark.0, mark.2), 26);
    let widest = strip.marks.iter().map(|mark| text_of(mark).chars().count()).max().unwrap_or(0) as f64 * 7.6 + 12.0;
    let names = apart(&places, widest, LEFT + widest / 2.0 - 10.0, RIGHT - widest / 2.0 + 10.0);
    for (mark, name) in strip.marks.iter().zip(&names) {
        canvas.line("lead", (*name, 34.0), (x.at(mark.1), MIDDLE - REACH - 8.0));
        canvas.text("name", Anchor::Middle, (*name, 28.0), &text_of(mark));
    }
    for mark in &strip.marks {
        canvas.line(class_of(mark.0), (x.at(mark.1), MIDDLE - REACH - 8.0), (x.at(mark.1), AXIS));
    }
    canvas.text("axis", Anchor::Start, (LEFT, 11.0), &unit);
    canvas.finish()
}

const GOAL: &str = "goal";

fn class_of(name: &str) -> &'static str {
    match name {
        "Median" => "median",
        "Group" => "own",
        _ => GOAL,
    }
}

/// One dot a value; those of one place side by side, up and down.
fn dots(values: &[f64], x: &Scale) -> Vec<Vec<(f64, f64)>> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (mut held, mut count) = (f64::NEG_INFINITY, 0i32);
    let mut places = Vec::new();
    let mut taken = BTreeSet::new();
    for value in sorted {
        let place = (x.at(value) / DOT).round() * DOT;
        count = if place == held { count + 1 } else { 0 };
        held = place;
        let step = f64::from((count + 1) / 2) * if count % 2 == 1 { -1.0 } else { 1.0 };
        // More than fit are laid over those there.
        let rows = (REACH / DOT).floor();
        let row = step % (rows + 1.0);
        if taken.insert((floor(place), floor(row))) {
            places.push(vec![(place, MIDDLE + DOT * row)]);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
