//! What a release does not pass on: with `only_redistributable` in `pipelines/job.toml`, the own figures of sources and
//! data sets whose licence does not say that they may be passed on. What is computed from them stays.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::{BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;

use crate::engine::Engine;
use crate::error::{Result, count};
use crate::indicator::{Catalogue, Indicator};
use crate::pipelines::Source;
use crate::release::checks::CheckResults;
use crate::release::progress::{self, Ends};
use crate::release::{licence, preferred};
use crate::tables::cells::Table;
use crate::tables::schema;

/// The sources of which nobody knows that they let their figures be passed on; of the others, the data sets with such a
/// licence of their own, as `source/dataset`.
pub fn sources(sources: &[Source]) -> Vec<String> {
    let unknown = |licence: &str| licence::redistribution(licence).is_null();
    let of = |source: &Source| -> Vec<String> {
        if unknown(&source.licence) {
            return vec![source.name.clone()];
        }
        let own = source.datasets.iter().filter(|dataset| dataset.licence.as_deref().is_some_and(unknown));
        own.map(|dataset| source.id(dataset).to_string()).collect()
    };
    sources.iter().flat_map(of).collect()
}

/// Source, area and year that observations of data sets not passed on are of.
type Observed = BTreeMap<(String, String, i64), String>;

/// What was left out of which source or data set.
#[derive(Debug)]
pub struct LeftOut<'a> {
    sources: &'a [String],
    counts: BTreeMap<String, usize>,
    /// Indicators and areas of which figures were left out.
    places: BTreeSet<(String, String)>,
    /// By series, and the data set of each.
    observed: BTreeMap<String, Observed>,
}

impl<'a> LeftOut<'a> {
    pub async fn new(engine: &Engine, sources: &'a [String]) -> Result<Self> {
        let mut observed: BTreeMap<String, Observed> = BTreeMap::new();
        let quoted = |id: &String| id.contains('/').then(|| format!("'{}'", id.replace('\'', "''")));
        let data_sets: Vec<String> = sources.iter().filter_map(quoted).collect();
        if !data_sets.is_empty() {
            let sql = format!(
                "SELECT DISTINCT series, source, dataset, ref_area, time_period FROM observations
                 WHERE concat(source, '/', dataset) IN ({}) ORDER BY source, dataset, series, ref_area, time_period",
                data_sets.join(", ")
            );
            for batch in engine.run(&sql, "what is not passed on").await?.1 {
                let cells = Table(&batch);
                for row in 0..cells.len() {
                    let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
                    let place = (text("source"), text("ref_area"), cells.int("time_period", row).unwrap_or_default());
                    let id = format!("{}/{}", place.0, text("dataset"));
                    observed.entry(text("series")).or_default().insert(place, id);
                }
            }
        }
        Ok(Self { sources, counts: BTreeMap::new(), places: BTreeSet::new(), observed })
    }

    /// The values of an indicator that are passed on, and both ends of its targets among them. On the same economies
    /// the ends are those of our own aggregates, which stay.
    pub async fn pass_on(
        &mut self,
        engine: &Engine,
        catalogue: &Catalogue,
        indicator: &Indicator,
        (values, ends): (&RecordBatch, &Ends),
        year: i32,
    ) -> Result<(RecordBatch, Ends)> {
        let cells = Table(values);
        let read = indicator.series_named();
        let observed: Observed = self.observed.iter().filter(|(series, _)| read.contains(*series)).flat_map(|(_, o)| o.clone()).collect();
        let kept: BooleanArray = (0..values.num_rows()).map(|row| Some(!self.leaves(&cells, row, &observed))).collect();
        if kept.false_count() == 0 {
            return Ok((values.clone(), ends.clone()));
        }
        let kept = preferred::without(&filter_record_batch(values, &kept)?)?;
        let (kept, again) = progress::ends(&engine.sibling()?, catalogue, indicator, &kept, year, None).await?;
        Ok((kept, again.on_the_same_economies(ends)))
    }

    /// Whether a row is the own figure of a source or data set that is not passed on; counts it. Where such a data set
    /// has any figure of the same series, area and year, the row may be it.
    fn leaves(&mut self, cells: &Table<'_>, row: usize, observed: &Observed) -> bool {
        let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
        if !["reported", "published"].contains(&text("estimate").as_str()) {
            return false;
        }
        let place = (text("source"), text("ref_area"), cells.int("time_period", row).unwrap_or_default());
        let whose = if self.sources.contains(&place.0) { Some(place.0) } else { observed.get(&place).cloned() };
        let Some(whose) = whose else { return false };
        *self.counts.entry(whose).or_default() += 1;
        self.places.insert((text("indicator"), text("ref_area")));
        true
    }

    /// Takes from what checks found the rows and remarks that tell of figures left out.
    pub fn hide(&self, found: &mut CheckResults) -> Result<()> {
        if self.places.is_empty() {
            return Ok(());
        }
        let indicators: BTreeSet<&str> = self.places.iter().map(|(indicator, _)| indicator.as_str()).collect();
        for (_, rows) in &mut found.failures {
            let cells = Table(rows);
            let tells = |row: usize| {
                let (indicator, area) = (cells.text("indicator", row).unwrap_or_default(), cells.text("ref_area", row));
                let here = area.map_or(indicators.contains(indicator), |area| self.places.contains(&(indicator.into(), area.into())));
                here || cells.text("source", row).is_some_and(|source| self.sources.iter().any(|other| other == source))
            };
            let kept: BooleanArray = (0..rows.num_rows()).map(|row| Some(!tells(row))).collect();
            *rows = filter_record_batch(rows, &kept)?;
        }
        let cells = Table(&found.table);
        let note = |row| cells.text("note", row).filter(|_| !indicators.contains(cells.text("indicator", row).unwrap_or_default()));
        let notes: StringArray = (0..cells.len()).map(note).collect();
        let mut columns = found.table.columns().to_vec();
        if let Some(column) = columns.last_mut() {
            *column = std::sync::Arc::new(notes);
        }
        found.table = RecordBatch::try_new(schema::checks(), columns)?;
        Ok(())
    }

    /// The same of what changed against the release before, which may have passed them on.
    pub fn of_revisions(&self, revisions: &RecordBatch) -> Result<RecordBatch> {
        let cells = Table(revisions);
        let text = |column: &str, row: usize| cells.text(column, row).unwrap_or_default().to_owned();
        let own = |row| ["reported", "published"].contains(&text("estimate", row).as_str());
        let kept = (0..cells.len()).map(|row| Some(!(own(row) && self.places.contains(&(text("indicator", row), text("ref_area", row))))));
        Ok(filter_record_batch(revisions, &kept.collect())?)
    }

    /// What a person is told.
    pub fn told(&self) -> Vec<String> {
        let told = |(source, rows): (&String, &usize)| {
            format!("left out: {} of {source}, whose licence does not say that they may be passed on", count(*rows, "value"))
        };
        self.counts.iter().map(told).collect()
    }
}
