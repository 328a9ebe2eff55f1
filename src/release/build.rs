//! Builds a release: all indicators, progress, checks, revisions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::RecordBatch;

use crate::dataset_id::{DatasetId, listed};
use crate::engine::cluster::Cluster;
use crate::engine::observations::{self, ObservationFile};
use crate::engine::table_files::TableFiles;
use crate::engine::{Engine, Limits, reference_tables, tokens};
use crate::error::Result;
use crate::heap;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::Reports;
use crate::observe::corrections::Correction;
use crate::observe::report::observation_files;
use crate::pipelines::{Dataset, Source};
use crate::reference::Reference;
use crate::release::checks::{self, Check};
use crate::release::computed::{self, All, One};
use crate::release::fingerprint::{self, Inputs};
use crate::release::left_out::LeftOut;
use crate::release::manifest::{DatasetState, HeldFrom, IndicatorEntry, InputEntry, Manifest};
use crate::release::numbers::Numbers;
use crate::release::previous::Previous;
use crate::release::published::Published;
use crate::release::stored_values::{self, Filing, Stored};
use crate::release::{catalog, check_inputs, check_tables, diff, figures, goldens, hold, keep, progress, promote, row_counts, targets};
use crate::tables::schema;
use crate::tables::small::Cell;
use crate::workspace::Workspace;

/// Everything a release is built from.
pub struct Build<'a> {
    pub workspace: &'a Workspace,
    pub sources: &'a [Source],
    pub catalogue: Arc<Catalogue>,
    pub reference: Arc<Reference>,
    pub checks: &'a [Check],
    pub corrections: &'a [Correction],
    /// Figures that the release is compared with.
    pub goldens: &'a RecordBatch,
    pub reports: Arc<Reports>,
    pub states: &'a BTreeMap<DatasetId, DatasetState>,
    pub settings: Inputs,
    pub membership: &'a str,
    pub now: jiff::Timestamp,
    pub limits: Limits,
    /// Workers that share in computing.
    pub cluster: Option<Arc<Cluster>>,
    pub threads: usize,
    /// Failed checks that a person lets pass this time.
    pub accept: Vec<String>,
    /// Sources whose own figures are not passed on.
    pub left_out: Vec<String>,
    /// Called with the name of each indicator done.
    pub done: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What a release holds, before it is written in any format.
pub struct Contents {
    pub values: Published,
    pub progress: RecordBatch,
    pub checks: RecordBatch,
    pub failures: Vec<(String, RecordBatch)>,
    pub revisions: RecordBatch,
    pub catalog: Vec<u8>,
    /// Both ends of each target, for the next run; not where figures are left out.
    pub ends: Option<(RecordBatch, RecordBatch)>,
    /// Names of the indicators.
    pub indicators: Vec<String>,
}

/// A release that is computed and checked.
pub struct Built {
    pub contents: Contents,
    pub manifest: Manifest,
    /// Failed gates; empty when the release may be promoted.
    pub stopping: Vec<String>,
    pub warnings: usize,
    pub held: Vec<(String, String)>,
}

