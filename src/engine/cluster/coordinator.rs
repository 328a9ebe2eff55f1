//! The side that plans: asks the workers who they are, gives them statements, and goes on without those that fail.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::common::collect;
use datafusion::physical_plan::execute_stream;
use reqwest::Url;

use super::connection::{Connections, Refusal, causes};
use super::stored::Stored;
use super::{Connecting, Shared, plan, same_program};
use crate::engine::apart;
use crate::error::{Code, Error, Result};

/// So many statements may fail twice before the workers are left in peace.
const MOST_ALONE: u64 = 3;

type Answer = (SchemaRef, Vec<RecordBatch>);

/// The workers of a run.
pub struct Cluster {
    connections: Connections,
    program: String,
    stored: Stored,
    known: Mutex<Known>,
}

/// What is known of them by now.
struct Known {
    workers: Vec<Url>,
    shared: Shared,
}

impl Cluster {
    /// Asks each worker. One that cannot be reached is left out; one that is another program or wants another token is a
    /// fault that somebody must correct.
    pub async fn connect(state: &SessionState, data: &Path, urls: &[String], connecting: Connecting) -> Result<Self> {
        let program = same_program::description(state);
        let connections = Connections::new(&connecting, &program)?;
        let known = Known { workers: urls.iter().map(|url| address(url)).collect::<Result<_>>()?, shared: Shared::default() };
        let cluster = Self { connections, program, stored: Stored::below(data), known: Mutex::new(known) };
        cluster.ask_all().await?;
        Ok(cluster)
    }

    /// What the workers did.
    pub fn shared(&self) -> Shared {
        let known = self.known();
        Shared { workers: known.workers.len(), ..known.shared.clone() }
    }

    /// The result of a statement, from the workers. None where it is to be computed here: because it reads no stored
    /// file, or because the workers failed, which is then told.
    pub async fn run(&self, state: &SessionState, logical: &LogicalPlan, what: &str, seconds: u64) -> Option<Answer> {
        let optimised = state.optimize(logical).ok()?;
        if !plan::is_shared_out(&optimised).unwrap_or(false) {
            return None;
        }
        for attempt in 1..=2 {
            let workers = self.known().workers.clone();
            if workers.is_empty() && attempt == 1 {
                return None;
            }
            if workers.is_empty() {
                break;
            }
            let why = match self.attempt(state, &optimised, &workers, seconds).await {
                Ok(Some(answer)) => {
                    let shared = &mut self.known().shared;
                    shared.statements += 1;
                    shared.repeated += u64::from(attempt > 1);
                    return Some(answer);
                }
                Ok(None) => return None,
                Err(why) => why,
            };
            self.note(format!("{what}: attempt {attempt} on {} failed: {why}", crate::error::count(workers.len(), "worker")));
            if let Err(error) = self.ask_all().await {
                self.note(error.to_string());
                self.known().workers.clear();
            }
        }
        self.note(format!("{what}: computed by the coordinator alone"));
        let mut known = self.known();
        known.shared.alone += 1;
        let given_up = known.shared.alone >= MOST_ALONE && !known.workers.is_empty();
        if given_up {
            known.workers.clear();
        }
        drop(known);
        if given_up {
            self.note(format!("{MOST_ALONE} statements failed on the workers: the rest of the run is computed by the coordinator alone"));
        }
        None
    }

    async fn attempt(
        &self,
        state: &SessionState,
        optimised: &LogicalPlan,
        workers: &[Url],
        seconds: u64,
    ) -> Result<Option<Answer>, String> {
        let told = |error: DataFusionError| causes(&error);
        let optimised = &self.stored.in_place(optimised.clone()).map_err(told)?;
        let Some((plan, session)) = plan::for_workers(state, optimised, workers, &self.connections).await.map_err(told)? else {
            return Ok(None);
        };
        let work = async move {
            let stream = execute_stream(plan, session.task_ctx())?;
            let schema = stream.schema();
            Ok::<_, DataFusionError>((schema, collect(stream).await?))
        };
        match tokio::time::timeout(Duration::from_secs(seconds), apart(work)).await {
            Ok(Ok(done)) => {
                let (schema, batches) = done.map_err(told)?;
                Ok(Some((batches.first().map_or(schema, RecordBatch::schema), batches)))
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no result in {seconds} seconds")),
        }
    }

    /// Asks the workers that are left. Those that do not answer are left out from now on.
    async fn ask_all(&self) -> Result<()> {
        let workers = self.known().workers.clone();
        let answers = futures::future::join_all(workers.iter().map(|url| self.connections.ask(url))).await;
        for (url, answer) in workers.iter().zip(answers) {
            match answer {
                Ok(program) if program == self.program => {}
                Ok(program) => return Err(self.differs(url, &program)),
                Err(Refusal::Differs(said)) => return Err(self.differs(url, &said)),
                Err(Refusal::Token) => {
                    let message = format!("worker {url} refuses the token");
                    return Err(Error::worker_hint(
                        Code::WorkerRefusesToken,
                        message,
                        "give both the same token: --token-file, or YARDSTICK_TOKEN",
                    ));
                }
                Err(Refusal::Silent(why)) => {
                    let before = self.known().workers.len();
                    self.known().workers.retain(|one| one != url);
                    // Several statements may find it at one time.
                    if self.known().workers.len() < before {
                        self.note(format!("{}: worker {url} is left out: {why}", Code::WorkerSilent));
                    }
                }
            }
        }
        Ok(())
    }

    fn differs(&self, url: &Url, said: &str) -> Error {
        let message =
            format!("worker {url} is another program: there {}; here {}", if said.is_empty() { "no version" } else { said }, self.program);
        Error::worker_hint(Code::WorkerDiffers, message, "install the same version on both")
    }

    fn note(&self, text: String) {
        tracing::warn!("{text}");
        self.known().shared.notes.push(text);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address of a worker: encrypted, unless it is on this machine.
fn address(text: &str) -> Result<Url> {
    let wrong = |what: &str| {
        let hint = "write http://127.0.0.1:PORT on this machine, https://HOST:PORT elsewhere";
        Err(Error::worker_hint(Code::WorkerUnsafe, format!("worker `{text}`: {what}"), hint))
    };
    let Ok(url) = Url::parse(text) else { return wrong("not an address") };
    if url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() || url.path() != "/" {
        return wrong("more or less than a host and a port");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        "http" => wrong("what is sent there could be read on the way"),
        _ => wrong("neither http nor https"),
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
