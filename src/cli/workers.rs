//! Options of statements that workers compute.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// This process alone
    Local,
    /// Workers share the statements that read observations
    Cluster,
}

#[derive(Debug, Args)]
pub struct SharedOut {
    /// Who computes: this process alone, or workers with it; the results are the same
    #[arg(long, value_enum, default_value_t = EngineKind::Local, requires_if("cluster", "workers"))]
    pub engine: EngineKind,
    /// Addresses of the workers, by which they reach each other too, such as https://host:8470 or http://127.0.0.1:8470
    #[arg(long, value_delimiter = ',', value_name = "URL")]
    pub workers: Vec<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// Where it listens; with port 0 at a free one. Anywhere but on this machine alone needs a token and a certificate
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    pub listen: String,
    /// Its certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub struct ConnectionArgs {
    /// File with the secret that a run and its workers share [default: the variable YARDSTICK_TOKEN]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Certificates, in PEM, that vouch for the workers at https addresses
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// A worker without a sign of life for so many seconds has failed
    #[arg(long, value_name = "SECONDS", env = "YARDSTICK_WORKER_SECONDS", default_value_t = 30, hide = true)]
    pub worker_seconds: u64,
}
