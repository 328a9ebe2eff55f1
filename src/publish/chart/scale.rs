//! From values to places, with round numbers at the ticks.

use crate::publish::labels::floor;

pub(crate) struct Scale {
    pub low: f64,
    pub high: f64,
    start: f64,
    end: f64,
    step: f64,
    logarithmic: bool,
}

impl Scale {
    /// Values from `low` to `high` lie from `start` to `end`.
    pub(crate) fn new(low: f64, high: f64, start: f64, end: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, start, end, step: step(high - low), logarithmic: false }
    }

    /// A scale by powers of ten where a few values lie so far above the others that these would be one heap.
    pub(crate) fn spread(values: &[f64], marks: &[f64], limits: (Option<f64>, Option<f64>), start: f64, end: f64) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let all = || values.iter().chain(marks).copied();
        match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
            (Some(least), Some(middle), Some(most)) if *least > 0.0 && *most > SKEWED * middle && all().all(|value| value > 0.0) => {
                let (least, most) = all().fold((*least, *most), |(least, most), value| (least.min(value), most.max(value)));
                let (low, high) = (10f64.powf(least.log10().floor()), 10f64.powf(most.log10().ceil()));
                Self { logarithmic: true, ..Self::new(low, high, start, end) }
            }
            _ => Self::round(all(), limits, start, end),
        }
    }

    pub(crate) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// A scale that begins and ends at a tick, or at a limit that no value is beyond. Values that come near zero begin there.
    pub(crate) fn round(values: impl Iterator<Item = f64>, limits: (Option<f64>, Option<f64>), start: f64, end: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if low > 0.0 && low < 0.6 * high {
            low = 0.0;
        }
        if high - low < 1e-9 * high.abs().max(1e-6) {
            (low, high) = (low - 0.5 * low.abs().max(1e-3), high + 0.5 * high.abs().max(1e-3));
        }
        let (least, most, step) = (low, high, step(high - low));
        let (mut low, mut high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        if let Some(limit) = limits.0.filter(|limit| *limit <= least) {
            low = low.max(limit.min(high - step));
        }
        if let Some(limit) = limits.1.filter(|limit| *limit >= most) {
            high = high.min(limit.max(low + step));
        }
        Self { step, ..Self::new(low, high, start, end) }
    }

    pub(crate) fn at(&self, value: f64) -> f64 {
        let along = if self.logarithmic {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.start + along * (self.end - self.start)
    }

    /// Round numbers inside the scale.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        if self.logarithmic {
            let powers = (0..30).map(|power| self.low * 10f64.powi(power)).take_while(|tick| *tick <= self.high * (1.0 + 1e-9));
            return powers.map(|tick| round_to(tick, tick)).collect();
        }
        let step = self.step;
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        (0..20).map(|n| first + f64::from(n)).take_while(|n| *n <= last).map(|n| round_to(n * step, step)).collect()
    }
}

/// How many times the value in the middle the largest must be.
const SKEWED: f64 = 15.0;

/// 1, 2 or 5 times a power of ten, four to eight of them in the span.
fn step(span: f64) -> f64 {
    let power = 10f64.powf((span / 5.0).log10().floor());
    let count = span / 5.0 / power;
    power
        * if count < 1.5 {
            1.0
        } else if count < 3.5 {
            2.0
        } else if count < 7.5 {
            5.0
        } else {
            10.0
        }
}

/// Takes away the last digits that a product of floats brings.
fn round_to(value: f64, step: f64) -> f64 {
    let digits = 10f64.powi((2 - floor(step.log10())).clamp(0, 15));
    (value * digits).round() / digits
}

/// Decimals that tell the ticks apart.
pub(crate) fn decimals(ticks: &[f64]) -> usize {
    let whole = |digits: u8| {
        let digits = i32::from(digits);
        ticks.iter().all(|tick| ((tick * 10f64.powi(digits)).round() / 10f64.powi(digits) - tick).abs() < 1e-9)
    };
    (0..8).find(|digits| whole(*digits)).unwrap_or(8).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_values_far_above_the_others_leave_these_their_room() {
        let mut values = vec![0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 964.29];
        let scale = Scale::spread(&values, &[2.0], (Some(0.0), None), 0.0, 100.0);
        assert_eq!((scale.is_logarithmic(), scale.ticks()), (true, vec![0.1, 1.0, 10.0, 100.0, 1000.0]));
        assert!(scale.at(2.0) - scale.at(0.5) > 10.0 && scale.at(964.29) <= 100.0);
        values[0] = 0.0;
        assert!(!Scale::spread(&values, &[], (None, None), 0.0, 100.0).is_logarithmic());
    }

    #[test]
    fn a_limit_gives_way_to_what_is_beyond_it() {
        let scale = Scale::round([4.0, 271.3].into_iter(), (Some(0.0), Some(100.0)), 0.0, 100.0);
        assert!(scale.at(271.3) <= 100.0, "{} to {}", scale.low, scale.high);
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        for values in [vec![0.0], vec![12.0, 97.3], vec![0.94, 1.03], vec![-5.0, 5.0], vec![3.2e9, 5.5e9], vec![], vec![99.0, 100.0]] {
            let scale = Scale::round(values.iter().copied(), (None, None), 0.0, 100.0);
            let ticks = scale.ticks();
            assert!((2..=12).contains(&ticks.len()), "{values:?}: {ticks:?}");
            assert!(values.iter().all(|v| (-1e-6..=100.0 + 1e-6).contains(&scale.at(*v))), "{values:?} in {} to {}", scale.low, scale.high);
        }
    }
}
