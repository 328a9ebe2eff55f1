//! The tables of a session: observations from Parquet, reference tables from memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::object_store::local::LocalFileSystem;

use super::Engine;
use crate::error::{Error, Result};
use crate::observe::reference::Reference;
use crate::observe::schema;

/// The data folder, as the engine knows it.
const DATA: &str = "yardstick://data";

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
    let store = LocalFileSystem::new_with_prefix(data).map_err(std::io::Error::other)?;
    engine.context().runtime_env().register_object_store(ObjectStoreUrl::parse(DATA)?.as_ref(), Arc::new(store));
    let urls = files.iter().map(|path| address(data, path)).collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// One file of the data folder that is there. Folders and files in it have names of ours, which are plain.
fn address(data: &Path, file: &Path) -> Result<ListingTableUrl> {
    fs_err::metadata(file)?;
    let inside = file.strip_prefix(data).ok().and_then(Path::to_str);
    let inside = inside.ok_or_else(|| Error::Internal(format!("{} is not in the data folder", file.display())))?;
    Ok(ListingTableUrl::parse(format!("{DATA}/{inside}"))?)
}

/// `observations` as a view: of figures that several data sets carry, those of the data set that comes first.
pub fn register_preferred(engine: &Engine, shared: &[(String, String)], datasets: &[String]) -> Result<()> {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let columns: Vec<String> = schema::observations().fields().iter().map(|f| format!("o.{}", f.name())).collect();
    let columns = columns.join(", ");
    let pairs: Vec<String> = shared.iter().map(|(source, series)| quote(&format!("{source} {series}"))).collect();
    let places: Vec<String> = datasets.iter().enumerate().map(|(place, name)| format!("({}, {place})", quote(name))).collect();
    let key: Vec<String> =
        ["source", "series", "ref_area", "time_period"].iter().chain(&schema::DIMENSIONS).map(|c| format!("o.{c}")).collect();
    let is_shared = format!("concat_ws(' ', o.source, o.series) IN ({})", pairs.join(", "));
    let view = format!(
        "SELECT {columns} FROM observations_by_data_set AS o WHERE NOT {is_shared}
         UNION ALL
         SELECT {columns} FROM (
           SELECT {columns}, p.place, min(p.place) OVER (PARTITION BY {}) AS first_place
           FROM (VALUES {}) AS p (name, place)
           JOIN observations_by_data_set AS o ON p.name = concat_ws('/', o.source, o.dataset)
           WHERE {is_shared}
         ) AS o
         WHERE o.place = o.first_place",
        key.join(", "),
        places.join(", ")
    );
    let frame = futures::executor::block_on(engine.plan(&view))?;
    engine.register("observations", frame.into_view())
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
