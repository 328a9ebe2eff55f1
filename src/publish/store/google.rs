//! A bucket of Google Cloud Storage, by its XML interface: a token shows who asks, a CRC-32C checks what is received, and
//! the generation of an object names its version.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use reqwest::{Client, Url};

use super::bucket::{Asked, Bucket, Dialect, Headers, Setting, Words, address, bucket_and_prefix};
use super::checksum::crc32c;
use super::token::Token;
use super::version::Version;
use crate::error::{Error, Result};

const WORDS: Words = Words {
    hash: "x-goog-meta-blake3",
    version: "x-goog-generation",
    // What is sent may be packed on the way; this is what lies there.
    size: "x-goog-stored-content-length",
    largest: 5 << 40,
    rights: "look at GOOGLE_APPLICATION_CREDENTIALS, or that the token of GOOGLE_OAUTH_ACCESS_TOKEN still holds (an hour), and \
             at the rights on the bucket: Storage Object User",
};

struct Google {
    endpoint: Url,
    bucket: String,
    token: Option<Token>,
}

/// `path`: bucket and prefix. `setting`: the usual variables of the environment.
pub(super) fn open(path: &str, setting: Setting) -> Result<Bucket> {
    let (bucket, prefix) = bucket_and_prefix("gs://", path, "bucket")?;
    let emulator = setting("STORAGE_EMULATOR_HOST");
    let token = Token::of(setting)?;
    if token.is_none() && emulator.is_none() {
        return Err(Error::usage_hint(
            "neither GOOGLE_APPLICATION_CREDENTIALS nor GOOGLE_OAUTH_ACCESS_TOKEN is set",
            "publishing to gs:// takes the file of a service account, or a token (`gcloud auth print-access-token`), from the environment",
        ));
    }
    let endpoint = match emulator {
        // Clients take it with and without a scheme.
        Some(host) if host.contains("://") => host,
        Some(host) => format!("http://{host}"),
        None => "https://storage.googleapis.com".into(),
    };
    let endpoint = endpoint.parse().map_err(|_| Error::usage(format!("STORAGE_EMULATOR_HOST is no address: {endpoint}")))?;
    Bucket::new(Box::new(Google { endpoint, bucket: bucket.to_owned(), token }), prefix)
}

impl Dialect for Google {
    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn checksum(&self, bytes: &[u8]) -> (&'static str, String) {
        ("x-goog-hash", format!("crc32c={}", STANDARD.encode(crc32c(bytes))))
    }

    /// Generation 0 is no object.
    fn condition(&self, read: &Version) -> (&'static str, String) {
        ("x-goog-if-generation-match", read.clone().unwrap_or_else(|| "0".into()))
    }

    fn signed<'a>(&'a self, client: &'a Client, asked: &'a Asked) -> LocalBoxFuture<'a, Result<(Url, Headers)>> {
        async {
            let url = address(&self.endpoint, &self.bucket, &asked.object)?;
            let Some(token) = &self.token else { return Ok((url, Vec::new())) };
            Ok((url, vec![("authorization", format!("Bearer {}", token.get(client).await?))]))
        }
        .boxed_local()
    }
}
