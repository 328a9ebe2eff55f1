//! `explain`: why a number is what it is, down to the line of the provider's body.

mod cited;
mod history;
mod print;

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::RecordBatch;
use serde_json::json;

use self::cited::Cited;
use crate::cli::ExplainArgs;
use crate::commands::preview::progress_of;
use crate::engine::Engine;
use crate::error::{Error, Result, suggestion};
use crate::exit::Exit;
use crate::fetch::Store;
use crate::job::load;
use crate::printer::{Printer, number, percent};
use crate::reference::MembershipMode;
use crate::release::explain::lines::{Find, locate};
use crate::release::explain::{Explainer, Explanation, Wanted};
use crate::release::fixed_gaps;
use crate::release::headline::standing;
use crate::release::manifest::BodyEntry;
use crate::release::{Manifest, preferred, progress, promote};
use crate::settings::Settings;
use crate::sources::{self, Format};
use crate::tables::cells::Table;
use crate::tables::parquet;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::text::json_rows;
use crate::tables::views::{Cells, Progress};

pub(super) async fn explain(settings: &Settings, printer: &Printer, args: &ExplainArgs) -> Result<Exit> {
    let named;
    let args = match &args.area {
        Some(_) => args,
        None => match cited::look_up(settings, printer, args)? {
            Cited::Current(found) => {
                named = found;
                &named
            }
            Cited::Older(exit) => return Ok(exit),
        },
    };
    let area = args.area.as_deref().unwrap_or_default();
    if args.history {
        return history::history(settings, printer, args);
    }
    let release = promote::find(&settings.workspace, "current")?;
    let manifest = Manifest::load(&release)?;
    // As the release counted members, on its own day, whatever the mode and the lists of today.
    let settings = &Settings {
        membership: MembershipMode::named(&manifest.membership).unwrap_or(settings.membership),
        now: manifest.created_at.parse().unwrap_or(settings.now),
        ..settings.clone()
    };
    let loaded = load::load_past(settings)?;
    let marked = parquet::read(&release.join("values.parquet"), &schema::preferred_values())?;
    let values = preferred::without(&marked)?;
    let explainer = Explainer {
        workspace: &settings.workspace,
        catalogue: &loaded.catalogue,
        reference: &loaded.reference,
        manifest: &manifest,
        values: &values,
        limits: settings.limits,
    };
    let indicator = loaded.catalogue.find(&args.indicator)?;
    let store = Store::new(&settings.workspace.data);
    let formats: BTreeMap<String, &dyn Format> = manifest
        .all_data_sets()
        .filter_map(|input| {
            let dataset = loaded.sources.iter().find(|s| s.name == input.source)?.dataset(&input.dataset)?;
            let format = |body: &BodyEntry| &*dataset.route(&body.route).map_or(dataset.own(), |(_, route)| route).format;
            Some(input.bodies.iter().map(move |b| (b.snapshot.clone(), format(b))))
        })
        .flatten()
        .collect();
    let bodies: BTreeMap<String, (String, String)> = manifest
        .all_data_sets()
        .flat_map(|i| i.bodies.iter().map(move |b| (b.snapshot.clone(), (format!("{}/{}/{}", i.source, i.dataset, b.name), b.url.clone()))))
        .collect();
    let find = |snapshot: &str, numbers: &BTreeSet<u32>| {
        let file = store.open(snapshot).map(|f| f.into_parts().0);
        match (formats.get(snapshot), file) {
            (Some(format), Ok(mut file)) => sources::locate(*format, &mut file, numbers).unwrap_or_default(),
            _ => BTreeMap::new(),
        }
    };
    let mut wanted = Wanted {
        area: area.to_owned(),
        year: i64::from(args.year.unwrap_or_default()),
        dimensions: [&args.sex, &args.age, &args.urbanisation, &args.disability, &args.education_level, &args.size_class, &args.breakdown]
            .map(Clone::clone),
        estimate: String::new(),
    };
    if let Some(target) = &args.target {
        let progress = parquet::read(&release.join("progress.parquet"), &schema::progress())?;
        let row = progress_row(&progress, target, &indicator.name, args)?;
        let cells = Table(&progress);
        wanted.estimate = cells.text("estimate", row).unwrap_or_default().to_owned();
        wanted.dimensions = DIMENSIONS.map(|d| cells.text(d, row).unwrap_or_default().to_owned());
        let mut measured = Vec::new();
        for one in loaded.catalogue.measured_with(indicator) {
            let parts = match fixed_gaps::parts_of(&loaded.catalogue, one) {
                Some(part) => Some((part, explainer.recompute(part).await?.engine)),
                None => None,
            };
            measured.push((one, explainer.recompute(one).await?.engine, parts));
        }
        let again = Again {
            progress: progress_of(settings, &loaded, &values, &measured).await?,
            classes: progress::classes(&Engine::new(settings.limits)?, &loaded.catalogue).await?,
        };
        let mut both = Vec::new();
        for (year_of, value_of) in [("baseline_year", "baseline_value"), ("latest_year", "latest_value")] {
            let Some(year) = cells.int(year_of, row) else { continue };
            let wanted = Wanted { year, ..wanted.clone() };
            // Both ends may be one value. A baseline that the target states itself need not be a value of the release.
            if year_of == "latest_year" && !both.is_empty() && cells.int("baseline_year", row) == Some(year) {
                continue;
            }
            if explainer.value(&indicator.name, &wanted) == cells.float(value_of, row) {
                let mut explanation = explainer.explain(indicator, wanted).await?;
                locate_all(&mut explanation, args.limit, &find, &bodies);
                both.push(explanation);
            }
        }
        return show_progress(printer, &progress, row, &again, &both, &manifest, args.limit);
    }
    let year = args.year.ok_or_else(|| Error::usage_hint("explain needs --year", "or --target for a row of progress"))?;
    wanted.year = i64::from(year);
    wanted.estimate = estimate(&values, &indicator.name, &wanted, args.estimate.as_deref());
    let shown = rows_of(&marked, &indicator.name, &wanted).find(|row| Table(&marked).is_true("preferred", *row));
    let shown = shown.map(|row| (Table(&marked).text("estimate", row).unwrap_or_default(), Table(&marked).float("value", row)));
    let mut explanation = explainer.explain(indicator, wanted).await?;
    locate_all(&mut explanation, args.limit, &find, &bodies);
    let exit = if explanation.adds_up { Exit::Done } else { Exit::Failed };
    if printer.json() {
        let shown = shown.map(|(estimate, value)| json!({ "estimate": estimate, "value": value }));
        printer.envelope("explain", exit, &json!({ "release": manifest.release, "explanation": explanation, "preferred": shown }), &[]);
    } else {
        print::show(printer, &explanation, &manifest.release, args.limit);
        if let Some((estimate, value)) = shown.filter(|(estimate, _)| *estimate != explanation.wanted.estimate) {
            printer.line(&format!("shown elsewhere: {estimate} {} (--estimate {estimate})", number(value)));
        }
    }
    Ok(exit)
}

