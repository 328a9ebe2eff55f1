//! Makes a test case from the data at hand: the observations behind the chosen areas and years, and what they give.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use super::load::Loaded;
use crate::engine::{Engine, observations};
use crate::error::{Error, Result, suggestion};
use crate::files;
use crate::indicator::Indicator;
use crate::observe::report::observation_files;
use crate::release::test_case::expectation::{self, VALUES};
use crate::release::{fingerprint, promote, test_case};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::parquet;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::sort::concat;
use crate::tables::text::csv_bytes;

/// What was written.
#[derive(Serialize)]
pub struct Recorded {
    pub folder: String,
    pub observations: usize,
    /// Whether every year is in it: the figures of the years asked for follow from others too.
    pub all_years: bool,
    /// Figures of the years asked for that the release has otherwise.
    pub other_than_released: Vec<String>,
    /// The same of the years before, which are there for what is carried from them.
    pub other_before: usize,
}

pub async fn record(
    settings: &Settings,
    loaded: &Loaded,
    indicator: &Indicator,
    name: &str,
    areas: &[String],
    years: &[i32],
) -> Result<Recorded> {
    let Some(current) = promote::current(&settings.workspace)? else {
        return Err(Error::usage_hint("no release yet to record from", "run `yardstick run` first"));
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(Error::usage_hint(format!("`{name}` is no name of a case"), "letters, digits, _ and -"));
    }
    let folder = test_case::folder(&settings.workspace, indicator).join(name);
    let wanted = with_members(loaded, areas)?;
    let engine = loaded.engine(settings)?;
    let reports = loaded.reports(settings)?;
    let datasets = fingerprint::datasets_of(indicator, &reports);
    observations::register(&engine, &settings.workspace.data, &observation_files(&settings.workspace, &reports, &datasets))?;
    let named = indicator.series_named();
    let series: Vec<String> = reports.values().flat_map(|r| r.series.iter().cloned()).filter(|s| named.contains(s)).collect();
    let case = Case { settings, loaded, indicator, name, areas, folder: &folder, engine: &engine, wanted: &wanted, series: &series };
    let window = i32::try_from(indicator.window).unwrap_or(i32::MAX);
    // What the estimate `imputed` may carry into the chosen years belongs to the case.
    let near: BTreeSet<i32> = years.iter().flat_map(|year| year.saturating_sub(window)..=*year).collect();
    test_case::create(&folder)?;
    let released = parquet::read_indicator(&current.join("values.parquet"), &schema::values(), &indicator.name)?;
    let (mut observations, values) = case.write(Some(&near)).await?;
    let cells = Table(&values);
    if !(0..cells.len()).any(|r| cells.text("ref_area", r).is_some_and(|a| areas.iter().any(|w| w == a))) {
        fs_err::remove_dir_all(&folder)?;
        return Err(Error::usage_hint(
            format!("{} has no value for these areas and years: the case would expect nothing", indicator.name),
            "choose areas and years that `yardstick preview` shows",
        ));
    }
    let (mut other, mut before) = case.other(&values, &released, years);
    let mut all_years = false;
    // A panel, and a SELECT that looks at the years around one, need them all.
    if !other.is_empty() {
        let (more, values) = case.write(None).await?;
        let whole = case.other(&values, &released, years);
        all_years = whole.0.len() < other.len();
        if all_years {
            (observations, other, before) = (more, whole.0, whole.1);
        } else {
            case.write(Some(&near)).await?;
        }
    }
    let folder = settings.workspace.shown(&folder);
    Ok(Recorded { folder, observations, all_years, other_than_released: other, other_before: before.len() })
}

/// A case that is being made.
struct Case<'a> {
    settings: &'a Settings,
    loaded: &'a Loaded,
    indicator: &'a Indicator,
    name: &'a str,
    areas: &'a [String],
    folder: &'a Path,
    engine: &'a Engine,
    /// The areas, and the members of those that are groups.
    wanted: &'a BTreeSet<String>,
    series: &'a [String],
}

