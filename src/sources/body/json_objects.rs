//! A body that is a JSON list of objects, read one by one; and the lists that may stand within them.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::headings::shorten;
use super::limits;
use crate::error::{Code, Error, Result};

/// Gives each object of the list with its number, from 1. Anything but a list of objects is refused, with what is there.
pub fn each(reader: impl Read, mut give: impl FnMut(usize, Map<String, Value>) -> Result<()>) -> Result<()> {
    let mut number = 0;
    let of_list = |Once(element)| {
        number += 1;
        match element {
            Value::Object(object) => give(number, object),
            other => Err(not_as_expected(format!("item {number}: expected an object, there is {}", shown(&other)))),
        }
    };
    limits::json_with(reader, List(of_list))??;
    Ok(())
}

/// One of the records within an object.
pub struct Record<'o> {
    /// Which of the lists it stands in.
    pub list: &'o str,
    /// None: the object lacks the list.
    pub element: Option<&'o Map<String, Value>>,
}

/// The records of the `number`th object, in the order of `lists`. A list that is lacking counts as one.
pub fn records<'o>(number: usize, object: &'o Map<String, Value>, lists: &'o [String]) -> Result<Vec<Record<'o>>> {
    let mut records = Vec::new();
    for list in lists {
        let expected = |there: &Value| not_as_expected(format!("item {number}: expected objects in `{list}`, there is {}", shown(there)));
        match object.get(list) {
            None | Some(Value::Null) => records.push(Record { list, element: None }),
            Some(Value::Array(elements)) => {
                for element in elements {
                    records.push(Record { list, element: Some(element.as_object().ok_or_else(|| expected(element))?) });
                }
            }
            Some(other) => return Err(expected(other)),
        }
    }
    Ok(records)
}

fn not_as_expected(what: String) -> Error {
    Error::provider_hint(Code::UnexpectedJson, what, "the interface has changed: compare the answer with the data set's settings")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(object) => with_keys(object.keys().map(String::as_str)),
        Value::Array(_) => "a list".into(),
        other => format!("`{}`", shorten(&other.to_string(), 60)),
    }
}

fn with_keys<'k>(keys: impl Iterator<Item = &'k str>) -> String {
    format!("an object with the keys {}", shorten(&keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "), 300))
}

/// The elements of the list, one by one; after an error, no more are given.
struct List<F>(F);

impl<'de, F: FnMut(Once) -> Result<()>> DeserializeSeed<'de> for List<F> {
    type Value = Result<()>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Once) -> Result<()>> Visitor<'de> for List<F> {
    type Value = Result<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> std::result::Result<Self::Value, A::Error> {
        limits::Each::new(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if keys.len() < 20 {
                keys.push(key);
            }
        }
        let there = with_keys(keys.iter().map(String::as_str));
        Ok(Err(not_as_expected(format!("expected a list of objects, there is {there}"))))
    }
}

/// Any JSON in which no object has a key twice: which of the two values would be meant cannot be told.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, given: bool) -> std::result::Result<Value, E> {
        Ok(given.into())
    }

    fn visit_i64<E>(self, given: i64) -> std::result::Result<Value, E> {
        Ok(given.into())
    }

    fn visit_u64<E>(self, given: u64) -> std::result::Result<Value, E> {
        Ok(given.into())
    }

    fn visit_f64<E>(self, given: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(given).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, given: &str) -> std::result::Result<Value, E> {
        Ok(given.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Once(element)) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Once(value))) = map.next_entry::<String, _>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("an object has the key `{key}` twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(body: &str, lists: &[&str]) -> (Vec<String>, String) {
        let lists: Vec<String> = lists.iter().map(|list| (*list).to_owned()).collect();
        let mut seen = Vec::new();
        let outcome = each(body.as_bytes(), |number, object| {
            for record in records(number, &object, &lists)? {
                let element = record.element.map(|element| Value::Object(element.clone()));
                seen.push(format!("{number} {} {}", record.list, element.unwrap_or_default()));
            }
            Ok(())
        });
        (seen, outcome.err().map(|error| error.to_string()).unwrap_or_default())
    }

    #[test]
    fn records_stand_in_lists_of_objects() {
        let (records, error) = seen(r#"[{"a": [{"x": 1.50}, {"x": "y"}], "b": []}, {"b": null}]"#, &["a", "b"]);
        assert_eq!(records, [r#"1 a {"x":1.5}"#, r#"1 a {"x":"y"}"#, "2 a null", "2 b null"]);
        assert_eq!(error, "");
    }

    #[test]
    fn other_shapes_are_told() {
        for (body, words) in [
            (r#"{"message": "no", "status": 404}"#, "expected a list of objects, there is an object with the keys `message`, `status`"),
            (r#""later""#, "invalid type: string \"later\", expected a list of objects"),
            (r#"[{"a": []}, ["x"]]"#, "item 2: expected an object, there is a list"),
            (r#"[{"a": {"x": 1}}]"#, "item 1: expected objects in `a`, there is an object with the keys `x`"),
            (r#"[{"a": [7]}]"#, "item 1: expected objects in `a`, there is `7`"),
            (r#"[{"a": [{"x": 1, "x": 2}]}]"#, "an object has the key `x` twice"),
            (r#"[{"a": []}"#, "not the documented JSON: EOF"),
            ("[] 1", "trailing characters"),
        ] {
            let (_, error) = seen(body, &["a"]);
            assert!(error.starts_with("E2008: ") && error.contains(words), "{body}: {error}");
        }
    }
}
