//! The observations behind a value.

use std::collections::BTreeSet;

use crate::engine::Engine;
use crate::error::Result;
use crate::indicator::Indicator;
use crate::release::explain::records::Record;
use crate::release::explain::{Explainer, Wanted};
use crate::release::shared;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::concat;

impl Explainer<'_> {
    /// Observations of places and years that the SELECT may have read, with their place in the body.
    pub(super) async fn records(
        &self,
        engine: &Engine,
        indicator: &Indicator,
        wanted: &Wanted,
        places: &[(String, i64)],
    ) -> Result<Vec<Record>> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let list = |items: BTreeSet<String>| items.iter().map(|i| format!("'{}'", i.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
        let areas = list(places.iter().map(|(area, _)| area.clone()).collect());
        let years: BTreeSet<String> = places.iter().map(|(_, year)| year.to_string()).collect();
        let named = indicator.series_named();
        let query = format!(
            "SELECT source, dataset, series, ref_area, time_period, sex, age, urbanisation, obs_value, obs_text, obs_status, note, snapshot, record
             FROM observations WHERE ref_area IN ({areas}) AND time_period IN ({})
             ORDER BY source, dataset, series, ref_area, time_period, record",
            years.into_iter().collect::<Vec<_>>().join(", ")
        );
        let (found_schema, batches) = engine.run(&query, "the records").await?;
        let batch = concat(&found_schema, &batches)?;
        let cells = Table(&batch);
        let mut records = Vec::new();
        for row in 0..cells.len() {
            let series = cells.text("series", row).unwrap_or_default();
            let fits = |name: &str, index: usize| cells.text(name, row).is_none_or(|code| code == wanted.dimensions[index] || code == "_T");
            if (!named.is_empty() && !named.contains(series)) || !fits("sex", 0) || !fits("age", 1) || !fits("urbanisation", 2) {
                continue;
            }
            let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
            records.push(Record {
                data_set: format!("{}/{}", text("source"), text("dataset")),
                series: series.to_owned(),
                ref_area: text("ref_area"),
                time_period: cells.int("time_period", row).unwrap_or_default(),
                obs_value: cells.float("obs_value", row),
                obs_text: cells.text("obs_text", row).map(str::to_owned),
                obs_status: text("obs_status"),
                note: cells.text("note", row).map(str::to_owned),
                snapshot: text("snapshot"),
                record: cells.int("record", row).unwrap_or_default(),
                body: None,
                url: None,
                member: None,
                line: None,
                text: None,
            });
        }
        Ok(records)
    }

    /// Numerator and denominator of an economy's own figure, or of the agency's aggregate, where it is a ratio.
    pub(super) async fn ratio(&self, engine: &Engine, wanted: &Wanted) -> Result<[Option<f64>; 2]> {
        let quote = |text: &str| text.replace('\'', "''");
        let dims: Vec<String> = DIMENSIONS.iter().zip(&wanted.dimensions).map(|(d, code)| format!("{d} = '{}'", quote(code))).collect();
        let table = if wanted.estimate == "published" { "published" } else { "country_values" };
        let query = format!(
            "SELECT numerator, denominator FROM {table} WHERE value IS NULL AND ref_area = '{}' AND time_period = {} AND {}",
            quote(&wanted.area),
            wanted.year,
            dims.join(" AND ")
        );
        let (schema, batches) = engine.run(&query, "the ratio").await?;
        let rows = concat(&schema, &batches)?;
        let cells = Table(&rows);
        Ok(["numerator", "denominator"].map(|column| (rows.num_rows() == 1).then(|| cells.float(column, 0)).flatten()))
    }

    /// Of several records with the same figure, those from which the SELECT alone gives the row.
    pub(super) async fn probed(&self, engine: &Engine, indicator: &Indicator, wanted: &Wanted, found: Vec<Record>) -> Result<Vec<Record>> {
        if found.len() < 2 {
            return Ok(found);
        }
        let mut kept = Vec::new();
        for record in &found {
            let probe = engine.sibling()?;
            let query = format!("SELECT * FROM observations WHERE snapshot = '{}' AND record = {}", record.snapshot, record.record);
            engine.run(&query, "the record").await.and_then(|(schema, rows)| probe.register_batches("observations", schema, rows))?;
            // The views again, over this one record.
            shared::register(&probe, self.catalogue, indicator).await?;
            let (schema, rows) = probe.run(indicator.sql(), &indicator.text.path).await?;
            let rows = concat(&schema, &rows)?;
            let cells = Table(&rows);
            let same = |row: usize| {
                cells.text("ref_area", row) == Some(&wanted.area)
                    && cells.int("time_period", row) == Some(wanted.year)
                    && DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, row).unwrap_or("_T") == code)
            };
            if (0..cells.len()).any(same) {
                kept.push(record.clone());
            }
        }
        Ok(if kept.is_empty() { found } else { kept })
    }
}
