//! Writing files so that a reader never sees half of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A temporary file in the folder of `path`, which is made when missing.
pub fn temporary_beside(path: &Path) -> Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder)?;
    Ok(tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?)
}

/// Moves a finished temporary file to its place.
pub fn persist(temporary: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    temporary.as_file().sync_all()?;
    let file = temporary.persist(path).map_err(|e| e.error)?;
    readable_by_all(&file)?;
    Ok(())
}

#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Replaces `path` by `bytes` in one step.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut temporary = temporary_beside(path)?;
    temporary.write_all(bytes)?;
    persist(temporary, path)
}

/// Writes a file into a folder that nobody reads yet; [`sync`] makes sure of it.
pub fn write_unseen(path: &Path, bytes: &[u8]) -> Result<()> {
    fs_err::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let mut file = fs_err::File::create(path)?;
    file.write_all(bytes)?;
    readable_by_all(file.file())?;
    Ok(())
}

/// Brings files to the disk, several at a time: one after the other, hundreds of small files take seconds.
pub fn sync(paths: &[PathBuf]) -> Result<()> {
    let share = paths.len().div_ceil(8).max(1);
    let sync = |paths: &[PathBuf]| -> Result<()> { Ok(paths.iter().try_for_each(|path| fs_err::File::open(path)?.sync_all())?) };
    std::thread::scope(|scope| {
        let threads: Vec<_> = paths.chunks(share).map(|paths| scope.spawn(move || sync(paths))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| Error::Internal("a file could not be synced".into()))?)
    })
}

/// blake3 of a file, in hexadecimal.
pub fn hash_file(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut fs_err::File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// blake3 of a value in its serialised form, in hexadecimal: the same as long as its fields and their values are.
pub fn hash_of(value: &impl serde::Serialize) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, value)?;
    Ok(hasher.finalize().to_hex().to_string())
}
