//! Codes of a body that nothing is known of, whose rows were set aside: areas on none of our lists, told with the one that
//! was probably meant, regions with a new name, and series that the data set does not name.

use std::collections::BTreeSet;

use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;

/// Codes that a message names.
const SHOWN: usize = 8;

/// One line for each kind; `maps_areas`: whether the settings of the data set may say which area is meant.
pub(super) fn told(collector: &Collector<'_>, maps_areas: bool) -> Vec<String> {
    let area = |code: &str| match collector.areas.near(code) {
        _ if collector.areas.is_shared(code) => format!("`{code}` (several areas have this name; maps.ref_area says which is meant)"),
        Some((name, near)) if maps_areas => format!("`{code}` (is it {name}? then maps.ref_area = {{ \"{code}\" = \"{near}\" }})"),
        Some((name, near)) => {
            format!("`{code}` (is it {name}? then a line `any,{code},{near}` in pipelines/reference/area_codes.csv)")
        }
        None => format!("`{code}`"),
    };
    let region = |code: &str| match collector.areas.near_region(code) {
        Some(near) => format!("`{code}` (is it {near}?)"),
        None => format!("`{code}`"),
    };
    let areas = listed(collector, Reason::UnknownArea, &area);
    let regions = listed(collector, Reason::AreaNotListed, &region);
    let series = listed(collector, Reason::SeriesNotAsked, &|code| format!("`{code}`"));
    let areas = areas.map(|list| format!("unknown areas, whose rows are set aside: {list}"));
    let series = series.map(|list| format!("series that the data set does not name, whose rows are set aside: {list}"));
    let regions = regions.map(|list| {
        format!(
            "regions that are on none of our lists, whose rows are passed over: {list}; a new name goes into pipelines/reference/area_codes.csv"
        )
    });
    areas.into_iter().chain(regions).chain(series).collect()
}

/// The codes of the rows that were set aside for a reason; None where there are none.
fn listed(collector: &Collector<'_>, reason: Reason, told: &dyn Fn(&str) -> String) -> Option<String> {
    let rows = collector.quarantined.iter().filter(|row| row.reason == reason);
    let codes: BTreeSet<&str> = rows.map(|row| row.detail.as_str()).filter(|code| !code.is_empty()).collect();
    let mut shown: Vec<String> = codes.iter().take(SHOWN).map(|code| told(code)).collect();
    if codes.len() > SHOWN {
        shown.push(format!("and {} more", codes.len() - SHOWN));
    }
    (!shown.is_empty()).then(|| shown.join(", "))
}
