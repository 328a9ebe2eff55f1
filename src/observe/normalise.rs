//! One data set: snapshots in, one sorted observation file and one quarantine file out, with counts that add up.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::path::Path;

use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Body, Pull, Store};
use crate::files::hash_of;
use crate::memory::Memory;
use crate::observe::arrange::Arranging;
use crate::observe::corrections::Correction;
use crate::observe::inputs::{self, Input, Inputs};
use crate::observe::report::{Counts, NormaliseReport};
use crate::observe::{contradictions, gates, routes, unknown_codes, write};
use crate::pipelines::{Dataset, Route, Source};
use crate::reference::Reference;
use crate::rows::collector::Collector;
use crate::rows::quarantine;
use crate::sources::{self, Parsed};
use crate::tables::{parquet, schema};
use crate::workspace::Workspace;

/// Changes whenever the meaning of an observation file changes.
const LAYOUT: &str = "observations-9";

/// What a normalisation depends on.
pub fn inputs(source: &Source, dataset: &Dataset, pull: &Pull, reference: &Reference, corrections: &[&Correction]) -> Result<Inputs> {
    let bodies: Vec<[&str; 3]> = pull.bodies.iter().map(|body| [&body.route, &body.name, &body.hash].map(String::as_str)).collect();
    // Those in use: a further one is no change before anything has come by it.
    let routes: Vec<&Route> = dataset.routes.iter().filter(|route| pull.bodies.iter().any(|body| body.route == route.name)).collect();
    let settings: Vec<_> = routes.iter().map(|r| (&r.name, &r.title, r.format.settings(), &r.series, r.minimum_agreement)).collect();
    let definition = (&source.name, settings, &dataset.vintage);
    // Only where some are: other data sets keep their keys.
    let known: Vec<_> = routes.iter().flat_map(|route| &route.known).collect();
    let definition = if known.is_empty() { hash_of(&definition)? } else { hash_of(&(definition, known))? };
    let mut inputs = Inputs::from([
        (Input::Program, env!("CARGO_PKG_VERSION").into()),
        (Input::Layout, LAYOUT.into()),
        (Input::Bodies, hash_of(&bodies)?),
        (Input::DatasetDefinition, definition),
    ]);
    let files = routes.iter().flat_map(|route| route.format.reference_files());
    for name in ["areas.csv", "groups.csv", "area_codes.csv"].iter().chain(files) {
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
        .filter(|c| c.sources.iter().any(|s| s == source) && c.dataset.as_deref().is_none_or(|d| d == dataset))
        .filter(|c| series.is_none_or(|known| c.series.iter().any(|s| known.contains(s))))
        .collect()
}

/// Everything that `normalise` reads besides the pull itself.
pub struct NormaliseContext<'a> {
    pub workspace: &'a Workspace,
    pub store: &'a Store,
    pub reference: &'a Reference,
    pub corrections: &'a [Correction],
    /// Data sets of which a person lets pass once what differs from the last pull.
    pub accepted: &'a BTreeSet<DatasetId>,
    /// Years after this one are a defect of the row.
    pub current_year: i32,
    pub threads: usize,
    /// What may be held of one data set.
    pub memory: Memory,
}

