//! What normalising one data set gave; stored beside the observations.

use std::collections::{BTreeMap, BTreeSet};

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::corrections::CorrectionReport;
use super::inputs::Inputs;
use crate::dataset_id::DatasetId;
use crate::engine::observations::ObservationFile;
use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// The observation files at hand.
pub type Reports = BTreeMap<DatasetId, NormaliseReport>;

/// Series, unit, and how many observations.
pub type Units = BTreeMap<String, BTreeMap<String, u64>>;

/// The observation files of these data sets, in this order, as the engine reads them.
pub fn observation_files(workspace: &Workspace, reports: &Reports, datasets: &[DatasetId]) -> Vec<ObservationFile> {
    let file = |id: &DatasetId| {
        let report = reports.get(id)?;
        let path = workspace.observation_file(&report.hash);
        Some(ObservationFile { id: id.clone(), path, series: report.series.clone() })
    };
    datasets.iter().filter_map(file).collect()
}

/// rows_in = observations + quarantined + headings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct Counts {
    pub rows_in: u64,
    pub observations: u64,
    pub quarantined: u64,
    pub headings: u64,
}

/// What normalising one data set gave; stored beside the observations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NormaliseReport {
    /// Hash of everything that went in: equal key, equal output.
    pub key: String,
    /// What the key is made of, so that a change can be told apart.
    pub inputs: Inputs,
    /// blake3 of the observation file.
    pub hash: String,
    pub counts: Counts,
    /// Observations by the route that they came by.
    #[serde(default)]
    pub routes: BTreeMap<String, u64>,
    pub quarantine_reasons: BTreeMap<String, u64>,
    pub series: Vec<String>,
    /// Observations of each series and breakdown: what is gone next time must not go unseen.
    #[serde(default)]
    pub series_counts: BTreeMap<String, u64>,
    /// Names of the columns of the bodies; and of each series, the observations in each unit: other ones next time are told.
    #[serde(default)]
    pub columns: BTreeSet<String>,
    #[serde(default)]
    pub units: Units,
    /// Data files inside the archives, where their names are stable.
    #[serde(default)]
    pub members: BTreeSet<String>,
    /// The earliest year of a row that was refused as still to come: from then on the same bodies give more.
    #[serde(default)]
    pub refused_until: Option<i32>,
    /// What was in use within the last month, by the day on which something else took its place: the observations of each
    /// route. What loses a little each night loses much.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, BTreeMap<String, u64>>,
    pub first_year: Option<i32>,
    pub last_year: Option<i32>,
    pub vintage: Option<String>,
    pub corrections: Vec<CorrectionReport>,
    pub warnings: Vec<String>,
    /// What may well be in order, such as a word of a map that no row has.
    #[serde(default)]
    pub remarks: Vec<String>,
}

impl NormaliseReport {
    pub fn path(workspace: &Workspace, source: &str, dataset: &str) -> std::path::PathBuf {
        workspace.observations(source, dataset).with_extension("json")
    }

    /// What is left of a report once only the file and its series are known.
    pub fn of_file(hash: &str, series: &[String]) -> Self {
        Self {
            key: String::new(),
            inputs: Inputs::new(),
            hash: hash.to_owned(),
            counts: Counts::default(),
            routes: BTreeMap::new(),
            quarantine_reasons: BTreeMap::new(),
            series: series.to_vec(),
            series_counts: BTreeMap::new(),
            columns: BTreeSet::new(),
            units: Units::new(),
            members: BTreeSet::new(),
            refused_until: None,
            replaced: BTreeMap::new(),
            first_year: None,
            last_year: None,
            vintage: None,
            corrections: Vec::new(),
            warnings: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// The report of the observations at hand, if both files are there.
    pub fn load(workspace: &Workspace, source: &str, dataset: &str) -> Result<Option<Self>> {
        if workspace.observations(source, dataset).symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Ok(None);
        }
        match Self::read(&Self::path(workspace, source, dataset)) {
            Ok(report) => Ok(Some(report)),
            // Damaged, or not written to its end: it is made anew. An error of the disk is no absence.
            Err(Error::Json(_)) => Ok(None),
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&fs_err::read(path)?)?)
    }
}
