//! The folder of a release while it is written: files, then their folders, then the manifest are brought to the disk, so
//! that a folder with a manifest is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::Manifest;
use crate::error::{Error, Result};
use crate::files::{self, EarlySync};
use crate::workspace::Workspace;

/// `data/staging/<release>`, and the manifest that remembers the hash of each file. Several threads may write to it.
pub struct Staging<'m> {
    folder: PathBuf,
    written: Mutex<Written>,
    early: EarlySync,
    manifest: &'m mut Manifest,
}

/// Files, and parts of files, that are brought to the disk while others are written.
const LARGE: usize = 1 << 20;

#[derive(Default)]
struct Written {
    /// By name.
    hashes: BTreeMap<String, String>,
    /// Files that are written in parts: nobody holds the whole of them in memory.
    parts: BTreeMap<String, Part>,
}

struct Part {
    file: fs_err::File,
    hasher: blake3::Hasher,
    /// Bytes since they were last brought to the disk.
    fresh: usize,
}

impl<'m> Staging<'m> {
    pub fn new(workspace: &Workspace, manifest: &'m mut Manifest) -> Result<Self> {
        let folder = workspace.staging().join(format!("{}{}", super::promote::UNFINISHED_RELEASE, manifest.release));
        if folder.symlink_metadata().is_ok() {
            super::promote::remove(workspace, &folder)?;
        }
        files::make_folder(&folder)?;
        Ok(Self { folder, written: Mutex::default(), early: EarlySync::begin(), manifest })
    }

    /// Writes one file.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let hash = blake3::hash(bytes).to_hex().to_string();
        let path = self.folder.join(name);
        files::write_unseen(&path, bytes)?;
        if bytes.len() >= LARGE {
            self.early.add(path);
        }
        self.written()?.hashes.insert(name.to_owned(), hash);
        Ok(())
    }

    /// Adds to a file that is written in parts.
    pub fn append(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let parts = &mut self.written()?.parts;
        if !parts.contains_key(name) {
            let file = files::create_unseen(&self.folder.join(name))?;
            parts.insert(name.to_owned(), Part { file, hasher: blake3::Hasher::new(), fresh: 0 });
        }
        if let Some(part) = parts.get_mut(name) {
            part.file.write_all(bytes)?;
            part.hasher.update(bytes);
            part.fresh += bytes.len();
            if part.fresh >= 16 * LARGE {
                part.fresh = 0;
                self.early.add(self.folder.join(name));
            }
        }
        Ok(())
    }

    /// A file that is written as its bytes come.
    pub fn appending<'s>(&'s self, name: &'s str) -> Appending<'s, 'm> {
        Appending { staging: self, name }
    }

    fn written(&self) -> Result<MutexGuard<'_, Written>> {
        self.written.lock().map_err(|_| Error::Internal("a thread that wrote the release ended early".into()))
    }

    /// Notes the rows of a table.
    pub fn rows(&mut self, table: &str, rows: usize) {
        self.manifest.rows.insert(table.to_owned(), rows as u64);
    }

    /// Writes the manifest, and gives the complete folder.
    pub fn finish(self) -> Result<PathBuf> {
        let Written { mut hashes, parts } = std::mem::take(&mut *self.written()?);
        hashes.extend(parts.into_iter().map(|(name, part)| (name, part.hasher.finalize().to_hex().to_string())));
        let written: Vec<PathBuf> = hashes.keys().map(|name| self.folder.join(name)).collect();
        self.manifest.files.extend(hashes);
        self.early.done()?;
        // Also those that were: it costs nothing then.
        files::sync(&written)?;
        let folders: BTreeSet<&Path> = written.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        let inside = folders.into_iter().filter(|folder| folder.starts_with(&self.folder));
        files::sync(&inside.map(Path::to_path_buf).collect::<Vec<_>>())?;
        files::write_atomically(&self.folder.join("manifest.json"), &self.manifest.to_bytes()?)?;
        Ok(self.folder)
    }
}

/// A file of a release that is written in parts.
pub struct Appending<'s, 'm> {
    staging: &'s Staging<'m>,
    name: &'s str,
}

impl Write for Appending<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.staging.append(self.name, bytes).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
