//! Builds a release in a staging folder: all indicators, progress, checks, revisions, and the files of the contract.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::checks::{self, Check};
use super::compute::{self, concat, sort};
use super::inputs::{self, Inputs, Reports};
use super::manifest::{BodyEntry, IndicatorEntry, InputEntry, Manifest};
use super::{catalog, diff, progress, promote, row_counts, targets};
use crate::engine::read::{self, Table};
use crate::engine::rows::Cell;
use crate::engine::{Engine, Limits, tables};
use crate::error::{Error, Result};
use crate::fetch::Pull;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::reference::Reference;
use crate::observe::schema;
use crate::pipelines::Source;
use crate::publish;
use crate::workspace::Workspace;

/// What happened to one data set in this run.
#[derive(Debug, Clone)]
pub struct DatasetState {
    pub pull: Option<Pull>,
    /// `new`, `unchanged`, `failed` or `missing`.
    pub status: &'static str,
    pub message: Option<String>,
    pub age_days: Option<i64>,
}

/// Everything a release is built from.
pub struct Build<'a> {
    pub workspace: &'a Workspace,
    pub sources: &'a [Source],
    pub catalogue: Arc<Catalogue>,
    pub reference: Arc<Reference>,
    pub checks: &'a [Check],
    pub reports: Arc<Reports>,
    pub states: &'a BTreeMap<String, DatasetState>,
    pub settings: Inputs,
    pub membership: &'a str,
    pub now: jiff::Timestamp,
    pub limits: Limits,
    pub threads: usize,
    /// Failed checks that a person lets pass this time.
    pub accept: Vec<String>,
    /// Called with the name of each indicator done.
    pub done: Arc<dyn Fn(&str) + Send + Sync>,
}

/// A finished staging folder.
pub struct Staged {
    pub folder: PathBuf,
    pub manifest: Manifest,
    /// Failed gates; empty when the release may be promoted.
    pub stopping: Vec<String>,
    pub warnings: usize,
    pub held: Vec<(String, String)>,
    pub progress: RecordBatch,
}

