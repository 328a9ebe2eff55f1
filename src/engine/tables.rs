//! The tables of a session: observations from Parquet, reference tables from memory.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};

use crate::engine::Engine;
use crate::error::Result;
use crate::reference::Reference;
use crate::tables::schema;

/// Parquet files of one layout as one table. No file gives an empty table.
pub fn parquet_table(files: &[PathBuf], schema: datafusion::arrow::datatypes::SchemaRef) -> Result<Arc<dyn TableProvider>> {
    if files.is_empty() {
        return Ok(Arc::new(datafusion::datasource::MemTable::try_new(schema, vec![vec![]])?));
    }
    let urls = files
        .iter()
        .map(|path| ListingTableUrl::parse(fs_err::canonicalize(path)?.to_string_lossy()).map_err(crate::error::Error::from))
        .collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// Registers the reference tables under the names that SQL uses.
pub fn register_reference(engine: &Engine, reference: &Reference) -> Result<()> {
    for (name, batch) in &reference.tables {
        engine.register_batches(name, batch.schema(), vec![batch.clone()])?;
    }
    Ok(())
}

/// Registers every table of a statistician, empty: what `check` plans against.
pub fn register_empty(engine: &Engine) -> Result<()> {
    for (name, schema) in schema::statistician_tables() {
        engine.register_batches(name, schema, vec![])?;
    }
    Ok(())
}
