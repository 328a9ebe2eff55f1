//! `silence` of a header: what it means that an economy reports nothing, and why. Nothing is assumed without a reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};

use crate::authored::toml::TableReader;
use crate::engine::tokens;
use crate::error::{Code, Problem, Result, suggestion};
use crate::indicator::{Indicator, Rollup};
use crate::tables::schema::{self, DIMENSIONS};

#[derive(Debug, Clone)]
pub struct Silence {
    /// The breakdown of which silence says something, in the order of [`DIMENSIONS`].
    pub dimensions: [String; 7],
    pub reason: String,
}

/// What `means` may say, and the value that is assumed.
const MEANS: (&str, f64) = ("zero", 0.0);

/// Reads the key `silence`: `{ means = "zero", breakdown = "5G", reason = ".." }`.
pub fn read(reader: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Silence> {
    let mut table = reader.table("silence", "silence", problems)?;
    let means = table.string("means", problems);
    let means = table.require("means", means, problems);
    if means.is_some_and(|means| means != MEANS.0) {
        let span = table.span_of("means");
        problems.push(
            Problem::new(Code::ParameterOutOfRange, table.source(), span, "silence can only mean \"zero\"")
                .hint("an economy without a report is missing where nothing is said: leave `silence` out"),
        );
    }
    let reason = table.string("reason", problems);
    let reason = table.require("reason", reason, problems);
    if reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        let span = table.span_of("reason");
        problems.push(Problem::new(Code::ParameterOutOfRange, table.source(), span, "`reason` says why silence means this: it is empty"));
    }
    let dimensions = DIMENSIONS.map(|name| table.string(name, problems).unwrap_or_else(|| "_T".into()));
    table.finish(problems);
    Some(Silence { dimensions, reason: reason? })
}

impl Silence {
    /// What values follow from, as text.
    pub fn shown(&self) -> String {
        format!("{} for {}", MEANS.0, self.dimensions.join(" "))
    }
}

/// Silence about something that no series of the header is would never be counted, and nobody would miss it. A series may
/// have the codes of its provider, and the SELECT may write one: then the check `silence_without_figures` sees it.
pub(super) fn check_series(indicator: &Indicator, problems: &mut Vec<Problem>) {
    let Some(silence) = &indicator.silence else { return };
    let written = tokens::literals(&indicator.text);
    for (index, name) in DIMENSIONS.iter().enumerate() {
        let code = &silence.dimensions[index];
        // Publications have figures of groups.
        let of_economies = indicator.series.iter().filter(|series| series.publication.is_none());
        let codes: Option<BTreeSet<&str>> = of_economies.map(|series| series.dimensions[index].as_deref()).collect();
        let Some(codes) = codes.filter(|codes| !codes.is_empty() && !codes.contains(code.as_str())) else { continue };
        if written.contains(code) {
            continue;
        }
        let has = codes.iter().copied().collect::<Vec<_>>().join(", ");
        let message = format!("`silence` means something for {name} `{code}`, and no series of this header is that: {has}");
        problems.push(
            Problem::new(Code::UnknownNameInHeader, &indicator.text, indicator.span_of("silence"), message)
                .maybe_hint(suggestion(code, codes.iter().copied())),
        );
    }
}

/// A silent economy enters its groups with what it counts for in their coverage. Where the roll-up divides by something
/// else, that would be people beside households or lines: refused.
pub(super) fn check(indicator: &Indicator, rollup: Option<&Rollup>, problems: &mut Vec<Problem>) {
    let (Some(_), Some(rollup)) = (&indicator.silence, rollup) else { return };
    let needs = |name: &str| rollup.needs.iter().any(|need| need == name);
    let base = indicator.coverage.base.as_str();
    let (what, hint) = match base {
        "weight" => return,
        _ if needs("denominator") => {
            ("a denominator", "coverage = { base = \"weight\" }, and a row with a denominator and no value for those that report nothing")
        }
        "economies" if needs("weight") => (
            "a weight",
            "coverage = { base = \"population\" } where people are the weight, or { base = \"weight\" } with a row for those that report nothing",
        ),
        _ => return,
    };
    let message =
        format!("the roll-up {} needs {what} of an economy that reports nothing, and the coverage counts {base}", indicator.rollup);
    problems.push(Problem::new(Code::ParameterOutOfRange, &indicator.text, indicator.span_of("silence"), message).hint(hint));
}

/// The table `silence`: one row, or none where the header says nothing.
pub fn batch(silence: Option<&Silence>) -> Result<RecordBatch> {
    let rows: Vec<&Silence> = silence.into_iter().collect();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(rows.iter().map(|_| Some(MEANS.1)).collect::<Float64Array>())];
    columns.extend((0..DIMENSIONS.len()).map(|index| -> ArrayRef {
        Arc::new(rows.iter().map(|silence| Some(silence.dimensions[index].as_str())).collect::<StringArray>())
    }));
    Ok(RecordBatch::try_new(schema::silence(), columns)?)
}
