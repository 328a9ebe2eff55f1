//! What changed between two releases, and why: source, method, membership, correction or program.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::error::Result;
use crate::release::Manifest;
use crate::release::manifest::IndicatorEntry;
use crate::tables::cells::Table;
use crate::tables::parquet;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::small::{self, Cell};

/// One release as the comparison sees it.
pub struct Side<'a> {
    pub manifest: &'a Manifest,
    pub values: &'a RecordBatch,
}

/// Compares two releases; `observations` finds an observation file by its hash, `members` the economies of a group.
pub fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    observations: &dyn Fn(&str) -> PathBuf,
    members: &HashMap<String, BTreeSet<String>>,
) -> Result<RecordBatch> {
    let changes = changed_rows(old.values, new.values);
    let revised = revised_observations(old.manifest, new.manifest, observations)?;
    let mut reasons = Reasons { old, new, revised, members, touched: HashMap::new(), inputs: HashMap::new() };
    for change in &changes {
        reasons.note_touched(change);
    }
    let rows: Vec<Vec<Cell>> = changes.iter().map(|change| reasons.row(change)).collect();
    small::batch(&schema::revisions(), &rows)
}

/// A key that differs: the row on each side.
struct Change<'a> {
    key: Vec<&'a str>,
    year: i64,
    old: Option<usize>,
    new: Option<usize>,
}

fn key_of<'a>(cells: &Table<'a>, row: usize) -> (Vec<&'a str>, i64) {
    let mut key = vec![cells.text("indicator", row).unwrap_or_default(), cells.text("ref_area", row).unwrap_or_default()];
    key.extend(DIMENSIONS.iter().map(|d| cells.text(d, row).unwrap_or_default()));
    key.push(cells.text("estimate", row).unwrap_or_default());
    (key, cells.int("time_period", row).unwrap_or_default())
}

fn order(a: &(Vec<&str>, i64), b: &(Vec<&str>, i64)) -> Ordering {
    a.0[..2].cmp(&b.0[..2]).then(a.1.cmp(&b.1)).then_with(|| a.0[2..].cmp(&b.0[2..]))
}

/// Both sides are sorted by key: one walk finds what was added, removed or revised.
fn changed_rows<'a>(old: &'a RecordBatch, new: &'a RecordBatch) -> Vec<Change<'a>> {
    let (left, right) = (Table(old), Table(new));
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < left.len() || j < right.len() {
        let a = (i < left.len()).then(|| key_of(&left, i));
        let b = (j < right.len()).then(|| key_of(&right, j));
        let side = match (&a, &b) {
            (Some(a), Some(b)) => order(a, b),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        match (side, a, b) {
            (Ordering::Less, Some((key, year)), _) => {
                changes.push(Change { key, year, old: Some(i), new: None });
                i += 1;
            }
            (Ordering::Greater, _, Some((key, year))) => {
                changes.push(Change { key, year, old: None, new: Some(j) });
                j += 1;
            }
            (_, Some((key, year)), _) => {
                let same = left.float("value", i).map(f64::to_bits) == right.float("value", j).map(f64::to_bits)
                    && ["obs_status", "unit"].iter().all(|column| left.text(column, i) == right.text(column, j));
                if !same {
                    changes.push(Change { key, year, old: Some(i), new: Some(j) });
                }
                i += 1;
                j += 1;
            }
            _ => break,
        }
    }
    changes
}

/// One observation that differs between two files.
#[derive(Debug, Clone)]
struct Revised {
    text: String,
    correction: bool,
    old: Option<f64>,
    new: Option<f64>,
}

type RevisedIndex = HashMap<(String, i64), Vec<Revised>>;

/// Compares the observation files that differ, by economy and year.
fn revised_observations(old: &Manifest, new: &Manifest, file: &dyn Fn(&str) -> PathBuf) -> Result<RevisedIndex> {
    let mut index = RevisedIndex::new();
    let name = |entry: &crate::release::manifest::InputEntry| format!("{}/{}", entry.source, entry.dataset);
    let before: BTreeMap<String, &str> = old.inputs.iter().map(|i| (name(i), i.observation_file.as_str())).collect();
    let after: BTreeMap<String, &str> = new.inputs.iter().map(|i| (name(i), i.observation_file.as_str())).collect();
    for dataset in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (a, b) = (before.get(dataset), after.get(dataset));
        if a == b {
            continue;
        }
        let a = a.map(|hash| observations_of(&file(hash))).transpose()?.unwrap_or_default();
        let b = b.map(|hash| observations_of(&file(hash))).transpose()?.unwrap_or_default();
        for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
            let (x, y) = (a.get(key), b.get(key));
            let (before, after) = (x.and_then(|o| o.value), y.and_then(|o| o.value));
            let told = |o: Option<&Observed>| o.map(|o| (o.corrected, o.status.clone()));
            if before.map(f64::to_bits) == after.map(f64::to_bits) && told(x) == told(y) {
                continue;
            }
            let place =
                y.or(x).map_or(String::new(), |o| format!("record {} of snapshot {}", o.record, &o.snapshot[..o.snapshot.len().min(12)]));
            let show = |v: Option<f64>| v.map_or("none".into(), |v| v.to_string());
            let revised = Revised {
                text: format!("{dataset} {} {} {}: {} -> {} ({place})", key.series, key.ref_area, key.year, show(before), show(after)),
                correction: [x, y].into_iter().flatten().any(|o| o.corrected),
                old: before,
                new: after,
            };
            index.entry((key.ref_area.clone(), key.year)).or_default().push(revised);
        }
    }
    Ok(index)
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct ObservationKey {
    series: String,
    ref_area: String,
    year: i64,
    dimensions: Vec<String>,
    note: String,
}

