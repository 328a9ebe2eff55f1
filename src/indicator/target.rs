//! A `[[target]]` of a header: what an indicator must reach, where, and by when.

use std::ops::Range;

use serde::Serialize;

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};
use crate::tables::schema::DIMENSIONS;

/// Years that a target may name.
const YEARS: std::ops::RangeInclusive<i64> = 1950..=2150;
/// Years before the target year within which the last value may say that the target was missed.
const WITHIN: std::ops::RangeInclusive<i64> = 0..=50;
pub const ESTIMATES: [&str; 4] = ["reported", "published", "available", "imputed"];

/// Serialised, it is all that is published of it.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    pub id: String,
    pub title: String,
    pub area: String,
    pub year: i64,
    pub direction: String,
    pub kind: TargetKind,
    pub met_at: Option<f64>,
    /// The level itself is not enough: it must be passed.
    pub more_than: bool,
    pub baseline_year: Option<i64>,
    pub baseline_value: Option<f64>,
    /// Code per dimension, `*` = every one; in the order of [`DIMENSIONS`].
    pub dimensions: [String; 7],
    pub also_groups: bool,
    pub also_countries: bool,
    pub estimates: Vec<String>,
    /// A last value of more years before the target year does not say that the target was missed.
    pub due_within: i64,
    pub note: Option<String>,
    /// Said where the target's own area has no value: what nobody publishes, or what to download.
    pub without_value: Option<String>,
    /// Why its figures cannot be classed: they are shown, without a verdict.
    pub without_class: Option<String>,
    /// Another target that must be met too, for the same area and breakdown, before this one is.
    pub met_with: Option<String>,
    #[serde(skip)]
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum TargetKind {
    Level(f64),
    /// Relative to the baseline: -0.25 = a quarter less.
    Change(f64),
    Band(f64, f64),
}

/// What targets need not say, from `sql/defaults.toml`.
#[derive(Debug, Clone)]
pub struct TargetDefaults {
    pub area: Option<String>,
    pub estimates: Vec<String>,
    pub due_within: i64,
}

impl Default for TargetDefaults {
    fn default() -> Self {
        Self { area: None, estimates: ESTIMATES.map(str::to_owned).to_vec(), due_within: 2 }
    }
}

impl TargetDefaults {
    pub fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Self {
        let built_in = Self::default();
        Self {
            area: table.string("area", problems),
            estimates: estimates(table, &built_in.estimates, problems),
            due_within: due_within(table, built_in.due_within, problems),
        }
    }
}

/// Reads one target, and after it the same target read for parts of the population; every problem of its keys is reported.
pub(super) fn read(table: &mut TableReader<'_>, defaults: &TargetDefaults, problems: &mut Vec<Problem>) -> Vec<Target> {
    let target = read_one(table, defaults, problems);
    let readings = table.named_tables("read_for", "a reading", problems);
    let mut targets = Vec::new();
    for (part, mut reading) in readings {
        let own = read_reading(&part, &mut reading, target.as_ref(), problems);
        reading.finish(problems);
        targets.extend(own);
    }
    target.into_iter().chain(targets).collect()
}

/// `read_for = { urban = { urbanisation = "U" } }`: the target with other codes, under the id `<target>.urban`. A
/// published baseline is of the target itself and is not taken.
fn read_reading(part: &str, reading: &mut TableReader<'_>, target: Option<&Target>, problems: &mut Vec<Problem>) -> Option<Target> {
    let title = reading.string("title", problems);
    let note = reading.string("note", problems);
    let without_value = reading.string("without_value", problems);
    let codes = DIMENSIONS.map(|name| reading.string(name, problems));
    if codes.iter().all(Option::is_none) {
        let message = format!("the reading `{part}` names no part of the population");
        problems.push(
            Problem::new(Code::TargetContradictsItself, reading.source(), reading.span(), message)
                .hint("give it a code of a dimension, such as { urbanisation = \"U\" }"),
        );
    }
    let target = target?;
    let mut own = target.clone();
    own.id = format!("{}.{part}", target.id);
    own.title = title.unwrap_or_else(|| format!("{}: {}", target.title, part.replace('_', " ")));
    let read_for = format!("read for {}", part.replace('_', " "));
    own.note = note.or_else(|| Some(target.note.as_ref().map_or_else(|| read_for.clone(), |note| format!("{note}; {read_for}"))));
    for (mine, code) in own.dimensions.iter_mut().zip(codes) {
        if let Some(code) = code {
            *mine = code;
        }
    }
    own.without_value = without_value.or(own.without_value);
    own.baseline_value = None;
    own.span = reading.span();
    Some(own)
}