/// The lines of the records of an explanation, and of those it rests on.
fn locate_all(explanation: &mut Explanation, limit: usize, find: Find<'_>, bodies: &BTreeMap<String, (String, String)>) {
    locate(explanation, limit, find, bodies);
    for nested in explanation.inputs.iter_mut().filter_map(|input| input.explanation.as_mut()) {
        locate_all(nested, limit, find, bodies);
    }
}

/// The rows of a key, one for each estimate.
fn rows_of<'a>(values: &'a RecordBatch, indicator: &'a str, wanted: &'a Wanted) -> impl Iterator<Item = usize> + use<'a> {
    let cells = Table(values);
    let (area, year, dimensions) = (wanted.area.clone(), wanted.year, wanted.dimensions.clone());
    (0..cells.len()).filter(move |row| {
        cells.text("indicator", *row) == Some(indicator)
            && cells.text("ref_area", *row) == Some(&area)
            && cells.int("time_period", *row) == Some(year)
            && DIMENSIONS.iter().zip(&dimensions).all(|(name, code)| cells.text(name, *row) == Some(code))
    })
}

/// The estimate asked for, or the first there is: a country's own figure, then ours, then the agency's.
fn estimate(values: &RecordBatch, indicator: &str, wanted: &Wanted, asked: Option<&str>) -> String {
    if let Some(asked) = asked {
        return asked.to_owned();
    }
    let there: BTreeSet<&str> = rows_of(values, indicator, wanted).filter_map(|row| Table(values).text("estimate", row)).collect();
    ["reported", "available", "imputed", "published"].into_iter().find(|e| there.contains(e)).unwrap_or("available").to_owned()
}

