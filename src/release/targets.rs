//! The targets of all headers as the table that progress.sql reads.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};

use crate::error::Result;
use crate::indicator::{Indicator, Target, TargetKind};
use crate::tables::schema::{self, DIMENSIONS};

/// `missing` says, per indicator, which data sets have not been loaded.
pub fn batch(indicators: &[&Indicator], missing: &dyn Fn(&Indicator) -> Option<String>) -> Result<RecordBatch> {
    let mut rows: Vec<(&Indicator, &Target)> = indicators.iter().flat_map(|i| i.targets.iter().map(move |t| (*i, t))).collect();
    rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    let text = |f: &dyn Fn(&Indicator, &Target) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(|(i, t)| f(i, t)).collect::<StringArray>())
    };
    let number = |f: &dyn Fn(&Target) -> Option<f64>| -> ArrayRef { Arc::new(rows.iter().map(|(_, t)| f(t)).collect::<Float64Array>()) };
    let year = |f: &dyn Fn(&Target) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(|(_, t)| f(t).and_then(|y| i32::try_from(y).ok())).collect::<Int32Array>())
    };
    let flag = |f: &dyn Fn(&Target) -> bool| -> ArrayRef { Arc::new(rows.iter().map(|(_, t)| Some(f(t))).collect::<BooleanArray>()) };
    let mut columns = vec![
        text(&|_, t| Some(t.id.clone())),
        text(&|i, t| Some(if t.title.is_empty() { i.title.clone() } else { t.title.clone() })),
        text(&|i, _| Some(i.name.clone())),
        text(&|_, t| Some(t.area.clone())),
        year(&|t| Some(t.year)),
        text(&|_, t| {
            Some(match t.kind {
                TargetKind::Level(_) => "level".into(),
                TargetKind::Change(_) => "change".into(),
                TargetKind::Band(..) => "band".into(),
            })
        }),
        number(&|t| if let TargetKind::Level(value) = t.kind { Some(value) } else { None }),
        number(&|t| if let TargetKind::Change(change) = t.kind { Some(change) } else { None }),
        number(&|t| if let TargetKind::Band(low, _) = t.kind { Some(low) } else { None }),
        number(&|t| if let TargetKind::Band(_, high) = t.kind { Some(high) } else { None }),
        number(&|t| t.met_at.or_else(|| just_above(t))),
        text(&|_, t| Some(t.direction.clone())),
        year(&|t| t.baseline_year),
        number(&|t| t.baseline_value),
        flag(&|t| t.also_groups),
        flag(&|t| t.also_countries),
    ];
    for index in 0..DIMENSIONS.len() {
        columns.push(text(&|_, t| Some(t.dimensions[index].clone())));
    }
    columns.push(text(&|_, t| Some(t.estimates.join(","))));
    columns.push(text(&|i, _| Some(i.unit.clone())));
    columns.push(text(&|i, _| missing(i)));
    columns.push(text(&|_, t| t.without_value.clone()));
    columns.push(text(&|_, t| t.without_class.clone()));
    columns.push(text(&|_, t| t.met_with.clone()));
    columns.push(text(&|_, t| t.note.clone()));
    columns.push(text(&|i, _| Some(i.rollup.clone())));
    columns.push(Arc::new(rows.iter().map(|(i, _)| Some(i.coverage.observed)).collect::<Float64Array>()));
    columns.push(year(&|t| Some(t.due_within)));
    Ok(RecordBatch::try_new(schema::targets(), columns)?)
}

/// Where a level that must be passed counts as met: above it by more than progress.sql forgives for the last digits.
fn just_above(target: &Target) -> Option<f64> {
    match target.kind {
        TargetKind::Level(level) if target.more_than => Some(level + 1e-9 * level.abs().max(1.0)),
        _ => None,
    }
}
