//! Snapshots: every distinct body once, in a file named by its content hash. Files appear whole or not at all.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::write::MultiGzDecoder;
use tempfile::NamedTempFile;

use crate::error::{Code, Error, Result};

/// Stands for a name that is known only at the end.
const INCOMING: &str = ".incoming";
/// How much of a body's beginning is kept at hand for checks.
pub(super) const HEAD_BYTES: usize = 4096;
/// Enough to hold the end record of a ZIP with the longest comment.
const TAIL_BYTES: u64 = 22 + 65_535;

#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    /// A file named by the hash of each snapshot that a person refused.
    refused: PathBuf,
}

impl Store {
    pub fn new(data: &Path) -> Self {
        Self { folder: data.join("snapshots"), refused: data.join("refused") }
    }

    /// From now on no pull with this snapshot is used.
    pub fn refuse(&self, hash: &str) -> Result<()> {
        crate::files::write_atomically(&self.refused.join(hash), b"")
    }

    /// Takes a refusal back; false where there was none.
    pub fn admit(&self, hash: &str) -> Result<bool> {
        let is_refused = self.is_refused(hash);
        if is_refused {
            fs_err::remove_file(self.refused.join(hash))?;
            crate::files::sync_folder(&self.refused)?;
        }
        Ok(is_refused)
    }

    pub fn is_refused(&self, hash: &str) -> bool {
        self.refused.join(hash).symlink_metadata().is_ok()
    }

    /// `data/snapshots/<2 hex>/<hash>`.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.folder.join(hash.get(..2).unwrap_or("__")).join(hash)
    }

    pub fn contains(&self, hash: &str) -> bool {
        self.path(hash).is_file()
    }

    /// A snapshot whose bytes are those that its name promises.
    pub fn open(&self, hash: &str) -> Result<fs_err::File> {
        let damaged = |what: String| Error::fetch_hint(Code::DamagedSnapshot, what, "pull the data set again: the snapshot is stored anew");
        let path = self.path(hash);
        if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(damaged(format!("snapshot {} is not there", path.display())));
        }
        if !crate::files::is_sound(&path, hash)? {
            return Err(damaged(format!("snapshot {} is damaged: its bytes are not those that were stored", path.display())));
        }
        Ok(fs_err::File::open(path)?)
    }

    /// The first bytes of a snapshot.
    pub fn head(&self, hash: &str) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open(hash)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Stores all that the reader gives; E1004 if that is more than `max_bytes`. What is there is not written again. Gives
    /// hash and length.
    pub fn put(&self, mut reader: impl Read + Seek, max_bytes: u64) -> Result<(String, u64)> {
        // What somebody brought cannot be read: their data set fails, not the run.
        let unreadable = |error: io::Error| Error::provider(Code::UnreadableBody, error.to_string());
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader.by_ref().take(max_bytes.saturating_add(1))).map_err(unreadable)?;
        if hasher.count() > max_bytes {
            return Err(too_large("the file", max_bytes));
        }
        let hash = hasher.finalize().to_hex().to_string();
        if crate::files::is_sound(&self.path(&hash), &hash)? {
            return Ok((hash, hasher.count()));
        }
        reader.rewind().map_err(unreadable)?;
        let mut writer = self.writer(max_bytes)?;
        io::copy(&mut reader, &mut writer).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => too_large("the file", max_bytes),
            _ if crate::files::is_ours(&error) => error.into(),
            _ => unreadable(error),
        })?;
        writer.finish()
    }

    /// A body that comes in pieces: it is stored when `finish` is called, and forgotten when dropped before.
    pub fn writer(&self, max_bytes: u64) -> Result<StoreWriter> {
        let file = crate::files::temporary_beside(&self.folder.join(INCOMING))?;
        Ok(StoreWriter { store: self.clone(), file, hasher: blake3::Hasher::new(), bytes: 0, max_bytes, head: Vec::new() })
    }
}

/// Hashes while it writes; a write beyond the limit fails with `FileTooLarge`.
#[derive(Debug)]
pub struct StoreWriter {
    store: Store,
    file: NamedTempFile,
    hasher: blake3::Hasher,
    bytes: u64,
    max_bytes: u64,
    head: Vec<u8>,
}

