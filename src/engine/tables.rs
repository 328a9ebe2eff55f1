//! Tables of Parquet files, and those of a statistician without a row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::prelude::{col, lit};

use super::Engine;
use crate::error::{Error, Result};
use crate::tables::schema;

/// The data folder, as the engine knows it.
pub const DATA: &str = "yardstick://data";

/// Parquet files of the data folder, of one layout, as one table. No file gives an empty table.
///
/// The engine is given the folder as a place of its own, and files by their path in it: in a path as text it would read
/// `[`, `*` and `?` as a pattern, and find nothing.
pub fn parquet_table(
    engine: &Engine,
    data: &Path,
    files: &[PathBuf],
    schema: datafusion::arrow::datatypes::SchemaRef,
) -> Result<Arc<dyn TableProvider>> {
    if files.is_empty() {
        return Ok(Arc::new(datafusion::datasource::MemTable::try_new(schema, vec![vec![]])?));
    }
    register_data(engine, data)?;
    engine.note_files(files);
    listing(data, files, schema)
}

/// The same for an engine that may read the data folder already.
pub(super) fn listing(data: &Path, files: &[PathBuf], schema: datafusion::arrow::datatypes::SchemaRef) -> Result<Arc<dyn TableProvider>> {
    let urls = files.iter().map(|path| address(data, path)).collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// The rows of one indicator in a table of values. Nothing is read before a statement asks.
pub fn rows_of_indicator(values: &Arc<dyn TableProvider>, indicator: &str) -> Result<Arc<dyn TableProvider>> {
    let all = LogicalPlanBuilder::scan("values", provider_as_source(Arc::clone(values)), None)?;
    Ok(Arc::new(ViewTable::new(all.filter(col("indicator").eq(lit(indicator)))?.build()?, None)))
}

/// Lets an engine, and all that share its runtime, read the data folder.
pub fn register_data(engine: &Engine, data: &Path) -> Result<()> {
    let store = LocalFileSystem::new_with_prefix(data).map_err(std::io::Error::other)?;
    engine.context().runtime_env().register_object_store(ObjectStoreUrl::parse(DATA)?.as_ref(), Arc::new(store));
    Ok(())
}

/// One file of the data folder that is there. Folders and files in it have names of ours, which are plain.
fn address(data: &Path, file: &Path) -> Result<ListingTableUrl> {
    fs_err::metadata(file)?;
    let inside = file.strip_prefix(data).ok().and_then(Path::to_str);
    let inside = inside.ok_or_else(|| Error::Internal(format!("{} is not in the data folder", file.display())))?;
    Ok(ListingTableUrl::parse(format!("{DATA}/{inside}"))?)
}

/// Registers every table of a statistician, empty: what `check` plans against.
pub fn register_empty(engine: &Engine) -> Result<()> {
    for (name, schema) in schema::statistician_tables() {
        engine.register_batches(name, schema, vec![])?;
    }
    Ok(())
}
