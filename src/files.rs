//! Our own disk: files that appear whole and stay after a power loss, and errors that name the path and the step.
//!
//! The order of every write is the same: the file is synced, then renamed to its place, then its folder is synced. An
//! error of a sync ends the command and is never tried again: after it, the system may count the pages as written.
//!
//! Permissions follow the umask of the process, for files and folders alike; `[files] readable_by` of
//! `pipelines/job.toml` opens them for reading.

mod early_sync;
pub mod scratch;

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

pub use early_sync::EarlySync;

/// How the name of a file begins while it is written.
pub const UNFINISHED: &str = ".part-";
/// A file that people write is never larger.
const MAX_TEXT: u64 = 512 << 20;

/// What the system said, with the step and the path that it concerns.
#[derive(Debug)]
struct Failure {
    step: &'static str,
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.step, self.path.display(), self.error)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// An error of the system with its step (such as "sync the file") and its path.
pub fn failed(step: &'static str, path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), Failure { step, path: path.to_path_buf(), error })
}

/// The same for a library that writes or reads a file for us.
pub fn failed_in(step: &'static str, path: &Path, error: Error) -> Error {
    match error {
        Error::Parquet(error) => failed(step, path, io::Error::other(error)).into(),
        Error::Arrow(error) => failed(step, path, io::Error::other(error)).into(),
        Error::Io(error) if error.raw_os_error().is_some() => failed(step, path, error).into(),
        other => other,
    }
}

/// Whether it is a failure of our own disk, told by [`failed`].
pub fn is_ours(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Failure>())
}

/// Set when a signal ends the run: the work writes nothing after that.
static STOPPED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread is the one that has stopped all others.
    static HAS_STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// From now on nothing is written any more, but by the thread that says so: it still has to tell of the end.
pub fn stop() {
    HAS_STOPPED.set(true);
    STOPPED.store(true, Ordering::SeqCst);
}

fn not_stopped() -> io::Result<()> {
    if STOPPED.load(Ordering::SeqCst) && !HAS_STOPPED.get() {
        Err(io::Error::new(io::ErrorKind::Interrupted, "the run was stopped"))
    } else {
        Ok(())
    }
}

/// Makes a folder and those above it that are missing, each entered in the folder above for good.
pub fn make_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        make_folder(above)?;
    }
    match fs_err::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => sync_folder(above.unwrap_or(Path::new("."))),
    }
}

/// A temporary file in the folder of `path`, which is made when missing.
pub fn temporary_beside(path: &Path) -> Result<tempfile::NamedTempFile> {
    not_stopped()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask takes away from it.
        builder.permissions(PermissionsExt::from_mode(0o666));
    }
    Ok(builder.tempfile_in(folder).map_err(|error| failed("make a file in", folder, error))?)
}

/// Brings a finished temporary file to the disk and moves it to its place.
pub fn persist(temporary: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    temporary.as_file().sync_all().map_err(|error| failed("sync", temporary.path(), error))?;
    temporary.persist(path).map_err(|error| failed("rename to", path, error.error))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Replaces `path` by `bytes` in one step.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut temporary = temporary_beside(path)?;
    temporary.write_all(bytes).map_err(|error| failed("write", path, error))?;
    persist(temporary, path)
}

/// The same in a place that nobody clears of what a stop leaves: the next attempt takes the same temporary file again.
pub fn write_again(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut name = std::ffi::OsString::from(UNFINISHED);
    name.push(path.file_name().unwrap_or_default());
    let temporary = path.with_file_name(name);
    let written = create_unseen(&temporary).and_then(|mut file| {
        file.write_all(bytes).map_err(|error| failed("write", path, error))?;
        file.sync_all().map_err(|error| failed("sync", path, error))?;
        Ok(fs_err::rename(&temporary, path).map_err(|error| failed("rename to", path, error))?)
    });
    if written.is_err() {
        let _ = fs_err::remove_file(&temporary);
    }
    written.and_then(|()| sync_folder(folder))
}

/// A copy with bytes of its own: damage to one file does not reach the other.
pub fn copy_atomically(from: &Path, to: &Path) -> Result<()> {
    let mut temporary = temporary_beside(to)?;
    let mut file = fs_err::File::open(from)?;
    io::copy(&mut file, temporary.as_file_mut()).map_err(|error| failed("write", to, error))?;
    persist(temporary, to)
}

/// Writes a file into a folder that nobody reads yet; [`sync`] makes sure of it.
pub fn write_unseen(path: &Path, bytes: &[u8]) -> Result<()> {
    create_unseen(path)?.write_all(bytes)?;
    Ok(())
}

/// The same for a file that is written in parts.
pub fn create_unseen(path: &Path) -> Result<fs_err::File> {
    not_stopped()?;
    fs_err::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    Ok(fs_err::File::create(path)?)
}

