//! A local HTTP server that behaves like a provider, also badly. One thread per connection, one request per connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub method: String,
    /// Path and query, as written on the request line.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub at: Instant,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter.
    pub(crate) fn parameters(&self, name: &str) -> Vec<String> {
        self.pairs().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters(name).into_iter().next()
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let url = reqwest::Url::parse(&format!("http://localhost{}", self.target)).expect("a request line");
        url.query_pairs().into_owned().collect()
    }

    /// The fields of a form, url-encoded or multipart.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let kind = self.header("content-type").unwrap_or_default();
        let text = String::from_utf8_lossy(&self.body);
        if kind.starts_with("application/x-www-form-urlencoded") {
            let url = reqwest::Url::parse(&format!("http://localhost/?{text}")).expect("a form");
            return url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        }
        let boundary = kind.split_once("boundary=").expect("a form").1.trim_matches('"').to_owned();
        text.split(&format!("--{boundary}")).find_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            head.contains(&format!("name=\"{name}\"")).then(|| value.trim_end_matches("\r\n").to_owned())
        })
    }
}

/// How an answer is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    Whole,
    /// The connection is reset after so many bytes of the body; none, not even a status, when 0. GET only.
    Reset(usize),
    /// Content-Length says this, and then the connection ends.
    Announce(usize),
    /// No length is given, and the connection ends after so many bytes.
    EndAfter(usize),
    /// Chunked, and the connection ends after so many bytes without the closing chunk.
    ChunkedEndAfter(usize),
    /// Chunked and whole: the length is not announced.
    Chunked,
    /// Half of the body, a wait, the other half.
    Slow(Duration),
    /// Nothing at all for a while.
    Silent(Duration),
}

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub manner: Manner,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), manner: Manner::Whole }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::ok(value.to_string()).header("Content-Type", "application/json; charset=utf-8")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

/// Answers a request; the number says how often this target has been asked for since the behaviour was set, from 1.
type Behaviour = Box<dyn Fn(&Asked, usize) -> Reply + Send + Sync>;

struct Shared {
    behaviour: Mutex<Arc<Behaviour>>,
    asked: Mutex<Vec<Asked>>,
    open: AtomicUsize,
    most_at_once: AtomicUsize,
    closed: AtomicBool,
}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    pub(crate) fn start(behaviour: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(Arc::new(Box::new(behaviour))),
            asked: Mutex::default(),
            open: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if own.closed.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&own);
                std::thread::spawn(move || {
                    let Ok(stream) = stream else { return };
                    let now = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
                    shared.most_at_once.fetch_max(now, Ordering::SeqCst);
                    // A client that hangs up is part of the game.
                    let _ = serve(stream, &shared);
                });
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on the provider behaves like this, and what was asked before is forgotten.
    pub(crate) fn behave(&self, behaviour: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) {
        *self.shared.behaviour.lock().expect("a lock") = Arc::new(Box::new(behaviour));
        self.forget();
    }

    pub(crate) fn forget(&self) {
        self.shared.asked.lock().expect("a lock").clear();
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("a lock").clone()
    }

    /// What was asked for: method, path and query.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.target)).collect()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.most_at_once.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let done = || shared.open.fetch_sub(1, Ordering::SeqCst);
    let Ok((asked, head)) = receive(&mut stream) else {
        done();
        return Ok(());
    };
    let (behaviour, number) = {
        let behaviour = Arc::clone(&shared.behaviour.lock().expect("a lock"));
        let mut log = shared.asked.lock().expect("a lock");
        log.push(asked.clone());
        (behaviour, log.iter().filter(|other| other.target == asked.target).count())
    };
    let reply = behaviour(&asked, number);
    if let Manner::Silent(wait) = reply.manner {
        std::thread::sleep(wait);
    }
    let slow = matches!(reply.manner, Manner::Slow(_) | Manner::Silent(_));
    // The client may ask anew as soon as it has the last byte, so the request is over before that byte is sent. One
    // that is given up by the client is over for it long before we notice.
    done();
    if asked.method == "GET" && !matches!(reply.manner, Manner::Reset(_)) {
        stream.read_exact(&mut vec![0; head])?;
    }
    if slow {
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    }
    send(&mut stream, &reply)
}

/// Reads a request. A GET stays unread in the socket: closing it then makes the system send a reset.
fn receive(stream: &mut TcpStream) -> std::io::Result<(Asked, usize)> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut buffer = vec![0; 64 << 10];
    let end = loop {
        let filled = stream.peek(&mut buffer)?;
        if filled == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            Some(at) => break at + 4,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let text = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(':')).map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect();
    let mut asked = Asked { method, target, headers, body: Vec::new(), at: Instant::now() };
    if asked.method != "GET" {
        stream.read_exact(&mut buffer[..end])?;
        asked.body = match asked.header("content-length").map(|length| length.parse::<usize>().expect("a length")) {
            Some(length) => {
                let mut body = vec![0; length];
                stream.read_exact(&mut body)?;
                body
            }
            None => chunks(stream)?,
        };
    }
    Ok((asked, end))
}

/// The body of a chunked request.
fn chunks(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        let length = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk)?;
        body.extend_from_slice(&chunk[..length]);
        if length == 0 {
            return Ok(body);
        }
    }
}

fn send(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    if matches!(reply.manner, Manner::Reset(0)) {
        return Ok(());
    }
    let chunked = matches!(reply.manner, Manner::Chunked | Manner::ChunkedEndAfter(_));
    let mut head = format!("HTTP/1.1 {} {}\r\nConnection: close\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.manner {
        _ if reply.status == 304 => {}
        Manner::Announce(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
        Manner::EndAfter(_) => {}
        _ if chunked => head.push_str("Transfer-Encoding: chunked\r\n"),
        _ => head.push_str(&format!("Content-Length: {}\r\n", reply.body.len())),
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    let body = &reply.body[..];
    let part = |length: usize| &body[..length.min(body.len())];
    match reply.manner {
        Manner::Reset(length) => {
            stream.write_all(part(length))?;
            // Time for the client to take what was sent: a reset throws away what is still on its way.
            std::thread::sleep(Duration::from_millis(30));
        }
        Manner::EndAfter(length) => stream.write_all(part(length))?,
        Manner::Slow(wait) => {
            let (first, second) = body.split_at(body.len() / 2);
            stream.write_all(first)?;
            std::thread::sleep(wait);
            stream.write_all(second)?;
        }
        Manner::ChunkedEndAfter(length) => chunk(stream, part(length))?,
        Manner::Chunked => {
            body.chunks(4096).try_for_each(|piece| chunk(stream, piece))?;
            stream.write_all(b"0\r\n\r\n")?;
        }
        Manner::Whole | Manner::Announce(_) | Manner::Silent(_) => stream.write_all(body)?,
    }
    stream.flush()
}

fn chunk(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
    stream.write_all(piece)?;
    stream.write_all(b"\r\n")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        414 => "URI Too Long",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Unusual",
    }
}
