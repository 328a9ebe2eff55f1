//! Reads a workspace: every problem of every file at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::config::{self, JobConfig};
use crate::dataset_id::DatasetId;
use crate::engine::{Engine, observations, reference_tables, tables};
use crate::error::{Code, Error, Problem, Result, SourceText};
use crate::fetch::Pull;
use crate::files::{self, hash_of};
use crate::indicator::Catalogue;
use crate::observe::corrections::{self, Correction};
use crate::observe::report::observation_files;
use crate::observe::{NormaliseReport, Reports};
use crate::pipelines::{self, Source};
use crate::publish::Format;
use crate::reference::Reference;
use crate::release::checks::{self, Check};
use crate::release::fingerprint::{Input, Inputs};
use crate::release::goldens::{self, Goldens};
use crate::release::{Manifest, left_out, promote, shared};
use crate::settings::Settings;
use crate::tables::{parquet, schema};

/// A workspace as read.
pub struct Loaded {
    pub sources: Vec<Source>,
    pub catalogue: Arc<Catalogue>,
    pub reference: Arc<Reference>,
    pub corrections: Vec<Correction>,
    pub correction_texts: Vec<SourceText>,
    pub checks: Vec<Check>,
    pub goldens: Goldens,
    pub config: JobConfig,
    pub problems: Vec<Problem>,
}

/// Reads everything and keeps the problems.
pub fn read(settings: &Settings) -> Loaded {
    let mut problems = Vec::new();
    let root = &settings.workspace.root;
    let sources = pipelines::load(root, &mut problems);
    let reference = Reference::load(root, settings.membership, settings.today(), &proven(settings), &mut problems);
    pipelines::check_names(&sources, &reference, &mut problems);
    let mut catalogue = Catalogue::load(root, &mut problems);
    catalogue.cite(&sources, &mut problems);
    let (corrections, correction_texts) = corrections::load(root, &mut problems);
    corrections::check_names(&corrections, &sources, &reference, &mut problems);
    let checks = checks::load(&catalogue.checks, &mut problems);
    each_check_once(&checks, &mut problems);
    catalogue.check_names(&reference, &dataset_names(&sources), &mut problems);
    shared::check_series(&catalogue, &mut problems);
    let goldens = goldens::load(root, &catalogue, &reference, &mut problems);
    let config = config::load(root, &mut problems);
    files::open_for(config.readable_by);
    Loaded {
        config,
        sources,
        catalogue: Arc::new(catalogue),
        reference: Arc::new(reference),
        corrections,
        correction_texts,
        checks,
        goldens,
        problems,
    }
}

/// Two checks of one id would be one in `checks.parquet`: their rows counted together, against the limit of either.
fn each_check_once(checks: &[Check], problems: &mut Vec<Problem>) {
    for (index, check) in checks.iter().enumerate() {
        if let Some(other) = checks[..index].iter().find(|other| other.id == check.id) {
            let start = check.text.text.find(&format!("\"{}\"", check.id)).unwrap_or_default();
            let message = format!("the id `{}` is already used by {}", check.id, other.text.path);
            problems.push(Problem::new(Code::UsedTwice, &check.text, start..start + check.id.len() + 2, message));
        }
    }
}

/// The reference files of the current release, by name with their hashes. Where none can be read, all are looked at.
fn proven(settings: &Settings) -> BTreeMap<String, String> {
    let current = promote::current(&settings.workspace).ok().flatten();
    let inputs = current.and_then(|release| Manifest::inputs_of(&release).ok()).unwrap_or_default();
    if inputs.get(&Input::Program).is_none_or(|version| version != env!("CARGO_PKG_VERSION")) {
        return BTreeMap::new();
    }
    let file = |(input, hash)| if let Input::Reference { file } = input { Some((file, hash)) } else { None };
    inputs.into_iter().filter_map(file).collect()
}

/// Reads everything; problems end the command.
pub fn load(settings: &Settings) -> Result<Loaded> {
    let loaded = read(settings);
    if loaded.problems.is_empty() { Ok(loaded) } else { Err(Error::Workspace(loaded.problems)) }
}

/// Reads everything for a look back at a release: a draft that is wrong does not stand in the way.
pub fn load_past(settings: &Settings) -> Result<Loaded> {
    let loaded = read(settings);
    let stopping: Vec<Problem> = loaded.problems.iter().filter(|problem| stops_a_look_back(problem)).cloned().collect();
    if stopping.is_empty() { Ok(loaded) } else { Err(Error::Workspace(stopping)) }
}

/// Whether a problem stands in the way of a look back at a release: not one of a draft.
pub fn stops_a_look_back(problem: &Problem) -> bool {
    !problem.source.path.starts_with("sql/indicators/")
}

pub fn dataset_names(sources: &[Source]) -> Vec<DatasetId> {
    sources.iter().flat_map(|s| s.datasets.iter().map(move |d| s.id(d))).collect()
}

