//! Charts as SVG: shapes with classes, no script, no inline style. Each is named by a title and a sentence that says what
//! it shows: of its caption on the page, or within it (`told`). What it shows stands beside it as a table too.

pub(super) mod bars;
pub(super) mod dumbbell;
pub(super) mod heat;
pub(super) mod line;
mod path;
pub(super) mod scale;
pub(super) mod spark;
pub(super) mod strip;
pub(super) mod tiles;

use std::fmt::Write;

use self::path::Path;
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
    /// The class of the last path, which goes on until there is a shape of another class.
    path: Option<(String, Path)>,
    /// Texts by class, in order of the first of each: they lie over all shapes.
    texts: Vec<(String, String)>,
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
        let _ = write!(svg, "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">");
        Self { svg, path: None, texts: Vec::new() }
    }

    /// A line from one point to another.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let path = self.path(class);
        path.start(from);
        path.line(to);
    }

    /// A path through points; each part is drawn without joining the next.
    pub(super) fn parts(&mut self, class: &str, parts: &[Vec<(f64, f64)>]) {
        for part in parts {
            let Some((first, rest)) = part.split_first() else { continue };
            let path = self.path(class);
            path.start(*first);
            for point in rest {
                path.line(*point);
            }
            if rest.is_empty() {
                // A point of its own: a line of no length has round ends.
                path.line(*first);
            }
        }
    }

    pub(super) fn area(&mut self, class: &str, corners: &[(f64, f64)]) {
        self.end_path();
        let points: Vec<String> = corners.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect();
        let _ = write!(self.svg, "<polygon class=\"{class}\" points=\"{}\"/>", points.join(" "));
    }

    pub(super) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        self.end_path();
        let [x, y, width, height] = [x, y, width, height].map(short);
        let _ = write!(self.svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
    }

    /// A mark of one of six shapes, so that no series is told by its colour alone.
    pub(super) fn mark(&mut self, class: &str, shape: usize, (x, y): (f64, f64), size: f64) {
        let s = size;
        let path = self.path(class);
        let (d, high, wide) = (short(1.2 * s), short(2.2 * s), short(2.4 * s));
        match shape % 6 {
            0 => {
                path.start((x - s, y));
                path.round(&format!("a{s} {s} 0 1 0 {w} 0a{s} {s} 0 1 0-{w} 0", w = 2.0 * s));
            }
            1 => {
                path.start((x - s, y - s));
                path.round(&format!("h{w}v{w}h-{w}", w = 2.0 * s));
            }
            2 => {
                path.start((x, y - 1.3 * s));
                path.round(&format!("l{d} {d}l-{d} {d}l-{d}-{d}", d = short(1.3 * s)));
            }
            3 => {
                path.start((x, y - 1.2 * s));
                path.round(&format!("l{d} {high}h-{wide}"));
            }
            4 => {
                path.start((x, y + 1.2 * s));
                path.round(&format!("l{d}-{high}h-{wide}"));
            }
            _ => {
                for (from, to) in [((x - s, y), (x + s, y)), ((x, y - s), (x, y + s))] {
                    path.start(from);
                    path.line(to);
                }
            }
        }
    }

    /// Squares around their middles, as one shape.
    pub(super) fn squares(&mut self, class: &str, size: f64, middles: &[(f64, f64)]) {
        for (x, y) in middles {
            let path = self.path(class);
            path.start((x - size / 2.0, y - size / 2.0));
            path.round(&format!("h{size}v{size}h-{size}"));
        }
    }

    /// Short texts in the middle of their places, of one class.
    pub(super) fn labels(&mut self, class: &str, labels: &[(f64, f64, &str)]) {
        for (x, y, text) in labels {
            self.text(class, Anchor::Start, (*x, y + 3.0), text);
        }
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        let class = match anchor {
            Anchor::Start => class.to_owned(),
            Anchor::Middle => format!("{class} m"),
            Anchor::End => format!("{class} e"),
        };
        // Whole units are near enough for a text.
        let text = format!("<text x=\"{:.0}\" y=\"{:.0}\">{}</text>", x + 0.0, y + 0.0, escape(text));
        match self.texts.iter_mut().find(|(other, _)| *other == class) {
            Some((_, texts)) => texts.push_str(&text),
            None => self.texts.push((class, text)),
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.end_path();
        for (class, texts) in &self.texts {
            let _ = write!(self.svg, "<g class=\"{class}\">{texts}</g>");
        }
        self.svg.push_str("</svg>");
        self.svg
    }

    /// The path of a class: the last one where it is of the same.
    fn path(&mut self, class: &str) -> &mut Path {
        if self.path.as_ref().is_none_or(|(other, _)| other != class) {
            self.end_path();
        }
        &mut self.path.get_or_insert_with(|| (class.to_owned(), Path::default())).1
    }

    fn end_path(&mut self) {
        if let Some((class, path)) = self.path.take() {
            let _ = write!(self.svg, "<path class=\"{class}\" d=\"{}\"/>", path.finish());
        }
    }
}

/// The chart with its title and sentence in it, for where no caption beside it has them.
pub(super) fn told(svg: &str, caption: &Caption) -> String {
    let (start, rest) = svg.split_at(svg.find('>').map_or(0, |at| at + 1));
    let [id, title, description] = [&caption.id, &caption.title, &caption.description].map(|text| escape(text));
    format!("{start}<title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>{rest}")
}

/// The chart as a file of its own, with its caption and its style in it.
pub(super) fn standalone(svg: &str, caption: &Caption) -> Vec<u8> {
    let svg = told(svg, caption).replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let svg = svg.replacen("<title", &format!("<style>{STYLE}</style><title"), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg}\n").into_bytes()
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
