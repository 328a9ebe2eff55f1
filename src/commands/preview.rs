//! `preview`: one indicator on the data at hand, and how it differs from the current release; nothing is published.

use std::collections::HashMap;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use serde_json::json;

use super::load::{self, Loaded};
use crate::engine::Engine;
use crate::engine::read::{self, Table};
use crate::error::{Error, Result, SourceText};
use crate::indicator::{Catalogue, Indicator, header};
use crate::observe::schema;
use crate::printer::{Printer, number, percent};
use crate::release::{Manifest, compute, inputs, promote, stage};
use crate::settings::Settings;

pub async fn preview(settings: &Settings, printer: &Printer, wanted: &str, areas: &[String], years: &[i32], limit: usize) -> Result<u8> {
    let loaded = load::read(settings);
    let (catalogue, position) = choose(settings, &loaded, wanted)?;
    let indicator = &catalogue.indicators[position];
    let others: Vec<_> = loaded.problems.iter().filter(|p| p.source.path == indicator.text.path).cloned().collect();
    if !others.is_empty() {
        return Err(Error::Workspace(others));
    }
    let mut wrong = Vec::new();
    let typed = Engine::new(settings.limits)?;
    crate::engine::tables::register_empty(&typed)?;
    for other in &catalogue.indicators {
        typed.register_indicator(&other.name, schema::values(), vec![])?;
    }
    crate::indicator::statement::plan(&indicator.text, &typed, &mut wrong).await;
    if !wrong.is_empty() {
        return Err(Error::Workspace(wrong));
    }
    let (values, _) = compute_one(settings, &loaded, &catalogue, position).await?;
    let cells = Table(&values);
    let keep = |row: &usize| {
        (areas.is_empty() || cells.text("ref_area", *row).is_some_and(|a| areas.iter().any(|w| w == a)))
            && (years.is_empty() || cells.int("time_period", *row).is_some_and(|y| years.iter().any(|w| i64::from(*w) == y)))
    };
    let mut rows: Vec<usize> = (0..cells.len()).filter(keep).collect();
    let total = rows.len();
    if areas.is_empty() && years.is_empty() {
        // Without a choice: groups of the newest years first.
        rows.sort_by_key(|r| (cells.text("area_kind", *r) != Some("group"), std::cmp::Reverse(cells.int("time_period", *r)), *r));
    }
    rows.truncate(limit);
    let current = match promote::current(&settings.workspace) {
        Some(path) => stage::rows_of(&read::parquet(&path.join("values.parquet"), &schema::values())?, &indicator.name)?,
        None => RecordBatch::new_empty(schema::values()),
    };
    let (same, differ, added, removed) = against(&values, &current)?;
    if printer.json() {
        let list: Vec<_> = rows
            .iter()
            .map(|r| {
                json!({ "ref_area": cells.text("ref_area", *r), "time_period": cells.int("time_period", *r), "estimate": cells.text("estimate", *r),
                    "dimensions": schema::DIMENSIONS.iter().filter_map(|d| cells.text(d, *r).filter(|c| *c != "_T").map(|c| (*d, c))).collect::<std::collections::BTreeMap<_, _>>(),
                    "value": cells.float("value", *r), "unit": cells.text("unit", *r), "obs_status": cells.text("obs_status", *r), "coverage": cells.float("coverage", *r),
                    "members_observed": cells.int("members_observed", *r), "members_total": cells.int("members_total", *r), "note": cells.text("note", *r) })
            })
            .collect();
        let against = json!({ "equal": same, "revised": differ, "added": added, "removed": removed });
        printer.envelope(
            "preview",
            0,
            &json!({ "indicator": indicator.name, "rows": total, "values": list, "against_release": against }),
            &[],
        );
        return Ok(0);
    }
    let table: Vec<Vec<String>> = rows
        .iter()
        .map(|r| {
            let text = |c: &str| cells.text(c, *r).unwrap_or_default().to_owned();
            let dimensions: Vec<&str> = schema::DIMENSIONS.iter().filter_map(|d| cells.text(d, *r)).filter(|c| *c != "_T").collect();
            let members = match (cells.int("members_observed", *r), cells.int("members_total", *r)) {
                (Some(a), Some(b)) => format!("{a}/{b}"),
                _ => String::new(),
            };
            vec![
                text("ref_area"),
                cells.int("time_period", *r).map_or(String::new(), |y| y.to_string()),
                dimensions.join(" "),
                text("estimate"),
                number(cells.float("value", *r)),
                text("unit"),
                text("obs_status"),
                percent(cells.float("coverage", *r)),
                members,
                crate::sources::csv_stream::shorten(&text("note"), 80),
            ]
        })
        .collect();
    printer
        .line(&printer.table(&["area", "year", "breakdown", "estimate", "value", "unit", "status", "coverage", "members", "note"], &table));
    if rows.len() < total {
        printer.line(&format!("{} of {total} rows; choose with --area and --year, or raise --limit", rows.len()));
    }
    printer.line(&format!("against the current release: {same} equal, {differ} revised, {added} added, {removed} gone"));
    if total == 0 {
        let missing = inputs::missing_datasets(indicator, &catalogue, &loaded.reports(settings));
        if !missing.is_empty() {
            printer.line(&format!("not loaded: {}", missing.join(", ")));
        }
    }
    Ok(0)
}

