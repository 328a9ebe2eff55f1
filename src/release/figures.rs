//! The figures behind a release as checks compare them, in the order of their series, area and year,
//! each with the one of an earlier year before it. A check reads four numbers in place of a dozen texts, and sorts none.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, SchemaRef};

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::release::numbers::Numbers;
use crate::tables::schema::DIMENSIONS;
use crate::tables::small;

/// One row for each figure, with the number of its series, a row of `numbered_series`.
pub const FIGURES: &str = "figures";
const SERIES: &str = "numbered_series";
const NUMBER: &str = "series_number";

/// Rows that a statement takes at once.
const AT_ONCE: usize = 8192;

struct Figure {
    series: i64,
    area: u32,
    year: i32,
    value: f64,
}

struct Figures {
    numbers: Numbers,
    /// With the number of each, and whether it is a group.
    areas: HashMap<String, (u32, bool)>,
    rows: Vec<Figure>,
}

/// What tells the series of a provider apart, but for the area.
fn columns() -> Vec<&'static str> {
    ["source", "dataset", "series", "unit"].into_iter().chain(DIMENSIONS).chain(["edition"]).collect()
}

fn schema() -> SchemaRef {
    small::schema(&[
        (NUMBER, "bigint"),
        ("ref_area", "text"),
        ("of_group", "bool"),
        ("time_period", "int"),
        ("obs_value", "float"),
        ("year_before", "int"),
        ("value_before", "float"),
    ])
}

impl Figures {
    fn new() -> Self {
        Self { numbers: Numbers::new(columns()), areas: HashMap::new(), rows: Vec::new() }
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let column = |name: &str, kind: DataType| -> Result<ArrayRef> {
            let column = batch.column_by_name(name).ok_or_else(|| Error::Internal(format!("figures have no column {name}")))?;
            Ok(cast(column, &kind)?)
        };
        let numbers = self.numbers.of(batch)?;
        let (areas, years) = (column("ref_area", DataType::Utf8)?, column("time_period", DataType::Int32)?);
        let values = column("obs_value", DataType::Float64)?;
        let groups = column("of_group", DataType::Boolean)?;
        let (areas, years) = (areas.as_string::<i32>(), years.as_primitive::<Int32Type>());
        for (row, value) in values.as_primitive::<Float64Type>().iter().enumerate() {
            let Some(value) = value else { continue };
            let area = match self.areas.get(areas.value(row)) {
                Some((area, _)) => *area,
                None => self.new_area(areas.value(row), groups.as_boolean().value(row))?,
            };
            self.rows.push(Figure { series: numbers.value(row), area, year: years.value(row), value });
        }
        Ok(())
    }

    fn new_area(&mut self, area: &str, is_group: bool) -> Result<u32> {
        let number = u32::try_from(self.areas.len()).map_err(|_| Error::Internal("more areas than 32 bits can number".into()))?;
        self.areas.insert(area.to_owned(), (number, is_group));
        Ok(number)
    }

    /// In order: what was read in order, as an observation file is, is so nearly.
    fn sort(&mut self) {
        self.rows.sort_by(|a, b| (a.series, a.area, a.year).cmp(&(b.series, b.area, b.year)).then(a.value.total_cmp(&b.value)));
    }

    fn batches(&self, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
        let mut areas = vec![("", false); self.areas.len()];
        for (name, (number, is_group)) in &self.areas {
            areas[*number as usize] = (name, *is_group);
        }
        let before = |row: usize| -> Option<&Figure> {
            let (this, before) = (&self.rows[row], &self.rows[row.checked_sub(1)?]);
            (before.series == this.series && before.area == this.area).then_some(before)
        };
        let batch = |first: usize| {
            let rows = first..self.rows.len().min(first + AT_ONCE);
            let here = &self.rows[rows.clone()];
            let columns: Vec<ArrayRef> = vec![
                Arc::new(here.iter().map(|figure| Some(figure.series)).collect::<Int64Array>()),
                Arc::new(here.iter().map(|figure| Some(areas[figure.area as usize].0)).collect::<StringArray>()),
                Arc::new(here.iter().map(|figure| Some(areas[figure.area as usize].1)).collect::<BooleanArray>()),
                Arc::new(here.iter().map(|figure| Some(figure.year)).collect::<Int32Array>()),
                Arc::new(here.iter().map(|figure| Some(figure.value)).collect::<Float64Array>()),
                Arc::new(rows.clone().map(|row| before(row).map(|figure| figure.year)).collect::<Int32Array>()),
                Arc::new(rows.clone().map(|row| before(row).map(|figure| figure.value)).collect::<Float64Array>()),
            ];
            let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
            Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
        };
        (0..self.rows.len()).step_by(AT_ONCE).map(batch).collect()
    }
}

