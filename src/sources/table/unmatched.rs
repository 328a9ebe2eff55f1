//! Words that a data set gives a meaning to, in its maps, totals and selections, and those of them that no row of a file has.

use std::borrow::Cow;

use crate::rows::collector::Matched;
use crate::sources::body::headings::shorten;
use crate::sources::table::map::TableMap;

const TOTALS: &str = "totals";
/// Stands before the name of a column of `only`.
const ONLY: &str = "only.";

/// The words that the data set gives a meaning to: those of each map, then those of totals, then those of each column that
/// says which rows count.
pub(super) fn words(map: &TableMap) -> impl Iterator<Item = (Cow<'_, str>, Vec<&str>)> {
    let maps = map.maps.iter().map(|(name, pairs)| (name.as_str().into(), pairs.iter().map(|(from, _)| from.as_str()).collect()));
    let only = map.only.iter().map(|(name, words)| (format!("{ONLY}{name}").into(), words.iter().map(String::as_str).collect()));
    maps.chain([(TOTALS.into(), map.totals.iter().map(String::as_str).collect())]).chain(only)
}

/// Where the words of totals are among them, and those of a column of `only`.
pub(super) fn of_totals(map: &TableMap) -> usize {
    map.maps.len()
}

pub(super) fn of_only(map: &TableMap, column: usize) -> usize {
    of_totals(map) + 1 + column
}

/// Words of the maps, totals and selections that no row has: misspelt where the column has words that the map does not
/// name, and else perhaps only rare. One of totals, or of the rows that count, that none has is always worth a word.
pub(super) fn unmatched(map: &TableMap, matched: &Matched) -> Vec<(String, bool)> {
    let has = |name: &str, word: &str| matched.words.iter().any(|(n, w)| n == name && w == word);
    words(map)
        .filter_map(|(name, words)| {
            let lost: Vec<&str> = words.into_iter().filter(|word| !has(&name, word)).collect();
            let place = map.places.get(&(name.to_string(), (*lost.first()?).to_owned())).map(|place| format!(" ({place})"));
            let lost: Vec<String> = lost.into_iter().map(|word| format!("`{word}`")).collect();
            let is_map = name != TOTALS && !name.starts_with(ONLY);
            let mistaken = !is_map || matched.others.contains(&*name);
            let key = if is_map { format!("maps.{name}") } else { name.into_owned() };
            Some((format!("{key}: no row has {}{}", shorten(&lost.join(", "), 300), place.unwrap_or_default()), mistaken))
        })
        .collect()
}
