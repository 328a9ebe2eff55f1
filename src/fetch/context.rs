//! What stays the same through a pull.

use jiff::Timestamp;

use super::journal::Journal;
use super::network::Network;
use super::store::Store;

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
