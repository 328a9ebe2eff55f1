//! `explain --history`: one value in every release kept, what releases changed of it that retention has removed, and since
//! when it is what it is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::ExplainArgs;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::files::entries;
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
    /// False: retention has removed the release; this is what it changed, and `note` has what was before, and why.
    kept: bool,
}

/// The bits of the value, and estimate, unit and status: what `diff` compares.
type Told = (Option<u64>, [Option<String>; 3]);

pub(super) fn history(settings: &Settings, printer: &Printer, args: &ExplainArgs) -> Result<Exit> {
    let year = args.year.ok_or_else(|| Error::usage_hint("--history needs --year", "name the year of the value"))?;
    let mut indicator = args.indicator.clone();
    let mut kept: Vec<(PathBuf, Manifest)> = Vec::new();
    for path in promote::list(&settings.workspace)? {
        let manifest = Manifest::load(&path)?;
        kept.push((path, manifest));
    }
    for (_, manifest) in &kept {
        if let Some((name, _)) = manifest.indicators.iter().find(|(name, entry)| entry.id == indicator || **name == indicator) {
            indicator.clone_from(name);
        }
    }
    let names: BTreeSet<&str> = kept.iter().map(|(_, manifest)| manifest.release.as_str()).collect();
    let mut releases = removed(settings, args, &indicator, year, &names)?;
    let mut last: Vec<Told> = Vec::new();
    for (path, manifest) in &kept {
        let values = parquet::read_indicator(&path.join("values.parquet"), &schema::values(), &indicator)?;
        let cells = Table(&values);
        let is_wanted = |row: &usize| is_wanted(&cells, *row, args, year);
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
                Line {
                    release,
                    created_at,
                    estimate,
                    value,
                    unit,
                    obs_status,
                    coverage: cells.float("coverage", row),
                    note,
                    changed,
                    kept: true,
                }
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
                kept: true,
            });
        }
        releases.extend(lines);
        last = now;
    }
    let history = History { indicator, ref_area: args.area.clone().unwrap_or_default(), time_period: year, releases };
    Ok(printer.answer("explain", Exit::Done, &history))
}

fn is_wanted(cells: &Table<'_>, row: usize, args: &ExplainArgs, year: i32) -> bool {
    let given = [&args.sex, &args.age, &args.urbanisation, &args.disability, &args.education_level, &args.size_class, &args.breakdown];
    cells.text("ref_area", row) == args.area.as_deref()
        && cells.int("time_period", row) == Some(i64::from(year))
        && args.estimate.as_deref().is_none_or(|estimate| cells.text("estimate", row) == Some(estimate))
        && DIMENSIONS.iter().zip(given).all(|(name, code)| cells.text(name, row) == Some(code))
}

/// What releases changed of the value that are no longer kept, oldest first.
fn removed(settings: &Settings, args: &ExplainArgs, indicator: &str, year: i32, kept: &BTreeSet<&str>) -> Result<Vec<Line>> {
    let folder = settings.workspace.history();
    let mut files = if folder.is_dir() { entries(&folder)? } else { Vec::new() };
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    let mut lines = Vec::new();
    for path in files {
        let release = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // One whose removal was cut short is still there.
        if kept.contains(release.as_str()) {
            continue;
        }
        let changes = match parquet::read_indicator(&path, &schema::revisions(), indicator) {
            Ok(changes) => changes,
            Err(error) => {
                tracing::warn!("what release {release} changed is not told: {error}");
                continue;
            }
        };
        let cells = Table(&changes);
        let text = |column: &str, row: usize| cells.text(column, row).map(str::to_owned);
        for row in (0..cells.len()).filter(|row| is_wanted(&cells, *row, args, year)) {
            let was = cells.float("old_value", row).map_or("nothing".to_owned(), |value| number(Some(value)));
            let cause = [text("cause", row), text("detail", row)].into_iter().flatten().filter(|part| !part.is_empty());
            lines.push(Line {
                created_at: promote::named_after(&path),
                release: release.clone(),
                estimate: text("estimate", row),
                value: cells.float("new_value", row),
                unit: text("unit", row),
                obs_status: text("new_status", row),
                coverage: None,
                note: Some(format!("{} before; {}", was, cause.collect::<Vec<_>>().join(": "))),
                changed: true,
                kept: false,
            });
        }
    }
    Ok(lines)
}

impl Answer for History {
    fn show(&self, printer: &Printer) {
        printer.line(&format!("{} {} {} in every release kept", self.indicator, self.ref_area, self.time_period));
        let first = self.releases.iter().find(|line| line.kept).map(|line| line.release.clone());
        let row = |line: &Line| {
            let mark = match line.changed {
                _ if !line.kept => line.note.as_deref().unwrap_or_default(),
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
