//! Statements shared out among workers, other machines that run this program: which ones, over which connection, and
//! what is done when a worker fails. Compiled with the cargo feature `cluster`; without it, asking for it is refused.
//!
//! A worker reads the observations from the shared data folder, and large tables in memory too, which the coordinator
//! stores there for the time of a run; small ones travel in the plan. The coordinator plans, and keeps whatever does not
//! read the observations. A result never depends on who computed it.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::error::count;

#[cfg(not(feature = "cluster"))]
mod absent;
#[cfg(feature = "cluster")]
mod admission;
#[cfg(feature = "cluster")]
mod connection;
#[cfg(feature = "cluster")]
mod coordinator;
#[cfg(feature = "cluster")]
mod plan;
#[cfg(feature = "cluster")]
pub mod same_program;
#[cfg(feature = "cluster")]
mod stored;
#[cfg(feature = "cluster")]
mod worker;

#[cfg(not(feature = "cluster"))]
pub use absent::{Cluster, serve};
#[cfg(feature = "cluster")]
pub use coordinator::Cluster;
#[cfg(feature = "cluster")]
pub use worker::serve;

/// What both ends of a connection must agree on.
#[derive(Debug, Clone)]
pub struct Connecting {
    /// The secret that both ends share.
    pub token: Option<SecretString>,
    /// The certificates, in PEM, that vouch for workers at https addresses.
    pub authority: Option<PathBuf>,
    /// A worker that gives no sign of life for so long has failed.
    pub patience: Duration,
}

/// How a worker listens.
#[derive(Debug, Clone)]
pub struct Listening {
    pub address: String,
    /// Certificate and key, in PEM.
    pub certificate: Option<(PathBuf, PathBuf)>,
    pub connecting: Connecting,
}

/// What the workers did in a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Shared {
    /// Workers that took part at the end.
    pub workers: usize,
    /// Statements that workers computed.
    pub statements: u64,
    /// Of these, those that took a second attempt.
    pub repeated: u64,
    /// Statements that failed twice and were then computed by the coordinator.
    pub alone: u64,
    /// What went wrong with workers, in order.
    pub notes: Vec<String>,
}

impl Shared {
    /// One line.
    pub fn told(&self) -> String {
        let Self { workers, statements, repeated, alone, .. } = self;
        let (workers, statements) = (count(*workers, "worker"), count(*statements, "statement"));
        format!("{workers} at the end; they computed {statements}, {repeated} at the second attempt; {alone} fell back to this process")
    }
}
