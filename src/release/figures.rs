//! The figures behind a release as checks compare them, each with the one of an earlier year of its series and area. A
//! check reads four numbers in place of a dozen texts, and sorts none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Schema, SchemaRef};

use crate::engine::Engine;
use crate::engine::table_files::Spooled;
use crate::error::Result;
use crate::release::numbers::Numbers;
use crate::tables::parquet;
use crate::tables::schema::{self, DIMENSIONS};
use crate::tables::small;
use crate::tables::views::{Areas, Cells, Figures as Rows};

/// One row for each figure, with the number of its series, a row of `numbered_series`.
pub const FIGURES: &str = "figures";
const SERIES: &str = "numbered_series";
const NUMBER: &str = "series_number";

/// Rows that a statement takes at once.
const AT_ONCE: usize = 8192;

/// What one takes in memory.
pub const BYTES: usize = 64;

/// What tells the series of a provider apart, but for the area.
fn columns() -> Vec<&'static str> {
    ["source", "dataset", "series", "unit"].into_iter().chain(DIMENSIONS).chain(["edition"]).collect()
}

fn of_figures() -> SchemaRef {
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

struct Figure {
    series: i64,
    year: i32,
    value: f64,
}

/// The figures of files of observations, which are in the order of source, data set, series and area: all figures of an area
/// come together, whatever their breakdowns, and no more than those of one are held.
struct Figures<'a> {
    numbers: Numbers,
    economies: HashSet<&'a str>,
    /// Source, data set, series and area of the figures at hand.
    place: [String; 4],
    here: Vec<Figure>,
    made: Columns,
}

/// Columns of figures that are finished.
#[derive(Default)]
struct Columns {
    series: Vec<i64>,
    areas: Vec<String>,
    of_group: Vec<bool>,
    years: Vec<i32>,
    values: Vec<f64>,
    years_before: Vec<Option<i32>>,
    values_before: Vec<Option<f64>>,
}

impl Columns {
    fn batch(&mut self, schema: &SchemaRef) -> Result<RecordBatch> {
        let made = std::mem::take(self);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(made.series)),
            Arc::new(StringArray::from(made.areas)),
            Arc::new(BooleanArray::from(made.of_group)),
            Arc::new(Int32Array::from(made.years)),
            Arc::new(Float64Array::from(made.values)),
            Arc::new(Int32Array::from(made.years_before)),
            Arc::new(Float64Array::from(made.values_before)),
        ];
        Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
    }
}

impl<'a> Figures<'a> {
    fn new(economies: HashSet<&'a str>) -> Self {
        Self { numbers: Numbers::new(columns()), economies, place: Default::default(), here: Vec::new(), made: Columns::default() }
    }

    /// Adds the figures of a batch: all but answers of yes or no. Gives what is finished, so many rows at a time.
    fn add(&mut self, batch: &RecordBatch, give: &mut dyn FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        let numbers = self.numbers.of(batch)?;
        let rows = Rows::of(batch)?;
        for row in 0..rows.len() {
            let Some(value) = rows.obs_value.cell(row).filter(|_| rows.unit.value(row) != "YES_NO") else { continue };
            let place = [rows.source, rows.dataset, rows.series, rows.ref_area].map(|column| column.value(row));
            if self.place != place {
                self.finish();
                self.place = place.map(str::to_owned);
                if self.made.series.len() >= AT_ONCE {
                    give(self.made.batch(&of_figures())?)?;
                }
            }
            self.here.push(Figure { series: numbers.value(row), year: rows.time_period.value(row), value });
        }
        Ok(())
    }

    /// All figures of an area are there: each stands behind that of the year before it.
    fn finish(&mut self) {
        self.here.sort_by(|a, b| (a.series, a.year).cmp(&(b.series, b.year)).then(a.value.total_cmp(&b.value)));
        let [.., area] = &self.place;
        let of_group = !self.economies.contains(area.as_str());
        let mut before: Option<&Figure> = None;
        for figure in &self.here {
            let earlier = before.filter(|earlier| earlier.series == figure.series);
            let made = &mut self.made;
            made.series.push(figure.series);
            made.areas.push(area.clone());
            made.of_group.push(of_group);
            made.years.push(figure.year);
            made.values.push(figure.value);
            made.years_before.push(earlier.map(|figure| figure.year));
            made.values_before.push(earlier.map(|figure| figure.value));
            before = Some(figure);
        }
        self.here.clear();
    }

