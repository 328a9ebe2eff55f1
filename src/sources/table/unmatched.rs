//! Words that a data set gives a meaning to, in its maps and totals, and those of them that no row of a file has.

use crate::rows::collector::Matched;
use crate::sources::body::headings::shorten;
use crate::sources::table::map::TableMap;

/// The words that the data set gives a meaning to: those of each map, then those of totals.
pub(super) fn words(map: &TableMap) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let maps = map.maps.iter().map(|(name, pairs)| (name.as_str(), pairs.iter().map(|(from, _)| from.as_str()).collect()));
    maps.chain([("totals", map.totals.iter().map(String::as_str).collect())])
}

/// Words of the maps and totals that no row has: misspelt where the column has words that the map does not name, and
/// else perhaps only rare. Of totals that none has is always worth a word.
pub(super) fn unmatched(map: &TableMap, matched: &Matched) -> Vec<(String, bool)> {
    let has = |name: &str, word: &str| matched.words.iter().any(|(n, w)| n == name && w == word);
    words(map)
        .filter_map(|(name, words)| {
            let lost: Vec<&str> = words.into_iter().filter(|word| !has(name, word)).collect();
            let place = map.places.get(&(name.to_owned(), (*lost.first()?).to_owned())).map(|place| format!(" ({place})"));
            let lost: Vec<String> = lost.into_iter().map(|word| format!("`{word}`")).collect();
            let key = if name == "totals" { name.to_owned() } else { format!("maps.{name}") };
            let mistaken = name == "totals" || matched.others.contains(name);
            Some((format!("{key}: no row has {}{}", shorten(&lost.join(", "), 300), place.unwrap_or_default()), mistaken))
        })
        .collect()
}
