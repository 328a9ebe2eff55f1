//! What the engine sees must be what was normalised: a file that it does not find, or not to its end, would otherwise be
//! published as if the provider had nothing.

use std::collections::BTreeMap;

use crate::dataset_id::DatasetId;
use crate::engine::Engine;
use crate::error::{Code, Error, Result, count};
use crate::observe::Reports;
use crate::tables::cells::Table;

/// Compares `observations_by_data_set` with the reports, one line for each data set that differs.
pub async fn check(engine: &Engine, reports: &Reports) -> Result<()> {
    let expected: u64 = reports.values().map(|report| report.counts.observations).sum();
    // Answered from the ends of the files: nothing is read for it.
    let (_, total) = engine.run("SELECT count(*) AS found FROM observations_by_data_set", "row counts").await?;
    let found: i64 = total.iter().filter_map(|batch| Table(batch).int("found", 0)).sum();
    if u64::try_from(found) == Ok(expected) {
        return Ok(());
    }
    let seen = by_data_set(engine).await?;
    let differing: Vec<String> = reports
        .iter()
        .map(|(name, report)| (name, report.counts.observations, seen.get(name).copied().unwrap_or_default()))
        .filter(|(_, normalised, seen)| normalised != seen)
        .map(|(name, normalised, seen)| format!("\n  {name}: {} normalised, {seen} seen", count(normalised, "observation")))
        .collect();
    Err(Error::provider_hint(
        Code::EngineSeesOtherRows,
        format!("the engine sees {found} of {expected} observations{}", differing.concat()),
        "remove the files of these data sets under observations/ in the data folder and run again, which makes them anew",
    ))
}

async fn by_data_set(engine: &Engine) -> Result<BTreeMap<DatasetId, u64>> {
    let sql = "SELECT source, dataset, count(*) AS found FROM observations_by_data_set GROUP BY source, dataset";
    let (_, batches) = engine.run(sql, "row counts").await?;
    let mut seen = BTreeMap::new();
    for batch in &batches {
        let cells = Table(batch);
        for row in 0..cells.len() {
            if let (Some(source), Some(dataset), Some(found)) =
                (cells.text("source", row), cells.text("dataset", row), cells.int("found", row))
            {
                seen.insert(DatasetId::new(source, dataset), found.cast_unsigned());
            }
        }
    }
    Ok(seen)
}
