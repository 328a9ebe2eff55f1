//! Two parts of a population side by side: two marks of different shape, and the gap between them printed.

use super::scale::{Scale, decimals};
use super::{Anchor, Canvas, Caption, folded};
use crate::publish::labels::number;

pub(crate) struct Pair {
    pub label: String,
    pub first: f64,
    pub second: f64,
    pub gap: String,
}

pub(crate) struct Dumbbell<'a> {
    pub caption: &'a Caption,
    pub unit: String,
    pub limits: (Option<f64>, Option<f64>),
    /// What the two marks are of.
    pub names: [&'a str; 2],
    pub pairs: &'a [Pair],
}

const WIDTH: f64 = 640.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 540.0;
const TOP: f64 = 40.0;
const ROW: f64 = 36.0;
/// Half of a mark.
const SIZE: f64 = 5.0;
/// A mark with its line, and a little air.
const WIDE: f64 = 2.0 * SIZE + 3.0;
/// Where a label has three lines.
const HIGH_ROW: f64 = 52.0;

pub(crate) fn draw(chart: &Dumbbell<'_>) -> String {
    let labels: Vec<Vec<String>> = chart.pairs.iter().map(|pair| folded(&pair.label, 28, 3)).collect();
    let row = if labels.iter().any(|lines| lines.len() > 2) { HIGH_ROW } else { ROW };
    let bottom = TOP + row * chart.pairs.len() as f64;
    let mut canvas = Canvas::new(chart.caption, WIDTH, bottom + 30.0);
    // From zero on, so that a small gap looks small.
    let values = chart.pairs.iter().flat_map(|pair| [pair.first, pair.second]).chain([0.0]);
    let x = Scale::round(values, chart.limits, LEFT, RIGHT);
    canvas.text("name t0", Anchor::Start, (LEFT + 10.0, 20.5), chart.names[0]);
    canvas.text("name t3", Anchor::Start, (LEFT + 120.0, 20.5), chart.names[1]);
    canvas.text("axis", Anchor::Start, (RIGHT + 14.0, 20.5), "gap");
    canvas.text("axis", Anchor::End, (LEFT - 14.0, 20.5), &chart.unit);
    let ticks = x.ticks();
    let digits = decimals(&ticks);
    for tick in ticks {
        canvas.line("grid", (x.at(tick), TOP - 8.0), (x.at(tick), bottom));
        canvas.text("axis", Anchor::Middle, (x.at(tick), bottom + 18.0), &number(tick, Some(digits)));
    }
    let middle = |index: usize| TOP + row * (index as f64 + 0.4);
    for (index, pair) in chart.pairs.iter().enumerate() {
        let y = middle(index);
        let lines = &labels[index];
        for (at, line) in lines.iter().enumerate() {
            let down = 4.5 + 15.0 * (at as f64 - (lines.len() - 1) as f64 / 2.0);
            canvas.text("name", Anchor::End, (LEFT - 14.0, y + down), line);
        }
        let [first, second] = places(pair, &x, y);
        canvas.line("bond", first, second);
        canvas.text("name", Anchor::Start, (RIGHT + 14.0, y + 4.5), &pair.gap);
    }
    canvas.mark("mark s0", 0, (LEFT, 16.0), SIZE);
    chart.pairs.iter().enumerate().for_each(|(index, pair)| canvas.mark("mark s0", 0, places(pair, &x, middle(index))[0], SIZE));
    canvas.mark("mark s3", 1, (LEFT + 110.0, 16.0), SIZE);
    chart.pairs.iter().enumerate().for_each(|(index, pair)| canvas.mark("mark s3", 1, places(pair, &x, middle(index))[1], SIZE));
    canvas.finish()
}

/// Where the two marks of a row are: side by side, and one above the other where they would cover each other.
fn places(pair: &Pair, x: &Scale, y: f64) -> [(f64, f64); 2] {
    let (first, second) = (x.at(pair.first), x.at(pair.second));
    let apart = if (first - second).abs() < WIDE { WIDE / 2.0 } else { 0.0 };
    [(first, y - apart), (second, y + apart)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second mark of a gap under one point lay on the first.
    #[test]
    fn no_mark_covers_the_other() {
        let x = Scale::new(0.0, 100.0, LEFT, RIGHT);
        for tenths in 0..200 {
            let pair = Pair { label: String::new(), first: 60.0, second: 60.0 + f64::from(tenths) / 10.0, gap: String::new() };
            let [first, second] = places(&pair, &x, 60.0);
            assert!((first.0 - second.0).abs() >= WIDE || (first.1 - second.1).abs() >= WIDE, "{tenths}: {first:?} {second:?}");
            assert_eq!((first.0, second.0), (x.at(pair.first), x.at(pair.second)), "where a value lies on the axis stays true");
            assert!([first.1, second.1].iter().all(|y| (y - 60.0).abs() + WIDE / 2.0 < ROW / 2.0), "no mark leaves its row");
        }
    }
}
