//! The files of a release: its contents in, bytes out, one format after the other.

use std::path::PathBuf;

use crate::error::Result;
use crate::release::Manifest;
use crate::release::build::Contents;
use crate::release::files::Staging;
use crate::tables::cells::rows_of;
use crate::tables::{parquet, text};
use crate::workspace::Workspace;

/// Writes everything into the staging folder of the release, and gives that folder.
pub fn stage(workspace: &Workspace, contents: &Contents, manifest: &mut Manifest) -> Result<PathBuf> {
    let mut staging = Staging::new(workspace, manifest)?;
    let tables =
        [("values", &contents.values), ("progress", &contents.progress), ("checks", &contents.checks), ("revisions", &contents.revisions)];
    for (name, batch) in tables {
        staging.put(&format!("{name}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
        staging.rows(name, batch.num_rows());
    }
    for (check, batch) in &contents.failures {
        staging.put(&format!("failures/{check}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
    }
    for name in &contents.indicators {
        staging.put(&format!("csv/{name}.csv"), &text::csv_bytes(&rows_of(&contents.values, name)?)?)?;
    }
    staging.put("catalog.json", &contents.catalog)?;
    staging.finish()
}
