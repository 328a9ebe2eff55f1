//! What stays the same through a pull.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::journal::Journal;
use super::store::Store;

/// Whether anybody has answered in this run. One for all clients.
#[derive(Debug, Default)]
pub struct Network {
    reached: AtomicBool,
    unreached: AtomicBool,
}

impl Network {
    pub(super) fn reached(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }

    /// A host could not be reached, although it was asked several times.
    pub(super) fn gave_up(&self) {
        self.unreached.store(true, Ordering::Relaxed);
    }

    /// One host was given up and no other has answered: there is probably no network.
    pub(super) fn is_dead(&self) -> bool {
        self.unreached.load(Ordering::Relaxed) && !self.reached.load(Ordering::Relaxed)
    }
}

/// Where things go, and for whom.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub store: &'a Store,
    pub journal: &'a Journal,
    pub source: &'a str,
    pub dataset: &'a str,
    pub route: &'a str,
    pub network: &'a Network,
    pub now: Timestamp,
    /// Called with the number of bytes that just arrived.
    pub progress: &'a (dyn Fn(u64) + Sync),
}
