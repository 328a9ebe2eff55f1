//! The cause of each change of a value: revised observations behind it, else the inputs of its indicator that differ.

use std::collections::{BTreeSet, HashMap};

use super::changes::Change;
use super::observations::{Revised, RevisedIndex};
use crate::observe::inputs::{Input, changes};
use crate::release::Manifest;
use crate::release::manifest::IndicatorEntry;

/// (indicator, dimensions) -> economy -> years of its own figures that changed.
type Touched<'a> = HashMap<(&'a str, [&'a str; 7]), HashMap<&'a str, BTreeSet<i32>>>;

/// What is told of the revised observations behind a change.
struct Behind {
    correction: bool,
    texts: String,
    /// One of them says what the change says.
    same: bool,
}

/// Finds the cause of each change.
pub(super) struct Reasons<'a> {
    old: &'a Manifest,
    new: &'a Manifest,
    revised: RevisedIndex,
    /// The same for indicators that are held on a side.
    of_held: HashMap<String, RevisedIndex>,
    members: &'a HashMap<String, BTreeSet<String>>,
    touched: Touched<'a>,
    inputs: HashMap<String, Vec<(&'static str, String)>>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(
        old: &'a Manifest,
        new: &'a Manifest,
        (revised, of_held): (RevisedIndex, HashMap<String, RevisedIndex>),
        members: &'a HashMap<String, BTreeSet<String>>,
    ) -> Self {
        Self { old, new, revised, of_held, members, touched: HashMap::new(), inputs: HashMap::new() }
    }

    /// All changes come by here before the first cause is asked for: those of groups follow from those of economies.
    pub(super) fn note_touched(&mut self, change: &Change<'a>) {
        let key = change.key;
        if key.estimate == "reported" {
            self.touched.entry((key.indicator, key.dimensions)).or_default().entry(key.ref_area).or_default().insert(key.year);
        }
    }

    /// Code and detail.
    pub(super) fn cause(&mut self, change: &Change<'_>) -> (String, String) {
        let key = change.key;
        let mut causes: Vec<(&'static str, String)> = Vec::new();
        if let Some(behind) = self.behind(change) {
            let code = if behind.correction { "correction" } else { "source_revised" };
            if behind.same && key.estimate == "reported" && !self.members.contains_key(key.ref_area) {
                // The economy's own figure is what its record says: nothing else can have moved it.
                return (code.to_owned(), behind.texts);
            }
            causes.push((code, behind.texts));
        }
        let (before, after) = (self.old.indicators.get(key.indicator), self.new.indicators.get(key.indicator));
        let inputs = self.inputs.entry(key.indicator.to_owned()).or_insert_with(|| classified(before, after));
        for (code, name) in inputs.iter() {
            // A data set that changed elsewhere is no cause of this value, unless nothing else explains it.
            if *code != "source_revised" || (causes.is_empty() && inputs.iter().all(|(c, _)| *c == "source_revised")) {
                causes.push((code, name.clone()));
            }
        }
        if causes.is_empty() && self.old.workspace.get(&Input::LeftOut) != self.new.workspace.get(&Input::LeftOut) {
            causes.push((code(&Input::LeftOut), "what may be passed on is another part of the values".into()));
        }
        if causes.is_empty() {
            return ("unknown".into(), "no input of this indicator differs".into());
        }
        let mut codes: Vec<&str> = causes.iter().map(|(code, _)| *code).collect();
        codes.dedup();
        (codes.join("+"), causes.iter().map(|(_, detail)| detail.as_str()).collect::<Vec<_>>().join("; "))
    }

    /// What is told of the revised observations behind a change, if there are any.
    fn behind(&self, change: &Change<'_>) -> Option<Behind> {
        let (old, new) = (change.old_value(), change.new_value());
        let records = self.records(change);
        let more = if records.len() > 3 { format!("; and {} more", records.len() - 3) } else { String::new() };
        (!records.is_empty()).then(|| Behind {
            correction: records.iter().any(|record| record.correction),
            texts: records.iter().take(3).map(|record| record.text.as_str()).collect::<Vec<_>>().join("; ") + &more,
            same: records.iter().any(|record| record.old == old && record.new == new),
        })
    }

    /// The revised observations behind a change: the economy's own, or those of the group's members.
    fn records(&self, change: &Change<'_>) -> Vec<&Revised> {
        let (key, old, new) = (change.key, change.old_value(), change.new_value());
        let revised = self.of_held.get(key.indicator).unwrap_or(&self.revised);
        let of = |area: &str, year: i32| revised.get(&(area.to_owned(), year)).into_iter().flatten();
        let own: Vec<&Revised> = of(key.ref_area, key.year).collect();
        let Some(members) = self.members.get(key.ref_area) else {
            let exact: Vec<&Revised> = own.iter().copied().filter(|r| r.old == old && r.new == new).collect();
            return if exact.is_empty() { own } else { exact };
        };
        if key.estimate == "published" {
            return own;
        }
        let Some(touched) = self.touched.get(&(key.indicator, key.dimensions)) else { return Vec::new() };
        // Carried values reach up to the window; a later year never explains an earlier one.
        let window = i32::try_from(self.window(key.indicator).max(0)).unwrap_or(i32::MAX);
        let first = if key.estimate == "imputed" { key.year.saturating_sub(window) } else { key.year };
        let years = |economy: &String| touched.get(economy.as_str()).map(|years| years.range(first..=key.year));
        members
            .iter()
            .filter_map(|economy| Some((economy, years(economy)?)))
            .flat_map(|(economy, years)| years.flat_map(move |year| of(economy, *year)))
            .collect()
    }

    /// How far a value of an indicator, or of one that it reads, may be carried in the newer release.
    fn window(&self, indicator: &str) -> i64 {
        let inputs = self.new.indicators.get(indicator).map(|entry| &entry.inputs);
        let windows = inputs.into_iter().flatten().filter(|(input, _)| matches!(input, Input::HeaderKey { key, .. } if key == "window"));
        windows.filter_map(|(_, years)| years.parse().ok()).max().unwrap_or(50)
    }
}

/// The inputs of an indicator that differ, as causes.
fn classified(old: Option<&IndicatorEntry>, new: Option<&IndicatorEntry>) -> Vec<(&'static str, String)> {
    let (Some(old), Some(new)) = (old, new) else {
        return vec![("method_changed", if old.is_none() { "the indicator is new" } else { "the indicator is gone" }.into())];
    };
    changes(&old.inputs, &new.inputs).into_iter().map(|change| (code(&change.input), change.told)).collect()
}

/// The code of a cause in `revisions.parquet`.
fn code(input: &Input) -> &'static str {
    match input {
        Input::Sql { .. } | Input::HeaderKey { .. } => "method_changed",
        Input::Membership { .. } => "membership_changed",
        Input::Reference { file } if matches!(file.as_str(), "membership.csv" | "groups.csv") => "membership_changed",
        Input::Reference { .. } => "reference_changed",
        Input::Observations { .. } | Input::Vintage { .. } | Input::Bodies => "source_revised",
        Input::Corrections => "correction",
        // No value depends on the last four.
        Input::DatasetDefinition
        | Input::Program
        | Input::Layout
        | Input::Clock
        | Input::Unknown(_)
        | Input::Golden { .. }
        | Input::LeftOut
        | Input::Formats
        | Input::Source { .. } => "program_changed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A release of an earlier version of the program named its inputs otherwise: such names are told, and stop nothing.
    #[test]
    fn inputs_of_an_earlier_version() {
        let entry = |inputs: &str| -> IndicatorEntry {
            serde_json::from_str(&format!(r#"{{"id":"2.1","rows":1,"status":"computed","note":null,"inputs":{inputs}}}"#)).unwrap()
        };
        let old = entry(r#"{"sql/indicators/a.sql":"1","sql/indicators/a.sql: window":"5","membership mode current":"x","program":"0.1"}"#);
        let new = entry(r#"{"sql/indicators/a.sql":"1","sql/indicators/a.sql#window":"5","membership/current":"x","program":"0.2"}"#);
        let causes = classified(Some(&old), Some(&new));
        let told: Vec<String> = causes.iter().map(|(code, told)| format!("{code}: {told}")).collect();
        assert_eq!(
            told,
            [
                "membership_changed: membership mode current is new",
                "program_changed: program changed",
                "program_changed: membership mode current is gone",
                "program_changed: sql/indicators/a.sql: window is gone"
            ]
        );
    }
}
