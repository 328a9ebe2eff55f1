//! Quality checks: the SQL files of `sql/checks/`, rows returned = rows failed, against two limits.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use futures::StreamExt;

use crate::authored::toml::read_document;
use crate::engine::Engine;
use crate::error::{Code, Problem, Result, SourceText, suggestion};
use crate::indicator::header::split;
use crate::tables::cells::Table;
use crate::tables::schema;
use crate::tables::small::{self, Cell};

/// The header of a check file.
#[derive(Debug, Clone)]
pub struct Check {
    pub id: String,
    pub title: String,
    pub severity: String,
    /// Rows failed that are still in order.
    pub warn_above: i64,
    /// For severity error: more rows than this stop the promotion.
    pub fail_above: i64,
    /// For severity error: what its rows name is held at its last good values, and the rest is promoted.
    pub holds: bool,
    pub text: SourceText,
}

const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

pub fn parse(text: &SourceText, problems: &mut Vec<Problem>) -> Option<Check> {
    let Some((start, end, _)) = split(&text.text) else {
        problems.push(
            Problem::new(Code::NoHeader, text, 0..1, "the check has no header").hint("begin the file with /*--- , TOML lines, and ---*/"),
        );
        return None;
    };
    let toml = text.text[start..end].to_owned();
    read_document(text, &toml, start, "the check", problems, |reader, problems| {
        let mut needed = |key: &'static str| {
            let value = reader.string(key, problems);
            reader.require(key, value, problems)
        };
        let (id, title, severity) = (needed("id"), needed("title"), needed("severity"));
        if let Some(severity) = &severity
            && !SEVERITIES.contains(&severity.as_str())
        {
            problems.push(
                Problem::new(Code::TargetContradictsItself, text, reader.span_of("severity"), format!("unknown severity `{severity}`"))
                    .maybe_hint(suggestion(severity, SEVERITIES)),
            );
        }
        reader.integer("test", problems);
        let warn_above = reader.integer("warn_above", problems).unwrap_or(0);
        let fail_above = reader.integer("fail_above", problems).unwrap_or(0);
        let holds = reader.boolean("holds", problems).unwrap_or(false);
        Some(Check { id: id?, title: title?, severity: severity?, warn_above, fail_above, holds, text: text.clone() })
    })
}

pub fn load(texts: &BTreeMap<String, SourceText>, problems: &mut Vec<Problem>) -> Vec<Check> {
    texts.values().filter_map(|text| parse(text, problems)).collect()
}

/// What the checks found.
pub struct CheckResults {
    /// `checks.parquet`
    pub table: RecordBatch,
    /// Failing rows, per check.
    pub failures: Vec<(String, RecordBatch)>,
    /// Failed checks of severity error: the gate stays shut.
    pub stopping: Vec<String>,
    pub warnings: usize,
}

/// What one check found.
pub struct Found<'a> {
    pub check: &'a Check,
    pub failed: RecordBatch,
    /// `passed`, `noted`, `warned`, `failed`; `held` where the indicators concerned are held in place of the release.
    pub result: &'static str,
}

impl Found<'_> {
    /// Rows that count as errors: all, unless the check says `severity` row by row.
    fn is_error(&self, row: usize) -> bool {
        is_error(&Table(&self.failed), row)
    }

    /// The indicators of the rows that are errors, each with its first detail; none where a row names no indicator.
    pub fn blamed(&self) -> Option<BTreeMap<String, String>> {
        let cells = Table(&self.failed);
        let mut blamed = BTreeMap::new();
        for row in (0..cells.len()).filter(|row| self.is_error(*row)) {
            let indicator = cells.text("indicator", row).filter(|name| !name.is_empty())?;
            let detail = || format!("check {}: {}", self.check.id, cells.text("detail", row).unwrap_or(&self.check.title));
            blamed.entry(indicator.to_owned()).or_insert_with(detail);
        }
        Some(blamed)
    }
}

fn is_error(cells: &Table<'_>, row: usize) -> bool {
    cells.text("severity", row).is_none_or(|severity| severity == "error")
}