impl StoreWriter {
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The last bytes written.
    pub fn tail(&mut self) -> io::Result<Vec<u8>> {
        let start = self.bytes.saturating_sub(TAIL_BYTES);
        let mut tail = Vec::new();
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_to_end(&mut tail)?;
        Ok(tail)
    }

    /// All that was written, from the start.
    pub(super) fn reader(&mut self) -> io::Result<impl Read> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(self.file.as_file_mut())
    }

    /// Whether one of these stands anywhere in what was written.
    pub(super) fn contains(&mut self, needles: &[&[u8]]) -> io::Result<bool> {
        let Some(longest) = needles.iter().map(|needle| needle.len()).max() else { return Ok(false) };
        self.file.seek(SeekFrom::Start(0))?;
        let (mut buffer, mut kept) = (vec![0; (64 << 10) + longest], 0);
        loop {
            let read = self.file.read(&mut buffer[kept..])?;
            let filled = kept + read;
            let found = |needle: &&[u8]| buffer[..filled].windows(needle.len()).any(|window| window == *needle);
            if read == 0 || needles.iter().any(found) {
                return Ok(read > 0);
            }
            // The end of one piece and the beginning of the next may hold it together.
            kept = filled.min(longest - 1);
            buffer.copy_within(filled - kept..filled, 0);
        }
    }

    pub fn finish(self) -> Result<(String, u64)> {
        let hash = self.hasher.finalize().to_hex().to_string();
        let path = self.store.path(&hash);
        // A file with other bytes under this name is damaged, and is replaced.
        if !crate::files::is_sound(&path, &hash)? {
            crate::files::make_folder(path.parent().unwrap_or(&self.store.folder))?;
            crate::files::persist(self.file, &path)?;
        }
        Ok((hash, self.bytes))
    }
}

impl Write for StoreWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.bytes + buffer.len() as u64 > self.max_bytes {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than max_bytes"));
        }
        let written = self.file.as_file_mut().write(buffer).map_err(|error| crate::files::failed("write", self.file.path(), error))?;
        let part = &buffer[..written];
        self.hasher.update(part);
        self.bytes += written as u64;
        let missing = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&part[..part.len().min(missing)]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where a body goes: as it is, or inflated when it is a gzip file. The writer's limit holds for what is written.
pub(super) enum Sink {
    Waiting(StoreWriter),
    Plain(StoreWriter),
    Gzip(Box<MultiGzDecoder<StoreWriter>>),
    Lost,
}

impl Sink {
    pub(super) fn new(writer: StoreWriter, gunzip: bool) -> Self {
        if gunzip { Self::Waiting(writer) } else { Self::Plain(writer) }
    }

    pub(super) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        // No text begins with the first byte of gzip: a plain answer, such as an error page, passes as it is.
        *self = match std::mem::replace(self, Self::Lost) {
            Self::Waiting(writer) if chunk.first() == Some(&0x1F) => Self::Gzip(Box::new(MultiGzDecoder::new(writer))),
            Self::Waiting(writer) if !chunk.is_empty() => Self::Plain(writer),
            other => other,
        };
        match self {
            Self::Plain(writer) | Self::Waiting(writer) => writer.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
            Self::Lost => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    pub(super) fn finish(self) -> io::Result<StoreWriter> {
        match self {
            Self::Plain(writer) | Self::Waiting(writer) => Ok(writer),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Lost => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

pub(super) fn too_large(from: &str, max_bytes: u64) -> Error {
    Error::fetch_hint(
        Code::BodyTooLarge,
        format!("{from} is larger than max_bytes = {max_bytes}"),
        "raise max_bytes under [http] in the source's file if that size is right",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_stored_once_and_capped() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::new(data.path());
        let (hash, bytes) = store.put(io::Cursor::new(b"abc"), 3).unwrap();
        assert_eq!((hash.as_str(), bytes), (blake3::hash(b"abc").to_hex().as_str(), 3));
        assert_eq!(store.put(io::Cursor::new(b"abc"), 3).unwrap().0, hash);
        assert_eq!(store.head(&hash).unwrap(), b"abc");
        assert!(matches!(store.put(io::Cursor::new(b"abcd"), 3), Err(Error::Fetch { code: Code::BodyTooLarge, .. })));
        let left = fs_err::read_dir(data.path().join("snapshots")).unwrap().count();
        assert_eq!(left, 1, "only the folder of the hash stays");
    }
}
