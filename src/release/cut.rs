//! Cuts the rows of an indicator by breakdown, so that its steps take the memory of a part and not of all.
//!
//! A step computes each breakdown by itself, but for one comparison: with all people, whatever their sex, age,
//! urbanisation and disability (`sql/steps/12_group_totals.sql`). So the rows of all people stand beside each part, and
//! what comes out of them there is left out: it comes out of the part that has them as its own.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;

use crate::error::Result;
use crate::release::filed_rows::{Codes, FiledRows};
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::Values;

/// The first dimensions, by which people are told apart.
const OF_PEOPLE: usize = 4;
const ALL: &str = "_T";

/// The rows of an indicator, which it gives part by part.
pub(super) struct Cut {
    rows: FiledRows,
    parts: VecDeque<Numbers>,
}

/// The numbers of the breakdowns of a part, and of those beside it.
#[derive(Default)]
struct Numbers {
    own: BTreeSet<usize>,
    beside: BTreeSet<usize>,
}

/// The rows of a part, in no order, and those beside it.
pub(super) struct Part {
    pub(super) own: Vec<RecordBatch>,
    pub(super) beside: Vec<RecordBatch>,
    /// What comes out of the rows beside it.
    pub(super) left_out: Beside,
}

impl Part {
    pub(super) fn rows(&self) -> usize {
        self.own.iter().chain(&self.beside).map(RecordBatch::num_rows).sum()
    }
}

/// The breakdowns that stand beside a part: their values are those of another one.
pub struct Beside(BTreeSet<Codes>);

impl Beside {
    /// The values of a part without them.
    pub(super) fn left_out(&self, values: RecordBatch) -> Result<RecordBatch> {
        if self.0.is_empty() {
            return Ok(values);
        }
        let cells = Values::of(&values)?;
        let beside: BTreeSet<[&str; DIMENSIONS.len()]> = self.0.iter().map(|codes| codes.each_ref().map(String::as_str)).collect();
        let own = (0..cells.len()).map(|row| Some(!beside.contains(&cells.dimensions(row))));
        Ok(filter_record_batch(&values, &own.collect::<BooleanArray>())?)
    }
}

impl Cut {
    /// Of at most so many rows each, unless one breakdown with all people beside it has more.
    pub(super) fn new(rows: FiledRows, most: usize) -> Self {
        let breakdowns: Vec<&Codes> = rows.breakdowns().iter().map(|breakdown| &breakdown.codes).collect();
        let counts: Vec<usize> = rows.breakdowns().iter().map(|breakdown| breakdown.rows).collect();
        let parts = packed(&breakdowns, &counts, most);
        Self { rows, parts }
    }

    /// How many parts there still are.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// The rows of the next part.
    pub(super) fn next(&mut self) -> Result<Option<Part>> {
        let Some(wanted) = self.parts.pop_front() else { return Ok(None) };
        let of = |numbers: &BTreeSet<usize>| -> Result<Vec<RecordBatch>> {
            let rows = numbers.iter().map(|number| self.rows.of(*number)).collect::<Result<Vec<_>>>()?;
            Ok(rows.into_iter().flatten().collect())
        };
        let left_out = wanted.beside.iter().map(|number| self.rows.breakdowns()[*number].codes.clone()).collect();
        Ok(Some(Part { own: of(&wanted.own)?, beside: of(&wanted.beside)?, left_out: Beside(left_out) }))
    }
}

/// The breakdowns of parts that have no more rows than that, all people beside each that has only others.
fn packed(breakdowns: &[&Codes], counts: &[usize], most: usize) -> VecDeque<Numbers> {
    let is_of_all = |codes: &&Codes| codes[..OF_PEOPLE].iter().all(|code| code == ALL);
    let of_all: HashMap<&[String], usize> = (0..)
        .zip(breakdowns.iter().copied())
        .filter(|(_, codes)| is_of_all(codes))
        .map(|(number, codes)| (&codes[OF_PEOPLE..], number))
        .collect();
    // Those that are compared with the same ones, one after the other.
    let in_order: BTreeMap<(&[String], &[String]), usize> =
        (0..).zip(breakdowns.iter().copied()).map(|(number, codes)| ((&codes[OF_PEOPLE..], &codes[..OF_PEOPLE]), number)).collect();
    let mut parts = VecDeque::new();
    let (mut part, mut rows) = (Numbers::default(), 0);
    for ((others, _), number) in in_order {
        let whole = of_all.get(others).copied().filter(|whole| *whole != number);
        // All people are there once, whether as a breakdown of the part or beside others of it.
        let beside = |part: &Numbers| whole.filter(|whole| !part.own.contains(whole) && !part.beside.contains(whole));
        let more = |part: &Numbers| {
            let own = if part.beside.contains(&number) { 0 } else { counts[number] };
            own + beside(part).map_or(0, |whole| counts[whole])
        };
        if !part.own.is_empty() && rows + more(&part) > most {
            parts.push_back(std::mem::take(&mut part));
            rows = 0;
        }
        rows += more(&part);
        let beside = beside(&part);
        part.own.insert(number);
        part.beside.extend(beside);
        part.beside.remove(&number);
    }
    parts.push_back(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(sex: &str, breakdown: &str) -> Codes {
        [sex, ALL, ALL, ALL, ALL, ALL, breakdown].map(str::to_owned)
    }

    #[test]
    fn all_people_stand_beside_each_part() {
        let breakdowns = [codes("F", ALL), codes(ALL, ALL), codes("M", ALL), codes("F", "X"), codes("M", "Y"), codes(ALL, "Y")];
        let parts = |most| -> Vec<(Vec<usize>, Vec<usize>)> {
            let parts = packed(&breakdowns.each_ref(), &[10; 6], most).into_iter();
            parts.map(|part| (part.own.into_iter().collect(), part.beside.into_iter().collect())).collect()
        };
        assert_eq!(parts(60), [(vec![0, 1, 2, 3, 4, 5], vec![])]);
        let none = || Vec::<usize>::new();
        assert_eq!(parts(20), [(vec![3], none()), (vec![4, 5], none()), (vec![0], vec![1]), (vec![1, 2], none())]);
        assert_eq!(parts(30), [(vec![3, 4, 5], none()), (vec![0, 1, 2], none())]);
        assert_eq!(parts(1).iter().map(|(own, _)| own.len()).sum::<usize>(), 6);
        assert!(parts(1).iter().all(|(own, beside)| own.len() == 1 && beside.len() <= 1));
    }
}
