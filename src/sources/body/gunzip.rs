//! Inflates gzip as the program of that name does: member after member; what stands behind the last one is no data.

use std::io::{BufRead, Read, Result};

use flate2::bufread::GzDecoder;

pub(super) struct Gunzip<R> {
    member: Option<GzDecoder<R>>,
    /// Bytes that are no zeros stand behind the last member.
    garbage: bool,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { member: Some(GzDecoder::new(inner)), garbage: false }
    }

    /// What is to be told of the body, although it was read.
    pub(super) fn remark(&self) -> Option<&'static str> {
        self.garbage.then_some("bytes behind the end of the gzip were ignored: pull it again if the data look cut off")
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut inner) = self.member.take().map(GzDecoder::into_inner) else { break };
            let next = inner.fill_buf()?;
            if next.first() == Some(&0x1f) && next.get(1).is_none_or(|second| *second == 0x8b) {
                self.member = Some(GzDecoder::new(inner));
            } else {
                self.garbage = has_garbage(inner)?;
            }
        }
        Ok(0)
    }
}

/// Tapes and some servers fill up with zeros; anything else is worth a word.
fn has_garbage(mut rest: impl BufRead) -> Result<bool> {
    loop {
        let chunk = rest.fill_buf()?;
        if chunk.iter().any(|byte| *byte != 0) {
            return Ok(true);
        }
        match chunk.len() {
            0 => return Ok(false),
            length => rest.consume(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzipped(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    }

    fn inflated(bytes: &[u8]) -> Result<String> {
        let mut text = String::new();
        // Small chunks: a member may end where a chunk does.
        Gunzip::new(std::io::BufReader::with_capacity(1, bytes)).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn members_and_what_stands_behind_them() {
        let two = [gzipped("one"), gzipped("two")].concat();
        assert_eq!(inflated(&two).unwrap(), "onetwo");
        for behind in [&[0; 600][..], b"garbage"] {
            assert_eq!(inflated(&[&two, behind].concat()).unwrap(), "onetwo");
        }
        assert!(inflated(&two[..two.len() - 3]).is_err(), "a member that was cut off");
        assert!(inflated(&[&two[..], b"\x1f\x8b\x08"].concat()).is_err());
    }
}
