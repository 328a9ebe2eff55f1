//! One provider's HTTP client: one request at a time with a pause, limits on time and size, retries with growing waits.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::error::{Code, Error, Result};
use crate::fetch::context::Context;
use crate::fetch::failure::{Answered, Failure, after, broken, cause, message, network, refused, text};
use crate::fetch::hosts::Hosts;
use crate::fetch::http::Http;
use crate::fetch::journal::Attempt;
use crate::fetch::network::host;
use crate::fetch::packed::Unpacked;
use crate::fetch::record::Body;
use crate::fetch::request::{Method, Request};
use crate::fetch::store::{Sink, too_large};
use crate::fetch::text_end;

const MAX_REDIRECTS: usize = 5;
const MAX_WAIT: Duration = Duration::from_mins(1);
/// All waits of one request together.
const MAX_WAITS: Duration = Duration::from_mins(4);
/// How long a host that does not answer at all is asked: a dead network must not take the night.
const UNREACHED: Duration = Duration::from_secs(20);
/// Lists are held in memory.
const MAX_LIST_BYTES: u64 = 64 << 20;

#[derive(Debug)]
pub struct Client {
    open: reqwest::Client,
    /// Follows no redirect: for requests that carry secrets, which must not reach another host.
    closed: reqwest::Client,
    max_bytes: u64,
    pause: Duration,
    waits: ExponentialBuilder,
    /// Held during a request; true once there was one.
    turn: Mutex<bool>,
}

#[derive(Debug)]
pub struct Fetched {
    pub status: u16,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Stored {
        hash: String,
        bytes: u64,
        head: Vec<u8>,
    },
    /// A list, or the body of an accepted error status.
    Memory(Vec<u8>),
    /// 304: the body known from the last pull is still right.
    Unchanged,
}

impl Client {
    /// `addresses`: those that the source's file names.
    pub fn new(http: &Http, addresses: &[String]) -> Result<Self> {
        let hosts = Hosts::new(addresses, &http.allow_hosts);
        let first = Duration::from_millis(http.first_wait_milliseconds);
        Ok(Self {
            open: build(http, &hosts, redirects(hosts.clone()))?,
            closed: build(http, &hosts, Policy::none())?,
            max_bytes: http.max_bytes,
            pause: Duration::from_millis(http.pause_milliseconds),
            waits: ExponentialBuilder::default()
                .with_min_delay(first)
                .with_max_delay(MAX_WAIT.max(first))
                .with_max_times(http.retries)
                .with_jitter(),
            turn: Mutex::new(false),
        })
    }

    /// Gets one answer, with retries; every attempt is a line in the journal.
    /// `known` is the body of the last pull to ask about; it must still be in the store.
    pub async fn fetch(&self, context: Context<'_>, request: &Request, known: Option<&Body>) -> Result<Fetched> {
        let host = host(&request.url);
        if let Some(error) = context.network.given_up(&host) {
            let attempt = Attempt { outcome: "not_asked".into(), error: Some(error.to_string()), ..about(context, request, 0) };
            context.journal.record(&attempt)?;
            return Err(error);
        }
        let (attempts, start) = (AtomicU32::new(0), Instant::now());
        let mut waited = Duration::ZERO;
        let once = || async {
            let number = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let result = self.attempt(context, request, known).await;
            context.journal.record(&entry(context, request, number, &result)).map_err(Failure::last)?;
            result
        };
        let fetched = once
            .retry(self.waits)
            .sleep(tokio::time::sleep)
            .when(|failure: &Failure| {
                if failure.is_unreached() {
                    failure.again && start.elapsed() < UNREACHED && !context.network.is_dead()
                } else {
                    failure.again
                }
            })
            .adjust(|failure: &Failure, wait| {
                let wait = failure.wait.unwrap_or(wait?);
                let wait = if failure.is_unreached() { wait.min(UNREACHED / 4) } else { wait };
                waited += wait;
                (waited <= MAX_WAITS).then_some(wait)
            })
            .await
            .map_err(|failure| after(failure.error, attempts.load(Ordering::Relaxed)));
        context.network.note(&host, fetched.as_ref().err());
        fetched
    }

    async fn attempt(&self, context: Context<'_>, request: &Request, known: Option<&Body>) -> Result<Fetched, Failure> {
        let mut turn = self.turn.lock().await;
        if std::mem::replace(&mut *turn, true) {
            tokio::time::sleep(self.pause).await;
        }
        let from = request.shown_url();
        let response = self.build(request, known)?.send().await.map_err(|error| network(error, &from))?;
        context.network.reached();
        let answer = Answered {
            status: response.status().as_u16(),
            etag: text(response.headers(), &ETAG).map(|text| request.masked(&text)),
            last_modified: text(response.headers(), &LAST_MODIFIED).map(|text| request.masked(&text)),
        };
        match self.content(context, request, known, &from, response).await {
            Ok(told) => Ok(Fetched { status: answer.status, etag: answer.etag, last_modified: answer.last_modified, content: told }),
            Err(failure) => Err(Failure { answer: Some(answer), ..failure }),
        }
    }