/// Normalises a pull, or returns the stored report when nothing that goes in has changed. A failure leaves the
/// observations at hand as they are.
pub fn normalise(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: &Pull) -> Result<(NormaliseReport, bool)> {
    let previous = last_report(context, source, dataset, pull)?;
    let known = previous.as_ref().map(|p| p.series.as_slice());
    let corrections = relevant(context.corrections, &source.name, &dataset.name, known);
    let key = inputs::key(&inputs(source, dataset, pull, context.reference, &corrections)?)?;
    if let Some(previous) = &previous
        && previous.key == key
        && previous.refused_until.is_none_or(|year| year > context.current_year)
        && keep_both(context.workspace, &context.workspace.observations(&source.name, &dataset.name), &previous.hash)?
        && (quarantine_is_whole(context.workspace, source, dataset, previous)?
            || !pull.bodies.iter().all(|b| context.store.contains(&b.hash)))
    {
        return Ok((of_edition(context.workspace, previous, pull)?, false));
    }
    let mut collector = Collector::new(&context.reference.areas, context.current_year)?.within(context.memory);
    let BodiesRead { vintages, editions, members } = read_all(context, source, dataset, pull, &mut collector)?;
    if editions.len() > 1 {
        let told: Vec<String> = editions.iter().map(|(release, name)| format!("{release} (`{name}`)")).collect();
        let what = "figures of several releases, of which no two may be compared: ";
        collector.warnings.push(format!("{what}{}; download all of one release", told.join(", ")));
    }
    let releases = || (!editions.is_empty()).then(|| editions.keys().cloned().collect::<Vec<_>>().join(", "));
    let vintage =
        pull.vintage.clone().or_else(|| dataset.vintage.clone()).or_else(releases).or_else(|| vintages.iter().flatten().next().cloned());
    let series: Vec<String> = collector.series.iter().map(|key| key.series.clone()).collect();
    let corrections = relevant(context.corrections, &source.name, &dataset.name, Some(&series));
    let inputs = inputs(source, dataset, pull, context.reference, &corrections)?;
    collector.supersede()?;
    routes::settle(&mut collector, pull, dataset, context.reference).map_err(|error| in_set(error, &source.name, &dataset.name))?;
    let outcomes = collector.correct(&corrections)?;
    let by_body: Vec<&str> = pull.bodies.iter().map(|body| body.route.as_str()).collect();
    let path = context.workspace.observations(&source.name, &dataset.name);
    // Written before the gates, since the rows are seen once; moved to its place behind them.
    let mut arranging = Arranging::new(&mut collector)?;
    let written = write::observations(&mut arranging, &source.name, &dataset.name, &by_body, &path, context.threads)
        .map_err(|error| in_set(error, &source.name, &dataset.name))?;
    let arranged = arranging.end();
    let shared = contradictions::between_bodies(&arranged, pull, &vintages).map_err(|error| in_set(error, &source.name, &dataset.name))?;
    collector.warnings.extend(shared);
    collector.warnings.extend(unknown_codes::told(&collector, dataset.own().format.maps_areas()));
    let observations = arranged.observations();
    let by_route = arranged.by_route(&by_body);
    let to_come = gates::size(observations, dataset, pull, &collector).map_err(|error| in_set(error, &source.name, &dataset.name))?;
    collector.warnings.extend(to_come);
    let (series_counts, units) = (arranged.counts(&collector), arranged.units(&collector));
    gates::asked(dataset, pull, &collector)?;
    let mut replaced = BTreeMap::new();
    if let Some(previous) = &previous {
        replaced = gates::replaced(previous, pull);
        let now = gates::Found {
            inputs: &inputs,
            routes: &by_route,
            replaced: &replaced,
            series: &series_counts,
            units: &units,
            members: &members,
            vintage: vintage.as_deref(),
            files: [&path, written.path()],
            store: context.store,
        };
        let id = source.id(dataset);
        let accepted = context.accepted.contains(&id);
        let against = gates::against(previous, &now, dataset, &id, accepted);
        collector.warnings.extend(against.map_err(|error| in_set(error, &source.name, &dataset.name))?);
        if accepted {
            // What a person takes is the measure from now on.
            replaced.clear();
        }
    }
    let mut remarks = Vec::new();
    let in_use = dataset.routes.iter().filter(|route| by_route.contains_key(&route.name));
    for (what, mistaken) in in_use.flat_map(|route| route.format.unmatched(&collector.matched)).collect::<Vec<_>>() {
        if mistaken { collector.warnings.push(what) } else { remarks.push(what) }
    }
    crate::files::persist(written, &path)?;
    let series = arranged.series_names(&collector);
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
        routes: by_route,
        quarantine_reasons: reasons,
        series,
        series_counts,
        columns: collector.columns.clone(),
        units,
        members,
        refused_until: collector.too_late,
        replaced,
        first_year: arranged.first_year,
        last_year: arranged.last_year,
        vintage,
        corrections: outcomes,
        warnings: std::mem::take(&mut collector.warnings),
        remarks,
    };
    let snapshots: Vec<String> = collector.bodies.iter().map(|(_, hash)| hash.clone()).collect();
    let quarantined = quarantine::batches(&source.name, &dataset.name, &snapshots, &mut collector.quarantined)?;
    parquet::write(&quarantined, &schema::quarantine(), &context.workspace.quarantine(&source.name, &dataset.name))?;
    keep_both(context.workspace, &path, &report.hash)?;
    save(&report, context.workspace, &source.name, &dataset.name)?;
    Ok((report, true))
}