/// Reads the observations of an engine, and registers the figures among them: all but answers of yes or no.
pub async fn register(engine: &Engine) -> Result<()> {
    let columns: Vec<String> =
        columns().into_iter().chain(["ref_area", "time_period", "obs_value"]).map(|name| format!("o.{name}")).collect();
    let sql = format!(
        "SELECT {}, a.ref_area IS NULL AS of_group
         FROM observations_by_data_set AS o
         LEFT JOIN areas AS a ON a.ref_area = o.ref_area
         WHERE o.obs_value IS NOT NULL AND o.unit <> 'YES_NO'",
        columns.join(", ")
    );
    let mut figures = engine.fold(&sql, FIGURES, Figures::new(), Figures::add).await?;
    figures.sort();
    tables(engine, &figures)
}

/// The same without a row: what `check` plans against.
pub fn register_empty(engine: &Engine) -> Result<()> {
    tables(engine, &Figures::new())
}

fn tables(engine: &Engine, figures: &Figures) -> Result<()> {
    let schema = schema();
    engine.register_batches(FIGURES, schema.clone(), figures.batches(&schema)?)?;
    figures.numbers.register(engine, SERIES, NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Limits;
    use crate::tables::small::Cell;

    /// Rows that come in any order, of two series and an economy and a group, with a year that is not there.
    #[tokio::test]
    async fn a_figure_stands_behind_the_one_of_an_earlier_year() {
        let engine = Engine::new(Limits::default()).unwrap();
        let given = [("KEN", "F", 2023, 7.0), ("WLD", "_T", 2020, 5.0), ("KEN", "_T", 2022, 3.0), ("KEN", "_T", 2019, 2.0)];
        let mut names = columns();
        names.extend(["ref_area", "time_period", "obs_value"]);
        let kinds: Vec<(&str, &str)> = names
            .iter()
            .map(|name| {
                (
                    *name,
                    if *name == "time_period" {
                        "int"
                    } else if *name == "obs_value" {
                        "float"
                    } else {
                        "text"
                    },
                )
            })
            .collect();
        let observations = small::schema(&kinds);
        let rows = given.map(|(area, sex, year, value)| {
            let cell = |name: &&str| match *name {
                "ref_area" => area.into(),
                "sex" => sex.into(),
                "time_period" => Cell::Int(Some(year)),
                "obs_value" => Cell::Float(Some(value)),
                "edition" => Cell::Text(None),
                other => other.into(),
            };
            names.iter().map(cell).collect::<Vec<_>>()
        });
        engine
            .register_batches("observations_by_data_set", observations.clone(), vec![small::batch(&observations, &rows).unwrap()])
            .unwrap();
        let areas = small::schema(&[("ref_area", "text")]);
        engine.register_batches("areas", areas.clone(), vec![small::batch(&areas, &[vec!["KEN".into()]]).unwrap()]).unwrap();
        register(&engine).await.unwrap();
        let sql = "SELECT s.sex, f.ref_area, f.of_group, f.time_period, f.obs_value, f.year_before, f.value_before
            FROM figures f JOIN numbered_series s ON s.series_number = f.series_number ORDER BY s.sex, f.ref_area, f.time_period";
        let (_, batches) = engine.run(sql, "a test").await.unwrap();
        let shown = datafusion::arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        let rows: Vec<String> = shown.lines().skip(3).map(|line| line.replace([' ', '|'], ",")).collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').filter(|cell| !cell.is_empty()).collect()).collect();
        let expected = [
            vec!["F", "KEN", "false", "2023", "7.0"],
            vec!["_T", "KEN", "false", "2019", "2.0"],
            vec!["_T", "KEN", "false", "2022", "3.0", "2019", "2.0"],
            vec!["_T", "WLD", "true", "2020", "5.0"],
        ];
        assert_eq!(rows[..4], expected);
    }
}
