//! The current release as `mcp` reads it: its manifest, its catalogue, and how a figure of it is cited.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use serde_json::{Value, json};

use crate::error::{Error, Result, suggestion};
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::views::Values;
use crate::tables::{parquet, text};

pub(super) struct Current {
    folder: PathBuf,
    pub manifest: Manifest,
    catalog: Value,
    /// Of the indicator that was read last: rows of an answer come indicator by indicator.
    last: Mutex<Option<(String, RecordBatch)>>,
}

impl Current {
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let folder = promote::find(&settings.workspace, "current")?;
        let manifest = Manifest::load(&folder)?;
        let catalog = serde_json::from_slice(&fs_err::read(folder.join("catalog.json"))?)?;
        Ok(Self { folder, manifest, catalog, last: Mutex::new(None) })
    }

    pub(super) fn list(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.catalog[name].as_array().into_iter().flatten()
    }

    /// An indicator by id or name.
    pub(super) fn indicator(&self, wanted: &str) -> Result<&Value> {
        let known = || self.list("indicators").flat_map(|one| [&one["id"], &one["name"]]).filter_map(Value::as_str);
        self.list("indicators")
            .find(|one| one["id"] == wanted || one["name"] == wanted)
            .ok_or_else(|| Error::Usage { message: format!("no indicator `{wanted}`"), hint: suggestion(wanted, known()) })
    }

    /// Every economy and group: code, name, and of a group its scheme.
    pub(super) fn areas(&self) -> impl Iterator<Item = Value> {
        let economies = self.list("areas").map(|one| json!({ "ref_area": one["ref_area"], "name": one["name"], "kind": "country" }));
        let group =
            |one: &Value| json!({ "ref_area": one["group_code"], "name": one["name"], "kind": "group", "scheme": one["group_scheme"] });
        economies.chain(self.list("groups").map(group))
    }

    /// A code that the release knows; of a name, the code is told.
    pub(super) fn known_area(&self, wanted: &str) -> Result<()> {
        let areas: Vec<Value> = self.areas().collect();
        if areas.iter().any(|area| area["ref_area"] == wanted) {
            return Ok(());
        }
        let named = |area: &&Value| area["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        let hint = match areas.iter().find(named) {
            Some(area) => area["ref_area"].as_str().map(|code| format!("its code is `{code}`")),
            None => suggestion(wanted, areas.iter().filter_map(|area| area["ref_area"].as_str())),
        };
        let hint = hint.unwrap_or_else(|| "list_areas has the codes".into());
        Err(Error::usage_hint(format!("no area `{wanted}`"), hint))
    }

    /// All values of one indicator.
    pub(super) fn values_of(&self, indicator: &str) -> Result<RecordBatch> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, values)) = last.as_ref().filter(|(name, _)| name == indicator) {
            return Ok(values.clone());
        }
        let values = parquet::read_indicator(&self.folder.join("values.parquet"), &schema::published_values(), indicator)?;
        *last = Some((indicator.to_owned(), values.clone()));
        Ok(values)
    }

    /// The estimate of a key that is the one to show.
    pub(super) fn shown_estimate(&self, indicator: &str, area: &str, year: i64, codes: &[String; 7]) -> Result<Option<String>> {
        let name = self.indicator(indicator)?["name"].as_str().unwrap_or_default();
        let values = self.values_of(name)?;
        for estimate in ["reported", "available", "imputed", "published"] {
            if row_of(&values, area, year, codes, estimate)?.is_some_and(|row| Table(&values).is_true("preferred", row)) {
                return Ok(Some(estimate.to_owned()));
            }
        }
        Ok(None)
    }

    pub(super) fn progress(&self) -> Result<RecordBatch> {
        parquet::read(&self.folder.join("progress.parquet"), &schema::progress())
    }

    /// How the release is cited as a whole.
    pub(super) fn citation(&self) -> String {
        format!("Yardstick, release {}", self.manifest.release)
    }

    /// A row of values as JSON, with its citation in words and the sources that must be named.
    pub(super) fn cited(&self, values: &RecordBatch, row: usize) -> Result<Value> {
        let mut found = text::json_rows(&values.slice(row, 1))?[0].take();
        let cells = Table(values);
        let text = |column: &str| cells.text(column, row).unwrap_or_default();
        let indicator = self.indicator(text("indicator"))?;
        let codes: String = DIMENSIONS.map(|name| (name, text(name))).into_iter().filter(|(_, code)| *code != "_T").fold(
            String::new(),
            |mut all, (name, code)| {
                all.push_str(&format!(", {name} {code}"));
                all
            },
        );
        let value = cells.float("value", row).map_or_else(|| "no value".into(), |value| format!("{value} {}", text("unit")));
        let sources = self.sources_of(text("source"), indicator);
        let named: Vec<String> = sources
            .iter()
            .map(|source| {
                format!("{} ({})", source["citation"].as_str().unwrap_or_default(), source["licence"].as_str().unwrap_or_default())
            })
            .collect();
        found["citation"] = json!(format!(
            "{}, {} ({}), {}{codes}, {}: {value}. {}, value {}. Sources: {}",
            indicator["title"].as_str().unwrap_or_default(),
            text("ref_area_name"),
            text("ref_area"),
            cells.int("time_period", row).unwrap_or_default(),
            text("estimate"),
            self.citation(),
            text("value_id"),
            named.join("; "),
        ));
        found["sources"] = json!(sources);
        Ok(found)
    }

    /// Whose figure it is: the provider that a row names, or all that a figure of ours may be made of.
    fn sources_of(&self, source: &str, indicator: &Value) -> Vec<Value> {
        let all = || indicator["sources"].as_array().cloned().unwrap_or_default();
        let one = |found: &Value| json!({ "title": found["title"], "citation": found["citation"], "licence": found["licence"], "url": found["homepage"] });
        self.list("sources").find(|known| known["source"] == source).map_or_else(all, |found| vec![one(found)])
    }
}

/// The row of a key: area, year, codes of dimensions, estimate. The rows of an indicator are in this order.
pub(super) fn row_of(values: &RecordBatch, area: &str, year: i64, codes: &[String; 7], estimate: &str) -> Result<Option<usize>> {
    let rows = Values::of(values)?;
    let key =
        |row: usize| (rows.ref_area.value(row), i64::from(rows.time_period.value(row)), rows.dimensions(row), rows.estimate.value(row));
    let wanted = (area, year, codes.each_ref().map(String::as_str), estimate);
    let (mut from, mut to) = (0, rows.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        if key(middle) < wanted {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    Ok((from < rows.len() && key(from) == wanted).then_some(from))
}
