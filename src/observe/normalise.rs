//! One data set: snapshots in, one sorted observation file and one quarantine file out, with counts that add up.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Code, Error, Result};
use crate::fetch::{Body, Pull, Store};
use crate::files::hash_of;
use crate::observe::corrections::Correction;
use crate::observe::inputs::{self, Input, Inputs};
use crate::observe::report::{Counts, NormaliseReport};
use crate::observe::{contradictions, gates, write};
use crate::pipelines::{Dataset, Source};
use crate::reference::Reference;
use crate::rows::collector::Collector;
use crate::rows::quarantine;
use crate::sources::{self, Parsed};
use crate::tables::{parquet, schema};
use crate::workspace::Workspace;

/// Changes whenever the meaning of an observation file changes.
const LAYOUT: &str = "observations-5";

/// What a normalisation depends on.
pub fn inputs(source: &Source, dataset: &Dataset, pull: &Pull, reference: &Reference, corrections: &[&Correction]) -> Result<Inputs> {
    let bodies: Vec<(&str, &str)> = pull.bodies.iter().map(|body| (body.name.as_str(), body.hash.as_str())).collect();
    let mut inputs = Inputs::from([
        (Input::Program, env!("CARGO_PKG_VERSION").into()),
        (Input::Layout, LAYOUT.into()),
        (Input::Bodies, hash_of(&bodies)?),
        (Input::DatasetDefinition, hash_of(&(&source.name, dataset.format.settings(), &dataset.vintage))?),
    ]);
    for name in ["areas.csv", "groups.csv", "area_codes.csv"].iter().chain(dataset.format.reference_files()) {
        inputs.insert(Input::Reference { file: (*name).into() }, reference.hashes.get(*name).cloned().unwrap_or_default());
    }
    if !corrections.is_empty() {
        inputs.insert(Input::Corrections, hash_of(&corrections)?);
    }
    Ok(inputs)
}

/// The corrections that concern a data set: of its series, as far as they are known.
pub fn relevant<'c>(corrections: &'c [Correction], source: &str, dataset: &str, series: Option<&[String]>) -> Vec<&'c Correction> {
    corrections
        .iter()
        .filter(|c| c.source == source && c.dataset.as_deref().is_none_or(|d| d == dataset))
        .filter(|c| series.is_none_or(|known| c.series.iter().any(|s| known.contains(s))))
        .collect()
}

/// Everything that `normalise` reads besides the pull itself.
pub struct NormaliseContext<'a> {
    pub workspace: &'a Workspace,
    pub store: &'a Store,
    pub reference: &'a Reference,
    pub corrections: &'a [Correction],
    /// Years after this one are a defect of the row.
    pub current_year: i32,
    pub threads: usize,
}