struct Observed {
    value: Option<f64>,
    record: i64,
    snapshot: String,
    corrected: bool,
    status: String,
}

fn observations_of(path: &Path) -> Result<HashMap<ObservationKey, Observed>> {
    if !path.exists() {
        return Ok(HashMap::new());
    }
    let batch = parquet::read(path, &schema::observations())?;
    let cells = Table(&batch);
    let text = |column: &str, row: usize| cells.text(column, row).unwrap_or_default().to_owned();
    Ok((0..cells.len())
        .map(|row| {
            let note = text("note", row);
            let key = ObservationKey {
                series: text("series", row),
                ref_area: text("ref_area", row),
                year: cells.int("time_period", row).unwrap_or_default(),
                dimensions: DIMENSIONS.iter().map(|d| text(d, row)).collect(),
                // Editions stand side by side, told apart by their note.
                note: if note.starts_with("edition ") { note.clone() } else { String::new() },
            };
            let observed = Observed {
                value: cells.float("obs_value", row),
                record: cells.int("record", row).unwrap_or_default(),
                snapshot: text("snapshot", row),
                corrected: note.contains("corrected (") || note.contains("flagged ("),
                status: text("obs_status", row),
            };
            (key, observed)
        })
        .collect())
}

/// (indicator, dimensions) -> (economy, year) of its own figures that changed.
type Touched = HashMap<(String, Vec<String>), BTreeSet<(String, i64)>>;

/// Finds the cause of each change.
struct Reasons<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    revised: RevisedIndex,
    members: &'a HashMap<String, BTreeSet<String>>,
    /// (indicator, dimensions) -> economies whose own figure changed, by year.
    touched: Touched,
    inputs: HashMap<String, Vec<(&'static str, String)>>,
}

