//! Reads TOML that a person wrote: every unknown key, wrong type and missing key is reported at once, with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::{self, Shape};
use crate::error::{Code, Problem, SourceText, suggestion};

/// One table of a TOML text, read key by key. `finish` reports the keys that nobody asked for.
pub struct TableReader<'t> {
    table: Option<&'t DeTable<'t>>,
    span: Range<usize>,
    /// What the table is, for messages: "target", "data set".
    what: &'static str,
    source: &'t SourceText,
    /// Where the TOML begins in the file: spans of the block are shifted by it.
    base: usize,
    asked: Vec<&'static str>,
    /// The keys that lead to it.
    path: Vec<&'static str>,
}

/// Parses `toml` (a part of `source` that begins at byte `base`) and hands the root table to `read`.
pub fn read_document<T>(
    source: &SourceText,
    toml: &str,
    base: usize,
    what: &'static str,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut TableReader<'_>, &mut Vec<Problem>) -> T,
) -> T {
    let (document, errors) = DeTable::parse_recoverable(toml);
    let broken = !errors.is_empty();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let hint = match toml.get(span.clone()).map(str::trim) {
            Some("route") if error.message().contains("duplicate") => {
                "beside [[dataset.route]], how a data set is asked stands under `request`: write `request` for the key `route` above"
            }
            _ if error.message().contains("duplicate") => "a key stands once in its table",
            _ => "texts stand in double quotes, lists in [ ], tables in { } or under [name]",
        };
        let message = format!("TOML: {}", error.message().trim_end());
        problems.push(Problem::new(Code::BrokenToml, source, span.start + base..span.end + base, message).hint(hint));
    }
    let (table, span) = (Some(document.get_ref()), base..base + 1);
    let mut reader = TableReader { table, span, what, source, base, asked: Vec::new(), path: Vec::new() };
    let said = problems.len();
    let result = read(&mut reader, problems);
    reader.finish(problems);
    if broken {
        // What else seems wrong may only follow from the broken line.
        problems.truncate(said);
    }
    result
}

/// An item of a list that may hold names and tables.
pub enum Item<'t> {
    Name(String, Range<usize>),
    Table(TableReader<'t>),
}