/// Brings files to the disk, several at a time: one after the other, hundreds of small files take seconds.
pub fn sync(paths: &[PathBuf]) -> Result<()> {
    let share = paths.len().div_ceil(8).max(1);
    let sync = |paths: &[PathBuf]| -> Result<()> { paths.iter().try_for_each(|path| sync_path(path)) };
    std::thread::scope(|scope| {
        let threads: Vec<_> = paths.chunks(share).map(|paths| scope.spawn(move || sync(paths))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| Error::Internal("a file could not be synced".into()))?)
    })
}

/// Brings the names in a folder to the disk: what was made, renamed or removed there.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> Result<()> {
    sync_path(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// Other systems have no such step.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

fn sync_path(path: &Path) -> Result<()> {
    Ok(fs_err::File::open(path)?.file().sync_all().map_err(|error| failed("sync", path, error))?)
}

/// Moves a folder to its place for good.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs_err::rename(from, to)?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// Appends one line in one write, so that lines of writers side by side do not mix, and brings it to the disk. Behind a line
/// that a power loss has cut it begins a new one.
pub fn append_line(path: &Path, line: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let is_new = !path.exists();
    let mut file = fs_err::OpenOptions::new().create(true).append(true).read(true).open(path)?;
    let mut last = [b'\n'];
    if file.seek(io::SeekFrom::End(0))? > 0 {
        file.seek(io::SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let before: &[u8] = if last == [b'\n'] { b"" } else { b"\n" };
    file.write_all(&[before, line, b"\n"].concat())?;
    file.file().sync_all().map_err(|error| failed("sync", path, error))?;
    if is_new { sync_folder(folder) } else { Ok(()) }
}

/// What a folder holds; a folder that is not there holds nothing, one that cannot be read is an error.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs_err::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.symlink_metadata().is_err() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Bytes of a file, or of all files below a folder; links count for nothing.
pub fn size(path: &Path) -> u64 {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => entries(path).unwrap_or_default().iter().map(|path| size(path)).sum(),
        Ok(found) if found.is_file() => found.len(),
        _ => 0,
    }
}

/// The text of a file that people write. A pipe would never end, and a device has no end: only regular files are read.
pub fn read_text(path: &Path) -> io::Result<String> {
    let refuse = |why: &str| Err(io::Error::other(format!("`{}` is {why}", path.display())));
    let found = fs_err::metadata(path)?;
    if !found.is_file() {
        return refuse("no regular file");
    }
    let mut text = String::new();
    if fs_err::File::open(path)?.take(MAX_TEXT + 1).read_to_string(&mut text)? as u64 > MAX_TEXT {
        return refuse("larger than any file that people write");
    }
    Ok(text)
}

/// What lies in a folder and below it and cannot be read as a file: reading a pipe waits for ever, and a device has no
/// end. A link is what it leads to; one that leads to itself or back to a folder above is said.
pub fn not_regular(folder: &Path) -> Vec<(PathBuf, String)> {
    let (mut found, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = left.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            // Most are what they seem, and only a link can lead back.
            match entry.file_type() {
                Ok(kind) if kind.is_file() => continue,
                Ok(kind) if kind.is_dir() => {
                    left.push(path);
                    continue;
                }
                _ => {}
            }
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
    hasher.update_reader(fs_err::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// When the system last changed anything of a file, by its own clock, which no program can set back; None where it does
/// not keep that.
#[cfg(unix)]
pub fn touched(path: &Path) -> Result<Option<(i64, i64)>> {
    use std::os::unix::fs::MetadataExt;
    let found = fs_err::metadata(path)?;
    Ok(Some((found.ctime(), found.ctime_nsec())))
}

#[cfg(not(unix))]
pub fn touched(_path: &Path) -> Result<Option<(i64, i64)>> {
    Ok(None)
}

/// Whether a file is there with the bytes of this hash. An error of the disk is none of its bytes.
pub fn is_sound(path: &Path, hash: &str) -> Result<bool> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Ok(hash_file(path)? == hash),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("look at", path, error).into()),
    }
}

/// blake3 of a value in its serialised form, in hexadecimal: the same as long as its fields and their values are.
pub fn hash_of(value: &impl serde::Serialize) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, value)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Who may read what the program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadableBy {
    /// Whom the umask of the process lets.
    #[default]
    Umask,
    /// The group too.
    Group,
    /// Everybody.
    All,
}

/// Opens new files and folders for reading; writing stays as the umask has it.
#[cfg(unix)]
pub fn open_for(readers: ReadableBy) {
    use nix::sys::stat::{Mode, umask};
    let opened = match readers {
        ReadableBy::Umask => return,
        ReadableBy::Group => Mode::S_IRGRP | Mode::S_IXGRP,
        ReadableBy::All => Mode::S_IRGRP | Mode::S_IXGRP | Mode::S_IROTH | Mode::S_IXOTH,
    };
    let before = umask(Mode::all());
    umask(before & !opened);
}

#[cfg(not(unix))]
pub fn open_for(_readers: ReadableBy) {}
