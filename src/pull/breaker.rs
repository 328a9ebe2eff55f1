//! Stops asking an address that refuses one data set after the other, or asks for a long pause.

use std::collections::BTreeMap;

use crate::error::{Code, Error};

/// How often each address refused in a row, and why.
#[derive(Default)]
pub struct Breaker(BTreeMap<String, (usize, String)>);

impl Breaker {
    const PATIENCE: usize = 3;

    pub fn note(&mut self, address: &str, error: Option<&Error>) {
        let (count, reason) = self.0.entry(address.to_owned()).or_default();
        match error {
            Some(error @ Error::Fetch { code: Code::NotAskedFurther, .. }) => (*count, *reason) = (Self::PATIENCE, error.to_string()),
            Some(
                error @ Error::Fetch { code: Code::NoConnection | Code::TimeOut | Code::RefusedByProvider | Code::WebPageAnswered, .. },
            ) => {
                (*count, *reason) = (*count + 1, error.to_string());
            }
            _ => *count = 0,
        }
    }

    pub fn open(&self, address: &str) -> Option<Error> {
        let (_, reason) = self.0.get(address).filter(|(count, _)| *count >= Self::PATIENCE)?;
        Some(Error::fetch_hint(Code::NotAskedFurther, format!("not asked, since the last answer was {reason}"), "the next run tries again"))
    }
}
