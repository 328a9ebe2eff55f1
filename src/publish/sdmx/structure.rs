//! What a value of SDMX is made of: dimensions, the measure, attributes, and the code list or type of each.

use super::lists::{CodeList, lists};
use crate::publish::view::View;

pub(super) const AGENCY: &str = "YARDSTICK";
pub(super) const DATAFLOW: &str = "DF_YARDSTICK";
pub(super) const DSD: &str = "DSD_YARDSTICK";
pub(super) const SCHEME: &str = "CS_YARDSTICK";
pub(super) const VERSION: &str = "1.0.0";
pub(super) const TITLE: &str = "Yardstick: indicators of ICT targets";

/// What the cells of a column hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Codes of a list.
    List(&'static str),
    Number,
    Count,
    Text,
    Year,
}

pub(super) struct Component {
    pub id: &'static str,
    pub holds: Holds,
    pub mandatory: bool,
}

/// In key order; the last one is time.
pub(super) const DIMENSIONS: [Component; 12] = [
    dimension("FREQ", Holds::List("CL_FREQ")),
    dimension("INDICATOR", Holds::List("CL_INDICATOR")),
    dimension("REF_AREA", Holds::List("CL_AREA")),
    dimension("SEX", Holds::List("CL_SEX")),
    dimension("AGE", Holds::List("CL_AGE")),
    dimension("URBANISATION", Holds::List("CL_URBANISATION")),
    dimension("DISABILITY_STATUS", Holds::List("CL_DISABILITY_STATUS")),
    dimension("EDUCATION_LEV", Holds::List("CL_EDUCATION_LEV")),
    dimension("SIZE_CLASS", Holds::List("CL_SIZE_CLASS")),
    dimension("CUST_BREAKDOWN", Holds::List("CL_CUST_BREAKDOWN")),
    dimension("ESTIMATE", Holds::List("CL_ESTIMATE")),
    dimension("TIME_PERIOD", Holds::Year),
];

pub(super) const MEASURE: Component = attribute("OBS_VALUE", Holds::Number);

pub(super) const ATTRIBUTES: [Component; 13] = [
    Component { mandatory: true, ..attribute("UNIT_MEASURE", Holds::List("CL_UNIT")) },
    Component { mandatory: true, ..attribute("UNIT_MULT", Holds::List("CL_UNIT_MULT")) },
    attribute("DECIMALS", Holds::List("CL_DECIMALS")),
    Component { mandatory: true, ..attribute("OBS_STATUS", Holds::List("CL_OBS_STATUS")) },
    attribute("CONF_STATUS", Holds::List("CL_CONF_STATUS")),
    attribute("NATURE", Holds::List("CL_NATURE")),
    attribute("COVERAGE", Holds::Number),
    attribute("MEMBERS_OBSERVED", Holds::Count),
    attribute("MEMBERS_TOTAL", Holds::Count),
    attribute("LOWER_BOUND", Holds::Number),
    attribute("UPPER_BOUND", Holds::Number),
    attribute("SOURCE_DETAIL", Holds::Text),
    attribute("COMMENT_OBS", Holds::Text),
];

const fn dimension(id: &'static str, holds: Holds) -> Component {
    Component { id, holds, mandatory: true }
}

const fn attribute(id: &'static str, holds: Holds) -> Component {
    Component { id, holds, mandatory: false }
}

pub(super) struct Structure {
    pub lists: Vec<CodeList>,
}

impl Structure {
    pub(super) fn of(view: &View<'_>) -> Self {
        Self { lists: lists(view) }
    }

    /// All concepts: dimensions, the measure, attributes.
    pub(super) fn components() -> impl Iterator<Item = &'static Component> {
        DIMENSIONS.iter().chain([&MEASURE]).chain(&ATTRIBUTES)
    }
}
