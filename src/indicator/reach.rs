//! Targets that nothing can reach: a level outside the limits of its unit, one to be passed that lies on them, or a part of
//! the people under a code that no row has.

use crate::engine::tokens;
use crate::error::{Code, Problem};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Indicator, Target, TargetKind};
use crate::reference::{Reference, words};
use crate::tables::schema::DIMENSIONS;

/// Levels, bands and baselines of a target are values of its indicator, so they lie within the limits of its unit.
pub(super) fn check(indicator: &Indicator, reference: &Reference, problems: &mut Vec<Problem>) {
    // A SELECT that rolls nothing up may give each row a unit of its own.
    let own_units = indicator.derived.is_some() || tokens::occurs("unit", &indicator.text);
    if indicator.rollup == ROLLUP_NONE && own_units {
        return;
    }
    let (least, most) = reference.limits(&indicator.unit);
    for target in &indicator.targets {
        if let Some(message) = beyond(target, least, most) {
            let message = format!("target `{}`: {message}", target.id);
            let limits = match (least, most) {
                (Some(least), Some(most)) => format!("{} goes from {least} to {most}", indicator.unit),
                (Some(least), None) => format!("{} begins at {least}", indicator.unit),
                (None, Some(most)) => format!("{} ends at {most}", indicator.unit),
                (None, None) => continue,
            };
            problems.push(
                Problem::new(Code::TargetContradictsItself, &indicator.text, target.span.clone(), message)
                    .hint(format!("{limits} (pipelines/reference/units.csv): correct the number, or the unit")),
            );
        }
    }
}

/// Figures have codes, whatever their providers write: `sex = "Women"` is of no row.
pub(super) fn check_codes(indicator: &Indicator, problems: &mut Vec<Problem>) {
    let written = tokens::literals(&indicator.text);
    let targets = indicator.targets.iter().map(|target| (format!("target `{}`", target.id), target.span.clone(), &target.dimensions));
    let silence = indicator.silence.iter().map(|silence| ("`silence`".to_owned(), indicator.span_of("silence"), &silence.dimensions));
    for (what, place, codes) in targets.chain(silence) {
        for (dimension, code) in DIMENSIONS.iter().zip(codes).filter(|(_, code)| *code != "*" && !written.contains(code)) {
            let (known, all) = match *dimension {
                "sex" => (words::sex(code).map(str::to_owned), Some("_T, F or M")),
                "urbanisation" => (words::urbanisation(code).map(str::to_owned), Some("_T, U or R")),
                "age" => (words::age(code), None),
                "education_level" => (words::education_level(code).map(str::to_owned), None),
                _ => continue,
            };
            let hint = match known {
                Some(known) if known == *code => continue,
                Some(known) => format!("did you mean `{known}`?"),
                None => match all {
                    Some(all) => format!("{dimension} is {all}"),
                    None => continue,
                },
            };
            let message = format!("{what}: no row has the code `{code}` of {dimension}");
            problems.push(Problem::new(Code::UnknownNameInHeader, &indicator.text, place.clone(), message).hint(hint));
        }
    }
}

/// What of the target lies beyond the limits.
fn beyond(target: &Target, least: Option<f64>, most: Option<f64>) -> Option<String> {
    let outside = |number: f64| least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most);
    let numbers = match target.kind {
        TargetKind::Level(level) if target.more_than => vec![("more_than", level)],
        TargetKind::Level(level) => vec![("value", level)],
        TargetKind::Band(low, high) => vec![("low", low), ("high", high)],
        TargetKind::Change(_) => Vec::new(),
    };
    let said = target.baseline_value.map(|number| ("baseline_value", number));
    // Both ends of a band may lie outside, as long as something is within.
    let band = |key: &str| match (key, target.kind) {
        ("low", TargetKind::Band(low, _)) => most.is_some_and(|most| low > most),
        ("high", TargetKind::Band(_, high)) => least.is_some_and(|least| high < least),
        _ => true,
    };
    if let Some((key, number)) = numbers.into_iter().chain(said).find(|(key, number)| outside(*number) && band(key)) {
        return Some(format!("`{key} = {number}` lies outside the limits of the unit: no value is there"));
    }
    match target.kind {
        TargetKind::Level(level) if target.more_than && most.is_some_and(|most| level >= most) => {
            Some(format!("nothing is more than {level}"))
        }
        TargetKind::Change(change) => {
            let goal = target.baseline_value? * (1.0 + change);
            outside(goal).then(|| format!("the baseline changed by {change} is {goal}, outside the limits of the unit: no value is there"))
        }
        _ => None,
    }
}
