//! What a run says at its end: what each source gave, what is stale, and how far the world is.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use super::checks::{self, Check};
use super::headlines;
use crate::dataset_id::{DatasetId, listed};
use crate::engine::cluster::Shared;
use crate::error::{Result, count};
use crate::job::load::Loaded;
use crate::job::night::{Night, Published};
use crate::job::state::is_stale;
use crate::observe::Counts;
use crate::printer::{Answer, Printer, folded, number};
use crate::release::diff::{Summary, summarise};
use crate::release::headline::{self, Headline};
use crate::settings::Settings;
use crate::tables::cells::Table;

/// Indicators of which is said what changed most.
const MOVED: usize = 8;
/// Rows shown of a check that failed.
const ROWS: usize = 5;

/// What a run says at its end.
#[derive(Serialize)]
pub(super) struct Report {
    data_sets: Vec<DataSet>,
    release: Option<Release>,
    /// The release that stays, where no new one was made.
    kept: Option<Kept>,
    targets: Vec<Headline>,
    /// What changed against the release before, per indicator and unit.
    revisions: Vec<Summary>,
    /// Checks with warnings.
    warned: Vec<Warned>,
    /// Why it is degraded, one line each.
    degraded: Vec<String>,
    /// What was removed by rule.
    retained: Option<String>,
    /// What workers did, where a run had some.
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<Shared>,
    #[serde(flatten)]
    refused: Option<Refused>,
}

/// A release that a gate refused.
#[derive(Serialize)]
struct Refused {
    error: String,
    hint: String,
    staged: String,
    /// What stopped it, with the first rows of each.
    failed_checks: Vec<Check>,
}

#[derive(Serialize)]
struct DataSet {
    data_set: DatasetId,
    status: &'static str,
    stale: bool,
    message: Option<String>,
    /// Why it was not pulled this time.
    not_asked: Option<String>,
    age_days: Option<i64>,
    vintage: Option<String>,
    counts: Option<Counts>,
    quarantine_reasons: Option<BTreeMap<String, u64>>,
    last_year: Option<i32>,
}

#[derive(Serialize)]
struct Release {
    id: String,
    rows: BTreeMap<String, u64>,
    warnings: usize,
    held: Vec<(String, String)>,
}

/// A check with more rows than are in order.
#[derive(Serialize)]
struct Warned {
    check: String,
    rows: i64,
    /// The first of the rows.
    detail: String,
}

#[derive(Serialize)]
struct Kept {
    id: String,
    held: Vec<String>,
    pinned: bool,
}

/// The checks with warnings, each with all its rows and the first of them.
fn warned(checks: &RecordBatch) -> Vec<Warned> {
    let cells = Table(checks);
    let mut warned: Vec<Warned> = Vec::new();
    for row in (0..cells.len()).filter(|row| cells.text("result", *row) == Some("warned")) {
        let (check, rows) = (cells.text("id", row).unwrap_or_default(), cells.int("rows_failed", row).unwrap_or_default());
        if let Some(last) = warned.last_mut().filter(|last| last.check == check) {
            last.rows += rows;
        } else {
            let detail = [cells.text("indicator", row), cells.text("note", row)].into_iter().flatten().filter(|text| !text.is_empty());
            warned.push(Warned { check: check.to_owned(), rows, detail: detail.collect::<Vec<_>>().join(": ") });
        }
    }
    warned
}

pub(super) fn report(settings: &Settings, loaded: &Loaded, night: &Night, noted: (Option<String>, Option<Shared>)) -> Result<Report> {
    let (retained, workers) = noted;
    let reports = loaded.reports(settings)?;
    let data_sets = night.states.iter().map(|(id, state)| {
        let report = reports.get(id);
        DataSet {
            data_set: id.clone(),
            status: state.status,
            stale: is_stale(loaded, id, state),
            message: state.message.clone(),
            not_asked: night.not_asked.get(id).cloned(),
            age_days: state.age_days,
            vintage: report.and_then(|r| r.vintage.clone()),
            counts: report.map(|r| r.counts.clone()),
            quarantine_reasons: report.map(|r| r.quarantine_reasons.clone()),
            last_year: report.and_then(|r| r.last_year),
        }
    });
    let (data_sets, degraded) = (data_sets.collect(), night.degraded.clone());
    let mut report = Report {
        data_sets,
        release: None,
        kept: None,
        targets: Vec::new(),
        revisions: Vec::new(),
        warned: Vec::new(),
        degraded,
        retained,
        workers,
        refused: None,
    };
    match &night.outcome {
        Published::Release(built) => {
            let (id, rows) = (built.manifest.release.clone(), built.manifest.rows.clone());
            report.release = Some(Release { id, rows, warnings: built.warnings, held: built.held.clone() });
            report.targets = headline::headlines(&built.contents.progress, &loaded.catalogue.indicators)?;
            report.revisions = summarise(&built.contents.revisions)?;
            report.warned = warned(&built.contents.checks);
        }
        Published::Nothing(id) => report.kept = Some(Kept { id: id.clone(), held: Vec::new(), pinned: false }),
        Published::StillHeld { release, held } => report.kept = Some(Kept { id: release.clone(), held: held.clone(), pinned: false }),
        Published::Pinned(id) => report.kept = Some(Kept { id: id.clone(), held: Vec::new(), pinned: true }),
        Published::Refused { release, error, hint } => {
            let folder = settings.workspace.staging().join(release);
            let failed_checks = checks::of_release(&folder, &|check| check.result == "failed", ROWS)?;
            report.refused = Some(Refused { error: error.clone(), hint: hint.clone(), staged: release.clone(), failed_checks });
        }
        Published::PulledOnly => {}
    }
    Ok(report)
}

