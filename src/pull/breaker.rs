//! Stops asking a host that cannot be reached, refuses one data set after the other, or asks for a long pause.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::error::{Code, Error};

/// How often each host failed in a row, and why. One for all data sets and sources of a run.
#[derive(Default)]
pub struct Breaker(Mutex<BTreeMap<String, (usize, String)>>);

impl Breaker {
    const PATIENCE: usize = 3;

    pub fn note(&self, host: &str, error: Option<&Error>) {
        let Ok(mut hosts) = self.0.lock() else { return };
        let (count, reason) = hosts.entry(host.to_owned()).or_default();
        let weight = match error {
            // It was asked several times already: what cannot be reached for one data set cannot be for the next.
            Some(Error::Fetch { code: Code::NoConnection | Code::NotAskedFurther, .. }) => Self::PATIENCE,
            // One address may be slow where others are not.
            Some(Error::Fetch { code: Code::TimeOut, .. }) => 2,
            Some(Error::Fetch { code: Code::RefusedByProvider | Code::WebPageAnswered, .. }) => 1,
            _ => 0,
        };
        match error {
            Some(error) if weight > 0 => (*count, *reason) = (*count + weight, error.to_string()),
            _ => *count = 0,
        }
    }

    pub fn open(&self, host: &str) -> Option<Error> {
        let hosts = self.0.lock().ok()?;
        let (_, reason) = hosts.get(host).filter(|(count, _)| *count >= Self::PATIENCE)?;
        Some(Error::fetch_hint(
            Code::NotAskedFurther,
            format!("{host} is not asked again, since the last answer was {reason}"),
            "the next run tries again",
        ))
    }
}

/// Host and port of an address; the address itself where it has none.
pub fn host(url: &str) -> String {
    let parsed = reqwest::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    });
    host.unwrap_or_else(|| url.to_owned())
}
