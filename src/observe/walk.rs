//! A walk over two sorted observation files of one data set, batch by batch, so that no file is held whole.

use std::cmp::Ordering;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use crate::error::Result;
use crate::tables::parquet::{self, Batches};
use crate::tables::schema;
use crate::tables::views::{Cells, Observations};

/// A row of an observation file.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub columns: &'a Observations<'a>,
    pub row: usize,
}

impl<'a> Row<'a> {
    /// What tells observations of one data set apart, in the order of its file. Editions stand side by side.
    pub fn key(self) -> (&'a str, &'a str, i32, [&'a str; 7], &'a str) {
        let Self { columns, row } = self;
        (
            columns.series.value(row),
            columns.ref_area.value(row),
            columns.time_period.value(row),
            columns.dimensions(row),
            columns.edition.cell(row).unwrap_or_default(),
        )
    }

    pub fn value(self) -> Option<f64> {
        self.columns.obs_value.cell(self.row)
    }

    /// What is compared besides the value.
    pub fn told(self) -> (Option<&'a str>, &'a str) {
        (self.columns.correction.cell(self.row), self.columns.obs_status.value(self.row))
    }
}

/// Calls `pair` for each observation of two files, with the row of each side that has it.
pub fn walk(old: Option<&Path>, new: Option<&Path>, pair: &mut dyn FnMut(Option<Row<'_>>, Option<Row<'_>>)) -> Result<()> {
    let schema = schema::observations();
    let (mut left, mut right) = (Side::open(old, &schema)?, Side::open(new, &schema)?);
    loop {
        let more = [left.fill()?, right.fill()?];
        let (a, b) = (Observations::of(&left.batch)?, Observations::of(&right.batch)?);
        match more {
            [false, false] => return Ok(()),
            [true, false] => {
                (left.row..a.len()).for_each(|row| pair(Some(Row { columns: &a, row }), None));
                left.row = a.len();
            }
            [false, true] => {
                (right.row..b.len()).for_each(|row| pair(None, Some(Row { columns: &b, row })));
                right.row = b.len();
            }
            [true, true] => {
                let (mut i, mut j) = (left.row, right.row);
                while i < a.len() && j < b.len() {
                    let (old, new) = (Row { columns: &a, row: i }, Row { columns: &b, row: j });
                    let order = old.key().cmp(&new.key());
                    pair(order.is_le().then_some(old), order.is_ge().then_some(new));
                    i += usize::from(order != Ordering::Greater);
                    j += usize::from(order != Ordering::Less);
                }
                (left.row, right.row) = (i, j);
            }
        }
    }
}

/// One file as far as it is read.
struct Side {
    batches: Option<Batches>,
    batch: RecordBatch,
    row: usize,
}

impl Side {
    /// A file that is not kept any more counts as empty.
    fn open(path: Option<&Path>, schema: &SchemaRef) -> Result<Self> {
        let batches = path.filter(|path| path.exists()).map(|path| parquet::batches(path, schema)).transpose()?;
        Ok(Self { batches, batch: RecordBatch::new_empty(schema.clone()), row: 0 })
    }

    /// Reads on when the batch at hand is through; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        while self.row >= self.batch.num_rows() {
            let Some(next) = self.batches.as_mut().and_then(Iterator::next) else { return Ok(false) };
            (self.batch, self.row) = (next?, 0);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::tables::small::{self, Cell};

    /// A file of observations `series area year value edition`, in small row groups as far as its reader sees.
    fn file(folder: &Path, name: &str, rows: &[(&str, &str, i32, f64, Option<&str>)]) -> PathBuf {
        let rows: Vec<Vec<Cell>> = rows
            .iter()
            .map(|(series, area, year, value, edition)| {
                let mut cells: Vec<Cell> =
                    vec!["s".into(), "d".into(), (*series).into(), (*area).into(), Cell::Int(Some(i64::from(*year)))];
                cells.extend(["_T"; 7].map(Cell::from));
                cells.extend([Cell::Float(Some(*value)), Cell::Text(None), "PT".into(), "A".into(), Cell::Text(None), "hash".into()]);
                cells.extend([Cell::Int(Some(1)), Cell::Text(edition.map(str::to_owned)), Cell::Text(None), Cell::Text(None)]);
                cells
            })
            .collect();
        let schema = schema::observations();
        let path = folder.join(name);
        parquet::write(&[small::batch(&schema, &rows).unwrap()], &schema, &path).unwrap();
        path
    }

    fn pairs(old: Option<&Path>, new: Option<&Path>) -> Vec<String> {
        let mut found = Vec::new();
        let show = |row: Option<Row<'_>>| row.map_or("-".to_owned(), |row| format!("{}", row.value().unwrap()));
        let mut pair = |old: Option<Row<'_>>, new: Option<Row<'_>>| {
            let key = new.or(old).unwrap().key();
            found.push(format!("{} {} {} {}{} > {}", key.0, key.1, key.2, key.4, show(old), show(new)));
        };
        walk(old, new, &mut pair).unwrap();
        found
    }

    #[test]
    fn each_observation_is_met_once() {
        let folder = tempfile::tempdir().unwrap();
        let one = [("a", "BRA", 2020, 1.0, None), ("a", "KEN", 2019, 2.0, Some("e1 ")), ("a", "KEN", 2019, 3.0, Some("e2 "))];
        let other = [
            ("a", "BRA", 2020, 1.5, None),
            ("a", "BRA", 2021, 9.0, None),
            ("a", "KEN", 2019, 3.5, Some("e2 ")),
            ("b", "BRA", 2020, 4.0, None),
        ];
        let (old, new) = (file(folder.path(), "old", &one), file(folder.path(), "new", &other));
        assert_eq!(
            pairs(Some(&old), Some(&new)),
            ["a BRA 2020 1 > 1.5", "a BRA 2021 - > 9", "a KEN 2019 e1 2 > -", "a KEN 2019 e2 3 > 3.5", "b BRA 2020 - > 4"]
        );
        assert_eq!(pairs(None, Some(&new)).len(), 4);
        assert_eq!(pairs(Some(&old), Some(&folder.path().join("gone"))).len(), 3);
    }

    /// Batches end at different rows on the two sides.
    #[test]
    fn files_of_several_batches() {
        let folder = tempfile::tempdir().unwrap();
        let rows = |from: i32| -> Vec<(&str, &str, i32, f64, Option<&str>)> {
            (from..).take(parquet::BATCH * 2).map(|year| ("a", "BRA", year, 1.0, None)).collect()
        };
        let (old, new) = (file(folder.path(), "old", &rows(0)), file(folder.path(), "new", &rows(5)));
        let found = pairs(Some(&old), Some(&new));
        assert_eq!(found.len(), parquet::BATCH * 2 + 5);
        assert_eq!(found.iter().filter(|pair| pair.contains('-')).count(), 10);
    }
}