/// The report that a pull is held against. Where it is lost or damaged, it is made anew from the bodies of the last pull, or
/// what is at hand is counted: without one, every gate would be open.
fn last_report(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: &Pull) -> Result<Option<NormaliseReport>> {
    let (source_name, name) = (source.name.as_str(), dataset.name.as_str());
    if let Some(report) = NormaliseReport::load(context.workspace, source_name, name)? {
        return Ok(Some(report));
    }
    let parts = |pull: &Pull| pull.bodies.iter().map(|body| (body.route.clone(), body.name.clone(), body.hash.clone())).collect::<Vec<_>>();
    let why = match Pull::load(&context.workspace.data, source_name, name) {
        // These very bodies, with which there is nothing to compare.
        Ok(Some(last)) if parts(&last) == parts(pull) => return Ok(None),
        Ok(Some(last)) => match normalise(context, source, dataset, &last) {
            Ok((report, _)) => {
                let told = "the report of its observations was gone or damaged: it was made anew from the bodies of the last pull";
                tracing::warn!(source = source_name, dataset = name, "{told}");
                return Ok(Some(report));
            }
            Err(error @ (Error::Provider { .. } | Error::Fetch { .. })) => error.to_string(),
            Err(error) => return Err(error),
        },
        Ok(None) => "there is no record of what was pulled".to_owned(),
        Err(error @ Error::Fetch { .. }) => error.to_string(),
        Err(error) => return Err(error),
    };
    let at_hand = context.workspace.observations(source_name, name);
    let counted = match fs_err::File::open(&at_hand) {
        Ok(file) => parquet::rows(file.into_parts().0).ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let told = counted.map_or("nothing is known of the last pull, and nothing is held against it", |_| "only its observations are counted");
    tracing::error!(source = source_name, dataset = name, "the report of its observations is gone or damaged ({why}): {told}");
    let Some((rows, body)) = counted.zip(pull.bodies.first()) else { return Ok(None) };
    let counts = Counts { rows_in: rows, observations: rows, ..Counts::default() };
    let routes = BTreeMap::from([(body.route.clone(), rows)]);
    Ok(Some(NormaliseReport { counts, routes, ..NormaliseReport::of_file(&crate::files::hash_file(&at_hand)?, &[]) }))
}

/// What the bodies of a pull say of themselves.
#[derive(Default)]
struct BodiesRead<'p> {
    vintages: Vec<Option<String>>,
    /// Each release, and a body that has it.
    editions: BTreeMap<String, &'p str>,
    members: BTreeSet<String>,
}

/// Reads every body by its route.
fn read_all<'p>(
    context: &NormaliseContext<'_>,
    source: &Source,
    dataset: &Dataset,
    pull: &'p Pull,
    collector: &mut Collector<'_>,
) -> Result<BodiesRead<'p>> {
    let mut all = BodiesRead::default();
    let mut bodies_with_rows = 0;
    for body in &pull.bodies {
        collector.begin_body(&body.hash);
        let from = routes::mark(collector);
        let Some((place, route)) = dataset.route(&body.route) else {
            let message = format!("{} came by the route {}, which the data set no longer has", body.name, body.route);
            return Err(in_set(Error::provider_hint(Code::UnreadableBody, message, "pull it again"), &source.name, &dataset.name));
        };
        let parsed = read(context, route, body, collector)
            .and_then(|parsed| if place > 0 { routes::adopt(collector, &from, route).map(|()| parsed) } else { Ok(parsed) })
            .and_then(|parsed| collector.limits().map(|()| parsed))
            .map_err(|error| in_body(error, &source.name, &dataset.name, &body.name))?;
        for release in parsed.releases {
            all.editions.entry(release).or_insert(body.name.as_str());
        }
        all.vintages.push(parsed.vintage);
        all.members.extend(parsed.members);
        bodies_with_rows += usize::from(!parsed.empty);
    }
    match pull.bodies.first() {
        Some(body) if bodies_with_rows == 0 => Err(in_body(sources::nothing_in(&body.name), &source.name, &dataset.name, &body.name)),
        _ => Ok(all),
    }
}

/// Whether the bodies of one route can be read, and have the figures that are known of it. Nothing is kept.
pub fn holds(context: &NormaliseContext<'_>, source: &Source, dataset: &Dataset, pull: &Pull) -> Result<()> {
    let mut collector = Collector::new(&context.reference.areas, context.current_year)?.within(context.memory);
    read_all(context, source, dataset, pull, &mut collector)?;
    routes::settle(&mut collector, pull, dataset, context.reference).map_err(|error| in_set(error, &source.name, &dataset.name))
}

