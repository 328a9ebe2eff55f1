//! Threads for statements, apart from those of everything else.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinError, JoinSet};

use crate::error::{Code, Error, Result};

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

/// A statement in whose midst the engine ended.
pub fn ended_early(error: JoinError) -> Error {
    let Ok(panic) = error.try_into_panic() else { return Error::Internal("the statement was stopped".into()) };
    let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    let said = said.unwrap_or_else(|| "no reason given".into());
    let hint = if said.contains("overflow") {
        "texts or lists that are put together may be no larger than 2 GiB: make them shorter, or aggregate by smaller groups"
    } else {
        "write it another way, and report it with the statement"
    };
    let message = format!("the engine ended in the midst of the statement: {}", said.lines().next().unwrap_or_default());
    Error::Query { code: Code::EngineEndedEarly, message, hint: Some(hint.into()) }
}

/// Runs work on the threads of statements. Whoever no longer waits stops it at its next pause.
pub async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    match begin(work)?.join_next().await {
        Some(Ok(result)) => Ok(result),
        Some(Err(error)) => Err(ended_early(error)),
        None => Err(Error::Internal("the statement was lost".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of more than 2 GiB ended the engine, and what was told was the number of a task.
    #[tokio::test]
    async fn a_statement_in_whose_midst_the_engine_ends_has_a_code_and_a_hint() {
        for (said, hint) in [("offset overflow", "2 GiB"), ("index out of bounds", "report it")] {
            let Err(error) = apart(async move { std::panic::panic_any(said) }).await.map(|(): ()| ()) else { unreachable!() };
            let told = error.to_string();
            assert!(told.contains("E3023") && told.contains(said), "{told}");
            assert!(error.hint().is_some_and(|told| told.contains(hint)));
        }
    }
}
