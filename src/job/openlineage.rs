//! A run as an OpenLineage event (version 2-0-2), one file for each state: what went in, what came out.

use std::path::Path;

use serde_json::{Value, json};

use super::record::{Outcome, RunRecord};
use crate::error::Result;
use crate::files;
use crate::release::{Manifest, promote};
use crate::settings::Settings;

const PRODUCER: &str = concat!("yardstick/", env!("CARGO_PKG_VERSION"));
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const ERROR_SCHEMA: &str = "https://openlineage.io/spec/facets/1-0-0/ErrorMessageRunFacet.json";
const VERSION_SCHEMA: &str = "https://openlineage.io/spec/facets/1-0-0/DatasetVersionDatasetFacet.json";

pub(super) fn write(settings: &Settings, record: &RunRecord, folder: &Path) -> Result<()> {
    let state = state(record);
    let mut bytes = serde_json::to_vec_pretty(&event(settings, record, state)?)?;
    bytes.push(b'\n');
    files::write_atomically(&folder.join(format!("{}.{}.json", record.id, state.to_lowercase())), &bytes)
}

fn state(record: &RunRecord) -> &'static str {
    match (record.outcome, record.exit_code) {
        (Outcome::Running, _) => "START",
        (Outcome::Stopped, _) => "ABORT",
        (_, Some(0 | 3)) => "COMPLETE",
        _ => "FAIL",
    }
}

fn event(settings: &Settings, record: &RunRecord, state: &str) -> Result<Value> {
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    if let (Some(id), Some(release)) = (&record.promoted, promote::current(&settings.workspace)?) {
        let manifest = Manifest::load(&release)?;
        for input in &manifest.inputs {
            let version = json!({ "_producer": PRODUCER, "_schemaURL": VERSION_SCHEMA, "datasetVersion": input.observation_file });
            inputs.push(json!({ "namespace": "yardstick", "name": input.id().to_string(), "facets": { "version": version } }));
        }
        let version = json!({ "_producer": PRODUCER, "_schemaURL": VERSION_SCHEMA, "datasetVersion": id });
        for name in ["values", "progress"] {
            outputs.push(json!({ "namespace": "yardstick", "name": name, "facets": { "version": version } }));
        }
    }
    let facets = match &record.message {
        Some(message) => json!({ "errorMessage": {
            "_producer": PRODUCER, "_schemaURL": ERROR_SCHEMA, "message": message, "programmingLanguage": "RUST",
        } }),
        None => json!({}),
    };
    let elapsed = std::time::Duration::try_from_secs_f64(record.seconds.unwrap_or_default()).unwrap_or_default();
    let time = settings.now.saturating_add(elapsed).unwrap_or(settings.now);
    Ok(json!({
        "eventType": state, "eventTime": time.to_string(), "producer": PRODUCER, "schemaURL": SCHEMA,
        "run": { "runId": run_id(record), "facets": facets }, "job": { "namespace": "yardstick", "name": record.verb },
        "inputs": inputs, "outputs": outputs,
    }))
}

/// A UUID (version 8) that follows from the run.
fn run_id(record: &RunRecord) -> String {
    let hash = blake3::hash(format!("{} {}", record.id, record.process).as_bytes()).to_hex();
    let hex = hash.as_str();
    format!("{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
}
