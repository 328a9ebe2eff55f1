//! Every file of a release into its staging folder, one format after the other.

use std::path::PathBuf;

use super::metadata::{self, Listed};
use super::view::{Made, View};
use super::{jsonstat, sdmx, site, tables, vega, web, workbook};
use crate::error::Result;
use crate::release::Manifest;
use crate::release::build::Contents;
use crate::release::files::Staging;
use crate::tables::cells::rows_of;
use crate::tables::{parquet, text};

/// Writes everything into the staging folder of the release, and gives that folder.
pub fn stage(made: Made<'_>, contents: &Contents, manifest: &mut Manifest) -> Result<PathBuf> {
    // What is published of a release is told by what went in: not by the files that are being written.
    let described = manifest.clone();
    let view = View::new(made, contents, &described)?;
    let mut staging = Staging::new(made.workspace, manifest)?;
    let tables =
        [("values", &contents.values), ("progress", &contents.progress), ("checks", &contents.checks), ("revisions", &contents.revisions)];
    for (name, batch) in tables {
        staging.put(&format!("{name}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
        staging.rows(name, batch.num_rows());
    }
    for (check, batch) in &contents.failures {
        staging.put(&format!("failures/{check}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
    }
    let told = |format: &str| tracing::debug!(format, "written");
    staging.put("latest.parquet", &tables::latest(&view)?)?;
    told("parquet");
    let mut listed = Vec::new();
    for name in &contents.indicators {
        let (path, table) = (format!("csv/{name}.csv"), text::csv_for_people(&rows_of(&contents.values, name)?)?);
        staging.put(&path, &table)?;
        listed.push(Listed::new(name, path, &table));
        staging.put(&format!("csv/wide/{name}.csv"), &tables::wide(&view, name)?)?;
    }
    told("csv");
    staging.put("catalog.json", &contents.catalog)?;
    staging.put("yardstick.xlsx", &workbook::bytes(&view)?)?;
    told("xlsx");
    metadata::files(&view, &listed, &mut |name, bytes| staging.put(name, bytes))?;
    jsonstat::files(&view, &mut |name, bytes| staging.put(name, bytes))?;
    vega::files(&view, &mut |name, bytes| staging.put(name, bytes))?;
    told("json");
    sdmx::files(&view, &mut staging)?;
    told("sdmx");
    web::files(&view, &mut |name, bytes| staging.put(name, bytes))?;
    told("web");
    site::files(&view, &mut |name, bytes| staging.put(name, bytes))?;
    told("site");
    let folder = staging.finish()?;
    told("manifest");
    Ok(folder)
}
