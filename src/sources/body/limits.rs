//! How much a body may unfold to, and what is said of one that goes beyond or cannot be read.

use std::io::{BufReader, Read};

use zip::result::ZipError;

use crate::error::{Code, Error, Result};

/// A JSON body, which is held in memory as a whole.
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

/// A JSON body as its documented type, with or without a byte order mark.
pub fn json<T: serde::de::DeserializeOwned>(reader: impl Read) -> Result<T> {
    let mut reader = AtMost::new(reader, MAX_JSON);
    let mut start = Vec::new();
    reader.by_ref().take(3).read_to_end(&mut start).map_err(|e| read_error(&e))?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    serde_json::from_reader(BufReader::new(start.chain(reader))).map_err(|error| match error.classify() {
        serde_json::error::Category::Io => read_error(&error.into()),
        _ => Error::provider_hint(
            Code::UnexpectedJson,
            format!("not the documented JSON: {error}"),
            "the interface has changed, or the answer was cut off",
        ),
    })
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
