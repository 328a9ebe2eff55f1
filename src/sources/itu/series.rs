//! What a SeriesID means: our table first, then what the row itself says of its parent and breakdown.

use std::collections::{BTreeSet, HashMap};

use super::questions::Questions;
use super::stems::{self, Stems};
use super::units::{self, Said};
use crate::reference::areas::AreaHit;
use crate::reference::{Reference, words};
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::reading::{self, Answers, Reading};
use crate::rows::series_key::SeriesKey;
use crate::rows::value::{Value, parse_number};

/// How a row names its series.
pub(super) struct Words<'a> {
    pub id: &'a str,
    pub code: &'a str,
    pub name: &'a str,
    pub parent: Option<&'a str>,
    /// v3: group, first and second word.
    pub disaggregation: Option<[&'a str; 3]>,
    /// As the file has it: it may be that of another series, but answers in words have none. JSON has no place for it.
    pub unit: Option<&'a str>,
}

impl<'a> Words<'a> {
    /// The code of the total that the row is a breakdown of.
    fn total(&self) -> Option<&'a str> {
        let is_part = match self.disaggregation {
            Some([_, first, second]) => !first.is_empty() || !second.is_empty(),
            None => self.parent.is_some() || !stems::parts(self.code).breakdown.is_empty(),
        };
        is_part.then(|| self.parent.unwrap_or(self.code))
    }

    /// The first word of v3 that is understood, and says another sex, age, place or education than the key has. What is in
    /// a word that nobody understands may be a part that has a series of its own.
    fn contradicts(&self, key: &SeriesKey) -> Option<&'a str> {
        let [_, first, second] = self.disaggregation?;
        [first, second].into_iter().filter(|word| !word.is_empty()).find(|word| {
            let mut said = SeriesKey::total("", "");
            place(&mut said, word);
            [
                (&said.sex, &key.sex),
                (&said.age, &key.age),
                (&said.urbanisation, &key.urbanisation),
                (&said.education_level, &key.education_level),
            ]
            .into_iter()
            .any(|(said, ours)| said != "_T" && said != ours)
        })
    }
}

/// Why a row is set aside, and what it has.
pub(super) type Aside = (Reason, String);

#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub series: u32,
    /// Our table says whether answers are words; of a series that it lacks, a number is still taken as one.
    pub answers: Answers,
    /// A 0 is written for a figure that is missing.
    pub zero_is_missing: bool,
}

impl Known {
    /// What the text in the place of the value says.
    pub(super) fn read(self, given: &[u8]) -> Reading<'_> {
        let reading = reading::read(given, self.answers);
        if self.zero_is_missing && reading.value.number() == Some(0.0) {
            return Reading { value: Value::Missing, text: true, obs_status: Some("O") };
        }
        reading
    }

    /// The note of the figure: beside a 0 that is none, it says so.
    pub(super) fn note(self, given: &[u8], note: Option<String>) -> Option<String> {
        if !self.zero_is_missing || parse_number(given) != Some(0.0) {
            return note;
        }
        Some(note.into_iter().chain([ZERO_IS_MISSING.to_owned()]).collect::<Vec<_>>().join("; "))
    }
}

const ZERO_IS_MISSING: &str = "0 in the file, where it stands for a missing figure";

pub(super) struct SeriesTable<'r> {
    reference: &'r Reference,
    /// The SeriesIDs that the data set names; a collection does not name its members.
    named: Option<Vec<String>>,
    stems: Stems<'r>,
    /// By SeriesID and unit of the file.
    cache: HashMap<Box<[u8]>, Known>,
    /// Series of the totals of this body that our table lacks, by their codes.
    codes: HashMap<String, String>,
    /// Breakdowns whose total had not been met when they came, with its code.
    orphans: Vec<(u32, String)>,
    questions: Questions<'r>,
    unknown: BTreeSet<String>,
    /// Units of which nobody can tell whether they are ours.
    unclear: BTreeSet<String>,
}

