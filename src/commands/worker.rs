//! `worker`: computes parts of statements for runs on other machines; and how `run` and `compute` find their workers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::stop;
use crate::cli::{ConnectionArgs, EngineKind, SharedOut, WorkerArgs};
use crate::engine::Engine;
use crate::engine::cluster::{self, Cluster, Connecting, Listening};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::settings::Settings;

/// Holds the token where no file does.
const TOKEN: &str = "YARDSTICK_TOKEN";

pub(super) async fn worker(settings: &Settings, printer: &Printer, args: &WorkerArgs) -> Result<Exit> {
    let listening = Listening {
        address: args.listen.clone(),
        certificate: args.tls_cert.clone().zip(args.tls_key.clone()),
        connecting: connecting(&args.connection)?,
    };
    let told = |address: &str| {
        if printer.json() {
            printer.envelope("worker", Exit::Done, &json!({ "address": address }), &[]);
        } else {
            printer.line(&format!("{address} (stop with Ctrl-C)"));
        }
    };
    cluster::serve(settings.limits, &settings.workspace.data, &listening, told, stop::signal()).await?;
    Ok(Exit::Done)
}

/// The workers that a run asks for, where it asks for some.
pub(super) async fn find(settings: &Settings, args: &SharedOut) -> Result<Option<Arc<Cluster>>> {
    match args.engine {
        EngineKind::Cluster => {
            let state = Engine::new(settings.limits)?.context().state();
            Ok(Some(Arc::new(Cluster::connect(&state, &settings.workspace.data, &args.workers, connecting(&args.connection)?).await?)))
        }
        EngineKind::Local if args.workers.is_empty() => Ok(None),
        EngineKind::Local => Err(Error::usage_hint("workers are named, and nothing is to be given to them", "add --engine cluster")),
    }
}

fn connecting(args: &ConnectionArgs) -> Result<Connecting> {
    Ok(Connecting {
        token: token(args.token_file.as_deref())?,
        authority: args.tls_ca.clone(),
        patience: Duration::from_secs(args.worker_seconds.max(1)),
    })
}

fn token(file: Option<&Path>) -> Result<Option<SecretString>> {
    let text = match file {
        Some(file) => fs_err::read_to_string(file)?,
        None => match std::env::var(TOKEN) {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    match text.trim() {
        "" => Err(Error::usage("the token is empty")),
        token => Ok(Some(SecretString::from(token))),
    }
}
