//! The official languages of the United Nations. The first page is made in each; the others are made in English, and a
//! script shows them in another language by a list of words: what is asked for, headings, names of areas, groups, classes
//! and parts. What has no name in a language shows its English one; titles of targets, notes and explanations are English.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::scheme_name;
use crate::error::{Error, Result};
use crate::publish::labels::STANDINGS;
use crate::publish::view::View;
use crate::visible;

const NAMES: &str = include_str!("languages/names.csv");

/// Languages beside English, in the order of the links to them.
const CODES: [&str; 5] = ["ar", "zh", "fr", "ru", "es"];

/// The words of the pages in one language, and its names of codes.
#[derive(Serialize, Clone)]
pub(super) struct Language {
    pub code: &'static str,
    pub words: BTreeMap<String, String>,
    #[serde(skip)]
    names: BTreeMap<(String, String), String>,
    /// English texts of the pages, and what they are in this language.
    #[serde(skip)]
    texts: BTreeMap<String, String>,
}

/// A page to go to, named in the language `code`.
#[derive(Serialize)]
pub(super) struct Link {
    pub name: String,
    pub href: String,
    pub code: &'static str,
}

impl Language {
    /// The name of a code in this language, else what English says.
    pub(super) fn name<'s>(&'s self, list: &str, code: &str, english: &'s str) -> &'s str {
        self.names.get(&(list.to_owned(), code.to_owned())).map_or(english, String::as_str)
    }

    pub(super) fn word<'s>(&'s self, word: &'s str) -> &'s str {
        self.words.get(word).map_or(word, String::as_str)
    }

    /// The script with which a page that was made in English is read in this language: each English text with its own.
    pub(super) fn script(&self, english: &Self, view: &View<'_>) -> Vec<u8> {
        let schemes: Vec<(&str, String)> = view.groups.values().map(|(scheme, _)| (*scheme, scheme_name(scheme))).collect();
        let mut words: BTreeMap<&str, &str> = BTreeMap::new();
        words.extend(schemes.iter().map(|(scheme, name)| (name.as_str(), self.name("scheme", scheme, name))));
        for (list, codes) in view.labels.lists() {
            words.extend(codes.iter().map(|(code, name)| (name.as_str(), self.name(list, code, name))));
        }
        for class in STANDINGS {
            words.insert(view.labels.class(class), self.name("CL_CLASS", class, view.labels.class(class)));
        }
        let areas = view.economies.iter().chain(view.groups.iter().map(|(code, (_, name))| (code, name)));
        words.extend(areas.map(|(code, name)| (*name, self.name("area", code, name))));
        words.extend(self.texts.iter().map(|(text, own)| (text.as_str(), own.as_str())));
        words.extend(english.words.iter().map(|(word, text)| (text.as_str(), self.word(word))));
        words.retain(|text, own| !text.is_empty() && text != own);
        let told = serde_json::json!({ "direction": self.word("direction"), "words": words });
        format!("translate({});\n", visible::in_json(&told.to_string())).into_bytes()
    }

    /// Where its first page is, seen from the folder of the site.
    pub(super) fn home(&self) -> String {
        if self.code == "en" { "index.html".into() } else { format!("{}/index.html", self.code) }
    }
}

/// English first, then the others.
pub(super) fn read() -> Result<Vec<Language>> {
    let mut all: Vec<Language> = ["en"]
        .iter()
        .chain(&CODES)
        .map(|code| Language { code, words: BTreeMap::new(), names: BTreeMap::new(), texts: BTreeMap::new() })
        .collect();
    for row in csv::Reader::from_reader(NAMES.as_bytes()).into_deserialize::<(String, String, String, String)>() {
        let (list, code, language, name) = row.map_err(|e| Error::Internal(format!("names of languages: {e}")))?;
        let Some(language) = all.iter_mut().find(|other| other.code == language) else { continue };
        match list.as_str() {
            "interface" => language.words.insert(code, name),
            "text" => language.texts.insert(code, name),
            _ => language.names.insert((list, code), name),
        };
    }
    Ok(all)
}

/// Links to the first page in each language, named in it.
pub(super) fn links(all: &[Language]) -> Vec<Link> {
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
            assert!(language.code == "en" || language.texts.keys().eq(all[1].texts.keys()), "{}", language.code);
            assert!(language.code == "en" || !language.name("area", "FRA", "").is_empty(), "{}", language.code);
        }
    }
}