impl Build<'_> {
    pub fn inputs(&self) -> Inputs {
        inputs::of_release(&self.catalogue, &self.reference, &self.reports, &self.settings)
    }

    fn current_year(&self) -> i32 {
        i32::from(jiff::tz::TimeZone::UTC.to_datetime(self.now).year())
    }

    /// Computes, checks and writes everything into `data/staging/<id>`.
    pub async fn stage(&self) -> Result<Staged> {
        let inputs = self.inputs();
        let key = inputs::key(&inputs);
        let id = format!("{}-{}", self.now.strftime("%Y%m%dT%H%M%SZ"), &key[..8]);
        // A release that is damaged is nothing to compare with.
        let previous = promote::current(self.workspace).filter(|path| Manifest::verified(path).is_ok());
        let previous_values = match &previous {
            Some(path) => read::parquet(&path.join("values.parquet"), &schema::values())?,
            None => RecordBatch::new_empty(schema::values()),
        };
        let engine = self.base_engine()?;
        row_counts::check(&engine, &self.reports).await?;
        let computed = self.compute_all(&engine, &previous_values).await?;
        let values = self.join_values(&computed)?;
        let targets = targets::batch(&self.catalogue, &|indicator| self.missing_text(indicator))?;
        let progress = progress::progress(&engine, &self.catalogue, &values, targets, self.current_year()).await?;
        let before = previous.as_deref().and_then(|path| Manifest::load(path).ok());
        let outcome = self.run_checks(&engine, &progress, &previous_values, before.as_ref()).await?;
        let held: Vec<(String, String)> =
            computed.iter().filter_map(|(name, c)| c.held.as_ref().map(|reason| (name.clone(), reason.clone()))).collect();
        let mut manifest = self.manifest(id, key, inputs, &computed);
        manifest.previous = previous.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
        let (accepted, stopping): (Vec<_>, Vec<_>) =
            outcome.stopping.into_iter().partition(|s| self.accept.iter().any(|a| s.starts_with(&format!("{a}:"))));
        manifest.warnings.extend(accepted.into_iter().map(|s| format!("accepted by hand: {s}")));
        let revisions = self.revisions(previous.as_deref(), &previous_values, &manifest, &values)?;
        let folder = self.workspace.data.join("staging").join(&manifest.release);
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        let files = publish::Files {
            values: &values,
            progress: &progress,
            checks: &outcome.table,
            failures: &outcome.failures,
            revisions: &revisions,
            catalog: catalog::json(self.workspace, &self.catalogue, &self.reference)?,
            indicators: self.catalogue.indicators.iter().map(|i| i.name.clone()).collect(),
        };
        publish::write(&folder, &files, &mut manifest)?;
        Ok(Staged { folder, manifest, stopping, warnings: outcome.warnings, held, progress })
    }

    /// Reference tables, and every observation.
    fn base_engine(&self) -> Result<Engine> {
        let engine = Engine::new(self.limits)?;
        tables::register_reference(&engine, &self.reference)?;
        let all = self.sources.iter().flat_map(|s| s.datasets.iter().map(move |d| format!("{}/{}", s.name, d.name)));
        let all: Vec<String> = all.filter(|name| self.reports.contains_key(name)).collect();
        register_observations(&engine, self.workspace, &self.reports, &all)?;
        Ok(engine)
    }

    /// Waves of indicators; those of one wave run side by side, one partition each.
    async fn compute_all(&self, engine: &Engine, previous: &RecordBatch) -> Result<BTreeMap<String, One>> {
        let waves = self.catalogue.order(&mut Vec::new());
        let permits = Arc::new(Semaphore::new(self.threads.max(1)));
        let mut results = BTreeMap::new();
        for wave in waves {
            let mut tasks: JoinSet<(usize, Result<RecordBatch>)> = JoinSet::new();
            for index in wave {
                let indicator = &self.catalogue.indicators[index];
                let base = engine.sibling()?;
                register_observations(&base, self.workspace, &self.reports, &inputs::datasets_of(indicator, &self.reports))?;
                let (catalogue, reference, permits) = (self.catalogue.clone(), self.reference.clone(), permits.clone());
                tasks.spawn(async move {
                    let Ok(_permit) = permits.acquire_owned().await else {
                        return (index, Err(Error::Internal("the work queue closed".into())));
                    };
                    let computed = compute::indicator(&base, &catalogue, &reference, &catalogue.indicators[index]).await;
                    (index, computed.map(|c| c.values))
                });
            }
            while let Some(joined) = tasks.join_next().await {
                let (index, result) = joined.map_err(|e| Error::Internal(e.to_string()))?;
                let indicator = &self.catalogue.indicators[index];
                let one = match result {
                    Ok(values) => One { values, held: None },
                    Err(Error::Workspace(problems)) => return Err(Error::Workspace(problems)),
                    Err(error) => One { values: rows_of(previous, &indicator.name)?, held: Some(error.to_string()) },
                };
                engine.register_indicator(&indicator.name, schema::values(), vec![one.values.clone()])?;
                (self.done)(&indicator.name);
                results.insert(indicator.name.clone(), one);
            }
        }
        if !results.is_empty() && results.values().all(|one| one.held.is_some()) {
            let first = results.values().find_map(|one| one.held.clone()).unwrap_or_default();
            return Err(Error::Internal(format!("no indicator could be computed; the first reason: {first}")));
        }
        Ok(results)
    }

    fn join_values(&self, computed: &BTreeMap<String, One>) -> Result<RecordBatch> {
        let parts: Vec<RecordBatch> = computed.values().map(|one| one.values.clone()).collect();
        sort(&concat(&schema::values(), &parts)?, &schema::values_key())
    }

    /// Why a target has no data: the data sets never loaded, and how to get them.
    fn missing_text(&self, indicator: &Indicator) -> Option<String> {
        let missing = inputs::missing_datasets(indicator, &self.catalogue, &self.reports);
        (!missing.is_empty()).then(|| format!("not loaded: {}", missing.join(", ")))
    }

    /// `before`: what the current release was made of. A gate compares with that, whenever it was that data came in:
    /// what one run refuses, the next must not let pass as old.
    async fn run_checks(
        &self,
        engine: &Engine,
        progress: &RecordBatch,
        previous: &RecordBatch,
        before: Option<&Manifest>,
    ) -> Result<checks::Outcome> {
        engine.register_batches("progress", progress.schema(), vec![progress.clone()])?;
        engine.register_batches("previous_values", previous.schema(), vec![previous.clone()])?;
        let (mut data_sets, mut corrections, mut quarantine) = (Vec::new(), Vec::new(), Vec::new());
        for source in self.sources {
            for dataset in &source.datasets {
                let name = format!("{}/{}", source.name, dataset.name);
                let state = self.states.get(&name);
                let report = self.reports.get(&name);
                let entry = before.and_then(|m| m.inputs.iter().find(|i| i.source == source.name && i.dataset == dataset.name));
                let renewed = report.is_some_and(|r| entry.is_none_or(|e| e.observation_file != r.hash));
                let vintage_changed = report.is_some_and(|r| entry.is_some_and(|e| e.vintage != r.vintage));
                data_sets.push(vec![
                    source.name.as_str().into(),
                    dataset.name.as_str().into(),
                    Cell::Int(report.map(|r| r.counts.observations as i64)),
                    Cell::Int(report.map(|r| r.counts.quarantined as i64)),
                    Cell::Int(entry.map(|e| e.counts.observations as i64)),
                    Cell::Int(report.and_then(|r| r.last_year).map(i64::from)),
                    Cell::Int(state.and_then(|s| s.age_days)),
                    Cell::Int(Some(source.stale_after_days)),
                    Cell::Bool(renewed),
                    Cell::Bool(vintage_changed),
                    state.map_or("missing", |s| s.status).into(),
                ]);
                for outcome in report.map(|r| r.corrections.as_slice()).unwrap_or_default() {
                    corrections.push(vec![
                        outcome.id.as_str().into(),
                        source.name.as_str().into(),
                        dataset.name.as_str().into(),
                        Cell::Int(Some(outcome.applied as i64)),
                        Cell::Int(Some(outcome.guard_failed as i64)),
                        outcome.reason.as_str().into(),
                    ]);
                }
                for (reason, count) in report.map(|r| &r.quarantine_reasons).into_iter().flatten() {
                    quarantine.push(vec![
                        source.name.as_str().into(),
                        dataset.name.as_str().into(),
                        reason.as_str().into(),
                        Cell::Int(Some(*count as i64)),
                    ]);
                }
            }
        }
        let meta: Vec<Vec<Cell>> = self
            .catalogue
            .indicators
            .iter()
            .map(|i| {
                vec![
                    i.name.as_str().into(),
                    i.id.as_str().into(),
                    i.title.as_str().into(),
                    i.unit.as_str().into(),
                    i.rollup.as_str().into(),
                    Cell::Float(Some(i.coverage.publish)),
                    Cell::Float(Some(i.coverage.flag)),
                    Cell::Int(Some(i.window)),
                ]
            })
            .collect();
        checks::register_tables(engine, &data_sets, &corrections, &quarantine, &meta)?;
        checks::run(engine, self.checks).await
    }

    fn manifest(&self, id: String, key: String, inputs: Inputs, computed: &BTreeMap<String, One>) -> Manifest {
        let mut entries = Vec::new();
        for source in self.sources {
            for dataset in &source.datasets {
                let name = format!("{}/{}", source.name, dataset.name);
                let (Some(report), Some(state)) = (self.reports.get(&name), self.states.get(&name)) else { continue };
                let Some(pull) = &state.pull else { continue };
                entries.push(InputEntry {
                    source: source.name.clone(),
                    dataset: dataset.name.clone(),
                    licence: source.licence.clone(),
                    vintage: report.vintage.clone(),
                    fetched_at: pull.fetched_at.clone(),
                    origin: pull.origin.clone(),
                    bodies: pull
                        .bodies
                        .iter()
                        .map(|b| BodyEntry {
                            name: b.name.clone(),
                            snapshot: b.hash.clone(),
                            url: b.url.clone(),
                            bytes: b.bytes,
                            fetched_at: b.fetched_at.clone(),
                        })
                        .collect(),
                    observation_file: report.hash.clone(),
                    series: report.series.clone(),
                    counts: report.counts.clone(),
                    quarantine_reasons: report.quarantine_reasons.clone(),
                    corrections: report.corrections.clone(),
                    warnings: report.warnings.clone(),
                    status: state.status.into(),
                });
            }
        }
        let indicators = self
            .catalogue
            .indicators
            .iter()
            .filter_map(|indicator| {
                let one = computed.get(&indicator.name)?;
                let entry = IndicatorEntry {
                    id: indicator.id.clone(),
                    rows: one.values.num_rows() as u64,
                    status: if one.held.is_some() { "held".into() } else { "computed".into() },
                    note: one.held.clone(),
                    inputs: inputs::of_indicator(indicator, &self.catalogue, &self.reference, &self.reports, &self.settings),
                };
                Some((indicator.name.clone(), entry))
            })
            .collect();
        let warnings = self.states.iter().filter_map(|(name, s)| s.message.as_ref().map(|m| format!("{name}: {m}"))).collect();
        Manifest {
            schema_version: 1,
            release: id,
            created_at: self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            previous: None,
            program: format!("yardstick {}", env!("CARGO_PKG_VERSION")),
            key,
            membership: self.membership.into(),
            current_year: self.current_year(),
            inputs: entries,
            workspace: inputs,
            indicators,
            rows: BTreeMap::new(),
            files: BTreeMap::new(),
            warnings,
        }
    }

    fn revisions(
        &self,
        previous: Option<&Path>,
        old_values: &RecordBatch,
        manifest: &Manifest,
        values: &RecordBatch,
    ) -> Result<RecordBatch> {
        let Some(previous) = previous else { return Ok(RecordBatch::new_empty(diff::schema())) };
        let old = Manifest::load(previous)?;
        diff::compare(
            &diff::Side { manifest: &old, values: old_values },
            &diff::Side { manifest, values },
            &|hash| self.workspace.observation_file(hash),
            &members(&self.reference),
        )
    }
}

