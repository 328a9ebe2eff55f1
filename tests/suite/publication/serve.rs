//! `serve`: the files of the current release on this machine, whole and in part, and nothing else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::{indicator, of_one_table};

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Status line with headers, and the body.
    fn ask(&self, request: &str, headers: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.1)).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&all[..end]).to_lowercase(), all[end + 4..].to_vec())
    }
}

#[test]
fn the_release_is_served_to_this_machine() {
    let workspace = of_one_table("KEN,2020,40,\nKEN,2023,50,\n");
    indicator(&workspace, "1", "own", "\"Own\"", "", "");
    assert_eq!(workspace.run(&["serve", "--port", "0"]).code, 2, "there is no release");
    workspace.expect(0, &["run", "--from", "in"]);
    let mut child = workspace.command(&["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.split(['/', ':']).find(|part| part.parse::<u16>().is_ok()).unwrap().to_owned();
    let server = Server(child, port);
    let here = "Host: localhost\r\n";
    let file = std::fs::read(workspace.path("data/current/values.parquet")).unwrap();
    let (head, body) = server.ask("GET /values.parquet", here);
    assert!(head.starts_with("http/1.1 200") && head.contains("accept-ranges: bytes") && head.contains("nosniff"), "{head}");
    assert_eq!(body, file);
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let (head, body) = server.ask("GET /values.parquet", &format!("{here}If-None-Match: {tag}\r\n"));
    assert!(head.starts_with("http/1.1 304") && body.is_empty(), "{head}");
    let (head, body) = server.ask("GET /values.parquet", &format!("{here}Range: bytes=-4\r\n"));
    assert!(head.starts_with("http/1.1 206") && head.contains(&format!("/{}", file.len())), "{head}");
    assert_eq!(body, b"PAR1");
    let (head, body) = server.ask("GET /values.parquet", &format!("{here}Range: bytes=0-3\r\nIf-Range: \"other\"\r\n"));
    assert!(head.starts_with("http/1.1 200") && body == file, "{head}");
    let (head, _) = server.ask("GET /values.parquet", &format!("{here}Range: bytes=999999999-\r\n"));
    assert!(head.starts_with("http/1.1 416"), "{head}");
    let (head, body) = server.ask("HEAD /site/index.html", here);
    assert!(head.contains("content-type: text/html; charset=utf-8") && body.is_empty(), "{head}");
    let (head, _) = server.ask("GET /", here);
    assert!(head.starts_with("http/1.1 302") && head.contains("location: /site/index.html"), "{head}");
    for (request, headers, status) in [
        ("GET /../../journal.jsonl", here, 404),
        ("GET /%2e%2e/%2e%2e/journal.jsonl", here, 404),
        ("GET //etc/passwd", here, 404),
        ("GET /site", "Host: evil.example\r\n", 421),
        ("POST /values.parquet", here, 405),
        ("DELETE /values.parquet", here, 405),
    ] {
        let (head, _) = server.ask(request, headers);
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{request}: {head}");
    }
    // A new release is served as soon as it is current.
    workspace.write("in/own/figures/figures.csv", "area,year,value,note\nKEN,2020,40,\nKEN,2023,51,\n");
    workspace.expect(0, &["run", "--from", "in", "--now", "2026-11-25"]);
    let (head, body) = server.ask("GET /values.parquet", &format!("{here}If-None-Match: {tag}\r\n"));
    assert!(head.starts_with("http/1.1 200") && body == std::fs::read(workspace.path("data/current/values.parquet")).unwrap(), "{head}");
}
