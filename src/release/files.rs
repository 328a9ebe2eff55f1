//! The folder of a release while it is written: files, then their folders, then the manifest are brought to the disk, so
//! that a folder with a manifest is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Manifest;
use crate::error::Result;
use crate::files;
use crate::workspace::Workspace;

/// `data/staging/<release>`, and the manifest that remembers the hash of each file.
pub struct Staging<'m> {
    folder: PathBuf,
    written: Vec<PathBuf>,
    /// Files that are written in parts: nobody holds the whole of them in memory.
    parts: BTreeMap<String, (fs_err::File, blake3::Hasher)>,
    manifest: &'m mut Manifest,
}

impl<'m> Staging<'m> {
    pub fn new(workspace: &Workspace, manifest: &'m mut Manifest) -> Result<Self> {
        let folder = workspace.staging().join(&manifest.release);
        if folder.symlink_metadata().is_ok() {
            super::promote::remove(workspace, &folder)?;
        }
        files::make_folder(&folder)?;
        Ok(Self { folder, written: Vec::new(), parts: BTreeMap::new(), manifest })
    }

    /// Writes one file.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.manifest.files.insert(name.to_owned(), blake3::hash(bytes).to_hex().to_string());
        let path = self.folder.join(name);
        files::write_unseen(&path, bytes)?;
        self.written.push(path);
        Ok(())
    }

    /// Adds to a file that is written in parts.
    pub fn append(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if !self.parts.contains_key(name) {
            let path = self.folder.join(name);
            self.parts.insert(name.to_owned(), (files::create_unseen(&path)?, blake3::Hasher::new()));
            self.written.push(path);
        }
        if let Some((file, hasher)) = self.parts.get_mut(name) {
            file.write_all(bytes)?;
            hasher.update(bytes);
        }
        Ok(())
    }

    /// Notes the rows of a table.
    pub fn rows(&mut self, table: &str, rows: usize) {
        self.manifest.rows.insert(table.to_owned(), rows as u64);
    }

    /// Writes the manifest, and gives the complete folder.
    pub fn finish(self) -> Result<PathBuf> {
        for (name, (_, hasher)) in &self.parts {
            self.manifest.files.insert(name.clone(), hasher.finalize().to_hex().to_string());
        }
        files::sync(&self.written)?;
        let folders: BTreeSet<&Path> = self.written.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        let inside = folders.into_iter().filter(|folder| folder.starts_with(&self.folder));
        files::sync(&inside.map(Path::to_path_buf).collect::<Vec<_>>())?;
        files::write_atomically(&self.folder.join("manifest.json"), &self.manifest.to_bytes()?)?;
        Ok(self.folder)
    }
}