/// The indicator by id, name or file; a file outside `sql/indicators/` joins the catalogue for this command.
fn choose(settings: &Settings, loaded: &Loaded, wanted: &str) -> Result<(Catalogue, usize)> {
    let mut catalogue = (*loaded.catalogue).clone();
    let path = Path::new(wanted);
    if wanted.ends_with(".sql") {
        let path = if path.exists() { path.to_owned() } else { settings.workspace.root.join(path) };
        let text = fs_err::read_to_string(&path)?;
        let shown = settings.workspace.shown(&fs_err::canonicalize(&path)?);
        let mut problems = Vec::new();
        let parsed = header::parse(&SourceText::new(shown.clone(), text), &mut problems, &mut Vec::new());
        if !problems.is_empty() {
            return Err(Error::Workspace(problems));
        }
        if let Some(indicator) = parsed {
            catalogue.indicators.retain(|other| *other.text.path != *shown && other.name != indicator.name && other.id != indicator.id);
            catalogue.indicators.push(indicator);
        }
        let last = catalogue.indicators.len() - 1;
        return Ok((catalogue, last));
    }
    let name = catalogue.find(wanted)?.name.clone();
    let position = catalogue.indicators.iter().position(|i| i.name == name).unwrap_or(0);
    Ok((catalogue, position))
}

/// Computes one indicator and, before it, those it reads.
pub async fn compute_one(settings: &Settings, loaded: &Loaded, catalogue: &Catalogue, position: usize) -> Result<(RecordBatch, Engine)> {
    let reports = loaded.reports(settings);
    let base = Engine::new(settings.limits)?;
    crate::engine::tables::register_reference(&base, &loaded.reference)?;
    let mut needed = vec![position];
    let mut next = 0;
    while next < needed.len() {
        needed.extend(catalogue.dependencies(&catalogue.indicators[needed[next]]));
        next += 1;
    }
    let kept = unchanged(settings, loaded, catalogue, &needed[1..])?;
    let order: Vec<usize> = catalogue.order(&mut Vec::new()).into_iter().flatten().filter(|i| needed.contains(i)).collect();
    let mut result = None;
    for index in order {
        let indicator: &Indicator = &catalogue.indicators[index];
        if index != position
            && let Some(values) = kept.get(&indicator.name)
        {
            base.register_indicator(&indicator.name, schema::values(), vec![values.clone()])?;
            continue;
        }
        let engine = base.sibling()?;
        stage::register_observations(&engine, &settings.workspace, &reports, &inputs::datasets_of(indicator, &reports))?;
        let computed = compute::indicator(&engine, catalogue, &loaded.reference, indicator).await?;
        base.register_indicator(&indicator.name, schema::values(), vec![computed.values.clone()])?;
        if index == position {
            result = Some((computed.values, computed.engine));
        }
    }
    result.ok_or_else(|| Error::Internal("the indicator reads itself".into()))
}

/// Values of the current release that would come out the same again, because none of their inputs changed.
fn unchanged(settings: &Settings, loaded: &Loaded, catalogue: &Catalogue, needed: &[usize]) -> Result<HashMap<String, RecordBatch>> {
    let mut kept = HashMap::new();
    let Some(path) = promote::current(&settings.workspace).filter(|_| !needed.is_empty()) else { return Ok(kept) };
    let manifest = Manifest::load(&path)?;
    let values = read::parquet(&path.join("values.parquet"), &schema::values())?;
    let (reports, fixed) = (loaded.reports(settings), loaded.settings_inputs(settings));
    for index in needed {
        let indicator = &catalogue.indicators[*index];
        let wanted = inputs::of_indicator(indicator, catalogue, &loaded.reference, &reports, &fixed);
        if manifest.indicators.get(&indicator.name).is_some_and(|entry| entry.status == "computed" && entry.inputs == wanted) {
            kept.insert(indicator.name.clone(), stage::rows_of(&values, &indicator.name)?);
        }
    }
    Ok(kept)
}

/// (equal, revised, added, removed) rows against another table of values.
fn against(new: &RecordBatch, old: &RecordBatch) -> Result<(usize, usize, usize, usize)> {
    let rows = compute::key_rows(&[new, old], &schema::values_key())?;
    let value = |cells: &Table<'_>, row: usize| cells.float("value", row).map(f64::to_bits);
    let (new, old) = (Table(new), Table(old));
    let before: HashMap<_, _> = (0..old.len()).map(|r| (rows[1].row(r), value(&old, r))).collect();
    let (mut same, mut differ, mut added) = (0, 0, 0);
    for row in 0..new.len() {
        match before.get(&rows[0].row(row)) {
            Some(other) if *other == value(&new, row) => same += 1,
            Some(_) => differ += 1,
            None => added += 1,
        }
    }
    Ok((same, differ, added, before.len() - same - differ))
}
