//! Series codes of the households database: one stem for a total and its breakdowns, in two spellings.
//!
//! v2: `HHU781l_HHTotalIndividual`, `HHU781l_HHCFemale`; with `_pop`, of the population instead of Internet users.
//! A child names its parent `.._%pop`, whose own code ends in `_pop`. v3: `HHU781l-%_POP-FEMALE-`. Of households:
//! `HHA4213_HHTotal`, `HHA4213-%_HH-URBAN-`.

use std::collections::HashMap;

use crate::reference::ItuSeries;

/// The parts of a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub stem: &'a str,
    /// What the percentage is of, where the code says it: `POP`, `INT`, `HH`.
    base: Option<&'a str>,
    /// v2: what the code says of the breakdown; empty for a total.
    pub breakdown: &'a str,
}

pub(super) fn parts(code: &str) -> Parts<'_> {
    if let Some((stem, rest)) = code.split_once("-%_") {
        return Parts { stem, base: rest.split('-').next(), breakdown: "" };
    }
    let of_population = ["_%pop", "_pop"].iter().find_map(|end| code.strip_suffix(end));
    let (code, base) = (of_population.unwrap_or(code), of_population.map(|_| "POP"));
    match code.rsplit_once('_') {
        Some((stem, end)) if end.starts_with("HHTotal") => Parts { stem, base, breakdown: "" },
        Some((stem, end)) if end.starts_with("HHC") => Parts { stem, base, breakdown: &end[3..] },
        _ => Parts { stem: code, base, breakdown: "" },
    }
}

/// Stem -> the totals that have it, from our table.
pub(super) struct Stems<'r> {
    totals: HashMap<&'r str, Vec<(Option<&'r str>, &'r ItuSeries)>>,
}

impl<'r> Stems<'r> {
    pub(super) fn of(table: &'r HashMap<String, ItuSeries>) -> Self {
        let mut totals: HashMap<&str, Vec<_>> = HashMap::new();
        for known in table.values() {
            for code in known.code.split(';').map(str::trim).filter(|code| !code.is_empty()) {
                let parts = parts(code);
                let base = if known.unit == "PT_INT" { Some("INT") } else { parts.base };
                totals.entry(parts.stem).or_default().push((base, known));
            }
        }
        Self { totals }
    }

    /// The series of the total that a code belongs to, and its unit; none where the table has no such one, or several.
    pub(super) fn total(&self, code: &str) -> Option<(&'r str, &'r str)> {
        let parts = parts(code);
        let offered = self.totals.get(parts.stem)?;
        // Without a word of the base, v2 means Internet users wherever the same activity is there of both.
        // Our totals without one are of all people or households, and not of those of whom another word says it.
        let order: &[Option<&str>] = match parts.base {
            Some(base @ ("POP" | "HH")) => &[Some(base), None],
            Some(base) => &[Some(base)],
            None => &[None, Some("INT"), Some("POP")],
        };
        let found = order.iter().map(|base| offered.iter().filter(|(of, _)| of == base).map(|(_, known)| *known).collect::<Vec<_>>());
        let found = found.into_iter().find(|found| !found.is_empty())?;
        let first = found.first()?;
        let agree = found.iter().all(|known| known.series == first.series && known.unit == first.unit);
        agree.then_some((first.series.as_str(), first.unit.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_its_total() {
        let row = |id: &str, series: &str, code: &str, unit: &str| {
            let known = ItuSeries { series: series.into(), code: code.into(), unit: unit.into(), ..ItuSeries::default() };
            (id.to_owned(), known)
        };
        let table: HashMap<String, ItuSeries> = [
            row("16700", "16700", "HHU781e", "PT"),
            row("9457", "9457", "HHU4212ab", "PT_INT"),
            row("37506", "37506", "HHU4212ab-%_POP--", "PT"),
            row("37461", "37461", "HHU4212acv_HHTotalIndividual_pop", "PT"),
            row("9230", "11624", "HHU4212_HHCFemale", "PT"),
            row("20674", "28027", "HHU271own", "PT"),
            row("12047", "12047", "xHH6_IDI;HHA4213", "PT"),
        ]
        .into();
        let stems = Stems::of(&table);
        for (code, series) in [
            ("HHU781e_HHTotalIndividual", "16700"),
            ("HHU781e-%_POP-FEMALE-", "16700"),
            ("HHU4212acv_HHTotalIndividual_%pop", "37461"),
            ("HHU4212acv_HHC15to24_pop", "37461"),
            ("HHU4212ab_HHTotalIndividual", "9457"),
            ("HHU4212ab_HHCMale_pop", "37506"),
            ("HHU4212ab-%_INT-MALE-", "9457"),
            ("HHU4212_HHTotalIndividual", "11624"),
            ("HHU271own_HHCFemale", "28027"),
            ("HHA4213_HHTotalHousehold", "12047"),
            ("HHA4213_HHCUrban", "12047"),
            ("HHA4213-%_HH-RURAL-", "12047"),
            ("xHH6_IDI", "12047"),
        ] {
            assert_eq!(stems.total(code).map(|(series, _)| series), Some(series), "{code}");
        }
        // Of those without Internet use, of users where we have people, of another activity, of no household series at all.
        for code in
            ["HHU4212ab-%_NOINT-MALE-", "HHA4213-%_HHNOINT-URBAN-", "HHU781e-%_INT-MALE-", "HHU4212zz_HHTotalIndividual", "trUSAdopted"]
        {
            assert_eq!(stems.total(code), None, "{code}");
        }
    }
}
