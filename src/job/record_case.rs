//! Makes a test case from the data at hand: the observations behind the chosen areas and years, and what they give.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use super::load::Loaded;
use crate::engine::{Engine, observations};
use crate::error::{Error, Result, suggestion};
use crate::files;
use crate::indicator::Indicator;
use crate::observe::report::observation_files;
use crate::release::{fingerprint, promote, test_case};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::concat;
use crate::tables::text::csv_bytes;

/// What was written.
#[derive(Serialize)]
pub struct Recorded {
    pub folder: String,
    pub observations: usize,
}

pub async fn record(
    settings: &Settings,
    loaded: &Loaded,
    indicator: &Indicator,
    name: &str,
    areas: &[String],
    years: &[i32],
) -> Result<Recorded> {
    if promote::current(&settings.workspace)?.is_none() {
        return Err(Error::usage_hint("no release yet to record from", "run `yardstick run` first"));
    }
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(Error::usage_hint(format!("`{name}` is no name of a case"), "letters, digits, _ and -"));
    }
    let folder = test_case::folder(&settings.workspace, indicator).join(name);
    let window = i32::try_from(indicator.window).unwrap_or(i32::MAX);
    // What the estimate `imputed` may carry into the chosen years belongs to the case.
    let years: BTreeSet<i32> = years.iter().flat_map(|year| year.saturating_sub(window)..=*year).collect();
    let years = years.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let wanted = with_members(loaded, areas)?;
    let engine = loaded.engine(settings)?;
    let reports = loaded.reports(settings)?;
    let datasets = fingerprint::datasets_of(indicator, &reports);
    observations::register(&engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
    let list =
        |items: &mut dyn Iterator<Item = String>| items.map(|i| format!("'{}'", i.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
    let named = indicator.series_named();
    let series: Vec<String> = reports.values().flat_map(|r| r.series.iter().cloned()).filter(|s| named.contains(s)).collect();
    let mut filter = format!("ref_area IN ({}) AND time_period IN ({years})", list(&mut wanted.iter().cloned()));
    if !series.is_empty() {
        filter = format!("{filter} AND series IN ({})", list(&mut series.into_iter()));
    }
    let query = format!("SELECT * FROM observations WHERE {filter} ORDER BY source, dataset, series, ref_area, time_period, record");
    let (schema, batches) = engine.run(&query, "the observations of the case").await?;
    let rows = concat(&schema, &batches)?;
    let mut others = Vec::new();
    for index in loaded.catalogue.dependencies(indicator) {
        let other = &loaded.catalogue.indicators[index].name;
        let query = format!(
            "SELECT * FROM indicators.{other} WHERE ref_area IN ({}) AND time_period IN ({years})",
            list(&mut wanted.iter().cloned()),
        );
        let (schema, batches) = engine.run(&query, "the indicator that the case reads").await?;
        others.push((other.clone(), concat(&schema, &batches)?));
    }
    test_case::create(&folder)?;
    files::write_atomically(&folder.join("observations.csv"), &observations_csv(&rows)?)?;
    for (other, batch) in others {
        files::write_atomically(&folder.join(format!("indicators.{other}.csv")), &csv_bytes(&batch)?)?;
    }
    files::write_atomically(&folder.join("expected.csv"), b"ref_area,time_period,estimate,value\n")?;
    let mut problems = Vec::new();
    let case = test_case::read(&settings.workspace, indicator, name, &mut problems).ok_or(Error::Workspace(problems))?;
    let values = test_case::run(&case, &Engine::new(settings.limits)?, &loaded.catalogue, &loaded.reference, indicator).await?;
    let cells = Table(&values);
    if !(0..cells.len()).any(|r| cells.text("ref_area", r).is_some_and(|a| areas.iter().any(|w| w == a))) {
        fs_err::remove_dir_all(&folder)?;
        return Err(Error::usage_hint(
            format!("{} has no value for these areas and years: the case would expect nothing", indicator.name),
            "choose areas and years that `yardstick preview` shows",
        ));
    }
    let bytes = test_case::expectation(&values, &[], &|area, _| areas.iter().any(|a| a == area))?;
    files::write_atomically(&folder.join("expected.csv"), &bytes)?;
    Ok(Recorded { folder: settings.workspace.shown(&folder), observations: rows.num_rows() })
}

/// The areas and the members of those that are groups.
fn with_members(loaded: &Loaded, areas: &[String]) -> Result<BTreeSet<String>> {
    let members = loaded.reference.members()?;
    let mut wanted = BTreeSet::new();
    for area in areas {
        if !loaded.reference.is_area(area) {
            return Err(Error::Usage { message: format!("no area `{area}`"), hint: suggestion(area, loaded.reference.area_codes()) });
        }
        wanted.insert(area.clone());
        wanted.extend(members.get(area).into_iter().flatten().cloned());
    }
    Ok(wanted)
}

/// Only the columns that say something.
fn observations_csv(rows: &RecordBatch) -> Result<Vec<u8>> {
    let cells = Table(rows);
    let keep: Vec<usize> = rows
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, f)| match f.name().as_str() {
            "snapshot" | "record" => false,
            name if DIMENSIONS.contains(&name) => (0..cells.len()).any(|r| cells.text(name, r) != Some("_T")),
            "obs_text" | "note" => (0..cells.len()).any(|r| cells.text(f.name(), r).is_some()),
            _ => true,
        })
        .map(|(index, _)| index)
        .collect();
    csv_bytes(&rows.project(&keep)?)
}
