//! The table `observations`: the files of several data sets as one, each figure once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Engine;
use super::tables::parquet_table;
use crate::dataset_id::DatasetId;
use crate::error::Result;
use crate::tables::schema;

/// The observation file of one data set.
#[derive(Debug, Clone)]
pub struct ObservationFile {
    pub id: DatasetId,
    pub path: PathBuf,
    pub series: Vec<String>,
}

/// Makes `observations` of an engine those files of the data folder. Where several data sets of one source carry the same figure, the one
/// that comes first is taken; `observations_by_data_set` has them all.
pub fn register(engine: &Engine, data: &Path, files: &[ObservationFile]) -> Result<()> {
    let mut paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    paths.sort();
    paths.dedup();
    let all = parquet_table(engine, data, &paths, schema::observations())?;
    engine.register("observations_by_data_set", all.clone())?;
    let shared = shared_series(files);
    if shared.is_empty() { engine.register("observations", all) } else { register_preferred(engine, &shared, files) }
}

/// (source, series) that more than one of the data sets carries.
fn shared_series(files: &[ObservationFile]) -> Vec<(&str, &str)> {
    let mut carriers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for file in files {
        for series in &file.series {
            *carriers.entry((&file.id.source, series)).or_default() += 1;
        }
    }
    carriers.into_iter().filter(|(_, count)| *count > 1).map(|(key, _)| key).collect()
}

/// `observations` as a view: of figures that several data sets carry, those of the data set that comes first.
fn register_preferred(engine: &Engine, shared: &[(&str, &str)], files: &[ObservationFile]) -> Result<()> {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let columns: Vec<String> = schema::observations().fields().iter().map(|f| format!("o.{}", f.name())).collect();
    let columns = columns.join(", ");
    let pairs: Vec<String> = shared.iter().map(|(source, series)| quote(&format!("{source} {series}"))).collect();
    let places: Vec<String> = files.iter().enumerate().map(|(place, file)| format!("({}, {place})", quote(&file.id.to_string()))).collect();
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
    let frame = futures::executor::block_on(engine.frame(&view))?;
    engine.register("observations", frame.into_view())
}