fn progress_row(progress: &RecordBatch, target: &str, indicator: &str, args: &ExplainArgs) -> Result<usize> {
    let (cells, chosen) = (Table(progress), Progress::of(progress)?.preferred);
    let given = [&args.sex, &args.age, &args.urbanisation, &args.disability, &args.education_level, &args.size_class, &args.breakdown];
    let mut rows: Vec<usize> = (0..cells.len())
        .filter(|r| {
            cells.text("target", *r) == Some(target)
                && cells.text("indicator", *r) == Some(indicator)
                && cells.text("ref_area", *r) == args.area.as_deref()
        })
        .filter(|r| args.estimate.as_deref().is_none_or(|e| cells.text("estimate", *r) == Some(e)))
        .filter(|r| DIMENSIONS.iter().zip(given).all(|(d, code)| code == "_T" || cells.text(d, *r) == Some(code)))
        .collect();
    // The very breakdown before others; without a choice of estimate, the one that is shown everywhere.
    let other = |r: usize| DIMENSIONS.iter().zip(given).any(|(d, code)| cells.text(d, r) != Some(code));
    let shown = |r: usize| chosen.cell(r) == Some(true);
    rows.sort_by_key(|r| (other(*r), !shown(*r), *r));
    rows.first().copied().ok_or_else(|| {
        let targets: BTreeSet<&str> =
            (0..cells.len()).filter(|r| cells.text("indicator", *r) == Some(indicator)).filter_map(|r| cells.text("target", r)).collect();
        let hint = if targets.contains(target) {
            let areas: BTreeSet<&str> =
                (0..cells.len()).filter(|r| cells.text("target", *r) == Some(target)).filter_map(|r| cells.text("ref_area", r)).collect();
            Some(format!("there are rows for {}", areas.into_iter().collect::<Vec<_>>().join(" ")))
        } else {
            suggestion(target, targets)
        };
        Error::Usage { message: format!("no progress row for target {target} in {}", args.area.as_deref().unwrap_or_default()), hint }
    })
}

/// Whether the method gives the same numbers again, to 1e-12.
fn same_row(cells: &Table<'_>, row: usize, again: &RecordBatch) -> bool {
    let other = Table(again);
    let key = ["target", "ref_area", "estimate"].into_iter().chain(DIMENSIONS);
    let Some(found) = (0..other.len()).find(|r| key.clone().all(|k| cells.text(k, row) == other.text(k, *r))) else { return false };
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1.0),
        (a, b) => a == b,
    };
    again.schema().fields().iter().all(|f| near(cells.float(f.name(), row), other.float(f.name(), found)))
        && ["class", "outcome", "class_fixed"].iter().all(|column| cells.text(column, row) == other.text(column, found))
}

/// What the method gives now.
struct Again {
    progress: RecordBatch,
    /// The least pace of each class.
    classes: Vec<(String, f64)>,
}

