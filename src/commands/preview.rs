//! `preview`: one indicator on the data at hand, and how it differs from the current release; nothing is published.

mod compute;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

pub(super) use self::compute::progress_of;
use self::compute::{Against, Current, against, compute, distances};
use super::headlines;
use crate::dataset_id::{DatasetId, listed};
use crate::engine::{Engine, tables, tokens};
use crate::error::{Error, Result, SourceText};
use crate::exit::Exit;
use crate::indicator::{Catalogue, ESTIMATES, header, lint};
use crate::job::load::{self, Loaded};
use crate::printer::{Answer, Printer, errors, folded, number, percent};
use crate::release::headline::{self, Headline};
use crate::release::{fingerprint, shared};
use crate::settings::Settings;
use crate::sources::body::headings::shorten;
use crate::tables::cells::Table;
use crate::tables::schema;

#[derive(Serialize)]
struct Preview {
    indicator: String,
    /// All rows of the areas and years asked for.
    rows: usize,
    /// Those shown.
    values: Vec<Value>,
    targets: Vec<Headline>,
    against_release: Against,
    /// Data sets that it reads and that are not at hand, where there is no value.
    not_loaded: Vec<DatasetId>,
}

#[derive(Serialize)]
struct Value {
    ref_area: Option<String>,
    time_period: Option<i64>,
    estimate: Option<String>,
    /// Those that are not the total.
    dimensions: BTreeMap<&'static str, String>,
    value: Option<f64>,
    unit: Option<String>,
    obs_status: Option<String>,
    coverage: Option<f64>,
    members_observed: Option<i64>,
    members_total: Option<i64>,
    note: Option<String>,
}

pub(super) async fn preview(
    settings: &Settings,
    printer: &Printer,
    wanted: &str,
    areas: &[String],
    years: &[i32],
    estimates: &[String],
    limit: usize,
) -> Result<Exit> {
    let loaded = load::read(settings);
    if let Some(area) = areas.iter().find(|area| !loaded.reference.is_area(area)) {
        let hint = crate::error::suggestion(area, loaded.reference.area_codes());
        return Err(Error::Usage { message: format!("no area `{area}`"), hint });
    }
    if let Some(estimate) = estimates.iter().find(|estimate| !ESTIMATES.contains(&estimate.as_str())) {
        return Err(Error::Usage { message: format!("no estimate `{estimate}`"), hint: crate::error::suggestion(estimate, ESTIMATES) });
    }
    let (catalogue, position) = choose(settings, &loaded, wanted)?;
    let indicator = &catalogue.indicators[position];
    let reads = tokens::indicator_references(&indicator.text);
    let unread = catalogue.unread.iter().filter(|other| other.name.as_ref().is_some_and(|name| reads.contains(name)));
    let read: Vec<&str> = unread.map(|other| &*other.text.path).chain([&*indicator.text.path]).collect();
    let others: Vec<_> = loaded.problems.iter().filter(|p| read.contains(&&*p.source.path)).cloned().collect();
    if !others.is_empty() {
        return Err(Error::Workspace(others));
    }
    let mut wrong = Vec::new();
    let typed = Engine::new(settings.limits)?;
    tables::register_empty(&typed)?;
    for other in &catalogue.indicators {
        typed.register_indicator(&other.name, schema::values(), vec![])?;
    }
    shared::register_empty(&typed)?;
    shared::register(&typed, &catalogue, indicator).await?;
    if let Some(planned) = lint::plan(&indicator.text, &typed, &mut wrong).await {
        lint::check_output(&indicator.text, &planned.output, &mut wrong);
        lint::check_rolled_up(indicator, &catalogue, &planned.names(), &mut wrong);
        lint::check_expressions(&indicator.text, &planned.logical, &mut wrong);
        lint::check_groups(&indicator.text, &planned.logical, &|code| loaded.reference.group_scheme(code).is_some(), &mut wrong);
    }
    catalogue.check_names(&loaded.reference, &load::dataset_names(&loaded.sources), &mut wrong);
    wrong.retain(|p| p.source.path == indicator.text.path);
    if errors(&wrong) > 0 {
        return Err(Error::Workspace(wrong));
    }
    let current = Current::read(settings)?;
    let (computed, behind) = Box::pin(compute(settings, &loaded, &catalogue, position, current.as_ref())).await?;
    let distances = distances(settings, indicator, &catalogue, &computed, behind.as_ref()).await?;
    let values = computed.values;
    let (rows, shown) = choose_rows(&values, areas, years, estimates, limit);
    let before = match current {
        Some(current) => current.rows_of(&indicator.name)?,
        None => RecordBatch::new_empty(schema::values()),
    };
    let not_loaded = match rows {
        0 => fingerprint::missing_datasets(indicator, &catalogue, &loaded.reports(settings)?),
        _ => Vec::new(),
    };
    let cells = Table(&values);
    let preview = Preview {
        indicator: indicator.name.clone(),
        rows,
        values: shown.into_iter().map(|row| value(&cells, row)).collect(),
        targets: headline::headlines(&distances, &catalogue.indicators)?,
        against_release: against(&values, &before)?,
        not_loaded,
    };
    Ok(printer.answer("preview", Exit::Done, &preview))
}

