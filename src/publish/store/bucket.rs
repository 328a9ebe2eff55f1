//! What all object stores have in common: a request that is asked again, the hash that each object carries, the condition
//! under which the pointer is replaced, and messages without an address, since an address may carry a signature.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use futures::future::LocalBoxFuture;
use jiff::Timestamp;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};

use super::version::{Version, failed};
use crate::error::{Error, Result};
use crate::publish::media::media_type;

/// What a header says, by its name.
pub(super) type Headers = Vec<(&'static str, String)>;

/// How the environment names a credential or an address; none where it is not set.
pub(super) type Setting<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A request before it is signed.
pub(super) struct Asked {
    pub method: Method,
    /// The name of the object, with the prefix.
    pub object: String,
    pub headers: Headers,
    /// Bytes of the body.
    pub length: usize,
}

/// How one kind of stores is spoken to.
pub(super) trait Dialect {
    fn words(&self) -> &'static Words;
    /// The header by which the store checks what it receives.
    fn checksum(&self, bytes: &[u8]) -> (&'static str, String);
    /// The header that lets a write through only where the object is the one that was read, or where none was.
    fn condition(&self, read: &Version) -> (&'static str, String);
    /// Where the request goes, and what is added to prove who asks.
    fn signed<'a>(&'a self, client: &'a Client, asked: &'a Asked) -> LocalBoxFuture<'a, Result<(Url, Headers)>>;
}

/// The words in which stores differ.
pub(super) struct Words {
    /// The header with the hash of an object.
    pub hash: &'static str,
    /// The header of an answer that names the version of an object.
    pub version: &'static str,
    /// The header of an answer with the size of an object.
    pub size: &'static str,
    /// Bytes that one write may have.
    pub largest: u64,
    /// What to look at where the store does not know who asks.
    pub rights: &'static str,
}

pub struct Bucket {
    client: Client,
    dialect: Box<dyn Dialect>,
    prefix: String,
}

impl Bucket {
    pub(super) fn new(dialect: Box<dyn Dialect>, prefix: &str) -> Result<Self> {
        // The size of an object is that of its bytes as they are stored.
        let client = Client::builder().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(10)).no_gzip().build();
        let client = client.map_err(|error| Error::Internal(error.to_string()))?;
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { client, dialect, prefix })
    }

    /// How many bytes one write may have.
    pub fn largest(&self) -> u64 {
        self.dialect.words().largest
    }

    pub async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        let response = self.ask(Method::GET, name, Vec::new(), &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let response = self.expected(name, response).await?;
        let version = text(response.headers(), self.dialect.words().version);
        let bytes = response.bytes().await.map_err(|error| cut(name, &error))?;
        Ok(Some((bytes.to_vec(), version)))
    }

    pub async fn holds(&self, name: &str, hash: &str, size: u64) -> Result<bool> {
        let response = self.ask(Method::HEAD, name, Vec::new(), &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        let response = self.expected(name, response).await?;
        let (words, headers) = (self.dialect.words(), response.headers());
        let held = text(headers, words.size).and_then(|length| length.parse().ok());
        Ok(text(headers, words.hash).as_deref() == Some(hash) && held == Some(size))
    }

    /// Writes an object; `read`: only if it still is this version. Gives whether it was written.
    pub async fn put(&self, name: &str, bytes: &[u8], hash: &str, read: Option<&Version>) -> Result<bool> {
        let kind = (CONTENT_TYPE.as_str(), media_type(name).to_owned());
        let mut headers = vec![(self.dialect.words().hash, hash.to_owned()), self.dialect.checksum(bytes), kind];
        if let Some(read) = read {
            headers.push(self.dialect.condition(read));
            // What is replaced would else be read for an hour as it was, where a store lets others keep what all may read.
            headers.push((CACHE_CONTROL.as_str(), "no-cache".into()));
        }
        let response = self.ask(Method::PUT, name, headers, bytes).await?;
        if read.is_some() && matches!(response.status(), StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT) {
            // Its own answer may have been lost on the way: then it was asked again, and the condition no longer held.
            return self.holds(name, hash, bytes.len() as u64).await;
        }
        self.expected(name, response).await.map(|_| true)
    }

    pub async fn remove(&self, name: &str) -> Result<()> {
        let response = self.ask(Method::DELETE, name, Vec::new(), &[]).await?;
        if response.status() == StatusCode::NOT_FOUND { Ok(()) } else { self.expected(name, response).await.map(drop) }
    }

    async fn ask(&self, method: Method, name: &str, headers: Headers, body: &[u8]) -> Result<Response> {
        let asked = Asked { method, object: format!("{}{name}", self.prefix), headers, length: body.len() };
        let request = async || {
            // Signed anew each time: a signature holds for some minutes only.
            let (url, proof) = self.dialect.signed(&self.client, &asked).await?;
            let mut request = self.client.request(asked.method.clone(), url);
            for (name, value) in asked.headers.iter().chain(&proof) {
                request = header(request, name, value)?;
            }
            Ok(if asked.method == Method::PUT { request.body(body.to_vec()) } else { request })
        };
        again(name, request).await
    }

    async fn expected(&self, name: &str, response: Response) -> Result<Response> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let hint = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.dialect.words().rights,
            StatusCode::NOT_IMPLEMENTED => "the store has no conditional writes, without which two publishers could overwrite each other",
            _ => "look at the address and the bucket",
        };
        Err(failed(format!("{name}: {}", told(response).await), hint))
    }
}

