//! `explain VALUE_ID`: looks up the value that a citation names, in the current release and in those kept, and checks it.

use serde_json::json;

use crate::cli::ExplainArgs;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::{Printer, number};
use crate::release::{Manifest, promote, value_id};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::views::Values;
use crate::tables::{parquet, text};

pub(super) enum Cited {
    /// A value of the current release, as the arguments that name it.
    Current(Box<ExplainArgs>),
    /// A value of an older release: told, and compared with the current one.
    Older(Exit),
}

pub(super) fn look_up(settings: &Settings, printer: &Printer, args: &ExplainArgs) -> Result<Cited> {
    let id = &args.indicator;
    if !value_id::is_one(id) {
        return Err(Error::usage_hint(
            "explain needs --area",
            "or a value_id alone: 16 digits and letters, the last column of values.parquet",
        ));
    }
    let current = promote::find(&settings.workspace, "current")?;
    let mut releases = promote::list(&settings.workspace)?;
    releases.retain(|release| *release != current);
    releases.push(current.clone());
    for release in releases.iter().rev() {
        let (file, all) = (release.join("values.parquet"), schema::published_values());
        // A release that is damaged, or older than these ids, has none to find.
        let Ok(ids) = parquet::read(&file, &schema::some_of(&all, &["value_id"])?) else { continue };
        let (Some(row), Ok(manifest)) = (value_id::find(&ids, id), Manifest::load(release)) else { continue };
        let values = parquet::read(&file, &all)?;
        if value_id::of(&manifest.key, &Values::of(&values)?, row) != id.to_lowercase() {
            return Err(Error::usage(format!(
                "release {} has {id}, but its value is not the one that was cited: the file was changed",
                manifest.release
            )));
        }
        if *release == current {
            return Ok(Cited::Current(Box::new(named(args, &values, row))));
        }
        let key = schema::values_key();
        let now = parquet::read(&current.join("values.parquet"), &schema::published_values())?;
        let (old, new) = (Table(&values), Table(&now));
        let same = |other: &usize| key.iter().all(|c| old.text(c, row) == new.text(c, *other) && old.int(c, row) == new.int(c, *other));
        let other = (0..new.len()).find(same);
        tell(settings, printer, &manifest, (&values, row), (&now, other))?;
        return Ok(Cited::Older(Exit::Done));
    }
    Err(Error::usage_hint(
        format!("no release at hand has the value {id}"),
        "releases that were pruned are gone; the release that a citation names is in `yardstick release list` while it is kept",
    ))
}

/// The arguments that name a row.
fn named(args: &ExplainArgs, values: &datafusion::arrow::array::RecordBatch, row: usize) -> ExplainArgs {
    let cells = Table(values);
    let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
    let [sex, age, urbanisation, disability, education_level, size_class, breakdown] = DIMENSIONS.map(text);
    ExplainArgs {
        history: false,
        indicator: text("indicator"),
        area: Some(text("ref_area")),
        year: cells.int("time_period", row).and_then(|year| i32::try_from(year).ok()),
        sex,
        age,
        urbanisation,
        disability,
        education_level,
        size_class,
        breakdown,
        estimate: Some(text("estimate")),
        target: None,
        limit: args.limit,
    }
}

type Row<'a, R> = (&'a datafusion::arrow::array::RecordBatch, R);

fn tell(settings: &Settings, printer: &Printer, manifest: &Manifest, old: Row<'_, usize>, new: Row<'_, Option<usize>>) -> Result<()> {
    let cells = Table(old.0);
    let value = |batch, row| Table(batch).float("value", row);
    let now = new.1.and_then(|row| value(new.0, row));
    let current = promote::current(&settings.workspace)?.and_then(|path| Manifest::load(&path).ok()).map(|m| m.release).unwrap_or_default();
    if printer.json() {
        let row =
            |batch: &datafusion::arrow::array::RecordBatch, row: usize| text::json_rows(&batch.slice(row, 1)).map(|rows| rows[0].clone());
        let now = new.1.map(|at| row(new.0, at)).transpose()?;
        let told = json!({ "release": manifest.release, "current_release": current, "cited": row(old.0, old.1)?, "now": now });
        printer.envelope("explain", Exit::Done, &told, &[]);
        return Ok(());
    }
    let text = |column: &str| cells.text(column, old.1).unwrap_or_default();
    let breakdown: String = DIMENSIONS.map(text).into_iter().filter(|code| *code != "_T").map(|code| format!("{code} ")).collect();
    printer.line(&format!(
        "{}  {} ({})  {}  {}{}: {} {}",
        text("indicator"),
        text("ref_area_name"),
        text("ref_area"),
        cells.int("time_period", old.1).unwrap_or_default(),
        breakdown,
        text("estimate"),
        number(value(old.0, old.1)),
        text("unit"),
    ));
    printer.line(&format!("cited from release {}, made {}; the id fits the value", manifest.release, manifest.created_at));
    let now_text = |column: &str| new.1.and_then(|row| Table(new.0).text(column, row)).unwrap_or_default();
    let is_same = now == value(old.0, old.1) && ["unit", "obs_status"].iter().all(|column| now_text(column) == text(column));
    printer.line(&match (new.1, is_same) {
        (None, _) => format!("release {current}, which is current, does not have it"),
        (Some(_), true) => format!("release {current}, which is current, has the same value"),
        (Some(_), false) => {
            let (unit, status) = (now_text("unit"), now_text("obs_status"));
            let told = format!("release {current}, which is current, has {} {unit} with status {status}", number(now));
            format!("{told}; why: yardstick diff {} current", manifest.release)
        }
    });
    Ok(())
}
