//! A bucket of an object store that speaks S3: signed in its address, checked by the SHA-256 of what it receives.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use reqwest::{Client, Method, Url};
use rusty_s3::{Credentials, S3Action, UrlStyle};

use super::bucket::{Asked, Bucket, Dialect, Headers, Setting, Words, bucket_and_prefix};
use super::version::Version;
use crate::error::{Error, Result};

/// How long a signature holds.
const HOLDS: Duration = Duration::from_mins(15);

const WORDS: Words = Words {
    hash: "x-amz-meta-blake3",
    version: "etag",
    size: "content-length",
    largest: 5 << 30,
    rights: "look at AWS_ACCESS_KEY_ID, AWS_REGION and the rights of the key",
};

pub(super) struct S3 {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
}

/// `path`: bucket and prefix. `setting`: the usual variables of the environment.
pub(super) fn open(path: &str, setting: Setting) -> Result<Bucket> {
    let (name, prefix) = bucket_and_prefix("s3://", path, "bucket")?;
    let needed = |variable: &str| {
        setting(variable)
            .ok_or_else(|| Error::usage_hint(format!("{variable} is not set"), "publishing to s3:// takes its key from the environment"))
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
    let bucket =
        rusty_s3::Bucket::new(url, style, name.to_owned(), region).map_err(|error| Error::usage(format!("s3://{path}: {error}")))?;
    Bucket::new(Box::new(S3 { bucket, credentials }), prefix)
}

impl Dialect for S3 {
    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn checksum(&self, bytes: &[u8]) -> (&'static str, String) {
        ("x-amz-checksum-sha256", STANDARD.encode(digest(&SHA256, bytes)))
    }

    fn condition(&self, read: &Version) -> (&'static str, String) {
        super::version::by_tag(read)
    }

    fn signed<'a>(&'a self, _: &'a Client, asked: &'a Asked) -> LocalBoxFuture<'a, Result<(Url, Headers)>> {
        let (credentials, object) = (Some(&self.credentials), asked.object.as_str());
        let url = match asked.method {
            Method::PUT => signed(self.bucket.put_object(credentials, object), &asked.headers),
            Method::HEAD => signed(self.bucket.head_object(credentials, object), &asked.headers),
            Method::DELETE => signed(self.bucket.delete_object(credentials, object), &asked.headers),
            _ => signed(self.bucket.get_object(credentials, object), &asked.headers),
        };
        std::future::ready(Ok((url, Vec::new()))).boxed_local()
    }
}

fn signed<'a>(mut action: impl S3Action<'a>, headers: &'a Headers) -> Url {
    for (name, value) in headers {
        action.headers_mut().insert(*name, value.as_str());
    }
    action.sign(HOLDS)
}
