//! What is asked of a provider, and what shape the answer must have.

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Code, Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    Get,
    PostForm(Vec<(String, String)>),
    PostMultipart(Vec<(String, String)>),
}

impl Method {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::PostForm(_) | Self::PostMultipart(_) => "POST",
        }
    }
}

/// The shape of a body, told by its bytes: providers' content types are not reliable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Zip,
    SevenZip,
    Csv,
    Json,
    ZipOrCsv,
    Any,
}

#[derive(Debug, Clone)]
pub struct Request {
    /// File name of the body: safe, and unique in the pull.
    pub name: String,
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Headers that are never written anywhere.
    pub secrets: Vec<(String, SecretString)>,
    pub expect: Expect,
    /// Besides 200: given back to the plan instead of failing.
    pub accept_status: Vec<u16>,
    /// False for lists and versions: answers that are not a body of the pull.
    pub keep: bool,
    /// The answer is a gzip file: what is stored is its content.
    pub gunzip: bool,
}

impl Request {
    /// A body to keep, by GET.
    pub fn get(name: impl Into<String>, url: impl Into<String>, expect: Expect) -> Self {
        Self {
            name: name.into(),
            method: Method::Get,
            url: url.into(),
            headers: Vec::new(),
            secrets: Vec::new(),
            expect,
            accept_status: Vec::new(),
            keep: true,
            gunzip: false,
        }
    }

    /// A list or version to read, by GET.
    pub fn list(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self { keep: false, ..Self::get(name, url, Expect::Json) }
    }

    /// The credentials that it is sent with.
    pub(super) fn secret_bytes(&self) -> Vec<&[u8]> {
        self.secrets.iter().map(|(_, secret)| secret.expose_secret().as_bytes()).filter(|secret| !secret.is_empty()).collect()
    }

    /// A text without the credentials that it may repeat.
    pub(super) fn masked(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(|(key, secret)| (key, secret.expose_secret())).filter(|(_, secret)| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, (key, secret)| text.replace(secret, &format!("({key})")))
    }

    pub(super) fn masked_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        if self.secrets.is_empty() { bytes } else { self.masked(&String::from_utf8_lossy(&bytes)).into_bytes() }
    }

    /// A text without the keys of the address that it may repeat: what a service says of a key that it does not take.
    pub(super) fn without_keys(&self, text: &str) -> String {
        let Ok(url) = reqwest::Url::parse(&self.url) else { return text.to_owned() };
        let keys = url.query_pairs().filter(|(name, value)| value.len() >= 6 && is_secret(name, value));
        keys.fold(text.to_owned(), |text, (name, value)| text.replace(&*value, &format!("({name})")))
    }

    /// The address as it may be shown and stored: without a password or a key.
    pub fn shown_url(&self) -> String {
        let Ok(mut url) = reqwest::Url::parse(&self.url) else {
            return self.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        };
        let in_query = url.query_pairs().any(|(key, value)| is_secret(&key, &value));
        if !in_query && url.username().is_empty() && url.password().is_none() {
            return self.url.clone();
        }
        // Addresses that can't hold a user refuse this, and then there is none to hide.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        if in_query {
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            url.query_pairs_mut()
                .clear()
                .extend_pairs(pairs.iter().map(|(key, value)| (key, if is_secret(key, value) { "hidden" } else { value.as_str() })));
        }
        url.into()
    }
}