impl Reasons<'_> {
    fn note_touched(&mut self, change: &Change<'_>) {
        if change.key.last() == Some(&"reported") {
            let dimensions = change.key[2..9].iter().map(|d| (*d).to_owned()).collect();
            self.touched.entry((change.key[0].to_owned(), dimensions)).or_default().insert((change.key[1].to_owned(), change.year));
        }
    }

    fn row(&mut self, change: &Change<'_>) -> Vec<Cell> {
        let (left, right) = (Table(self.old.values), Table(self.new.values));
        let old = change.old.and_then(|row| left.float("value", row));
        let new = change.new.and_then(|row| right.float("value", row));
        let kind = match (change.old, change.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "revised",
        };
        let (cause, detail) = self.cause(change, old, new);
        let mut cells: Vec<Cell> = vec![change.key[0].into(), change.key[1].into(), Cell::Int(Some(change.year))];
        cells.extend(change.key[2..].iter().map(|k| Cell::from(*k)));
        cells.extend([
            kind.into(),
            Cell::Float(old),
            Cell::Float(new),
            Cell::Float(old.zip(new).map(|(a, b)| b - a)),
            Cell::Text(
                change
                    .new
                    .and_then(|row| right.text("unit", row))
                    .or_else(|| change.old.and_then(|row| left.text("unit", row)))
                    .map(str::to_owned),
            ),
            Cell::Text(change.old.and_then(|row| left.text("obs_status", row)).map(str::to_owned)),
            Cell::Text(change.new.and_then(|row| right.text("obs_status", row)).map(str::to_owned)),
            cause.into(),
            detail.into(),
        ]);
        cells
    }

    fn cause(&mut self, change: &Change<'_>, old: Option<f64>, new: Option<f64>) -> (String, String) {
        let indicator = change.key[0];
        let mut causes: Vec<(&'static str, String)> = Vec::new();
        let records = self.records(change, old, new);
        if !records.is_empty() {
            let code = if records.iter().any(|r| r.correction) { "correction" } else { "source_revised" };
            let more = if records.len() > 3 { format!("; and {} more", records.len() - 3) } else { String::new() };
            causes.push((code, records.iter().take(3).map(|r| r.text.as_str()).collect::<Vec<_>>().join("; ") + &more));
        }
        let own = !self.members.contains_key(change.key[1]);
        if own && change.key.last() == Some(&"reported") && records.iter().any(|r| r.old == old && r.new == new) {
            // The economy's own figure is what its record says: nothing else can have moved it.
            return (causes[0].0.to_owned(), causes[0].1.clone());
        }
        let inputs = self
            .inputs
            .entry(indicator.to_owned())
            .or_insert_with(|| classified(self.old.manifest.indicators.get(indicator), self.new.manifest.indicators.get(indicator)));
        for (code, name) in inputs.iter() {
            // A data set that changed elsewhere is no cause of this value, unless nothing else explains it.
            if *code != "source_revised" || (causes.is_empty() && inputs.iter().all(|(c, _)| *c == "source_revised")) {
                causes.push((code, name.clone()));
            }
        }
        if causes.is_empty() {
            return ("unknown".into(), "no input of this indicator differs".into());
        }
        let mut codes: Vec<&str> = causes.iter().map(|(code, _)| *code).collect();
        codes.dedup();
        (codes.join("+"), causes.iter().map(|(_, detail)| detail.as_str()).collect::<Vec<_>>().join("; "))
    }

    /// The revised observations behind a change: the economy's own, or those of the group's members.
    fn records(&self, change: &Change<'_>, old: Option<f64>, new: Option<f64>) -> Vec<Revised> {
        let area = change.key[1];
        let own: Vec<Revised> = self.revised.get(&(area.to_owned(), change.year)).cloned().unwrap_or_default();
        let Some(members) = self.members.get(area) else {
            let exact: Vec<Revised> = own.iter().filter(|r| r.old == old && r.new == new).cloned().collect();
            return if exact.is_empty() { own } else { exact };
        };
        if change.key.last() == Some(&"published") {
            return own;
        }
        let dimensions: Vec<String> = change.key[2..9].iter().map(|d| (*d).to_owned()).collect();
        let Some(touched) = self.touched.get(&(change.key[0].to_owned(), dimensions)) else { return Vec::new() };
        // Carried values reach up to the window; a later year never explains an earlier one.
        let window = self.window(change.key[0]);
        touched
            .iter()
            .filter(|(economy, year)| members.contains(economy) && *year <= change.year && change.year - *year <= window)
            .filter(|(_, year)| change.key.last() == Some(&"imputed") || *year == change.year)
            .flat_map(|(economy, year)| self.revised.get(&(economy.clone(), *year)).cloned().unwrap_or_default())
            .collect()
    }
}

