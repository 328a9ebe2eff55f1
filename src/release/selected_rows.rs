//! The rows of an indicator's SELECT: what may be wrong with them, and what each of them is.

use datafusion::arrow::array::{Array, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;

use crate::error::{Code, Error, Result};
use crate::indicator::Indicator;
use crate::indicator::lint::groups::{self, Made};
use crate::reference::Reference;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{Cells, CountryValues};

/// What is known of the plan of a SELECT.
pub struct Looked {
    pub(super) made: Vec<Made>,
}

/// Economies, the agency's own aggregates, and rows that bring their estimate.
pub struct Rows {
    pub countries: Vec<RecordBatch>,
    pub published: RecordBatch,
    pub given: RecordBatch,
}

impl Looked {
    /// Rows of the SELECT, of all breakdowns or of some, in the order of their key, once nothing is wrong with them.
    pub fn rows(&self, rows: &RecordBatch, reference: &Reference, indicator: &Indicator) -> Result<Rows> {
        let given = CountryValues::of(rows)?;
        check_rows(&given, reference, indicator)?;
        let CountryValues { ref_area, time_period, value, weight, numerator, denominator, coverage, .. } = given;
        let numbers =
            [("value", value), ("weight", weight), ("numerator", numerator), ("denominator", denominator), ("coverage", coverage)];
        check_finite(ref_area, time_period, &numbers, indicator)?;
        for (name, column, most) in
            [("weight", weight, f64::MAX), ("denominator", denominator, f64::MAX), ("coverage", coverage, 1.0 + 1e-9)]
        {
            check_range(ref_area, time_period, name, column, most, indicator)?;
        }
        let rows = split(rows, &given, reference)?;
        if rows.published.num_rows() > 0 {
            check_groups(&self.made, indicator)?;
        }
        Ok(rows)
    }

    /// With the economies of rows that are looked at as those of another part.
    pub fn beside(rows: &mut Rows, beside: &[RecordBatch], reference: &Reference) -> Result<()> {
        for batch in beside {
            rows.countries.extend(split(batch, &CountryValues::of(batch)?, reference)?.countries);
        }
        Ok(())
    }
}

/// What tells the rows of a SELECT apart.
pub fn key_of_rows() -> Vec<&'static str> {
    let mut key = vec!["ref_area", "time_period"];
    key.extend(DIMENSIONS);
    key.push("estimate");
    key
}

/// One row per economy, year and breakdown; areas that exist. Rows come sorted, so that equal keys are neighbours.
fn check_rows(rows: &CountryValues<'_>, reference: &Reference, indicator: &Indicator) -> Result<()> {
    let fail = |code, message: String, hint: &str| {
        Err(Error::Query { code, message: format!("{}: {message}", indicator.text.path), hint: Some(hint.into()) })
    };
    let key = |row: usize| {
        (rows.ref_area.value(row), rows.time_period.value(row), rows.dimensions(row), rows.estimate.cell(row).unwrap_or_default())
    };
    for row in 0..rows.len() {
        let (area, year, dimensions, _) = key(row);
        if !reference.is_area(area) {
            return fail(
                Code::UnknownArea,
                format!("ref_area `{area}` is neither an economy nor a group"),
                "use ISO 3166-1 alpha-3 or a code of groups.csv",
            );
        }
        if row > 0 && key(row) == key(row - 1) {
            let dims: Vec<&str> = dimensions.into_iter().filter(|code| *code != "_T").collect();
            return fail(
                Code::SeveralRows,
                format!("several rows for {area} {year} {}", dims.join(" ")).trim_end().to_owned(),
                "give one row per economy, year and breakdown: choose between sources, or name the missing dimension",
            );
        }
    }
    Ok(())
}

/// Rows of groups without an estimate are those of an agency, not sums of the SELECT.
fn check_groups(made: &[Made], indicator: &Indicator) -> Result<()> {
    // A derived method gives its rows their estimate.
    if indicator.derived.is_some() {
        return Ok(());
    }
    match made.first() {
        None => Ok(()),
        Some(made) => Err(Error::Query {
            code: Code::GroupsOfOnesOwn,
            message: format!("{}: {}", indicator.text.path, made.message()),
            hint: Some(groups::HINT.into()),
        }),
    }
}

/// Numbers that can be published: a division by zero or an overflow is an error, not a value.
pub(super) fn check_finite(
    areas: &StringArray,
    years: &Int32Array,
    columns: &[(&str, &Float64Array)],
    indicator: &Indicator,
) -> Result<()> {
    for (name, column) in columns {
        let Some(row) = (0..column.len()).find(|row| column.cell(*row).is_some_and(|number| !number.is_finite())) else { continue };
        return Err(Error::Query {
            code: Code::NotFinite,
            message: format!("{}: {name} is {} for {} {}", indicator.text.path, column.value(row), areas.value(row), years.value(row)),
            hint: Some("write x / nullif(y, 0.0), so that a division by zero gives no value".into()),
        });
    }
    Ok(())
}

/// What weighs an economy, and what says how much of it is known, in numbers that can do so: a weight below zero would
/// take an economy out of a mean, or turn the mean over, and nobody would see it.
fn check_range(areas: &StringArray, years: &Int32Array, name: &str, column: &Float64Array, most: f64, indicator: &Indicator) -> Result<()> {
    let outside = |row: &usize| column.cell(*row).is_some_and(|number| !(0.0..=most).contains(&number));
    let Some(row) = (0..column.len()).find(outside) else { return Ok(()) };
    let what = if most < f64::MAX { "no share from 0 to 1" } else { "below zero" };
    Err(Error::Query {
        code: Code::ImpossibleWeight,
        message: format!("{}: {name} is {}, {what}, for {} {}", indicator.text.path, column.value(row), areas.value(row), years.value(row)),
        hint: Some("give people, households or the like as weights, and shares from 0 to 1 as coverage".into()),
    })
}

fn split(rows: &RecordBatch, cells: &CountryValues<'_>, reference: &Reference) -> Result<Rows> {
    let mask = |f: &dyn Fn(usize) -> bool| (0..rows.num_rows()).map(|row| Some(f(row))).collect::<BooleanArray>();
    let is_group = |row: usize| reference.group_scheme(cells.ref_area.value(row)).is_some();
    let part = |f: &dyn Fn(usize) -> bool| filter_record_batch(rows, &mask(f));
    Ok(Rows {
        countries: vec![part(&|row| cells.estimate.is_null(row) && !is_group(row))?],
        published: part(&|row| cells.estimate.is_null(row) && is_group(row))?,
        given: part(&|row| !cells.estimate.is_null(row))?,
    })
}
