//! What the kinds of stores have in common: the version of an object, and how a failure is told.

use crate::error::{Code, Error};

/// What names one state of the pointer; none where there is no pointer.
pub(crate) type Version = Option<String>;

/// The condition of a write in the words of HTTP.
pub(super) fn by_tag(read: &Version) -> (&'static str, String) {
    match read {
        Some(tag) => ("if-match", tag.clone()),
        None => ("if-none-match", "*".into()),
    }
}

pub(crate) fn failed(message: String, hint: &str) -> Error {
    Error::fetch_hint(Code::PublishFailed, message, hint)
}
