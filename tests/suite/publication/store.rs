//! A server that speaks the parts of S3, of the XML interface of Google Cloud Storage and of Azure Blob Storage that
//! publishing uses, on this machine: objects in memory, proofs asked for, checksums compared, conditions kept. It can be cut
//! after any number of requests, and answer badly in other ways.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Kind {
    #[default]
    S3,
    Google,
    Azure,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::S3, Self::Google, Self::Azure];

    /// Where to publish, and the environment that says how.
    pub(super) fn place(self, address: &str) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Self::S3 => (
                "s3://bucket/ict",
                vec![("AWS_ACCESS_KEY_ID", "key".into()), ("AWS_SECRET_ACCESS_KEY", SECRET.into()), ("AWS_ENDPOINT_URL", address.into())],
            ),
            Self::Google => {
                ("gs://bucket/ict", vec![("GOOGLE_OAUTH_ACCESS_TOKEN", SECRET.into()), ("STORAGE_EMULATOR_HOST", address.into())])
            }
            Self::Azure => (
                "az://bucket/ict",
                vec![
                    ("AZURE_STORAGE_ACCOUNT_NAME", "account".into()),
                    ("AZURE_STORAGE_KEY", SECRET.into()),
                    ("AZURE_STORAGE_SERVICE_ENDPOINT", format!("{address}/account")),
                ],
            ),
        }
    }

    fn hash(self) -> &'static str {
        match self {
            Self::S3 => "x-amz-meta-blake3",
            Self::Google => "x-goog-meta-blake3",
            Self::Azure => "x-ms-meta-blake3",
        }
    }

    /// Whether the request proves who asks: by the name of the key, by the token.
    fn knows(self, query: &str, headers: &BTreeMap<String, String>) -> bool {
        let proof = headers.get("authorization").map_or("", String::as_str);
        match self {
            Self::S3 => query.contains("X-Amz-Signature=") && query.contains("X-Amz-Credential=key%2F"),
            Self::Google => proof == format!("Bearer {SECRET}") || proof == format!("Bearer {EXCHANGED}"),
            Self::Azure => {
                let signature = proof.strip_prefix("SharedKey account:").and_then(|text| STANDARD.decode(text).ok());
                headers.contains_key("x-ms-version") && (signature.is_some_and(|bytes| bytes.len() == 32) || query == TOKEN)
            }
        }
    }

    /// Whether the checksum that was sent is that of the bytes, and the headers are signed that have to be.
    fn checks(self, query: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
        match self {
            Self::S3 => {
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
                ["x-amz-checksum-sha256", self.hash()].iter().all(|name| query.contains(name))
                    && headers["x-amz-checksum-sha256"] == STANDARD.encode(digest)
            }
            Self::Google => headers["x-goog-hash"] == format!("crc32c={}", STANDARD.encode(&crc(body, 32, 0x82F6_3B78).to_be_bytes()[4..])),
            Self::Azure => {
                headers["x-ms-blob-type"] == "BlockBlob"
                    && headers["x-ms-content-crc64"] == STANDARD.encode(crc(body, 64, 0x9A6C_9329_AC4B_C9B5).to_le_bytes())
            }
        }
    }

    /// The answer to a write whose condition does not hold; none where it does.
    fn refuses(self, held: Option<&Object>, headers: &BTreeMap<String, String>, name: &str) -> Option<&'static str> {
        const FAILED: &str = "412 Precondition Failed";
        if self == Self::Google {
            return match headers.get("x-goog-if-generation-match") {
                Some(read) => (*read != held.map_or(0, |object| object.generation).to_string()).then_some(FAILED),
                None => name.ends_with("current.json").then_some(FAILED),
            };
        }
        match (headers.get("if-match"), headers.get("if-none-match")) {
            (Some(tag), _) => held.is_none_or(|object| object.tag() != *tag).then_some(FAILED),
            (None, Some(_)) => held.map(|_| if self == Self::Azure { "409 Conflict" } else { FAILED }),
            (None, None) => name.ends_with("current.json").then_some(FAILED),
        }
    }
}

/// Bit by bit, as the definition has it.
fn crc(bytes: &[u8], width: u32, polynomial: u64) -> u64 {
    let ones = u64::MAX >> (64 - width);
    let mut rest = ones;
    for bit in bytes.iter().flat_map(|byte| (0..8).map(move |bit| u64::from(byte >> bit & 1))) {
        let odd = (rest ^ bit) & 1 == 1;
        rest >>= 1;
        if odd {
            rest ^= polynomial;
        }
    }
    rest ^ ones
}

/// The secret of each kind; base64, since the key of an Azure account is.
pub(super) const SECRET: &str = "c2VjcmV0IG9mIHRoZSBzdG9yZQ==";
/// A token of Azure, as a query.
pub(super) const TOKEN: &str = "sv=2021-12-02&sp=rcwd&sig=c2VjcmV0IHRva2Vu";
/// The token of Google that the key of an account is exchanged for.
pub(super) const EXCHANGED: &str = "ya29.exchanged";

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fault {
    /// The connection breaks once behind a pointer that was written, before the answer.
    BreaksBehindThePointer,
    /// The bytes are damaged on the way.
    Damages,
    /// An object is stored without its hash.
    Forgets,
    GivesNoToken,
}

