//! The course of one series in the room of a word: first and last year and value are told in its name.

use std::fmt::Write;

use super::scale::Scale;
use super::short;
use crate::publish::markup::escape;

const WIDTH: f64 = 90.0;
const HEIGHT: f64 = 22.0;

/// Nothing for fewer than two points: one value has no course.
pub(crate) fn draw(points: &[(i64, f64)], limits: (Option<f64>, Option<f64>), name: &str) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    if first.0 == last.0 {
        return String::new();
    }
    let x = Scale::new(first.0 as f64, last.0 as f64, 2.0, WIDTH - 4.0);
    let y = Scale::round(points.iter().map(|(_, value)| *value), limits, HEIGHT - 3.0, 3.0);
    let mut path = String::new();
    let mut before = None;
    for (year, value) in points {
        // Years without a value are not joined.
        let pen = if before.is_some_and(|before| before + 1 == *year) { 'L' } else { 'M' };
        let _ = write!(path, "{pen}{} {}", short(x.at(*year as f64)), short(y.at(*value)));
        if pen == 'M' {
            path.push_str("h0");
        }
        before = Some(*year);
    }
    format!(
        "<svg class=\"chart spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\"><path d=\"{path}\"/></svg>",
        escape(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_no_course_and_a_gap_stays_open() {
        assert_eq!(draw(&[(2020, 1.0)], (None, None), "n"), "");
        let svg = draw(&[(2000, 1.0), (2001, 2.0), (2005, 3.0)], (None, None), "a \"b\"");
        assert!(svg.contains("a &quot;b&quot;") && svg.matches('M').count() == 2 && svg.matches('L').count() == 1, "{svg}");
    }
}
