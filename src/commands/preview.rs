//! `preview`: one indicator on the data at hand, and how it differs from the current release; nothing is published.

mod compute;

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use serde_json::json;

pub use crate::commands::preview::compute::progress_of;
use crate::commands::preview::compute::{Current, against, compute, distances};
use crate::commands::report::{HEADLINE, headline, headline_rows};
use crate::engine::Engine;
use crate::error::{Error, Result, SourceText};
use crate::indicator::{Catalogue, header, lint};
use crate::job::load::{self, Loaded};
use crate::printer::{Printer, number, percent};
use crate::release::{fingerprint, shared};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema;

pub async fn preview(settings: &Settings, printer: &Printer, wanted: &str, areas: &[String], years: &[i32], limit: usize) -> Result<u8> {
    let loaded = load::read(settings);
    if let Some(area) = areas.iter().find(|area| !loaded.reference.is_area(area)) {
        let hint = crate::error::suggestion(area, loaded.reference.area_codes());
        return Err(Error::Usage { message: format!("no area `{area}`"), hint });
    }
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
    shared::register_empty(&typed)?;
    shared::register(&typed, &catalogue, indicator).await?;
    if let Some(planned) = lint::plan(&indicator.text, &typed, &mut wrong).await {
        lint::check_output(&indicator.text, &planned.output, catalogue.rollup_of(indicator), &mut wrong);
        lint::check_expressions(&indicator.text, &planned.logical, &mut wrong);
    }
    catalogue.check_names(&loaded.reference, &load::dataset_names(&loaded.sources), &mut wrong);
    wrong.retain(|p| p.source.path == indicator.text.path);
    if !wrong.is_empty() {
        return Err(Error::Workspace(wrong));
    }
    let current = Current::read(settings)?;
    let values = compute(settings, &loaded, &catalogue, position, current.as_ref()).await?;
    let distances = distances(settings, &loaded, indicator, &catalogue, &values).await?;
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
    let before = match current {
        Some(current) => current.rows_of(&indicator.name)?,
        None => RecordBatch::new_empty(schema::values()),
    };
    let (same, differ, added, removed) = against(&values, &before)?;
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
        let cells = Table(&distances);
        let targets: Vec<_> = headline_rows(std::slice::from_ref(indicator), &distances)
            .into_iter()
            .map(|r| {
                json!({ "target": cells.text("target", r), "ref_area": cells.text("ref_area", r), "estimate": cells.text("estimate", r),
                    "latest_year": cells.int("latest_year", r), "latest_value": cells.float("latest_value", r),
                    "target_value": cells.float("target_value", r), "distance": cells.float("distance", r), "class": cells.text("class", r) })
            })
            .collect();
        let against = json!({ "equal": same, "revised": differ, "added": added, "removed": removed });
        printer.envelope(
            "preview",
            0,
            &json!({ "indicator": indicator.name, "rows": total, "values": list, "targets": targets, "against_release": against }),
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
                crate::sources::body::headings::shorten(&text("note"), 80),
            ]
        })
        .collect();
    printer
        .line(&printer.table(&["area", "year", "breakdown", "estimate", "value", "unit", "status", "coverage", "members", "note"], &table));
    if rows.len() < total {
        printer.line(&format!("{} of {total} rows; choose with --area and --year, or raise --limit", rows.len()));
    }
    let targets = headline(std::slice::from_ref(indicator), &distances);
    if !targets.is_empty() {
        printer.line(&printer.table(&HEADLINE, &targets));
    }
    printer.line(&format!("against the current release: {same} equal, {differ} revised, {added} added, {removed} gone"));
    if total == 0 {
        let missing = fingerprint::missing_datasets(indicator, &catalogue, &loaded.reports(settings));
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
        let text = fs_err::read_to_string(&path).map_err(|error| Error::usage(error.to_string()))?;
        let shown = settings.workspace.shown(&fs_err::canonicalize(&path)?);
        let mut problems = Vec::new();
        let parsed = header::parse(&SourceText::new(shown.clone(), text), &catalogue.defaults, &mut problems, &mut Vec::new());
        if !problems.is_empty() {
            return Err(Error::Workspace(problems));
        }
        if let Some(indicator) = parsed {
            catalogue.indicators.retain(|other| *other.text.path != *shown && other.name != indicator.name && other.id != indicator.id);
            catalogue.indicators.push(indicator);
        }
        catalogue.cite(&loaded.sources, &mut problems);
        problems.retain(|problem| *problem.source.path == *shown);
        if !problems.is_empty() {
            return Err(Error::Workspace(problems));
        }
        let last = catalogue.indicators.len() - 1;
        return Ok((catalogue, last));
    }
    let name = catalogue.find(wanted)?.name.clone();
    let position = catalogue.indicators.iter().position(|i| i.name == name).unwrap_or(0);
    Ok((catalogue, position))
}
