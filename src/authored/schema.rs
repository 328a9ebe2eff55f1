//! The JSON Schema of a file that people write, for their editors. It is found by reading: the reader of the file is given
//! documents until it asks for nothing new, and what it asks for is the schema. So the two cannot disagree.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use toml::Table;

use crate::error::SourceText;

/// What the value of a key may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Text,
    Number,
    Fraction,
    Whole,
    Truth,
    Texts,
    WholeNumbers,
    TextsOrNumbers,
    OneOrMoreTexts,
    OneOrMoreNumbers,
    Scalar,
    Map,
    Table,
    Tables,
    NamesOrTables,
    NamedTables,
}

/// What a reader says of a key.
#[derive(Debug, Clone)]
pub enum Noted {
    Shape(Shape),
    /// It must be there.
    Required,
    /// The only texts that it may be.
    Choices(Vec<String>),
    /// The smallest and the largest number.
    Within(String, String),
}

/// A text for keys that take any.
const ANY_TEXT: &str = "x";
/// The step of a place for a name that people give.
pub const ANY: &str = "*";

/// The tables that lead to a key, and the key.
type Place = Vec<&'static str>;

thread_local! {
    /// What readers on this thread say while a schema is made.
    static SAID: RefCell<Option<Vec<(Place, Noted)>>> = const { RefCell::new(None) };
}

/// A reader asks for a key. Costs nothing but this look while no schema is made.
pub fn note(path: &[&'static str], key: &'static str, what: impl FnOnce() -> Noted) {
    SAID.with_borrow_mut(|said| {
        if let Some(said) = said {
            said.push(([path, &[key]].concat(), what()));
        }
    });
}

impl Shape {
    /// For messages: what was wanted.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a finite number",
            Self::Fraction => "a number or a fraction such as \"2/3\"",
            Self::Whole => "a whole number",
            Self::Truth => "true or false",
            Self::Texts => "a list of texts",
            Self::WholeNumbers => "a list of whole numbers",
            Self::TextsOrNumbers => "a text, a whole number, or a list of them",
            Self::OneOrMoreTexts => "a text or a list of texts",
            Self::OneOrMoreNumbers => "a finite number or a list of them",
            Self::Scalar => "a text or a number",
            Self::Map => "a table of texts",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
            Self::NamesOrTables => "a list of names and tables",
            Self::NamedTables => "a table of tables",
        }
    }

    /// A value that its reader takes.
    fn sample(self) -> toml::Value {
        use toml::Value::{Array, Boolean, Float, Integer, String, Table as Inner};
        match self {
            Self::Text | Self::TextsOrNumbers | Self::OneOrMoreTexts | Self::Scalar => String(ANY_TEXT.into()),
            Self::Number | Self::Fraction | Self::OneOrMoreNumbers => Float(0.5),
            Self::Whole => Integer(1),
            Self::Truth => Boolean(true),
            Self::Texts => Array(vec![String(ANY_TEXT.into())]),
            Self::WholeNumbers => Array(vec![Integer(1), Integer(2)]),
            Self::Map => Inner(Table::from_iter([("x".to_owned(), String(ANY_TEXT.into()))])),
            Self::Table => Inner(Table::new()),
            Self::Tables | Self::NamesOrTables => Array(vec![Inner(Table::new())]),
            Self::NamedTables => Inner(Table::from_iter([("x".to_owned(), Inner(Table::new()))])),
        }
    }

    /// As alternatives of a schema; `table` is that of the tables in it.
    fn schemas(self, table: &Value, said: &Key) -> Vec<Value> {
        let text = || match &said.choices {
            choices if choices.is_empty() => json!({ "type": "string" }),
            choices => json!({ "type": "string", "enum": choices }),
        };
        let number = |name: &str| {
            let mut number = json!({ "type": name });
            if let Some((least, most)) = &said.within {
                (number["minimum"], number["maximum"]) = (least.clone(), most.clone());
            }
            number
        };
        let list = |of: Value| json!({ "type": "array", "items": of });
        let texts_or_numbers = json!({ "type": ["string", "integer"] });
        match self {
            Self::Text => vec![text()],
            Self::Number => vec![number("number")],
            Self::Fraction => vec![number("number"), json!({ "type": "string", "pattern": "^ *[0-9]+ */ *[1-9][0-9]* *$" })],
            Self::Whole => vec![number("integer")],
            Self::Truth => vec![json!({ "type": "boolean" })],
            Self::Texts => vec![list(text())],
            Self::WholeNumbers => vec![list(number("integer"))],
            Self::TextsOrNumbers => vec![text(), number("integer"), list(texts_or_numbers)],
            Self::OneOrMoreTexts => vec![text(), list(text())],
            Self::OneOrMoreNumbers => vec![number("number"), list(number("number"))],
            Self::Scalar => vec![text(), number("number"), json!({ "type": "boolean" })],
            Self::Map => vec![json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } })],
            Self::Table => vec![table.clone()],
            Self::Tables => vec![list(table.clone())],
            Self::NamesOrTables => vec![list(json!({ "anyOf": [text(), table] }))],
            Self::NamedTables => vec![json!({ "type": "object", "additionalProperties": table })],
        }
    }
}

