//! The folder of a release while it is written: files, then their folders, then the manifest are brought to the disk, so
//! that a folder with a manifest is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::Manifest;
use crate::error::{Error, Result};
use crate::files;
use crate::workspace::Workspace;

/// `data/staging/<release>`, and the manifest that remembers the hash of each file. Several threads may write to it.
pub struct Staging<'m> {
    folder: PathBuf,
    written: Mutex<Written>,
    manifest: &'m mut Manifest,
}

#[derive(Default)]
struct Written {
    /// By name.
    hashes: BTreeMap<String, String>,
    /// Files that are written in parts: nobody holds the whole of them in memory.
    parts: BTreeMap<String, (fs_err::File, blake3::Hasher)>,
}

impl<'m> Staging<'m> {
    pub fn new(workspace: &Workspace, manifest: &'m mut Manifest) -> Result<Self> {
        let folder = workspace.staging().join(format!("{}{}", super::promote::UNFINISHED_RELEASE, manifest.release));
        if folder.symlink_metadata().is_ok() {
            super::promote::remove(workspace, &folder)?;
        }
        files::make_folder(&folder)?;
        Ok(Self { folder, written: Mutex::default(), manifest })
    }

    /// Writes one file.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let hash = blake3::hash(bytes).to_hex().to_string();
        files::write_unseen(&self.folder.join(name), bytes)?;
        self.written()?.hashes.insert(name.to_owned(), hash);
        Ok(())
    }

    /// Adds to a file that is written in parts.
    pub fn append(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let parts = &mut self.written()?.parts;
        if !parts.contains_key(name) {
            parts.insert(name.to_owned(), (files::create_unseen(&self.folder.join(name))?, blake3::Hasher::new()));
        }
        if let Some((file, hasher)) = parts.get_mut(name) {
            file.write_all(bytes)?;
            hasher.update(bytes);
        }
        Ok(())
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
        hashes.extend(parts.into_iter().map(|(name, (_, hasher))| (name, hasher.finalize().to_hex().to_string())));
        let written: Vec<PathBuf> = hashes.keys().map(|name| self.folder.join(name)).collect();
        self.manifest.files.extend(hashes);
        files::sync(&written)?;
        let folders: BTreeSet<&Path> = written.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        let inside = folders.into_iter().filter(|folder| folder.starts_with(&self.folder));
        files::sync(&inside.map(Path::to_path_buf).collect::<Vec<_>>())?;
        files::write_atomically(&self.folder.join("manifest.json"), &self.manifest.to_bytes()?)?;
        Ok(self.folder)
    }
}
