//! The wide population file as rows, some records at a time: of many areas, all of them take more memory than a night may.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, UInt32Array};
use datafusion::arrow::compute::take;

use super::batch::made;
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem, Result, SourceText, suggestion};
use crate::tables::schema;

/// As the provider has it; carried on from an earlier year.
const STATUSES: [&str; 2] = ["A", "I"];

/// Records that are read at once.
const AT_ONCE: usize = 4096;

/// From so many bytes of text on the rows are not held in memory. They take some eight times as much.
const LARGE: usize = 64 << 20;

/// The population file of a workspace.
#[derive(Debug)]
pub struct Population {
    text: SourceText,
    known: HashSet<String>,
}

/// A number of persons, by the numbers of its area, of its column and of its status.
#[derive(Clone, Copy)]
struct Row {
    area: usize,
    year: i32,
    column: u32,
    persons: f64,
    status: u32,
}

impl Population {
    pub fn new(text: SourceText, known: HashSet<String>) -> Self {
        Self { text, known }
    }

    pub fn is_large(&self) -> bool {
        self.text.text.len() > LARGE
    }

    /// Gives all rows batch by batch, in the order of the records.
    pub fn read(&self, problems: &mut Vec<Problem>, give: &mut dyn FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
        self.read_rows(problems, &mut |reading, rows| give(&reading.batch(rows)))
    }

    /// The same by breakdown: each batch has rows of one, and comes with its number.
    pub fn read_by_breakdown(&self, give: &mut dyn FnMut(u32, &RecordBatch) -> Result<()>) -> Result<()> {
        self.read_rows(&mut Vec::new(), &mut |reading, rows| {
            let mut parts: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
            for row in rows {
                parts.entry(row.column).or_default().push(*row);
            }
            parts.iter().try_for_each(|(number, rows)| give(*number, &reading.batch(rows)))
        })
    }

    fn read_rows(&self, problems: &mut Vec<Problem>, give: &mut dyn FnMut(&Reading, &[Row]) -> Result<()>) -> Result<()> {
        let mut tables = CsvTable::in_parts(&self.text, &["ref_area", "time_period"], AT_ONCE, problems);
        let columns = self.columns(tables.header(), problems);
        let (mut reading, mut seen) = (Reading { columns, ..Reading::default() }, HashSet::new());
        while let Some(table) = tables.next(problems) {
            self.check(&table, &mut seen, problems);
            let rows = reading.rows(&table, problems);
            give(&reading, &rows)?;
        }
        give(&reading, &reading.carried())
    }

    /// The places of the columns of persons, each with sex, age and urbanisation, in the order of these.
    fn columns(&self, header: &[String], problems: &mut Vec<Problem>) -> Vec<(usize, [String; 3])> {
        let mut columns = Vec::new();
        for (index, name) in header.iter().enumerate().filter(|(_, n)| *n != "ref_area" && *n != "time_period") {
            match name.split(':').collect::<Vec<_>>()[..] {
                [sex, age, urbanisation] => columns.push((index, [sex, age, urbanisation].map(str::to_owned))),
                _ => problems.push(
                    Problem::new(
                        Code::UnknownTableColumn,
                        &self.text,
                        0..1,
                        format!("population column `{name}` is not sex:age:urbanisation"),
                    )
                    .hint("such as F:Y15T24:_T"),
                ),
            }
        }
        columns.sort_by(|a, b| a.1.cmp(&b.1));
        columns
    }

    /// Areas that are known, and each with one record a year.
    fn check(&self, table: &CsvTable, seen: &mut HashSet<[String; 2]>, problems: &mut Vec<Problem>) {
        table.unique_beside(&["ref_area", "time_period"], seen, problems);
        for row in (0..table.len()).filter(|row| !self.known.contains(table.get(*row, "ref_area"))) {
            let code = table.get(row, "ref_area");
            problems.push(
                table
                    .problem_at(Code::UnknownReference, row, "ref_area", format!("area `{code}` is not in areas.csv"))
                    .maybe_hint(suggestion(code, self.known.iter().map(String::as_str)).filter(|s| s.starts_with("did"))),
            );
        }
    }
}

