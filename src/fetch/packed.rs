//! Answers that were packed for their way (`Content-Encoding: gzip`), unpacked as they come: every member of the gzip, as
//! the program of that name reads it.

use std::io::{self, ErrorKind, Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

pub(super) fn is_packed(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    ["gzip", "x-gzip"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

/// The beginning of an answer, as far as it can be unpacked.
pub(super) fn beginning(packed: &[u8], most: usize) -> Vec<u8> {
    let mut text = Vec::new();
    // What breaks off is still worth reading.
    _ = MultiGzDecoder::new(packed).take(most as u64).read_to_end(&mut text);
    text
}

/// Takes an answer in pieces, and gives it on unpacked.
pub(super) enum Unpacked<F: FnMut(&[u8]) -> io::Result<()>> {
    Plain(Gives<F>),
    Member(Box<GzDecoder<Gives<F>>>),
    /// A member has ended.
    Behind(Gives<F>),
    Lost,
}

impl<F: FnMut(&[u8]) -> io::Result<()>> Unpacked<F> {
    pub(super) fn of(headers: &HeaderMap, give: F) -> Self {
        if is_packed(headers) { Self::Member(Box::new(GzDecoder::new(Gives(give)))) } else { Self::Plain(Gives(give)) }
    }

    pub(super) fn write(&mut self, mut chunk: &[u8]) -> io::Result<()> {
        while !chunk.is_empty() {
            let taken;
            (*self, taken) = match std::mem::replace(self, Self::Lost) {
                Self::Plain(mut inner) => {
                    inner.write_all(chunk)?;
                    (Self::Plain(inner), chunk.len())
                }
                Self::Member(mut decoder) => match decoder.write(chunk)? {
                    0 => (Self::Behind(decoder.finish()?), 0),
                    taken => (Self::Member(decoder), taken),
                },
                Self::Behind(inner) => match chunk[0] {
                    // Some servers fill up with zeros.
                    0 => (Self::Behind(inner), 1),
                    0x1f => (Self::Member(Box::new(GzDecoder::new(inner))), 0),
                    _ => return Err(io::Error::new(ErrorKind::InvalidData, "other bytes stand behind its end")),
                },
                Self::Lost => return Err(ErrorKind::BrokenPipe.into()),
            };
            chunk = &chunk[taken..];
        }
        Ok(())
    }

    /// An error where the gzip has not ended.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(_) | Self::Behind(_) => Ok(()),
            Self::Member(decoder) => decoder.finish().map(drop),
            Self::Lost => Err(ErrorKind::BrokenPipe.into()),
        }
    }
}

pub(super) struct Gives<F>(F);

impl<F: FnMut(&[u8]) -> io::Result<()>> Write for Gives<F> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (self.0)(buffer)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
