//! `explain --history`: one value in every release kept, and since when it is what it is.

use serde::Serialize;

use crate::cli::ExplainArgs;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::{Answer, Printer, number, percent};
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::parquet;
use crate::tables::schema::{self, DIMENSIONS};

#[derive(Serialize)]
struct History {
    indicator: String,
    ref_area: String,
    time_period: i32,
    /// Oldest first.
    releases: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    release: String,
    created_at: String,
    estimate: Option<String>,
    value: Option<f64>,
    unit: Option<String>,
    obs_status: Option<String>,
    coverage: Option<f64>,
    note: Option<String>,
    /// Other than in the release before it, or the first.
    changed: bool,
}

/// The bits of the value, and estimate, unit and status: what `diff` compares.
type Told = (Option<u64>, [Option<String>; 3]);

pub(super) fn history(settings: &Settings, printer: &Printer, args: &ExplainArgs) -> Result<Exit> {
    let year = args.year.ok_or_else(|| Error::usage_hint("--history needs --year", "name the year of the value"))?;
    let given = [&args.sex, &args.age, &args.urbanisation, &args.disability, &args.education_level, &args.size_class, &args.breakdown];
    let (mut indicator, mut releases) = (args.indicator.clone(), Vec::new());
    let mut last: Vec<Told> = Vec::new();
    for path in promote::list(&settings.workspace)? {
        let manifest = Manifest::load(&path)?;
        if let Some((name, _)) = manifest.indicators.iter().find(|(name, entry)| entry.id == indicator || **name == indicator) {
            indicator.clone_from(name);
        }
        let values = parquet::read_indicator(&path.join("values.parquet"), &schema::values(), &indicator)?;
        let cells = Table(&values);
        let is_wanted = |row: &usize| {
            cells.text("ref_area", *row) == args.area.as_deref()
                && cells.int("time_period", *row) == Some(i64::from(year))
                && args.estimate.as_deref().is_none_or(|estimate| cells.text("estimate", *row) == Some(estimate))
                && DIMENSIONS.iter().zip(given).all(|(name, code)| cells.text(name, *row) == Some(code))
        };
        let mut now = Vec::new();
        let text = |column: &str, row: usize| cells.text(column, row).map(str::to_owned);
        let mut lines: Vec<Line> = (0..cells.len())
            .filter(is_wanted)
            .map(|row| {
                let value = cells.float("value", row);
                let key = (value.map(f64::to_bits), ["estimate", "unit", "obs_status"].map(|column| text(column, row)));
                let changed = !last.contains(&key);
                now.push(key);
                let (estimate, obs_status, note) = (text("estimate", row), text("obs_status", row), text("note", row));
                let (release, created_at) = (manifest.release.clone(), manifest.created_at.clone());
                let unit = text("unit", row);
                Line { release, created_at, estimate, value, unit, obs_status, coverage: cells.float("coverage", row), note, changed }
            })
            .collect();
        if lines.is_empty() {
            let (release, created_at) = (manifest.release.clone(), manifest.created_at.clone());
            let changed = !last.is_empty();
            lines.push(Line {
                release,
                created_at,
                estimate: None,
                value: None,
                unit: None,
                obs_status: None,
                coverage: None,
                note: None,
                changed,
            });
        }
        releases.extend(lines);
        last = now;
    }
    let history = History { indicator, ref_area: args.area.clone().unwrap_or_default(), time_period: year, releases };
    Ok(printer.answer("explain", Exit::Done, &history))
}

impl Answer for History {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("{} {} {} in every release kept", self.indicator, self.ref_area, self.time_period));
        let first = self.releases.first().map(|line| line.release.clone());
        let row = |line: &Line| {
            let mark = match line.changed {
                true if Some(&line.release) == first.as_ref() => "the oldest kept",
                true => "changed",
                false => "",
            };
            vec![
                line.release.clone(),
                line.created_at.clone(),
                line.estimate.clone().unwrap_or_else(|| "no row".into()),
                number(line.value),
                line.unit.clone().unwrap_or_default(),
                line.obs_status.clone().unwrap_or_default(),
                percent(line.coverage),
                mark.to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = self.releases.iter().map(row).collect();
        printer.line(&printer.table(&["release", "created", "estimate", "value", "unit", "status", "coverage", ""], &rows));
    }
}
