//! `test`: the indicators' own test cases; differences as key and changed cells; new expectations and new cases.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use serde_json::json;

use crate::engine::{Engine, observations};
use crate::error::{Error, Problem, Result};
use crate::indicator::Indicator;
use crate::job::load::{self, Loaded};
use crate::observe::report::observation_files;
use crate::printer::Printer;
use crate::release::test_case::{self, Difference};
use crate::release::{fingerprint, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;

/// Differences printed of one case.
const SHOWN: usize = 20;

pub async fn test(
    settings: &Settings,
    printer: &Printer,
    ids: &[String],
    update: bool,
    record: Option<&str>,
    areas: &[String],
    years: &[i32],
) -> Result<u8> {
    let loaded = load::read(settings);
    let chosen: Vec<Indicator> = match ids {
        [] => loaded.catalogue.indicators.clone(),
        ids => ids.iter().map(|id| loaded.catalogue.find(id).cloned()).collect::<Result<_>>()?,
    };
    let broken: Vec<Problem> = loaded
        .problems
        .iter()
        .filter(|p| {
            chosen.iter().any(|i| i.text.path == p.source.path)
                || ["sql/steps", "sql/rollups"].iter().any(|folder| p.source.path.starts_with(folder))
        })
        .cloned()
        .collect();
    if !broken.is_empty() {
        return Err(Error::Workspace(broken));
    }
    if let Some(name) = record {
        let [indicator] = &chosen[..] else { return Err(Error::usage("--record makes a case of one indicator: name its id")) };
        return record_case(settings, printer, &loaded, indicator, name, areas, years).await;
    }
    let engine = Engine::new(settings.limits)?;
    let (mut problems, mut results) = (Vec::new(), Vec::new());
    let (mut passed, mut failed) = (0, 0);
    for indicator in &chosen {
        for name in test_case::names(&settings.workspace, indicator) {
            if update && write_first(settings, printer, &loaded, &engine, indicator, &name, &mut problems).await? {
                continue;
            }
            let Some(case) = test_case::load(&settings.workspace, indicator, &name, &mut problems) else { continue };
            let outcome = match test_case::run(&case, &engine, &loaded.catalogue, &loaded.reference, indicator).await {
                Ok(values) => Ok((test_case::compare(&case, &values, &loaded.reference)?, values)),
                Err(error) => Err(error),
            };
            let label = format!("{}/{name}", indicator.id);
            match outcome {
                Ok((differences, _)) if differences.is_empty() => {
                    passed += 1;
                    results.push(json!({ "case": label, "result": "ok" }));
                    if !printer.json() {
                        printer.line(&format!("ok      {label}"));
                    }
                }
                Ok((differences, values)) => {
                    failed += 1;
                    results.push(json!({ "case": label, "result": "failed", "differences": differences.iter().map(difference_json).collect::<Vec<_>>() }));
                    if !printer.json() {
                        printer.line(&format!("failed  {label}: {}", counts(&differences)));
                        printer.line(&difference_table(printer, &differences));
                    }
                    if update {
                        let pairs: BTreeSet<(String, String)> = test_case::pairs(&case, &loaded.reference)?.into_iter().collect();
                        let keep = |area: &str, estimate: &str| pairs.contains(&(area.to_owned(), estimate.to_owned()));
                        let bytes = test_case::expectation(&values, &case.given, &keep)?;
                        crate::files::write_atomically(&case.folder.join("expected.csv"), &bytes)?;
                        printer.note(&format!("wrote {}/expected.csv", settings.workspace.shown(&case.folder)));
                    }
                }
                Err(error) => {
                    failed += 1;
                    results.push(json!({ "case": label, "result": "error", "error": error.to_string() }));
                    if !printer.json() {
                        printer.line(&format!("failed  {label}: {error}"));
                    }
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Workspace(problems));
    }
    let code = if failed > 0 && !update { 1 } else { 0 };
    if printer.json() {
        printer.envelope("test", code, &json!({ "passed": passed, "failed": failed, "cases": results }), &[]);
    } else {
        printer.line(&format!("{passed} passed, {failed} failed"));
        if passed + failed == 0 {
            printer.line("no test case: `yardstick new` writes one beside a new indicator");
        }
    }
    Ok(code)
}

/// Writes the expectation of a case that has none yet: all that the SQL gives.
async fn write_first(
    settings: &Settings,
    printer: &Printer,
    loaded: &Loaded,
    engine: &Engine,
    indicator: &Indicator,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Result<bool> {
    let file = test_case::folder(&settings.workspace, indicator).join(name).join("expected.csv");
    if file.exists() {
        return Ok(false);
    }
    crate::files::write_atomically(&file, b"ref_area,time_period,estimate,value\n")?;
    let case = test_case::read(&settings.workspace, indicator, name, problems);
    let values = match &case {
        Some(case) => test_case::run(case, engine, &loaded.catalogue, &loaded.reference, indicator).await,
        None => Err(Error::usage(format!("the case {name} cannot be read"))),
    };
    match values {
        Ok(values) => {
            crate::files::write_atomically(&file, &test_case::expectation(&values, &[], &|_, _| true)?)?;
            printer.note(&format!("wrote {}", settings.workspace.shown(&file)));
            printer.note("read it before you trust it: it says what the SQL gives, not what is right");
            Ok(true)
        }
        Err(error) => {
            fs_err::remove_file(&file)?;
            if case.is_some() { Err(error) } else { Ok(true) }
        }
    }
}

/// "2 changed, 1 missing".
fn counts(differences: &[Difference]) -> String {
    ["changed", "missing", "unexpected"]
        .iter()
        .filter_map(|kind| {
            let count = differences.iter().filter(|d| d.kind == *kind).count();
            (count > 0).then(|| format!("{count} {kind}"))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn difference_table(printer: &Printer, differences: &[Difference]) -> String {
    let rows: Vec<Vec<String>> = differences
        .iter()
        .take(SHOWN)
        .map(|d| {
            let cells = d
                .cells
                .iter()
                .map(|(column, want, got)| match d.kind {
                    "missing" => format!("{column} {want}"),
                    "unexpected" => format!("{column} {got}"),
                    _ => format!("{column}: expected {}, got {}", empty(want), empty(got)),
                })
                .collect::<Vec<_>>()
                .join("\n");
            vec![d.kind.to_owned(), test_case::shown_key(&d.key), cells]
        })
        .collect();
    let mut text = printer.table(&["", "row", "cells"], &rows);
    if differences.len() > SHOWN {
        text.push_str(&format!("\n{} more", differences.len() - SHOWN));
    }
    text
}

fn empty(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

fn difference_json(d: &Difference) -> serde_json::Value {
    let cells: Vec<_> = d.cells.iter().map(|(column, want, got)| json!({ "column": column, "expected": want, "got": got })).collect();
    json!({ "kind": d.kind, "row": test_case::shown_key(&d.key), "cells": cells })
}

/// Makes a case from the data at hand: the observations behind the chosen areas and years, and what they give.
async fn record_case(
    settings: &Settings,
    printer: &Printer,
    loaded: &Loaded,
    indicator: &Indicator,
    name: &str,
    areas: &[String],
    years: &[i32],
) -> Result<u8> {
    if promote::current(&settings.workspace).is_none() {
        return Err(Error::usage_hint("no release yet to record from", "run `yardstick run` first"));
    }
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(Error::usage_hint(format!("`{name}` is no name of a case"), "letters, digits, _ and -"));
    }
    let folder = test_case::folder(&settings.workspace, indicator).join(name);
    // What the estimate `imputed` may carry into the chosen years belongs to the case.
    let years: BTreeSet<i32> = years.iter().flat_map(|year| year.saturating_sub(indicator.window as i32)..=*year).collect();
    let years = years.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let members = loaded.reference.members();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for area in areas {
        if !loaded.reference.is_area(area) {
            return Err(Error::Usage {
                message: format!("no area `{area}`"),
                hint: crate::error::suggestion(area, loaded.reference.area_codes()),
            });
        }
        wanted.insert(area.clone());
        wanted.extend(members.get(area).into_iter().flatten().cloned());
    }
    let engine = loaded.engine(settings)?;
    let reports = loaded.reports(settings);
    let datasets = fingerprint::datasets_of(indicator, &reports);
    observations::register(&engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
    let list =
        |items: &mut dyn Iterator<Item = String>| items.map(|i| format!("'{}'", i.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
    let named = indicator.series_named();
    let series: Vec<String> = reports.values().flat_map(|r| r.series.iter().cloned()).filter(|s| named.contains(s)).collect();
    let mut filter = format!("ref_area IN ({}) AND time_period IN ({years})", list(&mut wanted.iter().cloned()),);
    if !series.is_empty() {
        filter = format!("{filter} AND series IN ({})", list(&mut series.into_iter()));
    }
    let query = format!("SELECT * FROM observations WHERE {filter} ORDER BY source, dataset, series, ref_area, time_period, record");
    let (schema, batches) = engine.run(&query, "the observations of the case").await?;
    let rows = crate::tables::sort::concat(&schema, &batches)?;
    let mut others = Vec::new();
    for index in loaded.catalogue.dependencies(indicator) {
        let other = &loaded.catalogue.indicators[index].name;
        let query = format!(
            "SELECT * FROM indicators.{other} WHERE ref_area IN ({}) AND time_period IN ({years})",
            list(&mut wanted.iter().cloned()),
        );
        let (schema, batches) = engine.run(&query, "the indicator that the case reads").await?;
        others.push((other.clone(), crate::tables::sort::concat(&schema, &batches)?));
    }
    test_case::create(&folder)?;
    crate::files::write_atomically(&folder.join("observations.csv"), &observations_csv(&rows)?)?;
    for (other, batch) in others {
        crate::files::write_atomically(&folder.join(format!("indicators.{other}.csv")), &crate::tables::text::csv_bytes(&batch)?)?;
    }
    crate::files::write_atomically(&folder.join("expected.csv"), b"ref_area,time_period,estimate,value\n")?;
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
    crate::files::write_atomically(&folder.join("expected.csv"), &bytes)?;
    printer.line(&format!("wrote {}: {} observations", settings.workspace.shown(&folder), rows.num_rows()));
    printer.note("read expected.csv before you trust it: it says what the SQL gives, not what is right");
    Ok(0)
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
    crate::tables::text::csv_bytes(&rows.project(&keep)?)
}