/// Normalises a pull, or returns the stored report when nothing that goes in has changed. A failure leaves the
/// observations at hand as they are.
pub fn normalise(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: &Pull) -> Result<(NormaliseReport, bool)> {
    let previous = NormaliseReport::load(context.workspace, &source.name, &dataset.name);
    let known = previous.as_ref().map(|p| p.series.as_slice());
    let corrections = relevant(context.corrections, &source.name, &dataset.name, known);
    let key = inputs::key(&inputs(source, dataset, pull, context.reference, &corrections)?)?;
    if let Some(previous) = &previous
        && previous.key == key
        && previous.refused_until.is_none_or(|year| year > context.current_year)
        && is_sound(&context.workspace.observations(&source.name, &dataset.name), &previous.hash)
    {
        keep_by_hash(context.workspace, &context.workspace.observations(&source.name, &dataset.name), &previous.hash)?;
        return Ok((previous.clone(), false));
    }
    let mut collector = Collector::new(&context.reference.areas, context.current_year)?;
    let mut vintage = pull.vintage.clone().or_else(|| dataset.vintage.clone());
    let mut members = BTreeSet::new();
    let mut bodies_with_rows = 0;
    for body in &pull.bodies {
        collector.begin_body(&body.hash);
        let parsed = read(context, dataset, body, &mut collector)
            .and_then(|parsed| collector.limits().map(|()| parsed))
            .map_err(|error| in_body(error, &source.name, &dataset.name, &body.name))?;
        vintage = vintage.or(parsed.vintage);
        members.extend(parsed.members);
        bodies_with_rows += usize::from(!parsed.empty);
    }
    if let (0, Some(body)) = (bodies_with_rows, pull.bodies.first()) {
        return Err(in_body(sources::nothing_in(&body.name), &source.name, &dataset.name, &body.name));
    }
    let series: Vec<String> = collector.series.iter().map(|key| key.series.clone()).collect();
    let corrections = relevant(context.corrections, &source.name, &dataset.name, Some(&series));
    let inputs = inputs(source, dataset, pull, context.reference, &corrections)?;
    collector.supersede();
    let outcomes = collector.correct(&corrections);
    let arranged = collector.arrange();
    let shared =
        contradictions::between_bodies(&collector, &arranged.shared, pull).map_err(|error| in_set(error, &source.name, &dataset.name))?;
    collector.warnings.extend(shared);
    let observations = arranged.order.len() as u64;
    let last = previous.as_ref().map_or(0, |p| p.counts.observations);
    gates::size(observations, last, dataset, pull, &collector).map_err(|error| in_set(error, &source.name, &dataset.name))?;
    let series_counts = arranged.counts(&collector);
    gates::asked(dataset, pull, &collector)?;
    if let Some(previous) = &previous {
        let now = gates::Found { inputs: &inputs, series: &series_counts, members: &members };
        collector.warnings.extend(gates::against(previous, &now, dataset).map_err(|error| in_set(error, &source.name, &dataset.name))?);
    }
    for (what, mistaken) in dataset.format.unmatched(&collector.matched) {
        if mistaken {
            collector.warnings.push(what);
        } else {
            tracing::info!(source = source.name, dataset = dataset.name, "{what}");
        }
    }
    let path = context.workspace.observations(&source.name, &dataset.name);
    write::observations(&collector, &arranged, &source.name, &dataset.name, &path, context.threads)?;
    let series = arranged.series_names(&collector);
    let years = || arranged.order.iter().map(|i| collector.year_of(collector.rows[*i as usize]));
    let counts =
        Counts { rows_in: collector.rows_in, observations, quarantined: collector.quarantined.len() as u64, headings: collector.headings };
    if counts.rows_in != counts.observations + counts.quarantined + counts.headings {
        return Err(Error::Internal(format!("rows do not add up: {counts:?}")));
    }
    let mut reasons = BTreeMap::new();
    for row in &collector.quarantined {
        *reasons.entry(row.reason.code().to_owned()).or_insert(0) += 1;
    }
    let report = NormaliseReport {
        key: inputs::key(&inputs)?,
        inputs,
        hash: crate::files::hash_file(&path)?,
        counts,
        quarantine_reasons: reasons,
        series,
        series_counts,
        members,
        refused_until: collector.too_late,
        first_year: years().min(),
        last_year: years().max(),
        vintage,
        corrections: outcomes,
        warnings: std::mem::take(&mut collector.warnings),
    };
    let snapshots: Vec<String> = collector.bodies.iter().map(|(_, hash)| hash.clone()).collect();
    let quarantined = quarantine::batches(&source.name, &dataset.name, &snapshots, &mut collector.quarantined)?;
    parquet::write(&quarantined, &schema::quarantine(), &context.workspace.quarantine(&source.name, &dataset.name))?;
    keep_by_hash(context.workspace, &path, &report.hash)?;
    let json = serde_json::to_vec_pretty(&report)?;
    crate::files::write_atomically(&NormaliseReport::path(context.workspace, &source.name, &dataset.name), &json)?;
    Ok((report, true))
}

fn read(context: &NormaliseContext<'_>, dataset: &Dataset, body: &Body, collector: &mut Collector<'_>) -> Result<Parsed> {
    let mut bytes = context.store.open(&body.hash)?.into_parts().0;
    sources::parse(&*dataset.format, &body.name, &mut bytes, context.reference, collector)
}

fn in_body(error: Error, source: &str, dataset: &str, name: &str) -> Error {
    match error {
        Error::Provider { code, message, hint } => Error::Provider { code, message: format!("{source}/{dataset}/{name}: {message}"), hint },
        Error::Io(error) => Error::provider(Code::UnreadableBody, format!("{source}/{dataset}/{name}: {error}")),
        other => other,
    }
}

/// What is wrong with a pull as a whole.
fn in_set(error: Error, source: &str, dataset: &str) -> Error {
    match error {
        Error::Provider { code, message, hint } => Error::Provider { code, message: format!("{source}/{dataset}: {message}"), hint },
        other => other,
    }
}

/// Whether a file is the one that was written.
fn is_sound(path: &std::path::Path, hash: &str) -> bool {
    path.is_file() && crate::files::hash_file(path).is_ok_and(|found| found == hash)
}

/// Keeps each distinct observation file, so that releases can be compared and explained later.
fn keep_by_hash(workspace: &Workspace, path: &std::path::Path, hash: &str) -> Result<()> {
    let kept = workspace.observation_file(hash);
    if !is_sound(&kept, hash) {
        fs_err::create_dir_all(workspace.observations_by_hash())?;
        if kept.exists() {
            fs_err::remove_file(&kept)?;
        }
        if fs_err::hard_link(path, &kept).is_err() {
            fs_err::copy(path, &kept)?;
        }
    }
    Ok(())
}
