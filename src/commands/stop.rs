//! Ends a verb that writes in order when a signal comes: a line in the log, a record of the run, nothing half written.

use crate::exit::Exit;
use crate::job::record;

/// Runs `work` on a thread of its own and waits for it or for SIGTERM or SIGINT, whichever comes first.
pub fn until_signal(work: impl FnOnce() -> Exit + Send + 'static, told: impl FnOnce(record::RunRecord)) -> Exit {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return work() };
    runtime.block_on(async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => {
                tracing::warn!("signals end the run at once: {error}");
                return work();
            }
        };
        // As much stack as a main thread has: statements are planned by recursion.
        let spawned = std::thread::Builder::new().stack_size(16 << 20).spawn(move || {
            let _ = sender.send(work());
        });
        if let Err(error) = spawned {
            tracing::error!("no thread for the run: {error}");
            return Exit::Failed;
        }
        tokio::select! {
            exit = receiver => exit.unwrap_or(Exit::Failed),
            signal = signals.next() => {
                let (exit, record) = record::stop(signal);
                if let Some(record) = record {
                    told(record);
                }
                exit
            }
        }
    })
}

/// Waits for SIGTERM or SIGINT.
pub async fn signal() {
    match Signals::listen() {
        Ok(mut signals) => {
            signals.next().await;
        }
        Err(error) => {
            tracing::warn!("signals end the verb at once: {error}");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "SIGINT"
    }
}
