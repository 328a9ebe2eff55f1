//! Rows by years as a grid of squares: a square grows and darkens with its class, an empty place has none.

use super::{Anchor, Canvas, Caption, cut, tiles};

pub(crate) struct Row {
    pub label: String,
    /// By column; None where there is nothing.
    pub classes: Vec<Option<usize>>,
}

const LEFT: f64 = 345.0;
const TOP: f64 = 44.0;
const ROW: f64 = 19.0;
const RIGHT: f64 = 622.0;
/// Room for half the name of the last column.
const MARGIN: f64 = 18.0;

/// `columns` are the names below the grid; `legend` names the classes from the least on.
pub(crate) fn draw(caption: &Caption, columns: &[String], rows: &[Row], legend: &[String]) -> String {
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(caption, RIGHT + MARGIN, bottom + 24.0);
    let width = (RIGHT - LEFT) / columns.len().max(1) as f64;
    for (class, text) in legend.iter().enumerate() {
        let x = 14.0 + 124.0 * class as f64;
        canvas.squares(&format!("tile-{class}"), size(class), &[(x, 14.0)]);
        canvas.text("axis", Anchor::Start, (x + 14.0, 18.5), text);
    }
    for class in 0..tiles::CLASSES {
        let mut places = Vec::new();
        for (line, row) in rows.iter().enumerate() {
            let of_class = row.classes.iter().enumerate().filter(|(_, other)| **other == Some(class));
            places.extend(of_class.map(|(at, _)| (LEFT + width * (at as f64 + 0.5), TOP + ROW * (line as f64 + 0.5))));
        }
        canvas.squares(&format!("tile-{class}"), size(class).min(width), &places);
    }
    for (line, row) in rows.iter().enumerate() {
        canvas.text("axis", Anchor::End, (LEFT - 8.0, TOP + ROW * (line as f64 + 0.5) + 4.5), &cut(&row.label, 48));
    }
    // As many names as fit.
    let every = (columns.len() as f64 * 40.0 / (RIGHT - LEFT)).ceil().max(1.0);
    for (at, name) in columns.iter().enumerate().filter(|(at, _)| *at as f64 % every == 0.0) {
        canvas.text("axis", Anchor::Middle, (LEFT + width * (at as f64 + 0.5), bottom + 18.0), name);
    }
    canvas.finish()
}

fn size(class: usize) -> f64 {
    6.0 + 2.25 * class as f64
}
