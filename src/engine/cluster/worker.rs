//! The side that computes: listens, lets in whom it may, and runs the parts of statements that it is given.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion_distributed::{DistributedExt, Worker, WorkerPlanRewriteHandler, WorkerQueryContext, WorkerSessionBuilder};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

use super::admission::{Door, Plans};
use super::connection::{Connections, causes};
use super::{Listening, same_program};
use crate::engine::{Engine, Limits, tables};
use crate::error::{Code, Error, Result};

/// Listens until `ended`; `told` is called with the address once it does.
pub async fn serve(
    limits: Limits,
    data: &Path,
    listening: &Listening,
    told: impl FnOnce(&str),
    ended: impl Future<Output = ()>,
) -> Result<()> {
    let address = allowed(listening)?;
    let failed = |error: std::io::Error| {
        Error::worker_hint(Code::WorkerCannotListen, format!("{address}: {error}"), "take another port with --listen; 0 takes a free one")
    };
    let engine = Engine::new(limits)?;
    tables::register_data(&engine, data)?;
    let runtime = engine.context().runtime_env();
    // Only the data folder: not whatever else this machine has.
    if let Ok(everything) = reqwest::Url::parse("file:///") {
        let _ = runtime.deregister_object_store(&everything);
    }
    let program = same_program::description(&engine.context().state());
    let connections = Connections::new(&listening.connecting, &program)?;
    let sessions = Sessions { state: engine.context().state(), connections, plans: Arc::new(Plans { data: data.to_owned() }) };
    let door = Door { program: program.clone(), token: listening.connecting.token.clone() };
    let worker = Worker::from_session_builder(sessions).with_runtime_env(runtime).with_version(program.clone());
    let service = InterceptedService::new(worker.into_worker_server(), move |request| door.admit(request));
    let half = listening.connecting.patience / 2;
    let mut server = Server::builder().http2_keepalive_interval(Some(half)).http2_keepalive_timeout(Some(half));
    let broken = |error: tonic::transport::Error| Error::worker(Code::WorkerCannotListen, format!("{address}: {}", causes(&error)));
    if let Some(certificate) = &listening.certificate {
        server = server.tls_config(ServerTlsConfig::new().identity(identity(certificate)?)).map_err(broken)?;
    }
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    let scheme = if listening.certificate.is_some() { "https" } else { "http" };
    told(&format!("{scheme}://{}", listener.local_addr()?));
    tracing::info!(%program, "listening");
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    // A statement under way is not waited for: the coordinator repeats it elsewhere.
    tokio::select! {
        ended = server.add_service(service).serve_with_incoming(incoming) => ended.map_err(broken),
        () = ended => Ok(()),
    }
}

fn identity((certificate, key): &(PathBuf, PathBuf)) -> Result<Identity> {
    Ok(Identity::from_pem(fs_err::read(certificate)?, fs_err::read(key)?))
}

/// The address, where it may be listened at: anywhere but on this machine alone, a token and a certificate are needed.
fn allowed(listening: &Listening) -> Result<SocketAddr> {
    let text = &listening.address;
    let address: SocketAddr = text
        .parse()
        .map_err(|_| Error::worker_hint(Code::WorkerCannotListen, format!("`{text}` is no address"), "write it as 127.0.0.1:8470"))?;
    let missing = match (&listening.certificate, &listening.connecting.token) {
        _ if address.ip().is_loopback() => return Ok(address),
        (Some(_), Some(_)) => return Ok(address),
        (None, _) => "a certificate",
        (_, None) => "a token",
    };
    let message = format!("{address} can be reached from other machines, and there is not {missing}");
    let hint = "give --tls-cert, --tls-key and --token-file, or listen at 127.0.0.1";
    Err(Error::worker_hint(Code::WorkerUnsafe, message, hint))
}

/// Gives each part of a statement a session with our functions and connections.
struct Sessions {
    state: SessionState,
    connections: Connections,
    plans: Arc<dyn WorkerPlanRewriteHandler>,
}

#[async_trait::async_trait]
impl WorkerSessionBuilder for Sessions {
    async fn build_session_state(&self, query: WorkerQueryContext) -> Result<SessionState, DataFusionError> {
        Ok(query
            .builder
            .with_scalar_functions(self.state.scalar_functions().values().cloned().collect())
            .with_aggregate_functions(self.state.aggregate_functions().values().cloned().collect())
            .with_window_functions(self.state.window_functions().values().cloned().collect())
            .with_distributed_channel_resolver(self.connections.clone())
            .with_distributed_worker_plan_rewrite_handler(self.plans.clone())
            .build())
    }
}
