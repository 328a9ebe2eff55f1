//! A bucket of an object store that speaks S3. Each object carries its blake3 hash; the store checks the SHA-256 of what
//! it receives; the pointer is replaced on the condition that it is unchanged.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Client, Method, Response, StatusCode, Url};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

use super::version::{Version, failed};
use crate::error::{Error, Result};
use crate::publish::media::media_type;

const HASH: &str = "x-amz-meta-blake3";
const CHECKSUM: &str = "x-amz-checksum-sha256";
/// How long a signature holds.
const HOLDS: Duration = Duration::from_mins(15);

pub struct S3 {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
}

impl S3 {
    /// `path`: bucket and prefix. `setting`: the usual variables of the environment.
    pub fn new(path: &str, setting: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
        let prefix = prefix.trim_matches('/');
        if name.is_empty() {
            return Err(Error::usage_hint(format!("s3://{path} names no bucket"), "write s3://BUCKET/PREFIX; is a variable in it empty?"));
        }
        let needed = |variable: &str| {
            setting(variable).ok_or_else(|| {
                Error::usage_hint(format!("{variable} is not set"), "publishing to s3:// takes its key from the environment")
            })
        };
        let (key, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
        let credentials = match setting("AWS_SESSION_TOKEN") {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        };
        let region = setting("AWS_REGION").or_else(|| setting("AWS_DEFAULT_REGION")).unwrap_or_else(|| "us-east-1".into());
        let own = setting("AWS_ENDPOINT_URL_S3").or_else(|| setting("AWS_ENDPOINT_URL"));
        let style = if own.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = own.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let url: Url = endpoint.parse().map_err(|_| Error::usage(format!("AWS_ENDPOINT_URL is no address: {endpoint}")))?;
        let bucket = Bucket::new(url, style, name.to_owned(), region).map_err(|error| Error::usage(format!("s3://{path}: {error}")))?;
        let client = Client::builder().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(10)).build();
        let client = client.map_err(|error| Error::Internal(error.to_string()))?;
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { client, bucket, credentials, prefix })
    }

    pub async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        let response = self.ask(Method::GET, name, &[], &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let response = expected(name, response)?;
        let version = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await.map_err(|error| cut(name, &error))?;
        Ok(Some((bytes.to_vec(), version)))
    }

    pub async fn holds(&self, name: &str, hash: &str, size: u64) -> Result<bool> {
        let response = self.ask(Method::HEAD, name, &[], &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        let response = expected(name, response)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(header(HASH).as_deref() == Some(hash) && header("content-length").and_then(|length| length.parse().ok()) == Some(size))
    }

    /// Writes an object; `read`: only if it still is this version. Gives whether it was written.
    pub async fn put(&self, name: &str, bytes: Vec<u8>, hash: &str, read: Option<&Version>) -> Result<bool> {
        let checksum = base64(digest(&SHA256, &bytes).as_ref());
        let mut headers = vec![(HASH, hash), (CHECKSUM, checksum.as_str()), (CONTENT_TYPE.as_str(), media_type(name))];
        match read {
            Some(Some(version)) => headers.push((IF_MATCH.as_str(), version)),
            Some(None) => headers.push((IF_NONE_MATCH.as_str(), "*")),
            None => {}
        }
        let response = self.ask(Method::PUT, name, &headers, &bytes).await?;
        if read.is_some() && matches!(response.status(), StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT) {
            // Its own answer may have been lost on the way: then it was asked again, and the condition no longer held.
            return self.holds(name, hash, bytes.len() as u64).await;
        }
        expected(name, response).map(|_| true)
    }

    pub async fn remove(&self, name: &str) -> Result<()> {
        let response = self.ask(Method::DELETE, name, &[], &[]).await?;
        if response.status() == StatusCode::NOT_FOUND { Ok(()) } else { expected(name, response).map(drop) }
    }

    /// One request, asked again while the store is away or busy.
    async fn ask(&self, method: Method, name: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
        let once = || async {
            let object = format!("{}{name}", self.prefix);
            let credentials = Some(&self.credentials);
            let url = match method {
                Method::PUT => signed(self.bucket.put_object(credentials, &object), headers),
                Method::HEAD => signed(self.bucket.head_object(credentials, &object), headers),
                Method::DELETE => signed(self.bucket.delete_object(credentials, &object), headers),
                _ => signed(self.bucket.get_object(credentials, &object), headers),
            };
            let mut request = self.client.request(method.clone(), url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = if method == Method::PUT { request.body(body.to_vec()) } else { request }.send().await;
            match response {
                Ok(response) if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS => {
                    Err(failed(format!("{name}: the store answers {}", response.status()), "publish again; it goes on where it stopped"))
                }
                Ok(response) => Ok(response),
                Err(error) => Err(cut(name, &error)),
            }
        };
        let waits = ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(3);
        once.retry(waits).await
    }
}

fn signed<'a>(mut action: impl S3Action<'a>, headers: &'a [(&str, &str)]) -> Url {
    for (name, value) in headers {
        action.headers_mut().insert(*name, *value);
    }
    action.sign(HOLDS)
}

fn expected(name: &str, response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "look at AWS_ACCESS_KEY_ID, AWS_REGION and the rights of the key",
        StatusCode::NOT_IMPLEMENTED => "the store has no conditional writes, without which two publishers could overwrite each other",
        _ => "look at the address and the bucket",
    };
    Err(failed(format!("{name}: the store answers {status}"), hint))
}

/// The address carries the signature, so it is not told.
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

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for place in 0..4 {
            text.push(if place <= part.len() { char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_pads() {
        assert_eq!(["", "f", "fo", "foo", "foob"].map(|text| super::base64(text.as_bytes())), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