/// Longer notes stand below the table.
const NOTE: usize = 40;

/// How many rows there are of these areas and years, and which are shown.
fn choose_rows(values: &RecordBatch, areas: &[String], years: &[i32], estimates: &[String], limit: usize) -> (usize, Vec<usize>) {
    let cells = Table(values);
    let keep = |row: &usize| {
        (areas.is_empty() || cells.text("ref_area", *row).is_some_and(|a| areas.iter().any(|w| w == a)))
            && (estimates.is_empty() || cells.text("estimate", *row).is_some_and(|e| estimates.iter().any(|w| w == e)))
            && (years.is_empty() || cells.int("time_period", *row).is_some_and(|y| years.iter().any(|w| i64::from(*w) == y)))
    };
    let mut rows: Vec<usize> = (0..cells.len()).filter(keep).collect();
    let total = rows.len();
    if areas.is_empty() && years.is_empty() {
        // Without a choice: groups of the newest years first.
        rows.sort_by_key(|r| (cells.text("area_kind", *r) != Some("group"), Reverse(cells.int("time_period", *r)), *r));
    }
    rows.truncate(limit);
    (total, rows)
}

fn value(cells: &Table<'_>, row: usize) -> Value {
    let text = |column: &str| cells.text(column, row).map(str::to_owned);
    let dimensions = schema::DIMENSIONS.iter().filter_map(|d| Some((*d, text(d).filter(|code| code != "_T")?)));
    Value {
        ref_area: text("ref_area"),
        time_period: cells.int("time_period", row),
        estimate: text("estimate"),
        dimensions: dimensions.collect(),
        value: cells.float("value", row),
        unit: text("unit"),
        obs_status: text("obs_status"),
        coverage: cells.float("coverage", row),
        members_observed: cells.int("members_observed", row),
        members_total: cells.int("members_total", row),
        note: text("note"),
    }
}

impl Answer for Preview {
    fn show(&self, printer: &Printer) {
        let rows: Vec<Vec<String>> = self.values.iter().map(Value::cells).collect();
        let header = ["area", "year", "breakdown", "estimate", "value", "unit", "status", "coverage", "members", "note"];
        printer.line(&printer.table(&header, &rows));
        let mut notes: Vec<&str> =
            self.values.iter().filter_map(|value| value.note.as_deref()).filter(|note| note.chars().count() > NOTE).collect();
        notes.sort_unstable();
        notes.dedup();
        for note in notes {
            printer.line(&folded("note: ", note));
        }
        if self.values.len() < self.rows {
            printer.line(&format!(
                "{} of {} rows; choose with --area, --year and --estimate, or raise --limit",
                self.values.len(),
                self.rows
            ));
        }
        if !self.targets.is_empty() {
            headlines::show(printer, &self.targets);
        }
        let Against { equal, revised, added, removed } = self.against_release;
        printer.line(&format!("against the current release: {equal} equal, {revised} revised, {added} added, {removed} gone"));
        if !self.not_loaded.is_empty() {
            printer.line(&format!("not loaded: {}", listed(&self.not_loaded)));
        }
    }
}

impl Value {
    fn cells(&self) -> Vec<String> {
        let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
        vec![
            text(&self.ref_area),
            self.time_period.map_or(String::new(), |year| year.to_string()),
            schema::DIMENSIONS.iter().filter_map(|d| self.dimensions.get(d)).cloned().collect::<Vec<_>>().join(" "),
            text(&self.estimate),
            number(self.value),
            text(&self.unit),
            text(&self.obs_status),
            percent(self.coverage),
            self.members_observed.zip(self.members_total).map_or(String::new(), |(observed, total)| format!("{observed}/{total}")),
            shorten(&text(&self.note), NOTE),
        ]
    }
}

/// The indicator by id, name or file; a file outside `sql/indicators/` joins the catalogue for this command.
fn choose(settings: &Settings, loaded: &Loaded, wanted: &str) -> Result<(Catalogue, usize)> {
    let mut catalogue = (*loaded.catalogue).clone();
    let path = Path::new(wanted);
    if path.extension().is_some_and(|end| end == "sql") {
        let path = if path.exists() { path.to_owned() } else { settings.workspace.root.join(path) };
        if !path.exists() {
            return Err(Error::usage_hint(
                format!("{wanted}: no such file"),
                "give the id or the name of an indicator, or the path of its file",
            ));
        }
        let text = crate::files::read_text(&path).map_err(|error| Error::usage(error.to_string()))?;
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