fn read_one(table: &mut TableReader<'_>, defaults: &TargetDefaults, problems: &mut Vec<Problem>) -> Option<Target> {
    let mut needed = |key: &'static str, table: &mut TableReader<'_>| {
        let value = table.string(key, problems);
        table.require(key, value, problems)
    };
    let id = needed("id", table);
    let area = if defaults.area.is_some() && !table.has("area") { defaults.area.clone() } else { needed("area", table) };
    let title = table.string("title", problems).unwrap_or_default();
    let year = table.integer("year", problems);
    let year = table.require("year", year, problems);
    let value = table.float("value", problems);
    let more_than = table.float("more_than", problems);
    let change = table.float("change", problems);
    let low = table.float("low", problems);
    let high = table.float("high", problems);
    let met_at = table.float("met_at", problems);
    let direction = table.string("direction", problems);
    let level = if value.is_some() && more_than.is_some() { None } else { value.or(more_than) };
    let kind = match (level, change, low, high) {
        (Some(value), None, None, None) => Some(TargetKind::Level(value)),
        (None, Some(change), None, None) => Some(TargetKind::Change(change)),
        (None, None, Some(low), Some(high)) if low <= high => Some(TargetKind::Band(low, high)),
        (None, None, Some(low), Some(high)) => {
            let message = format!("the band begins at {low}, above its end {high}");
            problems.push(Problem::new(Code::TargetContradictsItself, table.source(), table.span_of("low"), message));
            None
        }
        _ => {
            problems.push(
                Problem::new(
                    Code::TargetWithoutValue,
                    table.source(),
                    table.span(),
                    "a target needs exactly one of `value`, `more_than`, `change`, or `low` with `high`",
                )
                .hint("value = a level; more_than = a level to be passed; change = -0.25 for a quarter less than the baseline; low and high = a band"),
            );
            None
        }
    };
    let direction = direction.unwrap_or_else(|| goes(kind).into());
    sense(table, kind, &direction, met_at, problems);
    let mut strictly = |key: &str, message: &str| {
        problems.push(Problem::new(Code::TargetContradictsItself, table.source(), table.span_of(key), message));
    };
    match more_than {
        Some(_) if direction != "up" => strictly("more_than", "what must be passed from below has the direction `up`"),
        Some(_) if met_at.is_some() => strictly("met_at", "`more_than` says already from where on the target counts as met"),
        _ => {}
    }
    let baseline_year = table.integer("baseline_year", problems);
    let baseline_value = table.float("baseline_value", problems);
    for (key, given) in [("year", year), ("baseline_year", baseline_year)] {
        if given.is_some_and(|y| !YEARS.contains(&y)) {
            let message = format!("`{key}` is a year from {} to {}", YEARS.start(), YEARS.end());
            problems.push(Problem::new(Code::TargetContradictsItself, table.source(), table.span_of(key), message));
        }
    }
    if let Some(TargetKind::Change(change)) = kind {
        if change <= -1.0 || change > 5.0 {
            problems.push(
                Problem::new(
                    Code::TargetContradictsItself,
                    table.source(),
                    table.span_of("change"),
                    format!("a change of {change} is not a share of the baseline"),
                )
                .hint("-0.25 is a quarter less than the baseline, 0.5 half as much again"),
            );
        }
        if baseline_year.is_none() {
            problems.push(
                Problem::new(
                    Code::TargetContradictsItself,
                    table.source(),
                    table.span(),
                    "a `change` is measured from a baseline, and there is none",
                )
                .hint("add baseline_year = 2020"),
            );
        }
    }
    if let (Some(baseline), Some(year)) = (baseline_year, year)
        && baseline >= year
    {
        problems.push(Problem::new(
            Code::TargetContradictsItself,
            table.source(),
            table.span_of("baseline_year"),
            format!("the baseline year {baseline} is not before the target year {year}"),
        ));
    }
    let dimensions = DIMENSIONS.map(|name| table.string(name, problems).unwrap_or_else(|| "_T".into()));
    let also = table.spanned_strings("also", problems);
    for (word, span) in &also {
        if !["groups", "countries"].contains(&word.as_str()) {
            problems.push(
                Problem::new(Code::TargetContradictsItself, table.source(), span.clone(), format!("unknown word `{word}` in `also`"))
                    .maybe_hint(suggestion(word, ["groups", "countries"])),
            );
        }
    }
    let estimates = estimates(table, &defaults.estimates, problems);
    let due_within = due_within(table, defaults.due_within, problems);
    // Read before the first `?`: a key that nobody reads is reported as unknown.
    let note = table.string("note", problems);
    let without_value = table.string("without_value", problems);
    let without_class = table.string("without_class", problems);
    let met_with = table.string("met_with", problems);
    Some(Target {
        id: id?,
        title,
        area: area?,
        year: year?,
        direction,
        kind: kind?,
        met_at,
        more_than: more_than.is_some(),
        baseline_year,
        baseline_value,
        dimensions,
        also_groups: also.iter().any(|(word, _)| word == "groups"),
        also_countries: also.iter().any(|(word, _)| word == "countries"),
        estimates,
        due_within,
        note,
        without_value,
        without_class,
        met_with,
        span: table.span(),
    })
}

