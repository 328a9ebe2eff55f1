//! The current release as `mcp` reads it: its manifest, its catalogue, and how a figure of it is cited.

use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;
use serde_json::{Value, json};

use crate::error::{Error, Result, suggestion};
use crate::release::{Manifest, promote};
use crate::settings::Settings;
use crate::tables::cells::Table;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::{parquet, text};

pub(super) struct Current {
    folder: PathBuf,
    pub manifest: Manifest,
    catalog: Value,
}

impl Current {
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let folder = promote::find(&settings.workspace, "current")?;
        let manifest = Manifest::load(&folder)?;
        let catalog = serde_json::from_slice(&fs_err::read(folder.join("catalog.json"))?)?;
        Ok(Self { folder, manifest, catalog })
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
        parquet::read_indicator(&self.folder.join("values.parquet"), &schema::published_values(), indicator)
    }

    /// The estimate of a key that is the one to show.
    pub(super) fn shown_estimate(&self, indicator: &str, area: &str, year: i64, codes: &[String; 7]) -> Result<Option<String>> {
        let name = self.indicator(indicator)?["name"].as_str().unwrap_or_default();
        let values = self.values_of(name)?;
        let is_shown =
            |estimate: &&&str| row_of(&values, area, year, codes, estimate).is_some_and(|row| Table(&values).is_true("preferred", row));
        Ok(["reported", "available", "imputed", "published"].iter().find(is_shown).map(|estimate| (*estimate).to_owned()))
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

/// The row of a key: area, year, codes of dimensions, estimate.
pub(super) fn row_of(values: &RecordBatch, area: &str, year: i64, codes: &[String; 7], estimate: &str) -> Option<usize> {
    let cells = Table(values);
    (0..cells.len()).find(|row| {
        cells.text("ref_area", *row) == Some(area)
            && cells.int("time_period", *row) == Some(year)
            && cells.text("estimate", *row) == Some(estimate)
            && DIMENSIONS.iter().zip(codes).all(|(name, code)| cells.text(name, *row) == Some(code))
    })
}
