//! The course of one series in the room of a word: first and last year and value are told in its name.

use super::path::Path;
use super::scale::Scale;
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
    let mut path = Path::default();
    let mut before = None;
    for (year, value) in points {
        let place = (x.at(*year as f64), y.at(*value));
        // Years without a value are not joined; one of its own is a dot.
        if before.is_none_or(|before| before + 1 != *year) {
            path.start(place);
        }
        path.line(place);
        before = Some(*year);
    }
    format!(
        "<svg class=\"chart spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\"><path d=\"{}\"/></svg>",
        escape(name),
        path.finish()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_no_course_and_a_gap_stays_open() {
        assert_eq!(draw(&[(2020, 1.0)], (None, None), "n"), "");
        let svg = draw(&[(2000, 1.0), (2001, 2.0), (2005, 3.0)], (None, None), "a \"b\"");
        let path = svg.split(" d=\"").nth(1).unwrap();
        assert!(svg.contains("a &quot;b&quot;") && path.matches(['M', 'm']).count() == 2 && path.matches('l').count() == 1, "{svg}");
    }
}