/// Where it goes, if the target does not say so: a band and a change do by themselves.
fn goes(kind: Option<TargetKind>) -> &'static str {
    match kind {
        Some(TargetKind::Band(..)) => "band",
        Some(TargetKind::Change(change)) if change < 0.0 => "down",
        _ => "up",
    }
}

/// The key `estimates`: the estimates of groups that are measured.
fn estimates(table: &mut TableReader<'_>, default: &[String], problems: &mut Vec<Problem>) -> Vec<String> {
    let given = table.spanned_strings("estimates", problems);
    for (word, span) in &given {
        if !ESTIMATES.contains(&word.as_str()) {
            problems.push(
                Problem::new(Code::TargetContradictsItself, table.source(), span.clone(), format!("unknown estimate `{word}`"))
                    .maybe_hint(suggestion(word, ESTIMATES)),
            );
        }
    }
    if given.is_empty() { default.to_vec() } else { given.into_iter().map(|(word, _)| word).collect() }
}

/// The key `due_within`.
fn due_within(table: &mut TableReader<'_>, default: i64, problems: &mut Vec<Problem>) -> i64 {
    let given = table.integer("due_within", problems);
    rules::within(table, "due_within", given, WITHIN, problems).unwrap_or(default)
}

/// The direction must fit the kind, and `met_at` must lie on the near side of the target value.
fn sense(table: &TableReader<'_>, kind: Option<TargetKind>, direction: &str, met_at: Option<f64>, problems: &mut Vec<Problem>) {
    let mut report = |key: &str, message: String| {
        problems.push(Problem::new(Code::TargetContradictsItself, table.source(), table.span_of(key), message));
    };
    match direction {
        "up" | "down" | "band" => {}
        other => return report("direction", format!("unknown direction `{other}`: up, down or band")),
    }
    match kind {
        Some(TargetKind::Band(..)) if direction != "band" => report("direction", "a band has the direction `band`".into()),
        Some(TargetKind::Level(_) | TargetKind::Change(_)) if direction == "band" => {
            report("direction", "the direction `band` needs `low` and `high`".into());
        }
        Some(TargetKind::Change(change)) if (change < 0.0) != (direction == "down") => {
            report("change", format!("a change of {change} does not go {direction}"));
        }
        Some(TargetKind::Level(value)) => match met_at {
            // A hair beyond is how "more than half" is written.
            Some(met) if (met - value).abs() <= 1e-3 * value.abs() => {}
            Some(met) if direction == "up" && met > value => report("met_at", format!("met_at {met} lies beyond the target {value}")),
            Some(met) if direction == "down" && met < value => report("met_at", format!("met_at {met} lies beyond the target {value}")),
            _ => {}
        },
        _ => {}
    }
}
