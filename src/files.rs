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

/// What lies in a folder and below it and cannot be read as a file: reading a pipe waits for ever, and a device has no
/// end. A link is what it leads to; one that leads to itself or back to a folder above is said.
pub fn not_regular(folder: &Path) -> Vec<(PathBuf, String)> {
    let (mut found, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = left.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            match fs_err::metadata(&path) {
                Ok(kind) if kind.is_file() => {}
                Ok(kind) if kind.is_dir() => {
                    let back = fs_err::canonicalize(&path)
                        .is_ok_and(|target| fs_err::canonicalize(&folder).is_ok_and(|at| at.starts_with(target)));
                    if back {
                        found.push((path, "a link that leads back to a folder above it".to_owned()));
                    } else {
                        left.push(path);
                    }
                }
                Ok(_) => found.push((path, "no regular file: a pipe, a socket or a device".to_owned())),
                // What is not there, or may not be read, is told where it is read.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound || error.kind() == std::io::ErrorKind::PermissionDenied => {}
                Err(error) => found.push((path, format!("it cannot be followed: {error}"))),
            }
        }
    }
    found.sort();
    found
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