/// Whether a part of a query is a key or a password, by its name however that is written: `api-key`, `X-Amz-Signature`,
/// `accessToken`. What some services call `code` is one only where it looks like it: elsewhere it says what was asked for.
fn is_secret(name: &str, value: &str) -> bool {
    const WORDS: [&str; 8] = ["auth", "authorization", "credential", "credentials", "passwd", "pwd", "sig", "jwt"];
    const ENDS: [&str; 8] = ["key", "token", "secret", "password", "signature", "appid", "keyid", "sessionid"];
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && was_small {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    let joined = words.concat();
    let looks_like_one = || value.len() >= 20 && !value.contains([',', ';', ' ', '.']);
    words.iter().any(|word| WORDS.contains(&word.as_str()) || ENDS.iter().any(|end| word.ends_with(end)))
        || ENDS.iter().any(|end| joined.ends_with(end))
        || joined == "code" && looks_like_one()
}

impl Expect {
    /// Checks a whole body by its first and last bytes and its length; `from` names it in the error.
    pub fn check(self, from: &str, head: &[u8], tail: &[u8], bytes: u64) -> Result<()> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if text.is_empty() && bytes == head.len() as u64 {
            return Err(Error::fetch(Code::CutOffOnTheWay, format!("{from} answered with an empty body")));
        }
        if is_html(text) {
            return Err(Error::fetch_hint(
                Code::WebPageAnswered,
                format!("{from} answered with a web page instead of data"),
                "the address may have moved, or the service shows a page to programs: open it in a browser",
            ));
        }
        if bytes <= 16 && self != Self::Json && matches!(text.trim_ascii_end(), b"[]" | b"{}") {
            return Err(Error::fetch_hint(
                Code::EmptyList,
                format!("{from} answered with an empty list"),
                "the code is unknown to the provider, or has no data: check the codes in pipelines/",
            ));
        }
        let seen = seen(head, text);
        if !self.allows(seen, head) {
            return Err(Error::fetch_hint(
                Code::UnexpectedBody,
                format!("{from} answered with {seen}, expected {}", self.words()),
                "the provider changed the route, or sent an error message as data",
            ));
        }
        if cut_off(seen, head, tail, bytes) {
            return Err(Error::fetch(Code::CutOffOnTheWay, format!("{from} sent {seen} that is cut off after {bytes} bytes")));
        }
        Ok(())
    }

    /// Whether a body that begins so is read as a table with commas, whose first line has the names of the columns.
    pub(super) fn is_table(self, head: &[u8]) -> bool {
        let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        matches!(self, Self::Csv | Self::ZipOrCsv) && seen(head, text) == TEXT && !utf16
    }

    fn allows(self, seen: &str, head: &[u8]) -> bool {
        match self {
            Self::Zip => seen == ZIP,
            Self::SevenZip => seen == SEVEN_ZIP,
            Self::Json => seen == JSON,
            Self::Csv => seen == TEXT && has_columns(head),
            Self::ZipOrCsv => seen == ZIP || (seen == TEXT && has_columns(head)),
            Self::Any => true,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Zip => "a ZIP archive",
            Self::SevenZip => "a 7z archive",
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::ZipOrCsv => "a ZIP archive or CSV",
            Self::Any => "data",
        }
    }
}

const ZIP: &str = "a ZIP archive";
const SEVEN_ZIP: &str = "a 7z archive";
const GZIP: &str = "a gzip file";
const JSON: &str = "JSON";
const XML: &str = "XML";
const TEXT: &str = "text";

fn is_html(text: &[u8]) -> bool {
    let start = text[..text.len().min(512)].to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || (start.starts_with(b"<") && contains(&start, b"<html"))
}

fn seen(head: &[u8], text: &[u8]) -> &'static str {
    match head {
        [b'P', b'K', 3, 4, ..] => ZIP,
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => SEVEN_ZIP,
        [0x1F, 0x8B, ..] => GZIP,
        _ => match text.first() {
            Some(b'{' | b'[') => JSON,
            Some(b'<') => XML,
            _ => TEXT,
        },
    }
}

/// A table has a separator in its first line; a message such as "Internal error" has none. UTF-16 is left to the reader.
fn has_columns(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or(head);
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || line.iter().any(|byte| b",;\t|".contains(byte))
}

/// Bodies sent without a length can end early without an error: archives and JSON show it.
fn cut_off(seen: &str, head: &[u8], tail: &[u8], bytes: u64) -> bool {
    match seen {
        ZIP => !ends_zip(tail),
        SEVEN_ZIP => seven_zip_length(head).is_none_or(|length| bytes < length),
        JSON => !matches!(tail.trim_ascii_end().last(), Some(b'}' | b']')),
        _ => false,
    }
}

