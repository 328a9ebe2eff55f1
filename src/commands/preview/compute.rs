//! Computes one indicator on the data at hand, its targets, and how it differs from the current release.

use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::engine::{Engine, observations, reference_tables};
use crate::error::{Error, Result};
use crate::indicator::{Catalogue, Indicator};
use crate::job::load::Loaded;
use crate::observe::report::observation_files;
use crate::release::compute::{self, Computed};
use crate::release::fixed_gaps::{self, Parts};
use crate::release::{Manifest, fingerprint, progress, promote, targets};
use crate::settings::Settings;
use crate::tables::cells::{Table, rows_of};
use crate::tables::sort::key_rows;
use crate::tables::{parquet, schema};

/// The current release, read once.
pub(super) struct Current {
    manifest: Manifest,
    values: RecordBatch,
}

impl Current {
    pub(super) fn read(settings: &Settings) -> Result<Option<Self>> {
        let Some(path) = promote::current(&settings.workspace)? else { return Ok(None) };
        let values = parquet::read(&path.join("values.parquet"), &schema::values())?;
        Ok(Some(Self { manifest: Manifest::load(&path)?, values }))
    }

    pub(super) fn rows_of(&self, indicator: &str) -> Result<RecordBatch> {
        rows_of(&self.values, indicator)
    }
}

/// An indicator with the engine that holds what its values were rolled up from; and the same of what its parts come from.
pub(crate) type Measured<'a> = (&'a Indicator, Engine, Option<(&'a Indicator, Engine)>);

/// All rows of progress of some indicators, from the values of a release.
pub(crate) async fn progress_of(
    settings: &Settings,
    loaded: &Loaded,
    values: &RecordBatch,
    indicators: &[Measured<'_>],
) -> Result<RecordBatch> {
    let year = i32::from(settings.today().year());
    let mut all = progress::Ends::default();
    for (own, engine, parts) in indicators {
        let parts = parts.as_ref().map(|(indicator, engine)| Parts { indicator, engine });
        all.add(progress::ends(engine, &loaded.catalogue, own, &rows_of(values, &own.name)?, year, parts).await?.1);
    }
    let own: Vec<&Indicator> = indicators.iter().map(|(own, ..)| *own).collect();
    let engine = Engine::new(settings.limits)?;
    reference_tables::register(&engine, &loaded.reference, Some(&settings.workspace.data))?;
    progress::progress(&engine, &loaded.catalogue, all, targets::batch(&own, &|_| None)?, year).await
}

/// The distance to each target of the indicator, in the target's own area.
pub(super) async fn distances(
    settings: &Settings,
    indicator: &Indicator,
    catalogue: &Catalogue,
    computed: &Computed,
    behind: Option<&Engine>,
) -> Result<RecordBatch> {
    let mut own = indicator.clone();
    for target in &mut own.targets {
        (target.also_groups, target.also_countries) = (false, false);
    }
    let year = i32::from(settings.today().year());
    let parts = fixed_gaps::parts_of(catalogue, indicator).zip(behind).map(|(indicator, engine)| Parts { indicator, engine });
    let (_, ends) = progress::ends(&computed.engine, catalogue, &own, &computed.values, year, parts).await?;
    progress::progress(&computed.engine, catalogue, ends, targets::batch(&[&own], &|_| None)?, year).await
}

/// Computes one indicator and, before it, those it reads; with the engine that its parts were rolled up in, if it has any.
pub(super) async fn compute(
    settings: &Settings,
    loaded: &Loaded,
    catalogue: &Catalogue,
    position: usize,
    current: Option<&Current>,
) -> Result<(Computed, Option<Engine>)> {
    let reports = loaded.reports(settings)?;
    let base = Engine::new(settings.limits)?;
    reference_tables::register(&base, &loaded.reference, Some(&settings.workspace.data))?;
    let mut needed = vec![position];
    let mut next = 0;
    while next < needed.len() {
        needed.extend(catalogue.dependencies(&catalogue.indicators[needed[next]]));
        next += 1;
    }
    let kept = unchanged(settings, loaded, catalogue, &needed[1..], current)?;
    let order: Vec<usize> = catalogue.order(&mut Vec::new()).into_iter().flatten().filter(|i| needed.contains(i)).collect();
    let part = fixed_gaps::parts_of(catalogue, &catalogue.indicators[position]).map(|part| &part.name);
    let (mut result, mut behind) = (None, None);
    for index in order {
        let indicator: &Indicator = &catalogue.indicators[index];
        let is_part = part == Some(&indicator.name);
        if index != position
            && !is_part
            && let Some(values) = kept.get(&indicator.name)
        {
            base.register_indicator(&indicator.name, schema::values(), vec![values.clone()])?;
            continue;
        }
        let engine = base.sibling()?;
        let datasets = fingerprint::datasets_of(indicator, &reports);
        observations::register(&engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
        let computed = compute::indicator(&engine, catalogue, &loaded.reference, indicator, compute::Steps::Kept).await?;
        base.register_indicator(&indicator.name, schema::values(), vec![computed.values.clone()])?;
        if index == position {
            result = Some(computed);
        } else if is_part {
            behind = Some(computed.engine);
        }
    }
    result.map(|computed| (computed, behind)).ok_or_else(|| Error::Internal("the indicator reads itself".into()))
}

/// Values of the current release that would come out the same again, because none of their inputs changed.
fn unchanged(
    settings: &Settings,
    loaded: &Loaded,
    catalogue: &Catalogue,
    needed: &[usize],
    current: Option<&Current>,
) -> Result<HashMap<String, RecordBatch>> {
    let mut kept = HashMap::new();
    let Some(Current { manifest, values }) = current.filter(|_| !needed.is_empty()) else { return Ok(kept) };
    let (reports, fixed) = (loaded.reports(settings)?, loaded.settings_inputs(settings)?);
    for index in needed {
        let indicator = &catalogue.indicators[*index];
        let wanted = fingerprint::of_indicator(indicator, catalogue, &loaded.reference, &reports, &fixed);
        if manifest.indicators.get(&indicator.name).is_some_and(|entry| entry.status == "computed" && entry.inputs == wanted) {
            kept.insert(indicator.name.clone(), rows_of(values, &indicator.name)?);
        }
    }
    Ok(kept)
}

/// Rows against another table of values.
#[derive(Serialize)]
pub(super) struct Against {
    pub equal: usize,
    pub revised: usize,
    pub added: usize,
    pub removed: usize,
}

pub(super) fn against(new: &RecordBatch, old: &RecordBatch) -> Result<Against> {
    let rows = key_rows(&[new, old], &schema::values_key())?;
    let value = |cells: &Table<'_>, row: usize| cells.float("value", row).map(f64::to_bits);
    let (new, old) = (Table(new), Table(old));
    let before: HashMap<_, _> = (0..old.len()).map(|r| (rows[1].row(r), value(&old, r))).collect();
    let (mut equal, mut revised, mut added) = (0, 0, 0);
    for row in 0..new.len() {
        match before.get(&rows[0].row(row)) {
            Some(other) if *other == value(&new, row) => equal += 1,
            Some(_) => revised += 1,
            None => added += 1,
        }
    }
    Ok(Against { equal, revised, added, removed: before.len().saturating_sub(equal + revised) })
}