#[derive(Default)]
pub(super) struct Bucket {
    pub kind: Kind,
    pub objects: BTreeMap<String, Object>,
    /// Method and name of each request that was answered.
    pub asked: Vec<(String, String)>,
    /// Requests that are still answered; none = all.
    pub left: Option<usize>,
    /// Who writes the pointer between its reading and its writing.
    pub rival: Option<Vec<u8>>,
    /// What goes wrong beside that.
    pub fault: Option<Fault>,
    /// Requests that are answered with 503 before the others.
    pub busy: usize,
    /// A method, the end of a name, and what is answered to all such.
    pub refused: Option<(&'static str, &'static str, &'static str)>,
    /// Bodies of requests for a token.
    pub exchanges: Vec<String>,
    written: u64,
}

#[derive(Clone, Default)]
pub(super) struct Object {
    pub bytes: Vec<u8>,
    hash: String,
    generation: u64,
    /// How long others may keep it.
    pub cache: Option<String>,
}

impl Object {
    fn tag(&self) -> String {
        format!("\"{}\"", &blake3::hash(&self.bytes).to_hex()[..32])
    }
}

/// Starts a server; gives its address and what it holds.
pub(super) fn start(kind: Kind) -> (String, Arc<Mutex<Bucket>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let bucket = Arc::new(Mutex::new(Bucket { kind, ..Bucket::default() }));
    let shared = bucket.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let bucket = shared.clone();
            std::thread::spawn(move || while let Some(()) = answer(&stream, &bucket) {});
        }
    });
    (address, bucket)
}

fn answer(stream: &TcpStream, bucket: &Mutex<Bucket>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut bucket = bucket.lock().unwrap();
    if path == "/token" {
        bucket.exchanges.push(String::from_utf8(body).unwrap());
        let (status, content) = if bucket.fault == Some(Fault::GivesNoToken) {
            ("400 Bad Request", "{\"error\":\"invalid_grant\"}".into())
        } else {
            ("200 OK", format!("{{\"access_token\":\"{EXCHANGED}\",\"expires_in\":3599}}"))
        };
        return write(stream, &method, status, &[], content.as_bytes());
    }
    let kind = bucket.kind;
    let name = path.strip_prefix(if kind == Kind::Azure { "/account/bucket/" } else { "/bucket/" })?.replace("%7E", "~");
    match &mut bucket.left {
        // The connection breaks: nothing is answered, nothing is done.
        Some(0) => return None,
        Some(left) => *left -= 1,
        None => {}
    }
    bucket.asked.push((method.clone(), name.clone()));
    if bucket.busy > 0 {
        bucket.busy -= 1;
        return write(stream, &method, "503 Service Unavailable", &[], &[]);
    }
    if let Some((_, _, status)) = bucket.refused.filter(|(refused, end, _)| *refused == method && name.ends_with(end)) {
        // As stores do: what was sent is repeated.
        let told = format!("<Error><Code>AuthenticationFailed</Code><Message>{target} {headers:?} {SECRET}</Message></Error>");
        return write(stream, &method, status, &[], told.as_bytes());
    }
    if method == "PUT"
        && name.ends_with("current.json")
        && let Some(bytes) = bucket.rival.take()
    {
        bucket.objects.insert(name.clone(), Object { bytes, generation: u64::MAX, ..Object::default() });
    }
    if let Some(first) = body.first_mut().filter(|_| bucket.fault == Some(Fault::Damages)) {
        *first ^= 1;
    }
    let held = bucket.objects.get(&name).cloned();
    let (mut more, mut content) = (Vec::new(), Vec::new());
    let status = match (method.as_str(), held) {
        _ if !kind.knows(query, &headers) => "403 Forbidden",
        ("GET" | "HEAD", None) => "404 Not Found",
        ("GET" | "HEAD", Some(object)) => {
            more = vec![("ETag", object.tag()), (kind.hash(), object.hash)];
            if kind == Kind::Google {
                more.extend([
                    ("x-goog-generation", object.generation.to_string()),
                    ("x-goog-stored-content-length", object.bytes.len().to_string()),
                ]);
                // It is packed on the way, so that this says nothing of what lies there.
                more.push(("Content-Length", (object.bytes.len() + usize::from(method == "HEAD")).to_string()));
            }
            content = object.bytes;
            "200 OK"
        }
        ("PUT", _) if !kind.checks(query, &headers, &body) => "400 Bad Request",
        ("PUT", held) => {
            if let Some(refusal) = kind.refuses(held.as_ref(), &headers, &name) {
                refusal
            } else {
                bucket.written += 1;
                let hash = if bucket.fault == Some(Fault::Forgets) { String::new() } else { headers[kind.hash()].clone() };
                let cache = headers.get("cache-control").cloned();
                let object = Object { bytes: body, hash, generation: bucket.written, cache };
                bucket.objects.insert(name, object);
                "200 OK"
            }
        }
        // Only S3 says nothing of what was not there.
        ("DELETE", held) => match bucket.objects.remove(&name).or(held) {
            None if kind != Kind::S3 => "404 Not Found",
            _ => "204 No Content",
        },
        _ => "405 Method Not Allowed",
    };
    let is_written = method == "PUT" && path.ends_with("current.json") && status == "200 OK";
    if is_written && bucket.fault == Some(Fault::BreaksBehindThePointer) {
        bucket.fault = None;
        stream.shutdown(std::net::Shutdown::Both).ok()?;
        return None;
    }
    drop(bucket);
    write(stream, &method, status, &more, &content)
}

fn write(mut stream: &TcpStream, method: &str, status: &str, headers: &[(&str, String)], content: &[u8]) -> Option<()> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    head.extend(headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
    if !headers.iter().any(|(name, _)| *name == "Content-Length") {
        head += &format!("Content-Length: {}\r\n", content.len());
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    if method != "HEAD" {
        stream.write_all(content).ok()?;
    }
    Some(())
}
