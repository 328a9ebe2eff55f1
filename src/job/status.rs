//! Where things stand: per data set the last pull and the next, per indicator its last release.

use serde::Serialize;

use super::due::next_due;
use super::load::Loaded;
use super::state::age_days;
use crate::error::Result;
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

#[derive(Serialize)]
pub struct Status {
    pub data_sets: Vec<DataSet>,
    pub release: Option<String>,
    pub indicators: Vec<Indicator>,
}

#[derive(Serialize)]
pub struct DataSet {
    pub data_set: String,
    pub last_success: Option<String>,
    pub fetched_at: Option<String>,
    pub age_days: Option<i64>,
    pub stale: bool,
    pub vintage: Option<String>,
    pub next_due: Option<String>,
    pub last_year: Option<i32>,
    pub how_to_get: String,
}

#[derive(Serialize)]
pub struct Indicator {
    pub indicator: String,
    pub id: String,
    pub release: String,
    pub status: String,
    pub rows: u64,
    pub last_year: Option<i64>,
}

pub fn status(settings: &Settings, loaded: &Loaded) -> Result<Status> {
    let data_sets = data_sets(settings, loaded);
    let Some(path) = promote::current(&settings.workspace) else {
        return Ok(Status { data_sets, release: None, indicators: Vec::new() });
    };
    let manifest = Manifest::load(&path)?;
    let values = parquet::read(&path.join("values.parquet"), &schema::values())?;
    let cells = Table(&values);
    let last_year = |name: &str| {
        (0..cells.len()).filter(|row| cells.text("indicator", *row) == Some(name)).filter_map(|row| cells.int("time_period", row)).max()
    };
    let indicators = manifest.indicators.iter().map(|(name, entry)| Indicator {
        indicator: name.clone(),
        id: entry.id.clone(),
        release: manifest.release.clone(),
        status: entry.status.clone(),
        rows: entry.rows,
        last_year: last_year(name),
    });
    Ok(Status { data_sets, indicators: indicators.collect(), release: Some(manifest.release) })
}

fn data_sets(settings: &Settings, loaded: &Loaded) -> Vec<DataSet> {
    let reports = loaded.reports(settings);
    let all = loaded.sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
    all.map(|(source, dataset)| {
        let data_set = format!("{}/{}", source.name, dataset.name);
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
            last_success: pull.as_ref().map(|pull| pull.checked_at.clone()),
            fetched_at: pull.map(|pull| pull.fetched_at),
            data_set,
        }
    })
    .collect()
}
