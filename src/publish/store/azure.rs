//! A container of Azure Blob Storage: signed with the key of the account, or by a token in the address, and checked by the
//! CRC-64 of what it receives.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use jiff::Timestamp;
use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::bucket::{Asked, Bucket, Dialect, Headers, Setting, Words, address, bucket_and_prefix, real_now};
use super::checksum::crc64;
use super::version::Version;
use crate::error::{Error, Result};

/// The version of the interface: since 2019-12-12 one write may have 5,000 MiB.
const INTERFACE: &str = "2021-12-02";

const WORDS: Words = Words {
    hash: "x-ms-meta-blake3",
    version: "etag",
    size: "content-length",
    largest: 5_000 << 20,
    rights: "look at AZURE_STORAGE_KEY, or that AZURE_STORAGE_SAS_TOKEN still holds and may read, create, write and delete, \
             and at the clock of this machine",
};

pub(super) struct Azure {
    account: String,
    /// The address of the account.
    endpoint: Url,
    container: String,
    proof: Proof,
}

enum Proof {
    Key(SecretBox<Vec<u8>>),
    /// What is added to each address.
    Token(SecretString),
}

/// `path`: container and prefix, in the account that the environment names.
pub(super) fn open(path: &str, setting: Setting) -> Result<Bucket> {
    let (container, prefix) = bucket_and_prefix("az://", path, "container")?;
    let given = Given(setting);
    let account = given.find("AccountName", &["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"]).ok_or_else(|| {
        Error::usage_hint(
            "AZURE_STORAGE_ACCOUNT_NAME is not set",
            "publishing to az:// takes account and key from the environment, or both from AZURE_STORAGE_CONNECTION_STRING",
        )
    })?;
    let endpoint = given.find("BlobEndpoint", &["AZURE_STORAGE_SERVICE_ENDPOINT"]).unwrap_or_else(|| {
        let suffix = given.find("EndpointSuffix", &[]).unwrap_or_else(|| "core.windows.net".into());
        format!("https://{account}.blob.{suffix}")
    });
    let no_address = "AZURE_STORAGE_SERVICE_ENDPOINT, or BlobEndpoint in AZURE_STORAGE_CONNECTION_STRING, is no address";
    let endpoint = endpoint.parse().map_err(|_| Error::usage(no_address))?;
    of(&given, account, endpoint, container, prefix)
}

/// `https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX`; none where an address is no such one.
pub(super) fn open_address(address: &str, setting: Setting) -> Option<Result<Bucket>> {
    let mut endpoint: Url = address.parse().ok()?;
    let account = endpoint.host_str()?.split_once(".blob.")?.0.to_owned();
    if endpoint.query().is_some() {
        return Some(Err(Error::usage_hint(
            "what is behind the `?` of the address is a secret, and others see a command line",
            "give it as AZURE_STORAGE_SAS_TOKEN",
        )));
    }
    let behind = address.splitn(4, '/').nth(3).unwrap_or_default();
    endpoint.set_path("");
    let parts = bucket_and_prefix(&format!("https://{account}.blob.core.windows.net/"), behind, "container");
    Some(parts.and_then(|(container, prefix)| of(&Given(setting), account, endpoint, container, prefix)))
}

fn of(given: &Given, account: String, endpoint: Url, container: &str, prefix: &str) -> Result<Bucket> {
    let key = given.find("AccountKey", &["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"]);
    let token = given.find("SharedAccessSignature", &["AZURE_STORAGE_SAS_TOKEN"]);
    let proof = match (key, token) {
        (Some(key), _) => Proof::Key(SecretBox::new(Box::new(
            STANDARD.decode(key.trim()).map_err(|_| Error::usage("AZURE_STORAGE_KEY is no key of an account: it is not base64"))?,
        ))),
        (None, Some(token)) => Proof::Token(token.trim().trim_start_matches('?').into()),
        (None, None) => {
            return Err(Error::usage_hint(
                "neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set",
                "publishing to Azure takes the key of the account, or a token that may read, create, write and delete, from the environment",
            ));
        }
    };
    Bucket::new(Box::new(Azure { account, endpoint, container: container.to_owned(), proof }), prefix)
}

/// What the environment gives, in variables of its own or in one text.
struct Given<'a>(Setting<'a>);