/// The values of one indicator; `held` = the reason why they are those of the release before.
struct One {
    values: RecordBatch,
    held: Option<String>,
}

/// Group -> economies, whatever the year.
pub fn members(reference: &Reference) -> HashMap<String, BTreeSet<String>> {
    let mut members: HashMap<String, BTreeSet<String>> = HashMap::new();
    if let Some(batch) = reference.tables.get("membership") {
        let cells = Table(batch);
        for row in 0..cells.len() {
            if let (Some(group), Some(area)) = (cells.text("group_code", row), cells.text("ref_area", row)) {
                members.entry(group.to_owned()).or_default().insert(area.to_owned());
            }
        }
    }
    members
}

/// Makes `observations` of an engine those data sets. Where several data sets of one source carry the same figure,
/// the one that its pipelines file names first is taken; `observations_by_data_set` has them all.
pub fn register_observations(engine: &Engine, workspace: &Workspace, reports: &Reports, datasets: &[String]) -> Result<()> {
    let mut files: Vec<PathBuf> =
        datasets.iter().filter_map(|name| reports.get(name)).map(|report| workspace.observation_file(&report.hash)).collect();
    files.sort();
    files.dedup();
    let all = tables::parquet_table(engine, &workspace.data, &files, schema::observations())?;
    engine.register("observations_by_data_set", all.clone())?;
    let shared = shared_series(reports, datasets);
    if shared.is_empty() { engine.register("observations", all) } else { tables::register_preferred(engine, &shared, datasets) }
}

/// (source, series) that more than one of the data sets carries.
fn shared_series(reports: &Reports, datasets: &[String]) -> Vec<(String, String)> {
    let mut carriers: BTreeMap<(String, String), usize> = BTreeMap::new();
    for name in datasets {
        let (Some(report), Some((source, _))) = (reports.get(name), name.split_once('/')) else { continue };
        for series in &report.series {
            *carriers.entry((source.to_owned(), series.clone())).or_default() += 1;
        }
    }
    carriers.into_iter().filter(|(_, count)| *count > 1).map(|(key, _)| key).collect()
}

/// The rows of one indicator in a table of values, which is sorted by indicator.
pub fn rows_of(values: &RecordBatch, indicator: &str) -> Result<RecordBatch> {
    let cells = Table(values);
    let first = |after: bool| {
        let (mut low, mut high) = (0, cells.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let before = cells.text("indicator", middle).is_some_and(|name| name < indicator || (after && name == indicator));
            (low, high) = if before { (middle + 1, high) } else { (low, middle) };
        }
        low
    };
    let start = first(false);
    Ok(values.slice(start, first(true) - start))
}
