//! The rows of `progress.parquet`, read once; and which of several estimates is shown.

use std::cmp::Reverse;

use datafusion::arrow::array::RecordBatch;

use super::columns::{Dimensions, Values};
use crate::error::Result;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{self, Cells};

pub(super) struct Progress<'a> {
    pub target: &'a str,
    pub indicator: &'a str,
    pub area: &'a str,
    pub dimensions: Dimensions<'a>,
    pub estimate: &'a str,
    pub baseline_year: Option<i64>,
    pub baseline: Option<f64>,
    pub latest_year: Option<i64>,
    pub latest: Option<f64>,
    pub target_year: i64,
    pub goal: Option<f64>,
    pub distance: Option<f64>,
    pub actual: Option<f64>,
    pub required: Option<f64>,
    pub pace: Option<f64>,
    pub class: &'a str,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub arrival: Option<f64>,
    pub note: Option<&'a str>,
    /// The row of the latest value in `values.parquet`.
    pub value_row: Option<usize>,
    pub outcome: &'a str,
    pub class_fixed: Option<&'a str>,
    /// The class of baseline and latest value alone; none in releases before this column.
    pub class_as_computed: Option<&'a str>,
    pub fixed_share: Option<f64>,
    /// Whether it is the estimate to show of its area and breakdown.
    pub preferred: bool,
    headline: bool,
}

impl<'a> Progress<'a> {
    /// The outcome, once the target year is over and it is known; else the class.
    pub(super) fn standing(&self) -> &'a str {
        crate::release::headline::standing(self.class, self.outcome)
    }

    /// That a target is met now says nothing of its year, where no value up to then is there.
    pub(super) fn not_known(&self) -> Option<String> {
        crate::release::headline::not_known(self.class, self.outcome, self.latest_year, self.target_year)
    }

    pub(super) fn insufficient(&self) -> bool {
        self.class == "insufficient_data"
    }
}

pub(super) fn read<'a>(batch: &'a RecordBatch, values: &Values<'a>) -> Result<Vec<Progress<'a>>> {
    let (cells, flags) = (Table(batch), views::Progress::of(batch)?);
    let rows = (0..cells.len()).map(|row| {
        let text = |column: &str| cells.text(column, row).unwrap_or_default();
        let number = |column: &str| cells.float(column, row);
        let (indicator, area, estimate) = (text("indicator"), text("ref_area"), text("estimate"));
        let dimensions = DIMENSIONS.map(text);
        let latest_year = cells.int("latest_year", row);
        let value_row = latest_year.and_then(|year| values.find(indicator, area, year, &dimensions, estimate));
        Progress {
            target: text("target"),
            indicator,
            area,
            dimensions,
            estimate,
            baseline_year: cells.int("baseline_year", row),
            baseline: number("baseline_value"),
            latest_year,
            latest: number("latest_value"),
            target_year: cells.int("target_year", row).unwrap_or_default(),
            goal: number("target_value"),
            distance: number("distance"),
            actual: number("actual_per_year"),
            required: number("required_per_year"),
            pace: number("pace"),
            class: text("class"),
            low: number("projected_low"),
            high: number("projected_high"),
            arrival: number("arrival_year"),
            note: cells.text("note", row).filter(|note| !note.is_empty()),
            outcome: text("outcome"),
            class_fixed: cells.text("class_fixed", row),
            class_as_computed: cells.text("class_as_computed", row),
            fixed_share: number("fixed_share"),
            preferred: flags.preferred.cell(row) == Some(true),
            headline: flags.headline.cell(row) == Some(true),
            value_row,
        }
    });
    Ok(rows.collect())
}

/// Of the estimates of each breakdown the one to show, in order of the breakdown: `progress.sql` says which.
pub(super) fn shown<'p, 'a>(rows: impl IntoIterator<Item = &'p Progress<'a>>) -> Vec<&'p Progress<'a>>
where
    'a: 'p,
{
    let mut shown: Vec<&'p Progress<'a>> = rows.into_iter().filter(|row| row.preferred).collect();
    shown.sort_by_key(|row| row.dimensions);
    shown
}

/// Of several breakdowns of one area the one that stands for it: the headline of the target, else one with a class, the
/// newest.
pub(super) fn headline<'p, 'a>(rows: &[&'p Progress<'a>]) -> Option<&'p Progress<'a>> {
    rows.iter().copied().min_by_key(|row| (!row.headline, row.insufficient(), Reverse(row.latest_year), row.dimensions))
}