fn show_progress(
    printer: &Printer,
    progress: &RecordBatch,
    row: usize,
    again: &Again,
    both: &[Explanation],
    manifest: &Manifest,
    limit: usize,
) -> Result<Exit> {
    let cells = Table(progress);
    let float = |c: &str| cells.float(c, row);
    let int = |c: &str| cells.int(c, row).map(|v| v as f64);
    // The parts of the formula, computed again.
    // None where both ends are of one year, or nothing is left to go.
    let over = |part: f64, whole: f64| (whole != 0.0).then(|| part / whole);
    let actual = (|| over(float("latest_value")? - float("baseline_value")?, int("latest_year")? - int("baseline_year")?))();
    let required = (|| over(float("target_value")? - float("baseline_value")?, int("target_year")? - int("baseline_year")?))();
    let pace = actual.zip(required).and_then(|(actual, required)| over(actual, required));
    let adds_up = same_row(&cells, row, &again.progress) && both.iter().all(|e| e.adds_up);
    let exit = if adds_up { Exit::Done } else { Exit::Failed };
    let text = |c: &str| cells.text(c, row).unwrap_or_default().to_owned();
    let year_of_target = || cells.int("target_year", row).unwrap_or_default();
    if printer.json() {
        let object = json_rows(&progress.slice(row, 1))?[0].take();
        printer.envelope(
            "explain",
            exit,
            &json!({ "release": manifest.release, "progress": object, "computed_again": { "actual_per_year": actual, "required_from_baseline": required, "pace": pace }, "classes": again.classes.iter().cloned().collect::<BTreeMap<_, _>>(), "adds_up": adds_up, "values": both }),
            &[],
        );
        return Ok(exit);
    }
    let (class, outcome) = (text("class"), text("outcome"));
    let over = cells.int("target_year", row).is_some_and(|year| year < i64::from(manifest.current_year));
    let how = match (outcome.as_str(), over) {
        ("open", true) => format!("open, although {} is over: the note says why", year_of_target()),
        ("open", false) => "open".to_owned(),
        ("in_time", _) => format!("in_time, by the last value up to {}", year_of_target()),
        _ => format!("{outcome}, by what is known up to {} and since", year_of_target()),
    };
    printer.line(&format!("target {} for {} ({}): {}", text("target"), text("ref_area"), text("estimate"), standing(&class, &outcome)));
    // Of the same economies, or of what stands beside the target.
    let own = Some(text("class_as_computed")).filter(|own| !own.is_empty() && *own != class);
    let own = own.map_or(String::new(), |own| format!(" ({own} by baseline and latest value alone: the note says why)"));
    printer.line(&format!("class {class}{own}; outcome {how}"));
    let show = |c: &str| number(float(c));
    let year = |c: &str| cells.int(c, row).map_or("-".into(), |y| y.to_string());
    printer.line(&format!(
        "baseline {} in {}, latest {} in {}, target {} in {}; left to go {}",
        show("baseline_value"),
        year("baseline_year"),
        show("latest_value"),
        year("latest_year"),
        show("target_value"),
        year("target_year"),
        show("distance")
    ));
    if float("baseline_value").is_some() && float("latest_value").is_some() {
        printer.line(&format!(
            "made per year:   ({} - {}) / ({} - {}) = {}",
            show("latest_value"),
            show("baseline_value"),
            year("latest_year"),
            year("baseline_year"),
            number(actual)
        ));
        printer.line(&format!(
            "needed per year: ({} - {}) / ({} - {}) = {} from the baseline, {} from now on",
            show("target_value"),
            show("baseline_value"),
            year("target_year"),
            year("baseline_year"),
            number(required),
            show("required_per_year")
        ));
        printer.line(&format!(
            "pace: {} (linear, gives the class: {}), {} by compound rates",
            show("pace"),
            again.classes.iter().map(|(class, from)| format!("{from} {}", class.replace('_', " "))).collect::<Vec<_>>().join(", "),
            show("pace_cagr")
        ));
    }
    if !text("class_fixed").is_empty() {
        printer.line(&format!(
            "on the same economies at both ends, {} of the weight: pace {}, {}",
            percent(float("fixed_share")),
            show("pace_fixed"),
            text("class_fixed")
        ));
    }
    if float("projected_low").is_some() || float("arrival_year").is_some() {
        printer.line(&format!(
            "projected {} to {} at the target year; arrival {}",
            show("projected_low"),
            show("projected_high"),
            float("arrival_year").map_or("-".into(), |y| format!("{y:.1}"))
        ));
    }
    if let Some(note) = cells.text("note", row) {
        printer.line(&format!("note: {note}"));
    }
    if !same_row(&cells, row, &again.progress) {
        printer.line("computed again now, the row is another one: targets or values have changed since the release");
    }
    printer.line(
        "sql: sql/derived/ends.sql, sql/derived/paces.sql, sql/derived/classes.sql, sql/derived/standings.sql, sql/derived/progress.sql",
    );
    for explanation in both {
        printer.line("");
        print::show(printer, explanation, &manifest.release, limit);
    }
    Ok(exit)
}