impl Loaded {
    /// The observation files at hand.
    pub fn reports(&self, settings: &Settings) -> Result<Reports> {
        let mut reports = Reports::new();
        for id in dataset_names(&self.sources) {
            if let Some(report) = NormaliseReport::load(&settings.workspace, &id.source, &id.dataset)? {
                reports.insert(id, report);
            }
        }
        Ok(reports)
    }

    /// What was pulled last. A damaged record is as good as none: the next pull writes it anew.
    pub fn pull_of(&self, settings: &Settings, source: &str, dataset: &str) -> Result<Option<Pull>> {
        match Pull::load(&settings.workspace.data, source, dataset) {
            Err(error @ Error::Fetch { .. }) => {
                tracing::error!(source, dataset, "{error}");
                Ok(None)
            }
            other => other,
        }
    }

    /// The inputs that belong to no file: program, membership, clock.
    pub fn settings_inputs(&self, settings: &Settings) -> Result<Inputs> {
        // The lists in force too: which these are depends on the day.
        let mut members = blake3::Hasher::new();
        for batch in ["membership", "groups"].into_iter().filter_map(|name| self.reference.table(name).ok()) {
            members.update(&parquet::bytes(std::slice::from_ref(batch), &batch.schema()).unwrap_or_default());
        }
        let membership = members.finalize().to_hex()[..16].to_string();
        let mut inputs = self.goldens.inputs.clone();
        inputs.extend([
            (Input::Program, env!("CARGO_PKG_VERSION").into()),
            (Input::Membership { mode: settings.membership.name().into() }, membership),
            (Input::Clock, settings.today().year().to_string()),
        ]);
        for source in &self.sources {
            inputs.insert(Input::Source { name: source.name.clone() }, source.said()?);
        }
        if !self.corrections.is_empty() {
            inputs.insert(Input::Corrections, hash_of(&self.corrections)?);
        }
        let left_out = self.left_out();
        if !left_out.is_empty() {
            inputs.insert(Input::LeftOut, left_out.join(" "));
        }
        let formats = &self.config.publication.formats;
        if *formats != Format::all() {
            inputs.insert(Input::Formats, formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(" "));
        }
        Ok(inputs)
    }

    /// The sources whose own figures are not passed on.
    pub fn left_out(&self) -> Vec<String> {
        if self.config.publication.only_redistributable { left_out::sources(&self.sources) } else { Vec::new() }
    }

    /// A session over the data at hand and the current release.
    pub fn engine(&self, settings: &Settings) -> Result<Engine> {
        self.engine_with(settings, promote::current(&settings.workspace)?.as_deref())
    }

    /// A session over the data at hand and a release.
    pub fn engine_with(&self, settings: &Settings, release: Option<&Path>) -> Result<Engine> {
        let engine = Engine::new(settings.limits)?;
        reference_tables::register(&engine, &self.reference, Some(&settings.workspace.data))?;
        let reports = self.reports(settings)?;
        let all: Vec<DatasetId> = dataset_names(&self.sources).into_iter().filter(|id| reports.contains_key(id)).collect();
        observations::register(&engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &all))?;
        let quarantined: Vec<_> = dataset_names(&self.sources)
            .iter()
            .map(|id| settings.workspace.quarantine(&id.source, &id.dataset))
            .filter(|path| path.exists())
            .collect();
        engine.register("quarantine", tables::parquet_table(&engine, &settings.workspace.data, &quarantined, schema::quarantine())?)?;
        self.register_release(settings, &engine, release)?;
        Ok(engine)
    }

    /// A release: `indicator_values`, which is `values` too, `progress`, `checks`, `revisions`, and `indicators.<name>`.
    fn register_release(&self, settings: &Settings, engine: &Engine, release: Option<&Path>) -> Result<()> {
        for (name, file, schema) in [
            ("indicator_values", "values.parquet", schema::published_values()),
            // The others are called as their files are, and so this one is looked for.
            ("values", "values.parquet", schema::published_values()),
            ("progress", "progress.parquet", schema::progress()),
            ("checks", "checks.parquet", schema::checks()),
            ("revisions", "revisions.parquet", schema::revisions()),
        ] {
            let files: Vec<_> = release.iter().map(|r| r.join(file)).collect();
            engine.register(name, tables::parquet_table(engine, &settings.workspace.data, &files, schema)?)?;
        }
        let files: Vec<_> = release.iter().map(|r| r.join("values.parquet")).collect();
        let values = tables::parquet_table(engine, &settings.workspace.data, &files, schema::values())?;
        for indicator in &self.catalogue.indicators {
            let rows = tables::rows_of_indicator(&values, &indicator.name)?;
            engine.register_indicator_table(&indicator.name, rows)?;
        }
        Ok(())
    }
}

/// Refuses to write a file into a release: what was published does not change.
pub fn outside_releases(settings: &Settings, file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let inside = fs_err::canonicalize(settings.workspace.releases())
        .is_ok_and(|releases| fs_err::canonicalize(folder).is_ok_and(|folder| folder.starts_with(releases)));
    if inside {
        return Err(Error::usage_hint(format!("{} lies in a release, which does not change", file.display()), "write it elsewhere"));
    }
    Ok(())
}
