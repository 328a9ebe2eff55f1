//! The code lists of SDMX: our codes and names, with every code that a value uses.

use std::collections::BTreeSet;

use super::code::{CONCEPTS, code, concept_name, status};
use crate::publish::view::View;
use crate::tables::schema::DIMENSIONS;

pub(super) struct CodeList {
    pub id: String,
    pub name: String,
    /// Code and name.
    pub codes: Vec<(String, String)>,
}

/// Every code list of the structure.
pub(super) fn lists<'a>(view: &View<'a>) -> Vec<CodeList> {
    let values = &view.values;
    let used = |column: &dyn Fn(usize) -> &'a str| -> BTreeSet<String> {
        let mut codes: BTreeSet<&str> = BTreeSet::new();
        let mut before = None;
        // Neighbours are alike: most codes need not be looked up.
        for code in (0..values.len()).map(column).filter(|code| before.replace(*code) != Some(*code)) {
            codes.insert(code);
        }
        codes.into_iter().map(str::to_owned).collect()
    };
    let named = |list: &'static str| view.labels.list(list).map(|(code, name)| (code.to_owned(), name.to_owned()));
    let fixed = |codes: &[(&str, &str)]| codes.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    let indicators = view.made.catalogue.indicators.iter().map(|i| (i.name.clone(), i.title.clone()));
    let areas = view.economies.iter().map(|(code, name)| (*code, *name)).chain(view.groups.iter().map(|(code, (_, name))| (*code, *name)));
    let areas = areas.map(|(code, name)| (code.to_owned(), name.to_owned()));
    let units: Vec<(String, String)> = view.labels.units().map(|(code, unit)| (code.to_owned(), unit.name.clone())).collect();
    let decimals: BTreeSet<usize> = view.labels.units().filter_map(|(_, unit)| unit.decimals).collect();
    let mut lists = vec![
        list("CL_FREQ", "Frequency", fixed(&[("A", "Annual")]), BTreeSet::new()),
        list("CL_INDICATOR", "Indicator", indicators, used(&|row| values.indicator.value(row))),
        list("CL_AREA", "Economy or group of economies", areas, used(&|row| values.area.value(row))),
    ];
    for (index, (dimension, concept)) in DIMENSIONS.iter().zip(CONCEPTS).enumerate() {
        let ours = format!("CL_{}", dimension.to_uppercase());
        let known: Vec<_> = view.labels.list(&ours).map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
        // `_T` stands for the total wherever a dimension is not in play.
        let total = (!known.iter().any(|(code, _)| code == "_T")).then(|| ("_T".to_owned(), "Total".to_owned()));
        let in_use = used(&|row| values.dimension(index).value(row));
        lists.push(list(&format!("CL_{concept}"), &concept_name(concept), total.into_iter().chain(known), in_use));
    }
    let estimates = used(&|row| values.estimate.value(row));
    lists.push(list("CL_ESTIMATE", "Estimate", named("CL_ESTIMATE"), estimates));
    lists.push(list("CL_UNIT", "Unit of measure", units, used(&|row| values.unit.value(row))));
    lists.push(list("CL_UNIT_MULT", "Unit multiplier", fixed(&[("0", "Units")]), BTreeSet::new()));
    let decimals = decimals.into_iter().map(|n| (n.to_string(), format!("{n} decimals")));
    lists.push(list("CL_DECIMALS", "Decimals", decimals, BTreeSet::new()));
    lists.push(list("CL_OBS_STATUS", "Observation status", named("CL_OBS_STATUS"), used(&|row| status(values, row))));
    lists.push(list("CL_CONF_STATUS", "Confidentiality status", fixed(&[("F", "Free for publication")]), BTreeSet::new()));
    let natures = fixed(&[("C", "Country data"), ("E", "Estimated")]);
    lists.push(list("CL_NATURE", "Nature of the data", natures, BTreeSet::new()));
    lists
}

/// A list in its own order, then the codes in use that it does not have. A code without a name is its own name.
fn list(id: &str, name: &str, known: impl IntoIterator<Item = (String, String)>, used: BTreeSet<String>) -> CodeList {
    let mut seen = BTreeSet::new();
    let all = known.into_iter().chain(used.into_iter().map(|code| (code, String::new())));
    let codes = all.filter(|(code, _)| seen.insert(code.clone())).map(|(ours, name)| {
        let name = if name.trim().is_empty() { if ours.is_empty() { "Not named".into() } else { ours.clone() } } else { name };
        (code(&ours).into_owned(), name)
    });
    CodeList { id: id.to_owned(), name: name.to_owned(), codes: codes.collect() }
}
