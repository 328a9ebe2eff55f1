//! What a SeriesID means: our table first, then what the row itself says of its parent and breakdown.

use std::collections::{BTreeSet, HashMap};

use crate::reference::{Reference, words};
use crate::rows::collector::Collector;
use crate::rows::reading::Answers;
use crate::rows::series_key::SeriesKey;

/// How a row names its series.
pub struct Words<'a> {
    pub id: &'a str,
    pub code: &'a str,
    pub name: &'a str,
    pub parent: Option<&'a str>,
    /// v3: group, first and second word.
    pub disaggregation: Option<[&'a str; 3]>,
}

#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub series: u32,
    /// Our table says whether answers are words; of a series that it lacks, a number is still taken as one.
    pub answers: Answers,
}

pub struct SeriesTable<'r> {
    reference: &'r Reference,
    cache: HashMap<Box<[u8]>, Known>,
    /// Series code -> SeriesID, for parents named by code.
    codes: HashMap<String, String>,
    unknown: BTreeSet<String>,
}

impl<'r> SeriesTable<'r> {
    pub fn new(reference: &'r Reference) -> Self {
        Self { reference, cache: HashMap::new(), codes: HashMap::new(), unknown: BTreeSet::new() }
    }

    pub fn cached(&self, id: &[u8]) -> Option<Known> {
        self.cache.get(id).copied()
    }

    pub fn resolve(&mut self, words: &Words<'_>, collector: &mut Collector<'_>) -> Known {
        collector.code(words.id);
        let (key, answers) = match self.reference.itu_series.get(words.id) {
            Some(known) => {
                let key = SeriesKey {
                    series: known.series.clone(),
                    sex: known.sex.clone(),
                    age: known.age.clone(),
                    urbanisation: known.urbanisation.clone(),
                    disability: known.disability.clone(),
                    education_level: known.education_level.clone(),
                    size_class: "_T".into(),
                    breakdown: known.breakdown.clone(),
                    unit: known.unit.clone(),
                    edition: String::new(),
                };
                (key, if known.unit.is_empty() { Answers::Always } else { Answers::Never })
            }
            None => {
                self.unknown.insert(words.id.to_owned());
                (self.guess(words), Answers::Words)
            }
        };
        if words.parent.is_none() {
            self.codes.insert(words.code.to_owned(), key.series.clone());
        }
        let known = Known { series: collector.series(key), answers };
        self.cache.insert(words.id.as_bytes().into(), known);
        known
    }

    /// A SeriesID that our table lacks: unit unknown, the breakdown read from the row.
    fn guess(&self, words: &Words<'_>) -> SeriesKey {
        let mut key = SeriesKey::total(words.id, "_U");
        if let Some(parent) = words.parent {
            key.series = self.codes.get(parent).cloned().unwrap_or_else(|| parent.to_owned());
            set(&mut key, words.code.rsplit('_').next().map_or("", |suffix| suffix.strip_prefix("HHC").unwrap_or(suffix)), words.name);
        } else if let Some([_, first, second]) = words.disaggregation {
            for word in [first, second] {
                if !word.is_empty() {
                    set(&mut key, word, word);
                }
            }
        }
        key
    }

    /// Says which SeriesIDs were not in our table.
    pub fn warn(&self, collector: &mut Collector<'_>) {
        if !self.unknown.is_empty() {
            let ids: Vec<&str> = self.unknown.iter().take(10).map(String::as_str).collect();
            collector.warnings.push(format!(
                "{} not in itu_series.csv, unit taken as unknown: {}",
                crate::error::count(self.unknown.len(), "SeriesID"),
                ids.join(", ")
            ));
        }
    }
}

fn set(key: &mut SeriesKey, word: &str, label: &str) {
    if let Some(sex) = words::sex(word).filter(|c| *c != "_T") {
        key.sex = sex.into();
    } else if let Some(urbanisation) = words::urbanisation(word).filter(|c| *c != "_T") {
        key.urbanisation = urbanisation.into();
    } else if let Some(age) = words::age(word).filter(|c| c != "_T") {
        key.age = age;
    } else if let Some(level) = words::education_level(word).filter(|c| *c != "_T") {
        key.education_level = level.into();
    } else if key.breakdown == "_T" {
        key.breakdown = label.into();
    } else {
        key.breakdown = format!("{};{label}", key.breakdown);
    }
}
