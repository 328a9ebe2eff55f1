//! Threads for statements, apart from those of everything else.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

use crate::error::{Error, Result};

/// The threads of statements. Some steps never yield: on threads of their own they hold up no clock, and nobody who waits
/// with a limit.
static STATEMENTS: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    Builder::new_multi_thread().worker_threads(threads).thread_name("statement").enable_all().build()
});

/// The threads of statements. What is done with the rows of statements is done here too: memory that one thread lets go is
/// not free for another.
pub fn threads() -> Result<&'static Handle> {
    STATEMENTS.as_ref().map(Runtime::handle).map_err(|error| Error::Internal(error.to_string()))
}

/// Begins work on the threads of statements. Whoever drops it stops it at its next pause.
pub fn begin<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<JoinSet<T>> {
    let mut tasks = JoinSet::new();
    tasks.spawn_on(work, threads()?);
    Ok(tasks)
}

/// Runs work on the threads of statements. Whoever no longer waits stops it at its next pause.
pub async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    match begin(work)?.join_next().await {
        Some(Ok(result)) => Ok(result),
        Some(Err(error)) => Err(Error::Internal(error.to_string())),
        None => Err(Error::Internal("the statement was lost".into())),
    }
}
