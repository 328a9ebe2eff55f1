//! What a run says at its end: what each source gave, what is stale, and how far the world is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dataset_id::{DatasetId, listed};
use crate::error::{Result, count};
use crate::job::load::Loaded;
use crate::job::night::{Night, Published};
use crate::job::state::is_stale;
use crate::observe::Counts;
use crate::printer::{Answer, Printer, number};
use crate::release::headline::{Headline, headlines};
use crate::settings::Settings;

/// What a run says at its end.
#[derive(Serialize)]
pub struct Report {
    data_sets: Vec<DataSet>,
    release: Option<Release>,
    /// The release that stays, where no new one was made.
    kept: Option<Kept>,
    targets: Vec<Headline>,
    /// Why it is degraded, one line each.
    degraded: Vec<String>,
    /// What was removed by rule.
    retained: Option<String>,
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

#[derive(Serialize)]
struct Kept {
    id: String,
    held: Vec<String>,
    pinned: bool,
}

pub fn report(settings: &Settings, loaded: &Loaded, night: &Night, retained: Option<String>) -> Result<Report> {
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
    let mut report = Report { data_sets, release: None, kept: None, targets: Vec::new(), degraded, retained };
    match &night.outcome {
        Published::Release(built) => {
            let (id, rows) = (built.manifest.release.clone(), built.manifest.rows.clone());
            report.release = Some(Release { id, rows, warnings: built.warnings, held: built.held.clone() });
            report.targets = headlines(&built.contents.progress)?;
        }
        Published::Nothing(id) => report.kept = Some(Kept { id: id.clone(), held: Vec::new(), pinned: false }),
        Published::StillHeld { release, held } => report.kept = Some(Kept { id: release.clone(), held: held.clone(), pinned: false }),
        Published::Pinned(id) => report.kept = Some(Kept { id: id.clone(), held: Vec::new(), pinned: true }),
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
        if let Some(retained) = &self.retained {
            printer.note(retained);
        }
    }
}

impl Report {
    fn show_release(&self, printer: &Printer) {
        let Some(release) = &self.release else { return };
        if !printer.quiet {
            printer.line(&headline_table(printer, &self.targets));
        }
        let rows = |name: &str| release.rows.get(name).copied().unwrap_or_default() as usize;
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

/// Targets for people, one line each.
pub fn headline_table(printer: &Printer, targets: &[Headline]) -> String {
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|one| {
            vec![
                one.target.clone(),
                one.ref_area.clone(),
                one.breakdown.clone(),
                one.latest_year.map_or("-".into(), |y| y.to_string()),
                number(one.latest_value),
                number(one.target_value),
                number(one.distance),
                one.standing(),
                one.estimate.clone().unwrap_or_default(),
            ]
        })
        .collect();
    printer.table(&["target", "area", "breakdown", "latest", "value", "target value", "distance", "class", "estimate"], &rows)
}
