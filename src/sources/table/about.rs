//! What the rows of a table are about, besides area and year: read once for all rows whose cells say the same of it.

use std::collections::HashMap;
use std::rc::Rc;

use crate::reference::words;
use crate::rows::quarantine::Reason;
use crate::rows::series_key::SeriesKey;
use crate::sources::table::map::{Column, TableMap};
use crate::tables::schema::DIMENSIONS;

/// The series, unit, breakdown and edition of a row, or why they cannot be told.
pub(super) type About = Result<Rc<SeriesKey>, (Reason, String)>;

/// By the cells that say it, one behind the other.
#[derive(Default)]
pub(super) struct Known {
    columns: Vec<usize>,
    place: String,
    known: HashMap<String, About>,
}

/// Different ones that are remembered: no file has as many, but for one whose columns are named wrongly.
const MOST: usize = 100_000;

/// Stands behind each cell.
const END: char = '\u{1f}';

impl Known {
    /// `columns`: where what a row is about is said.
    pub(super) fn by(columns: Vec<usize>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Whether a column of ours says what a row is about.
    pub(super) fn asks(target: &str) -> bool {
        matches!(target, "series" | "unit" | "edition") || DIMENSIONS.contains(&target)
    }

    pub(super) fn of(&mut self, cells: &[&str], read: impl FnOnce() -> About) -> About {
        self.place.clear();
        for column in &self.columns {
            let cell = cells.get(*column).copied().unwrap_or_default();
            // Could be taken for the end of a cell.
            if cell.contains(END) {
                return read();
            }
            self.place.push_str(cell);
            self.place.push(END);
        }
        if let Some(about) = self.known.get(&self.place) {
            return about.clone();
        }
        if self.known.len() == MOST {
            self.known.clear();
        }
        let about = read();
        self.known.insert(self.place.clone(), about.clone());
        about
    }
}

/// Reads it: `text` gives what a row has of a column of ours.
pub(super) fn read(map: &TableMap, text: &dyn Fn(&str) -> Option<String>) -> About {
    let series = text("series").unwrap_or_default();
    if series.is_empty() {
        return Err((Reason::MissingCode, "no series".into()));
    }
    // That the data set says itself that there is none means answers in words.
    let without = map.column("unit").is_some_and(|unit| matches!(unit, Column::Constant(unit) if unit.is_empty()));
    let unit = text("unit").filter(|unit| without || !unit.is_empty()).unwrap_or_else(|| "_U".into());
    let mut key = SeriesKey::total(series, unit);
    for name in DIMENSIONS {
        let Some(word) = text(name).filter(|word| !word.is_empty()) else { continue };
        if !map.knows(name, &word) {
            return Err((Reason::UnknownWord, format!("{name} `{word}` is not in maps.{name}")));
        }
        let Some(code) = code_of(name, &word) else {
            return Err((Reason::UnknownWord, format!("{name} `{word}` is no code: say what it means in maps.{name}")));
        };
        if let Some(dimension) = key.dimension_mut(name) {
            *dimension = code;
        }
    }
    key.edition = text("edition").unwrap_or_default();
    Ok(Rc::new(key))
}

/// The code of a word; None where the list of codes is closed and the word is neither on it nor known. A code is taken as it is.
fn code_of(name: &str, word: &str) -> Option<String> {
    match name {
        "sex" => words::sex(word).map(str::to_owned),
        "urbanisation" => words::urbanisation(word).map(str::to_owned),
        "age" => words::age(word).or_else(|| Some(word.to_owned())),
        "education_level" => words::education_level(word).or(Some(word)).map(str::to_owned),
        _ => Some(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_for_one_another_only_where_they_say_the_same() {
        let mut known = Known::by(vec![0, 2]);
        let mut reads = 0;
        let mut series = |cells: [&str; 3]| {
            let about = known.of(&cells, || {
                reads += 1;
                Ok(Rc::new(SeriesKey::total(format!("{} {}", cells[0], cells[2]), "PT")))
            });
            about.unwrap().series.clone()
        };
        assert_eq!(series(["a", "2020", "b"]), "a b");
        assert_eq!(series(["a", "2021", "b"]), "a b");
        assert_eq!(series(["ab", "2020", ""]), "ab ");
        assert_eq!(series(["a\u{1f}", "2020", "b"]), "a\u{1f} b");
        assert_eq!(series(["a", "2020", "\u{1f}b"]), "a \u{1f}b");
        assert_eq!(reads, 4);
    }
}
