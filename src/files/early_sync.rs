//! Brings files to the disk while others are still written: at the end of a release hundreds of megabytes would wait.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use super::sync_path;
use crate::error::{Error, Result};

/// One thread that syncs what it is given, in this order. After the first error it does nothing more.
pub struct EarlySync {
    paths: Sender<PathBuf>,
    thread: JoinHandle<Result<()>>,
}

impl EarlySync {
    pub fn begin() -> Self {
        let (paths, given) = channel::<PathBuf>();
        Self { paths, thread: std::thread::spawn(move || given.iter().try_for_each(|path| sync_path(&path))) }
    }

    /// What was written of a file so far is brought to the disk. What is written later needs another sync.
    pub fn add(&self, path: PathBuf) {
        // Where the thread has ended early, `done` says why.
        let _ = self.paths.send(path);
    }

    /// Waits for all of it.
    pub fn done(self) -> Result<()> {
        drop(self.paths);
        self.thread.join().map_err(|_| Error::Internal("a file could not be synced".into()))?
    }
}
