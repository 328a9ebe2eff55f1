//! Connections to workers, from the coordinator and from worker to worker: each request says which program sends it and
//! carries the token. A worker that answers no ping in time has failed, also when it is only frozen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion_distributed::{ChannelResolver, GetWorkerInfoRequest, WorkerChannel, grpc};
use reqwest::Url;
use secrecy::ExposeSecret;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::codegen::http::{HeaderMap, HeaderValue, Request, Response};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::Connecting;
use crate::error::{Code, Error, Result};

/// Which program asks.
pub(super) const PROGRAM: &str = "x-yardstick-program";
pub(super) const TOKEN: &str = "authorization";

/// Makes connections and keeps them.
#[derive(Clone)]
pub(super) struct Connections {
    connecting: Connecting,
    authority: Option<Certificate>,
    headers: HeaderMap,
    open: Arc<Mutex<BTreeMap<Url, grpc::BoxCloneSyncChannel>>>,
}

impl Connections {
    pub(super) fn new(connecting: &Connecting, program: &str) -> Result<Self> {
        let authority = connecting.authority.as_ref().map(fs_err::read).transpose()?.map(Certificate::from_pem);
        let unusable = |_| Error::worker(Code::WorkerUnsafe, "the token has characters that no header can carry");
        let mut headers = HeaderMap::new();
        headers.insert(PROGRAM, HeaderValue::from_str(program).map_err(unusable)?);
        if let Some(token) = &connecting.token {
            let mut value = HeaderValue::from_str(&bearer(token.expose_secret())).map_err(unusable)?;
            value.set_sensitive(true);
            headers.insert(TOKEN, value);
        }
        Ok(Self { connecting: connecting.clone(), authority, headers, open: Arc::default() })
    }

    /// What a worker says of its program.
    pub(super) async fn ask(&self, url: &Url) -> Result<String, Refusal> {
        let asked = async { self.get_worker_client_for_url(url).await?.get_worker_info(GetWorkerInfoRequest {}).await };
        match tokio::time::timeout(self.connecting.patience, asked).await {
            Ok(Ok(answer)) => Ok(answer.version),
            Ok(Err(error)) => Err(Refusal::of(&error)),
            Err(_) => Err(Refusal::Silent(format!("no answer in {} seconds", self.connecting.patience.as_secs()))),
        }
    }

    fn endpoint(&self, url: &Url) -> Result<Endpoint, DataFusionError> {
        let wrong = |error: tonic::transport::Error| DataFusionError::Execution(format!("{url}: {}", causes(&error)));
        let half = self.connecting.patience / 2;
        let endpoint = Endpoint::from_shared(url.to_string())
            .map_err(wrong)?
            .connect_timeout(self.connecting.patience)
            .http2_keep_alive_interval(half)
            .keep_alive_timeout(half)
            .keep_alive_while_idle(true);
        if url.scheme() != "https" {
            return Ok(endpoint);
        }
        let trusted = self.authority.iter().cloned().fold(ClientTlsConfig::new(), ClientTlsConfig::ca_certificate);
        endpoint.tls_config(trusted).map_err(wrong)
    }
}

/// How the token stands in a header.
pub(super) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[async_trait]
impl ChannelResolver for Connections {
    async fn get_worker_client_for_url(&self, url: &Url) -> Result<Box<dyn WorkerChannel>, DataFusionError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = if let Some(channel) = open.get(url) {
            channel.clone()
        } else {
            let signed = Signed { channel: self.endpoint(url)?.connect_lazy(), headers: self.headers.clone() };
            let channel = grpc::BoxCloneSyncChannel::new(signed);
            open.insert(url.clone(), channel.clone());
            channel
        };
        Ok(grpc::create_worker_client(channel))
    }
}

/// A connection that adds to each request who sends it.
#[derive(Clone)]
struct Signed {
    channel: Channel,
    headers: HeaderMap,
}

impl Service<Request<Body>> for Signed {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = <Channel as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        request.headers_mut().extend(self.headers.clone());
        self.channel.call(request)
    }
}

/// Why a worker does not work for us.
#[derive(Debug, Clone)]
pub(super) enum Refusal {
    /// It is another program.
    Differs(String),
    /// It wants another token.
    Token,
    /// It cannot be reached, or is no worker.
    Silent(String),
}

impl Refusal {
    fn of(error: &DataFusionError) -> Self {
        let DataFusionError::External(cause) = error else { return Self::Silent(error.to_string()) };
        let Some(status) = cause.downcast_ref::<tonic::Status>() else { return Self::Silent(causes(cause.as_ref())) };
        match status.code() {
            tonic::Code::Unauthenticated => Self::Token,
            tonic::Code::FailedPrecondition => Self::Differs(status.message().to_owned()),
            _ => Self::Silent(causes(status)),
        }
    }
}

/// An error with all that it is due to, in one line.
pub(super) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = match error.downcast_ref::<tonic::Status>() {
            Some(status) => status.message().to_owned(),
            None => error.to_string(),
        };
        if !part.is_empty() && !parts.iter().any(|said| said.contains(&part)) {
            parts.push(part);
        }
        next = error.source();
    }
    parts.join(": ")
}