/// Names that a warning lists.
const SHOWN: usize = 10;

impl<'r> SeriesTable<'r> {
    /// Whether an area is a group of ours: the figure is an aggregate of ITU.
    pub(super) fn is_group(&self, area: AreaHit) -> bool {
        let AreaHit::Known(index) = area else { return false };
        self.reference.areas.codes.get(index as usize).is_some_and(|code| self.reference.group_scheme(code).is_some())
    }

    pub(super) fn new(reference: &'r Reference, named: Option<Vec<String>>) -> Self {
        Self {
            reference,
            named,
            stems: Stems::of(&reference.itu_series),
            cache: HashMap::new(),
            codes: HashMap::new(),
            orphans: Vec::new(),
            questions: Questions::of(&reference.itu_series),
            unknown: BTreeSet::new(),
            unclear: BTreeSet::new(),
        }
    }

    /// What was found for a key of SeriesID and unit before.
    pub(super) fn cached(&self, key: &[u8]) -> Option<Known> {
        self.cache.get(key).copied()
    }

    /// What a row's words say, remembered under a key; or why the row is set aside.
    pub(super) fn resolve(&mut self, key: &[u8], words: &Words<'_>, collector: &mut Collector<'_>) -> Result<Known, Aside> {
        let known = self.find(words, collector)?;
        collector.keep(key.len());
        self.cache.insert(key.into(), known);
        Ok(known)
    }

    fn find(&mut self, words: &Words<'_>, collector: &mut Collector<'_>) -> Result<Known, Aside> {
        let ours = self.reference.itu_series.get(words.id);
        // A SeriesID is a number; others are known, or none.
        if ours.is_none() && !words.id.bytes().all(|b| b.is_ascii_digit()) {
            return Err((Reason::BadCode, words.id.escape_debug().to_string()));
        }
        if ours.is_none() && !self.is_served(words) {
            return Err((Reason::SeriesNotAsked, words.id.to_owned()));
        }
        collector.code(words.id);
        let of_total = || Some((words.total().and_then(|total| self.stems.total(total))?.1, ""));
        let unit = ours.map(|known| (known.unit.as_str(), known.file_unit.as_str())).or_else(of_total);
        if let (Some((unit, also)), Some(written)) = (unit, words.unit) {
            let shown: String = written.chars().take(60).collect();
            let what = || format!("{} in `{shown}`, our table has {}", words.id, if unit.is_empty() { "words" } else { unit });
            match units::said(written, unit, also) {
                Said::Other => return Err((Reason::OtherUnit, what())),
                Said::Unclear if self.unclear.len() < SHOWN => _ = self.unclear.insert(what()),
                Said::Unclear | Said::Same => {}
            }
        }
        Ok(if let Some(known) = ours {
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
            if let Some(word) = words.contradicts(&key) {
                let ours = [&key.sex, &key.age, &key.urbanisation, &key.education_level].map(|code| code.as_str()).join(", ");
                return Err((
                    Reason::OtherBreakdown,
                    format!("{} of `{word}`, our table has sex, age, urbanisation, education {ours}", words.id),
                ));
            }
            let answers = if known.unit.is_empty() { Answers::Always } else { Answers::Never };
            Known { series: collector.series(key), answers, zero_is_missing: known.zero_is_missing }
        } else {
            let series = self.guess(words, collector);
            if words.unit != Some("") || !self.questions.may_be(words.id, words.name, series) {
                self.unknown.insert(words.id.to_owned());
            }
            Known { series, answers: Answers::Words, zero_is_missing: false }
        })
    }

    /// Whether the data set serves a SeriesID that our table lacks: one that it names, or a breakdown of a total that is
    /// known, has come before, or may be one of those that it names.
    fn is_served(&self, words: &Words<'_>) -> bool {
        let Some(named) = &self.named else { return true };
        let is_new = |code: &String| !self.reference.itu_series.contains_key(code);
        let has_total = |total: &str| self.stems.total(total).is_some() || self.codes.contains_key(&plain(total));
        named.iter().any(|code| code == words.id) || words.total().is_some_and(|total| has_total(total) || named.iter().any(is_new))
    }

