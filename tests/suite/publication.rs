//! What a release gives to people and to pages of others: the site, the files of each indicator, the figure to show.

mod chosen_formats;
mod clouds;
mod formats;
mod hostile;
mod left_out;
mod markup;
mod mcp;
mod sdmx;
mod serve;
mod site;
mod store;
mod upload;
mod web;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use datafusion::arrow::array::RecordBatch;

use crate::support::{Workspace, parquet, small_bodies};

/// One release of the small bodies, kept in memory.
pub(crate) struct Released {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    values: RecordBatch,
    progress: RecordBatch,
    latest: RecordBatch,
    /// What the run told of its targets.
    told: Vec<serde_json::Value>,
}

/// By one thread: it must be what `nightly/release.rs` has of as many as there are.
pub(crate) static RELEASED: LazyLock<Released> = LazyLock::new(|| {
    let workspace = Workspace::of_project();
    let told = workspace.json(0, &["run", "--threads", "1", "--from", &small_bodies().to_string_lossy()]);
    Released { told: told["data"]["targets"].as_array().unwrap().clone(), ..Released::of(&workspace) }
});

impl Released {
    fn of(workspace: &Workspace) -> Self {
        let folder = workspace.path("data/current/");
        let table = |name: &str| parquet(&folder.join(name));
        Self {
            files: crate::nightly::files(&folder),
            values: table("values.parquet"),
            progress: table("progress.parquet"),
            latest: table("latest.parquet"),
            told: Vec::new(),
        }
    }

    fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.files.get(name).unwrap_or_else(|| panic!("no file {name}"))).unwrap()
    }

    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.keys().filter(|name| name.ends_with(".html")).map(|name| (name.as_str(), self.text(name)))
    }
}

/// A workspace of one source, whose table has the columns area, year, value, note.
fn of_one_table(rows: &str) -> Workspace {
    let workspace = Workspace::of_method();
    workspace.publish_all();
    workspace.write(
        "pipelines/own.toml",
        r#"
source = "own"
licence = "typed"

[[dataset]]
name = "figures"
format = "table"
[dataset.columns]
series = { constant = "use" }
ref_area = "area"
time_period = "year"
value = "value"
note = "note"
unit = { constant = "PT" }
"#,
    );
    workspace.write("in/own/figures/figures.csv", format!("area,year,value,note\n{rows}"));
    workspace
}

/// An indicator over the series `use`, with more lines of its header.
fn indicator(workspace: &Workspace, id: &str, name: &str, title: &str, more: &str, filter: &str) {
    workspace.write(
        &format!("sql/indicators/{id}_{name}.sql"),
        format!(
            "/*---\nid = \"{id}\"\nname = \"{name}\"\ntitle = {title}\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\n{more}\n---*/\n\
             SELECT o.ref_area, o.time_period, o.obs_value AS value, o.note, o.source\nFROM observations o\nWHERE o.series = 'use' {filter}\n"
        ),
    );
}