/// Whether a route reads a body, and finds rows of its own in it. Nothing is kept.
pub fn is_read_by(context: &NormaliseContext<'_>, route: &Route, body: &Body) -> Result<bool> {
    let mut collector = Collector::new(&context.reference.areas, context.current_year)?.within(context.memory);
    collector.begin_body(&body.hash);
    match read(context, route, body, &mut collector) {
        Ok(_) => Ok(collector.accepted() > 0),
        Err(Error::Provider { .. }) => Ok(false),
        Err(Error::Io(error)) if !crate::files::is_ours(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the rows that were set aside are all there: they are counted wherever the data set is, and are made anew as
/// observations are, as long as the snapshots are at hand.
fn quarantine_is_whole(workspace: &Workspace, source: &Source, dataset: &Dataset, report: &NormaliseReport) -> Result<bool> {
    let path = workspace.quarantine(&source.name, &dataset.name);
    match fs_err::File::open(&path) {
        Ok(file) => Ok(parquet::rows(file.into_parts().0).is_ok_and(|rows| rows == report.counts.quarantined)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        // An error of the disk is no absence.
        Err(error) => Err(error.into()),
    }
}

/// The stored report, with the edition that the bodies are of now: a new one may have the same bytes, and is what is cited.
fn of_edition(workspace: &Workspace, stored: &NormaliseReport, pull: &Pull) -> Result<NormaliseReport> {
    let mut report = stored.clone();
    if pull.vintage.is_some() && report.vintage != pull.vintage {
        report.vintage.clone_from(&pull.vintage);
        save(&report, workspace, &pull.source, &pull.dataset)?;
    }
    Ok(report)
}

fn save(report: &NormaliseReport, workspace: &Workspace, source: &str, dataset: &str) -> Result<()> {
    crate::files::write_atomically(&NormaliseReport::path(workspace, source, dataset), &serde_json::to_vec_pretty(report)?)
}

fn read(context: &NormaliseContext<'_>, route: &Route, body: &Body, collector: &mut Collector<'_>) -> Result<Parsed> {
    let (file, path) = context.store.open(&body.hash)?.into_parts();
    let mut bytes = Watched { file, failed: None };
    let parsed = sources::parse(&*route.format, &body.name, &mut bytes, context.reference, collector);
    match bytes.failed {
        Some(error) => Err(crate::files::failed("read", &path, error).into()),
        None => parsed,
    }
}

/// A snapshot that remembers when the disk, and not the body, was at fault: readers tell both alike.
struct Watched {
    file: std::fs::File,
    failed: Option<io::Error>,
}

impl Watched {
    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && let Some(code) = error.raw_os_error()
            // A place before the start is asked for by a reader, of a body that is wrong.
            && error.kind() != io::ErrorKind::InvalidInput
        {
            self.failed = Some(io::Error::from_raw_os_error(code));
        }
        result
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.file.read(buffer);
        self.watch(result)
    }
}

impl Seek for Watched {
    fn seek(&mut self, place: io::SeekFrom) -> io::Result<u64> {
        let result = self.file.seek(place);
        self.watch(result)
    }
}

fn in_body(error: Error, source: &str, dataset: &str, name: &str) -> Error {
    match error {
        Error::Provider { code, message, hint } => Error::Provider { code, message: format!("{source}/{dataset}/{name}: {message}"), hint },
        Error::Io(error) if !crate::files::is_ours(&error) => {
            Error::provider(Code::UnreadableBody, format!("{source}/{dataset}/{name}: {error}"))
        }
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

/// Whether the observations at hand are whole, or could be made so: where a source gives nothing, they stay in use.
pub fn is_whole(workspace: &Workspace, source: &str, dataset: &str, report: &NormaliseReport) -> Result<bool> {
    keep_both(workspace, &workspace.observations(source, dataset), &report.hash)
}

/// Keeps an observation file twice: under the name of its data set, and under its hash, so that releases can be compared
/// and explained later. Each copy has bytes of its own, so that a damaged one is made anew from the other; false where
/// both are damaged.
fn keep_both(workspace: &Workspace, at_hand: &Path, hash: &str) -> Result<bool> {
    let by_hash = workspace.observation_file(hash);
    match (crate::files::is_sound(at_hand, hash)?, crate::files::is_sound(&by_hash, hash)?) {
        (true, true) => {}
        (true, false) => crate::files::copy_atomically(at_hand, &by_hash)?,
        (false, true) => crate::files::copy_atomically(&by_hash, at_hand)?,
        (false, false) => return Ok(false),
    }
    Ok(true)
}
