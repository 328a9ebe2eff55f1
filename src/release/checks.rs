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
use crate::tables::sort::joined;

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
    /// What a person is told beside.
    pub told: Vec<String>,
}

/// What one check found.
pub struct Found<'a> {
    pub check: &'a Check,
    pub failing: Failing,
    /// `passed`, `noted`, `warned`, `failed`; `held` where the indicators concerned are held in place of the release.
    pub result: &'static str,
}

/// Failing rows that are kept of one check. All are counted.
const KEPT: usize = 1_000_000;

/// The rows that a check gives, as they come.
#[derive(Default)]
pub struct Failing {
    kept: Vec<RecordBatch>,
    rows: usize,
    /// Rows that count as errors: all, unless the check says `severity` row by row.
    errors: usize,
    /// Rows of each indicator, and the first detail.
    indicators: BTreeMap<String, (i64, Option<String>)>,
    /// The indicators of errors, each with its first detail.
    blamed: BTreeMap<String, Option<String>>,
    /// Whether an error names no indicator.
    nameless: bool,
}

impl Failing {
    fn add(&mut self, batch: &RecordBatch) {
        let room = KEPT.saturating_sub(self.rows).min(batch.num_rows());
        if room > 0 {
            self.kept.push(batch.slice(0, room));
        }
        self.rows += batch.num_rows();
        let cells = Table(batch);
        for row in 0..cells.len() {
            let indicator = cells.text("indicator", row).unwrap_or_default();
            let detail = || cells.text("detail", row).map(str::to_owned);
            match self.indicators.get_mut(indicator) {
                Some((rows, known)) => {
                    *rows += 1;
                    if known.is_none() {
                        *known = detail();
                    }
                }
                None => drop(self.indicators.insert(indicator.to_owned(), (1, detail()))),
            }
            if cells.text("severity", row).is_none_or(|severity| severity == "error") {
                self.errors += 1;
                self.nameless |= indicator.is_empty();
                if !self.blamed.contains_key(indicator) {
                    self.blamed.insert(indicator.to_owned(), detail());
                }
            }
        }
    }
}

impl Found<'_> {
    /// The indicators of the rows that are errors, each with its first detail; none where a row names no indicator.
    pub fn blamed(&self) -> Option<BTreeMap<String, String>> {
        if self.failing.nameless {
            return None;
        }
        let reason = |detail: &Option<String>| format!("check {}: {}", self.check.id, detail.as_ref().unwrap_or(&self.check.title));
        Some(self.failing.blamed.iter().map(|(name, detail)| (name.clone(), reason(detail))).collect())
    }
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
    let add = |failing: &mut Failing, batch: &RecordBatch| {
        failing.add(batch);
        Ok(())
    };
    let failing = engine.fold_planned(&check.text.text, &check.text.path, None, Failing::default(), add).await?;
    let result = match check.severity.as_str() {
        "error" if number(failing.errors) > check.fail_above => "failed",
        _ if number(failing.rows) <= check.warn_above => "passed",
        "info" => "noted",
        _ => "warned",
    };
    Ok(Found { check, failing, result })
}

/// One row of the table per check and indicator concerned.
pub fn results(all: Vec<Found<'_>>) -> Result<CheckResults> {
    let mut table = Vec::new();
    let mut outcome = CheckResults {
        table: RecordBatch::new_empty(schema::checks()),
        failures: Vec::new(),
        stopping: Vec::new(),
        warnings: 0,
        told: Vec::new(),
    };
    for Found { check, failing, result } in all {
        let rows = crate::error::count(failing.rows, "row");
        let limit = if check.severity == "error" { check.fail_above } else { check.warn_above };
        match result {
            "failed" => {
                outcome.stopping.push(format!("{}: {} ({rows})", check.id, check.title));
            }
            "warned" | "held" => outcome.warnings += 1,
            _ => {}
        }
        let mut per_indicator = failing.indicators;
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
        if failing.rows > KEPT {
            outcome.told.push(format!("check {}: {rows}, of which the first {KEPT} are in failures/{}.parquet", check.id, check.id));
        }
        if let Some(first) = failing.kept.first() {
            outcome.failures.push((check.id.clone(), joined(&first.schema(), failing.kept)?));
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

    fn check(sql: String) -> Check {
        Check {
            id: "heavy".into(),
            title: "Heavy".into(),
            severity: "error".into(),
            warn_above: 0,
            fail_above: 0,
            holds: false,
            text: SourceText::new("sql/checks/heavy.sql", sql),
        }
    }

    /// Five million rows of one check, held twice, took what the rest of the night had.
    #[tokio::test]
    async fn all_failing_rows_are_counted_and_the_first_are_kept() {
        let engine = Engine::new(Limits::default()).unwrap();
        let numbers = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from_iter_values(0..1_000_500)) as _)]).unwrap();
        engine.register_batches("numbers", numbers.schema(), vec![numbers]).unwrap();
        let sql =
            "SELECT CASE WHEN n < 10 THEN 'first' ELSE 'second' END AS indicator, n, CAST(n AS VARCHAR) AS detail FROM numbers ORDER BY n";
        let checks = [check(sql.into()), check("SELECT '' AS indicator, n FROM numbers WHERE n > 1000000".into())];
        let found = run(&engine, checks.iter(), 1).await.unwrap();
        let blamed = [("first", "check heavy: 0"), ("second", "check heavy: 10")].map(|(name, why)| (name.to_owned(), why.to_owned()));
        assert_eq!((found[0].blamed(), found[1].blamed()), (Some(BTreeMap::from(blamed)), None));
        let results = results(found).unwrap();
        assert_eq!(results.failures.iter().map(|(_, rows)| rows.num_rows()).collect::<Vec<_>>(), [1_000_000, 499]);
        assert_eq!(results.told, ["check heavy: 1000500 rows, of which the first 1000000 are in failures/heavy.parquet"]);
        let cells = Table(&results.table);
        let counts: Vec<_> = (0..cells.len()).map(|row| cells.int("rows_failed", row)).collect();
        assert_eq!(counts, [Some(499), Some(10), Some(1_000_490)]);
    }

    /// Each of the two fits by itself, and holds what it has while it joins: whichever comes second has too little.
    #[tokio::test]
    async fn a_check_without_memory_beside_another_one_is_run_again() {
        let engine = Engine::new(Limits { memory_bytes: 5 << 20, ..Limits::default() }).unwrap();
        let numbers = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from_iter_values(0..200_000)) as _)]).unwrap();
        engine.register_batches("numbers", numbers.schema(), vec![numbers]).unwrap();
        let heavy =
            |rest: i64| format!("SELECT sum(a.n) AS n FROM numbers a JOIN numbers b ON a.n % 1000 = b.n % 1000 HAVING sum(a.n) = {rest}");
        let checks = [check(heavy(1)), check(heavy(2))];
        let lacking = futures::future::join(one(&engine, &checks[0]), one(&engine, &checks[1])).await;
        assert!(lacking.0.is_err() || lacking.1.is_err(), "both fit: the test is in vain");
        let found = run(&engine, checks.iter(), 2).await.unwrap();
        assert_eq!(found.iter().map(|found| found.result).collect::<Vec<_>>(), ["passed", "passed"]);
    }
}
