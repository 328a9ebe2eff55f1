//! A folder as a place to publish to: a web server's, or one that is mounted.

use std::path::{Path, PathBuf};

use super::version::Version;
use crate::error::Result;
use crate::files;

pub struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn new(root: &str) -> Self {
        Self { root: PathBuf::from(root) }
    }

    pub fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        match fs_err::read(self.root.join(name)) {
            Ok(bytes) => {
                let version = blake3::hash(&bytes).to_hex().to_string();
                Ok(Some((bytes, Some(version))))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn holds(&self, name: &str, hash: &str, size: u64) -> Result<bool> {
        let path = self.root.join(name);
        Ok(path.metadata().is_ok_and(|found| found.is_file() && found.len() == size) && files::hash_file(&path)? == hash)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let _alone = self.alone()?;
        files::write_again(&self.root.join(name), bytes)
    }

    pub fn replace(&self, name: &str, bytes: &[u8], read: &Version) -> Result<bool> {
        let _alone = self.alone()?;
        let now = self.get(name)?.and_then(|(_, version)| version);
        if now != *read {
            return Ok(false);
        }
        files::write_again(&self.root.join(name), bytes)?;
        Ok(true)
    }

    /// One file at a time, whoever publishes: two would write the same temporary file. The lock is held by the system, so
    /// that a publisher that was stopped leaves none.
    fn alone(&self) -> Result<fs_err::File> {
        fs_err::create_dir_all(&self.root)?;
        let lock = fs_err::File::create(self.root.join(".current.json.lock"))?;
        lock.file().lock()?;
        Ok(lock)
    }

    /// Removes a file, and the folders that become empty.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.root.join(name);
        match fs_err::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let parents = path.ancestors().skip(1).take_while(|parent| *parent != self.root);
        // The first folder that holds something ends it.
        let _ = parents.map(std::fs::remove_dir).take_while(std::io::Result::is_ok).count();
        Ok(())
    }
}
