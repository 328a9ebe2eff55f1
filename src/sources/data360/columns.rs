//! The columns of the two layouts: the file has each code with its label, the interface the codes and the comments.

use crate::error::{Code, Error, Result};
use crate::sources::body::headings::{Header, shorten};

/// Columns that belong to the key, besides indicator, area and year.
pub(super) const DIMENSIONS: [&str; 6] = ["SEX", "AGE", "URBANISATION", "COMP_BREAKDOWN_1", "COMP_BREAKDOWN_2", "COMP_BREAKDOWN_3"];

/// All others. One that is not known may be a dimension, and its breakdowns would pass for totals.
const PLAIN: [&str; 21] = [
    "STRUCTURE",
    "STRUCTURE_ID",
    "ACTION",
    "FREQ",
    "REF_AREA",
    "INDICATOR",
    "UNIT_MEASURE",
    "TIME_PERIOD",
    "OBS_VALUE",
    "AGG_METHOD",
    "DATABASE_ID",
    "UNIT_MULT",
    "UNIT_TYPE",
    "TIME_FORMAT",
    "OBS_STATUS",
    "OBS_CONF",
    "COMMENT_OBS",
    "COMMENT_TS",
    "DATA_SOURCE",
    "DECIMALS",
    "LATEST_DATA",
];

pub(super) struct Columns {
    pub database: usize,
    pub indicator: usize,
    pub area: usize,
    pub year: usize,
    pub value: usize,
    pub unit: usize,
    pub multiplier: usize,
    pub status: usize,
    pub dimensions: [usize; 6],
    pub action: Option<usize>,
    pub confidentiality: Option<usize>,
    /// Of the observation, of the series, and where they have it from.
    pub comments: [Option<usize>; 3],
}

impl Columns {
    pub(super) fn of(header: &Header) -> Result<Self> {
        let mut dimensions = [0; 6];
        for (column, name) in dimensions.iter_mut().zip(DIMENSIONS) {
            *column = header.require(&[name])?;
        }
        let columns = Self {
            database: header.require(&["DATABASE_ID"])?,
            indicator: header.require(&["INDICATOR"])?,
            area: header.require(&["REF_AREA"])?,
            year: header.require(&["TIME_PERIOD"])?,
            value: header.require(&["OBS_VALUE"])?,
            unit: header.require(&["UNIT_MEASURE"])?,
            multiplier: header.require(&["UNIT_MULT"])?,
            status: header.require(&["OBS_STATUS"])?,
            dimensions,
            action: header.column(&["ACTION"])?,
            confidentiality: header.column(&["OBS_CONF"])?,
            comments: [header.column(&["COMMENT_OBS"])?, header.column(&["COMMENT_TS"])?, header.column(&["DATA_SOURCE"])?],
        };
        match header.iter().find(|name| !is_known(name)) {
            None => Ok(columns),
            Some(unknown) => Err(Error::provider_hint(
                Code::MissingColumn,
                format!("line 1: unknown column `{unknown}`; the file has: {}", shorten(&header.join(", "), 300)),
                "it may be a dimension, and then its breakdowns would pass for totals: see what it holds, and add it to the reader",
            )),
        }
    }
}

fn is_known(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let code = name.strip_suffix("_LABEL").unwrap_or(&name);
    code.is_empty() || PLAIN.contains(&code) || DIMENSIONS.contains(&code)
}
