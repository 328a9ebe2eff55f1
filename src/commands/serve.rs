//! `serve`: the files of the current release on this machine alone, for a look. It reads, and answers to this machine.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::publish::media_type;
use crate::release::{Manifest, promote};
use crate::settings::Settings;

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// The current release as it was read last.
type Known = Mutex<Option<(PathBuf, Arc<Manifest>)>>;

pub(super) async fn serve(settings: &Settings, printer: &Printer, port: u16) -> Result<Exit> {
    promote::find(&settings.workspace, "current")?;
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(|error| Error::usage_hint(format!("port {port}: {error}"), "take another one with --port; 0 takes a free one"))?;
    let address = format!("http://localhost:{}/", listener.local_addr()?.port());
    if printer.json() {
        printer.envelope("serve", Exit::Done, &json!({ "address": address }), &[]);
    } else {
        printer.line(&format!("{address} (stop with Ctrl-C)"));
    }
    let (workspace, known) = (Arc::new(settings.workspace.clone()), Arc::new(Known::default()));
    // Connections end with the verb.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!("{error}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
        };
        let (workspace, known) = (workspace.clone(), known.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (workspace, known) = (workspace.clone(), known.clone());
            async move {
                let current = promote::current(&workspace).ok().flatten();
                let answered = match current.and_then(|folder| Some((manifest(&known, &folder)?, folder))) {
                    Some((manifest, folder)) => answer(&request, &folder, &manifest).await,
                    None => Ok(plain(StatusCode::SERVICE_UNAVAILABLE, "no release")),
                };
                let mut response = answered.unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()));
                response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                Ok::<_, Infallible>(response)
            }
        });
        connections.spawn(async move {
            let server =
                hyper::server::conn::http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            if let Err(error) = server.await {
                tracing::debug!("{error}");
            }
        });
    }
}

/// The manifest of a release, read once.
fn manifest(known: &Known, folder: &Path) -> Option<Arc<Manifest>> {
    let mut known = known.lock().ok()?;
    if known.as_ref().is_none_or(|(path, _)| path != folder) {
        *known = Some((folder.to_owned(), Arc::new(Manifest::load(folder).ok()?)));
    }
    known.as_ref().map(|(_, manifest)| manifest.clone())
}

async fn answer(request: &Request<Incoming>, folder: &Path, manifest: &Manifest) -> Result<Response<Body>> {
    let sent = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    // A page of another host that points its own name to this machine reads nothing.
    let host = sent(header::HOST).unwrap_or_default();
    if !["localhost", "127.0.0.1"].contains(&host.rsplit_once(':').map_or(host, |(name, _)| name)) {
        return Ok(plain(StatusCode::MISDIRECTED_REQUEST, "ask for localhost"));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "read-only");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Ok(response);
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.is_empty() || path == "site" || path == "site/" {
        let mut response = plain(StatusCode::FOUND, "site/index.html");
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/site/index.html"));
        return Ok(response);
    }
    // Only what the manifest names: no path leads out of the release.
    let tag = match manifest.files.get(path) {
        Some(hash) => format!("\"{hash}\""),
        None if path == "manifest.json" => format!("\"{}\"", manifest.release),
        None => return Ok(plain(StatusCode::NOT_FOUND, "the release has no such file")),
    };
    let file = folder.join(path);
    let size = file.metadata()?.len();
    let response = Response::builder()
        .header(header::ETAG, &tag)
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_TYPE, media_type(path));
    let built = |response: hyper::http::Result<Response<Body>>| response.map_err(|error| Error::Internal(error.to_string()));
    let matches = |list: &str| list.split(',').any(|one| matches!(one.trim().trim_start_matches("W/"), one if one == tag || one == "*"));
    if sent(header::IF_NONE_MATCH).is_some_and(matches) {
        return built(response.status(StatusCode::NOT_MODIFIED).body(empty()));
    }
    let asked = sent(header::RANGE).filter(|_| sent(header::IF_RANGE).is_none_or(|known| known == tag));
    let (response, from, length) = match asked.map(|asked| range(asked, size)) {
        None | Some(Range::Whole) => (response, 0, size),
        Some(Range::Part(from, length)) => {
            let told = format!("bytes {from}-{}/{size}", from + length - 1);
            (response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, told), from, length)
        }
        Some(Range::Outside) => {
            let response = response.status(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, format!("bytes */{size}"));
            return built(response.body(empty()));
        }
    };
    let body = if request.method() == Method::HEAD { empty() } else { part(&file, from, length).await? };
    built(response.header(header::CONTENT_LENGTH, length).body(body))
}

enum Range {
    Whole,
    /// First byte, and how many.
    Part(u64, u64),
    Outside,
}

/// One range of bytes. Several, or what cannot be read, are answered by the whole file.
fn range(asked: &str, size: u64) -> Range {
    let Some((first, last)) = asked.strip_prefix("bytes=").filter(|list| !list.contains(',')).and_then(|one| one.trim().split_once('-'))
    else {
        return Range::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if last < first => Range::Whole,
        (Ok(first), _) if first >= size => Range::Outside,
        (Ok(first), Ok(last)) => Range::Part(first, last.min(size - 1) - first + 1),
        (Ok(first), Err(_)) if last.is_empty() => Range::Part(first, size - first),
        (Err(_), Ok(0)) if first.is_empty() => Range::Outside,
        (Err(_), Ok(_)) if first.is_empty() && size == 0 => Range::Outside,
        (Err(_), Ok(last)) if first.is_empty() => Range::Part(size - last.min(size), last.min(size)),
        _ => Range::Whole,
    }
}

/// A part of a file, 64 KiB at a time.
async fn part(path: &Path, from: u64, length: u64) -> Result<Body> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(std::io::SeekFrom::Start(from)).await?;
    let chunks = futures::stream::try_unfold((file, length), |(mut file, left)| async move {
        let mut chunk = vec![0; left.min(1 << 16) as usize];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Frame::data(Bytes::from(chunk)), (file, left - read as u64))))
    });
    Ok(BodyExt::boxed_unsync(StreamBody::new(chunks.boxed())))
}

fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{text}\n"))).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::{Range, range};

    #[test]
    fn ranges_stay_inside_the_file() {
        let told = |asked: &str, size| match range(asked, size) {
            Range::Whole => "whole".to_owned(),
            Range::Part(from, length) => format!("{from}+{length}"),
            Range::Outside => "outside".to_owned(),
        };
        let all =
            ["bytes=0-1", "bytes=5-", "bytes=-3", "bytes=2-99", "bytes=-99", "bytes=10-", "bytes=-0", "bytes=3-2", "bytes=0-1,4-5", "x"];
        let expected = ["0+2", "5+5", "7+3", "2+8", "0+10", "outside", "outside", "whole", "whole", "whole"];
        assert_eq!(all.map(|asked| told(asked, 10)), expected);
        assert_eq!(told("bytes=-1", 0), "outside");
    }
}