impl Answer for Report {
    fn show(&self, printer: &Printer) {
        if !printer.quiet {
            self.show_data_sets(printer);
        }
        for set in &self.data_sets {
            if let Some(message) = &set.message {
                printer.note(&format!("{}: {message}", set.data_set));
            }
        }
        match &self.kept {
            Some(Kept { id, pinned: true, .. }) => printer.line(&format!("nothing published: release {id} is pinned")),
            Some(Kept { id, held, .. }) if held.is_empty() => {
                printer.line(&format!("nothing to do: no input has changed since release {id}"));
            }
            Some(Kept { id, held, .. }) => printer
                .line(&format!("nothing new: computed again, release {id} stays; still held at its last good values: {}", held.join(", "))),
            None => {}
        }
        self.show_release(printer);
        for why in &self.degraded {
            printer.line(&format!("degraded: {why}"));
        }
        if let Some(refused) = &self.refused {
            refused.show(printer);
        }
        if let Some(workers) = &self.workers {
            printer.note(&workers.told());
            workers.notes.iter().for_each(|note| printer.note(note));
        }
        if let Some(retained) = &self.retained {
            printer.note(retained);
        }
    }
}

impl Refused {
    fn show(&self, printer: &Printer) {
        for check in self.failed_checks.iter().filter(|_| !printer.quiet) {
            check.show_rows(printer);
        }
        printer.failure(&self.error, Some(&self.hint));
    }
}

impl Report {
    fn show_release(&self, printer: &Printer) {
        let Some(release) = &self.release else { return };
        if !printer.quiet {
            headlines::show(printer, &self.targets);
        }
        if !printer.quiet {
            self.show_changes(printer);
        }
        let rows = |name: &str| release.rows.get(name).copied().unwrap_or_default();
        printer.line(&format!(
            "release {}: {}, {} of progress, {}",
            release.id,
            count(rows("values"), "value"),
            count(rows("progress"), "row"),
            match release.warnings {
                0 => "all checks passed".to_owned(),
                n => format!("{} with warnings (see checks.parquet)", count(n, "check")),
            }
        ));
    }

    /// What changed most against the release before, and what the checks warn of.
    fn show_changes(&self, printer: &Printer) {
        let mut moved: Vec<&Summary> = self.revisions.iter().filter(|one| one.largest.is_some()).collect();
        moved.sort_by(|a, b| {
            b.largest_share().total_cmp(&a.largest_share()).then_with(|| (&a.indicator, &a.unit).cmp(&(&b.indicator, &b.unit)))
        });
        if !moved.is_empty() {
            printer.line("changed most against the release before (all: `yardstick diff`)");
        }
        for one in moved.iter().take(MOVED) {
            let largest = |what: &str, found: &Option<(f64, String)>| {
                found.as_ref().map(|(difference, place)| format!("{what} {place} by {}", number(Some(*difference))))
            };
            let most: Vec<String> =
                [largest("economy", &one.largest_economy), largest("group", &one.largest_group)].into_iter().flatten().collect();
            let text = format!("{}: {} revised; {}", one.indicator, count(one.revised, "value"), most.join(", "));
            printer.line(&folded("      ", &text));
        }
        if moved.len() > MOVED {
            printer.line(&format!("      and {}", count(moved.len() - MOVED, "other indicator")));
        }
        if !self.warned.is_empty() {
            printer.line("warnings (rows: `yardstick checks CHECK`)");
        }
        for one in &self.warned {
            printer.line(&folded("      ", &format!("{} ({}): {}", one.check, count(one.rows, "row"), one.detail)));
        }
    }

    fn show_data_sets(&self, printer: &Printer) {
        let loaded = self.data_sets.iter().filter(|set| set.status != "missing" || set.counts.is_some());
        let rows: Vec<Vec<String>> = loaded
            .map(|set| {
                let of = |number: fn(&Counts) -> u64| set.counts.as_ref().map_or("-".into(), |counts| number(counts).to_string());
                vec![
                    set.data_set.to_string(),
                    if set.stale { format!("{}, stale", set.status) } else { set.status.to_owned() },
                    of(|counts| counts.rows_in),
                    of(|counts| counts.observations),
                    of(|counts| counts.quarantined),
                    set.last_year.map_or("-".into(), |y| y.to_string()),
                    set.vintage.clone().unwrap_or_default(),
                ]
            })
            .collect();
        printer.line(&printer.table(&["data set", "status", "rows in", "observations", "quarantined", "last year", "vintage"], &rows));
        let missing = self.data_sets.iter().filter(|set| set.status == "missing").count();
        if missing > 0 {
            printer.line(&format!("{} not loaded yet: see `yardstick status`", count(missing, "data set")));
        }
        let mut reasons: BTreeMap<&str, Vec<DatasetId>> = BTreeMap::new();
        for set in &self.data_sets {
            if let Some(reason) = &set.not_asked {
                reasons.entry(reason).or_default().push(set.data_set.clone());
            }
        }
        for (reason, ids) in reasons {
            printer.note(&format!("not asked: {}: {reason}", listed(&ids)));
        }
    }
}
