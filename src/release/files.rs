//! The folder of a release while it is written: the manifest comes last, so that a folder with one is complete.

use std::path::PathBuf;

use super::Manifest;
use crate::error::Result;
use crate::workspace::Workspace;

/// `data/staging/<release>`, and the manifest that remembers the hash of each file.
pub struct Staging<'m> {
    folder: PathBuf,
    written: Vec<PathBuf>,
    manifest: &'m mut Manifest,
}

impl<'m> Staging<'m> {
    pub fn new(workspace: &Workspace, manifest: &'m mut Manifest) -> Result<Self> {
        let folder = workspace.data.join("staging").join(&manifest.release);
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        Ok(Self { folder, written: Vec::new(), manifest })
    }

    /// Writes one file.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.manifest.files.insert(name.to_owned(), blake3::hash(bytes).to_hex().to_string());
        let path = self.folder.join(name);
        crate::files::write_unseen(&path, bytes)?;
        self.written.push(path);
        Ok(())
    }

    /// Notes the rows of a table.
    pub fn rows(&mut self, table: &str, rows: usize) {
        self.manifest.rows.insert(table.to_owned(), rows as u64);
    }

    /// Writes the manifest, and gives the complete folder.
    pub fn finish(self) -> Result<PathBuf> {
        crate::files::sync(&self.written)?;
        crate::files::write_atomically(&self.folder.join("manifest.json"), &self.manifest.to_bytes()?)?;
        Ok(self.folder)
    }
}