    /// Reads files to their end.
    fn read(&mut self, files: &[PathBuf], give: &mut dyn FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        for file in files {
            for batch in parquet::batches(file, &observations())? {
                self.add(&batch?, give)?;
            }
            self.finish();
            self.place = Default::default();
        }
        give(self.made.batch(&of_figures())?)
    }
}

/// What is read of an observation: its other columns say nothing of figures.
fn observations() -> SchemaRef {
    let wanted: HashSet<&str> = columns().into_iter().chain(["ref_area", "time_period", "obs_value"]).collect();
    let all = schema::observations();
    Arc::new(Schema::new(all.fields().iter().filter(|field| wanted.contains(field.name().as_str())).cloned().collect::<Vec<_>>()))
}

/// Reads files of observations, and registers the figures among them. More rows than so many become a file.
pub fn register(engine: &Engine, data: &Path, files: &[PathBuf], areas: &RecordBatch, most: usize) -> Result<()> {
    let economies = Areas::of(areas)?.ref_area.iter().flatten().collect();
    let (mut figures, mut rows) = (Figures::new(economies), Spooled::new(of_figures(), data, most));
    figures.read(files, &mut |batch| rows.add(batch))?;
    rows.register(engine, FIGURES)?;
    figures.numbers.register(engine, SERIES, NUMBER)
}

/// The same without a row: what `check` plans against.
pub fn register_empty(engine: &Engine) -> Result<()> {
    engine.register_batches(FIGURES, of_figures(), vec![])?;
    Numbers::new(columns()).register(engine, SERIES, NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Limits;
    use crate::tables::small::Cell;

    /// Of two series, an economy and a group, with a year that is not there, and an answer of yes or no.
    #[tokio::test]
    async fn a_figure_stands_behind_the_one_of_an_earlier_year() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new(Limits::default()).unwrap();
        let given = [
            ("KEN", "_T", 2019, 2.0, "PT"),
            ("KEN", "F", 2022, 9.0, "YES_NO"),
            ("KEN", "_T", 2022, 3.0, "PT"),
            ("KEN", "F", 2023, 7.0, "PT"),
            ("WLD", "_T", 2020, 5.0, "PT"),
        ];
        let schema = observations();
        let rows = given.map(|(area, sex, year, value, unit)| {
            let cell = |name: &str| match name {
                "ref_area" => area.into(),
                "sex" => sex.into(),
                "unit" => unit.into(),
                "time_period" => Cell::Int(Some(year)),
                "obs_value" => Cell::Float(Some(value)),
                "edition" => Cell::Text(None),
                other => other.into(),
            };
            schema.fields().iter().map(|field| cell(field.name())).collect::<Vec<_>>()
        });
        let path = folder.path().join("observations.parquet");
        parquet::write(&[small::batch(&schema, &rows).unwrap()], &schema, &path).unwrap();
        let areas = small::schema(&["ref_area", "name", "iso2", "m49"].map(|name| (name, "text")));
        let areas = small::batch(&areas, &[["KEN", "Kenya", "KE", "404"].map(Cell::from).to_vec()]).unwrap();
        for most in [100, 1] {
            register(&engine, folder.path(), std::slice::from_ref(&path), &areas, most).unwrap();
            assert_eq!(shown(&engine).await, expected());
        }
    }

    fn expected() -> Vec<Vec<String>> {
        let rows = ["F KEN false 2023 7.0", "_T KEN false 2019 2.0", "_T KEN false 2022 3.0 2019 2.0", "_T WLD true 2020 5.0"];
        rows.iter().map(|row| row.split(' ').map(str::to_owned).collect()).collect()
    }

    async fn shown(engine: &Engine) -> Vec<Vec<String>> {
        let sql = "SELECT s.sex, f.ref_area, f.of_group, f.time_period, f.obs_value, f.year_before, f.value_before
            FROM figures f JOIN numbered_series s ON s.series_number = f.series_number ORDER BY s.sex, f.ref_area, f.time_period";
        let (_, batches) = engine.run(sql, "a test").await.unwrap();
        let shown = datafusion::arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        let rows = shown.lines().skip(3).map(|line| line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned));
        rows.map(Iterator::collect).filter(|row: &Vec<String>| row.len() > 1).collect()
    }
}
