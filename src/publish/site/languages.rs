//! The first page in the official languages of the United Nations: names of areas, groups, classes and parts. What has
//! no name in a language shows its English one; titles of targets and the pages behind are English.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};

const NAMES: &str = include_str!("languages/names.csv");

/// Languages beside English, in the order of the links to them.
const CODES: [&str; 5] = ["ar", "zh", "fr", "ru", "es"];

/// The words of the pages in one language, and its names of codes.
#[derive(Serialize, Clone)]
pub struct Language {
    pub code: &'static str,
    pub words: BTreeMap<String, String>,
    #[serde(skip)]
    names: BTreeMap<(String, String), String>,
}

/// A page to go to, named in the language `code`.
#[derive(Serialize)]
pub struct Link {
    pub name: String,
    pub href: String,
    pub code: &'static str,
}

impl Language {
    /// The name of a code in this language, else what English says.
    pub fn name<'s>(&'s self, list: &str, code: &str, english: &'s str) -> &'s str {
        self.names.get(&(list.to_owned(), code.to_owned())).map_or(english, String::as_str)
    }

    pub fn word<'s>(&'s self, word: &'s str) -> &'s str {
        self.words.get(word).map_or(word, String::as_str)
    }

    /// Where its first page is, seen from the folder of the site.
    pub fn home(&self) -> String {
        if self.code == "en" { "index.html".into() } else { format!("{}/index.html", self.code) }
    }
}

/// English first, then the others.
pub fn read() -> Result<Vec<Language>> {
    let mut all: Vec<Language> =
        ["en"].iter().chain(&CODES).map(|code| Language { code, words: BTreeMap::new(), names: BTreeMap::new() }).collect();
    for row in csv::Reader::from_reader(NAMES.as_bytes()).into_deserialize::<(String, String, String, String)>() {
        let (list, code, language, name) = row.map_err(|e| Error::Internal(format!("names of languages: {e}")))?;
        let Some(language) = all.iter_mut().find(|other| other.code == language) else { continue };
        if list == "interface" {
            language.words.insert(code, name);
        } else {
            language.names.insert((list, code), name);
        }
    }
    Ok(all)
}

/// Links to the first page in each language, named in it.
pub fn links(all: &[Language]) -> Vec<Link> {
    all.iter().map(|language| Link { name: language.word("language").to_owned(), href: language.home(), code: language.code }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        let all = read().unwrap();
        let words: Vec<&String> = all[0].words.keys().collect();
        for language in &all {
            assert_eq!(language.words.keys().collect::<Vec<_>>(), words, "{}", language.code);
            assert!(language.code == "en" || !language.name("area", "FRA", "").is_empty(), "{}", language.code);
        }
    }
}
