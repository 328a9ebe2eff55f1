//! A server that speaks the part of S3 that publishing uses, on this machine: objects in memory, signatures asked for,
//! checksums compared, conditions kept. It can be cut after any number of requests.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Default)]
pub(super) struct Bucket {
    pub objects: BTreeMap<String, Object>,
    /// Method and name of each request that was answered.
    pub asked: Vec<(String, String)>,
    /// Requests that are still answered; none = all.
    pub left: Option<usize>,
    /// Who writes the pointer between its reading and its writing.
    pub rival: Option<Vec<u8>>,
    /// The connection breaks once behind a pointer that was written, before the answer.
    pub breaks_behind_the_pointer: bool,
}

#[derive(Clone)]
pub(super) struct Object {
    pub bytes: Vec<u8>,
    hash: String,
}

impl Object {
    fn tag(&self) -> String {
        format!("\"{}\"", &blake3::hash(&self.bytes).to_hex()[..32])
    }
}

/// Starts a server; gives its address and what it holds.
pub(super) fn start() -> (String, Arc<Mutex<Bucket>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let bucket = Arc::new(Mutex::new(Bucket::default()));
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
    let (path, query) = target.split_once('?')?;
    let name = path.strip_prefix("/bucket/")?.replace("%7E", "~");
    let mut bucket = bucket.lock().unwrap();
    match &mut bucket.left {
        // The connection breaks: nothing is answered, nothing is done.
        Some(0) => return None,
        Some(left) => *left -= 1,
        None => {}
    }
    bucket.asked.push((method.clone(), name.clone()));
    if method == "PUT"
        && name.ends_with("current.json")
        && let Some(bytes) = bucket.rival.take()
    {
        bucket.objects.insert(name.clone(), Object { bytes, hash: String::new() });
    }
    let held = bucket.objects.get(&name).cloned();
    let (status, more, content) = if !query.contains("X-Amz-Signature=") || !query.contains("X-Amz-Credential=key%2F") {
        ("403 Forbidden", String::new(), Vec::new())
    } else {
        match (method.as_str(), held) {
            ("GET" | "HEAD", None) => ("404 Not Found", String::new(), Vec::new()),
            ("GET" | "HEAD", Some(object)) => {
                ("200 OK", format!("ETag: {}\r\nx-amz-meta-blake3: {}\r\n", object.tag(), object.hash), object.bytes)
            }
            ("PUT", held) => {
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
                let signed = ["x-amz-checksum-sha256", "x-amz-meta-blake3"].iter().all(|name| query.contains(name));
                let condition = match (headers.get("if-match"), headers.get("if-none-match")) {
                    (Some(tag), _) => held.as_ref().is_some_and(|object| object.tag() == *tag),
                    (None, Some(_)) => held.is_none(),
                    (None, None) => !name.ends_with("current.json"),
                };
                if !signed || unbase64(&headers["x-amz-checksum-sha256"]) != digest.as_ref() {
                    ("400 Bad Request", String::new(), Vec::new())
                } else if !condition {
                    ("412 Precondition Failed", String::new(), Vec::new())
                } else {
                    bucket.objects.insert(name, Object { bytes: body, hash: headers["x-amz-meta-blake3"].clone() });
                    ("200 OK", String::new(), Vec::new())
                }
            }
            ("DELETE", _) => {
                bucket.objects.remove(&name);
                ("204 No Content", String::new(), Vec::new())
            }
            _ => ("405 Method Not Allowed", String::new(), Vec::new()),
        }
    };
    let is_written = method == "PUT" && target.contains("current.json?") && status == "200 OK";
    if is_written && std::mem::take(&mut bucket.breaks_behind_the_pointer) {
        stream.shutdown(std::net::Shutdown::Both).ok()?;
        return None;
    }
    drop(bucket);
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\n\r\n", content.len()).ok()?;
    if method != "HEAD" {
        stream.write_all(&content).ok()?;
    }
    Some(())
}

fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<usize> = text.chars().filter_map(|c| LETTERS.find(c)).collect();
    let mut bytes = Vec::new();
    for part in bits.chunks(4) {
        let joined = part.iter().fold(0, |all, six| all << 6 | six) << (6 * (4 - part.len()));
        bytes.extend((0..part.len() - 1).map(|place| joined.to_be_bytes()[place + 5]));
    }
    bytes
}