/// One request, asked again while the store is away or busy. What cannot be asked at all is not tried again.
pub(super) async fn again(name: &str, request: impl AsyncFn() -> Result<RequestBuilder>) -> Result<Response> {
    let once = || async {
        let request = match request().await {
            Ok(request) => request,
            Err(error) => return Ok(Err(error)),
        };
        match request.send().await {
            // What a store does not know it will not learn.
            Ok(response) if response.status() == StatusCode::NOT_IMPLEMENTED => Ok(Ok(response)),
            Ok(response) if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS => {
                Err(failed(format!("{name}: {}", told(response).await), "publish again; it goes on where it stopped"))
            }
            Ok(response) => Ok(Ok(response)),
            Err(error) => Err(cut(name, &error)),
        }
    };
    let waits = ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(3);
    once.retry(waits).await?
}

/// The address of an object in a store that names it in its path: each part of the name written as an address needs it.
pub(super) fn address(endpoint: &Url, bucket: &str, object: &str) -> Result<Url> {
    let mut url = endpoint.clone();
    url.path_segments_mut()
        .map_err(|()| Error::usage(format!("{endpoint} is no address of a store")))?
        .pop_if_empty()
        .push(bucket)
        .extend(object.split('/'));
    Ok(url)
}

/// `BUCKET/PREFIX`, behind the scheme of an address.
pub(super) fn bucket_and_prefix<'a>(scheme: &str, path: &'a str, kind: &str) -> Result<(&'a str, &'a str)> {
    let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
    if name.is_empty() {
        let capital = kind.to_uppercase();
        return Err(Error::usage_hint(
            format!("{scheme}{path} names no {kind}"),
            format!("write {scheme}{capital}/PREFIX; is a variable in it empty?"),
        ));
    }
    Ok((name, prefix))
}

/// A signature is made with the time of this machine, whatever clock the run has.
#[expect(clippy::disallowed_methods, reason = "the run's clock may be frozen")]
pub(super) fn real_now() -> Timestamp {
    Timestamp::now()
}

/// Adds a header, which is kept out of logs: it may be the proof of who asks.
fn header(request: RequestBuilder, name: &'static str, value: &str) -> Result<RequestBuilder> {
    let Ok(mut value) = HeaderValue::from_str(value) else {
        return Err(Error::usage(format!("what the environment gives for `{name}` cannot be sent: a line break is in it?")));
    };
    value.set_sensitive(true);
    Ok(request.header(HeaderName::from_static(name), value))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// What a store answers, with its own word for it, such as `NoSuchBucket`; nothing else of its answer, which may repeat
/// what was sent.
async fn told(response: Response) -> String {
    let status = response.status();
    let body = response.text().await.unwrap_or_default();
    let word = body.split_once("<Code>").and_then(|(_, after)| after.split_once("</Code>")).map_or("", |(word, _)| word);
    let is_word = (1..80).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word { format!("the store answers {status} ({word})") } else { format!("the store answers {status}") }
}

/// The address may carry the signature, so it is not told.
fn cut(name: &str, error: &reqwest::Error) -> Error {
    let why = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    failed(format!("{name}: {why}"), "publish again; it goes on where it stopped")
}
