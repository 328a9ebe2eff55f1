//! One bar a class, with its name and number.

use super::{Anchor, Canvas, Caption};

pub(crate) struct Bar {
    pub class: &'static str,
    pub name: String,
    pub count: usize,
}

const WIDTH: f64 = 640.0;
const ROW: f64 = 28.0;
/// Room for the longest name of a class in any language.
const LEFT: f64 = 215.0;
const RIGHT: f64 = 590.0;

pub(crate) fn draw(caption: &Caption, bars: &[Bar]) -> String {
    let mut canvas = Canvas::new(caption, WIDTH, ROW * bars.len() as f64 + 8.0);
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1) as f64;
    for (index, bar) in bars.iter().enumerate() {
        let top = 4.0 + ROW * index as f64;
        let width = (RIGHT - LEFT) * bar.count as f64 / most;
        canvas.text("name", Anchor::End, (LEFT - 10.0, top + 18.0), &bar.name);
        canvas.rect(&format!("bar c-{}", bar.class), LEFT, top + 3.0, width.max(1.0), ROW - 6.0);
        canvas.text("name", Anchor::Start, (LEFT + width.max(1.0) + 7.0, top + 18.0), &bar.count.to_string());
    }
    canvas.finish()
}
