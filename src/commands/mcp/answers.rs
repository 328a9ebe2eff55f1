//! What each tool of `mcp` answers: rows of the current release, or what the verb of the same name prints as JSON.

use datafusion::arrow::array::RecordBatch;
use serde_json::{Value, json};

use super::asked::{Asked, DiffWanted, ExplainWanted, ProgressWanted, Search, ValueWanted};
use super::current::{Current, row_of};
use crate::cli::ExplainArgs;
use crate::commands::{diff, explain};
use crate::error::{Error, Result};
use crate::printer::Printer;
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::text;

pub(super) async fn answer(settings: &Settings, asked: Asked) -> Result<Value> {
    let current = Current::open(settings)?;
    match asked {
        Asked::Indicators(search) => Ok(indicators(&current, &search)),
        Asked::Areas(search) => Ok(areas(&current, &search)),
        Asked::Value(wanted) => value(&current, wanted),
        Asked::Progress(wanted) => progress(&current, &wanted),
        Asked::Explain(wanted) => Box::pin(explained(settings, &current, wanted)).await,
        Asked::Diff(wanted) => differences(settings, &current, &wanted),
    }
}

/// Whether one of the texts has what is searched for.
fn has(search: &Search, texts: &[&Value]) -> bool {
    let wanted = search.text.as_deref().unwrap_or_default().to_lowercase();
    texts.iter().filter_map(|text| text.as_str()).any(|text| text.to_lowercase().contains(&wanted))
}

fn indicators(current: &Current, search: &Search) -> Value {
    let target =
        |one: &Value| json!({ "id": one["id"], "title": one["title"], "area": one["area"], "year": one["year"], "value": one["value"] });
    let found: Vec<Value> = current
        .list("indicators")
        .filter(|one| has(search, &[&one["id"], &one["name"], &one["title"], &one["definition"]]))
        .map(|one| {
            let targets: Vec<Value> = one["targets"].as_array().into_iter().flatten().map(target).collect();
            json!({
                "id": one["id"], "name": one["name"], "title": one["title"], "unit": one["unit"], "definition": one["definition"],
                "caveats": one["caveats"], "targets": targets, "sources": one["sources"],
            })
        })
        .collect();
    json!({ "release": current.manifest.release, "citation": current.citation(), "indicators": found })
}

fn areas(current: &Current, search: &Search) -> Value {
    let found: Vec<Value> = current.areas().filter(|area| has(search, &[&area["ref_area"], &area["name"]])).collect();
    json!({ "release": current.manifest.release, "citation": current.citation(), "areas": found })
}

fn value(current: &Current, wanted: ValueWanted) -> Result<Value> {
    let indicator = current.indicator(&wanted.indicator)?["name"].as_str().unwrap_or_default();
    current.known_area(&wanted.area)?;
    let values = current.values_of(indicator)?;
    let cells = Table(&values);
    let codes = wanted.dimensions.codes();
    let here: Vec<usize> = (0..cells.len())
        .filter(|row| cells.text("ref_area", *row) == Some(&wanted.area))
        .filter(|row| DIMENSIONS.iter().zip(&codes).all(|(name, code)| cells.text(name, *row) == Some(code)))
        .filter(|row| match &wanted.estimate {
            Some(estimate) => cells.text("estimate", *row) == Some(estimate),
            None => cells.is_true("preferred", *row),
        })
        .collect();
    let found = match wanted.year {
        Some(year) => here.iter().find(|row| cells.int("time_period", **row) == Some(i64::from(year))),
        None => here.iter().rev().find(|row| cells.float("value", **row).is_some()).or(here.last()),
    };
    let Some(row) = found else { return Err(not_there(&values, indicator, &wanted.area, &here)) };
    Ok(json!({ "release": current.manifest.release, "value": current.cited(&values, *row)? }))
}

/// What there is instead of a value that is not there.
fn not_there(values: &RecordBatch, indicator: &str, area: &str, here: &[usize]) -> Error {
    let cells = Table(values);
    let list = |column: &str, rows: &mut dyn Iterator<Item = usize>| {
        let text = |row| cells.text(column, row).map(str::to_owned).or(cells.int(column, row).map(|number| number.to_string()));
        let all: std::collections::BTreeSet<String> = rows.filter_map(text).collect();
        format!("{column}: {}", all.into_iter().collect::<Vec<_>>().join(" "))
    };
    let all: Vec<usize> = (0..cells.len()).filter(|row| cells.text("ref_area", *row) == Some(area)).collect();
    let hint = match (all.is_empty(), here.is_empty()) {
        (true, _) => "the release has no value of this indicator for this area".to_owned(),
        (_, false) => list("time_period", &mut here.iter().copied()),
        (_, true) => {
            let columns = DIMENSIONS.iter().chain(&["estimate"]);
            columns.map(|column| list(column, &mut all.iter().copied())).collect::<Vec<_>>().join("; ")
        }
    };
    Error::usage_hint(format!("no such value of {indicator} for {area}"), hint)
}

