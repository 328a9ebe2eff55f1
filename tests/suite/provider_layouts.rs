//! Layouts of real files, each with a small body of its own: what is read, under which series and unit, and what is set
//! aside.

mod datahub;
mod datahub_v3;
mod sdg;
mod tables;
mod unctad;
mod workbook;

use serde_json::Value;

use crate::support::Workspace;

/// Pulls one body of one data set and gives the workspace.
fn pulled(set: &str, file: &str, body: impl AsRef<[u8]>) -> Workspace {
    let workspace = Workspace::of_project();
    workspace.without_people();
    workspace.write(&format!("in/{set}/{file}"), body);
    workspace.expect(0, &["pull", "--from", "in"]);
    workspace
}

/// The rows of a query, each as its cells in the order of their names, joined with a blank.
fn rows(workspace: &Workspace, query: &str) -> Vec<String> {
    let said = workspace.json(0, &["sql", query]);
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = said["data"]["rows"].as_array().unwrap();
    rows.iter().map(|row| row.as_object().unwrap().values().map(cell).collect::<Vec<_>>().join(" ")).collect()
}
