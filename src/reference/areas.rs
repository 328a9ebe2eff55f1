//! Area codes of every provider to ours: ISO 3166-1 alpha-3 for economies, group codes for aggregates.

use std::collections::{HashMap, HashSet};

use super::names;
use crate::authored::csv_table::CsvTable;
use crate::error::{Code, Problem};
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
    /// Names that several areas have, as districts do: nobody can tell which one is meant.
    shared_names: HashSet<String>,
    crosswalk: HashMap<(String, String), Option<u32>>,
    prefixes: Vec<(String, String, Option<u32>)>,
    /// Names of areas as people write them.
    names: Vec<(String, u32)>,
    economies: usize,
}

impl AreaCodes {
    /// Two answers for one code are a problem. A name that several areas have is a warning: rows that say it are set aside.
    pub fn new(
        areas: &CsvTable,
        groups: &CsvTable,
        crosswalk: &CsvTable,
        problems: &mut Vec<Problem>,
        warnings: &mut Vec<Problem>,
    ) -> Self {
        let mut codes: Vec<String> = areas.column("ref_area").map(str::to_owned).collect();
        let economies = codes.len();
        let own: HashSet<&str> = areas.column("ref_area").collect();
        for row in (0..groups.len()).filter(|row| own.contains(groups.get(*row, "group_code"))) {
            let message = format!("`{}` is the code of an area in areas.csv too", groups.get(row, "group_code"));
            let problem = groups.problem_at(Code::ContradictingRow, row, "group_code", message);
            problems.push(problem.hint("its figures would be taken for those of a group: give the group a code of its own"));
        }
        codes.extend(groups.column("group_code").map(str::to_owned));
        codes.sort();
        codes.dedup();
        let by_code: HashMap<String, u32> = codes.iter().cloned().zip(0..).collect();
        let mut result = Self { codes, by_code, economies, ..Self::default() };
        result.add_areas(areas, problems, warnings);
        result.add_crosswalk(crosswalk, problems);
        result.by_name.retain(|name, _| !result.shared_names.contains(name));
        result
    }

    fn add_areas(&mut self, areas: &CsvTable, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
        for row in 0..areas.len() {
            let Some(&index) = self.by_code.get(areas.get(row, "ref_area")) else { continue };
            let m49 = areas.get(row, "m49").trim_start_matches('0');
            for (column, code, known) in [("m49", m49, &mut self.by_m49), ("iso2", areas.get(row, "iso2"), &mut self.by_iso2)] {
                let before = if code.is_empty() { None } else { known.insert(code.to_owned(), index) };
                if let Some(before) = before.filter(|before| *before != index) {
                    let message = format!("`{}` is the {column} of {} too", areas.get(row, column), self.codes[before as usize]);
                    problems.push(areas.problem_at(Code::ContradictingRow, row, column, message));
                }
            }
            let (name, key) = (areas.get(row, "name"), names::key(areas.get(row, "name")));
            match if key.is_empty() { None } else { self.by_name.insert(key.clone(), index) } {
                Some(before) if before != index => {
                    let message = format!("{} has the name `{name}` too: rows that say it are set aside", self.codes[before as usize]);
                    let problem = areas.problem_at(Code::ContradictingRow, row, "name", message).warning();
                    warnings.push(problem.hint("tell the names apart, or say in area_codes.csv which area the name means"));
                    self.shared_names.insert(key);
                }
                _ => self.names.push((name.to_owned(), index)),
            }
        }
    }

    fn add_crosswalk(&mut self, table: &CsvTable, problems: &mut Vec<Problem>) {
        for row in 0..table.len() {
            let (scheme, code, area) = (table.get(row, "scheme").to_owned(), table.get(row, "code"), table.get(row, "ref_area"));
            let target = self.by_code.get(area).copied();
            let above = |target| (target, "in a row above");
            // What the code means already, and where that is said.
            let before = if scheme == NAME {
                let key = names::key(code);
                // A name of ours may stand for nothing of ours, or say which of several areas is meant.
                let own = self.by_name.get(&key).filter(|_| target.is_some() && !self.shared_names.contains(&key));
                let own = own.map(|index| (Some(*index), "in areas.csv"));
                self.names.extend(target.map(|target| (code.to_owned(), target)));
                self.crosswalk.insert((scheme, key), target).map(above).or(own)
            } else if let Some(prefix) = code.strip_suffix('*') {
                let prefix = normal(prefix);
                let known = self.prefixes.iter().find(|(other, known, _)| *other == scheme && *known == prefix);
                let known = known.map(|(_, _, target)| above(*target));
                self.prefixes.push((scheme, prefix, target));
                known
            } else {
                self.crosswalk.insert((scheme, normal(code)), target).map(above)
            };
            if let Some((other, place)) = before.filter(|(other, _)| *other != target) {
                let other = other.map_or("none of ours", |index| &self.codes[index as usize]);
                let area = if area.is_empty() { "none of ours" } else { area };
                let message = format!("`{code}` is {area} here, and {other} {place}");
                problems.push(table.problem_at(Code::ContradictingRow, row, "code", message));
            }
        }
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

    /// Whether several areas have this name.
    pub fn is_shared(&self, name: &str) -> bool {
        self.shared_names.contains(&names::key(name))
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
            // A code of three characters is that of an economy; one that is empty is a defect of the row.
            None if scheme == "uis" && !matches!(code.len(), 0 | 3) => AreaHit::Unlisted,
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
