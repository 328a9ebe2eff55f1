//! Targets that nothing can reach: a level outside the limits of its unit, or one to be passed that lies on them.

use crate::engine::tokens;
use crate::error::{Code, Problem};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Indicator, Target, TargetKind};
use crate::reference::Reference;

/// Levels, bands and baselines of a target are values of its indicator, so they lie within the limits of its unit.
pub(super) fn check(indicator: &Indicator, reference: &Reference, problems: &mut Vec<Problem>) {
    // A SELECT that rolls nothing up may give each row a unit of its own.
    let own_units = indicator.derived.is_some() || tokens::tokens(indicator.sql()).iter().any(|token| token.token.to_string() == "unit");
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

/// What of the target lies beyond the limits.
fn beyond(target: &Target, least: Option<f64>, most: Option<f64>) -> Option<String> {
    let outside = |number: f64| least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most);
    let numbers = match target.kind {
        TargetKind::Level(level) if target.more_than => vec![("more_than", level)],
        TargetKind::Level(level) => vec![("value", level)],
        TargetKind::Band(low, high) => vec![("low", low), ("high", high)],
        TargetKind::Change(_) => Vec::new(),
    };
    let said = [("met_at", target.met_at), ("baseline_value", target.baseline_value)];
    let said = said.into_iter().filter_map(|(key, number)| number.map(|number| (key, number)));
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
