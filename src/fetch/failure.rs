//! A request that failed: what happened, what to do, and whether trying again may help.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::error::{Code, Error, count};
use crate::fetch::context::Context;
use crate::fetch::hosts::Private;
use crate::fetch::packed::{beginning, is_packed};
use crate::fetch::request::Request;
use crate::fetch::store::too_large;

const MAX_RETRY_AFTER: Duration = Duration::from_mins(2);
const MAX_MESSAGE_BYTES: usize = 64 << 10;
/// Statuses that pass: the same request may succeed later. 520 to 524 are a web cache that cannot reach the provider.
const PASSING: [u16; 13] = [408, 425, 429, 500, 501, 502, 503, 504, 520, 521, 522, 523, 524];

/// One attempt that failed, and whether and when to try again.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) again: bool,
    pub(super) wait: Option<Duration>,
    /// None when no answer began.
    pub(super) answer: Option<Answered>,
}

/// How an answer began: journalled even when its body is of no use.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

impl Failure {
    pub(super) fn last(error: impl Into<Error>) -> Self {
        Self { error: error.into(), again: false, wait: None, answer: None }
    }

    /// No answer began: the host cannot be reached, or says nothing.
    pub(super) fn is_unreached(&self) -> bool {
        self.answer.is_none() && matches!(self.error, Error::Fetch { code: Code::NoConnection | Code::TimeOut, .. })
    }

    pub(super) fn passing(error: Error) -> Self {
        Self { again: true, ..Self::last(error) }
    }
}

/// The start of an error answer; what can't be read is left out, and so are credentials that it repeats.
pub(super) async fn message(request: &Request, mut response: Response) -> Vec<u8> {
    let is_packed = is_packed(response.headers());
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= MAX_MESSAGE_BYTES {
            body.truncate(MAX_MESSAGE_BYTES);
            break;
        }
    }
    request.masked_bytes(if is_packed { beginning(&body, MAX_MESSAGE_BYTES) } else { body })
}

pub(super) async fn refused(context: Context<'_>, request: &Request, from: &str, response: Response) -> Failure {
    let status = response.status();
    let wait = text(response.headers(), &RETRY_AFTER).and_then(|value| {
        let theirs = text(response.headers(), &DATE).and_then(|date| http_date(&date));
        retry_after(&value, theirs.unwrap_or_else(real_now))
    });
    if let Some(wait) = wait.filter(|wait| *wait > MAX_RETRY_AFTER) {
        return Failure::last(Error::fetch_hint(
            Code::NotAskedFurther,
            format!("{from} answered {} and asks to wait {}: longer than a run does", status.as_u16(), told(wait)),
            "the last good snapshot stays, and the source is not asked for anything else; the next run tries again",
        ));
    }
    let reason = status.canonical_reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    let body = message(request, response).await;
    let said = first_words(&body).map(|words| format!(": {}", request.without_keys(&words))).unwrap_or_default();
    let by_hand = format!("put the file by hand under DIR/{}/{}/ and run with --from DIR", context.source, context.dataset);
    let hint = match status.as_u16() {
        401 | 403 if !request.secrets.is_empty() => {
            "the credentials were refused: check the environment variables named in pipelines/".to_owned()
        }
        401 | 403 | 451 | 473 => format!("the service may be closed to programs; {by_hand}"),
        304 => "nothing was asked about that could be unchanged: look for a cache between us and the provider".to_owned(),
        404 | 410 => format!("the address may have moved: compare it with pipelines/{}.toml; meanwhile {by_hand}", context.source),
        code if PASSING.contains(&code) => {
            "the provider is overloaded or down: the last good snapshot stays, the next run tries again".to_owned()
        }
        _ => format!("the provider does not accept this request; {by_hand}"),
    };
    let error = Error::fetch_hint(Code::RefusedByProvider, format!("{from} answered {}{reason}{said}", status.as_u16()), hint);
    Failure { again: PASSING.contains(&status.as_u16()), wait, ..Failure::last(error) }
}

/// The first line of a plain error message, shortened; nothing for a web page.
fn first_words(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let line = text.trim().lines().next()?.trim();
    (!line.is_empty() && !line.starts_with('<')).then(|| line.chars().filter(|c| !c.is_control()).take(200).collect())
}

pub(super) fn network(error: reqwest::Error, from: &str) -> Failure {
    let (code, what) = match () {
        () if is_private(&error) => (Code::RedirectRefused, "leads where we do not follow"),
        () if error.is_connect() => (Code::NoConnection, "cannot be reached"),
        () if error.is_timeout() => (Code::TimeOut, "took too long"),
        () if error.is_redirect() => (Code::RedirectRefused, "redirects where we do not follow"),
        () if error.is_builder() => (Code::NoRequest, "is not a request that can be sent"),
        () if error.is_body() || error.is_decode() => (Code::CutOffOnTheWay, "broke off"),
        () => (Code::NoConnection, "cannot be reached"),
    };
    let again = !(error.is_redirect() || error.is_builder() || is_private(&error));
    let error = Error::fetch(code, format!("{from} {what}: {}", cause(&error.without_url())));
    Failure { again, ..Failure::last(error) }
}

/// Whether a name led into a private network.
fn is_private(error: &reqwest::Error) -> bool {
    let mut inner: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = inner {
        if one.is::<Private>() {
            return true;
        }
        inner = one.source();
    }
    false
}

/// A write that failed: over the limit, a damaged gzip file, or our own disk.
pub(super) fn broken(error: io::Error, from: &str, max_bytes: u64) -> Failure {
    use io::ErrorKind::{FileTooLarge, InvalidData, InvalidInput, UnexpectedEof, WriteZero};
    match error.kind() {
        FileTooLarge => Failure::last(too_large(from, max_bytes)),
        InvalidData | InvalidInput | UnexpectedEof | WriteZero => {
            Failure::passing(Error::fetch(Code::CutOffOnTheWay, format!("{from} sent a gzip file that is damaged: {error}")))
        }
        _ => Failure::last(error),
    }
}

/// The innermost cause: the one that says something.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}

pub(super) fn after(error: Error, attempts: u32) -> Error {
    match error {
        Error::Fetch { code, message, hint } if attempts > 1 => {
            Error::Fetch { code, message: format!("{message} (after {})", count(attempts as usize, "attempt")), hint }
        }
        other => other,
    }
}

pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A wait is one of this machine, whatever clock the run has.
#[expect(clippy::disallowed_methods, reason = "the run's clock may be frozen")]
fn real_now() -> Timestamp {
    Timestamp::now()
}

/// A wait for people: nobody waits longer than a year.
fn told(wait: Duration) -> String {
    if wait > Duration::from_hours(366 * 24) { "more than a year".into() } else { format!("{} seconds", wait.as_secs()) }
}

/// `Retry-After`: seconds, or a date compared with the answer's own `Date`.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let digits = !value.trim().is_empty() && value.trim().bytes().all(|byte| byte.is_ascii_digit());
    let seconds = match value.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) if digits => u64::MAX,
        Err(_) => u64::try_from(http_date(value)?.as_second() - now.as_second()).unwrap_or(0),
    };
    Some(Duration::from_secs(seconds))
}

fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let seconds = |value| retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("86400"), Some(86400));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds(""), None);
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:40:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        assert_eq!((told(Duration::from_hours(24)), told(Duration::MAX)), ("86400 seconds".to_owned(), "more than a year".to_owned()));
    }
}
