//! `manifest.json`: what went into a release, what came out, and the hash of each file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Body, Pull};
use crate::files;
use crate::observe::corrections::CorrectionReport;
use crate::observe::{Counts, NormaliseReport};
use crate::pipelines::{Dataset, Source};
use crate::release::fingerprint::{Input, Inputs};

/// Within so many days, each file of the current release is read again.
const MONTH: i64 = 30;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub schema_version: u32,
    pub release: String,
    pub created_at: String,
    /// The release that was current when this one was made.
    pub previous: Option<String>,
    pub program: String,
    /// One hash over all inputs: equal key, equal data files.
    pub key: String,
    pub membership: String,
    pub current_year: i32,
    /// Per data set, what was pulled and what became of it.
    pub inputs: Vec<InputEntry>,
    /// What the release depends on: the hash of each SQL, reference and observation file, and the settings.
    pub workspace: Inputs,
    /// All files of SQL as they are, in one hash; older manifests have none.
    #[serde(default)]
    pub texts: String,
    /// Per indicator: what its values depend on.
    pub indicators: BTreeMap<String, IndicatorEntry>,
    pub rows: BTreeMap<String, u64>,
    /// blake3 of each file of the release.
    pub files: BTreeMap<String, String>,
    /// What a person should know before using the release.
    pub warnings: Vec<String>,
}

/// What happened to one data set in this run.
#[derive(Debug, Clone)]
pub struct DatasetState {
    pub pull: Option<Pull>,
    /// `new`, `unchanged`, `failed` or `missing`.
    pub status: &'static str,
    pub message: Option<String>,
    pub age_days: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InputEntry {
    pub source: String,
    pub dataset: String,
    pub licence: String,
    pub vintage: Option<String>,
    pub fetched_at: String,
    pub origin: String,
    pub bodies: Vec<BodyEntry>,
    /// blake3 of the observation file.
    pub observation_file: String,
    /// The series that it carries.
    pub series: Vec<String>,
    /// The names of the columns of its bodies; older manifests name none.
    #[serde(default)]
    pub columns: BTreeSet<String>,
    #[serde(flatten)]
    pub counts: Counts,
    /// Observations by the route that they came by: that of the data set's own name is the provider's.
    #[serde(default)]
    pub routes: BTreeMap<String, u64>,
    pub quarantine_reasons: BTreeMap<String, u64>,
    pub corrections: Vec<CorrectionReport>,
    pub warnings: Vec<String>,
    /// `new`, `unchanged`, `failed` (last good data in use).
    pub status: String,
}

impl InputEntry {
    /// `None` where nothing of the data set is at hand.
    pub fn of(source: &Source, dataset: &Dataset, report: Option<&NormaliseReport>, state: Option<&DatasetState>) -> Option<Self> {
        let (report, state) = (report?, state?);
        let pull = state.pull.as_ref()?;
        Some(Self {
            source: source.name.clone(),
            dataset: dataset.name.clone(),
            licence: source.licence_of(dataset).to_owned(),
            vintage: report.vintage.clone(),
            fetched_at: pull.fetched_at.clone(),
            origin: pull.origin.clone(),
            bodies: pull.bodies.iter().map(BodyEntry::from).collect(),
            observation_file: report.hash.clone(),
            series: report.series.clone(),
            columns: report.columns.clone(),
            counts: report.counts.clone(),
            routes: report.routes.clone(),
            quarantine_reasons: report.quarantine_reasons.clone(),
            corrections: report.corrections.clone(),
            warnings: report.warnings.clone(),
            status: state.status.into(),
        })
    }

