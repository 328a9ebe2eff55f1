//! The course of a shape in few characters: each step from the place before, in tenths of a unit.

use std::fmt::Write;

use crate::publish::labels::floor;

#[derive(Debug, Default)]
pub(super) struct Path {
    written: String,
    /// Where the pen is, in tenths: whole numbers, so that no step loses anything.
    at: (i64, i64),
    command: char,
}

impl Path {
    /// Puts the pen down anew.
    pub(super) fn start(&mut self, (x, y): (f64, f64)) {
        let place = (tenths(x), tenths(y));
        let (letter, from) = if self.written.is_empty() { ('M', (0, 0)) } else { ('m', self.at) };
        self.step(letter, &[place.0 - from.0, place.1 - from.1]);
        self.at = place;
    }

    /// A straight line to a place.
    pub(super) fn line(&mut self, (x, y): (f64, f64)) {
        let place = (tenths(x), tenths(y));
        let (right, down) = (place.0 - self.at.0, place.1 - self.at.1);
        match (right, down) {
            (_, 0) => self.step('h', &[right]),
            (0, _) => self.step('v', &[down]),
            _ => self.step('l', &[right, down]),
        }
        self.at = place;
    }

    /// Steps that end where they began.
    pub(super) fn round(&mut self, steps: &str) {
        self.written.push_str(steps);
        self.written.push('z');
        self.command = 'z';
    }

    pub(super) fn finish(self) -> String {
        self.written
    }

    fn step(&mut self, letter: char, steps: &[i64]) {
        // A command goes on until there is another.
        if self.command != letter || letter.eq_ignore_ascii_case(&'m') {
            self.written.push(letter);
        } else if steps[0] >= 0 {
            self.written.push(' ');
        }
        self.command = letter;
        for (index, step) in steps.iter().enumerate() {
            if index > 0 && *step >= 0 {
                self.written.push(' ');
            }
            let (sign, whole, rest) = (if *step < 0 { "-" } else { "" }, step.abs() / 10, step.abs() % 10);
            let _ = match (whole, rest) {
                (_, 0) => write!(self.written, "{sign}{whole}"),
                (0, _) => write!(self.written, "{sign}.{rest}"),
                _ => write!(self.written, "{sign}{whole}.{rest}"),
            };
        }
    }
}

fn tenths(value: f64) -> i64 {
    i64::from(floor((value * 10.0).round()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_short_and_add_up() {
        let mut path = Path::default();
        path.start((52.0, 320.04));
        path.line((480.0, 320.0));
        path.line((480.0, 300.5));
        path.line((490.25, 300.0));
        path.line((491.0, 290.0));
        path.start((10.0, 10.0));
        path.round("h4v4h-4");
        path.start((10.0, 20.0));
        path.line((10.0, 20.0));
        assert_eq!(path.finish(), "M52 320h428v-19.5l10.3-.5 .7-10m-481-280h4v4h-4zm0 10h0");
    }
}
