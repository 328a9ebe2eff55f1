//! How much a body may unfold to, and what is said of one that goes beyond or cannot be read.

use std::fmt;
use std::io::{BufReader, Read};
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use zip::result::ZipError;

use crate::error::{Code, Error, Result};

/// A JSON body. Of what has no list, as the answers of some services, the whole is held.
const MAX_JSON: u64 = 512 << 20;

/// The most that one member may inflate to.
pub const MAX_MEMBER: u64 = 8 << 30;
/// A member that inflates beyond this much is checked for the ratio of a bomb.
const BOMB_FROM: u64 = 64 << 20;
/// DEFLATE of tabular text reaches 30; a real table never comes near.
const BOMB_RATIO: u64 = 200;

/// Whether [`AtMost`] stopped.
pub fn is_too_long(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TooLong>())
}

/// The text of what stands in a place of JSON, and nothing for null: a year may be `2024`, `2024.0` or `"2024"`.
pub fn json_text<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    })
}

/// A JSON body as its documented type.
pub fn json<T: DeserializeOwned>(reader: impl Read) -> Result<T> {
    json_with(reader, PhantomData::<T>)
}

/// A JSON list, element by element as its documented type, so that no more than one is held.
pub fn json_list<T: DeserializeOwned>(reader: impl Read, each: impl FnMut(T) -> Result<()>) -> Result<()> {
    json_with(reader, Each::new(each))?
}

/// A JSON body, with or without a byte order mark, as `seed` makes something of it.
pub fn json_with<V, S: for<'de> DeserializeSeed<'de, Value = V>>(reader: impl Read, seed: S) -> Result<V> {
    let mut reader = AtMost::new(reader, MAX_JSON);
    let mut start = Vec::new();
    reader.by_ref().take(3).read_to_end(&mut start).map_err(|e| read_error(&e))?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(start.chain(reader)));
    let value = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    value.map_err(|error| match error.classify() {
        serde_json::error::Category::Io => read_error(&error.into()),
        _ => Error::provider_hint(
            Code::UnexpectedJson,
            format!("not the documented JSON: {error}"),
            "the interface has changed, or the answer was cut off",
        ),
    })
}

/// Gives the elements of a JSON list on, one by one; after an error, no more are.
pub struct Each<T, F> {
    each: F,
    of: PhantomData<fn(T)>,
}

impl<T, F: FnMut(T) -> Result<()>> Each<T, F> {
    pub fn new(each: F) -> Self {
        Self { each, of: PhantomData }
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T) -> Result<()>> DeserializeSeed<'de> for Each<T, F> {
    type Value = Result<()>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Result<()>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T) -> Result<()>> Visitor<'de> for Each<T, F> {
    type Value = Result<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> std::result::Result<Result<()>, A::Error> {
        let mut outcome = Ok(());
        while let Some(element) = list.next_element()? {
            if outcome.is_ok() {
                outcome = (self.each)(element);
            }
        }
        Ok(outcome)
    }
}

/// A reader that fails instead of giving more than so many bytes: for what is held in memory as a whole.
pub struct AtMost<R> {
    inner: R,
    read: u64,
    most: u64,
}

impl<R: Read> AtMost<R> {
    pub fn new(inner: R, most: u64) -> Self {
        Self { inner, read: 0, most }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("more than {most} bytes in one piece: no real body is that large")]
struct TooLong {
    most: u64,
}

impl<R: Read> Read for AtMost<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        if self.read > self.most {
            return Err(std::io::Error::other(TooLong { most: self.most }));
        }
        Ok(count)
    }
}

/// A reader that stops a decompression bomb.
pub struct Capped<R> {
    inner: R,
    compressed: u64,
    read: u64,
}

impl<R: Read> Capped<R> {
    pub fn new(inner: R, compressed: u64) -> Self {
        Self { inner, compressed, read: 0 }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the body inflates beyond {inflated} bytes from {compressed}: refused as a decompression bomb")]
struct TooLarge {
    inflated: u64,
    compressed: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        let bomb = self.read > BOMB_FROM && self.read > self.compressed.max(1).saturating_mul(BOMB_RATIO);
        if bomb || self.read > MAX_MEMBER {
            return Err(std::io::Error::other(TooLarge { inflated: self.read, compressed: self.compressed }));
        }
        Ok(count)
    }
}

/// An I/O failure while reading a body: a cap, a damaged stream or bad text.
pub fn read_error(error: &std::io::Error) -> Error {
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|e| e.downcast_ref::<ZipError>()) {
        return zip_error(error);
    }
    match (inner.and_then(|e| e.downcast_ref::<TooLarge>()), inner.and_then(|e| e.downcast_ref::<TooLong>())) {
        (Some(too_large), _) => Error::provider(Code::TooLarge, too_large.to_string()),
        (_, Some(too_long)) => Error::provider(Code::TooLarge, too_long.to_string()),
        _ => damaged("body", error),
    }
}

pub fn damaged(format: &str, error: &dyn std::fmt::Display) -> Error {
    Error::provider_hint(
        Code::DamagedArchive,
        format!("the {format} is damaged or cut off: {error}"),
        "pull it again; the last good data stay in use",
    )
}

pub fn zip_error(error: &ZipError) -> Error {
    match error {
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) | ZipError::InvalidPassword => unread("ZIP", error),
        _ => damaged("ZIP", error),
    }
}

/// Sound, but packed in a way that is not read here.
pub fn unread(format: &str, why: &dyn std::fmt::Display) -> Error {
    Error::provider_hint(
        Code::PackingNotRead,
        format!("the {format} is packed by a method that is not read: {why}"),
        "unpack it and put the file itself into the folder, or pack it as ZIP with Deflate and without a password",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All records of an answer were held before the first was looked at.
    #[test]
    fn a_list_is_read_element_by_element() {
        let mut seen = Vec::new();
        let told = json_list(&b"[1, 2, 3, "[..], |number: u8| {
            seen.push(number);
            Ok(())
        })
        .unwrap_err()
        .to_string();
        assert!(told.contains("not the documented JSON"), "{told}");
        assert_eq!(seen, [1, 2, 3], "given on before the end is known");

        let mut seen = 0;
        let stop = |_: u8| {
            seen += 1;
            Err(Error::provider(Code::TooLarge, "enough"))
        };
        assert!(json_list(&b"[1, 2, 3]"[..], stop).unwrap_err().to_string().contains("enough"));
        assert_eq!(seen, 1, "no more after an error");
        assert!(json_list(&b"\xef\xbb\xbf[1] 2"[..], |_: u8| Ok(())).is_err(), "something follows the list");
    }
}
