//! Targets, classes and projections: G08 (band), G17, G18, G19.

use yardstick::tables::cells::Table;

use super::workspace::WORKED;
use crate::support::{close, row, value};

fn text(column: &str, wanted: &[(&str, &str)]) -> String {
    let found = row(&WORKED.progress, wanted);
    Table(&WORKED.progress).text(column, found).unwrap_or_default().to_owned()
}

#[test]
fn g08_parity_is_a_band_with_both_bounds() {
    for (area, met) in [("AUT", false), ("BEL", true), ("CHE", true), ("DEU", false)] {
        assert_eq!(text("class", &[("target", "G08"), ("ref_area", area)]) == "met", met, "{area}");
    }
}

#[test]
fn g17_a_quarter_less_than_the_baseline() {
    let of = |area: &str, column: &str| value(&WORKED.progress, column, &[("target", "G17"), ("ref_area", area)]);
    close(of("DEU", "target_value"), 9.0, 1e-9);
    close(of("DEU", "distance"), 1.5, 1e-9);
    close((of("DEU", "baseline_value") - of("DEU", "latest_value")) / of("DEU", "baseline_value"), 0.125, 1e-9);
    close(of("DEU", "pace"), 0.5, 1e-9);
    assert_eq!(text("class", &[("target", "G17"), ("ref_area", "DEU")]), "moderate");
    close(of("FRA", "pace"), -1.0 / 3.0, 1e-9);
    assert_eq!(text("class", &[("target", "G17"), ("ref_area", "FRA")]), "deterioration");
    close(of("ITA", "target_value"), 8.25, 1e-9);
}

struct Path {
    target: &'static str,
    pace: f64,
    pace_cagr: f64,
    low: f64,
    high: f64,
    required: f64,
    actual: f64,
    /// Year, and half of its last digit.
    arrival: (f64, f64),
    class: &'static str,
}

#[test]
fn g18_pace_projection_and_class() {
    let paths = [
        Path {
            target: "G18.use",
            pace: 0.7,
            pace_cagr: 0.81733,
            low: 84.37596,
            high: 88.0,
            required: 5.2,
            actual: 2.8,
            arrival: (2034.29, 0.005),
            class: "moderate",
        },
        Path {
            target: "G18.low",
            pace: 0.23529,
            pace_cagr: 0.41773,
            low: 42.8,
            high: 44.06278,
            required: 13.2,
            actual: 1.76,
            arrival: (2062.5, 0.05),
            class: "limited",
        },
        Path {
            target: "G18.high",
            pace: 0.85714,
            pace_cagr: 0.89360,
            low: 95.56129,
            high: 98.0,
            required: 1.6,
            actual: 1.2,
            arrival: (2031.67, 0.005),
            class: "moderate",
        },
        Path {
            target: "G18.parity",
            pace: 0.94286,
            pace_cagr: 0.96277,
            low: 0.976,
            high: 0.976,
            required: 0.00667,
            actual: 0.006,
            arrival: (2030.67, 0.005),
            class: "moderate",
        },
        Path {
            target: "G18.ewaste",
            pace: 0.03266,
            pace_cagr: 0.04255,
            low: 17.805,
            high: 17.808,
            required: 1.13606,
            actual: 0.02745,
            arrival: (2474.0, 0.5),
            class: "limited",
        },
    ];
    for path in paths {
        let of = |column: &str| value(&WORKED.progress, column, &[("target", path.target), ("ref_area", "WLD")]);
        close(of("pace"), path.pace, 5e-6 + 1e-9);
        // The last inputs are rounded themselves: 0.1098 between them is good to one part in a thousand.
        let (digit, growth) = if path.target == "G18.ewaste" { (5e-4, 1e-3 * path.pace_cagr) } else { (5e-6, 5e-6 + 1e-9) };
        close(of("pace_cagr"), path.pace_cagr, growth);
        close(of("projected_low"), path.low, digit);
        close(of("projected_high"), path.high, digit);
        close(of("required_per_year"), path.required, 5e-6);
        close(of("actual_per_year"), path.actual, 5e-6);
        // Beyond 2100 an arrival is no forecast, and none is given.
        let place = row(&WORKED.progress, &[("target", path.target), ("ref_area", "WLD")]);
        match Table(&WORKED.progress).float("arrival_year", place) {
            Some(arrival) => close(arrival, path.arrival.0, path.arrival.1),
            None => assert!(path.arrival.0 > 2100.0, "{}", path.target),
        }
        assert_eq!(text("class", &[("target", path.target), ("ref_area", "WLD")]), path.class, "{}", path.target);
    }
    // A report must name its method: by compound growth, parity is on track.
    let note = text("note", &[("target", "G18.parity"), ("ref_area", "WLD")]);
    assert!(note.contains("by linear pace moderate, by compound growth on_track"), "{note}");
    // The same path as a gap still open in the target year.
    let of = |column: &str| value(&WORKED.progress, column, &[("target", "G18.use"), ("ref_area", "WLD")]);
    close((100.0 - of("projected_high")) / (100.0 - of("baseline_value")), 0.3, 1e-9);
}

#[test]
fn g18_class_boundaries() {
    for (area, pace, class) in [
        ("AUT", 0.95, "on_track"),
        ("BEL", 0.9499, "moderate"),
        ("CHE", 0.5, "moderate"),
        ("DEU", 0.4999, "limited"),
        ("DNK", -0.1, "limited"),
        ("ESP", -0.1001, "deterioration"),
    ] {
        let key = [("target", "G18.bounds"), ("ref_area", area)];
        close(value(&WORKED.progress, "pace", &key), pace, 1e-9);
        assert_eq!(text("class", &key), class, "{area}");
    }
}

#[test]
fn g19_the_curve_is_straight_in_logits() {
    let projected = value(&WORKED.progress, "projected_low", &[("target", "G18.use"), ("ref_area", "WLD")]);
    let slope = ((74.0_f64 / 26.0).ln() - (60.0_f64 / 40.0).ln()) / 5.0;
    let logit = (74.0_f64 / 26.0).ln() + 5.0 * slope;
    close(slope, 0.128_100_7, 5e-8);
    close(logit, 1.686_472_0, 5e-8);
    close(projected, 100.0 / (1.0 + (-logit).exp()), 1e-9);
    close(projected, 84.37596, 5e-6);
}