fn progress(current: &Current, wanted: &ProgressWanted) -> Result<Value> {
    let indicator = match &wanted.indicator {
        Some(wanted) => Some(current.indicator(wanted)?["name"].as_str().unwrap_or_default()),
        None => None,
    };
    if let Some(area) = &wanted.area {
        current.known_area(area)?;
    }
    let progress = current.progress()?;
    let cells = Table(&progress);
    // Of an area, the row to show of each target and breakdown; else the one that stands for the target.
    let shown = if wanted.area.is_some() { "preferred" } else { "headline" };
    let is = |column: &str, row: usize, wanted: Option<&str>| wanted.is_none_or(|wanted| cells.text(column, row) == Some(wanted));
    let rows: Vec<usize> = (0..cells.len())
        .filter(|row| is("target", *row, wanted.target.as_deref()) && is("indicator", *row, indicator))
        .filter(|row| is("ref_area", *row, wanted.area.as_deref()) && cells.is_true(shown, *row))
        .collect();
    if rows.is_empty() {
        let targets = (0..cells.len()).filter_map(|row| cells.text("target", row));
        let hint = wanted.target.as_deref().and_then(|target| crate::error::suggestion(target, targets));
        return Err(Error::Usage { message: "no such row of progress".into(), hint });
    }
    let mut answers = Vec::new();
    for row in rows {
        let mut one = text::json_rows(&progress.slice(row, 1))?[0].take();
        let text = |column: &str| cells.text(column, row).unwrap_or_default();
        let values = current.values_of(text("indicator"))?;
        let codes = DIMENSIONS.map(|name| text(name).to_owned());
        let row_of = |year| row_of(&values, text("ref_area"), year, &codes, text("estimate"));
        let latest = cells.int("latest_year", row).map(row_of).transpose()?.flatten();
        let cited = latest.map(|latest| current.cited(&values, latest)).transpose()?;
        one["value_id"] = cited.as_ref().map_or(Value::Null, |cited| cited["value_id"].clone());
        one["citation"] = cited.map_or_else(|| json!(current.citation()), |cited| cited["citation"].clone());
        answers.push(one);
    }
    Ok(json!({ "release": current.manifest.release, "progress": answers }))
}

async fn explained(settings: &Settings, current: &Current, wanted: ExplainWanted) -> Result<Value> {
    let limit = wanted.limit.unwrap_or(10);
    let [sex, age, urbanisation, disability, education_level, size_class, breakdown] = wanted.dimensions.codes();
    let (indicator, area, year, estimate, target) = (wanted.indicator, wanted.area, wanted.year, wanted.estimate, wanted.target);
    if let Some(area) = &area {
        current.known_area(area)?;
    }
    let history = false;
    // Of what `value` gives without an estimate.
    let estimate = match (estimate, &area, year, &target) {
        (None, Some(area), Some(year), None) => {
            let codes = [&sex, &age, &urbanisation, &disability, &education_level, &size_class, &breakdown].map(Clone::clone);
            current.shown_estimate(&indicator, area, i64::from(year), &codes)?
        }
        (estimate, ..) => estimate,
    };
    let args = ExplainArgs {
        indicator,
        area,
        year,
        history,
        sex,
        age,
        urbanisation,
        disability,
        education_level,
        size_class,
        breakdown,
        estimate,
        target,
        limit,
    };
    let printer = Printer::keeping();
    explain::explain(settings, &printer, &args).await?;
    let mut told = printed(printer)?;
    told["citation"] = json!(current.citation());
    // Of a value, or of both ends of the distance to a target.
    let mut ends: Vec<&mut Value> = Vec::new();
    let explanation =
        told.as_object_mut().map(|fields| fields.iter_mut().filter(|(name, _)| ["explanation", "values"].contains(&name.as_str())));
    for (_, part) in explanation.into_iter().flatten() {
        match part {
            Value::Array(list) => ends.extend(list),
            one => ends.push(one),
        }
    }
    for end in ends {
        cite_explanation(current, end, limit)?;
    }
    Ok(told)
}

/// Adds which value it is and how it is cited, and leaves out members beyond the limit.
fn cite_explanation(current: &Current, explanation: &mut Value, limit: usize) -> Result<()> {
    let wanted = &explanation["wanted"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let codes = std::array::from_fn(|at| text(&wanted["dimensions"][at]));
    let values = current.values_of(&text(&explanation["indicator"]))?;
    let (area, year, estimate) = (text(&wanted["area"]), wanted["year"].as_i64().unwrap_or_default(), text(&wanted["estimate"]));
    if let Some(row) = row_of(&values, &area, year, &codes, &estimate)? {
        let cited = current.cited(&values, row)?;
        for field in ["value_id", "citation", "sources"] {
            explanation[field] = cited[field].clone();
        }
    }
    if let Some(members) = explanation["members"].as_array_mut().filter(|members| members.len() > limit) {
        let left_out = members.len() - limit;
        members.truncate(limit);
        explanation["members_left_out"] = json!(left_out);
    }
    Ok(())
}

fn differences(settings: &Settings, current: &Current, wanted: &DiffWanted) -> Result<Value> {
    let printer = Printer::keeping();
    diff::diff(settings, &printer, wanted.old.as_deref(), wanted.new.as_deref(), wanted.limit.unwrap_or(5), None)?;
    let mut told = printed(printer)?;
    told["citation"] = json!(format!("{}, compared with release {}", current.citation(), told["old"].as_str().unwrap_or_default()));
    if told["new"] != current.manifest.release.as_str() {
        return Ok(told);
    }
    for change in told["changes"].as_array_mut().into_iter().flatten() {
        let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
        let (values, codes) = (current.values_of(&text("indicator"))?, DIMENSIONS.map(text));
        let year = change["time_period"].as_i64().unwrap_or_default();
        let row = row_of(&values, &text("ref_area"), year, &codes, &text("estimate"))?;
        change["value_id"] = row.map_or(Value::Null, |row| json!(Table(&values).text("value_id", row)));
    }
    Ok(told)
}

/// The data of the one envelope that a verb prints.
fn printed(printer: Printer) -> Result<Value> {
    Ok(serde_json::from_slice::<Value>(&printer.into_kept())?["data"].take())
}