impl Given<'_> {
    /// The connection string goes before the variables, as with Azure's own tools.
    fn find(&self, field: &str, variables: &[&str]) -> Option<String> {
        let whole = (self.0)("AZURE_STORAGE_CONNECTION_STRING").unwrap_or_default();
        let parts = whole.split(';').filter_map(|part| part.trim().split_once('='));
        let own = parts.filter(|(name, value)| name.eq_ignore_ascii_case(field) && !value.is_empty()).map(|(_, value)| value.to_owned());
        own.reduce(|_, last| last).or_else(|| variables.iter().find_map(|name| (self.0)(name)))
    }
}

impl Dialect for Azure {
    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn checksum(&self, bytes: &[u8]) -> (&'static str, String) {
        ("x-ms-content-crc64", STANDARD.encode(crc64(bytes)))
    }

    fn condition(&self, read: &Version) -> (&'static str, String) {
        super::version::by_tag(read)
    }

    fn signed<'a>(&'a self, _: &'a Client, asked: &'a Asked) -> LocalBoxFuture<'a, Result<(Url, Headers)>> {
        std::future::ready(self.proven(asked, real_now())).boxed_local()
    }
}

impl Azure {
    fn proven(&self, asked: &Asked, now: Timestamp) -> Result<(Url, Headers)> {
        let mut url = address(&self.endpoint, &self.container, &asked.object)?;
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut added = vec![("x-ms-date", date), ("x-ms-version", INTERFACE.to_owned())];
        if asked.method == Method::PUT {
            added.push(("x-ms-blob-type", "BlockBlob".into()));
        }
        match &self.proof {
            Proof::Key(key) => {
                let text = to_sign(asked, &added, &self.account, url.path());
                added.push(("authorization", format!("SharedKey {}:{}", self.account, signature(key.expose_secret(), &text))));
            }
            Proof::Token(token) => url.set_query(Some(token.expose_secret())),
        }
        Ok((url, added))
    }
}

fn signature(key: &[u8], text: &str) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()))
}

/// What a signature with the key of an account is made of: a line for each header that counts, the headers of Azure's own
/// in the order of their names, and the object. No query of ours goes with a key.
fn to_sign(asked: &Asked, added: &Headers, account: &str, path: &str) -> String {
    let all = || asked.headers.iter().chain(added);
    let value = |name: &str| all().find(|(one, _)| *one == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let length = if asked.length == 0 { String::new() } else { asked.length.to_string() };
    let mut lines = vec![asked.method.to_string(), value("content-encoding"), value("content-language"), length];
    lines.extend(
        ["content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"]
            .map(value),
    );
    let mut own: Vec<_> = all().filter(|(name, _)| name.starts_with("x-ms-")).collect();
    own.sort();
    lines.extend(own.iter().map(|(name, value)| format!("{name}:{value}")));
    format!("{}\n/{account}{path}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `azure-storage-blob` of Python signs and gives for the same request; its key is that of the tests of Azure's own
    /// library, which give the first of these.
    #[test]
    fn a_signature_is_that_of_azure() {
        let key = b"8CwtGFF1mGR4bPEP9eZ0x1fxKiQ3Ca5N";
        assert_eq!(signature(key, "Hello Azure!"), "+SBESxQVhI53mSEdZJcCBpdBkaqwzfPaVYZMAf5LP3c=");
        let azure = Azure {
            account: "myaccount".into(),
            endpoint: "https://myaccount.blob.core.windows.net".parse().unwrap(),
            container: "mycontainer".into(),
            proof: Proof::Key(SecretBox::new(Box::new(key.to_vec()))),
        };
        let headers = [
            ("x-ms-meta-blake3", "abc"),
            ("x-ms-content-crc64", "DtjZpL9/o8c="),
            ("content-type", "text/csv; charset=utf-8"),
            ("if-match", "\"0x8D4\""),
            ("cache-control", "no-cache"),
        ];
        let asked = Asked {
            method: Method::PUT,
            object: "ict/releases/2026~1/a b.csv".into(),
            headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
            length: 12,
        };
        let (url, added) = azure.proven(&asked, "2015-06-26T23:39:12Z".parse().unwrap()).unwrap();
        assert_eq!(url.as_str(), "https://myaccount.blob.core.windows.net/mycontainer/ict/releases/2026~1/a%20b.csv");
        let given = |name: &str| added.iter().find(|(one, _)| *one == name).map(|(_, value)| value.as_str());
        assert_eq!(given("x-ms-date"), Some("Fri, 26 Jun 2015 23:39:12 GMT"));
        assert_eq!(given("authorization"), Some("SharedKey myaccount:Y4JaFDwXuAGLBcodSYLUaBXeQXWqOIJStDqatkbgxuM="));
    }
}