/// All that was said of one key.
#[derive(Debug, Default)]
struct Key {
    shapes: BTreeSet<Shape>,
    required: bool,
    choices: Vec<String>,
    within: Option<(Value, Value)>,
}

impl Key {
    fn sample(&self, shape: Shape) -> toml::Value {
        match self.choices.first() {
            Some(choice) if shape == Shape::Text => toml::Value::String(choice.clone()),
            _ => shape.sample(),
        }
    }
}

/// What one kind of a file asks for.
type Asked = BTreeMap<Place, Key>;

/// The schema of what `read` reads. Where a table has the key `decides`, the one of the `kinds` that it names decides on
/// its other keys.
pub fn of(title: &str, decides: &'static str, kinds: &[&'static str], read: impl Fn(&SourceText)) -> Value {
    let asked: Vec<Asked> = kinds.iter().map(|kind| explore(decides, kind, &read)).collect();
    let mut schema = Schema { decides, kinds, asked: &asked, definitions: serde_json::Map::new() };
    let mut whole = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "title": title });
    for (key, value) in schema.closed(&[], &(0..asked.len()).collect::<Vec<_>>()) {
        whole[key] = value;
    }
    if !schema.definitions.is_empty() {
        whole["definitions"] = Value::Object(schema.definitions);
    }
    whole
}

/// Reads documents until nothing new is asked for: first with a value for every key, then with one of each other type that
/// a key may have, and with one of none.
fn explore(decides: &str, kind: &str, read: &impl Fn(&SourceText)) -> Asked {
    let (mut asked, mut tried) = (Asked::new(), BTreeSet::new());
    let mut left = vec![Table::new()];
    while let Some(mut document) = left.pop() {
        let mut grown = true;
        while std::mem::take(&mut grown) {
            SAID.set(Some(Vec::new()));
            read(&SourceText::new("schema.toml".to_owned(), document.to_string()));
            for (place, noted) in SAID.take().unwrap_or_default() {
                let key = asked.entry(place.clone()).or_default();
                match noted {
                    Noted::Shape(shape) => {
                        key.shapes.insert(shape);
                        let is_kind = place.last() == Some(&decides);
                        let sample = if is_kind { toml::Value::String(kind.to_owned()) } else { shape.sample() };
                        grown |= put(&mut document, &place, sample, |_| false);
                    }
                    Noted::Required => key.required = true,
                    Noted::Choices(texts) => {
                        key.choices = texts;
                        // Readers go no further with a text that is none of them.
                        let is_other = |old: &toml::Value| old.as_str().is_some_and(|old| old == ANY_TEXT);
                        if document_has(&mut document, &place) {
                            grown |= put(&mut document, &place, key.sample(Shape::Text), is_other);
                        }
                    }
                    Noted::Within(least, most) => key.within = Some((number(&least), number(&most))),
                }
            }
        }
        for (place, key) in asked.iter().filter(|(place, _)| place.last() != Some(&decides)) {
            // With the wrong type, a reader may ask for another one.
            let none = (None, toml::Value::Array(vec![toml::Value::Array(Vec::new())]));
            let others = key.shapes.iter().filter(|_| key.shapes.len() > 1).map(|shape| (Some(*shape), key.sample(*shape)));
            for (shape, value) in others.chain([none]) {
                let mut other = document.clone();
                if tried.insert((place.clone(), shape)) && put(&mut other, place, value, |_| true) {
                    left.push(other);
                }
            }
        }
    }
    asked
}

