//! Area codes of every provider to ours: ISO 3166-1 alpha-3 for economies, group codes for aggregates.

use std::collections::HashMap;

use super::names;
use crate::authored::csv_table::CsvTable;
use crate::visible;

/// What a provider's area code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaHit {
    /// An area of ours: index into [`AreaCodes::codes`].
    Known(u32),
    /// A code we know, of an area that is not one of ours (a historic state, a group without an equivalent).
    NotCovered,
    /// A region by its form, of a provider all of whose regions are on our lists, and this one is not: new, or renamed.
    Unlisted,
    /// A code with a control character in it: nobody can tell it from another one by looking at it.
    Illegible,
    Unknown,
}

/// The scheme of names, which are compared as people read them.
const NAME: &str = "name";
/// The scheme of codes that mean the same wherever they occur.
const ANY: &str = "any";

/// The crosswalk: which code of which provider is which area.
#[derive(Debug, Default, Clone)]
pub struct AreaCodes {
    /// Every area code of ours, economies and groups, sorted.
    pub codes: Vec<String>,
    by_code: HashMap<String, u32>,
    by_m49: HashMap<String, u32>,
    by_iso2: HashMap<String, u32>,
    by_name: HashMap<String, u32>,
    crosswalk: HashMap<(String, String), Option<u32>>,
    prefixes: Vec<(String, String, Option<u32>)>,
    /// Names of areas as people write them.
    names: Vec<(String, u32)>,
    economies: usize,
}

impl AreaCodes {
    pub fn new(areas: &CsvTable, groups: &CsvTable, crosswalk: Option<&CsvTable>) -> Self {
        let mut codes: Vec<String> = areas.column("ref_area").map(str::to_owned).collect();
        let economies = codes.len();
        codes.extend(groups.column("group_code").map(str::to_owned));
        codes.sort();
        codes.dedup();
        let by_code: HashMap<String, u32> = codes.iter().cloned().zip(0..).collect();
        let mut by_m49 = HashMap::new();
        let mut by_iso2 = HashMap::new();
        let mut by_name = HashMap::new();
        let mut named = Vec::new();
        for row in 0..areas.len() {
            if let Some(&index) = by_code.get(areas.get(row, "ref_area")) {
                let m49 = areas.get(row, "m49").trim_start_matches('0');
                if !m49.is_empty() {
                    by_m49.insert(m49.to_owned(), index);
                }
                let iso2 = areas.get(row, "iso2");
                if !iso2.is_empty() {
                    by_iso2.insert(iso2.to_owned(), index);
                }
                by_name.insert(names::key(areas.get(row, "name")), index);
                named.push((areas.get(row, "name").to_owned(), index));
            }
        }
        let mut result = Self { codes, by_code, by_m49, by_iso2, by_name, names: named, economies, ..Self::default() };
        if let Some(table) = crosswalk {
            for row in 0..table.len() {
                let target = result.by_code.get(table.get(row, "ref_area")).copied();
                let (scheme, code) = (table.get(row, "scheme").to_owned(), table.get(row, "code"));
                if scheme == NAME {
                    result.names.extend(target.map(|target| (code.to_owned(), target)));
                    result.crosswalk.insert((scheme, names::key(code)), target);
                } else if let Some(prefix) = code.strip_suffix('*') {
                    result.prefixes.push((scheme, normal(prefix), target));
                } else {
                    result.crosswalk.insert((scheme, normal(code)), target);
                }
            }
        }
        result
    }

    #[cfg(test)]
    pub(crate) fn of(codes: &[&str]) -> Self {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        Self { by_code: codes.iter().cloned().zip(0..).collect(), codes, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// How many of the codes are economies.
    pub fn economies(&self) -> usize {
        self.economies
    }

    /// The area whose name or code is nearest to one that is not known: what it is called, and its code.
    pub fn near(&self, code: &str) -> Option<(&str, &str)> {
        let names = self.names.iter().map(|(name, index)| (name.as_str(), *index));
        let codes = self.codes.iter().map(String::as_str).zip(0..);
        let known: Vec<(&str, u32)> = if code.chars().count() > 4 { names.collect() } else { codes.collect() };
        let near = crate::error::nearest(code, known.iter().map(|(name, _)| *name))?;
        let (_, index) = known.iter().find(|(name, _)| *name == near)?;
        Some((near, self.codes.get(*index as usize)?))
    }

    /// The group of ours whose id at a provider is nearest to one that no list has. Of short codes, near ones mean nothing.
    pub fn near_region(&self, code: &str) -> Option<&str> {
        let ids = self.crosswalk.iter().filter(|((scheme, id), _)| scheme != NAME && id.len() > 4);
        let ids: Vec<(&str, u32)> = ids.filter_map(|((_, id), target)| Some((id.as_str(), (*target)?))).collect();
        let near = crate::error::nearest(code, ids.iter().map(|(id, _)| *id)).filter(|_| code.len() > 4)?;
        let (_, index) = ids.iter().find(|(id, _)| *id == near)?;
        self.codes.get(*index as usize).map(String::as_str)
    }

    /// Looks a provider's code up. The crosswalk of its scheme wins; then the plain code of the scheme; then what the
    /// code means in any scheme: states of before, and codes that one agency has taken from another.
    pub fn resolve(&self, scheme: &str, code: &str) -> AreaHit {
        let code = &*visible::clean(code);
        if code.chars().any(visible::is_control) {
            return AreaHit::Illegible;
        }
        let named = if scheme == NAME { names::key(code) } else { normal(code) };
        if let Some(target) = self.crosswalk.get(&(scheme.to_owned(), named.clone())) {
            return target.map_or(AreaHit::NotCovered, AreaHit::Known);
        }
        let hit = match scheme {
            "m49" | "unsd" if code.bytes().all(|b| b.is_ascii_digit()) => self.by_m49.get(code.trim_start_matches('0')),
            // Economies have three characters, groups four: text length, not number.
            "unctad" if code.len() == 3 => self.by_m49.get(code.trim_start_matches('0')),
            NAME => self.by_name.get(&named),
            "unctad" | "m49" | "unsd" => None,
            "eurostat" => self.by_iso2.get(code),
            _ if code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()) => self.by_code.get(&code.to_ascii_uppercase()),
            _ => self.by_code.get(code),
        };
        if let Some(&index) = hit {
            return AreaHit::Known(index);
        }
        if let Some(target) = self.crosswalk.get(&(ANY.to_owned(), normal(code))) {
            return target.map_or(AreaHit::NotCovered, AreaHit::Known);
        }
        let wanted = normal(code);
        match self.prefixes.iter().find(|(s, prefix, _)| s == scheme && wanted.starts_with(prefix.as_str())) {
            Some((_, _, target)) => target.map_or(AreaHit::NotCovered, AreaHit::Known),
            // Region ids of UIS and group codes of UNCTAD that we do not carry are on the lists, without an area of ours.
            // A code of three characters is that of an economy.
            None if scheme == "uis" && code.len() != 3 => AreaHit::Unlisted,
            None if scheme == "unctad" && code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit()) => AreaHit::Unlisted,
            None => AreaHit::Unknown,
        }
    }
}

/// Codes are compared without case and without leading zeros of plain numbers of up to three digits.
fn normal(code: &str) -> String {
    let code = code.trim();
    if code.len() <= 3 && !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) {
        code.trim_start_matches('0').to_owned()
    } else {
        code.to_lowercase()
    }
}
