//! Metrics of the last run as a file of the Prometheus text format, for the textfile collector of the node exporter.

use std::fmt::Write;
use std::path::Path;

use super::record::{self, DatasetLine, RunRecord};
use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::files;
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::{parquet, schema};

/// Replaces the file in one step: the collector never reads half of it.
pub(super) fn write(settings: &Settings, record: &RunRecord, path: &Path) -> Result<()> {
    files::write_atomically(path, text(settings, record)?.as_bytes())
}

/// One family of metrics: its lines follow its description. What is counted ends in `_total`.
fn family(text: &mut String, name: &str, help: &str, samples: &[(String, f64)]) {
    if samples.is_empty() {
        return;
    }
    let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

fn text(settings: &Settings, record: &RunRecord) -> Result<String> {
    let mut text = String::new();
    let now = settings.now.as_second() as f64;
    let one = |value: f64| vec![(String::new(), value)];
    let age = |moment: &str| moment.parse::<jiff::Timestamp>().ok().map(|moment| now - moment.as_second() as f64);
    family(&mut text, "yardstick_run_exit_code", "Exit code of the last run.", &one(record.exit_code.map_or(-1.0, f64::from)));
    family(&mut text, "yardstick_run_timestamp_seconds", "When the last run began.", &one(now));
    family(&mut text, "yardstick_run_duration_seconds", "How long it took.", &one(record.seconds.unwrap_or_default()));
    family(&mut text, "yardstick_run_degraded", "Reasons for which it is degraded.", &one(record.degraded.len() as f64));
    // One that was not asked this time failed where its last attempt did.
    let runs = record::all(&settings.workspace)?;
    let has_failed = |id: &DatasetId, line: &DatasetLine| line.status == "failed" || !line.asked && record::failing(&runs, id).is_some();
    // A run that ended before it came to them leaves those of the last that did.
    let before = runs.iter().map(|run| &run.data_sets).find(|sets| !sets.is_empty());
    let data_sets = before.filter(|_| record.data_sets.is_empty()).unwrap_or(&record.data_sets);
    let failed: Vec<(String, f64)> = data_sets
        .iter()
        .map(|(id, line)| (format!("{{dataset=\"{}\"}}", escaped(&id.to_string())), f64::from(u8::from(has_failed(id, line)))))
        .collect();
    family(&mut text, "yardstick_dataset_failed", "1 where the last pull of a data set failed.", &failed);
    let Some(release) = promote::current(&settings.workspace)? else { return Ok(text) };
    let manifest = Manifest::load(&release)?;
    family(&mut text, "yardstick_release_age_seconds", "Age of the current release.", &one(age(&manifest.created_at).unwrap_or_default()));
    let inputs = |value: &dyn Fn(&crate::release::manifest::InputEntry) -> Option<f64>| -> Vec<(String, f64)> {
        let sample = |input| Some((format!("{{dataset=\"{}\"}}", escaped(&input_name(input))), value(input)?));
        manifest.inputs.iter().filter_map(sample).collect()
    };
    let ages = inputs(&|input| age(&input.fetched_at));
    family(&mut text, "yardstick_dataset_age_seconds", "Age of the bodies behind the current release.", &ages);
    let rows = inputs(&|input| Some(input.counts.observations as f64));
    family(&mut text, "yardstick_dataset_rows", "Observations behind the current release.", &rows);
    family(&mut text, "yardstick_checks_total", "Checks of the current release by severity and outcome.", &checks(&release)?);
    Ok(text)
}

fn input_name(input: &crate::release::manifest::InputEntry) -> String {
    input.id().to_string()
}

fn checks(release: &Path) -> Result<Vec<(String, f64)>> {
    let checks = parquet::read(&release.join("checks.parquet"), &schema::checks())?;
    let cells = Table(&checks);
    let mut counts = std::collections::BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for row in 0..cells.len() {
        let of = |column: &str| cells.text(column, row).unwrap_or_default();
        // A check has a row for each indicator concerned.
        if seen.insert(of("id").to_owned()) {
            let labels = format!("{{severity=\"{}\",outcome=\"{}\"}}", escaped(of("severity")), escaped(of("result")));
            *counts.entry(labels).or_insert(0.0) += 1.0;
        }
    }
    Ok(counts.into_iter().collect())
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