/// The table at the end of a path, through the first table of each list.
fn table_at<'d>(document: &'d mut Table, path: &[&str]) -> Option<&'d mut Table> {
    path.iter().try_fold(document, |table, step| {
        let inner = if *step == ANY { table.iter_mut().next().map(|(_, value)| value) } else { table.get_mut(*step) };
        match inner? {
            toml::Value::Array(items) => items.first_mut()?.as_table_mut(),
            other => other.as_table_mut(),
        }
    })
}

/// Puts a value at a place; gives whether that was possible and new.
fn put(document: &mut Table, place: &[&str], value: toml::Value, replaces: impl Fn(&toml::Value) -> bool) -> bool {
    let Some((key, path)) = place.split_last() else { return false };
    let Some(table) = table_at(document, path) else { return false };
    if table.get(*key).is_some_and(|old| !replaces(old)) {
        return false;
    }
    table.insert((*key).to_owned(), value);
    true
}

fn document_has(document: &mut Table, place: &[&str]) -> bool {
    place.split_last().is_some_and(|(key, path)| table_at(document, path).is_some_and(|table| table.contains_key(*key)))
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).unwrap_or_default()
}

/// The schema while it is put together.
struct Schema<'a> {
    decides: &'static str,
    kinds: &'a [&'static str],
    /// By kind.
    asked: &'a [Asked],
    /// The tables that have kinds.
    definitions: serde_json::Map<String, Value>,
}

impl Schema<'_> {
    /// A table inside one of these kinds.
    fn table(&mut self, path: &[&'static str], kinds: &[usize]) -> Value {
        let deciding = [path, &[self.decides]].concat();
        let with: Vec<usize> = (0..self.asked.len()).filter(|kind| self.asked[*kind].contains_key(&deciding)).collect();
        if with.is_empty() {
            return Value::Object(self.closed(path, kinds));
        }
        let name = path.join(".");
        if !self.definitions.contains_key(&name) {
            let alternatives: Vec<Value> = with.iter().map(|kind| Value::Object(self.closed(path, &[*kind]))).collect();
            self.definitions.insert(name.clone(), json!({ "oneOf": alternatives }));
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    /// A table that has no other keys than those that these kinds ask for.
    fn closed(&mut self, path: &[&'static str], kinds: &[usize]) -> serde_json::Map<String, Value> {
        let asked = self.asked;
        let mut keys: BTreeMap<&Place, Vec<&Key>> = BTreeMap::new();
        for (place, key) in kinds.iter().flat_map(|kind| &asked[*kind]) {
            if place.len() == path.len() + 1 && place.starts_with(path) {
                keys.entry(place).or_default().push(key);
            }
        }
        let (mut properties, mut required) = (serde_json::Map::new(), Vec::new());
        for (place, said) in keys {
            let (Some(name), [first, ..]) = (place.last(), &said[..]) else { continue };
            if first.required {
                required.push(Value::from(*name));
            }
            let value = match kinds {
                [kind] if *name == self.decides => json!({ "const": self.kinds[*kind] }),
                _ => self.value(place, first, kinds),
            };
            properties.insert((*name).to_owned(), value);
        }
        let mut table = serde_json::Map::new();
        table.insert("type".into(), "object".into());
        table.insert("properties".into(), properties.into());
        if !required.is_empty() {
            table.insert("required".into(), required.into());
        }
        table.insert("additionalProperties".into(), false.into());
        table
    }

    fn value(&mut self, place: &Place, said: &Key, kinds: &[usize]) -> Value {
        let mut alternatives: Vec<Value> = Vec::new();
        for shape in &said.shapes {
            let table = match shape {
                Shape::Table | Shape::Tables | Shape::NamesOrTables => self.table(place, kinds),
                Shape::NamedTables => self.table(&[&place[..], &[ANY]].concat(), kinds),
                _ => Value::Null,
            };
            for schema in shape.schemas(&table, said) {
                if !alternatives.contains(&schema) {
                    alternatives.push(schema);
                }
            }
        }
        match alternatives.pop() {
            Some(only) if alternatives.is_empty() => only,
            last => json!({ "anyOf": alternatives.into_iter().chain(last).collect::<Vec<_>>() }),
        }
    }
}
