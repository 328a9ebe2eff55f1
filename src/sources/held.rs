//! Bodies that are held in memory as a whole, and so may not be of any size.

use std::io::{BufReader, Read};

use super::archive::read_error;
use crate::error::{Error, Result};

/// A JSON body.
const MAX_JSON: u64 = 512 << 20;

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
            "E2008",
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
pub(super) struct TooLong {
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