impl Build<'_> {
    /// `before`: a release that may be made of the same texts.
    pub fn inputs(&self, before: Option<&Manifest>) -> Result<Inputs> {
        fingerprint::of_release(&self.catalogue, self.checks, &self.reference, &self.reports, &self.settings, before)
    }

    pub(super) fn current_year(&self) -> i32 {
        i32::from(jiff::tz::TimeZone::UTC.to_datetime(self.now).year())
    }

    /// Computes and checks everything.
    pub async fn build(&self) -> Result<Built> {
        let inputs = self.inputs(None)?;
        let key = fingerprint::key(&inputs)?;
        let id = promote::free_name(self.workspace, format!("{}-{}", self.now.strftime("%Y%m%dT%H%M%SZ"), &key[..8]));
        let previous = promote::newest_sound(self.workspace, self.now)?;
        let before_values = Previous::read(previous.as_deref(), self.values_held())?;
        let engine = self.base_engine()?;
        row_counts::check(&engine, &self.reports).await?;
        let before = previous.as_deref().and_then(|path| Manifest::load(path).ok());
        let kept = match (&previous, &before) {
            (Some(path), Some(manifest)) if self.left_out.is_empty() => keep::Before::read(path, manifest)?,
            _ => None,
        };
        let numbers = Mutex::new(Numbers::of_breakdowns());
        let filing = Arc::new(Filing { files: TableFiles::below(&self.workspace.data), numbers });
        let mut computed = self.compute_all(&engine, (&before_values, kept.as_ref()), &filing).await?;
        drop(kept);
        heap::give_back();
        before_values.register(&engine, &filing)?;
        computed::register(&engine, &filing, &computed)?;
        self.register_checked(&engine, before.as_ref())?;
        // What reads nothing of the progress is checked while that is found.
        let reads_progress = |check: &&Check| progress::TABLES.iter().any(|table| tokens::occurs(table, &check.text));
        let (after, beside): (Vec<&Check>, Vec<&Check>) = self.checks.iter().partition(reads_progress);
        let beside = async {
            if self.checks.iter().any(|check| tokens::occurs(figures::FIGURES, &check.text)) {
                self.register_figures(&engine)?;
            }
            checks::run(&engine, beside.into_iter(), self.threads).await
        };
        let (progress, beside) = futures::join!(self.progress(&engine, &computed), beside);
        let mut found = beside?;
        let mut progress = match progress {
            // Beside the checks there was too little memory: it has all of it now.
            Err(error) if error.is_lack_of_memory() => self.progress(&engine, &computed).await?,
            progress => progress?,
        };
        found.extend(checks::run(&engine, after.into_iter(), self.threads).await?);
        // Of a first release nothing is held, since there is nothing to hold: the gate closes.
        let refused = if previous.is_some() { hold::indicators(&mut found, &self.catalogue, &self.accept) } else { BTreeMap::new() };
        if !refused.is_empty() {
            for indicator in &self.catalogue.indicators {
                if let Some(reason) = refused.get(&indicator.name) {
                    let held = self.held(&engine, &before_values, indicator, reason.clone()).await?;
                    if let Some(One { values: Stored::Filed(files), .. }) = computed.insert(indicator.name.clone(), held) {
                        // A check may still read them as a table of the indicator.
                        engine.hold(files);
                    }
                }
            }
            computed::register(&engine, &filing, &computed)?;
            progress = self.progress(&engine, &computed).await?;
            // The other checks are of what is published now.
            found.retain(|found| found.check.holds);
            found.extend(checks::run(&engine, self.checks.iter().filter(|check| !check.holds), self.threads).await?);
        }
        // Those that hold come first.
        found.sort_by_key(|found| (!found.check.holds, self.checks.iter().position(|check| check.id == found.check.id)));
        let mut outcome = checks::results(found)?;
        let mut left_out = LeftOut::new(&engine, &self.left_out).await?;
        let passed_on = self.passed_on(&engine, &filing, &mut left_out, &computed).await?;
        left_out.hide(&mut outcome)?;
        let ends = computed::ends(&computed);
        // The tables of the checks go before the values are put together.
        drop((engine, filing));
        heap::give_back();
        let (values, progress) = match passed_on {
            Some((mut values, progress)) => (Published::of(&key, &mut values)?, progress),
            None => (Published::of(&key, &mut computed)?, progress),
        };
        let held: Vec<(String, String)> =
            computed.iter().filter_map(|(name, c)| c.held.as_ref().map(|reason| (name.clone(), reason.clone()))).collect();
        let mut manifest = self.manifest((id, key), inputs, (&computed, &values), before.as_ref())?;
        manifest.previous = previous.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
        let (accepted, stopping): (Vec<_>, Vec<_>) =
            outcome.stopping.into_iter().partition(|s| self.accept.iter().any(|a| s.starts_with(&format!("{a}:"))));
        manifest.warnings.extend(accepted.into_iter().map(|s| format!("accepted by hand: {s}")));
        manifest.warnings.extend(left_out.told());
        manifest.warnings.extend(outcome.told);
        let revisions = match previous.as_deref() {
            Some(path) => {
                let (old, new) = (before_values.batches()?, values.batches());
                left_out.of_revisions(&diff::since(self.workspace, &self.reference, (path, old), (&manifest, new))?)?
            }
            None => RecordBatch::new_empty(schema::revisions()),
        };
        let contents = Contents {
            values,
            progress,
            checks: outcome.table,
            failures: outcome.failures,
            revisions,
            ends: self.left_out.is_empty().then(|| ends.tables()).transpose()?,
            catalog: catalog::json(self.workspace, self.sources, &self.catalogue, &self.reference, &self.data_sets())?,
            indicators: self.catalogue.indicators.iter().map(|i| i.name.clone()).collect(),
        };
        Ok(Built { contents, manifest, stopping, warnings: outcome.warnings, held })
    }

    /// How many values are held in memory, of this release and of the one before.
    pub(super) fn values_held(&self) -> usize {
        self.limits.memory_bytes / 4 / stored_values::BYTES_OF_A_VALUE
    }

    fn register_figures(&self, engine: &Engine) -> Result<()> {
        let mut paths: Vec<PathBuf> = self.observation_files().into_iter().map(|file| file.path).collect();
        paths.sort();
        paths.dedup();
        let most = self.limits.memory_bytes / 4 / figures::BYTES;
        figures::register(engine, &self.workspace.data, &paths, self.reference.table("areas")?, most)
    }

    /// The progress that follows from the values, which checks see too.
    async fn progress(&self, engine: &Engine, computed: &All) -> Result<RecordBatch> {
        let progress = progress::progress(engine, &self.catalogue, computed::ends(computed), self.targets()?, self.current_year()).await?;
        engine.register_batches("progress", progress.schema(), vec![progress.clone()])?;
        Ok(progress)
    }

    fn targets(&self) -> Result<RecordBatch> {
        let indicators: Vec<&Indicator> = self.catalogue.indicators.iter().collect();
        targets::batch(&indicators, &|indicator| self.missing_text(indicator))
    }

    /// Values and progress without what sources do not let be passed on; none where all is.
    async fn passed_on(
        &self,
        engine: &Engine,
        filing: &Filing,
        left_out: &mut LeftOut<'_>,
        computed: &All,
    ) -> Result<Option<(All, RecordBatch)>> {
        let (mut parts, mut ends) = (All::new(), progress::Ends::default());
        for (name, one) in computed.iter().filter(|_| !self.left_out.is_empty()) {
            let (indicator, both) = (self.catalogue.find(name)?, (&one.table()?, &one.ends));
            let kept = left_out.pass_on(engine, &self.catalogue, indicator, both, self.current_year()).await?;
            let mut kept_one = One::new(kept.0, progress::Ends::default(), None)?;
            if let Stored::Filed(_) = one.values {
                kept_one.put_away(filing)?;
            }
            parts.insert(name.clone(), kept_one);
            ends.add(kept.1);
        }
        if left_out.told().is_empty() {
            return Ok(None);
        }
        let engine = engine.sibling()?;
        computed::register(&engine, filing, &parts)?;
        let progress = progress::progress(&engine, &self.catalogue, ends, self.targets()?, self.current_year()).await?;
        Ok(Some((parts, progress)))
    }

    /// The data sets as the catalogue has them.
    fn data_sets(&self) -> Vec<serde_json::Value> {
        let all = self.sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
        all.filter_map(|(source, dataset)| {
            let id = source.id(dataset);
            let pull = self.states.get(&id)?.pull.as_ref()?;
            Some(catalog::data_set(source, dataset, self.reports.get(&id)?, pull))
        })
        .collect()
    }

    /// Reference tables, and every observation.
    fn base_engine(&self) -> Result<Engine> {
        let engine = Engine::new(self.limits)?.with_cluster(self.cluster.clone());
        reference_tables::register(&engine, &self.reference, Some(&self.workspace.data))?;
        observations::register(&engine, &self.workspace.data, &self.observation_files())?;
        Ok(engine)
    }

    /// Those of all data sets.
    fn observation_files(&self) -> Vec<ObservationFile> {
        let all = self.sources.iter().flat_map(|s| s.datasets.iter().map(move |d| s.id(d)));
        let all: Vec<DatasetId> = all.filter(|id| self.reports.contains_key(id)).collect();
        observation_files(self.workspace, &self.reports, &all)
    }

    /// All that the values of an indicator and the ends of its targets follow from: the inputs, and one hash.
    pub(super) fn follows_from(&self, indicator: &Indicator) -> Result<(Inputs, String)> {
        let inputs = fingerprint::of_indicator(indicator, &self.catalogue, &self.reference, &self.reports, &self.settings);
        let key = keep::key(indicator, &self.catalogue, &inputs, self.current_year())?;
        Ok((inputs, key))
    }

    /// Why a target has no data: the data sets never loaded, and how to get them.
    fn missing_text(&self, indicator: &Indicator) -> Option<String> {
        let missing = fingerprint::missing_datasets(indicator, &self.catalogue, &self.reports);
        (!missing.is_empty()).then(|| format!("not loaded: {}", listed(&missing)))
    }

    /// `before`: what the current release was made of. A gate compares with that, whenever it was that data came in:
    /// what one run refuses, the next must not let pass as old.
    fn register_checked(&self, engine: &Engine, before: Option<&Manifest>) -> Result<()> {
        engine.register_batches(goldens::TABLE, goldens::schema(), vec![self.goldens.clone()])?;
        let mut data_sets = Vec::new();
        for source in self.sources {
            for dataset in &source.datasets {
                let id = source.id(dataset);
                let state = self.states.get(&id);
                let report = self.reports.get(&id);
                let entry = before.and_then(|m| m.inputs.iter().find(|i| i.id() == id));
                let renewed = report.is_some_and(|r| entry.is_none_or(|e| e.observation_file != r.hash));
                let vintage_changed = report.is_some_and(|r| entry.is_some_and(|e| e.vintage != r.vintage));
                data_sets.push(vec![
                    source.name.as_str().into(),
                    dataset.name.as_str().into(),
                    Cell::Int(report.map(|r| r.counts.observations.cast_signed())),
                    Cell::Int(report.map(|r| r.counts.quarantined.cast_signed())),
                    Cell::Int(entry.map(|e| e.counts.observations.cast_signed())),
                    Cell::Int(report.and_then(|r| r.last_year).map(i64::from)),
                    Cell::Int(state.and_then(|s| s.age_days)),
                    Cell::Int(Some(source.stale_after_days)),
                    Cell::Bool(source.discontinued),
                    Cell::Bool(renewed),
                    Cell::Bool(vintage_changed),
                    state.map_or("missing", |s| s.status).into(),
                ]);
            }
        }
        let Self { workspace, sources, reports, corrections: known, .. } = self;
        check_inputs::register(engine, &check_inputs::Made { workspace, sources, reports, corrections: known }, before)?;
        let today = jiff::tz::TimeZone::UTC.to_datetime(self.now).date();
        let (corrections, quarantine) = check_tables::of_reports(sources, reports);
        check_tables::register(engine, &data_sets, &corrections, &quarantine, &self.catalogue, today)
    }

    fn manifest(
        &self,
        (id, key): (String, String),
        inputs: Inputs,
        (computed, values): (&All, &Published),
        before: Option<&Manifest>,
    ) -> Result<Manifest> {
        let all = self.sources.iter().flat_map(|source| source.datasets.iter().map(move |dataset| (source, dataset)));
        let entry = |(source, dataset): (&Source, &Dataset)| {
            let id = source.id(dataset);
            InputEntry::of(source, dataset, self.reports.get(&id), self.states.get(&id))
        };
        let entries = all.filter_map(entry).collect();
        let mut indicators = BTreeMap::new();
        for indicator in &self.catalogue.indicators {
            let Some(one) = computed.get(&indicator.name) else { continue };
            let (mut inputs, key) = self.follows_from(indicator)?;
            let mut held_from = None;
            if one.held.is_some()
                && let Some((were, from)) = before.and_then(|before| HeldFrom::of(before, &indicator.name))
            {
                (inputs, held_from) = (were, Some(from));
            }
            let entry = IndicatorEntry {
                id: indicator.id.clone(),
                rows: values.rows_of(&indicator.name)? as u64,
                status: if one.held.is_some() { "held".into() } else { "computed".into() },
                note: one.held.clone(),
                inputs,
                held_from,
                kept_by: Some(key),
            };
            indicators.insert(indicator.name.clone(), entry);
        }
        let warnings = self.states.iter().filter_map(|(name, s)| s.message.as_ref().map(|m| format!("{name}: {m}"))).collect();
        Ok(Manifest {
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
            texts: fingerprint::texts(&self.catalogue, self.checks),
            indicators,
            rows: BTreeMap::new(),
            files: BTreeMap::new(),
            warnings,
        })
    }
}
