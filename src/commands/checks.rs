//! `checks`: what the checks of a release found, also of one that a gate refused, and the rows that failed.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::drawn::drawn;
use crate::error::{Error, Result, suggestion};
use crate::exit::Exit;
use crate::printer::{Answer, Printer};
use crate::release::promote;
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema, text};

#[derive(Serialize)]
struct Checks {
    release: String,
    checks: Vec<Check>,
}

#[derive(Serialize)]
pub(super) struct Check {
    id: String,
    title: String,
    severity: String,
    pub(super) result: String,
    /// Over all indicators.
    rows_failed: i64,
    limit: Option<i64>,
    /// The first rows that failed, where they are asked for.
    rows: Option<Value>,
    #[serde(skip)]
    table: String,
}

/// Names of checks show their rows, whatever they came to; `failed` shows those that did not pass.
pub(super) fn checks(
    settings: &Settings,
    printer: &Printer,
    ids: &[String],
    release: Option<&str>,
    failed: bool,
    limit: usize,
) -> Result<Exit> {
    let path = match release {
        Some(release) => promote::find_any(&settings.workspace, release)?,
        // Without a name: the newest refused one after the current release, else the current one.
        None if failed => match promote::waiting(&settings.workspace, settings.now)?.pop() {
            Some(staged) => staged,
            None => promote::find(&settings.workspace, "current")?,
        },
        None => promote::find(&settings.workspace, "current")?,
    };
    let mut all = read(&path)?;
    if let Some(unknown) = ids.iter().find(|id| !all.iter().any(|check| check.id == **id)) {
        let hint = suggestion(unknown, all.iter().map(|check| check.id.as_str()));
        return Err(Error::Usage { message: format!("no check `{unknown}` in this release"), hint });
    }
    all.retain(|check| {
        if ids.is_empty() { !failed || matches!(check.result.as_str(), "failed" | "held" | "warned") } else { ids.contains(&check.id) }
    });
    // What stops a release comes first.
    all.sort_by_key(|check| !matches!(check.result.as_str(), "failed" | "held"));
    for check in &mut all {
        if !ids.is_empty() || (failed && matches!(check.result.as_str(), "failed" | "held")) {
            check.read_rows(&path, limit)?;
        }
    }
    let release = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(printer.answer("checks", Exit::Done, &Checks { release, checks: all }))
}

/// The checks of a release in their order, without rows.
fn read(path: &Path) -> Result<Vec<Check>> {
    let table = parquet::read(&path.join("checks.parquet"), &schema::checks())?;
    let cells = Table(&table);
    let mut all: Vec<Check> = Vec::new();
    for row in 0..cells.len() {
        let of = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
        let rows_failed = cells.int("rows_failed", row).unwrap_or_default();
        match all.last_mut() {
            // A check has a row for each indicator concerned.
            Some(last) if last.id == of("id") => last.rows_failed += rows_failed,
            _ => all.push(Check {
                id: of("id"),
                title: of("title"),
                severity: of("severity"),
                result: of("result"),
                rows_failed,
                limit: cells.int("limit", row),
                rows: None,
                table: String::new(),
            }),
        }
    }
    Ok(all)
}

/// Checks of a release with the first of their failed rows.
pub(super) fn of_release(path: &Path, wanted: &dyn Fn(&Check) -> bool, limit: usize) -> Result<Vec<Check>> {
    let mut all = read(path)?;
    all.retain(wanted);
    all.iter_mut().try_for_each(|check| check.read_rows(path, limit))?;
    Ok(all)
}

impl Check {
    fn read_rows(&mut self, release: &Path, limit: usize) -> Result<()> {
        let file = release.join("failures").join(format!("{}.parquet", self.id));
        if file.is_file() {
            let rows = parquet::first_as_they_are(&file, limit)?;
            self.table = String::from_utf8_lossy(&drawn(&rows)?).into_owned();
            self.rows = Some(text::json_rows(&rows)?);
        }
        Ok(())
    }

    pub(super) fn show_rows(&self, printer: &Printer) {
        printer.line(&format!("\n{}: {}", self.id, self.title));
        printer.data(self.table.as_bytes());
    }
}

impl Answer for Checks {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("release {}", self.release));
        let row = |check: &Check| {
            let limit = check.limit.map_or("-".into(), |limit| limit.to_string());
            vec![check.id.clone(), check.severity.clone(), check.result.clone(), check.rows_failed.to_string(), limit, check.title.clone()]
        };
        let rows: Vec<Vec<String>> = self.checks.iter().map(row).collect();
        printer.line(&printer.table(&["check", "severity", "result", "rows", "limit", "title"], &rows));
        for check in self.checks.iter().filter(|check| !check.table.is_empty()) {
            check.show_rows(printer);
        }
        let stopping: Vec<&str> = self.checks.iter().filter(|check| check.result == "failed").map(|check| check.id.as_str()).collect();
        if !stopping.is_empty() {
            printer.line(&format!("to let them pass once: yardstick run --accept {}", stopping.join(",")));
        }
    }
}
