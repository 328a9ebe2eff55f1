//! What the columns of the UN SDG database are, in both layouts: that of the interface, where dimensions stand in
//! brackets, and that of the portal, what a person downloads by hand, where they do not.

use crate::error::{Code, Error, Result};
use crate::sources::body::headings::{Header, shorten};

/// Columns that say how a value was made, not what it is about.
const ATTRIBUTES: [&str; 5] = ["nature", "units", "observation status", "freq", "unitmultiplier"];

/// Columns that are no dimension in either layout.
const PLAIN: [&str; 17] = [
    "goal",
    "target",
    "indicator",
    "seriescode",
    "seriesdescription",
    "geoareacode",
    "geoareaname",
    "timeperiod",
    "value",
    "time_detail",
    "timecoverage",
    "upperbound",
    "lowerbound",
    "baseperiod",
    "source",
    "geoinfourl",
    "footnote",
];

/// Those that only the portal has.
const PORTAL: [&str; 8] =
    ["id", "releasestatus", "releasename", "seriesid", "isdsdseries", "seriesobservationcount", "valuetype", "observationid"];

/// Dimensions of the portal, each a column in every file and empty where a series does not have it.
const DIMENSIONS: [&str; 42] = [
    "age",
    "location",
    "sex",
    "level/status",
    "name of international agreement",
    "education level",
    "type of product",
    "type of facilities",
    "name of international institution",
    "type of occupation",
    "tariff regime (status)",
    "type of skill",
    "mode of transportation",
    "type of mobile technology",
    "name of non-communicable disease",
    "type of speed",
    "migratory status",
    "disability status",
    "hazard type",
    "ihr capacity",
    "cities",
    "reporting type",
    "quantile",
    "activity",
    "policy domains",
    "policy instruments",
    "sampling stations",
    "type of waste treatment",
    "grounds of discrimination",
    "parliamentary committees",
    "cause of death",
    "substance use disorders",
    "mountain elevation",
    "deviation level",
    "frequency of chlorophyll-a concentration",
    "food waste sector",
    "fiscal intervention stage",
    "custom breakdown",
    "composite breakdown",
    "counterpart",
    "land cover",
    "type of support",
];

pub(super) struct Columns {
    pub series: usize,
    pub area: usize,
    pub year: usize,
    pub value: usize,
    pub source: Option<usize>,
    pub footnote: Option<usize>,
    pub nature: Option<usize>,
    pub units: Option<usize>,
    pub status: Option<usize>,
    pub multiplier: Option<usize>,
    /// The name of the release, which only the portal gives.
    pub release: Option<usize>,
    /// Those that belong to the key, by name in lower case, without brackets.
    pub dimensions: Vec<(String, usize)>,
    /// Columns of the portal that are not known, by name: nobody can tell whether one is a dimension.
    pub strange: Vec<(String, usize)>,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Result<Self> {
        let portal = header.has("ObservationID") && !header.iter().any(|name| name.starts_with('['));
        let attribute = |name: &str| header.column(&[&if portal { name.to_owned() } else { format!("[{name}]") }]);
        let mut columns = Self {
            series: header.require(&["SeriesCode"])?,
            area: header.require(&["GeoAreaCode"])?,
            year: header.require(&["TimePeriod"])?,
            value: header.require(&["Value"])?,
            source: header.column(&["Source"])?,
            footnote: header.column(&["FootNote"])?,
            nature: attribute("Nature")?,
            units: attribute("Units")?,
            status: attribute("Observation Status")?,
            multiplier: attribute("UnitMultiplier")?,
            release: if portal { header.column(&["ReleaseName"])? } else { None },
            dimensions: Vec::new(),
            strange: Vec::new(),
        };
        for (index, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let lower = name.to_lowercase();
            let inner = lower.strip_prefix('[').map(|inner| inner.strip_suffix(']').unwrap_or(inner).to_owned());
            match inner {
                Some(inner) if ATTRIBUTES.contains(&inner.as_str()) => {}
                Some(inner) => columns.dimensions.push((inner, header.only(index)?)),
                None if PLAIN.contains(&lower.as_str()) => {}
                None if portal && (PORTAL.contains(&lower.as_str()) || ATTRIBUTES.contains(&lower.as_str())) => {}
                None if portal && DIMENSIONS.contains(&lower.as_str()) => columns.dimensions.push((lower, header.only(index)?)),
                None if portal => columns.strange.push((name.clone(), index)),
                None => {
                    return Err(Error::provider_hint(
                        Code::MissingColumn,
                        format!("line 1: unknown column `{name}`; the file has: {}", shorten(&header.join(", "), 300)),
                        "a dimension stands in brackets, such as [Sex]: without them its breakdowns would pass for totals",
                    ));
                }
            }
        }
        Ok(columns)
    }
}