    /// A SeriesID that our table lacks: the series of its total where the code tells it, the breakdown from the row.
    fn guess(&mut self, words: &Words<'_>, collector: &mut Collector<'_>) -> u32 {
        let unit = if words.unit == Some("") { "" } else { "_U" };
        let Some(total) = words.total() else {
            self.codes.insert(plain(words.code), words.id.to_owned());
            return collector.series(SeriesKey::total(words.id, unit));
        };
        let mut key = match self.stems.total(total) {
            Some((series, unit)) => SeriesKey::total(series, unit),
            None => SeriesKey::total(words.parent.unwrap_or(words.id), unit),
        };
        match words.disaggregation {
            Some([_, first, second]) => [first, second].into_iter().filter(|word| !word.is_empty()).for_each(|word| set(&mut key, &[word])),
            None => set(&mut key, &[words.name, stems::parts(words.code).breakdown]),
        }
        let is_orphan = self.stems.total(total).is_none();
        let series = collector.series(key);
        if is_orphan {
            self.orphans.push((series, total.to_owned()));
        }
        series
    }

    /// Gives the breakdowns that came before their total its series, and says what was not in our table.
    pub(super) fn finish(self, collector: &mut Collector<'_>) {
        let mut without_total = BTreeSet::new();
        for (series, total) in self.orphans {
            match self.codes.get(&plain(&total)) {
                Some(found) => collector.belongs_to(series, found),
                None => _ = without_total.insert(format!("`{total}`")),
            }
        }
        self.questions.finish(collector);
        let some = |names: &BTreeSet<String>| names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        if !self.unclear.is_empty() {
            collector.warnings.push(format!(
                "units of the file that may be others than ours: {}; ours are taken; where they are the same, name the file's in `file_unit` of itu_series.csv",
                some(&self.unclear)
            ));
        }
        if !self.unknown.is_empty() {
            collector.warnings.push(format!(
                "{} not in itu_series.csv, unit taken as that of the total, or as unknown: {}",
                crate::error::count(self.unknown.len(), "SeriesID"),
                some(&self.unknown)
            ));
        }
        if !without_total.is_empty() {
            collector.warnings.push(format!(
                "breakdowns of {} without their total, in the file or in itu_series.csv, so that no indicator finds them: {}; add the SeriesIDs to itu_series.csv",
                crate::error::count(without_total.len(), "series"),
                some(&without_total)
            ));
        }
    }
}

/// Children write `_%pop` where the code of their parent ends in `_pop`.
fn plain(code: &str) -> String {
    code.replace("_%pop", "_pop")
}

/// Puts the first word that is understood into our dimensions; otherwise the first word becomes the breakdown.
fn set(key: &mut SeriesKey, words: &[&str]) {
    let known = |word: &&&str| {
        [
            words::sex(word).map(str::to_owned),
            words::urbanisation(word).map(str::to_owned),
            words::age(word),
            words::education_level(word).map(str::to_owned),
        ]
        .into_iter()
        .flatten()
        .any(|code| code != "_T")
    };
    let Some(word) = words.iter().find(known).or(words.first()) else { return };
    place(key, word);
}

fn place(key: &mut SeriesKey, word: &str) {
    if let Some(sex) = words::sex(word).filter(|c| *c != "_T") {
        key.sex = sex.into();
    } else if let Some(urbanisation) = words::urbanisation(word).filter(|c| *c != "_T") {
        key.urbanisation = urbanisation.into();
    } else if let Some(age) = words::age(word).filter(|c| c != "_T") {
        key.age = age;
    } else if let Some(level) = words::education_level(word).filter(|c| *c != "_T") {
        key.education_level = level.into();
    } else if key.breakdown == "_T" {
        key.breakdown = word.into();
    } else {
        key.breakdown = format!("{};{word}", key.breakdown);
    }
}