    async fn content(
        &self,
        context: Context<'_>,
        request: &Request,
        known: Option<&Body>,
        from: &str,
        response: Response,
    ) -> Result<Content, Failure> {
        match response.status().as_u16() {
            304 if known.is_some() => Ok(Content::Unchanged),
            200 if request.keep => self.store(context, request, from, response).await,
            200 => self.read(context, request, from, response).await,
            301 | 302 | 303 | 307 | 308 => {
                let why = if request.secrets.is_empty() {
                    "to nowhere, or to another scheme than http and https"
                } else {
                    "credentials go to the address in pipelines/ only"
                };
                Err(Failure::last(Error::fetch_hint(
                    Code::RedirectRefused,
                    format!("{from} redirects where we do not follow: {why}"),
                    "if the service has moved, change the address",
                )))
            }
            status if request.accept_status.contains(&status) => Ok(Content::Memory(message(request, response).await)),
            _ => Err(refused(context, request, from, response).await),
        }
    }

    fn build(&self, request: &Request, known: Option<&Body>) -> Result<RequestBuilder, Failure> {
        let client = if request.secrets.is_empty() { &self.open } else { &self.closed };
        let mut builder = match &request.method {
            Method::Get => client.get(&request.url),
            Method::PostForm(fields) => client.post(&request.url).form(fields),
            Method::PostMultipart(fields) => {
                let form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (key, value)| form.text(key.clone(), value.clone()));
                client.post(&request.url).multipart(form)
            }
        };
        for (key, value) in &request.headers {
            builder = builder.header(key, value);
        }
        for (key, secret) in &request.secrets {
            let mut value = HeaderValue::from_str(secret.expose_secret()).map_err(|_| {
                Failure::last(Error::fetch(
                    Code::MissingCredentials,
                    format!("the value for {key} holds characters that no header may have"),
                ))
            })?;
            value.set_sensitive(true);
            builder = builder.header(key, value);
        }
        if let (Some(known), Method::Get) = (known, &request.method) {
            builder = condition(builder, IF_NONE_MATCH, known.etag.as_deref());
            builder = condition(builder, IF_MODIFIED_SINCE, known.last_modified.as_deref());
        }
        Ok(builder)
    }

    async fn store(&self, context: Context<'_>, request: &Request, from: &str, response: Response) -> Result<Content, Failure> {
        let mut sink = Sink::new(context.store.writer(self.max_bytes).map_err(Failure::last)?, request.gunzip);
        receive(response, from, self.max_bytes, context.progress, |chunk| sink.write(chunk)).await?;
        let mut writer = sink.finish().map_err(|error| broken(error, from, self.max_bytes))?;
        let tail = writer.tail().map_err(Failure::last)?;
        let head = writer.head().to_vec();
        check(request, from, &head, &tail, writer.bytes())?;
        if request.expect.is_table(&head)
            && let Ok(Some(what)) = text_end::cut(writer.reader().map_err(Failure::last)?)
        {
            return Err(Failure::passing(Error::fetch(Code::CutOffOnTheWay, format!("{from} sent a text that is cut off: {what}"))));
        }
        if writer.contains(&request.secret_bytes()).map_err(Failure::last)? {
            return Err(Failure::last(Error::fetch_hint(
                Code::CredentialRepeated,
                format!("{from} repeats a credential of ours in its answer, which is not kept"),
                "tell the provider, and take a new credential if others may have read it; the last good data stay in use",
            )));
        }
        let (hash, bytes) = writer.finish().map_err(Failure::last)?;
        Ok(Content::Stored { hash, bytes, head })
    }

    async fn read(&self, context: Context<'_>, request: &Request, from: &str, response: Response) -> Result<Content, Failure> {
        let mut body = Vec::new();
        let most = self.max_bytes.min(MAX_LIST_BYTES);
        receive(response, from, most, context.progress, |chunk| {
            let fits = (body.len() + chunk.len()) as u64 <= most;
            if fits { body.write_all(chunk) } else { Err(io::ErrorKind::FileTooLarge.into()) }
        })
        .await?;
        check(request, from, &body, &body, body.len() as u64)?;
        Ok(Content::Memory(request.masked_bytes(body)))
    }
}

