//! What a run learns of the network: which hosts are not asked again, and whether anybody has answered at all.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Code, Error};

/// How often a host may fail in a row.
const PATIENCE: usize = 3;

/// One for all sources, data sets and routes of a run.
#[derive(Debug, Default)]
pub struct Network {
    /// By host: the weight of its failures in a row, and the last of them.
    failures: Mutex<BTreeMap<String, (usize, String)>>,
    reached: AtomicBool,
}

impl Network {
    /// A host has begun to answer.
    pub(super) fn reached(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }

    /// Some host could not be reached, although it was asked several times, and no other has answered: there is
    /// probably no network.
    pub(super) fn is_dead(&self) -> bool {
        !self.reached.load(Ordering::Relaxed) && self.failures.lock().is_ok_and(|hosts| hosts.values().any(|(weight, _)| *weight > 0))
    }

    /// What came of a request, after all its attempts.
    pub(super) fn note(&self, host: &str, error: Option<&Error>) {
        let Ok(mut hosts) = self.failures.lock() else { return };
        let weight = match error {
            // What cannot be reached for one data set cannot be for the next.
            Some(Error::Fetch { code: Code::NoConnection | Code::NotAskedFurther, .. }) => PATIENCE,
            // One address may be slow where others are not.
            Some(Error::Fetch { code: Code::TimeOut, .. }) => 2,
            Some(Error::Fetch { code: Code::RefusedByProvider | Code::WebPageAnswered, .. }) => 1,
            _ => 0,
        };
        let (before, reason) = hosts.entry(host.to_owned()).or_default();
        match error {
            Some(error) if weight > 0 => (*before, *reason) = (*before + weight, error.to_string()),
            _ => *before = 0,
        }
    }

    /// Why a host is not asked again.
    pub(super) fn given_up(&self, host: &str) -> Option<Error> {
        let hosts = self.failures.lock().ok()?;
        let (_, reason) = hosts.get(host).filter(|(weight, _)| *weight >= PATIENCE)?;
        let message = format!("{host} is not asked again in this run, since the last answer was {reason}");
        Some(Error::fetch_hint(Code::NotAskedFurther, message, "the next run tries again"))
    }
}

/// Host and port of an address; the address itself where it has none.
pub(super) fn host(url: &str) -> String {
    let parsed = reqwest::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    });
    host.unwrap_or_else(|| url.to_owned())
}
