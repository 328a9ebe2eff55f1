//! Economies as tiles, each about where it lies in the world: no boundary is drawn, and every economy has the same
//! room. A tile grows and darkens with its class of values, so that it is not told by its colour alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{Anchor, Canvas, Caption};
use crate::publish::labels::floor;

/// Where each tile lies: `ref_area,iso2,column,row`.
const LAYOUT: &str = include_str!("tiles.csv");

pub(crate) struct Map<'a> {
    pub caption: &'a Caption,
    /// The economies of the workspace.
    pub known: &'a dyn Fn(&str) -> bool,
    /// Economy -> class of values.
    pub classes: &'a BTreeMap<&'a str, usize>,
    /// The classes from the least on.
    pub legend: &'a [String],
}

/// At most so many classes: what an eye keeps apart.
pub(crate) const CLASSES: usize = 5;

const STEP: f64 = 24.0;
const LEFT: f64 = 14.0;
const TOP: f64 = 46.0;
const COLUMNS: f64 = 27.0;
const ROWS: f64 = 19.0;

pub(crate) fn draw(map: &Map<'_>) -> String {
    let mut canvas = Canvas::new(map.caption, 2.0 * LEFT + COLUMNS * STEP - STEP, TOP + ROWS * STEP);
    legend(&mut canvas, map.legend);
    // One shape a class, so that a page stays small.
    let mut tiles: Vec<Vec<(f64, f64)>> = vec![Vec::new(); map.legend.len()];
    let mut names: Vec<Vec<(f64, f64, &str)>> = vec![Vec::new(); map.legend.len()];
    let mut without = (Vec::new(), Vec::new());
    for (area, iso2, (x, y)) in layout().filter(|(area, ..)| (map.known)(area)) {
        if let Some(class) = map.classes.get(area) {
            tiles[*class].push((x, y));
            names[*class].push((x, y, iso2));
        } else {
            without.0.push((x, y));
            without.1.push((x, y, iso2));
        }
    }
    canvas.squares("tile-none", 18.0, &without.0);
    canvas.labels("tile-none", &without.1);
    for (class, (places, labels)) in tiles.iter().zip(&names).enumerate() {
        canvas.squares(&format!("tile-{class}"), size(class), places);
        canvas.labels(&format!("tile-{class}"), labels);
    }
    canvas.finish()
}

fn legend(canvas: &mut Canvas, legend: &[String]) {
    let width = (COLUMNS * STEP - STEP) / (legend.len() + 1) as f64;
    for (class, text) in legend.iter().enumerate() {
        let x = LEFT + width * class as f64;
        canvas.squares(&format!("tile-{class}"), size(class), &[(x, 16.0)]);
        canvas.text("axis", Anchor::Start, (x + 15.0, 20.5), text);
    }
    let x = LEFT + width * legend.len() as f64;
    canvas.squares("tile-none", 18.0, &[(x, 16.0)]);
    canvas.text("axis", Anchor::Start, (x + 15.0, 20.5), "no figure");
}

fn size(class: usize) -> f64 {
    14.0 + 2.0 * class as f64
}

/// Economy, its two letters, the middle of its tile.
fn layout() -> impl Iterator<Item = (&'static str, &'static str, (f64, f64))> {
    LAYOUT.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (area, iso2) = (cells.next()?, cells.next()?);
        let (column, row): (f64, f64) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
        Some((area, iso2, (LEFT + column * STEP, TOP + (row + 0.5) * STEP)))
    })
}

/// Whether an economy has a tile.
pub(crate) fn has(area: &str) -> bool {
    // Asked of each economy of a target, of which there may be very many.
    static CODES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| layout().map(|(code, ..)| code).collect());
    CODES.contains(area)
}

/// Where the classes of a set of values end, from the least: percentages in fifths of the whole, other values so that
/// each class holds about as many economies.
pub(crate) fn breaks(values: &[f64], limits: (Option<f64>, Option<f64>)) -> Vec<f64> {
    if let (Some(low), Some(high)) = limits {
        return (1..CLASSES).map(|n| low + (high - low) * n as f64 / CLASSES as f64).collect();
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut breaks: Vec<f64> = (1..CLASSES).filter_map(|n| sorted.get(sorted.len() * n / CLASSES)).map(|value| round(*value)).collect();
    breaks.dedup();
    breaks.retain(|value| sorted.first().is_some_and(|least| value > least));
    breaks
}

/// Two digits that count.
fn round(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let power = 10f64.powi(floor(value.abs().log10()) - 1);
    (value / power).round() * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tiles_share_a_place() {
        let places: BTreeSet<_> = layout().map(|(_, _, (x, y))| (floor(x), floor(y))).collect();
        assert_eq!(places.len(), LAYOUT.lines().count() - 1);
        assert!(layout().all(|(_, _, (x, y))| x < LEFT + COLUMNS * STEP && y < TOP + ROWS * STEP));
    }

    #[test]
    fn classes_of_percentages_and_of_other_values() {
        assert_eq!(breaks(&[3.0], (Some(0.0), Some(100.0))), [20.0, 40.0, 60.0, 80.0]);
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(breaks(&values, (None, None)), [20.0, 40.0, 60.0, 80.0]);
        assert!(breaks(&[7.0, 7.0, 7.0], (None, None)).is_empty());
        assert!(breaks(&[], (None, None)).is_empty());
    }
}
