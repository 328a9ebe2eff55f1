//! Rows that could not become observations: each with a reason code, none lost.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use crate::error::Result;
use crate::tables::schema;

/// Why a row could not become an observation. The code is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    UnknownArea,
    AreaNotCovered,
    /// A region of a provider that is on none of our lists, though no other one is missing there: a new one, or a new name.
    AreaNotListed,
    BadYear,
    BadValue,
    FieldCount,
    Encoding,
    MissingCode,
    /// A code of the series, a breakdown or the area has characters that cannot be seen.
    BadCode,
    UnknownWord,
    DuplicateRow,
    DuplicateKey,
    /// The same figure in another unit than the one that most rows of the series have, or than our table gives it.
    OtherUnit,
    /// The row names another sex, age, place or education than its code has.
    OtherBreakdown,
    /// A group as an older classification has it.
    Superseded,
    CorrectionDropped,
    /// Another route of the data set has the figure.
    OtherRoute,
    /// A series that the data set does not name.
    SeriesNotAsked,
}

impl Reason {
    pub const ALL: [Self; 18] = [
        Self::UnknownArea,
        Self::AreaNotCovered,
        Self::AreaNotListed,
        Self::BadYear,
        Self::BadValue,
        Self::FieldCount,
        Self::Encoding,
        Self::MissingCode,
        Self::BadCode,
        Self::UnknownWord,
        Self::DuplicateRow,
        Self::DuplicateKey,
        Self::OtherUnit,
        Self::OtherBreakdown,
        Self::Superseded,
        Self::CorrectionDropped,
        Self::OtherRoute,
        Self::SeriesNotAsked,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownArea => "unknown_area",
            Self::AreaNotCovered => "area_not_covered",
            Self::AreaNotListed => "area_not_listed",
            Self::BadYear => "bad_year",
            Self::BadValue => "bad_value",
            Self::FieldCount => "field_count",
            Self::Encoding => "encoding",
            Self::MissingCode => "missing_code",
            Self::BadCode => "bad_code",
            Self::UnknownWord => "unknown_word",
            Self::DuplicateRow => "duplicate_row",
            Self::DuplicateKey => "duplicate_key",
            Self::OtherUnit => "other_unit",
            Self::OtherBreakdown => "other_breakdown",
            Self::Superseded => "superseded",
            Self::CorrectionDropped => "correction_dropped",
            Self::OtherRoute => "other_route",
            Self::SeriesNotAsked => "series_not_asked",
        }
    }

    /// Whether a figure is lost with the row. It is not when the row is passed over on purpose: of an area that is
    /// deliberately none of ours, of a region that may be (which is told), of a series that nobody asked for, a repetition, had by another route, of an older classification, or dropped by a correction.
    pub fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::AreaNotCovered
                | Self::AreaNotListed
                | Self::DuplicateRow
                | Self::Superseded
                | Self::CorrectionDropped
                | Self::OtherRoute
                | Self::SeriesNotAsked
        )
    }
}

/// One quarantined row.
#[derive(Debug, Clone)]
pub struct Quarantined {
    pub reason: Reason,
    pub detail: String,
    /// Index of the body in the pull.
    pub body: usize,
    pub record: u32,
}

/// Characters of a detail that are kept: enough to find the row, whatever a provider sends.
const MAX_DETAIL: usize = 200;

impl Quarantined {
    pub fn new(reason: Reason, detail: impl Into<String>, body: usize, record: u32) -> Self {
        let mut detail: String = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(MAX_DETAIL) {
            detail.truncate(end);
            detail.push_str("...");
            detail.shrink_to_fit();
        }
        Self { reason, detail, body, record }
    }
}

/// Rows of one batch: Arrow has room for 2 GiB of texts in each.
const BATCH: usize = 1 << 20;
const _: () = assert!(BATCH * (4 * MAX_DETAIL + 3) < i32::MAX as usize);

/// The quarantine table, sorted by body and record.
pub fn batches(source: &str, dataset: &str, snapshots: &[String], rows: &mut [Quarantined]) -> Result<Vec<RecordBatch>> {
    rows.sort_by(|a, b| (a.body, a.record, a.reason, &a.detail).cmp(&(b.body, b.record, b.reason, &b.detail)));
    rows.chunks(BATCH).map(|rows| batch(source, dataset, snapshots, rows)).collect()
}

fn batch(source: &str, dataset: &str, snapshots: &[String], rows: &[Quarantined]) -> Result<RecordBatch> {
    let strings = |f: &dyn Fn(&Quarantined) -> String| -> ArrayRef { Arc::new(rows.iter().map(|r| Some(f(r))).collect::<StringArray>()) };
    let columns: Vec<ArrayRef> = vec![
        strings(&|_| source.to_owned()),
        strings(&|_| dataset.to_owned()),
        strings(&|r| r.reason.code().to_owned()),
        strings(&|r| r.detail.clone()),
        strings(&|r| snapshots.get(r.body).cloned().unwrap_or_default()),
        Arc::new(rows.iter().map(|r| i64::from(r.record)).collect::<Int64Array>()),
    ];
    Ok(RecordBatch::try_new(schema::quarantine(), columns)?)
}