impl<'t> TableReader<'t> {
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub fn source(&self) -> &'t SourceText {
        self.source
    }

    fn shift(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.base..span.end + self.base
    }

    fn get(&mut self, key: &'static str, shape: Shape) -> Option<(&'t Spanned<DeValue<'t>>, Range<usize>)> {
        self.asked.push(key);
        schema::note(&self.path, key, || schema::Noted::Shape(shape));
        let (_, value) = self.table?.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((value, self.shift(value.span())))
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|t| t.iter().any(|(name, _)| name.get_ref() == key))
    }

    /// Whether a key is there and its value is a text.
    pub fn is_text(&self, key: &str) -> bool {
        self.table.is_some_and(|t| t.iter().any(|(name, value)| name.get_ref() == key && value.get_ref().is_str()))
    }

    /// Where a key's value stands, or the table itself.
    pub fn span_of(&self, key: &str) -> Range<usize> {
        self.table
            .and_then(|t| t.iter().find(|(name, _)| name.get_ref() == key))
            .map_or(self.span.clone(), |(_, value)| self.shift(value.span()))
    }

    /// The keys present, in the order written.
    pub fn keys(&self) -> Vec<String> {
        self.table.map(|t| t.iter().map(|(name, _)| name.get_ref().to_string()).collect()).unwrap_or_default()
    }

    fn wrong(&self, key: &str, span: Range<usize>, found: &str, wanted: &str, problems: &mut Vec<Problem>) {
        problems.push(Problem::new(
            Code::WrongType,
            self.source,
            span,
            format!("`{key}` of {} must be {wanted}, found {found}", self.what),
        ));
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        shape: Shape,
        problems: &mut Vec<Problem>,
        convert: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let (value, span) = self.get(key, shape)?;
        let converted = convert(value.get_ref());
        if converted.is_none() {
            self.wrong(key, span, value.get_ref().type_str(), shape.words(), problems);
        }
        converted
    }

    pub fn string(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        self.typed(key, Shape::Text, problems, |v| v.as_str().map(str::to_owned))
    }

    pub fn float(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<f64> {
        self.typed(key, Shape::Number, problems, |v| number(v).filter(|x| x.is_finite()))
    }

    /// A number, or a fraction such as `"2/3"`, which no decimals give exactly.
    pub fn fraction(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<f64> {
        self.typed(key, Shape::Fraction, problems, |v| match v.as_str() {
            Some(text) => {
                let (above, below) = text.split_once('/')?;
                let (above, below) = (above.trim().parse::<u32>().ok()?, below.trim().parse::<u32>().ok()?);
                (below > 0).then(|| f64::from(above) / f64::from(below))
            }
            None => number(v).filter(|x| x.is_finite()),
        })
    }

    pub fn integer(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<i64> {
        self.typed(key, Shape::Whole, problems, |v| v.as_integer().and_then(|i| i64::from_str_radix(i.as_str(), i.radix()).ok()))
    }

    pub fn boolean(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<bool> {
        self.typed(key, Shape::Truth, problems, DeValue::as_bool)
    }

    pub fn strings(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
        self.typed(key, Shape::Texts, problems, |v| v.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect())
    }

    /// A text, a whole number, or a list of both: each as text, with whether it is a number.
    pub fn texts_or_numbers(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<(String, bool)>> {
        let one = |v: &DeValue<'t>| match v.as_str() {
            Some(text) => Some((text.to_owned(), false)),
            None => v.as_integer().map(|number| (number.as_str().to_owned(), true)),
        };
        self.typed(key, Shape::TextsOrNumbers, problems, |v| match v.as_array() {
            Some(items) => items.iter().map(|item| one(item.get_ref())).collect(),
            None => one(v).map(|only| vec![only]),
        })
    }

    /// A text, or a list of texts.
    pub fn one_or_more(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
        self.typed(key, Shape::OneOrMoreTexts, problems, |v| match v.as_array() {
            Some(items) => items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect(),
            None => v.as_str().map(|text| vec![text.to_owned()]),
        })
    }

    /// A number, or a list of numbers.
    pub fn one_or_more_numbers(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<f64>> {
        self.typed(key, Shape::OneOrMoreNumbers, problems, |v| match v.as_array() {
            Some(items) => items.iter().map(|item| number(item.get_ref()).filter(|x| x.is_finite())).collect(),
            None => number(v).filter(|x| x.is_finite()).map(|number| vec![number]),
        })
    }

    /// A list of texts with the place of each.
    pub fn spanned_strings(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<(String, Range<usize>)> {
        let base = self.base;
        self.typed(key, Shape::Texts, problems, |v| {
            v.as_array()?
                .iter()
                .map(|item| {
                    let span = item.span();
                    item.get_ref().as_str().map(|s| (s.to_owned(), span.start + base..span.end + base))
                })
                .collect()
        })
        .unwrap_or_default()
    }

    pub fn integers(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<i64>> {
        self.typed(key, Shape::WholeNumbers, problems, |v| {
            v.as_array()?
                .iter()
                .map(|item| item.get_ref().as_integer().and_then(|i| i64::from_str_radix(i.as_str(), i.radix()).ok()))
                .collect()
        })
    }

    /// A number, text or truth value as text; for keys whose type depends on what they describe.
    pub fn scalar(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        self.typed(key, Shape::Scalar, problems, scalar)
    }

    /// A table of texts, `{ "provider's word" = "our code" }`, in the order written.
    pub fn map(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<(String, String)>> {
        self.typed(key, Shape::Map, problems, |v| {
            v.as_table()?.iter().map(|(name, value)| Some((name.get_ref().to_string(), scalar(value.get_ref())?))).collect()
        })
    }

    /// Where the names of a sub-table stand, in the order written.
    pub fn spans_of_keys(&self, key: &str) -> Vec<Range<usize>> {
        let found =
            self.table.and_then(|t| t.iter().find(|(name, _)| name.get_ref() == key)).and_then(|(_, value)| value.get_ref().as_table());
        found.into_iter().flatten().map(|(name, _)| self.shift(name.span())).collect()
    }

    /// One sub-table; absent gives None.
    pub fn table(&mut self, key: &'static str, what: &'static str, problems: &mut Vec<Problem>) -> Option<TableReader<'t>> {
        let (value, span) = self.get(key, Shape::Table)?;
        if let Some(table) = value.get_ref().as_table() {
            Some(self.child(&[key], table, span, what))
        } else {
            self.wrong(key, span, value.get_ref().type_str(), "a table", problems);
            None
        }
    }

    /// A list of tables, `[[key]]`.
    pub fn tables(&mut self, key: &'static str, what: &'static str, problems: &mut Vec<Problem>) -> Vec<TableReader<'t>> {
        let Some((value, span)) = self.get(key, Shape::Tables) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, span, value.get_ref().type_str(), &format!("a list of tables, [[{key}]]"), problems);
            return Vec::new();
        };
        let mut readers = Vec::new();
        for item in items {
            let span = self.shift(item.span());
            match item.get_ref().as_table() {
                Some(table) => readers.push(self.child(&[key], table, span, what)),
                None => self.wrong(key, span, item.get_ref().type_str(), "a list of tables", problems),
            }
        }
        readers
    }

    /// A list of names and tables side by side.
    pub fn names_or_tables(&mut self, key: &'static str, what: &'static str, problems: &mut Vec<Problem>) -> Vec<Item<'t>> {
        let Some((value, span)) = self.get(key, Shape::NamesOrTables) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, span, value.get_ref().type_str(), &format!("a list of names and tables, or [[{key}]]"), problems);
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items {
            let span = self.shift(item.span());
            match (item.get_ref().as_str(), item.get_ref().as_table()) {
                (Some(name), _) => found.push(Item::Name(name.to_owned(), span)),
                (_, Some(table)) => found.push(Item::Table(self.child(&[key], table, span, what))),
                _ => self.wrong(key, span, item.get_ref().type_str(), "a list of names and tables", problems),
            }
        }
        found
    }

    /// The sub-tables of a table by the names that a person gave them.
    pub fn named_tables(&mut self, key: &'static str, what: &'static str, problems: &mut Vec<Problem>) -> Vec<(String, TableReader<'t>)> {
        let Some((value, span)) = self.get(key, Shape::NamedTables) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, span, value.get_ref().type_str(), "a table of tables", problems);
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, value) in table {
            let span = self.shift(value.span());
            match value.get_ref().as_table() {
                Some(table) => {
                    found.push((name.get_ref().to_string(), self.child(&[key, schema::ANY], table, self.shift(name.span()), what)));
                }
                None => self.wrong(key, span, value.get_ref().type_str(), "a table of tables", problems),
            }
        }
        found
    }

    fn child(&self, steps: &[&'static str], table: &'t DeTable<'t>, span: Range<usize>, what: &'static str) -> TableReader<'t> {
        let path = [&self.path[..], steps].concat();
        TableReader { table: Some(table), span, what, source: self.source, base: self.base, asked: Vec::new(), path }
    }

    /// Says for the schema what a key may be, beyond its type.
    pub fn note(&self, key: &'static str, what: impl FnOnce() -> schema::Noted) {
        schema::note(&self.path, key, what);
    }

    /// As `get`, but a missing key is a problem.
    pub fn require<T>(&self, key: &'static str, value: Option<T>, problems: &mut Vec<Problem>) -> Option<T> {
        self.note(key, || schema::Noted::Required);
        if value.is_none() && !self.has(key) {
            problems.push(
                Problem::new(Code::MissingKey, self.source, self.span.start..self.span.start + 1, format!("{} needs `{key}`", self.what))
                    .hint(format!("add a line `{key} = ...`")),
            );
        }
        value
    }

    /// Reports every key that nobody asked for, with the nearest known one.
    pub fn finish(&mut self, problems: &mut Vec<Problem>) {
        let Some(table) = self.table else { return };
        for (name, _) in table {
            if !self.asked.iter().any(|asked| name.get_ref() == asked) {
                let span = self.shift(name.span());
                problems.push(
                    Problem::new(Code::UnknownKey, self.source, span, format!("unknown key `{}` in {}", name.get_ref(), self.what))
                        .maybe_hint(suggestion(name.get_ref(), self.asked.iter().copied())),
                );
            }
        }
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    if let Some(float) = value.as_float() {
        return float.as_str().replace('_', "").parse().ok();
    }
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|i| i as f64)
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    if let Some(flag) = value.as_bool() {
        return Some(flag.to_string());
    }
    if let Some(integer) = value.as_integer() {
        return Some(integer.as_str().to_owned());
    }
    value.as_float().map(|float| float.as_str().to_owned())
}
