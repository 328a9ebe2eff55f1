//! Every file of a release into its staging folder, several formats side by side.

use std::path::PathBuf;

use rayon::prelude::*;

use super::formats::Format;
use super::latest::Latest;
use super::metadata::{self, Listed};
use super::view::{Made, View};
use super::{jsonstat, sdmx, site, tables, vega, web, workbook};
use crate::error::{Error, Result};
use crate::release::Manifest;
use crate::release::build::Contents;
use crate::release::files::Staging;
use crate::release::keep;
use crate::tables::cells::rows_of;
use crate::tables::{parquet, schema, text};

/// Writes one format.
type Writer<'a> = &'a (dyn Fn() -> Result<()> + Sync);

/// Writes everything into the staging folder of the release, and gives that folder.
pub fn stage(made: Made<'_>, contents: &Contents, manifest: &mut Manifest, threads: usize) -> Result<PathBuf> {
    // What is published of a release is told by what went in: not by the files that are being written.
    let described = manifest.clone();
    let mut staging = Staging::new(made.workspace, manifest)?;
    let tables = [("progress", &contents.progress), ("checks", &contents.checks), ("revisions", &contents.revisions)];
    staging.rows("values", contents.values.rows());
    for (name, batch) in tables {
        staging.rows(name, batch.num_rows());
    }
    let staging_of_all = &staging;
    let put = &|name: &str, bytes: &[u8]| staging_of_all.put(name, bytes);
    let parquet_files = || {
        values(contents, staging_of_all)?;
        for (name, batch) in tables {
            put(&format!("{name}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
        }
        for (check, batch) in &contents.failures {
            put(&format!("failures/{check}.parquet"), &parquet::bytes(std::slice::from_ref(batch), &batch.schema())?)?;
        }
        if let Some((ends, fixed)) = &contents.ends {
            put(keep::ENDS, &parquet::bytes(std::slice::from_ref(ends), &ends.schema())?)?;
            put(keep::FIXED_ENDS, &parquet::bytes(std::slice::from_ref(fixed), &fixed.schema())?)?;
        }
        put("catalog.json", &contents.catalog)
    };
    if made.formats.is_empty() {
        side_by_side(threads, &[("parquet", &parquet_files)])?;
        return staging.finish();
    }
    // Other formats read the whole table.
    let whole = contents.values.whole()?;
    let view = View::new(made, contents, &whole, &described)?;
    let csv_and_metadata = || {
        let mut listed = Vec::new();
        for name in &contents.indicators {
            let (path, table) = (format!("csv/{name}.csv"), text::csv_for_people(&rows_of(&whole, name)?)?);
            put(&path, &table)?;
            listed.push(Listed::new(name, path, &table));
            put(&format!("csv/wide/{name}.csv"), &tables::wide(&view, name)?)?;
        }
        metadata::files(&view, &listed, &mut |name, bytes| put(name, bytes))
    };
    // The longest first, so that none is left over at the end.
    let writers: [(Option<Format>, Writer<'_>); 8] = [
        (Some(Format::Sdmx), &|| sdmx::files(&view, staging_of_all)),
        (Some(Format::Csv), &csv_and_metadata),
        (Some(Format::Web), &|| web::files(&view, &mut |name, bytes| put(name, bytes))),
        (Some(Format::Site), &|| site::files(&view, &mut |name, bytes| put(name, bytes))),
        (Some(Format::Xlsx), &|| put("yardstick.xlsx", &workbook::bytes(&view)?)),
        (Some(Format::JsonStat), &|| jsonstat::files(&view, &mut |name, bytes| put(name, bytes))),
        (None, &parquet_files),
        (Some(Format::Vega), &|| vega::files(&view, &mut |name, bytes| put(name, bytes))),
    ];
    let wanted = |format: Option<Format>| format.is_none_or(|format| made.formats.contains(&format));
    let writers: Vec<(&str, Writer<'_>)> = writers
        .into_iter()
        .filter(|(format, _)| wanted(*format))
        .map(|(format, writer)| (format.map_or("parquet", Format::name), writer))
        .collect();
    side_by_side(threads, &writers)?;
    staging.finish()
}

/// `values.parquet` and `latest.parquet`, as their rows come.
fn values(contents: &Contents, staging: &Staging<'_>) -> Result<()> {
    let schema = schema::published_values();
    let mut all = parquet::Writer::new(staging.appending("values.parquet"), &schema)?;
    let mut latest = Latest::new(parquet::Writer::new(staging.appending("latest.parquet"), &schema)?);
    let mut rows = 0;
    for batch in contents.values.batches() {
        let batch = batch?;
        rows += batch.num_rows();
        all.write(&batch)?;
        latest.add(&batch)?;
    }
    if rows != contents.values.rows() {
        return Err(Error::Internal(format!("{rows} of {} values were written", contents.values.rows())));
    }
    all.close()?;
    latest.close()
}

/// Two at a time at most: each holds its tables in memory.
fn side_by_side(threads: usize, writers: &[(&str, Writer<'_>)]) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.clamp(1, 2)).build().map_err(std::io::Error::other)?;
    let write = |(name, writer): &(&str, Writer<'_>)| -> Result<()> {
        let started = std::time::Instant::now();
        writer()?;
        tracing::debug!(format = name, seconds = started.elapsed().as_secs_f64(), "written");
        Ok(())
    };
    // One after the other, by whoever is free. All results are waited for, so that of several errors the first in this
    // order is told.
    let mut done: Vec<(usize, Result<()>)> =
        pool.install(|| writers.iter().enumerate().par_bridge().map(|(place, writer)| (place, write(writer))).collect());
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().try_for_each(|(_, done)| done)
}
