//! Where things stand: per data set the last pull and the next, per indicator its last release.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::due::next_due;
use super::load::Loaded;
use super::routes;
use super::state::age_days;
use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::fetch::{Attempt, Journal};
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::views::Values;
use crate::tables::{parquet, schema};

#[derive(Serialize)]
pub struct Status {
    pub data_sets: Vec<DataSet>,
    pub release: Option<String>,
    pub indicators: Vec<Indicator>,
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
    pub last_attempt: Option<LastAttempt>,
    /// Observations in use, by the route that they came by.
    pub routes: BTreeMap<String, u64>,
    /// Where they are from, in words.
    pub in_use: Option<String>,
}

/// What came of the last time that a data set was asked for.
#[derive(Serialize)]
pub struct LastAttempt {
    pub time: String,
    /// The route asked last.
    pub route: String,
    /// As in the journal: `stored`, `unchanged`, `failed`, `refused` ..
    pub outcome: String,
    /// What each route said that gave nothing.
    pub message: Option<String>,
}

impl LastAttempt {
    /// Of the attempts of one run; of one route the last one counts.
    fn of(attempts: &[Attempt]) -> Option<Self> {
        let last = attempts.last()?;
        let final_ones =
            attempts.iter().enumerate().filter(|(place, one)| attempts[place + 1..].iter().all(|later| later.route != one.route));
        let said = final_ones.filter_map(|(_, one)| Some(format!("{}: {}", one.route, one.error.as_ref()?))).collect::<Vec<_>>();
        Some(Self {
            time: last.time.clone(),
            route: last.route.clone(),
            outcome: last.outcome.clone(),
            message: (!said.is_empty()).then(|| said.join("; ")),
        })
    }
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
    let data_sets = data_sets(settings, loaded)?;
    let Some(path) = promote::current(&settings.workspace) else {
        return Ok(Status { data_sets, release: None, indicators: Vec::new() });
    };
    let manifest = Manifest::load(&path)?;
    let values = parquet::read(&path.join("values.parquet"), &schema::values())?;
    let values = Values::of(&values)?;
    let mut last_years: HashMap<&str, i32> = HashMap::new();
    for row in 0..values.len() {
        let (indicator, year) = (values.indicator.value(row), values.time_period.value(row));
        last_years.entry(indicator).and_modify(|last| *last = year.max(*last)).or_insert(year);
    }
    let indicators = manifest.indicators.iter().map(|(name, entry)| Indicator {
        indicator: name.clone(),
        id: entry.id.clone(),
        release: manifest.release.clone(),
        status: entry.status.clone(),
        rows: entry.rows,
        last_year: last_years.get(name.as_str()).copied(),
    });
    Ok(Status { data_sets, indicators: indicators.collect(), release: Some(manifest.release) })
}

fn data_sets(settings: &Settings, loaded: &Loaded) -> Result<Vec<DataSet>> {
    let reports = loaded.reports(settings);
    let attempts = Journal::new(&settings.workspace.data).last_runs()?;
    let all = loaded.sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
    let data_sets = all.map(|(source, dataset)| {
        let data_set = source.id(dataset);
        let pull = loaded.pull_of(settings, &source.name, &dataset.name);
        let age_days = pull.as_ref().and_then(|pull| age_days(settings, pull));
        let report = reports.get(&data_set);
        DataSet {
            age_days,
            stale: age_days.is_some_and(|age| age > source.stale_after_days),
            vintage: report.and_then(|r| r.vintage.clone()),
            next_due: pull.as_ref().and_then(|pull| next_due(source, dataset, pull)).map(|next| next.to_string()),
            last_year: report.and_then(|r| r.last_year),
            how_to_get: dataset.how_to_get.clone(),
            last_attempt: attempts.get(&(source.name.clone(), dataset.name.clone())).and_then(|run| LastAttempt::of(run)),
            routes: report.map(|report| report.routes.clone()).unwrap_or_default(),
            in_use: report.zip(pull.as_ref()).map(|(report, pull)| routes::in_use(dataset, report, pull, settings.now)),
            last_success: pull.as_ref().map(|pull| pull.checked_at.clone()),
            fetched_at: pull.map(|pull| pull.fetched_at),
            data_set,
        }
    });
    Ok(data_sets.collect())
}