/// The end record of a ZIP: 22 bytes, then a comment whose length is in the last two.
fn ends_zip(tail: &[u8]) -> bool {
    tail.windows(22).enumerate().any(|(at, record)| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + 22 + comment <= tail.len()
    })
}

/// Signature header of 7z: offset and size of the end header, little-endian, at bytes 12 and 20.
fn seven_zip_length(head: &[u8]) -> Option<u64> {
    let number = |at: usize| head.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
    32_u64.checked_add(number(12)?)?.checked_add(number(20)?)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(expect: Expect, body: &[u8]) -> &'static str {
        match expect.check("x", body, body, body.len() as u64) {
            Ok(()) => "ok",
            Err(Error::Fetch { code, .. }) => code.text(),
            Err(_) => "other",
        }
    }

    #[test]
    fn shapes_are_told_by_bytes() {
        assert_eq!(code(Expect::Csv, b"\xef\xbb\xbfa,b\n1,2\n"), "ok");
        assert_eq!(code(Expect::ZipOrCsv, b"PK\x03\x04..PK\x05\x06..................\x00"), "E1006");
        assert_eq!(code(Expect::ZipOrCsv, b"PK\x03\x04..PK\x05\x06................\x00\x00"), "ok");
        assert_eq!(code(Expect::ZipOrCsv, b"PK\x03\x04..PK\x05\x06................\x04\x00not"), "E1006");
        assert_eq!(code(Expect::Zip, b"PK\x03\x04.."), "E1006");
        assert_eq!(code(Expect::ZipOrCsv, b"[]"), "E1009");
        assert_eq!(code(Expect::Json, b"[]"), "ok");
        assert_eq!(code(Expect::Json, b"{\"records\":[1,"), "E1006");
        assert_eq!(code(Expect::Csv, b"\n <!DOCTYPE HTML><html>,"), "E1005");
        assert_eq!(code(Expect::Any, b"<?xml version='1.0'?><html/>"), "E1005");
        assert_eq!(code(Expect::Csv, b"Internal error"), "E1007");
        assert_eq!(code(Expect::Any, b""), "E1006");
    }

    #[test]
    fn shown_addresses_hold_no_secret() {
        let shown = |url: &str| Request::get("x", url, Expect::Any).shown_url();
        assert_eq!(shown("https://h/p?codesid=1,2&b=3"), "https://h/p?codesid=1,2&b=3");
        assert_eq!(shown("https://me:pw@h/p?Token=abc&b=3"), "https://h/p?Token=hidden&b=3");
        for name in [
            "api-key",
            "api_key",
            "apiKey",
            "x-api-key",
            "subscription-key",
            "Ocp-Apim-Subscription-Key",
            "X-Amz-Signature",
            "X-Amz-Credential",
            "X-Amz-Security-Token",
            "access-token",
            "accessToken",
            "auth",
            "appid",
            "app_id",
            "client_secret",
            "user-password",
            "AWSAccessKeyId",
            "sig",
            "sv.sig",
        ] {
            assert_eq!(shown(&format!("https://h/p?a=1&{name}=URLTOK55")), format!("https://h/p?a=1&{name}=hidden"));
        }
        assert_eq!(shown("https://h/p?code=Zk3vQ1hT9dN0xY7wB2sL"), "https://h/p?code=hidden");
        for open in ["code=IT.NET.USER.ZS", "keyword=internet", "author=itu", "design=a", "codesid=11624,9289,9267", "INDICATOR=WB_A"] {
            assert_eq!(shown(&format!("https://h/p?{open}")), format!("https://h/p?{open}"));
        }
        assert!(!shown("no address?key=URLTOK55").contains("URLTOK55"));
        let request = Request::get("x", "https://h/p?a=figures&api-key=URLTOK55", Expect::Any);
        assert_eq!(request.without_keys("URLTOK55 may not read figures"), "(api-key) may not read figures");
    }
}
