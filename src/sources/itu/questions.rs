//! Questions of the regulatory survey whose SeriesID has not been seen: a row of our table with a name in place of the
//! number. The words of its title find the question in a file.

use std::collections::{BTreeMap, HashMap};

use crate::reference::ItuSeries;
use crate::rows::collector::Collector;

pub(super) struct Questions<'r> {
    /// Our series, and the words that the name of its question has.
    asked: Vec<(&'r str, Vec<String>)>,
    /// By our series, the SeriesIDs whose names fit: name, and where its rows are.
    found: BTreeMap<&'r str, BTreeMap<String, (String, u32)>>,
}

impl<'r> Questions<'r> {
    /// A series that has a number too is found by that alone.
    pub(super) fn of(table: &'r HashMap<String, ItuSeries>) -> Self {
        let numbered = |id: &str| id.bytes().all(|b| b.is_ascii_digit());
        let has_number = |series: &str| table.iter().any(|(id, known)| numbered(id) && known.series == series);
        let asked = table.iter().filter(|(id, known)| !numbered(id) && known.unit.is_empty() && !has_number(&known.series));
        let words = |title: &str| title.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let asked = asked.map(|(_, known)| (known.series.as_str(), words(&known.title)));
        Self { asked: asked.filter(|(_, words): &(_, Vec<_>)| !words.is_empty()).collect(), found: BTreeMap::new() }
    }

    /// Whether the name of a SeriesID that our table lacks is that of a question.
    pub(super) fn may_be(&mut self, id: &str, said: &str, series: u32) -> bool {
        let name = said.to_lowercase();
        let fits = self.asked.iter().filter(|(_, asked)| asked.iter().all(|word| name.contains(word.as_str())));
        let fits: Vec<&str> = fits.map(|(question, _)| *question).collect();
        for question in &fits {
            self.found.entry(question).or_default().insert(id.to_owned(), (said.chars().take(100).collect(), series));
        }
        !fits.is_empty()
    }

    /// The one SeriesID of a body that fits is the question; of several nobody can tell which.
    pub(super) fn finish(self, collector: &mut Collector<'_>) {
        for (question, found) in self.found {
            let named: Vec<String> = found.iter().map(|(id, (name, _))| format!("{id} (`{}`)", name.escape_debug())).collect();
            let named = named.join(", ");
            if let [(_, series)] = found.into_values().collect::<Vec<_>>()[..] {
                collector.belongs_to(series, question);
                collector.warnings.push(format!("{named} is not in itu_series.csv and is taken for {question}, by its name"));
            } else {
                collector.warnings.push(format!(
                    "{named} are not in itu_series.csv, and more than one may be {question}, so that none is taken for it; \
give the right one a line with the series {question} there"
                ));
            }
        }
    }
}