/// Runs checks, so many at a time; gives what they found in their order.
pub async fn run<'a>(engine: &Engine, checks: impl Iterator<Item = &'a Check>, at_a_time: usize) -> Result<Vec<Found<'a>>> {
    let all = checks.enumerate().map(|(place, check)| async move { (place, check, one(engine, check).await) });
    // One that takes long holds up no other.
    let mut found: Vec<_> = futures::stream::iter(all).buffer_unordered(at_a_time.max(1)).collect().await;
    found.sort_unstable_by_key(|(place, ..)| *place);
    let mut in_order = Vec::with_capacity(found.len());
    for (_, check, outcome) in found {
        in_order.push(match outcome {
            // Beside another one there was too little memory: it has all of it now.
            Err(error) if error.is_lack_of_memory() => one(engine, check).await?,
            outcome => outcome?,
        });
    }
    Ok(in_order)
}

async fn one<'a>(engine: &Engine, check: &'a Check) -> Result<Found<'a>> {
    let number = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let (found_schema, batches) = engine.run(&check.text.text, &check.text.path).await?;
    let failed = crate::tables::sort::concat(&found_schema, &batches)?;
    let total = number(failed.num_rows());
    let cells = Table(&failed);
    let errors = number((0..cells.len()).filter(|row| is_error(&cells, *row)).count());
    let result = match check.severity.as_str() {
        "error" if errors > check.fail_above => "failed",
        _ if total <= check.warn_above => "passed",
        "info" => "noted",
        _ => "warned",
    };
    Ok(Found { check, failed, result })
}

/// One row of the table per check and indicator concerned.
pub fn results(all: Vec<Found<'_>>) -> Result<CheckResults> {
    let mut table = Vec::new();
    let mut outcome =
        CheckResults { table: RecordBatch::new_empty(schema::checks()), failures: Vec::new(), stopping: Vec::new(), warnings: 0 };
    for Found { check, failed, result } in all {
        let limit = if check.severity == "error" { check.fail_above } else { check.warn_above };
        match result {
            "failed" => {
                let rows = crate::error::count(failed.num_rows(), "row");
                outcome.stopping.push(format!("{}: {} ({rows})", check.id, check.title));
            }
            "warned" | "held" => outcome.warnings += 1,
            _ => {}
        }
        let cells = Table(&failed);
        let mut per_indicator: BTreeMap<String, (i64, Option<String>)> = BTreeMap::new();
        for row in 0..failed.num_rows() {
            let entry = per_indicator.entry(cells.text("indicator", row).unwrap_or_default().to_owned()).or_insert((0, None));
            entry.0 += 1;
            if entry.1.is_none() {
                entry.1 = cells.text("detail", row).map(str::to_owned);
            }
        }
        if per_indicator.is_empty() {
            per_indicator.insert(String::new(), (0, None));
        }
        for (indicator, (count, detail)) in per_indicator {
            table.push(vec![
                check.id.as_str().into(),
                check.title.as_str().into(),
                check.severity.as_str().into(),
                indicator.into(),
                Cell::Int(Some(count)),
                Cell::Int(Some(limit)),
                result.into(),
                Cell::Text(detail),
            ]);
        }
        if failed.num_rows() > 0 {
            outcome.failures.push((check.id.clone(), failed));
        }
    }
    let loose = small::batch(&schema::checks(), &table)?;
    outcome.table = crate::tables::sort::sort(&loose, &["id", "indicator"])?;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::Int64Array;

    use super::*;
    use crate::engine::Limits;

    /// Each of the two fits by itself, and holds what it has while it joins: whichever comes second has too little.
    #[tokio::test]
    async fn a_check_without_memory_beside_another_one_is_run_again() {
        let engine = Engine::new(Limits { memory_bytes: 5 << 20, ..Limits::default() }).unwrap();
        let numbers = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from_iter_values(0..200_000)) as _)]).unwrap();
        engine.register_batches("numbers", numbers.schema(), vec![numbers]).unwrap();
        let check = |sql: String| Check {
            id: "heavy".into(),
            title: "Heavy".into(),
            severity: "error".into(),
            warn_above: 0,
            fail_above: 0,
            holds: false,
            text: SourceText::new("sql/checks/heavy.sql", sql),
        };
        let heavy =
            |rest: i64| format!("SELECT sum(a.n) AS n FROM numbers a JOIN numbers b ON a.n % 1000 = b.n % 1000 HAVING sum(a.n) = {rest}");
        let checks = [check(heavy(1)), check(heavy(2))];
        let lacking = futures::future::join(one(&engine, &checks[0]), one(&engine, &checks[1])).await;
        assert!(lacking.0.is_err() || lacking.1.is_err(), "both fit: the test is in vain");
        let found = run(&engine, checks.iter(), 2).await.unwrap();
        assert_eq!(found.iter().map(|found| found.result).collect::<Vec<_>>(), ["passed", "passed"]);
    }
}
