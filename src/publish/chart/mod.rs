//! Charts as SVG: shapes with classes, no script, no inline style. Each carries its title and a sentence that says what
//! it shows; what it shows stands beside it as a table too.

pub(super) mod bars;
pub(super) mod dumbbell;
pub(super) mod heat;
pub(super) mod line;
pub(super) mod scale;
pub(super) mod spark;
pub(super) mod strip;
pub(super) mod tiles;

use std::fmt::Write;

use super::markup::escape;

/// Colours and line styles by class: in the style sheet of the site, and inside a chart that stands alone.
pub(super) const STYLE: &str = include_str!("chart.css");

/// What every chart says of itself. `id` is unique on its page.
#[derive(Debug, Clone)]
pub(super) struct Caption {
    pub id: String,
    pub title: String,
    pub description: String,
}

/// A drawing in progress.
pub(super) struct Canvas {
    svg: String,
}

/// Where a text is held.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub(super) fn new(caption: &Caption, width: f64, height: f64) -> Self {
        let id = escape(&caption.id);
        let mut svg = String::with_capacity(4096);
        let _ = write!(
            svg,
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            escape(&caption.title),
            escape(&caption.description)
        );
        Self { svg }
    }

    /// A line from one point to another.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(short);
        let _ = write!(self.svg, "<path class=\"{class}\" d=\"M{x1} {y1}L{x2} {y2}\"/>");
    }

    /// A path through points; each part is drawn without joining the next.
    pub(super) fn parts(&mut self, class: &str, parts: &[Vec<(f64, f64)>]) {
        let mut path = String::new();
        for part in parts {
            for (index, (x, y)) in part.iter().enumerate() {
                let _ = write!(path, "{}{} {}", if index == 0 { 'M' } else { 'L' }, short(*x), short(*y));
            }
            if part.len() == 1 {
                // A point of its own: a line of no length has round ends.
                path.push_str("h0");
            }
        }
        if !path.is_empty() {
            let _ = write!(self.svg, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }

    pub(super) fn area(&mut self, class: &str, corners: &[(f64, f64)]) {
        let points: Vec<String> = corners.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect();
        let _ = write!(self.svg, "<polygon class=\"{class}\" points=\"{}\"/>", points.join(" "));
    }

    pub(super) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let [x, y, width, height] = [x, y, width, height].map(short);
        let _ = write!(self.svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
    }

    /// A mark of one of six shapes, so that no series is told by its colour alone.
    pub(super) fn mark(&mut self, class: &str, shape: usize, (x, y): (f64, f64), size: f64) {
        let s = size;
        let path = match shape % 6 {
            0 => format!("M{} {}a{s} {s} 0 1 0 {} 0a{s} {s} 0 1 0 -{} 0z", short(x - s), short(y), 2.0 * s, 2.0 * s),
            1 => format!("M{} {}h{w}v{w}h-{w}z", short(x - s), short(y - s), w = 2.0 * s),
            2 => format!("M{} {}l{d} {d}l-{d} {d}l-{d} -{d}z", short(x), short(y - 1.3 * s), d = short(1.3 * s)),
            3 => format!("M{} {}l{d} {h}h-{w}z", short(x), short(y - 1.2 * s), d = short(1.2 * s), h = short(2.2 * s), w = short(2.4 * s)),
            4 => format!("M{} {}l{d} -{h}h-{w}z", short(x), short(y + 1.2 * s), d = short(1.2 * s), h = short(2.2 * s), w = short(2.4 * s)),
            _ => format!("M{} {}h{w}M{} {}v{w}", short(x - s), short(y), short(x), short(y - s), w = 2.0 * s),
        };
        let _ = write!(self.svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// Squares around their middles, as one shape.
    pub(super) fn squares(&mut self, class: &str, size: f64, middles: &[(f64, f64)]) {
        let mut path = String::new();
        for (x, y) in middles {
            let _ = write!(path, "M{} {}h{size}v{size}h-{size}z", short(x - size / 2.0), short(y - size / 2.0));
        }
        if !path.is_empty() {
            let _ = write!(self.svg, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }

    /// Short texts in the middle of their places, of one class.
    pub(super) fn labels(&mut self, class: &str, labels: &[(f64, f64, &str)]) {
        if labels.is_empty() {
            return;
        }
        let _ = write!(self.svg, "<g class=\"{class}\">");
        for (x, y, text) in labels {
            let _ = write!(self.svg, "<text x=\"{}\" y=\"{}\">{}</text>", short(*x), short(y + 3.2), escape(text));
        }
        self.svg.push_str("</g>");
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y) = (short(x), short(y));
        let _ = write!(self.svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{}</text>", escape(text));
    }

    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// The chart as a file of its own, with its style in it.
pub(super) fn standalone(svg: &str) -> Vec<u8> {
    let (start, rest) = svg.split_at(svg.find('>').map_or(0, |at| at + 1));
    let start = start.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{start}<style>{STYLE}</style>{rest}\n").into_bytes()
}

/// A coordinate with one decimal at most.
fn short(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{}\u{2026}", kept.trim_end())
}

/// A text in at most so many lines of at most so many characters; what has no room in the last is cut.
pub(super) fn folded(text: &str, width: usize, lines: usize) -> Vec<String> {
    let mut folded = vec![String::new()];
    for word in text.split(' ') {
        let full = folded.last().is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width);
        if full && folded.len() < lines {
            folded.push(word.to_owned());
        } else if let Some(line) = folded.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    folded.iter().map(|line| cut(line, width)).collect()
}

/// Moves places apart until each is at least `gap` after the one before, and none is beyond the end.
pub(super) fn apart(places: &[f64], gap: f64, start: f64, end: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]).then(a.cmp(b)));
    let mut moved = places.to_vec();
    let mut least = start;
    for index in &order {
        moved[*index] = moved[*index].max(least);
        least = moved[*index] + gap;
    }
    let mut most = end;
    for index in order.iter().rev() {
        moved[*index] = moved[*index].min(most);
        most = moved[*index] - gap;
    }
    moved
}