impl Reasons<'_> {
    /// How far a value of an indicator, or of one that it reads, may be carried in the newer release.
    fn window(&self, indicator: &str) -> i64 {
        let inputs = self.new.manifest.indicators.get(indicator).map(|entry| &entry.inputs);
        let windows = inputs.into_iter().flatten().filter(|(name, _)| name.ends_with(": window"));
        windows.filter_map(|(_, years)| years.parse().ok()).max().unwrap_or(50)
    }
}

/// The inputs of an indicator that differ, as causes.
fn classified(old: Option<&IndicatorEntry>, new: Option<&IndicatorEntry>) -> Vec<(&'static str, String)> {
    let (Some(old), Some(new)) = (old, new) else {
        return vec![("method_changed", if old.is_none() { "the indicator is new" } else { "the indicator is gone" }.into())];
    };
    crate::release::fingerprint::changed(&old.inputs, &new.inputs)
        .into_iter()
        .map(|text| {
            let code = match text.as_str() {
                t if t.starts_with("sql/") => "method_changed",
                t if t.starts_with("pipelines/reference/membership.csv")
                    || t.starts_with("pipelines/reference/groups.csv")
                    || t.starts_with("membership") =>
                {
                    "membership_changed"
                }
                t if t.starts_with("pipelines/reference/") => "reference_changed",
                t if t.starts_with("observations/") => "source_revised",
                _ => "program_changed",
            };
            (code, text)
        })
        .collect()
}

/// Mean, mean absolute and largest revision per indicator and unit: what a person reads first.
#[derive(Serialize)]
pub struct Summary {
    pub indicator: String,
    pub unit: String,
    pub added: usize,
    pub removed: usize,
    pub revised: usize,
    #[serde(rename = "mean_revision")]
    pub mean: Option<f64>,
    #[serde(rename = "mean_absolute_revision")]
    pub mean_absolute: Option<f64>,
    pub largest: Option<(f64, String)>,
    pub causes: BTreeMap<String, usize>,
}

pub fn summarise(changes: &RecordBatch) -> Vec<Summary> {
    let cells = Table(changes);
    let mut by_indicator: BTreeMap<(String, String), Summary> = BTreeMap::new();
    let mut sums: HashMap<(String, String), (f64, f64, usize)> = HashMap::new();
    for row in 0..cells.len() {
        let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
        // A mean over percentage points and persons would say nothing.
        let key = (text("indicator"), text("unit"));
        let summary = by_indicator.entry(key.clone()).or_insert_with(|| Summary {
            indicator: key.0.clone(),
            unit: key.1.clone(),
            added: 0,
            removed: 0,
            revised: 0,
            mean: None,
            mean_absolute: None,
            largest: None,
            causes: BTreeMap::new(),
        });
        match cells.text("change", row) {
            Some("added") => summary.added += 1,
            Some("removed") => summary.removed += 1,
            _ => summary.revised += 1,
        }
        *summary.causes.entry(cells.text("cause", row).unwrap_or_default().to_owned()).or_default() += 1;
        if let Some(difference) = cells.float("difference", row) {
            let sum = sums.entry(key).or_insert((0.0, 0.0, 0));
            *sum = (sum.0 + difference, sum.1 + difference.abs(), sum.2 + 1);
            if summary.largest.as_ref().is_none_or(|(largest, _)| difference.abs() > largest.abs()) {
                let place =
                    format!("{} {}", cells.text("ref_area", row).unwrap_or_default(), cells.int("time_period", row).unwrap_or_default());
                summary.largest = Some((difference, place));
            }
        }
    }
    for (key, (sum, absolute, count)) in sums {
        if let Some(summary) = by_indicator.get_mut(&key) {
            summary.mean = Some(sum / count as f64);
            summary.mean_absolute = Some(absolute / count as f64);
        }
    }
    by_indicator.into_values().collect()
}
