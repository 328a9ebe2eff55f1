//! The thresholds of a header: how much of the weight must be observed for an aggregate to be shown.

use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};

/// Shares of the weight from which an aggregate is published, flagged or withheld.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    pub publish: f64,
    pub flag: f64,
    /// What coverage is a share of: population, weight or economies.
    pub base: String,
    pub min_members: i64,
    /// Below this share with a value of the very year, an `imputed` aggregate is mostly carried.
    pub observed: f64,
}

pub const BASES: [&str; 3] = ["population", "weight", "economies"];

impl Default for Coverage {
    fn default() -> Self {
        Self { publish: 2.0 / 3.0, flag: 0.5, base: "population".into(), min_members: 0, observed: 0.5 }
    }
}

/// Reads the key `coverage`; what it does not say stays as in `default`.
pub fn read(reader: &mut TableReader<'_>, default: &Coverage, problems: &mut Vec<Problem>) -> Coverage {
    let mut coverage = default.clone();
    let Some(mut table) = reader.table("coverage", "coverage", problems) else { return coverage };
    if let Some(publish) = table.fraction("publish", problems) {
        coverage.publish = publish;
    }
    if let Some(flag) = table.fraction("flag", problems) {
        coverage.flag = flag;
    }
    if let Some(base) = table.string("base", problems) {
        if !BASES.contains(&base.as_str()) {
            problems.push(
                Problem::new(Code::ParameterOutOfRange, table.source(), table.span_of("base"), format!("unknown coverage base `{base}`"))
                    .maybe_hint(suggestion(&base, BASES)),
            );
        }
        coverage.base = base;
    }
    if let Some(members) = table.integer("min_members", problems) {
        coverage.min_members = members;
    }
    if let Some(observed) = table.fraction("observed", problems) {
        coverage.observed = observed;
    }
    let good = (0.0..=1.0).contains(&coverage.flag)
        && coverage.flag <= coverage.publish
        && coverage.publish <= 1.0
        && (0.0..=1.0).contains(&coverage.observed);
    if !good {
        problems.push(
            Problem::new(
                Code::ParameterOutOfRange,
                table.source(),
                table.span(),
                "thresholds must hold 0 <= flag <= publish <= 1 and 0 <= observed <= 1",
            )
            .hint("they are shares of the weight, such as { publish = \"2/3\", flag = 0.5 }"),
        );
    }
    if coverage.min_members < 0 {
        problems.push(Problem::new(
            Code::ParameterOutOfRange,
            table.source(),
            table.span(),
            "`min_members` is a number of economies, 0 or more",
        ));
    }
    table.finish(problems);
    coverage
}