impl Case<'_> {
    /// Writes the tables of these years, or of all, and what they give; gives the number of observations, and the values.
    async fn write(&self, years: Option<&BTreeSet<i32>>) -> Result<(usize, RecordBatch)> {
        let list =
            |items: &mut dyn Iterator<Item = String>| items.map(|i| format!("'{}'", i.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
        let mut filter = format!("ref_area IN ({})", list(&mut self.wanted.iter().cloned()));
        if let Some(years) = years {
            let years = years.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
            filter = format!("{filter} AND time_period IN ({years})");
        }
        let mut of_series = filter.clone();
        if !self.series.is_empty() {
            of_series = format!("{filter} AND series IN ({})", list(&mut self.series.iter().cloned()));
        }
        let query = format!("SELECT * FROM observations WHERE {of_series} ORDER BY source, dataset, series, ref_area, time_period, record");
        let (schema, batches) = self.engine.run(&query, "the observations of the case").await?;
        let rows = concat(&schema, &batches)?;
        files::write_atomically(&self.folder.join("observations.csv"), &observations_csv(&rows)?)?;
        let catalogue = &self.loaded.catalogue;
        for index in catalogue.dependencies(self.indicator) {
            let other = &catalogue.indicators[index].name;
            let query = format!("SELECT * FROM indicators.{other} WHERE {filter}");
            let (schema, batches) = self.engine.run(&query, "the indicator that the case reads").await?;
            files::write_atomically(&self.folder.join(format!("indicators.{other}.csv")), &csv_bytes(&concat(&schema, &batches)?)?)?;
        }
        files::write_atomically(&self.folder.join("expected.csv"), b"ref_area,time_period,estimate,value\n")?;
        let mut problems = Vec::new();
        let case = test_case::read(&self.settings.workspace, self.indicator, self.name, &mut problems).ok_or(Error::Workspace(problems))?;
        let engine = Engine::new(self.settings.limits)?;
        let outcome = Box::pin(test_case::run(&case, &engine, catalogue, &self.loaded.reference, self.indicator)).await?;
        let cells = Table(&outcome.values);
        let asked = |row: usize| cells.text("ref_area", row).is_some_and(|area| self.areas.iter().any(|one| one == area));
        let bytes = expectation::written(&VALUES, &outcome.values, &[], &asked)?;
        files::write_atomically(&self.folder.join("expected.csv"), &bytes)?;
        Ok((rows.num_rows(), outcome.values))
    }

    /// Figures of the areas that are other ones in the release, or are not in it: of these years, and of years before.
    fn other(&self, values: &RecordBatch, released: &RecordBatch, years: &[i32]) -> (Vec<String>, Vec<String>) {
        let (ours, theirs) = (Table(values), Table(released));
        let key = |cells: &Table<'_>, row: usize| -> Vec<String> {
            let of =
                ["ref_area", "estimate"].iter().chain(&DIMENSIONS).map(|column| cells.text(column, row).unwrap_or_default().to_owned());
            of.chain(cells.int("time_period", row).map(|year| year.to_string())).collect()
        };
        let there: HashMap<Vec<String>, usize> = (0..theirs.len()).map(|row| (key(&theirs, row), row)).collect();
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            (a, b) => a == b,
        };
        let shown = |value: Option<f64>| value.map_or("no value".to_owned(), |value| value.to_string());
        let (mut asked, mut before) = (Vec::new(), Vec::new());
        for row in (0..ours.len()).filter(|row| ours.text("ref_area", *row).is_some_and(|area| self.areas.iter().any(|one| one == area))) {
            let other = there.get(&key(&ours, row)).copied();
            let same = other
                .is_some_and(|other| ["value", "coverage"].iter().all(|column| near(ours.float(column, row), theirs.float(column, other))));
            if same {
                continue;
            }
            let year = ours.int("time_period", row).unwrap_or_default();
            let [area, estimate] = ["ref_area", "estimate"].map(|column| ours.text(column, row).unwrap_or_default());
            let released = other.map_or("none".to_owned(), |other| shown(theirs.float("value", other)));
            let told = format!("{area} {year} {estimate} {}, in the release {released}", shown(ours.float("value", row)));
            if years.iter().any(|asked| i64::from(*asked) == year) { asked.push(told) } else { before.push(told) }
        }
        (asked, before)
    }
}

/// The areas and the members of those that are groups.
fn with_members(loaded: &Loaded, areas: &[String]) -> Result<BTreeSet<String>> {
    let members = loaded.reference.members()?;
    let mut wanted = BTreeSet::new();
    for area in areas {
        if !loaded.reference.is_area(area) {
            return Err(Error::Usage { message: format!("no area `{area}`"), hint: suggestion(area, loaded.reference.area_codes()) });
        }
        wanted.insert(area.clone());
        wanted.extend(members.get(area).into_iter().flatten().cloned());
    }
    Ok(wanted)
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
    csv_bytes(&rows.project(&keep)?)
}
