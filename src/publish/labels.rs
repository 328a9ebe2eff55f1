//! Words and numbers for people: names of codes, units with their symbol and decimals.

use std::collections::BTreeMap;

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::columns::Dimensions;
use crate::reference::Reference;
use crate::release::catalog;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::text::inert;

/// Classes from best to worst, and the one without a verdict.
pub(super) const CLASSES: [&str; 6] = {
    let [(met, _), (on_track, _), (moderate, _), (limited, _), (deterioration, _), (insufficient, _)] = catalog::CLASSES;
    [met, on_track, moderate, limited, deterioration, insufficient]
};

/// The same with how targets came out whose year is over.
pub(super) const STANDINGS: [&str; 8] = ["met", "late", "on_track", "moderate", "limited", "deterioration", "missed", "insufficient_data"];

#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub name: String,
    pub symbol: String,
    pub decimals: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Labels {
    units: BTreeMap<String, Unit>,
    /// Code list -> code and name, in the order of the list.
    lists: BTreeMap<String, Vec<(String, String)>>,
}

impl Labels {
    pub(super) fn new(reference: &Reference, codes: Vec<[String; 3]>) -> Self {
        let mut lists: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for [list, code, name] in codes {
            lists.entry(list).or_default().push((code, name));
        }
        let mut units = BTreeMap::new();
        if let Ok(batch) = reference.table("units") {
            let cells = Table(batch);
            for row in 0..cells.len() {
                let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
                let decimals = cells.int("decimals", row).and_then(|n| usize::try_from(n).ok());
                units.insert(text("unit"), Unit { name: text("name"), symbol: text("symbol"), decimals });
            }
        }
        Self { units, lists }
    }

    pub(super) fn unit(&self, code: &str) -> Unit {
        self.units.get(code).cloned().unwrap_or_else(|| Unit { name: code.to_owned(), ..Unit::default() })
    }

    /// Every unit with its code.
    pub(super) fn units(&self) -> impl Iterator<Item = (&str, &Unit)> {
        self.units.iter().map(|(code, unit)| (code.as_str(), unit))
    }

    /// The decimals to show of a unit, where it has some of its own.
    pub(super) fn decimals(&self, code: &str) -> Option<usize> {
        self.units.get(code).and_then(|unit| unit.decimals)
    }

    /// Every code list.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&str, &[(String, String)])> {
        self.lists.iter().map(|(list, codes)| (list.as_str(), codes.as_slice()))
    }

    /// The codes of a list in its order, with their names.
    pub(super) fn list(&self, list: &str) -> impl Iterator<Item = (&str, &str)> {
        self.lists.get(list).into_iter().flatten().map(|(code, name)| (code.as_str(), name.as_str()))
    }

    /// The name of a code; the code itself when the list does not have it.
    pub(super) fn name<'s>(&'s self, list: &str, code: &'s str) -> &'s str {
        self.lists.get(list).and_then(|codes| codes.iter().find(|(c, _)| c == code)).map_or(code, |(_, name)| name)
    }

    /// The name of a class, or of the outcome of a target whose year is over.
    pub(super) fn class<'s>(&'s self, class: &'s str) -> &'s str {
        self.name("CL_OUTCOME", self.name("CL_CLASS", class))
    }

    pub(super) fn status<'s>(&'s self, status: &'s str) -> &'s str {
        self.name("CL_OBS_STATUS", status)
    }

    /// The name of the code of one dimension.
    pub(super) fn code<'s>(&'s self, dimension: &str, code: &'s str) -> &'s str {
        self.name(&format!("CL_{}", dimension.to_uppercase()), code)
    }

    /// What a breakdown is of, such as "Women, Rural"; empty for the total.
    pub(super) fn breakdown(&self, dimensions: &Dimensions<'_>) -> String {
        let named = DIMENSIONS.iter().zip(dimensions).filter(|(_, code)| **code != "_T").map(|(name, code)| self.code(name, code));
        named.collect::<Vec<_>>().join(", ")
    }

    /// The same for tables of people, where no cell stays empty.
    pub(super) fn breakdown_or_total(&self, dimensions: &Dimensions<'_>) -> String {
        let named = self.breakdown(dimensions);
        if named.is_empty() { "Total".into() } else { inert(&named).into_owned() }
    }

    /// A value with its unit: `66.7%`, `12.30 USD`.
    pub(super) fn show(&self, value: f64, unit: &str) -> String {
        if unit == "YES_NO" && (value == 0.0 || value == 1.0) {
            return if value == 1.0 { "yes".into() } else { "no".into() };
        }
        with_symbol(number(value, self.unit(unit).decimals), &self.unit(unit).symbol)
    }

    /// A difference of two values: of percentages it is in points.
    pub(super) fn difference(&self, value: f64, unit: &str) -> String {
        let Unit { symbol, decimals, .. } = self.unit(unit);
        let number = number(value, decimals);
        if symbol.starts_with('%') { format!("{number}\u{a0}points") } else { with_symbol(number, &symbol) }
    }
}

fn with_symbol(number: String, symbol: &str) -> String {
    match symbol {
        "" => number,
        symbol if symbol.starts_with('%') => format!("{number}{symbol}"),
        symbol => format!("{number} {symbol}"),
    }
}

/// The whole number below; one too large is cut to the largest.
#[expect(clippy::cast_possible_truncation, reason = "`as` cuts floats to what the type holds")]
pub(super) fn floor(value: f64) -> i32 {
    value.floor() as i32
}

/// A number with thousands apart. Without decimals of its own, and where these would make nothing of it, three digits
/// that count.
pub(super) fn number(value: f64, own: Option<usize>) -> String {
    let decimals = match own {
        _ if value == 0.0 => 0,
        Some(decimals) if value.abs() * 10f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX)) >= 0.5 => decimals,
        _ => (2 - floor(value.abs().log10())).clamp(0, 12).unsigned_abs() as usize,
    };
    let mut text = format!("{:.*}", decimals, value.abs());
    if own != Some(decimals) && text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut shown = String::new();
    if value < 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) {
        shown.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown.push_str(rest);
    shown
}

/// What a name is put in order by: without accents and case, so that Åland is among the A.
pub(super) fn collated(name: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    decomposed.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A share as percent with one decimal; never rounded up to the whole.
pub(super) fn percent(share: f64) -> String {
    let shown = format!("{:.1}%", share * 100.0);
    if shown == "100.0%" && share < 1.0 { "99.9%".into() } else { shown }
}

/// A text without the line breaks of its file: a line goes on in the next unless a sentence or paragraph ends there.
pub(super) fn unwrapped(text: &str) -> String {
    let mut joined = String::new();
    for line in text.trim().lines().map(str::trim) {
        match joined.chars().last() {
            None | Some('\n') => {}
            Some('.') => joined.push('\n'),
            Some(_) if line.is_empty() => joined.push('\n'),
            Some(_) => joined.push(' '),
        }
        joined.push_str(line);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_never_nothing() {
        let shown: Vec<String> =
            [(66.66, Some(1)), (0.0, Some(2)), (-0.0, Some(1)), (1_234_567.8, Some(0)), (0.00312, Some(2)), (-0.04, Some(0))]
                .map(|(value, decimals)| number(value, decimals))
                .to_vec();
        assert_eq!(shown, ["66.7", "0", "0", "1,234,568", "0.00312", "-0.04"]);
        assert_eq!(number(999_999.5, Some(0)), "1,000,000");
        assert_eq!(percent(0.99999), "99.9%");
    }
}
