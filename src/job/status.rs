//! Where things stand, as asked in the morning: what became of the last run, what waits for a person, what is in use; per
//! data set the last attempt and the next, per indicator its last release.

use std::collections::{BTreeMap, HashMap};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int32Type;
use serde::Serialize;

use super::asked::next_asked;
use super::load::Loaded;
use super::record::{self, RunRecord};
use super::routes;
use super::state::age_days;
use crate::dataset_id::DatasetId;
use crate::error::{Problem, Result};
use crate::release::{Manifest, pin, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

#[derive(Serialize)]
pub struct Status {
    /// The last run, pull or compute, whatever became of it; one at work counts.
    pub last_run: Option<RunRecord>,
    /// When the last run ended with exit code 0 or 3.
    pub last_good_run: Option<String>,
    /// The first of the runs that have failed since.
    pub failing_since: Option<String>,
    pub data_sets: Vec<DataSet>,
    pub release: Option<String>,
    /// The newest release kept, where none is in use: the pointer is gone or leads nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    pub pinned: Option<String>,
    /// Releases that a gate refused since the current one was made.
    pub refused: Vec<Refused>,
    pub indicators: Vec<Indicator>,
    /// Parts of releases that cannot be read, and so are not told of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<String>,
    /// What is wrong in the workspace, for which the next run will end.
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

#[derive(Serialize)]
pub struct DataSet {
    pub data_set: DatasetId,
    pub last_success: Option<String>,
    pub fetched_at: Option<String>,
    pub age_days: Option<i64>,
    pub stale: bool,
    pub vintage: Option<String>,
    pub next_due: Option<String>,
    pub last_year: Option<i32>,
    pub how_to_get: String,

    /// Observations in use, by the route that they came by.
    pub routes: BTreeMap<String, u64>,
    /// Where they are from, in words.
    pub in_use: Option<String>,
    /// What reading the bodies in use had to say.
    pub warnings: Vec<String>,
    pub last_attempt: Option<Attempt>,
}

/// The last time that a data set was asked for.
#[derive(Serialize)]
pub struct Attempt {
    pub time: String,
    /// `new`, `unchanged`, `failed` or `missing`.
    pub outcome: String,
    pub message: Option<String>,
    /// The first of the attempts that have failed in a row.
    pub failing_since: Option<String>,
}

#[derive(Serialize)]
pub struct Refused {
    pub release: String,
    pub created_at: String,
    /// The checks that stopped it, each with its number of rows.
    pub checks: Vec<(String, i64)>,
    /// What to type.
    pub look: String,
    pub accept: String,
}

#[derive(Serialize)]
pub struct Indicator {
    pub indicator: String,
    pub id: String,
    pub release: String,
    pub status: String,
    pub rows: u64,
    pub last_year: Option<i32>,
}

pub fn status(settings: &Settings, loaded: &Loaded) -> Result<Status> {
    let runs = record::all(&settings.workspace)?;
    let mut status = Status {
        last_good_run: record::last_good(&runs).map(|run| run.started_at.clone()),
        failing_since: record::failing_since(&runs).map(|run| run.started_at.clone()),
        data_sets: data_sets(settings, loaded, &runs)?,
        release: None,
        pinned: pin::pinned(&settings.workspace)?,
        refused: Vec::new(),
        indicators: Vec::new(),
        damaged: Vec::new(),
        kept: None,
        problems: loaded.problems.clone(),
        last_run: runs.into_iter().find(RunRecord::is_of_a_night),
    };
    for path in promote::waiting(&settings.workspace, settings.now)? {
        match refused(&path) {
            Ok(refused) => status.refused.push(refused),
            // One that is damaged must not hide all else; one that a run has removed meanwhile waits no longer.
            Err(error) if path.exists() => status.damaged.push(error.to_string()),
            Err(_) => {}
        }
    }
    if let Some(path) = promote::current(&settings.workspace)? {
        status.release = path.file_name().map(|name| name.to_string_lossy().into_owned());
        match Manifest::load(&path).and_then(|manifest| indicators(&path, &manifest)) {
            Ok(indicators) => status.indicators = indicators,
            Err(error) => status.damaged.push(error.to_string()),
        }
    } else if let Some(newest) = promote::list(&settings.workspace)?.last() {
        status.kept = newest.file_name().map(|name| name.to_string_lossy().into_owned());
    }
    Ok(status)
}

fn indicators(release: &std::path::Path, manifest: &Manifest) -> Result<Vec<Indicator>> {
    let values = parquet::read(&release.join("values.parquet"), &schema::some_of(&schema::values(), &["indicator", "time_period"])?)?;
    let (indicators, years) = (values.column(0).as_string::<i32>(), values.column(1).as_primitive::<Int32Type>());
    let mut last_years: HashMap<&str, i32> = HashMap::new();
    for (indicator, year) in indicators.iter().flatten().zip(years.values()) {
        last_years.entry(indicator).and_modify(|last| *last = *year.max(last)).or_insert(*year);
    }
    let indicator = |(name, entry): (&String, &crate::release::manifest::IndicatorEntry)| Indicator {
        indicator: name.clone(),
        id: entry.id.clone(),
        release: manifest.release.clone(),
        status: entry.status.clone(),
        rows: entry.rows,
        last_year: last_years.get(name.as_str()).copied(),
    };
    Ok(manifest.indicators.iter().map(indicator).collect())
}

fn refused(path: &std::path::Path) -> Result<Refused> {
    let manifest = Manifest::load(path)?;
    let table = parquet::read(&path.join("checks.parquet"), &schema::checks())?;
    let cells = Table(&table);
    let mut checks: Vec<(String, i64)> = Vec::new();
    for row in (0..cells.len()).filter(|row| cells.text("result", *row) == Some("failed")) {
        let (id, rows) = (cells.text("id", row).unwrap_or_default(), cells.int("rows_failed", row).unwrap_or_default());
        match checks.last_mut() {
            Some((last, total)) if last == id => *total += rows,
            _ => checks.push((id.to_owned(), rows)),
        }
    }
    let names: Vec<&str> = checks.iter().map(|(id, _)| id.as_str()).collect();
    Ok(Refused {
        look: format!("yardstick checks --failed --release {}", manifest.release),
        accept: format!("yardstick run --accept {}", names.join(",")),
        release: manifest.release,
        created_at: manifest.created_at,
        checks,
    })
}

fn data_sets(settings: &Settings, loaded: &Loaded, runs: &[RunRecord]) -> Result<Vec<DataSet>> {
    let reports = loaded.reports(settings)?;
    let all = loaded.sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
    all.map(|(source, dataset)| {
        let data_set = source.id(dataset);
        let pull = loaded.pull_of(settings, &source.name, &dataset.name)?;
        let age_days = pull.as_ref().and_then(|pull| age_days(settings, pull));
        let report = reports.get(&data_set);
        Ok(DataSet {
            age_days,
            stale: age_days.is_some_and(|age| age > source.stale_after_days),
            vintage: report.and_then(|r| r.vintage.clone()),
            next_due: next_asked(source, dataset, pull.as_ref(), runs, settings.now).map(|next| next.to_string()),
            last_year: report.and_then(|r| r.last_year),
            how_to_get: dataset.how_to_get.clone(),
            warnings: report.map(|report| report.warnings.clone()).unwrap_or_default(),
            routes: report.map(|report| report.routes.clone()).unwrap_or_default(),
            in_use: report.zip(pull.as_ref()).map(|(report, pull)| routes::in_use(dataset, report, pull, settings.now)),
            last_success: pull.as_ref().map(|pull| pull.checked_at.clone()),
            fetched_at: pull.map(|pull| pull.fetched_at),
            last_attempt: last_attempt(runs, &data_set),
            data_set,
        })
    })
    .collect()
}

/// From the records of the runs, newest first.
fn last_attempt(runs: &[RunRecord], id: &DatasetId) -> Option<Attempt> {
    let (run, line) = runs.iter().find_map(|run| Some((run, run.data_sets.get(id).filter(|line| line.asked)?)))?;
    Some(Attempt {
        time: run.started_at.clone(),
        outcome: line.status.clone(),
        message: line.message.clone(),
        failing_since: record::failing(runs, id).map(|(_, _, first)| first.started_at.clone()),
    })
}
