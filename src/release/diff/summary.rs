//! What a person reads first of the changes between two releases.

use std::collections::{BTreeMap, HashMap};

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::error::Result;
use crate::tables::views::{Cells, Revisions};

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
    /// The same of what economies report, and of groups.
    pub largest_economy: Option<(f64, String)>,
    pub largest_group: Option<(f64, String)>,
    /// The largest by its share of the value before.
    #[serde(skip)]
    share: f64,
    pub causes: BTreeMap<String, usize>,
}

impl Summary {
    /// The largest revision as a share of the value before: comparable whatever the unit.
    pub fn largest_share(&self) -> f64 {
        self.share
    }
}

pub fn summarise(changes: &RecordBatch) -> Result<Vec<Summary>> {
    let rows = Revisions::of(changes)?;
    let mut by_indicator: BTreeMap<(String, String), Summary> = BTreeMap::new();
    let mut sums: HashMap<(String, String), (f64, f64, usize)> = HashMap::new();
    for row in 0..rows.len() {
        // A mean over percentage points and persons would say nothing.
        let key = (rows.indicator.value(row).to_owned(), rows.unit.cell(row).unwrap_or_default().to_owned());
        let summary = by_indicator.entry(key.clone()).or_insert_with(|| Summary {
            indicator: key.0.clone(),
            unit: key.1.clone(),
            added: 0,
            removed: 0,
            revised: 0,
            mean: None,
            mean_absolute: None,
            largest: None,
            largest_economy: None,
            largest_group: None,
            share: 0.0,
            causes: BTreeMap::new(),
        });
        match rows.change.value(row) {
            "added" => summary.added += 1,
            "removed" => summary.removed += 1,
            _ => summary.revised += 1,
        }
        *summary.causes.entry(rows.cause.value(row).to_owned()).or_default() += 1;
        if let Some(difference) = rows.difference.cell(row) {
            let sum = sums.entry(key).or_insert((0.0, 0.0, 0));
            *sum = (sum.0 + difference, sum.1 + difference.abs(), sum.2 + 1);
            let place = || format!("{} {}", rows.ref_area.value(row), rows.time_period.value(row));
            let reported = rows.estimate.cell(row) == Some("reported");
            let of_kind = if reported { &mut summary.largest_economy } else { &mut summary.largest_group };
            for largest in [&mut summary.largest, of_kind] {
                if largest.as_ref().is_none_or(|(largest, _)| difference.abs() > largest.abs()) {
                    *largest = Some((difference, place()));
                }
            }
            let before = rows.old_value.cell(row).map_or(0.0, f64::abs);
            if before > 0.0 {
                summary.share = summary.share.max(difference.abs() / before);
            }
        }
    }
    for (key, (sum, absolute, count)) in sums {
        if let Some(summary) = by_indicator.get_mut(&key) {
            summary.mean = Some(sum / count as f64);
            summary.mean_absolute = Some(absolute / count as f64);
        }
    }
    Ok(by_indicator.into_values().collect())
}
