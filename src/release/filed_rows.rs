//! The rows of an indicator's SELECT that are more than its steps take at once: in a file without a name, by breakdown, from
//! where they come back part by part (`cut.rs`).

use std::collections::HashMap;

use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;

use crate::error::{Error, Result};
use crate::files::scratch::Scratch;
use crate::tables::schema::DIMENSIONS;
use crate::tables::sort::joined;
use crate::tables::views::CountryValues;

/// Codes of a breakdown, in the order of `DIMENSIONS`.
pub(super) type Codes = [String; DIMENSIONS.len()];

/// Rows that wait until they are written, of all breakdowns.
const WAITING: usize = 1 << 18;

pub struct FiledRows {
    schema: SchemaRef,
    file: Scratch,
    end: u64,
    known: HashMap<Codes, usize>,
    breakdowns: Vec<Breakdown>,
    waiting: usize,
}

#[derive(Default)]
pub(super) struct Breakdown {
    pub(super) codes: Codes,
    pub(super) rows: usize,
    waiting: Vec<RecordBatch>,
    /// Where its rows begin in the file, and how many bytes they have.
    pieces: Vec<(u64, usize)>,
}

impl FiledRows {
    pub(super) fn new(schema: SchemaRef) -> Result<Self> {
        Ok(Self { schema, file: Scratch::new()?, end: 0, known: HashMap::new(), breakdowns: Vec::new(), waiting: 0 })
    }

    /// In the order in which they came.
    pub(super) fn breakdowns(&self) -> &[Breakdown] {
        &self.breakdowns
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let cells = CountryValues::of(batch)?;
        let mut rows: HashMap<[&str; DIMENSIONS.len()], Vec<u64>> = HashMap::new();
        for row in 0..cells.len() {
            rows.entry(cells.dimensions(row)).or_default().push(row as u64);
        }
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_unstable();
        for (codes, rows) in rows {
            let codes = codes.map(str::to_owned);
            let number = *self.known.entry(codes.clone()).or_insert_with(|| {
                self.breakdowns.push(Breakdown { codes, ..Breakdown::default() });
                self.breakdowns.len() - 1
            });
            let breakdown = &mut self.breakdowns[number];
            breakdown.rows += rows.len();
            breakdown.waiting.push(take_record_batch(batch, &UInt64Array::from(rows))?);
        }
        self.waiting += batch.num_rows();
        if self.waiting >= WAITING { self.write() } else { Ok(()) }
    }

    /// Writes what waits.
    fn write(&mut self) -> Result<()> {
        self.waiting = 0;
        for breakdown in &mut self.breakdowns {
            let waiting = std::mem::take(&mut breakdown.waiting);
            if waiting.is_empty() {
                continue;
            }
            let mut bytes = Vec::new();
            let mut writer = StreamWriter::try_new(&mut bytes, &self.schema)?;
            writer.write(&joined(&self.schema, waiting)?)?;
            writer.finish()?;
            drop(writer);
            self.file.write_at(self.end, &bytes)?;
            breakdown.pieces.push((self.end, bytes.len()));
            self.end += bytes.len() as u64;
        }
        Ok(())
    }

    /// The rows of a breakdown.
    pub(super) fn of(&self, number: usize) -> Result<Vec<RecordBatch>> {
        let breakdown = &self.breakdowns[number];
        let mut rows = breakdown.waiting.clone();
        for (start, length) in &breakdown.pieces {
            let mut bytes = vec![0; *length];
            let read = self.file.read_at(*start, &mut bytes)?;
            bytes.truncate(read);
            for batch in StreamReader::try_new(bytes.as_slice(), None)? {
                rows.push(batch?);
            }
        }
        let found: usize = rows.iter().map(RecordBatch::num_rows).sum();
        if found != breakdown.rows {
            return Err(Error::Internal(format!(
                "{found} of {} rows of {} came back from the disk",
                breakdown.rows,
                breakdown.codes.join(" ")
            )));
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema;
    use crate::tables::small::{self, Cell};

    #[test]
    fn each_breakdown_comes_back_whole() {
        let schema = schema::country_values();
        let batch = |first: i64| {
            let rows: Vec<Vec<Cell>> = (first..first + 1000)
                .map(|row| {
                    let cell = |name: &str| match name {
                        "ref_area" => Cell::from(format!("A{row}").as_str()),
                        "sex" => ["_T", "F", "M"][usize::try_from(row % 3).unwrap()].into(),
                        "time_period" => Cell::Int(Some(2000)),
                        "value" => Cell::Float(Some(row as f64)),
                        "obs_status" | "unit" => "A".into(),
                        name if DIMENSIONS.contains(&name) => "_T".into(),
                        _ => Cell::Text(None),
                    };
                    schema
                        .fields()
                        .iter()
                        .map(|field| {
                            if field.data_type().is_numeric() && !["time_period", "value"].contains(&field.name().as_str()) {
                                Cell::Float(None)
                            } else {
                                cell(field.name())
                            }
                        })
                        .collect()
                })
                .collect();
            small::batch(&schema, &rows).unwrap()
        };
        let mut filed = FiledRows::new(schema.clone()).unwrap();
        for part in 0..300 {
            filed.add(&batch(part * 1000)).unwrap();
        }
        assert!(filed.breakdowns().iter().all(|breakdown| breakdown.rows == 100_000 && !breakdown.pieces.is_empty()));
        for (number, breakdown) in filed.breakdowns().iter().enumerate() {
            let rows = joined(&schema, filed.of(number).unwrap()).unwrap();
            let rows = CountryValues::of(&rows).unwrap();
            assert!((0..rows.len()).all(|row| rows.sex.value(row) == breakdown.codes[0]));
            let sum: f64 = rows.value.iter().flatten().sum();
            let remainder = ["_T", "F", "M"].iter().position(|sex| *sex == breakdown.codes[0]).unwrap();
            let expected: f64 = (0..300_000).filter(|row| row % 3 == remainder).map(|row| row as f64).sum();
            assert!((sum - expected).abs() < 0.5 && rows.len() == 100_000);
        }
        filed.breakdowns[1].rows += 1;
        let lost = filed.of(1).unwrap_err().to_string();
        assert!(lost.contains("100000 of 100001 rows of M _T"), "{lost}");
    }
}
