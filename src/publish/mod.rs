//! Writes the files of a release, one format a module, and records the hash of each.

mod csv_table;

use std::path::Path;

use datafusion::arrow::array::RecordBatch;

use crate::error::Result;
use crate::observe::write::table_bytes;
use crate::release::Manifest;
use crate::release::stage::rows_of;

pub use csv_table::{csv_bytes, json_rows};

/// The contents of a release.
pub struct Files<'a> {
    pub values: &'a RecordBatch,
    pub progress: &'a RecordBatch,
    pub checks: &'a RecordBatch,
    pub failures: &'a [(String, RecordBatch)],
    pub revisions: &'a RecordBatch,
    pub catalog: Vec<u8>,
    pub indicators: Vec<String>,
}

/// Writes everything into `folder`; the manifest last, so that a folder with one is complete.
pub fn write(folder: &Path, files: &Files<'_>, manifest: &mut Manifest) -> Result<()> {
    let mut put = |name: &str, bytes: Vec<u8>| -> Result<()> {
        manifest.files.insert(name.to_owned(), blake3::hash(&bytes).to_hex().to_string());
        crate::files::write_atomically(&folder.join(name), &bytes)
    };
    for (name, batch) in [("values", files.values), ("progress", files.progress), ("checks", files.checks), ("revisions", files.revisions)]
    {
        put(&format!("{name}.parquet"), table_bytes(std::slice::from_ref(batch), &batch.schema())?)?;
    }
    for (check, batch) in files.failures {
        put(&format!("failures/{check}.parquet"), table_bytes(std::slice::from_ref(batch), &batch.schema())?)?;
    }
    for name in &files.indicators {
        put(&format!("csv/{name}.csv"), csv_bytes(&rows_of(files.values, name)?)?)?;
    }
    put("catalog.json", files.catalog.clone())?;
    for (name, batch) in [("values", files.values), ("progress", files.progress), ("checks", files.checks), ("revisions", files.revisions)]
    {
        manifest.rows.insert(name.to_owned(), batch.num_rows() as u64);
    }
    crate::files::write_atomically(&folder.join("manifest.json"), &manifest.to_bytes()?)
}