fn build(http: &Http, hosts: &Hosts, redirects: Policy) -> Result<reqwest::Client> {
    let default = Http::default();
    let agent = if http.user_agent.trim().is_empty() { &default.user_agent } else { &http.user_agent };
    reqwest::Client::builder()
        // ITU answers 473 to programs that do not say who they are. `Accept: */*` is the client's own default.
        .user_agent(agent)
        .connect_timeout(Duration::from_secs_f64(http.connect_timeout_seconds))
        .read_timeout(Duration::from_secs_f64(http.read_timeout_seconds))
        .timeout(Duration::from_secs_f64(http.total_timeout_seconds))
        .redirect(redirects)
        .referer(false)
        // Answers are unpacked here: the client would read the first of several gzips, and leave the rest.
        .gzip(false)
        .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]))
        .dns_resolver(hosts.clone())
        .build()
        .map_err(|error| Error::fetch(Code::NoConnection, format!("the HTTP client cannot be set up: {}", cause(&error))))
}

fn redirects(hosts: Hosts) -> Policy {
    Policy::custom(move |attempt| {
        let secure = attempt.previous().last().is_some_and(|from| from.scheme() == "https");
        if secure && attempt.url().scheme() != "https" {
            attempt.error("redirect from https to http")
        } else if !matches!(attempt.url().scheme(), "http" | "https") {
            attempt.error("redirect to another scheme than http and https")
        } else if let Some(private) = hosts.refuse(attempt.url()) {
            attempt.error(private)
        } else if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else {
            attempt.follow()
        }
    })
}

fn condition(builder: RequestBuilder, name: HeaderName, validator: Option<&str>) -> RequestBuilder {
    match validator {
        Some(validator) => builder.header(name, validator),
        None => builder,
    }
}

/// Streams a body, refusing one that is too large by announcement or by content, or shorter than announced.
async fn receive(
    mut response: Response,
    from: &str,
    max_bytes: u64,
    progress: &(dyn Fn(u64) + Sync),
    write: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut body = Unpacked::of(response.headers(), write);
    let announced = response.content_length();
    if announced.is_some_and(|length| length > max_bytes) {
        return Err(Failure::last(too_large(from, max_bytes)));
    }
    let mut received = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| network(error, from))? {
        received += chunk.len() as u64;
        progress(chunk.len() as u64);
        if received > max_bytes {
            return Err(Failure::last(too_large(from, max_bytes)));
        }
        body.write(&chunk).map_err(|error| broken(error, from, max_bytes))?;
    }
    match announced {
        Some(length) if length != received => {
            Err(Failure::passing(Error::fetch(Code::CutOffOnTheWay, format!("{from} sent {received} of {length} bytes"))))
        }
        _ => body.finish().map_err(|error| broken(error, from, max_bytes)),
    }
}

fn check(request: &Request, from: &str, head: &[u8], tail: &[u8], bytes: u64) -> Result<(), Failure> {
    request.expect.check(from, head, tail, bytes).map_err(|error| match error {
        Error::Fetch { code: Code::EmptyList, .. } => Failure::last(error),
        _ => Failure::passing(error),
    })
}

/// What is known of an attempt before it has an outcome.
fn about(context: Context<'_>, request: &Request, number: u32) -> Attempt {
    Attempt {
        name: request.name.clone(),
        method: request.method.name().to_owned(),
        url: request.shown_url(),
        attempt: number,
        ..Attempt::new(context.now, context.source, context.dataset, context.route)
    }
}

fn entry(context: Context<'_>, request: &Request, number: u32, result: &Result<Fetched, Failure>) -> Attempt {
    let mut entry = about(context, request, number);
    match result {
        Ok(fetched) => describe(&mut entry, fetched),
        Err(failure) => {
            entry.error = Some(failure.error.to_string());
            if let Some(answer) = &failure.answer {
                entry.status = Some(answer.status);
                entry.etag.clone_from(&answer.etag);
                entry.last_modified.clone_from(&answer.last_modified);
            }
        }
    }
    entry
}

fn describe(entry: &mut Attempt, fetched: &Fetched) {
    entry.status = Some(fetched.status);
    entry.etag.clone_from(&fetched.etag);
    entry.last_modified.clone_from(&fetched.last_modified);
    let outcome = match &fetched.content {
        Content::Stored { hash, bytes, .. } => {
            entry.hash = Some(hash.clone());
            entry.bytes = Some(*bytes);
            "stored"
        }
        Content::Memory(body) => {
            entry.bytes = Some(body.len() as u64);
            if fetched.status == 200 { "read" } else { "answered" }
        }
        Content::Unchanged => "unchanged",
    };
    entry.outcome = outcome.to_owned();
}