/// What is known of the records read so far.
#[derive(Default)]
struct Reading {
    columns: Vec<(usize, [String; 3])>,
    numbers: HashMap<String, usize>,
    areas: Vec<String>,
    /// By area and year.
    totals: BTreeMap<(usize, i32), f64>,
    /// Of areas by location.
    shares: Vec<Row>,
}

impl Reading {
    fn number(&mut self, area: &str) -> usize {
        if let Some(number) = self.numbers.get(area) {
            return *number;
        }
        self.areas.push(area.to_owned());
        self.numbers.insert(area.to_owned(), self.areas.len() - 1);
        self.areas.len() - 1
    }

    fn rows(&mut self, table: &CsvTable, problems: &mut Vec<Problem>) -> Vec<Row> {
        let mut rows = Vec::with_capacity(table.len() * self.columns.len());
        for record in 0..table.len() {
            let area = self.number(table.get(record, "ref_area"));
            let Ok(year) = table.get(record, "time_period").parse::<i32>() else {
                problems.push(table.problem_at(Code::WrongCellType, record, "time_period", "time_period must be a year"));
                continue;
            };
            for (column, (index, codes)) in (0_u32..).zip(&self.columns) {
                let cell = table.cell(record, *index);
                if cell.is_empty() {
                    continue;
                }
                let Some(persons) = cell.parse::<f64>().ok().filter(|persons| persons.is_finite() && *persons >= 0.0) else {
                    let text = format!("`{cell}` is not a number of persons");
                    problems.push(table.problem_at(Code::WrongCellType, record, &table.header[*index], text));
                    continue;
                };
                let row = Row { area, year, column, persons, status: 0 };
                match codes.each_ref().map(String::as_str) {
                    ["_T", "_T", "_T"] => drop(self.totals.insert((area, year), persons)),
                    ["_T", "_T", _] => self.shares.push(row),
                    _ => {}
                }
                rows.push(row);
            }
        }
        rows
    }

    /// Every row repeats one of few texts: they are copied by their places.
    fn batch(&self, rows: &[Row]) -> RecordBatch {
        let places = |place: &dyn Fn(&Row) -> u32| UInt32Array::from(rows.iter().map(place).collect::<Vec<u32>>());
        let taken = |texts: Vec<&str>, places: &UInt32Array| -> ArrayRef {
            take(&StringArray::from(texts), places, None).unwrap_or_else(|_| Arc::new(StringArray::new_null(0)))
        };
        let column = places(&|row| row.column);
        let code = |part: usize| taken(self.columns.iter().map(|(_, codes)| codes[part].as_str()).collect(), &column);
        let years: Vec<i32> = rows.iter().map(|row| row.year).collect();
        let persons: Vec<f64> = rows.iter().map(|row| row.persons).collect();
        let areas: StringArray = rows.iter().map(|row| Some(self.areas[row.area].as_str())).collect();
        made(
            schema::population(),
            vec![
                Arc::new(areas),
                Arc::new(Int32Array::from(years)),
                code(0),
                code(1),
                code(2),
                Arc::new(Float64Array::from(persons)),
                taken(STATUSES.to_vec(), &places(&|row| row.status)),
            ],
        )
    }

    /// Where shares by location end before totals do, the last share goes on, with status I: the later years have a weight.
    fn carried(&self) -> Vec<Row> {
        let mut last: BTreeMap<(&str, u32), (usize, i32, f64)> = BTreeMap::new();
        for Row { area, year, column, persons, .. } in &self.shares {
            if let Some(everyone) = self.totals.get(&(*area, *year)).filter(|everyone| **everyone > 0.0) {
                let share = (*area, *year, persons / everyone);
                let newest = last.entry((&self.areas[*area], *column)).or_insert(share);
                if newest.1 < *year {
                    *newest = share;
                }
            }
        }
        let mut carried = Vec::new();
        for ((_, column), (area, year, share)) in last {
            let Some(next) = year.checked_add(1) else { continue };
            let later = self.totals.range((area, next)..=(area, i32::MAX));
            carried.extend(later.map(|((_, year), total)| Row { area, year: *year, column, persons: (total * share).round(), status: 1 }));
        }
        carried
    }
}