    pub fn id(&self) -> DatasetId {
        DatasetId::new(&self.source, &self.dataset)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BodyEntry {
    pub name: String,
    pub snapshot: String,
    pub url: String,
    pub bytes: u64,
    pub fetched_at: String,
    /// The route that it came by; older manifests name none.
    #[serde(default)]
    pub route: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndicatorEntry {
    pub id: String,
    pub rows: u64,
    /// `computed`, or `held` at the values of the release before, with the reason.
    pub status: String,
    pub note: Option<String>,
    /// What the values that are shown were computed from.
    pub inputs: Inputs,
    /// Where the values of an indicator that is held are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_from: Option<HeldFrom>,
    /// All that values and ends of targets follow from: see keep.rs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<String>,
}

/// The release that computed the values of an indicator that is held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldFrom {
    pub release: String,
    /// The data sets that it read, as they were.
    pub inputs: Vec<InputEntry>,
}

impl HeldFrom {
    /// As the release before says; None where it has no such indicator. Its data sets are those that it was computed from
    /// then: the header may name others now.
    pub fn of(before: &Manifest, indicator: &str) -> Option<(Inputs, Self)> {
        let entry = before.indicators.get(indicator)?;
        let read = |input: &&InputEntry| entry.inputs.contains_key(&Input::Observations { dataset: input.id() });
        let inputs = || before.inputs.iter().filter(read).cloned().collect();
        let from = entry.held_from.clone().unwrap_or_else(|| Self { release: before.release.clone(), inputs: inputs() });
        Some((entry.inputs.clone(), from))
    }
}

impl From<&Body> for BodyEntry {
    fn from(body: &Body) -> Self {
        Self {
            name: body.name.clone(),
            snapshot: body.hash.clone(),
            url: body.url.clone(),
            bytes: body.bytes,
            fetched_at: body.fetched_at.clone(),
            route: body.route.clone(),
        }
    }
}

impl Manifest {
    pub fn load(release: &Path) -> Result<Self> {
        let path = release.join("manifest.json");
        serde_json::from_slice(&fs_err::read(&path)?).map_err(|error| damaged(&path, &error.to_string()))
    }

    /// What a release depends on, alone.
    pub fn inputs_of(release: &Path) -> Result<Inputs> {
        #[derive(Deserialize)]
        struct Part {
            workspace: Inputs,
        }
        Ok(serde_json::from_slice::<Part>(&fs_err::read(release.join("manifest.json"))?)?.workspace)
    }

    /// The same; None where it is damaged, which is told. An error of the disk is none of the release.
    pub fn if_sound(release: &Path, now: Timestamp, told: impl FnOnce(&Error)) -> Result<Option<Self>> {
        match Self::untouched(release, now) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error @ Error::Provider { .. }) => {
                told(&error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The manifest of a release whose files are those that it names.
    pub fn verified(release: &Path) -> Result<Self> {
        Self::compared(release, |_, _| false)
    }

    /// The same, for every night. The manifest is written last: a file that nobody has touched since before then is the one
    /// that was published, and is read again only once in a month, for what a disk may lose by itself. Reading all of them took
    /// longer than all else in a night in which nothing had changed.
    fn untouched(release: &Path, now: Timestamp) -> Result<Self> {
        let written = files::touched(&release.join("manifest.json")).ok().flatten();
        let day = now.as_second().div_euclid(86_400);
        Self::compared(release, |path, hash| {
            let turn = i64::from_str_radix(hash.get(..4).unwrap_or_default(), 16).unwrap_or_default();
            let is_its_day = (turn - day).rem_euclid(MONTH) == 0;
            !is_its_day && written.is_some() && files::touched(path).is_ok_and(|touched| touched < written)
        })
    }

    /// Compares the files with their hashes, but for those that need none.
    fn compared(release: &Path, needs_none: impl Fn(&Path, &str) -> bool) -> Result<Self> {
        let manifest = Self::load(release)?;
        for (name, hash) in &manifest.files {
            let path = release.join(name);
            if needs_none(&path, hash) {
                continue;
            }
            match files::hash_file(&path) {
                Ok(found) if found == *hash => {}
                Ok(_) => return Err(damaged(&path, "its bytes are not those that were published")),
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => return Err(damaged(&path, "it is not there")),
                Err(error) => return Err(error),
            }
        }
        Ok(manifest)
    }

    /// The data sets that the values of an indicator are from: as they were then, where it is held.
    pub fn data_sets_of(&self, indicator: &str) -> &[InputEntry] {
        let held = self.indicators.get(indicator).and_then(|entry| entry.held_from.as_ref());
        held.map_or(&self.inputs, |held| &held.inputs)
    }

    /// All data sets that some value is from.
    pub fn all_data_sets(&self) -> impl Iterator<Item = &InputEntry> {
        self.inputs.iter().chain(self.indicators.values().filter_map(|entry| entry.held_from.as_ref()).flat_map(|held| &held.inputs))
    }

    /// The indicators that could not be computed. Their reason may be gone by the next run, though no input changes.
    pub fn held(&self) -> Vec<&str> {
        self.indicators.iter().filter(|(_, entry)| entry.status == "held").map(|(name, _)| name.as_str()).collect()
    }

    /// Whether another release has the same values and progress, and holds the same indicators for the same reasons.
    pub fn gives_the_same(&self, other: &Self) -> bool {
        let files = ["values.parquet", "progress.parquet"].iter().all(|name| self.files.get(*name) == other.files.get(*name));
        let notes = |manifest: &Self| manifest.indicators.iter().map(|(n, e)| (n.clone(), e.note.clone())).collect::<Vec<_>>();
        files && self.held() == other.held() && notes(self) == notes(other)
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::provider_hint(
        Code::DamagedRelease,
        format!("{} is damaged: {why}", path.display()),
        "run `yardstick run`, which publishes anew, or go back with `yardstick release rollback ID`",
    )
}
