//! The steps of a pull, and what every provider's requests are made with. Pure: no network, no disk.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::{Code, Error, Result};
use crate::fetch::{Pull, Request};

/// What came back for a request of the step before, in the order of the requests.
#[derive(Debug, Clone)]
pub struct Answer {
    pub request: Request,
    pub status: u16,
    /// All of a list or of an accepted error answer; the first 4 KiB of a body that is kept.
    pub bytes_for_plan: Vec<u8>,
}

/// The steps of one pull: each looks at the answers of the one before.
pub trait Plan: Send {
    /// What to ask next; nothing when finished. The first call has no answers.
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>>;

    /// The provider's edition of the data, once known.
    fn vintage(&self) -> Option<String> {
        None
    }

    /// Equal to that of the last pull: nothing has changed, and the data need not be asked for.
    fn change_token(&self) -> Option<String> {
        None
    }
}

/// For whom requests are made, and with what.
pub struct Asked<'a> {
    pub source: &'a str,
    pub dataset: &'a str,
    pub base_url: &'a str,
    /// The pipelines file, for hints.
    pub file: &'a str,
    /// How a file that has no address is got.
    pub how_to_get: &'a str,
    /// Gives credentials by name.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Asked<'_> {
    /// The address of the provider.
    pub fn base(&self) -> Result<&str> {
        if self.base_url.is_empty() {
            return Err(Error::fetch_hint(
                Code::NoRequest,
                format!("the source `{}` has no address", self.source),
                format!("add base_url = \"https://..\" under [http] in {}", self.file),
            ));
        }
        Ok(self.base_url)
    }
}

/// The values of a parameter in the addresses of a pull, where commas part them.
pub(super) fn codes_in(pull: &Pull, parameter: &str) -> BTreeSet<String> {
    let urls = pull.bodies.iter().filter(|_| pull.origin == "network").filter_map(|body| reqwest::Url::parse(&body.url).ok());
    let values = urls.flat_map(|url| url.query_pairs().into_owned().collect::<Vec<_>>()).filter(|(key, _)| key == parameter);
    values.flat_map(|(_, value)| value.split(',').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A plan of one step, with nothing to learn from the answers.
pub(super) struct Fixed(Vec<Request>);

impl Fixed {
    pub(super) fn new(requests: Vec<Request>) -> Self {
        Self(requests)
    }
}

impl Plan for Fixed {
    fn next(&mut self, _answers: &[Answer]) -> Result<Vec<Request>> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// Without repeats, in the order given, trimmed: providers pad codes with blanks.
pub(super) fn distinct(names: &[String]) -> Vec<String> {
    let mut seen = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        if !name.is_empty() && !seen.iter().any(|other| other == name) {
            seen.push(name.to_owned());
        }
    }
    seen
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(super) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// `a=1&b=2`, in the order given; keys may repeat.
pub(super) fn query(pairs: &[(&str, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// A name that is safe as a file name.
pub(super) fn safe(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}

/// The last part of an address as a file name; `otherwise` when there is none.
pub(super) fn name_from(url: &str, otherwise: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let after_host = path.split_once("://").map_or(path, |(_, rest)| rest);
    match after_host.rsplit_once('/') {
        Some((_, last)) if !last.is_empty() => safe(last),
        _ => safe(otherwise),
    }
}

pub(super) fn json(answer: &Answer) -> Result<Value> {
    serde_json::from_slice(without_mark(&answer.bytes_for_plan)).map_err(|error| unreadable(answer, &error.to_string()))
}

/// Without the byte order mark that some services send.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

pub(super) fn unreadable(answer: &Answer, why: &str) -> Error {
    Error::fetch_hint(
        Code::UnreadableList,
        format!("{} cannot be read: {why}", answer.request.shown_url()),
        "the provider may have changed this route",
    )
}

/// The text of an error answer, on one line.
pub(super) fn said(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes_for_plan).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        assert_eq!(name_from("https://h/a/SDG.zip?x=/y", "d"), "SDG.zip");
        assert_eq!(name_from("https://h", "d"), "d");
        assert_eq!(name_from("https://h/a/", "d"), "d");
        assert_eq!(safe("../x"), "_.._x");
        assert_eq!(encode("SDG: World"), "SDG%3A%20World");
    }
}
